# %% [markdown]
# # 10 Inside a trained flip-flop
#
# A network learns to remember three bits: the sign of the last pulse on each of three channels (Sussillo and Barak,
# Neural Computation 25, 626, 2013). How does it hold eight memories, and how does a pulse switch between them? We train
# it, and find the answers in its fixed points.

# %%
import autograd.numpy as anp
import matplotlib.pyplot as plt
import numpy as np

import neurosim as ns
from neurosim.trainers import Adam

UNITS, TAU, STEP = 60, 10.0, 2.0

# %% [markdown]
# ## Train
#
# Before its first pulse the target of a bit is 0, and a network that learns this too has 27 states to hold. This loss
# ignores such bits. Noise in the units makes memories more stable: they relax in 2 to 4 τ (4 to 8 without).

# %%
task, neuron = ns.tasks.FlipFlop(bits=3), ns.LeakyRate("tanh", tau=TAU)
names = {"inputs": task.inputs, "outputs": task.outputs}
start = ns.Network(neuron, ns.Gaussian(gain=0.8), UNITS, **names, dtype="float32", rng=1)
settings = {"dt": STEP, "noise": ns.WhiteNoise(0.05), "optimizer": Adam(3e-3)}
settings["loss"] = lambda run, trials: anp.mean((trials.targets != 0.0) * (run.outputs - trials.targets) ** 2)
network = ns.BPTT(epochs=4, batch_size=32, **settings).fit(start, task, rng=1).network
trials = task.trials(64, dt=STEP, rng=2)
run = ns.simulate(network, **trials.simulation)
counts = (trials.targets[:, -1] != 0.0) & (np.abs(trials.inputs[:, -20:]).max(axis=1) < 0.5)
wrong = counts & (np.abs(trials.align(run) - trials.targets)[:, -1] > 0.5)
print(f"of {counts.sum()} bits without a pulse in the last 4 τ of a trial, {wrong.sum()} are wrong")

# %% [markdown]
# ## Fixed points
#
# Newton's method, from states of these trials. Each point is certified: one exact fixed point is within `radii`.

# %%
found = ns.analysis.fixed_points(network, starts=run.states[:, ::8].reshape(-1, UNITS), rng=3)
corners, index = found.outputs[found.stable], found.unstable_dimensions
slowest = found.time_constants[found.stable, 0] / TAU
print(found, "stable points, outputs and slowest τ:", *np.c_[corners, slowest].round(2), sep="\n")

# %% [markdown]
# Eight corners of a cube. Are these all memories? A limit cycle would be missed by this search (see tutorial 13).

# %%
ends = ns.analysis.attractors(network, starts=run.states[:, -1], dt=STEP, scheme="euler", rng=4)
print(f"without input, it ends at {len(ends)} attractors, of the kinds", {each.kind for each in ends})

# %% [markdown]
# ## From memory to memory
#
# A saddle of index 1 has one unstable direction, and both ways along it lead to a memory. If these differ in one bit,
# the saddle is on an edge of the cube. Which input moves the state across it? The left eigenvector selects: its
# product with the effect of the channels, φ'(u) W_in.

# %%
saddles = np.flatnonzero(index == 1)
right, select = (np.array([found.eigenvectors(k)[side][:, 0].real for k in saddles]) for side in (0, 1))
begin = found.states[saddles, None] + np.array([-0.1, 0.1])[:, None] * right[:, None]
trips = {"trials": 2 * len(saddles), "initial_state": begin.reshape(-1, UNITS), "noise": None}
left = ns.simulate(network, 100 * TAU, STEP, **trips)
reached = np.sign(left.outputs[:, -1]).reshape(-1, 2, 3).astype(int)
flipped = reached[:, 0] != reached[:, 1]
on_edge = flipped.sum(axis=1) == 1
edges = {frozenset(map(tuple, pair)) for pair in reached[on_edge].tolist()}
slopes = 1.0 - found.states[saddles] ** 2  # φ' = 1 - tanh²
own = np.abs((select * slopes) @ network.input_weights).argmax(axis=1) == flipped.argmax(axis=1)
covered, pushed = len(edges), (own & on_edge).sum() / on_edge.sum()
print(f"of {len(saddles)} saddles of index 1 {on_edge.sum()} are on edges: on {covered} of the 12")
print(f"the channel of the bit that changes has the largest effect at {100 * pushed:.0f} % of these")

# %% [markdown]
# ## How a pulse erases a memory
#
# Continue the memory (-1, -1, -1) while input 0 increases (a pulse has height 1). It meets a saddle, and both vanish in
# a saddle-node bifurcation. There the branch turns, and returns to zero input: to the saddle on the edge.

# %%
memory = found.states[np.abs(found.outputs + 1.0).sum(axis=1).argmin()]
branch = ns.analysis.continue_along_input(network, memory, inputs=(np.zeros(3), np.array([1.0, 0.0, 0.0])))
fold, gap = branch.bifurcations[0].parameter, np.abs(found.states - branch.states[-1]).max(axis=1)
held = np.outer([0.9, 1.1], [fold, 0.0, 0.0])[:, None].repeat(round(200 * TAU / STEP), axis=1)
pulses = ns.simulate(network, 200 * TAU, STEP, inputs=held, trials=2, initial_state=memory, noise=None)
kept = pulses.outputs[:, -1, 0]
print(f"{branch}, at the {found.kinds[gap.argmin()]} with outputs {found.outputs[gap.argmin()].round(2)}")
print(f"held for 200 τ just below and just above that input, output 0 is {kept.round(2)}")

# %%
with ns.plotting.style(font_size=12, axes_labelsize=12, axes_titlesize=13):
    figure = plt.figure(figsize=(13.0, 10.0), layout="constrained")
    example, spectra, lost = (figure.add_subplot(2, 2, place) for place in (1, 3, 4))
    space = figure.add_subplot(2, 2, 2, projection="3d")
    ns.plotting.trial(trials, outputs=run, ax=example).set_xlabel("time (bits are free until they are set)")
    components = ns.analysis.principal_components(run, count=3)
    for path in components.project(run)[:16]:
        space.plot(*path.T, color="0.7", linewidth=0.5)
    for path in components.project(left):
        space.plot(*path.T, color=ns.plotting.COLORS[1])
    places = components.project(found.states[None])[0]
    for growing, face, name in ((0, "black", "memory"), (1, "white", "saddle of index 1")):
        space.plot(*places[index == growing].T, "o", color="black", markerfacecolor=face, label=name)
    space.set(xlabel="PC 1", ylabel="PC 2", zlabel="PC 3", title="orange: the ways from saddles to memories")
    space.legend(loc="upper left")
    ns.plotting.fixed_point_spectra(found, ax=spectra, most=12)
    ns.plotting.branch(branch, ax=lost, direction=network.readout_weights[0], xlabel="input 0, held")
    lost.set(ylabel="output 0, without its bias", title="a memory meets a saddle")
plt.show()

# %% [markdown]
# **Results:** memories are corners of a cube, saddles are on its edges, and during a pulse the two collide.
#
# **Try:** other seeds: six networks had 12 to 16 saddles of index 1; where are they? And without this loss?
