# %% [markdown]
# # 16 Are these the same solution?
#
# Train many networks, and all of them are right. Did they find one solution, or several? Weights say little: the units
# of two networks have no common order. We compare what the networks do, in several ways, and ask of each whether the
# groups that it shows are more than chance.
#
# The networks learn AND, OR and XOR of two pulses (after Jarne and Laje, Journal of Computational Neuroscience 51, 407,
# 2023), each gate from the same few starts. What decides how a network works: its gate, or its start?

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import neurosim as ns
from neurosim.trainers import Adam, ClipNorm

FAST = "NEUROSIM_FAST" in os.environ  # for the tests: fewer networks, the same steps
SEEDS, UNITS = range(3 if FAST else 6), 40
GATES = {"AND": ns.tasks.And(), "OR": ns.tasks.Or(), "XOR": ns.tasks.Xor()}

# %% [markdown]
# ## Train
#
# Over the 200 steps of a trial the network must remember the pulses, and some gradients get so large that we clip them.

# %%
trainer = ns.BPTT(epochs=14, trials_per_epoch=1280, dt=1.0, optimizer=Adam(2e-3), clipping=ClipNorm(0.5))


def trained(task, seed):
    shape = {"inputs": task.inputs, "outputs": task.outputs, "rng": seed}
    return trainer.fit(ns.Network(ns.LeakyRate("tanh"), ns.Orthogonal(), UNITS, **shape), task, rng=seed)


def score(training, trials):
    return trials.accuracy(ns.simulate(training.network, **trials.simulation)).mean()


networks = {f"{gate} {k}": trained(task, k) for gate, task in GATES.items() for k in SEEDS}
gates, starts = (list(part) for part in zip(*(name.split() for name in networks), strict=True))
tests = {gate: task.trials(200, dt=1.0, rng=100) for gate, task in GATES.items()}
scores = np.array([score(each, tests[gate]) for gate, each in zip(gates, networks.values(), strict=True)])
print("accuracy:", *scores.round(2))

# %% [markdown]
# ## Three ways to compare
#
# * `dynamics`: is the flow the same, up to a rotation of the state? Activity is embedded in windows of 20 samples, a
#   linear operator is fitted that advances it by one sample, and operators are compared after the best change of frame
#   (Ostrow, Eisen, Kozachkov and Fiete, NeurIPS 36, 2023).
# * `cka`: are the states in the same trials arranged alike? (Kornblith et al., ICML 2019.)
# * `weight_eigenvalues`: are the eigenvalues of the weights the same?
#
# All networks see the same pulses. `separation` takes groups that are known before, and deals them out at random to see
# what chance gives: a silhouette of 1 means tight groups far apart, 0 no groups.

# %%
pulses = {"task": GATES["XOR"], "trials": 40, "rng": 7}
settings = {"dynamics": {**pulses, "rank": 6}, "cka": pulses, "weight_eigenvalues": {}}
kinds = tuple(settings)
found = {kind: ns.analysis.similarity(networks, kind, **settings[kind]) for kind in kinds}
by_gate = {kind: found[kind].separation(gates, rng=0) for kind in kinds}
by_start = {kind: found[kind].separation(starts, rng=0) for kind in kinds}
for kind in kinds:
    for name, groups in (("gates", by_gate[kind]), ("starts", by_start[kind])):
        print(f"{kind}: silhouette of the {name} {groups.score:+.2f}, p = {groups.p_value:.3f}")

# %% [markdown]
# ## Clusters that nobody named
#
# A dendrogram always shows branches, also among networks that were drawn from one ensemble. `clusters` asks whether
# there are more groups than in one Gaussian cloud with the same covariance.

# %%
for kind in kinds:
    clusters = found[kind].clusters(rng=0)
    print(f"{kind}: clusters {clusters.labels}, silhouette {clusters.score:.2f}, p = {clusters.p_value:.3f}")

# %% [markdown]
# ## Before training
#
# Is the distance between networks what training made, or what it left of the starts? Both take the steps of training:
# with others they are other dynamical systems. And what is small? Operators are estimated from trials, so we compare
# each network with itself in other trials. At the default rank of 15 even that distance is large.

# %%
trained_xor = {name: each for name, each in networks.items() if name.startswith("XOR")}
before = {name: each.start.replace(stepping=each.network.stepping) for name, each in trained_xor.items()}
untrained = ns.analysis.similarity(before, "dynamics", **settings["dynamics"])
upper, own = np.triu_indices(len(before), 1), np.array(gates) == "XOR"
silhouettes = np.array([[each[kind].score for kind in kinds] for each in (by_gate, by_start)])
p_values = np.array([[each[kind].p_value for kind in kinds] for each in (by_gate, by_start)])
means = np.array([untrained.distances[upper].mean(), found["dynamics"].distances[own][:, own][upper].mean()])
print(f"mean distance of the dynamics of XOR: {means[0]:.3f} before, {means[1]:.3f} after training")
batches = [GATES["XOR"].trials(40, dt=1.0, rng=seed).simulation for seed in (7, 8)]
twice = [*before.values(), *(each.network for each in trained_xor.values())]
runs = [ns.simulate(network, **batch, rng=7) for batch in batches for network in twice]
itself = np.diag(ns.analysis.similarity(runs, rank=6).distances, len(twice))
print(f"distance of one network to itself in other trials: {itself.max():.3f} at most")

# %%
with ns.plotting.style(font_size=12, axes_labelsize=12, axes_titlesize=13):
    figure, axes = plt.subplots(2, 3, figsize=(14.0, 8.4), layout="constrained")
    ns.plotting.distance_matrix(found["dynamics"], ax=axes[0, 0])
    ns.plotting.dendrogram(found["dynamics"], ax=axes[0, 1], groups=gates).set_title("dynamics, by gate")
    ns.plotting.similarity_map(found["weight_eigenvalues"], ax=axes[0, 2], groups=starts)
    axes[0, 2].set_title("weight eigenvalues, by start")
    for ax, kind in zip(axes[1], kinds, strict=True):
        title = f"{kind.replace('_', ' ')}, by gate"
        ns.plotting.similarity_map(found[kind], ax=ax, groups=gates).set_title(title)
plt.show()

# %% [markdown]
# **Results:** the eigenvalues of the weights still show the start, the arrangement of activity shows the gate,
# and the dynamics hardly show either: after training they are far more alike than before.
#
# **Try:** compare `kind="attractors"` or `"cca"`, other tasks, or rank 15. Which kind tells the tasks apart?
