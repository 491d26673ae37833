"""Abstract base class of neuron models."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import numpy as np

from neurosim.conveniences import convenience
from neurosim.declaration import Declaration
from neurosim.errors import EquationError

__all__ = ["Neuron", "Section"]


class Section(NamedTuple):
    """Section of a network: consecutive units that obey one equation.

    Attributes
    ----------
    name : str
        Name of the population; empty where all units of the network obey one equation.
    neuron : Neuron
        Equation of these units.
    units : slice
        Which units they are.
    """

    name: str
    neuron: Neuron
    units: slice

    @property
    def prefix(self) -> str:
        """Start of the names of its parameters among those of the network, such as ``"E_"``."""
        return f"{self.name}_" if self.name else ""


class Neuron(Declaration, ABC):
    r"""Neuron model: the differential equation of one unit, and its rate.

    A unit has state variables `s`, receives the input current `u`, and obeys

    .. math:: ds/dt = drift(s, u), \qquad r = rate(s), \qquad u = W r + W_{in} y + b.

    Rules for a subclass

    1. It is a frozen dataclass with a docstring. Its numerical fields are parameters, each one number or
       one number per unit.
    2. ``rate(self, x)`` returns the rate. The names of its arguments *are* the state variables, in order.
    3. ``drift(self, x, u)`` takes the state variables, then the input current, and returns the time
       derivative: one value, or a tuple with one value per variable.
    4. Both are plain NumPy, element by element: arithmetic, comparisons, ``np.where``, ``np.maximum``,
       ``np.exp`` and the other functions listed by ``neurosim.equations.known_functions()``. No
       ``if`` on the state, no loops over units, no random numbers.
    5. ``resting_state`` may give another start than zero.
    6. ``rate_by_state``, with the arguments of ``rate``, may return another derivative than the exact one,
       for instance a surrogate gradient; so may ``drift_by_state`` and ``drift_by_input``, with the arguments
       of ``drift``.

    The methods are traced once with symbols; the compiled kernels and all derivatives (Jacobians, adjoint,
    tangent, mean field) follow from that. They also remain ordinary functions of arrays. Run
    ``neurosim.testing.check_neuron`` on a new class, and ``explain()`` to see the traced equations.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> import neurosim as ns
    >>> @dataclass(frozen=True)
    ... class PowerLaw(ns.Neuron):
    ...     "Supralinear unit: r = gain * max(x, 0)**2."
    ...     tau: float = 1.0
    ...     gain: float = 0.04
    ...     def drift(self, x, u): return (-x + u) / self.tau
    ...     def rate(self, x): return self.gain * np.maximum(x, 0.0) ** 2
    >>> PowerLaw(gain=0.1).rate(np.array([-1.0, 2.0]))
    array([0. , 0.4])
    """

    kind: ClassVar[str] = "neuron"
    floats_per_unit: ClassVar[bool] = True

    @abstractmethod
    def drift(self, *state_and_input: Any) -> Any:
        """Time derivative of the state: ``drift(self, x, u)`` or ``drift(self, x, w, u)``."""

    @abstractmethod
    def rate(self, *state: Any) -> Any:
        """Firing rate, in the model's own unit: ``rate(self, x)`` or ``rate(self, x, w)``."""

    def resting_state(self) -> dict[str, Any]:
        """Start of the variables, each one number or one per unit; those left out start at zero."""
        return {}

    @classmethod
    def variables(cls) -> tuple[str, ...]:
        """Names of the state variables: the arguments of ``rate``."""
        names = tuple(inspect.signature(cls.rate).parameters)[1:]
        expected = (*names, "u")
        given = tuple(inspect.signature(cls.drift).parameters)[1:]
        if not names or given != expected:
            raise EquationError(
                f"{cls.__name__}.drift takes ({', '.join(given)}) and rate takes ({', '.join(names)}); "
                f"write drift(self, {', '.join(expected) if names else 'x, u'}) and "
                f"rate(self, {', '.join(names) or 'x'})."
            )
        return names

    def sections(self) -> tuple[Section, ...]:
        """Sections of units that obey one equation: here one, all units; see `Populations`."""
        return (Section("", self, slice(None)),)

    def channels(self) -> dict[str, str]:
        """Parameters that follow an input channel of the network during a run, with its name: none; see `Modulated`.

        They may enter the drift only. Their values in the declaration hold where no inputs are given.
        """
        return {}

    def held_at(self, inputs: Mapping[str, float]) -> Neuron:
        """Copy whose parameters that follow channels have the values of a constant input, given by channel."""
        values = {name: float(inputs[channel]) for name, channel in self.channels().items()}
        return self.replace(**values) if values else self

    def explain(self) -> str:
        """Equations of the unit and the functions that are generated from them, as text."""
        return convenience("Neuron.explain")(self)

    def values(self, *state: np.ndarray) -> np.ndarray:
        """Rate of given states as a float array; ``state`` has one array per variable."""
        return np.asarray(self.rate(*state), dtype=np.float64)
