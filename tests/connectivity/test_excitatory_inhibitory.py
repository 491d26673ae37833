"""Two populations of columns: signs, means and variances (their spectra are in test_random_spectra)."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from neurosim.connectivity import ExcitatoryInhibitory, GaussianExcitatoryInhibitory
from neurosim.errors import ParameterError

FAMILIES = pytest.mark.parametrize("family", [ExcitatoryInhibitory, GaussianExcitatoryInhibitory])


def populations(declared, size, seed=0):
    """Excitatory and inhibitory columns, times the root of the size."""
    weights = np.sqrt(size) * declared.build(size, np.random.default_rng(seed)).dense()
    excitatory = declared.excitatory_units(size)
    return weights[:, excitatory], weights[:, ~excitatory]


def test_dales_law_every_unit_has_one_sign():
    excitation, inhibition = populations(ExcitatoryInhibitory(excitatory=0.7), 40)
    assert excitation.shape == (40, 28)
    assert (excitation > 0.0).all()
    assert (inhibition < 0.0).all()


@FAMILIES
def test_means_and_spreads(family):
    declared = family(mean_excitatory=1.0, mean_inhibitory=-2.0, std_excitatory=1.0, std_inhibitory=0.5)
    for weights, mean, std in zip(populations(declared, 400), (1.0, -2.0), (1.0, 0.5), strict=True):
        # five standard errors; the fourth moment of exponential magnitudes is 9 standard deviations⁴
        assert_allclose(weights.mean(), mean, atol=5 * std / np.sqrt(weights.size))
        assert_allclose(weights.var(), std**2, rtol=5 * np.sqrt(8 / weights.size))


def test_gaussian_columns_do_not_keep_their_sign():
    excitation, _ = populations(GaussianExcitatoryInhibitory(), 200)
    # P(z < -1) = 0.1587 for mean 1 and standard deviation 1, standard error 0.002
    assert_allclose(np.mean(excitation < 0.0), 0.1587, atol=0.01)


def test_exponential_magnitudes_where_spread_equals_mean():
    excitation, _ = populations(ExcitatoryInhibitory(), 200)
    # P(w > 2) = exp(-2), standard error 0.002
    assert_allclose(np.mean(excitation > 2.0), np.exp(-2.0), atol=0.01)


@FAMILIES
def test_without_spread_all_weights_of_a_population_are_equal(family):
    excitation, inhibition = populations(family(std_excitatory=0.0, std_inhibitory=0.0), 10)
    assert_allclose(excitation, 1.0)
    assert_allclose(inhibition, -4.0)


@FAMILIES
@pytest.mark.parametrize("fraction", [0.25, 0.5, 0.9])
def test_balanced_means_cancel(family, fraction):
    declared = family(excitatory=fraction, mean_excitatory=2.0)
    balanced = declared.balance()
    assert_allclose(fraction * 2.0 + (1 - fraction) * balanced.mean_inhibitory, 0.0, atol=1e-14)
    assert balanced.replace(mean_inhibitory=declared.mean_inhibitory) == declared


def test_excitatory_units_come_first():
    assert_array_equal(ExcitatoryInhibitory(0.5).excitatory_units(4), [True, True, False, False])
    assert ExcitatoryInhibitory(1.0).excitatory_units(3).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: ExcitatoryInhibitory(excitatory=1.2),
            r"ExcitatoryInhibitory.excitatory must be a fraction .*got 1.2",
        ),
        (lambda: ExcitatoryInhibitory(excitatory=-0.1), r"excitatory must not be negative \(got -0.1\)"),
        (
            lambda: ExcitatoryInhibitory(mean_excitatory=-1.0),
            "mean_excitatory must be positive by Dale.s law .got -1.0",
        ),
        (
            lambda: ExcitatoryInhibitory(mean_inhibitory=4.0),
            "mean_inhibitory must be negative by Dale.s law .got 4.0",
        ),
        (
            lambda: ExcitatoryInhibitory(std_inhibitory=-1.0),
            r"std_inhibitory must not be negative \(got -1.0\)",
        ),
        (
            lambda: GaussianExcitatoryInhibitory(std_excitatory=-1.0),
            r"GaussianExcitatoryInhibitory.std_excitatory must not be negative \(got -1.0\)",
        ),
        (lambda: ExcitatoryInhibitory(excitatory=1.0).balance(), "must be below 1 to be balanced"),
    ],
)
def test_impossible_populations(make, message):
    with pytest.raises(ParameterError, match=message):
        make()
