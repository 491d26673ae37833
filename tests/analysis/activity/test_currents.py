"""Currents between populations against the products written out block by block."""

import numpy as np
import pytest
from circuits import circuit
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.errors import ParameterError


@pytest.fixture(scope="module")
def run():
    network = circuit(ns.Gaussian(0.9) + ns.Coherent(0.5))
    network = network.replace(bias=np.linspace(-0.2, 0.3, network.size))
    return ns.simulate(
        network, 3.0, 0.1, inputs=0.7, noise=ns.OrnsteinUhlenbeck(0.3, tau_noise=1.0), trials=3, rng=1
    )


def test_each_current_is_the_product_of_its_block(run):
    found, weights = ns.analysis.currents(run, discard=1.0), run.network.recurrent.dense()
    assert found.targets == ("E", "P", "I")
    assert found.sources == ("E", "P", "I", "external")
    rates = run.rates[:, 10:]
    received = rates[..., 5:9] @ weights[9:, 5:9].T
    assert_allclose(found.courses[2, 1], received.mean(axis=-1), atol=1e-14)
    assert found.means[2, 1] == pytest.approx(received.mean())
    assert found.over_time[2, 1] == pytest.approx(np.sqrt(received.reshape(-1, 3).var(axis=0).mean()))


def test_currents_add_up_to_the_input_of_the_units(run):
    network = run.network
    total = run.rates @ network.recurrent.dense().T + network.bias + 0.7 * network.input_weights[:, 0]
    found = ns.analysis.currents(run)
    assert_allclose(found.courses[0].sum(axis=0), total[..., :5].mean(axis=-1), atol=1e-13)
    assert_allclose(found.over_time[:, -1], 0.0, atol=1e-14)


def test_runs_that_do_not_tell(run):
    plain = ns.simulate(ns.Network(ns.LeakyRate(), ns.Gaussian(), 3, rng=0), 1.0, 0.1, rng=0)
    with pytest.raises(ParameterError, match="a network with populations"):
        ns.analysis.currents(plain)
    with pytest.raises(ParameterError, match=r"all 12 units \(got 5\)"):
        ns.analysis.currents(run["E"])
