# %% [markdown]
# # 04 Your own connectivity in ten lines
#
# A module whose units excite each other is bistable, up or down, and so remembers its last input. We write this
# connectivity, add it to random weights, and compare the network with the mean-field theory of random networks
# with low-rank structure (Mastrogiuseppe and Ostojic, Neuron 99, 609, 2018).

# %%
import os
import tempfile
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import root

import neurosim as ns
from neurosim.testing import check_connectivity

FAST = "NEUROSIM_FAST" in os.environ  # for the tests: smaller and fewer networks
STRENGTHS = np.array([0.8, 1.5, 2.0] if FAST else [0.6, 0.8, 0.9, 1.0, 1.1, 1.2, 1.35, 1.5, 1.75, 2.0])
SIZE, GAIN = 400 if FAST else 1000, 0.5

# %% [markdown]
# ## The connectivity
#
# A connectivity is a frozen dataclass with one method: `build` returns the weights of `size` units, with random
# numbers from `rng`. Here every unit receives the mean rate of its module, times the strength. That is a matrix
# of rank 4, so we return its two factors, left @ right.T.


# %%
@dataclass(frozen=True)
class Modular(ns.Connectivity):
    """Modules that excite themselves: W_ij = strength / units of the module if i and j share one, else 0."""

    strength: float = 1.5
    modules: int = 4

    def build(self, size, rng):  # noqa: ARG002, no random numbers
        members = np.eye(self.modules)[np.arange(size) * self.modules // size]
        return ns.Operator(left=self.strength * members, right=members / members.sum(axis=0))


print("\n".join(check_connectivity(Modular)))

# %% [markdown]
# ## Add connectivities
#
# The random part makes the units differ. Each module adds an eigenvalue near its strength, far from the disc of the
# others, and has an input channel. A network is saved with the name of its connectivity class: keep the class in a
# file such as modular.py. `neurosim plugins check modular.py` checks it, `ns.load_plugin("modular.py")` loads it.


# %%
def network(strength):
    weights = ns.Gaussian(gain=GAIN) + Modular(strength=strength)
    built = ns.Network(ns.LeakyCurrent("tanh"), weights, SIZE, inputs=4, rng=0)
    return built.replace(input_weights=np.repeat(np.eye(4), SIZE // 4, axis=0))


memory = network(1.5)
spectrum = ns.analysis.spectrum(memory)
print("leading eigenvalues:", spectrum.eigenvalues[:4].round(2), "predicted: 1.5")
with tempfile.TemporaryDirectory() as folder:
    memory.save(f"{folder}/memory.npz")
    print("the same after saving:", ns.load(f"{folder}/memory.npz").equals(memory))

# %%
PULSES = [(10.0, 0, 1.0), (25.0, 2, 1.0), (40.0, 0, -1.0), (55.0, 1, 1.0)]  # start, module, up or down


def pulses(time):
    return sum(3.0 * way * np.eye(4)[module] * (start < time < start + 3.0) for start, module, way in PULSES)


run = ns.simulate(memory, 70.0, dt=0.1, scheme="rk4", inputs=pulses, initial_state=-np.ones(SIZE))

# %% [markdown]
# ## Compare with theory
#
# In a large module the states are Gaussian, with a self-consistent mean m and variance D:
# m = strength ⟨tanh⟩ and D = g² ⟨tanh²⟩. Below strength 1, m = 0 is the only solution.

# %%
z, probability = np.polynomial.hermite_e.hermegauss(60)
probability /= probability.sum()


def mismatch(moments, strength):
    rate = np.tanh(moments[0] + np.sqrt(np.abs(moments[1])) * z)
    return strength * probability @ rate - moments[0], GAIN**2 * probability @ rate**2 - moments[1]


predicted = np.array([root(mismatch, (strength, GAIN**2), args=(strength,)).x[0] for strength in STRENGTHS])
runs = [ns.simulate(network(s), 60.0, 0.1, "heun", initial_state=np.ones(SIZE)) for s in STRENGTHS]
measured = np.array([each.states[0, -1].mean() for each in runs])
print("strength, final state, predicted:", *np.c_[STRENGTHS, measured, predicted].round(3), sep="\n")

# %%
with ns.plotting.style(font_size=12, axes_titlesize=13):
    rows = [["run"] * 3, ["weights", "spectrum", "kept"]]
    figure, axes = plt.subplot_mosaic(rows, figsize=(11.0, 6.8), layout="constrained")
    ns.plotting.heat_map(run, ax=axes["run"])
    axes["run"].set(title="what a module was told last (triangles), it keeps", ylabel="module")
    axes["run"].set_yticks(SIZE * np.array([1, 3, 5, 7]) / 8, ["A", "B", "C", "D"])
    for start, module, way in PULSES:
        axes["run"].plot(start - 1.0, SIZE * (module + 0.5) / 4, "k^" if way > 0.0 else "kv", markersize=9)
    ns.plotting.weights(memory, ax=axes["weights"])
    ns.plotting.spectrum(spectrum, ax=axes["spectrum"]).set(xlim=(-0.7, 1.8), ylim=(-0.9, 0.9))
    axes["kept"].plot(STRENGTHS, measured, "o", label="simulation")
    axes["kept"].plot(STRENGTHS, predicted, "k--", label="theory")
    axes["kept"].set(xlabel="strength of the modules", ylabel="state that is kept")
    axes["kept"].legend()
plt.show()

# %% [markdown]
# **Results:** each module keeps the sign of its last input, at the level that theory predicts.
#
# **Try:** `GAIN = 2.0`, where chaos competes with memory; modules that inhibit each other.
