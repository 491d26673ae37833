"""Penalty on gradients that explode or vanish during backpropagation through time."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import autograd.numpy as anp
import numpy as np

from neurosim.engine.differentiable.gradient import value_and_gradient
from neurosim.errors import ShapeError
from neurosim.network import Network
from neurosim.trainers.penalties.base import Penalty
from neurosim.trainers.penalties.linearized_flow import LocalFlow, local_flow, recurrent_chains
from neurosim.validation import positive

__all__ = ["VanishingGradient"]

NEGLIGIBLE = 1e-20
"""Squared norm of a gradient below which its change is ignored, as in the authors' code."""


@dataclass(frozen=True)
class VanishingGradient(Penalty):
    r"""Penalty on vanishing and exploding gradients: mean squared change of their norm in one step back.

    .. math:: \Omega = strength \, \Big\langle (\rho - 1)^2 \Big\rangle, \qquad
              \rho = \frac{|J_k^T g_{k+1}|^2}{|g_{k+1}|^2}, \qquad J_k = 1 + dt \, (A + B W C),

    over all trials and steps with :math:`|g_{k+1}|^2 \geq 10^{-20}`, where :math:`g_k` is the derivative of the main
    loss with respect to the state after step k and J the Jacobian of an Euler step. **Only the immediate derivative
    with respect to the recurrent weights is used**: g and the states are treated as constants, as in the paper. (In
    rate form the slope of a unit depends on its input, and so on the weights; this dependence is included.)

    Parameters
    ----------
    strength : float
        Above 0; 2 is the default of pycog.

    Notes
    -----
    The ratio is that of *squared* norms, as in the code of Song et al.; in their equation and that of Pascanu et al.
    the norms are not squared. For schemes other than Euler, J is that of an Euler step of the same dt.

    References
    ----------
    Song, Yang & Wang (2016), PLOS Computational Biology 12, e1004792; Pascanu, Mikolov & Bengio (2013), On the
    difficulty of training recurrent neural networks, ICML, eqs. 9-10.
    """

    strength: float = 2.0

    def gradient(
        self,
        parameters: Mapping[str, np.ndarray],
        states: np.ndarray,
        inputs: np.ndarray,
        adjoints: np.ndarray,
        *,
        network: Network,
        dt: float,
    ) -> tuple[float, dict[str, np.ndarray]]:
        """Value of the penalty, and its immediate derivatives with respect to the recurrent weights.

        Parameters
        ----------
        parameters : mapping of str to ndarray
            Values of the network's parameters.
        states : ndarray, shape (trials, steps + 1, units) or (trials, steps + 1, units, variables)
            The initial state first. A last axis of length 1 is allowed, here and in `adjoints`.
        inputs : ndarray, shape (trials, steps, channels)
        adjoints : ndarray
            Total derivative of the main loss with respect to `states`, through all later states.
        network : Network
            Its neuron, and its connections.
        dt : float
            Time step.

        Returns
        -------
        value : float
        gradients : dict of str to ndarray
            Of those of ``recurrent``, ``left`` and ``right`` that are in `parameters`, to be added to those of the
            loss.

        Raises
        ------
        ShapeError
            If the shapes of states, inputs and adjoints do not match.
        """
        _check_shapes(states, inputs, adjoints)
        later = _by_variable(adjoints[:, 1:])
        length = np.sum(later * later, axis=(0, -1))
        counted = length >= NEGLIGIBLE
        count, step = max(int(counted.sum()), 1), positive("dt", dt)

        def omega(weights: Mapping[str, Any]) -> Any:
            numbers = {**parameters, **weights}
            flow = local_flow(network, numbers, states[:, :-1], inputs)
            earlier = _one_step_back(flow, recurrent_chains(network, numbers), later, step)
            ratio = sum(anp.sum(g * g, axis=-1) for g in earlier) / np.where(counted, length, 1.0)
            excess = anp.where(counted, ratio - 1.0, 0.0)
            return self.strength * anp.sum(excess * excess) / count

        recurrent = {name: parameters[name] for name in ("recurrent", "left", "right") if name in parameters}
        value, slopes = value_and_gradient(omega, recurrent)
        return value, {name: slope.astype(recurrent[name].dtype) for name, slope in slopes.items()}


def _check_shapes(states: np.ndarray, inputs: np.ndarray, adjoints: np.ndarray) -> None:
    samples = (inputs.shape[0], inputs.shape[1] + 1)
    if states.shape[:3] != adjoints.shape[:3] or states.size != adjoints.size or states.shape[:2] != samples:
        raise ShapeError(
            f"states and adjoints must have one sample more than inputs, the initial one (got states of shape "
            f"{states.shape}, adjoints {adjoints.shape}, inputs {inputs.shape})."
        )


def _by_variable(values: np.ndarray) -> np.ndarray:
    """Values with the variables first: (variables, trials, steps, units)."""
    return values[None] if values.ndim == 3 else np.moveaxis(values, -1, 0)


def _one_step_back(flow: LocalFlow, chains: list[Any], later: np.ndarray, dt: float) -> list[Any]:
    """Transposed Jacobian of a step times the gradient after it, for each variable."""
    received = sum(b * g for b, g in zip(flow.drift_by_input, later, strict=True))
    back = sum(functools.reduce(anp.dot, chain, received) for chain in chains)
    return [
        later[j]
        + dt * (sum(row[j] * g for row, g in zip(flow.drift_by_state, later, strict=True)) + c * back)
        for j, c in enumerate(flow.rate_by_state)
    ]
