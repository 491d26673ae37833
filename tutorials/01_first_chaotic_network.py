# %% [markdown]
# # 01 A first chaotic network
#
# A network of units with random weights, after Sompolinsky, Crisanti and Sommers (Physical Review Letters 61,
# 259, 1988). Unit i has the state x_i and sends the rate tanh(x_i) to all others:
#
#     τ dx_i/dt = -x_i + Σ_j W_ij tanh(x_j),        W_ij drawn from N(0, g²/N).
#
# The dynamics depends on one parameter, the gain g. Below g = 1 the activity decays to zero. Above, it never comes
# to rest and never repeats itself: it is chaotic. Mean-field theory predicts both regimes, and we compare each
# prediction with a measurement.
#
# Run it with `python tutorials/01_first_chaotic_network.py`, or open it in an editor that supports `# %%` cells.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import neurosim as ns

FAST = "NEUROSIM_FAST" in os.environ  # for the tests: smaller and shorter
SIZE, FEWER, DURATION = (1000, 300, 100.0) if FAST else (1000, 500, 300.0)
GAINS = [0.5, 0.8, 3.0] if FAST else [0.4, 0.6, 0.8, 1.2, 1.6, 2.0, 2.5, 3.0]


# %% [markdown]
# ## Declare a network, then run it
#
# A `Network` declares the neuron, the connectivity and the number of units. The weights are drawn with the seed
# `rng=0`; another gain with the same seed gives the same weights, scaled. Times are in units of τ. Single
# precision is twice as fast; in chaos, rounding changes the trajectory but not its statistics.


# %%
def random_network(gain, size):
    return ns.Network(ns.LeakyCurrent("tanh", tau=1.0), ns.Gaussian(gain=gain), size, dtype="float32", rng=0)


silent, chaotic = random_network(0.8, SIZE), random_network(2.0, SIZE)
fading = ns.simulate(silent, duration=60.0, dt=0.1, scheme="rk4", rng=1)
lasting = ns.simulate(chaotic, duration=DURATION, dt=0.1, scheme="rk4", trials=4, every=5, rng=1)
print(lasting)
print("rates have the shape (trials, samples, units):", lasting.rates.shape)

# %% [markdown]
# ## Compare with theory
#
# The input of a unit, a sum over many others, is a Gaussian random signal. Requiring that the output of a unit has
# the statistics that its inputs were assumed to have gives the autocorrelation D(s) = ⟨x(t) x(t+s)⟩ of an
# infinitely large network. The first 50 τ are discarded as a transient.

# %%
measured = ns.analysis.autocorrelation(lasting, discard=50.0, longest=25.0)
predicted = ns.theory.autocorrelation(chaotic)
half_widths = [ns.analysis.half_width(correlation) for correlation in (measured, predicted)]
print(f"variance of the states: {measured.values[0]:.3f} measured, {predicted.variance:.3f} predicted")
print(f"half width of D(s):     {half_widths[0]:.2f} τ measured, {half_widths[1]:.2f} τ predicted")

# %% [markdown]
# ## The transition
#
# The largest Lyapunov exponent λ₁ is the rate at which a small difference between two copies of the network
# grows: exp(λ₁ t). Around the silent state the equation is linear, so λ₁ is known exactly: -1/τ plus the largest
# real part of the eigenvalues of W. In a large network that is -1 + g (the circular law), and silence becomes
# unstable at `ns.theory.critical_gain`, g = 1. Above it λ₁ is positive, but far below -1 + g, because tanh
# saturates. The prediction is -1 + √(1 - E₀), where E₀ is the ground-state energy of a Schrödinger equation with
# a potential given by the autocorrelation. It holds for many units; networks of some hundred have smaller λ₁, and
# just above g = 1 they often oscillate (λ₁ = 0).

# %%
edge = ns.analysis.spectrum(random_network(1.0, FEWER)).abscissa
exponents = []
for gain in GAINS:
    found = ns.analysis.lyapunov_spectrum(random_network(gain, FEWER), count=1, duration=DURATION, rng=2)
    exponents.append(found.values[0])
    silence = f"{-1.0 + gain * edge:+.3f} around silence" if gain * edge < 1.0 else "silence is unstable"
    print(f"g = {gain:.1f}: largest exponent {exponents[-1]:+.3f} per τ,  {silence}")
critical = ns.theory.critical_gain(chaotic)
beyond = np.linspace(1.02 * critical, GAINS[-1], 12)
limits = [float(ns.theory.lyapunov_exponent(chaotic, gain=gain)) for gain in beyond]
print(f"chaos begins at g = {critical:.3f} in theory, silence ends at {1.0 / edge:.3f} in this network")

# %% [markdown]
# ## The figure
#
# Every function of `ns.plotting` takes the axes to draw on as `ax=`, so figures can be combined freely.

# %%
with ns.plotting.style(font_size=12, axes_labelsize=12, axes_titlesize=13):
    figure, axes = plt.subplots(2, 2, figsize=(10.5, 6.6), layout="constrained")
    ns.plotting.traces(fading, units=7, ax=axes[0, 0])
    axes[0, 0].set(title="g = 0.8: silence", ylim=(-4.0, 4.0))
    ns.plotting.traces(lasting, units=7, ax=axes[0, 1])
    axes[0, 1].set(title="g = 2: chaos", xlim=(50.0, 110.0), ylim=(-4.0, 4.0))
    ns.plotting.autocorrelation(measured, predicted, ax=axes[1, 0])
    axes[1, 0].set_title("memory of one unit, g = 2")
    ax = axes[1, 1]
    ax.plot(GAINS, exponents, "o", markersize=7, label="simulation")
    below = np.array([0.9 * GAINS[0], 1.0 / edge])
    ax.plot(below, -1.0 + edge * below, "k--", label="theory: silence decays")
    ax.plot(beyond, limits, "k", label="theory: chaos, many units")
    ax.axhline(0.0, color="0.6", linewidth=0.8)
    ax.axvline(critical, color="0.6", linewidth=1.0, linestyle=":")
    ax.set(title="the transition to chaos", xlabel="gain g", ylabel="largest exponent λ₁ (1/τ)")
    ax.legend(loc="lower right")
plt.show()

# %% [markdown]
# **Results:** silence below g = 1; above it, activity that never settles, with an autocorrelation of a few τ that
# theory predicts without fitted parameters.
#
# **Try:** `ns.Orthogonal(gain=2.0)` has the same theory and is closer to it at the same size; `ns.LeakyCurrent("relu")`
# does not saturate: what happens above its critical gain, the square root of 2?
