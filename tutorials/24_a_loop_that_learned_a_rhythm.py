# %% [markdown]
# # 24 A loop that learned a rhythm
#
# Sixteen units learn to say what a sine wave does next. Then their answer becomes their input, and they go on alone.
# How can they learn without going back in time, what does closing the loop change, and what did training do to W?

# %%
import os
import time
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np

import neurosim as ns
from neurosim.tasks import Timeline, Trials

FAST = "NEUROSIM_FAST" in os.environ  # for the tests: shorter
SIZES, SHORT, LONG = ((4, 16), 2, 40) if FAST else ((4, 8, 16, 32), 10, 100)  # units, epochs
UNIT, DT, ADAM = ns.LeakyRate("tanh", tau=4.0), 0.5, ns.trainers.Adam(3e-3)


@dataclass(frozen=True)
class NextSample(ns.Task):
    """Say the next sample of a sine wave; accuracy is the explained share of its square after the first period."""

    period: float = 20.0
    inputs, outputs = ("now",), ("next",)

    def trials(self, count, dt, rng=None):
        timeline = Timeline.consecutive(count, dt, fixation=self.period, response=2.0 * self.period)
        phases = np.random.default_rng(rng).uniform(0.0, 2.0 * np.pi, (count, 1))
        wave = np.sin(2.0 * np.pi * dt / self.period * np.arange(timeline.steps + 1) + phases)[..., None]
        return Trials(self, dt, wave[:, :-1], wave[:, 1:], timeline.during("response"), timeline.epochs)

    def accuracy(self, trials, outputs):
        error = np.sum(trials.mask * (outputs - trials.targets) ** 2, axis=(1, 2))
        return 1.0 - error / np.sum(trials.mask * trials.targets**2, axis=(1, 2))


# %% [markdown]
# ## The same gradient, forward and backward
#
# Real-time recurrent learning (Williams & Zipser, Neural Comput. 1, 270, 1989) carries the derivative of every state by
# every weight along: N³ numbers, N⁴ operations a step. BPTT keeps the trial and goes back. Both find one gradient.


# %%
def fit(rule, epochs, size):
    start = ns.Network(UNIT, ns.Gaussian(0.9), size, inputs=task.inputs, outputs=task.outputs, rng=0)
    training = rule(epochs=epochs, trials_per_epoch=160, batch_size=16, dt=DT, optimizer=ADAM)
    begin = time.perf_counter()
    return training.fit(start, task, rng=1), time.perf_counter() - begin


task, rules = NextSample(), (ns.trainers.RTRL, ns.BPTT)
forward, backward = (fit(rule, SHORT, 16)[0] for rule in rules)
norms = np.array([each.history["gradient_norm"] for each in (forward, backward)])
apart = np.abs(forward.network.recurrent.dense() - backward.network.recurrent.dense()).max()
seconds = np.array([[fit(rule, 1, size)[1] for size in SIZES] for rule in rules])
print(f"weights differ by {apart:.0e} after {SHORT} epochs; seconds of an epoch:", *seconds.round(3).tolist())

# %% [markdown]
# ## Closing the loop
#
# With the wave as input all exponents are negative: the network forgets where it started, and follows. `closed_loop`
# makes its output its input, W + W_in W_out. Now nothing tells it the phase, and one exponent is 0.

# %%
training, held_out = fit(ns.BPTT, LONG, 16)[0], task.trials(32, dt=DT, rng=2)
network, loop = training.network, ns.analysis.closed_loop(training.network)
settings = {"duration": 800.0, "dt": DT, "scheme": "euler", "discard": 400.0, "rng": 3}
wave = np.sin(2.0 * np.pi * DT / task.period * np.arange(2400))[:, None]
driven = ns.analysis.lyapunov_spectrum(network, inputs=wave, **settings)
exponents = np.array([driven.values, ns.analysis.lyapunov_spectrum(loop, **settings).values])
alone = ns.simulate(loop, 600.0, DT, rng=4).outputs[0, -400:, 0]
print("largest exponents, with the wave and alone:", *exponents[:, :2].round(4).tolist())

# %% [markdown]
# ## The direction of each exponent
#
# Covariant vectors (Ginelli et al., Phys. Rev. Lett. 99, 130601, 2007) grow at the exponents and are mapped to each
# other by the dynamics. The first is along the rhythm; angles say how close the others come to it.

# %%
vectors = ns.analysis.covariant_vectors(loop, interval=DT, **settings)
moves = vectors.states[2:] - vectors.states[:-2]
cosines = np.abs((moves * vectors.vectors[1:-1, :, 0]).sum(axis=1)) / np.linalg.norm(moves, axis=1)
growth, angles = vectors.exponents, vectors.splitting_angles(1)
maps = [np.eye(16) + DT * loop.jacobian(state) for state in vectors.states]
volume = np.linalg.slogdet(maps)[1].mean() / DT  # the sum of all exponents
print(f"cosine of the first with the velocity: {cosines.min():.4f}; angles from {angles.min():.0f}°")

# %% [markdown]
# ## How much of W did it take?
#
# `effective_rank` keeps a few singular vectors of W, or of its change alone, and lets the network do the task again.

# %%
ranks = ns.analysis.effective_rank(network, held_out, before=training.start, rng=5)
needed = np.array([ranks.rank(0.99), ranks.change_rank(0.99)])
print("rank for 99 % of the accuracy, of W and of its change:", needed)

# %%
with ns.plotting.style(font_size=11):
    figure, axes = plt.subplots(2, 2, figsize=(11.0, 8.0), layout="constrained")
    axes[0, 0].semilogy(SIZES, seconds.T, "o-", label=["RTRL", "BPTT"])
    axes[0, 0].set(xlabel="units", ylabel="seconds of an epoch", title="cost of the same gradient")
    axes[0, 1].plot(exponents.T, "o-", label=["driven by the wave", "closed loop"])
    axes[0, 1].set(xlabel="index", ylabel="exponent (1/time)", title="closing the loop")
    for ax in axes[0]:
        ax.legend()
    ns.plotting.splitting_angles(vectors, 1, axes[1, 0]).set_title("between the rhythm and all other vectors")
    ns.plotting.effective_rank(ranks, axes[1, 1]).set_title("what training changed")
plt.show()

# %% [markdown]
# **Results:** fed by itself, a network has a zero exponent along its rhythm, and a change of W of rank two made it.
#
# **Try:** `NextSample(period=7.0)`; a gain of 1.5; two sines of different periods.
