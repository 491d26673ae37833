"""Published settings: networks and trainers as the authors of a task had them."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import neurosim as ns
from neurosim.errors import ConstraintWarning, ParameterError, UnknownKeywordError, UnknownNameError
from neurosim.parameters import parameters_of, with_parameters
from neurosim.trainers import (
    L2,
    LBFGS,
    SGD,
    Adam,
    AllOf,
    ClipNorm,
    ClipValue,
    CrossEntropy,
    Dale,
    ExponentialDecay,
    Innate,
    MeanSquaredError,
    NonNegative,
    NoSelfConnections,
    RateL2,
    Stopping,
    VanishingGradient,
)

GO, ALL = ns.tasks.yang2019("go"), ns.tasks.yang2019("all")


@pytest.mark.parametrize("task", [GO, ALL], ids=["one rule", "all rules"])
def test_the_network_of_yang_2019(task):
    network = ns.Network.for_task(task, rng=0)
    assert network.neuron == ns.LeakyRate("softplus", tau=100.0)
    assert (network.size, network.readout) == (256, "logistic")
    assert (network.input_names, network.output_names) == (task.inputs, task.outputs)
    assert_array_equal(network.recurrent.dense(), 0.5 * np.eye(256))
    assert not network.bias.any()
    assert not network.readout_bias.any()
    # 21,760 normal numbers of variance 1 / 85, whose mean square is known to 1 %
    assert_allclose(network.input_weights.std(), 85**-0.5, rtol=0.02)
    edge = np.sqrt(6 / (256 + 33))
    assert 0.999 * edge < np.abs(network.readout_weights).max() < edge
    assert_allclose(network.readout_weights.std(), edge / np.sqrt(3), rtol=0.02)


@pytest.mark.parametrize("task", [GO, ALL], ids=["one rule", "all rules"])
def test_the_trainer_of_yang_2019(task):
    trainer = ns.BPTT.for_task(task)
    assert (trainer.dt, trainer.scheme, trainer.batch_size, trainer.fresh) == (20.0, "euler", 64, True)
    assert trainer.optimizer == Adam(1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, epsilon_form="keras")
    assert trainer.clipping == ClipValue(1.0)
    assert trainer.loss == MeanSquaredError()
    assert trainer.penalties == ()
    assert trainer.noise == ns.noise.noise_from_yang2019(0.05, 100.0)
    # at most ten million trials, and a test after every 500 updates
    assert trainer.trials_per_epoch == 500 * 64
    assert 0 <= 10_000_000 - trainer.epochs * trainer.trials_per_epoch < trainer.trials_per_epoch


@pytest.mark.parametrize(
    "task", [ns.tasks.yang2019("go", "driscoll"), ns.tasks.yang2019("all", "driscoll")], ids=["one", "all"]
)
def test_driscoll_2024(task):
    network, trainer = ns.Network.for_task(task, rng=0), ns.BPTT.for_task(task)
    assert network.neuron == ns.LeakyRate("softplus", tau=100.0)
    assert (network.size, network.readout) == (128, "linear")
    assert (len(network.input_names), len(network.output_names)) == (20, 3)
    assert_array_equal(network.recurrent.dense(), np.eye(128))
    assert trainer.clipping is None
    weights = ("input_weights", "recurrent", "readout_weights")
    assert trainer.penalties == (L2(1e-6, weights, "half_sum"), RateL2(1e-6, "half_sum"))
    assert trainer.optimizer == Adam(1e-3, epsilon_form="keras")
    assert trainer.noise == ns.noise.noise_from_yang2019(0.05, 100.0)
    # at most a hundred million trials, and a test after every 10,000 updates
    assert trainer.trials_per_epoch == 10_000 * 64
    assert 0 <= 100_000_000 - trainer.epochs * trainer.trials_per_epoch < trainer.trials_per_epoch


def test_cross_entropy_of_yang_2019():
    plain, other = ns.tasks.yang2019("all"), ns.tasks.yang2019("all", "cross_entropy")
    one, two = (ns.Network.for_task(task, size=30, rng=0) for task in (plain, other))
    assert (one.readout, two.readout) == ("logistic", "softmax")
    assert two.replace(readout="logistic").equals(one)
    assert ns.BPTT.for_task(other) == ns.BPTT.for_task(plain, loss=CrossEntropy())


def test_cross_entropy_learns_go():
    """A tenth of the published network; a direction at random is right in a fifth of the trials."""
    code = ns.tasks.PopulationCode(units=8)
    task = ns.tasks.yang2019("go", "cross_entropy", channels=("go",), code=code)
    network = ns.Network.for_task(task, size=26, dtype="float32", rng=0)
    rate = Adam(5e-3, epsilon_form="keras")
    trainer = ns.BPTT.for_task(task, epochs=2, trials_per_epoch=6400, optimizer=rate, validation=512)
    assert trainer.fit(network, task, rng=0).history["validation_accuracy"][-1] > 0.9


# size, start, sequences that are learned, batch, loss that ends it, recurrent bias
JARNE = {
    "And": (50, ns.Gaussian(1.0), 15_000, 64, 5e-4, False),
    "Or": (50, ns.Orthogonal(1.0), 15_000, 64, 1e-4, False),
    "Xor": (50, ns.Orthogonal(1.0), 15_000, 64, 1e-3, False),
    "Not": (50, ns.Gaussian(1.0), 15_000, 64, 5e-4, True),
    "SetReset": (50, ns.Gaussian(1.0), 25_000, 64, 1e-3, False),
    "TimeReproduction": (50, ns.Orthogonal(1.0), 15_000, 64, 1e-3, False),
    "Oscillation": (50, ns.Orthogonal(1.0), 15_000, 64, 1e-3, False),
    "LogicMultitask": (200, ns.Orthogonal(1.0), 3 * 15_050, 256, 5e-5, False),
    "FlipFlop": (400, ns.Orthogonal(1.0), 2 * 15_050 - 50, 128, 9e-3, False),
}


@pytest.mark.parametrize("name", JARNE)
def test_networks_of_jarne(name):
    size, start, sequences, batch, end, bias = JARNE[name]
    task = getattr(ns.tasks, name)()
    network, trainer = ns.Network.for_task(task, rng=0), ns.BPTT.for_task(task)
    assert (network.size, network.readout, network.connectivity) == (size, "linear", start)
    for weights in (network.input_weights, network.readout_weights):
        assert np.abs(weights).max() < np.sqrt(6 / sum(weights.shape))  # Keras: glorot_uniform
    # a step of dt = tau forgets the state: h' = tanh(W h + W_in x)
    assert network.neuron == ns.LeakyRate("tanh", tau=trainer.dt)
    assert (trainer.trials_per_epoch, trainer.batch_size, trainer.epochs, trainer.fresh) == (
        sequences,
        batch,
        20,
        False,
    )
    assert (trainer.stopping.loss, trainer.clipping, trainer.noise, trainer.penalties) == (
        end,
        None,
        None,
        (),
    )
    assert ("bias" in trainer.train) == bias
    rates = [trainer.optimizer.rate(k) for k in (0, 10_000)]
    assert_allclose(rates, [1e-4, 0.5e-4])


@pytest.mark.parametrize(("streams", "gain"), [(1, 0.85), (2, 0.8)])
def test_integrators_of_the_tutorials(streams, gain):
    task = ns.tasks.NoiseIntegration(streams=streams)
    network, trainer = ns.Network.for_task(task, rng=0), ns.BPTT.for_task(task)
    assert (network.size, network.connectivity) == (100, ns.Gaussian(gain))
    assert network.neuron == ns.LeakyRate("tanh", tau=trainer.dt)
    assert task.trials(2, trainer.dt, rng=0).steps == 25
    assert trainer.epochs * trainer.trials_per_epoch == 10_000 * trainer.batch_size == 10_000 * 128
    assert trainer.optimizer == Adam(ExponentialDecay(0.025, 0.99975, every=1), epsilon=0.1)
    assert trainer.clipping == ClipNorm(10.0)
    values = parameters_of(network.replace(initial_state=np.ones(100)))
    assert set(trainer.train) == set(values) - {"neuron.tau"}

    run = SimpleNamespace(network=network, parameters=values)
    total = sum(np.sum(np.square(values[name])) for name in trainer.train)
    assert_allclose(trainer.penalties[0](run, None), 2e-4 * total)


PYCOG = {
    "PerceptualDecision": (20, 1100, 0.85),
    "ParametricWorkingMemory": (20, 1100, 0.85),
    "ContextIntegration": (50, 3650, 0.9),
}


@pytest.mark.parametrize("name", PYCOG)
def test_training_of_song_2016(name):
    batch, validation, enough = PYCOG[name]
    trainer = ns.BPTT.for_task(getattr(ns.tasks, name)())
    assert (trainer.batch_size, trainer.validation, trainer.stopping.accuracy) == (batch, validation, enough)
    assert (trainer.dt, trainer.stopping.patience, trainer.trials_per_epoch) == (20.0, 100, 10_000)
    assert trainer.epochs * trainer.trials_per_epoch == 10_000_000 * batch
    assert (trainer.optimizer, trainer.clipping) == (SGD(0.01), ClipNorm(1.0))
    assert trainer.penalties == (VanishingGradient(2.0),)
    assert trainer.noise == ns.WhiteNoise(0.15 * np.sqrt(2 * 100.0), target="input")
    assert not {"bias", "readout_bias"} & set(trainer.train)


def test_training_of_song_2016_obeys_dale():
    task = ns.tasks.PerceptualDecision()
    law = AllOf(
        [Dale(0.8, readout=True), NonNegative(("input_weights", "readout_weights")), NoSelfConnections()]
    )
    neuron = ns.LeakyCurrent("relu", tau=100.0)
    start = ns.Network(neuron, ns.Gaussian(1.0), 20, inputs=task.inputs, outputs=task.outputs, rng=0)
    start = with_parameters(start, law.nearest(parameters_of(start)))
    trainer = ns.BPTT.for_task(task, epochs=1, trials_per_epoch=60, validation=0, stopping=Stopping())
    trained = parameters_of(trainer.fit(start, task, rng=0).last)
    assert (trained["recurrent"] != parameters_of(start)["recurrent"]).any()
    assert_array_equal(law.nearest(trained)["recurrent"], trained["recurrent"])
    assert_array_equal(law.nearest(trained)["readout_weights"], trained["readout_weights"])


# size, tau, weights for each unit, gain, standard deviation of the input weights
SPARSE = {
    "SineGenerator": (200, 1.0, 15, 1.5, None),
    "Interval": (800, 10.0, 80, 1.5, 1.0),
    "ScaledSequence": (1800, 50.0, 360, 1.6, 1.0),
}


@pytest.mark.parametrize("name", SPARSE)
def test_sparse_networks(name):
    size, tau, count, gain, spread = SPARSE[name]
    task = getattr(ns.tasks, name)()
    network = ns.Network.for_task(task, rng=0)
    assert (network.size, network.neuron) == (size, ns.LeakyCurrent("tanh", tau=tau))
    weights = network.recurrent.dense()
    there = weights[weights != 0.0]
    # binomial counts and a variance of normal numbers, within 5 standard errors
    assert abs(there.size / size - count) < 5 * np.sqrt(count / size)
    assert_allclose(there.std(), gain / np.sqrt(count), rtol=5 / np.sqrt(2 * there.size))
    if spread:
        assert not np.diag(weights).any()
        entries = network.input_weights.size
        assert_allclose(np.sqrt(np.mean(network.input_weights**2)), spread, rtol=5 / np.sqrt(2 * entries))


def test_training_of_laje_and_buonomano_2013():
    task = ns.tasks.Interval()
    trainer = ns.Trainer.for_task(task)
    # 20 trials, then 10 of the readout, corrections every 2 ms, 60 % plastic, noise of 0.001 in each step of 1 ms
    assert trainer == Innate(dt=1.0)
    noise = trainer.stepping(ns.Network.for_task(task, size=20, rng=0)).noise
    assert (noise.density, noise.target) == (pytest.approx(0.001), "input")
    with pytest.raises(ParameterError, match=r"trainer Innate, not BPTT; try Innate\.for_task\(task\)"):
        ns.BPTT.for_task(task)


def test_training_of_hardy_2018():
    task = ns.tasks.ScaledSequence()
    trainer = Innate.for_task(task, conditions=1)
    assert trainer.replace(conditions=2) == ns.Trainer.for_task(task)
    assert (trainer.trials, trainer.every, trainer.plastic, trainer.regularization) == (60, 5, 1.0, 10.0)
    # the slow trial learns the trajectory of the fast one, stretched
    assert trainer.speed == "speed"
    # 0.05 in each step of 1 ms
    noise = trainer.stepping(ns.Network.for_task(task, size=20, rng=0)).noise
    assert noise.density == pytest.approx(0.05)


def test_training_of_the_sine_generator():
    task = ns.tasks.SineGenerator()
    trainer = ns.BPTT.for_task(task)
    assert (trainer.dt, trainer.optimizer.iterations) == (0.1, 500)
    few = trainer.replace(trials_per_epoch=2, optimizer=LBFGS(iterations=2))
    training = few.fit(ns.Network.for_task(task, size=20, rng=0), task, rng=0)
    assert training.complete
    assert not training.network.equals(training.start)


@pytest.mark.slow
def test_the_sine_generator_learns_in_a_tenth_of_its_iterations():
    """96 % of the mean square of 51 waves is explained after 50 of 500 iterations, in the response on its own."""
    task = ns.tasks.SineGenerator()
    trainer = ns.BPTT.for_task(task)
    training = trainer.replace(optimizer=LBFGS(iterations=50)).fit(
        ns.Network.for_task(task, rng=0), task, rng=1
    )
    trials = task.trials(51, 0.1, rng=99)
    accuracy = task.accuracy(trials, trials.align(training.simulate(trials)))
    # a constant output explains nothing; rounding changes the course of the search, so no third digit
    assert accuracy.mean() > 0.9
    assert accuracy.min() > 0.5


SONG = [("PerceptualDecision", 100), ("ContextIntegration", 150), ("ParametricWorkingMemory", 500)]


@pytest.mark.parametrize(("name", "size"), SONG)
def test_networks_of_song_2016(name, size):
    """Dale's law, no self-connections, weights from 0 to 0.1, rows that balance, and a spectral radius of 1.5."""
    network = ns.Network.for_task(getattr(ns.tasks, name)(), rng=0)
    weights, excitatory = network.recurrent.dense(), np.arange(size) < size * 4 // 5
    assert (network.size, network.neuron) == (size, ns.LeakyCurrent("relu", tau=100.0))
    assert (weights[:, excitatory] >= 0.0).all()
    assert (weights[:, ~excitatory] <= 0.0).all()
    assert not np.diag(weights).any()
    assert_allclose(np.abs(np.linalg.eigvals(weights)).max(), 1.5, rtol=1e-10)
    for edges in (network.input_weights, network.readout_weights):
        assert 0.0 <= edges.min() < 0.01 < 0.09 < edges.max() <= 0.1
    assert_array_equal(network.initial_state, np.full(size, 0.1))
    assert not network.bias.any()


def test_training_of_song_2016_starts_from_the_nearest_network_that_is_read_out_from_excitatory_units():
    task = ns.tasks.PerceptualDecision()
    trainer = ns.BPTT.for_task(task, epochs=1, trials_per_epoch=20, validation=0, stopping=Stopping())
    with pytest.warns(ConstraintWarning, match="40 of 200 in readout_weights"):
        trained = trainer.fit(ns.Network.for_task(task, rng=0), task, rng=0).network
    assert not np.diag(trained.recurrent.dense()).any()
    assert not trained.readout_weights[:, 80:].any()


def test_a_network_of_a_task_learns_with_the_trainer_of_the_task():
    network = ns.Network.for_task(ALL, size=8, dtype="float32", rng=0)
    training = ns.BPTT.for_task(ALL, epochs=1, trials_per_epoch=64).fit(network, ALL, rng=0)
    assert training.complete
    assert not training.network.equals(network)


def test_everything_can_be_changed():
    given = np.full((9, 85), 2.0)
    network = ns.Network.for_task(
        GO, size=9, connectivity=ns.Orthogonal(), readout="linear", input_weights=given, rng=1
    )
    assert (network.size, network.connectivity, network.readout) == (9, ns.Orthogonal(), "linear")
    assert_array_equal(network.input_weights, given)
    assert ns.BPTT.for_task(GO, dt=10.0, noise=None) == ns.BPTT.for_task(GO).replace(dt=10.0, noise=None)


def test_the_same_seed_gives_the_same_network():
    one, again, other = (ns.Network.for_task(GO, size=9, rng=seed) for seed in (1, 1, 2))
    assert one.equals(again)
    assert not one.equals(other)


@dataclass(frozen=True)
class Unpublished(ns.tasks.And):
    """A gate that nobody has trained yet."""

    @property
    def settings(self):
        return {}


@dataclass(frozen=True)
class Misspelt(ns.tasks.And):
    """Settings with a part that nobody reads."""

    @property
    def settings(self):
        return {"trainers": {}}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: ns.BPTT.for_task(Unpublished()),
            ParameterError,
            r"no published settings of the trainer.*BPTT",
        ),
        (
            lambda: ns.Network.for_task(Unpublished()),
            ParameterError,
            r"settings of the network.*ns\.Network\(",
        ),
        (lambda: ns.BPTT.for_task(Misspelt()), ParameterError, r"Misspelt\.settings.*Did you mean 'trainer'"),
        (lambda: ns.BPTT.for_task("go"), ParameterError, r"task must be a Task .got a str"),
        (lambda: ns.Network.for_task(ns.tasks.And), ParameterError, r"task must be a Task"),
        (lambda: ns.BPTT.for_task(GO, epoch=3), UnknownKeywordError, r"BPTT.*Did you mean 'epochs'"),
        (lambda: ns.Network.for_task(GO, units=3), UnknownKeywordError, r"Network.*takes no keyword 'units'"),
        (lambda: ns.Network.for_task(GO, readout_weights="glorrot"), UnknownNameError, r"'glorot'"),
    ],
)
def test_invalid_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()
