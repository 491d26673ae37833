"""Robustness of networks to the removal of weights, and to noise on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from neurosim.analysis.behavior.lesions import require_trials
from neurosim.analysis.weights.moments import existing_connections
from neurosim.connectivity.operator import Operator
from neurosim.engine.simulate import simulate
from neurosim.errors import ParameterError, ShapeError
from neurosim.network import Network
from neurosim.network_arguments import require_undelayed
from neurosim.randomness import Seed, child, seed_sequence, stream
from neurosim.results.result import Result
from neurosim.validation import entries, finite, non_negative, one_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from neurosim.network import Network
    from neurosim.noise import Noise
    from neurosim.tasks import Trials

__all__ = ["PROTOCOLS", "Degradation", "degradation", "perturb_weights", "remove_weights"]

PROTOCOLS = ("smallest", "positive", "negative", "positive slice", "negative slice")
"""Order in which weights are removed."""
SHARES = tuple(0.02 * level for level in range(19))
"""Default shares of weights that are removed."""


@dataclass(frozen=True, eq=False)
class Degradation(Result):
    """Degradation of performance with the share of weights removed.

    Attributes
    ----------
    protocol : str
    shares : ndarray, shape (levels,)
        Share of all recurrent weights that is removed.
    removed : ndarray of int, shape (levels,)
        Number of weights removed.
    distances : ndarray, shape (levels, trials)
        Euclidean norm of output minus target over the trial, not divided by its length; 1 or more counts as failure
        for outputs between 0 and 1 (Jarne & Laje 2023).
    accuracies : ndarray, shape (levels, trials)
    """

    protocol: str
    shares: np.ndarray
    removed: np.ndarray
    distances: np.ndarray
    accuracies: np.ndarray


def remove_weights(
    network: Network, share: float, protocol: str = "smallest", *, start: float = 0.0
) -> Network:
    """Remove a share of the recurrent weights (set them to zero), by one of five protocols.

    Parameters
    ----------
    network : Network
    share : float
        Share of all nonzero weights, 0 to 1, rounded to a whole number of weights.
    protocol : str, optional
        "smallest": those of the smallest modulus; "positive", "negative": of one sign, the smallest modulus first;
        "positive slice", "negative slice": of one sign, beginning at the quantile `start` of their moduli.
    start : float, optional
        Quantile of the moduli of that sign at which the slice starts, 0 to 1.

    Returns
    -------
    Network
        With dense weights.

    Raises
    ------
    ParameterError
        When the share exceeds the weights of the protocol.

    References
    ----------
    C. Jarne, R. Laje, J. Comput. Neurosci. 51, 407 (2023), and its code.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> four = ns.Network(ns.LeakyRate("tanh"), ns.Explicit(np.array([[1.0, -2.0], [-0.5, 3.0]])), size=2, rng=0)
    >>> ns.analysis.remove_weights(four, 0.5).recurrent.dense()
    array([[ 0., -2.],
           [ 0.,  3.]])
    """
    one_of("protocol", protocol, PROTOCOLS)
    share, start = non_negative("share", share), non_negative("start", start)
    if start and not protocol.endswith("slice"):
        raise ParameterError(
            f"start must be 0 except for slices (got start = {start:g} with protocol = {protocol!r})."
        )
    matrix = require_undelayed(network, "changes of the whole matrix of weights").recurrent.dense()
    sign = {"p": matrix > 0.0, "n": matrix < 0.0, "s": matrix != 0.0}[protocol[0]]
    places = np.flatnonzero(sign)
    total = max(int(np.count_nonzero(matrix)), 1)
    first, count = round(start * len(places)), round(share * total)
    if first + count > len(places):
        raise ParameterError(
            f"share must be at most {(len(places) - first) / total:.3g} with protocol = "
            f"{protocol!r} (got {share:g}: {count} weights, of which {len(places) - first} exist)."
        )
    order = places[np.argsort(np.abs(matrix.flat[places]), kind="stable")]
    removed = order[first : first + count]
    exists = existing_connections(network.recurrent)
    matrix.flat[removed], exists.flat[removed] = 0.0, False
    return network.replace(recurrent=Operator(matrix, pattern=exists))


def perturb_weights(network: Network, strength: float, rng: Seed = None) -> Network:
    """Perturb the weights of all existing recurrent connections by independent Gaussian numbers.

    Parameters
    ----------
    network : Network
    strength : float
        Standard deviation, in units of the mean modulus of these weights.
    rng : int, SeedSequence, Generator or None, optional

    Returns
    -------
    Network
        With dense weights.

    References
    ----------
    D. Sussillo, M. M. Churchland, M. T. Kaufman, K. V. Shenoy, Nat. Neurosci. 18, 1025 (2015).
    """
    matrix = require_undelayed(network, "changes of the whole matrix of weights").recurrent.dense()
    exists = existing_connections(network.recurrent)
    if not exists.any():
        return network
    scale = non_negative("strength", strength) * float(np.abs(matrix[exists]).mean())
    moved = matrix + exists * scale * stream(rng, "perturbation").standard_normal(matrix.shape)
    pattern = None if exists.all() else exists
    return network.replace(recurrent=Operator(moved.astype(matrix.dtype), pattern=pattern))


def degradation(
    network: Network,
    trials: Trials,
    shares: Iterable[float] = SHARES,
    protocol: str = "smallest",
    *,
    start: float = 0.0,
    scheme: str | None = None,
    noise: Noise | Literal["network"] | None = "network",
    rng: Seed = None,
) -> Degradation:
    """Degradation of a network: its performance in a task for growing shares of weights removed.

    Parameters
    ----------
    network : Network
    trials : Trials
        The same trials at every level.
    shares : iterable of float, optional
        Default: 0 to 36 % in steps of 2 %.
    protocol, start
        As in `remove_weights`.
    scheme, noise, rng
        As in `neurosim.simulate`: scheme and noise are by default those of `Network.stepping`. Every level has the same
        start and noise.

    Returns
    -------
    Degradation

    Notes
    -----
    Costs one simulation of the trials for each share.
    """
    require_trials(trials)
    levels = finite("shares", entries("shares", shares, "try (0.1, 0.5)"), np.float64)
    if levels.ndim != 1:
        raise ShapeError(f"shares must be a list of numbers (got shape {levels.shape}); try (0.1, 0.5).")
    seed = child(seed_sequence(rng), "degradation")
    removed, distances, accuracies = [], [], []
    for share in levels:
        less = remove_weights(network, float(share), protocol, start=start)
        run = simulate(
            less, **trials.simulation, scheme=scheme, noise=noise, record="outputs", rng=seed, progress=False
        )
        removed.append(np.count_nonzero(network.recurrent.dense()) - np.count_nonzero(less.recurrent.dense()))
        distances.append(np.sqrt(((trials.align(run) - trials.targets) ** 2).sum(axis=(1, 2))))
        accuracies.append(trials.accuracy(run))
    return Degradation(protocol, levels, np.array(removed), np.array(distances), np.array(accuracies))
