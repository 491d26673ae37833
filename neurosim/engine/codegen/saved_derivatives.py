"""Local derivatives that a forward pass saves for the backward pass.

Derivatives that do not depend on the state, such as ``-1 / tau`` of a leaky unit, are computed again in the backward
pass; those that are zero are left out of the text; the others are stored, one array each.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from neurosim.engine.kernel_spec import UnitKind
from neurosim.equations import Equations
from neurosim.equations.expression import Expression, topological_order

__all__ = ["SavedDerivatives"]

Value = Expression | float


def _varies(value: Value, equations: Equations) -> bool:
    names = {*equations.variables, "u"}
    return any(
        node.operation == "symbol" and node.operands[0] in names for node in topological_order([value])
    )


def _is_zero(value: Value) -> bool:
    return isinstance(value, float) and value == 0.0


@dataclass(frozen=True)
class SavedDerivatives:
    """Local derivatives of one kind of unit, divided into stored, recomputed and zero ones.

    Parameters
    ----------
    kind : UnitKind
    wanted : tuple of str
        Parameters of the neuron whose gradient is wanted, among them those of other kinds of units.
    order : tuple of str or None
        Names of the derivatives that any kind of unit stores, in the order of the array that holds them. None: those
        of this kind.

    Notes
    -----
    Names: ``rate_by_state0`` is the derivative of the rate by variable 0, ``drift0_by_state1`` that of drift 0 by
    variable 1, ``drift0_by_input`` that by the input current; ``rate_by_parameter0`` and ``drift1_by_parameter0`` are
    those by the wanted parameter 0.
    """

    kind: UnitKind
    wanted: tuple[str, ...] = ()
    order: tuple[str, ...] | None = None

    @classmethod
    def of_kinds(cls, kinds: tuple[UnitKind, ...], wanted: tuple[str, ...]) -> tuple[SavedDerivatives, ...]:
        """Derivatives of all kinds of units, which share the array of stored ones."""
        alone = [cls(kind, wanted) for kind in kinds]
        order = tuple(dict.fromkeys(name for own in alone for name in own.stored_names))
        return tuple(cls(kind, wanted, order) for kind in kinds)

    @property
    def equations(self) -> Equations:
        """Traced neuron."""
        return self.kind.equations

    def _own_wanted(self) -> Iterator[tuple[int, int]]:
        """Index among the wanted parameters, and in the equations, of those of this kind of unit."""
        names = self.kind.parameters
        yield from ((k, names.index(name)) for k, name in enumerate(self.wanted) if name in names)

    def _of_rate(self) -> Iterator[tuple[str, Value]]:
        equations = self.equations
        yield from ((f"rate_by_state{v}", value) for v, value in enumerate(equations.rate_by_state))
        for k, p in self._own_wanted():
            yield f"rate_by_parameter{k}", equations.rate_by_parameter[p]

    def _of_drift(self) -> Iterator[tuple[str, Value]]:
        equations = self.equations
        for v, row in enumerate(equations.drift_by_state):
            yield from ((f"drift{v}_by_state{w}", value) for w, value in enumerate(row))
        yield from ((f"drift{v}_by_input", value) for v, value in enumerate(equations.drift_by_input))
        for k, p in self._own_wanted():
            yield from (
                (f"drift{v}_by_parameter{k}", row[p]) for v, row in enumerate(equations.drift_by_parameter)
            )

    def _varying(self, values: Iterator[tuple[str, Value]]) -> dict[str, Value]:
        return {name: value for name, value in values if _varies(value, self.equations)}

    @functools.cached_property
    def rate(self) -> dict[str, Value]:
        """Derivatives of the rate that are stored, by name."""
        return self._varying(self._of_rate())

    @functools.cached_property
    def drift(self) -> dict[str, Value]:
        """Derivatives of the drift that are stored, by name."""
        return self._varying(self._of_drift())

    @functools.cached_property
    def steady(self) -> dict[str, Value]:
        """Derivatives that do not depend on the state and are not zero, by name."""
        values = [*self._of_rate(), *self._of_drift()]
        return {n: v for n, v in values if not (_varies(v, self.equations) or _is_zero(v))}

    @functools.cached_property
    def stored_names(self) -> tuple[str, ...]:
        """Names of the stored derivatives of this kind of unit."""
        return (*self.rate, *self.drift)

    @property
    def places(self) -> tuple[str, ...]:
        """Names of the stored derivatives of all kinds of units, in the order of the array that holds them."""
        return self.stored_names if self.order is None else self.order

    def views(self, names: Iterable[str], step: str, stage: str) -> list[str]:
        """Local names for the rows of one trial, for derivatives that any kind of unit stores."""
        return [
            f"{name} = saved[{step}, {stage}, {self.places.index(name)}, trial]"
            for name in names
            if name in self.places
        ]

    @staticmethod
    def of_rates(saved: tuple[SavedDerivatives, ...]) -> list[str]:
        """Names of the stored derivatives of the rates, of all kinds of units."""
        return list(dict.fromkeys(name for own in saved for name in own.rate))

    @staticmethod
    def of_drifts(saved: tuple[SavedDerivatives, ...]) -> list[str]:
        """Names of the stored derivatives of the drifts, of all kinds of units."""
        return list(dict.fromkeys(name for own in saved for name in own.drift))

    def factor(self, name: str) -> str | None:
        """Text of a derivative for unit i, or None if it is zero."""
        if name in self.stored_names:
            return f"{name}[i]"
        return f"fixed_{name}" if name in self.steady else None
