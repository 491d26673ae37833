"""Gradient flossing: exponents as a penalty, with their exact gradient."""

from dataclasses import dataclass

import numpy as np
import pytest
import tiny
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.engine import Rollout
from neurosim.errors import ParameterError
from neurosim.randomness import stream
from neurosim.tasks import Task, Trials
from neurosim.trainers import Adam, BinaryCrossEntropy, ClipNorm, LyapunovPenalty

TASK = tiny.Echo()
LEAKY = ns.LeakyCurrent("tanh", tau=3.0)


def nothing(*_):
    """Loss of flossing by itself."""
    return 0.0


def network(neuron=LEAKY, connectivity=None, size=8):
    connectivity = ns.Gaussian(1.3) if connectivity is None else connectivity
    start = ns.Network(neuron, connectivity, size, inputs=TASK.inputs, outputs=TASK.outputs, rng=0)
    return start.replace(bias=0.3 * np.random.default_rng(1).standard_normal(size))


@pytest.mark.parametrize(
    ("neuron", "connectivity", "settings"),
    [
        (LEAKY, ns.Gaussian(1.3), {}),
        (ns.LeakyRate("tanh", tau=3.0), ns.Gaussian(1.3), {"count": 5, "steps": 7}),
        (ns.Adaptive("tanh", tau=3.0, tau_adaptation=9.0, strength=0.5), ns.Gaussian(1.3), {"count": 9}),
        (LEAKY, ns.Sparse(0.5), {"count": 3, "alignment": 0.0}),
    ],
)
def test_the_gradient_is_that_of_finite_differences(neuron, connectivity, settings):
    """Through QR steps, Jacobians and the trajectory; differences of 1e-5 leave 1e-10 of curvature and rounding."""
    start, penalty = network(neuron, connectivity), LyapunovPenalty(trials=2, target=0.1, **settings)
    train = ("recurrent", "input_weights", "bias", "initial_state")
    objective = ns.BPTT(epochs=1, dt=1.0, loss=nothing, penalties=penalty, train=train).objective(start)
    trials, free, length = TASK.trials(4, 1.0, rng=3), objective.start(), 1e-5
    gradients = objective.differentiate(free, trials, None).gradients
    for name, gradient in gradients.items():
        direction = np.random.default_rng(5).standard_normal(gradient.shape)
        moved = ({**free, name: free[name] + sign * length * direction} for sign in (1.0, -1.0))
        up, down = (objective.differentiate(each, trials, None).value for each in moved)
        assert_allclose(np.sum(gradient * direction), (up - down) / (2.0 * length), rtol=2e-6, atol=1e-9)


def test_exponents_of_a_silent_linear_network_are_those_of_its_eigenvalues():
    """Without a trajectory the map is one matrix; a symmetric one, whose exponents a frame reaches fast."""
    weights = np.diag([0.9, 0.5, 0.2, -0.4])
    start = ns.Network(
        ns.LeakyCurrent("linear", tau=2.0), ns.Explicit(weights), 4, inputs=1, outputs=1, rng=0
    )
    run = Rollout(start, 0.5)(np.zeros((1, 400, 1)))
    trials = tiny.Echo(stimulus=100.0, response=100.0).trials(1, 0.5, rng=0)
    found = LyapunovPenalty(alignment=0.5).exponents(run, trials)
    expected = np.log(1.0 + 0.25 * (np.array([0.9, 0.5, 0.2, -0.4]) - 1.0)) / 0.5
    assert_allclose(found[0], expected, rtol=1e-6)


def test_exponents_agree_with_lyapunov_spectrum():
    """Of a chaotic network on one long trajectory; both use other frames and other parts of it."""
    start = ns.Network(ns.LeakyCurrent("tanh", tau=1.0), ns.Gaussian(2.5), 30, inputs=1, outputs=1, rng=1)
    start = start.replace(initial_state=np.random.default_rng(0).standard_normal(30))
    run = Rollout(start, 1.0)(np.zeros((1, 3000, 1)))
    trials = tiny.Echo(stimulus=1500.0, response=1500.0).trials(1, 1.0, rng=0)
    found = LyapunovPenalty(count=4).exponents(run, trials)[0]
    spectrum = ns.analysis.lyapunov_spectrum(
        start, 4, 2700.0, 1.0, "euler", inputs=[0.0], discard=300.0, interval=1.0, rng=0
    )
    assert_allclose(found, spectrum.values, atol=5.0 * spectrum.standard_errors.max())


def test_flossing_brings_exponents_to_the_target():
    start = network(ns.LeakyCurrent("tanh", tau=1.0), ns.Gaussian(0.5), size=12)
    trainer = ns.BPTT(
        epochs=4,
        trials_per_epoch=160,
        batch_size=8,
        dt=1.0,
        loss=nothing,
        optimizer=Adam(0.01),
        penalties=LyapunovPenalty(count=4, alignment=0.2),
        train=("recurrent", "bias"),
    )
    history = trainer.fit(start, TASK, rng=0).history
    assert history["penalty"][-1] < 0.05 * history["penalty"][0]


def test_strength_target_and_loss_add_up():
    start, trials = network(), TASK.trials(4, 1.0, rng=3)
    run = Rollout(start, 1.0)(trials.inputs)
    exponents = LyapunovPenalty(trials=3).exponents(run, trials)
    assert exponents.shape == (3, 8)
    for target in (0.0, -0.2):
        found = LyapunovPenalty(strength=2.0, target=target, trials=3)(run, trials)
        assert_allclose(found, 2.0 * np.mean((exponents - target) ** 2), rtol=1e-12)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"strength": 0.0}, "LyapunovPenalty.strength must be positive"),
        ({"count": 0}, "LyapunovPenalty.count must be at least 1"),
        ({"trials": 0}, "LyapunovPenalty.trials must be at least 1"),
        ({"alignment": 1.0}, r"LyapunovPenalty.alignment must be a share of the steps, .*\(got 1.0\)"),
    ],
)
def test_bad_settings_are_named(settings, complaint):
    with pytest.raises(ParameterError, match=complaint):
        LyapunovPenalty(**settings)


def test_impossible_exponents_are_named():
    start, trials = network(), TASK.trials(4, 1.0, rng=3)
    run = Rollout(start, 1.0)(trials.inputs)
    with pytest.raises(
        ParameterError, match=r"count must be at most 8, the dimensions of the network \(got 9\)"
    ):
        LyapunovPenalty(count=9)(run, trials)
    # a map of rank 2 annihilates all but two directions
    vectors = np.random.default_rng(0).standard_normal((8, 2))
    flat = ns.Operator(left=vectors, right=vectors)
    singular = network(ns.LeakyCurrent("tanh", tau=1.0)).replace(recurrent=flat)
    run = Rollout(singular, 1.0)(trials.inputs)
    with pytest.raises(ParameterError, match=r"count must be at most 2 here \(got 8\): step 0 annihilates"):
        LyapunovPenalty()(run, trials)


@dataclass(frozen=True)
class DelayedXor(Task):
    """Say whether the bits one and two delays ago differ, as in Engelken (2023)."""

    delay: int = 10
    length: float = 100.0
    inputs = ("bit",)
    outputs = ("differ",)

    def trials(self, count, dt, rng=None):
        steps, d = round(self.length / dt), self.delay
        bits = stream(rng, "bits").integers(0, 2, (count, steps, 1)).astype(float)
        targets, mask = np.zeros_like(bits), np.zeros_like(bits)
        targets[:, 2 * d :] = np.abs(bits[:, d:-d] - bits[:, : -2 * d])
        mask[:, 2 * d :] = 1.0
        return Trials(self, dt, bits, targets, mask=mask)

    def accuracy(self, trials, outputs):
        right = (outputs > 0.5) == (trials.targets > 0.5)
        return np.sum(right * trials.mask, axis=(1, 2)) / np.sum(trials.mask, axis=(1, 2))


@pytest.mark.slow
def test_flossing_before_training_lets_networks_learn_a_delayed_xor():
    """80 units of gain 1, a delay of 10, 75 exponents over 55 steps, Adam at 1e-3, clipping at 0.03 and batches of 16,
    as in the published code. Shorter than there are trials (100 steps for 300), flossing (300 updates, before training
    only) and training (600 updates). Without flossing gradients vanish, and networks stay at chance.
    """
    task = DelayedXor()
    floss = ns.BPTT(
        epochs=1,
        trials_per_epoch=300,
        batch_size=1,
        dt=1.0,
        loss=nothing,
        optimizer=Adam(1e-3),
        clipping=None,
        penalties=LyapunovPenalty(count=75, steps=55, alignment=0.3),
        train=("recurrent", "input_weights", "bias"),
    )
    learn = ns.BPTT(
        epochs=6,
        trials_per_epoch=1600,
        batch_size=16,
        dt=1.0,
        loss=BinaryCrossEntropy(average="mask"),
        optimizer=Adam(1e-3),
        clipping=ClipNorm(0.03),
    )
    reached = []
    for seed in (1, 2, 3):
        rng = np.random.default_rng(seed)
        start = ns.Network(
            ns.LeakyCurrent("tanh", tau=1.0),
            ns.Gaussian(1.0),
            80,
            inputs=task.inputs,
            outputs=task.outputs,
            readout="logistic",
            rng=seed,
        ).replace(
            input_weights=rng.standard_normal((80, 1)),
            readout_weights=rng.standard_normal((1, 80)),
            bias=0.1 * rng.random(80),
        )
        flossed = floss.fit(start, task.replace(length=60.0), rng=seed, progress=False).last.replace(
            stepping=None
        )
        pair = (learn.fit(one, task, rng=seed, progress=False) for one in (flossed, start))
        reached.append([training.history["accuracy"][-1] for training in pair])
    with_flossing, without = np.median(reached, axis=0)
    assert with_flossing > 0.9
    # 1600 trials of 80 answers: chance to within 0.002
    assert without < 0.6
