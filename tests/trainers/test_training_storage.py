"""Trainings and trials come back from files as they were."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from tiny import Echo, network

import neurosim as ns
from neurosim.errors import ParameterError, ShapeError, UnknownNameError
from neurosim.serialization import from_dict, to_dict
from neurosim.trainers import SGD, Curriculum, History, InverseDecay, Stopping, Training
from neurosim.training import MissingFunction

TASK = Echo()


def own_loss(run, trials):
    return ns.trainers.MeanSquaredError()(run, trials)


QUICK = ns.BPTT(dt=1.0, epochs=2, trials_per_epoch=16, batch_size=8, threads=1)


def saved(thing, tmp_path):
    path = tmp_path / "thing.npz"
    ns.save(thing, path)
    return ns.load(path)


def test_training_comes_back_as_it_was(tmp_path):
    trainer = QUICK.replace(optimizer=SGD(InverseDecay(0.1, 0.5)), validation=4)
    training = trainer.fit(network(), TASK, rng=3)
    training.save(tmp_path / "thing.npz")
    loaded = ns.load(tmp_path / "thing.npz")
    assert isinstance(loaded, Training)
    assert (loaded.trainer, loaded.task) == (trainer, TASK)
    assert loaded.history.equals(training.history)
    assert loaded.history.row == "epoch"
    for name in ("start", "best", "last", "network"):
        assert getattr(loaded, name).equals(getattr(training, name))
    assert (loaded.complete, loaded.reason) == (True, training.reason)
    assert loaded.seed.entropy == 3


def test_own_loss_is_kept_by_name_and_asked_for_when_it_is_needed(tmp_path):
    loaded = saved(QUICK.replace(loss=own_loss).fit(network(), TASK, rng=3), tmp_path)
    assert loaded.trainer.loss == MissingFunction(f"{__name__}.own_loss")
    with pytest.raises(
        ParameterError, match=r"own_loss must be given again.*trainer\.replace\(loss=own_loss\)"
    ):
        loaded.trainer.fit(network(), TASK, rng=3)
    again = loaded.trainer.replace(loss=own_loss, epochs=3).fit(network(), TASK, resume=loaded)
    assert again.last.equals(QUICK.replace(epochs=3).fit(network(), TASK, rng=3).last)
    # what was loaded can be saved once more
    assert saved(loaded, tmp_path).trainer.loss == loaded.trainer.loss


def test_own_penalty_is_kept_by_name(tmp_path):
    trainer = QUICK.replace(penalties=(own_loss, ns.trainers.L2(strength=0.1)))
    assert saved(trainer, tmp_path) == trainer.replace(
        penalties=(MissingFunction(f"{__name__}.own_loss"), ns.trainers.L2(strength=0.1))
    )


def test_trials_come_back_as_they_were(tmp_path):
    trials = ns.tasks.FlipFlop(bits=2).trials(5, 1.0, rng=3)
    loaded = saved(trials, tmp_path)
    assert (loaded.task, loaded.dt) == (trials.task, trials.dt)
    for name in ("inputs", "targets", "mask"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(trials, name), strict=True)
    for name in ("epochs", "conditions"):
        parts, stored = getattr(trials, name), getattr(loaded, name)
        assert parts.keys() == stored.keys()
        for key, part in parts.items():
            np.testing.assert_array_equal(stored[key], part)
    np.testing.assert_array_equal(loaded.accuracy(loaded.targets), 1.0)


def test_history_is_read_by_name():
    history = History.from_rows([{"loss": 2.0, "accuracy": 0.5}, {"loss": 1.0}], row="trial")
    np.testing.assert_array_equal(history["loss"], [2.0, 1.0])
    np.testing.assert_array_equal(history["accuracy"], [0.5, np.nan])
    assert history.rows() == [{"loss": 2.0, "accuracy": 0.5}, {"loss": 1.0}]
    assert history.equals(History.from_rows(history.rows(), row="trial"))
    assert not history.equals(History.from_rows([{"loss": 2.0, "accuracy": 0.5}]))
    with pytest.raises(UnknownNameError, match=r"history has no 'los'\. Did you mean 'loss'"):
        _ = history["los"]
    with pytest.raises(ValueError, match="read-only"):
        history["loss"][0] = 0.0


def test_a_history_is_a_mapping_of_columns_that_cannot_be_changed():
    history = History.from_rows([{"loss": 2.0, "accuracy": 0.5}, {"loss": 1.0}], row="trial")
    assert list(history) == ["loss", "accuracy"]
    assert (len(history), history.length) == (2, 2)
    np.testing.assert_array_equal(dict(history)["loss"], [2.0, 1.0])
    for change in (
        lambda: history.update(loss=[0.0]),
        lambda: history.pop("loss"),
        lambda: history.__setitem__("loss", [0.0]),
        history.clear,
    ):
        with pytest.raises(TypeError, match=r"cannot be changed; try dict\(history\)"):
            change()
    copied = pickle.loads(pickle.dumps(history))
    assert copied == history
    assert copied.row == "trial"
    assert history != History.from_rows(history.rows(), row="epoch")


def test_pandas_makes_a_table_of_a_history():
    pandas = pytest.importorskip("pandas")
    history = History.from_rows([{"loss": 2.0, "accuracy": 0.5}, {"loss": 1.0}])
    table = pandas.DataFrame(history)
    assert list(table.columns) == ["loss", "accuracy"]
    np.testing.assert_array_equal(table["accuracy"], [0.5, np.nan])


def test_columns_of_unequal_length():
    with pytest.raises(ShapeError, match="must have one number for each row"):
        History({"loss": [1.0, 2.0], "accuracy": [1.0]})


def test_trials_in_another_precision_keep_what_they_are():
    trials = TASK.trials(5, 1.0, rng=3)
    single = trials.astype("float32")
    assert {array.dtype.name for array in (single.inputs, single.targets, single.mask)} == {"float32"}
    np.testing.assert_array_equal(single.mask, trials.mask)
    np.testing.assert_allclose(single.inputs, trials.inputs, rtol=1e-7)
    assert single.mask.shape == trials.targets.shape


def test_trainer_is_described_in_plain_data():
    trainer = ns.BPTT(
        epochs=3,
        optimizer=SGD(InverseDecay(0.1, 0.5)),
        penalties=(ns.trainers.L2(strength=0.1),),
        train=("bias", "recurrent"),
        noise=ns.WhiteNoise(density=0.1),
        stopping=Stopping(loss=1e-3),
        curriculum=Curriculum((ns.tasks.FlipFlop(bits=1),)),
    )
    description = to_dict(trainer)
    assert description["optimizer"]["learning_rate"] == {"type": "InverseDecay", "initial": 0.1, "decay": 0.5}
    assert from_dict("trainer", description) == trainer
