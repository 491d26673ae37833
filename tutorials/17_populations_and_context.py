# %% [markdown]
# # 17 Populations and context: the few equations of a low-rank network
#
# The same stimulus has to be integrated in one context and ignored in another (Mante et al., Nature 503, 78, 2013). We
# construct a network of rank one that does this with three populations of units, find them again, reduce the network
# to one equation, and ask by which mechanism context acts.

# %%
import matplotlib.pyplot as plt
import numpy as np

import neurosim as ns
from neurosim.connectivity import GaussianMixtureLowRank

UNITS, TAU, STEP = 500, 100.0, 20.0
task = ns.tasks.ContextIntegration(coherences=(0.2, 0.5, 1.0), background=0.0, catch=0.0, early=0.0)

# %% [markdown]
# ## Construct
#
# A unit has ten loadings: of m and n, six input and two readout weights. In population 0, n overlaps with m, which
# makes κ last. Population 1 reads the motion, but the cue of color silences it by strong weights of either sign;
# population 2 the other way round.

# %%
shares, names = [0.4, 0.3, 0.3], ["m", "n", *task.inputs, *task.outputs]
covariances = np.tile(np.diag([1.0, 4.0, *2 * [0.1], *6 * [1.0]]), (3, 1, 1))


def overlap(population, first, second, value):
    a, b = names.index(first), names.index(second)
    covariances[population, a, b] = covariances[population, b, a] = value


covariances[0, 1, 1] = 16.0
overlap(0, "m", "n", 2.4)
for side, sign in zip(task.outputs, (1.0, -1.0), strict=True):
    overlap(0, "m", side, 0.5 * sign)
for population, pair, silencer in ((1, ("right", "left"), "color"), (2, ("red", "green"), "motion")):
    overlap(population, silencer, silencer, 60.0)
    for channel, sign in zip(pair, (1.0, -1.0), strict=True):
        overlap(population, "n", channel, 1.3 * sign)
mixture = GaussianMixtureLowRank(shares, np.zeros((3, 10)), covariances, matched=True)
half = mixture.loadings(UNITS // 2, np.random.default_rng(0))
# a second half of opposite response to what is no evidence, which thus does not move κ
opposite = np.concatenate([half[:, :2], -half[:, [2, 3, 5, 4, 7, 6]], half[:, 8:]], axis=1)
loadings = np.concatenate([half, opposite])
channels = {"inputs": task.inputs, "outputs": task.outputs, "stepping": ns.Stepping(dt=STEP)}
weights = {"input_weights": loadings[:, 2:8], "readout_weights": loadings[:, 8:].T / UNITS}
vectors = ns.LowRank(loadings[:, 0], loadings[:, 1])
network = ns.Network(ns.LeakyCurrent("tanh", tau=TAU), vectors, UNITS, **channels, **weights, rng=0)
network = network.replace(initial_state=np.zeros(UNITS))
trials = task.trials(100, dt=STEP, rng=1)
run = ns.simulate(network, **trials.simulation)
print(f"without training, {100 * (correct := trials.accuracy(run).mean()):.0f} % of its choices are correct")

# %% [markdown]
# ## Find the populations, and draw the network anew
#
# Fit a mixture of normal distributions to the loadings. If networks drawn from it do the task, only these statistics
# matter. With one population both cues act on both stimuli.

# %%
found = ns.analysis.populations(network, (1, 2, 3), starts=8, rng=2)
drawn = ns.analysis.resampling_accuracy(network, trials, (1, 2, 3), draws=4, matched=True, starts=8, rng=2)
populations, medians = found.count, drawn.medians
print(
    f"{populations} populations with shares {found.mixture.weights.round(2)}; drawn anew, {medians} are correct"
)

# %% [markdown]
# ## One equation
#
# The effective circuit replaces sums over units by averages over populations: an equation for κ that does the task.

# %%
circuit = ns.theory.effective_circuit(network, found.mixture)
reduced = circuit.simulate(**trials.simulation)
predicted = trials.accuracy(reduced).mean()
error = np.abs(reduced.outputs - run.outputs).max() / np.abs(run.outputs).max()
print(
    f"the circuit: {100 * predicted:.0f} % correct, outputs within {100 * error:.0f} % of those of the network"
)

# %% [markdown]
# ## By which mechanism?
#
# In each context there is a line attractor, on which κ accumulates evidence. The effect of a pulse is the product of
# a selection vector and the effective input; rank one allows only the input to change (Pagan et al., Nature 2025).

# %%
mean = np.array([0.0, 0.0, 0.5, 0.5, 0.5, 0.5])
contexts = {name: mean + np.eye(6)[k] for k, name in enumerate(("motion", "color"))}
stimuli = {"right − left": np.eye(6)[2] - np.eye(6)[3], "red − green": np.eye(6)[4] - np.eye(6)[5]}
middle = {name: network.input_weights @ cue for name, cue in contexts.items()}  # κ = 0
way = ns.analysis.context_selection(network, contexts, stimuli, states=middle, separation=1.05, points=1)
effects, fractions = way.effects[..., 0], way.fractions
print("effects of both stimuli in both contexts:", effects.round(4), sep="\n")
print("direct, indirect and selection-vector modulation:", fractions.round(2), sep="\n")

# %%
with ns.plotting.style(font_size=12, axes_labelsize=12, axes_titlesize=13):
    figure, panels = plt.subplots(2, 3, figsize=(14.0, 8.4), layout="constrained")
    ns.plotting.populations(found, ("motion", "color"), ax=panels[0, 0])
    ns.plotting.resampling_accuracy(drawn, ax=panels[0, 1]).set_title("networks drawn anew")
    ns.plotting.flow_field(circuit, run.states[:8], ax=panels[0, 2], inputs=contexts["motion"])
    for line, name in zip(way.attractors, contexts, strict=True):
        ns.plotting.line_attractor(line, ax=panels[1, 0], label=name)
    ns.plotting.context_selection(way, ax=panels[1, 1])
    times = STEP * np.arange(run.states.shape[1])
    for k, color in enumerate(ns.plotting.COLORS[:4]):
        panels[1, 2].plot(times, circuit.project(run.states[k]), color=color)
        panels[1, 2].plot(times, reduced.kappa[k], "--", color=color)
    panels[1, 2].set(xlabel="time (ms)", ylabel="κ", title="network; dashed: circuit")
plt.show()

# %% [markdown]
# **Results:** three populations and one equation explain five hundred units, and context acts on their inputs.
#
# **Try:** leave out one population of the mixture; train a network of `Operator.balance()` factors on this task.
