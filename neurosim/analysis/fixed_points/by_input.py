"""Fixed points under each of several inputs, and in each epoch of a task."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurosim.analysis.fixed_points.fixed_points import fixed_points
from neurosim.analysis.fixed_points.results import FixedPoints
from neurosim.analysis.fixed_points.vector_field import as_network
from neurosim.engine.simulate import simulate
from neurosim.errors import ParameterError, ShapeError
from neurosim.network import Network
from neurosim.randomness import Seed, child, seed_sequence, stream
from neurosim.tasks import Trials
from neurosim.validation import finite, instance_of, whole_number

__all__ = ["fixed_points_by_epoch", "fixed_points_by_input"]


def fixed_points_by_input(
    network: Network, inputs: np.ndarray, starts: Any = 1000, *, rng: Seed = None, **settings: Any
) -> tuple[FixedPoints, ...]:
    """Fixed points under each of several constant inputs.

    To follow one point from input to input, see `continue_along_input`.

    Parameters
    ----------
    network : Network
    inputs : ndarray, shape (conditions, channels)
        One constant input in each row, for instance one for each value of a stimulus.
    starts, rng
        As in `fixed_points`; all conditions have the same ones where states are given.
    **settings
        Further arguments of `fixed_points`.

    Returns
    -------
    tuple of FixedPoints
        One for each condition.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> unit = ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(np.array([[2.0]])), size=1, inputs=1, rng=0)
    >>> unit = unit.replace(input_weights=np.ones((1, 1)))
    >>> [len(found) for found in ns.analysis.fixed_points_by_input(unit, np.array([[0.5], [0.6]]), rng=1)]
    [3, 1]
    """
    channels = len(as_network(network).input_names)
    constant = finite("inputs", inputs, np.float64)
    if constant.ndim != 2 or constant.shape[1] != channels or not len(constant):
        raise ShapeError(f"inputs must have shape (conditions, {channels}) (got {constant.shape}).")
    seed = seed_sequence(rng)
    return tuple(
        fixed_points(network, one, starts, rng=child(seed, f"condition {k}"), **settings)
        for k, one in enumerate(constant)
    )


def fixed_points_by_epoch(
    network: Network,
    trials: Trials,
    starts: int = 1000,
    *,
    most: int = 64,
    displacement: float = 0.05,
    rng: Seed = None,
    **settings: Any,
) -> dict[str, tuple[FixedPoints, ...]]:
    """Fixed points in each epoch of a task, under each of its inputs.

    The network performs the trials, without noise; the states that it visits while an input is on are the starts of the
    search under that input. A fixed point need not be reached within an epoch.

    Parameters
    ----------
    network : Network
    trials : Trials
        Without noise in the inputs: ``task.trials(...)`` of a task whose noise is 0.
    starts : int, optional
        Most states to begin from under each input, drawn at random where more were visited.
    most : int, optional
        Most distinct inputs in an epoch.
    displacement : float, optional
        Standard deviation of Gaussian numbers that are added to the states.
    rng : int, SeedSequence, Generator or None, optional
    **settings
        Further arguments of `fixed_points`.

    Returns
    -------
    dict of str to tuple of FixedPoints
        By the name of the epoch, one for each distinct input (its attribute `inputs`).

    Raises
    ------
    ParameterError
        When an epoch has more than `most` distinct inputs, as it has with noise.

    References
    ----------
    L. N. Driscoll, K. Shenoy, D. Sussillo, Nature Neuroscience 27, 1349 (2024): one search per distinct input.
    """
    instance_of("trials", trials, Trials, "try task.trials(...)")
    most, starts, seed = whole_number("most", most), whole_number("starts", starts), seed_sequence(rng)
    run = simulate(
        as_network(network), **trials.simulation, noise=None, rng=child(seed, "trials"), progress=False
    )
    results = {}
    for epoch in trials.epochs:
        during = trials.during(epoch)[..., 0]
        if not during.any():
            continue
        shown, which = np.unique(trials.inputs[during], axis=0, return_inverse=True)
        if len(shown) > most:
            raise ParameterError(
                f"epoch {epoch!r} has {len(shown)} distinct inputs, more than most = {most}; "
                f"set the noise of the task to 0, or give fewer trials."
            )
        # the input of a step shows in the state after it
        visited = run.states[:, 1:][during]
        found = []
        for k, one in enumerate(shown):
            own = child(seed, f"{epoch} {k}")
            states = _draw(visited[which.reshape(-1) == k], starts, own)
            found.append(fixed_points(network, one, states, displacement=displacement, rng=own, **settings))
        results[epoch] = tuple(found)
    return results


def _draw(states: np.ndarray, most: int, rng: Seed) -> np.ndarray:
    """At most `most` of the states, drawn at random."""
    if len(states) <= most:
        return states
    return states[np.sort(stream(rng, "starts").choice(len(states), most, replace=False))]
