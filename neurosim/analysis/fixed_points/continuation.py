"""Follow a fixed point while an input or a parameter changes, round folds, and name the bifurcations on the way."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.analysis.fixed_points.arclength import Curve, followed
from neurosim.analysis.fixed_points.bifurcations import Bifurcation, bifurcation_between
from neurosim.analysis.fixed_points.network_field import NetworkField
from neurosim.analysis.fixed_points.search import newton
from neurosim.analysis.fixed_points.system_field import as_field
from neurosim.analysis.fixed_points.vector_field import VectorField, norms
from neurosim.analysis.system import System
from neurosim.blas import one_blas_thread
from neurosim.errors import ParameterError, ShapeError
from neurosim.network import Network
from neurosim.progress import progress_bar
from neurosim.validation import check_keywords, finite, positive, whole_number

__all__ = ["Branch", "continue_along_input", "continue_along_parameter"]


@dataclass(frozen=True, eq=False)
class Branch:
    """Fixed points along one curve, in the order in which they were followed.

    Attributes
    ----------
    parameter : ndarray, shape (points,)
        Not monotonic where the curve folds back.
    states : ndarray, shape (points, units) or (points, units, variables)
    speeds : ndarray, shape (points,)
        ‖F‖ that is left.
    eigenvalues : ndarray of complex, shape (points, units variables)
        Of the Jacobian of the flow, in 1/time, by descending real part.
    bifurcations : tuple of Bifurcation
        Where eigenvalues cross the imaginary axis, in the order of the curve.
    span : tuple of float
    end : str
        Why the curve ends where it does.
    complete : bool
        Whether it ends because it left the span.
    """

    parameter: np.ndarray
    states: np.ndarray
    speeds: np.ndarray
    eigenvalues: np.ndarray
    bifurcations: tuple[Bifurcation, ...]
    span: tuple[float, float]
    end: str
    complete: bool

    def __len__(self) -> int:
        return len(self.parameter)

    @property
    def stable(self) -> np.ndarray:
        """Whether each point is stable in the flow, shape (points,)."""
        return self.eigenvalues.real.max(axis=1) < 0.0

    def __repr__(self) -> str:
        names = ", ".join(f"{each.kind} at {each.parameter:.6g}" for each in self.bifurcations)
        return f"Branch({len(self)} points, {names or 'no bifurcation'}; {self.end})"


@check_keywords
def continue_along_input(
    network: Network,
    state: np.ndarray,
    inputs: Sequence[np.ndarray],
    span: tuple[float, float] = (0.0, 1.0),
    *,
    step: float = 0.02,
    points: int = 1000,
    progress: bool | None = None,
) -> Branch:
    r"""Follow a fixed point while the held input moves on a line, :math:`y(p) = y_0 + p (y_1 - y_0)`.

    Parameters
    ----------
    network : Network
    state : ndarray, shape (units,) or (units, variables)
        Fixed point at the first end of the span, or near one.
    inputs : pair of ndarray, shape (channels,)
        The inputs y₀ at p = 0 and y₁ at p = 1.
    span : pair of float, optional
        Values of p from which to begin and beyond which to stop.
    step, points, progress
        As in `continue_along_parameter`.

    Returns
    -------
    Branch

    Examples
    --------
    A unit that excites itself twice as strongly as it leaks has two stable states, between folds at ±0.5328.

    >>> import numpy as np
    >>> import neurosim as ns
    >>> unit = ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(np.array([[2.0]])), size=1, inputs=1, rng=0)
    >>> unit = unit.replace(input_weights=np.ones((1, 1)))
    >>> branch = ns.analysis.continue_along_input(unit, np.array([-2.9]), inputs=([-1.0], [1.0]))
    >>> [(each.kind, round(2 * each.parameter - 1, 4)) for each in branch.bifurcations]
    [('saddle-node', 0.5328), ('saddle-node', -0.5328)]
    """
    field = NetworkField(network)
    ends = [field.driven(each).inputs for each in _pair("inputs", inputs)]
    if not np.any(ends[1] - ends[0]):
        raise ParameterError("inputs are equal at both ends; give two different ones.")
    return _branch(
        lambda p: field.driven(ends[0] + p * (ends[1] - ends[0])),
        state,
        span,
        step=step,
        points=points,
        progress=progress,
    )


@check_keywords
def continue_along_parameter(
    family: Callable[[float], Network | System],
    state: np.ndarray,
    span: tuple[float, float],
    inputs: np.ndarray | None = None,
    *,
    step: float = 0.02,
    points: int = 1000,
    progress: bool | None = None,
) -> Branch:
    r"""Follow a fixed point while a parameter changes.

    Pseudo-arclength continuation: the parameter is an unknown like the state, and the curve is followed round folds.
    Where a real eigenvalue crosses zero there is a saddle-node (the curve turns), a pitchfork or a transcritical
    bifurcation (another curve crosses); where a pair crosses the imaginary axis, a Hopf bifurcation. They are those of
    the flow.

    Parameters
    ----------
    family : callable
        Network, or `System`, at a value of the parameter, smooth in it:
        ``lambda gain: network.replace(recurrent=gain * weights)``. It must not draw new weights at each value: give it
        a seed.
    state : ndarray, shape (units,) or (units, variables)
        Fixed point at the first end of the span, or near one.
    span : pair of float
        Value from which to begin, and the other end. The curve is followed until it leaves this range on either side.
    inputs : ndarray, shape (channels,), optional
        Input that is held.
    step : float, optional
        Longest step, in parts of the span and in root mean square change of the state. Steps are halved where Newton's
        method does not converge. Two bifurcations within a step that undo each other are not seen.
    points : int, optional
        Most points.
    progress : bool, optional
        As in `neurosim.simulate`. Ctrl-C keeps the points so far; `Branch.end` says so.

    Returns
    -------
    Branch

    Raises
    ------
    ParameterError
        When there is no fixed point near `state` at the beginning.

    Notes
    -----
    Each point costs the eigenvalues of the Jacobian, 10 dimension³ operations, and some three linear systems. To follow
    a curve that crosses at a pitchfork, begin at ``bifurcation.state + 0.1 * bifurcation.direction``.

    References
    ----------
    H. B. Keller, in Applications of Bifurcation Theory (ed. P. Rabinowitz), Academic Press 1977, 359.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> def unit(gain):
    ...     return ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(np.array([[gain]])), size=1, rng=0)
    >>> branch = ns.analysis.continue_along_parameter(unit, np.array([0.0]), span=(0.5, 1.5))
    >>> [(each.kind, round(each.parameter, 6)) for each in branch.bifurcations]
    [('pitchfork', 1.0)]
    """
    if not callable(family):
        raise ParameterError(
            f"family = {family!r} is no function; give lambda value: network, such as "
            f"lambda gain: network.replace(recurrent=gain * network.recurrent)."
        )
    return _branch(
        lambda p: as_field(family(float(p)), inputs), state, span, step=step, points=points, progress=progress
    )


def _pair(name: str, given: Any) -> list[Any]:
    if not isinstance(given, (tuple, list, np.ndarray)) or len(given) != 2:
        raise ParameterError(f"{name} = {given!r} must be a pair, such as (first, last).")
    return list(given)


@one_blas_thread()
def _branch(
    field_at: Callable[[float], VectorField],
    state: Any,
    span: tuple[float, float],
    *,
    step: float,
    points: int,
    progress: bool | None,
) -> Branch:
    low, high = (float(end) for end in finite("span", _pair("span", span), np.float64))
    if low == high:
        raise ParameterError(f"span = {span!r} is empty; give two different values.")
    step, points = positive("step", step), whole_number("points", points, 2)
    field = field_at(low)
    begin = field.inside(state)
    if begin.shape[1] != 1:
        raise ShapeError(f"state has shape {np.shape(state)}; give one state.")
    search = newton(field, begin, tolerance=1e-11, iterations=50)
    if not search.found[0]:
        raise ParameterError(
            f"state is not near a fixed point at {low:g}: Newton's method stops at a speed of {search.speeds[0]:.2g}; "
            f"take one from fixed_points()."
        )
    curve = Curve(field_at, low, high, begin.shape)
    with progress_bar(1.0, "continuation", "span", progress) as bar:
        places, end = followed(curve, search.states, step, points, bar.update)
    found = [bifurcation_between(curve, a, b) for a, b in itertools.pairwise(places)]
    states = np.concatenate([curve.state(place.at) for place in places], axis=1)
    return Branch(
        parameter=np.array([curve.parameter(place.at) for place in places]),
        states=field.outside(states),
        speeds=np.array([norms(curve.speed(place.at))[0] for place in places]),
        eigenvalues=np.array([place.eigenvalues for place in places]),
        bifurcations=tuple(each for some in found for each in some),
        span=(low, high),
        end=end,
        complete=end.startswith("left"),
    )
