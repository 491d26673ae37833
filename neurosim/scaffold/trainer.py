"""Template of a new trainer and of its tests."""

__all__ = ["PLUGIN", "TESTS"]

PLUGIN = '''"""$Class: one sentence on what is trained, and how."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim import Network, simulate
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.tasks import Task
from neurosim.trainers import History, Trainer, Training, check_channels
from neurosim.validation import positive, whole_number

__all__ = ["$Class"]


@dataclass(frozen=True)
class $Class(Trainer):
    r"""Least squares of the readout weights on the rates of some trials; all else is unchanged.

    .. math:: W_{out} = \\arg\\min_W \\langle m \\, |W r - \\hat z|^2 \\rangle

    over the steps of all trials, with the mask m.

    Parameters
    ----------
    trials : int
        Number of trials.
    dt : float, optional
        Time step. Default: that of the network's stepping; without one, a tenth of its fastest time constant.
    """

    trials: int = 200
    dt: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        whole_number("$Class.trials", self.trials)
        if self.dt is not None:
            positive("$Class.dt", self.dt)

    def fit(
        self, network: Network, task: Task, rng: Seed = None, *, progress: bool | None = None
    ) -> Training:
        """Train a copy of the network; every trial starts at rest, and so does the network that is returned."""
        check_channels(network, task)
        seed = seed_sequence(rng)
        stepping = self.stepping(network)
        trials = task.trials(self.trials, stepping.dt, child(seed, "trials"))
        start = network.replace(initial_state=network.starting_state(), stepping=stepping)
        run = simulate(start, **trials.simulation, progress=progress)
        rates = run.rates[:, 1:]
        weights = np.stack([_solution(rates, *part) for part in _outputs(trials)])
        trained = start.replace(readout_weights=weights, readout_bias=np.zeros(len(weights)))
        outputs = rates @ weights.T
        row = {
            "loss": float(np.mean(trials.mask * (outputs - trials.targets) ** 2)),
            "accuracy": float(trials.accuracy(outputs).mean()),
        }
        return Training(
            self, task, start=network, best=trained, last=trained, history=History.from_rows([row]), seed=seed
        )


def _outputs(trials):
    """Targets and mask of each output channel."""
    return [(trials.targets[..., k], trials.mask[..., k]) for k in range(trials.targets.shape[-1])]


def _solution(rates, targets, mask):
    root = np.sqrt(mask).ravel()
    return np.linalg.lstsq(root[:, None] * rates.reshape(len(root), -1), root * targets.ravel(), rcond=None)[0]
'''

TESTS = '''"""Checks of $name.py; run them with  python -m pytest test_$name.py."""

from pathlib import Path

import numpy as np

import neurosim as ns
from neurosim.testing import check_trainer

($Class,) = ns.load_plugin(Path(__file__).with_name("$name.py"))


def reservoir(task):
    return ns.Network(
        ns.LeakyRate("tanh", tau=10.0),
        ns.Gaussian(gain=0.9),
        size=100,
        inputs=task.inputs,
        outputs=task.outputs,
        rng=0,
    )


def test_obeys_the_rules_of_trainers():
    assert check_trainer($Class)


def test_learns_a_gate():
    task = ns.tasks.And()
    training = $Class().fit(reservoir(task), task, rng=1)
    trials = task.trials(100, dt=1.0, rng=2)
    run = ns.simulate(training.network, **trials.simulation)
    assert trials.accuracy(run).mean() == 1.0


def test_changes_the_readout_alone():
    task = ns.tasks.And()
    training = $Class(trials=50).fit(reservoir(task), task, rng=1)
    assert training.last.recurrent.equals(training.start.recurrent)
    assert not np.array_equal(training.last.readout_weights, training.start.readout_weights)
'''
