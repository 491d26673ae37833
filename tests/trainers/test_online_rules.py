"""Online rules: what each of them promises, beside backpropagation through time."""

import dataclasses
import tracemalloc
import warnings

import numpy as np
import pytest
import tiny
from numpy.testing import assert_allclose, assert_array_equal

import neurosim as ns
from neurosim.errors import InterruptionWarning, ParameterError, ShapeError, UnknownNameError
from neurosim.testing import check_trainer
from neurosim.trainers import (
    L1,
    L2,
    LBFGS,
    RFLO,
    RTRL,
    SGD,
    Adam,
    CrossEntropy,
    Dale,
    EProp,
    JacobianPenalty,
    NodePerturbation,
    Projected,
    RateL1,
    RateL2,
    VanishingGradient,
)

TASK = tiny.Echo()
SHORT = {"epochs": 2, "trials_per_epoch": 12, "batch_size": 4, "dt": 1.0, "optimizer": Adam(3e-3)}
RULES = [RFLO, EProp, RTRL, NodePerturbation]
SEED = np.random.SeedSequence(4)


def network(neuron=None, connectivity=None, size=10):
    neuron = ns.LeakyRate("tanh", tau=3.0) if neuron is None else neuron
    connectivity = ns.Gaussian(1.2) if connectivity is None else connectivity
    return ns.Network(neuron, connectivity, size, inputs=TASK.inputs, outputs=TASK.outputs, rng=0)


def gradients(trainer, start, trials, seed=None):
    """Loss, penalty and gradients of one batch."""
    objective = trainer._objective(start, SEED)
    found = objective.differentiate(objective.start(), trials, seed)
    return found.loss, found.penalty, found.gradients


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_obeys_the_rules_of_trainers(rule):
    assert len(check_trainer(rule(**{**SHORT, "epochs": 1}))) == 8


@pytest.mark.parametrize("noise", [None, ns.WhiteNoise(0.2)], ids=["no noise", "noise"])
def test_rtrl_trains_as_backpropagation_through_time_does(noise):
    mask = np.random.default_rng(0).random((10, 10)) < 0.5
    start = network().replace(
        recurrent=ns.Operator(np.where(mask, network().recurrent.dense(), 0.0), pattern=mask)
    )
    settings = {**SHORT, "penalties": (L2(0.1), RateL2(0.1), RateL1(0.1)), "noise": noise}
    forward, back = RTRL(**settings).fit(start, TASK, rng=1), ns.BPTT(**settings).fit(start, TASK, rng=1)
    for name in ("loss", "penalty", "gradient_norm"):
        assert_allclose(forward.history[name], back.history[name], rtol=1e-10)
    # Adam divides by the root of squared gradients, which may be small
    for name in ("input_weights", "bias", "readout_weights", "readout_bias"):
        assert_allclose(getattr(forward.last, name), getattr(back.last, name), rtol=0, atol=1e-10)
    assert_allclose(forward.last.recurrent.dense(), back.last.recurrent.dense(), rtol=0, atol=1e-10)
    assert not forward.last.recurrent.dense()[~mask].any()


def test_rflo_is_e_prop_with_its_own_feedback_for_leaky_units():
    feedback, trials = np.random.default_rng(0).standard_normal((10, 1)), TASK.trials(6, 1.0, rng=2)
    for form in (ns.LeakyRate("tanh", tau=3.0), ns.LeakyCurrent("tanh", tau=3.0)):
        one = gradients(RFLO(**SHORT, feedback=feedback), network(form), trials)[2]
        other = gradients(EProp(**SHORT, feedback=feedback), network(form), trials)[2]
        assert all((one[name] == other[name]).all() for name in one)


@pytest.mark.parametrize("rule", [RFLO, EProp])
def test_feedback_through_the_readout_without_recurrent_weights_is_the_gradient(rule):
    start = network().replace(recurrent=ns.Operator(np.zeros((10, 10))))
    settings = {**SHORT, "penalties": (L1(0.1, names="input_weights"), RateL2(0.1, form="half_sum"))}
    trials = TASK.trials(6, 1.0, rng=2)
    exact = gradients(ns.BPTT(**settings), start, trials)
    found = gradients(rule(**settings, feedback="symmetric"), start, trials)
    assert_allclose(found[:2], exact[:2], rtol=1e-12)
    for name, values in exact[2].items():
        assert_allclose(found[2][name], values, rtol=0, atol=1e-12 * max(np.abs(values).max(), 1e-3))


def test_e_prop_follows_the_slow_variable_that_rflo_refuses():
    """The trace of adaptation reaches over a delay that is long beside the time constant of the unit."""
    neuron = ns.Adaptive("tanh", tau=3.0, tau_adaptation=30.0, strength=0.5)
    start = network(neuron)
    with pytest.raises(
        ParameterError,
        match=r"RFLO must have units of one variable, .*\(got Adaptive, with x, a\); try EProp",
    ):
        RFLO(**SHORT).fit(start, TASK, rng=0)
    silent = start.replace(recurrent=ns.Operator(np.zeros((10, 10))))
    trials = TASK.trials(6, 1.0, rng=2)
    exact, found = (gradients(r, silent, trials)[2] for r in (ns.BPTT(**SHORT), EProp(**SHORT)))
    assert_allclose(found["input_weights"], exact["input_weights"], rtol=1e-10)


def test_adaptive_feedback_approaches_the_readout_at_the_rate_of_the_decay():
    """Both change by the same gradient, so that their difference decays by (1 - rate * decay) with each update."""
    rate, decay = 0.05, 0.4
    trainer = EProp(**{**SHORT, "optimizer": SGD(rate), "clipping": None}, feedback="adaptive", decay=decay)
    training = trainer.fit(network(), TASK, rng=1)
    before = trainer._objective(network(), training.seed).start()
    after = training.state["free"]
    gap = [each["feedback"] - each["readout_weights"].T for each in (before, after)]
    updates = 2 * 3
    assert_allclose(gap[1], gap[0] * (1.0 - rate * decay) ** updates, rtol=1e-10)
    with pytest.raises(ParameterError, match=r"EProp\.train must include 'readout_weights' with"):
        EProp(feedback="adaptive", train="recurrent")


def test_node_perturbation_estimates_the_gradient_without_bias():
    """The mean of many estimates projected on the gradient is its squared norm; an estimate of n numbers in all has
    the variance |g|² |dL/du|², so that four times as many samples halve the error.
    """
    start, trials = network(size=6), TASK.trials(2, 1.0, rng=2)
    exact = gradients(ns.BPTT(**SHORT), start, trials)[2]
    names = ("recurrent", "input_weights", "bias")
    flat = lambda found: np.concatenate([found[name].ravel() for name in names])  # noqa: E731
    true, errors = flat(exact), []
    for samples in (125, 2000):
        rule = NodePerturbation(**SHORT, size=1e-4, samples=samples)
        found = gradients(rule, start, trials, SEED)[2]
        errors.append(np.linalg.norm(flat(found) - true) / np.linalg.norm(true))
        for name in ("readout_weights", "readout_bias"):
            assert_allclose(found[name], exact[name], rtol=1e-10)
    # sixteen times as many: a quarter, give or take the spread of a norm of some fifty numbers
    assert errors[1] < 0.4 * errors[0]
    assert errors[1] < 0.35


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("kind", ["pattern", "sparse", "low rank"])
def test_no_rule_creates_a_connection(rule, kind):
    mask = np.random.default_rng(0).random((10, 10)) < 0.4
    vectors = np.random.default_rng(1).standard_normal((2, 10))
    start = {
        "pattern": lambda: network().replace(
            recurrent=ns.Operator(np.where(mask, network().recurrent.dense(), 0.0), pattern=mask)
        ),
        "sparse": lambda: network(connectivity=ns.Sparse(0.3)),
        "low rank": lambda: network(connectivity=ns.LowRank(*vectors)),
    }[kind]()
    trained = rule(**SHORT).fit(start, TASK, rng=1).last
    before, after = start.recurrent, trained.recurrent
    assert not after.equals(before)
    assert after.rank == before.rank
    assert after.kind_of_base == before.kind_of_base
    if kind != "low rank":
        assert not after.dense()[before.dense() == 0.0].any()


@pytest.mark.parametrize("rule", RULES)
def test_constraints_and_projections_hold(rule):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for more in (
            {"constraints": (Dale(excitatory=0.5),)},
            {"projections": (Projected(Dale(excitatory=0.5)),)},
        ):
            weights = rule(**SHORT, **more).fit(network(), TASK, rng=1).last.recurrent.dense()
            assert (weights[:, :5] >= 0.0).all()
            assert (weights[:, 5:] <= 0.0).all()


@pytest.mark.parametrize("rule", RULES)
def test_only_what_is_named_is_trained(rule):
    start = network()
    trained = rule(**SHORT, train=("recurrent",)).fit(start, TASK, rng=1).last
    assert not trained.recurrent.equals(start.recurrent)
    for name in ("input_weights", "bias", "readout_weights", "readout_bias"):
        assert_array_equal(getattr(trained, name), getattr(start, name))


@pytest.mark.parametrize("rule", RULES)
def test_ctrl_c_keeps_what_was_done_and_the_rest_can_follow(rule, monkeypatch, tmp_path):
    trainer = rule(**SHORT, checkpoint=str(tmp_path / "training.npz"))
    whole = rule(**SHORT).fit(network(), TASK, rng=1)
    accept, count = ns.trainers.descent.Descent.accept, []

    def interrupted(self, *arguments, **settings):
        count.append(1)
        if len(count) == 5:
            raise KeyboardInterrupt
        accept(self, *arguments, **settings)

    monkeypatch.setattr("neurosim.trainers.descent.Descent.accept", interrupted)
    with pytest.warns(InterruptionWarning, match="interrupted in epoch 2 of 2"):
        part = trainer.fit(network(), TASK, rng=1)
    assert (part.status, part.history.length) == ("interrupted", 1)
    for former in (part, tmp_path / "training.npz"):
        rest = trainer.fit(network(), TASK, resume=former)
        assert rest.complete
        assert rest.last.equals(whole.last)
        assert rest.history.equals(whole.history)


@pytest.mark.parametrize("rule", RULES)
def test_memory_does_not_grow_with_the_length_of_a_trial(rule):
    """Beyond inputs, targets and outputs, which have one number a step each, and copies of them."""
    more = {} if rule is NodePerturbation else {"memory": 0.1}
    start, peaks = network(size=10 if rule is RTRL else 40), []
    for length in (100.0, 800.0):
        trials = tiny.Echo(stimulus=length, response=length).trials(1, 1.0, rng=2)
        objective = rule(**SHORT, **more)._objective(start, SEED)
        free = objective.start()
        tracemalloc.start()
        objective.differentiate(free, trials, SEED)
        peaks.append(tracemalloc.get_traced_memory()[1] - 12 * trials.targets.nbytes)
        tracemalloc.stop()
    # all rates of the longer trial would be 0.5 MB (RTRL: 0.13 MB)
    assert peaks[1] < peaks[0] + 0.06e6


def test_losses_of_other_readouts_have_the_same_gradients():
    """Cross-entropy reaches the rules as the difference of probabilities."""
    task = tiny.Echo()
    start = network().replace(readout="logistic")
    trials = task.trials(6, 1.0, rng=2)
    trials = dataclasses.replace(trials, targets=(trials.targets > 0.0).astype(float))
    settings = {**SHORT, "loss": ns.trainers.BinaryCrossEntropy(average="mask")}
    exact, found = (gradients(rule(**settings), start, trials) for rule in (ns.BPTT, RTRL))
    assert_allclose(found[0], exact[0], rtol=1e-12)
    assert_allclose(found[2]["recurrent"], exact[2]["recurrent"], rtol=0, atol=1e-12)


def some_penalty(*_):
    return 0.0


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        (
            {"penalties": (JacobianPenalty(),)},
            r"{}.penalties\[0\] must depend on weights alone .*JacobianPenalty",
        ),
        (
            {"penalties": (L2(), VanishingGradient())},
            r"{}.penalties\[1\] must .*VanishingGradient.* while a trial runs",
        ),
        (
            {"penalties": (some_penalty,)},
            r"{}.penalties\[0\] must .*some_penalty.*try L2\(\) or RateL2\(\), or BPTT",
        ),
        ({"loss": some_penalty}, r"{}.loss must be a sum over steps.*some_penalty.*try MeanSquaredError\(\)"),
        ({"optimizer": LBFGS()}, r"{}.optimizer must make single updates .*try Adam"),
        ({"train": "neuron.tau"}, r"{}.train must name weights and biases.*'neuron.tau'.*try BPTT"),
        ({"epochs": 0}, r"{}.epochs must be at least 1 \(got 0\)"),
        ({"threads": 0}, r"{}.threads must be at least 1 \(got 0\)"),
        ({"constraints": (3,)}, r"{}.constraints\[0\] must have a method 'effective'"),
    ],
)
def test_bad_settings_are_named(rule, settings, complaint):
    with pytest.raises(ParameterError, match=complaint.format(rule.__name__)):
        rule(**settings)


@pytest.mark.parametrize(
    ("call", "error", "complaint"),
    [
        (lambda: RFLO(feedback="adaptive"), UnknownNameError, "RFLO.feedback = 'adaptive' is unknown"),
        (
            lambda: RFLO(feedback=[1.0]),
            ParameterError,
            r"RFLO.feedback must be one of .*shape \(units, outputs\)",
        ),
        (lambda: RFLO(memory=0.0), ParameterError, "RFLO.memory must be positive"),
        (lambda: EProp(decay=-1.0), ParameterError, "EProp.decay must not be negative"),
        (lambda: RTRL(memory=-1.0), ParameterError, "RTRL.memory must be positive"),
        (lambda: NodePerturbation(size=0.0), ParameterError, "NodePerturbation.size must be positive"),
        (
            lambda: NodePerturbation(samples=0),
            ParameterError,
            "NodePerturbation.samples must be at least 1",
        ),
        (
            lambda: NodePerturbation(noise=ns.WhiteNoise(0.1)),
            ParameterError,
            "NodePerturbation.noise must be None",
        ),
        (
            lambda: EProp(**SHORT, feedback=np.ones((3, 1))).fit(network(), TASK, rng=0),
            ShapeError,
            r"EProp.feedback must have shape \(10, 1\), units and outputs \(got \(3, 1\)\)",
        ),
        (
            lambda: RTRL(**SHORT, loss=CrossEntropy()).fit(network(), TASK, rng=0),
            ParameterError,
            "readout must be 'softmax' for CrossEntropy",
        ),
    ],
)
def test_bad_settings_of_one_rule_are_named(call, error, complaint):
    with pytest.raises(error, match=complaint):
        call()


@pytest.mark.slow
def test_readout_weights_align_with_random_feedback():
    """The periodic task of Murray (2019) with 30 units of τ = 10 steps: errors fall in all of nine networks, and the
    readout turns toward the feedback weights, whose angle with it starts at 90 degrees.
    """
    task = ns.tasks.PeriodicPattern(period=100.0, duration=100.0, amplitudes=[1.0, 0.5, 0.0, 0.25])
    trainer = RFLO(
        epochs=15,
        trials_per_epoch=200,
        batch_size=1,
        dt=1.0,
        optimizer=SGD(0.015),
        clipping=None,
        train=("recurrent", "readout_weights"),
        fresh=False,
    )
    falls, cosines = [], []
    for seed in range(9):
        start = ns.Network(
            ns.LeakyRate("tanh", tau=10.0), ns.Gaussian(1.5), 30, outputs=task.outputs, rng=seed
        )
        readout = 0.1 * np.random.default_rng(seed).uniform(-1.0, 1.0, (1, 30)) / np.sqrt(30.0)
        start = start.replace(readout_weights=readout, initial_state=np.full(30, 0.1))
        training = trainer.fit(start, task, rng=seed, progress=False)
        estimator = trainer._estimator(start, training.seed)
        feedback, learned = estimator._feedback[:, 0], training.last.readout_weights[0]
        falls.append(training.history["loss"][-1] / training.history["loss"][0])
        cosines.append(feedback @ learned / np.linalg.norm(feedback) / np.linalg.norm(learned))
    assert np.median(falls) < 0.3
    # a random direction of 30 numbers has a standard deviation of 0.18
    assert np.median(cosines) > 0.3


def test_parts_of_losses_and_penalties_add_up_to_the_whole():
    start, trials = network(), TASK.trials(5, 1.0, rng=2)
    rng = np.random.default_rng(0)
    outputs, rates = rng.standard_normal(trials.targets.shape), rng.standard_normal((5, trials.steps, 10))
    losses = [
        ns.trainers.MeanSquaredError(),
        ns.trainers.MeanSquaredError(average="mask"),
        ns.trainers.SquaredMaskedError(average="mask"),
    ]
    for loss in losses:
        penalties = (RateL1(0.3), RateL2(0.2), RateL2(0.1, form="half_sum"), L2(0.5))
        terms = ns.trainers.stepwise.StepwiseTerms(start, 1.0, loss, penalties, trials)
        found = [
            terms.of_steps(
                range(a, b),
                range(c, d),
                outputs[a:b, c:d],
                lambda s=(a, b, c, d): rates[s[0] : s[1], s[2] : s[3]],
            )
            for a, b in ((0, 2), (2, 5))
            for c, d in ((0, 3), (3, trials.steps))
        ]
        run = ns.engine.RolloutOutputs(
            start, 1.0, trials.inputs, {}, given={"linear_outputs": outputs, "rates": rates}
        )
        assert_allclose(sum(part[0] for part in found), loss(run, trials), rtol=1e-12)
        expected = sum(penalty(run, trials) for penalty in penalties[:3])
        assert_allclose(sum(part[1] for part in found), expected, rtol=1e-12)
        value, slopes = terms.of_weights({"recurrent": start.recurrent.dense()})
        assert_allclose(value, 0.5 * np.mean(start.recurrent.dense() ** 2), rtol=1e-12)
        assert_allclose(slopes["recurrent"], start.recurrent.dense() / 100.0, rtol=1e-12)
