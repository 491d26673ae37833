"""Hardy et al. (2018): one learned trajectory at two speeds gives all speeds between, and faster is more precise."""

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
    "network": {"size": 800, "gain": 1.6, "networks": 10},
    "training": {"trials": 60, "control_trials": 30, "readout_trials": 10, "dt": 1.0, "every": 5},
    # of each step of 1 ms in the drive of each unit, for 1800 units; less in smaller networks, see the deviations
    "test": {"trials": 20, "noise": 0.25},
}
QUICK = {
    "network.size": 400,
    "network.networks": 2,
    "training.trials": 40,
    "training.control_trials": 20,
    "training.dt": 2.5,
    "training.every": 2,
}
SPEEDS = np.array([0.5, 2.0 / 3.0, 1.0, 1.5, 2.0])
"""Speeds that are tested; 0.5 and 2 are trained."""
TRAINED = {"two speeds": (0.5, 2.0), "one speed": (1.0,)}
PUBLISHED_SIZE = 1800
SMOOTH, APART, HEIGHT = 150.0, 125.0, 0.2
"""Width of the moving average in ms, least distance of two taps in ms, and least height and prominence of one."""
SAMPLES = 200
"""Points of the outputs that are kept for the figure."""


def scale(
    kind: str,
    size: int,
    gain: float,
    trials: int,
    readout_trials: int,
    dt: float,
    every: int,
    tested: int,
    noise: float,
    rng: Any,
    folder: Path,
) -> dict[str, Any]:
    """Train one network at the speeds of its kind, the readout at the fastest, and let it tap at all five."""
    speeds = TRAINED[kind]
    task = ns.tasks.ScaledSequence(speeds=speeds)
    start = ns.Network.for_task(task, size=size, connectivity=ns.Gaussian(gain), rng=rng)
    innate = ns.Trainer.for_task(
        task, trials=trials, readout_trials=1, conditions=len(speeds), dt=dt, every=every
    )
    learned = innate.fit(start, task, rng=rng, progress=False).network
    readout = ns.trainers.Ridge(trials=readout_trials, dt=dt, regularization=innate.regularization,
                                noise=innate.stepping(start).noise)  # fmt: skip
    network = readout.fit(learned, task.replace(speeds=speeds[-1:]), rng=rng, progress=False).network
    network.save(folder / "network.npz")
    density = noise * np.sqrt(size / PUBLISHED_SIZE)
    outputs = [tap(network, task, speed, tested, dt, density, rng) for speed in SPEEDS]
    times = np.array([tap_times(each, dt, len(task.taps)) for each in outputs])
    return {
        "times": times,
        "examples": np.array(
            [each[0, np.linspace(0, each.shape[1] - 1, SAMPLES).astype(int)] for each in outputs]
        ),
        "ends": np.array([each.shape[1] * dt for each in outputs]),
        "slope": slope_of_nearest_times(network, task, dt, rng),
        "largest": float(ns.analysis.spectrum(network).eigenvalues.real.max()),
        **weber(times),
    }


def drive(task: Any, speed: float, dt: float) -> tuple[np.ndarray, int]:
    """Inputs of one trial, shape (steps, 2), with the speed input for 1.3 times the sequence; end of the cue."""
    cue, begin = round(task.fixation / dt), round((task.fixation + task.cue) / dt)
    inputs = np.zeros((begin + round(1.3 * task.duration / speed / dt), 2))
    inputs[cue:begin, 0] = task.amplitude
    inputs[cue:, 1] = task.level * speed
    return inputs, begin


def tap(
    network: ns.Network, task: Any, speed: float, trials: int, dt: float, noise: float, rng: Any
) -> np.ndarray:
    """Outputs since the end of the cue in trials from random states with noise, shape (trials, steps)."""
    inputs, begin = drive(task, speed, dt)
    run = ns.simulate(network, len(inputs) * dt, dt, inputs=np.repeat(inputs[None], trials, axis=0), trials=trials,
                      noise=ns.WhiteNoise(noise, target="input"), record="outputs", rng=rng, progress=False)  # fmt: skip
    return np.asarray(run.outputs)[:, begin + 1 :, 0]


def tap_times(outputs: np.ndarray, dt: float, taps: int) -> np.ndarray:
    """Times of the first peaks of each trial, shape (trials, taps), NaN where there are fewer."""
    from scipy.ndimage import uniform_filter1d
    from scipy.signal import find_peaks

    times = np.full((len(outputs), taps), np.nan)
    for row, smooth in zip(times, uniform_filter1d(outputs, round(SMOOTH / dt), axis=1), strict=True):
        peaks = find_peaks(smooth, height=HEIGHT, prominence=HEIGHT, distance=round(APART / dt))[0][:taps]
        row[: len(peaks)] = (peaks + 1) * dt
    return times


def weber(times: np.ndarray) -> dict[str, Any]:
    """Means and deviations of the taps in complete trials, and for each speed k and r² of Weber's law.

    The law is var = k T² + s²; r² is that of the deviations against the times.
    """
    complete = np.isfinite(times).all(axis=2)
    means, deviations = np.full((2, len(times), times.shape[2]), np.nan)
    k, r2 = np.full((2, len(times)), np.nan)
    for speed, kept in enumerate(complete):
        if kept.sum() < 3:
            continue
        means[speed], deviations[speed] = (
            times[speed, kept].mean(axis=0),
            times[speed, kept].std(axis=0, ddof=1),
        )
        k[speed] = np.polyfit(means[speed] ** 2, deviations[speed] ** 2, 1)[0]
        r2[speed] = np.corrcoef(means[speed], deviations[speed])[0, 1] ** 2
    return {"complete": complete.mean(axis=1), "means": means, "deviations": deviations, "k": k, "r2": r2}


def slope_of_nearest_times(network: ns.Network, task: Any, dt: float, rng: Any) -> float:
    """Slope of the time at which the fastest trajectory is nearest to the slowest one, against the time of that."""
    rates = []
    for speed in SPEEDS[[0, -1]]:
        inputs, begin = drive(task, speed, dt)
        run = ns.simulate(network, len(inputs) * dt, dt, inputs=inputs[None], noise=None, record="rates", rng=rng,
                          progress=False)  # fmt: skip
        every = round(10.0 / dt)
        rates.append(np.asarray(run.rates)[0, begin : begin + round(task.duration / speed / dt) : every])
    slow, fast = rates
    squares = (slow**2).sum(axis=1)[:, None] + (fast**2).sum(axis=1) - 2.0 * slow @ fast.T
    return float(np.polyfit(np.arange(len(slow)), squares.argmin(axis=1), 1)[0])


def compute(settings: Settings, work: Work) -> dict[str, Any]:
    """Networks that learn two speeds, and those that learn one."""
    shared = {name: settings[f"network.{name}"] for name in ("size", "gain")}
    shared |= {name: settings[f"training.{name}"] for name in ("readout_trials", "dt", "every")}
    shared |= {"tested": settings["test.trials"], "noise": settings["test.noise"]}
    seeds = range(settings["network.networks"])
    return {
        kind: work.sweep(kind.replace(" ", "-"), scale, kind=kind, trials=settings[f"training.{trials}"], **shared,
                         seed=seeds)
        for kind, trials in (("two speeds", "trials"), ("one speed", "control_trials"))
    }  # fmt: skip


def claims(settings: Settings) -> list[Claim]:
    """What the paper says of scaling, Weber's law and speed."""
    scaling, law, control = (
        "results: temporal scaling of networks that are trained at two speeds",
        "results: Weber's law and the Weber-speed effect in the model",
        "results: networks that are trained at one speed",
    )
    del settings
    return [
        Claim("five taps", "Share of noisy trials with five taps, mean of the five speeds.", 0.95, scaling,
              AtLeast("a noisy trial in twenty may lose a tap")),
        Claim("speed that was not trained", "Last tap at the speed 1 in ms, of networks trained at 0.5 and 2.",
              3500.0, f"{scaling}; the time is that of the target, scaled",
              Within("the input at speed 1 is interpolated by nothing but the network", relative=0.1)),
        Claim("factor of four", "Last tap at the speed 0.5 over that at the speed 2.", 4.0, scaling,
              Within("two trained speeds, of which the readout has seen one", relative=0.1)),
        Claim("in proportion", "Last tap times speed: largest over smallest mean of the five speeds.", 1.0, scaling,
              Within("a tenth either way at the speeds that were not trained", absolute=0.2)),
        Claim("one speed only", "The factor of networks trained at the speed 1: fit of last taps against speed.", 1.25,
              control, Between(1.0, 2.0, "nearer to no scaling at all than to a factor of four, in logarithms"),
              known="speeds at which no trial has five taps are left out of the fit"),
        Claim("same trajectory", "Slope of nearest times of the fastest trajectory against the slowest.", 0.25,
              "figure on the recurrent dynamics at different speeds",
              Within("exact for one trajectory at two speeds", absolute=0.03)),
        Claim("gated", "Without input the network is silent: largest real part of the eigenvalues of W.", 1.0,
              "methods: gated attractor", AtMost("linear stability of rest: exact")),
        Claim("Weber's law", "r² of the standard deviation of a tap against its time, mean of speeds.", 0.96,
              f"{law}; an example at speed 0.5",
              Between(0.75, 1.0, "five deviations on a line, each from 20 trials and thus with an error of 16 %")),
        Claim("faster is more precise", "Weber coefficient k at speed 0.5 over that at 2 is above 1.", None, law,
              Holds("in each network; the published test has p < 1e-13 for ten networks", share=0.8)),
        Claim("at the same time", "Relative deviation of a tap at one absolute time is larger at speed 0.5 than at 2.",
              None, law, Holds("interpolated in time where both have taps, mean of that range", share=0.8)),
    ]  # fmt: skip


def estimates(found: dict[str, Any], settings: Settings) -> dict[str, Estimate]:
    """Our numbers, by claim."""
    del settings
    two, one = found["two speeds"], found["one speed"]
    last = two["means"][..., -1]
    scaled = last * SPEEDS
    return {
        "five taps": over_networks(two["complete"].mean(axis=1)),
        "speed that was not trained": over_networks(last[:, 2]),
        "factor of four": over_networks(last[:, 0] / last[:, -1]),
        "in proportion": over_networks(scaled.max(axis=1) / scaled.min(axis=1)),
        "one speed only": over_networks([fitted_factor(each) for each in one["means"][..., -1]]),
        "same trajectory": over_networks(two["slope"]),
        "gated": over_networks(two["largest"]),
        "Weber's law": over_networks(two["r2"].mean(axis=1)),
        "faster is more precise": share_of_networks(two["k"][:, 0] > two["k"][:, -1]),
        "at the same time": share_of_networks([
            relative_excess(means, deviations) > 0.0
            for means, deviations in zip(two["means"], two["deviations"], strict=True)
        ]),
    }  # fmt: skip


def fitted_factor(last: np.ndarray) -> float:
    """Factor between last taps at the slowest and the fastest speed, on a straight line in logarithms."""
    there = np.isfinite(last)
    if there.sum() < 2:
        return np.nan
    slope = np.polyfit(np.log(SPEEDS[there]), np.log(last[there]), 1)[0]
    return float((SPEEDS[-1] / SPEEDS[0]) ** -slope)


def relative_excess(means: np.ndarray, deviations: np.ndarray) -> float:
    """Mean difference of deviation over time between the slowest and the fastest speed, at the same times."""
    times = np.linspace(means[0, 0], means[-1, -1], 50)
    slow, fast = (np.interp(times, means[speed], deviations[speed]) for speed in (0, -1))
    return float(np.mean((slow - fast) / times))


def draw_outputs(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Output of one network in a noisy trial at each speed, against time."""
    del settings
    table = found["two speeds"]
    for k in range(len(SPEEDS)):
        times = 1e-3 * np.linspace(0.0, table["ends"][0, k], SAMPLES)
        ax.plot(times, table["examples"][0, k] + 1.4 * k, color=ns.plotting.COLORS[k], lw=1.0)
        ax.plot(1e-3 * table["means"][0, k], np.full(table["means"].shape[2], 1.4 * k + 1.1), "k|", ms=5)
    ax.set_yticks(1.4 * np.arange(len(SPEEDS)), [f"{speed:.2g}" for speed in SPEEDS])
    ax.set(xlabel="time since the cue (s)", ylabel="speed, output at each", xlim=(0.0, None))


def draw_speeds(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Last taps against the speed, a line for each network."""
    del settings
    for kind, color, marker in (
        ("two speeds", ns.plotting.COLORS[0], "o"),
        ("one speed", ns.plotting.COLORS[1], "s"),
    ):
        ax.loglog(SPEEDS, 1e-3 * found[kind]["means"][..., -1].T, marker + "-", color=color, ms=4, lw=0.8)
        ax.plot([], [], marker + "-", color=color, label=f"trained at {kind}")
    ax.plot(SPEEDS, 3.5 / SPEEDS, "k--", lw=1.0, label="in proportion")
    ax.set_xticks(SPEEDS, [f"{speed:.2g}" for speed in SPEEDS], minor=False)
    ax.set_xticks([], minor=True)
    ax.set_yticks([2.0, 4.0, 8.0], ["2", "4", "8"])
    ax.set_yticks([], minor=True)
    ax.set(xlabel="speed", ylabel="time of the last tap (s)")
    ax.legend(fontsize=8)


def draw_weber(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Standard deviation of a tap against its time, mean of networks, for each speed."""
    del settings
    table = found["two speeds"]
    for k, speed in enumerate(SPEEDS):
        means, deviations = (table[name][:, k].mean(axis=0) for name in ("means", "deviations"))
        ax.plot(
            1e-3 * means,
            deviations,
            "os^Dv"[k] + "-",
            ms=4,
            lw=0.8,
            color=ns.plotting.COLORS[k],
            label=f"{speed:.2g}",
        )
    ax.set(xlabel="time of the tap (s)", ylabel="standard deviation (ms)", xlim=(0.0, None), ylim=(0.0, None))
    ax.legend(fontsize=8, title="speed")


STUDY = Study(
    name="hardy2018",
    paper=Paper(
        "Hardy et al. 2018",
        "A model of temporal scaling correctly predicts that motor timing improves with speed",
        "Nat. Commun. 9, 4732",
        """
@article{hardy2018model,
  author  = {Hardy, Nicholas F. and Goudar, Vishwa and Romero-Sosa, Juan L. and Buonomano, Dean V.},
  title   = {A model of temporal scaling correctly predicts that motor timing improves with speed},
  journal = {Nature Communications},
  volume  = {9},
  pages   = {4732},
  year    = {2018},
  doi     = {10.1038/s41467-018-07161-6}
}
""",
    ),
    question="A learned movement can be made faster or slower: how does a network that keeps time change its speed? One "
    "trajectory that is learned at two speeds is run through at all speeds between, at the command of a constant input, "
    "and its timing is more precise the faster it is.",
    reproduced="five taps over a factor of four in speed, Weber's law, and its dependence on speed",
    method="""The noise-free trajectory of a chaotic network after a cue, 2 s long, is recorded with a constant input
that stands for speed 2. The recurrent weights then learn by recursive least squares to follow it at this speed, and
stretched to 8 s with a quarter of that input, in turn; afterward rates have to be zero. A readout learns five taps at the
fast speed only. Networks of a control learn one speed.

Then the network taps with noise, from random states, at five levels of the input. Taps are the first five peaks of the
smoothed output that stand out. Their standard deviations are compared with Weber's law var = k T² + s², for each speed.""",
    settings=SETTINGS,
    quick=QUICK,
    minutes=(28.0, 0.7),
    compute=compute,
    claims=claims,
    estimates=estimates,
    figures=[
        Figure("outputs", "Output of one network at five speeds in trials with noise; bars: mean times of the taps",
               "Outputs at five levels of the speed input, the same five peaks compressed or stretched.", draw_outputs),
        Figure("speeds", "Time of the last tap against the speed, a line for each network",
               "Speed factor over the speed input: networks trained at two speeds scale in proportion, those trained at "
               "one hardly at all.", draw_speeds),
        Figure("weber", "Standard deviation of each tap against its time, mean of networks",
               "Standard deviation over time is a line for each speed, the steeper the slower.", draw_weber),
    ],
    deviations={
        "size": "800 units that are all connected, with themselves too, for 1800 of which each has 360 inputs. The "
        "inverse correlation matrix of recursive least squares is then one for all units: a correction costs 1 ms "
        "instead of 0.3 s.",
        "noise": "In tests the published 0.25 times √(N / 1800): private noise averages out over the inputs of a unit, "
        "and in smaller networks with 0.25 some trials leave the trajectory at slow speeds.",
        "readout": "Ridge regression on ten trials, which has the solution of recursive least squares; it has a bias, "
        "where in the paper the mean of the target is subtracted.",
        "taps": "A tap also stands out by 0.2 from what surrounds it. At speed 0.5 a bump lasts for a second, and the noise of 800 "
        "units makes two maxima of it; counted twice, as in the first full form, they gave three of ten networks a factor below 3.",
        "rest": "Zero rates are trained until 500 ms after the slow sequence, for 6.5 s after the fast one; 30 s in the "
        "paper.",
        "quick form": "400 units, two networks, two thirds of the training, and steps of 2.5 ms where there are 1 ms.",
    },
    equations={
        "τ dx/dt = −x + W r + W_in y + noise, r = tanh(x)": "ns.Network.for_task(ns.tasks.ScaledSequence())",
        "innate trajectory, stretched": 'ns.trainers.Innate(conditions=2, speed="speed")',
        "readout at the fast speed": "ns.trainers.Ridge(trials=10).fit(network, task.replace(speeds=(2.0,)))",
        "var = k T² + s²": "neurosim.studies.hardy2018.weber",
    },
    change={
        "The published noise:": "--set test.noise=0.375",
        "Smaller networks:": "--set network.size=300",
    },
)  # fmt: skip
