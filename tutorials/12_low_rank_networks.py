# %% [markdown]
# # 12 Low-rank networks and their mean-field theory
#
# A network of random weights of gain g, and one pair of vectors m and n,
#
#     W = g J + m nᵀ / N,        dx_i/dt = -x_i + Σ_j W_ij tanh(x_j).
#
# The structure depends on the activity through one number, the overlap κ = n·r / N, and drives the units along m.
# Theory for large N predicts κ, and the g at which it vanishes (Mastrogiuseppe and Ostojic, Neuron 99, 609, 2018).

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import neurosim as ns
from neurosim.constructed import go_no_go

FAST = "NEUROSIM_FAST" in os.environ  # for the tests: fewer units and gains
SIZE, COUNT, GAINS = (400, 3, np.arange(0.0, 2.6, 0.5)) if FAST else (800, 4, np.arange(0.0, 2.6, 0.25))

# %% [markdown]
# ## The network, and the eigenvalue of its structure
#
# Connectivities add up. `GaussianLowRank` draws m and n with the means 1.1 and 2, so that m·n/N is near 2.2. Random
# weights alone fill a disc of radius g, and the structure adds one eigenvalue, m·n/N: above 1 silence is unstable.


# %%
def network(gain, rng):
    weights = ns.Gaussian(gain) + ns.connectivity.GaussianLowRank(mean_left=1.1, mean_right=2.0)
    return ns.Network(ns.LeakyCurrent("tanh", tau=1.0), weights, SIZE, rng=rng)


weights = ns.analysis.spectrum(one := network(1.0, rng=0))
outlier, expected = weights.outliers.real.max(), weights.predicted_outliers.real.max()
print(f"outlier: {outlier:.3f} measured, {expected:.3f} = m·n/N")

# %% [markdown]
# ## Predicted states
#
# `branches` solves the mean-field equations: all overlaps, whether they are fixed points or chaotic states, and
# whether they are stable. These vectors have exactly the given moments.

# %%
square = ns.LowRank([0.1, 2.1, 0.1, 2.1] * 50, [1.0, 1.0, 3.0, 3.0] * 50)
ideal = ns.Network(ns.LeakyCurrent("tanh", tau=1.0), square, 200, rng=0)
lasting = tuple(ns.theory.branches(ideal, gain=gain) for gain in GAINS)
limits = ns.theory.transition_gains(ideal)
print(f"two fixed points up to g = {limits.chaos:.3f}, two chaotic states up to {limits.bistability:.3f}")

# %% [markdown]
# ## Simulated states
#
# Networks of finite size differ, by 5 to 10 % here, and more near the transition: we simulate several, from x = m.


# %%
def kappa(gain, rng):
    trial = network(gain, rng)
    start, read = trial.recurrent.left[:, 0], trial.recurrent.right[:, 0]
    return ns.simulate(trial, duration=60.0, dt=0.1, initial_state=start, every=5).rates[0] @ read


courses = np.array([[kappa(gain, rng) for rng in range(COUNT)] for gain in GAINS])
measured = np.abs(courses[:, :, 60:].mean(axis=2)).mean(axis=1)
predicted = np.array([max(state.overlap for state in states if state.stable) for states in lasting])
print("gain, overlap measured and predicted:", *np.c_[GAINS, measured, predicted].round(3), sep="\n")

# %% [markdown]
# ## Stability
#
# Theory also gives the eigenvalues at the fixed point, which Newton's method finds: a disc, and one of the structure.
# Where units are piecewise linear, as these of slope 1 between -1 and 1, and the rank is low, all points are found.

# %%
point = ns.analysis.fixed_points(one, starts=one.recurrent.left.T, rng=1)
around = ns.analysis.jacobian_spectrum(one, point.states[0])
upper = ns.theory.branches(one)[0]
edges = np.array([around.abscissa, max(upper.radius, upper.outlier) - 1.0])
clipped = ideal.replace(neuron=ns.LeakyCurrent(lambda x: np.clip(x, -1.0, 1.0)))
print(ns.analysis.all_fixed_points(clipped))
print(f"leading real part of the Jacobian: {edges[0]:+.3f}, in theory {edges[1]:+.3f}")

# %% [markdown]
# ## Structure that computes
#
# Let n be the direction of one stimulus and m that of the readout: only this stimulus reaches the readout.

# %%
trials = ns.tasks.GoNoGo().trials(8, dt=0.1, rng=2)
correct = trials.accuracy(answers := ns.simulate(go_no_go(2 * SIZE, rng=3), **trials.simulation)).mean()
print(f"Go/No-go without training: {correct:.2f} correct")

# %%
with ns.plotting.style(font_size=12, axes_labelsize=12, axes_titlesize=13):
    figure, axes = plt.subplots(2, 3, figsize=(14.0, 8.4), layout="constrained")
    (silence, jacobian, traces), (overlaps, states, outputs) = axes
    ns.plotting.spectrum(weights, ax=silence).set_xlabel("real part (weights)")
    ns.plotting.spectrum(around, ax=jacobian).set_xlabel("real part (Jacobian at the fixed point)")
    ns.plotting.overlaps(GAINS, lasting, measured, ax=overlaps)
    for place in range(0, len(GAINS), 2 if FAST else 4):
        traces.plot(0.5 * np.arange(courses.shape[2]), courses[place, 0], label=f"g = {GAINS[place]:.1f}")
    traces.set(title="one network, several gains", xlabel="time (τ)", ylabel="overlap κ")
    traces.legend()
    begin = np.outer(np.linspace(-1, 1, 8), one.recurrent.left)
    run = ns.simulate(one, 30.0, 0.1, trials=8, initial_state=begin)
    ns.plotting.phase_portrait(run, ax=states).set_title("g = 1: two states")
    for output, go in zip(answers.outputs[..., 0], trials.conditions["go"], strict=True):
        outputs.plot(answers.times, output, color=ns.plotting.COLORS[0 if go else 1])
    outputs.axhline(trials.task.height, color="black", linestyle="--", label="theory, go")
    outputs.set(title="go (blue), no-go (orange)", xlabel="time (τ)", ylabel="output z")
    outputs.legend()
plt.show()

# %% [markdown]
# **Results:** one number describes the collective state of a thousand units, and theory predicts its stationary values.
#
# **Try:** `mean_right=0.8`: which states remain? Is `neurosim.constructed.context_discrimination` right with 500 units?
