"""Fixed points of a network trained on the three-bit flip-flop: the cube of Sussillo & Barak (2013)."""

import itertools

import autograd.numpy as anp
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import neurosim as ns
from neurosim.analysis import fixed_points

CORNERS = set(itertools.product([-1, 1], repeat=3))


def of_set_bits(run, trials):
    """Squared error of the bits that were set; a target of 0 before the first pulse would add a third state."""
    return anp.mean((trials.targets != 0) * (run.outputs - trials.targets) ** 2)


@pytest.fixture(scope="module")
def trained():
    # silences of up to 30 tau need states that last for ever; noise needs them to attract
    task = ns.tasks.FlipFlop(
        fixation=1.0,
        fixation_jitter=5.0,
        intervals=(5.0, 5.0, 5.0),
        interval_jitter=25.0,
        stimulus=2.0,
        delay=1.0,
        duration=50.0,
    )
    start = ns.Network(
        ns.LeakyRate("tanh"), ns.Orthogonal(), 100, inputs=task.inputs, outputs=task.outputs, rng=2
    )
    trainer = ns.BPTT(
        dt=0.5, epochs=4, trials_per_epoch=3200, batch_size=32, loss=of_set_bits, noise=ns.WhiteNoise(0.05)
    )
    network = trainer.fit(start.astype("float32"), task, rng=0, progress=False).network.astype("float64")
    run = ns.simulate(network, **task.trials(64, 0.5, rng=2).simulation, rng=3)
    states = run.states.reshape(-1, 100)
    return network, states[np.random.default_rng(1).choice(len(states), 1024, replace=False)]


@pytest.fixture(scope="module")
def found(trained):
    network, starts = trained
    return fixed_points(network, starts=starts, displacement=0.3, rng=1)


@pytest.mark.slow
def test_the_eight_memories_are_the_stable_nodes(found):
    assert found.certified.all()
    assert found.speeds.max() <= 1e-12
    memories = found.outputs[found.stable]
    assert np.abs(np.abs(memories) - 1.0).max() < 0.2
    assert len(memories) == 8
    assert {tuple(bits) for bits in np.sign(memories).astype(int)} == CORNERS


@pytest.mark.slow
def test_saddles_of_one_growing_mode_lie_between_neighbors(trained, found):
    """The unstable manifold of the saddle on an edge leads to both of its corners, one on each side."""
    network, _ = trained
    edges = np.flatnonzero(found.unstable_dimensions == 1)
    growing = np.array([found.eigenvectors(k)[0][:, 0].real for k in edges])
    beside = np.stack([found.states[edges] + 0.01 * growing, found.states[edges] - 0.01 * growing], axis=1)
    run = ns.simulate(
        network, 200.0, 0.1, "rk4", trials=2 * len(edges), initial_state=beside.reshape(-1, 100), noise=None
    )
    ends = run.states[:, -1]
    gaps = np.abs(ends[:, None] - found.states[found.stable]).max(axis=2)
    assert gaps.min(axis=1).max() < 1e-6
    corners = np.sign(run.outputs[:, -1]).astype(int).reshape(-1, 2, 3)
    assert_array_equal((corners[:, 0] != corners[:, 1]).sum(axis=1), 1)
    pairs = {frozenset(map(tuple, pair)) for pair in corners.tolist()}
    assert len(pairs) == 12  # all edges of the cube
    middle = np.abs(found.outputs[edges])[corners[:, 0] != corners[:, 1]]
    assert middle.max() < 0.5


@pytest.mark.slow
def test_the_other_points_grow_in_more_directions(found):
    """A cube has 8 corners, 12 edges, 6 faces and a center."""
    assert_array_equal(np.bincount(found.unstable_dimensions), [8, 12, 6, 1])
