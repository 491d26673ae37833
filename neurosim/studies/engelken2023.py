"""Engelken, Wolf & Abbott (2023): complete Lyapunov spectra of random networks, their dimension and entropy."""

from __future__ import annotations

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
    for_infinite_size,
    over_networks,
    share_of_networks,
)

SETTINGS = {
    "dt": 0.1,
    "complete": {"gain": 4.0, "silent_gain": 0.8, "size": 100, "networks": 4, "duration": 500.0},
    # of each size as many networks as have this number of units together; exponents as a share of the units
    "sizes": {"gain": 3.0, "sizes": [1000, 500, 250], "units": 1000, "share": 0.12, "duration": 200.0},
    "gains": {"gains": [1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 100.0, 300.0, 1000.0], "size": 400, "share": 0.25, "networks": 2,
              "duration": 300.0},
    "input": {"gain": 3.0, "densities": [0.0, 1.0, 2.0], "size": 200, "share": 0.25, "networks": 6, "duration": 400.0},
    "map": {"gains": [2.0, 3.0, 5.0], "size": 1000, "networks": 3, "duration": 2000.0},
}  # fmt: skip
QUICK = {
    "complete.size": 60,
    "complete.networks": 3,
    "complete.duration": 300.0,
    "sizes.sizes": [500, 350, 250],
    "sizes.duration": 100.0,
    "gains.size": 150,
    "gains.gains": [1.5, 3.0, 10.0, 100.0, 1000.0],
    "gains.duration": 150.0,
    "input.size": 120,
    "input.networks": 4,
    "input.duration": 200.0,
    "map.size": 500,
    "map.duration": 1000.0,
}


STEP = (
    "where the decrease begins depends on the step: one network of 150 units has D/N = 0.03 at g = 1000 with Euler and 0.1 τ, "
    "0.06 with RK4, 0.07 with Euler and 0.02 τ; at g = 10⁴ all have less than 0.02."
)


def network(gain: float, size: int, seed: int) -> ns.Network:
    """dh/dt = −h + J tanh(h), Gaussian J of variance g²/N without self-connections; time in units of τ."""
    return ns.Network(
        ns.LeakyCurrent("tanh", tau=1.0), ns.Gaussian(gain, self_connections=False), size, rng=seed
    )


def spectrum(
    gain: float, size: int, share: float, duration: float, dt: float, scheme: str, density: float, seed: int
) -> dict[str, Any]:
    """Leading exponents of one network, and dimension and entropy rate for each unit."""
    count = max(1, round(share * size))
    noise = ns.WhiteNoise(density) if density else None
    settings: dict[str, Any] = {"dt": dt, "scheme": scheme, "discard": 100.0, "interval": 1.0, "noise": noise}
    found = ns.analysis.lyapunov_spectrum(
        network(gain, size, seed), count, duration, **settings, rng=seed, progress=False
    )
    return {
        "largest": float(found.values[0]),
        "dimension": float(found.dimension) / size,
        "entropy": float(found.entropy_rate) / size,
        "positive": float(np.mean(found.values > 0.0) * count / size),
        # spectra of different lengths make no column
        **({"exponents": found.values} if share == 1.0 else {}),
    }


def eigenvalues(gain: float, size: int, seed: int) -> np.ndarray:
    """Real parts of the eigenvalues of the weights, descending."""
    return np.sort(np.linalg.eigvals(network(gain, size, seed).recurrent.dense()).real)[::-1]


def compute(settings: Settings, work: Work) -> dict[str, Any]:
    """All networks, the largest first."""
    s, common = settings, {"dt": settings["dt"], "density": 0.0}
    points = [
        {"gain": s["sizes.gain"], "size": size, "share": s["sizes.share"], "duration": s["sizes.duration"],
         "scheme": "rk4", **common, "seed": seed}
        for size in s["sizes.sizes"] for seed in range(s["sizes.units"] // size)
    ]  # fmt: skip
    return {
        "sizes": work.points("sizes", ns.Sweep.of(spectrum, points)),
        "gains": work.sweep("gains", spectrum, gain=s["gains.gains"], size=s["gains.size"], share=s["gains.share"],
                            duration=s["gains.duration"], scheme="euler", **common, seed=range(s["gains.networks"])),
        "complete": work.sweep("complete", spectrum, gain=[s["complete.gain"], s["complete.silent_gain"]],
                               size=s["complete.size"], share=1.0, duration=s["complete.duration"],
                               scheme=["rk4", "euler"], **common, seed=range(s["complete.networks"])),
        "map": work.sweep("map", spectrum, gain=s["map.gains"], size=s["map.size"], share=0.001, dt=1.0, density=0.0,
                          duration=s["map.duration"], scheme="euler", seed=range(s["map.networks"])),
        "input": work.sweep("input", spectrum, gain=s["input.gain"], size=s["input.size"], share=s["input.share"],
                            duration=s["input.duration"], dt=s["dt"], scheme="euler", density=s["input.densities"],
                            seed=range(s["input.networks"])),
    }  # fmt: skip


def claims(settings: Settings) -> list[Claim]:
    """What the abstract says, what is exact, and numbers that others computed."""
    s, dt = settings, settings["dt"]
    few = "few networks a size, and powers beyond 1/N"
    clark = "Clark, code of 2026 (rnn-lyapunov), N = 4096 at g = 3, RK4 with 0.1 τ"
    g = s["sizes.gain"]
    found = [
        Claim("sum of the flow", "Without self-connections the mean of all exponents is −1/τ.", -1.0,
              "exact: trace of the Jacobian", Within("error of RK4", absolute=2e-3), unit="1/τ"),
        Claim("sum of the Euler map", "Near log(1 − dt)/dt for the Euler map of the authors' code.",
              float(np.log(1.0 - dt) / dt), "leading order of log det, exact at dt → 0",
              Within("next order in dt", absolute=1e-2), unit="1/τ"),
        Claim("silence", "Below g = 1 exponents are −1 + Re of the eigenvalues: largest difference.", 0.0,
              "exact for the flow at the silent state", Within("finite time", absolute=0.02), unit="1/τ"),
        Claim("point symmetry", "λᵢ + λ₍N₊₁₋ᵢ₎ = −2 by time reversal: mean absolute deviation.", 0.0, "abstract",
              Within("finite time, finite N", absolute=0.1), unit="1/τ"),
        Claim("extensive dimension", "Chaos is extensive: D/N of the largest networks over that of the next smaller ones.", 1.0,
              "abstract", Within("sampling, and corrections in 1/N", absolute=0.25)),
        Claim("attractor dimension is small", "Much smaller than the number of units: D/N.", 0.1, "abstract",
              AtMost("'much smaller' is read as a factor of ten")),
        Claim("growth near onset", "Dimension and entropy rate grow with g near the onset.", None, "abstract",
              Holds("the smallest two gains are far apart")),
        Claim("decrease of the dimension", "Far from the onset the dimension is below its maximum.", None, "abstract",
              Holds("largest gain against the best one, same weights"), known=STEP),
        Claim("decrease of the entropy", "Far from the onset the entropy rate is below its maximum.", None, "abstract",
              Holds("largest gain against the best one, same weights"), known=STEP),
        Claim("input and dimension", "Fluctuating input reduces the dimension.", None, "abstract",
              Holds("same weights with and without input")),
        Claim("input and entropy", "Fluctuating input reduces the entropy rate.", None, "abstract",
              Holds("same weights with and without input")),
    ]  # fmt: skip
    if g == 3.0:
        found += [
            Claim("dimension for N → ∞", "D/N at g = 3.", 0.0617, f"{clark}, and its theory", Within(few, relative=0.2)),
            Claim("entropy for N → ∞", "Entropy rate H/N at g = 3.", 3.14e-3, clark, Within(few, relative=0.25), unit="1/τ"),
        ]  # fmt: skip
    found.append(
        Claim("largest exponent for N → ∞", f"λ₁ at g = {g:g}.", float(ns.theory.lyapunov_exponent(network(g, 2, 0)).value),
              "mean-field theory of Sompolinsky et al. (1988)", Within(few, relative=0.15), unit="1/τ")
    )  # fmt: skip
    for gain in s["map.gains"]:
        published = ns.theory.lyapunov_exponent(network(gain, 2, 0), dt=1.0).value
        found.append(
            Claim(f"map at g = {gain:g}", "Largest exponent of the discrete map, log(g √⟨φ'²⟩).", float(published),
                  "random matrix theory, exact for dt = τ and N → ∞",
                  Within("deficit of finite networks, and sampling", absolute=0.01 + 15.0 / s["map.size"]), unit="1/step")
        )  # fmt: skip
    return found


def estimates(found: dict[str, Any], settings: Settings) -> dict[str, Estimate]:
    """Our numbers, by claim."""
    s, complete, gains = settings, found["complete"], found["gains"]
    flow, euler = (complete.where(gain=s["complete.gain"], scheme=scheme) for scheme in ("rk4", "euler"))
    silent = complete.where(gain=s["complete.silent_gain"], scheme="rk4")
    expected = [
        eigenvalues(s["complete.silent_gain"], s["complete.size"], seed) - 1.0 for seed in range(len(silent))
    ]
    sizes = found["sizes"].parameters["size"].astype(float)
    large, half = (
        found["sizes"].where(size=size)["dimension"].mean() for size in sorted(s["sizes.sizes"])[:-3:-1]
    )
    by_network = [gains.where(seed=seed) for seed in range(s["gains.networks"])]
    order = np.argsort(s["gains.gains"])
    dimensions, entropies = (
        np.array([part[name][order] for part in by_network]) for name in ("dimension", "entropy")
    )
    quiet, driven = (found["input"].where(density=each(s["input.densities"])) for each in (min, max))
    rows = {
        "sum of the flow": over_networks(flow["exponents"].mean(axis=1)),
        "sum of the Euler map": over_networks(euler["exponents"].mean(axis=1)),
        "silence": over_networks(np.abs(silent["exponents"] - np.array(expected)).max(axis=1)),
        "point symmetry": over_networks(
            np.abs(flow["exponents"] + flow["exponents"][:, ::-1] + 2.0).mean(axis=1)
        ),
        "extensive dimension": Estimate(float(large / half), networks=len(sizes)),
        "attractor dimension is small": over_networks(found["sizes"]["dimension"]),
        "growth near onset": share_of_networks(
            (dimensions[:, 0] < dimensions[:, 1]) & (entropies[:, 0] < entropies[:, 1])
        ),
        "decrease of the dimension": share_of_networks(dimensions[:, -1] < dimensions.max(axis=1)),
        "decrease of the entropy": share_of_networks(entropies[:, -1] < entropies.max(axis=1)),
        "input and dimension": share_of_networks(driven["dimension"] < quiet["dimension"]),
        "input and entropy": share_of_networks(driven["entropy"] < quiet["entropy"]),
        "dimension for N → ∞": for_infinite_size(sizes, found["sizes"]["dimension"]),
        "entropy for N → ∞": for_infinite_size(sizes, found["sizes"]["entropy"]),
        "largest exponent for N → ∞": for_infinite_size(sizes, found["sizes"]["largest"]),
    }
    for gain in s["map.gains"]:
        rows[f"map at g = {gain:g}"] = over_networks(found["map"].where(gain=gain)["largest"])
    return rows


def draw_spectra(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Complete spectra of the flow and of the Euler map, and leading exponents of larger networks."""
    complete, size = found["complete"].where(gain=settings["complete.gain"]), settings["complete.size"]
    for k, (scheme, label) in enumerate((("rk4", "flow"), ("euler", f"Euler, dt = {settings['dt']:g} τ"))):
        values = complete.where(scheme=scheme)["exponents"].mean(axis=0)
        ax.plot((np.arange(size) + 0.5) / size, values, "o", ms=3, color=ns.plotting.COLORS[k], label=label)
    ax.axhline(-1.0, color="0.8", lw=0.8, zorder=0)
    ax.set(xlabel="index i / N", ylabel="exponent (1/τ)")
    ax.legend(fontsize=8)


def draw_sizes(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Dimension and entropy rate for each unit over 1/N: constant where chaos is extensive."""
    table = found["sizes"]
    for k, size in enumerate(sorted(settings["sizes.sizes"])):
        part = table.where(size=size)
        for y, name in (
            (part["dimension"], "dimension D/N"),
            (20.0 * part["entropy"], "20 × entropy rate H/N"),
        ):
            ax.plot(np.full(len(part), 1000.0 / size), y, "o" if "dim" in name else "s", ms=4,
                    color=ns.plotting.COLORS[0 if "dim" in name else 1], label=name if k == 0 else None)  # fmt: skip
    ax.set(xlabel="1000 / N", ylabel="for each unit", ylim=(0.0, None))
    ax.legend(fontsize=8)


def draw_gains(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Dimension, entropy rate and share of positive exponents over the gain."""
    mean = found["gains"].mean("seed")
    order = np.argsort(mean.parameters["gain"])
    for k, (name, label) in enumerate(
        (
            ("dimension", "dimension D/N"),
            ("entropy", "entropy rate H/N (1/τ)"),
            ("positive", "positive exponents / N"),
        )
    ):
        ax.plot(
            mean.parameters["gain"][order],
            mean[name][order],
            "o-",
            ms=4,
            color=ns.plotting.COLORS[k],
            label=label,
        )
    ax.set(xlabel="gain g", ylabel="for each unit", xscale="log")
    ax.legend(fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)


def draw_input(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Dimension over the strength of white-noise input, each line a network."""
    for seed in range(settings["input.networks"]):
        part = found["input"].where(seed=seed)
        ax.plot(
            part.parameters["density"], part["dimension"], "o-", ms=4, lw=0.9, color=ns.plotting.COLORS[0]
        )
    ax.set(xlabel="density of the white noise", ylabel="dimension D/N", ylim=(0.0, None))


STUDY = Study(
    name="engelken2023",
    paper=Paper(
        "Engelken, Wolf & Abbott 2023",
        "Lyapunov spectra of chaotic recurrent neural networks",
        "Phys. Rev. Research 5, 043044",
        """
@article{engelken2023lyapunov,
  author  = {Engelken, Rainer and Wolf, Fred and Abbott, L. F.},
  title   = {Lyapunov spectra of chaotic recurrent neural networks},
  journal = {Physical Review Research},
  volume  = {5},
  number  = {4},
  pages   = {043044},
  year    = {2023},
  doi     = {10.1103/PhysRevResearch.5.043044}
}
""",
    ),
    question="How many dimensions does chaos in a random network have, and how fast does it produce entropy? Spectra of all "
    "Lyapunov exponents show extensive chaos on attractors of few dimensions, which fluctuating input reduces.",
    reproduced="complete spectra, dimension and entropy over g and N, Euler and flow, with and without input",
    method="""Networks of N current-form tanh units have Gaussian weights of variance g²/N without self-connections. Tangent
vectors are evolved with the exact derivative of each step and orthonormalized each τ, after 100 τ that are discarded, as
in the authors' code. Dimension (Kaplan and Yorke) and entropy rate (sum of the positive exponents) need the leading
exponents only; complete spectra are computed for small networks.

The dependence on g uses the Euler map of the authors with 0.1 τ; that on N the flow (RK4), since numbers for it are
published. Input is white noise that is private to each unit and frozen: the same for all displaced trajectories.""",
    settings=SETTINGS,
    quick=QUICK,
    minutes=(4.0, 0.7),
    compute=compute,
    claims=claims,
    estimates=estimates,
    figures=[
        Figure("spectra", "Complete spectra at g = 4, the authors' example, mean over networks",
               "Complete spectra fall with the index i/N from a few positive exponents, symmetric about a point at −1/τ.",
               draw_spectra),
        Figure("gains", "Dimension, entropy rate and unstable directions over the gain, mean over networks",
               "Dimension and entropy rate rise with g near the onset of chaos and fall far from it.", draw_gains),
        Figure("sizes", "Dimension and entropy rate for each unit over 1000/N, each point a network",
               "Spectra of different N fall on one curve over i/N; dimension and entropy are proportional to N.", draw_sizes),
        Figure("input", "Dimension over the strength of the input, each line a network",
               "Dimension and entropy rate fall as the strength of the fluctuating input grows.", draw_input),
    ],
    deviations={
        "Gains up to 1000": "How far from the onset the paper goes was not at hand; " + STEP,
        "Sizes up to 1000": "A spectrum takes N³ operations a step; the dependence on 1/N is fitted.",
        "White noise as input": "Its correlation time in the paper was not at hand; white noise is its limit.",
        "RK4 for the dependence on N": "Published numbers at N = 4096 are of the flow.",
    },
    equations={
        "exponents by QR": "ns.analysis.lyapunov_spectrum(network, count, interval=1.0)",
        "dimension of Kaplan and Yorke": "spectrum.dimension",
        "entropy rate, Σ positive λᵢ": "spectrum.entropy_rate",
        "exponent of the map, log(g √⟨φ'²⟩)": "ns.theory.lyapunov_exponent(network, dt=1.0)",
        "input": "ns.analysis.lyapunov_spectrum(network, noise=ns.WhiteNoise(density))",
    },
    change={
        "Stronger input:": "--set input.densities=[0.0,4.0,8.0]",
        "Other gains:": "--set gains.gains=[1.1,200.0]",
        "Another gain for the dependence on N:": "--set sizes.gain=5.0",
    },
)  # fmt: skip
