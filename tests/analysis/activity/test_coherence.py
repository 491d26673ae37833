"""Coherent mode and coherence on activity whose coherence is known."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim import analysis
from neurosim.errors import ParameterError, ShapeError

numbers = some.floats(-10.0, 10.0).filter(lambda x: x == 0.0 or abs(x) > 1e-6)


def run_of(states, connectivity, units=None):
    network = ns.Network(
        ns.LeakyCurrent("tanh"), connectivity, states.shape[2] if units is None else 8, rng=0
    )
    return SimpleNamespace(
        states=states, dt=0.1, network=network, units=np.arange(8) if units is None else np.array(units)
    )


@given(arrays(np.float64, (2, 4, 6), elements=numbers), arrays(np.float64, 6, elements=numbers))
def test_coherence_is_a_share(activity, mode):
    if not activity.any() or not mode.any():
        return
    chi = analysis.coherence(activity, mode)
    assert 0.0 <= chi <= 1.0 + 1e-12
    assert analysis.coherence(3.0 * activity, -2.0 * mode) == pytest.approx(chi, abs=1e-12)


def test_activity_along_the_mode_is_fully_coherent():
    mode = np.array([1.0, -1.0, 1.0, 1.0])
    wave = np.sin(np.arange(30.0))
    activity = np.multiply.outer(wave, mode)[None]
    assert analysis.coherence(activity, mode) == pytest.approx(1.0)
    assert_allclose(analysis.coherent_mode(activity, mode), wave[None], atol=1e-15)
    assert analysis.coherence(activity, [1.0, 1.0, 1.0, -1.0]) == pytest.approx(0.0, abs=1e-15)


def test_known_mixture():
    # h = xi m + residual orthogonal to xi, of variance 3 m²: chi² = 1 / 4
    wave = np.array([1.0, 2.0, -1.0])[:, None]
    activity = (wave * np.ones(4) + np.sqrt(3.0) * wave * np.array([1.0, -1.0, 1.0, -1.0]))[None]
    assert analysis.coherence(activity) == pytest.approx(0.5)


def test_independent_units_have_the_baseline():
    # 400 units, 1e4 samples: chi² N is a mean of 1e4 squares, 1.4 %
    activity = np.random.default_rng(1).standard_normal((1, 10_000, 400))
    assert analysis.coherence(activity) == pytest.approx(1.0 / np.sqrt(400), rel=0.04)


def test_the_default_mode_is_the_one_that_is_driven():
    modes = ns.Coherent(inputs=np.arange(1.0, 9.0), outputs=np.ones(8))
    activity = np.random.default_rng(2).standard_normal((1, 5, 8))
    run = run_of(activity, ns.Gaussian() + modes)
    assert_allclose(
        analysis.coherent_mode(run), analysis.coherent_mode(activity, np.arange(1.0, 9.0)), rtol=1e-12
    )
    plain = run_of(activity, ns.Gaussian())
    assert_allclose(analysis.coherent_mode(plain), activity.mean(axis=2), rtol=1e-12)


def test_recorded_units_choose_their_part_of_the_mode():
    modes = ns.Coherent(inputs=np.arange(1.0, 9.0), outputs=np.ones(8))
    activity = np.random.default_rng(2).standard_normal((1, 5, 2))
    run = run_of(activity, modes, units=[1, 6])
    assert_allclose(analysis.coherent_mode(run), analysis.coherent_mode(activity, [2.0, 7.0]), rtol=1e-12)


def test_the_transient_is_left_out():
    activity = np.random.default_rng(3).standard_normal((2, 20, 4))
    run = run_of(np.repeat(activity, 2, axis=2), ns.Gaussian())
    assert analysis.coherent_mode(run, discard=0.5).shape == (2, 15)
    assert analysis.coherence(run, discard=0.5) == pytest.approx(analysis.coherence(activity[:, 5:]))


@pytest.mark.parametrize(
    ("mode", "error", "message"),
    [
        (np.ones(3), ShapeError, r"mode must have shape \(4,\) \(got \(3,\)\)"),
        (
            np.zeros(4),
            ParameterError,
            r"mode must not be zero everywhere; try a direction such as np\.ones\(size\)\.",
        ),
        ([1.0, np.inf, 0.0, 0.0], ParameterError, r"mode\[1\] must be finite \(got inf\)"),
    ],
)
def test_bad_modes(mode, error, message):
    with pytest.raises(error, match=message):
        analysis.coherence(np.ones((1, 3, 4)), mode)


def test_several_modes_must_be_named():
    run = run_of(np.ones((1, 3, 8)), ns.Coherent(strength=[1.0, 2.0]))
    with pytest.raises(
        ParameterError, match=r"mode must be given for low-rank weights that drive several modes \(got 2\)"
    ):
        analysis.coherent_mode(run)


def test_silence_has_no_coherence():
    with pytest.raises(
        ParameterError,
        match="activity must not be zero everywhere, where coherence is undefined; try a higher gain",
    ):
        analysis.coherence(np.zeros((1, 3, 4)))


def test_a_mode_of_strength_zero_is_the_first_point_of_a_sweep():
    """Without structure the default mode is all ones, so that a sweep may start at zero."""
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(2.0) + ns.Coherent(strength=0.0), 40, rng=0)
    run = ns.simulate(network, 2.0, 0.1, rng=1)
    assert_allclose(analysis.coherent_mode(run), run.states.mean(axis=-1), atol=1e-12)


def test_a_network_instead_of_a_run_is_named():
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(2.0), 10, rng=0)
    with pytest.raises(ParameterError, match=r"activity must be a run or an array \(got Network\)"):
        ns.plotting.traces(network)
