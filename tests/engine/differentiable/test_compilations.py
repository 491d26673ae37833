"""A kernel is compiled once, whatever the numbers of trials and steps: each compilation takes seconds."""

import sys
from dataclasses import dataclass

import autograd.numpy as np
import pytest

import neurosim as ns
from neurosim.engine import Cotangents, Rollout, value_and_gradient
from neurosim.engine.differentiable.local_gradient import LocalGradient
from neurosim.parameters import parameters_of

SHAPES = [(1, 1), (1, 4), (3, 1), (3, 4), (37, 4)]
"""Trials and steps; NumPy calls an array with an axis of length 1 contiguous in more than one order."""


@dataclass(frozen=True)
class OnlyOfThisTest(ns.Neuron):
    """Its kernels are used by no other test."""

    tau: float = 1.0

    def drift(self, x, u):
        return (-x + u) / self.tau

    def rate(self, x):
        return np.tanh(x)


@pytest.fixture
def network():
    return ns.Network(OnlyOfThisTest(), ns.Gaussian(1.5), 5, inputs=2, outputs=3, rng=0)


def _compilations():
    """Numbers of signatures of the kernels that were generated for the neuron of this file."""
    modules = [m for name, m in sys.modules.items() if name.startswith("neurosim_kernel_")]
    own = [module for module in modules if OnlyOfThisTest.__name__ in module.__doc__]
    return [len(module.advance.signatures) for module in own if hasattr(module, "advance")]


def test_one_compilation_of_each_kernel_serves_all_numbers_of_trials_and_steps(network, rng):
    rollout, local = Rollout(network, 0.1), LocalGradient(network, 0.1, memory=1e-2)
    values = parameters_of(network)

    def slopes(_trials, _steps, outputs, rates):
        return Cotangents(outputs=outputs, rates=rates())

    def all_squares(free):
        run = rollout(free["inputs"], {name: free[name] for name in values})
        return sum(np.sum(part**2) for part in (run.outputs, run.rates, run.states))

    for trials, steps in SHAPES:
        inputs = rng.standard_normal((trials, steps, 2))
        for drive in (inputs, inputs[:1], inputs[:, :1] if trials == 1 else inputs, lambda time: [time, 1.0]):
            ns.simulate(network, 0.1 * steps, 0.1, inputs=drive, trials=trials)
        value_and_gradient(all_squares, {**values, "inputs": inputs})
        value_and_gradient(lambda free, inputs=inputs: np.sum(rollout(inputs, free).outputs ** 2), values)
        local(inputs, {"recurrent": values["recurrent"]}, values["readout_weights"].T, slopes)
    found = _compilations()
    assert len(found) >= 4  # at least one of simulations, the forward pass and both backward passes
    assert set(found) == {1}
