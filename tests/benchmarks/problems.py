"""The dense networks that every contestant simulates: tau dx/dt = -x + W tanh(x), every step recorded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import neurosim as ns

DT = 0.1
"""Step, in units of tau."""


@dataclass(frozen=True)
class Problem:
    """A network of `size` units, drawn with the seed 0, and how long to run it."""

    size: int
    trials: int
    steps: int
    scheme: str
    dtype: str

    @property
    def work(self) -> str:
        """Name of the row in the table."""
        trials = f"{self.trials} trials, " if self.trials > 1 else ""
        return f"{trials}N = {self.size}, {self.scheme}, {self.dtype}"

    @property
    def stages(self) -> int:
        """Products of a step."""
        return 4 if self.scheme == "rk4" else 1

    def network(self, neuron: ns.Neuron | None = None) -> ns.Network:
        """Network with the weights of this problem."""
        unit = ns.LeakyCurrent("tanh") if neuron is None else neuron
        return ns.Network(unit, ns.Gaussian(gain=1.5), size=self.size, dtype=self.dtype, rng=0)

    def weights(self) -> np.ndarray:
        """Weights W, shape (size, size), in rows."""
        return np.array(self.network().recurrent.dense(), self.dtype, order="C")

    def start(self) -> np.ndarray:
        """State at time 0, shape (trials, size), or (size,) for a single trial."""
        shape = (self.trials, self.size) if self.trials > 1 else (self.size,)
        return np.random.default_rng(1).standard_normal(shape).astype(self.dtype)


def one_trial() -> list[Problem]:
    """Single trials; as many steps as make the set-up of a call short beside them."""
    steps = {50: 50_000, 200: 5_000, 1000: 400, 4000: 24}
    return [
        Problem(size, 1, count // (2 if scheme == "rk4" else 1), scheme, dtype)
        for size, count in steps.items()
        for scheme in ("euler", "rk4")
        for dtype in ("float64", "float32")
    ]


def batches() -> list[Problem]:
    """Many trials of small networks."""
    return [
        Problem(size, trials, steps // (2 if scheme == "rk4" else 1), scheme, dtype)
        for size, trials, steps in ((256, 64, 200), (50, 32, 2_000))
        for scheme in ("euler", "rk4")
        for dtype in ("float64", "float32")
    ]
