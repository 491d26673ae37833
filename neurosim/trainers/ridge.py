"""Ridge regression: the readout of a reservoir, in one pass over its activity."""

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
from neurosim.trainers.normal_equations import NormalEquations
from neurosim.trainers.online import require_linear
from neurosim.training import History, Training
from neurosim.validation import non_negative, positive, whole_number

__all__ = ["Ridge"]


@dataclass(frozen=True)
class Ridge(Trainer):
    r"""Readout weights by ridge regression on the rates of an untrained network, a reservoir.

    .. math:: \min_{W, b}\; \frac{\sum m\,(W r + b - f)^2}{\sum m} + \lambda\,|W|^2,

    with the targets f of the task and their weights m, its mask, after every step. The bias is not penalized. The
    normal equations :math:`(\langle m\,r r^T\rangle + \lambda I)\,W^T = \langle m\,r f\rangle` are summed while the
    network runs; its activity is never kept.

    The history has one row: "loss", the weighted mean square error without the penalty, and "weights", the length of
    all readout weights.

    Parameters
    ----------
    trials : int, optional
    dt : float, optional
        Time step, in the unit of the neuron's time constant.
    washout : float, optional
        Time at the start of every trial that is left out: what the reservoir still knows of its initial state.
    regularization : float, optional
        λ, in units of a rate squared; above 0, for rates of a reservoir are nearly dependent.
    bias : bool, optional
        Whether the readout has one.
    scheme : {"euler", "heun", "rk4"}, optional
    noise : WhiteNoise or OrnsteinUhlenbeck, optional
        In the network while it runs; makes weights robust beyond what λ does.
    memory : float, optional
        MB that the rates of one chunk may take; longer runs go in several, and so does a single long trial.

    Notes
    -----
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
    dt: float = 1.0
    washout: float = 0.0
    regularization: float = 1e-6
    bias: bool = True
    scheme: str = "euler"
    noise: WhiteNoise | OrnsteinUhlenbeck | None = None
    memory: float = 500.0

    def __post_init__(self) -> None:
        super().__post_init__()
        whole_number("Ridge.trials", self.trials)
        for name in ("dt", "regularization", "memory"):
            positive(f"Ridge.{name}", getattr(self, name))
        non_negative("Ridge.washout", self.washout)

    def fit(
        self, network: Network, task: Task, rng: Seed = None, *, progress: bool | None = None
    ) -> Training:
        """Solve for the readout of a copy of the network; see `Trainer.fit`."""
        check_channels(network, task)
        require_linear(network, self)
        seed = seed_sequence(rng)
        trials = task.trials(self.trials, self.dt, child(seed, "trials"))
        equations = NormalEquations(self._counting(trials), network.size, bias=self.bias)
        reason = "all trials done"
        try:
            with progress_bar(trials.steps * len(trials), "Ridge", "step", progress) as bar:
                for rates, part in self._activity(network, trials, child(seed, "network")):
                    equations.add(rates, part)
                    bar.update(rates.shape[0] * rates.shape[1])
        except KeyboardInterrupt:
            reason = "stopped by Ctrl-C; the readout is that of the steps done before"
            warnings.warn(f"{reason}.", InterruptionWarning, stacklevel=2)
        return self._training(network, task, equations, seed, reason=reason)

    def _training(
        self, network: Network, task: Task, equations: NormalEquations, seed: SeedSequence, *, reason: str
    ) -> Training:
        weights, bias, loss = equations.solved(self.regularization)
        trained = network.replace(readout_weights=weights, readout_bias=bias)
        row = {"loss": loss, "weights": float(np.linalg.norm(weights))}
        return Training(
            self,
            task,
            start=network,
            best=trained,
            last=trained,
            history=History.from_rows([row]),
            complete=reason == "all trials done",
            reason=reason,
            seed=seed,
        )

    def _counting(self, trials: Trials) -> Trials:
        """Trials whose masks leave out the washout."""
        kept = (trials.times > self.washout * (1.0 + 1e-9))[:, None]
        if not (trials.mask * kept).any():
            raise ParameterError(
                f"Ridge.washout = {self.washout:g} leaves nothing that counts of trials of length "
                f"{trials.times[-1]:g}; take a shorter one."
            )
        return dataclasses.replace(trials, mask=trials.mask * kept)

    def _activity(
        self, network: Network, trials: Trials, seed: SeedSequence
    ) -> Iterator[tuple[np.ndarray, tuple[slice, slice]]]:
        """Rates after every step of as many trials and steps as memory holds, and which they are."""
        # states and rates
        numbers = self.memory * 1e6 / (2 * network.size * network.dtype.itemsize)
        length = int(max(1, min(trials.steps, numbers)))
        count = int(max(1, min(len(trials), numbers // length)))
        for first in range(0, len(trials), count):
            rows = slice(first, min(first + count, len(trials)))
            run = None
            for begin in range(0, trials.steps, length):
                part = rows, slice(begin, min(begin + length, trials.steps))
                run = self._continued(run, network, trials.inputs[part], child(seed, f"{first} {begin}"))
                yield run.rates[:, 1:], part

    def _continued(
        self, run: Trajectory | None, network: Network, inputs: np.ndarray, seed: SeedSequence
    ) -> Trajectory:
        """Next chunk of a run, or the first."""
        settings: dict[str, Any] = {
            "duration": inputs.shape[1] * self.dt,
            "dt": self.dt,
            "scheme": self.scheme,
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
        # noise is numbered from the start of a chunk: another seed makes it another
        changed = dataclasses.replace(run.settings, duration=settings["duration"], seed=seed)
        start = dataclasses.replace(run, settings=changed, recorded=None, drive=inputs, step=0)
        return resume(start, progress=False)
