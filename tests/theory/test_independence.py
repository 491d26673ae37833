"""What mean-field theory says of weights that it does not describe."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.connectivity import HeavyTailed
from neurosim.errors import ParameterError
from neurosim.theory.independence import random_gain, require_random_weights

THEORIES = [ns.theory.autocorrelation, ns.theory.lyapunov_exponent, ns.theory.dimension, ns.theory.variance]


def network(connectivity, size=300):
    return ns.Network(ns.LeakyCurrent("tanh"), connectivity, size, rng=0)


@pytest.mark.parametrize("theory", THEORIES)
@pytest.mark.parametrize(
    "connectivity", [HeavyTailed(1.5), 2.0 * HeavyTailed(1.9) + ns.Coherent(0.5)], ids=repr
)
def test_heavy_tails_are_declared(theory, connectivity):
    given = network(connectivity)
    message = (
        "low-rank part"
        if given.recurrent.rank
        else r"finite variance .* \(got HeavyTailed.*; try a simulation"
    )
    with pytest.raises(ParameterError, match=message):
        theory(given)


def test_heavy_tails_are_measured():
    given = network(HeavyTailed(1.2).build(300, np.random.default_rng(0)))
    # of n numbers of the tail index α/2 the mean sum of squared shares is 1 - α/2 = 0.4: 2.5 weights
    with pytest.raises(ParameterError, match=r"many weights of similar size .* by 2\.\d weights each"):
        random_gain(given)


@pytest.mark.parametrize(
    "connectivity",
    [
        ns.Gaussian(2.0),
        ns.Orthogonal(2.0),
        ns.Sparse(density=0.05, gain=2.0),
        ns.connectivity.RandomModes(gain=2.0),
        ns.connectivity.RandomModes(np.ones(60), gain=2.0),
        HeavyTailed(2.0),
    ],
    ids=repr,
)
def test_chance_is_not_refused(connectivity):
    for seed in range(3):
        require_random_weights(ns.Network(ns.LeakyCurrent("tanh"), connectivity, 300, rng=seed))
