"""Beltrame (2023): the network of a thesis, trained on Go alone, and the fixed points that it did not find."""

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
    Within,
    Work,
    over_networks,
    share_of_networks,
)

SETTINGS = {
    "network": {"size": 256, "networks": 3},
    "training": {"epochs": 20, "updates": 100},
    "test": {"trials": 200, "directions": 32, "starts": 8},
    # in time constants
    "hold": 400.0,
}
QUICK = {
    "network.size": 48,
    "network.networks": 2,
    "training.epochs": 8,
    "test.directions": 4,
    "test.trials": 100,
}
DT, TAU = 20.0, 100.0
ONSET, DUE = 30, 65
"""Steps of the stimulus and of the answer in the trials of the thesis."""
EPOCHS = ("fixation", "stimulus", "response")


def perform(
    network: ns.Network, batch: ns.tasks.Trials, noise: Any, carry: bool, rng: Any
) -> tuple[Any, Any]:
    """Rates and outputs after each step: trials from r = 0, or one after the other as a single long one."""
    drive = batch.inputs.reshape(1, -1, batch.inputs.shape[2]) if carry else batch.inputs
    run = ns.simulate(network, drive.shape[1] * DT, DT, inputs=drive, trials=len(drive), noise=noise, rng=rng,
                      progress=False)  # fmt: skip
    shape = (len(batch), batch.steps, -1)
    return run.rates[:, 1:].reshape(shape), run.outputs[:, 1:].reshape(shape)


def rounds_of_directions(task: Any, directions: int) -> ns.tasks.Trials:
    """Noiseless trials with the timing of the thesis, one for each direction on either ring."""
    angles = np.tile(2.0 * np.pi * np.arange(directions) / directions, 2)
    rings = np.repeat(np.eye(2), directions, axis=0)[:, None]
    return task.replace(noise=0.0).psychometric_trials(
        DT, directions=angles, strengths=rings, fixation=600.0, stimulus=700.0, response=500.0
    )


def hold(network: ns.Network, inputs: np.ndarray, states: np.ndarray, duration: float) -> np.ndarray:
    """States while constant inputs are held, shape (trials, steps + 1, units)."""
    held = np.repeat(inputs[:, None], round(duration / DT), axis=1)
    run = ns.simulate(network, duration, DT, inputs=held, trials=len(held), initial_state=states, noise=None,
                      progress=False)  # fmt: skip
    return np.asarray(run.states)


def goals(found: Any, inputs: np.ndarray, states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fixed point under each input that is nearest to a state, and its eigenvalues."""
    points, eigenvalues = [], []
    for shown, state in zip(inputs, states, strict=True):
        one = next(each for each in found if np.array_equal(each.inputs, shown))
        nearest = np.linalg.norm(one.states - state, axis=1).argmin()
        points.append(one.states[nearest])
        eigenvalues.append(one.eigenvalues[nearest])
    return np.array(points), np.array(eigenvalues)


def decay_against_theory(distances: np.ndarray, leading: np.ndarray) -> float:
    """Measured rate of approach to the fixed points between 1e-4 and 1e-9, over ln|1 + λ dt| of the leading λ."""
    measured = []
    for course in distances:
        near = np.flatnonzero((course < 1e-4) & (course > 1e-9))
        measured.append(np.polyfit(near, np.log(course[near]), 1)[0] if len(near) > 2 else np.nan)
    return float(np.mean(measured / np.log(np.abs(1.0 + DT * leading))))


def around_the_ring(task: Any, network: ns.Network, point: np.ndarray, inputs: np.ndarray) -> Any:
    """Fixed points while the stimulus on ring 1 turns once; the bump enters as a bias, a smooth function of it."""

    def family(angle: float) -> ns.Network:
        bump = network.input_weights[:, 1:33] @ task.code.encode(angle)
        return network.replace(bias=network.bias + bump)

    rest = inputs * np.array([not name.startswith("ring") for name in task.inputs])
    return ns.analysis.continue_along_parameter(
        family, point, (0.0, 2.0 * np.pi), rest, step=0.05, progress=False
    )


def study_network(
    size: int,
    epochs: int,
    updates: int,
    tested: int,
    directions: int,
    starts: int,
    held: float,
    rng: Any,
    folder: Path,
) -> dict[str, Any]:
    """Train one network; its answers, biases, components of activity, and fixed points in every epoch."""
    task = ns.tasks.yang2019("go")
    trainer = ns.BPTT.for_task(task, epochs=epochs, trials_per_epoch=64 * updates)
    start = ns.Network.for_task(task, size=size, dtype="float32", rng=rng)
    training = trainer.fit(start, task, rng=rng, progress=False)
    network = training.network.astype("float64").replace(stepping=ns.Stepping(DT))
    network.save(folder / "network.npz")
    trials = task.replace(fixation=600.0, stimulus=700.0).trials(tested, DT, rng)
    rates, outputs = perform(network, trials, trainer.noise, True, rng)
    counted = trials.mask[0, :, 0] > 0.0
    groups = (trials.inputs, rates, outputs)
    biases = np.array([[each.mean(), each.var()] for each in (network.bias, network.readout_bias)])
    return {
        "accuracy": float(trials.accuracy(outputs).mean()),
        "noise": float(trials.inputs[..., 66:].std()),
        "biases": biases,
        "within": float(np.mean(np.abs(outputs - trials.targets)[:, counted] < 0.05)),
        "shares": np.array([ns.analysis.principal_components(values, 3).shares for values in groups]),
        **epoch_points(task, network, directions, starts, held * TAU, rng),
    }


def epoch_points(
    task: Any, network: ns.Network, directions: int, starts: int, held: float, rng: Any
) -> dict[str, Any]:
    """For every epoch: fixed points for each input, their stability, and the way to them if the input is held."""
    rounds = rounds_of_directions(task, directions)
    run = ns.simulate(
        network, **rounds.simulation, initial_state=np.zeros(network.size), noise=None, progress=False
    )
    quiet = np.asarray(run.states)
    search = ns.analysis.fixed_points_by_epoch(
        network, rounds, starts=starts, displacement=0.05, rng=rng, progress=False
    )
    numbers, courses, turned = [], [], []
    for epoch in EPOCHS:
        end = int(rounds.epochs[epoch][1][0])
        inputs, found = rounds.inputs[:, end - 1], search[epoch]
        states = hold(network, inputs, quiet[:, end], held)
        points, eigenvalues = goals(found, inputs, states[:, -1])
        distances = np.linalg.norm(states - points[:, None], axis=2)
        numbers.append([
            len(found),
            max(map(len, found)),
            sum(int((each.stable & each.certified).sum()) for each in found),
            TAU * eigenvalues[:, 0].real.max(),
            distances[:, 0].mean() / np.linalg.norm(points, axis=1).mean(),
            distances[:, -1].max(),
            decay_against_theory(distances, eigenvalues[:, 0]),
        ])  # fmt: skip
        courses.append(distances.mean(axis=0))
        if epoch != "fixation":
            branch = around_the_ring(task, network, points[0], inputs[0])
            gap = np.linalg.norm(branch.states[-1] - branch.states[0])
            turned.append([gap, branch.stable.all(), len(branch.bifurcations)])
    without = rounds.inputs[0, -1] * np.array([not name.startswith("ring") for name in task.inputs])
    anywhere = quiet[:, 9::20].reshape(-1, network.size)
    speed = TAU / DT * np.linalg.norm(np.diff(quiet, axis=1), axis=2).mean(axis=0)
    return {
        "epochs": np.array(numbers),
        "courses": np.array(courses),
        "turned": np.array(turned, dtype=float),
        "speed": speed,
        "alone": float(len(ns.analysis.fixed_points(network, without, anywhere, rng=rng, progress=False))),
    }


def compute(settings: Settings, work: Work) -> dict[str, Any]:
    """All networks."""
    table = work.sweep(
        "networks", study_network, memory=1.3e9, size=settings["network.size"], epochs=settings["training.epochs"],
        updates=settings["training.updates"], tested=settings["test.trials"],
        directions=settings["test.directions"], starts=settings["test.starts"], held=settings["hold"],
        seed=range(settings["network.networks"]),
    )  # fmt: skip
    return {"networks": table}


def claims(settings: Settings) -> list[Claim]:
    """Numbers of the thesis, what it concluded about fixed points, and exact values."""
    inputs = 2 * settings["test.directions"]
    trained = "the thesis does not say how long its network was trained; ours has 128,000 trials"
    exact = "exact: a state that holding an input leads to is a stable fixed point"
    return [
        Claim("accuracy", "Accuracy in trials with the timing of the thesis, one after the other.", 0.95,
              "Chapter 4: outputs follow their targets", AtLeast("the criterion of the code of Yang et al. (2019)")),
        Claim("noise of the inputs", "Standard deviation at each step.", float(0.01 * np.sqrt(10.0)),
              "exact: σ √(2 τ / dt)", Within("sampling", relative=0.02)),
        Claim("bias of the units", "Mean of the biases of the recurrent units.", 0.10, "Fig. 4.2",
              Within("another network; half of the value", relative=0.5), known=trained),
        Claim("bias of the outputs", "Mean of the biases of the outputs.", -0.45, "Fig. 4.2",
              Within("another network; half of the value", relative=0.5), known=trained),
        Claim("residuals", "Share of residuals below 0.05 where they count.", 0.9, "Fig. 4.7: mean residual 0.01",
              AtLeast("the band that the thesis draws"),
              known="the quick form, 48 units after 51,200 trials, has 0.85"),
        Claim("a plane for the units", "Share of the variance of the rates along three components.", 0.8,
              "Figs. 5.7 to 5.9; the percentages are blank there", AtLeast("three components are drawn"),
              known="networks of 256 units have 0.55 to 0.67, those of 48 in the quick form 0.85"),
        Claim("fixed points of the stimulus", "Stable, certified fixed points under the inputs of the stimulus epoch.",
              float(inputs), f"{exact}; the thesis found none",
              Within("one for each direction on either ring: exact", absolute=1e-9)),
        Claim("fixed points of the answer", "Stable, certified fixed points under the inputs of the answer.",
              float(inputs), f"{exact}; the thesis found none",
              Within("one for each direction on either ring: exact", absolute=1e-9)),
        Claim("held inputs", f"Largest distance from those points after the input was held for {settings['hold']:g} τ.", 1e-8, exact,
              AtMost("rounding; two independent computations of one state")),
        Claim("epochs are too short", "Distance from the point when the answer ends, relative to that point.", 0.05,
              "why the thesis found none: its answer lasts 5 τ", AtLeast("far from any tolerance of a search")),
        Claim("linear theory", "Measured rate of approach over that of the slowest mode, mean of both epochs.", 1.0,
              "exact: |1 + λ dt| for each step", Within("other slow modes", absolute=0.1)),
        Claim("around the ring", "The points of stimulus and answer form closed curves of stable points.", None,
              "continuation once around: exact", Holds("ends differ by less than 1e-6, no bifurcation, all stable")),
        Claim("no memory", "Fixed points while the network answers without a stimulus.", 1.0,
              "the stimulus stays on in Go, so that there is nothing to remember",
              Within("a ring attractor would have many", absolute=1e-9)),
    ]  # fmt: skip


def estimates(found: dict[str, Any], settings: Settings) -> dict[str, Estimate]:
    """Our numbers, by claim."""
    del settings
    table = found["networks"]
    epochs, turned = table["epochs"], table["turned"]
    closed = (turned[..., 0] < 1e-6) & (turned[..., 1] == 1.0) & (turned[..., 2] == 0.0)
    return {
        "accuracy": over_networks(table["accuracy"]),
        "noise of the inputs": over_networks(table["noise"]),
        "bias of the units": over_networks(table["biases"][:, 0, 0]),
        "bias of the outputs": over_networks(table["biases"][:, 1, 0]),
        "residuals": over_networks(table["within"]),
        "a plane for the units": over_networks(table["shares"][:, 1].sum(axis=1)),
        "fixed points of the stimulus": over_networks(epochs[:, 1, 2]),
        "fixed points of the answer": over_networks(epochs[:, 2, 2]),
        "held inputs": over_networks(epochs[:, 1:, 5].max(axis=1)),
        "epochs are too short": over_networks(epochs[:, 2, 4]),
        "linear theory": over_networks(epochs[:, 1:, 6].mean(axis=1)),
        "around the ring": share_of_networks(closed.all(axis=1)),
        "no memory": over_networks(table["alone"]),
    }


def draw_hold(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Distance from the fixed point while the input is held, mean over directions."""
    del settings
    for k, epoch in enumerate(EPOCHS):
        course = found["networks"]["courses"][:, k].T
        ax.semilogy(np.arange(len(course)) * DT / TAU, course, color=ns.plotting.COLORS[k], lw=1.0)
        ax.plot([], [], color=ns.plotting.COLORS[k], label=epoch)
    ax.set(xlabel="time with the input held (τ)", ylabel="|r − r*|", ylim=(1e-14, 1e2), xlim=(0.0, 300.0))
    ax.legend(fontsize=8)


def draw_speed(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Speed in trials without noise."""
    del settings
    ax.semilogy(found["networks"]["speed"].T, color=ns.plotting.COLORS[0], lw=1.0)
    for step in (ONSET, DUE):
        ax.axvline(step - 1, color=ns.plotting.COLORS[1], ls="--", lw=1.0)
    ax.set(xlabel="step", ylabel="|τ dr/dt|")


def draw_shares(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Variance along the first three components of inputs, rates and outputs."""
    del settings
    shares = 100.0 * found["networks"]["shares"]
    for k, name in enumerate(("inputs", "units", "outputs")):
        ax.plot(np.arange(3) + 0.1 * (k - 1), shares[:, k].T, "os^"[k], color=ns.plotting.COLORS[k])
        ax.plot([], [], "os^"[k], color=ns.plotting.COLORS[k], label=name)
    ax.set_xticks(range(3), ["PC 1", "PC 2", "PC 3"])
    ax.set(ylabel="share of the variance (%)", ylim=(0.0, None))
    ax.legend(fontsize=8)


STUDY = Study(
    name="beltrame2023",
    paper=Paper(
        "Beltrame 2023",
        "Thesis on a network trained on the task Go of Yang et al. (2019)",
        "thesis",
        """
@mastersthesis{beltrame2023,
  author = {Beltrame},
  title  = {Thesis on a network trained on the task {Go} of {Yang} et al. (2019)},
  year   = {2023},
  note   = {Title and school as described, not as printed}
}
""",
    ),
    question="Does a network that answers a stimulus have fixed points in each epoch of its task? The thesis found none "
    "for stimulus and answer; there is one for each direction, and its epochs were too short to reach them.",
    reproduced="numbers of the thesis, its blanks, and the fixed points of every epoch",
    method="""A network of 256 softplus units in rate form with published settings learns Go: 200 trials of 90 steps,
stimulus from step 30, answer from step 65, performed one after the other without a reset, as in the thesis.

The thesis solves F(r, u, ξ) = 0 with noise and takes speed at the end of an epoch as the sign of a fixed point. Here
noise is 0 and u is what the epoch shows. Points are found by Newton's method and certified, and the input is held for
200 τ: the state that is then reached is a stable fixed point. Both have to be the same. The points are followed
while the stimulus turns once, and sought without a stimulus. The tutorial 14 draws all figures of the thesis.""",
    settings=SETTINGS,
    quick=QUICK,
    minutes=(8.0, 0.6),
    compute=compute,
    claims=claims,
    estimates=estimates,
    figures=[
        Figure("hold", "Distance from the fixed point while the input of an epoch is held, a line for each network",
               "No such figure: the thesis shows speeds, and that its search ended far from its starts.", draw_hold),
        Figure("speed", "Speed in noiseless trials; dashed: stimulus and answer begin",
               "Speed along a trial, near zero only around step 30.", draw_speed),
        Figure("shares", "Variance along the first principal components of inputs, rates and outputs",
               "Figs. 5.4 to 5.9 show the components; their shares are blank (XX %).", draw_shares),
    ],
    deviations={
        "length of training": "2000 updates; that of the thesis is not known.",
        "loss": "Errors are weighted as in Eq. 3.8, m · error²; the code of Yang et al. has (m · error)². Their mean, "
        "not their sum, and without the first 100 ms, as in the code.",
        "stability": "A mode decays where Re λ < 0; the thesis has it the other way, with the limit 1 of a map.",
    },
    equations={
        "τ dr/dt = −r + softplus(W r + W_in u + b + ξ)": 'ns.Network.for_task(ns.tasks.yang2019("go"))',
        "F(r, u) = 0 in each epoch": "ns.analysis.fixed_points_by_epoch(network, trials)",
        "fixed points around the ring": "ns.analysis.continue_along_parameter",
        "principal components": "ns.analysis.principal_components(rates, 3)",
    },
    change={
        "Smaller networks:": "--set network.size=100",
        "Longer training:": "--set training.epochs=60",
    },
)  # fmt: skip
