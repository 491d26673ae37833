"""Delayed networks for tests, and the discrete scheme written out in NumPy with the whole past kept."""

from dataclasses import dataclass

import numpy as np

import neurosim as ns
from neurosim.connectivity import Delayed
from neurosim.schemes import find_scheme

DT = 0.1


@dataclass(frozen=True)
class MackeyGlass(ns.Neuron):
    """Unit whose rate rises and falls with its state: r = x / (1 + x**10)."""

    tau: float = 10.0

    def drift(self, x, u):
        return (-x + u) / self.tau

    def rate(self, x):
        return x / (1.0 + x**10)


def mackey_glass(delay):
    """x' = 0.2 x(t - delay) / (1 + x(t - delay)**10) - 0.1 x (Mackey & Glass 1977), started near the point x = 1."""
    network = ns.Network(MackeyGlass(), Delayed(ns.Explicit([[2.0]]), delay), size=1)
    return network.replace(initial_state=np.array([0.9]))


def areas(**sizes):
    """Two populations of different neurons with blocks of every kind and delays of every kind."""
    v1, pfc = sizes.get("V1", 6), sizes.get("PFC", 5)
    cells = ns.Populations(
        V1=ns.Population(ns.LeakyCurrent("tanh"), size=v1),
        PFC=ns.Population(ns.Adaptive("tanh", tau=1.5, tau_adaptation=4.0), size=pfc),
    )
    vectors = np.random.default_rng(5).standard_normal((v1 + pfc, 2))
    blocks = {
        ("V1", "V1"): ns.Gaussian(1.2),
        ("PFC", "V1"): Delayed(ns.Sparse(density=0.5, gain=1.5), (0.5, 0.7), probabilities=(0.4, 0.6)),
        ("V1", "PFC"): ns.LowRank(vectors[:v1], vectors[v1:]) + ns.Gaussian(0.5),
        ("PFC", "PFC"): ns.Gaussian(0.8),
    }
    return ns.Network(
        cells,
        ns.Blocks(blocks, delay={("V1", "PFC"): 0.3, ("PFC", "PFC"): 0.237}),
        inputs=1,
        outputs=2,
        rng=0,
    )


def modulated():
    """The areas, of which one follows the last input channel."""
    network = areas()
    parts = dict(network.neuron.populations)
    unit = ns.neurons.Modulated(parts["PFC"].neuron, "gain", strength=0.7)
    parts["PFC"] = parts["PFC"].replace(neuron=unit)
    columns = np.column_stack([network.input_weights, np.zeros(network.size)])
    return network.replace(neuron=ns.Populations(parts), input_names=("x", "gain"), input_weights=columns)


def sparse(size=30):
    """Sparse weights with drawn delays and an undelayed low-rank part."""
    recipe = Delayed(ns.Sparse(density=0.1, gain=1.5), (0.4, 0.1, 0.55)) + ns.Coherent(0.7)
    return ns.Network(ns.LeakyCurrent("tanh"), recipe, size=size, inputs=1, outputs=1, rng=0)


def low_rank(size=12):
    """Low-rank weights alone, with a delay."""
    vectors = np.random.default_rng(5).standard_normal((2, size, 2))
    return ns.Network(
        ns.LeakyRate("tanh"), Delayed(ns.LowRank(*vectors), 0.35), size, inputs=1, outputs=1, rng=0
    )


def lagrange(place, nodes):
    return [np.prod([(place - o) / (n - o) for o in nodes if o != n]) for n in nodes]


def states_of(network, start, steps, scheme="euler", dt=DT, history=None, drive=None):
    """States (steps + 1, units, variables) of one trial, with rates of the past from a function of time."""
    tableau = find_scheme(scheme)
    weights = [(0.0, network.undelayed), *network.delays]
    state = np.array(start, float).reshape(network.size, -1)
    rate = lambda s: np.asarray(network.neuron.rate(*s.T))  # noqa: E731
    first = rate(state)
    past = (lambda _: first) if history is None else history
    kept, found = {}, [state]

    def at(step, stage):
        return kept[step, stage] if step >= 0 else past((step + tableau.c[stage]) * dt)

    def arrives(step, stage, delay):
        whole = round(delay / dt)
        if abs(delay / dt - whole) < 1e-9:
            return at(step - whole, stage)
        place, count = delay / dt - tableau.c[stage], 2 if scheme == "euler" else 4
        low = max(0, int(np.floor(place)) - (count // 2 - 1))
        nodes = [low + k for k in range(count)]
        return sum(w * at(step - n, 0) for w, n in zip(lagrange(place, nodes), nodes, strict=True))

    for step in range(steps):
        stage_state, total = state, state
        for stage in range(tableau.stages):
            kept[step, stage] = rate(stage_state)
            current = network.bias + sum(w @ arrives(step, stage, d) for d, w in weights)
            if drive is not None:
                current = current + network.input_weights @ drive[step]
            slope = np.array(network.neuron.drift(*stage_state.T, current)).reshape(-1, network.size).T
            total = total + dt * tableau.b[stage] * slope
            stage_state = state + dt * tableau.ahead[stage] * slope
        state = total
        found.append(state)
    return np.array(found)
