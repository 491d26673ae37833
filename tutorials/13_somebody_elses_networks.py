# %% [markdown]
# # 13 Somebody else's trained networks
#
# Jarne and Laje trained networks of 50 units in Keras, and published them (Journal of Computational Neuroscience 51,
# 407, 2023, arXiv:1906.01094). We load two, analyze them, and compare them with untrained networks.
#
# The weights are theirs and do not come with this package. Copy two files of github.com/katejarne/RNN_study_with_keras,
# named below, into a folder, and give it: `python tutorials/13_somebody_elses_networks.py FOLDER`, or set
# `NEUROSIM_NETWORKS`. Files of Keras need h5py, which the extra `keras` brings.

# %%
import os
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import neurosim as ns

FILES = {  # our names, and the files below code_paper_rep/Networks_and_files/networks of the repository
    "oscillation_01_trained.hdf5": "OSC/Osc_con_ruido_ortho_#01/pulse_weights-19.hdf5",
    "and_04_trained.hdf5": "AND/And_con_ruido_orto_#04/and_weights-19.hdf5",
}
places = [Path(place) for place in (os.environ.get("NEUROSIM_NETWORKS", ""), *sys.argv[1:])]
complete = [place for place in places if all((place / name).is_file() for name in FILES)]
if not complete:
    print(
        "The networks are not here. Clone https://github.com/katejarne/RNN_study_with_keras, and copy from its"
    )
    print(
        "folder code_paper_rep/Networks_and_files/networks into a new one, which you give to this tutorial:"
    )
    print(*(f"    {file}  as  {name}" for name, file in FILES.items()), sep="\n")
    raise SystemExit("python tutorials/13_somebody_elses_networks.py FOLDER")

# %% [markdown]
# ## Load, and test
#
# A step of Keras is r(t+1) = tanh(W r(t) + W_in x(t)): Euler steps of dt = τ = 1. Do they still solve their tasks?
# These tasks are in the package; this one had a longer pulse, and a period of 35 steps.

# %%
rhythm, gate = (ns.storage.from_keras(complete[0] / name) for name in FILES)
timing = {"stimulus": 40.0, "response": 220.0, "rest": 40.0, "period": 35.0, "amplitude": 1.74, "noise": 0.03}
trials = ns.tasks.Oscillation(**timing).trials(20, dt=1.0, rng=1)
done = ns.simulate(rhythm, **trials.simulation)
score = trials.accuracy(done).mean()
print(f"{100 * score:.0f} % of the trials are correct")

# %% [markdown]
# ## Which mode is the rhythm?
#
# Orthogonal weights have all eigenvalues on the unit circle; training moved some outside, each with a frequency of its
# own. The mode that grows fastest is *not* the rhythm: `visibility` is the size of each mode in the readout. (In a map
# the frequency is arg λ / 2π. The ratio Im λ / 2π Re λ that is often used holds for slow modes only.)

# %%
modes = ns.analysis.modes(rhythm, dt=1.0)
seen = np.argmax(np.where(modes.growth > 0.0, modes.visibility[0], 0.0))
fastest, frequency = 1000.0 * np.abs(modes.frequencies[[0, seen]])
print(f"cycles in 1000 steps: fastest {fastest:.1f}, seen {frequency:.1f}, target {1000 / 35:.1f}")

# %% [markdown]
# ## Compare with random twins
#
# `initial` twins have newly drawn orthogonal weights, `shuffled` ones the trained weights in random order. Any number
# can be compared with theirs, such as the largest |λ|, or the error: p is the p-value that the network is one of them.


# %%
def numbers(network):
    error = trials.align(ns.simulate(network, **trials.simulation, record="outputs")) - trials.targets
    return {"largest |λ|": ns.analysis.spectrum(network).radius, "error": np.sqrt(np.mean(error**2))}


drawn = rhythm.replace(connectivity=ns.Orthogonal())
report = ns.analysis.twins(rhythm, ["initial", "shuffled"], 60, rng=2, initial=drawn).compare(numbers)
p_values = np.array([report.p_values[kind] for kind in ("initial", "shuffled")])
for name, value, chances in zip(report.names, report.measured, p_values.T, strict=True):
    print(f"{name} = {value:.3f}: p = {chances[0]:.3f} (initial), {chances[1]:.3f} (shuffled)")

# %% [markdown]
# ## Where is the memory?
#
# The answer to AND has to be remembered, possibly by fixed points. But `attractors`, which continues to run the network
# after the stimuli, finds more: some answers are held by an oscillation that does not appear in the readout.

# %%
inputs = np.zeros((4, 200, 2))
inputs[:, 30:50] = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])[:, None]
run = ns.simulate(gate, 200.0, 1.0, scheme="euler", inputs=inputs, trials=4)
found = ns.analysis.fixed_points(gate, starts=200, displacement=0.05, rng=3)
answers = found.outputs[found.stable_in_map(1.0), 0]
print(f"{len(found)} fixed points, stable in the map are those with outputs {answers.round(3)}")
ends = ns.analysis.attractors(gate, starts=run.states[:, -1], dt=1.0, scheme="euler", window=500.0, rng=4)
memories = np.array([ends[label].outputs.mean() for label in ends.labels])
for pulses, label, memory in zip(("00", "01", "10", "11"), ends.labels, memories, strict=True):
    print(f"after {pulses}: {ends[label].kind}, mean output {memory:+.3f}")

# %%
with ns.plotting.style(font_size=12, axes_labelsize=12, axes_titlesize=13):
    figure, axes = plt.subplots(2, 3, figsize=(14.0, 8.4), layout="constrained")
    (spectrum, rates, compared), (trial, gates, plane) = axes
    ns.plotting.spectrum(rhythm, ax=spectrum)
    ns.plotting.modes(modes, ax=rates).set_title("modes: area is what the readout sees")
    ns.plotting.twins(report, "error", ax=compared)
    pulsed = int(np.argmax(trials.inputs.sum(axis=(1, 2))))
    ns.plotting.trial(trials, outputs=done, trial=pulsed, ax=trial).set_xlabel("time (steps)")
    gates.plot(run.times, run.outputs[..., 0].T, label=["00", "01", "10", "11"])
    gates.set(xlabel="time (steps)", ylabel="output", title="AND: four stimuli")
    gates.legend(title="A, B")
    ns.plotting.attractors(ends, ax=plane)
plt.show()

# %% [markdown]
# **Results:** eigenvalues as large as these occur by chance too, the performance does not, and some memories are
# found only in long runs.
#
# **Try:** the networks of `XOR`; twins of the kind `same_spectrum`: does the spectrum make the rhythm?
