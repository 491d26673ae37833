# %% [markdown]
# # 23 Saddles, basins and cycles
#
# Two populations compete: each excites itself by a = 0.2, inhibits the other by b = 1.8, and has a drive of its own,
#
#     τ dr_1/dt = -r_1 + φ(a r_1 - b r_2 + 1.3),        τ dr_2/dt = -r_2 + φ(a r_2 - b r_1 + 1.1),
#
# where φ is zero below 0, one above 1, and linear between. Which of them wins, and from where? What changes when time
# goes in steps? And how many states has a network of many units?

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import neurosim as ns
from neurosim import analysis

FAST = "NEUROSIM_FAST" in os.environ  # for the tests: fewer units and networks
SIZE, STARTS, GAINS = (20, 200, [0.6, 1.2, 1.8]) if FAST else (80, 500, [0.6, 0.9, 1.2, 1.5, 1.8])
units, weights = ns.LeakyRate(lambda x: np.clip(x, 0.0, 1.0)), ns.Explicit([[0.2, -1.8], [-1.8, 0.2]])
pair = ns.Network(units, weights, 2, rng=0).replace(bias=np.array([1.3, 1.1]))

# %% [markdown]
# ## All fixed points, proved
#
# Between the kinks of φ all is linear, with one equation in each region. Where regions are few, `fixed_points` solves
# in all of them, and says "exactly". A saddle lies between two winners.

# %%
points = analysis.fixed_points(pair, rng=0)
print(points)

# %% [markdown]
# ## The border between two basins
#
# Trajectories that reach the saddle form its stable manifold, the border of the basins: all others leave it to one side
# or the other. The area of a side is a share of all states, which `basins` estimates by simulations, with an interval.

# %%
saddle = points.kinds.index("saddle of index 1")
border = analysis.invariant_manifold(points, saddle, 2.0, "stable")
escape = analysis.invariant_manifold(points, saddle, 2.0)
line = border.states.reshape(-1, 2)[np.argsort(border.states[..., 0].ravel())]
area = np.interp(np.linspace(0.0, 1.0, 2001), *line.T).clip(0.0, 1.0).mean()
found = analysis.basins(pair, 0.0, 1.0, samples=400, rng=1)
first_wins = found.attractors.labels == np.argmax([each.mean[0] for each in found.attractors.found])
below = found.starts[:, 1] < np.interp(found.starts[:, 0], *line.T)
interval, agreement = np.array([found.low[0], found.high[0]]), np.mean(first_wins == below)
print(f"the first wins from {area:.3f} of the square; sampled, from {interval[0]:.2f} to {interval[1]:.2f};")
print(f"{100 * agreement:.0f} % of the starts go where their side says")

# %% [markdown]
# ## Steps make cycles
#
# Stepped by `dt`, the network is a map. Around the saddle the sum of both rates decays at the rate (1 + b - a) / τ, and
# overshoots where dt > 2 τ / (1 + b - a): both populations jump up and down together. `map_cycles` finds such cycles,
# stable or not.

# %%
flip, STEPS = 2.0 / (1.0 + 1.8 - 0.2), np.arange(0.6, 1.2, 0.05)
cycles = [analysis.map_cycles(pair, 2, dt=dt, starts=300, rng=0) for dt in STEPS]
numbers = np.array([[len(each), each.stable.sum()] for each in cycles])
shares = analysis.basins(pair.replace(stepping=ns.Stepping(dt=1.0, scheme="euler")), 0.0, 1.0, rng=1).shares
print(f"cycles from dt = {STEPS[numbers[:, 0] > 0][0]:.2f}, in theory {flip:.3f}; shares at dt = 1:", shares)

# %% [markdown]
# ## Eight units at random: how many are missing?
#
# A proof for many units takes too long; `search_linear_regions` goes from region to region. Here both are possible.
# There is one more point of even index than of odd index (Poincaré and Hopf); lists that miss some often break that.

# %%
eight = ns.Network(ns.LeakyCurrent(lambda x: np.clip(x, -1.0, 1.0)), ns.Gaussian(2.5), 8, rng=0)
proved = analysis.all_fixed_points(eight)
TRIES = np.array([3, 10, 30, 100, 300, 1000])
searches = [analysis.search_linear_regions(eight, starts=k, rng=0) for k in TRIES]
lengths = np.array([len(each) for each in searches])
indices = np.array([((-1.0) ** each.unstable_dimensions).sum() for each in [proved, *searches]])
print(proved, "\nfound by search:", lengths, "even minus odd index:", indices)

# %% [markdown]
# ## Toward chaos
#
# In larger random networks silence becomes unstable near a gain of 1, and points appear in pairs, x and -x. Theory of
# infinitely many units predicts their number and the largest exponent; below 1 the leading eigenvalue is the exponent.

# %%
TANH = ns.LeakyCurrent("tanh")
smooth = [[ns.Network(TANH, ns.Gaussian(g), SIZE, rng=k) for k in range(8)] for g in GAINS]
counted = [analysis.fixed_point_counts(each, STARTS, duration=100.0, rng=0) for each in smooth]
counts, exponents = np.array([[each.counts, each.exponents] for each in counted]).swapaxes(0, 1)
print("gain, mean number, λ₁:", *np.c_[GAINS, counts.mean(axis=1), exponents.mean(axis=1)].round(3), sep="\n")
laws = (ns.theory.lyapunov_exponent, ns.theory.fixed_point_complexity)
theory = [[law(smooth[0][0], gain=g) for g in np.arange(1.05, 2.0, 0.15)] for law in laws]

# %%
with ns.plotting.style(font_size=11):
    figure, axes = plt.subplots(2, 2, figsize=(11.0, 8.0), layout="constrained")
    for manifold in (border, escape):
        ns.plotting.invariant_manifold(manifold, axes[0, 0], directions=(0, 1))
    ns.plotting.basins(found, axes[0, 0], directions=(0, 1))
    axes[0, 0].set(xlim=(-0.05, 1.05), ylim=(-0.05, 1.05), title="who wins")
    for each in cycles:
        for states, stable in zip(each.states, each.stable, strict=True):
            axes[0, 1].plot([each.dt] * 2, states[:, 0], "o", color="C0", mfc="C0" if stable else "white")
    axes[0, 1].axvline(flip, color="black", linestyle="--")
    axes[0, 1].set(title="cycles of two steps", xlabel="dt (τ)", ylabel="rate of the first", xlim=(0.55, 1.2))
    axes[1, 0].semilogx(TRIES, lengths, "o-")
    axes[1, 0].axhline(len(proved), color="black", linestyle="--")
    axes[1, 0].set(xlabel="starts", ylabel="fixed points", title="eight units: found, and proved (dashed)")
    ns.plotting.fixed_point_counts(counted, theory, axes[1, 1]).set_title("random networks")
plt.show()

# %% [markdown]
# **Results:** a curve divides the states as sampling says, long steps add a cycle that the flow does not have, and
# in networks of eighty units fixed points multiply before most of them are chaotic.
#
# **Try:** drives of 1.3 for both; a period of 3 in `map_cycles`; `GAINS` up to 3.
