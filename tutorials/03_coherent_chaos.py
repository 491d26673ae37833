# %% [markdown]
# # 03 Coherent chaos
#
# In tutorial 01 the units fluctuated independently, and their mean stayed near zero. Landau and Sompolinsky (PLoS
# Computational Biology 14, e1006309, 2018) showed that weak structure makes chaos *coherent*: a fluctuation that
# all units share. Add one pair of modes to the random weights,
#
#     W = g J + (J₁/√N) ξ νᵀ,      ξ = (1, ..., 1),      ν = (1, ..., 1, -1, ..., -1).
#
# The structure projects the rates onto ν and drives all units along ξ. The two are orthogonal, so there is no
# feedback and no additional eigenvalue. It only transmits fluctuations of the random part, and yet the units
# fluctuate together.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import neurosim as ns

FAST = "NEUROSIM_FAST" in os.environ  # for the tests: smaller and fewer networks
SIZE, SEEDS = (400, 4) if FAST else (1000, 4)
STRENGTHS = np.array([0.0, 0.2, 0.5] if FAST else [0.0, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0])
GAIN = 2.0

# %% [markdown]
# ## The same random part, with and without structure
#
# Connectivities are added with `+`. `RowBalanced` subtracts from each row its mean: the random part then does not
# respond to activity that all units share, and the eigenvalues of the sum do not depend on J₁.


# %%
def network(strength, seed=3, size=SIZE):
    connectivity = ns.connectivity.RowBalanced(ns.Gaussian(gain=GAIN)) + ns.Coherent(strength=strength)
    return ns.Network(ns.LeakyCurrent("tanh"), connectivity, size, rng=seed)


spectra = [ns.analysis.spectrum(network(strength, size=200)) for strength in (0.0, 5.0)]
shift = np.abs(spectra[1].eigenvalues - spectra[0].eigenvalues).max()
print(f"largest shift of an eigenvalue by the structure: {shift:.1e}")

# %% [markdown]
# ## Measure the coherence
#
# The coherent mode is the mean h̄(t) of all states, and the coherence χ its size relative to that of single units:
# χ² = ⟨h̄²⟩ / ⟨h_i²⟩. For independent units it is 1/√N. For weak structure, theory predicts
# χ² = ((J₁/g)² + 1/N) / (1 + (J₁/g)²). Networks of finite size differ, so several are averaged.


# %%
def activity(strength, seed=3):
    chosen = network(strength, seed).astype("float32")  # twice as fast, same statistics
    return ns.simulate(chosen, duration=200.0, dt=0.1, scheme="heun", every=5, rng=seed)


measured = np.array(
    [
        [ns.analysis.coherence(activity(strength, seed), discard=50.0) for strength in STRENGTHS]
        for seed in range(SEEDS)
    ]
)
predicted = ns.theory.coherence(STRENGTHS, gain=GAIN, size=SIZE)
average = np.sqrt(np.mean(measured**2, axis=0))
for strength, chi, theory in zip(STRENGTHS, average, predicted, strict=True):
    print(f"J₁ = {strength:.2f}: coherence {chi:.3f} measured, {theory:.3f} predicted")

# %% [markdown]
# ## The figure
#
# Ten units and, in black, the mode that all share. The theory above does not cover strong structure (J₁ = 5): there
# the activity has long epochs in which all units have one sign, and switches between them.

# %%
with ns.plotting.style(font_size=12, axes_titlesize=13):
    figure = plt.figure(figsize=(11.0, 6.8), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=[3, 2])
    traces = left.subplots(3, 1, sharex=True, sharey=True)
    for ax, strength in zip(traces, (0.0, 1.0, 5.0), strict=True):
        run = activity(strength)
        ns.plotting.traces(run, ax=ax)
        ns.plotting.coherent_mode(run, ax=ax)
        ax.get_legend().remove()
        ax.set(title=f"J₁ = {strength:g}", xlim=(80.0, 200.0), ylim=(-4.5, 4.5))
        ax.label_outer()
    traces[0].set_title("J₁ = 0 (colors: ten units; black: the mode that all share)")
    disc, chi = right.subplots(2, 1)
    ns.plotting.spectrum(spectra[0], ax=disc)
    moved = spectra[1].eigenvalues
    disc.plot(moved.real, moved.imag, "o", color="C1", markersize=7, fillstyle="none", label="J₁ = 5")
    disc.set_title("eigenvalues: J₁ = 0 (dots), J₁ = 5 (rings)")
    disc.get_legend().remove()
    ns.plotting.coherence(STRENGTHS, measured, predicted, ax=chi)
    chi.set(title=f"{SEEDS} networks for each strength", ylim=(0.0, 0.6))
    chi.legend(loc="upper left")
plt.show()

# %% [markdown]
# **Results:** structure that leaves the eigenvalues unchanged makes all units fluctuate together, with the predicted
# coherence as long as it is weak.
#
# **Try:** `strength=200.0`: the mode becomes constant or oscillates, as `ns.theory.self_tuned_state` predicts from
# the leading eigenvalue. Without `RowBalanced`, outliers appear.
