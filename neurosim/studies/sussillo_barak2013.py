"""Sussillo & Barak (2013): fixed points of a 3-bit flip-flop and of a sine-wave generator."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import autograd.numpy as anp
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
    Within,
    Work,
    over_networks,
    pad_rows,
    share_of_networks,
)
from neurosim.trainers import Adam, ClipNorm, JacobianPenalty

SETTINGS = {
    "flipflop": {"size": 100, "gain": 0.8, "tau": 10.0, "dt": 2.0, "epochs": 6, "networks": 10},
    "sine": {
        "size": 100,
        "gain": 1.5,
        "frequencies": 5,
        "forcing": 40.0,
        # free responses, one after the other
        "responses": [40.0, 60.0, 80.0, 110.0, 160.0],
        "dt": 0.5,
        # for the first of them, and for each of the others
        "updates": [1200, 500],
        "learning_rates": [5e-3, 1e-3],
        "penalty": 5e-4,
        "networks": 6,
    },
}
QUICK = {
    "flipflop.networks": 2,
    "flipflop.size": 60,
    "flipflop.epochs": 4,
    "sine.networks": 2,
    "sine.size": 50,
    "sine.frequencies": 3,
    "sine.updates": [400, 100],
}


def remembered_bits(run: Any, trials: Any) -> Any:
    """Mean squared error of the bits that have had a pulse; before it, nothing is to be remembered."""
    return anp.mean((trials.targets != 0.0) * (run.outputs - trials.targets) ** 2)


def flip_flop(
    size: int, gain: float, tau: float, dt: float, epochs: int, rng: Any, folder: Path
) -> dict[str, Any]:
    """Train a network to hold the signs of the last pulses on three channels, and find its fixed points."""
    task = ns.tasks.FlipFlop(bits=3)
    channels = {"inputs": task.inputs, "outputs": task.outputs}
    neuron = ns.LeakyRate("tanh", tau=tau)
    start = ns.Network(neuron, ns.Gaussian(gain), size, **channels, rng=rng)
    trainer = ns.BPTT(dt=dt, epochs=epochs, batch_size=32, noise=ns.WhiteNoise(0.05), optimizer=Adam(3e-3),
                      loss=remembered_bits)  # fmt: skip
    network = trainer.fit(start, task, rng=rng, progress=False).network
    network.save(folder / "network.npz")
    trials = task.trials(256, dt, rng)
    # every bit has a pulse from the first on, so that every bit counts
    trials = trials[np.flatnonzero((trials.conditions["values"] != 0.0).all(axis=(1, 2)))][:64]
    run = ns.simulate(network, **trials.simulation, progress=False)
    points = all_points(network, run.states[:, ::8].reshape(-1, size), rng)
    corners = points.outputs[points.stable]
    saddles = np.flatnonzero(points.unstable_dimensions == 1)
    places = ns.analysis.principal_components(run, count=2).project(points.states[None])[0]
    most = 120
    return {
        "accuracy": float(trials.accuracy(run).mean()),
        "stable": float(points.stable.sum()),
        "corners": float(len({tuple(np.sign(row)) for row in corners if np.abs(np.abs(row) - 1.0).max() < 0.25})),
        "points": float(len(points)),
        "saddles": float(len(saddles)),
        "edges": float(len(edges(network, points, saddles, tau, dt))),
        "places": pad_rows(places, most),
        "unstable": pad_rows(points.unstable_dimensions[:, None].astype(float), most)[:, 0],
    }  # fmt: skip


def all_points(network: ns.Network, visited: np.ndarray, rng: Any) -> Any:
    """Fixed points found from the states of trials, and from the lines between the memories among them."""
    found = ns.analysis.fixed_points(network, starts=visited, rng=rng, progress=False)
    pairs = itertools.combinations(found.states[found.stable], 2)
    shares = np.linspace(0.1, 0.9, 9)[:, None]
    between = [share * first + (1.0 - share) * second for first, second in pairs for share in shares]
    return ns.analysis.fixed_points(network, starts=np.array([*visited, *between]), rng=rng, progress=False)


def edges(network: ns.Network, points: Any, saddles: np.ndarray, tau: float, dt: float) -> set[frozenset]:
    """Edges of the cube whose two corners are reached from the two sides of a saddle with one unstable direction."""
    if not len(saddles):
        return set()
    size = points.states.shape[1]
    right = np.array([points.eigenvectors(k)[0][:, 0].real for k in saddles])
    begin = points.states[saddles, None] + np.array([-0.1, 0.1])[:, None] * right[:, None]
    left = ns.simulate(network, 100 * tau, dt, trials=2 * len(saddles), initial_state=begin.reshape(-1, size),
                       noise=None, record="outputs", progress=False)  # fmt: skip
    ends = np.sign(np.asarray(left.outputs)[:, -1]).reshape(-1, 2, 3).astype(int)
    on_edge = (ends[:, 0] != ends[:, 1]).sum(axis=1) == 1
    return {frozenset(map(tuple, pair)) for pair in ends[on_edge].tolist()}


def sine(
    size: int,
    gain: float,
    frequencies: int,
    forcing: float,
    responses: Any,
    dt: float,
    updates: Any,
    learning_rates: Any,
    penalty: float,
    rng: Any,
    folder: Path,
) -> dict[str, Any]:
    """Train a network to produce sine waves of which its input sets the frequency; fixed points at each input."""
    omegas = tuple(0.1 + 0.05 * k / frequencies for k in range(1, frequencies + 1))
    task = ns.tasks.SineGenerator(omegas, forcing=forcing)
    channels = {"inputs": task.inputs, "outputs": task.outputs}
    sparse = ns.Sparse(density=15 / size, gain=gain)
    network = ns.Network(ns.LeakyCurrent("tanh", tau=1.0), sparse, size, **channels, rng=rng)
    learned = ("recurrent", "input_weights", "bias", "readout_weights", "readout_bias", "initial_state")
    batch = 3 * frequencies
    for stage, response in enumerate(responses):
        task, later = task.replace(response=response), int(stage > 0)
        trainer = ns.BPTT(dt=dt, epochs=1, trials_per_epoch=batch * updates[later], batch_size=batch,
                          optimizer=Adam(learning_rates[later]), clipping=ClipNorm(1.0),
                          penalties=(JacobianPenalty(penalty),), train=learned)  # fmt: skip
        training = trainer.fit(network, task, rng=rng, progress=False)
        network = training.network
    network.save(folder / "network.npz")
    trials = task.trials(4 * frequencies, dt, rng)
    run = training.simulate(trials, rng=rng, progress=False)
    free = np.asarray(run.states)[:, round(forcing / dt) :]
    # a focus is in the middle of the orbit around it
    starts = np.concatenate([free.mean(axis=1), free[:, ::32].reshape(-1, size)])
    counts, growth, turns = [], [], []
    for level in task.levels:
        points = ns.analysis.fixed_points(
            network, inputs=np.array([level]), starts=starts, rng=rng, progress=False
        )
        pair = points.eigenvalues[0][:2] if len(points) == 1 else np.full(2, np.nan)
        counts.append(float(len(points)))
        growth.append(pair[0].real)
        turns.append(abs(pair[0].imag) if len(points) == 1 and points.unstable_dimensions[0] == 2 else np.nan)
    return {
        "explained": float(trials.accuracy(run).mean()),
        "points": np.array(counts),
        "growth": np.array(growth),
        "turns": np.array(turns),
        "frequencies": np.array(omegas),
    }


def compute(settings: Settings, work: Work) -> dict[str, Any]:
    """All networks, those of the sine waves first, which take longer."""
    names = (
        "size", "gain", "frequencies", "forcing", "responses", "dt", "updates", "learning_rates", "penalty",
    )  # fmt: skip
    # a list is one value of a point, not an axis
    waves: dict[str, Any] = {name: [settings[f"sine.{name}"]] for name in names}
    bits = {name: settings[f"flipflop.{name}"] for name in ("size", "gain", "tau", "dt", "epochs")}
    return {
        "sine": work.sweep("sine", sine, **waves, seed=range(settings["sine.networks"])),
        "flipflop": work.sweep("flipflop", flip_flop, **bits, seed=range(settings["flipflop.networks"])),
    }


def claims(settings: Settings) -> list[Claim]:
    """What the paper says about the fixed points of both networks."""
    bits, waves = "section on the 3-bit flip-flop", "section on the sine wave generator"
    del settings
    return [
        Claim("bits are remembered", "Networks hold the sign of the last pulse on each channel.", None, bits,
              Holds("at least 95 % of the bits are right")),
        Claim("memories", "Stable fixed points: one for each state of three bits.", 8.0, bits,
              Within("an exact number, but one network in ten may have another", absolute=0.25)),
        Claim("corners", "The outputs at the memories are the corners of a cube.", None, bits,
              Holds("eight combinations of ±1 within 0.25", share=0.9)),
        Claim("saddles", "Saddles with one unstable dimension: at least one for each edge of the cube.", 12.0, bits,
              AtLeast("a cube has twelve edges")),
        Claim("edges", "The two ways from these saddles lead to memories that differ in one bit.", None, bits,
              Holds("at least eleven of the twelve edges are connected", share=0.9),
              known="eleven or twelve in six of ten networks, nine or ten in the others; one of those has seven memories, and "
              "in the others some saddles lead to memories that differ in two bits, or were not found"),
        Claim("waves", "The output is a sine wave after its input has become constant.", None, waves,
              Holds("at least 90 % of the mean square of the target is explained"),
              known="one of two networks of the quick form learned all waves"),
        Claim("one point for each input", "At each constant input there is a single fixed point.", None, waves,
              Holds("all inputs of a network", share=0.8),
              known="one of six networks has three points under one of its inputs"),
        Claim("unstable focus", "That point is unstable in exactly one complex pair of eigenvalues.", None, waves,
              Holds("all inputs of a network", share=0.8),
              known="each single point has two unstable directions; in two of six networks some pairs are two real numbers: the "
              "activity grows faster than it turns"),
        Claim("frequency", "Imaginary part of the pair over the frequency of the wave: mean distance from 1.", 0.0, waves,
              Within("linear to the first order; the amplitude is set by the nonlinearity", absolute=0.2),
              known="the larger the real part, the less the orbit around the point turns as the linearization does"),
    ]  # fmt: skip


def estimates(found: dict[str, Any], settings: Settings) -> dict[str, Estimate]:
    """Our numbers, by claim."""
    del settings
    bits, waves = found["flipflop"], found["sine"]
    return {
        "bits are remembered": share_of_networks(bits["accuracy"] >= 0.95),
        "memories": over_networks(bits["stable"]),
        "corners": share_of_networks(bits["corners"] == 8),
        "saddles": over_networks(bits["saddles"]),
        "edges": share_of_networks(bits["edges"] >= 11),
        "waves": share_of_networks(waves["explained"] >= 0.9),
        "one point for each input": share_of_networks((waves["points"] == 1).all(axis=1)),
        "unstable focus": share_of_networks((waves["growth"] > 0.0).all(axis=1) & (waves["turns"] > 0.0).all(axis=1)),
        "frequency": over_networks(np.nanmean(np.abs(waves["turns"] / waves["frequencies"] - 1.0), axis=1)),
    }  # fmt: skip


def draw_points(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Fixed points of one flip-flop along two principal components."""
    del settings
    places, unstable = found["flipflop"]["places"][0], found["flipflop"]["unstable"][0]
    for count, color in zip(range(4), ("black", *ns.plotting.COLORS), strict=False):
        chosen = unstable == count if count < 3 else unstable >= 3
        label = ("stable", "1 unstable dimension", "2 unstable dimensions", "3 or more")[count]
        ax.plot(*places[chosen].T, "o" if count == 0 else "x", color=color, label=label)
    ax.set(xlabel="PC 1", ylabel="PC 2")
    ax.legend(fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)


def draw_frequencies(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Imaginary parts of the unstable pairs against the frequencies of the waves."""
    del settings
    waves = found["sine"]
    for turns, frequencies in zip(waves["turns"], waves["frequencies"], strict=True):
        ax.plot(frequencies, turns, "o-", ms=3, lw=0.8)
    span = waves["frequencies"][0]
    ax.plot(span, span, "k--", lw=1.0, label="Im λ = ω")
    ax.set(xlabel="frequency of the wave ω (1/τ)", ylabel="Im λ at the fixed point (1/τ)")
    ax.legend(fontsize=8)


STUDY = Study(
    name="sussillo_barak2013",
    paper=Paper(
        "Sussillo & Barak 2013",
        "Opening the black box: low-dimensional dynamics in high-dimensional recurrent neural networks",
        "Neural Comput. 25, 626-649",
        """
@article{sussillo2013opening,
  author  = {Sussillo, David and Barak, Omri},
  title   = {Opening the Black Box: Low-Dimensional Dynamics in High-Dimensional Recurrent Neural Networks},
  journal = {Neural Computation},
  volume  = {25},
  number  = {3},
  pages   = {626--649},
  year    = {2013},
  doi     = {10.1162/NECO_a_00409}
}
""",
    ),
    question="How does a trained network do what it was trained for? Around its fixed points the dynamics are almost "
    "linear: memories are stable points, saddles decide between them, and an unstable focus makes an oscillation.",
    reproduced="eight memories and the saddles between them; an unstable focus for each frequency",
    method="""Networks are trained by backpropagation through time. The flip-flop holds the sign of the last pulse
on each of three channels; bits count once they have had a pulse. The sine generator receives a constant level that
sets the frequency of its output; during the first part of a trial the wave itself is added to the input, then the
network runs by itself, at last for 2.8 periods or more; training begins with the shortest free response.

Fixed points are roots of the vector field, found by Newton's method from states of trials and certified. From
each saddle with one unstable dimension the two ways out are followed to the memories at their ends. At each
level of the sine generator the eigenvalues of the Jacobian are compared with the frequency of the wave.""",
    settings=SETTINGS,
    quick=QUICK,
    minutes=(24.0, 0.5),
    compute=compute,
    claims=claims,
    estimates=estimates,
    figures=[
        Figure("points", "Fixed points of one flip-flop along the first two principal components of its activity",
               "States of the 3-bit flip-flop in three principal components: memories at the corners of a cube, "
               "saddles between them, and the ways that connect them.", draw_points),
        Figure("frequencies", "Imaginary parts of the unstable eigenvalues, a line for each network",
               "Fixed points of the sine wave generator over the input, each with one unstable complex pair of "
               "eigenvalues that turns with the frequency of the wave.", draw_frequencies),
    ],
    deviations={
        "training": "Backpropagation with Adam instead of FORCE and Hessian-free optimization, and 50 to 100 units.",
        "flip-flop": "Rate-form units with noise of 0.05, so that memories are attractive; bits that had no pulse are "
        "ignored, where a target of zero asks for more memories.",
        "free response": "Up to 160 τ; the published demonstration has 40 τ, less than a period of most waves. Networks "
        "trained on that have stable foci, whose decay is too slow to matter in a trial. Trained on 160 τ from the "
        "start, networks of 50 units explained a third of the target or less.",
        "frequencies": "5 of the 51 of the published demonstration, and steps of 0.5 τ.",
    },
    equations={
        "speed q = |F(x)|²/2 and its minima": "ns.analysis.fixed_points(network, starts=states)",
        "linearization at a fixed point": "points.eigenvalues, points.eigenvectors(k)",
        "regularization of the Jacobian": "ns.trainers.JacobianPenalty(strength)",
        "tasks": "ns.tasks.FlipFlop(bits=3), ns.tasks.SineGenerator()",
    },
    change={
        "The free response of the published demonstration:": "--set sine.responses=[40.0]",
        "Longer training of the flip-flop:": "--set flipflop.epochs=10",
    },
)  # fmt: skip
