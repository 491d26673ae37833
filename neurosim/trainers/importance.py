"""How much each parameter mattered to what was learned before (Zenke, Poole & Ganguli 2017)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

__all__ = ["Importance"]

Arrays = Mapping[str, np.ndarray]


class Importance:
    r"""Importance Ω of parameters, and the penalty :math:`c \sum \Omega (\theta - \theta_{ref})^2` that keeps them.

    Parameters
    ----------
    parameters : mapping of str to ndarray
        Where the first task begins.
    strength, damping : float
        c and ξ of `SynapticIntelligence`.

    Examples
    --------
    A step of 0.5 against a gradient of 2 lowers the loss by 1 to first order; the parameter moved by 0.5 in all.

    >>> import numpy as np
    >>> from neurosim.trainers.importance import Importance
    >>> start, end = {"w": np.array([1.0])}, {"w": np.array([0.5])}
    >>> importance = Importance(start, strength=1.0, damping=0.25)
    >>> importance.observe({"w": np.array([2.0])}, start, end)
    >>> importance.consolidate(end)
    >>> importance.weights["w"]
    array([2.])
    """

    def __init__(self, parameters: Arrays, strength: float, damping: float) -> None:
        self._strength, self._damping = strength, damping
        self._reference = dict(parameters)
        self._path = {name: np.zeros_like(value) for name, value in parameters.items()}
        self.weights = {name: np.zeros_like(value) for name, value in parameters.items()}

    def observe(self, gradients: Arrays, before: Arrays, after: Arrays) -> None:
        """Add what one update lowered, by parameter: minus gradient of the loss times change."""
        for name, path in self._path.items():
            path -= gradients[name] * (after[name] - before[name])

    def penalty(self, parameters: Arrays) -> tuple[float, dict[str, np.ndarray]]:
        """Value of the penalty, and its gradient."""
        away = {name: value - self._reference[name] for name, value in parameters.items()}
        slopes = {name: 2.0 * self._strength * self.weights[name] * gap for name, gap in away.items()}
        return sum(0.5 * float(np.sum(slopes[name] * gap)) for name, gap in away.items()), slopes

    def consolidate(self, parameters: Arrays) -> None:
        """End a task: what mattered in it counts from now on, and is kept where it is."""
        for name, end in parameters.items():
            moved = end - self._reference[name]
            gain = self._path[name] / (moved * moved + self._damping)
            self.weights[name] = np.maximum(self.weights[name] + gain, 0.0)
            self._path[name] = np.zeros_like(end)
        self._reference = dict(parameters)
