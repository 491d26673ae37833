"""Trajectory tangling: whether similar states are followed by different derivatives (Russo et al. 2018)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.activity.principal_components import center_activity, leading_directions
from neurosim.analysis.activity.recording import recording
from neurosim.analysis.geometry.derivatives import differentiate
from neurosim.errors import ParameterError
from neurosim.results.result import Result
from neurosim.validation import positive, whole_number

if TYPE_CHECKING:
    from neurosim.analysis.activity.recording import Activity

__all__ = ["Tangling", "tangling"]

COMPONENTS = 8
"""Principal components that Russo et al. (2018) use."""
BLOCK = 4_000_000
"""Pairs of samples that are compared at once, which bounds the memory."""


@dataclass(frozen=True, eq=False)
class Tangling(Result, values="1/time²", times="time"):
    """Trajectory tangling of activity.

    Attributes
    ----------
    values : ndarray, shape (trials, samples - 1)
        Q at each time of each trial.
    times : ndarray, shape (samples - 1,)
        Midway between the samples of the recording.
    softening : float
        The constant ε, in squared units of the activity.
    share : float
        Share of the variance that lies in the principal components used.
    """

    values: np.ndarray
    times: np.ndarray
    softening: float
    share: float

    def percentile(self, percent: float = 90.0) -> float:
        """Percentile of Q over times and trials; Russo et al. (2018) compare areas by the 90th."""
        return float(np.percentile(self.values, percent))


def tangling(
    activity: Activity,
    count: int | None = None,
    *,
    softening: float = 0.1,
    discard: float = 0.0,
    dt: float | None = None,
) -> Tangling:
    r"""Trajectory tangling Q: the largest difference of derivatives relative to the distance of states.

    .. math:: Q(t) = \max_{t'} \frac{\lVert \dot x_t - \dot x_{t'} \rVert^2}{\lVert x_t - x_{t'} \rVert^2 + \epsilon}

    over all times and trials t'. Q is low where the state determines its own derivative, as in an autonomous smooth
    flow, and high where trajectories cross or come close while they move in different directions.

    Parameters
    ----------
    activity : Trajectory or ndarray, shape (trials, samples, units) or (samples, units)
        A run, of which the states are taken, or an array such as ``run.rates``; one trial for each condition.
    count : int, optional
        Number of principal components in which Q is computed. Default: 8, or as many as the activity has.
    softening : float, optional
        The constant ε, relative to the mean squared distance of the states from their mean.
    discard : float, optional
        Time to discard at the beginning.
    dt : float, optional
        Time between the samples of an array. Default: 1.

    Returns
    -------
    Tangling

    Raises
    ------
    ParameterError
        When the activity is constant, or `count` exceeds its dimension.

    Notes
    -----
    Q is invariant under rotations of the state space and when the activity is multiplied by a number. Derivatives are
    differences of consecutive samples: average noisy activity over trials, or smooth it, before. Costs
    2 count · (trials · samples)² operations and memory for 4 million pairs at once.

    References
    ----------
    A. A. Russo, S. R. Bittner, S. M. Perkins, J. S. Seely, B. M. London, A. H. Lara, A. Miri, N. J. Marshall, A. Kohn,
    T. M. Jessell, L. F. Abbott, J. P. Cunningham, M. M. Churchland, Neuron 97, 953 (2018), eq. 1.

    Examples
    --------
    A circle is not tangled; a figure of eight is, where it crosses itself.

    >>> import numpy as np
    >>> import neurosim as ns
    >>> phase = 2.0 * np.pi * np.arange(201) / 200
    >>> circle = np.stack([np.cos(phase), np.sin(phase)], axis=-1)
    >>> eight = np.stack([np.cos(phase), np.sin(2.0 * phase)], axis=-1)
    >>> q = [ns.analysis.tangling(curve, dt=0.01).percentile() for curve in (circle, eight)]
    >>> np.round(q)
    array([ 10., 219.])
    """
    values, interval = recording(activity, discard=discard, dt=dt)
    samples, _ = center_activity(activity, discard=discard, dt=dt)
    vectors = _axes(samples, count)
    places = samples @ vectors
    share = float(np.sum(places**2) / np.sum(samples**2))
    states, derivatives = differentiate(places.reshape(*values.shape[:2], -1), interval)
    softness = positive("softening", softening) * float(np.sum(places**2)) / len(places)
    trials, steps, dimension = states.shape
    ratios = _largest_ratios(states.reshape(-1, dimension), derivatives.reshape(-1, dimension), softness)
    start = interval * np.ceil(discard / interval - 1e-9)
    times = start + interval * (np.arange(steps) + 0.5)
    return Tangling(ratios.reshape(trials, steps), times, softness, share)


def _axes(samples: np.ndarray, count: int | None) -> np.ndarray:
    """Leading principal directions of centered samples."""
    most = min(samples.shape)
    chosen = min(COMPONENTS, most) if count is None else whole_number("count", count)
    if chosen > most:
        raise ParameterError(
            f"count must be at most {most}, the components of {samples.shape[1]} units at {len(samples)} samples "
            f"(got {count})."
        )
    return leading_directions(samples, chosen)[0]


def _largest_ratios(states: np.ndarray, derivatives: np.ndarray, softness: float) -> np.ndarray:
    """Largest ratio of squared differences for each sample, block by block."""
    rows = max(1, BLOCK // len(states))
    found = np.empty(len(states))
    for begin in range(0, len(states), rows):
        block = slice(begin, begin + rows)
        ratios = _squared_distances(derivatives[block], derivatives)
        ratios /= _squared_distances(states[block], states) + softness
        found[block] = ratios.max(axis=1)
    return found


def _squared_distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    sums = np.sum(first**2, axis=1)[:, None] + np.sum(second**2, axis=1)
    # rounding may leave a small negative number
    return np.maximum(sums - 2.0 * first @ second.T, 0.0)
