"""FitzHugh-Nagumo unit: an excitable cell in two variables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.declaration import Parameter
from neurosim.errors import ParameterError
from neurosim.neurons import Neuron

__all__ = ["FitzHughNagumo"]


@dataclass(frozen=True)
class FitzHughNagumo(Neuron):
    r"""Excitable unit: fast voltage v, slow recovery w.

    .. math::

        \tau \, dv/dt = v - v^3/3 - w + u, \qquad \tau_w \, dw/dt = v + a - b \, w, \qquad
        r = \frac{1}{1 + e^{-slope \; v}}

    Parameters
    ----------
    tau, tau_w : float or ndarray, shape (units,)
        Time constants of the voltage and of the recovery, above 0; the unit of all times.
    a, b : float or ndarray, shape (units,)
        Offset and leak of the recovery; 0 < b < 1, so that there is one state of rest.
    slope : float or ndarray, shape (units,)
        Steepness of the rate as a function of the voltage.

    Notes
    -----
    Exactly solvable: the state of rest is the real root of a cubic (see `resting_state`); it loses stability
    in a Hopf bifurcation where the voltage at rest is :math:`-\sqrt{1 - b \, \tau / \tau_w}`, at u = 0.3313
    for the default parameters.

    References
    ----------
    FitzHugh (1961), Biophysical Journal 1, 445; Nagumo, Arimoto & Yoshizawa (1962), Proceedings of the
    IRE 50, 2061.

    Examples
    --------
    >>> from neurosim_plugins.fitzhugh_nagumo import FitzHughNagumo
    >>> {name: round(value, 4) for name, value in FitzHughNagumo().resting_state().items()}
    {'v': -1.1994, 'w': -0.6243}
    """

    tau: Parameter = 1.0
    tau_w: Parameter = 12.5
    a: Parameter = 0.7
    b: Parameter = 0.8
    slope: Parameter = 4.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if np.min(self.b) <= 0.0 or np.max(self.b) >= 1.0:
            raise ParameterError(f"FitzHughNagumo.b must be above 0 and below 1 (got {self.b!r}); try 0.8.")

    def drift(self, v: Any, w: Any, u: Any) -> Any:
        """Return dv/dt and dw/dt of the voltage v and the recovery w for the input current u."""
        return (v - v**3 / 3.0 - w + u) / self.tau, (v + self.a - self.b * w) / self.tau_w

    def rate(self, v: Any, w: Any) -> Any:  # noqa: ARG002  (the arguments are the state variables)
        """Return a smooth step of the voltage, between 0 and 1."""
        return 0.5 + 0.5 * np.tanh(0.5 * self.slope * v)

    def resting_state(self) -> dict[str, Any]:
        """State of rest without input, by Cardano's formula."""
        third = np.asarray(1.0 / self.b - 1.0)
        half = np.asarray(1.5 * self.a / self.b)
        # the larger of the two cubic roots; the other one follows from their product, without cancellation
        larger = np.cbrt(np.sqrt(half**2 + third**3) + np.abs(half))
        v = np.sign(half) * (third / larger - larger)
        state = {"v": v, "w": (v + self.a) / self.b}
        return {name: value if np.ndim(value) else float(value) for name, value in state.items()}
