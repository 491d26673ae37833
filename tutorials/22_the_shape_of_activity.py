# %% [markdown]
# # 22 The shape of activity
#
# The activity of fifty units is a cloud of curves in fifty dimensions. We train two networks on XOR, and ask what its
# activity codes, how it turns, what the readout sees of it, and whether both networks have the same shape.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import neurosim as ns
from neurosim import analysis
from neurosim.trainers import Adam

FAST = "NEUROSIM_FAST" in os.environ  # for the tests: shorter
task = ns.tasks.Xor(fixation=10.0, response=30.0)
trainer = ns.BPTT(
    epochs=8 if FAST else 25,
    trials_per_epoch=640,
    batch_size=16,
    dt=2.0,
    optimizer=Adam(2e-3),
    validation=100,
)
starts = [
    ns.Network(
        ns.LeakyRate("tanh", tau=4.0), ns.Gaussian(1.0), 50, inputs=task.inputs, outputs=task.outputs, rng=k
    )
    for k in (0, 1)
]
trained = [trainer.fit(start, task, rng=1).network for start in starts]
trials = task.trials(64, dt=2.0, rng=2)
runs = [ns.simulate(network, **trials.simulation) for network in (starts[0], *trained)]
accuracies = np.array([trials.accuracy(run).mean() for run in runs])
print("accuracy without training, and of two trained networks:", accuracies)

# %% [markdown]
# ## What is coded, and where
#
# `targeted_axes` regresses the activity of each unit on variables (Mante et al., Nature 503, 78, 2013). Beside the two
# inputs we ask for their product, which is what XOR needs, and which no linear network has.

# %%
signs = {name: 2.0 * trials.conditions[name] - 1.0 for name in ("A", "B")}
variables = {**signs, "A × B": signs["A"] * signs["B"]}
axes_of = [analysis.targeted_axes(run.rates, variables, dt=run.dt) for run in runs]
sizes = np.array([np.linalg.norm(each.coefficients[:, -1], axis=1) for each in axes_of])
products = sizes[:, 2] / sizes[:, :2].max(axis=1)
print("A × B at the end of a trial, relative to the stronger input:", products.round(2))

# %% [markdown]
# ## How it moves
#
# Tangling is large where nearby states move in different directions (Russo et al., Neuron 97, 953, 2018). Planes of
# jPCA (Churchland et al., Nature 487, 51, 2012) are those in which it turns.

# %%
tangled = [analysis.tangling(run.rates, dt=run.dt) for run in runs]
planes = analysis.jpca(runs[1].rates, count=4, dt=runs[1].dt)
print(
    f"tangling of rates {tangled[1].percentile():.3f}; rotations explain {planes.r_squared:.2f} of the velocities, "
    f"any linear map {planes.r_squared_linear:.2f}"
)

# %% [markdown]
# ## What the readout sees
#
# A readout is aligned where it looks at large components of the activity, oblique where it looks at small ones
# (Schuessler et al., eLife 12, RP93060, 2024).

# %%
readouts = [analysis.readout_alignment(run.rates, run.network.readout_weights) for run in runs]
alignments = np.array([each.correlation for each in readouts])
print("alignment of the readout:", alignments.round(3), "by chance:", round(readouts[1].chance, 3))

# %% [markdown]
# ## What one half tells the other, and components of trials, time and units
#
# Reduced-rank regression (Semedo et al., Neuron 102, 249, 2019) finds through how many dimensions the first 25 units
# predict the others. Tensor components (Williams et al., Neuron 98, 1099, 2018) have factors of trial, time and unit.

# %%
rates = runs[1].rates
shared = analysis.communication_subspace(rates[..., :25], rates[..., 25:])
tensors = analysis.tensor_components(rates, 4, starts=3, dt=runs[1].dt, rng=0)
dimension, error = shared.dimension, tensors.error
print(
    f"{dimension} dimensions suffice to predict; four tensor components leave {100 * error**2:.0f} % of the square"
)

# %% [markdown]
# ## Have both networks the same shape?
#
# Procrustes analysis turns one cloud onto the other, canonical correlations allow any linear map. As chance we take the
# same network with its conditions in another order.

# %%
other = runs[2].rates
mixed = other[np.random.default_rng(3).permutation(len(other))]
matched = [analysis.procrustes_alignment(rates, each) for each in (other, mixed)]
r_squared = np.array([each.r_squared for each in matched])
correlations = analysis.canonical_alignment(rates, other, count=4).correlations
print("Procrustes R²:", r_squared.round(2), "canonical correlations:", correlations.round(2))

# %%
with ns.plotting.style(font_size=11, axes_labelsize=11, axes_titlesize=12):
    figure, axes = plt.subplots(2, 2, figsize=(11.0, 8.0), layout="constrained")
    ns.plotting.rotations(planes, rates, ax=axes[0, 0]).set_title("planes of rotation")
    ns.plotting.readout_alignment(readouts[1], axes[0, 1]).set_title("what the readout sees")
    ns.plotting.communication_scores(shared, axes[1, 0]).set_title("from one half to the other")
    ns.plotting.aligned_trajectories(matched[0], rates, other, ax=axes[1, 1]).set_title("two networks")
plt.show()

# %% [markdown]
# **Results:** the product of the inputs grows from 0.4 to 3 times the stronger of them, and the activity of two
# networks from different starts can be turned onto each other with 0.89 of their variance.
#
# **Try:** `demixed_components` with both inputs as factors; a readout that is ten times as large at the start.
