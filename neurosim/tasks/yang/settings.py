"""How the authors trained their networks."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

__all__ = ["SETTINGS"]

SETTINGS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "size": 256,
        "activation": "softplus",
        "readout": "logistic",
        "tau": 100.0,
        "dt": 20.0,
        "recurrent_start": 0.5,
        "sigma_recurrent": 0.05,
        "sigma_input": 0.01,
        "optimizer": "adam",
        "learning_rate": 1e-3,
        "largest_gradient": 1.0,
        "batch": 64,
        "trials": 10_000_000,
        "trials_between_tests": 32_000,
        "test_trials": 512,
    }
)
r"""Network and training of Yang et al. 2019.

`size` units of rate form, :math:`\tau\dot r = -r + f(W r + W_{in} u + b + \xi)`, with Euler steps `dt`.
**The noise is inside the activation**: :math:`\sigma_{rec}\sqrt{2\tau/dt}` times a normal number for each unit and
step, which is ``ns.noise.noise_from_yang2019(sigma_recurrent, tau)``; with a nonlinear f another dt is another model,
so keep the published one. W starts at `recurrent_start` times the identity, input weights are N(0, 1 / inputs),
readout weights are uniform in :math:`\pm\sqrt{6/(units + outputs)}` (Glorot), biases are 0. Every batch starts at
r = 0. Each element of the gradient is cut at ± `largest_gradient`. `trials` is an upper limit, and counts trials, not
updates.

(The code of the authors has rectified linear units and an orthogonal start unless told otherwise; the networks of the
paper are those above.)
"""
