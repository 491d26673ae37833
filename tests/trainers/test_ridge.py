"""Ridge regression against solutions by other means, and chunks against the whole."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import minimize

import neurosim as ns
from neurosim.errors import ParameterError
from neurosim.randomness import seed_sequence, stream
from neurosim.tasks import Task, Timeline, Trials
from neurosim.trainers import Ridge

SIZE = 30


@dataclass(frozen=True)
class Lags(Task):
    """Say what a noisy input was, one and three units of time ago; the second counts half the time."""

    length: float = 40.0
    inputs = ("signal",)
    outputs = ("one", "three")

    def trials(self, count, dt, rng=None):
        seed = seed_sequence(rng)
        timeline = Timeline.consecutive(count, dt, response=self.length)
        signal = stream(seed, "conditions").uniform(-1.0, 1.0, (count, timeline.steps))
        delayed = [np.roll(signal, round(lag / dt), axis=1) for lag in (1.0, 3.0)]
        mask = np.ones((count, timeline.steps, 2))
        mask[:, ::2, 1] = self.second
        return Trials(
            self,
            dt,
            signal[..., None],
            np.stack(delayed, axis=-1),
            mask=mask,
            epochs=timeline.epochs,
            conditions={"first": signal[:, 0]},
        )

    second: float = 0.25

    def accuracy(self, trials, outputs):
        return np.exp(-np.abs(outputs - trials.targets).mean(axis=(1, 2)))


@pytest.fixture
def reservoir():
    network = ns.Network(
        ns.LeakyRate("tanh", tau=2.0), ns.Gaussian(gain=0.9), SIZE, inputs=1, outputs=Lags.outputs, rng=0
    )
    return network.replace(input_names=Lags.inputs, initial_state=np.zeros(SIZE))


def seen(trainer, network, task, rng):
    """Rates, targets and weights of all steps after the washout, by a simulation of one's own."""
    from neurosim.randomness import child

    trials = task.trials(trainer.trials, trainer.dt, child(seed_sequence(rng), "trials"))
    rates = ns.simulate(network, **trials.simulation, scheme=trainer.stepping(network).scheme).rates[:, 1:]
    kept = trials.times > trainer.washout
    return [array[:, kept].reshape(-1, array.shape[-1]) for array in (rates, trials.targets, trials.mask)]


@pytest.mark.parametrize("second", [1.0, 0.25], ids=["one mask", "a mask for each output"])
@pytest.mark.parametrize("bias", [True, False])
def test_solves_the_normal_equations(reservoir, second, bias):
    task = Lags(second=second)
    trainer = Ridge(trials=7, dt=0.5, washout=5.0, regularization=0.5, bias=bias)
    trained = trainer.fit(reservoir, task, rng=1)
    rates, targets, mask = seen(trainer, reservoir, task, 1)
    for k in range(2):
        # least squares on stacked rows, by singular values: no normal equations
        root, rows = (
            np.sqrt(mask[:, k]),
            np.c_[rates, np.ones(len(rates))] if bias else rates,
        )
        penalty = np.sqrt(0.5) * np.eye(rows.shape[1])[:SIZE]
        stacked = np.vstack([root[:, None] * rows, penalty])
        exact = np.linalg.lstsq(stacked, np.r_[root * targets[:, k], np.zeros(SIZE)], rcond=None)[0]
        assert_allclose(trained.network.readout_weights[k], exact[:SIZE], atol=1e-9)
        assert_allclose(trained.network.readout_bias[k], exact[SIZE] if bias else 0.0, atol=1e-9)
    outputs = rates @ trained.network.readout_weights.T + trained.network.readout_bias
    loss = np.sum(mask * (outputs - targets) ** 2) / mask.sum()
    assert trained.history["loss"][0] == pytest.approx(loss, rel=1e-9)
    assert trained.history["weights"][0] == pytest.approx(np.linalg.norm(trained.network.readout_weights))


def test_is_the_minimum_that_scipy_finds(reservoir):
    trainer = Ridge(trials=3, dt=0.5, regularization=2.0)
    trained = trainer.fit(reservoir, Lags(), rng=2).network
    rates, targets, mask = seen(trainer, reservoir, Lags(), 2)

    def objective(parameters):
        weights, bias = parameters[:-1], parameters[-1]
        error = rates @ weights + bias - targets[:, 1]
        weighted = mask[:, 1] * error
        gradient = np.r_[2.0 * weighted @ rates + 4.0 * weights, 2.0 * weighted.sum()]
        return weighted @ error + 2.0 * weights @ weights, gradient

    found = minimize(objective, np.zeros(SIZE + 1), jac=True, method="BFGS", options={"gtol": 1e-8})
    assert_allclose(np.r_[trained.readout_weights[1], trained.readout_bias[1]], found.x, atol=1e-6)


def test_trials_start_as_simulations_do(reservoir):
    """At the initial state of the network; without one at random, so that early steps have other rates."""
    task, trainer = Lags(), Ridge(trials=3, dt=0.5, regularization=1e-3)
    at_rest = reservoir.replace(initial_state=reservoir.resting_state())
    free = reservoir.replace(initial_state=None)
    fixed, random = (trainer.fit(start, task, rng=2).network for start in (at_rest, free))
    assert_array_equal(fixed.initial_state, np.zeros(SIZE))
    assert random.initial_state is None
    assert np.abs(fixed.readout_weights - random.readout_weights).max() > 1e-3


@pytest.mark.parametrize("memory", [1e-3, 0.05], ids=["parts of a trial", "some trials"])
def test_chunks_change_nothing(reservoir, memory):
    trainer = Ridge(trials=5, dt=0.5, regularization=0.1)
    whole, parts = (t.fit(reservoir, Lags(), rng=3) for t in (trainer, trainer.replace(memory=memory)))
    assert_allclose(parts.network.readout_weights, whole.network.readout_weights, atol=1e-9)


@pytest.mark.parametrize(
    "noise", [ns.WhiteNoise(0.5, target="input"), ns.OrnsteinUhlenbeck(0.5, tau_noise=20.0)]
)
def test_noise_continues_from_chunk_to_chunk(reservoir, noise):
    silent = Lags(length=400.0)
    trainer = Ridge(trials=4, dt=0.5, noise=noise, memory=0.02)
    trials = silent.trials(4, 0.5, 0)
    quiet = reservoir.replace(recurrent=reservoir.recurrent * 0.0, input_weights=np.zeros((SIZE, 1)))
    chunks = [rates for rates, _ in trainer._activity(quiet, trials, seed_sequence(5))]
    lengths = {rates.shape[1] for rates in chunks}
    assert max(lengths) < 100
    steps = trials.steps
    rates = np.concatenate(chunks, axis=1).reshape(len(chunks[0]), -1, steps, SIZE)
    whole = ns.simulate(quiet, 200.0, 0.5, trials=4, noise=noise, rng=6).rates
    # 120 units and trials, 20 and more correlation times: 5 %
    assert rates[..., 100:, :].std() == pytest.approx(whole[:, 100:].std(), rel=0.1)
    # no two chunks have the same noise
    assert all(not np.array_equal(chunks[0], other) for other in chunks[1:])


def test_a_washout_that_leaves_nothing(reservoir):
    with pytest.raises(
        ParameterError, match=r"Ridge.washout must be shorter than .* \(got 40; trials end at 40\)"
    ):
        Ridge(trials=2, washout=40.0).fit(reservoir, Lags())


def test_a_reservoir_recalls_recent_inputs():
    # a linear readout of a leaky reservoir knows the last unit of time well, and noise not at all
    big = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(gain=0.9), 100, inputs=1, outputs=2, rng=1)
    big = big.replace(
        input_names=Lags.inputs, output_names=Lags.outputs, input_weights=0.2 * big.input_weights
    )
    training = Ridge(trials=50, dt=1.0, washout=10.0, regularization=1e-5).fit(big, Lags(), rng=0)
    trials = Lags().trials(20, 1.0, rng=99)
    outputs = trials.align(ns.simulate(training.network, **trials.simulation, initial_state=np.zeros(100)))
    error = (outputs - trials.targets)[:, 10:].var(axis=(0, 1)) / trials.targets.var(axis=(0, 1))
    assert (error < 0.05).all()
