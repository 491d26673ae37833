# %% [markdown]
# # 18 An inhibition-stabilized circuit
#
# Excite inhibitory cells, and they fire less: this happens where the excitatory cells excite each other so strongly
# that only inhibition keeps them from running away (Tsodyks, Skaggs, Sejnowski and McNaughton, Journal of Neuroscience
# 17, 4382, 1997). We declare a circuit of two populations, predict its rates by hand, and see the paradox.

# %%
import matplotlib.pyplot as plt
import numpy as np

import neurosim as ns
from neurosim.connectivity import FixedInDegree

DRIVE = {"E": 10.0, "I": 5.0}
MORE, ONSET, DURATION, DT = 2.0, 200.0, 400.0, 0.5  # extra drive of I, and times in ms

# %% [markdown]
# ## Populations and blocks
#
# Excitatory cells have a time constant of 20 ms, inhibitory ones of 10 ms. Every cell receives 80 random connections
# from E and 20 from I. A block is named (target, source), as the indices of W; the signs of the weights are checked
# against those of the populations.

# %%
cells = ns.Populations(
    E=ns.Population(ns.LeakyRate("relu", tau=20.0), size=400, sign="excitatory"),
    I=ns.Population(ns.LeakyRate("relu", tau=10.0), size=100, sign="inhibitory"),
)


def circuit(strengths):
    """Circuit in which the weights onto a cell from a population add up to these numbers."""
    inputs = {"E": 80, "I": 20}
    blocks = {
        (target, source): FixedInDegree(inputs[source], strength / np.sqrt(inputs[source]))
        for (target, source), strength in strengths.items()
    }
    network = ns.Network(cells, ns.Blocks(blocks), inputs=["more drive of I"], rng=0)
    onto_inhibition = np.zeros((network.size, 1))
    onto_inhibition[network.units("I")] = 1.0
    bias = np.repeat([DRIVE["E"], DRIVE["I"]], [400, 100])
    return network.replace(bias=bias, input_weights=onto_inhibition)


STRONG = {("E", "E"): 1.6, ("E", "I"): -1.2, ("I", "E"): 1.8, ("I", "I"): -0.6}
WEAK = {**STRONG, ("E", "E"): 0.6}
strong, weak = circuit(STRONG), circuit(WEAK)
print(strong.recurrent)

# %% [markdown]
# ## Rates by hand
#
# All cells of a population receive the same, so that the mean rates obey two linear equations, r = M r + h.


# %%
def rates_by_hand(strengths, more):
    mean_weights = np.array([[strengths[target, source] for source in "EI"] for target in "EI"])
    return np.linalg.solve(np.eye(2) - mean_weights, [DRIVE["E"], DRIVE["I"] + more])


def step_of_drive(time):
    return np.array([MORE * (time >= ONSET)])


def rates_before_and_after(network):
    start = np.repeat(rates_by_hand(STRONG if network is strong else WEAK, 0.0), [400, 100])
    run = ns.simulate(network, DURATION, DT, "rk4", inputs=step_of_drive, initial_state=start)
    means = np.array([run[name].rates[0].mean(axis=1) for name in "EI"])
    return run, means[:, [int(ONSET / DT) - 1, -1]]


runs, measured, predicted = [], [], []
for name, network, strengths in (("strong", strong, STRONG), ("weak", weak, WEAK)):
    run, rates = rates_before_and_after(network)
    expected = np.array([rates_by_hand(strengths, more) for more in (0.0, MORE)]).T
    runs.append(run)
    measured.append(rates)
    predicted.append(expected)
    change = rates[:, 1] - rates[:, 0]
    print(f"{name} recurrent excitation: E changes by {change[0]:+.3f}, I by {change[1]:+.3f}")
measured, predicted = np.array(measured), np.array(predicted)
print(f"largest difference to the rates by hand: {np.abs(measured - predicted).max():.1e}")

# %% [markdown]
# ## Stabilized by inhibition
#
# The paradox needs a circuit whose excitatory part is unstable by itself: without inhibition, a mode of the strong
# circuit grows, at (1.6 - 1) / 20 ms.

# %%
growth = []
for network in (strong, weak):
    rates = np.repeat(rates_by_hand(STRONG if network is strong else WEAK, 0.0), [400, 100])
    alone = ns.analysis.lesion(network, "I")
    growth.append([np.linalg.eigvals(each.jacobian(rates)).real.max() for each in (network, alone)])
growth = np.array(growth)
for name, (whole, alone) in zip(("strong", "weak"), growth, strict=True):
    print(f"{name}: fastest growth {1000.0 * whole:+.1f} / s, without inhibition {1000.0 * alone:+.1f} / s")

# %%
figure, axes = plt.subplots(1, 2, figsize=(9.0, 3.6), layout="constrained")
for ax, run, title in zip(
    axes, runs, ("strong recurrent excitation", "weak recurrent excitation"), strict=True
):
    for name, color in (("E", "C3"), ("I", "C0")):
        ax.plot(run.times, run[name].rates[0].mean(axis=1), color=color, label=name)
    ax.axvline(ONSET, color="gray", linestyle=":")
    ax.set(xlabel="time (ms)", ylabel="mean rate", title=title)
axes[0].legend()
plt.show()

# %% [markdown]
# **Results:** more drive of inhibition lowers its own rate where excitation is unstable without it, and raises it
# where it is not, as two linear equations say.
#
# **Try:** `("E", "E"): 1.0`; a softplus in place of the rectifier; or `ns.analysis.fixed_points(strong, rng=0)`.
