"""Wilson–Cowan unit: an excitatory and an inhibitory population."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.declaration import Parameter
from neurosim.neurons.activations import logistic
from neurosim.neurons.base import Neuron
from neurosim.validation import non_negative, positive

__all__ = ["WilsonCowan"]


def _response(current: Any, slope: Any, threshold: Any) -> Any:
    """Sigmoid that is zero at zero current (Wilson & Cowan 1972, eq. 15)."""
    return logistic(slope * (current - threshold)) - logistic(-slope * threshold)


def _ceiling(slope: Any, threshold: Any) -> Any:
    """Response to an infinite current."""
    return 1.0 - logistic(-slope * threshold)


@dataclass(frozen=True)
class WilsonCowan(Neuron):
    r"""Pair of an excitatory and an inhibitory population; the input drives the excitatory one.

    .. math::

        \tau \, de/dt &= -e + (k_e - refractory \; e) \, S_e(w_{ee} e - w_{ei} i + u) \\
        \tau_i \, di/dt &= -i + (k_i - refractory \; i) \, S_i(w_{ie} e - w_{ii} i) \\
        S(x) &= \frac{1}{1 + e^{-slope (x - threshold)}} - \frac{1}{1 + e^{slope \; threshold}}, \qquad
        k = S(\infty), \qquad r = e

    Parameters
    ----------
    tau, tau_i : float or ndarray, shape (units,)
        Time constants of the excitatory and of the inhibitory population, above 0; their unit is the unit
        of all times.
    w_ee, w_ei, w_ie, w_ii : float or ndarray, shape (units,)
        Strength of the couplings inside the pair, not negative; ``w_ei`` is from inhibitory to excitatory.
    slope_e, slope_i : float or ndarray, shape (units,)
        Steepness of the two sigmoids, above 0.
    threshold_e, threshold_i : float or ndarray, shape (units,)
        Currents of half response.
    refractory : float or ndarray, shape (units,)
        Fraction of the active cells that cannot respond, not negative.

    Notes
    -----
    e and i are the fractions of active cells. Exactly solvable: silence, e = i = 0, is a fixed point at
    u = 0. The default parameters are those of the limit cycle of the original paper, which appears at
    u = 1.25.

    References
    ----------
    Wilson & Cowan (1972), Biophysical Journal 12, 1: eqs. 11, 12 and 15, parameters of figure 11.

    Examples
    --------
    >>> import neurosim as ns
    >>> [float(value) for value in ns.WilsonCowan().drift(0.0, 0.0, 0.0)]
    [0.0, 0.0]
    """

    tau: Parameter = 1.0
    tau_i: Parameter = 1.0
    w_ee: Parameter = 16.0
    w_ei: Parameter = 12.0
    w_ie: Parameter = 15.0
    w_ii: Parameter = 3.0
    slope_e: Parameter = 1.3
    slope_i: Parameter = 2.0
    threshold_e: Parameter = 4.0
    threshold_i: Parameter = 3.7
    refractory: Parameter = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("slope_e", "slope_i"):
            positive(f"WilsonCowan.{name}", np.min(getattr(self, name)))
        for name in ("w_ee", "w_ei", "w_ie", "w_ii", "refractory"):
            non_negative(f"WilsonCowan.{name}", np.min(getattr(self, name)))

    def drift(self, e: Any, i: Any, u: Any) -> Any:
        """Return de/dt and di/dt of the active fractions e and i for the input current u."""
        excited = _response(self.w_ee * e - self.w_ei * i + u, self.slope_e, self.threshold_e)
        inhibited = _response(self.w_ie * e - self.w_ii * i, self.slope_i, self.threshold_i)
        free_e = _ceiling(self.slope_e, self.threshold_e) - self.refractory * e
        free_i = _ceiling(self.slope_i, self.threshold_i) - self.refractory * i
        return (-e + free_e * excited) / self.tau, (-i + free_i * inhibited) / self.tau_i

    def rate(self, e: Any, i: Any) -> Any:  # noqa: ARG002  (the arguments are the state variables)
        """Return the active fraction of the excitatory population."""
        return e
