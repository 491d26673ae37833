"""Continuation of a fixed point along an input or a parameter, through folds, with its bifurcations."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.analysis.fixed_points.arclength import ArclengthCurve, Status, follow
from neurosim.analysis.fixed_points.bifurcations import Bifurcation, bifurcation_between
from neurosim.analysis.fixed_points.fixed_points import search_settings
from neurosim.analysis.fixed_points.mixed_field import as_field, network_field
from neurosim.analysis.fixed_points.search import newton
from neurosim.analysis.fixed_points.vector_field import VectorField, norms
from neurosim.analysis.stability import growth_in_flow
from neurosim.analysis.system import System
from neurosim.blas import one_blas_thread
from neurosim.errors import ParameterError, ShapeError
from neurosim.network import Network
from neurosim.progress import progress_bar
from neurosim.results.result import Result
from neurosim.validation import finite, positive, whole_number

__all__ = ["Branch", "continue_along_input", "continue_along_parameter"]

TOLERANCE = 1e-11
"""Largest norm of F on a curve, in units of the state per fastest time constant."""


@dataclass(frozen=True, eq=False)
class Branch(Result, speeds="state/time", eigenvalues="1/time"):
    """Fixed points along one curve, in the order of the continuation.

    Stability and bifurcations are those of the flow, also where the network is stepped as a map (`Network.stepping`,
    `System.step`): the points of a map are the same, and so are its saddle-nodes, pitchforks and transcritical
    bifurcations, but it oscillates earlier than its flow, and may alternate from step to step.

    Attributes
    ----------
    parameter : ndarray, shape (points,)
        Not monotonic where the curve folds back.
    states : ndarray, shape (points, units) or (points, units, variables)
    speeds : ndarray, shape (points,)
        ‖F‖ at each point.
    eigenvalues : ndarray of complex, shape (points, units variables)
        Of the Jacobian of the flow, in 1/time, by descending real part.
    bifurcations : tuple of Bifurcation
        Where eigenvalues cross the imaginary axis, in the order of the curve.
    span : tuple of float
    status : {"left the span", "closed", "most points", "no convergence", "interrupted"}
        Why the curve ends where it does.
    end : str
        The same as a sentence with numbers.
    """

    parameter: np.ndarray
    states: np.ndarray
    speeds: np.ndarray
    eigenvalues: np.ndarray
    bifurcations: tuple[Bifurcation, ...]
    span: tuple[float, float]
    status: Status
    end: str

    def __len__(self) -> int:
        return len(self.parameter)

    @property
    def complete(self) -> bool:
        """Whether the whole curve within the span was followed: it left the span, or came back to its beginning."""
        return self.status in ("left the span", "closed")

    @property
    def stable(self) -> np.ndarray:
        """Whether each point is stable in the flow, none of its modes marginal, shape (points,)."""
        return np.asarray((growth_in_flow(self.eigenvalues) < 0).all(axis=1))

    def __repr__(self) -> str:
        names = ", ".join(f"{each.kind} at {each.parameter:.6g}" for each in self.bifurcations)
        return f"Branch({len(self)} points, {names or 'no bifurcation'}; {self.end})"


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
    r"""Follow a fixed point while the constant input moves on a line, :math:`y(p) = y_0 + p (y_1 - y_0)`.

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
    field = network_field(network)
    ends = [field.with_inputs(each).inputs for each in _pair("inputs", inputs)]
    if not np.any(ends[1] - ends[0]):
        raise ParameterError("inputs must differ between both ends (got twice the same).")
    return _branch(
        lambda p: field.with_inputs(ends[0] + p * (ends[1] - ends[0])),
        state,
        span,
        step=step,
        points=points,
        progress=progress,
    )


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
        Constant input.
    step : float, optional
        Longest step, in parts of the span and in root mean square change of the state. Steps are halved where Newton's
        method does not converge. Two bifurcations within a step that undo each other are not seen.
    points : int, optional
        Most points.
    progress : bool, optional
        As in `neurosim.simulate`. Ctrl-C keeps the points so far: `Branch.status` is "interrupted".

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
            f"family must be a function of the parameter, such as "
            f"lambda gain: network.replace(recurrent=gain * network.recurrent) (got {family!r})."
        )
    return _branch(
        lambda p: as_field(family(float(p)), inputs), state, span, step=step, points=points, progress=progress
    )


def _pair(name: str, given: Any) -> list[Any]:
    if not isinstance(given, (tuple, list, np.ndarray)) or len(given) != 2:
        raise ParameterError(f"{name} must be a pair, such as (first, last) (got {given!r}).")
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
        raise ParameterError(f"span must have two different ends (got {span!r}).")
    step, points = positive("step", step), whole_number("points", points, 2)
    field = field_at(low)
    begin = field.inside(state)
    if begin.shape[1] != 1:
        raise ShapeError(f"state must be one state (got shape {np.shape(state)}).")
    constants = field.time_constants(begin)
    settings = search_settings(constants, tolerance=TOLERANCE / constants.fastest, iterations=50)
    start = newton(field, begin, settings)
    if not start.found[0]:
        raise ParameterError(
            f"state must be near a fixed point at {low:g}, but Newton's method stops at a speed of "
            f"{start.speeds[0]:.2g}; take one from fixed_points()."
        )
    curve = ArclengthCurve(field_at, low, high, begin.shape, settings.tolerance)
    with progress_bar(1.0, "continuation", "span", progress) as bar:
        places, end = follow(curve, start.states, step, points, bar.update)
    found = [bifurcation_between(curve, a, b) for a, b in itertools.pairwise(places)]
    states = np.concatenate([curve.state(place.at) for place in places], axis=1)
    return Branch(
        parameter=np.array([curve.parameter(place.at) for place in places]),
        states=field.outside(states),
        speeds=np.array([norms(curve.speed(place.at))[0] for place in places]),
        eigenvalues=np.array([place.eigenvalues for place in places]),
        bifurcations=tuple(each for some in found for each in some),
        span=(low, high),
        status=end.status,
        end=end.reason,
    )
