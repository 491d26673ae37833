"""Small worlds keep their degree, and shortcuts make them small."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse.csgraph import shortest_path

from neurosim.errors import ParameterError
from plugins.small_world import SmallWorld


def sources(declared, size, seed=0):
    """Sources of each unit, shape (size, degree)."""
    return declared.build(size, np.random.default_rng(seed)).base.indices.reshape(size, declared.degree)


def ring_distance(declared, size):
    steps = np.abs(sources(declared, size) - np.arange(size)[:, None])
    return np.minimum(steps, size - steps)


def test_without_rewiring_the_nearest_neighbors_project_to_a_unit():
    distances = np.sort(ring_distance(SmallWorld(degree=6, rewiring=0.0), 20), axis=1)
    assert_array_equal(distances, np.tile([1, 1, 2, 2, 3, 3], (20, 1)))


@pytest.mark.parametrize("rewiring", [0.0, 0.2, 1.0])
@pytest.mark.parametrize(("degree", "size"), [(2, 5), (10, 21), (10, 200)])
def test_every_unit_has_exactly_its_degree_of_different_sources(rewiring, degree, size):
    chosen = sources(SmallWorld(degree=degree, rewiring=rewiring), size)
    assert all(len(set(row)) == degree for row in chosen)
    assert not (chosen == np.arange(size)[:, None]).any()


def test_the_declared_share_of_connections_is_rewired():
    size, degree, rewiring = 5000, 4, 0.3
    far = ring_distance(SmallWorld(degree=degree, rewiring=rewiring), size) > degree // 2
    # a new source is a neighbor again with probability below degree / size < 0.001; standard error 0.003
    assert_allclose(far.mean(), rewiring, atol=5 * np.sqrt(rewiring * (1 - rewiring) / far.size) + 0.001)


def test_rewired_sources_are_uniform():
    size = 21
    declared = SmallWorld(degree=4, rewiring=1.0)
    counts = np.zeros(size)
    for seed in range(400):
        offsets = (sources(declared, size, seed) - np.arange(size)[:, None]) % size
        counts += np.bincount(offsets.ravel(), minlength=size)
    # each of 400 * 21 units takes each of the 20 others with probability 1/5: five binomial errors. Old
    # neighbors that are still in place when the first sources are redrawn must not be favored by that
    expected = 400 * size * 4 / (size - 1)
    assert counts[0] == 0
    assert_allclose(counts[1:], expected, atol=5 * np.sqrt(expected * 0.8))


def test_a_few_shortcuts_make_paths_short():
    size, degree = 400, 6
    lengths = []
    for rewiring in (0.0, 0.1):
        graph = abs(SmallWorld(degree, rewiring).build(size, np.random.default_rng(0)).base)
        lengths.append(shortest_path(graph, unweighted=True).sum() / (size * (size - 1)))
    # on the regular ring a step bridges 3 units: distance d takes ceil(d / 3) steps
    distances = np.minimum(np.arange(1, size), size - np.arange(1, size))
    assert_allclose(lengths[0], np.ceil(distances / 3).mean(), rtol=1e-12)
    assert lengths[1] < lengths[0] / 3


def test_weights_have_variance_gain_squared_over_degree():
    weights = SmallWorld(degree=10, gain=1.5).build(2000, np.random.default_rng(0)).base.data
    assert_allclose(10 * weights.var(), 1.5**2, rtol=5 * np.sqrt(2 / weights.size))
    assert_allclose(weights.mean(), 0.0, atol=5 * 1.5 / np.sqrt(10 * weights.size))


def test_the_same_generator_gives_the_same_bits():
    first, again, other = (SmallWorld().build(50, np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert first == again
    assert first != other


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SmallWorld(degree=3), r"SmallWorld.degree must be even, half for either side \(got 3\)"),
        (lambda: SmallWorld(degree=0), r"SmallWorld.degree must be at least 2 \(got 0\)"),
        (lambda: SmallWorld(rewiring=1.5), r"SmallWorld.rewiring must be a probability .*\(got 1.5\)"),
        (lambda: SmallWorld(rewiring=-0.5), r"SmallWorld.rewiring must not be negative \(got -0.5\)"),
        (lambda: SmallWorld(gain=-1.0), r"SmallWorld.gain must not be negative \(got -1.0\)"),
        (lambda: SmallWorld(degree=10).build(20, None), "size must be at least 21 .*got 20"),
    ],
)
def test_impossible_worlds(make, message):
    with pytest.raises(ParameterError, match=message):
        make()
