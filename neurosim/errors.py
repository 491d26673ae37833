"""Errors that name what was given, what is needed, and the line to write instead."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = [
    "EquationError",
    "InterruptionWarning",
    "MemoryLimitError",
    "NeurosimError",
    "ParameterError",
    "PluginError",
    "PluginWarning",
    "SeedWarning",
    "ShapeError",
    "StabilityError",
    "StabilityWarning",
    "StorageError",
    "UnknownKeywordError",
    "UnknownNameError",
    "did_you_mean",
]


class NeurosimError(Exception):
    """Base of every error that neurosim raises on purpose."""


class ParameterError(NeurosimError, ValueError):
    """A value that a parameter cannot take."""


class ShapeError(NeurosimError, ValueError):
    """An array whose shape does not fit the network."""


class UnknownNameError(NeurosimError, LookupError):
    """A name that nothing is registered under."""


class UnknownKeywordError(NeurosimError, TypeError):
    """A keyword that a declaration or function does not take."""


class EquationError(NeurosimError, TypeError):
    """A neuron equation that cannot be traced, differentiated or compiled."""


class PluginError(NeurosimError):
    """A plugin that cannot be found, loaded, or breaks the rules of its kind."""


class StorageError(NeurosimError, ValueError):
    """A file that cannot be read or written as a neurosim file."""


class StabilityError(NeurosimError, ArithmeticError):
    """A simulation whose state left the finite numbers."""


class MemoryLimitError(NeurosimError, MemoryError):
    """Work that would not fit into the memory of this machine."""


class StabilityWarning(UserWarning):
    """A time step at which the integration scheme is not to be trusted."""


class PluginWarning(UserWarning):
    """An installed plugin that could not be loaded; everything else works."""


class SeedWarning(UserWarning):
    """Random numbers that do not follow from the seed; what was made of them cannot be made again."""


class InterruptionWarning(UserWarning):
    """Work that was stopped by Ctrl-C; what was done so far is returned."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Sentence that suggests the nearest known name and lists the others.

    Parameters
    ----------
    name : str
        What was written.
    known : iterable of str
        What would have been understood.

    Returns
    -------
    str
        For instance ``"Did you mean 'gain'? Known: gain, self_connections."``
    """
    known = sorted(known)
    close = get_close_matches(name, known, n=1) or [k for k in known if k.lower() == name.lower()]
    suggestion = f"Did you mean {close[0]!r}? " if close else ""
    return f"{suggestion}Known: {', '.join(known) or 'none'}."
