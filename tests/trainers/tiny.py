"""A task and networks so small that a training takes a fraction of a second."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import neurosim as ns
from neurosim.randomness import seed_sequence, stream
from neurosim.tasks import Task, Timeline, Trials


@dataclass(frozen=True)
class Echo(Task):
    """Say the sign of a pulse that is over."""

    stimulus: float = 4.0
    response: float = 6.0
    inputs = ("pulse",)
    outputs = ("sign",)

    def trials(self, count, dt, rng=None):
        seed = seed_sequence(rng)
        sign = stream(seed, "conditions").choice([-1.0, 1.0], count)
        strength = stream(seed, "strength").uniform(0.5, 1.5, count)
        timeline = Timeline.consecutive(count, dt, stimulus=self.stimulus, response=self.response)
        shown, answer = (timeline.during(epoch) for epoch in ("stimulus", "response"))
        return Trials(
            self,
            dt,
            shown * (sign * strength)[:, None, None],
            answer * sign[:, None, None],
            mask=answer,
            epochs=timeline.epochs,
            conditions={"sign": sign, "strength": strength},
        )

    def accuracy(self, trials, outputs):
        return trials.last(outputs, "response")[:, 0] * trials.conditions["sign"] > 0.0


def network(size=12, *, rng=0, **settings):
    return ns.Network(
        ns.LeakyRate("tanh"), ns.Orthogonal(), size, inputs=("pulse",), outputs=("sign",), rng=rng, **settings
    )


def simulated_loss(net, trials):
    """Masked mean squared error, by the simulator of the package instead of the rollout of training."""
    start = np.zeros(net.size)
    run = ns.simulate(net, **trials.simulation, initial_state=start, progress=False)
    return np.mean(trials.mask * (run.outputs[:, 1:] - trials.targets) ** 2)
