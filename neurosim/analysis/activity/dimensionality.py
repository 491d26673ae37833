"""Participation ratio (effective dimension) of activity, corrected for the bias of finite recordings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.activity.principal_components import center_activity
from neurosim.errors import ParameterError
from neurosim.results.result import Result
from neurosim.validation import whole_number

if TYPE_CHECKING:
    from neurosim.analysis.activity.recording import Activity

__all__ = ["Dimensionality", "participation_ratio"]


@dataclass(frozen=True)
class Dimensionality(
    Result, participation_ratio="dimensions", standard_error="dimensions", uncorrected="dimensions"
):
    """Participation ratio of the covariance of activity, with its standard error.

    Attributes
    ----------
    participation_ratio : float
        Corrected for the bias of a finite recording; between 1 and about the number of units.
    standard_error : float
        Of it, by the jackknife over blocks of time; the scatter between networks is not included.
    uncorrected : float
        Participation ratio of the sample covariance, which is too low.
    units, samples, blocks : int
    """

    participation_ratio: float
    standard_error: float
    uncorrected: float
    units: int
    samples: int
    blocks: int

    @property
    def fraction(self) -> float:
        """Participation ratio divided by the number of units, to be compared with `neurosim.theory.dimension`."""
        return self.participation_ratio / self.units


def participation_ratio(
    activity: Activity, *, blocks: int = 8, discard: float = 0.0, dt: float | None = None
) -> Dimensionality:
    r"""Participation ratio (effective dimension) of activity, :math:`PR = (\mathrm{tr}\, C)^2 / \mathrm{tr}\, C^2`.

    Sampling noise of the covariance makes tr C² too large and the dimension too low. The noise of different blocks of
    time is independent, so that products of two blocks are unbiased if the activity is stationary:

    .. math:: PR = \frac{\langle \mathrm{tr}\, C_a\, \mathrm{tr}\, C_b \rangle_{a \ne b}}
                        {\langle \mathrm{tr}\, C_a C_b \rangle_{a \ne b}}.

    Parameters
    ----------
    activity, discard, dt
        As in `principal_components`. Means over all of the time and trials are subtracted.
    blocks : int, optional
        Number of pieces of equal length, 3 or more. Each should be much longer than the correlation time.

    Returns
    -------
    Dimensionality

    Raises
    ------
    ParameterError
        When the activity is constant, the recording is too short for the blocks, or blocks have no direction in common.

    Notes
    -----
    Costs samples · units² and blocks · units² numbers of memory.

    References
    ----------
    D. G. Clark, L. F. Abbott, A. Litwin-Kumar, Phys. Rev. Lett. 131, 118401 (2023).

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> noise = np.random.default_rng(0).standard_normal((200, 50))
    >>> measured = ns.analysis.participation_ratio(noise)
    >>> round(measured.uncorrected), round(measured.participation_ratio)
    (40, 50)
    """
    if whole_number("blocks", blocks) < 3:
        raise ParameterError(f"blocks must be at least 3 for a standard error (got {blocks}); try 8.")
    samples, _ = center_activity(activity, discard=discard, dt=dt)
    if len(samples) < 2 * blocks:
        raise ParameterError(
            f"activity must have two samples for each of blocks = {blocks} (got {len(samples)}); record for longer."
        )
    length = len(samples) // blocks
    pieces = samples[: blocks * length].reshape(blocks, length, -1)
    flat = (pieces.transpose(0, 2, 1) @ pieces / length).reshape(blocks, -1)
    traces, products = np.sum(pieces**2, axis=(1, 2)) / length, flat @ flat.T
    left_out = [
        _ratio(np.delete(traces, k), np.delete(np.delete(products, k, 0), k, 1)) for k in range(blocks)
    ]
    ratio = _ratio(traces, products)
    if not np.isfinite([ratio, *left_out]).all():
        raise ParameterError(
            f"activity must be stationary (got different directions in each of blocks = {blocks} blocks); try fewer "
            f"blocks, or trials that repeat it."
        )
    return Dimensionality(
        participation_ratio=ratio,
        standard_error=float(np.sqrt((blocks - 1) * np.var(left_out))),
        uncorrected=float(traces.sum() ** 2 / products.sum()),
        units=samples.shape[1],
        samples=len(samples),
        blocks=blocks,
    )


def _ratio(traces: np.ndarray, products: np.ndarray) -> float:
    """Participation ratio from pairs of different blocks; infinite where they have no direction in common."""
    numerator = traces.sum() ** 2 - np.sum(traces**2)
    denominator = products.sum() - np.trace(products)
    return float(numerator / denominator) if denominator > 0.0 else float("inf")
