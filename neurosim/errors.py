"""Exceptions and warnings of the package; each message names the argument, its value and a remedy."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = [
    "ConstraintWarning",
    "EquationError",
    "InterruptionWarning",
    "KinkWarning",
    "MemoryLimitError",
    "NeurosimError",
    "ParameterError",
    "PluginError",
    "PluginWarning",
    "SeedWarning",
    "ShapeError",
    "ShortRunWarning",
    "StabilityError",
    "StabilityWarning",
    "StorageError",
    "StudyError",
    "StudyWarning",
    "UnknownKeywordError",
    "UnknownNameError",
    "UnreadArrayWarning",
    "clause",
    "did_you_mean",
    "kind_of",
    "unknown_keyword",
    "with_article",
]


HABITUAL_NAMES = {
    "N": ("size",),
    "T": ("duration",),
    "alpha": ("regularization",),
    "g": ("gain",),
    "lr": ("learning_rate",),
    "seed": ("rng",),
    "sigma": ("std", "density"),
    "trials": ("trials_per_epoch",),
}
"""Names from papers and other packages, and the keywords of this package for the same."""

ELSEWHERE = {
    "N": "The number of units belongs to the network: ns.Network(..., size=100).",
    "T": "A duration belongs to the run: ns.simulate(network, duration=20.0).",
    "alpha": "alpha = dt / tau: give tau to the neuron and dt to what runs or trains the network.",
    "decay": "Learning-rate decay is a schedule, InverseDecay(1e-3, decay=1e-4); weight decay is a penalty, L2(1e-4).",
    "g": "The gain belongs to the connectivity: ns.Gaussian(gain=1.5).",
    "lr": "The learning rate belongs to the optimizer: ns.BPTT(optimizer=ns.trainers.Adam(1e-3)).",
    "patience": "Criteria of early stopping belong together: stopping=ns.trainers.Stopping(patience=10).",
    "seed": "Seeds are given as rng=, where random numbers are drawn.",
    "sigma": "Noise is declared: noise=ns.WhiteNoise(density=0.1) or ns.OrnsteinUhlenbeck(std=0.1).",
    "weight_decay": "Weight decay is a penalty: ns.BPTT(penalties=ns.trainers.L2(1e-4)).",
}
"""Where a habitual name belongs if the function at hand takes nothing of the kind."""


MANY = 12
"""Number of known names up to which an error lists all of them."""
NEAREST = 5
"""Number of names that it lists where there are more."""


class NeurosimError(Exception):
    """Base class of the errors that neurosim raises on purpose."""


class ParameterError(NeurosimError, ValueError):
    """A value that a parameter cannot take."""


class ShapeError(NeurosimError, ValueError):
    """An array whose shape does not fit the network."""


class UnknownNameError(NeurosimError, LookupError):
    """A name under which nothing is registered."""


class UnknownKeywordError(NeurosimError, TypeError):
    """A keyword that a declaration or function does not take."""


class EquationError(NeurosimError, TypeError):
    """A neuron equation that cannot be traced, differentiated or compiled."""


class PluginError(NeurosimError):
    """A plugin that cannot be found, loaded, or breaks the rules of its kind."""


class StorageError(NeurosimError, ValueError):
    """A file that cannot be read or written as a neurosim file."""


class ShortRunWarning(UserWarning):
    """A run that is short, in time constants, for what is computed from it."""


class StabilityError(NeurosimError, ArithmeticError):
    """A simulation whose state became non-finite.

    Attributes
    ----------
    step, trial, unit : int or None
        Where it did, as far as that is known.
    """

    def __init__(
        self, message: str = "", *, step: int | None = None, trial: int | None = None, unit: int | None = None
    ) -> None:
        super().__init__(message)
        self.step, self.trial, self.unit = step, trial, unit


class StudyError(NeurosimError, RuntimeError):
    """Workers of a study that cannot go on; finished points are kept."""


class MemoryLimitError(NeurosimError, MemoryError):
    """Work that would not fit into the memory of this machine."""


class KinkWarning(UserWarning):
    """A state at a kink of the equations, where derivatives have two values."""


class StabilityWarning(UserWarning):
    """A time step too long for the integration scheme, or too short a run for an estimate."""


class UnitsWarning(UserWarning):
    """Times of one network seem to be in different units, such as seconds and milliseconds."""


class ConstraintWarning(UserWarning):
    """A network that broke a constraint before training; training starts from the nearest that does not."""


class PluginWarning(UserWarning):
    """An installed plugin that could not be loaded; everything else works."""


class UnreadArrayWarning(UserWarning):
    """Arrays of a file or mapping that were not read into a network."""


class SeedWarning(UserWarning):
    """Random numbers that do not follow from the seed, so that a result cannot be reproduced."""


class StudyWarning(UserWarning):
    """Points of a study that failed, or results that do not fit together."""


class InterruptionWarning(UserWarning):
    """Work that was stopped by Ctrl-C; the partial result is returned."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Sentence that suggests the nearest known name, and lists all of them or, of many, those nearest to it.

    Parameters
    ----------
    name : str
        The name that was given.
    known : iterable of str
        The names that are accepted.

    Returns
    -------
    str
        For instance ``"Did you mean 'gain'? Known: gain, self_connections."``
    """
    name, known = str(name), sorted(known)
    close = get_close_matches(name, known, n=1) or [k for k in known if k.lower() == name.lower()]
    suggestion = f"Did you mean {close[0]!r}? " if close else ""
    if len(known) <= MANY:
        return f"{suggestion}Known: {', '.join(known) or 'none'}."
    nearest = get_close_matches(name, known, n=NEAREST, cutoff=0.0)
    return f"{suggestion}Nearest of {len(known)}: {', '.join(nearest)}."


def unknown_keyword(owner: str, keyword: str, known: Iterable[str]) -> UnknownKeywordError:
    """Error for a keyword that a class or function does not take, with the keyword that was probably meant.

    Parameters
    ----------
    owner : str
        Class or function, as it begins the sentence: ``"Gaussian"``, ``"simulate()"``.
    keyword : str
    known : iterable of str
        Keywords that are accepted.
    """
    known = list(known)
    meant = [name for name in HABITUAL_NAMES.get(keyword, ()) if name in known]
    if meant:
        hint = f"Did you mean {meant[0]!r}? Known: {', '.join(sorted(known))}."
    else:
        hint = " ".join(
            [*([ELSEWHERE[keyword]] if keyword in ELSEWHERE else []), did_you_mean(keyword, known)]
        )
    return UnknownKeywordError(f"{owner} takes no keyword {keyword!r}. {hint}")


def clause(error: object) -> str:
    """Message of an error without its last full stop, for use inside a sentence."""
    return str(error).removesuffix(".")


def kind_of(value: object) -> str:
    """Name of the type of a value with its article, as in "an ndarray"; None by itself."""
    return "None" if value is None else with_article(type(value).__name__)


def with_article(name: str) -> str:
    """Name of a class with its indefinite article."""
    # an ndarray, since its n is spelled out
    return f"{'an' if name[0] in 'AEIOUaeiou' or name == 'ndarray' else 'a'} {name}"


def __dir__() -> list[str]:
    return __all__
