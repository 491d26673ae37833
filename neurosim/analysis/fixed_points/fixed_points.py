"""Fixed and slow points of a network or a system under a constant input."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurosim.analysis.delays.fixed_point_stability import with_roots
from neurosim.analysis.delays.linearization import without_delays
from neurosim.analysis.fixed_points.certification import certify
from neurosim.analysis.fixed_points.mixed_field import as_field
from neurosim.analysis.fixed_points.results import FixedPoints
from neurosim.analysis.fixed_points.search import Settings, search
from neurosim.analysis.fixed_points.starts import start_states
from neurosim.analysis.linear_regions.all_fixed_points import affordable_fixed_points
from neurosim.analysis.system import System
from neurosim.blas import one_blas_thread
from neurosim.kernels.runtime.threads import threads_available
from neurosim.network import Network
from neurosim.progress import progress_bar
from neurosim.randomness import Seed
from neurosim.time_constants import TimeConstants
from neurosim.validation import check_keywords, positive, whole_number

__all__ = ["fixed_points", "search_settings"]

TOLERANCE = 1e-12
"""Largest norm of F at a fixed point, in units of the state per fastest time constant."""
SLOW = 1e-3
"""Largest norm of F at a slow point, in units of the state per slowest time constant."""


@check_keywords
@one_blas_thread()
def fixed_points(
    network: Network | System,
    inputs: np.ndarray | None = None,
    starts: Any = 1000,
    *,
    displacement: float = 0.0,
    tolerance: float | None = None,
    slow_speed: float | None = None,
    separation: float = 1e-6,
    iterations: int = 100,
    threads: int | None = None,
    progress: bool | None = None,
    rng: Seed = None,
) -> FixedPoints:
    r"""Fixed points of a network under a constant input, and its slow points.

    .. math:: F(s) = drift(s, W r(s) + W_{in} y + b) = 0

    A search, then a certification. From every start, full Newton steps with the exact Jacobian, clipped in length to
    0.3 √(dimension), and to half a √(dimension) after 40 of them. Starts that do not converge, that begin near a slow
    point and jump away, or that end on a line of fixed points, are repeated with damped Gauss–Newton steps, down to the
    nearest minimum of the speed. Distinct zeros of F are then certified. Where `all_fixed_points` applies, to
    piecewise-linear units with weights of low rank or in small number, its points are in the list, which is then
    complete: `FixedPoints.status`. All in double precision and without noise: how the network is stepped decides only
    whether stability is that of its Euler map or of its flow, see `FixedPoints.dt`.

    Parameters
    ----------
    network : Network or System
        Of any neuron and connectivity; or functions, with states as `starts`. With delays, points are those of the
        network without, as are the trajectories of `starts`, and stability is that of the flow with its delays:
        `FixedPoints.eigenvalues` are the rightmost `characteristic_roots`.
    inputs : ndarray, shape (channels,), optional
        Constant input. Default: zero.
    starts : int, Trajectory or ndarray, optional
        How many states to draw from trajectories of the network under this input, transients included; or a run, all
        recorded states of which are taken; or states (starts, units), with a last axis for the variables of a unit
        that has several.
    displacement : float, optional
        Standard deviation of Gaussian numbers that are added to the starts, for points that trajectories avoid.
    tolerance : float, optional
        Largest ‖F‖ of a fixed point, in units of the state per time, or the rounding error of F, where that is larger.
        Default: 1e-12 per fastest time constant of a unit.
    slow_speed : float, optional
        Largest ‖F‖ of a slow point. Default: 1e-3 per slowest time constant.
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
        Ordered by the number of growing modes, of the map or the flow, then by how many starts ended there.

    Raises
    ------
    ParameterError, ShapeError
        For arguments that do not fit, by name.
    StabilityError
        When the trajectories become non-finite; give states as `starts`.

    Notes
    -----
    A Newton step costs (dimension)³ / 3 multiplications for each start, 0.1 ms for 100 units; about 60 are
    needed in chaotic networks, 5 to 10 in trained ones. Unless the list is complete, points that are far from all
    starts are not found: `FixedPoints.coverage` estimates how much is missing. Memories that oscillate are not fixed
    points; see `attractors`. Where gates saturate, F becomes small without a zero nearby; such states are in
    `FixedPoints.saturated`.

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
    system = without_delays(network) if isinstance(network, Network) else network
    field = as_field(system, inputs)
    begin = start_states(field, starts, displacement, rng)
    settings = search_settings(
        field.time_constants(begin),
        tolerance=tolerance,
        slow_speed=slow_speed,
        separation=separation,
        iterations=iterations,
        threads=threads,
    )
    with progress_bar(begin.shape[1], "fixed points", "start", progress) as bar:
        ends = search(field, begin, settings, bar.update)
    found = certify(system, field, begin, ends, settings, affordable_fixed_points(system, inputs))
    if isinstance(network, Network) and system is not network:
        return with_roots(found, network)
    return found


def search_settings(
    constants: TimeConstants,
    *,
    tolerance: float | None = None,
    slow_speed: float | None = None,
    separation: float = 1e-6,
    iterations: int = 100,
    threads: int | None = 1,
) -> Settings:
    """Settings of a search, checked; speeds that are None are resolved from time constants."""
    return Settings(
        tolerance=TOLERANCE / constants.fastest if tolerance is None else positive("tolerance", tolerance),
        slow_speed=SLOW / constants.slowest if slow_speed is None else positive("slow_speed", slow_speed),
        separation=positive("separation", separation),
        iterations=whole_number("iterations", iterations),
        time=constants.fastest,
        threads=threads_available(threads),
    )
