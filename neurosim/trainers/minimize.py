"""The lowest point of a function of named arrays, by L-BFGS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.errors import ParameterError, clause
from neurosim.trainers.optimizers import LBFGS

__all__ = ["Minimum", "minimize"]

ValueAndGradient = Callable[[dict[str, np.ndarray]], tuple[float, Mapping[str, np.ndarray]]]
Watcher = Callable[[int, float, dict[str, np.ndarray]], Any]


@dataclass(frozen=True, eq=False)
class Minimum:
    """Where `minimize` ended.

    Attributes
    ----------
    parameters : dict of str to ndarray
        The lowest point that was reached.
    value : float
        Infinite where not even the start was evaluated.
    iterations : int
    complete : bool
        False after Ctrl-C, and where the value left the finite numbers.
    reason : str
        Why it ended, for people.
    """

    parameters: dict[str, np.ndarray]
    value: float
    iterations: int
    complete: bool
    reason: str


class _NotFiniteError(Exception):
    """The value or the gradient became NaN or infinite."""


def minimize(
    value_and_gradient: ValueAndGradient,
    parameters: Mapping[str, np.ndarray],
    settings: LBFGS | None = None,
    *,
    watch: Watcher | None = None,
) -> Minimum:
    """Minimize a function of named arrays by L-BFGS, all of them at once.

    Parameters
    ----------
    value_and_gradient : callable
        Takes a dict with the names, shapes and dtypes of `parameters`; returns the value and a dict of gradients. It
        must be a deterministic function.
    parameters : mapping of str to ndarray
        Where to start.
    settings : LBFGS, optional
    watch : callable, optional
        ``watch(iteration, value, parameters)`` after every iteration, counted from 1.

    Returns
    -------
    Minimum
        After Ctrl-C, or where the value stops being finite, the lowest point so far, with ``complete=False``.

    Raises
    ------
    ParameterError
        If the value at the start is not finite.

    Notes
    -----
    The method works in float64; float32 parameters are rounded before each evaluation.

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.trainers.minimize import minimize
    >>> def parabola(p): return float(np.sum((p["x"] - 3.0) ** 2)), {"x": 2.0 * (p["x"] - 3.0)}
    >>> minimize(parabola, {"x": np.zeros(2)}).parameters["x"].round(6)
    array([3., 3.])
    """
    from scipy.optimize import minimize

    settings = LBFGS() if settings is None else settings
    search = _Search(value_and_gradient, parameters, watch)
    options = {
        "maxiter": settings.iterations,
        "maxcor": settings.memory,
        "ftol": settings.loss_tolerance,
        "gtol": settings.gradient_tolerance,
        "maxfun": 100 * settings.iterations,
    }
    complete = True
    try:
        result = minimize(
            search.evaluate,
            search.flat(parameters),
            jac=True,
            method="L-BFGS-B",
            callback=search.passed,
            options=options,
        )
        reason = str(result.message)
    except KeyboardInterrupt:
        complete, reason = False, "stopped by Ctrl-C"
    except _NotFiniteError as error:
        complete, reason = False, str(error)
        if search.best is None:
            raise ParameterError(f"{clause(error)}; start from smaller weights.") from None
    best = search.named(search.flat(parameters)) if search.best is None else search.best
    return Minimum(best, search.value, search.iterations, complete, reason)


class _Search:
    """Translates between named arrays and the one vector of SciPy, and remembers the lowest point."""

    def __init__(
        self, function: ValueAndGradient, start: Mapping[str, np.ndarray], watch: Watcher | None
    ) -> None:
        self.function, self.start, self.watch = function, dict(start), watch
        self.best: dict[str, np.ndarray] | None = None
        self.value = np.inf
        self.iterations = 0

    def flat(self, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
        return np.concatenate([np.asarray(arrays[name], np.float64).ravel() for name in self.start])

    def named(self, vector: np.ndarray) -> dict[str, np.ndarray]:
        ends = np.cumsum([array.size for array in self.start.values()])
        parts = np.split(vector, ends[:-1])
        return {
            name: part.reshape(array.shape).astype(array.dtype)
            for (name, array), part in zip(self.start.items(), parts, strict=True)
        }

    def evaluate(self, vector: np.ndarray) -> tuple[float, np.ndarray]:
        point = self.named(vector)
        value, gradients = self.function(point)
        slope = self.flat(gradients)
        if not (np.isfinite(value) and np.isfinite(slope).all()):
            what = f"the value is {value}" if np.isfinite(slope).all() else "the gradient is not finite"
            raise _NotFiniteError(f"{what} in iteration {self.iterations + 1}")
        if value < self.value:
            self.best, self.value = point, float(value)
        return float(value), slope

    def passed(self, intermediate_result: Any) -> None:
        # SciPy looks at the name of the argument
        self.iterations += 1
        if self.watch is not None:
            self.watch(self.iterations, float(intermediate_result.fun), self.named(intermediate_result.x))
