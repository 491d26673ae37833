"""Miconi (2017): delayed non-match and selective integration learned from a reward at the end of each trial."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import neurosim as ns
from neurosim.reproduce import (
    AtLeast,
    Claim,
    Estimate,
    Figure,
    Holds,
    Paper,
    Settings,
    Study,
    Work,
    over_networks,
    share_of_networks,
)

SETTINGS = {
    "network": {"size": 200, "gain": 1.5, "tau": 30.0},
    "match": {"trials": 3000, "learning_rate": 0.1, "perturbation": 16.0 / 30.0, "networks": 6},
    "integration": {"trials": 6000, "learning_rate": 0.01, "perturbation": 1.0, "bias": 0.5, "networks": 4},
    "test": {"trials": 200},
}
QUICK = {
    "network.size": 100,
    "match.trials": 2000,
    "match.networks": 2,
    "integration.trials": 2500,
    "integration.networks": 1,
}
SMALL = (
    "not all networks of 100 units learn: of two in the quick form one had an accuracy of 0.99, the other 0.56 after 2000 "
    "trials. Of 200 units, as in the paper, those that were tried had 0.99 to 1"
)
"""What is known of small networks."""


@dataclass(frozen=True)
class SelectiveIntegration(ns.tasks.Task):
    """Two noisy streams, of which the context says whose mean has to be reported: above zero or below.

    Each stream is 0.5 (N(0, 1) + bias) in every millisecond of the stimulus, of 500 ms; the answer counts in the last
    200 of 700 ms.
    """

    bias: float = 0.5
    level: float = 0.98

    inputs = ("stream_1", "stream_2", "context_1", "context_2")
    outputs = ("sign",)

    def trials(self, count: int, dt: float, rng: Any = None) -> ns.tasks.Trials:
        """Batch of trials; conditions are "context" and "side", the sign of the stream that counts."""
        draw = np.random.default_rng(rng)
        stimulus, steps = round(500.0 / dt), round(700.0 / dt)
        context, signs = draw.integers(0, 2, count), draw.choice([-1, 1], (count, 2))
        side = signs[np.arange(count), context]
        inputs = np.zeros((count, steps, 4))
        # white noise: the same effect at another step
        noise = draw.standard_normal((count, stimulus, 2)) / np.sqrt(dt)
        inputs[:, :stimulus, :2] = 0.5 * (noise + self.bias * signs[:, None])
        inputs[np.arange(count), :, 2 + context] = 1.0
        mask = np.zeros((count, steps, 1))
        mask[:, stimulus:] = 1.0
        targets = self.level * side[:, None, None] * mask
        conditions = {
            "context": context,
            "side": side.astype(int),
            "other": signs[np.arange(count), 1 - context],
        }
        epochs = {"stimulus": (0, stimulus), "response": (stimulus, steps)}
        return ns.tasks.Trials(self, dt, inputs, targets, mask=mask, epochs=epochs, conditions=conditions)

    def accuracy(self, trials: ns.tasks.Trials, outputs: np.ndarray) -> np.ndarray:
        """1 where the mean output in the response has the sign that was asked for, else 0."""
        mean = (outputs * trials.mask).sum(axis=(1, 2))
        return (mean * trials.conditions["side"] > 0.0).astype(float)


def network(task: ns.tasks.Task, size: int, gain: float, tau: float, rng: np.random.Generator) -> ns.Network:
    """τ dx/dt = −x + J tanh(x) + W_in u, input weights from U(−1, 1), and the rate of unit 0 as the output."""
    readout = np.zeros((1, size))
    readout[0, 0] = 1.0
    start = ns.Network(
        ns.LeakyCurrent("tanh", tau=tau),
        ns.Gaussian(gain),
        size,
        inputs=task.inputs,
        outputs=task.outputs,
        rng=rng,
    )
    inputs = rng.uniform(-1.0, 1.0, (size, len(task.inputs)))
    return start.replace(input_weights=inputs, readout_weights=readout)


def learn(
    task: str,
    size: int,
    gain: float,
    tau: float,
    trials: int,
    learning_rate: float,
    perturbation: float,
    bias: float,
    tested: int,
    rng: Any,
    folder: Path,
) -> dict[str, Any]:
    """Train one network, and test it without perturbations."""
    given = ns.tasks.DelayedNonMatchToSample() if task == "match" else SelectiveIntegration(bias)
    types = ("sample", "test") if task == "match" else ("context", "side")
    trainer = ns.trainers.RewardHebbian(
        trials=trials, dt=1.0, learning_rate=learning_rate, perturbation_size=perturbation, types=types
    )
    training = trainer.fit(network(given, size, gain, tau, rng), given, rng=rng, progress=False)
    training.network.save(folder / "network.npz")
    batch = given.trials(tested, 1.0, rng)
    run = training.simulate(batch, rng=rng, progress=False)
    counts = np.broadcast_to(batch.mask, batch.targets.shape)
    errors = (counts * np.abs(batch.align(run) - batch.targets)).sum(axis=(1, 2)) / counts.sum(axis=(1, 2))
    loss = training.history["loss"]
    smoothed = loss[: 100 * (len(loss) // 100)].reshape(-1, 100).mean(axis=1)
    found = {
        "accuracy": float(batch.accuracy(run).mean()),
        "small": float(np.mean(errors < 0.5)),
        "first": float(loss[:100].mean()),
        "last": float(loss[-100:].mean()),
        "decoded": float("nan"),
        "curve": np.interp(np.linspace(0, 1, 15), np.linspace(0, 1, len(smoothed)), smoothed),
    }
    if task == "match":
        # 390 ms is the end of the delay
        found["decoded"] = decoding(np.asarray(run.rates)[:, 390], batch.conditions["sample"])
    return found


def decoding(rates: np.ndarray, labels: np.ndarray) -> float:
    """Share of the second half of trials whose label is that of the nearer mean of the first half."""
    half = len(rates) // 2
    means = np.array([rates[:half][labels[:half] == label].mean(axis=0) for label in (0, 1)])
    nearest = np.linalg.norm(rates[half:, None] - means, axis=2).argmin(axis=1)
    return float((nearest == labels[half:]).mean())


def compute(settings: Settings, work: Work) -> dict[str, Any]:
    """Networks of both tasks."""
    shared = {name: settings[f"network.{name}"] for name in ("size", "gain", "tau")}
    found = {}
    for task in ("integration", "match"):
        names = ("trials", "learning_rate", "perturbation")
        given = {name: settings[f"{task}.{name}"] for name in names}
        # the trials of the test, with the rates of all units, take most of it
        found[task] = work.sweep(task, learn, memory=1.3e9, task=task, **shared, **given, bias=settings["integration.bias"],
                                 tested=settings["test.trials"], seed=range(settings[f"{task}.networks"]))  # fmt: skip
    return found


def claims(settings: Settings) -> list[Claim]:
    """What the paper and its published code say."""
    trials = settings["match.trials"]
    readme = "README of the published code: 95 % of errors below 0.5 after about 1000 trials"
    return [
        Claim("match is learned", f"After {trials} trials the answer is right.", 0.9, "section on the non-match task",
              AtLeast("accuracy, mean over networks; chance is 0.5"), known=SMALL),
        Claim("errors below one half", "Share of trials whose mean error is below 0.5.", 0.9, readme,
              AtLeast("five of 100 trials, for other networks and fewer trials"), known=SMALL),
        Claim("error falls", "The error of the last 100 trials is less than half that of the first.", None,
              "learning curves", Holds("each network", share=0.75), known=SMALL),
        Claim("sample is held", "At the end of the delay the sample can be read from the rates.", None,
              "decoding of task features over time", Holds("decoding above 0.95 from 200 trials"),
              known="0.92 in one of six networks of the full form, whose accuracy is 0.93"),
        Claim("integration is learned", "The sign of the stream that the context names is reported.", 0.8,
              "section on selective integration",
              AtLeast("accuracy, mean over networks; the other stream has the other sign in half of the trials"),
              known="after the 2500 trials of the quick form, of 6000, the error still falls"),
    ]  # fmt: skip


def estimates(found: dict[str, Any], settings: Settings) -> dict[str, Estimate]:
    """Our numbers, by claim."""
    del settings
    match, integration = found["match"], found["integration"]
    return {
        "match is learned": over_networks(match["accuracy"]),
        "errors below one half": over_networks(match["small"]),
        "error falls": share_of_networks(match["last"] < 0.5 * match["first"]),
        "sample is held": share_of_networks(match["decoded"] > 0.95),
        "integration is learned": over_networks(integration["accuracy"]),
    }


def draw_learning(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Errors over training, a line for each network."""
    names = {"match": "delayed non-match", "integration": "selective integration"}
    for (task, label), color in zip(names.items(), ns.plotting.COLORS, strict=False):
        curves = found[task]["curve"]
        trials = np.linspace(0.0, settings[f"{task}.trials"], curves.shape[1])
        ax.plot(trials, curves.T, color=color, lw=0.6, alpha=0.7)
        ax.plot(trials, curves.mean(axis=0), color=color, lw=2.0, label=label)
    ax.axhline(0.5, color="0.6", ls="--", lw=0.8)
    ax.set(xlabel="trial", ylabel="mean absolute error", ylim=(0.0, None))
    ax.legend(fontsize=8)


STUDY = Study(
    name="miconi2017",
    paper=Paper(
        "Miconi 2017",
        "Biologically plausible learning in recurrent neural networks reproduces neural dynamics observed during "
        "cognitive tasks",
        "eLife 6, e20899",
        """
@article{miconi2017biologically,
  author  = {Miconi, Thomas},
  title   = {Biologically plausible learning in recurrent neural networks reproduces neural dynamics observed during
             cognitive tasks},
  journal = {eLife},
  volume  = {6},
  pages   = {e20899},
  year    = {2017},
  doi     = {10.7554/eLife.20899}
}
""",
    ),
    question="Can a chaotic network learn a cognitive task from one reward at the end of each trial? A Hebbian rule "
    "that is modulated by the reward trains delayed non-match to sample and selective integration of evidence.",
    reproduced="delayed non-match to sample and selective integration from delayed rewards",
    method="""Networks of current-form units with r = tanh(x) start chaotic, g = 1.5. Currents are perturbed at
random times; eligibilities are sums over the trial of the cube of presynaptic rate times deviation of the
postsynaptic current from its running mean. After the trial weights change in proportion to eligibility, to the
error less its running mean for this type of trial, and to that mean; changes are clipped. The output is the rate of
one unit.

In the non-match task two stimuli of 200 ms are separated by 200 ms, and the answer counts from 800 to 1000 ms.
In the integration task two noisy streams last 500 ms, one of which counts. Networks are tested without
perturbations.""",
    settings=SETTINGS,
    quick=QUICK,
    minutes=(4.0, 0.4),
    compute=compute,
    claims=claims,
    estimates=estimates,
    figures=[
        Figure("learning", "Error over training; thin lines are single networks", "Median and quartiles of the error "
               "over trials: from 1 to below 0.5 within the first thousands of trials.", draw_learning),
    ],
    deviations={
        "bias": "The bias of each unit is trained as a weight from a unit of constant rate; the published code holds "
        "three units of the network constant.",
        "selective integration": "6000 trials; the paper trains longer.",
    },
    equations={
        "eligibility, eq. 2": "ns.trainers.RewardHebbian",
        "change of weights, eq. 3 to 5": "ns.trainers.RewardHebbian(learning_rate, error_smoothing, clip)",
        "non-match task": "ns.tasks.DelayedNonMatchToSample()",
    },
    change={
        "More trials:": "--set match.trials=10000",
        "A larger network:": "--set network.size=400",
    },
)  # fmt: skip
