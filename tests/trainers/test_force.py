"""FORCE and full-FORCE: what the equations demand, and patterns that networks keep up by themselves."""

import dataclasses

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from tiny import Echo

import neurosim as ns
from neurosim.errors import ShapeError
from neurosim.tasks import PeriodicPattern
from neurosim.trainers import Force, FullForce

QUICK = PeriodicPattern(period=20.0, duration=20.0, amplitudes=[1.0, 0.5])


def chaotic(size=150, *, rng=0, **settings):
    return ns.Network(
        ns.LeakyCurrent("tanh"), ns.Gaussian(gain=1.5), size, outputs=QUICK.outputs, rng=rng, **settings
    )


def correlation_alone(network, task, duration):
    """Correlation of target and output while the network runs by itself, without any learning."""
    trials = task.replace(duration=duration).trials(1, 0.1)
    outputs = trials.align(ns.simulate(network, **trials.simulation))
    return np.corrcoef(outputs[0, :, 0], trials.targets[0, :, 0])[0, 1]


@pytest.fixture(scope="module")
def forced():
    return Force(trials=20).fit(chaotic(), QUICK, rng=1)


@pytest.fixture(scope="module")
def fully_forced():
    return FullForce(trials=20).fit(chaotic(), QUICK, rng=1)


class TestForce:
    def test_only_the_loop_and_the_readout_are_new(self, forced):
        start, trained = forced.start, forced.network
        assert_array_equal(trained.recurrent.base, start.recurrent.base)
        assert_array_equal(trained.recurrent.right, trained.readout_weights.T)
        assert np.abs(trained.recurrent.left).max() <= 1.0
        assert_array_equal(trained.input_weights, start.input_weights)
        assert_array_equal(trained.bias, start.bias)
        assert trained.readout_bias == 0.0

    def test_errors_are_small_from_the_first_trial_on(self, forced):
        loss = forced.history["loss"]
        assert loss[0] < 0.05
        assert loss[-1] < 0.01
        # the readout settles
        assert forced.history["change"][-1] < 0.2 * forced.history["change"][0]
        assert forced.history["accuracy"][-1] > 0.999

    def test_the_network_goes_on_by_itself(self, forced):
        assert correlation_alone(forced.network, QUICK, 100.0) > 0.95
        assert abs(correlation_alone(forced.start.replace(initial_state=np.ones(150)), QUICK, 100.0)) < 0.5

    def test_is_the_published_loop_in_plain_numpy(self):
        # the code of the paper, with the output fed back after the correction, and no class of the package
        network, steps, dt = chaotic(40), 200, 0.1
        feedback = np.random.default_rng(5).uniform(-1.0, 1.0, 40)
        start = np.random.default_rng(6).standard_normal(40)
        target = QUICK.trials(1, dt).targets[0, :, 0]
        x, inverse, readout = start.copy(), np.eye(40) / 2.0, np.zeros(40)
        r, z, outputs = np.tanh(start), 0.0, []
        for k in range(steps):
            x = (1.0 - dt) * x + dt * (network.recurrent.dense() @ r + feedback * z)
            r = np.tanh(x)
            outputs.append(readout @ r)
            if k % 2 == 1:
                gain = inverse @ r / (1.0 + r @ inverse @ r)
                inverse -= np.outer(gain, r @ inverse)
                readout = readout - (outputs[-1] - target[k]) * gain
            z = readout @ r
        trainer = Force(trials=1, dt=dt, regularization=2.0, feedback=feedback)
        trained = trainer.fit(network.replace(initial_state=start), QUICK, rng=0)
        # chaos for 20 time constants leaves 1e-16 at 1e-12
        assert_allclose(trained.network.readout_weights[0], readout, atol=1e-9)
        assert_allclose(trained.network.initial_state, x, atol=1e-9)
        assert trained.history["loss"][0] == pytest.approx(np.mean(np.abs(outputs - target)), rel=1e-9)

    def test_a_feedback_of_ones_changes_every_row_as_the_readout(self):
        start = chaotic(50)
        trained = Force(trials=2, feedback=np.ones(50)).fit(start, QUICK, rng=1).network
        change = trained.recurrent.dense() - start.recurrent.dense()
        assert_allclose(change, np.tile(trained.readout_weights, (50, 1)), atol=1e-14)

    def test_nothing_is_learned_where_the_mask_is_zero(self):
        class Backwards(Echo):
            def trials(self, count, dt, rng=None):
                trials = super().trials(count, dt, rng)
                return dataclasses.replace(
                    trials, targets=np.ones_like(trials.targets), mask=trials.during("stimulus")
                )

        task = Backwards()
        network = ns.Network(
            ns.LeakyCurrent("tanh"), ns.Gaussian(), 30, inputs=task.inputs, outputs=task.outputs, rng=0
        )
        # 100 steps, of which the first 40 count: one correction at the end is none
        silent, heard = (
            Force(trials=1, every=every).fit(network, task, rng=0).network for every in (100, 40)
        )
        assert_array_equal(silent.readout_weights, 0.0)
        assert np.any(heard.readout_weights)

    def test_a_feedback_of_the_wrong_shape(self):
        with pytest.raises(
            ShapeError,
            match=r"Force.feedback must be one number or have shape \(50, 1\) \(got shape \(3,\)\)",
        ):
            Force(feedback=np.ones(3)).fit(chaotic(50), QUICK)

    @pytest.mark.slow
    def test_the_pattern_of_the_paper(self):
        # Sussillo & Abbott 2009, Figure 2: 1440 time constants of training, 1440 alone; single networks can fail
        task, errors, correlations = PeriodicPattern(), [], []
        for seed in range(5):
            start = ns.Network(
                ns.LeakyCurrent("tanh"),
                ns.Sparse(density=0.1, gain=1.5),
                1000,
                outputs=task.outputs,
                rng=seed,
            )
            training = Force().fit(start, task, rng=seed + 100)
            errors.append(training.history["loss"].mean())
            correlations.append(correlation_alone(training.network, task, 1440.0))
        assert max(errors) < 0.01
        assert np.median(correlations) > 0.95


class TestFullForce:
    def test_the_network_goes_on_by_itself(self, fully_forced):
        assert correlation_alone(fully_forced.network, QUICK, 60.0) > 0.95

    def test_errors_fall(self, fully_forced):
        history = fully_forced.history
        assert history["loss"][-5:].mean() < 0.05
        assert history["deviation"][-5:].mean() < 0.5 * history["deviation"][0]
        assert history["change"][-1] < 0.2 * history["change"][0]

    def test_weights_solve_the_regression_on_what_was_seen(self):
        # a correction at every step: rows of W are ridge regressions of the currents of the driven network, exactly
        start, alpha = chaotic(20), 3.0
        trainer = FullForce(trials=1, probability=1.0, regularization=alpha)
        state = np.random.default_rng(0).standard_normal(20)
        network = start.replace(initial_state=state)
        trained = trainer.fit(network, QUICK, rng=4).network
        targets = QUICK.trials(1, 0.1).targets[0]
        signal = drawn_weights(4)
        driven, learning, weights = state.copy(), state.copy(), np.zeros((20, 20))
        samples, currents = [], []
        for target in targets:
            wanted = start.recurrent.dense() @ np.tanh(driven) + signal @ target
            rates, own = np.tanh(learning), weights @ np.tanh(learning)
            driven, learning = driven + 0.1 * (wanted - driven), learning + 0.1 * (own - learning)
            samples.append(rates)
            currents.append(wanted)
            left = np.transpose(samples) @ samples + alpha * np.eye(20)
            weights = np.linalg.solve(left, np.transpose(samples) @ currents).T
        assert_allclose(trained.recurrent.dense(), weights, atol=1e-7)
        assert_allclose(trained.initial_state, learning, atol=1e-7)

    def test_hints_change_what_is_learned(self):
        ramp = FullForce(trials=1, hint=lambda trials: np.cumsum(trials.targets, axis=1) * trials.dt)
        plain, hinted = (
            trainer.fit(chaotic(30), QUICK, rng=0) for trainer in (ramp.replace(hint=None), ramp)
        )
        assert not plain.network.equals(hinted.network)

    def test_hints_of_the_wrong_shape(self):
        with pytest.raises(
            ShapeError, match=r"hint\(trials\) must have shape \(1, 200, hints\) \(got \(200,\)\)"
        ):
            FullForce(trials=1, hint=lambda trials: trials.times).fit(chaotic(30), QUICK)


def drawn_weights(seed):
    """Weights of the target as the trainer draws them: the stream of that name."""
    from neurosim.randomness import stream

    return stream(seed, "target weights").uniform(-1.0, 1.0, (1, 20)).T
