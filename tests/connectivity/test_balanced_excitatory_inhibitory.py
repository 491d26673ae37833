"""Balanced gamma weights: signs, pattern, balance and scale against their definitions."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from neurosim.connectivity import BalancedExcitatoryInhibitory
from neurosim.errors import ParameterError

SIZE = 200
EXCITATORY = np.arange(SIZE) < 160


def build(rng=0, **fields):
    return BalancedExcitatoryInhibitory(**fields).build(SIZE, np.random.default_rng(rng))


def test_spectral_radius_signs_and_missing_self_connections():
    weights = build(spectral_radius=1.2).dense()
    assert_allclose(np.abs(np.linalg.eigvals(weights)).max(), 1.2, rtol=1e-10)
    assert (weights[:, EXCITATORY] >= 0.0).all()
    assert (weights[:, ~EXCITATORY] <= 0.0).all()
    assert not np.diag(weights).any()


def test_rows_balance_and_have_one_norm_on_average():
    """Without variability (k to infinity) every row of W sums to 0 and all rows have the same norm, exactly."""
    weights = build(shape=1e12, density_excitatory=0.3, density_inhibitory=0.5).dense()
    norms = np.linalg.norm(weights, axis=1)
    assert_allclose(
        weights.sum(axis=1), 0.0, atol=1e-5 * norms.max()
    )  # spread of the magnitudes: k**-0.5 = 1e-6
    assert_allclose(norms, norms[0], rtol=1e-5)


def test_magnitudes_of_excitatory_weights_are_gamma_distributed():
    """All excitatory connections to excitatory units have one scale; Gamma(k) has the squared spread 1 / k."""
    weights = build(shape=2.0).dense()[:160, :160]
    values = weights[weights > 0.0]
    assert_allclose((values.std() / values.mean()) ** 2, 0.5, rtol=0.05)  # 25,000 values; error about 1.5 %
    third = np.mean((values / values.mean() - 1.0) ** 3)
    assert_allclose(third, 2.0 / 2.0**2, rtol=0.15)  # third central moment of a Gamma of mean 1: 2 / k²


@pytest.mark.parametrize(("excitatory", "inhibitory"), [(1.0, 1.0), (0.1, 0.5)])
def test_connections_exist_with_their_probabilities(excitatory, inhibitory):
    operator = build(density_excitatory=excitatory, density_inhibitory=inhibitory)
    pattern = operator.pattern
    assert not np.diag(pattern).any()
    for columns, density in ((EXCITATORY, excitatory), (~EXCITATORY, inhibitory)):
        pairs = columns.sum() * (SIZE - 1)
        spread = np.sqrt(density * (1.0 - density) / pairs)
        assert abs(pattern[:, columns].sum() / pairs - density) <= 5.0 * spread


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"excitatory": 1.0}, r"excitatory must be above 0 and below 1 \(got 1.0\)"),
        ({"density_inhibitory": 1.5}, r"density_inhibitory must be at most 1 \(got 1.5\)"),
        ({"shape": 0.0}, r"shape must be positive \(got 0.0\)"),
    ],
)
def test_impossible_parameters_are_refused(fields, message):
    with pytest.raises(ParameterError, match=message):
        BalancedExcitatoryInhibitory(**fields)


def test_units_without_balance_are_refused():
    with pytest.raises(ParameterError, match="size = 5 leaves units without excitatory or inhibitory input"):
        BalancedExcitatoryInhibitory().build(5, np.random.default_rng(0))
