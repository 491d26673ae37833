"""Landau & Sompolinsky (2018): a pair of orthogonal modes makes the chaos of a random network coherent."""

from __future__ import annotations

from types import SimpleNamespace
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
    Within,
    Work,
    jackknife,
    over_networks,
    share_of_networks,
)

SETTINGS = {
    "gain": 2.0,
    "dt": 0.1,
    "coherence": {"strengths": [0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 20.0, 200.0], "size": 800, "networks": 8,
                  "duration": 400.0, "discard": 100.0},
    "passive": {"strength": 0.25, "size": 800, "networks": 8, "duration": 1000.0, "discard": 100.0},
    "switching": {"strength": 4.0},
    "self_tuned": {"strength": 200.0, "size": 400, "networks": 20, "duration": 400.0},
    "modes": {"strengths": [0.2, 0.3], "size": 800, "networks": 8, "duration": 400.0, "discard": 100.0},
    "sizes": {"strengths": [0.5, 4.0], "sizes": [4000, 2000, 1000, 500], "networks": 4, "duration": 400.0,
              "discard": 100.0},
    "spectrum": {"strength": 20.0, "size": 400, "networks": 4},
}  # fmt: skip
QUICK = {
    "coherence.strengths": [0.1, 0.25, 4.0, 200.0],
    "coherence.size": 400,
    "coherence.networks": 4,
    "passive.duration": 600.0,
    "passive.networks": 5,
    "self_tuned.networks": 6,
    "modes.size": 400,
    "modes.networks": 6,
    "sizes.sizes": [800, 400, 200],
    "sizes.duration": 300.0,
}


def network(strength: Any, gain: float, size: int, seed: int, *, balanced: bool = True) -> ns.Network:
    """J = g χ + (J₁/√N) ξ νᵀ with ξ = 1 and ν = ±1 on the halves; networks of one seed share χ. Time is in units of τ."""
    random = ns.connectivity.RowBalanced(ns.Gaussian(gain)) if balanced else ns.Gaussian(gain)
    return ns.Network(ns.LeakyCurrent("tanh"), random + ns.Coherent(strength), size, rng=seed)


def width(correlations: np.ndarray) -> float:
    """Half width of the mean of autocorrelations, one for each network, in lags; the last lag where it is longer."""
    mean = correlations.mean(axis=0)
    if (mean > 0.5 * mean[0]).all():
        return float(len(mean) - 1)
    return ns.analysis.half_width(SimpleNamespace(lags=np.arange(len(mean)), values=mean))


def activity(
    strength: float,
    balanced: bool,
    gain: float,
    size: int,
    duration: float,
    discard: float,
    dt: float,
    seed: int,
) -> dict[str, Any]:
    """Coherence of one network, and its mode in time."""
    chosen = network(strength, gain, size, seed, balanced=balanced)
    run = ns.simulate(chosen, duration, dt, "rk4", every=5, rng=seed, progress=False)
    mode = ns.analysis.coherent_mode(run, np.ones(size), discard=discard)[0]
    return {
        "coherence": ns.analysis.coherence(run, np.ones(size), discard=discard),
        "mode": mode[: int(200.0 / (5 * dt))],
    }


def correlations(
    strength: float, gain: float, size: int, duration: float, discard: float, dt: float, seed: int
) -> dict[str, Any]:
    """Autocorrelations of the mode and of the residuals of one network."""
    run = ns.simulate(
        network(strength, gain, size, seed), duration, dt, "rk4", every=5, rng=seed, progress=False
    )
    mode = ns.analysis.coherent_mode(run, np.ones(size), discard=discard)[0][:, None]
    residuals = np.asarray(run.states)[0][-len(mode) :] - mode
    longest, interval = min(200.0, 0.5 * (duration - discard)), 5 * dt
    return {
        name: ns.analysis.autocorrelation(values[None], dt=interval, longest=longest).values
        for name, values in (("mode", mode), ("residuals", residuals))
    }


def two_modes(
    first: float, second: float, gain: float, size: int, duration: float, discard: float, dt: float, seed: int
) -> dict[str, Any]:
    """Coherences along two modes."""
    inputs, _ = ns.Coherent(strength=np.array([first, second])).modes(size)
    random = ns.connectivity.RowBalanced(ns.Gaussian(gain), mode=inputs)
    chosen = random + ns.Coherent(strength=np.array([first, second]))
    run = ns.simulate(ns.Network(ns.LeakyCurrent("tanh"), chosen, size, rng=seed), duration, dt, "rk4", every=5,
                      rng=seed, progress=False)  # fmt: skip
    return {"coherences": np.array([ns.analysis.coherence(run, mode, discard=discard) for mode in inputs.T])}


def self_tuned(
    strength: float, gain: float, size: int, duration: float, dt: float, seed: int
) -> dict[str, Any]:
    """Mode of one strongly structured network beside the state that its leading eigenvalue predicts."""
    run = ns.simulate(
        network(strength, gain, size, seed), duration, dt, "rk4", every=2, rng=seed, progress=False
    )
    found = ns.analysis.self_tuning(run)
    real = found.leading_eigenvalue.imag == 0.0
    measured, predicted = (
        (found.amplitude, found.predicted.amplitude) if real else (found.period, found.predicted.period)
    )
    return {
        "real": real,
        "ratio": float(measured[0] / predicted),
        "slope": float(found.slope[0]),
        "reached": bool(found.reached[0]),
        "mode": ns.analysis.coherent_mode(run, discard=duration - 100.0)[0],
    }


def eigenvalue_shift(strength: float, gain: float, size: int, seed: int) -> dict[str, Any]:
    """Largest distance of an eigenvalue with structure from the nearest without."""
    with_mode, without = (
        np.linalg.eigvals(network(J, gain, size, seed).recurrent.dense()) for J in (strength, 0.0)
    )
    return {"shift": float(np.abs(with_mode[:, None] - without).min(axis=1).max())}


def compute(settings: Settings, work: Work) -> dict[str, Any]:
    """All networks, the largest first."""
    s, common = settings, {"gain": settings["gain"], "dt": settings["dt"]}

    def timing(part: str) -> dict[str, Any]:
        return {**common, "duration": s[f"{part}.duration"], "discard": s[f"{part}.discard"]}

    def seeds(part: str) -> range:
        return range(s[f"{part}.networks"])

    passive = [s["passive.strength"], s["switching.strength"]]
    first, second = s["modes.strengths"]
    return {
        "sizes": work.sweep("sizes", activity, size=s["sizes.sizes"], strength=s["sizes.strengths"], balanced=True,
                            **timing("sizes"), seed=seeds("sizes")),
        "passive": work.sweep("passive", correlations, strength=passive, size=s["passive.size"],
                              **timing("passive"), seed=seeds("passive")),
        "coherence": work.sweep("coherence", activity, strength=s["coherence.strengths"], balanced=[True, False],
                                size=s["coherence.size"], **timing("coherence"), seed=seeds("coherence")),
        "modes": work.sweep("modes", two_modes, first=first, second=second, size=s["modes.size"], **timing("modes"),
                            seed=seeds("modes")),
        "self_tuned": work.sweep("self_tuned", self_tuned, strength=s["self_tuned.strength"], **common,
                                 size=s["self_tuned.size"], duration=s["self_tuned.duration"], seed=seeds("self_tuned")),
        "spectrum": work.sweep("spectrum", eigenvalue_shift, strength=s["spectrum.strength"], gain=s["gain"],
                               size=s["spectrum.size"], seed=seeds("spectrum")),
    }  # fmt: skip


def spread(settings: Settings, part: str) -> Within:
    """Two standard errors of the coherence: networks spread by √(2/D)/2, D = 0.02 N dimensions of the rates at g = 2."""
    sampling = float(np.sqrt(2.0 / (0.0197 * settings[f"{part}.size"] * settings[f"{part}.networks"])))
    return Within(
        "two standard errors over networks, and 4 % of second order in J₁/g", relative=sampling + 0.04
    )


def claims(settings: Settings) -> list[Claim]:
    """What the abstract says, and what follows from the equations."""
    s, g = settings, settings["gain"]
    eigenvalue = "self-tuned state of the leading eigenvalue, for J₁ → ∞"
    found = [
        Claim("shift of eigenvalues", "With row balance no eigenvalue depends on J₁: largest shift.", 0.0,
              "exact: the random part maps ξ to 0, and ν is orthogonal to ξ",
              Within("rounding errors of a non-normal matrix", absolute=1e-7)),
        *(
            Claim(f"coherence at J₁ = {J:g}", "Weak structure is driven passively by the residual chaos.",
                  float(ns.theory.coherence(J, g, s["coherence.size"])),
                  "perturbative mean-field theory, χ² = (J₁²/g² + 1/N) / (1 + J₁²/g²)", spread(s, "coherence"))
            for J in s["coherence.strengths"] if J < 0.3
        ),
        Claim("widths of mode and residuals", "A passive mode has the autocorrelation of single units: ratio of the widths.",
              1.0, "perturbative mean-field theory", Within("the 16 dimensions of 800 units, of which the mode is a mixture", absolute=0.2)),
        Claim("growth", "Coherence grows with J₁ with row balance: at the weakest, a middle and the strongest J₁.", None, "abstract",
              Holds("strengths are more than a factor of ten apart")),
        Claim("one mode", "Until the dynamics are almost entirely along one mode.", 0.98, "abstract",
              AtLeast("'almost entirely' is read as 98 %"), known="six of eight networks have 0.989 and more, two 0.88 and "
              "0.95; at this strength some networks are in another state than that of the leading eigenvalue"),
        Claim("longer time scales", "Self-tuned chaos is slower: width of the mode relative to that of the weak regime.",
              1.0, "abstract", AtLeast("mean over networks"), known="at J₁ = 4 few networks switch slowly (half widths of 18 and "
              "120 τ), the others oscillate; the J₁ of the paper's figure is not known."),
        Claim("self-adjustment", "The mode saturates units until residuals are marginal: Re λ₁ ⟨φ'(mode)⟩.", 1.0, eigenvalue,
              Within("corrections of order 1/J₁, and networks in other attractors", absolute=0.1)),
        Claim("broken symmetry", "A real leading eigenvalue can yield a constant mode of amplitude artanh √(1 − 1/λ₁).",
              None, f"abstract; {eigenvalue}", Holds("'can': in half of them", share=0.5)),
        Claim("oscillation", "A complex leading eigenvalue can yield an oscillation of period 2π Re λ₁ / |Im λ₁|.",
              None, f"abstract; {eigenvalue}", Holds("'can': in half of them", share=0.5)),
    ]  # fmt: skip
    for k, value in enumerate(ns.theory.mode_coherences(np.array(s["modes.strengths"]), g, s["modes.size"])):
        found.append(
            Claim(f"mode {k + 1} of 2", "Several weak modes do not interact.", float(value),
                  "abstract; perturbative mean-field theory", spread(s, "modes"))
        )  # fmt: skip
    found += [
        Claim(f"dependence on N at J₁ = {J:g}", "Coherence is no effect of finite size: exponent a of χ ~ Nᵃ.", 0.0,
              "abstract", Within("an effect of finite size would have −1/2", absolute=0.15))
        for J in s["sizes.strengths"]
    ]  # fmt: skip
    return found


def root_mean_square(samples: np.ndarray) -> float:
    """Square root of the mean square over networks."""
    return float(np.sqrt(np.mean(samples**2)))


def size_exponent(sizes: np.ndarray, values: np.ndarray) -> Estimate:
    """Slope of log χ over log N, with its 95 % interval."""
    from scipy.stats import linregress, t

    fit = linregress(np.log(sizes), np.log(values))
    half = float(t.ppf(0.975, len(sizes) - 2) * fit.stderr)
    return Estimate(float(fit.slope), float(fit.slope) - half, float(fit.slope) + half, len(sizes))


def estimates(found: dict[str, Any], settings: Settings) -> dict[str, Estimate]:
    """Our numbers, by claim."""
    balanced, passive, tuned = found["coherence"].where(balanced=True), found["passive"], found["self_tuned"]
    weak, slow = (passive.where(strength=settings[f"{part}.strength"]) for part in ("passive", "switching"))
    strengths = sorted(settings["coherence.strengths"])
    middle = min(strengths, key=lambda J: abs(J - settings["switching.strength"]))
    low, mid, high = (balanced.where(strength=J)["coherence"] for J in (strengths[0], middle, strengths[-1]))
    real = tuned["real"] == 1
    rows = {
        "shift of eigenvalues": over_networks(found["spectrum"]["shift"]),
        "widths of mode and residuals": jackknife(
            lambda mode, residuals: width(mode) / width(residuals), weak["mode"], weak["residuals"]
        ),
        "growth": share_of_networks((low < mid) & (mid < high)),
        "one mode": over_networks(high),
        "longer time scales": over_networks(
            [width(each[None]) / width(weak["mode"]) for each in slow["mode"]]
        ),
        "self-adjustment": over_networks(tuned["slope"]),
        "broken symmetry": share_of_networks(tuned["reached"][real] == 1),
        "oscillation": share_of_networks(tuned["reached"][~real] == 1),
    }
    for J in strengths:
        rows[f"coherence at J₁ = {J:g}"] = jackknife(
            root_mean_square, balanced.where(strength=J)["coherence"]
        )
    for k, column in enumerate(found["modes"]["coherences"].T):
        rows[f"mode {k + 1} of 2"] = jackknife(root_mean_square, column)
    for J in settings["sizes.strengths"]:
        part = found["sizes"].where(strength=J)
        rows[f"dependence on N at J₁ = {J:g}"] = size_exponent(
            part.parameters["size"].astype(float), part["coherence"]
        )
    return rows


def draw_coherence(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Coherence over the strength, with and without row balance."""
    strengths = np.geomspace(min(settings["coherence.strengths"]), max(settings["coherence.strengths"]), 200)
    for balanced, marker, label in ((True, "o", "row balance"), (False, "s", "no row balance")):
        part = found["coherence"].where(balanced=balanced)
        mean, error = part.mean("seed"), part.sem("seed")
        ax.errorbar(mean.parameters["strength"], mean["coherence"], error["coherence"], fmt=f"{marker}-", ms=4,
                    capsize=2, label=label, fillstyle="full" if balanced else "none")  # fmt: skip
    ax.plot(strengths, ns.theory.coherence(strengths, settings["gain"], settings["coherence.size"]), "k--", lw=1.2,
            label="weak structure, theory")  # fmt: skip
    ax.set(xlabel="strength J₁ of the mode", ylabel="coherence χ", xscale="log", ylim=(0.0, 1.02))
    ax.legend(fontsize=8)


def draw_traces(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Mode in time for each strength, one network."""
    part = found["coherence"].where(balanced=True, seed=0)
    times = 5 * settings["dt"] * np.arange(part["mode"].shape[1])
    for k, J in enumerate(settings["coherence.strengths"]):
        ax.plot(
            times,
            np.tanh(part.where(strength=J)["mode"][0]) + 2.2 * k,
            lw=0.9,
            color=ns.plotting.COLORS[k % 7],
        )
    ax.set_yticks(2.2 * np.arange(len(settings["coherence.strengths"])),
                  [f"{J:g}" for J in settings["coherence.strengths"]])  # fmt: skip
    ax.set(xlabel="time (τ)", ylabel="strength J₁; tanh of the mode")


def draw_realizations(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Modes of strongly structured networks with a real and with a complex leading eigenvalue."""
    table = found["self_tuned"]
    times = 2 * settings["dt"] * np.arange(table["mode"].shape[1])
    for real, color, label in (
        (1, ns.plotting.COLORS[1], "real λ₁"),
        (0, ns.plotting.COLORS[0], "complex λ₁"),
    ):
        chosen = np.flatnonzero((table["real"] == real) & (table["reached"] == 1))[:2]
        for k, row in enumerate(chosen):
            ax.plot(
                times,
                table["mode"][row],
                color=color,
                ls="-" if k == 0 else ":",
                label=label if k == 0 else None,
            )
    ax.axhline(0.0, color="0.8", lw=0.8, zorder=0)
    ax.set(xlabel="time (τ)", ylabel="mode")
    if ax.get_legend_handles_labels()[0]:
        ax.legend(fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)


def draw_sizes(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Coherence over the number of units."""
    for k, J in enumerate(settings["sizes.strengths"]):
        part = found["sizes"].where(strength=J)
        color, label = ns.plotting.COLORS[k], f"J₁ = {J:g}"
        ax.plot(part.parameters["size"], part["coherence"], "o", ms=4, color=color, label=label)
    ax.set(xlabel="units N", ylabel="coherence χ", xscale="log", ylim=(0.0, 1.02))
    ax.set_xticks(settings["sizes.sizes"], settings["sizes.sizes"])
    ax.set_xticks([], minor=True)
    ax.legend(fontsize=8)


STUDY = Study(
    name="landau2018",
    paper=Paper(
        "Landau & Sompolinsky 2018",
        "Coherent chaos in a recurrent neural network with structured connectivity",
        "PLoS Comput. Biol. 14, e1006309",
        """
@article{landau2018coherent,
  author  = {Landau, Itamar Daniel and Sompolinsky, Haim},
  title   = {Coherent chaos in a recurrent neural network with structured connectivity},
  journal = {PLoS Computational Biology},
  volume  = {14},
  number  = {12},
  pages   = {e1006309},
  year    = {2018},
  doi     = {10.1371/journal.pcbi.1006309}
}
""",
    ),
    question="Can chaos be shared by a whole network, although the fluctuations of random networks average out? A feedforward "
    "pair of orthogonal modes makes it so: passively where it is weak, and self-tuned where it is strong and the random "
    "rows are balanced, with a constant or an oscillating mode as the leading eigenvalue is real or complex.",
    reproduced="coherence over J₁, self-tuned chaos and its two kinds of realization, several modes, scaling with N",
    method="""Current-form tanh units with gain g = 2 receive random weights and the structure (J₁/√N) ξ νᵀ, with ξ = 1 and
ν = +1 on one half of the units and −1 on the other. With row balance the mean of each row of the random part is
subtracted. RK4 with a step of 0.1 τ; the first 100 τ are discarded.

The coherence χ is the root mean square of the mode ξᵀh/N relative to that of single units. Networks of one seed have the
same random part at all strengths, with and without row balance. At J₁ = 200 the mode is compared with the state that the
eigenvalue of largest real part predicts.""",
    settings=SETTINGS,
    quick=QUICK,
    minutes=(17.0, 0.7),
    compute=compute,
    claims=claims,
    estimates=estimates,
    figures=[
        Figure("coherence", "Coherence over the strength of the mode, mean ± s.e.m. over networks",
               "Coherence grows with J₁, along the perturbative theory while J₁ is small; with row balance it approaches 1.",
               draw_coherence),
        Figure("traces", "Mode of one network in time for growing strength, from bottom to top",
               "The authors' code draws ten units and, in black, their mean for one J₁: small fluctuations about zero for "
               "weak structure, long epochs of one sign with switches where it is strong.", draw_traces, (5.2, 5.0)),
        Figure("realizations", "Modes of four networks at the largest strength that reached the predicted state",
               "Realizations with a complex leading eigenvalue oscillate, those with a real one have a mode of one sign.",
               draw_realizations),
        Figure("sizes", "Coherence of single networks over their size", "The paper shows that coherence does not vanish as "
               "N grows.", draw_sizes),
    ],
    deviations={
        "N = 800 (the authors' code has 2000)": "More networks in the same time; the dependence on N is a claim of its own.",
        "RK4 with 0.1 τ, no adaptive solver": "The authors use ode45; at J₁ = 200 both give the predicted amplitudes.",
        "Which g, J₁ and N each figure of the paper has": "Only g = 2, J₁ = 0.5, N = 2000 are in the code; strengths here "
        "cover the regimes of the abstract.",
    },
    equations={
        "J = g χ + (J₁/√N) ξ νᵀ": "ns.Gaussian(gain=2.0) + ns.Coherent(strength=J1)",
        "row balance, χ ξ = 0": "ns.connectivity.RowBalanced(ns.Gaussian(gain=2.0))",
        "coherence χ": "ns.analysis.coherence(run, mode, discard=100.0)",
        "passive coherence": "ns.theory.coherence(strength, gain, size), ns.theory.mode_coherences(strengths, gain, size)",
        "self-tuned state": "ns.theory.self_tuned_state(eigenvalue), ns.analysis.self_tuning(run)",
    },
    change={
        "Another gain of the random part:": "--set gain=3.0",
        "Larger networks:": "--set coherence.size=2000",
        "Other strengths:": "--set coherence.strengths=[0.3,3.0,30.0]",
    },
)  # fmt: skip
