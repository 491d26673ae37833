"""What the trainers without gradients have in common: they return, they repeat themselves, and they refuse."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from tiny import Echo

import neurosim as ns
from neurosim.errors import (
    InterruptionWarning,
    ParameterError,
    ShapeError,
    StabilityWarning,
    UnknownNameError,
)
from neurosim.parameters import parameters_of
from neurosim.trainers import Force, FullForce, Innate, RewardHebbian, Ridge, online

TRAINERS = [
    Force(trials=3, dt=0.1),
    FullForce(trials=3, dt=0.5),
    Innate(trials=2, readout_trials=1, dt=0.5),
    RewardHebbian(trials=4, warm_up=1, dt=0.5, perturbation_rate=0.2, perturbation_size=8.0),
    Ridge(trials=3, dt=0.5),
]
each = pytest.mark.parametrize("trainer", TRAINERS, ids=lambda trainer: type(trainer).__name__)


@pytest.fixture
def network():
    return ns.Network(
        ns.LeakyCurrent("tanh", tau=2.0),
        ns.Sparse(density=0.15, gain=1.5),
        40,
        inputs=Echo().inputs,
        outputs=Echo().outputs,
        rng=0,
    )


@each
def test_returns_a_trained_copy(trainer, network):
    before = parameters_of(network)
    training = trainer.fit(network, Echo(), rng=1)
    assert training.complete
    assert training.start is network
    for name, array in parameters_of(network).items():
        assert_array_equal(array, before[name])
    trained = training.network
    assert (trained.size, trained.neuron, trained.dtype) == (network.size, network.neuron, network.dtype)
    assert (trained.input_names, trained.output_names) == (network.input_names, network.output_names)
    assert not trained.equals(network)
    assert np.isfinite(training.history["loss"][-1])


@each
def test_one_seed_gives_the_same_bits(trainer, network):
    first, second, other = (trainer.fit(network, Echo(), rng=seed) for seed in (1, 1, 2))
    assert first.network.equals(second.network)
    assert first.history.equals(second.history)
    assert not first.network.equals(other.network)


@each
def test_single_precision_stays(trainer, network):
    assert trainer.fit(network.astype("float32"), Echo(), rng=1).network.dtype == np.float32


@each
def test_a_training_is_kept_in_a_file(trainer, network, tmp_path):
    training = trainer.fit(network, Echo(), rng=1)
    training.save(tmp_path / "training.npz")
    loaded = ns.load(tmp_path / "training.npz")
    assert loaded.trainer == trainer
    assert loaded.network.equals(training.network)
    assert loaded.history.equals(training.history)


@each
def test_channels_have_to_match(trainer, network):
    with pytest.raises(ShapeError, match=r"make the network with inputs=task\.inputs"):
        trainer.fit(network, ns.tasks.Xor())


@pytest.mark.parametrize("trainer", TRAINERS[:4], ids=lambda trainer: type(trainer).__name__)
def test_ctrl_c_keeps_whole_trials(trainer, network, monkeypatch):
    whole = trainer.fit(network, Echo(), rng=1)

    class Interrupting:
        def __init__(self):
            self.calls = 0

        def update(self, _):
            self.calls += 1
            if self.calls == 2:
                raise KeyboardInterrupt

    class Bar:
        def __enter__(self):
            return Interrupting()

        def __exit__(self, *_):
            return None

    monkeypatch.setattr(online, "progress_bar", lambda *_: Bar())
    with pytest.warns(InterruptionWarning, match="interrupted by Ctrl-C after 2 of"):
        training = trainer.fit(network, Echo(), rng=1)
    assert (training.status, training.complete) == ("interrupted", False)
    assert training.history.length == 2
    assert_array_equal(training.history["change"], whole.history["change"][:2])


@each
def test_low_rank_weights_alone(trainer, network):
    flat = network.replace(recurrent=ns.Operator(left=np.ones((40, 1)), right=np.ones((40, 1)) / 40))
    if isinstance(trainer, (Innate, RewardHebbian)):
        with pytest.raises(
            ParameterError, match=r"must have a full-rank part, whose single weights \w+ trains .* add one"
        ):
            trainer.fit(flat, Echo())
    else:
        assert trainer.fit(flat, Echo(), rng=0).complete


@pytest.mark.parametrize("trainer", [t for t in TRAINERS if not isinstance(t, RewardHebbian)], ids=repr)
def test_least_squares_need_a_linear_readout(trainer, network):
    with pytest.raises(ParameterError, match=r"readout must be 'linear' for \w+, .* \(got 'logistic'\)"):
        trainer.fit(network.replace(readout="logistic"), Echo())


def test_a_number_that_becomes_non_finite_ends_a_training(network):
    explosive = network.replace(
        neuron=ns.LeakyCurrent("relu", tau=2.0), recurrent=ns.Operator(1e30 * np.eye(40))
    )
    trainer = RewardHebbian(trials=3, warm_up=0, dt=0.5)
    with pytest.warns(StabilityWarning, match="became non-finite in trial 0"):
        training = trainer.fit(explosive, Echo(), rng=0)
    assert (training.status, training.complete) == ("diverged", False)
    assert training.network is explosive


BAD = [
    (Force, {"dt": 0.0}, r"Force.dt must be positive \(got 0.0\)"),
    (Force, {"trials": 0}, r"Force.trials must be at least 1 \(got 0\)"),
    (Force, {"every": 0}, r"Force.every must be at least 1 \(got 0\)"),
    (Force, {"regularization": -1.0}, r"Force.regularization must be positive \(got -1.0\)"),
    (FullForce, {"probability": 1.5}, r"FullForce.probability must be at most 1 \(got 1.5\)"),
    (FullForce, {"hint": 3}, r"FullForce.hint must be a function .* \(got 3\)"),
    (FullForce, {"target_scale": np.nan}, r"FullForce.target_scale must be finite \(got nan\)"),
    (Innate, {"plastic": 1.2}, r"Innate.plastic must be a fraction .* \(got 1.2\)"),
    (Innate, {"noise_level": -0.1}, r"Innate.noise_level must not be negative \(got -0.1\)"),
    (Innate, {"conditions": 0}, r"Innate.conditions must be at least 1 \(got 0\)"),
    (RewardHebbian, {"learning_rate": 0.0}, r"RewardHebbian.learning_rate must be positive \(got 0.0\)"),
    (RewardHebbian, {"state_smoothing": 1.0}, r"state_smoothing must be at least 0 and below 1 \(got 1\)"),
    (RewardHebbian, {"error_smoothing": -0.5}, r"error_smoothing must be .* \(got -0.5\)"),
    (RewardHebbian, {"warm_up": -1}, r"RewardHebbian.warm_up must be at least 0 \(got -1\)"),
    (Ridge, {"regularization": 0.0}, r"Ridge.regularization must be positive \(got 0.0\)"),
    (Ridge, {"washout": -1.0}, r"Ridge.washout must not be negative \(got -1.0\)"),
    (Ridge, {"memory": 0.0}, r"Ridge.memory must be positive \(got 0.0\)"),
]


@pytest.mark.parametrize(("trainer", "settings", "message"), BAD)
def test_invalid_settings(trainer, settings, message):
    with pytest.raises(ParameterError, match=message):
        trainer(**settings)


def test_types_that_the_task_does_not_have(network):
    with pytest.raises(UnknownNameError, match=r"Echo\(\) has no condition 'side'\. .*Known: sign, strength"):
        RewardHebbian(trials=1, types="side").fit(network, Echo())
