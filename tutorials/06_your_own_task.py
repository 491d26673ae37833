# %% [markdown]
# # 06 Your own task in twenty lines
#
# Two flashes of light, A and B, a moment apart: which one was first? We write this task, let the package check it,
# train networks on it, and test something they were not trained on: for how long do they remember the first flash?

# %%
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np

import neurosim as ns
from neurosim.randomness import seed_sequence, stream
from neurosim.tasks import Timeline, Trials, white_noise
from neurosim.testing import check_task
from neurosim.trainers import Adam, Stopping

SIZE, COUNT, GAPS = 64, 300, np.array([50.0, 100.0, 300.0, 500.0, 1000.0, 2000.0, 4000.0])

# %% [markdown]
# ## The task
#
# A task is a frozen dataclass with two methods. Its fields are durations, here in milliseconds, and strengths.
# `trials` generates a whole batch: draw what differs between trials, give the durations of the epochs (one number,
# or one per trial), and fill inputs and targets by broadcasting: `timeline.during("first")` is True in that epoch.
# The mask says when a target counts. `accuracy` scores each trial. All of this works at any dt.


# %%
@dataclass(frozen=True)
class Order(ns.Task):
    """Two flashes, a gap of random length apart: answer +1 if A was first, -1 if B was."""

    fixation: float = 100.0
    flash: float = 100.0
    gap: tuple[float, float] = (100.0, 500.0)
    response: float = 300.0
    noise: float = 1.0
    inputs = ("A", "B")
    outputs = ("first",)

    def trials(self, count, dt, rng=None):
        seed = seed_sequence(rng)
        draw = stream(seed, "conditions")
        sign, gap = draw.choice([-1.0, 1.0], count), draw.uniform(*self.gap, count)
        epochs = {"fixation": self.fixation, "first": self.flash, "gap": gap, "second": self.flash}
        total = self.fixation + 2.0 * self.flash + self.gap[1] + self.response
        timeline = Timeline.consecutive(count, dt, total, **epochs, response=self.response)
        first, second, answer = map(timeline.during, ("first", "second", "response"))
        flashes = np.where(sign[:, None, None] * np.array([1.0, -1.0]) > 0.0, first, second)
        noise = white_noise(flashes.shape, self.noise, dt, stream(seed, "noise"))
        shown = {"sign": sign, "gap": gap}
        return Trials(self, dt, flashes + noise, answer * sign[:, None, None], answer, timeline.epochs, shown)

    def accuracy(self, trials, outputs):
        return trials.last(outputs, "response")[:, 0] * trials.conditions["sign"] > 0.0


# %% [markdown]
# ## Check it
#
# `check_task` tests everything that training, plots and files rely on. Then look at some trials with
# `task.trials(8, dt=10.0).plot()`: an error in the trials is hard to find later.

# %%
print("\n".join(check_task(Order, dt=10.0)))
task = Order()

# %% [markdown]
# ## Train
#
# Units of τ = 50 ms, steps of 10 ms: like all times they are in the unit of the task. Training stops when 99 % of
# the trials are correct. We train three networks, which differ in their initial weights.

# %%
settings = {"optimizer": Adam(2e-3), "stopping": Stopping(accuracy=0.99)}
trainer = ns.BPTT(trials_per_epoch=960, batch_size=32, dt=10.0, **settings)
networks, channels = [], {"inputs": task.inputs, "outputs": task.outputs}
for seed in range(3):
    start = ns.Network(ns.LeakyCurrent("tanh", tau=50.0), ns.Gaussian(gain=0.8), SIZE, **channels, rng=seed)
    training = trainer.fit(start, task, rng=seed)
    networks.append(training.network)
    print(f"network {seed}: {training.history.length} epochs, {training.reason}")

# %% [markdown]
# ## Test
#
# A copy of the task with other fields is another test: gaps up to eight times as long as any in training. And again
# with a quarter of the step: the equations are in continuous time, so that the accuracy should hardly change.


# %%
def accuracy(network, dt=10.0, **changes):
    trials = task.replace(**changes).trials(COUNT, dt, rng=10)
    return trials.accuracy(ns.simulate(network, **trials.simulation, record="outputs")).mean()


known, finer = (np.array([accuracy(network, dt) for network in networks]) for dt in (10.0, 2.5))
longer = np.array([[accuracy(network, gap=(gap, gap + 10.0)) for gap in GAPS] for network in networks])
print("accuracy:", known, "and with steps of 2.5 ms:", finer)
print("gap (ms), accuracy of each network:", *np.c_[GAPS, longer.T].round(2).tolist(), sep="\n")

# %%
with ns.plotting.style(font_size=12, axes_labelsize=12, axes_titlesize=13):
    figure, axes = plt.subplots(2, 1, figsize=(8.5, 7.6), layout="constrained")
    trials = task.trials(8, dt=10.0, rng=7)
    run = ns.simulate(networks[0], **trials.simulation)
    ns.plotting.trial(trials, outputs=run, ax=axes[0]).set_xlabel("time (ms)")
    axes[1].axvspan(*task.gap, color="0.9", label="gaps of the training")
    axes[1].semilogx(GAPS, longer.T, "o-", label=[f"network {seed}" for seed in range(3)])
    axes[1].set(xlabel="gap between the flashes (ms)", ylabel="accuracy", ylim=(0.0, 1.05))
    axes[1].legend(loc="lower left", ncols=2)
plt.show()

# %% [markdown]
# **Results:** a task takes twenty lines, and networks that solve it equally well remember for different times.
#
# **Try:** train with `gap=(100.0, 2000.0)`, which requires a longer memory. In a file of its own, the class is a
# plugin: `neurosim plugins check order.py`; `neurosim plugins new task order` writes a file to start from.
