"""White and colored noise in physical units, independent of the time step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from neurosim.declaration import Declaration, Parameter, parameter_names
from neurosim.errors import ParameterError, ShapeError
from neurosim.validation import instance_of, non_negative, one_of, positive

__all__ = [
    "Noise",
    "OrnsteinUhlenbeck",
    "WhiteNoise",
    "noise_from_nn4n",
    "noise_from_psychrnn",
    "noise_from_yang2019",
    "require_noise_of_size",
]


class Noise(Declaration):
    """Noise: its strength, where it enters, and whether units share it.

    Noise is drawn once a step, from a counter-based generator: the number for (trial, step, unit)
    depends on the seed and on those three only. It is constant during the step.
    """

    kind: ClassVar[str] = "noise"


def _check(strength: str, value: Parameter, target: str, shared: bool) -> None:
    non_negative(strength, np.min(value))
    one_of("target", target, ("state", "input"))
    if not isinstance(shared, bool):
        raise ParameterError(f"shared must be True or False (got {shared!r}).")


@dataclass(frozen=True)
class WhiteNoise(Noise):
    r"""White noise of a given density.

    On the state, of the first variable: :math:`dx = drift\,dt + density\,dW`. A free leaky unit
    (:math:`\tau\dot x = -x`) then has the stationary standard deviation
    :math:`density\sqrt{\tau/2}`.

    In the input: :math:`u = W r + ... + density\,dW/dt`. A free `LeakyCurrent` unit then has
    :math:`density/\sqrt{2\tau}`. Where the input passes through a nonlinear function before it is integrated (rate
    form), white noise has no limit dt → 0: use `OrnsteinUhlenbeck` there.

    With a step dt, Euler gives these values times :math:`1/\sqrt{1 - dt/(2\tau)}`, exactly.

    Parameters
    ----------
    density : float or ndarray, shape (units,)
        In units of the state (or of the input times time) per square root of time.
    target : {"state", "input"}
    shared : bool
        Whether all units receive the same number.
    """

    density: Parameter = 1.0
    target: str = "state"
    shared: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        _check("density", self.density, self.target, self.shared)


@dataclass(frozen=True)
class OrnsteinUhlenbeck(Noise):
    r"""Colored noise with a given standard deviation and correlation time.

    .. math:: d\eta = -\eta/\tau_\eta\,dt + std\sqrt{2/\tau_\eta}\,dW,

    integrated exactly, so that its standard deviation is `std` for any dt. It starts in its stationary distribution
    and is added to the input current, or to the time derivative of the first variable. A free `LeakyCurrent`
    unit (:math:`\tau\dot x = -x + \eta`) driven through its input has the stationary standard deviation
    :math:`std\sqrt{\tau_\eta/(\tau_\eta + \tau)}` in continuous time; through its state, τ times that.

    With Euler steps dt the response of that unit is, exactly,

    .. math:: std\,\frac{dt}{\tau}\sqrt{\frac{1 + ab}{(1 - a^2)(1 - ab)}}, \quad a = 1 - dt/\tau,\;
              b = e^{-dt/\tau_\eta},

    which is larger (at :math:`dt = \tau` it is `std` itself: 29 % above the value for
    :math:`\tau_\eta = 1.5\,\tau`) and tends to the value above as dt → 0. The standard deviation of the noise itself is
    `std` for any dt.

    Parameters
    ----------
    std : float or ndarray, shape (units,)
        In units of the input current, or of the state per time.
    tau_noise : float
        Correlation time.
    target : {"input", "state"}
    shared : bool
        Whether all units receive the same number.
    """

    std: Parameter = 1.0
    tau_noise: Parameter = 1.0
    target: str = "input"
    shared: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        _check("std", self.std, self.target, self.shared)
        # all units have the same filter, whose update takes two numbers
        if np.ndim(self.tau_noise):
            raise ParameterError(f"tau_noise must be one number for all units (got {self.tau_noise!r}).")


def require_noise_of_size(name: str, noise: Noise | None, size: int) -> None:
    """Raise an error unless each parameter of the noise is one number, or one per unit."""
    if noise is not None:
        instance_of(name, noise, Noise, "try ns.WhiteNoise(0.1) or None")
    for part in parameter_names(type(noise)) if noise is not None else ():
        shape = np.shape(getattr(noise, part))
        if shape not in ((), (size,)):
            raise ShapeError(
                f"{name}.{part} must be one number, or one per unit with shape ({size},) (got shape {shape})."
            )


def noise_from_psychrnn(rec_noise: float, tau: float) -> WhiteNoise:
    r"""Noise of PsychRNN, pycog and trainRNNbrain: ``x + ... + sqrt(2 alpha) rec_noise N(0, 1)`` on the current.

    There `rec_noise` is the stationary standard deviation of a free unit (to first order in dt), hence the
    density is :math:`rec\_noise\sqrt{2/\tau}`.
    """
    return WhiteNoise(
        density=non_negative("rec_noise", rec_noise) * np.sqrt(2.0 / positive("tau", tau)), target="state"
    )


def noise_from_yang2019(sigma_rec: float, tau: float) -> WhiteNoise:
    r"""Noise of Yang et al. 2019: ``sqrt(2 / alpha) sigma_rec N(0, 1)`` inside the activation of a rate-form unit.

    The density of the input is :math:`sigma\_rec\sqrt{2\tau}`. Their networks use dt = tau / 5; with a
    nonlinear activation another dt is another model.
    """
    return WhiteNoise(
        density=non_negative("sigma_rec", sigma_rec) * np.sqrt(2.0 * positive("tau", tau)), target="input"
    )


def noise_from_nn4n(sigma: float, dt: float) -> WhiteNoise:
    r"""Noise of nn4n and of the low-rank code of Valente et al.: ``x + ... + sigma N(0, 1)`` each step.

    It is not scaled with dt there, so the density :math:`sigma/\sqrt{dt}` holds for the `dt` that the numbers were
    made for.
    """
    return WhiteNoise(density=non_negative("sigma", sigma) / np.sqrt(positive("dt", dt)), target="state")
