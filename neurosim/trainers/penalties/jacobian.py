"""Penalty on the Jacobian along trajectories."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import autograd.numpy as anp
import numpy as np

from neurosim.tasks import Trials
from neurosim.trainers.penalties.base import Penalty
from neurosim.trainers.penalties.linearized_flow import local_flow, recurrent_chains

__all__ = ["JacobianPenalty"]


@dataclass(frozen=True)
class JacobianPenalty(Penalty):
    r"""Mean squared Frobenius norm of the recurrent part of the Jacobian along trajectories.

    The Jacobian of the flow at a state is :math:`A + B W C`, with the leak of each unit in A and all interactions in
    the rest. The penalty is

    .. math:: strength \, \Big\langle \sum_{ij} \big(|B_i| \, W_{ij} \, |C_j|\big)^2 \Big\rangle_{trials, steps}
              \; = \; strength \, \Big\langle \sum_{ij} \big(W_{ij}\, \phi'(x_j)\big)^2 \Big\rangle / \tau^2

    for any neuron (left; :math:`|B_i|, |C_j|` are norms over the variables of a unit), and for `LeakyCurrent` (right).
    It favors smooth and simple trajectories.

    Parameters
    ----------
    strength : float
        Above 0, in units of time squared: multiply the strength of the paper, whose penalty has no τ, by τ².

    Notes
    -----
    The states are those after each step, with the input that was held during it. The code of the first author has
    half of this strength as its factor, :math:`\lambda / 2`. Without self-connections the norm of the full Jacobian
    differs from this only by that of the leak, for `LeakyCurrent` a constant.

    Cost: one product of the weights with all rates where B depends on the state (rate form), less elsewhere. The matrix
    W of sparse and low-rank weights is formed.

    References
    ----------
    Sussillo, Churchland, Kaufman & Shenoy (2015), A neural network that finds a naturalistic solution for the
    production of muscle activity, Nature Neuroscience 18, 1025, Methods.
    """

    strength: float = 1e-4

    def __call__(self, run: Any, trials: Trials) -> Any:  # noqa: D102
        flow = local_flow(run.network, run.parameters, run.states, trials.inputs)
        chains = recurrent_chains(run.network, run.parameters)
        weights = sum(functools.reduce(anp.dot, chain) for chain in chains)
        received, sent = _square(flow.drift_by_input), _square(flow.rate_by_state)
        return self.strength * _mean_form(received, weights * weights, sent)


def _square(entries: tuple[Any, ...]) -> Any:
    return sum(entry * entry for entry in entries)


def _mean_form(left: Any, matrix: Any, right: Any) -> Any:
    """Mean over trials and steps of leftᵀ matrix right; if one side is constant, from the mean of the other."""
    units = matrix.shape[0]
    if np.ndim(left) == np.ndim(right) == 3:
        return anp.sum(left * anp.dot(right, anp.transpose(matrix))) / (left.shape[0] * left.shape[1])
    return anp.dot(_per_unit(left, units), anp.dot(matrix, _per_unit(right, units)))


def _per_unit(values: Any, units: int) -> Any:
    return anp.mean(values, axis=(0, 1)) if np.ndim(values) == 3 else values * np.ones(units)
