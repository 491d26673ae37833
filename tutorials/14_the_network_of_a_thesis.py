# %% [markdown]
# # 14 The network of a thesis: its figures, and the question that it left open
#
# For his thesis, Beltrame trained a network on one task, Go of Yang et al. (Nature Neuroscience 22, 297, 2019), drew
# its activity, and searched for its fixed points. He found none for the epochs of stimulus and response, and
# attributed this to training on a single task. This script trains such a network with the published settings,
# draws the figures 3.3 to 5.9 of the thesis, computes the numbers that are blank there, and answers the question.
# (Figures 3.1, 3.2 and 5.1 to 5.3 are schematics.) Where it departs from the thesis, it says so.
#
# `neurosim reproduce beltrame2023` has the numbers of several such networks beside those of the thesis; its file has
# the functions that find fixed points here.
#
# `python tutorials/14_the_network_of_a_thesis.py` takes some minutes, most of them for training. It leaves the network
# and the figures in `results/thesis`; a second run takes the network from there.

# %%
import os
from contextlib import contextmanager
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import neurosim as ns
from neurosim.studies import beltrame2023 as thesis

FAST = "NEUROSIM_FAST" in os.environ  # for the tests: few units and little training
SIZE, EPOCHS, UPDATES, TRIALS, PLACES = (24, 2, 5, 100, 4) if FAST else (256, 20, 100, 200, 32)
DT, TAU = 20.0, 100.0  # ms
THRESHOLD = 0.08  # of Fig. 4.4; the text of the thesis says 1.75, its caption 1
CARRY_STATE = True  # every trial begins where the last one ended, as in the thesis; False: at r = 0
FOLDER = Path("results/thesis")
FOLDER.mkdir(parents=True, exist_ok=True)


@contextmanager
def figure(name, rows, width, height, **settings):
    """Axes of a new figure, which is saved in the folder under this name."""
    with ns.plotting.style():
        drawn, axes = plt.subplot_mosaic(rows, figsize=(width, height), layout="constrained", **settings)
        yield axes
        drawn.savefig(FOLDER / f"{name}.png", dpi=40 if FAST else 130)
        plt.close(drawn)


# %% [markdown]
# ## The task
#
# Inputs are a fixation point, two rings of 32 units, and a channel for each rule; outputs are fixation and a ring. The
# thesis uses 200 trials of 90 steps, with the stimulus from step 30 and the answer from step 65, and 20 trials of 98
# steps as a test. All trials of a set have the same timing. (The thesis first says that the fixation output should be
# 1, then 0; it is trained to be 0.8, then 0.05, there and here.)

# %%
task = ns.tasks.yang2019("go")
trials = task.replace(fixation=600.0, stimulus=700.0).trials(TRIALS, DT, rng=2)
test = task.replace(fixation=600.0, stimulus=860.0).trials(20, DT, rng=3)
direction, preferred = trials.conditions["direction"], task.code.preferred_directions
onset, due, steps = 30, 65, trials.steps
noise_of_inputs = test.inputs[..., 66:].std()
print(f"noise of the inputs: {noise_of_inputs:.4f} at each step")

with figure("3.3-4.1_channels", [["tuning", "fixation", "rules"]], 14.0, 3.4) as axes:
    turn = np.linspace(0.0, 2.0 * np.pi, 721)
    axes["tuning"].plot(np.degrees(turn), task.code.encode(turn), linewidth=1.0)
    axes["tuning"].set(xlabel="direction (°)", ylabel="activity", title="3.3  tuning of the ring")
    axes["tuning"].set_xticks(range(0, 361, 90))
    for name, channels in (("fixation", slice(0, 1)), ("rules", slice(65, 85))):
        for trial in (0, 1):
            shown = test.inputs[trial, :, channels]
            axes[name].plot(shown, color=ns.plotting.COLORS[trial], linewidth=0.8)
        axes[name].set(xlabel="step", ylabel="input", title=f"4.1  {name}, two test trials")

with figure("3.4-3.5_trials", [["delayed", "first", "second"]], 18.0, 6.4) as axes:
    delayed = ns.tasks.yang2019("delay_go").trials(1, DT, rng=4)
    for name, shown, trial in (("delayed", delayed, 0), ("first", trials, 0), ("second", trials, 1)):
        ns.plotting.trial(shown, axes[name], trial=trial)
        axes[name].set_xlabel("time (ms)")
        title = "3.4  Dly Go" if name == "delayed" else f"3.5  Go, {np.degrees(direction[trial]):.0f}°"
        axes[name].set_title(title, loc="left", pad=44.0)

# %% [markdown]
# ## The network
#
#     τ dr/dt = -r + softplus(W r + W_in u + b + ξ),        z = logistic(W_out r + b_out),
#
# 256 units, W = 0.5 · identity at the start, noise ξ inside, Adam: `for_task` has the published settings. Errors are
# weighted as in the paper and in Eq. 3.8 of the thesis, m · error², but the loss is their mean, not their sum over
# time, and the first 100 ms do not count, as in the code of the authors (which has (m · error)²). Training is much
# shorter than theirs.

# %%
kept = FOLDER / "training.npz"
trainer = ns.BPTT.for_task(task, epochs=EPOCHS, trials_per_epoch=64 * UPDATES)
if kept.exists():
    training = ns.load(kept)
else:
    training = trainer.fit(ns.Network.for_task(task, size=SIZE, dtype="float32", rng=0), task, rng=1)
    training.save(kept)
# noise only where it is asked for below
network = training.network.astype("float64").replace(stepping=ns.Stepping(DT))
noise = trainer.noise


def perform(batch, carry, rng):
    """Rates and outputs after each step: trials from r = 0, or one after the other as a single long one."""
    return thesis.perform(network, batch, noise, carry, rng)


rates, outputs = perform(trials, CARRY_STATE, rng=5)
_, test_outputs = perform(test, CARRY_STATE, rng=6)
accuracy = np.array([trials.accuracy(outputs).mean(), test.accuracy(test_outputs).mean()])
print(f"after {EPOCHS * UPDATES} updates: accuracy {accuracy[0]:.3f}, in the test {accuracy[1]:.3f}")

with figure("training", [["loss"]], 5.2, 3.4) as axes:
    ns.plotting.history(training.history, axes["loss"])

# %% [markdown]
# ## Weights
#
# The thesis gives a mean of 0.10 and a variance of 0.06 for the biases of the units, -0.45 and 0.002 for those of the
# outputs. It notes three units that drive all outputs of the ring in the same direction: in our network they are those
# whose weights to the ring differ least from each other, relative to their mean.

# %%
bias, readout_bias = network.bias, network.readout_bias
for name, values in (("units", bias), ("outputs", readout_bias)):
    print(f"biases of the {name}: mean {values.mean():.3f}, variance {values.var():.4f}")
to_ring = network.readout_weights[1:]
same_sign = np.abs(np.sign(to_ring).sum(axis=0)) == len(to_ring)
uniform = np.argsort(-np.abs(to_ring.mean(axis=0)) / to_ring.std(axis=0))[:3]
means, to_fixation = to_ring.mean(axis=0)[uniform].round(2), network.readout_weights[0, uniform].round(2)
print(f"units with one sign to all outputs of the ring: {same_sign.sum()}")
print(f"most uniform: {uniform}, mean weights to the ring {means}, to fixation {to_fixation}")

with figure("4.2_biases", [["units", "outputs"]], 9.0, 3.2) as axes:
    for name, values in (("units", bias), ("outputs", readout_bias)):
        axes[name].hist(values, 24, density=True, color=ns.plotting.COLORS[0], alpha=0.6)
        places = np.linspace(values.min(), values.max(), 200)
        normal = np.exp(-((places - values.mean()) ** 2) / (2 * values.var())) / np.sqrt(
            2 * np.pi * values.var()
        )
        axes[name].plot(places, normal, "k--")
        axes[name].set(title=f"4.2  biases of the {name}", xlabel="bias", ylabel="density")

with figure("4.3_weights", [["all", "uniform"]], 13.0, 6.0, width_ratios=[1.4, 1.0]) as axes:
    ns.plotting.connectivity(network, axes["all"]).set_title("4.3  all weights")
    for unit in uniform:
        axes["uniform"].plot(to_ring[:, unit], "o-", markersize=3, label=f"unit {unit}")
    axes["uniform"].axhline(0.0, color="black", linewidth=0.8)
    axes["uniform"].set(title="4.3  weights of three units", xlabel="output of the ring", ylabel="weight")
    axes["uniform"].legend()

# %% [markdown]
# ## Units
#
# Strong connections, and how active the units are on average in each epoch.

# %%
strong = {limit: int((np.abs(network.recurrent.dense()) > limit).sum()) for limit in (THRESHOLD, 1.0, 1.75)}
print("recurrent weights above a threshold:", strong)
windows = {"0-30": (0, 30), "30-70": (30, 70), "70-90": (70, 90), "0-90": (0, 90)}
mean_rates = {name: rates[:, first:stop].mean(axis=(0, 1)) for name, (first, stop) in windows.items()}
with figure("4.4_graph", [list(windows)], 19.0, 4.4) as axes:
    for name, values in mean_rates.items():
        ax = ns.plotting.weight_graph(network, values, THRESHOLD, axes[name])
        ax.collections[-1].set_clim(0.0, max(map(np.max, mean_rates.values())))
        ax.set_title(f"4.4  mean rates in steps {name}")

# %%
stages = ((10, onset), (onset, due), (due + 5, steps))
before, seen, answering = (rates[:, first:stop].mean(axis=(0, 1)) for first, stop in stages)
responder = int(np.argmax(answering - np.maximum(before, seen)))
early = int(np.argmax(before - np.maximum(seen, answering)))
nearest = np.rint(direction / (np.pi / 16)) % 32
middle = {place: rates[nearest == place][:, onset:due].mean(axis=(0, 1)) for place in (9, 25)}
with figure("4.5_units", [["responder", "early", "middle"]], 16.0, 3.8) as axes:
    for name, unit in (("responder", responder), ("early", early)):
        axes[name].plot(rates[:40, :, unit].T, color="#999999", linewidth=0.4)
        axes[name].plot(rates[..., unit].mean(axis=0), color="black", linewidth=2.0)
        axes[name].set(title=f"4.5a  unit {unit}", xlabel="step", ylabel="rate", xlim=(0, steps - 1))
    for place, values in middle.items():
        axes["middle"].plot(
            values[np.argsort(middle[9] - middle[25])], ".", markersize=4, label=f"direction no. {place}"
        )
    axes["middle"].set(title="4.5b  mean of steps 30-65", xlabel="unit, by difference", ylabel="rate")
    axes["middle"].legend()

# %% [markdown]
# ## Outputs
#
# Residuals are output minus target. With the state carried over, the first steps still show the previous answer.

# %%
with figure("4.6_outputs", [["fix 0", "ring 0"], ["fix 1", "ring 1"]], 13.0, 6.4) as axes:
    for trial in (0, 1):
        answer = 1 + int(nearest[trial])
        for channel, color in zip((0, answer), ns.plotting.COLORS, strict=False):
            axes[f"fix {trial}"].plot(outputs[trial, :, channel], color=color, label=f"output {channel}")
            axes[f"fix {trial}"].plot(trials.targets[trial, :, channel], "k--", linewidth=1.0)
        axes[f"fix {trial}"].set(title=f"4.6  fixation, and {answer}, next to the answer", xlabel="step")
        axes[f"fix {trial}"].legend(loc="center")
        pair = np.concatenate([outputs[trial], np.full((steps, 2), np.nan), trials.targets[trial]], axis=1)
        ax = axes[f"ring {trial}"]
        ax.figure.colorbar(ax.imshow(pair.T, aspect="auto", vmin=0.0, vmax=0.9), ax=ax, pad=0.02)
        ax.set(title="4.6  33 outputs, and their targets", xlabel="step")
        ax.set_yticks([16, 51], ["outputs", "targets"])

residuals, test_residuals = outputs - trials.targets, test_outputs - test.targets
counted = trials.mask[0, :, 0] > 0.0
sizes = np.abs(residuals[:, counted])
within = np.mean(sizes < 0.05)
print(f"mean |residual| where it counts: {sizes.mean():.4f}; {100 * within:.1f} % are below 0.05")
with figure("4.7_residuals", [["trial", "histogram"], ["train", "test"]], 12.0, 6.6) as axes:
    axes["trial"].plot(residuals[0], color=ns.plotting.COLORS[0], linewidth=0.5)
    axes["trial"].axhspan(-0.05, 0.05, color=ns.plotting.COLORS[2], alpha=0.3)
    axes["trial"].set(title="4.7a  residuals of one trial, and ± 0.05", xlabel="step", ylabel="residual")
    sizes = np.abs(residuals).ravel()
    axes["histogram"].hist(sizes, np.geomspace(1e-5, 1.0, 80), color=ns.plotting.COLORS[0])
    axes["histogram"].axvline(sizes.mean(), color="black", linestyle="--", label=f"mean {sizes.mean():.3f}")
    axes["histogram"].set(title="4.7b  all residuals", xlabel="|residual|", ylabel="count", xscale="log")
    axes["histogram"].legend()
    for name, values, letter in (("train", residuals, "c"), ("test", test_residuals, "d")):
        axes[name].plot(values.mean(axis=0)[:, 1:], color="#999999", linewidth=0.5)
        axes[name].plot(values.mean(axis=0)[:, 0], color=ns.plotting.COLORS[1], label="fixation")
        axes[name].set(title=f"4.7{letter}  mean of {len(values)} trials", xlabel="step", ylabel="residual")
        axes[name].legend()

# %% [markdown]
# ## State space
#
# Principal components of each group of channels, over all trials and steps. The shares of the variance are "XX%, YY%,
# ZZ%" in the thesis.

# %%
groups = {"inputs": trials.inputs, "units": rates, "outputs": outputs}
found = {name: ns.analysis.principal_components(values, 3) for name, values in groups.items()}
shares = np.array([found[name].shares for name in groups])
for name, row in zip(groups, shares, strict=True):
    print(f"principal components of the {name}: " + ", ".join(f"{100 * share:.1f} %" for share in row))

moments = (5, 29, 64, 89)


def extent(places):
    """Smallest and largest coordinates, shape (2, components)."""
    return np.array([places.min(axis=(0, 1)), places.max(axis=(0, 1))])


rows = [[f"{name} {step}" for step in moments] for name in groups]
limits = {name: 1.05 * extent(found[name].project(values[:, moments])) for name, values in groups.items()}
with figure("5.4_plane", rows, 14.0, 9.6) as axes:
    for name, values in groups.items():
        for step in moments:
            ax = axes[f"{name} {step}"]
            ns.plotting.components(found[name], values[None, :, step], ax, angles=direction[None])
            ax.set_title(f"5.4  {name}, step {step}")
            ax.set(xlim=limits[name][:, 0], ylim=limits[name][:, 1])
    ns.plotting.angle_bar(list(axes.values()), shrink=0.5)


def portraits(name, title, values, windows, colors=direction):
    """Trajectories in each window of steps, in three dimensions; dots if every step has its color."""
    space = {"projection": "3d"}
    with figure(name, [list(windows)], 5.2 * len(windows) + 1.0, 4.8, subplot_kw=space) as axes:
        for window, (first, stop) in windows.items():
            ax = axes[window]
            ns.plotting.components(found[title], values[:, first:stop], ax, angles=colors)
            ax.set_title(f"{title}, steps {window}")
        ns.plotting.angle_bar(list(axes.values()), shrink=0.6)


every_step = np.repeat(direction[:, None], 40, axis=1)
portraits("5.5_inputs", "inputs", trials.inputs, {"0-40": (0, 40)}, every_step)
portraits("5.6_outputs", "outputs", outputs, {"0-10": (0, 10), "10-64": (10, 64), "65-90": (65, 90)})
epochs = {"0-10": (0, 10), "10-30": (10, 30), "30-65": (30, 65), "65-90": (65, 90)}
portraits("5.7-5.9_units", "units", rates, epochs)

# %% [markdown]
# **The first ten steps.** In the thesis, trials seem to begin on a ring that collapses. It is the ring of the last
# answers: colored by the direction of the trial before, it is in order; and it is gone where trials begin at r = 0,
# as the task says.

# %%
carried = rates if CARRY_STATE else perform(trials, True, rng=5)[0]
fresh = perform(trials, False, rng=5)[0]
starts = {
    "from r = 0": (fresh[1:, :10], direction[1:]),
    "carried over": (carried[1:, :10], direction[1:]),
    "carried over, by the trial before": (carried[1:, :10], direction[:-1]),
}
with figure("5.7_first_steps", [list(starts)], 15.0, 4.4) as axes:
    for name, (values, angles) in starts.items():
        ns.plotting.components(found["units"], values, axes[name], angles=angles)
        around = 1.05 * extent(found["units"].project(np.concatenate([fresh, carried])[:, :10]))
        axes[name].set(title=f"steps 0-10, {name}", xlim=around[:, 0], ylim=around[:, 1])
    ns.plotting.angle_bar(list(axes.values()))

# %% [markdown]
# ## Fixed points: the method
#
# The thesis solves F(r, u, ξ) = 0 with noisy inputs and a noise ξ, from states of a trial, and takes the speed at the
# end of an epoch as the sign of a fixed point. But ξ and the noise of the inputs have to be 0, u has to be what the
# epoch shows, and an epoch is short: the answer takes 5 τ. The decisive experiment is to hold the input for a long
# time. The state that the network then reaches *is* a stable fixed point; Newton's method finds it independently.
#
# With J = (-1 + diag(f'(W r + W_in u + b)) W) / τ, a mode decays where Re λ < 0. (The thesis has it the other way, with
# the limit 1 of the discrete map; omits the index of f'; and calls a stable point a basin, which is what leads to it.)

# %%
rounds = thesis.rounds_of_directions(task, PLACES)  # every direction on either ring
angles = rounds.conditions["directions"][:, 0]
quiet = ns.simulate(network, **rounds.simulation, initial_state=np.zeros(SIZE)).states
search = ns.analysis.fixed_points_by_epoch(network, rounds, starts=8, displacement=0.05, rng=7)
ends = {epoch: int(stop[0]) for epoch, (_, stop) in rounds.epochs.items()}
shown = {epoch: rounds.inputs[:, stop - 1] for epoch, stop in ends.items()}
HOLD = 200.0 * TAU

# %% [markdown]
# ## Fixed points: the answer
#
# For each epoch: how many points the inputs have, how stable they are, how far the state is from its point when the
# epoch ends, and when the input was held for 200 τ. The last number is a check by linear theory. Close to its point the
# state should come closer by the factor |1 + λ dt| in each step, with the leading λ: a ratio of 1.

# %%
points, eigenvalues, distances, approach, table = {}, {}, {}, {}, []
for epoch, found_there in search.items():
    states = thesis.hold(network, shown[epoch], quiet[:, ends[epoch]], HOLD)
    points[epoch], eigenvalues[epoch] = thesis.goals(found_there, shown[epoch], states[:, -1])
    distances[epoch] = np.linalg.norm(states - points[epoch][:, None], axis=2)
    approach[epoch], leading = states[:, :250], eigenvalues[epoch][:, 0]
    table.append(
        [
            len(found_there),
            max(map(len, found_there)),
            sum(int((each.stable & each.certified).sum()) for each in found_there),
            TAU * leading.real.max(),
            distances[epoch][:, 0].mean() / np.linalg.norm(points[epoch], axis=1).mean(),
            distances[epoch][:, -1].max(),
            thesis.decay_against_theory(distances[epoch], leading),
        ]
    )
    print(
        f"{epoch}: {table[-1][0]} inputs, {table[-1][1]} point for each, {table[-1][2]} stable and certified; "
        f"largest τ Re λ = {table[-1][3]:.3f}, that is {-TAU / table[-1][3]:.0f} ms; at the end of the epoch "
        f"{100 * table[-1][4]:.1f} % of |r| away, after 200 τ {table[-1][5]:.1g}; decay / theory {table[-1][6]:.3f}"
    )
speed = TAU * np.linalg.norm(np.diff(quiet, axis=1), axis=2) / DT
speeds = speed[:, [onset - 1, due - 1, steps - 1]].mean(axis=0)
print("mean speed |τ dr/dt| after steps 30, 65 and 90:", *speeds.round(2))

# %% [markdown]
# **The epochs of the thesis were too short.** Each input has one fixed point, and it is stable. But the slowest modes
# take 3 to 5 τ to decay by a factor e, and the answer lasts 5 τ in all. When it ends, the state is still a third of |r|
# away, and moves faster than at the end of the other epochs. A speed near zero is not expected in any of them.
#
# **From anywhere.** Starts along a trial could miss points that are elsewhere. So here are states of all epochs and
# directions, with the inputs of one trial. And is the ring a memory? A continuous attractor, as Dly Go would need, is a
# ring of points under *one* input. So take the stimulus away while the network answers.

# %%
anywhere = rates[:20, 9::20].reshape(-1, SIZE)
no_ring = np.array([not name.startswith("ring") for name in task.inputs])
without = rounds.inputs[0, -1] * no_ring
inputs = np.stack([*(shown[epoch][0] for epoch in ends), without])
everywhere = ns.analysis.fixed_points_by_input(network, inputs, starts=anywhere, rng=8)
alone = [len(each) for each in everywhere]
for name, each in zip((*ends, "response without stimulus"), everywhere, strict=True):
    print(f"{name}, from {len(anywhere)} states: {each}")

# %% [markdown]
# **Around the ring.** A fixed point can be followed while the stimulus turns, once around: a closed curve without a
# bifurcation. (The bump enters as a bias, so that the input is a smooth function of its direction.)

# %%
branches = {
    epoch: thesis.around_the_ring(task, network, points[epoch][0], shown[epoch][0])
    for epoch in ("stimulus", "response")
}
gaps = [np.linalg.norm(branch.states[-1] - branch.states[0]) for branch in branches.values()]
for (epoch, branch), gap in zip(branches.items(), gaps, strict=True):
    print(f"{epoch}: {branch}; the ends differ by {gap:.1g}")

# %%
rows = [["speed", "hold", "slowest"], ["stimulus", "response", "spectrum"]]
with figure("fixed_points", rows, 16.0, 9.0) as axes:
    axes["speed"].semilogy(speed.T, color="#999999", linewidth=0.5)
    axes["speed"].semilogy(speed.mean(axis=0), color="black")
    for step in (onset, due, steps):
        axes["speed"].axvline(step - 1, color=ns.plotting.COLORS[1], linestyle="--", linewidth=1.0)
    axes["speed"].set(title="speed in trials without noise", xlabel="step", ylabel="|τ dr/dt|")
    hold = np.arange(round(HOLD / DT) + 1) * DT / TAU
    for color, (epoch, course) in zip(ns.plotting.COLORS, distances.items(), strict=False):
        axes["hold"].semilogy(hold, course.mean(axis=0), color=color, label=epoch)
        decay = np.log(np.abs(1.0 + DT * eigenvalues[epoch][:, 0])).max() * TAU / DT
        axes["hold"].semilogy(hold, course[:, 0].mean() * np.exp(decay * hold), ":", color=color)
    axes["hold"].set(title="input held: distance from the fixed point", xlabel="time (τ)", ylabel="|r - r*|")
    axes["hold"].set(ylim=(1e-14, 1e3), xlim=(0.0, 120.0))
    axes["hold"].legend(title="dotted: leading λ alone")
    for epoch, branch in branches.items():
        slowest = -1.0 / branch.eigenvalues[:, 0].real / TAU
        axes["slowest"].plot(np.degrees(branch.parameter), slowest, label=epoch)
    axes["slowest"].set(
        title="slowest mode around the ring", xlabel="direction (°)", ylabel="time constant (τ)"
    )
    axes["slowest"].set(xticks=range(0, 361, 90), ylim=(0.0, None))
    axes["slowest"].legend()
    for epoch, branch in branches.items():
        ax, start = axes[epoch], {"stimulus": onset, "response": due}[epoch]
        plane = ns.analysis.principal_components(points[epoch][None], 2)
        for part in (quiet[:, start : ends[epoch] + 1], approach[epoch]):
            ns.plotting.components(plane, part[:PLACES], ax, angles=angles[:PLACES])
        ax.plot(*plane.project(quiet[None, :PLACES, ends[epoch]])[0].T, "kx", markersize=4)
        ns.plotting.components(plane, points[epoch][None, :PLACES], ax, angles=angles[None, :PLACES])
        x, y = plane.project(branch.states)[0].T
        ax.plot(x, y, color="black", linewidth=0.8, zorder=0)
        ax.set_title(f"{epoch}: ends of the trials (x), and fixed points")
    ns.plotting.angle_bar([axes["response"]])
    for color, epoch in zip(ns.plotting.COLORS, search, strict=False):
        values = TAU * eigenvalues[epoch][0]
        axes["spectrum"].plot(values.real, values.imag, ".", color=color, label=epoch)
    axes["spectrum"].axvline(0.0, color="black", linewidth=0.8)
    axes["spectrum"].set(title="eigenvalues at three points", xlabel="τ Re λ", ylabel="τ Im λ")
    axes["spectrum"].legend(loc="lower right")
print(f"figures: {FOLDER}")

# %% [markdown]
# **Results:** every epoch has a stable fixed point for each stimulus, and the trials of the thesis were too short to
# reach it.
#
# **Try:** `CARRY_STATE = False`; another task, such as "delay_go", whose delay has to keep a ring of states
# under one input; or all twenty tasks.
