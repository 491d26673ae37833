"""Traced derivatives of any plain function against finite differences."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from neurosim.equations import Expression, Graph, derivative, evaluate, formula
from neurosim.errors import EquationError, ParameterError, kind_of
from neurosim.randomness import Seed, seed_sequence
from neurosim.validation import instance_of

__all__ = ["check_derivatives"]

STEP = 1e-5
TOLERANCE = 1e-6
"""Central differences err by step² times the third derivative, and by rounding / step: both near 1e-10."""
POINTS = 200


def check_derivatives(function: Callable[..., Any], rng: Seed = 0, *, spread: float = 2.0) -> list[str]:
    """Check the first and second derivatives that neurosim draws from a plain NumPy function.

    Meant for an activation, or a piece of an equation, before it goes into a neuron; `check_neuron` does the
    same for whole neurons.

    Parameters
    ----------
    function : callable
        Of one or several numbers, in plain NumPy, element by element.
    rng : int, SeedSequence, Generator or None, optional
        Seed of the points.
    spread : float, optional
        Standard deviation of the arguments. Points within a step of a corner are left out, where the
        derivative is a convention (0 at the tie).

    Returns
    -------
    list of str
        What was checked, one line for each derivative.

    Raises
    ------
    EquationError
        When the function cannot be traced, or a derivative does not agree.

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.testing import check_derivatives
    >>> check_derivatives(lambda x: np.tanh(x) ** 2)
    ['by x: agrees', 'by x and x: agrees']
    """
    if not callable(function):
        raise ParameterError(
            f"function must be a function (got {kind_of(function)}); try lambda x: np.tanh(x)."
        )
    names = tuple(inspect.signature(function).parameters)
    graph = Graph()
    traced = function(*[graph.symbol(name) for name in names])
    instance_of("function(x)", traced, (Expression, float, int), "return an expression of the arguments")
    draw = np.random.default_rng(seed_sequence(rng))
    points = {name: spread * draw.standard_normal(POINTS) for name in names}
    report = []
    for first in names:
        slope = derivative(traced, first)
        _compare(lambda values: function(*values.values()), slope, first, points, f"by {first}")
        report.append(f"by {first}: agrees")
        for second in names:
            curvature = derivative(slope, second)
            label = f"by {first} and {second}"
            _compare(lambda values, slope=slope: evaluate(slope, values), curvature, second, points, label)
            report.append(f"{label}: agrees")
    return report


def _compare(
    value: Callable[..., Any], slope: Expression | float, name: str, points: dict[str, np.ndarray], label: str
) -> None:
    with np.errstate(all="ignore"):
        here, above, below = (
            np.broadcast_to(value({**points, name: points[name] + shift}), POINTS)
            for shift in (0.0, STEP, -STEP)
        )
        central = (above - below) / (2 * STEP)
        smooth = np.abs(above - 2 * here + below) < 1e-3 * STEP * (1 + np.abs(central))
    found = np.broadcast_to(evaluate(slope, points), POINTS)
    wrong = smooth & ~(np.abs(found - central) <= TOLERANCE * (1 + np.abs(central) + np.abs(here)))
    if wrong.any() or smooth.mean() < 0.5:
        where = int(np.argmax(wrong if wrong.any() else ~smooth))
        at = ", ".join(f"{key} = {column[where]:.6g}" for key, column in points.items())
        raise EquationError(
            f"the derivative {label} at {at} is {found[where]:.6g} by its trace {formula(slope)} and "
            f"{central[where]:.6g} by finite differences; write the function without jumps, or report this."
        )
