"""Jarne & Caruso (2023): eigenvalues of networks trained with signs of excitation and inhibition."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np

import neurosim as ns
from neurosim.reproduce import (
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
from neurosim.trainers import Adam, ClipNorm, Dale, IncomingSigns, NonNegative, Projected

SETTINGS = {
    "tasks": ["And", "Or", "Xor"],
    "starts": ["Gaussian", "Orthogonal"],
    "gain": float(np.sqrt(2.0)),
    # none: without signs; incoming: as in the authors' code; outgoing: Dale's law
    "signs": "incoming",
    "fractions": [0.3, 0.5, 0.7],
    "sizes": [150, 75],
    "networks": 2,
    "training": {"epochs": 30, "trials_per_epoch": 1600, "batch_size": 32, "learning_rate": 3e-4},
}
QUICK = {
    "tasks": ["Or"],
    "fractions": [0.3, 0.5],
    "sizes": [80, 40],
    "networks": 1,
    "training.epochs": 14,
}
BULK = float(np.sqrt(0.5 - 0.5 / np.pi))
"""Radius of the bulk of normal weights of gain 1 of which half are set to 0: root of N times the variance of an entry."""


def projections(signs: str, fraction: float, size: int) -> tuple[Any, ...]:
    """Projections after each update."""
    excitatory = np.arange(size) >= round((1.0 - fraction) * size)
    inputs = Projected(NonNegative("input_weights"))
    return {
        "none": (),
        "incoming": (Projected(IncomingSigns(excitatory)), inputs),
        "outgoing": (Projected(Dale(excitatory)), inputs),
    }[signs]


def train(
    task: str,
    start: str,
    gain: float,
    signs: str,
    fraction: float,
    size: int,
    epochs: int,
    trials_per_epoch: int,
    batch_size: int,
    learning_rate: float,
    rng: Any,
    folder: Path,
) -> dict[str, Any]:
    """Train one network under a constraint of signs; its accuracy, eigenvalues, and what oscillates after the pulse."""
    given = getattr(ns.tasks, task)(fixation=60.0, response=140.0, noise=0.0)
    # double precision: at rest an outlying eigenvalue of 3 lets gradients grow beyond the range of float32 in 100 steps
    network = ns.Network.for_task(given, rng=rng, size=size, connectivity=getattr(ns, start)(gain=gain))
    trainer = ns.BPTT.for_task(
        given,
        epochs=epochs,
        trials_per_epoch=trials_per_epoch,
        batch_size=batch_size,
        optimizer=Adam(learning_rate, epsilon_form="keras"),
        clipping=ClipNorm(0.5),
        train=("recurrent", "input_weights", "bias", "readout_weights", "readout_bias"),
        projections=projections(signs, fraction, size),
        fresh=True,
    )
    with warnings.catch_warnings():
        # the start is projected, which is meant
        warnings.simplefilter("ignore", ns.errors.ConstraintWarning)
        training = trainer.fit(network, given, rng=rng, progress=False)
    training.network.save(folder / "network.npz")
    trials = given.trials(64, 1.0, rng)
    run = training.simulate(trials, rng=rng, progress=False)
    late = np.asarray(run.rates)[:, -60:]
    moduli = -np.sort(-np.abs(ns.analysis.spectrum(training.network).eigenvalues))
    return {
        "accuracy": float(trials.accuracy(run).mean()),
        "bulk": float(np.median(moduli)),
        "outer": float(moduli[6]),
        "inner": float(moduli[-1]),
        "oscillation": float(np.sqrt(np.mean((late - late.mean(axis=1, keepdims=True)) ** 2))),
        # as many of every network, so that networks of different sizes fit into one table
        "moduli": np.quantile(moduli, np.linspace(1.0, 0.0, 50)),
    }


def compute(settings: Settings, work: Work) -> dict[str, Any]:
    """Networks with signs over fractions and sizes, and as many without."""
    names = ("epochs", "trials_per_epoch", "batch_size", "learning_rate")
    shared = {name: settings[f"training.{name}"] for name in names}
    shared |= {"task": settings["tasks"], "start": settings["starts"], "gain": settings["gain"]}
    shared |= {"seed": range(settings["networks"])}
    return {
        "signs": work.sweep("signs", train, size=settings["sizes"], signs=settings["signs"],
                            fraction=settings["fractions"], **shared),
        "none": work.sweep("none", train, size=min(settings["sizes"]), signs="none", fraction=0.5, **shared),
    }  # fmt: skip


def claims(settings: Settings) -> list[Claim]:
    """What the paper says of eigenvalues; the numbers follow from setting the wrong signs to zero."""
    abstract = "abstract"
    found = [
        Claim("tasks are learned", "Networks learn the tasks with signs of excitation and inhibition.", None, abstract,
              Holds("accuracy of at least 95 %; a few starts may need longer", share=0.7),
              known="in the full form all networks without signs were right, 22 of 24 with as much excitation as inhibition, and 5 of 24 with "
              "70 % of excitation, where an eigenvalue of up to 2.8 at the start keeps all units saturated"),
    ]  # fmt: skip
    for start in settings["starts"]:
        found += [
            Claim(f"radius below one, {start}", "Eigenvalues other than the dominant ones lie within a radius below 1.",
                  1.0, abstract, AtMost("the seventh largest modulus, as in the authors' code"), unit=""),
            Claim(f"fraction does not matter, {start}", "Difference of the radius between fractions.", 0.0,
                  abstract, Within("a tenth of the radius without signs", absolute=0.1)),
            Claim(f"size does not matter, {start}", "Difference of the median modulus between sizes.", 0.0, abstract,
                  Within("a tenth of the radius without signs", absolute=0.1)),
            Claim(f"smaller than without signs, {start}", "The median modulus is smaller than without signs.", None,
                  abstract, Holds("median of a network against the mean of networks without signs")),
        ]  # fmt: skip
    if "Gaussian" in settings["starts"]:
        found.append(
            Claim("disk", "Median modulus from normal weights: that of a disk of radius g √(1/2 − 1/2π).",
                  settings["gain"] * BULK * np.sqrt(0.5), "exact for untrained weights: circular law with the variance of half a normal",
                  Within("training moves eigenvalues by about the relative change of the weights", absolute=0.1))
        )  # fmt: skip
    if "Orthogonal" in settings["starts"]:
        found.append(
            Claim("ring", "From orthogonal weights there is a hole around zero: smallest modulus above 0.15.", None,
                  abstract, Holds("0.47 to 0.91 hold 90 % of the moduli of untrained projected weights of 50 units",
                                  share=0.8),
                  known="training moves single eigenvalues into the hole, in 13 of 36 networks of the full form below 0.15")
        )  # fmt: skip
    found.append(
        Claim("attenuated oscillations", "What oscillates in the last 60 steps is smaller than without signs.", None,
              abstract, Holds("each network against the mean of networks without signs", share=0.7),
              known="most networks rest after the pulse with and without signs: the difference is that of a few")
    )  # fmt: skip
    return found


def estimates(found: dict[str, Any], settings: Settings) -> dict[str, Estimate]:
    """Our numbers, by claim."""
    table, free = found["signs"], found["none"]
    rows = {"tasks are learned": share_of_networks(table["accuracy"] >= 0.95)}
    for start in settings["starts"]:
        part, without = table.where(start=start), free.where(start=start)
        fractions = [part.where(fraction=each)["outer"].mean() for each in settings["fractions"]]
        sizes = [part.where(size=each)["bulk"].mean() for each in settings["sizes"]]
        rows |= {
            f"radius below one, {start}": over_networks(part["outer"]),
            f"fraction does not matter, {start}": Estimate(float(np.ptp(fractions))),
            f"size does not matter, {start}": Estimate(float(np.ptp(sizes))),
            f"smaller than without signs, {start}": share_of_networks(part["bulk"] < without["bulk"].mean()),
        }
    if "Gaussian" in settings["starts"]:
        rows["disk"] = over_networks(table.where(start="Gaussian")["bulk"])
    if "Orthogonal" in settings["starts"]:
        rows["ring"] = share_of_networks(table.where(start="Orthogonal")["inner"] > 0.15)
    rows["attenuated oscillations"] = share_of_networks(table["oscillation"] < free["oscillation"].mean())
    return rows


def draw_moduli(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Distribution of moduli with and without signs."""
    share = np.linspace(0.0, 1.0, 50)
    for start, color in zip(settings["starts"], ns.plotting.COLORS, strict=False):
        for name, line in (("signs", "-"), ("none", "--")):
            moduli = found[name].where(start=start)["moduli"]
            label = f"{start}, {'with' if name == 'signs' else 'without'} signs"
            ax.plot(share, moduli.mean(axis=0), line, color=color, label=label)
    ax.axhline(1.0, color="0.7", lw=0.8, zorder=0)
    ax.set(xlabel="share of eigenvalues with a larger modulus", ylabel="modulus |λ|", ylim=(0.0, 2.0))
    ax.legend(fontsize=8)


def draw_radii(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Radius over the fraction of excitatory units, for each size."""
    for start, color in zip(settings["starts"], ns.plotting.COLORS, strict=False):
        for size, marker in zip(settings["sizes"], "os^", strict=False):
            part = found["signs"].where(start=start, size=size)
            means = [part.where(fraction=each)["outer"].mean() for each in settings["fractions"]]
            label = f"{start}, N = {size}"
            ax.plot(settings["fractions"], means, marker + "-", color=color, ms=4, lw=0.8, label=label)
    ax.set_xticks(settings["fractions"])
    ax.set(xlabel="fraction of excitation", ylabel="seventh largest modulus", ylim=(0.0, 1.2))
    ax.legend(fontsize=8)


STUDY = Study(
    name="jarne_caruso2023",
    paper=Paper(
        "Jarne & Caruso 2023",
        "Effect in the spectra of eigenvalues and dynamics of RNNs trained with excitatory-inhibitory constraint",
        "Cogn. Neurodyn. (arXiv:2208.10304)",
        """
@article{jarne2023effect,
  author  = {Jarne, Cecilia and Caruso, Mariano},
  title   = {Effect in the spectra of eigenvalues and dynamics of {RNNs} trained with excitatory-inhibitory constraint},
  journal = {Cognitive Neurodynamics},
  year    = {2023},
  doi     = {10.1007/s11571-023-09956-w},
  note    = {arXiv:2208.10304}
}
""",
    ),
    question="What do fixed signs of excitation and inhibition do to a trained network? Eigenvalues other than the "
    "dominant ones shrink to a disk or a ring of radius below one, whatever the fraction of excitatory units and the "
    "size, and oscillations are attenuated.",
    reproduced="disk and ring, independence of fraction and size, smaller oscillations",
    method="""Networks are the map h(t+1) = tanh(W h(t) + W_in x(t) + b), trained by backpropagation through time
with Adam and gradients of norm 0.5 at most. After each update recurrent weights of the wrong sign, and negative
input weights, are set to zero. Recurrent weights start normal or orthogonal with a gain of √2 and are projected as
well. Other networks are trained without signs.

The radius is the seventh largest modulus of the eigenvalues of the trained weights, as in the authors' code.
Setting the wrong half of normal weights of gain g to zero leaves a disk of radius g √(1/2 − 1/2π), here 0.83.""",
    settings=SETTINGS,
    quick=QUICK,
    minutes=(28.0, 0.7),
    compute=compute,
    claims=claims,
    estimates=estimates,
    figures=[
        Figure("moduli", "Moduli of eigenvalues with (lines) and without signs (dashed)", "Eigenvalues in the complex "
               "plane: a disk or a ring of radius below one, and a few dominant ones outside.", draw_moduli),
        Figure("radii", "Seventh largest modulus over the fraction of excitation", "Outer and inner radii of disk and "
               "ring over the fraction of excitatory units and over size: constant.", draw_radii),
    ],
    deviations={
        "signs": "Signs of incoming weights, as in the authors' code, where a column of the Keras kernel has the "
        "weights into a unit; --set signs=outgoing has Dale's law, which the paper means. Eigenvalues of projected "
        "starts are the same.",
        "gain": "Weights start with a gain of √2, that of the normal weights in the authors' code; there orthogonal ones have 1. "
        "From projected weights of gain 1, of radius 0.58, a gradient hardly passes the 20 steps between pulse and answer: 14 of "
        "72 networks learned at a rate of 0.001, and AND with 70 % of excitation did not with the published training either.",
        "training": "A rate of 0.0003 for at most 1500 updates of 32 trials instead of 0.0001 for 4700 of 64.",
        "timing": "Pulses come at t = 60 in all trials; in the paper up to 50 steps later at random.",
    },
    equations={
        "h(t+1) = tanh(W h(t) + W_in x(t) + b)": 'ns.Network.for_task(task): ns.LeakyRate("tanh", 1.0), Euler, dt = 1',
        "signs after each update": "ns.trainers.Projected(ns.trainers.IncomingSigns(excitatory))",
        "radius": "7th largest of abs(ns.analysis.spectrum(network).eigenvalues)",
    },
    change={
        "Dale's law:": "--set signs=outgoing",
        "Other fractions:": "--set fractions=[0.2,0.5,0.8]",
    },
)  # fmt: skip
