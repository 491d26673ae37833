"""Mante, Sussillo, Shenoy & Newsome (2013): a network selects one of two streams by line attractors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import neurosim as ns
from neurosim.reproduce import (
    AtLeast,
    AtMost,
    Between,
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
    "network": {"size": 100, "networks": 6},
    # 100 updates of 128 trials in an epoch
    "training": {"epochs": 100},
    "test": {"trials": 4000, "points": 40},
}
QUICK = {"network.networks": 2, "training.epochs": 20, "test.trials": 2000}
SHORT = (
    "after the 2000 updates of the quick form the line leaks in one of two networks: eigenvalues of 0.8 to 1.0 along it, "
    "near the next of 0.7, so that both modes mix"
)
"""What is known of products with the selection vector."""
LEVELS = 9
"""Groups of equally many trials, by their bias, for the psychometric curves."""


def select(size: int, epochs: int, tested: int, count: int, rng: Any, folder: Path) -> dict[str, Any]:
    """Train a network to integrate the stream that the context names; its choices, attractors and selection."""
    task = ns.tasks.NoiseIntegration(streams=2)
    trainer = ns.BPTT.for_task(task, epochs=epochs)
    start = ns.Network.for_task(task, size=size, rng=rng)
    training = trainer.fit(start, task, rng=rng, progress=False)
    training.network.save(folder / "network.npz")
    trials = task.trials(tested, trainer.dt, rng)
    run = training.simulate(trials, rng=rng, progress=False)
    errors = trials.align(run) - trials.targets
    found = {"error": float(np.mean(errors**2)), **choices(trials, trials.align(run)[:, -1, 0])}
    lines = [line_attractor(training.network, trials, np.asarray(run.states)[:, -1], context, count)
             for context in (0, 1)]  # fmt: skip
    for name in ("drift", "first", "second", "dimension", "effects", "outputs", "places"):
        found[name] = np.array([line[name] for line in lines])
    return {**found, **mechanisms(lines)}


def choices(trials: ns.tasks.Trials, ends: np.ndarray) -> dict[str, Any]:
    """Thresholds of the relevant stream, weights of the other, and shares of choices by bias."""
    bias, context, chosen = trials.conditions["bias"], trials.conditions["context"], ends > 0.0
    shares, thresholds, weights = np.empty((2, 2, LEVELS)), np.empty(2), np.empty(2)
    for shown in (0, 1):
        part = context == shown
        thresholds[shown] = ns.analysis.psychometric_curve(bias[part, shown], chosen[part]).parameters[
            "sigma"
        ]
        slopes = np.linalg.lstsq(
            np.column_stack([bias[part], np.ones(part.sum())]), chosen[part], rcond=None
        )[0]
        weights[shown] = slopes[1 - shown] / slopes[shown]
        for stream in (0, 1):
            groups = np.array_split(np.argsort(bias[part, stream]), LEVELS)
            shares[shown, stream] = [chosen[part][group].mean() for group in groups]
    return {"threshold": thresholds, "ignored": weights, "shares": shares}


def line_attractor(
    network: ns.Network, trials: ns.tasks.Trials, ends: np.ndarray, context: int, count: int
) -> dict[str, Any]:
    """Where states go without evidence while a context stays on, and how they respond to small inputs there."""
    length, dt = trials.steps, trials.dt
    states = ends[trials.conditions["context"] == context][:count]
    silent = np.zeros((len(states), 2 * length, 4))
    silent[..., 2 + context] = 1.0
    run = ns.simulate(network, 2 * length * dt, dt, inputs=silent, trials=len(states), initial_state=states,
                      noise=None, progress=False)  # fmt: skip
    points, outputs = np.asarray(run.states)[:, length], np.asarray(run.outputs)[:, [length, -1], 0]
    modes = [slowest_mode(network, state, silent[0, 0]) for state in points]
    components = ns.analysis.principal_components(points[None], count=3)
    return {
        "drift": float(np.abs(np.diff(outputs, axis=1)).mean() / np.ptp(outputs[:, 0])),
        "first": np.mean([mode["times"][0] for mode in modes]) * dt,
        "second": np.mean([mode["times"][1] for mode in modes]) * dt,
        "dimension": float(components.shares[0]),
        "effects": np.mean([mode["selection"] @ mode["inputs"] for mode in modes], axis=0),
        "selection": np.mean([mode["selection"] for mode in modes], axis=0),
        "inputs": np.mean([mode["inputs"] for mode in modes], axis=0),
        "line": np.mean([mode["line"] for mode in modes], axis=0),
        "outputs": outputs[:, 0],
        "places": components.project(points[None])[0][:, 0],
    }


def slowest_mode(network: ns.Network, state: np.ndarray, inputs: np.ndarray) -> dict[str, np.ndarray]:
    """Mode along the line of the map r' = tanh(W r + W_in u + b) at a state, scaled so that the output changes by 1.

    It is the mode with the real eigenvalue nearest to 1: at rest, not rotating. "times" are time constants in steps of this
    mode and of the slowest other, "line" is the right eigenvector, "selection" the left
    one, and "inputs" the two vectors by which a unit of evidence changes the rates in one step.
    """
    weights = network.recurrent.dense()
    slope = 1.0 - np.tanh(weights @ state + network.input_weights @ inputs + network.bias) ** 2
    values, right = np.linalg.eig(slope[:, None] * weights)
    along_line = int(np.where(values.imag == 0.0, np.abs(values - 1.0), np.inf).argmin())
    order = np.array([along_line, *(k for k in np.argsort(-np.abs(values)) if k != along_line)])
    left = np.linalg.inv(right)[order[0]]
    line = right[:, order[0]]
    along = (network.readout_weights @ line)[0]
    real = values[order[0]].imag == 0.0
    return {
        "times": 1.0 / np.abs(np.log(np.abs(values[order[:2]]))),
        "line": (line / along).real if real else np.full(len(line), np.nan),
        "selection": (left * along).real if real else np.full(len(line), np.nan),
        "inputs": slope[:, None] * network.input_weights[:, :2],
    }


def mechanisms(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Three terms of Δ(s·i) between contexts for each stream, and how much its input vector changes in length.

    With means over contexts s̄ and ī and the line attractor as the direction ∥, Δ(s·i) = s̄·Δi∥ + s̄·Δi⊥ + Δs·ī.
    """
    line = lines[0]["line"] / np.linalg.norm(lines[0]["line"]) + lines[1]["line"] / np.linalg.norm(
        lines[1]["line"]
    )
    line = line / np.linalg.norm(line)
    terms, lengths = np.empty((2, 3)), np.empty(2)
    for stream in (0, 1):
        on, off = lines[stream], lines[1 - stream]
        change = on["inputs"][:, stream] - off["inputs"][:, stream]
        middle = 0.5 * (on["inputs"][:, stream] + off["inputs"][:, stream])
        selection, turned = 0.5 * (on["selection"] + off["selection"]), on["selection"] - off["selection"]
        parallel = line * (line @ change)
        terms[stream] = selection @ parallel, selection @ (change - parallel), turned @ middle
        lengths[stream] = np.linalg.norm(off["inputs"][:, stream]) / np.linalg.norm(on["inputs"][:, stream])
    return {"terms": terms, "lengths": lengths}


def compute(settings: Settings, work: Work) -> dict[str, Any]:
    """All networks."""
    return {
        "networks": work.sweep(
            "networks",
            select,
            size=settings["network.size"],
            epochs=settings["training.epochs"],
            tested=settings["test.trials"],
            count=settings["test.points"],
            seed=range(settings["network.networks"]),
        )
    }


def claims(settings: Settings) -> list[Claim]:
    """What the paper says about choices and mechanism, and what follows exactly from the task."""
    task = ns.tasks.NoiseIntegration(streams=2)
    paper, exact = (
        "Mante et al. (2013), the network model",
        "exact: the target is the running sum of the stream",
    )
    del settings
    return [
        Claim("error", "Mean squared error in new trials, after 1.3 million.", 0.00024,
              "tutorials on computation through dynamics, contextual integrator: error of one network in a fresh batch",
              AtMost("the published network is one; ours are other starts"),
              known="six networks have 0.00030 to 0.00040 after the published number of updates, of which the quick form has a "
              "fifth"),
        Claim("threshold", "Bias at which 84 % of the choices follow the relevant stream, mean of both contexts.",
              task.noise / np.sqrt(task.duration), "exact: integral of noise against that of the bias, Φ(b √T / σ)",
              Within("an error of the output of 5 %, and sampling of half of the trials", relative=0.15)),
        Claim("irrelevant stream", "Effect of the irrelevant bias on choices, relative to that of the relevant one.",
              0.0, paper, Within("two standard errors of a correlation in 1000 trials", absolute=0.1)),
        Claim("memory", "Without evidence the output stays: its change in one trial length, relative to its range.",
              0.1, f"{paper}: a line attractor in each context",
              AtMost("a tenth of the range; states would lose what they hold within a few time constants otherwise")),
        Claim("one slow direction", "The slowest mode outlasts the trial, all others decay within half a trial.", None,
              paper, Holds("in both contexts, mean of states along the line", share=0.8),
              known="of six networks of the full form one has other modes that last 0.5 to 0.8 of a trial, and two have a second "
              f"slow one, of 0.6 to 30 trials; {SHORT}"),
        Claim("a line", "Share of the variance of the states that remain along one direction.", 0.8,
              f"{paper}: approximate line attractors", AtLeast("the line may be curved")),
        Claim("relevant input", "Selection vector times input vector: output that a unit of evidence leaves behind.",
              1.0, exact, Within("linearization at states along the line", relative=0.15), known=SHORT),
        Claim("irrelevant input", "The same for the stream that the context does not name: orthogonal to it.",
              0.0, exact, Within("linearization at states along the line", absolute=0.15), known=SHORT),
        Claim("not gated", "Length of the input vector of a stream when irrelevant, relative to when relevant.", None,
              f"{paper}: irrelevant input is not filtered out before integration",
              Between(0.5, 2.0, "a gate would make it much smaller")),
        Claim("three terms", "Direct and indirect input modulation and the change of the selection vector add up.",
              1.0, "exact: Pagan et al. (2025), Δ(s·i) = s̄·Δi∥ + s̄·Δi⊥ + Δs·ī; the task demands 1 − 0",
              Within("linearization at states along the line", relative=0.2),
              known=SHORT),
        Claim("selection vector", "Share of the three terms that is the change of the selection vector.", 0.5,
              f"{paper}: context changes what is selected rather than the input",
              AtLeast("more than the two kinds of input modulation together")),
    ]  # fmt: skip


def estimates(found: dict[str, Any], settings: Settings) -> dict[str, Estimate]:
    """Our numbers, by claim."""
    del settings
    table = found["networks"]
    effects, length = table["effects"], ns.tasks.NoiseIntegration(streams=2).duration
    terms = table["terms"].mean(axis=1)
    slow = (table["first"] > length) & (table["second"] < 0.5 * length)
    return {
        "error": over_networks(table["error"]),
        "threshold": over_networks(table["threshold"].mean(axis=1)),
        "irrelevant stream": over_networks(table["ignored"].mean(axis=1)),
        "memory": over_networks(table["drift"].mean(axis=1)),
        "one slow direction": share_of_networks(slow.all(axis=1)),
        "a line": over_networks(table["dimension"].mean(axis=1)),
        "relevant input": over_networks(0.5 * (effects[:, 0, 0] + effects[:, 1, 1])),
        "irrelevant input": over_networks(0.5 * (effects[:, 0, 1] + effects[:, 1, 0])),
        "not gated": over_networks(table["lengths"].mean(axis=1)),
        "three terms": over_networks(terms.sum(axis=1)),
        "selection vector": over_networks(terms[:, 2] / terms.sum(axis=1)),
    }


def draw_choices(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Choices by the bias of either stream in both contexts, mean of networks."""
    del settings
    shares = found["networks"]["shares"].mean(axis=0)
    rank = (np.arange(LEVELS) + 0.5) / LEVELS
    for context in (0, 1):
        for stream in (0, 1):
            label = f"stream {stream}, {'relevant' if stream == context else 'irrelevant'}"
            style = "o-" if stream == context else "s--"
            ax.plot(
                rank, shares[context, stream], style, ms=3, color=ns.plotting.COLORS[context], label=label
            )
    ax.set(xlabel="bias of the stream (rank)", ylabel="share of positive choices", ylim=(0.0, 1.0))
    ax.legend(fontsize=7, title="one color for each context", title_fontsize=7)


def draw_lines(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """States that remain without evidence, along their first component, against the output."""
    del settings
    table = found["networks"]
    for context in (0, 1):
        places, outputs = table["places"][0, context], table["outputs"][0, context]
        sign = np.sign(np.corrcoef(places, outputs)[0, 1])
        ax.plot(outputs, sign * places, ".", color=ns.plotting.COLORS[context], label=f"context {context}")
    ax.set(xlabel="output that is held", ylabel="state along PC 1")
    ax.legend(fontsize=8)


def draw_terms(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Three terms of the difference between contexts, a dot for each network and stream."""
    del settings
    terms = found["networks"]["terms"].reshape(-1, 3)
    for k in range(3):
        ax.plot(k + np.linspace(-0.15, 0.15, len(terms)), terms[:, k], "o", ms=4, color=ns.plotting.COLORS[k])
    ax.axhline(0.0, color="0.6", lw=0.8)
    ax.set_xticks(range(3), ["direct input\nmodulation", "indirect input\nmodulation", "selection\nvector"])
    ax.set(ylabel="contribution to Δ(s·i)")


STUDY = Study(
    name="mante2013",
    paper=Paper(
        "Mante et al. 2013",
        "Context-dependent computation by recurrent dynamics in prefrontal cortex",
        "Nature 503, 78-84",
        """
@article{mante2013context,
  author  = {Mante, Valerio and Sussillo, David and Shenoy, Krishna V. and Newsome, William T.},
  title   = {Context-dependent computation by recurrent dynamics in prefrontal cortex},
  journal = {Nature},
  volume  = {503},
  pages   = {78--84},
  year    = {2013},
  doi     = {10.1038/nature12742}
}
""",
    ),
    question="How can the same evidence count in one context and be ignored in another? A trained network integrates "
    "along a line attractor in each context, and a selection vector orthogonal to the irrelevant input leaves it out.",
    reproduced="choices in two contexts, line attractors, selection vectors, and three terms of selection",
    method="""The map r' = tanh(W r + W_in u + b) of 100 units receives two streams of white noise, each with a small
bias, and which of them counts. Its target at every step is the running sum of that stream: the contextual integrator
of the tutorials that go with Sussillo's work, with their training. Choices are the sign of the last output.

After trials the evidence is switched off while the context stays on. States that remain are linearized: the slowest
right eigenvector is the line, the left one the selection vector, scaled so that the output changes by 1 along the line.
Its product with an input vector is the output that a unit of evidence leaves behind: 1 for the stream that counts,
0 for the other, by the definition of the task. The difference between contexts is divided into three terms.""",
    settings=SETTINGS,
    quick=QUICK,
    minutes=(5.0, 0.5),
    compute=compute,
    claims=claims,
    estimates=estimates,
    figures=[
        Figure("choices", "Choices by the bias of either stream in both contexts, mean of networks",
               "Psychometric curves of the model, steep for the relevant and flat for the irrelevant evidence.",
               draw_choices),
        Figure("lines", "States that one network holds without evidence, in both contexts",
               "Line attractors in a state space of choice, motion and color, one for each context.", draw_lines),
        Figure("terms", "What makes a stream count more in its own context: a dot for each network and stream",
               "No such figure: Pagan et al. (2025) divide the difference in this way.", draw_terms),
    ],
    deviations={
        "network and training": "Those of the published tutorials: parameters of the paper's own network, trained by "
        "Hessian-free optimization, are not among our sources.",
        "target": "The running sum at every step, not a choice at the end. With choices only, in trials of three "
        "coherences and little noise, networks learn the choices with a single slow point in place of a line.",
    },
    equations={
        "r' = tanh(W r + W_in u + b)": "ns.Network.for_task(ns.tasks.NoiseIntegration(streams=2))",
        "choices over evidence": "ns.analysis.psychometric_curve(bias, choices)",
        "selection vector at a fixed point": "ns.analysis.fixed_points(...).selection_vector(k)",
        "Δ(s·i) = s̄·Δi∥ + s̄·Δi⊥ + Δs·ī": "neurosim.studies.mante2013.mechanisms",
    },
    change={
        "Larger networks:": "--set network.size=200",
        "Shorter training:": "--set training.epochs=30",
    },
)  # fmt: skip
