"""Circuits: what populations of different neurons, and pairs without connections, cost beside one population."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from measure import Row, interleaved, ratio

import neurosim as ns

SIZE, BLOCKS, STEPS, DT = 500, 1000, 2000, 0.1


def _simulated(network: ns.Network, trials: int) -> Callable[[], object]:
    steps = STEPS if trials == 1 else STEPS // 8
    return lambda: ns.simulate(
        network, steps * DT, DT, trials=trials, record=(), rng=1, threads=1, progress=False
    )


def _neurons() -> dict[str, ns.Network]:
    cheap, costly = ns.LeakyRate("tanh", tau=2.0), ns.Adaptive("tanh", tau_adaptation=10.0)
    alone = ns.Network(costly, ns.Gaussian(1.5), SIZE, rng=0)
    mixed = ns.Populations(E=ns.Population(cheap, size=400), I=ns.Population(costly, size=100))
    return {"mixed": alone.replace(neuron=mixed), "alone": alone}


def _blocks() -> dict[str, ns.Network]:
    unit, names = ns.LeakyCurrent("tanh"), "ABCD"
    cells = ns.Populations({name: ns.Population(unit, size=BLOCKS // 4) for name in names})
    pairs = [(names[i], names[j]) for i in range(4) for j in range(4) if (i + j) % 2 == 0]
    return {
        "half": ns.Network(cells, ns.Blocks(dict.fromkeys(pairs, ns.Gaussian(1.5))), rng=0),
        "dense": ns.Network(unit, ns.Gaussian(1.5), BLOCKS, rng=0),
    }


def rows() -> Iterator[Row]:
    """Ratios for one trial and for sixteen."""
    for trials in (1, 16):
        for work, networks, bound in (
            ("400 + 100 units of two neurons / 500 of the costlier", _neurons(), 1.1),
            (f"half of the pairs of {BLOCKS} units / all", _blocks(), 0.6),
        ):
            contestants = {name: _simulated(each, trials) for name, each in networks.items()}
            seconds = interleaved(contestants, clock=time.thread_time)
            first, second = (seconds[name] for name in networks)
            yield Row(f"{work}, {trials} trials", {"ratio": ratio(first, second)}, {"ratio": ("<=", bound)})
