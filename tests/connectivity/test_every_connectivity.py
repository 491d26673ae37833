"""Rules that every shipped connectivity keeps."""

import dataclasses

import numpy as np
import pytest

from neurosim.connectivity import (
    Coherent,
    Delayed,
    ExcitatoryInhibitory,
    Explicit,
    FixedInDegree,
    Gaussian,
    GaussianExcitatoryInhibitory,
    GaussianGroups,
    GaussianLowRank,
    GaussianMixtureLowRank,
    HeavyTailed,
    Identity,
    LowRank,
    Operator,
    Orthogonal,
    PartiallySymmetric,
    RandomModes,
    RowBalanced,
    Sparse,
)
from neurosim.errors import MemoryLimitError, ParameterError, ShapeError, UnknownKeywordError

SIZE = 16
RANDOM = [
    Gaussian(gain=1.5),
    Gaussian(self_connections=False),
    Orthogonal(gain=0.9),
    GaussianLowRank(rank=2, overlap=0.5),
    GaussianMixtureLowRank([0.3, 0.7], np.zeros((2, 5)), np.stack([np.eye(5), 2.0 * np.eye(5)]), rank=2),
    Sparse(density=0.1),
    Sparse(density=0.5, self_connections=False),
    ExcitatoryInhibitory(),
    GaussianExcitatoryInhibitory(),
    HeavyTailed(alpha=1.2),
    FixedInDegree(inputs=3, strength=-1.0),
    PartiallySymmetric(symmetry=-0.4),
    GaussianGroups([[0.5, 1.0], [2.0, 0.0]], shares=[0.3, 0.7]),
    RandomModes(),
    RandomModes(strengths=[3.0, 1.0, 0.1]),
    RowBalanced(Gaussian()),
    RowBalanced(Sparse(density=0.1)),
    Gaussian() + GaussianLowRank(),
    2.0 * Sparse(density=0.1),
    Delayed(Gaussian(), delay=2.0),
    Delayed(Sparse(density=0.1), delay=(1.0, 2.0)),
]
GIVEN = [
    Coherent(strength=0.5),
    Identity(gain=-0.5),
    LowRank(np.arange(SIZE), np.ones((SIZE, 1))),
    Explicit(np.eye(SIZE)),
    RowBalanced(Explicit(np.eye(SIZE)), mode=np.arange(SIZE)),
]


@pytest.mark.parametrize("connectivity", RANDOM + GIVEN, ids=repr)
def test_the_same_generator_gives_the_same_bits(connectivity):
    first, again = (connectivity.build(SIZE, np.random.default_rng(3)) for _ in range(2))
    assert isinstance(first, Operator)
    assert first.shape == (SIZE, SIZE)
    assert first.dtype == np.float64
    assert first == again


@pytest.mark.parametrize("connectivity", RANDOM, ids=repr)
def test_another_generator_gives_other_weights(connectivity):
    first, other = (connectivity.build(SIZE, np.random.default_rng(seed)) for seed in (3, 4))
    assert not np.array_equal(first.dense(), other.dense())


@pytest.mark.parametrize("connectivity", RANDOM + GIVEN, ids=repr)
def test_building_changes_neither_the_declaration_nor_what_was_built_before(connectivity):
    before = connectivity.replace()
    first = connectivity.build(SIZE, np.random.default_rng(3))
    kept = first.dense()
    connectivity.build(SIZE, np.random.default_rng(4))
    assert connectivity == before
    assert hash(connectivity) == hash(before)
    assert np.array_equal(first.dense(), kept)


@pytest.mark.parametrize("connectivity", RANDOM + GIVEN, ids=repr)
@pytest.mark.parametrize("size", [0, -3, 2.0, True, "16"])
def test_size_is_a_whole_number(connectivity, size):
    with pytest.raises(ParameterError, match="size must be"):
        connectivity.build(size, np.random.default_rng(0))


@pytest.mark.parametrize("connectivity", RANDOM + GIVEN, ids=repr)
def test_an_unknown_keyword_is_answered_with_the_known_ones(connectivity):
    known = dataclasses.fields(connectivity)[0].name
    with pytest.raises(UnknownKeywordError, match=f"takes no keyword '{known}s'. Did you mean '{known}'"):
        type(connectivity)(**{f"{known}s": 1.0})


@pytest.mark.parametrize(
    "family",
    [Gaussian, HeavyTailed, Orthogonal, PartiallySymmetric, RandomModes],
    ids=lambda family: family.__name__,
)
@pytest.mark.parametrize("gain", [0.0, 1.7])
def test_gain_multiplies_the_same_weights(family, gain):
    unit, scaled = (family(gain=g).build(9, np.random.default_rng(0)).dense() for g in (1.0, gain))
    np.testing.assert_allclose(scaled, gain * unit, rtol=1e-13)


@pytest.mark.parametrize(
    "connectivity",
    [
        Gaussian(),
        Orthogonal(),
        ExcitatoryInhibitory(),
        GaussianExcitatoryInhibitory(),
        Sparse(density=0.2),
        HeavyTailed(),
        PartiallySymmetric(),
        GaussianGroups([[1.0]]),
        RandomModes(),
    ],
    ids=repr,
)
def test_dense_weights_of_a_million_units_are_refused_before_they_are_drawn(connectivity):
    with pytest.raises(MemoryLimitError, match=r"size = 1000000: .* Use LowRank or Sparse"):
        connectivity.build(1_000_000, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Gaussian(gain=-1.0), r"Gaussian.gain must not be negative \(got -1.0\)"),
        (lambda: Gaussian(gain=np.nan), r"Gaussian.gain must be finite \(got nan\)"),
        (lambda: Gaussian(gain="2"), "Gaussian.gain must be an array of numbers"),
        (
            lambda: Gaussian(gain=[1.0, 2.0]),
            r"Gaussian.gain must be one number \(got an array of shape \(2,\)\)",
        ),
        (lambda: Orthogonal(gain=-1.0), r"Orthogonal.gain must not be negative \(got -1.0\)"),
        (lambda: HeavyTailed(alpha=2.5), r"alpha must be above 0 and at most 2.* \(got 2.5\)"),
        (lambda: HeavyTailed(alpha=0.0), r"HeavyTailed.alpha must be positive \(got 0.0\)"),
        (lambda: HeavyTailed(gain=-1.0), r"HeavyTailed.gain must not be negative \(got -1.0\)"),
        (
            lambda: PartiallySymmetric(symmetry=1.1),
            r"symmetry must be a correlation from -1 to 1 \(got 1.1\)",
        ),
        (lambda: PartiallySymmetric(gain=-1.0), r"PartiallySymmetric.gain must not be negative \(got -1.0\)"),
        (lambda: GaussianGroups([[1.0, -1.0], [1.0, 1.0]]), r"gains must not be negative \(got -1\)"),
        (
            lambda: GaussianGroups([[1.0]], gain=-1.0),
            r"GaussianGroups.gain must not be negative \(got -1.0\)",
        ),
        (lambda: GaussianGroups([1.0, 2.0]), r"gains must have the shape \(groups, groups\) \(got \(2,\)\)"),
        (
            lambda: GaussianGroups(np.ones((2, 2)), shares=[1.0]),
            r"shares must have the shape \(2,\) \(got \(1,\)\)",
        ),
        (lambda: GaussianGroups(np.ones((2, 2)), shares=[0.5, 0.6]), "sum to 1 .*; divide them by their sum"),
        (
            lambda: RandomModes(strengths=np.ones((2, 2))),
            r"strengths must have the shape \(modes,\) \(got \(2, 2\)\)",
        ),
        (lambda: RandomModes(strengths=[0.0, 0.0]), "strengths must not all be zero .*; try gain=0.0"),
        (lambda: RandomModes(gain=-1.0), r"RandomModes.gain must not be negative \(got -1.0\)"),
    ],
)
def test_impossible_parameters(make, message):
    with pytest.raises((ParameterError, ShapeError), match=message):
        make()
