# %% [markdown]
# # 21 Two areas and a delay
#
# A sensory area excites a frontal one, which inhibits it in return. Rest is stable as long as signals take no time. We
# give the fibers between the areas a conduction delay, predict by hand when they oscillate, and see it in time.

# %%
import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import brentq

import neurosim as ns

TAU, STRENGTH, SIZE, DT = 10.0, 2.0, 100, 0.25  # times in ms

# %% [markdown]
# ## Blocks with a delay
#
# Weights within an area are random and weak; between areas, the mean of one acts on all units of the other. `delay=`
# names the blocks that take time, as (target, source).

# %%
unit = ns.LeakyRate("tanh", tau=TAU)
areas = ns.Populations(V1=ns.Population(unit, size=SIZE), PFC=ns.Population(unit, size=SIZE))
ones = np.ones(SIZE)


def circuit(delay):
    weak, strong = ns.connectivity.RowBalanced(ns.Gaussian(gain=0.4)), STRENGTH * ns.LowRank(ones, ones)
    blocks = {("V1", "V1"): weak, ("PFC", "PFC"): weak, ("PFC", "V1"): strong, ("V1", "PFC"): -strong}
    delays = {("PFC", "V1"): delay, ("V1", "PFC"): delay}
    onto_v1 = np.repeat([1.0, 0.0], SIZE)[:, np.newaxis]
    network = ns.Network(areas, ns.Blocks(blocks, delay=delays), inputs=1, input_weights=onto_v1, rng=0)
    return network.replace(initial_state=np.zeros(2 * SIZE))


def flash(time):
    return np.array([0.02 * (50.0 <= time < 55.0)])


delayed = circuit(12.0)
run = ns.simulate(delayed, 400.0, DT, "rk4", inputs=flash)
onsets = {name: run.times[np.abs(run[name].rates[0]).max(axis=1) > 1e-12][0] for name in ("V1", "PFC")}
print(
    f"first moved samples: V1 at {onsets['V1']:g} ms, PFC one step after 12 ms more, at {onsets['PFC']:g} ms"
)

# %% [markdown]
# ## By hand
#
# The means of the two areas at rest are two linear units in a loop. Displacements of the form exp(λt) obey
# (1 + τλ)² = -J² exp(-2λd). At the boundary λ = iω, so that (ωτ)² = J² - 1 and ωd = π/2 - arctan(ωτ).

# %%
omega = np.sqrt(STRENGTH**2 - 1.0) / TAU
by_hand = (np.pi / 2.0 - np.arctan(omega * TAU)) / omega

# %% [markdown]
# ## Roots of the whole network
#
# With delays there are infinitely many roots, finitely many of them to the right of any line. Rest is stable where all
# are on the left side; a fixed point itself stays where it is, whatever the delay.


# %%
def growth(delay):
    return ns.analysis.characteristic_roots(circuit(delay), count=2).rightmost.real


critical = brentq(growth, 1.0, 20.0, xtol=1e-6)
print(f"critical delay by hand {by_hand:.4f} ms, of {2 * SIZE} units {critical:.4f} ms")
roots = ns.analysis.characteristic_roots(delayed, count=12)
without = ns.analysis.fixed_points(circuit(0.0), starts=np.zeros((1, 2 * SIZE)))
point = ns.analysis.fixed_points(delayed, starts=np.zeros((1, 2 * SIZE)))
print(f"rest without delay: {without.kinds[0]}; with 12 ms: {point.kinds[0]}")

# %% [markdown]
# ## In time
#
# Below the critical delay a flash rings and dies away, above it the oscillation grows until rates saturate, as the root
# says while it is small: compared are two samples a quarter of a period apart, and those one period later.

# %%
near = {name: circuit(share * critical) for name, share in (("below", 0.8), ("above", 1.25))}
runs = {name: ns.simulate(network, 400.0, DT, "rk4", inputs=flash) for name, network in near.items()}
for name, network in near.items():
    root = ns.analysis.characteristic_roots(network, count=2).rightmost
    mean, period = runs[name]["V1"].rates[0].mean(axis=1), 2.0 * np.pi / root.imag
    swings = np.interp(150.0 + period * np.array([[0.0, 0.25], [1.0, 1.25]]), runs[name].times, mean)
    measured = np.log(np.divide(*np.linalg.norm(swings, axis=1)[::-1])) / period
    print(
        f"{name}: period {period:.1f} ms, growth {1e3 * measured:+.2f} / s, root {1e3 * root.real:+.2f} / s"
    )

# %% [markdown]
# ## Currents between the areas
#
# `currents` follows what arrives where: the inhibition of V1 is the rate of PFC 12 ms before.

# %%
currents = ns.analysis.currents(run, discard=200.0)
feedback = currents.courses[currents.targets.index("V1"), currents.sources.index("PFC"), 0]
earlier = run["PFC"].rates[0].mean(axis=1)[int((200.0 - 12.0) / DT) :][: len(feedback)]
difference = np.abs(feedback + STRENGTH * earlier).max()
print(f"feedback against -{STRENGTH:g} times the mean rate before: {difference:.1e}")

# %%
figure, axes = plt.subplots(1, 3, figsize=(12.0, 3.6), layout="constrained")
ns.plotting.characteristic_roots(roots, ax=axes[0])
for ax, name in zip(axes[1:], near, strict=True):
    for area, color in (("V1", "C0"), ("PFC", "C3")):
        ax.plot(runs[name].times, runs[name][area].rates[0].mean(axis=1), color=color, label=area)
    ax.set(xlabel="time (ms)", ylabel="mean rate", title=f"delay {name} {critical:.2f} ms")
axes[1].legend()
plt.show()

# %% [markdown]
# **Results:** the loop oscillates from the delay on that algebra gives; the random weights have balanced rows.
#
# **Try:** a delay in one direction only, where the sum counts; or `ns.analysis.lyapunov_spectrum(delayed, 2, rng=0)`.
