"""Characteristic roots against Lambert's function, closed stability boundaries and the argument principle."""

import itertools

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import lambertw

import neurosim as ns
from neurosim.analysis import DelayedLinearSystem, characteristic_roots
from neurosim.errors import ParameterError, ShapeError


def scalar(own, delayed, delay):
    return DelayedLinearSystem([[own]], [delay], [[[delayed]]])


def matched(found, expected):
    """Largest distance of a root to the nearest expected one, relative to its modulus."""
    distances = np.abs(np.asarray(found)[:, None] - np.asarray(expected))
    assert len(set(distances.argmin(axis=1))) == len(found)
    return (distances.min(axis=1) / np.maximum(1.0, np.abs(found))).max()


@pytest.mark.parametrize(
    ("own", "delayed", "delay"),
    [(-1.0, 0.5, 1.0), (0.0, -1.0, 1.0), (-1.0, -3.0, 2.0), (0.3, -0.5, 10.0), (-1.0, 2.0, 0.01)],
)
def test_roots_of_one_variable_are_branches_of_lambert(own, delayed, delay):
    # λ = a + W_k(b d exp(-a d)) / d for x' = a x + b x(t - d)
    found = characteristic_roots(scalar(own, delayed, delay), count=21)
    branches = np.arange(-20, 21)
    expected = own + lambertw(delayed * delay * np.exp(-own * delay), branches) / delay
    expected = expected[np.argsort(-expected.real)]
    assert 21 <= len(found.values) <= 22
    assert matched(found.values, expected) < 1e-11
    # none of the rightmost is left out
    assert_allclose(found.values.real, expected.real[: len(found.values)], rtol=1e-9, atol=1e-10)
    assert found.residuals.max() < 1e-13
    assert (np.diff(found.values.real) < 1e-12).all()


def test_a_double_root_is_found_twice_to_half_the_digits():
    # W_0 and W_-1 meet at -1/e: b d exp(-a d) = -1/e, λ = a - 1/d
    found = characteristic_roots(scalar(-1.0, -np.exp(-2.0), 1.0), count=2)
    assert_allclose(found.values, [-2.0, -2.0], atol=1e-6)


def test_a_delay_that_goes_to_zero_gives_the_eigenvalues(rng):
    own, delayed = -np.eye(6), rng.standard_normal((6, 6))
    short = characteristic_roots(DelayedLinearSystem(own, [1e-9], [delayed]), count=6)
    assert matched(short.values[:6], short.without_delays) < 1e-7
    # exactly the eigenvalues where the delay is none, or acts on no loop
    none = characteristic_roots(DelayedLinearSystem(own, [0.0], [delayed]), count=6)
    assert_allclose(none.values, none.without_delays, atol=1e-13)


def loop(strength, delay, tau=2.0):
    """Excitatory and inhibitory unit that act on each other after a delay."""
    onto = np.array([[0.0, -strength], [strength, 0.0]]) / tau
    return DelayedLinearSystem(-np.eye(2) / tau, [delay], [onto])


@pytest.mark.parametrize("strength", [1.2, 2.0, 5.0])
def test_an_excitatory_inhibitory_loop_starts_to_oscillate_at_its_critical_delay(strength):
    # (1 + τ λ)² = -J² exp(-2 λ d): at λ = i ω, τ ω = √(J² - 1) and ω d + arctan(τ ω) = π/2
    tau = 2.0
    omega = np.sqrt(strength**2 - 1.0) / tau
    critical = (np.pi / 2 - np.arctan(tau * omega)) / omega
    at_boundary = characteristic_roots(loop(strength, critical), count=2)
    assert_allclose(at_boundary.values, [1j * omega, -1j * omega], atol=1e-11)
    assert_allclose(at_boundary.frequencies[0], omega / (2 * np.pi), rtol=1e-10)
    assert characteristic_roots(loop(strength, 0.99 * critical)).stable
    beyond = characteristic_roots(loop(strength, 1.01 * critical))
    assert (beyond.stable, beyond.growing) == (False, 2)


def test_a_weak_loop_is_stable_whatever_the_delay():
    # no ω solves the equation above for J < 1
    assert all(characteristic_roots(loop(0.95, delay)).stable for delay in (0.1, 10.0, 300.0))


def test_roots_of_a_random_network_with_two_delays_are_those_that_winding_counts(rng):
    size = 12
    system = DelayedLinearSystem(
        -np.eye(size), [0.7, 2.0], 1.1 * rng.standard_normal((2, size, size)) / np.sqrt(size)
    )
    found = characteristic_roots(system, count=30)
    assert found.residuals.max() < 1e-13
    # number of roots to the right of a line by the argument principle, around a box that contains all of them
    right = 1.0 + sum(np.linalg.norm(matrix, 2) for matrix in system.delayed)
    real = found.values.real
    gaps = np.argsort(real[:-1] - real[1:])[-3:]  # lines that no root is close to
    for line in 0.5 * (real[gaps] + real[gaps + 1]):
        top = np.linalg.norm(system.instantaneous, 2) + sum(
            np.linalg.norm(matrix, 2) * np.exp(-line * delay)
            for delay, matrix in zip(system.delays, system.delayed, strict=True)
        )
        corners = [line - 1j * top, right - 1j * top, right + 1j * top, line + 1j * top, line - 1j * top]
        path = np.concatenate([np.linspace(a, b, 6000) for a, b in itertools.pairwise(corners)])
        matrices = path[:, None, None] * np.eye(size) - system.instantaneous
        factors = np.exp(-path[:, None] * system.delays)
        matrices = matrices - np.tensordot(factors, system.delayed, 1)
        signs, _ = np.linalg.slogdet(matrices)
        turns = np.angle(signs[1:] / signs[:-1])
        assert np.abs(turns).max() < 1.0  # the path is fine enough
        assert round(turns.sum() / (2 * np.pi)) == (real > line).sum()


def test_delayed_weights_of_low_rank_cost_little_and_give_the_same(rng):
    size = 30
    left, right = rng.standard_normal((2, size, 2))
    own = -np.eye(size) + rng.standard_normal((size, size)) / np.sqrt(size)
    low = DelayedLinearSystem(own, [1.5], [left @ right.T / size])
    # a delayed part that is not of low rank, and too small to move a root
    full = DelayedLinearSystem(
        own, [1.5], [left @ right.T / size + 1e-11 * rng.standard_normal((size, size))]
    )
    assert matched(characteristic_roots(low).values, characteristic_roots(full, count=14).values) < 1e-8


def test_vectors_solve_the_equation(rng):
    system = DelayedLinearSystem(-np.eye(4), [0.5], [rng.standard_normal((4, 4))])
    found = characteristic_roots(system, count=5)
    for value, vector in zip(found.values, found.vectors.T, strict=True):
        right = system.instantaneous @ vector + np.exp(-0.5 * value) * system.delayed[0] @ vector
        assert_allclose(value * vector, right, atol=1e-11)
    assert_allclose(np.linalg.norm(found.vectors, axis=0), 1.0)


def test_a_delay_that_is_in_no_loop_moves_no_root():
    forward = DelayedLinearSystem([[-1.0, 0.0], [0.0, -0.5]], [50.0], [[[0.0, 0.0], [3.0, 0.0]]])
    found = characteristic_roots(forward, count=5)
    assert_allclose(found.values, [-0.5, -1.0], atol=1e-12)
    assert found.residuals.max() < 1e-13


def test_equal_delays_add_up_and_no_delay_acts_at_once():
    system = DelayedLinearSystem([[-1.0]], [2.0, 0.0, 2.0], [[[0.5]], [[0.25]], [[1.5]]])
    assert system.delays.tolist() == [2.0]
    assert (system.instantaneous.item(), system.delayed.item()) == (-0.75, 2.0)


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        (([[1.0, 2.0]], [1.0], [[[1.0]]]), ShapeError, "instantaneous must be a square matrix"),
        (([[1.0]], [-1.0], [[[1.0]]]), ParameterError, "delays must not be negative"),
        (([[1.0]], [1.0, 2.0], [[[1.0]]]), ShapeError, "one matrix for each of the 2 delays"),
        (([[1.0]], [1.0], [np.eye(2)]), ShapeError, r"must have shape \(1, 1\)"),
        (([[1.0]], 1.0, [[[1.0]]]), ParameterError, "delays must have one entry for each delay"),
        (([[np.nan]], [1.0], [[[1.0]]]), ParameterError, "instantaneous.* must be finite"),
    ],
)
def test_a_linear_system_says_what_does_not_fit(arguments, error, match):
    with pytest.raises(error, match=match):
        DelayedLinearSystem(*arguments)


def test_bad_arguments_of_characteristic_roots():
    with pytest.raises(ParameterError, match="count must be at least 1"):
        characteristic_roots(loop(1.0, 1.0), count=0)
    with pytest.raises(ParameterError, match="state and inputs must be None"):
        characteristic_roots(loop(1.0, 1.0), np.zeros(2))
    with pytest.raises(ParameterError, match="network must be a Network"):
        characteristic_roots(np.eye(2))
    network = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(), size=3, rng=0)
    with pytest.raises(ShapeError, match="state"):
        characteristic_roots(network, np.zeros(4))
