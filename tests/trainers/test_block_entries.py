"""Training by block changes the weights of that block only, and never makes a connection."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import neurosim as ns
from neurosim.connectivity import FixedInDegree
from neurosim.errors import ParameterError, UnknownNameError

TASK = ns.tasks.FlipFlop(bits=1)
RATE = ns.LeakyRate("tanh", tau=1.0)


def areas(dense=True):
    cells = ns.Populations(V=ns.Population(RATE, size=16), P=ns.Population(RATE, size=12))
    draw = np.random.default_rng(0)
    blocks = {
        "V->V": ns.Gaussian() if dense else ns.Sparse(density=0.1),
        "V->P": ns.LowRank(draw.normal(size=12), draw.normal(size=16)) * 0.7,
        "P->V": FixedInDegree(1, -1.0),
    }
    return ns.Network(cells, ns.Blocks(blocks), rng=0, inputs=TASK.inputs, outputs=TASK.outputs)


def changed(network, train):
    """Blocks whose weights changed in one epoch, and the network after it."""
    trainer = ns.BPTT(epochs=1, trials_per_epoch=16, batch_size=8, dt=1.0, train=train)
    trained = trainer.fit(network, TASK, rng=0).last
    difference = trained.recurrent.dense() != network.recurrent.dense()
    populations = network.populations.items()
    found = {f"{s}->{t}" for t, a in populations for s, b in populations if difference[a, b].any()}
    return found, trained


@pytest.mark.parametrize("dense", [True, pytest.param(False, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("train", "blocks"),
    [
        (None, {"V->V", "V->P", "P->V"}),
        ("V->P", {"V->P"}),
        (("V->V", "readout_weights"), {"V->V"}),
        (("P->V", "V->P"), {"P->V", "V->P"}),
    ],
)
def test_training_by_block(dense, train, blocks):
    network = areas(dense)
    found, trained = changed(network, train)
    assert found == blocks
    assert trained.recurrent.connections == network.recurrent.connections
    for name in ("left", "right"):
        assert_array_equal(getattr(trained.recurrent, name) != 0.0, getattr(network.recurrent, name) != 0.0)
    read = train is None or "readout_weights" in train
    assert np.array_equal(trained.readout_weights, network.readout_weights) != read


@pytest.mark.parametrize(
    ("train", "error", "message"),
    [
        ("V->Q", UnknownNameError, "'Q' is no population"),
        ("P->P", ParameterError, r"blocks with connections \(got P->P\)"),
        (("V->V", "recurrent"), ParameterError, "either blocks or 'recurrent'"),
    ],
)
def test_bad_names(train, error, message):
    with pytest.raises(error, match=message):
        changed(areas(), train)
