"""Any dynamical system, for the analyses that need no more than its speed and its Jacobian."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.errors import ParameterError, ShapeError
from neurosim.validation import finite, whole_number

__all__ = ["System"]

Function = Callable[[np.ndarray], Any]


@dataclass(frozen=True)
class System:
    r"""Flow :math:`ds/dt = F(s)` given by its speed and its Jacobian, or a map, instead of a network.

    `lyapunov_spectrum`, `fixed_points`, `limit_cycle`, `continue_along_parameter` and `jacobian_spectrum` accept one
    wherever they accept a network. They call the two functions state by state, in Python: for a network of units,
    declare a `neurosim.Neuron`, which is compiled.

    Parameters
    ----------
    speed : callable
        F of a state (size,), an array of the same shape.
    jacobian : callable
        :math:`\partial F_i / \partial s_j` of a state, shape (size, size).
    size : int
        Number of variables.

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

    def __post_init__(self) -> None:
        whole_number("size", self.size)
        for name in ("speed", "jacobian"):
            if not callable(getattr(self, name)):
                raise ParameterError(
                    f"{name} = {getattr(self, name)!r} is no function; give a function of a state."
                )

    @classmethod
    def of_map(cls, step: Function, jacobian: Function, size: int) -> System:
        r"""Map :math:`s' = f(s)`, given by its step and the Jacobian of the step.

        It becomes the flow :math:`F = f(s) - s`, whose Euler step with dt = 1 is the map: fixed points are
        those of the map, ``multipliers(dt=1.0)`` its eigenvalues, and exponents come from ``dt=1.0, scheme="euler"``.

        Examples
        --------
        The logistic map at 4 has the exponent ln 2.

        >>> import numpy as np
        >>> import neurosim as ns
        >>> logistic = ns.analysis.System.of_map(lambda x: 4 * x * (1 - x), lambda x: np.diag(4 - 8 * x), size=1)
        >>> found = ns.analysis.lyapunov_spectrum(
        ...     logistic, duration=20_000, dt=1.0, scheme="euler", initial_state=np.array([0.3]), rng=0
        ... )
        >>> round(float(found.values[0]), 2)
        0.69
        """
        return cls(
            lambda s: np.asarray(step(s)) - s, lambda s: np.asarray(jacobian(s)) - np.eye(len(s)), size
        )

    def speed_at(self, state: np.ndarray) -> np.ndarray:
        """F, checked for its shape."""
        return _shaped("speed", np.asarray(self.speed(state), np.float64), (self.size,))

    def jacobian_at(self, state: np.ndarray) -> np.ndarray:
        """Jacobian, checked for its shape."""
        return _shaped("jacobian", np.asarray(self.jacobian(state), np.float64), (self.size, self.size))

    def checked_state(self, name: str, state: Any) -> np.ndarray:
        """One state, shape (size,)."""
        if state is None:
            raise ParameterError(
                f"{name} is missing; a System has no state of rest: give one of shape ({self.size},)."
            )
        return _shaped(name, finite(name, state, np.float64), (self.size,)).copy()


def _shaped(name: str, array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    if array.shape != shape:
        raise ShapeError(f"{name} has shape {array.shape}; a system of size {shape[0]} needs {shape}.")
    return array
