"""Checks of arguments that must be networks, and networks without delays where an analysis assumes that."""

from __future__ import annotations

from typing import Any

from neurosim.errors import ParameterError, kind_of
from neurosim.network import Network

__all__ = ["require_network", "require_undelayed"]


def require_network(value: Any, name: str = "network") -> Network:
    """Return the value, which must be a `Network`; the error says what it is instead."""
    if not isinstance(value, Network):
        held = ".network" if isinstance(getattr(value, "network", None), Network) else ""
        remedy = f"give {name}{held}" if held else "make one with ns.Network(...) or ns.load(path)"
        raise ParameterError(f"{name} must be a Network (got {kind_of(value)}); {remedy}.")
    return value


def require_undelayed(value: Any, what: str, name: str = "network") -> Network:
    """Return the value, which must be a `Network` of which no connection takes time.

    Parameters
    ----------
    value : Network
    what : str
        What assumes that the present rates alone decide, for the error, such as ``"lyapunov_spectrum"``.
    name : str, optional
        Of the argument.
    """
    delays = require_network(value, name).recurrent.delays
    if delays is not None:
        raise ParameterError(
            f"{name} must have no delays for {what}, which assumes that connections take no time (got delays up to "
            f"{delays.values[-1]:g}); leave them out with {name}.replace(recurrent={name}.recurrent.with_delays()), "
            f"which has the same fixed points, but not the same stability."
        )
    return value
