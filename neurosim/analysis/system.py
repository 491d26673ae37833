"""Dynamical systems given by their functions, for the analyses that need only a time derivative and a Jacobian."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.errors import ParameterError, ShapeError
from neurosim.time_constants import TimeConstants
from neurosim.validation import finite, positive, whole_number

__all__ = ["System"]

Function = Callable[[np.ndarray], Any]


@dataclass(frozen=True)
class System:
    r"""Flow :math:`ds/dt = F(s)` given by its time derivative and its Jacobian, or a map, instead of a network.

    `lyapunov_spectrum`, `fixed_points`, `limit_cycle`, `continue_along_parameter` and `jacobian_spectrum` accept one
    wherever they accept a network. They call the two functions state by state, in Python: for a network of units,
    declare a `neurosim.Neuron`, which is compiled. Functions may return float32: results are then as precise as that.

    Parameters
    ----------
    speed : callable
        F of a state (size,), an array of the same shape.
    jacobian : callable
        :math:`\partial F_i / \partial s_j` of a state, shape (size, size).
    size : int
        Number of variables.
    step : float, optional
        Duration of one step, where F is that of the Euler map :math:`s' = s + step\, F(s)`; see `of_map`. None: a flow.
    check_jacobian : bool, optional
        Compare the Jacobian with finite differences of F at the first state of each analysis, along two directions:
        some six evaluations of F.

    Examples
    --------
    The equations of Lorenz (1963), whose largest exponent is 0.906:

    >>> import numpy as np
    >>> import neurosim as ns
    >>> def speed(s):
    ...     x, y, z = s
    ...     return np.array([10.0 * (y - x), x * (28.0 - z) - y, x * y - 8.0 / 3.0 * z])
    >>> def jacobian(s):
    ...     x, y, z = s
    ...     return np.array([[-10.0, 10.0, 0.0], [28.0 - z, -1.0, -x], [y, x, -8.0 / 3.0]])
    >>> lorenz = ns.analysis.System(speed, jacobian, size=3)
    >>> starts = np.array([[1.0, 1.0, 1.0], [8.0, 8.0, 27.0], [-8.0, -8.0, 27.0]])
    >>> ns.analysis.fixed_points(lorenz, starts=starts).kinds
    ('saddle of index 1', 'saddle of index 2', 'saddle of index 2')
    """

    speed: Function
    jacobian: Function
    size: int
    step: float | None = None
    check_jacobian: bool = True

    def __post_init__(self) -> None:
        whole_number("size", self.size)
        if self.step is not None:
            positive("step", self.step)
        for name in ("speed", "jacobian"):
            if not callable(getattr(self, name)):
                raise ParameterError(f"{name} must be a function of a state (got {getattr(self, name)!r}).")

    @classmethod
    def of_map(cls, step: Function, jacobian: Function, size: int, *, check_jacobian: bool = True) -> System:
        r"""Map :math:`s' = f(s)`, given by its step and the Jacobian of the step.

        It becomes :math:`F = f(s) - s`, whose Euler step with dt = 1 is the map: fixed points and their stability are
        those of the map, ``multipliers()`` its eigenvalues, and exponents are those of the map, per step.

        Examples
        --------
        The logistic map at 4 has the exponent ln 2.

        >>> import numpy as np
        >>> import neurosim as ns
        >>> logistic = ns.analysis.System.of_map(lambda x: 4 * x * (1 - x), lambda x: np.diag(4 - 8 * x), size=1)
        >>> found = ns.analysis.lyapunov_spectrum(logistic, duration=20_000, initial_state=np.array([0.3]), rng=0)
        >>> round(float(found.values[0]), 2)
        0.69
        """

        def difference(state: np.ndarray) -> np.ndarray:
            image = np.asarray(step(state))
            # in the precision of the step, so that it is seen what that is
            return (image - state).astype(image.dtype if image.dtype.kind == "f" else np.float64)

        return cls(
            difference,
            lambda s: np.asarray(jacobian(s)) - np.eye(len(s)),
            size,
            step=1.0,
            check_jacobian=check_jacobian,
        )

    def speed_at(self, state: np.ndarray) -> np.ndarray:
        """F in double precision, checked for its shape."""
        return _require_shape("speed", np.asarray(self.speed(state), np.float64), (self.size,))

    def jacobian_at(self, state: np.ndarray) -> np.ndarray:
        """Jacobian in double precision, checked for its shape."""
        return _require_shape(
            "jacobian", np.asarray(self.jacobian(state), np.float64), (self.size, self.size)
        )

    def precision_at(self, state: np.ndarray) -> float:
        """Relative rounding error of F: that of the type of number which `speed` returns."""
        kind = np.asarray(self.speed(state)).dtype
        return max(float(np.finfo(kind if kind.kind == "f" else np.float64).eps), float(np.finfo(float).eps))

    def time_constants(self, state: np.ndarray) -> TimeConstants:
        """Time constants of the Jacobian at a state, from the largest and the median modulus of its eigenvalues.

        The median, since the smallest may vanish at any state by chance. Of a map, its step.
        """
        if self.step is not None:
            return TimeConstants(self.step, self.step)
        moduli = np.abs(np.linalg.eigvals(self.jacobian_at(state)))
        return TimeConstants.of_eigenvalues(np.array([moduli.max(), np.median(moduli)]))

    def checked_state(self, name: str, state: Any) -> np.ndarray:
        """One state, shape (size,)."""
        if state is None:
            raise ParameterError(
                f"{name} must be given for a System, which has no resting state; give shape ({self.size},)."
            )
        return _require_shape(name, finite(name, state, np.float64), (self.size,)).copy()

    def require_jacobian(self, state: np.ndarray) -> None:
        """Raise where the Jacobian is not the derivative of F at a state, unless `check_jacobian` is False.

        Along two fixed random directions v, J v is compared with differences of F. At a kink, either side is right.
        """
        if not self.check_jacobian:
            return
        jacobian, precision = self.jacobian_at(state), self.precision_at(state)
        # balances truncation, h², against rounding, precision / h
        length = precision ** (1.0 / 3.0) * max(1.0, float(np.abs(state).max()))
        for direction in np.random.default_rng(0).standard_normal((2, self.size)):
            here, after, before = (self.speed_at(state + k * length * direction) for k in (0, 1, -1))
            sides = np.array([after - here, here - before, 0.5 * (after - before)]) / length
            expected = jacobian @ direction
            scale = np.abs(jacobian) @ np.abs(direction) + np.abs(sides).max()
            allowed = 1e3 * precision ** (2.0 / 3.0) * scale
            wrong = (expected < sides.min(axis=0) - allowed) | (expected > sides.max(axis=0) + allowed)
            if wrong.any():
                self._raise_wrong_jacobian(state, int(np.flatnonzero(wrong)[0]), length)

    def _raise_wrong_jacobian(self, state: np.ndarray, row: int, length: float) -> None:
        moves = length * np.eye(self.size)
        true = np.array([self.speed_at(state + move) - self.speed_at(state - move) for move in moves]).T
        true /= 2.0 * length
        given = self.jacobian_at(state)
        column = int(np.abs(given[row] - true[row]).argmax())
        transposed = np.allclose(given.T, true, rtol=1e-3, atol=1e-3 * np.abs(true).max())
        remedy = "it is transposed" if transposed else "J[i, j] is the derivative of F_i by s_j"
        raise ParameterError(
            f"jacobian must be the derivative of speed: at the first state its entry [{row}, {column}] must be "
            f"{true[row, column]:.6g}, a finite difference (got {given[row, column]:.6g}); {remedy}. "
            f"check_jacobian=False leaves this check out."
        )


def _require_shape(name: str, array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    if array.shape != shape:
        raise ShapeError(
            f"{name} must have shape {shape} for a system of size {shape[0]} (got {array.shape})."
        )
    return array
