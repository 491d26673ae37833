# %% [markdown]
# # 07 Your own loss, penalty and trainer
#
# A loss is a function written in `autograd.numpy`, so is a penalty, and a trainer is a class. We write all three. The
# trainer is descent by the sign of the gradient (Bernstein et al., International Conference on Machine Learning, 2018).

# %%
from dataclasses import dataclass

import autograd.numpy as anp
import matplotlib.pyplot as plt
import numpy as np

import neurosim as ns
from neurosim.engine import Rollout, value_and_gradient
from neurosim.parameters import parameters_of, with_parameters
from neurosim.randomness import child, seed_sequence
from neurosim.testing import check_trainer
from neurosim.trainers import Adam, History, Trainer, Training, check_channels

LEARNED = ("recurrent", "input_weights", "bias", "readout_weights", "readout_bias")
task = ns.tasks.Xor(fixation=10.0, response=50.0)
start = ns.Network(ns.LeakyRate("tanh"), ns.Orthogonal(), 40, inputs=task.inputs, outputs=task.outputs, rng=0)

# %% [markdown]
# ## A loss and a penalty
#
# Both take a run and its trials, and return one number. `run.outputs` is aligned with `trials.targets`, step by step;
# `run.rates`, `run.states` and `run.parameters` are available too. Do not assign into arrays, and use `anp.where`
# instead of `if`. In this loss errors below 0.1 cost nothing; the penalty favors activity that changes slowly.


# %%
def tolerant(run, trials):
    excess = anp.maximum(anp.abs(run.outputs - trials.targets) - 0.1, 0.0)
    return anp.mean(trials.mask * excess**2)


def change_of_rates(run, trials):  # noqa: ARG001
    return 0.2 * anp.mean(anp.diff(run.rates, axis=1) ** 2)


# %% [markdown]
# ## Their gradient
#
# A `Rollout` is a differentiable simulation; its gradient is with respect to the parameters given by name.

# %%
rollout, trials = Rollout(start, dt=1.0), task.trials(32, dt=1.0, rng=1)


def objective(parameters):
    return tolerant(run := rollout(trials.inputs, parameters), trials) + change_of_rates(run, trials)


weights = start.recurrent.dense()
value, slopes = value_and_gradient(objective, {"recurrent": weights})
way = 1e-5 * np.random.default_rng(2).standard_normal(weights.shape)
difference = 0.5 * (objective({"recurrent": weights + way}) - objective({"recurrent": weights - way}))
expected = np.sum(slopes["recurrent"] * way)
print(f"loss {value:.4f}; a step changes it by {difference:.6e}, the gradient says {expected:.6e}")

# %% [markdown]
# ## Give both to `BPTT`
#
# The same network on the same trials, without and with the penalty.

# %%
trainer = ns.BPTT(dt=1.0, epochs=15, trials_per_epoch=1280, optimizer=Adam(1e-3), loss=tolerant)
plain = trainer.fit(start, task, rng=3)
smooth = trainer.replace(penalties=(change_of_rates,)).fit(start, task, rng=3)

# %% [markdown]
# ## A trainer
#
# A trainer has settings and one method, `fit`, which returns a `Training`. Here every weight changes by the same
# step, against the sign of its gradient, and the steps decrease. `check_trainer` tests it on a small network.


# %%
@dataclass(frozen=True)
class SignDescent(Trainer):
    """Descent by the sign of the gradient, w = w - step sign(dL/dw), with steps that shrink to zero."""

    updates: int = 300
    step: float = 2e-3
    dt: float = 1.0

    def fit(self, network, task, rng=None, *, progress=None):  # noqa: ARG002
        check_channels(network, task)
        seed, rollout, rows = seed_sequence(rng), Rollout(network, dt=self.dt), []
        weights = {name: parameters_of(network)[name] for name in LEARNED}
        for update in range(self.updates):
            batch = task.trials(64, self.dt, child(seed, f"update {update}"))
            loss = lambda given, batch=batch: tolerant(rollout(batch.inputs, given), batch)  # noqa: E731
            value, slopes = value_and_gradient(loss, weights)
            step = (1.0 - update / self.updates) * self.step
            weights = {name: weights[name] - step * np.sign(slopes[name]) for name in LEARNED}
            rows.append({"loss": value})
        start = network.replace(stepping=self.stepping(network), initial_state=np.zeros(network.size))
        end = with_parameters(start, weights)
        return Training(self, task, network, best=end, last=end, history=History.from_rows(rows, "update"))


print("\n".join(check_trainer(SignDescent(updates=5))))
trainings = {"Adam": plain, "with penalty": smooth, "by sign": SignDescent().fit(start, task, rng=3)}
runs = [training.simulate(held_out := task.trials(400, dt=1.0, rng=4)) for training in trainings.values()]
table = [[held_out.accuracy(run).mean(), np.mean(np.diff(run.rates, axis=1) ** 2)] for run in runs]
print("accuracy, mean square change of the rates:", *np.round(table, 4).tolist(), sep="\n")
with ns.plotting.style(font_size=12, axes_titlesize=13):
    figure, axes = plt.subplots(2, 2, figsize=(10.5, 6.4), layout="constrained")
    trainings["by sign"].history.plot(ax=axes[0, 0]).set_title("learning by sign")
    for run, name, ax in zip(runs, trainings, axes.flat[1:], strict=True):
        ns.plotting.traces(run, units=6, ax=ax).set(title=name, ylim=(-1.1, 1.1))
plt.show()

# %% [markdown]
# **Results:** a loss, a penalty and a trainer take a few lines each, and the penalty slows the activity.
#
# **Try:** 20 instead of 0.2 in the penalty; a loss of the last step alone; `train=("recurrent",)` in `BPTT`.
