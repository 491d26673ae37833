# %% [markdown]
# # 19 Theory of this very network, and of weights that are not Gaussian
#
# Mean-field theory describes one unit of infinitely many. Here we ask more: where are the eigenvalues of weights with
# heavy tails, reciprocal pairs, blocks or modes, and when does silence become unstable? Which pairs of units of one
# given network are correlated, how strongly does it answer a weak input, and what is its whole Lyapunov spectrum?

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import neurosim as ns

FAST = "NEUROSIM_FAST" in os.environ  # for the tests: smaller and shorter
SIZE, DURATION = (100, 1500.0) if FAST else (400, 10_000.0)
TANH = ns.LeakyCurrent("tanh", tau=1.0)

# %% [markdown]
# ## Four ensembles
#
# Each says what its spectrum is and at which gain silence becomes unstable. Eigenvalues of `HeavyTailed` weights have
# no edge; those of `PartiallySymmetric` ones fill an ellipse; groups may each be quiet alone, and not together.

# %%
ensembles = {
    "heavy tails, α = 1.5": ns.connectivity.HeavyTailed(alpha=1.5),
    "reciprocal, η = 0.4": ns.connectivity.PartiallySymmetric(symmetry=0.4),
    "two groups": ns.connectivity.GaussianGroups([[0.5, 2.0], [1.0, 0.5]]),
    "decaying modes": ns.connectivity.RandomModes(strengths=np.exp(-np.arange(2 * SIZE) / (0.3 * SIZE))),
}
networks = {name: ns.Network(TANH, each, SIZE, rng=1) for name, each in ensembles.items()}
spectra = {name: ns.analysis.spectrum(each) for name, each in networks.items()}
onsets = np.array([ns.theory.critical_gain(each) for each in networks.values()])
for name, onset in zip(networks, onsets, strict=True):
    print(f"{name}: silence is unstable above g = {onset:.3f}")

# %% [markdown]
# Mean-field theory of activity says which of its assumptions fails. `RandomModes` satisfy all: single units do not show
# the modes, but the activity of all of them fills fewer directions.

# %%
for name, each in networks.items():
    try:
        dimension = ns.theory.dimension(
            each.replace(connectivity=3.0 * each.connectivity, recurrent=3.0 * each.recurrent)
        )
        print(f"{name}: at g = 3 rates fill {dimension.rates:.4f} N directions")
    except ns.errors.ParameterError as error:
        print(f"{name}: {error}")

# %% [markdown]
# ## The covariance of one given network
#
# A step of one time constant makes the map of machine learning, x ← W tanh(x) + input. Its covariances follow from W.

# %%
chaotic = ns.Network(TANH, ns.Gaussian(gain=4.0), SIZE, inputs=1, rng=0)
MAP = {"dt": 1.0, "scheme": "euler"}
run = ns.simulate(chaotic, DURATION, **MAP, rng=1)
measured = ns.analysis.covariance(run.rates, discard=100.0, dt=1.0)
predicted = ns.theory.covariance(chaotic, dt=1.0)
above = np.triu_indices(SIZE, 1)
agreement = np.corrcoef(predicted.rates[above], measured.values[above])[0, 1]
print(f"correlation of predicted and measured covariances of pairs: {agreement:.2f}")

# %% [markdown]
# The same linear theory predicts the mean answer to a weak input, and the tangent map has a known Lyapunov spectrum. We
# measure nine tenths of it: the last directions shrink so much in one step that rounding hides them.

# %%
answer = ns.analysis.transfer_function(
    chaotic, np.array([0.05, 0.2, 0.4]), 0.2, duration=DURATION / 2, **MAP, rng=0
)
theory = ns.theory.transfer_function(chaotic, answer.frequencies, dt=1.0)
exponents = ns.analysis.lyapunov_spectrum(
    chaotic, count=9 * SIZE // 10, duration=DURATION / 10, discard=50.0, **MAP, rng=1
)
limit = ns.theory.lyapunov_spectrum(chaotic, dt=1.0)
dimensions = np.array([exponents.dimension / SIZE, limit.dimension])
print("Kaplan–Yorke dimension / N: this network {:.3f}, theory {:.3f}".format(*dimensions))

# %% [markdown]
# ## How many fixed points?
#
# The mean number grows as exp(N Σ) above g = 1 (Wainrib & Touboul 2013), at first more slowly than the exponent λ₁.

# %%
gains = np.array([1.05, 1.2, 1.5, 2.0, 3.0])
complexity = np.array([float(ns.theory.fixed_point_complexity(chaotic, gain=g)) for g in gains])
growth = np.array([float(ns.theory.lyapunov_exponent(chaotic, gain=g)) for g in gains])
print("gain, λ₁, Σ:", *np.c_[gains, growth, complexity].round(5), sep="\n")

# %%
with ns.plotting.style(font_size=11):
    figure, axes = plt.subplots(2, 4, figsize=(15.0, 7.4), layout="constrained")
    for ax, (name, each) in zip(axes[0], spectra.items(), strict=True):
        ns.plotting.spectrum(each, ax=ax).set_title(name, y=1.2)
    ns.plotting.covariance(measured, predicted.rates, ax=axes[1, 0])
    ns.plotting.covariance_spectrum(measured, predicted, ax=axes[1, 1])
    ns.plotting.transfer_function(answer, theory, ax=axes[1, 2])
    ns.plotting.lyapunov_spectrum(exponents, limit, ax=axes[1, 3])
plt.show()

# %% [markdown]
# **Results:** theory knows this network pair by pair, and says where the ensemble is not one that it covers.
#
# **Try:** `ns.Orthogonal(gain=4.0)` for the chaotic network: all pairs are uncorrelated.
