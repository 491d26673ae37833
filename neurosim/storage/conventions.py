"""Conventions of other tools: their equations, time steps and noise, and the simulation here that repeats them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["CONVENTIONS", "Convention", "log_convention"]

_log = logging.getLogger("neurosim.storage")


@dataclass(frozen=True)
class Convention:
    """Meaning of the arrays of one tool, and the simulation here that repeats it.

    Attributes
    ----------
    tool : str
    equation : str
        Update of the tool, with row or column vectors as it writes them.
    simulation : str
        Arguments of `neurosim.simulate` that repeat it step by step.
    timing : str
        Which sample of a simulation here is which sample of the tool.
    noise : str
        Noise of the tool, and the same noise here.
    """

    tool: str
    equation: str
    simulation: str
    timing: str
    noise: str

    def __str__(self) -> str:
        return f"{self.tool}: {self.equation}. Simulate with {self.simulation}; {self.timing}. {self.noise}."


_SHIFTED = "outputs[:, k + 1] here is the output at step k there, and sample 0 is the initial state"

CONVENTIONS: Mapping[str, Convention] = MappingProxyType(
    {
        "keras": Convention(
            tool="Keras SimpleRNN",
            equation="rows multiply from the left, h' = f(x K + h R + b), z = h' D + c; a map without leak",
            simulation="dt=1.0, scheme='euler' (rate form, tau = 1)",
            timing=_SHIFTED,
            noise="The recurrence has no noise; GaussianNoise and dropout act in training only, so noise=None",
        ),
        "torch": Convention(
            tool="PyTorch nn.RNN",
            equation="h' = f(W_ih x + b_ih + W_hh h + b_hh), z = W h' + c; a map without leak",
            simulation="dt=1.0, scheme='euler' (rate form, tau = 1)",
            timing=_SHIFTED,
            noise="The recurrence has no noise, and dropout acts in training only, so noise=None",
        ),
        "ctrnn": Convention(
            tool="PyTorch network with layers h2h and input2h",
            equation="h' = (1 - a) h + a f(W_in x + W h + b), a = dt / tau, z = W_out h' + c",
            simulation="the dt of training, scheme='euler' (rate form)",
            timing=_SHIFTED,
            noise="Noise is not part of the arrays: noise=noise_from_yang2019(sigma_rec, tau) if it is inside f",
        ),
        "nn4n": Convention(
            tool="nn4n CTRNN",
            equation="v' = (1 - a) v + a (W_in x + W f(v) + b), a = dt / tau, z = W_out f(v') + c; the state v is a "
            "current",
            simulation="the dt of training, scheme='euler' (current form)",
            timing=_SHIFTED,
            noise="Noise is not part of the arrays: noise=noise_from_nn4n(sigma, dt) with the standard deviation sigma "
            "that is added in a step",
        ),
        "psychrnn": Convention(
            tool="PsychRNN Basic",
            equation="x' = (1 - a) x + a (W_rec f(x) + W_in u + b_rec) + sqrt(2 a) rec_noise N(0, 1), "
            "a = dt / tau, z = W_out f(x') + b_out; the state x is a current",
            simulation="the dt of training, scheme='euler' (current form)",
            timing=_SHIFTED,
            noise="noise=noise_from_psychrnn(rec_noise, tau)",
        ),
        "pycog": Convention(
            tool="pycog",
            equation="x' = x + a (-x + Wrec f(x) + Win u + brec + sqrt(2 var_rec / a) N(0, 1)), a = dt / tau, "
            "z = g(Wout f(x) + bout); the state x is a current",
            simulation="any dt well below tau (pycog tests at 0.5 ms), scheme='euler' (current form)",
            timing="outputs[:, k] here is z[:, k] there, and the inputs here are u[1:] there, baseline_in included",
            noise="noise=noise_from_psychrnn(sqrt(var_rec), tau)",
        ),
    }
)
"""By the name of the tool, as in ``from_keras``."""


def log_convention(tool: str, source: str) -> None:
    """Write to the log, at level INFO, what the arrays of a source mean."""
    _log.info("%s comes from %s", source, CONVENTIONS[tool])
