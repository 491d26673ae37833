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


def two_areas(delay):
    cells = ns.Populations(
        V1=ns.Population(ns.LeakyCurrent("tanh", tau=2.0), size=5),
        PFC=ns.Population(ns.LeakyCurrent("tanh", tau=2.0), size=4),
    )
    blocks = {(a, b): ns.Gaussian(1.5) for a in cells.populations for b in cells.populations}
    return ns.Network(cells, ns.Blocks(blocks, delay=delay), inputs=1, rng=0)


@pytest.mark.parametrize("delay", [{("PFC", "V1"): 0.7, ("V1", "PFC"): (0.3, 1.2)}, 0.5])
def test_delayed_currents_are_those_that_moved_the_units(delay):
    network = two_areas(delay)
    run = ns.simulate(network, 6.0, 0.1, "euler", inputs=0.3, rng=1)
    # a step of Euler is dt (u - x) / tau, which tells u
    states = run.states[0]
    currents = states[:-1] + 2.0 * np.diff(states, axis=0) / 0.1
    first = 12 if isinstance(delay, dict) else 5
    found = ns.analysis.currents(run)
    assert found.courses.shape == (2, 3, 1, 61 - first)
    assert_allclose(found.courses[0, :, 0, :-1].sum(axis=0), currents[first:, :5].mean(axis=1), atol=1e-11)
    later = ns.analysis.currents(run, discard=3.0)
    assert_allclose(later.courses, found.courses[..., 30 - first :], atol=1e-14)


def test_delays_between_samples_are_interpolated():
    run = ns.simulate(two_areas(0.25), 6.0, 0.05, "rk4", inputs=0.3, rng=1)
    coarse = ns.simulate(two_areas(0.25), 6.0, 0.05, "rk4", inputs=0.3, every=2, rng=1)
    exact, found = (ns.analysis.currents(one, discard=1.0).courses for one in (run, coarse))
    # linear interpolation over 0.1, a twentieth of the time constant
    assert_allclose(found, exact[..., ::2], atol=2e-3)


def test_runs_that_do_not_tell(run):
    plain = ns.simulate(ns.Network(ns.LeakyRate(), ns.Gaussian(), 3, rng=0), 1.0, 0.1, rng=0)
    with pytest.raises(ParameterError, match="a network with populations"):
        ns.analysis.currents(plain)
    with pytest.raises(ParameterError, match="run must be longer than discard and the longest delay"):
        ns.analysis.currents(ns.simulate(two_areas(1.0), 0.5, 0.1, rng=0))
    with pytest.raises(ParameterError, match=r"all 12 units \(got 5\)"):
        ns.analysis.currents(run["E"])
