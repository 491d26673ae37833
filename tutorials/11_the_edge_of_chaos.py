# %% [markdown]
# # 11 The edge of chaos: exponent, dimension, mean field
#
# A random network dx_i/dt = -x_i + Σ_j W_ij tanh(x_j) is silent below the gain g = 1 and chaotic above it (Sompolinsky,
# Crisanti and Sommers, Physical Review Letters 61, 259, 1988). How chaotic, in how many dimensions, and how fast?
# We compare theory for infinitely many units with three networks of 500 units at each gain.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import neurosim as ns

FAST = "NEUROSIM_FAST" in os.environ  # for the tests: smaller and shorter
SIZE, NETWORKS, DURATION = (200, 2, 200.0) if FAST else (500, 3, 300.0)
GAINS = np.array([0.8, 1.2, 2.0, 3.0] if FAST else [0.6, 0.8, 1.1, 1.2, 1.5, 2.0, 2.5, 3.0])
CHAOTIC = GAINS[GAINS >= 2.0]
KINDS = {"Gaussian": ns.Gaussian, "orthogonal": ns.Orthogonal}
STEP = {"dt": 0.1, "scheme": "euler"}  # theory takes dt too: Euler steps of 0.1 change it by about 5 %


def network(gain, kind="Gaussian", seed=0):
    return ns.Network(ns.LeakyCurrent("tanh", tau=1.0), KINDS[kind](gain), SIZE, rng=seed)


def for_each(gains, kind, measure):
    return np.array([[measure(network(g, kind, seed)) for seed in range(NETWORKS)] for g in gains])


# %% [markdown]
# ## Is it chaos?
#
# The largest Lyapunov exponent λ₁ is the growth rate of a small displacement; `count=1` computes it alone, at about
# the cost of the simulation. Around silence it follows from an eigenvalue λ of the weights: λ₁ = Re λ - 1 for small dt.
#
# Networks differ. The edge of a Gaussian spectrum is ragged, and λ₁ scatters and is too low. Orthogonal weights have
# all eigenvalues on a circle of radius g, the same mean-field theory here, and much less scatter. Just above g = 1 few
# modes compete, and a finite network may settle at a fixed point (λ₁ < 0), or on a cycle or a torus (λ₁ = 0).


# %%
def largest(one):
    return ns.analysis.lyapunov_spectrum(one, 1, DURATION, **STEP, rng=1).values[0]


exponents = np.array([for_each(GAINS, kind, largest) for kind in KINDS])
line = np.unique([*GAINS, 1.0, *np.linspace(1.02, 3.0, 25)])
predicted = np.array([float(ns.theory.lyapunov_exponent(network(g), dt=STEP["dt"])) for g in line])
expected = predicted[np.isin(line, GAINS)]
for name, values in zip(KINDS, exponents, strict=True):
    print(f"gain, λ₁ in theory, of {name} networks: mean, deviation")
    print(*np.c_[GAINS, expected, values.mean(axis=1), values.std(axis=1, ddof=1)].round(3), sep="\n")
    settled = (values[GAINS == 1.2] < 0.003).sum()
    print(f"at g = 1.2, {settled} of {NETWORKS} are not chaotic")

# %% [markdown]
# ## In how many dimensions?
#
# Two measures. The attractor has the Kaplan–Yorke dimension: exponents are summed from the largest until the sum is
# zero. The activity occupies (tr C)² / tr C² directions, the participation ratio of its covariance C, with a theory
# for Gaussian weights (Clark, Abbott and Litwin-Kumar, Physical Review Letters 131, 118401, 2023).


# %%
def activity(one):
    return ns.simulate(one, 2 * DURATION, **STEP, trials=2, every=5, rng=2)


short = {"duration": DURATION / 4, "discard": 50.0, **STEP, "rng": 1}
spectra = for_each(CHAOTIC, "Gaussian", lambda one: ns.analysis.lyapunov_spectrum(one, SIZE // 8, **short))
attractor = np.array([[each.dimension for each in row] for row in spectra]) / SIZE
share = ns.analysis.participation_ratio
filled = for_each(CHAOTIC, "Gaussian", lambda one: share(activity(one).rates[:, 200:]).fraction)
full = np.array([ns.theory.dimension(network(g), dt=STEP["dt"]).rates for g in CHAOTIC])
print("gain, dimension / N: attractor, activity, activity in theory:")
print(*np.c_[CHAOTIC, attractor.mean(axis=1), filled.mean(axis=1), full].round(4), sep="\n")

# %% [markdown]
# ## How fast?
#
# Fluctuations become slow toward the edge. Their autocorrelation, again of orthogonal networks:

# %%
recorded = {"discard": 100.0, "longest": 20.0}
measured = for_each(CHAOTIC, "orthogonal", lambda one: ns.analysis.autocorrelation(activity(one), **recorded))
theory = [ns.theory.autocorrelation(network(g), dt=STEP["dt"]) for g in CHAOTIC]
widths = np.array([[ns.analysis.half_width(each) for each in row] for row in measured])
half = np.array([ns.analysis.half_width(each) for each in theory])
print("gain, half width (τ) in theory, of networks:", *np.c_[CHAOTIC, half, widths].round(2), sep="\n")

# %%
with ns.plotting.style(font_size=12, axes_labelsize=12, axes_titlesize=13):
    figure, (chaos, dimension, correlation) = plt.subplots(1, 3, figsize=(14.0, 4.4), layout="constrained")
    chaos.axhline(0.0, color="0.6", linewidth=0.8, zorder=0)
    chaos.plot(line, predicted, "k--", label="theory")
    for values, name, side in zip(exponents, KINDS, (-0.02, 0.02), strict=True):
        chaos.plot(np.repeat(GAINS + side, NETWORKS), values.ravel(), "o", markersize=4, label=name)
    chaos.set(xlabel="gain g", ylabel="largest exponent λ₁ (1/τ)", title="a dot for each network")
    dimension.plot(CHAOTIC, full, "k--", label="activity, theory")
    for values, name in ((filled, "activity"), (attractor, "attractor")):
        dimension.plot(np.repeat(CHAOTIC, NETWORKS), values.ravel(), "o", markersize=4, label=name)
    dimension.set(xlabel="gain g", ylabel="dimension / N", title="Gaussian", ylim=0.0)
    for g, row, each, color in zip(CHAOTIC, measured, theory, ns.plotting.COLORS, strict=False):
        correlation.plot([], color=color, label=f"g = {g:g}")
        correlation.plot(row[0].lags, np.transpose([one.values / one.values[0] for one in row]), color=color)
        correlation.plot(each.lags, each.values / each.values[0], "k--", linewidth=1.0)
    correlation.set(xlabel="lag (τ)", xlim=(0.0, 20.0), title="autocorrelation, orthogonal; dashed: theory")
    for ax in (chaos, dimension, correlation):
        ax.legend()
plt.show()

# %% [markdown]
# **Results:** chaos begins at g = 1, slow and low-dimensional, as theory predicts, and finite networks scatter.
#
# **Try:** `SIZE = 1000`: which of the numbers come closer to the theory?
