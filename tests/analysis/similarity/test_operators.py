"""Operators of delay-embedded activity, against exact rotations and decays and against the full decomposition."""

from __future__ import annotations

import numpy as np
import pytest

from neurosim.analysis.similarity.operators import delay_coordinates, delay_operator
from neurosim.errors import ParameterError


def hankel(activity, delays):
    """Windows in rows, written out."""
    return np.array(
        [trial[k : k + delays].ravel() for trial in activity for k in range(activity.shape[1] - delays + 1)]
    )


def smooth(trials, samples, units, seed=0):
    """Walks with a decay, so that singular values spread over some orders of magnitude."""
    draw = np.random.default_rng(seed)
    walk = np.zeros((trials, samples, units))
    for k in range(1, samples):
        walk[:, k] = 0.9 * walk[:, k - 1] + draw.standard_normal((trials, units))
    return walk


# fewer numbers in a window than windows, more of them, and the same with a matrix large enough for the Krylov space
@pytest.mark.parametrize(
    ("trials", "samples", "units", "delays"),
    [(4, 60, 3, 1), (4, 60, 3, 7), (2, 40, 20, 9), (6, 220, 30, 40), (3, 320, 60, 11)],
)
def test_coordinates_span_the_leading_singular_vectors(trials, samples, units, delays):
    activity = smooth(trials, samples, units)
    rank = min(15, delays * units)
    found = delay_coordinates(activity, delays, rank)
    assert found.shape == (trials, samples - delays + 1, rank)
    columns = found.reshape(-1, rank)
    vectors, _, _ = np.linalg.svd(hankel(activity, delays), full_matrices=False)
    # each vector up to its sign; gaps between singular values are some percent
    assert np.abs(np.sum(columns * vectors[:, :rank], axis=0)) == pytest.approx(np.ones(rank), abs=1e-12)
    assert columns.T @ columns == pytest.approx(np.eye(rank), abs=1e-12)


def test_small_singular_values_are_resolved():
    """Eigenvectors of squared singular values alone would lose directions below 1e-8 of the largest."""
    draw = np.random.default_rng(0)
    times = np.arange(60.0)
    parts = [np.sin(times), 1e-5 * np.sin(2.1 * times), 1e-10 * np.cos(3.0 * times)]
    mixed = np.stack(parts, axis=-1) @ np.linalg.qr(draw.standard_normal((40, 3)))[0].T
    eigenvalues = np.linalg.eigvals(delay_operator(mixed, delays=4, rank=6, ridge=0.0))
    expected = np.exp(1j * np.array([-3.0, -2.1, -1.0, 1.0, 2.1, 3.0]))
    assert np.sort(np.angle(eigenvalues)) == pytest.approx(np.angle(expected), abs=1e-5)
    assert np.abs(eigenvalues) == pytest.approx(np.ones(6), abs=1e-5)


def test_linear_maps_have_their_own_eigenvalues():
    """Without noise, activity of x ↦ A x has the eigenvalues of A, whatever the delays."""
    draw = np.random.default_rng(1)
    frame, _ = np.linalg.qr(draw.standard_normal((3, 3)))
    matrix = frame @ np.array([[0.9, -0.2, 0.0], [0.2, 0.9, 0.0], [0.0, 0.0, 0.8]]) @ frame.T
    states = [draw.standard_normal((5, 3))]
    for _ in range(30):
        states.append(states[-1] @ matrix.T)
    operator = delay_operator(np.stack(states, axis=1), delays=6, rank=3, ridge=0.0)
    found, expected = np.sort_complex(np.linalg.eigvals(operator)), np.sort_complex(np.linalg.eigvals(matrix))
    assert found == pytest.approx(expected, abs=1e-10)


def test_no_step_leads_from_one_trial_into_the_next():
    """Two trials that stand still at different places have no dynamics between them."""
    still = np.stack([np.full((20, 1), 1.0), np.full((20, 1), -3.0)])
    assert delay_operator(still, delays=2, rank=1, ridge=0.0) == pytest.approx(np.ones((1, 1)), abs=1e-12)


def test_rank_is_that_of_the_activity_where_it_is_smaller():
    turns = 0.3 * np.arange(50.0)[:, None]
    circle = np.hstack([np.cos(turns), np.sin(turns)])
    assert delay_operator(circle, delays=10, rank=15).shape == (2, 2)


def test_ridge_shrinks_the_operator():
    activity = smooth(2, 100, 3)
    plain, shrunk = (delay_operator(activity, 3, 4, ridge) for ridge in (0.0, 1.0))
    # the columns of V have norm 1 over all windows, and hardly less without the last ones
    assert np.linalg.norm(shrunk) / np.linalg.norm(plain) == pytest.approx(0.5, abs=0.02)


def test_bad_input():
    activity = smooth(2, 30, 3)
    with pytest.raises(
        ParameterError, match=r"30 samples a trial, too few for delays = 30; record at least 31"
    ):
        delay_operator(activity, delays=30)
    broken = activity.copy()
    broken[0, 4, 1] = np.nan
    with pytest.raises(ParameterError, match=r"activity\[0, 4, 1\] must be finite \(got nan\)"):
        delay_operator(broken)
    with pytest.raises(ParameterError, match="activity is zero at all times"):
        delay_operator(np.zeros((30, 2)), delays=3)
    with pytest.raises(ParameterError, match=r"activity must be .* \(got shape \(30,\)\)"):
        delay_operator(np.ones(30))
    with pytest.raises(ParameterError, match=r"rank must be at least 1 \(got 0\)"):
        delay_operator(activity, rank=0)
    with pytest.raises(ParameterError, match=r"delays must be a whole number \(got 2\.5\)"):
        delay_operator(activity, delays=2.5)
    with pytest.raises(ParameterError, match=r"ridge must not be negative \(got -1.0\)"):
        delay_operator(activity, ridge=-1.0)
