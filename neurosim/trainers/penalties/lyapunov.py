"""Penalty on Lyapunov exponents along the trials, also known as gradient flossing."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd.extend import defvjp, primitive

from neurosim.errors import ParameterError
from neurosim.tasks import Trials
from neurosim.trainers.penalties.base import Penalty
from neurosim.trainers.penalties.linearized_flow import local_flow, recurrent_chains
from neurosim.trainers.penalties.tangent_growth import mean_log_growth
from neurosim.validation import finite, whole_number

__all__ = ["LyapunovPenalty"]


@dataclass(frozen=True)
class LyapunovPenalty(Penalty):
    r"""Squared distance of the leading Lyapunov exponents from a target: gradient flossing.

    .. math:: strength\,\Big\langle (\lambda_k - target)^2 \Big\rangle_{k \le count}, \qquad
              \lambda_k = \frac{1}{T\,dt} \sum_t \log R_{kk}(t), \qquad
              Q(t + 1)\,R(t + 1) = J(t)\,Q(t), \qquad J = 1 + dt\,(A + B W C),

    along the first trials of each batch, from a random orthonormal frame Q(0). Exponents near 0 are those of long
    products of Jacobians that neither vanish nor explode, and so of gradients that reach far back. The gradient is
    exact: it goes through every QR step, and through the trajectory on which the Jacobians depend.

    Parameters
    ----------
    strength : float
        Above 0, in units of time squared: λ is in 1/time. For a map with dt = τ = 1 it is a number.
    count : int, optional
        Number of exponents, the largest first. Default: all, one for each variable of each unit.
    target : float
        λ*, in 1/time; 0 in the paper.
    steps : int, optional
        Steps of each trial along which exponents are measured, the first ones. Default: all.
    alignment : float
        Share of these steps at the start in which the frame turns into its directions, and which do not count.
    trials : int
        Number of trials of a batch whose exponents are measured, each with a penalty of its own, which are averaged.

    Raises
    ------
    ParameterError
        During training: for more exponents than dimensions, and where a step annihilates a vector, whose exponent is
        minus infinity.

    Notes
    -----
    For schemes other than Euler, J is that of an Euler step of the same dt. The frame is the same in every update. As a
    loss by itself (flossing before training), give `BPTT` ``loss=lambda run, trials: 0.0``.

    Cost for N units, k exponents and each step and trial: three products of the weights with k vectors and 5 N k²
    operations for QR and its adjoint. Memory: N k + k² numbers for each step and trial, and N k more where the
    derivative of the drift by the input current is trained or depends on the state.

    References
    ----------
    R. Engelken, Gradient flossing: improving gradient descent through dynamic control of Jacobians, Adv. Neural Inf.
    Process. Syst. 36 (2023): one trial, 75 exponents of 80 units over 55 steps. The adjoint of the QR decomposition:
    D. A. O. Roberts, L. R. Roberts, arXiv:2009.10071 (2020).

    Examples
    --------
    >>> import neurosim as ns
    >>> from neurosim.trainers import LyapunovPenalty
    >>> task = ns.tasks.And()
    >>> start = ns.Network(ns.LeakyCurrent("tanh", tau=1.0), ns.Gaussian(0.5), 10, inputs=task.inputs,
    ...                    outputs=task.outputs, rng=0)
    >>> trainer = ns.BPTT(epochs=2, trials_per_epoch=80, batch_size=8, dt=1.0, loss=lambda run, trials: 0.0,
    ...                   optimizer=ns.trainers.Adam(0.01), penalties=LyapunovPenalty(steps=30, count=5))
    >>> history = trainer.fit(start, task, rng=1).history
    >>> bool(history["penalty"][1] < history["penalty"][0])
    True
    """

    strength: float = 1.0
    count: int | None = None
    target: float = 0.0
    steps: int | None = None
    alignment: float = 0.1
    trials: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("count", "steps", "trials"):
            if getattr(self, name) is not None:
                whole_number(f"LyapunovPenalty.{name}", getattr(self, name))
        finite("LyapunovPenalty.target", self.target)
        if not 0.0 <= self.alignment < 1.0:
            raise ParameterError(
                f"LyapunovPenalty.alignment must be a share of the steps, at least 0 and below 1 "
                f"(got {self.alignment!r})."
            )

    def __call__(self, run: Any, trials: Trials) -> Any:
        """Penalty of a differentiable run."""
        exponents = self.exponents(run, trials)
        away = exponents - self.target
        return self.strength * anp.mean(away * away)

    def exponents(self, run: Any, trials: Trials) -> Any:
        """Exponents of the first trials, shape (trials, count), in 1/time; autograd's box where the run is one."""
        network, measured = run.network, min(self.trials, len(trials))
        steps = trials.steps if self.steps is None else min(self.steps, trials.steps)
        states = _states_before(run, measured, steps)
        inputs = trials.inputs[:measured, :steps]
        flow = local_flow(network, run.parameters, states, inputs)
        weights = sum(functools.reduce(anp.dot, chain) for chain in recurrent_chains(network, run.parameters))
        size, variables = network.size, len(flow.rate_by_state)
        count = size * variables if self.count is None else self.count
        if count > size * variables:
            raise ParameterError(
                f"LyapunovPenalty.count must be at most {size * variables}, the dimensions of the network (got "
                f"{count})."
            )
        shape = (measured, steps, size)

        def spread(entry: Any) -> Any:
            return entry + np.zeros(shape)

        a = anp.stack([anp.stack([spread(entry) for entry in row]) for row in flow.drift_by_state])
        b = anp.stack([spread(entry) for entry in flow.drift_by_input])
        c = anp.stack([spread(entry) for entry in flow.rate_by_state])
        frame = _frame(size * variables, count)
        discarded = int(self.alignment * steps)
        return mean_log_growth(weights, run.dt * a, run.dt * b, c, frame, discarded, run.threads) / run.dt


def _states_before(run: Any, trials: int, steps: int) -> Any:
    """States before each of the first steps of the first trials."""
    later = _first(run.states, trials, steps - 1)
    first = run.parameters["initial_state"]
    first = anp.reshape(first, (1, 1, *later.shape[2:])) * np.ones((trials, *[1] * (later.ndim - 1)))
    return anp.concatenate([first, later], axis=1)


@primitive
def _first(states: np.ndarray, trials: int, steps: int) -> np.ndarray:
    """First steps of the first trials; a derivative of its own, since autograd's own adds entry by entry."""
    return states[:trials, :steps]


def _first_vjp(_: Any, states: np.ndarray, trials: int, steps: int) -> Any:
    def backward(cotangents: np.ndarray) -> np.ndarray:
        whole = np.zeros_like(states)
        whole[:trials, :steps] = cotangents
        return whole

    return backward


defvjp(_first, _first_vjp, argnums=[0])


@functools.lru_cache(maxsize=8)
def _frame(size: int, count: int) -> np.ndarray:
    """Random orthonormal rows, shape (count, size)."""
    columns, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((size, count)))
    rows = np.ascontiguousarray(columns.T)
    rows.setflags(write=False)
    return rows
