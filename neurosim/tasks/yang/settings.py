"""Published settings of networks and training of Yang et al. (2019) and Driscoll et al. (2024)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np

__all__ = ["CROSS_ENTROPY", "DRISCOLL", "PAPER"]

_NETWORK = {
    "size": 256,
    "neuron": {"type": "LeakyRate", "activation": "softplus", "tau": 100.0},
    "connectivity": {"type": "Identity", "gain": 0.5},
    "readout": "logistic",
    "input_weights": "normal",
    "readout_weights": "glorot",
}

_TRAINER = {
    "epochs": 312,
    "trials_per_epoch": 32_000,
    "batch_size": 64,
    "dt": 20.0,
    "scheme": "euler",
    "optimizer": {"type": "Adam", "learning_rate": 1e-3, "epsilon_form": "keras"},
    "loss": {"type": "MeanSquaredError"},
    "clipping": {"type": "ClipValue", "limit": 1.0},
    "noise": {"type": "WhiteNoise", "density": 0.05 * np.sqrt(200.0), "target": "input"},
}

PAPER: Final[Mapping[str, Any]] = MappingProxyType(
    {"network": MappingProxyType(_NETWORK), "trainer": MappingProxyType(_TRAINER)}
)
r"""Network and training of Yang et al. 2019.

Units of rate form, :math:`\tau\dot r = -r + f(W r + W_{in} u + b + \xi)`, with Euler steps of a fifth of tau. **The
noise is inside the activation**: :math:`\sigma_{rec}\sqrt{2\tau/dt}` times a normal number for each unit and step,
with :math:`\sigma_{rec} = 0.05`; with a nonlinear f another dt is another model, so keep the published one. W starts at
half the identity, input weights are N(0, 1 / inputs), readout weights are uniform in
:math:`\pm\sqrt{6/(units + outputs)}` (Glorot), biases are 0. Every batch starts at r = 0. Each element of the gradient
is clipped at ± 1. There are no penalties. An epoch is the 500 updates between two tests; 312 epochs are the 10 million
trials after which the authors stopped at the latest. The squared error counts with the mask of the task: once as in the
paper, or squared as in the code, where the task says so.

(The code of the authors has rectified linear units and an orthogonal start unless told otherwise; the networks of the
paper are those above.)
"""

CROSS_ENTROPY: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "network": MappingProxyType({**_NETWORK, "readout": "softmax"}),
        "trainer": MappingProxyType({**_TRAINER, "loss": {"type": "CrossEntropy"}}),
    }
)
"""As `PAPER`, with the other loss of the authors' code: softmax readout and cross-entropy."""

_WEIGHTS = ["input_weights", "recurrent", "readout_weights"]

DRISCOLL: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "network": MappingProxyType(
            {
                **_NETWORK,
                "size": 128,
                "connectivity": {"type": "Identity", "gain": 1.0},
                "readout": "linear",
            }
        ),
        "trainer": MappingProxyType(
            {
                **_TRAINER,
                "epochs": 156,
                "trials_per_epoch": 640_000,
                "clipping": None,
                "penalties": [
                    {"type": "L2", "names": _WEIGHTS, "strength": 1e-6, "form": "half_sum"},
                    {"type": "RateL2", "strength": 1e-6, "form": "half_sum"},
                ],
            }
        ),
    }
)
r"""Network and training of Driscoll et al. 2024, by the code of the authors.

As `PAPER`, but for 128 units, W that starts at the identity, a linear readout, which sines and cosines need, gradients
as they are, and two penalties: :math:`10^{-6}` times half the sum of squares of all weights, and of all rates of a
batch. A test follows every 10,000 updates, and 100 million trials are the limit. Settings differ between the scripts of
the authors; some networks have 256 units. As written, one script also sets the strengths of two L1 penalties to
:math:`10^0`, where its other notation means none; here there are none.
"""
