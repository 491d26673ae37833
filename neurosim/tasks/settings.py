"""How the authors of tasks made and trained their networks, as plain data; see `neurosim.tasks.Task.settings`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np

__all__ = [
    "HARDY_2018",
    "LAJE_BUONOMANO_2013",
    "SUSSILLO_BARAK_2013",
    "jarne",
    "song_2016",
    "white_noise_integrator",
]

Settings = Mapping[str, Any]


def _settings(network: dict[str, Any] | None = None, trainer: dict[str, Any] | None = None) -> Settings:
    parts = {"network": network, "trainer": trainer}
    return MappingProxyType(
        {name: MappingProxyType(part) for name, part in parts.items() if part is not None}
    )


def jarne(
    stop_loss: float,
    *,
    start: str = "Orthogonal",
    size: int = 50,
    trials: int = 15_000,
    batch_size: int = 64,
    bias: bool = False,
) -> Settings:
    r"""Networks of C. Jarne and R. Laje: the map :math:`h \leftarrow \tanh(W h + W_{in} x)` in Keras.

    With :math:`\tau` = dt = 1 that is an Euler step in rate form. Input and readout weights are uniform (Glorot); the
    recurrent ones are orthogonal, or normal with variance 1 / size. There is no recurrent bias unless told so. Twenty
    epochs at most show the same trials over and over, in another order; the learning rate is
    :math:`10^{-4} / (1 + 10^{-4} k)` at update k.

    Parameters
    ----------
    stop_loss : float
        Mean squared error of an epoch that ends the training.
    start : {"Orthogonal", "Gaussian"}, optional
        Of the recurrent weights. The authors compare both; these are the ones in their code.
    size, trials, batch_size : int, optional
    bias : bool, optional
        Whether recurrent biases are there, and trained.
    """
    learned = ["recurrent", "input_weights", "readout_weights", "readout_bias"]
    network = {
        "size": size,
        "neuron": {"type": "LeakyRate", "activation": "tanh", "tau": 1.0},
        "connectivity": {"type": start, "gain": 1.0},
        "input_weights": "glorot",
        "readout_weights": "glorot",
    }
    rate = {"type": "InverseDecay", "initial": 1e-4, "decay": 1e-4}
    trainer = {
        "epochs": 20,
        "trials_per_epoch": trials,
        "batch_size": batch_size,
        "dt": 1.0,
        "scheme": "euler",
        "fresh": False,
        "optimizer": {"type": "Adam", "learning_rate": rate, "epsilon_form": "keras"},
        "loss": {"type": "MeanSquaredError"},
        "clipping": None,
        "train": [*learned, "bias"] if bias else learned,
        "stopping": {"type": "Stopping", "loss": stop_loss},
    }
    return _settings(network, trainer)


def white_noise_integrator(gain: float) -> Settings:
    r"""Integrators of the tutorials on computation through dynamics: the map of 100 tanh units with steps of 0.04.

    The L2 penalty is :math:`2 \cdot 10^{-4}` times the sum of squares of everything that is trained, the initial state
    among it, which the authors draw with a standard deviation of 0.1 and which starts at 0 here.

    Parameters
    ----------
    gain : float
        Of the recurrent weights: 0.85 with one stream, 0.8 with context.
    """
    learned = ["recurrent", "input_weights", "bias", "readout_weights", "readout_bias", "initial_state"]
    network = {
        "size": 100,
        "neuron": {"type": "LeakyRate", "activation": "tanh", "tau": 0.04},
        "connectivity": {"type": "Gaussian", "gain": gain},
        "input_weights": "normal",
        "readout_weights": "normal",
    }
    rate = {"type": "ExponentialDecay", "initial": 0.025, "factor": 0.99975, "every": 1.0}
    trainer = {
        "epochs": 100,
        "trials_per_epoch": 12_800,
        "batch_size": 128,
        "dt": 0.04,
        "scheme": "euler",
        "optimizer": {"type": "Adam", "learning_rate": rate, "epsilon": 0.1},
        "loss": {"type": "MeanSquaredError"},
        "clipping": {"type": "ClipNorm", "limit": 10.0},
        "penalties": [{"type": "L2", "names": learned, "strength": 4e-4, "form": "half_sum"}],
        "train": learned,
    }
    return _settings(network, trainer)


def song_2016(
    *,
    size: int = 100,
    density_excitatory: float = 1.0,
    density_inhibitory: float = 1.0,
    batch_size: int = 20,
    validation: int = 1100,
    stop_accuracy: float = 0.85,
) -> Settings:
    r"""Networks of H. F. Song, G. R. Yang and X.-J. Wang: Dale's law, trained by stochastic gradient descent.

    Rectified linear units in current form with :math:`\tau = 100`, 80 % of them excitatory, the only ones that are
    read out. Recurrent weights are those of `neurosim.connectivity.BalancedExcitatoryInhibitory` with a spectral radius
    of 1.5; input and readout weights are uniform from 0 to 0.1. There are no self-connections, biases stay 0, and the
    initial state, which begins at 0.1, is trained. The noise on the currents is :math:`\sigma\sqrt{2\tau}` with
    :math:`\sigma = 0.15`. An epoch is the 10,000 trials between two validations; training stops at the latest after
    :math:`10^7` updates.

    Two things differ. Signed weights are magnitudes where theirs are rectified. They stop when the mean of the last
    five validations is above `stop_accuracy`; here one has to be. The network that is drawn has readout weights from
    inhibitory units too: training starts from the nearest that obeys the constraints.

    Parameters
    ----------
    size : int, optional
        Number of units.
    density_excitatory, density_inhibitory : float, optional
        Connection probabilities.
    batch_size, validation : int, optional
        Trials of an update and of a validation.
    stop_accuracy : float, optional
    """
    network = {
        "size": size,
        "neuron": {"type": "LeakyCurrent", "activation": "relu", "tau": 100.0},
        "connectivity": {
            "type": "BalancedExcitatoryInhibitory",
            "density_excitatory": density_excitatory,
            "density_inhibitory": density_inhibitory,
        },
        "input_weights": "small_positive",
        "readout_weights": "small_positive",
        "initial_state": 0.1,
    }
    trials = 10_000
    trainer = {
        "epochs": 10_000_000 * batch_size // trials,
        "trials_per_epoch": trials,
        "batch_size": batch_size,
        "dt": 20.0,
        "scheme": "euler",
        "optimizer": {"type": "SGD", "learning_rate": 0.01},
        "loss": {"type": "MeanSquaredError", "average": "mask"},
        "clipping": {"type": "ClipNorm", "limit": 1.0},
        "penalties": [{"type": "VanishingGradient", "strength": 2.0}],
        "constraints": [
            {"type": "Dale", "excitatory": 0.8, "readout": True},
            {"type": "NonNegative", "names": ["input_weights", "readout_weights"]},
            {"type": "NoSelfConnections"},
        ],
        "noise": {"type": "WhiteNoise", "density": 0.15 * np.sqrt(200.0), "target": "input"},
        "train": ["recurrent", "input_weights", "readout_weights", "initial_state"],
        "validation": validation,
        "stopping": {"type": "Stopping", "accuracy": stop_accuracy, "patience": 100},
    }
    return _settings(network, trainer)


SUSSILLO_BARAK_2013: Final = _settings(
    {
        "size": 200,
        "neuron": {"type": "LeakyCurrent", "activation": "tanh", "tau": 1.0},
        "connectivity": {"type": "Sparse", "density": 15 / 200, "gain": 1.5},
    },
    {
        "dt": 0.1,
        "scheme": "euler",
        "epochs": 1,
        "trials_per_epoch": 51,
        "fresh": False,
        "optimizer": {"type": "LBFGS", "iterations": 500},
        "penalties": [{"type": "JacobianPenalty", "strength": 5e-4}],
        "train": ["recurrent", "input_weights", "bias", "readout_weights", "readout_bias", "initial_state"],
    },
)
"""Network and training of Sussillo's demonstration of the sine generator. There each unit has exactly 15 weights, here
on average; and the optimizer is Hessian-free, here L-BFGS, another second-order method on all trials at once. Outputs
explain 96 % of new targets after 50 iterations, 99 % after 150 (one network; 2 s an iteration on one core)."""

LAJE_BUONOMANO_2013: Final = _settings(
    {
        "size": 800,
        "neuron": {"type": "LeakyCurrent", "activation": "tanh", "tau": 10.0},
        "connectivity": {"type": "Sparse", "density": 0.1, "gain": 1.5, "self_connections": False},
        "input_weights": "standard_normal",
        "readout_weights": "normal",
    },
    {"type": "Innate", "dt": 1.0},
)
"""Network and innate training of R. Laje and D. V. Buonomano, whose settings are the defaults of the trainer."""

HARDY_2018: Final = _settings(
    {
        "size": 1800,
        "neuron": {"type": "LeakyCurrent", "activation": "tanh", "tau": 50.0},
        "connectivity": {"type": "Sparse", "density": 0.2, "gain": 1.6, "self_connections": False},
        "input_weights": "standard_normal",
        "readout_weights": "normal",
    },
    {
        "type": "Innate",
        "dt": 1.0,
        "trials": 60,
        "readout_trials": 10,
        "conditions": 2,
        "every": 5,
        "plastic": 1.0,
        "regularization": 10.0,
        "noise_level": 0.05 / np.sqrt(50.0),
        "speed": "speed",
    },
)
"""Network and innate training of N. F. Hardy et al.: all units are plastic, at two speeds in turn, of which the slow
one learns the trajectory of the fast one, dilated in time, and both learn to be silent afterward.

A correction of all 1800 units takes 0.3 s of one core, and the 60 trials have 100,000 of them: nine hours, which have
not been run here. There the readout learns at the fast speed only, here at both."""
