"""Reservoir computing: a linear readout of an untrained network by ridge regression."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import SeedSequence

from neurosim.engine import resume, simulate
from neurosim.engine.trajectory import Trajectory
from neurosim.errors import InterruptionWarning, ParameterError
from neurosim.network import Network
from neurosim.noise import OrnsteinUhlenbeck, WhiteNoise
from neurosim.progress import progress_bar
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.tasks import Task, Trials
from neurosim.trainers.base import Trainer, check_channels
from neurosim.trainers.online import require_linear
from neurosim.training import COMPLETE, INTERRUPTED, History, Training
from neurosim.validation import non_negative, positive, whole_number

__all__ = ["NormalEquations", "Ridge"]


@dataclass(frozen=True)
class Ridge(Trainer):
    r"""Reservoir computing: readout weights by ridge regression on the rates of an untrained network, the reservoir.

    .. math:: \min_{W, b}\; \sum m\,(W r + b - f)^2 + \alpha\,|W|^2,

    with the targets f of the task and their weights m, its mask, after every step. The bias is not penalized. The
    normal equations :math:`(\sum m\,r r^T + \alpha I)\,W^T = \sum m\,r f` are summed during the simulation; rates are
    not stored.

    The history has one row: "loss", the weighted mean squared error without the penalty, and "weights", the norm of
    the readout weights.

    Parameters
    ----------
    trials : int, optional
    dt : float, optional
        Time step. Default: that of `Network.stepping`; without one, a tenth of the fastest time constant.
    washout : float, optional
        Time at the start of every trial that is left out, in which the rates still depend on the initial state.
    regularization : float, optional
        α, beside the *sum* of squared errors as in `Force`; above 0, since rates of a reservoir are nearly collinear.
    bias : bool, optional
        Whether the readout has a bias.
    scheme : {"euler", "heun", "rk4"}, optional
        Default: that of `Network.stepping`; without one, Euler.
    noise : WhiteNoise or OrnsteinUhlenbeck, optional
        Noise in the network during the simulation, against which the readout becomes robust.
    memory : float, optional
        Memory in MB for the states and rates of one chunk of the simulation.

    Notes
    -----
    Trials start at the network's `initial_state`, or where there is none, from N(0, 1) around rest, another draw for
    each trial, as in `neurosim.simulate`; the network that is returned starts in the same way. Where that should not
    matter, use a `washout`; where trials have to start at rest, set the state of the reservoir before:
    ``network.replace(initial_state=network.resting_state())``.

    Cost: the simulation, units² operations for each step and trial, and a solution with units³ / 3. A mask that
    differs between outputs needs a matrix for each of them.

    References
    ----------
    H. Jaeger, GMD Report 148 (2001); M. Lukosevicius, H. Jaeger, Comput. Sci. Rev. 3, 127 (2009), Section 8.1.

    Examples
    --------
    >>> import neurosim as ns
    >>> from neurosim.trainers import Ridge
    >>> task = ns.tasks.Or(noise=0.0)
    >>> reservoir = ns.Network(ns.LeakyRate("tanh", tau=5.0), ns.Gaussian(gain=0.95), 100,
    ...                        inputs=task.inputs, outputs=task.outputs, rng=0)
    >>> training = Ridge(trials=20).fit(reservoir, task, rng=1)
    >>> bool(training.history["loss"][0] < 0.1)
    True
    """

    trials: int = 100
    dt: float | None = None
    washout: float = 0.0
    regularization: float = 0.01
    bias: bool = True
    scheme: str | None = None
    noise: WhiteNoise | OrnsteinUhlenbeck | None = None
    memory: float = 500.0

    def __post_init__(self) -> None:
        super().__post_init__()
        whole_number("Ridge.trials", self.trials)
        for name in ("dt", "regularization", "memory"):
            if getattr(self, name) is not None:
                positive(f"Ridge.{name}", getattr(self, name))
        non_negative("Ridge.washout", self.washout)

    def fit(
        self, network: Network, task: Task, rng: Seed = None, *, progress: bool | None = None
    ) -> Training:
        """Solve for the readout of a copy of the network; see `Trainer.fit`."""
        check_channels(network, task)
        require_linear(network, self)
        seed = seed_sequence(rng)
        stepping = self.stepping(network)
        trials = task.trials(self.trials, stepping.dt, child(seed, "trials"))
        equations = NormalEquations(self._without_washout(trials), network.size, bias=self.bias)
        status, reason = COMPLETE, "all trials are done"
        try:
            with progress_bar(trials.steps * len(trials), "Ridge", "step", progress) as bar:
                for rates, part in self._activity(network, trials, child(seed, "network")):
                    equations.add(rates, part)
                    bar.update(rates.shape[0] * rates.shape[1])
        except KeyboardInterrupt:
            status, reason = INTERRUPTED, "interrupted by Ctrl-C; the readout is that of the steps before"
            warnings.warn(f"{reason}.", InterruptionWarning, stacklevel=2)
        weights, bias, loss = equations.solve(self.regularization)
        trained = network.replace(readout_weights=weights, readout_bias=bias, stepping=stepping)
        row = {"loss": loss, "weights": float(np.linalg.norm(weights))}
        return Training(
            self,
            task,
            start=network,
            best=trained,
            last=trained,
            history=History.from_rows([row]),
            status=status,
            reason=reason,
            seed=seed,
        )

    def _without_washout(self, trials: Trials) -> Trials:
        """Trials with a mask of 0 during the washout."""
        kept = (trials.times > self.washout * (1.0 + 1e-9))[:, None]
        if not (trials.mask * kept).any():
            raise ParameterError(
                f"Ridge.washout must be shorter than the part of the trials that counts (got {self.washout:g}; "
                f"trials end at {trials.times[-1]:g})."
            )
        return dataclasses.replace(trials, mask=trials.mask * kept)

    def _activity(
        self, network: Network, trials: Trials, seed: SeedSequence
    ) -> Iterator[tuple[np.ndarray, tuple[slice, slice]]]:
        """Rates after every step, in chunks of trials and steps that fit in memory, and the slices of each chunk."""
        # states and rates
        numbers = self.memory * 1e6 / (2 * network.size * network.dtype.itemsize)
        length = int(max(1, min(trials.steps, numbers)))
        count = int(max(1, min(len(trials), numbers // length)))
        for first in range(0, len(trials), count):
            rows = slice(first, min(first + count, len(trials)))
            run = None
            for begin in range(0, trials.steps, length):
                part = rows, slice(begin, min(begin + length, trials.steps))
                run = self._advance(run, network, trials.inputs[part], child(seed, f"{first} {begin}"))
                yield run.rates[:, 1:], part

    def _advance(
        self, run: Trajectory | None, network: Network, inputs: np.ndarray, seed: SeedSequence
    ) -> Trajectory:
        """First chunk of a simulation, or the next one."""
        stepping = self.stepping(network)
        settings: dict[str, Any] = {
            "duration": inputs.shape[1] * stepping.dt,
            "dt": stepping.dt,
            "scheme": stepping.scheme,
        }
        if run is None:
            return simulate(
                network,
                **settings,
                inputs=inputs,
                trials=len(inputs),
                noise=self.noise,
                record="rates",
                rng=seed,
                progress=False,
            )
        # noise is numbered from the start of a chunk: each has its own seed
        changed = dataclasses.replace(run.settings, duration=settings["duration"], seed=seed)
        start = dataclasses.replace(run, settings=changed, recorded=None, drive=inputs, step=0)
        return resume(start, progress=False)


class NormalEquations:
    """Normal equations of a linear readout: weighted sums of products of rates with rates and with targets.

    They are accumulated in place, so that the rates need not be kept.

    Parameters
    ----------
    trials : Trials
        Their targets and masks.
    size : int
        Number of units.
    bias : bool
        Whether a constant regressor of 1 is added.
    """

    def __init__(self, trials: Trials, size: int, *, bias: bool) -> None:
        self.trials, self.bias = trials, bias
        mask = trials.mask
        outputs, regressors = mask.shape[-1], size + bias
        shared = np.array_equal(mask, np.broadcast_to(mask[..., :1], mask.shape))
        self.groups = [slice(0, outputs)] if shared else [slice(k, k + 1) for k in range(outputs)]
        self.left = np.zeros((len(self.groups), regressors, regressors))
        self.right = np.zeros((outputs, regressors))
        self.squares, self.totals = np.zeros(outputs), np.zeros(outputs)

    def add(self, rates: np.ndarray, part: tuple[slice, slice]) -> None:
        """Add rates, shape (trials, steps, units), of a part of the trials and steps."""
        rows = rates.reshape(-1, rates.shape[-1]).astype(np.float64)
        if self.bias:
            rows = np.append(rows, np.ones((len(rows), 1)), axis=1)
        weights, targets = (
            values[part].reshape(len(rows), -1) for values in (self.trials.mask, self.trials.targets)
        )
        for group, left in zip(self.groups, self.left, strict=True):
            left += (rows * weights[:, group.start, None]).T @ rows
        self.right += (weights * targets).T @ rows
        self.squares += (weights * targets**2).sum(axis=0)
        self.totals += weights.sum(axis=0)

    def solve(self, regularization: float) -> tuple[np.ndarray, np.ndarray, float]:
        """Weights (outputs, units), bias (outputs,) and their weighted mean squared error."""
        from scipy.linalg import solve

        penalty = np.full(self.right.shape[1], regularization)
        if self.bias:
            penalty[-1] = 0.0
        solution, error = np.zeros_like(self.right), self.squares.sum()
        for group, left in zip(self.groups, self.left, strict=True):
            # an output that never counts has weights 0
            if self.totals[group.start] > 0.0:
                right = self.right[group].T
                found = solve(left + np.diag(penalty), right, assume_a="sym")
                error += np.sum(found * (left @ found - 2.0 * right))
                solution[group] = found.T
        units = self.right.shape[1] - self.bias
        bias = solution[:, units] if self.bias else np.zeros(len(solution))
        return solution[:, :units], bias, max(float(error), 0.0) / max(float(self.totals.sum()), 1e-300)
