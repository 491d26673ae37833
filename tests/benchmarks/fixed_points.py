"""Fixed points of a trained and of a chaotic network from a thousand starts, on two threads; gradient descent."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import autograd.numpy as anp
import numpy as np
from descent import CHECK, SLOW, Descent, searcher
from measure import Row

import neurosim as ns

THREADS = 2
APART = 1e-2
"""Root mean square distance from which two points of gradient descent are two."""


def of_set_bits(run: Any, trials: Any) -> Any:
    """Squared error of the bits that were set: a target of zero before would ask for memories of "not yet", too."""
    return anp.mean((trials.targets != 0) * (run.outputs - trials.targets) ** 2)


def flip_flop() -> tuple[ns.Network, np.ndarray]:
    """A trained memory of three bits, and 1024 starts: states of its trials, and noise."""
    # silences of up to 30 tau, so that only what stays for good helps; noise, so that it must draw back what drifts
    timing = {"fixation": 1.0, "fixation_jitter": 5.0, "intervals": (5.0, 5.0, 5.0), "interval_jitter": 25.0}
    task = ns.tasks.FlipFlop(stimulus=2.0, delay=1.0, duration=50.0, **timing)
    start = ns.Network(
        ns.LeakyRate("tanh"), ns.Orthogonal(), 100, inputs=task.inputs, outputs=task.outputs, rng=2
    )
    settings = {"loss": of_set_bits, "noise": ns.WhiteNoise(0.05), "batch_size": 32, "threads": THREADS}
    trainer = ns.BPTT(dt=0.5, epochs=4, trials_per_epoch=3200, **settings)
    network = trainer.fit(start.astype("float32"), task, rng=0, progress=False).network.astype("float64")
    draw = np.random.default_rng(1)
    trials = task.trials(64, trainer.dt, rng=2)
    states = ns.simulate(network, **trials.simulation, rng=3, progress=False).states
    states = states.reshape(-1, network.size)
    chosen = states[draw.choice(len(states), 1024, replace=False)]
    return network, chosen + 0.5 * draw.standard_normal(chosen.shape)


def chaotic() -> tuple[ns.Network, np.ndarray]:
    """A network that was never trained, and 1000 states that it visits."""
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=1.5), 100, rng=0)
    run = ns.simulate(network, 600.0, 0.1, "rk4", trials=10, rng=1, every=50, progress=False)
    return network, run.states[:, -100:].reshape(1000, 100)


def _timed(run: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    result = run()
    return time.perf_counter() - begin, result


def _distinct(found: Descent) -> np.ndarray:
    """Points of gradient descent that are apart from each other, the slowest first, shape (points, units)."""
    kept: list[np.ndarray] = []
    for k in np.argsort(found.q):
        if found.q[k] <= SLOW and _distance(found.states[k], np.array(kept)) > APART:
            kept.append(found.states[k])
    return np.array(kept).reshape(-1, found.states.shape[1])


def _distance(state: np.ndarray, points: np.ndarray) -> float:
    """Root mean square distance from a state to the nearest of some points."""
    return float(np.sqrt(((points - state) ** 2).mean(axis=1)).min()) if len(points) else np.inf


def _row(work: str, network: ns.Network, starts: np.ndarray) -> Row:
    def search(these: np.ndarray) -> Any:
        return ns.analysis.fixed_points(network, starts=these, threads=THREADS, progress=False)

    search(starts[:16])  # may compile
    seconds, found = _timed(lambda: search(starts))
    numbers = {
        "s": seconds,
        "points": float(len(found)),
        "largest |F|": float(found.speeds.max(initial=0.0)),
        "share of starts, q < 1e-20": float(found.counts[0.5 * found.speeds**2 < 1e-20].sum() / len(starts)),
    }
    if find_spec("jax") is not None:
        descend = searcher(network)
        descend(starts, CHECK)  # compiles
        slow, ended = _timed(lambda: descend(starts))
        points = _distinct(ended)
        numbers |= {
            "descent / neurosim": slow / seconds,
            "descent while it helps / neurosim": ended.seconds_that_helped / seconds,
            "descent: points": float(len(points)),
            "of them found": float(sum(_distance(point, found.states) < APART for point in points)),
            "descent: median q": float(np.median(ended.q)),
            "descent: share q < 1e-12": float(np.mean(ended.q <= SLOW)),
        }
    return Row(work, numbers)


def rows() -> Iterator[Row]:
    """One row for each network."""
    row = _row("3-bit flip-flop, N = 100, 1024 starts", *flip_flop())
    row.goals |= {"s": ("<=", 10.0), "largest |F|": ("<=", 1e-12), "descent / neurosim": (">=", 10.0)}
    row.goals["points"] = (">=", row.numbers.get("descent: points", 1.0))
    yield row
    row = _row("chaotic, g = 1.5, N = 100, 1000 starts", *chaotic())
    row.goals |= {"s": ("<=", 5.0), "share of starts, q < 1e-20": (">=", 0.9)}
    yield row
