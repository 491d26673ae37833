"""Networks that solve their tasks untrained, against mean-field theory that is solved here, and on their tasks."""

import numpy as np
import pytest
from reference.mastrogiuseppe2018 import GO_RESPONSE

import neurosim as ns
from neurosim.constructed import context_discrimination, go_no_go, noisy_detection
from neurosim.errors import ParameterError, UnknownKeywordError
from neurosim.tasks import ContextDiscrimination, GoNoGo, NoisyDetection

# a fine sum: tanh of broad Gaussians would take hundreds of points of Gaussian quadrature
POINTS = np.linspace(-9.0, 9.0, 1801)
WEIGHTS = np.exp(-0.5 * POINTS**2) / np.exp(-0.5 * POINTS**2).sum()


def fixed_point(kappa, covariance, variance, gain):
    """Overlaps κ = covariance(κ) <φ'> by relaxation, and <φ'>, at currents of variance g² <φ²> + variance(κ)."""
    kappa, spread = np.array(kappa, float), 1.0
    for _ in range(20_000):
        rates = np.tanh(np.sqrt(spread) * POINTS)
        slope, power = WEIGHTS @ (1 - rates**2), WEIGHTS @ rates**2
        step = covariance(kappa) * slope - kappa
        kappa, spread = kappa + 0.05 * step, spread + 0.05 * (gain**2 * power + variance(kappa) - spread)
        if np.abs(step).max() < 1e-12:
            break
    return kappa, slope


def go_answer(go):
    kappa, slope = fixed_point(0.5, lambda _: 4.0 * go, lambda k: 4.0 * k**2 + 4.0, 0.1)
    return 4.0 * kappa * slope


def detected(strength):
    kappa, slope = fixed_point(
        -1.0,
        lambda k: 1.44 * strength + 4.0 * k,
        lambda k: 5.44 * k**2 + 1.44 * strength**2 + 1.0,
        0.8,
    )
    return 1.44 * kappa * slope


def discriminated(strengths, contexts):
    def covariance(k):
        return 1.44 * strengths + 3.0 * (1.6 * k + contexts) + 0.6 * k.sum()

    def variance(k):
        own = 1.44 * k**2 + (1.6 * k + contexts) ** 2 + 1.44 * strengths**2
        return own.sum() + 0.36 * k.sum() ** 2

    kappa, slope = fixed_point([-1.0, -1.0], covariance, variance, 0.8)
    return 0.6 * kappa.sum() * slope


def answers(network, trials, rng=0):
    return trials.align(ns.simulate(network, **trials.simulation, rng=rng))[..., 0]


def test_theory_gives_the_published_answer():
    assert abs(go_answer(1.0) - GO_RESPONSE) < 5e-4
    assert abs(go_answer(0.0)) < 1e-9


@pytest.mark.parametrize("seed", [0, 1])
def test_go_is_answered_by_1_104_and_no_go_by_nothing(seed):
    drawn = GoNoGo().trials(20, 0.1, rng=1)
    shown, first = np.unique(drawn.conditions["go"], return_index=True)
    assert tuple(shown) == (0, 1)
    trials = drawn[first]
    said = answers(go_no_go(rng=seed).astype("float32"), trials)
    # vectors of 2500 units overlap by chance, by 4 / sqrt(2500) = 0.08, times the transmission of about 0.5
    assert np.abs(said[:, 249] - [0.0, GO_RESPONSE]).max() < 0.1
    assert trials.accuracy(said[..., None]).tolist() == [1.0, 1.0]


def test_the_outcome_of_detection_is_that_of_the_theory():
    strengths = (0.0, 0.2, 0.4, 0.7, 0.9)
    task = NoisyDetection(strengths=strengths, noise=0.0, stimulus=50.0)
    drawn = task.trials(60, 0.1, rng=2)
    shown, first = np.unique(drawn.conditions["strength"], return_index=True)
    assert tuple(shown) == strengths
    answer = answers(noisy_detection(rng=3).astype("float32"), drawn[first])[:, -1]
    for strength, said in zip(strengths, answer, strict=True):
        assert np.sign(detected(strength)) == np.sign(strength - task.threshold)
        # overlaps that chance adds are of the order of 1.44 / sqrt(2500) = 0.03, with factors of a few
        assert abs(said - detected(strength)) < 0.1


def test_strong_stimuli_in_noise_are_detected_the_more_often_the_stronger_they_are():
    task = NoisyDetection(strengths=(0.2, 0.4, 0.6, 0.9))
    trials = task.trials(100, 0.1, rng=2)
    network = noisy_detection(size=1000, rng=1)
    said = answers(network, trials)[:, -50:].mean(axis=1) > 0
    share = np.array([said[trials.conditions["strength"] == level].mean() for level in task.strengths])
    assert (np.diff(share) >= 0).all()
    assert share[0] < 0.1
    assert share[-1] > 0.9


def test_theory_has_a_lower_threshold_for_the_relevant_stimulus():
    told = np.array([0.08, -0.14])
    assert [np.sign(discriminated(np.array([c, 0.3]), told)) for c in (0.3, 0.6, 0.75, 1.0)] == [-1, -1, 1, 1]
    assert [np.sign(discriminated(np.array([0.3, c]), told)) for c in (0.3, 0.6, 1.0, 1.2)] == [-1, -1, -1, 1]


def test_the_relevant_stimulus_alone_decides():
    task = ContextDiscrimination()
    trials = task.trials(30, 0.4, rng=1)
    network = context_discrimination(rng=1).astype("float32")
    said = answers(network, trials)
    # who always says no is right in two thirds
    assert trials.accuracy(said[..., None]).mean() > 0.9
    quiet = ContextDiscrimination(noise=0.0).trials(20, 0.4, rng=2)
    told, shown = quiet.conditions["context"], quiet.conditions["strengths"]
    final = answers(network, quiet)[:, -1]
    for k in range(20):
        contexts = np.where(np.arange(2) == told[k], 0.08, -0.14)
        assert abs(final[k] - discriminated(shown[k], contexts)) < 0.1


def test_a_seed_makes_the_network():
    for make in (go_no_go, noisy_detection, context_discrimination):
        first, again, other = make(50, rng=1), make(50, rng=1), make(50, rng=2)
        assert first.equals(again)
        assert not first.equals(other)


def test_invalid_arguments():
    with pytest.raises(ParameterError, match=r"size must be at least 8 \(got 4\)"):
        context_discrimination(4)
    with pytest.raises(
        UnknownKeywordError, match=r"go_no_go\(\) takes no keyword 'gian'. Did you mean 'gain'"
    ):
        go_no_go(50, gian=0.2)
