"""Small circuits of different neurons for tests, and their equations written out population after population."""

from dataclasses import dataclass

import numpy as np

import neurosim as ns


@dataclass(frozen=True)
class Squared(ns.Neuron):
    """Plugin of five lines: r = gain * max(x, 0)**2."""

    tau: float = 1.0
    gain: float = 0.2

    def drift(self, x, u):
        return (-x + u) / self.tau

    def rate(self, x):
        return self.gain * np.maximum(x, 0.0) ** 2


def three_populations(**sizes):
    """Units of one and of two variables, a plugin, and parameters per unit; sizes E=5, P=4, I=3 by default."""
    e, p, i = (sizes.get(name, size) for name, size in (("E", 5), ("P", 4), ("I", 3)))
    return ns.Populations(
        E=ns.Population(ns.LeakyRate("softplus", tau=2.0), size=e),
        P=ns.Population(Squared(tau=np.linspace(0.8, 1.3, p)), size=p),
        I=ns.Population(ns.Adaptive("tanh", tau=1.0, tau_adaptation=np.linspace(3.0, 6.0, i)), size=i),
    )


def circuit(connectivity=None, **options):
    """Network of `three_populations` with one input and two outputs."""
    settings = {"inputs": 1, "outputs": 2, "rng": 0, **options}
    return ns.Network(
        three_populations(), ns.Gaussian(0.9) if connectivity is None else connectivity, **settings
    )


def start_of(network, scale=0.4, rng=0):
    """State with random numbers in all variables that exist."""
    draw = np.random.default_rng(rng).standard_normal(network.has_variable.shape)
    state = np.where(network.has_variable, scale * draw, 0.0)
    return state[:, 0] if state.shape[1] == 1 else state


def equations_of(network):
    """The methods of each neuron by themselves: functions of states (units, variables) that return drift and rate."""
    sections = [(s.neuron, s.units, len(s.neuron.variables())) for s in network.neuron.sections()]

    def rate(state):
        parts = [neuron.rate(*state[units, :count].T) for neuron, units, count in sections]
        return np.concatenate(parts)

    def drift(state, current):
        moved = np.zeros_like(state)
        for neuron, units, count in sections:
            own = neuron.drift(*state[units, :count].T, current[units])
            moved[units, :count] = np.stack(own if count > 1 else [own], axis=-1)
        return moved

    return drift, rate
