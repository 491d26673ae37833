"""Gallego, Perich, Miller & Solla (2017): neural manifolds of several wrist tasks are oriented alike."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
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
    Within,
    Work,
    over_networks,
    share_of_networks,
)

SETTINGS = {
    "network": {"size": 150, "gain": 1.5, "networks": 8},
    # one update of 64 trials
    "training": {"updates": 2000},
    "test": {"trials": 20},
    "manifold": {"dimension": 12, "draws": 10000, "percent": 0.1},
}
QUICK = {
    "network.size": 100,
    "network.networks": 3,
    "training.updates": 400,
    "test.trials": 10,
    "manifold.draws": 3000,
}
TAU, DT = 50.0, 10.0
"""In ms."""
NOISE = 0.1
"""Standard deviation of the noise of a unit that receives nothing else."""
COURSES = {
    "isometric 1-D": (0.0, 1.0),
    "isometric 2-D": (0.0, 1.0),
    "movement": (1.0, 0.2),
    "spring": (0.7, 1.0),
}
"""Strengths of the two time courses of the muscles in each task: bursts, and what is held."""
PLANAR = ("isometric 2-D", "movement", "spring")
"""Tasks with the same eight targets."""


@dataclass(frozen=True)
class Wrist(ns.tasks.Task):
    """Four wrist tasks: the target is shown, a cue says go, and eight muscles act toward the target.

    Bursts accelerate (120 ms after the cue) and brake (260 ms); the other part rises with 100 ms and is held. The
    one-dimensional task has three targets to either side, the others have eight around a circle.
    """

    fixation: float = 100.0
    delay: float = 300.0
    movement: float = 500.0
    tasks: tuple[str, ...] = tuple(COURSES)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Target, cue, and a channel for each task."""
        return ("x", "y", "go", *COURSES)

    outputs = tuple(f"muscle_{k}" for k in range(8))

    def trials(self, count: int, dt: float, rng: Any = None) -> ns.tasks.Trials:
        """Batch of trials; conditions are "task" (its name) and "target" (its number)."""
        draw = np.random.default_rng(rng)
        task = draw.choice(self.tasks, count)
        return self.chosen(task, draw.integers(0, np.where(task == "isometric 1-D", 6, 8)), dt)

    def chosen(self, task: np.ndarray, target: np.ndarray, dt: float) -> ns.tasks.Trials:
        """Trials of given tasks and targets."""
        line = np.array([-1.0, -2.0 / 3.0, -1.0 / 3.0, 1.0 / 3.0, 2.0 / 3.0, 1.0])[
            np.minimum(target, 5), None
        ]
        angle = 0.25 * np.pi * target[:, None]
        flat = (task == "isometric 1-D")[:, None]
        place = np.where(flat, line * [1.0, 0.0], np.hstack([np.cos(angle), np.sin(angle)]))
        names = {"fixation": self.fixation, "delay": self.delay, "movement": self.movement}
        timeline = ns.tasks.Timeline.consecutive(len(task), dt, **names)
        levels = np.zeros((len(task), 3, 3 + len(COURSES)))
        levels[:, 1:, :2] = place[:, None]
        levels[:, 2, 2] = 1.0
        levels[..., 3:] = (task[:, None] == np.array(list(COURSES)))[:, None]
        muscles = np.stack([np.cos(0.25 * np.pi * np.arange(8)), np.sin(0.25 * np.pi * np.arange(8))])
        times = timeline.ends - self.fixation - self.delay
        bursts = np.exp(-0.5 * ((times - 120.0) / 45.0) ** 2) - 0.8 * np.exp(
            -0.5 * ((times - 260.0) / 55.0) ** 2
        )
        held = 1.0 - np.exp(-np.maximum(times, 0.0) / 100.0)
        course = np.array([COURSES[name] for name in task]) @ (np.stack([bursts, held]) * (times > 0.0))
        conditions = {"task": task, "target": target}
        return ns.tasks.Trials(self, dt, timeline.hold(levels), course[..., None] * (place @ muscles)[:, None],
                               epochs=timeline.epochs, conditions=conditions)  # fmt: skip

    def accuracy(self, trials: ns.tasks.Trials, outputs: np.ndarray) -> np.ndarray:
        """Fraction of the mean square of the targets that the outputs explain, at least 0."""
        missed = ((outputs - trials.targets) ** 2).sum(axis=(1, 2))
        return np.maximum(1.0 - missed / (trials.targets**2).sum(axis=(1, 2)), 0.0)


def train(
    size: int,
    gain: float,
    updates: int,
    repeats: int,
    dimension: int,
    draws: int,
    percent: float,
    rng: Any,
    folder: Path,
) -> dict[str, Any]:
    """Train one network in all tasks; the manifold of each of them, and the angles between each two."""
    task = Wrist()
    neuron = ns.LeakyCurrent("rectified_tanh", tau=TAU)
    start = ns.Network(neuron, ns.Gaussian(gain), size, inputs=task.inputs, outputs=task.outputs, rng=rng)
    noise = ns.WhiteNoise(NOISE * np.sqrt(2.0 * TAU), target="input")
    trainer = ns.BPTT(dt=DT, epochs=10, trials_per_epoch=64 * updates // 10, noise=noise,
                      optimizer=ns.trainers.Adam(3e-3))  # fmt: skip
    network = trainer.fit(start, task, rng=rng, progress=False).network
    network.save(folder / "network.npz")
    recorded, explained, means = {}, [], {}
    for name in COURSES:
        targets = np.arange(6 if name == "isometric 1-D" else 8)
        trials = task.chosen(np.full(repeats * len(targets), name), np.tile(targets, repeats), DT)
        run = ns.simulate(network, **trials.simulation, rng=rng, progress=False)
        explained.append(trials.accuracy(run).mean())
        recorded[name] = np.asarray(run.rates)[:, int(task.fixation / DT) :]
        means[name] = recorded[name].reshape(repeats, len(targets), -1, size).mean(axis=0)
    found = ns.analysis.principal_angles(recorded, dimension)
    bases = {name: ns.analysis.principal_components(rates, dimension) for name, rates in recorded.items()}
    shuffled = [
        shuffled_overlap(bases[a].vectors, bases[b].vectors, draws, percent, rng)
        for a, b in combinations(COURSES, 2)
    ]
    units = [unit_correlations(means[a], means[b]) for a, b in combinations(PLANAR, 2)]
    pairs = np.triu_indices(len(COURSES), 1)
    return {
        "explained": np.array(explained),
        "angles": found.angles[pairs],
        "captured": found.captured,
        "shares": found.shares,
        "shuffled": np.array(shuffled),
        "units": float(np.nanmean(units)),
        "bases": np.array([bases[name].vectors for name in COURSES]),
        "plane": np.array([bases["isometric 2-D"].project(means[name])[..., :2] for name in PLANAR]),
    }


def shuffled_overlap(first: np.ndarray, second: np.ndarray, draws: int, percent: float, rng: Any) -> float:
    """Mean squared cosine that the largest percent exceed where the units of one manifold are shuffled."""
    draw = np.random.default_rng(rng)
    overlaps = [np.mean((first.T @ draw.permutation(second)) ** 2) * first.shape[1] for _ in range(draws)]
    return float(np.percentile(overlaps, 100.0 - percent))


def unit_correlations(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Correlation of the mean activity of each unit between two tasks, over targets and time, shape (units,)."""
    a, b = (rates.reshape(-1, rates.shape[-1]) for rates in (first, second))
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    scale = np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0))
    return (a * b).sum(axis=0) / np.where(scale > 0.0, scale, np.nan)


def chance(size: int, dimension: int, draws: int, percent: float, rng: Any) -> dict[str, Any]:
    """Angles between random manifolds: the smallest percent, the median, and the mean overlap."""
    draw = np.random.default_rng(rng)
    frames = np.linalg.qr(draw.standard_normal((2 * draws, size, dimension)))[0]
    cosines = np.linalg.svd(np.swapaxes(frames[::2], 1, 2) @ frames[1::2], compute_uv=False)
    angles = np.arccos(np.minimum(cosines, 1.0))
    return {
        "threshold": np.percentile(angles, percent, axis=0),
        "median": np.median(angles, axis=0),
        "overlap": float((cosines**2).mean()),
    }


def compute(settings: Settings, work: Work) -> dict[str, Any]:
    """All networks, and random manifolds."""
    shared = {"size": settings["network.size"], "dimension": settings["manifold.dimension"],
              "draws": settings["manifold.draws"], "percent": settings["manifold.percent"]}  # fmt: skip
    return {
        "networks": work.sweep("networks", train, **shared, gain=settings["network.gain"],
                               updates=settings["training.updates"], repeats=settings["test.trials"],
                               seed=range(settings["network.networks"])),
        "chance": work.sweep("chance", chance, **shared, seed=range(4)),
    }  # fmt: skip


def claims(settings: Settings) -> list[Claim]:
    """What the papers say about manifolds of several tasks, and what random manifolds have exactly."""
    size, dimension = settings["network.size"], settings["manifold.dimension"]
    later = "Gallego et al. (2018), Nat. Commun. 9, 4233"
    return [
        Claim("tasks", "Fraction of the mean square of muscle activity that is explained, in the worst of the tasks.",
              0.9, "exact: 1 for a network that performs all tasks", AtLeast("the rest is noise of the units")),
        Claim("low dimension", "Twelve modes hold most of the variance of single trials in each task.", None,
              "abstract: low-dimensional manifolds capture a significant fraction of neural variability",
              Holds("more than 80 % in all tasks of a network")),
        Claim("random manifolds", "Mean squared cosine of the angles between random manifolds.", dimension / size,
              "exact: dimension / units", Within("sampling", relative=0.02)),
        Claim("leading angles", "Angles of each two tasks that are below 0.1 % of those of random manifolds, of twelve: "
              "the fewest of all pairs.", 6.0, f"{later}, results on the orientation of manifolds: similar in all tasks; no number",
              AtLeast("half of them; targets on a line leave the other modes to noise"),
              known="5.4 in eight networks of the full form; the paper gives no number, and half was our rule"),
        Claim("shared variance", "The manifold of a task captures the variance of the others.", None,
              f"{later}, results on the orientation of manifolds",
              Holds("in all pairs more than twice the share dimension / units of a random manifold")),
        Claim("beyond loadings", "Manifolds of two tasks overlap more than 99.9 % of those with the units of one "
              "shuffled.", None, f"{later}, results on the orientation of manifolds; shuffling keeps the loadings of units",
              Holds("in all pairs of tasks of a network")),
        Claim("units change", "Correlation of the activity of a unit between tasks with the same targets, mean of all.",
              0.15, f"{later}, Fig. 2i: 0.15 ± 0.19 over units and pairs of tasks",
              Within("one standard deviation over units", absolute=0.19),
              known="the tasks share targets, cue and muscles, and differ in one input; recorded tasks differ in posture "
              "and load, and recordings in noise"),
        Claim("other networks", "Angles of the same task in two networks that are below 0.1 % of random ones, of twelve.",
              1.0, "exact: units of different networks are unrelated, each angle is below with p = 0.001",
              AtMost("one, for the direction in which all units become active at once")),
    ]  # fmt: skip


def estimates(found: dict[str, Any], settings: Settings) -> dict[str, Estimate]:
    """Our numbers, by claim."""
    table, random = found["networks"], found["chance"]
    twice = 2.0 * settings["manifold.dimension"] / settings["network.size"]
    threshold = random["threshold"].mean(axis=0)
    overlap = np.mean(np.cos(table["angles"]) ** 2, axis=2)
    strange = [leading(angles_between(a[k], b[k]), threshold)
               for a, b in combinations(table["bases"], 2) for k in range(len(COURSES))]  # fmt: skip
    return {
        "tasks": over_networks(table["explained"].min(axis=1)),
        "low dimension": share_of_networks(table["shares"].min(axis=1) > 0.8),
        "random manifolds": over_networks(random["overlap"]),
        "leading angles": over_networks(leading(table["angles"], threshold).min(axis=1)),
        "shared variance": share_of_networks(table["captured"].min(axis=(1, 2)) > twice),
        "beyond loadings": share_of_networks((overlap > table["shuffled"]).all(axis=1)),
        "units change": over_networks(table["units"]),
        "other networks": over_networks(np.array(strange, float)),
    }


def leading(angles: np.ndarray, threshold: np.ndarray) -> np.ndarray:
    """How many angles, from the smallest on, are below their thresholds."""
    return np.cumprod(angles < threshold, axis=-1).sum(axis=-1).astype(float)


def angles_between(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Principal angles between orthonormal bases, ascending."""
    return np.arccos(np.minimum(np.linalg.svd(first.T @ second, compute_uv=False), 1.0))


def draw_angles(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Principal angles between each two tasks, and of random manifolds."""
    count = np.arange(1, settings["manifold.dimension"] + 1)
    angles = np.degrees(found["networks"]["angles"].mean(axis=0))
    for (a, b), row, color in zip(combinations(COURSES, 2), angles, ns.plotting.COLORS, strict=False):
        ax.plot(count, row, "o-", ms=3, lw=1.0, color=color, label=f"{a}, {b}")
    for name, style in (("median", "k--"), ("threshold", "k-")):
        label = "random, median" if name == "median" else f"random, {settings['manifold.percent']:g} %"
        ax.plot(count, np.degrees(found["chance"][name].mean(axis=0)), style, lw=1.2, label=label)
    ax.set(xlabel="principal angle", ylabel="degrees", ylim=(0.0, 90.0))
    ax.legend(fontsize=7, loc="center left", bbox_to_anchor=(1.0, 0.5))


def draw_captured(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Variance of each task in the manifolds of all, relative to that in its own."""
    del settings
    values = found["networks"]["captured"].mean(axis=0)
    image = ax.imshow(values, vmin=0.0, vmax=1.0, cmap="viridis")
    for i, j in np.ndindex(*values.shape):
        ax.text(j, i, f"{values[i, j]:.2f}", ha="center", va="center", fontsize=8,
                color="white" if values[i, j] < 0.6 else "black")  # fmt: skip
    ax.set_xticks(range(len(COURSES)), list(COURSES), rotation=30, ha="right", fontsize=8)
    ax.set_yticks(range(len(COURSES)), list(COURSES), fontsize=8)
    ax.set(xlabel="activity in", ylabel="manifold of")
    ax.figure.colorbar(image, ax=ax, label="captured variance")


def draw_plane(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Mean activity for each target in three tasks, in two modes of one of them."""
    del settings
    for name, paths, color in zip(PLANAR, found["networks"]["plane"][0], ns.plotting.COLORS, strict=False):
        ax.plot(*np.moveaxis(paths, -1, 0).swapaxes(1, 2), lw=0.9, color=color)
        ax.plot([], [], color=color, label=name)
    ax.set(xlabel="mode 1 of isometric 2-D", ylabel="mode 2 of isometric 2-D")
    ax.legend(fontsize=8)


STUDY = Study(
    name="gallego2017",
    paper=Paper(
        "Gallego et al. 2017",
        "Neural manifolds for the control of movement",
        "Neuron 94, 978-984",
        """
@article{gallego2017neural,
  author  = {Gallego, Juan A. and Perich, Matthew G. and Miller, Lee E. and Solla, Sara A.},
  title   = {Neural Manifolds for the Control of Movement},
  journal = {Neuron},
  volume  = {94},
  number  = {5},
  pages   = {978--984},
  year    = {2017},
  doi     = {10.1016/j.neuron.2017.05.025}
}
""",
    ),
    question="Does a population of neurons that controls several movements use the same few modes for all of them? The "
    "manifolds of different tasks are oriented alike, far more than random ones, though single units change.",
    reproduced="principal angles between the manifolds of four wrist tasks, against random manifolds",
    method="""One network of rectified tanh units with private noise learns four wrist tasks by backpropagation
through time: isometric in one and in two dimensions, a movement, and a movement against a spring. A target is shown,
a cue says go, and eight muscles act toward the target, with bursts that accelerate and brake, with a part that is
held, or both. One input names the task.

The manifold of a task is the span of the twelve leading principal components of the rates in single trials. Angles
between two manifolds are compared with those of random manifolds, uniform over all directions of the units as in the
paper, and with those after a shuffle of the units of one manifold, a null that keeps how strongly units take part.""",
    settings=SETTINGS,
    quick=QUICK,
    minutes=(4.0, 0.4),
    compute=compute,
    claims=claims,
    estimates=estimates,
    figures=[
        Figure("angles", "Principal angles between manifolds of each two tasks, mean of networks",
               "Gallego et al. (2018): principal angles of all pairs of wrist tasks, of which the leading ones are "
               "well below the smallest 0.1 % of random manifolds.", draw_angles, (7.0, 3.8)),
        Figure("captured", "Variance of a task in the manifold of another, relative to that in its own",
               "Gallego et al. (2018): the manifold of one task captures much of the variance of the others.",
               draw_captured),
        Figure("plane", "Mean activity for each target in two modes of one task, one network",
               "Trajectories of several tasks in the same few neural modes, a line for each target.", draw_plane),
    ],
    deviations={
        "networks": "The papers analyze recordings of monkeys; here networks perform tasks that are modeled on theirs.",
        "muscles": "Muscle activity is generated from bursts and held parts with cosine tuning.",
        "number of units": "Recordings have some dozens of units. Angles of random manifolds depend on the number.",
        "later paper": "The perspective of 2017 proposes the comparison; numbers are those of the data paper of 2018.",
        "another null": "Two manifolds drawn within the pooled covariance of both tasks (Elsayed et al. 2016) overlap more "
        "than those of two tasks do. That null tests for orthogonality, and is not used for likeness.",
        "not included": "Demixed components, prediction of muscle activity from modes, and reach-to-grasp.",
    },
    equations={
        "neural modes": "ns.analysis.principal_components(rates, 12)",
        "cos θ = singular values of A^T B": "ns.analysis.principal_angles(rates by task, 12).angles",
        "random manifolds": "neurosim.studies.gallego2017.chance",
        "variance captured across tasks": "ns.analysis.principal_angles(rates by task, 12).captured",
    },
    change={
        "Manifolds of fewer dimensions:": "--set manifold.dimension=6",
        "Larger networks:": "--set network.size=300",
    },
)  # fmt: skip
