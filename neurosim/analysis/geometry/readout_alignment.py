"""Alignment of a readout with the activity: aligned and oblique dynamics (Schuessler et al. 2024)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.activity.principal_components import center_activity, leading_directions
from neurosim.errors import ParameterError, ShapeError
from neurosim.results.result import Result
from neurosim.validation import finite

if TYPE_CHECKING:
    from neurosim.analysis.activity.recording import Activity

__all__ = ["ReadoutAlignment", "readout_alignment"]


@dataclass(frozen=True, eq=False)
class ReadoutAlignment(Result):
    """Alignment of readout weights with the principal components of activity.

    Attributes
    ----------
    correlation : float
        Correlation ρ between readout weights and activity, between 0 and 1: large for aligned, small for oblique
        dynamics.
    by_output : ndarray, shape (outputs,)
        The same for each output alone.
    chance : float
        Root mean square of ρ for random weights, one over the root of the number of units.
    norms : ndarray, shape (outputs,)
        Euclidean norm of the weights of each output, large for oblique dynamics.
    weight_shares : ndarray, shape (components,)
        Share of the squared weights along each principal component.
    activity_shares : ndarray, shape (components,)
        Share of the variance of the activity along each principal component, descending.
    output_shares : ndarray, shape (components,)
        Share of the variance of the output that comes from each principal component.
    """

    correlation: float
    by_output: np.ndarray
    chance: float
    norms: np.ndarray
    weight_shares: np.ndarray
    activity_shares: np.ndarray
    output_shares: np.ndarray

    def activity_dimension(self, share: float = 0.9) -> int:
        """Smallest number of components that carry this share of the variance of the activity."""
        return _number_reaching(self.activity_shares, share)

    def output_dimension(self, share: float = 0.9) -> int:
        """Smallest number of leading components that reconstruct this share of the variance of the output."""
        return _number_reaching(self.output_shares, share)


def readout_alignment(
    activity: Activity, readout_weights: np.ndarray, *, discard: float = 0.0, dt: float | None = None
) -> ReadoutAlignment:
    r"""Correlation between readout weights and activity, and how many components reconstruct the output.

    .. math:: \rho = \frac{\lVert W_{out} X \rVert_F}{\lVert W_{out} \rVert_F \lVert X \rVert_F}, \qquad
        \rho^2 = \sum_k p_k q_k

    with the activity X, of shape (units, samples), without its mean, and the shares of activity p and of squared
    weights q along the principal components k. Networks whose readout weights are large come out of training oblique:
    their output is carried by components of little variance.

    Parameters
    ----------
    activity : Trajectory or ndarray, shape (trials, samples, units) or (samples, units)
        What the readout weights multiply: ``run.rates``. Of a run, the states are taken.
    readout_weights : ndarray, shape (outputs, units) or (units,)
        Such as ``network.readout_weights``.
    discard : float, optional
        Time to discard at the beginning.
    dt : float, optional
        Time between the samples of an array. Default: 1.

    Returns
    -------
    ReadoutAlignment

    Raises
    ------
    ShapeError, ParameterError
        When shapes do not fit, the weights of an output are zero, or the activity or the output is constant.

    Notes
    -----
    Principal components are uncorrelated, so that leading components reconstruct the output, as in a regression, by
    the sum of their shares. At most :math:`\sqrt{p_1}`, where the readout lies along the first. Costs one PCA.

    References
    ----------
    F. Schuessler, F. Mastrogiuseppe, S. Ostojic, O. Barak, eLife 13, RP93060 (2024).

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> turns = 2.0 * np.pi * np.arange(100)[:, None] / 100
    >>> activity = np.hstack([3.0 * np.cos(turns), np.sin(turns)])
    >>> along, across = ([1.0, 0.0], [0.0, 10.0])
    >>> [round(ns.analysis.readout_alignment(activity, w).correlation**2, 9) for w in (along, across)]
    [0.9, 0.1]
    """
    samples, _ = center_activity(activity, discard=discard, dt=dt)
    weights = np.atleast_2d(finite("readout_weights", readout_weights, np.float64))
    if weights.ndim != 2 or weights.shape[1] != samples.shape[1] or not len(weights):
        raise ShapeError(
            f"readout_weights must have the shape (outputs, {samples.shape[1]}), with the units of the activity (got "
            f"{np.shape(readout_weights)})."
        )
    norms = np.linalg.norm(weights, axis=1)
    if not norms.all():
        raise ParameterError(f"readout_weights of output {int(norms.argmin())} are all zero.")
    vectors, variances = leading_directions(samples, min(samples.shape))
    squares = (weights @ vectors) ** 2
    output_variances = squares @ variances
    if not output_variances.sum() > 1e-26 * variances.sum() * np.sum(norms**2):
        raise ParameterError(
            "the output is constant: no activity along readout_weights, which must read out some."
        )
    total = variances.sum()
    return ReadoutAlignment(
        correlation=float(np.sqrt(output_variances.sum() / (np.sum(norms**2) * total))),
        by_output=np.sqrt(output_variances / (norms**2 * total)),
        chance=float(1.0 / np.sqrt(weights.shape[1])),
        norms=norms,
        weight_shares=squares.sum(axis=0) / np.sum(norms**2),
        activity_shares=variances / total,
        output_shares=squares.sum(axis=0) * variances / output_variances.sum(),
    )


def _number_reaching(shares: np.ndarray, share: float) -> int:
    if not 0.0 < share <= 1.0:
        raise ParameterError(f"share must be above 0 and at most 1 (got {share!r}).")
    # rounding may leave the sum of all just below 1
    return int(np.flatnonzero(np.cumsum(shares) >= share - 1e-12)[0]) + 1
