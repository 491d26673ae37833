"""No trainer creates connections: a trained network has those that were declared, whatever their storage."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from tiny import Echo

import neurosim as ns
from neurosim.parameters import parameters_of
from neurosim.trainers import (
    L1,
    L2,
    SGD,
    AtLeast,
    ClipUpdates,
    Force,
    FullForce,
    Innate,
    RewardHebbian,
    Ridge,
    SynapticIntelligence,
)

GRADIENT = ns.BPTT(dt=0.5, epochs=2, trials_per_epoch=8, batch_size=4, optimizer=SGD(0.1), threads=1)
TRAINERS = [
    GRADIENT,
    GRADIENT.replace(penalties=(ns.trainers.VanishingGradient(), L1(), L2(1e-3))),
    GRADIENT.replace(constraints=(AtLeast(-10.0, "recurrent"),), projections=(ClipUpdates(1e-3),)),
    GRADIENT.replace(optimizer=ns.trainers.LBFGS(iterations=3)),
    SynapticIntelligence(tasks=(Echo(),), trainer=GRADIENT),
    FullForce(trials=2),
    Innate(trials=2, readout_trials=1),
    RewardHebbian(trials=3, warm_up=0, perturbation_rate=1.0, perturbation_size=8.0),
    Ridge(trials=3),
]
each = pytest.mark.parametrize("trainer", TRAINERS, ids=lambda trainer: type(trainer).__name__)


def declared(density):
    """Stored sparse up to a density of 0.15, dense with a pattern above."""
    task = Echo()
    return ns.Network(
        ns.LeakyCurrent("tanh", tau=2.0),
        ns.Sparse(density=density, gain=1.6, self_connections=False),
        40,
        inputs=task.inputs,
        outputs=task.outputs,
        rng=0,
    )


@each
@pytest.mark.parametrize("density", [0.14, 0.16])
def test_trained_networks_have_the_connections_that_were_declared(trainer, density):
    start = declared(density)
    kind = "sparse" if density < 0.15 else "dense"
    assert start.recurrent.kind_of_base == kind
    trained = trainer.fit(start, Echo(), rng=1).network.recurrent
    assert trained.kind_of_base == kind
    assert trained.connections == start.recurrent.connections
    weights = trained.dense()
    for unit in range(40):
        assert_array_equal(trained.sources(unit), start.recurrent.sources(unit))
        assert not weights[unit, np.setdiff1d(np.arange(40), start.recurrent.sources(unit))].any()
    if not isinstance(trainer, Ridge):
        assert not np.array_equal(weights, start.recurrent.dense())


def test_force_adds_its_feedback_and_no_other_connection():
    start = declared(0.16)
    trained = Force(trials=2).fit(start, Echo(), rng=1).network.recurrent
    assert_array_equal(trained.base, start.recurrent.base)
    assert_array_equal(trained.pattern, start.recurrent.pattern)
    assert trained.rank == 1


@pytest.mark.parametrize(
    "trainer", [Innate(trials=2, readout_trials=1), FullForce(trials=2), GRADIENT], ids=repr
)
def test_the_storage_does_not_change_what_is_learned(trainer):
    """The same connections as a sparse base and as a dense one with a pattern: rounding apart, the same training."""
    dense = declared(0.16)
    base = dense.recurrent.base
    rows, columns = np.nonzero(dense.recurrent.pattern)
    stored = csr_array((base[rows, columns], (rows, columns)), shape=base.shape)
    sparse = dense.replace(recurrent=ns.Operator(stored))
    trained = [trainer.fit(start, Echo(), rng=1) for start in (dense, sparse)]
    assert_allclose(*(one.last.recurrent.dense() for one in trained), atol=1e-9)
    assert_allclose(*(one.history["loss"] for one in trained), atol=1e-9)


@pytest.mark.parametrize("penalty", [L1(0.3), L2(0.3), L2(0.3, form="half_sum")], ids=repr)
def test_penalties_on_weights_average_over_the_connections_that_exist(penalty):
    class Run:
        network = declared(0.16)
        parameters = parameters_of(network)

    existing = Run.network.recurrent.dense()[Run.network.recurrent.pattern]
    exact = {
        L1(0.3): np.abs(existing).mean(),
        L2(0.3): (existing**2).mean(),
        L2(0.3, form="half_sum"): (existing**2).sum() / 2.0,
    }
    assert penalty(Run, None) == pytest.approx(0.3 * exact[penalty], rel=1e-12)


def test_the_published_network_of_1800_plastic_units_needs_less_than_2_gb(monkeypatch):
    """Hardy et al. 2018: 20 % of 1800 units are about 360 sources each; 1800 triangles of 4 * 360² B are 0.93 GB."""

    class EnoughError(Exception):
        pass

    def tell(nbytes, *_):
        sizes.append(nbytes)
        raise EnoughError

    sizes = []
    monkeypatch.setattr("neurosim.kernels.linalg.least_squares.require_memory", tell)
    task = ns.tasks.Interval()
    network = ns.Network(
        ns.LeakyCurrent("tanh", tau=50.0),
        ns.Sparse(density=0.2, gain=1.6, self_connections=False),
        1800,
        inputs=task.inputs,
        outputs=task.outputs,
        rng=0,
    )
    with pytest.raises(EnoughError):
        Innate(plastic=1.0).fit(network, task, rng=0)
    assert sizes[0] == pytest.approx(0.93e9, rel=0.02)
    # all units of a full matrix have the same sources: one triangle
    with pytest.raises(EnoughError):
        Innate(plastic=1.0).fit(network.replace(recurrent=ns.Operator(np.ones((1800, 1800)))), task, rng=0)
    assert sizes[1] == 8.0 * 1800 * 1801 / 2
