"""Coherent mode of a network and the share of its activity that it carries (Landau & Sompolinsky 2018)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.activity.recording import recording
from neurosim.errors import ParameterError
from neurosim.validation import array_of_shape

if TYPE_CHECKING:
    from neurosim.analysis.activity.recording import Activity

__all__ = ["coherence", "coherent_mode"]


def coherent_mode(activity: Activity, mode: np.ndarray | None = None, *, discard: float = 0.0) -> np.ndarray:
    r"""Activity along one mode, :math:`\bar h(t) = \xi^T h(t) / N`.

    Parameters
    ----------
    activity : Trajectory or ndarray, shape (trials, samples, units)
        A run, of which the states h are taken, or an array.
    mode : ndarray, shape (units,), optional
        Direction ξ; it is scaled so that :math:`|\xi|^2 = N`. Default: the direction that the
        network's low-rank weights of rank one drive; ones for other networks and arrays.
    discard : float, optional
        Time to discard at the beginning; for an array, the number of samples.

    Returns
    -------
    ndarray, shape (trials, samples)
        In the unit of the activity: ±1 where every unit is at ±1 along the mode.
    """
    values = recording(activity, discard=discard).values
    return values @ _direction(activity, mode, values.shape[2])


def coherence(activity: Activity, mode: np.ndarray | None = None, *, discard: float = 0.0) -> float:
    r"""Coherence: share of the activity along one mode.

    .. math:: \chi = \sqrt{\langle \bar h^2 \rangle_t / \langle h_i^2 \rangle_{i,t}}

    Second moments about zero, averaged over time and trials.

    Parameters
    ----------
    activity, mode, discard
        As in `coherent_mode`.

    Returns
    -------
    float
        Between 0 and 1: about :math:`1/\sqrt N` for independent units, 1 where all activity is along the mode.

    Raises
    ------
    ParameterError
        When the activity is zero everywhere.

    References
    ----------
    I. D. Landau, H. Sompolinsky, PLoS Comput. Biol. 14, e1006309 (2018).

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> one_unit_of_four = np.zeros((1, 3, 4))
    >>> one_unit_of_four[..., 0] = 2.0
    >>> ns.analysis.coherence(one_unit_of_four)
    0.5
    """
    values = recording(activity, discard=discard).values
    square = float(np.mean(values**2))
    if square == 0.0:
        raise ParameterError(
            "activity must not be zero everywhere, where coherence is undefined; try a higher gain or discard less."
        )
    along = values @ _direction(activity, mode, values.shape[2])
    return float(np.sqrt(np.mean(along**2) / square))


def _direction(activity: Activity, mode: np.ndarray | None, units: int) -> np.ndarray:
    """The mode divided by the number of units, scaled so that its squares sum to 1 / units."""
    if mode is None:
        mode = _driven_direction(activity, units)
    mode = array_of_shape("mode", mode, (units,), f"The activity has {units} units.")
    length = float(np.linalg.norm(mode))
    if length == 0.0:
        raise ParameterError("mode must not be zero everywhere; try a direction such as np.ones(size).")
    return mode / (length * np.sqrt(units))


def _driven_direction(activity: Activity, units: int) -> np.ndarray:
    if isinstance(activity, np.ndarray):
        return np.ones(units)
    left = activity.network.recurrent.left
    if left is None or not left.any():
        return np.ones(units)
    if left.shape[1] > 1:
        raise ParameterError(
            f"mode must be given for low-rank weights that drive several modes (got {left.shape[1]}); "
            f"try mode=run.network.recurrent.left[:, 0]."
        )
    return left[activity.units, 0]
