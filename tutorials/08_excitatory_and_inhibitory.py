# %% [markdown]
# # 08 Excitatory and inhibitory units
#
# A neuron excites all its targets or inhibits them all: Dale's law. In W, where W_ij is the weight from j to i, each
# *column* has one sign. We train such a network to report the direction of a noisy cloud of dots, after Song, Yang and
# Wang (PLOS Computational Biology 12, e1004792, 2016), and look at the eigenvalues before and after, following
# Jarne and Caruso (Cognitive Neurodynamics, arXiv:2208.10304, 2023).
#
# Run it with `python tutorials/08_excitatory_and_inhibitory.py`, or open it in an editor that supports `# %%` cells.

# %%
import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import norm

import neurosim as ns
from neurosim.parameters import parameters_of, with_parameters
from neurosim.trainers import Adam, AllOf, Dale, NonNegative

SIZE, FRACTION, DT = 80, 0.8, 20.0

# %% [markdown]
# ## A network that obeys Dale's law
#
# Times are in ms. `ExcitatoryInhibitory` draws excitatory columns first; fewer, stronger inhibitory ones balance them.
# Rates are not negative (`relu`), as the sign of a unit would otherwise be undefined. Two further rules are those of
# the paper: inputs excite, and only excitatory units are read out. `nearest` makes the start satisfy all of them.

# %%
task = ns.tasks.PerceptualDecision(noise=1.0)
balanced = ns.ExcitatoryInhibitory(
    excitatory=FRACTION, mean_excitatory=0.5, mean_inhibitory=-2.0, std_excitatory=0.5, std_inhibitory=2.0
)
drawn = ns.Network(
    ns.LeakyCurrent("relu", tau=100.0), balanced, SIZE, inputs=task.inputs, outputs=task.outputs, rng=2
)
law = AllOf((Dale(excitatory=FRACTION, readout=True), NonNegative("input_weights")))
start = with_parameters(drawn, law.nearest(parameters_of(drawn)))

# %% [markdown]
# ## Train under the constraint
#
# A constraint is a change of variables. Here W = |V| D, where D has the signs of the columns: the optimizer changes V
# freely, and W always satisfies the constraint. (`Projected(law)` among the `projections` corrects the weights after
# each update instead, as in Keras. Note the rows and columns there: the code of Jarne and Caruso gives one sign to
# all weights *into* a unit, which is `IncomingSigns`.)

# %%
trainer = ns.BPTT(epochs=15, trials_per_epoch=1600, dt=DT, optimizer=Adam(2e-3), constraints=(law,))
training = trainer.fit(start, task, rng=1)
trained = training.network
print(training.history)


def columns(network):
    weights = network.recurrent.dense()
    return np.array([np.all(weights >= 0.0, axis=0).sum(), np.all(weights <= 0.0, axis=0).sum()])


signs = np.array([columns(network) for network in (start, trained)])
print(f"columns without negative weights: {signs[0, 0]} before, {signs[1, 0]} after")
print(f"columns without positive weights: {signs[0, 1]} before, {signs[1, 1]} after")
before, after = ns.analysis.spectrum(start), ns.analysis.spectrum(trained)
change = ns.analysis.weight_change(start, trained).relative
print(
    f"|ΔW| = {change:.2f} |W before|, leading eigenvalue {before.leading:.2f} before, {after.leading:.2f} after"
)

# %% [markdown]
# ## Compare with the ideal observer
#
# Both inputs are 0.2 + (1 ± c)/2 plus white noise of density σ, for a time T. The ideal observer compares their
# integrals, and is correct with probability Φ(c √(T/2) / σ), where Φ is the normal distribution: an upper bound for
# every network.

# %%
coherences = np.array(task.coherences)
ideal = norm.cdf(coherences * np.sqrt(task.stimulus / 2.0) / task.noise)
trials = task.replace(catch=0.0).trials(4000, DT, rng=3)
right = trials.accuracy(ns.simulate(trained, **trials.simulation, record="outputs"))
measured = np.array([right[trials.conditions["coherence"] == c].mean() for c in coherences])
for c, share, best in zip(coherences, measured, ideal, strict=True):
    print(f"coherence {c:.3f}: {share:.3f} correct, the ideal observer {best:.3f}")

# %%
with ns.plotting.style(font_size=12, axes_labelsize=12, axes_titlesize=13):
    rows = [["weights", "before", "after"], ["trial", "trial", "score"]]
    figure, axes = plt.subplot_mosaic(rows, figsize=(12.0, 7.6), layout="constrained")
    ns.plotting.weights(trained, ax=axes["weights"]).set_title("weights after training")
    for name, spectrum in (("before", before), ("after", after)):
        ns.plotting.spectrum(spectrum, ax=axes[name]).set(xlim=(-1.7, 1.7), ylim=(-1.7, 1.7))
        axes[name].text(-1.6, 1.4, f"{name} training")
    clear = int(np.argmax(trials.conditions["coherence"]))
    shown = trials[clear : clear + 1]
    ns.plotting.trial(shown, outputs=ns.simulate(trained, **shown.simulation), ax=axes["trial"])
    axes["trial"].set_xlabel("time (ms)")
    axes["score"].semilogx(coherences, measured, "o", label="network")
    axes["score"].semilogx(coherences, ideal, "k--", label="ideal observer")
    axes["score"].set_xticks(coherences, [f"{100.0 * c:.1f}" for c in coherences])
    axes["score"].minorticks_off()
    axes["score"].set(xlabel="coherence (%)", ylabel="accuracy", ylim=(0.45, 1.02))
    axes["score"].legend(loc="lower right")
plt.show()

# %% [markdown]
# **Results:** training moved the eigenvalues and kept the signs, and the accuracy is close to that of the ideal
# observer.
#
# **Try:** leave the constraint out, and count the columns again; `FRACTION = 0.5`; or remove connections with the
# constraint `Masked`.
