# %% [markdown]
# # 09 FORCE learning in a chaotic network
#
# A chaotic network never repeats itself. Sussillo and Abbott (Neuron 63, 544, 2009) showed how to make it
# produce a given periodic pattern f(t), by training a single readout
#
#     z = Σ_j w_j r_j,        τ dx_i/dt = -x_i + Σ_j W_ij r_j + w_fb,i z,        r_i = tanh(x_i),
#
# which is fed back into the network. The readout is updated every other step by recursive least squares, so
# strongly that the error is small *from the beginning*. The network therefore always receives nearly the correct
# feedback, and learning only has to find weights that need no more updates. The result is the network
# W + w_fb wᵀ: a rank-one change has turned chaos into an oscillation.
#
# Run it with `python tutorials/09_force.py`, or open it in an editor that supports `# %%` cells.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import neurosim as ns
from neurosim.trainers import Force

FAST = "NEUROSIM_FAST" in os.environ  # for the tests: smaller and shorter
SIZE, DURATION = (500, 300.0) if FAST else (1000, 600.0)

# %% [markdown]
# ## The task and the network
#
# `PeriodicPattern` is the sum of four sines of the paper, here with a period of 60 τ. It has no input. One trial is
# one period, and trials follow each other without a pause.

# %%
task = ns.tasks.PeriodicPattern(period=60.0, duration=60.0)
chaotic = ns.Network(
    ns.LeakyCurrent("tanh", tau=1.0), ns.Sparse(density=0.1, gain=1.5), SIZE, outputs=task.outputs, rng=1
)
print(task, "for", chaotic)

# %% [markdown]
# ## Train
#
# `fit` returns a `Training` and does not change the network. Its history has a row for each trial: the error before
# each update, which is small in all of them, and the change of the weights, which decreases.

# %%
training = Force(trials=20).fit(chaotic, task, rng=2)
tamed, history = training.network, training.history
loss, change = history["loss"], history["change"]
print(f"mean error:       {loss[0]:.4f} in the first period, {loss[-1]:.4f} in the last")
print(f"change of weights: {change[0]:.4f} in the first period, {change[-1]:.4f} in the last")

# %% [markdown]
# ## Run it without training
#
# The feedback loop is part of the weights: `tamed.recurrent` is W + w_fb wᵀ, and `simulate` needs no special
# feedback. The network starts in the final state of the training, so that the target continues from t = 0.

# %%
rank = np.linalg.matrix_rank(tamed.recurrent.dense() - chaotic.recurrent.dense())
trials = task.replace(duration=5 * task.period).trials(1, dt=0.1)
alone = ns.simulate(tamed, **trials.simulation)
correlation = np.corrcoef(trials.align(alone).ravel(), trials.targets.ravel())[0, 1]
print(f"the change of the weights has rank {rank}")
print(f"five periods without training: correlation with the target {correlation:.4f}")

# %% [markdown]
# ## Is it still chaotic?
#
# The largest Lyapunov exponent λ₁ of a chaotic network is positive. On a stable limit cycle it is zero: displacements
# along the cycle neither grow nor decay, all others decay. As a direct check, displace one copy of each network
# slightly. In the chaotic network the two copies separate until they are unrelated.

# %%
exponents = [
    ns.analysis.lyapunov_spectrum(network, count=1, duration=DURATION, rng=3).values[0]
    for network in (chaotic, tamed)
]
print(f"largest exponent: {exponents[0]:+.3f} per τ before, {exponents[1]:+.3f} after")


def distances(network, start):
    push = 1e-3 * np.random.default_rng(4).standard_normal(SIZE)
    pair = ns.simulate(network, 300.0, 0.1, trials=2, initial_state=np.array([start, start + push]))
    return pair.times, np.linalg.norm(pair.rates[0] - pair.rates[1], axis=1)


settled = ns.simulate(chaotic, duration=100.0, dt=0.1, rng=5)
times, apart = distances(chaotic, settled.states[0, -1])
_, together = distances(tamed, tamed.initial_state)

# %%
with ns.plotting.style(font_size=12, axes_labelsize=12, axes_titlesize=13):
    figure, axes = plt.subplots(2, 2, figsize=(11.0, 6.8), layout="constrained")
    ns.plotting.traces(settled, units=5, ax=axes[0, 0])
    axes[0, 0].set_title("before: chaos")
    ax = axes[0, 1]
    ax.semilogy(np.arange(1, len(loss) + 1), loss, "o-", label="mean error")
    ax.semilogy(np.arange(1, len(loss) + 1), change, "s-", label="change of the readout")
    ax.set(title="during: small errors at once", xlabel="trial (period)", xticks=range(0, 21, 5))
    ax.legend()
    ns.plotting.trial(trials, outputs=alone, ax=axes[1, 0])
    axes[1, 0].set_title("after: alone", loc="left")
    axes[1, 0].legend(loc="lower left", ncols=3, fontsize="small")
    ax = axes[1, 1]
    ax.semilogy(times, apart, label="chaotic network")
    ax.semilogy(times, together, label="the same after FORCE")
    ax.set(title="two copies, one displaced", xlabel="time (τ)", ylabel="distance of the rates")
    ax.set_ylim(top=1e3)
    ax.legend(loc="upper left")
plt.show()

# %% [markdown]
# **Results:** one readout, updated fast enough and fed back, turns a chaotic network into an oscillator.
#
# **Try:** a gain of 0.8, where the untrained network is silent: does it still learn? And
# `neurosim.trainers.FullForce` learns all weights instead: how many units does it need for the same pattern?
