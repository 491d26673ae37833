"""Populations: names, units, equations of each, plain data and back, and what is refused."""

from dataclasses import dataclass

import numpy as np
import pytest
from circuits import circuit, equations_of, start_of, three_populations
from numpy.testing import assert_allclose, assert_array_equal

import neurosim as ns
from neurosim.equations.local import local_derivatives
from neurosim.errors import ParameterError, ShapeError, UnitsWarning, UnknownKeywordError, UnknownNameError
from neurosim.experiments.reading import read_experiment
from neurosim.serialization import from_dict, to_dict
from neurosim.theory.unit import unit_of
from neurosim.trainers import Dale, SignConstrained


@dataclass(frozen=True)
class Named(ns.Neuron):
    """Has a parameter ``adaptation``: that of the population E_tau is named as tau_adaptation of E."""

    adaptation: float = 1.0

    def drift(self, x, u):
        return -x + u / self.adaptation

    def rate(self, x):
        return x


EXCITATORY = ns.Population(ns.LeakyRate("softplus", tau=20.0), size=4, sign="excitatory")
INHIBITORY = ns.Population(ns.LeakyRate("relu", tau=10.0), size=1, sign="inhibitory")
CELLS = ns.Populations(E=EXCITATORY, I=INHIBITORY)


def test_names_units_and_signs():
    network = ns.Network(CELLS, ns.Gaussian(), rng=0)
    assert network.size == CELLS.size == 5
    assert network.populations == {"E": slice(0, 4), "I": slice(4, 5)}
    assert network.signs.tolist() == [1, 1, 1, 1, -1]
    assert ns.Network(ns.LeakyRate(), ns.Gaussian(), 3, rng=0).populations == {}


def test_columns_are_named_by_what_populations_call_them():
    assert CELLS.variables() == ("r",)
    assert three_populations().variables() == ("r_or_x", "a")
    network = circuit()
    assert network.has_variable.sum(axis=0).tolist() == [12, 3]
    assert network.dimensions == 15


def test_methods_are_those_of_each_neuron():
    network = circuit()
    state, current = start_of(network), np.linspace(-1.0, 1.0, network.size)
    drift, rate = equations_of(network)
    assert_array_equal(network.neuron.rate(*state.T), rate(state))
    assert_array_equal(np.array(network.neuron.drift(*state.T, current)).T, drift(state, current))


def test_local_derivatives_are_those_of_each_neuron():
    network = circuit()
    state, current = start_of(network), np.linspace(-1.0, 1.0, network.size)
    whole = local_derivatives(network.neuron, state.T, current)
    for section in network.neuron.sections():
        count, units = len(section.neuron.variables()), section.units
        own = local_derivatives(section.neuron, state[units, :count].T, current[units])
        assert_array_equal(whole.drift_by_state[:count, :count, units], own.drift_by_state)
        assert_array_equal(whole.drift_by_input[:count, units], own.drift_by_input)
        assert_array_equal(whole.rate_by_state[:count, units], own.rate_by_state)
    assert not whole.drift_by_state[1, :, :9].any()


def test_jacobian_is_that_of_the_variables_that_exist():
    network = circuit()
    (drift, rate), weights, state = equations_of(network), network.recurrent.dense(), start_of(network)
    present = network.has_variable.T

    def speed(flat):
        full = np.zeros(present.shape)
        full[present] = flat
        return drift(full.T, weights @ rate(full.T)).T[present]

    here, step = state.T[present], 1e-6
    columns = [speed(here + step * e) - speed(here - step * e) for e in np.eye(network.dimensions)]
    # central differences: step**2 and rounding / step
    assert_allclose(network.jacobian(state), np.array(columns).T / (2.0 * step), atol=1e-8)


def test_equality_depends_on_the_order():
    assert ns.Populations({"E": EXCITATORY, "I": INHIBITORY}) == CELLS
    assert ns.Populations(I=INHIBITORY, E=EXCITATORY) != CELLS
    assert hash(CELLS) == hash(ns.Populations(E=EXCITATORY, I=INHIBITORY))
    assert CELLS.replace(I=None) == ns.Populations(E=EXCITATORY)
    assert CELLS.replace(I=INHIBITORY.replace(size=3)).size == 7
    assert "E=Population(neuron=LeakyRate(activation='softplus', tau=20.0), size=4" in repr(CELLS)
    assert "E: LeakyRate" in CELLS.explain()


def test_plain_data_and_files(tmp_path):
    cells = three_populations()
    cells = cells.replace(P=None)
    assert from_dict("neuron", to_dict(cells)) == cells
    network = ns.Network(cells, ns.Gaussian(), rng=0)
    network.save(tmp_path / "circuit.npz")
    assert ns.load(tmp_path / "circuit.npz").equals(network)
    run = ns.simulate(network, 1.0, 0.1, rng=1)
    run.save(tmp_path / "run.npz")
    assert_array_equal(ns.load(tmp_path / "run.npz")["I"].states, run["I"].states)


TOML = """
title = "Circuit"
description = "Two populations"
seed = 1
analyses = ["traces"]
[simulation]
duration = 10.0
dt = 1.0
[[networks]]
connectivity = { type = "Gaussian" }
[networks.neuron]
type = "Populations"
[networks.neuron.populations.E]
neuron = { type = "LeakyRate", activation = "softplus", tau = 20.0 }
size = 4
sign = "excitatory"
[networks.neuron.populations.I]
neuron = { type = "LeakyRate", activation = "relu", tau = 10.0 }
size = 1
sign = "inhibitory"
"""


def test_toml_declares_populations_and_their_sizes():
    plan = read_experiment(TOML, "circuit", "circuit.toml").networks[0]
    assert plan.neuron == CELLS
    assert plan.size == 5


def test_toml_errors_name_the_place():
    with pytest.raises(UnknownKeywordError, match=r"neuron\.populations\.I\.sise"):
        read_experiment(TOML.replace("size = 1", "sise = 1"), "circuit", "circuit.toml")
    with pytest.raises(ParameterError, match="must be TOML"):
        read_experiment(TOML.replace("populations.I]", "populations.E]"), "circuit", "circuit.toml")


def test_theory_of_one_kind_of_unit_takes_one_population():
    alone = ns.Populations(E=ns.Population(ns.LeakyCurrent("tanh", tau=2.0), size=4))
    assert unit_of(alone).tau == 2.0
    with pytest.raises(ParameterError, match="one kind of unit"):
        unit_of(CELLS)


def test_dale_by_name():
    dense = ns.Network(CELLS, ns.Gaussian(), rng=0)
    assert Dale.of(dense) == Dale(np.array([True] * 4 + [False]))
    sparse = ns.Network(CELLS, ns.Sparse(density=0.15), rng=0)
    found = Dale.of(sparse)
    assert isinstance(found, SignConstrained)
    assert_array_equal(found.signs, np.where(sparse.recurrent.base.indices < 4, 1, -1))
    with pytest.raises(ParameterError, match="populations with a sign"):
        Dale.of(circuit())
    with pytest.raises(ParameterError, match="readout must be False"):
        Dale.of(sparse, readout=True)


def test_lesion_by_name():
    network = circuit()
    silent = ns.analysis.lesion(network, "P")
    assert not silent.recurrent.dense()[:, 5:9].any()
    assert silent.recurrent.dense()[:, :5].all()
    with pytest.raises(UnknownNameError, match=r"'Q' is no population of the network\. Known: E, I, P"):
        ns.analysis.lesion(network, "Q")
    with pytest.raises(UnknownNameError, match=r"Declare ns\.Populations"):
        ns.analysis.lesion(ns.Network(ns.LeakyRate(), ns.Gaussian(), 3, rng=0), "E")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ns.Populations(), "at least one population"),
        (lambda: ns.Populations(E=ns.LeakyRate()), "E must be a Population"),
        (lambda: ns.Populations({"1": EXCITATORY}), "valid Python names"),
        (lambda: ns.Populations({"E": EXCITATORY}, E=INHIBITORY), "one 'E' .got two"),
        (lambda: ns.Populations([EXCITATORY]), "mapping from names"),
        (lambda: ns.Population(CELLS, size=3), "Neuron of one kind of unit"),
        (lambda: ns.Population("tanh", size=3), "Neuron of one kind of unit"),
        (lambda: ns.Population(ns.LeakyRate(), size=0), "size"),
        (
            lambda: ns.Population(ns.LeakyRate(tau=[1.0, 2.0]), size=3),
            r"one per unit with shape \(3,\) \(got shape \(2,\)\)",
        ),
        (lambda: ns.Population(ns.LeakyRate(), size=3, sign="plus"), "sign"),
        (
            lambda: ns.Populations(
                E=ns.Population(ns.Adaptive(), size=1), E_tau=ns.Population(Named(), size=1)
            ),
            "keep their parameters apart",
        ),
    ],
)
def test_bad_populations(make, message):
    with pytest.raises(Exception, match=message) as caught:
        make()
    assert isinstance(caught.value, ns.errors.NeurosimError)


def test_sizes_that_do_not_fit():
    with pytest.raises(ShapeError, match=r"size must be that of the populations, 5 \(got 6\)"):
        ns.Network(CELLS, ns.Gaussian(), 6)
    with pytest.raises(ShapeError, match=r"that of the connectivity, 4 \(got 5\)"):
        ns.Network(CELLS, ns.Operator(np.eye(4)))
    with pytest.raises(ShapeError, match=r"recurrent weights, 4 \(got populations of 5: E: 4, I: 1\)"):
        ns.Network(ns.LeakyRate(), ns.Gaussian(), 4, rng=0).replace(neuron=CELLS)
    with pytest.raises(ParameterError, match=r"size must be given"):
        ns.Network(ns.LeakyRate(), ns.Gaussian())


def test_mixed_units_of_time_are_noticed():
    with pytest.warns(UnitsWarning, match=r"tau of E is 20 and that of I is 0.01"):
        ns.Populations(E=EXCITATORY, I=INHIBITORY.replace(neuron=ns.LeakyRate("relu", tau=0.01)))
