# %% [markdown]
# # 02 Your own neuron in five lines
#
# Neurons of visual cortex respond supralinearly to their input: r = k [x]₊². By itself, an excitatory population
# of such neurons is unstable as soon as its input is strong. Inhibition stabilizes it, and the circuit, which
# sums weak inputs supralinearly, sums strong ones sublinearly: the *stabilized supralinear network*
# (Ahmadian, Rubin and Miller, Neural Computation 25, 1994, 2013; Rubin, Van Hooser and Miller, Neuron 85, 402,
# 2015). We write that neuron, check it, and compare a circuit of two units with its fixed points, which scipy
# finds without a simulation.

# %%
import os
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import root

import neurosim as ns
from neurosim.testing import check_neuron

FAST = "NEUROSIM_FAST" in os.environ  # for the tests: fewer inputs
CONTRASTS = np.linspace(2.0, 50.0, 9 if FAST else 49)
MIDDLE = len(CONTRASTS) // 2

# %% [markdown]
# ## The neuron
#
# `drift` is the time derivative of the state x for the input current u, `rate` the output of the unit. No
# registration is needed: neurosim calls both once with symbols, and generates the compiled simulation and all
# derivatives from the result. `explain()` prints the equations. An `if` on the state has no derivative and is
# an error: write `np.where` or, as here, `np.maximum`.


# %%
@dataclass(frozen=True)
class PowerLaw(ns.Neuron):
    """Supralinear unit: r = gain * max(x, 0)**2."""

    tau: float = 10.0  # ms
    gain: float = 0.04

    def drift(self, x, u):
        return (-x + u) / self.tau

    def rate(self, x):
        return self.gain * np.maximum(x, 0.0) ** 2


print("\n".join(check_neuron(PowerLaw)))
print(PowerLaw().explain())

# %% [markdown]
# ## The circuit
#
# One unit represents an excitatory population, the other an inhibitory one, with the weights of Rubin et al. A
# parameter may be one number, or one per unit: here excitation is slower. W[i, j] is the weight from j to i.
# Both units receive the input c, different in each trial. After a second, the inhibitory unit receives 1 more.

# %%
weights = np.array([[1.25, -0.65], [1.2, -0.5]])
neuron = PowerLaw(tau=np.array([20.0, 10.0]))
circuit = ns.Network(neuron, ns.Explicit(weights), size=2, inputs=["excitatory", "inhibitory"])
circuit = circuit.replace(input_weights=np.eye(2), initial_state=np.zeros(2))


def stimulus(time):
    return np.column_stack([CONTRASTS, CONTRASTS + 1.0 * (time > 1000.0)])


run = ns.simulate(circuit, 2000.0, dt=0.5, scheme="rk4", inputs=stimulus, trials=len(CONTRASTS))
before, after = run.states[:, 2000], run.states[:, -1]

# %% [markdown]
# ## Compare with theory
#
# At a fixed point x = W r(x) + input. If the derivative of the excitatory rate there, times the weight of the unit
# onto itself, is above 1, the excitatory unit alone is unstable, and inhibition stabilizes the circuit.


# %%
def distance(x, u):
    return weights @ neuron.rate(x) + u - x


def fixed_points(inputs, guesses):
    return np.array([root(distance, guess, args=(u,)).x for u, guess in zip(inputs, guesses, strict=True)])


rested, pushed = fixed_points(stimulus(0.0), before), fixed_points(stimulus(2000.0), after)
predicted, change = neuron.rate(rested), neuron.rate(after) - neuron.rate(before)
predicted_change = neuron.rate(pushed) - predicted
held = CONTRASTS[weights[0, 0] * 2.0 * neuron.gain * rested[:, 0] > 1.0][0]
print(f"largest difference of simulated and solved states: {np.abs(before - rested).max():.1e}")
print(f"from c = {held:.0f} on, inhibition stabilizes the circuit; with more input, its rate changes by")
for k in (0, MIDDLE):
    print(f"  {change[k, 1]:+.2f} Hz at c = {CONTRASTS[k]:.0f}, predicted {predicted_change[k, 1]:+.2f} Hz")

# %%
with ns.plotting.style(font_size=12, axes_titlesize=13, lines_linewidth=2.0):
    figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 4.0), layout="constrained")
    left.axvspan(held, CONTRASTS[-1], color="0.93", label="held by inhibition")
    for unit, name in enumerate(("excitatory", "inhibitory")):
        left.plot(CONTRASTS, neuron.rate(before)[:, unit], "o", markersize=5, label=name)
        right.plot(run.times, run.rates[MIDDLE, :, unit])
        levels = predicted[MIDDLE, unit] + np.array([0.0, predicted_change[MIDDLE, unit]])
        right.step([0.0, 1000.0, 2000.0], levels[[0, 0, 1]], "k--", linewidth=1.5)
    left.plot(CONTRASTS, predicted, "k--", linewidth=1.5, label=["theory", None])
    left.set(title="weak input adds up, strong input saturates", xlabel="input c", ylabel="rate (Hz)")
    left.legend()
    right.set(xlabel="time (ms)", xlim=(850.0, 1350.0), ylim=(35.0, 90.0))
    right.set_title(f"c = {CONTRASTS[MIDDLE]:.0f}, and 1 more for inhibition")
plt.show()

# %% [markdown]
# **Results:** above a weak input, inhibition stabilizes the circuit, and more input to the inhibitory unit then
# makes it fire *less*, as the fixed points predict.
#
# **Try:** the power 2, or the weights; `neurosim plugins new neuron my_unit` writes a file to start from.
