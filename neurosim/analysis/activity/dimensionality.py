"""Effective dimension of activity: the participation ratio, without the bias of a finite recording."""

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
    """Participation ratio of the covariance of activity.

    Attributes
    ----------
    participation_ratio : float
        Without the bias of a finite recording; between 1 and about the number of units.
    standard_error : float
        Of it, by leaving out one block of time after the other. It says nothing about other networks.
    uncorrected : float
        Of the covariance as it was measured, which is too low.
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
    r"""Effective dimension of activity, :math:`PR = (\mathrm{tr}\, C)^2 / \mathrm{tr}\, C^2`.

    The square of a measured covariance contains its noise, so that tr C² comes out too large and the dimension too
    low. The noise of different blocks of time is independent, and products of two of them are free of the bias, as
    long as the activity is stationary:

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
        When the activity never changes, the recording is too short for the blocks, or blocks share no direction.

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
        raise ParameterError(f"blocks = {blocks} are too few for a standard error; give 3 or more.")
    samples, _ = center_activity(activity, discard=discard, dt=dt)
    if len(samples) < 2 * blocks:
        raise ParameterError(
            f"activity has {len(samples)} samples, fewer than two for each of blocks = {blocks}; record for longer."
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
            f"activity moves in other directions in each of blocks = {blocks} blocks, so it is not stationary and has "
            f"no common covariance; give fewer blocks, or trials that repeat it."
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
    """Participation ratio from pairs of different blocks; infinite where they share no direction."""
    numerator = traces.sum() ** 2 - np.sum(traces**2)
    denominator = products.sum() - np.trace(products)
    return float(numerator / denominator) if denominator > 0.0 else float("inf")
