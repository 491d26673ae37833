# %% [markdown]
# # 05 Train a network, and see what training changed
#
# Fifty units learn the exclusive or (XOR), after Jarne and Laje (Journal of Computational Neuroscience 51, 407, 2023).
# There are two inputs, A and B. If exactly one of them had a pulse, the output has to be 1, else 0: not during
# the pulses but long after, so that the network must remember. Then we look for the memory in the eigenvalues of
# the weights (Jarne, Cognitive Neurodynamics 17, 257, 2023) and in the dynamics without input.
#
# Run it with `python tutorials/05_train_a_network.py`, or open it in an editor that supports `# %%` cells.

# %%
import matplotlib.pyplot as plt
import numpy as np

import neurosim as ns
from neurosim.trainers import Adam

UNITS = 50

# %% [markdown]
# ## The task and the network
#
# A task generates trials, and names the channels that a network needs. The unit is τ dr_i/dt = -r_i + tanh(u_i). With
# Euler steps as long as τ it is r_i(t+1) = tanh(u_i), the recurrent network of machine learning, and that is what
# we train: dt = τ = 1. One trial is 200 steps long. The inputs are noisy.

# %%
task = ns.tasks.Xor()
start = ns.Network(
    ns.LeakyRate("tanh", tau=1.0), ns.Orthogonal(), UNITS, inputs=task.inputs, outputs=task.outputs, rng=0
)
print(task.trials(64, dt=1.0, rng=1))
print(start)

# %% [markdown]
# ## Train
#
# `BPTT` is backpropagation through time: after each batch of trials, all weights change in the direction that lowers
# the mean squared error. `fit` does not change `start`. It returns a `Training` with the best network, the history
# and everything needed to continue. Held-out trials (validation) show whether the task was learned.

# %%
trainer = ns.BPTT(epochs=10, trials_per_epoch=1600, dt=1.0, optimizer=Adam(1e-3), validation=400)
training = trainer.fit(start, task, rng=2)
trained, history = training.network, training.history
print(history)
accuracy = history["validation_accuracy"][-1]

# %% [markdown]
# ## The spectrum
#
# Near zero, tanh u is u, and a step is r(t+1) = W r(t): along an eigenvector of W, activity is multiplied by the
# eigenvalue λ. With |λ| < 1 it decays, with |λ| > 1 it grows until tanh saturates. An orthogonal matrix has all its
# eigenvalues on the unit circle. Training moves a few of them outside and leaves the others near the circle.
#
# Would any change of the weights do that? Shuffle the entries of the change ΔW = W - W₀ and add them to W₀: for
# random changes theory predicts the radius √(1 + |ΔW|²/|W₀|²), which is hardly more than 1.

# %%
before, after = ns.analysis.spectrum(start), ns.analysis.spectrum(trained)
change = ns.analysis.weight_change(start, trained)
shuffled = np.random.default_rng(3).permutation(change.matrix.ravel()).reshape(UNITS, UNITS)
by_chance = ns.analysis.spectrum(start.replace(recurrent=ns.Operator(start.recurrent.dense() + shuffled)))
relative, left = change.relative, len(after.outliers)
print(f"|ΔW| = {relative:.3f} |W₀|, of effective rank {change.participation_ratio:.1f} (of {UNITS})")
print(
    f"largest |λ|: {before.radius:.3f} before, {after.radius:.3f} after, {left} eigenvalues left the circle"
)
print(f"same change, shuffled: {by_chance.radius:.3f}, theory {np.sqrt(1.0 + relative**2):.3f}")

# %% [markdown]
# ## The dynamics after the stimulus
#
# One trial of each condition, then no input. `attractors` continues until the activity repeats itself, and
# reports whether it is constant (a fixed point) or periodic (a limit cycle).

# %%
trials = task.trials(64, dt=1.0, rng=4)
kinds = 2 * trials.conditions["A"] + trials.conditions["B"]
trials = trials[[int(np.argmax(kinds == kind)) for kind in range(4)]]
run = ns.simulate(trained, **trials.simulation)
ends = ns.analysis.attractors(trained, starts=run.states[:, -1], dt=1.0, scheme="euler", rng=5)
memories = np.array([ends[k].outputs.mean() for k in ends.labels])
for kind, label, memory in zip(("00", "01", "10", "11"), ends.labels, memories, strict=True):
    print(f"after {kind}: {ends[label].kind} number {label}, where the output is {memory:+.2f}")

# %% [markdown]
# ## Where the answer is in the activity
#
# The answer is neither A nor B but their interaction. Demixed principal components (Kobak et al., eLife 2016) divide
# the variance of the mean activity into what depends on time only, on A, on B, and on both together.

# %%
several = task.trials(256, dt=1.0, rng=6)
factors = {name: several.conditions[name] for name in ("A", "B")}
rates = [ns.simulate(network, **several.simulation).rates for network in (start, trained)]
interaction = [float(ns.analysis.demixed_components(each, factors).marginal_shares[-1]) for each in rates]
print(f"variance of A × B: {interaction[0]:.3f} of all before, {interaction[1]:.3f} after training")

# %%
with ns.plotting.style(font_size=12, axes_labelsize=12, axes_titlesize=13):
    rows = [["history", "before", "after"], ["trial", "trial", "plane"]]
    figure, axes = plt.subplot_mosaic(rows, figsize=(12.0, 7.6), layout="constrained")
    history.plot(ax=axes["history"])
    for name, spectrum in (("before", before), ("after", after)):
        ns.plotting.spectrum(spectrum, ax=axes[name])
        axes[name].set(xlim=(-1.4, 1.4), ylim=(-1.4, 1.4))
        axes[name].text(0.0, 0.0, f"{name}\ntraining", ha="center", va="center")
    ns.plotting.trial(trials, outputs=run, trial=1, ax=axes["trial"])
    ns.plotting.phase_portrait(run, ax=axes["plane"])
    handles = axes["plane"].get_legend_handles_labels()[0]
    axes["plane"].legend(handles, ["no pulse", "B alone", "A alone", "both"], fontsize="small")
plt.show()

# %% [markdown]
# **Results:** a small change of low rank moves a few eigenvalues out of the unit circle, and the network then has
# attractors, one or more for each answer.
#
# **Try:** start from `ns.Gaussian(gain=1.0)`, or from `ns.Gaussian(gain=0.5)`, whose activity decays: does it learn?
# With another seed, `rng=1`, two answers may have more than two memories, or a memory that oscillates.
