"""Training by gradients: it reaches known minima, and says what went wrong."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from tiny import Echo, network, simulated_loss

import neurosim as ns
from neurosim.engine import Rollout
from neurosim.errors import (
    InterruptionWarning,
    ParameterError,
    ShapeError,
    StabilityWarning,
    UnknownKeywordError,
    UnknownNameError,
)
from neurosim.parameters import parameters_of, with_parameters
from neurosim.randomness import child, seed_sequence
from neurosim.tasks import Trials
from neurosim.trainers import (
    L2,
    LBFGS,
    SGD,
    Adam,
    AtLeast,
    ClipNorm,
    Curriculum,
    InverseDecay,
    MeanSquaredError,
    Stopping,
    VanishingGradient,
)
from neurosim.trainers.batches import Batches

TASK = Echo()
PATIENT = Stopping(patience=3)
QUICK = ns.BPTT(dt=1.0, epochs=2, trials_per_epoch=24, batch_size=8, threads=1)


def batches_of(trainer, *, rng, stage=0, task=TASK):
    """Trials that a training with this seed sees, from its documented streams."""
    seed = child(seed_sequence(rng), f"stage {stage}")
    size = min(trainer.batch_size, trainer.trials_per_epoch)
    return Batches(task, trainer.dt, trainer.trials_per_epoch, size, trainer.fresh, seed, np.dtype("float64"))


# what is learned


def test_readout_alone_converges_to_the_least_squares_solution():
    trainer = ns.BPTT(
        dt=1.0,
        epochs=1,
        trials_per_epoch=60,
        batch_size=60,
        optimizer=LBFGS(iterations=2000, gradient_tolerance=1e-12, loss_tolerance=0.0),
        clipping=None,
        train=("readout_weights", "readout_bias"),
    )
    start = network(size=8)
    training = trainer.fit(start, TASK, rng=3)
    (trials,) = batches_of(trainer, rng=3).epoch(0)
    run = ns.simulate(start, **trials.simulation, initial_state=np.zeros(8), progress=False)
    counts = trials.mask[..., 0] > 0.0
    rates = np.column_stack([run.rates[:, 1:][counts], np.ones(counts.sum())])
    solution, *_ = np.linalg.lstsq(rates, trials.targets[counts], rcond=None)
    # the loss is flat to 1e-12 around its minimum, the weights are known to the root of that
    np.testing.assert_allclose(training.last.readout_weights, solution[:-1].T, atol=1e-5)
    np.testing.assert_allclose(training.last.readout_bias, solution[-1], atol=1e-5)


def test_one_step_of_gradient_descent_is_that_of_finite_differences():
    trainer = QUICK.replace(epochs=1, trials_per_epoch=8, optimizer=SGD(0.1), clipping=None)
    start = network()
    training = trainer.fit(start, TASK, rng=5)
    (trials,) = batches_of(trainer, rng=5).epoch(0)
    before, after = parameters_of(start), parameters_of(training.last)
    h = 1e-5
    for name in ("recurrent", "input_weights", "bias", "readout_weights", "readout_bias"):
        place = np.unravel_index(before[name].size // 2, before[name].shape)
        losses = []
        for sign in (1.0, -1.0):
            moved = before[name].copy()
            moved[place] += sign * h
            losses.append(simulated_loss(with_parameters(start, {name: moved}), trials))
        slope = (losses[0] - losses[1]) / (2.0 * h)
        # central differences err by h² and by the rounding of the loss over h: 1e-10 and 1e-11
        assert (before[name] - after[name])[place] == pytest.approx(0.1 * slope, rel=1e-6, abs=1e-9), name


def test_history_of_the_first_update_is_that_of_the_network_before_it():
    trainer = QUICK.replace(
        epochs=1, trials_per_epoch=8, optimizer=SGD(InverseDecay(0.5, 0.1)), clipping=None
    )
    training = trainer.fit(network(), TASK, rng=5)
    (trials,) = batches_of(trainer, rng=5).epoch(0)
    assert training.history["loss"][0] == pytest.approx(simulated_loss(network(), trials), rel=1e-12)
    change = [
        (a - b).ravel() / 0.5
        for a, b in zip(parameters_of(network()).values(), parameters_of(training.last).values(), strict=True)
    ]
    norm = np.linalg.norm(np.concatenate(change))
    assert training.history["gradient_norm"][0] == pytest.approx(norm, rel=1e-9)
    assert training.history["learning_rate"][0] == 0.5


def test_learning_rate_follows_its_schedule_over_all_updates():
    training = QUICK.replace(optimizer=SGD(InverseDecay(0.5, 0.1))).fit(network(), TASK, rng=5)
    # three updates an epoch: the last ones have the numbers 2 and 5
    np.testing.assert_allclose(training.history["learning_rate"], [0.5 / 1.2, 0.5 / 1.5])


def test_learns_a_task_to_perfection():
    trainer = ns.BPTT(
        dt=1.0, epochs=40, trials_per_epoch=100, batch_size=20, optimizer=Adam(3e-3), validation=100
    )
    training = trainer.replace(stopping=Stopping(accuracy=1.0)).fit(network(20), TASK, rng=1)
    trials = TASK.trials(200, 1.0, rng=99)
    run = ns.simulate(training.network, **trials.simulation, initial_state=np.zeros(20), progress=False)
    assert training.complete
    assert "accuracy is at least 1" in training.reason
    assert trials.accuracy(run).mean() == 1.0


def test_trained_network_shows_in_a_simulation_what_it_learned():
    training = QUICK.fit(network(), TASK, rng=4)
    trials = TASK.trials(5, 1.0, rng=1)
    assert network().initial_state is None
    np.testing.assert_array_equal(training.network.initial_state, np.zeros(network().size))
    outputs = Rollout(training.network, 1.0)(trials.inputs).outputs
    run = ns.simulate(training.network, **trials.simulation, progress=False)
    np.testing.assert_allclose(trials.align(run), outputs, rtol=1e-12, atol=1e-14)


def test_fit_does_not_change_its_network():
    start = network()
    training = QUICK.fit(start, TASK, rng=1)
    assert start.equals(network())
    assert training.start is start
    assert not training.last.equals(start)
    assert training.last.connectivity is None


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_precision_is_that_of_the_network(dtype):
    training = QUICK.fit(network(dtype=dtype), TASK, rng=1)
    assert training.last.dtype == dtype
    assert {array.dtype.name for array in training.state["free"].values()} == {dtype}


def test_only_what_train_names_changes():
    start = network()
    training = QUICK.replace(train=("bias", "initial_state", "neuron.tau")).fit(start, TASK, rng=1)
    before, after = parameters_of(start), parameters_of(training.last)
    changed = {name for name in before if not np.array_equal(before[name], after[name])}
    assert changed == {"bias", "initial_state", "neuron.tau"}
    assert set(training.state["free"]) == changed


def test_penalty_is_added_to_the_loss_and_a_column_of_its_own():
    def quadratic(run, _):
        return 3.0 * anp.sum(run.parameters["bias"] ** 2)

    start = network().replace(bias=np.full(12, 0.5))
    alone = QUICK.replace(epochs=1, trials_per_epoch=8, optimizer=SGD(0.01), clipping=None)
    plain, penalized = (
        trainer.fit(start, TASK, rng=2) for trainer in (alone, alone.replace(penalties=(quadratic,)))
    )
    assert penalized.history["loss"][0] == plain.history["loss"][0]
    assert penalized.history["penalty"][0] == pytest.approx(3.0 * 12 * 0.25)
    # the derivative of the penalty is 6 bias = 3
    np.testing.assert_allclose(penalized.last.bias, plain.last.bias - 0.01 * 3.0, rtol=1e-12)


def test_own_loss_gives_the_gradient_of_that_loss():
    def doubled(run, trials):
        return 2.0 * anp.mean(trials.mask * (run.outputs - trials.targets) ** 2)

    trainer = QUICK.replace(epochs=1, trials_per_epoch=8, optimizer=SGD(0.01), clipping=None)
    single = trainer.replace(optimizer=SGD(0.02)).fit(network(), TASK, rng=2)
    double = trainer.replace(loss=doubled).fit(network(), TASK, rng=2)
    np.testing.assert_allclose(
        double.last.recurrent.dense(), single.last.recurrent.dense(), rtol=1e-12, atol=1e-14
    )


class Squares:
    """Input weights that are squares of the free variables."""

    def effective(self, free):
        return {**free, "input_weights": free["input_weights"] ** 2}

    def free(self, parameters):
        return {**parameters, "input_weights": np.sqrt(parameters["input_weights"])}


def test_reparametrization_holds_and_passes_the_chain_rule():
    start = network().replace(input_weights=np.full((12, 1), 0.25))
    trainer = QUICK.replace(
        epochs=1, trials_per_epoch=8, optimizer=SGD(0.1), clipping=None, train=("input_weights",)
    )
    plain = trainer.fit(start, TASK, rng=2)
    squares = trainer.replace(constraints=(Squares(),)).fit(start, TASK, rng=2)
    slope = (start.input_weights - plain.last.input_weights) / 0.1
    # x = w², so dL/dw = 2 w dL/dx with w = 1 / 2
    np.testing.assert_allclose(squares.last.input_weights, (0.5 - 0.1 * 2.0 * 0.5 * slope) ** 2, rtol=1e-10)


@pytest.mark.parametrize("readout", ["linear", "logistic"])
def test_vanishing_gradient_adds_its_immediate_derivative(readout):
    """The same numbers by a tape over plain NumPy: with r' = tanh(W r + w y), the Jacobian is diag(1 - r'²) W."""
    start = network(readout=readout)
    weights = parameters_of(start)
    penalty = ns.trainers.VanishingGradient(strength=0.7)
    trainer = QUICK.replace(
        epochs=1, trials_per_epoch=8, optimizer=SGD(0.1), clipping=None, train=("recurrent",)
    )
    plain = trainer.fit(start, TASK, rng=5)
    judged = trainer.replace(penalties=(penalty,)).fit(start, TASK, rng=5)
    (trials,) = batches_of(trainer, rng=5).epoch(0)

    def currents(recurrent, rates):
        return anp.dot(rates, recurrent.T) + np.dot(trials.inputs, weights["input_weights"].T)

    def loss(changes):
        rates, outputs = np.zeros((8, 12)), []
        for k in range(trials.steps):
            drive = anp.dot(rates, weights["recurrent"].T) + np.dot(
                trials.inputs[:, k], weights["input_weights"].T
            )
            rates = anp.tanh(drive) + changes[:, k]
            outputs.append(anp.dot(rates, weights["readout_weights"].T))
        outputs = anp.stack(outputs, axis=1)
        outputs = 1.0 / (1.0 + anp.exp(-outputs)) if readout == "logistic" else outputs
        return anp.mean(trials.mask * (outputs - trials.targets) ** 2)

    # the total derivative with respect to the state after a step is that with respect to a push there
    adjoints = autograd.grad(loss)(np.zeros((8, trials.steps, 12)))
    run = ns.simulate(start, **trials.simulation, initial_state=np.zeros(12), progress=False)

    def omega(recurrent):
        slopes = 1.0 - anp.tanh(currents(recurrent, run.rates[:, :-1])) ** 2
        earlier = anp.dot(slopes * adjoints, recurrent)
        ratio = anp.sum(earlier**2, axis=-1) / np.sum(adjoints**2, axis=-1)
        return 0.7 * anp.mean((ratio - 1.0) ** 2)

    assert judged.history["penalty"][0] == pytest.approx(omega(weights["recurrent"]), rel=1e-9)
    difference = plain.last.recurrent.dense() - judged.last.recurrent.dense()
    np.testing.assert_allclose(
        difference, 0.1 * autograd.grad(omega)(weights["recurrent"]), rtol=1e-7, atol=1e-12
    )


def test_vanishing_gradient_needs_recurrent_weights_that_are_trained():
    trainer = QUICK.replace(penalties=(ns.trainers.VanishingGradient(),), train=("bias",))
    with pytest.raises(ParameterError, match="changes recurrent only, and train names bias only"):
        trainer.fit(network(), TASK, rng=1)


class Rectified:
    """No bias below zero."""

    def project(self, parameters, before):
        assert all(np.all(value >= 0.0) for value in [before["bias"]])
        return {**parameters, "bias": np.maximum(parameters["bias"], 0.0)}


def test_projection_follows_every_update():
    training = QUICK.replace(projections=(Rectified(),)).fit(network(), TASK, rng=2)
    assert training.last.bias.min() == 0.0
    assert QUICK.fit(network(), TASK, rng=2).last.bias.min() < 0.0


# the same seed, the same bits


def test_same_seed_same_weights_and_another_seed_others():
    trainings = [QUICK.fit(network(), TASK, rng=rng) for rng in (1, 1, 2)]
    assert trainings[0].last.equals(trainings[1].last)
    assert trainings[0].history.equals(trainings[1].history)
    assert not trainings[0].last.equals(trainings[2].last)


@pytest.mark.parametrize("change", [{"threads": 2}, {"memory": 0.2}])
def test_threads_and_memory_do_not_change_a_bit(change):
    trainer = QUICK.replace(trials_per_epoch=64, batch_size=32, noise=ns.WhiteNoise(density=0.1))
    one, other = (chosen.fit(network(), TASK, rng=4) for chosen in (trainer, trainer.replace(**change)))
    assert one.last.equals(other.last)
    assert one.history.equals(other.history)


def test_noise_differs_between_updates_and_seeds():
    # the loss of a network that does not learn varies with the noise alone where the trials are fixed
    trainer = QUICK.replace(
        epochs=3, trials_per_epoch=8, fresh=False, optimizer=SGD(1e-300), noise=ns.WhiteNoise(density=0.1)
    )
    losses = trainer.fit(network(), TASK, rng=1).history["loss"]
    assert len(set(losses)) == 3
    silent = trainer.replace(noise=None).fit(network(), TASK, rng=1).history["loss"]
    # another order of the trials changes the rounding of their mean
    np.testing.assert_allclose(silent, silent[0], rtol=1e-12)


# which network is best


def test_best_network_has_the_lowest_loss_on_held_out_trials():
    # a rate at which the loss goes up and down
    trainer = QUICK.replace(epochs=6, validation=20, optimizer=SGD(1.0))
    training = trainer.fit(network(), TASK, rng=1)
    losses = training.history["validation_loss"]
    assert 0 < losses.argmin() < 5, "the case says nothing when the last epoch is the best"
    held_out = batches_of(trainer, rng=1).held_out(20)
    sizes = [len(part) for part in held_out]
    assert sizes == [8, 8, 4]
    for net, expected in ((training.best, losses.min()), (training.last, losses[-1])):
        found = np.average([simulated_loss(net, part) for part in held_out], weights=sizes)
        assert found == pytest.approx(expected, rel=1e-12)
    assert training.network is training.best


def test_without_held_out_trials_the_lowest_loss_of_training_counts():
    full = QUICK.replace(epochs=6, optimizer=SGD(1.0)).fit(network(), TASK, rng=1)
    lowest = int(full.history["loss"].argmin())
    assert lowest < 5
    shorter = QUICK.replace(epochs=lowest + 1, optimizer=SGD(1.0)).fit(network(), TASK, rng=1)
    assert full.best.equals(shorter.last)


# when it ends


@pytest.mark.parametrize(
    ("settings", "reason", "epochs"),
    [
        ({"stopping": Stopping(loss=100.0)}, "loss is at most 100", 1),
        ({"stopping": Stopping(accuracy=1e-9)}, "accuracy is at least 1e-09", 1),
        (
            {"stopping": PATIENT, "optimizer": SGD(1e-30), "fresh": False, "trials_per_epoch": 8},
            "not lower for 3 epochs",
            4,
        ),
        ({}, "all 6 epochs are done", 6),
    ],
)
def test_ends_when_it_should(settings, reason, epochs):
    # in float32 such a small rate changes nothing, and a batch of all trials in float32 sums in one order
    start = network(dtype="float32") if settings.get("stopping") is PATIENT else network()
    trainer = QUICK.replace(epochs=6, **settings)
    if settings.get("stopping") is PATIENT:
        trainer = trainer.replace(loss=lambda run, _: 0.0 * anp.sum(run.outputs) + 1.0)
    training = trainer.fit(start, TASK, rng=1)
    assert reason in training.reason
    assert training.complete
    assert training.history.length == epochs


def test_curriculum_enters_the_next_stage_at_the_pass_accuracy():
    stages = (Echo(response=2.0), Echo(response=4.0))
    trainer = QUICK.replace(
        epochs=12, trials_per_epoch=40, optimizer=Adam(3e-3), curriculum=Curriculum(stages, 0.95)
    )
    training = trainer.fit(network(20), TASK, rng=1)
    stage, accuracy = training.history["stage"], training.history["accuracy"]
    assert (stage[0], stage[-1]) == (0.0, 2.0)
    assert np.count_nonzero(stage == 0.0) > 1, "the first stage was too easy to say anything"
    np.testing.assert_array_equal(np.diff(stage), np.where(stage[:-1] < 2.0, accuracy[:-1] >= 0.95, 0.0))
    # losses of another task do not compare: only epochs of the last stage count
    final = np.flatnonzero(stage == 2.0)
    lowest = final[training.history["loss"][final].argmin()]
    shorter = trainer.replace(epochs=int(lowest) + 1).fit(network(20), TASK, rng=1)
    assert training.best.equals(shorter.last)
    assert training.task == TASK


def test_curriculum_stays_in_a_stage_below_the_pass_accuracy():
    never = lambda run, trials: anp.mean((run.outputs + trials.targets) ** 2)  # noqa: E731
    trainer = QUICK.replace(epochs=3, curriculum=Curriculum((Echo(response=2.0),), 1.0), loss=never)
    training = trainer.fit(network(), TASK, rng=1)
    np.testing.assert_array_equal(training.history["stage"], 0.0)
    assert "in stage 1 of 2" in training.reason


def test_fixed_trials_are_drawn_once_and_shuffled():
    shown = []

    def watching(run, trials):
        shown.append(trials.conditions["strength"])
        return MeanSquaredError()(run, trials)

    QUICK.replace(fresh=False, loss=watching).fit(network(), TASK, rng=1)
    first, second = np.concatenate(shown[:3]), np.concatenate(shown[3:])
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(np.sort(first), np.sort(second))
    shown.clear()
    QUICK.replace(loss=watching).fit(network(), TASK, rng=1)
    assert len(np.unique(np.concatenate(shown))) == 48


def test_held_out_trials_are_never_shown():
    shown = []

    def watching(run, trials):
        shown.append(trials.conditions["strength"])
        return MeanSquaredError()(run, trials)

    QUICK.replace(loss=watching, validation=16).fit(network(), TASK, rng=1)
    # 24 to learn from in 3 batches, then 16 held out in 2, twice
    trained = np.concatenate([*shown[0:3], *shown[5:8]])
    held_out = np.concatenate([*shown[3:5]])
    np.testing.assert_array_equal(held_out, np.concatenate(shown[8:10]))
    assert not set(trained) & set(held_out)


class Bar:
    """A bar that remembers what it was told."""

    def __init__(self):
        self.done, self.said = 0, []

    def update(self, n):
        self.done += n

    def set_postfix_str(self, s, refresh=True):
        assert not refresh, "drawing at every update costs more than a small update"
        self.said.append(s)


def test_progress_counts_updates_and_shows_loss_and_accuracy(monkeypatch):
    bar, totals = Bar(), []

    @contextmanager
    def shown(total, *_):
        totals.append(total)
        yield bar

    monkeypatch.setattr("neurosim.trainers.gradient_trainer.progress_bar", shown)
    first = QUICK.replace(epochs=1, trials_per_epoch=8).fit(network(), TASK, rng=1)
    assert bar.said == [f"loss {first.history['loss'][0]:.3g}, accuracy {first.history['accuracy'][0]:.2f}"]
    training = QUICK.fit(network(), TASK, rng=1)
    QUICK.replace(epochs=5).fit(network(), TASK, rng=1, resume=training)
    assert totals == [1, 6, 9]
    assert bar.done == 16


# when it goes wrong


def test_interruption_returns_the_partial_result_and_can_be_resumed():
    calls = []

    def patient(run, trials):
        calls.append(1)
        if len(calls) == 5:  # the second update of the second epoch
            raise KeyboardInterrupt
        return MeanSquaredError()(run, trials)

    trainer = QUICK.replace(epochs=3, loss=patient)
    with pytest.warns(
        InterruptionWarning, match=r"interrupted in epoch 2 of 3; the partial result is returned"
    ):
        training = trainer.fit(network(), TASK, rng=1)
    assert not training.complete
    assert training.history.length == 1
    first = QUICK.replace(epochs=1).fit(network(), TASK, rng=1)
    assert training.best.equals(first.last)
    assert not training.last.equals(first.last), "the update of the second epoch is kept"
    resumed = trainer.fit(network(), TASK, rng=1, resume=training)
    assert resumed.complete
    assert resumed.last.equals(QUICK.replace(epochs=3).fit(network(), TASK, rng=1).last)


def test_non_finite_loss_stops_and_keeps_the_best():
    calls = []

    def breaking(run, trials):
        calls.append(1)
        return MeanSquaredError()(run, trials) * (np.nan if len(calls) == 5 else 1.0)

    with pytest.warns(
        StabilityWarning,
        match=r"loss became nan at update 5 \(epoch 2\)\. The best .* lower learning rate than",
    ):
        training = QUICK.replace(loss=breaking).fit(network(), TASK, rng=1)
    assert not training.complete
    assert training.best.equals(QUICK.replace(epochs=1).fit(network(), TASK, rng=1).last)
    assert np.isfinite(training.last.recurrent.dense()).all()


def _huge(run, trials):
    """A loss whose gradient is beyond the 3e38 of float32, and which is clipped where it is not."""
    return 1e45 * MeanSquaredError()(run, trials)


def test_a_gradient_too_large_for_float32_is_clipped_in_float64():
    trainer = QUICK.replace(loss=_huge, clipping=ClipNorm(1.0))
    assert trainer.fit(network(), TASK, rng=1).complete
    with pytest.warns(StabilityWarning, match='Try dtype="float64", which has a larger range, a lower'):
        assert not trainer.fit(network(dtype="float32"), TASK, rng=1).complete


@pytest.mark.parametrize("validation", [0, 4])
def test_a_loss_that_ignores_outputs_does_not_mind_their_overflow(validation):
    """Outputs of 12 rates times the largest numbers are infinite; the rates that are lowered are not."""
    start = network(readout_weights=np.full((1, 12), 1.7e308))
    trainer = ns.BPTT(
        dt=1.0,
        epochs=2,
        trials_per_epoch=8,
        validation=validation,
        loss=lambda run, _: anp.mean(run.rates**2),
        train=("input_weights",),
    )
    with np.errstate(over="ignore", invalid="ignore"):
        training = trainer.fit(start, Echo(), rng=0)
    assert training.complete
    assert training.history["loss"][1] < training.history["loss"][0]
    assert np.isnan(training.history["accuracy"]).all()
    if validation:
        assert np.isfinite(training.history["validation_loss"]).all()
        assert np.isnan(training.history["validation_accuracy"]).all()


def test_divergence_of_the_weights_stops_too():
    trainer = QUICK.replace(optimizer=SGD(1e200), clipping=None)
    with pytest.warns(StabilityWarning, match=r"(became|must be finite) .*at update 2"):
        training = trainer.fit(network(), TASK, rng=1)
    assert not training.complete


def _short_time_constants(run, _):
    return anp.sum(run.parameters["neuron.tau"])


def test_time_constants_below_zero_stop_the_training_at_the_last_possible_network():
    # the slope is 1, so tau is 1, 0.7, 0.4, 0.1 and then -0.2
    trainer = QUICK.replace(
        train=("neuron.tau",), loss=_short_time_constants, optimizer=SGD(0.3), clipping=None
    )
    with pytest.warns(
        StabilityWarning,
        match=r"at update 4 \(epoch 2\) LeakyRate.tau must be positive \(got -0.2.*\); .* AtLeast, among .* a bound",
    ):
        training = trainer.fit(network(), TASK, rng=1)
    assert not training.complete
    assert training.last.neuron.tau == pytest.approx(0.1)
    bounded = trainer.replace(constraints=(AtLeast(0.25),)).fit(network(), TASK, rng=1)
    assert bounded.complete
    # below the bound the slope has the other sign: 1, 0.7, 0.4, 0.4 = 0.5 - 0.1, 0.4, ...
    assert bounded.last.neuron.tau == pytest.approx(0.4)


def _around_minus_one(run, _):
    return (run.parameters["neuron.tau"] + 1.0) ** 2


def test_a_search_that_ends_at_an_impossible_time_constant_stops_too():
    search = QUICK.replace(
        epochs=1, train=("neuron.tau",), optimizer=LBFGS(iterations=3), loss=_around_minus_one
    )
    start = network().replace(neuron=ns.LeakyRate("tanh", tau=1.5))
    with pytest.warns(StabilityWarning, match=r"LeakyRate.tau must be positive \(got -.*\)"):
        training = search.fit(start, TASK, rng=1)
    assert not training.complete
    assert training.last.neuron.tau == 1.5


def _assigning(run, _):
    outputs = run.outputs
    outputs[:, 0] = 0.0
    return anp.mean(outputs**2)


def _of_each_trial(run, _):
    return anp.mean(run.outputs**2, axis=(1, 2))


@pytest.mark.parametrize(
    ("loss", "error", "message"),
    [
        (_assigning, ParameterError, r"must not assign into an array .* np\.where, np\.concatenate"),
        (_of_each_trial, ShapeError, r"value must be one number \(got shape \(8,\)\)"),
        (lambda *_: 1.0, ParameterError, "depend on at least one of recurrent, input_weights"),
        (lambda _, trials: float(np.mean(trials.targets)), ParameterError, "depend on at least one of"),
    ],
)
def test_invalid_losses(loss, error, message):
    with pytest.raises(error, match=message):
        QUICK.replace(loss=loss).fit(network(), TASK, rng=1)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"epochs": 0}, ParameterError, r"BPTT\.epochs must be at least 1 \(got 0\)"),
        (
            {"trials_per_epoch": 2.5},
            ParameterError,
            r"BPTT\.trials_per_epoch must be a whole number \(got 2\.5\)",
        ),
        ({"batch_size": 0}, ParameterError, r"BPTT\.batch_size must be at least 1 \(got 0\)"),
        ({"validation": -1}, ParameterError, r"BPTT\.validation must be at least 0 \(got -1\)"),
        ({"dt": 0.0}, ParameterError, r"BPTT\.dt must be positive \(got 0\.0\)"),
        ({"dt": np.nan}, ParameterError, r"BPTT\.dt must be finite \(got nan\)"),
        ({"stopping": 0.1}, ParameterError, r"BPTT\.stopping must be a Stopping \(got 0\.1\)"),
        ({"optimizer": "adam"}, ParameterError, r"optimizer must be an Optimizer \(got 'adam'\); try Adam"),
        ({"loss": "mse"}, ParameterError, r"BPTT\.loss must be callable .* \(got 'mse'\)"),
        ({"loss": MeanSquaredError}, ParameterError, r"try MeanSquaredError\(\)"),
        ({"penalties": 1.0}, ParameterError, r"BPTT\.penalties must be a tuple \(got 1\.0\)"),
        ({"penalties": (1.0,)}, ParameterError, r"BPTT\.penalties\[0\] must be callable .* \(got 1\.0\)"),
        (
            {"penalties": (lambda run: run,)},
            ParameterError,
            r"BPTT\.penalties\[0\] must be callable with \(run, trials\) \(got arguments \(run\): too many",
        ),
        (
            {"loss": lambda run, trials, scale: (run, trials, scale)},
            ParameterError,
            r"BPTT\.loss .* missing a required argument: 'scale'",
        ),
        ({"constraints": (abs,)}, ParameterError, r"BPTT\.constraints\[0\] must have a method 'effective'"),
        ({"projections": (abs,)}, ParameterError, r"BPTT\.projections\[0\] must have a method 'project'"),
        ({"train": 3}, ParameterError, r"BPTT\.train must be a name or several \(got 3\)"),
        ({"train": ()}, ParameterError, r"BPTT\.train must have at least one name"),
        ({"curriculum": TASK}, ParameterError, r"BPTT\.curriculum must be a Curriculum \(got Echo"),
        (
            {"optimizer": LBFGS(), "projections": (Rectified(),)},
            ParameterError,
            r"single updates to be combined with projections \(got LBFGS\(\)",
        ),
        (
            {"optimizer": LBFGS(), "penalties": (VanishingGradient(),)},
            ParameterError,
            r"single updates to be combined with VanishingGradient",
        ),
        ({"epoch": 3}, UnknownKeywordError, r"BPTT takes no keyword 'epoch'\. Did you mean 'epochs'"),
    ],
)
def test_invalid_settings(settings, error, message):
    with pytest.raises(error, match=message):
        ns.BPTT(**settings)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Stopping(loss=-1.0), r"Stopping\.loss must be positive \(got -1\.0\)"),
        (lambda: Stopping(accuracy=95), r"Stopping\.accuracy must be at most 1"),
        (lambda: Stopping(patience=0), r"Stopping\.patience must be at least 1 \(got 0\)"),
        (lambda: Curriculum((1,)), r"Curriculum\.tasks\[0\] must be a Task \(got 1\)"),
        (lambda: Curriculum("And"), r"Curriculum\.tasks must be a tuple of tasks \(got 'And'\)"),
        (lambda: Curriculum((TASK,), pass_accuracy=1.5), r"Curriculum\.pass_accuracy must be at most 1"),
    ],
)
def test_invalid_criteria(make, message):
    with pytest.raises(ParameterError, match=message):
        make()


def test_one_part_counts_as_a_tuple_of_one():
    single = ns.BPTT(train="bias", penalties=L2(1e-3), constraints=AtLeast(0.1))
    assert single == ns.BPTT(train=("bias",), penalties=(L2(1e-3),), constraints=(AtLeast(0.1),))
    assert Curriculum(TASK) == Curriculum((TASK,))


@pytest.mark.parametrize("rate", [0.0, np.nan, -1.0])
def test_invalid_learning_rates(rate):
    with pytest.raises(ParameterError, match=r"Adam\.learning_rate must be (positive|finite)"):
        ns.BPTT(optimizer=Adam(rate))


def test_unknown_parameter_to_train_suggests_the_nearest():
    with pytest.raises(UnknownNameError, match=r"BPTT.train: .*'biases'.*Did you mean 'bias'"):
        QUICK.replace(train=("biases",)).fit(network(), TASK, rng=1)


@pytest.mark.parametrize(
    ("channels", "message"),
    [
        (
            {"inputs": ("left", "right"), "outputs": ("sign",)},
            r"inputs of the network must be those of Echo, \('pulse'\) \(got \('left', 'right'\)\)",
        ),
        (
            {"inputs": ("pulse",), "outputs": 3},
            r"those of Echo, \('sign'\) .*; make .* outputs=task\.outputs",
        ),
    ],
)
def test_channels_that_do_not_match(channels, message):
    wrong = ns.Network(ns.LeakyRate("tanh"), ns.Orthogonal(), 12, rng=0, **channels)
    with pytest.raises(ShapeError, match=message):
        QUICK.fit(wrong, TASK, rng=1)


def test_channels_of_every_stage_of_a_curriculum_have_to_match():
    with pytest.raises(ShapeError, match="those of And, "):
        QUICK.replace(curriculum=Curriculum((ns.tasks.And(),))).fit(network(), TASK, rng=1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((network, TASK), r"network must be a Network \(got a function\)"),
        ((network(), Echo), r"task must be a Task \(got an ABCMeta\)"),
    ],
)
def test_invalid_arguments(arguments, message):
    with pytest.raises(ParameterError, match=message):
        QUICK.fit(*arguments, rng=1)


@dataclass(frozen=True)
class Scaled(Echo):
    """Trials with targets and mask times a number."""

    target: float = 1.0
    weight: float = 1.0

    def trials(self, count, dt, rng=None):
        good = super().trials(count, dt, rng)
        with np.errstate(divide="ignore", invalid="ignore"):
            targets = good.targets / self.target
        return Trials(self, dt, good.inputs, targets, mask=self.weight * good.mask, epochs=good.epochs)


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (Scaled(target=0.0), r"targets\[0, 0, 0\] must be finite \(got nan\)"),
        (Scaled(weight=0.0), "mask must be non-negative and positive somewhere .got 0 everywhere"),
    ],
)
def test_invalid_trials(task, message):
    with pytest.raises(ParameterError, match=message):
        QUICK.fit(network(), task, rng=1)


def test_task_that_returns_something_else():
    class NoTrials(Echo):
        def trials(self, count, *_):
            return np.zeros((count, 10, 1))

    with pytest.raises(
        ParameterError, match=r"NoTrials\.trials\(.*\) must return 1 Trials \(got an ndarray\)"
    ):
        QUICK.fit(network(), NoTrials(), rng=1)


def test_unknown_keyword_of_fit_suggests_the_nearest():
    with pytest.raises(UnknownKeywordError, match=r"Did you mean 'resume'"):
        QUICK.fit(network(), TASK, rng=1, resumed="x.npz")
