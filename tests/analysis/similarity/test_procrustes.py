"""Procrustes distance of operators: invariance, closed forms, gradients, and the quality of the minima."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ortho_group

from neurosim.analysis.similarity.operators import delay_operator
from neurosim.analysis.similarity.procrustes import _point, procrustes_distance, procrustes_distances
from neurosim.errors import ParameterError, ShapeError


def random_operators(count, rank, seed=0):
    return np.random.default_rng(seed).standard_normal((count, rank, rank))


def frame_of(rank, seed):
    return ortho_group.rvs(rank, random_state=seed)


@pytest.mark.parametrize("rank", [1, 2, 3, 10, 30, 100])
def test_change_of_frame_has_distance_zero(rank):
    operator = random_operators(1, rank, seed=rank)[0]
    for seed in range(2):
        frame = frame_of(rank, seed) if rank > 1 else np.array([[(-1.0) ** seed]])
        # 0.02 would do; the start that aligns the symmetric parts is exact
        assert procrustes_distance(operator, frame @ operator @ frame.T) < 1e-6


@pytest.mark.parametrize("determinant", [1.0, -1.0])
def test_both_components_of_the_group_are_searched(determinant):
    operator = random_operators(1, 5)[0]
    frame = frame_of(5, 0)
    frame[:, 0] *= determinant * np.sign(np.linalg.det(frame))
    assert np.linalg.det(frame) == pytest.approx(determinant)
    assert procrustes_distance(frame @ operator @ frame.T, operator) < 1e-6


@pytest.mark.parametrize("kind", ["rotations", "antisymmetric", "symmetric", "multiple of the identity"])
def test_change_of_frame_where_eigenvalues_of_the_symmetric_part_coincide(kind):
    turn = np.array([[np.cos(0.1), -np.sin(0.1)], [np.sin(0.1), np.cos(0.1)]])
    operator = {
        "rotations": np.kron(np.diag([0.9, 0.9, 0.8]), turn),
        "antisymmetric": np.kron(np.diag([0.9, 0.3]), [[0.0, 1.0], [-1.0, 0.0]]),
        "symmetric": np.diag([0.9, 0.5, 0.5, 0.0]),
        "multiple of the identity": 0.7 * np.eye(4),
    }[kind]
    frame = frame_of(len(operator), 1)
    assert procrustes_distance(frame @ operator @ frame.T, operator) < 0.02


def test_symmetric_operators_have_a_closed_form():
    """Eigenvalues in the same order fit best (von Neumann's trace inequality)."""
    first, second = random_operators(2, 8)
    first, second = first + first.T, second + second.T
    a, b = np.linalg.eigvalsh(first), np.linalg.eigvalsh(second)
    expected = np.arccos(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    assert procrustes_distance(first, second) == pytest.approx(expected, abs=1e-6)


def test_operators_of_two_dimensions_have_a_closed_form():
    """In 2 × 2, a rotation turns the traceless symmetric part by twice its angle, a reflection reverses the curl."""
    for first, second in zip(random_operators(20, 2, 1), random_operators(20, 2, 2), strict=True):
        parts = [
            (np.trace(x) / np.sqrt(2), abs(x[1, 0] - x[0, 1]) / np.sqrt(2), x + x.T - np.trace(x) * np.eye(2))
            for x in (first, second)
        ]
        (trace, curl, shear), (other_trace, other_curl, other_shear) = parts
        best = trace * other_trace + curl * other_curl
        best += np.linalg.norm(shear) * np.linalg.norm(other_shear) / 4.0
        expected = np.arccos(best / np.linalg.norm(first) / np.linalg.norm(second))
        assert procrustes_distance(first, second) == pytest.approx(expected, abs=1e-6)


def test_scale_has_distance_zero_and_sign_has_not():
    operator = random_operators(1, 6)[0]
    assert procrustes_distance(operator, 7.0 * operator) < 1e-7
    assert procrustes_distance(np.eye(4), -np.eye(4)) == pytest.approx(np.pi)


def test_smaller_operators_are_filled_up_with_zeros():
    small = random_operators(1, 3)[0]
    large = np.zeros((5, 5))
    large[1:4, 1:4] = small
    assert procrustes_distance(small, large) < 1e-6


def test_gradient_is_that_of_differences():
    a, b = random_operators(2, 4)[:, None]
    rotation = frame_of(4, 3)[None]
    point = _point(a, b, rotation)
    turn = random_operators(1, 4, seed=5)[0]
    turn -= turn.T
    step = 1e-6
    values = [
        _point(a, b, (np.eye(4) + s * turn + 0.5 * s**2 * turn @ turn) @ rotation).value[0]
        for s in (step, -step)
    ]
    # central differences of a step of 1e-6 are right to about 1e-10
    assert np.sum(point.gradient[0] * turn) == pytest.approx((values[0] - values[1]) / (2 * step), rel=1e-7)


def test_many_pairs_are_as_one_after_the_other():
    first, second = random_operators(7, 6, 1), random_operators(7, 6, 2)
    alone = [procrustes_distance(a, b) for a, b in zip(first, second, strict=True)]
    assert procrustes_distances(first, second) == pytest.approx(alone, abs=1e-9)


def test_minima_are_near_the_best_of_many_starts():
    """The operators of related dynamics, where the excess of four starts over twenty-four is largest."""
    draw = np.random.default_rng(0)
    operators = []
    for gain in (0.9, 1.3, 1.7, 2.1):
        weights = gain * draw.standard_normal((40, 40)) / np.sqrt(40)
        state, states = draw.standard_normal((5, 40)), []
        for _ in range(150):
            states.append(state)
            state = 0.8 * state + 0.2 * np.tanh(state) @ weights.T
        operators.append(delay_operator(np.stack(states, axis=1), 20, 15))
    rows, columns = np.triu_indices(4, 1)
    first, second = [operators[k] for k in rows], [operators[k] for k in columns]
    found = procrustes_distances(first, second)
    best = found.copy()
    for seed in range(5):
        frame = frame_of(15, seed)
        best = np.minimum(best, procrustes_distances(first, [frame @ each @ frame.T for each in second]))
    assert (found - best).max() < 0.01
    assert best.min() > 0.02


def test_bad_input():
    with pytest.raises(
        ShapeError, match=r"first must be a square matrix other than zero \(got shape \(2, 3\)\)"
    ):
        procrustes_distance(np.ones((2, 3)), np.eye(2))
    with pytest.raises(ShapeError, match="second must be a square matrix other than zero"):
        procrustes_distance(np.eye(2), np.zeros((2, 2)))
    with pytest.raises(ParameterError, match=r"second\[1, 1\] must be finite \(got inf\)"):
        procrustes_distance(np.eye(2), np.diag([1.0, np.inf]))
    with pytest.raises(ShapeError, match=r"equal lengths \(got 1 and 2\)"):
        procrustes_distances([np.eye(2)], [np.eye(2)] * 2)
