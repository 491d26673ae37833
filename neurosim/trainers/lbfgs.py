"""L-BFGS: minimization of a function of named arrays by a limited-memory quasi-Newton method."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.errors import ParameterError, StabilityError, clause, kind_of
from neurosim.trainers.optimizers import Optimization, Optimizer
from neurosim.training import COMPLETE, DIVERGED, INTERRUPTED
from neurosim.validation import finite, named_entries, non_negative, whole_number

__all__ = ["LBFGS", "Minimum", "minimize"]

ValueAndGradient = Callable[[dict[str, np.ndarray]], tuple[float, Mapping[str, np.ndarray]]]
Observer = Callable[[int, float, dict[str, np.ndarray]], Any]


@dataclass(frozen=True)
class LBFGS(Optimizer):
    """Limited-memory quasi-Newton method on a whole epoch of trials at once; `minimize` runs it.

    It needs the exact loss: the same trials and the same noise at every evaluation. It searches along lines, so that
    gradients are not clipped, and projections and penalties with a gradient of their own are refused.

    Parameters
    ----------
    iterations : int
        Largest number of iterations; each takes one or a few evaluations of the loss and its gradient.
    history_size : int
        Number of latest changes that approximate the Hessian.
    loss_tolerance : float
        Stops when an iteration lowers the loss, relative to itself or 1, by less; at least 0.
    gradient_tolerance : float
        Stops when no entry of the gradient is larger; at least 0.

    References
    ----------
    Byrd, Lu, Nocedal & Zhu (1995), SIAM Journal on Scientific Computing 16, 1190: L-BFGS-B, here without bounds.
    """

    stepwise = False

    iterations: int = 500
    history_size: int = 10
    loss_tolerance: float = 1e-12
    gradient_tolerance: float = 1e-8

    def __post_init__(self) -> None:
        super().__post_init__()
        whole_number("LBFGS.iterations", self.iterations)
        whole_number("LBFGS.history_size", self.history_size)
        non_negative("LBFGS.loss_tolerance", self.loss_tolerance)
        non_negative("LBFGS.gradient_tolerance", self.gradient_tolerance)

    def fit_epoch(self, training: Optimization) -> dict[str, float]:
        """Minimize the mean objective over all trials of an epoch; see `Optimizer.fit_epoch`."""
        batches = list(training.batches())

        def mean(free: Mapping[str, np.ndarray]) -> tuple[float, Mapping[str, np.ndarray]]:
            found = training.evaluate_together(free, batches)
            return found.value, found.gradients

        minimum = minimize(mean, training.free, self)
        if minimum.status == DIVERGED:
            raise StabilityError(minimum.reason)
        updates = minimum.iterations if minimum.status == COMPLETE else 0
        training.accept(minimum.parameters, training.accumulators, updates=updates)
        if minimum.status == INTERRUPTED:
            raise KeyboardInterrupt
        found = training.evaluate_together(minimum.parameters, batches)
        training.record(found, sum(map(len, batches)), batches=len(batches))
        return {}


@dataclass(frozen=True, eq=False)
class Minimum:
    """Result of `minimize`.

    Attributes
    ----------
    parameters : dict of str to ndarray
        The lowest point that was reached.
    value : float
        Infinite if the start was not evaluated.
    iterations : int
    status : {"complete", "interrupted", "diverged"}
        Interrupted by Ctrl-C; diverged where the value or its gradient became non-finite.
    reason : str
        Why it ended, in words.
    """

    parameters: dict[str, np.ndarray]
    value: float
    iterations: int
    status: str
    reason: str

    @property
    def complete(self) -> bool:
        """Whether the search ended by itself."""
        return self.status == COMPLETE


class _NotFiniteError(Exception):
    """The value or the gradient became NaN or infinite."""


def minimize(
    value_and_gradient: ValueAndGradient,
    parameters: Mapping[str, np.ndarray],
    settings: LBFGS | None = None,
    *,
    watch: Observer | None = None,
) -> Minimum:
    """Minimize a function of named arrays by L-BFGS.

    Parameters
    ----------
    value_and_gradient : callable
        Takes a dict with the names, shapes and dtypes of `parameters`; returns the value and a dict of gradients. It
        must be a deterministic function.
    parameters : mapping of str to ndarray
        Where to start.
    settings : LBFGS, optional
    watch : callable, optional
        Called as ``watch(iteration, value, parameters)`` after every iteration, counted from 1.

    Returns
    -------
    Minimum
        After Ctrl-C, or where the value becomes non-finite, the lowest point so far; its `status` says so.

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
    >>> from neurosim.trainers import minimize
    >>> def parabola(p): return float(np.sum((p["x"] - 3.0) ** 2)), {"x": 2.0 * (p["x"] - 3.0)}
    >>> minimize(parabola, {"x": np.zeros(2)}).parameters["x"].round(6)
    array([3., 3.])
    """
    from scipy.optimize import minimize

    settings = LBFGS() if settings is None else settings
    search = _Search(value_and_gradient, parameters, watch)
    options = {
        "maxiter": settings.iterations,
        "maxcor": settings.history_size,
        "ftol": settings.loss_tolerance,
        "gtol": settings.gradient_tolerance,
        "maxfun": 100 * settings.iterations,
    }
    status = COMPLETE
    try:
        result = minimize(
            search.evaluate,
            search.flatten(parameters),
            jac=True,
            method="L-BFGS-B",
            callback=search.count,
            options=options,
        )
        reason = str(result.message)
    except KeyboardInterrupt:
        status, reason = INTERRUPTED, "interrupted by Ctrl-C"
    except _NotFiniteError as error:
        status, reason = DIVERGED, str(error)
        if search.best is None:
            raise ParameterError(f"{clause(error)}; start from smaller weights.") from None
    best = search.unflatten(search.flatten(parameters)) if search.best is None else search.best
    return Minimum(best, search.value, search.iterations, status, reason)


class _Search:
    """Function of one vector, as SciPy needs it, from a function of named arrays; keeps the lowest point."""

    def __init__(
        self, function: ValueAndGradient, start: Mapping[str, np.ndarray], watch: Observer | None
    ) -> None:
        self.function, self.watch = function, watch
        self.start = {
            name: finite(f"parameters[{name!r}]", value)
            for name, value in named_entries("parameters", start, "give arrays by name").items()
        }
        if not callable(function):
            raise ParameterError(f"value_and_gradient must be a function (got {kind_of(function)}).")
        if not self.start:
            raise ParameterError("parameters must hold an array (got none); give arrays by name.")
        self.best: dict[str, np.ndarray] | None = None
        self.value = np.inf
        self.iterations = 0

    def flatten(self, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
        return np.concatenate([np.asarray(arrays[name], np.float64).ravel() for name in self.start])

    def unflatten(self, vector: np.ndarray) -> dict[str, np.ndarray]:
        ends = np.cumsum([array.size for array in self.start.values()])
        parts = np.split(vector, ends[:-1])
        return {
            name: part.reshape(array.shape).astype(array.dtype)
            for (name, array), part in zip(self.start.items(), parts, strict=True)
        }

    def evaluate(self, vector: np.ndarray) -> tuple[float, np.ndarray]:
        point = self.unflatten(vector)
        value, gradients = self.function(point)
        slope = self.flatten(gradients)
        if not (np.isfinite(value) and np.isfinite(slope).all()):
            what = f"the value is {value}" if np.isfinite(slope).all() else "the gradient is not finite"
            raise _NotFiniteError(f"{what} in iteration {self.iterations + 1}")
        if value < self.value:
            self.best, self.value = point, float(value)
        return float(value), slope

    def count(self, intermediate_result: Any) -> None:
        # SciPy passes the current point where the argument has this name
        self.iterations += 1
        if self.watch is not None:
            self.watch(self.iterations, float(intermediate_result.fun), self.unflatten(intermediate_result.x))
