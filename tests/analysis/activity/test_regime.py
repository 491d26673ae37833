"""Oscillation and ramp indices of activity and weights that were made to oscillate or to ramp."""

import numpy as np
import pytest
from scipy.signal import lfilter

import neurosim as ns
from neurosim.errors import ParameterError


def oscillation(frequency, samples=400, dt=1.0, units=6, seed=0):
    """Units that share one frequency with phases of their own, and a little noise."""
    draw = np.random.default_rng(seed)
    times = dt * np.arange(samples)[:, None]
    wave = np.cos(2 * np.pi * frequency * times + draw.uniform(0, 2 * np.pi, units))
    return wave + 0.01 * draw.standard_normal((samples, units))


def ramp(samples=400, units=6, seed=0):
    draw = np.random.default_rng(seed)
    line = np.linspace(0.0, 1.0, samples)[:, None] * draw.standard_normal(units)
    return line + 0.01 * draw.standard_normal((samples, units))


@pytest.mark.parametrize(("frequency", "dt"), [(0.1, 1.0), (0.27, 1.0), (2.5, 0.1), (0.05, 1.0)])
def test_an_oscillation_is_found_at_its_frequency(frequency, dt):
    found = ns.analysis.delay_activity(oscillation(frequency, dt=dt), dt=dt)
    assert found.label == "Oscillatory"
    assert found.peak_frequency == pytest.approx(frequency, abs=0.5 * found.resolution + 1e-12)
    assert found.resolution == pytest.approx(1.0 / (64 * dt))
    assert found.peak_to_background > 100
    assert found.ramp_index < 0.3


def test_a_ramp_is_a_ramp():
    found = ns.analysis.delay_activity(ramp())
    assert found.label == "Ramping"
    assert found.ramp_index > 0.99
    assert found.share > 0.95


def test_an_exact_line_leaves_nothing_to_oscillate():
    found = ns.analysis.delay_activity(np.linspace(0.0, 1.0, 100)[:, None] * np.ones(3))
    assert found.label == "Ramping"
    assert found.peak_to_background == 0.0
    assert found.ramp_index == pytest.approx(1.0)


def test_the_ramp_index_is_the_correlation_with_time(rng):
    trace = rng.standard_normal(200)
    found = ns.analysis.delay_activity(trace[:, None], window=(0.0, 1.0))
    assert found.ramp_index == pytest.approx(abs(np.corrcoef(np.arange(200), trace)[0, 1]))
    # in one window of a spectrum of white noise the peak is a few times the median
    assert 1.0 < found.peak_to_background < 5.0
    assert found.label == "Unclassified"


NULLS = {
    "white noise": lambda draw, times: draw.standard_normal(len(times)),
    "random walk": lambda draw, times: np.cumsum(draw.standard_normal(len(times))),
    "walk and noise": lambda draw, times: (
        np.cumsum(draw.standard_normal(len(times))) + 3.0 * draw.standard_normal(len(times))
    ),
    "relaxation": lambda draw, times: np.exp(-times / 30.0) + 0.01 * draw.standard_normal(len(times)),
}


@pytest.mark.parametrize("samples", [64, 200, 1000])
@pytest.mark.parametrize("kind", NULLS)
def test_labels_are_as_rare_as_they_say_where_there_is_neither(kind, samples):
    """At most 1 % of each label, plus three standard errors of 400 draws: 0.015; exp(-t/30) does not ramp by 0.97."""
    draw, times = np.random.default_rng(5), np.arange(float(samples))
    found = [
        ns.analysis.delay_activity(NULLS[kind](draw, times)[:, None], window=(0.0, 1.0)) for _ in range(400)
    ]
    labels = np.array([each.label for each in found])
    assert np.mean(labels == "Oscillatory") <= 0.025
    assert np.mean(labels == "Ramping") <= 0.025
    assert np.mean([each.peak_p_value <= 0.05 for each in found]) <= 0.08


def smooth_fluctuation(draw, trials, samples, tau, units=3):
    """Noise that is filtered twice with a time constant, stationary, independent between trials and units."""
    decay, warmed = np.exp(-1.0 / tau), int(12 * tau)
    noise = draw.standard_normal((trials, warmed + samples, units))
    twice = lfilter([1.0], [1.0, -2.0 * decay, decay**2], noise, axis=1)
    return twice[:, -samples:]


@pytest.mark.parametrize("windows", [0.25, 1.0, 4.0])
@pytest.mark.parametrize("trials", [8, 20])
def test_a_smooth_slow_fluctuation_is_no_ramp(trials, windows):
    """1 % of 300 draws, plus three standard errors: 0.027. Without the trials, up to half of them would ramp."""
    draw = np.random.default_rng(7)
    found = [
        ns.analysis.delay_activity(smooth_fluctuation(draw, trials, 100, windows * 100), window=(0.0, 1.0))
        for _ in range(300)
    ]
    p_values = np.array([each.ramp_p_value for each in found])
    assert np.mean([each.label == "Ramping" for each in found]) <= 0.027
    # exact for any correlation time: 5 % below 0.05, three standard errors of 0.0126; 8 trials have 128 choices
    assert np.mean(p_values <= 0.05) == pytest.approx(0.05, abs=0.04)
    straight = np.mean([each.ramp_index >= 0.97 for each in found])
    assert straight > (0.15 if windows >= 1.0 else 0.0)


def test_a_ramp_that_comes_in_every_trial_is_one_among_fluctuations(rng):
    line = np.linspace(0.0, 3.0, 100)[:, None] * np.array([1.0, -0.5, 0.3])
    noisy = line + 0.05 * rng.standard_normal((10, 100, 3))
    found = ns.analysis.delay_activity(noisy, window=(0.0, 1.0))
    # the least of 512 choices of signs
    assert (found.label, found.ramp_p_value) == ("Ramping", 1 / 512)
    # half of the trials in the other direction, by chance
    flips = np.where(rng.permutation(10) < 5, 1.0, -1.0)[:, None, None]
    assert ns.analysis.delay_activity(noisy * flips, window=(0.0, 1.0)).ramp_p_value > 0.2
    few = ns.analysis.delay_activity(noisy[:7], window=(0.0, 1.0))
    assert few.label == "Ramping"
    assert np.isnan(few.ramp_p_value)


def test_a_relaxation_and_a_random_walk_have_high_indices_and_no_label(rng):
    # by the limits 5 and 0.8 of the source both are oscillatory, and both ramp
    relaxation = np.exp(-np.arange(64) / 30.0) + 0.005 * rng.standard_normal(64)
    walk = np.cumsum(np.random.default_rng(1).standard_normal(200))
    for activity in (relaxation, walk):
        found = ns.analysis.delay_activity(activity[:, None], window=(0.0, 1.0))
        assert found.peak_to_background > 5.0
        assert found.ramp_index > 0.8
        assert found.label == "Unclassified"


@pytest.mark.parametrize("frequency", [0.05, 0.1, 0.3])
def test_a_noisy_oscillation_on_a_random_walk_is_found(frequency):
    draw, times = np.random.default_rng(1), np.arange(400)
    activity = np.cos(2 * np.pi * frequency * times) + np.cumsum(0.05 * draw.standard_normal(400))
    found = ns.analysis.delay_activity(activity[:, None], window=(0.0, 1.0))
    assert found.label == "Oscillatory"
    assert found.peak_frequency == pytest.approx(frequency, abs=found.resolution)


def test_the_power_of_a_sinusoid_is_half_its_squared_amplitude():
    # 8 samples to a period, 8 periods to a segment: Welch's density integrates to the variance
    wave = 3.0 * np.cos(2 * np.pi * np.arange(512) / 8)[:, None]
    found = ns.analysis.delay_activity(wave, window=(0.0, 1.0))
    assert np.sum(found.power) * found.resolution == pytest.approx(4.5, rel=0.01)


def test_trials_are_averaged_before_anything_else():
    flipped = np.stack([oscillation(0.1), -oscillation(0.1, seed=0) + ramp()])
    assert ns.analysis.delay_activity(flipped).label == "Ramping"


def test_only_the_window_counts():
    activity = ramp()
    activity[:100] = oscillation(0.1)[:100]
    assert ns.analysis.delay_activity(activity).label == "Ramping"
    assert ns.analysis.delay_activity(activity, window=(0.0, 0.25)).label == "Oscillatory"


def test_the_oscillation_index_is_the_sine_of_the_angle():
    for angle in (0.0, 0.04, 0.1, 1.0, np.pi / 2):
        turn = 1.2 * np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        weights = np.zeros((3, 3))
        weights[:2, :2], weights[2, 2] = turn, 0.3
        network = ns.Network(ns.LeakyRate("tanh"), ns.Explicit(weights), 3, rng=0)
        assert ns.analysis.oscillation_index(network) == pytest.approx(np.sin(angle), abs=1e-12)


def test_no_weights_do_not_turn():
    network = ns.Network(ns.LeakyRate("tanh"), ns.Explicit(np.zeros((1, 1))), 1, rng=0)
    assert ns.analysis.oscillation_index(network) == 0.0


@pytest.mark.parametrize(
    ("angle", "activity", "weights_label", "label"),
    [
        (1.0, oscillation(0.1), "Oscillatory", "Oscillatory"),
        (0.0, ramp(), "Ramping", "Ramping"),
        (1.0, ramp(), "Oscillatory", "Mixed"),
        (0.0, oscillation(0.1), "Ramping", "Mixed"),
        (0.1, oscillation(0.1), "Mixed", "Mixed"),
        (1.0, np.random.default_rng(0).standard_normal((400, 6)), "Oscillatory", "Unclassified"),
    ],
)
def test_weights_and_activity_must_agree(angle, activity, weights_label, label):
    turn = ns.Explicit(np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]))
    network = ns.Network(ns.LeakyRate("tanh"), turn, 2, rng=0)
    found = ns.analysis.regime(network, activity)
    assert (found.weights_label, found.label) == (weights_label, label)


@pytest.mark.parametrize(
    ("activity", "settings", "message"),
    [
        (
            np.ones((100, 3)),
            {},
            r"activity must change in time or between trials \(got a constant, which has no principal",
        ),
        (ramp(10), {}, r"window must hold 8 samples or more \(got 5 of 10 in \(0\.35, 0\.85\)\)"),
        (
            ramp(),
            {"window": (0.5, 0.4)},
            r"window must be an increasing pair of fractions from 0 to 1 \(got \(0\.5, 0\.4\)\)",
        ),
        (ramp(), {"segment": 2}, r"segment must be at least 4 \(got 2\)"),
    ],
)
def test_bad_activity(activity, settings, message):
    with pytest.raises(ParameterError, match=message):
        ns.analysis.delay_activity(activity, **settings)
