"""Explicit Runge–Kutta schemes as data: one loop serves any tableau whose stages form a chain."""

from __future__ import annotations

from dataclasses import dataclass

from neurosim.errors import ParameterError
from neurosim.validation import entries, one_of

__all__ = ["EULER", "HEUN", "RK4", "SCHEMES", "Tableau", "find_scheme"]


@dataclass(frozen=True)
class Tableau:
    r"""Butcher tableau of an explicit scheme.

    .. math:: Y_i = x + dt \sum_{j<i} a_{ij} k_j, \quad k_i = f(t + c_i dt, Y_i), \quad
              x' = x + dt \sum_i b_i k_i.

    Noise is held during a step, so the same tableau is its own stochastic form: Euler becomes
    Euler–Maruyama, Heun the stochastic Heun scheme; with additive noise each has its deterministic order in
    the drift and strong order 1 in the noise (Rößler 2010).

    Parameters
    ----------
    name : str
    order : int
        The global error falls as dt**order.
    a : tuple of tuples
        Rows of stage weights; row i has i entries.
    b : tuple
        Weights of the stages in the step.

    Notes
    -----
    Each stage starts from the one before it alone: row i of `a` is zero but for its last entry. A step then needs the
    state, the state ahead and one running sum, however many stages there are.
    """

    name: str
    order: int
    a: tuple[tuple[float, ...], ...]
    b: tuple[float, ...]

    def __post_init__(self) -> None:
        remedy = "try SCHEMES['rk4']"
        entries("b", self.b, remedy)
        if any(entry for row in entries("a", self.a, remedy) for entry in entries("a", row, remedy)[:-1]):
            raise ParameterError(
                f"tableau {self.name!r} must be a chain, in which each stage starts from the one before it alone (got "
                f"a = {self.a}); {remedy}."
            )

    @property
    def ahead(self) -> tuple[float, ...]:
        """How far the stage after each stage is ahead along its slope; 0 after the last."""
        return (*(row[-1] for row in self.a[1:]), 0.0)

    @property
    def stages(self) -> int:
        """Number of evaluations of the time derivative in a step."""
        return len(self.b)

    @property
    def c(self) -> tuple[float, ...]:
        """Times of the stages within a step, as fractions of dt."""
        return tuple(float(sum(row)) for row in self.a)

    @property
    def nodes(self) -> tuple[float, ...]:
        """The distinct stage times, in order of first use: where inputs that vary in time are sampled."""
        return tuple(dict.fromkeys(self.c))


EULER = Tableau("euler", 1, a=((),), b=(1.0,))
HEUN = Tableau("heun", 2, a=((), (1.0,)), b=(0.5, 0.5))
RK4 = Tableau("rk4", 4, a=((), (0.5,), (0.0, 0.5), (0.0, 0.0, 1.0)), b=(1 / 6, 1 / 3, 1 / 3, 1 / 6))

SCHEMES = {scheme.name: scheme for scheme in (EULER, HEUN, RK4)}


def find_scheme(name: str) -> Tableau:
    """Tableau of that name."""
    return SCHEMES[one_of("scheme", name, SCHEMES)]
