"""Laje & Buonomano (2013): a chaotic network learns to repeat its own trajectory, and tells time by it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import neurosim as ns
from neurosim.reproduce import (
    AtLeast,
    AtMost,
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
    "intervals": [2000.0, 1000.0],
    "network": {"size": 800, "networks": 6},
    "training": {"trials": 20, "readout_trials": 10},
    "test": {"trials": 10},
}
QUICK = {"intervals": [1000.0], "network.size": 300, "network.networks": 2}
SAMPLES = 200
"""Points of the traces that are kept for the figure."""


def learn(
    interval: float, size: int, trials: int, readout_trials: int, tested: int, rng: Any, folder: Path
) -> dict[str, Any]:
    """Train one network to produce an interval; how alike its noisy trials are before and after, and its output."""
    task = ns.tasks.Interval(interval=interval)
    start = ns.Network.for_task(task, size=size, rng=rng)
    trainer = ns.Trainer.for_task(task, trials=trials, readout_trials=readout_trials)
    training = trainer.fit(start, task, rng=rng, progress=False)
    training.network.save(folder / "network.npz")
    batch = task.trials(tested, trainer.dt, rng)
    noise, seed = training.network.stepping.noise, int(rng.integers(2**31))
    runs = [ns.simulate(network, **batch.simulation, noise=noise, rng=seed, progress=False)
            for network in (start, training.network)]  # fmt: skip
    first, stop = int(batch.epochs["delay"][0][0]), int(batch.epochs["delay"][1][0])
    output, counts = batch.align(runs[1])[..., 0], batch.mask[..., 0] > 0.0
    residual = np.where(counts, output - batch.targets[..., 0], 0.0)
    around = np.where(counts, batch.targets[..., 0] - batch.targets[..., 0][counts].mean(), 0.0)
    peaks = np.where(counts, output, -np.inf).argmax(axis=1) - first
    places = np.linspace(first, batch.steps - 1, SAMPLES).astype(int)
    return {
        "likeness": np.array([likeness(np.asarray(run.rates)[:, first:stop]) for run in runs]),
        "explained": float(1.0 - (residual**2).sum() / (around**2).sum()),
        "accuracy": float(batch.accuracy(runs[1]).mean()),
        "spread": float(peaks.std() * trainer.dt / interval),
        "times": (places - first) * trainer.dt,
        "outputs": output[:5, places],
    }


def likeness(rates: np.ndarray) -> float:
    """Mean correlation of the trajectories of two trials, all units together, each measured from its mean in time."""
    away = rates - rates.mean(axis=1, keepdims=True)
    correlations = np.corrcoef(away.reshape(len(rates), -1))
    return float(correlations[np.triu_indices(len(rates), 1)].mean())


def compute(settings: Settings, work: Work) -> dict[str, Any]:
    """All networks, those of the longest interval first."""
    table = work.sweep(
        "networks", learn, interval=settings["intervals"], size=settings["network.size"],
        trials=settings["training.trials"], readout_trials=settings["training.readout_trials"],
        tested=settings["test.trials"], seed=range(settings["network.networks"]),
    )  # fmt: skip
    return {"networks": table}


def claims(settings: Settings) -> list[Claim]:
    """What the paper says of trajectories and of the intervals that are learned."""
    paper, found = "results on innate training: trajectories and timing", []
    for interval in settings["intervals"]:
        name = f"{interval / 1000.0:g} s"
        found += [
            Claim(f"chaotic before, {name}", "Correlation of two trials from other states, before training.", 0.5,
                  paper, AtMost("trajectories of a chaotic network diverge before the interval is over"),
                  known="the cue sets the state, and at g = 1.5 what is left of other states grows slowly: 0.94 after 1 s "
                  "and 0.68 after 2 s in six networks of 800 units"),
            Claim(f"innate after, {name}", "Correlation of two trials from other states, after training.", 0.95,
                  paper, AtLeast("the trajectory attracts; noise and the first moments leave a rest")),
            Claim(f"output, {name}", "Share of the target's variance that the output explains in new trials.", 0.9,
                  f"{paper}: intervals below 4 s are learned by all networks, R² ≈ 1",
                  AtLeast("the mean of all networks may be lower by one that fails in some trials")),
            Claim(f"timing, {name}", "The largest output comes at the interval.", None, paper,
                  Holds("at most 30 ms off in at least 90 % of the trials", share=0.8)),
        ]  # fmt: skip
    return found


def estimates(found: dict[str, Any], settings: Settings) -> dict[str, Estimate]:
    """Our numbers, by claim."""
    rows = {}
    for interval in settings["intervals"]:
        part, name = found["networks"].where(interval=interval), f"{interval / 1000.0:g} s"
        rows[f"chaotic before, {name}"] = over_networks(part["likeness"][:, 0])
        rows[f"innate after, {name}"] = over_networks(part["likeness"][:, 1])
        rows[f"output, {name}"] = over_networks(part["explained"])
        rows[f"timing, {name}"] = share_of_networks(part["accuracy"] >= 0.9)
    return rows


def draw_outputs(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Outputs of one network for each interval in five new trials."""
    for interval, color in zip(settings["intervals"], ns.plotting.COLORS, strict=False):
        part = found["networks"].where(interval=interval)
        ax.plot(part["times"][0], part["outputs"][0].T, color=color, lw=0.8)
        ax.plot([], [], color=color, label=f"{interval:g} ms")
        ax.axvline(interval, color=color, ls="--", lw=0.8)
    ax.set(xlabel="time after the cue (ms)", ylabel="output")
    ax.legend(fontsize=8)


def draw_likeness(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Correlation of trials before and after training, a line for each network."""
    for interval, color in zip(settings["intervals"], ns.plotting.COLORS, strict=False):
        ax.plot(found["networks"].where(interval=interval)["likeness"].T, "o-", ms=4, lw=0.8, color=color)
        ax.plot([], [], "o-", color=color, label=f"{interval:g} ms")
    ax.set_xticks([0, 1], ["before", "after training"])
    ax.set(ylabel="correlation of two trials", ylim=(-0.2, 1.05), xlim=(-0.3, 1.3))
    ax.legend(fontsize=8)


STUDY = Study(
    name="laje_buonomano2013",
    paper=Paper(
        "Laje & Buonomano 2013",
        "Robust timing and motor patterns by taming chaos in recurrent neural networks",
        "Nat. Neurosci. 16, 925-933",
        """
@article{laje2013robust,
  author  = {Laje, Rodrigo and Buonomano, Dean V.},
  title   = {Robust timing and motor patterns by taming chaos in recurrent neural networks},
  journal = {Nature Neuroscience},
  volume  = {16},
  pages   = {925--933},
  year    = {2013},
  doi     = {10.1038/nn.3405}
}
""",
    ),
    question="Chaotic activity is rich, but no two trials are alike: can it keep time? A network that learns to "
    "reproduce one of its own trajectories returns to it from other states, and a readout tells seconds by it.",
    reproduced="trajectories before and after innate training, intervals of one and two seconds",
    method="""800 sparsely connected tanh units with g = 1.5 run once without noise after a cue. The weights onto 60 %
of them then learn to repeat that trajectory by recursive least squares, in 20 trials from other initial states and with
noise; last, a readout learns a peak at the interval in 10 trials.

New noisy trials from other states are compared by the correlation of their rates during the interval, before and
after training, and the output with its target.""",
    settings=SETTINGS,
    quick=QUICK,
    minutes=(3.0, 0.3),
    compute=compute,
    claims=claims,
    estimates=estimates,
    figures=[
        Figure("outputs", "Output of one network for each interval, five new trials; dashed: the interval",
               "Outputs in several trials over one another: a peak at the interval.", draw_outputs),
        Figure("likeness", "Correlation of noisy trials from different states, a line for each network",
               "Trajectories of units in two trials: apart before, together after training.", draw_likeness),
    ],
    deviations={
        "networks": "Six for each interval where the paper has ten, and intervals of 1 and 2 s of those up to 8 s.",
        "perturbations": "Other initial states and noise, not a pulse during the interval.",
    },
    equations={
        "τ dx/dt = −x + W r + W_in y + noise, r = tanh(x)": "ns.Network.for_task(ns.tasks.Interval())",
        "innate training": "ns.trainers.Innate(trials=20), ns.Trainer.for_task(ns.tasks.Interval())",
    },
    change={
        "Longer intervals:": "--set intervals=[4000.0]",
        "Smaller networks:": "--set network.size=400",
    },
)  # fmt: skip
