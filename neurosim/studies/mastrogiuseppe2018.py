"""Mastrogiuseppe & Ostojic (2018): structure of rank one in a random network, its transitions, and tasks that it solves."""

from __future__ import annotations

from typing import Any

import numpy as np

import neurosim as ns
from neurosim.constructed import context_discrimination, go_no_go, noisy_detection
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
    "structure": {"mean_m": 1.1, "mean_n": 2.0},
    "overlaps": {"gains": [0.0, 0.5, 1.0, 1.5, 1.9, 2.3, 2.6], "size": 2000, "networks": 10, "duration": 200.0,
                 "discard": 60.0},
    "go": {"size": 2500, "networks": 6},
    "detection": {"size": 2500, "networks": 4, "trials": 80},
    "context": {"size": 2500, "networks": 4, "trials": 40},
    "dt": 0.1,
}  # fmt: skip
QUICK = {
    "overlaps.size": 1000,
    "overlaps.networks": 6,
    "overlaps.duration": 150.0,
    "go.size": 1500,
    "go.networks": 4,
    "detection.size": 1000,
    "detection.networks": 3,
    "detection.trials": 60,
    "context.size": 1000,
    "context.networks": 3,
}


TRANSITIONS = (
    "g = 1.8 to 2.14 is narrow: of networks of some thousand units some are still stationary there, others already "
    "without overlap."
)


def vectors(size: int, seed: int) -> np.ndarray:
    """Two Gaussian vectors of exactly zero mean, unit variance and no covariance."""
    drawn = np.random.default_rng(seed).standard_normal((size, 2))
    # the first column stands for the constant vector, to which the other two are made orthogonal
    orthonormal, _ = np.linalg.qr(np.column_stack([np.ones(size), drawn]))
    return np.sqrt(size) * orthonormal[:, 1:].T


def network(gain: float, mean_m: float, mean_n: float, size: int, seed: int) -> ns.Network:
    """J = g χ + m nᵀ/N, with Gaussian m and n of unit variance; networks of one seed share them and χ."""
    m, n = np.array([[mean_m], [mean_n]]) + vectors(size, seed)
    return ns.Network(ns.LeakyCurrent("tanh", tau=1.0), ns.Gaussian(gain) + ns.LowRank(m, n), size, rng=seed)


def ideal(mean_m: float, mean_n: float) -> ns.Network:
    """Network whose m and n have exactly these means, unit variance and no covariance, for the theory."""
    m, n = mean_m + np.array([-1.0, 1.0, -1.0, 1.0]), mean_n + np.array([-1.0, -1.0, 1.0, 1.0])
    return ns.Network(ns.LeakyCurrent("tanh"), ns.LowRank(np.tile(m, 25), np.tile(n, 25)), 100, rng=0)


def overlaps(
    gain: float,
    mean_m: float,
    mean_n: float,
    size: int,
    duration: float,
    discard: float,
    dt: float,
    seed: int,
) -> dict[str, Any]:
    """Overlap κ = n·φ/N from both starts ±m, share of the variance that fluctuates in time, and the outlier."""
    chosen = network(gain, mean_m, mean_n, size, seed)
    m, n = chosen.recurrent.left[:, 0], chosen.recurrent.right[:, 0]
    run = ns.simulate(chosen, duration, dt, "rk4", initial_state=np.stack([m, -m]), every=5, progress=False)
    kappa = np.asarray(run.rates) @ n
    late = run.times > discard
    states = np.asarray(run.states)[0, late]
    # a sixth between the halves is left out, after which fluctuations are forgotten
    part = 5 * len(states) // 12
    frozen = np.cov(states[:part].mean(axis=0), states[-part:].mean(axis=0))[0, 1]
    return {
        "kappa": float(kappa[0, late].mean()),
        "mirror": float(kappa[1, late].mean()),
        "fluctuating": float(1.0 - frozen / np.mean((states - states.mean()) ** 2)),
        "course": kappa[0, : int(100.0 / (5 * dt))],
    }


def outlier(mean_m: float, mean_n: float, size: int, seed: int) -> dict[str, Any]:
    """Rightmost eigenvalue of the weights at g = 1, minus m·n/N of this network."""
    chosen = network(1.0, mean_m, mean_n, size, seed)
    left, right = chosen.recurrent.left[:, 0], chosen.recurrent.right[:, 0]
    return {"difference": float(chosen.recurrent.eigenvalues().real.max() - left @ right)}


def go(size: int, dt: float, seed: int) -> dict[str, Any]:
    """Readout at the end of a Go and of a No-go stimulus."""
    drawn = ns.tasks.GoNoGo().trials(20, dt, rng=seed)
    _, first = np.unique(drawn.conditions["go"], return_index=True)
    trials = drawn[first]
    answer = trials.align(
        ns.simulate(go_no_go(size, rng=seed), **trials.simulation, rng=seed, progress=False)
    )[..., 0]
    end = int(drawn.epochs["stimulus"][1][0]) - 1
    return {"no_go": float(answer[0, end]), "go": float(answer[1, end]), "course": answer}


def detection(size: int, trials: int, dt: float, seed: int) -> dict[str, Any]:
    """Share of trials that are detected, for each strength of the stimulus."""
    batch = ns.tasks.NoisyDetection().trials(trials, dt, rng=seed)
    run = ns.simulate(noisy_detection(size, rng=seed), **batch.simulation, rng=seed, progress=False)
    said = batch.align(run)[:, -50:, 0].mean(axis=1) > 0.0
    strengths = batch.conditions["strength"]
    return {"detected": np.array([said[strengths == c].mean() for c in ns.tasks.NoisyDetection().strengths])}


def context(size: int, trials: int, dt: float, seed: int) -> dict[str, Any]:
    """Share of correct trials in context A and in context B."""
    batch = ns.tasks.ContextDiscrimination().trials(trials, dt, rng=seed)
    run = ns.simulate(context_discrimination(size, rng=seed), **batch.simulation, rng=seed, progress=False)
    correct, told = batch.accuracy(run), batch.conditions["context"]
    return {"a": float(correct[told == 0].mean()), "b": float(correct[told == 1].mean())}


def compute(settings: Settings, work: Work) -> dict[str, Any]:
    """All networks, the largest first."""
    s, dt = settings, settings["dt"]
    structure = {"mean_m": s["structure.mean_m"], "mean_n": s["structure.mean_n"]}

    def task(part: str) -> dict[str, Any]:
        return {"size": s[f"{part}.size"], "seed": range(s[f"{part}.networks"])}

    return {
        "context": work.sweep("context", context, trials=s["context.trials"], dt=4 * dt, **task("context")),
        "overlaps": work.sweep("overlaps", overlaps, gain=s["overlaps.gains"], **structure, dt=dt,
                               duration=s["overlaps.duration"], discard=s["overlaps.discard"], **task("overlaps")),
        "detection": work.sweep("detection", detection, memory=1e9, trials=s["detection.trials"], dt=dt,
                                **task("detection")),
        "go": work.sweep("go", go, dt=dt, **task("go")),
        "outlier": work.sweep("outlier", outlier, **structure, size=400, seed=range(6)),
    }  # fmt: skip


def states(settings: Settings, gain: float) -> Any:
    """Stable state of the theory with the largest overlap."""
    found = ns.theory.branches(ideal(settings["structure.mean_m"], settings["structure.mean_n"]), gain=gain)
    return max((state for state in found if state.stable), key=lambda state: state.overlap)


def claims(settings: Settings) -> list[Claim]:
    """What the paper and the authors' code say."""
    s, code = settings, "code of the authors, 1_Spontaneous/main_mf.py, parameters of Fig. 1C"
    theory, digits = "mean-field equations of the paper (1_Spontaneous/fct_mf.py)", "printed digits"
    scatter = 0.3 * np.sqrt(1000.0 / (s["overlaps.size"] * s["overlaps.networks"]))
    found = [
        Claim("onset of chaos", "Gain at which the bistable states become chaotic.", 1.796, code,
              Within(digits, absolute=0.0006)),
        Claim("end of bistability", "Gain at which the overlap vanishes.", 2.136, code, Within(digits, absolute=0.0006)),
        Claim("outlier", "Above the disc the structure adds the eigenvalue m·n/N: difference.", 0.0, "text on the spectrum of the connectivity",
              Within("a random matrix moves it by about 1/√400 in each network", absolute=0.1)),
        Claim("two states", "At g = 1 the starts m and −m lead to opposite overlaps.", None, "parameters of Fig. 1C in the authors' code",
              Holds("both states are stable below the onset of chaos")),
    ]  # fmt: skip
    for g in s["overlaps.gains"]:
        state = states(s, g)
        if state.overlap > 0.0:
            found.append(
                Claim(f"overlap at g = {g:g}", f"κ of the {'chaotic state' if state.chaotic else 'fixed point'}.",
                      float(state.overlap), theory,
                      Within("two standard errors for a scatter of 0.15 √(1000/N) over networks", absolute=float(scatter)),
                      known=TRANSITIONS)
            )  # fmt: skip
        if state.chaotic:
            share = 1.0 - (state.frozen_variance / state.variance)
            kind = "structured chaos" if state.overlap > 0.0 else "unstructured chaos"
            found.append(
                Claim(f"fluctuation at g = {g:g}", f"{kind.capitalize()}: share of the variance that changes in time.",
                      float(share), theory, Within("the onset of chaos scatters over networks", absolute=0.1),
                      known=TRANSITIONS)
            )  # fmt: skip
    found += [
        Claim("go", "Readout at the end of a Go stimulus.", 1.104, "mean-field equations of the paper for the Go/No-go task",
              Within("vectors overlap by chance, by 4/√N times a transmission of 0.5", absolute=0.1)),
        Claim("no-go", "Readout at the end of a No-go stimulus.", 0.0, "mean-field equations of the paper for the Go/No-go task",
              Within("vectors overlap by chance, by 4/√N times a transmission of 0.5", absolute=0.1)),
        Claim("weak stimulus", "A weak stimulus in noise is not detected: share at c = 0.2.", 0.1, "the paper, detection of a noisy stimulus",
              AtMost("'not detected' is read as at most 10 %")),
        Claim("strong stimulus", "A strong one is detected: share at c = 0.9.", 0.9, "the paper, detection of a noisy stimulus",
              AtLeast("'detected' is read as at least 90 %")),
        Claim("growth with strength", "The share of detected stimuli grows with their strength.", None, "the paper, detection of a noisy stimulus",
              Holds("neighboring strengths differ by less than chance in some networks", share=0.5)),
        *(
            Claim(f"context {c}", f"In context {c} the network discriminates stimulus {c} and ignores the other.", 0.85,
                  "the paper, context-dependent discrimination", AtLeast("always 'no' is right in two thirds; 20 trials are sampled in each context"))
            for c in "AB"
        ),
    ]  # fmt: skip
    return found


def estimates(found: dict[str, Any], settings: Settings) -> dict[str, Estimate]:
    """Our numbers, by claim."""
    limits = ns.theory.transition_gains(ideal(settings["structure.mean_m"], settings["structure.mean_n"]))
    table, detected = found["overlaps"], found["detection"]["detected"]
    one = table.where(gain=min(settings["overlaps.gains"], key=lambda g: abs(g - 1.0)))
    rows = {
        "onset of chaos": Estimate(limits.chaos),
        "end of bistability": Estimate(limits.bistability),
        "outlier": over_networks(found["outlier"]["difference"]),
        "two states": share_of_networks((one["kappa"] > 0.5) & (one["mirror"] < -0.5)),
        "go": over_networks(found["go"]["go"]),
        "no-go": over_networks(found["go"]["no_go"]),
        "weak stimulus": over_networks(detected[:, 0]),
        "strong stimulus": over_networks(detected[:, -1]),
        "growth with strength": share_of_networks((np.diff(detected, axis=1) >= 0.0).all(axis=1)),
        "context A": over_networks(found["context"]["a"]),
        "context B": over_networks(found["context"]["b"]),
    }
    for g in settings["overlaps.gains"]:
        part = table.where(gain=g)
        rows[f"overlap at g = {g:g}"] = over_networks(np.abs(part["kappa"]))
        rows[f"fluctuation at g = {g:g}"] = over_networks(part["fluctuating"])
    return rows


def draw_overlaps(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Bistability diagram with simulated networks."""
    given = ideal(settings["structure.mean_m"], settings["structure.mean_n"])
    gains = np.linspace(min(settings["overlaps.gains"]), max(settings["overlaps.gains"]), 27)
    ns.plotting.overlaps(gains, [ns.theory.branches(given, gain=g) for g in gains], ax=ax)
    for name in ("kappa", "mirror"):
        ax.plot(found["overlaps"].parameters["gain"], found["overlaps"][name], "x", ms=4, color=ns.plotting.COLORS[1],
                label="networks, starts ±m" if name == "kappa" else None)  # fmt: skip
    for gain in (limits := ns.theory.transition_gains(given)).chaos, limits.bistability:
        ax.axvline(gain, color="0.8", lw=0.8, zorder=0)
    ax.legend(fontsize=8, loc="lower right")


def draw_courses(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Overlap of one network in time at several gains."""
    table = found["overlaps"].where(seed=0)
    times = 5 * settings["dt"] * np.arange(table["course"].shape[1])
    for k, gain in enumerate(settings["overlaps.gains"][1:]):
        ax.plot(
            times, table.where(gain=gain)["course"][0], color=ns.plotting.COLORS[k % 7], label=f"g = {gain:g}"
        )
    ax.set(xlabel="time (τ)", ylabel="overlap κ")
    ax.legend(fontsize=8, ncols=2)


def draw_go(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Readouts of all networks for Go and No-go."""
    courses = found["go"]["course"]
    times = settings["dt"] * np.arange(courses.shape[2])
    for k, label in enumerate(("No-go", "Go")):
        ax.plot(times, courses[:, k].T, color=ns.plotting.COLORS[k], lw=0.9)
        ax.plot([], [], color=ns.plotting.COLORS[k], label=label)
    ax.axhline(1.104, color="black", ls="--", lw=1.0, label="theory, Go")
    ax.set(xlabel="time (τ)", ylabel="readout z")
    ax.legend(fontsize=8)


def draw_detection(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Share of detected stimuli over their strength."""
    strengths = ns.tasks.NoisyDetection().strengths
    ax.plot(strengths, found["detection"]["detected"].T, "o-", ms=4, color=ns.plotting.COLORS[0], lw=0.9)
    ax.set(xlabel="strength c of the stimulus", ylabel="share detected", ylim=(-0.03, 1.03))


STUDY = Study(
    name="mastrogiuseppe2018",
    paper=Paper(
        "Mastrogiuseppe & Ostojic 2018",
        "Linking connectivity, dynamics, and computations in low-rank recurrent neural networks",
        "Neuron 99, 609-623",
        """
@article{mastrogiuseppe2018linking,
  author  = {Mastrogiuseppe, Francesca and Ostojic, Srdjan},
  title   = {Linking Connectivity, Dynamics, and Computations in Low-Rank Recurrent Neural Networks},
  journal = {Neuron},
  volume  = {99},
  number  = {3},
  pages   = {609--623},
  year    = {2018},
  doi     = {10.1016/j.neuron.2018.07.003}
}
""",
    ),
    question="What does a random network do when one pair of vectors is added to its weights? Its states are described by "
    "one overlap, with bistability, structured and unstructured chaos as the randomness grows, and vectors that overlap "
    "with inputs and readout solve tasks without training.",
    reproduced="transitions at g = 1.796 and 2.136, overlaps, structured chaos, Go/No-go, detection, context",
    method="""Networks of N current-form tanh units have weights g χ + m nᵀ/N with Gaussian χ of variance 1/N, and Gaussian m
and n of means 1.1 and 2 and unit variance, the parameters of Fig. 1C in the authors' code. They start at m and at −m (RK4,
step 0.1 τ); the overlap κ = n·φ/N and the share of the variance that changes in time (from the covariance of the means
of two separate intervals) are taken after 60 τ.

In the tasks, m and n are combinations of input and readout vectors as in the authors' code; nothing is trained. Trials,
timing and noise are those of the code: Go and No-go stimuli, a stimulus in noise of four strengths, two stimuli and two
contexts.""",
    settings=SETTINGS,
    quick=QUICK,
    minutes=(17.0, 1.5),
    compute=compute,
    claims=claims,
    estimates=estimates,
    figures=[
        Figure("overlaps", "Overlap over the gain: theory, and networks from both starts; lines at both transitions",
               "Fig. 1C: two branches of κ for small g, which turn chaotic at 1.796 and meet at zero at 2.136; dots are "
               "simulations.", draw_overlaps),
        Figure("courses", "Overlap of one network in time", "Activity of single units in the four regimes: stationary, "
               "structured chaos, unstructured chaos.", draw_courses),
        Figure("go", "Readout of all networks for both stimuli", "The readout rises for Go during the stimulus, to "
               "the value of the theory, and stays near zero for No-go.", draw_go),
        Figure("detection", "Share of detected stimuli, each line a network", "The readout jumps from the lower to "
               "the upper state where the stimulus is strong, more often the stronger.", draw_detection),
    ],
    deviations={
        "RK4 in place of Euler for the overlaps": "The theory is that of the flow; the tasks keep the step of the code.",
        "Exact moments of m and n": "The two vectors of each network have their means, variances and covariance exactly; drawn "
        "freely, overlaps of 1000 units scatter by 5 to 13 %, and more near the transitions.",
        "Orthogonal vectors in the context task": "Drawn independently, as in the paper, their chance overlap of 1/√N needs "
        "7000 units; made orthogonal, 1000 to 2500 do.",
        "Context: step of 0.4 τ": "Its states are stationary, so that the step only filters the noise.",
        "Detection, context: read thresholds": "The paper shows traces, not shares; claims read 'detects' as 90 %.",
    },
    equations={
        "J = g χ + m nᵀ/N": "ns.Gaussian(g) + ns.LowRank(m, n), or ns.connectivity.GaussianLowRank(...)",
        "mean-field equations of κ, Δ₀, Δ∞": "ns.theory.branches(network, gain=g)",
        "transitions": "ns.theory.transition_gains(network)",
        "Go/No-go, m = w, n = I": "neurosim.constructed.go_no_go(size)",
        "detection, m = w + 2y, n = I + 2y": "neurosim.constructed.noisy_detection(size)",
        "context, rank two": "neurosim.constructed.context_discrimination(size)",
    },
    change={
        "Weaker structure, whose states vanish earlier:": "--set structure.mean_n=1.5",
        "Larger networks, which scatter less:": "--set overlaps.size=4000",
        "More gains:": "--set overlaps.gains=[0.25,0.75,1.25,1.75,2.0]",
    },
)  # fmt: skip
