"""What a measurement of weights is given: a network, or a clear word that it is none."""

from __future__ import annotations

from typing import Any

from neurosim.errors import ParameterError
from neurosim.network import Network

__all__ = ["given_network"]


def given_network(value: Any, name: str = "network") -> Network:
    """Return the value, which must be a `Network`."""
    if not isinstance(value, Network):
        held = ".network" if isinstance(getattr(value, "network", None), Network) else ""
        remedy = f"give {name}{held}" if held else "make one with ns.Network(...) or ns.load(path)"
        raise ParameterError(f"{name} is a {type(value).__name__}, no Network; {remedy}.")
    return value
