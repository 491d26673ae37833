"""Fixed and slow points of a network: where its state stands still."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurosim.analysis.fixed_points.certification import certificates, smallest_singular_values
from neurosim.analysis.fixed_points.results import Candidates, FixedPoints
from neurosim.analysis.fixed_points.search import Search, damped, distinct, newton
from neurosim.analysis.fixed_points.starts import start_states
from neurosim.analysis.fixed_points.system_field import as_field
from neurosim.analysis.fixed_points.vector_field import VectorField, norms
from neurosim.analysis.system import System
from neurosim.blas import one_blas_thread
from neurosim.kernels.runtime.threads import threads_available
from neurosim.network import Network
from neurosim.progress import progress_bar
from neurosim.randomness import Seed
from neurosim.validation import check_keywords, positive, whole_number

__all__ = ["fixed_points"]

LINGERING = 30.0
"""Speed, in units of that of a slow point, below which a start may be near one."""
FLAT = 1e3
"""How many times further apart two minima of the speed may be than two zeros, and still be one."""
SINGULAR = 1e-9
"""Singular value of J, in 1/time, below which it counts as zero."""
JUMP = 0.1
"""Root mean square distance from which Newton's method has left the neighborhood of its start."""


@check_keywords
@one_blas_thread()
def fixed_points(
    network: Network | System,
    inputs: np.ndarray | None = None,
    starts: Any = 1000,
    *,
    displacement: float = 0.0,
    tolerance: float = 1e-12,
    slow_speed: float = 1e-3,
    separation: float = 1e-6,
    iterations: int = 100,
    threads: int | None = None,
    progress: bool | None = None,
    rng: Seed = None,
) -> FixedPoints:
    r"""Fixed points of a network under an input that is held, and its slow points.

    .. math:: F(s) = drift(s, W r(s) + W_{in} y + b) = 0

    From every start, full Newton steps with the exact Jacobian, clipped in length to 0.3 √(dimension), and to half a
    √(dimension) after 40 of them. Starts that do not converge, that linger and were left in a jump, or that end on a
    line of fixed points, are taken again by damped Gauss–Newton steps, down to the nearest minimum of the speed. What
    stands still is certified, and found twice is kept once. All in double precision and without noise.

    Parameters
    ----------
    network : Network or System
        Of any neuron and connectivity; or functions, with states as `starts`.
    inputs : ndarray, shape (channels,), optional
        Input that is held. Default: zero.
    starts : int, Trajectory or ndarray, optional
        How many states to draw from trajectories of the network under this input, transients included; or a run, all
        recorded states of which are taken; or states (starts, units), with a last axis for the variables of a unit
        that has several.
    displacement : float, optional
        Standard deviation of Gaussian numbers that are added to the starts, for points that trajectories avoid.
    tolerance : float, optional
        Largest ‖F‖ of a fixed point, in units of the state per time. Where the rounding error of F is larger, that.
    slow_speed : float, optional
        Largest ‖F‖ of a slow point.
    separation : float, optional
        Root mean square distance below which two points are one.
    iterations : int, optional
        Most Newton steps from a start, and most damped steps after them.
    threads : int, optional
        Default: all that numba has. The result does not depend on it.
    progress : bool, optional
        Show a bar. Default: in a terminal or a notebook, for searches of more than two seconds.
    rng : int, SeedSequence, Generator or None, optional
        Seed of the trajectories, the choice of states and the displacements.

    Returns
    -------
    FixedPoints
        Ordered by the number of growing modes, then by how many starts ended there.

    Raises
    ------
    ParameterError, ShapeError
        For arguments that do not fit, by name.
    StabilityError
        When the trajectories leave the finite numbers; give states as `starts`.

    Notes
    -----
    A Newton step costs (dimension)³ / 3 multiplications for each start, 0.1 ms for 100 units; about 60 are
    needed in chaotic networks, 5 to 10 in trained ones. Points from which nothing starts nearby are not found:
    `FixedPoints.coverage` estimates how much is missing. Memories that oscillate are no fixed points; see `attractors`.

    References
    ----------
    D. Sussillo, O. Barak, Neural Computation 25, 626 (2013), which goes down the gradient of q = ½‖F‖².

    Examples
    --------
    A pair of units that inhibit each other is a switch: one wins, or the other, with a saddle between.

    >>> import numpy as np
    >>> import neurosim as ns
    >>> pair = ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(np.array([[0.0, -2.0], [-2.0, 0.0]])), size=2, rng=0)
    >>> ns.analysis.fixed_points(pair, rng=1).kinds
    ('stable node', 'stable node', 'saddle of index 1')
    """
    field = as_field(network, inputs)
    tolerance, slow_speed = positive("tolerance", tolerance), positive("slow_speed", slow_speed)
    separation, iterations = positive("separation", separation), whole_number("iterations", iterations)
    begin = start_states(field, starts, displacement, rng)
    with progress_bar(begin.shape[1], "fixed points", "start", progress) as bar:
        search = newton(
            field,
            begin,
            tolerance=tolerance,
            iterations=iterations,
            threads=threads_available(threads),
            advance=bar.update,
        )
    search = _second_chance(
        field, begin, search, tolerance=tolerance, slow_speed=slow_speed, iterations=iterations
    )
    points, counts = _groups(search, search.found, separation)
    slow = ~search.found & (search.speeds <= slow_speed)
    rest = ~search.found & ~slow
    eigenvalues = field.each_jacobian(_eigenvalues, points)
    order = np.lexsort((-counts, (eigenvalues.real > 0.0).sum(axis=1)))
    points, counts = points[:, order], counts[order]
    certain = certificates(field, points)
    return FixedPoints(
        network=network,
        inputs=field.inputs,
        states=field.outside(points),
        speeds=norms(field.speeds(points)),
        eigenvalues=eigenvalues[order],
        radii=np.array([each.radius for each in certain]),
        reasons=tuple(each.reason for each in certain),
        counts=counts,
        distances=_nearest(points, begin),
        slow=_candidates(field, search, slow, separation),
        unconverged=_candidates(field, search, rest, separation),
        tolerance=tolerance,
        slow_speed=slow_speed,
        separation=separation,
    )


def _second_chance(
    field: VectorField,
    begin: np.ndarray,
    search: Search,
    *,
    tolerance: float,
    slow_speed: float,
    iterations: int,
) -> Search:
    """Search again, downhill: where Newton's method failed, and where it jumped away from a state that lingers."""
    lingers = norms(field.speeds(begin)) <= LINGERING * slow_speed
    jumped = norms(search.states - begin) > JUMP * np.sqrt(field.size)
    again = np.flatnonzero(~search.found | (lingers & jumped) | _on_a_line(field, search))
    if not again.size:
        return search
    lower = damped(field, begin[:, again], tolerance=tolerance, iterations=iterations)
    better = ~search.found[again] | lower.found | (lower.speeds <= slow_speed)
    chosen, states = again[better], search.states.copy()
    speeds, found = search.speeds.copy(), search.found.copy()
    states[:, chosen], speeds[chosen] = lower.states[:, better], lower.speeds[better]
    found[chosen] = lower.found[better]
    return Search(states, speeds, found)


def _on_a_line(field: VectorField, search: Search) -> np.ndarray:
    """Which starts ended where J is singular: on a line of fixed points Newton's method slides, shape (starts,)."""
    chosen = np.flatnonzero(search.found)
    representatives, groups = distinct(search.states[:, chosen], search.speeds[chosen], 1e-6)
    points = search.states[:, chosen[representatives]]
    singular = smallest_singular_values(field, points) < SINGULAR
    ended = np.zeros(len(search.found), bool)
    ended[chosen] = singular[groups]
    return ended


def _groups(search: Search, chosen: np.ndarray, separation: float) -> tuple[np.ndarray, np.ndarray]:
    """Distinct states among those chosen, and how many starts ended at each."""
    states = search.states[:, chosen]
    representatives, groups = distinct(states, search.speeds[chosen], separation)
    return states[:, representatives], np.bincount(groups, minlength=len(representatives))


def _candidates(field: VectorField, search: Search, chosen: np.ndarray, separation: float) -> Candidates:
    # a minimum of the speed is flat, and its place less precise than that of a zero
    states, counts = _groups(search, chosen, FLAT * separation)
    return Candidates(field.outside(states), norms(field.speeds(states)), counts)


def _eigenvalues(jacobians: np.ndarray) -> np.ndarray:
    """Eigenvalues of each Jacobian by descending real part."""
    values = np.linalg.eigvals(jacobians).astype(np.complex128)
    return np.take_along_axis(values, np.lexsort((-values.imag, -values.real), axis=-1), axis=-1)


def _nearest(points: np.ndarray, begin: np.ndarray) -> np.ndarray:
    """Root mean square distance from each point to the nearest start."""
    size = np.sqrt(points.shape[0] * points.shape[2])
    return np.array([norms(begin - points[:, k : k + 1]).min() for k in range(points.shape[1])]) / size
