# %% [markdown]
# # 20 Learning without going back in time
#
# Backpropagation through time (BPTT) runs a trial backward. A brain cannot, and neither can a rule that learns while
# the trial runs. We train one network by four rules, and measure how far each is from the gradient. Then we look at
# what makes gradients vanish, the Lyapunov exponents of the driven network, and train those.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import neurosim as ns
from neurosim.trainers import RFLO, Adam, EProp, LyapunovPenalty, NodePerturbation

FAST = "NEUROSIM_FAST" in os.environ  # for the tests: shorter
EPOCHS = 8 if FAST else 25
task = ns.tasks.Xor(fixation=10.0, response=30.0)
start = ns.Network(
    ns.LeakyRate("tanh", tau=4.0), ns.Gaussian(1.0), 50, inputs=task.inputs, outputs=task.outputs, rng=0
)

# %% [markdown]
# ## Four rules
#
# * BPTT has the exact gradient of all steps, and needs all of them at once.
# * e-prop (Bellec et al., Nature Communications 11, 3625, 2020) keeps one trace for each connection, the derivative of
#   the state of its unit through that unit's own memory, and leaves out all paths through other units. Errors reach a
#   unit by the weights with which it is read out.
# * RFLO (Murray, eLife 8, e43299, 2019) has the same traces, and sends errors back by random weights.
# * Node perturbation runs a trial twice, once with small random currents, and learns from the difference of the loss.
#
# All are used as BPTT is, with the same settings.

# %%
settings = {"epochs": EPOCHS, "trials_per_epoch": 640, "batch_size": 16, "dt": 2.0, "optimizer": Adam(2e-3)}
rules = [ns.BPTT(**settings), EProp(**settings), RFLO(**settings), NodePerturbation(**settings)]
names = ["BPTT", "EProp", "RFLO", "NodePerturbation"]
trainings = [rule.fit(start, task, rng=1) for rule in rules]
losses = np.array([training.history["loss"] for training in trainings])
held_out = task.trials(400, dt=2.0, rng=2)
accuracies = [held_out.accuracy(training.simulate(held_out)).mean() for training in trainings]
print("accuracy after training:", dict(zip(names, np.round(accuracies, 3).tolist(), strict=True)))

# %% [markdown]
# ## How far from the gradient?
#
# `gradient_alignment` trains again and compares every tenth update with the true gradient on the same trials. Below 90
# degrees an update lowers the loss. Random feedback starts near 90 degrees; in the course of training the readout turns
# toward it. The gradient of the readout itself is local, and exact in all rules.

# %%
found = [ns.analysis.gradient_alignment(rule, start, task, rng=1, every=10) for rule in rules]
angles = np.array([each.angles.mean() for each in found])
readout_angles = np.array([each.angles_of("readout_weights").max() for each in found])
print("mean angle to the gradient:", dict(zip(names, angles.round(1).tolist(), strict=True)))

# %% [markdown]
# ## Does the network forget?
#
# A gradient that reaches far back needs a network that remembers. The largest exponent of displacements under the same
# input, the conditional exponent, says how fast it forgets where it started; where it is negative and all starts meet,
# the network has echo states. Along a trial the rate of forgetting varies.

# %%
drive = task.trials(1, dt=2.0, rng=3).inputs[0]
long_drive = np.tile(drive, (40, 1))
echoes = [
    ns.analysis.echo_states(one, 300.0, 0.5, inputs=long_drive[:1200], discard=300.0, rng=4)
    for one in (start, trainings[0].network)
]
conditional = np.array([each.exponent for each in echoes])
print("conditional exponents before and after BPTT:", conditional.round(4), [each.verdict for each in echoes])
along = ns.analysis.finite_time_exponents(start, held_out[:20], count=2, rng=5)

# %% [markdown]
# ## Exponents as something to train
#
# Gradient flossing (Engelken, NeurIPS 2023) pushes exponents toward 0 before training, so that gradients neither
# vanish nor explode. `LyapunovPenalty` is the squared distance of the leading exponents from a target, with its exact
# gradient.

# %%
penalty = LyapunovPenalty(strength=16.0, count=10)
flossing = ns.BPTT(
    epochs=3,
    trials_per_epoch=200,
    batch_size=4,
    dt=2.0,
    loss=lambda run, trials: 0.0,  # noqa: ARG005
    optimizer=Adam(3e-3),
    penalties=penalty,
    train=("recurrent", "bias"),
)
flossed = flossing.fit(start, task, rng=6)
penalties = flossed.history["penalty"]
print("mean square of ten exponents times τ²:", penalties.round(3))

# %%
with ns.plotting.style(font_size=12, axes_labelsize=12, axes_titlesize=13):
    figure, axes = plt.subplots(2, 2, figsize=(11.0, 8.0), layout="constrained")
    for loss, name in zip(losses, names, strict=True):
        axes[0, 0].semilogy(np.arange(1, EPOCHS + 1), loss, label=name)
    axes[0, 0].set(xlabel="epoch", ylabel="loss", title="four rules")
    axes[0, 0].legend()
    for each in found:
        ns.plotting.gradient_alignment(each, axes[0, 1], names=())
    ns.plotting.echo_states(echoes[0], axes[1, 0]).set_title(f"before training: {echoes[0].verdict}")
    ns.plotting.finite_time_exponents(along, axes[1, 1]).set_title("along a trial")
plt.show()

# %% [markdown]
# **Results:** rules that never go back lower the loss too, more slowly and at large angles to the gradient, and
# exponents can be trained like outputs.
#
# **Try:** `feedback="adaptive"` in `EProp`; `samples=16` in `NodePerturbation`; a target of 0.1 in the penalty.
