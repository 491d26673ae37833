"""Sussillo, Churchland, Kaufman & Shenoy (2015): simple networks that produce muscle activity rotate like motor cortex."""

from __future__ import annotations

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
from neurosim.trainers import L2, Adam, JacobianPenalty, RateL2, Stopping

SETTINGS = {
    "network": {"size": 150, "networks": 5},
    # in ms; the length of the delay is one of these
    "task": {"fixation": 300.0, "delays": [400.0, 700.0, 1000.0], "movement": 1000.0},
    # training stops where this share of the mean square of the targets is left, or after so many updates
    "training": {"unexplained": 0.03, "updates": 6000},
    "regularized": {"gain": 1.5, "learning_rate": 5e-3, "rates": 1e-3, "weights": 1e-3, "jacobian": 1e-4},
    "complicated": {"gain": 4.0, "learning_rate": 2e-3, "rates": 0.0, "weights": 0.0, "jacobian": 0.0},
    # 200 ms of the movement for jPCA
    "rotations": {"begin": 50.0, "length": 200.0, "components": 6},
    "perturbation": {"strengths": [0.1, 0.2, 0.4, 0.8], "repeats": 30},
}
QUICK = {
    "network.size": 80,
    "network.networks": 2,
    "task.fixation": 50.0,
    "task.delays": [200.0, 300.0],
    "task.movement": 600.0,
    "training.unexplained": 0.08,
    "training.updates": 3000,
    "perturbation.repeats": 5,
}
KINDS = ("regularized", "complicated")
TAU, DT = 50.0, 10.0
"""In ms."""


def train(
    kind: dict[str, float],
    size: int,
    task: dict[str, Any],
    training: dict[str, Any],
    rotations: dict[str, Any],
    perturbation: dict[str, Any],
    rng: Any,
    folder: Path,
) -> dict[str, Any]:
    """Train one network to reach; its match, its smoothness, its rotations, and what perturbed weights do to it."""
    times = {"fixation": task["fixation"], "movement": task["movement"]}
    reaching = ns.tasks.Reaching(**times, delay=ns.tasks.Choice(tuple(task["delays"])))
    power = float(np.mean(reaching.trials(270, DT, 0).targets ** 2))
    channels = {"inputs": reaching.inputs, "outputs": reaching.outputs}
    neuron = ns.LeakyCurrent("rectified_tanh", tau=TAU)
    start = ns.Network(neuron, ns.Gaussian(kind["gain"]), size, **channels, rng=rng)
    trainer = ns.BPTT(dt=DT, epochs=training["updates"] // 50, trials_per_epoch=27 * 50, batch_size=27,
                      optimizer=Adam(kind["learning_rate"]), penalties=penalties(kind),
                      stopping=Stopping(loss=training["unexplained"] * power))  # fmt: skip
    done = trainer.fit(start, reaching, rng=rng, progress=False)
    done.network.save(folder / "network.npz")
    trials, shown = each_reach(reaching.replace(delay=float(np.mean(task["delays"]))))
    run = ns.simulate(done.network, **trials.simulation, progress=False)
    moving = np.asarray(run.rates)[shown, 1 + int(trials.epochs["movement"][0][0]) :]
    turning = slice(int(rotations["begin"] / DT), int((rotations["begin"] + rotations["length"]) / DT) + 1)
    planes = ns.analysis.jpca(moving[:, turning], rotations["components"], dt=DT)
    muscles = trials.targets[shown, int(trials.epochs["movement"][0][0]) :][:, turning]
    mode = slowest_rotation(done.network, np.asarray(run.states)[shown, -1])
    return {
        "updates": 50.0 * len(done.history["loss"]),
        "explained": float(trials.accuracy(run).mean()),
        "rotation": planes.r_squared,
        "muscles": ns.analysis.jpca(muscles, 4, dt=DT).r_squared,
        "turns": 1000.0 * planes.frequencies[0],
        "mode": 1000.0 * mode,
        "speed": roughness(moving),
        "tangling": ns.analysis.tangling(moving, dt=0.001 * DT).percentile(90.0),
        "dimension": float(np.sum(np.cumsum(ns.analysis.principal_components(moving).shares) < 0.9) + 1),
        "plane": planes.project(moving[:, turning])[..., :2],
        "units": moving[:3, :, np.argsort(-moving.var(axis=(0, 1)))[:4]],
        "errors": errors_with_other_weights(done.network, trials, perturbation, rng),
    }


def penalties(kind: dict[str, float]) -> tuple[Any, ...]:
    """Penalties on rates, on input and output weights, and on the Jacobian, whose strength has no time in the paper."""
    if not kind["jacobian"]:
        return ()
    outside = L2(kind["weights"], names=("input_weights", "readout_weights"))
    return RateL2(kind["rates"]), outside, JacobianPenalty(kind["jacobian"] * TAU**2)


def each_reach(task: ns.tasks.Reaching) -> tuple[ns.tasks.Trials, np.ndarray]:
    """Trials that have every reach, and the first trial of each."""
    trials = task.trials(10 * len(task.conditions), DT, 0)
    return trials, np.unique(trials.conditions["reach"], return_index=True)[1]


def roughness(rates: np.ndarray) -> float:
    """Root mean square speed of the rates in units of their standard deviation, per time constant."""
    speeds = np.diff(rates, axis=1) * TAU / DT
    return float(np.sqrt(np.mean(speeds**2) / np.mean((rates - rates.mean(axis=(0, 1))) ** 2)))


def slowest_rotation(network: ns.Network, states: np.ndarray) -> float:
    """Frequency of the slowest decaying mode that rotates at the fixed point of the network without input."""
    points = ns.analysis.fixed_points(network, starts=states, rng=0, progress=False)
    if not len(points) or not points.frequencies[0].any():
        return np.nan
    turning = np.abs(points.frequencies[0]) > 0.0
    return float(np.abs(points.frequencies[0][turning][0]))


def errors_with_other_weights(
    network: ns.Network, trials: ns.tasks.Trials, perturbation: dict[str, Any], rng: Any
) -> np.ndarray:
    """Mean squared error with perturbed weights, relative to the variance of the targets, by strength."""
    seeds, found = np.random.default_rng(rng).integers(2**32, size=perturbation["repeats"]), []
    for strength in perturbation["strengths"]:
        others = [ns.analysis.perturb_weights(network, strength, int(seed)) for seed in seeds]
        runs = [ns.simulate(other, **trials.simulation, record="outputs", progress=False) for other in others]
        found.append(np.mean([np.mean((trials.align(run) - trials.targets) ** 2) for run in runs]))
    return np.array(found) / trials.targets.var()


def compute(settings: Settings, work: Work) -> dict[str, Any]:
    """All networks of both kinds, the complicated ones first, which take longer."""
    names = ("task", "training", "rotations", "perturbation")
    # a list is an axis, here of one value
    parts: dict[str, Any] = {name: [settings.table(name)] for name in names}
    seeds = range(settings["network.networks"])
    return {
        kind: work.sweep(kind, train, kind=[settings.table(kind)], size=settings["network.size"],
                         **parts, seed=seeds)
        for kind in reversed(KINDS)
    }  # fmt: skip


def claims(settings: Settings) -> list[Claim]:
    """What the paper says of regularized and of complicated networks."""
    del settings
    abstract = (
        "abstract: data and simulations agreed only when models were optimized to find simple solutions"
    )
    pair = "pairs of networks of the same seed, trained to the same bound of the error"
    known = "both are trained to the same bound of the error, which leaves the unregularized network little room to be complicated"
    return [
        Claim("match, regularized", "Muscle activity that is explained, with a delay that was not trained.", 0.9,
              "abstract: networks reproduce the muscle activity", AtLeast("training stops at 92 % or more")),
        Claim("match, complicated", "The same without regularization, from a chaotic start.", 0.9,
              "abstract: networks reproduce the muscle activity", AtLeast("training stops at 92 % or more"),
              known="these networks remember the plan less well for delays that were not trained"),
        Claim("rotations", "R² of rotations (jPCA) is larger with regularization.", None, f"Fig. 3; {abstract}",
              Holds(pair, share=0.8)),
        Claim("not of the muscles", "R² of rotations of a regularized network is larger than that of the muscles.", None,
              "Churchland et al. (2012), Nature 487, 51, results on muscle activity",
              Holds("the rotations are how the network makes its outputs")),
        Claim("oscillator", "The slowest rotating mode of the regularized network at rest turns as fast as its activity.",
              None, "abstract: the natural dynamical solution was a low-dimensional oscillator",
              Holds("between half and twice the frequency of the first plane, for a linearization", share=0.8),
              known="in the full form the slowest rotating mode after the movement turns 0.1 to 0.4 times as fast as the activity; "
              "which units are active, and so the linearization, changes during the movement"),
        Claim("smooth", "Rates change less per time, relative to their size, with regularization.", None,
              f"Fig. 2; {abstract}", Holds(pair, share=0.8), known=known),
        Claim("less tangled", "Trajectories are less tangled (90th percentile of Q) with regularization.", None,
              "Russo et al. (2018), Neuron 97, 953, eq. 1, for smooth flows", Holds(pair, share=0.8), known=known),
        Claim("low-dimensional", "Fewer principal components hold 90 % of the activity with regularization.", None,
              "abstract: a low-dimensional oscillator", Holds(pair, share=0.8), known=known),
        Claim("robust", "Perturbed weights (0.2 of their mean modulus) do less harm with regularization.", None,
              "notebook on this paper of the Neuromatch course on NeuroAI, W1D1, tutorial 2, perturbation of weights",
              Holds(pair, share=0.8)),
    ]  # fmt: skip


def estimates(found: dict[str, Any], settings: Settings) -> dict[str, Estimate]:
    """Our numbers, by claim."""
    simple, other = (found[kind] for kind in KINDS)
    middle = list(settings["perturbation.strengths"]).index(0.2)
    ratio = simple["mode"] / simple["turns"]
    return {
        "match, regularized": over_networks(simple["explained"]),
        "match, complicated": over_networks(other["explained"]),
        "rotations": share_of_networks(simple["rotation"] > other["rotation"]),
        "not of the muscles": share_of_networks(simple["rotation"] > simple["muscles"]),
        "oscillator": share_of_networks((ratio > 0.5) & (ratio < 2.0)),
        "smooth": share_of_networks(simple["speed"] < other["speed"]),
        "less tangled": share_of_networks(simple["tangling"] < other["tangling"]),
        "low-dimensional": share_of_networks(simple["dimension"] < other["dimension"]),
        "robust": share_of_networks(simple["errors"][:, middle] < other["errors"][:, middle]),
    }


def draw_planes(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Activity of both kinds of networks in the first plane of jPCA, a line for each reach."""
    del settings
    for shift, kind, color in zip((0.0, 2.6), KINDS, ns.plotting.COLORS, strict=False):
        paths = found[kind]["plane"][0] / np.abs(found[kind]["plane"][0]).max()
        ax.plot(paths[..., 0].T + shift, paths[..., 1].T, color=color, lw=0.8)
        ax.plot(paths[:, 0, 0] + shift, paths[:, 0, 1], "o", color="black", ms=2.5)
        ax.text(shift, 1.12, f"{kind}\nR² = {found[kind]['rotation'][0]:.2f}", ha="center", fontsize=9)
    ax.set(xlabel="jPC 1", ylabel="jPC 2", ylim=(-1.1, 1.6), xticks=[], yticks=[], aspect="equal")


def draw_measures(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Measures of simplicity, with regularization relative to without."""
    del settings
    names = {"rotation": "R² of jPCA", "speed": "speed", "tangling": "tangling", "dimension": "dimension"}
    for place, name in enumerate(names):
        ratios = found["regularized"][name] / found["complicated"][name]
        ax.plot(np.full(len(ratios), place), ratios, "o", color=ns.plotting.COLORS[place])
    ax.axhline(1.0, color="black", lw=0.8, ls="--")
    ax.set_xticks(range(len(names)), list(names.values()))
    ax.set(ylabel="regularized / complicated", xlim=(-0.5, len(names) - 0.5))


def draw_units(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Rates of the most active units of both kinds of networks in three reaches."""
    del settings
    for column, kind in enumerate(KINDS):
        units = found[kind]["units"][0]
        time = DT * np.arange(units.shape[1])
        for row, rates in enumerate(np.moveaxis(units, -1, 0)):
            for reach, color in zip(rates, ns.plotting.COLORS, strict=False):
                ax.plot(
                    time + 1.15 * time[-1] * column,
                    (reach - rates.min()) / np.ptp(rates) - 1.3 * row,
                    color=color,
                    lw=1.0,
                )
        ax.text((0.5 + 1.15 * column) * time[-1], 1.6, kind, ha="center", fontsize=9)
    ax.set(
        xlabel="time from the cue (ms), once for each kind",
        ylabel="rate, by unit",
        yticks=[],
        ylim=(None, 2.1),
    )


def draw_robustness(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Error with perturbed weights, a line for each network."""
    strengths = settings["perturbation.strengths"]
    for kind, color in zip(KINDS, ns.plotting.COLORS, strict=False):
        ax.plot(strengths, found[kind]["errors"].T, "o-", ms=3, lw=0.9, color=color)
        ax.plot([], [], color=color, label=kind)
    ax.axhline(1.0, color="black", lw=0.8, ls="--", label="constant output")
    ax.set(
        xlabel="perturbation (mean modulus of weights)", ylabel="error / variance of targets", yscale="log"
    )
    ax.legend(fontsize=8)


STUDY = Study(
    name="sussillo2015",
    paper=Paper(
        "Sussillo et al. 2015",
        "A neural network that finds a naturalistic solution for the production of muscle activity",
        "Nat. Neurosci. 18, 1025-1033",
        """
@article{sussillo2015neural,
  author  = {Sussillo, David and Churchland, Mark M. and Kaufman, Matthew T. and Shenoy, Krishna V.},
  title   = {A neural network that finds a naturalistic solution for the production of muscle activity},
  journal = {Nature Neuroscience},
  volume  = {18},
  number  = {7},
  pages   = {1025--1033},
  year    = {2015},
  doi     = {10.1038/nn.4042}
}
""",
    ),
    question="Which dynamics turn a plan into the muscle activity of a reach? Networks that are optimized to be simple "
    "find a low-dimensional oscillator, which resembles motor cortex; networks that are not, do not.",
    reproduced="reaching with and without regularization: match, rotations, smoothness, robustness",
    method="""Rectified tanh units in current form learn 27 reaches: fifteen inputs hold the plan during a delay, then
a smooth cue starts the movement, and eight outputs follow the activity of muscles. Regularized networks start at the
edge of chaos (gain 1.5), with penalties on rates, on input and output weights, and on the Jacobian along
trajectories. Complicated ones start deep in chaos (gain 4) and have no penalty. Both are trained until the same share
of the targets is left unexplained, so that they differ in how and not in how well.

Rates during 200 ms of the movement, one trial for each reach, are analyzed by jPCA: the antisymmetric matrix that
best predicts derivatives from states. Other measures are the speed of the rates, trajectory tangling, the number of
principal components, the linearization at rest, and the error with perturbed weights.""",
    settings=SETTINGS,
    quick=QUICK,
    minutes=(15.0, 1.0),
    compute=compute,
    claims=claims,
    estimates=estimates,
    figures=[
        Figure("planes", "Activity of one network of each kind in its first plane of rotation, a line for each reach",
               "Fig. 3: jPCA projections of neural data and of both models; data and the regularized model rotate "
               "in one direction from states that follow the plan.", draw_planes, (6.4, 3.8)),
        Figure("units", "Rates of four units of each kind in three reaches",
               "Fig. 2: example responses of neurons and of units of both models; those of the complicated model are "
               "less smooth.", draw_units),
        Figure("measures", "Measures of simplicity with regularization, relative to without, a dot for each pair",
               "The regularized model is simpler; Fig. 3 has the R² of the rotations.", draw_measures),
        Figure("robustness", "Error with perturbed weights, a line for each network",
               "Models with regularization keep producing the muscle activity under structural perturbations.",
               draw_robustness),
    ],
    deviations={
        "muscle activity": "Generated from bursts with cosine tuning; the paper has recordings of two monkeys.",
        "parameters": "Gains, units, time constants and inputs are those of a notebook that repeats the paper with its "
        "data (Neuromatch course on NeuroAI, W1D1, tutorial 2). Strengths of penalties were not found; they are the "
        "largest tried with which the training error is reached: with 3e-4 on the Jacobian most networks stay at 0.77.",
        "training": "Adam in place of Hessian-free optimization, until a common error; the learning rate is smaller for "
        "chaotic starts, which do not learn with the larger one.",
        "not included": "Comparison with neural data by canonical correlations.",
    },
    equations={
        "τ dx/dt = −x + J r + B u + b, r = max(tanh x, 0)": 'ns.LeakyCurrent("rectified_tanh", tau=50.0)',
        "penalty on ‖J diag(r′)‖²": "ns.trainers.JacobianPenalty(strength * tau**2)",
        "M = argmin over antisymmetric M of ‖dX − M X‖²": "ns.analysis.jpca(rates, 6, dt=10.0)",
        "tangling Q(t)": "ns.analysis.tangling(rates, dt=0.01)",
    },
    change={
        "Penalties from a start of the same gain:": "--set complicated.gain=1.5 --set complicated.learning_rate=0.005",
        "A weaker penalty on the Jacobian:": "--set regularized.jacobian=3e-5",
    },
)  # fmt: skip
