"""A training that was killed goes on, and ends with the bits of one that was not."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from tiny import Echo, network

import neurosim as ns
from neurosim.errors import InterruptionWarning, ParameterError, StorageError
from neurosim.trainers import SGD, Adam, CosineDecay, Curriculum, MeanSquaredError, RMSprop, Stopping

TASK = Echo()
FOLDER = Path(__file__).parent
QUICK = ns.BPTT(dt=1.0, epochs=5, trials_per_epoch=24, batch_size=8, validation=8, threads=1)


def assert_same(one, other):
    assert one.last.equals(other.last)
    assert one.best.equals(other.best)
    assert one.history.equals(other.history)
    for part in ("free", "optimizer"):
        assert one.state[part].keys() == other.state[part].keys()
        for name, array in one.state[part].items():
            np.testing.assert_array_equal(array, other.state[part][name], strict=True)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"fresh": False},
        {"optimizer": RMSprop(CosineDecay(1e-2, 1e-3, updates=12)), "stopping": Stopping(patience=5)},
        {"optimizer": SGD(0.1, momentum=0.9), "noise": ns.WhiteNoise(density=0.01)},
        {"curriculum": Curriculum((Echo(response=2.0),), 0.4), "optimizer": Adam(1e-2)},
    ],
    ids=["adam", "fixed trials", "schedule", "momentum and noise", "curriculum"],
)
def test_resumes_from_every_epoch_to_the_same_bits(settings, tmp_path):
    path = str(tmp_path / "training.npz")
    whole = QUICK.replace(**settings).fit(network(), TASK, rng=7)
    if "curriculum" in settings:
        stages = set(whole.history["stage"])
        assert stages == {0.0, 1.0}, "the case says nothing without a change of stage"
    for epochs in range(1, 5):
        QUICK.replace(**settings, epochs=epochs, checkpoint=path).fit(network(), TASK, rng=7)
        assert_same(QUICK.replace(**settings).fit(network(), TASK, rng=7, resume=path), whole)


SCRIPT = """
import sys
sys.path.insert(0, {folder!r})
from tiny import Echo, network
import neurosim as ns
trainer = ns.BPTT(
    dt=1.0, epochs=100_000, trials_per_epoch=24, batch_size=8, validation=8, threads=1, checkpoint={path!r}
)
trainer.fit(network(), Echo(), rng=7)
"""


def test_resumes_after_kill_9(tmp_path):
    path = tmp_path / "training.npz"
    script = SCRIPT.format(folder=str(FOLDER), path=str(path))
    process = subprocess.Popen([sys.executable, "-c", script], cwd=FOLDER.parent.parent)
    try:
        deadline = time.monotonic() + 500.0
        # any file that is there is whole: it takes the place of the one before in one step
        while not path.exists() or ns.load(path).history.length < 3:
            assert process.poll() is None, "the training ended by itself"
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        process.kill()
        process.wait()
    left = ns.load(path)
    assert not left.complete
    assert left.status == "running"
    more = QUICK.replace(epochs=left.history.length + 2)
    assert_same(more.fit(network(), TASK, resume=path), more.fit(network(), TASK, rng=7))


def test_training_that_is_still_there_goes_on_without_a_file():
    whole = QUICK.fit(network(), TASK, rng=7)
    part = QUICK.replace(epochs=2).fit(network(), TASK, rng=7)
    assert_same(QUICK.fit(network(), TASK, resume=part), whole)
    # nothing is left to do
    assert_same(QUICK.fit(network(), TASK, rng=7, resume=whole), whole)


def test_checkpoint_is_a_training_that_can_be_used(tmp_path):
    path = str(tmp_path / "training.npz")
    training = QUICK.replace(checkpoint=path).fit(network(), TASK, rng=7)
    stored = ns.load(path)
    assert_same(stored, training)
    assert stored.complete
    assert [file.name for file in tmp_path.iterdir()] == ["training.npz"]


def test_interrupted_training_keeps_its_checkpoint_of_the_last_epoch(tmp_path):
    path = str(tmp_path / "training.npz")
    calls = []

    def patient(run, trials):
        calls.append(1)
        if len(calls) == 10:
            raise KeyboardInterrupt
        return MeanSquaredError()(run, trials)

    trainer = QUICK.replace(loss=patient, checkpoint=path)
    with pytest.warns(InterruptionWarning, match="interrupted in epoch"):
        trainer.fit(network(), TASK, rng=7)
    whole = trainer.replace(checkpoint=None).fit(network(), TASK, rng=7)
    # the file names the function, the trainer that goes on has it
    resumed = trainer.fit(network(), TASK, rng=7, resume=path)
    assert resumed.last.equals(whole.last)


def other_loss(run, trials):
    return 2.0 * MeanSquaredError()(run, trials)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"net": network(rng=1)}, r"another network: its recurrent weights differ"),
        ({"net": network(13)}, r"another network: its size is 12, not 13"),
        ({"net": network(dtype="float32")}, r"another network: its dtype is .*float64.*, not .*float32"),
        (
            {"net": network().replace(neuron=ns.LeakyRate("tanh", tau=2.0))},
            r"another network: its neuron is LeakyRate\(\), not LeakyRate\(tau=2\.0\)",
        ),
        ({"net": network().replace(bias=np.ones(12))}, r"another network: its bias differs"),
        (
            {"net": network().replace(initial_state=np.ones(12))},
            r"another network: its initial_state differs",
        ),
        ({"task": Echo(response=8.0)}, r"another task: Echo\(\), not Echo\(response=8\.0\)"),
        ({"trainer": QUICK.replace(batch_size=4)}, r"another trainer: its batch_size is 8, not 4"),
        ({"trainer": QUICK.replace(loss=other_loss)}, r"its loss is MeanSquaredError\(\), not .*other_loss"),
        ({"trainer": QUICK.replace(optimizer=Adam(0.5))}, r"its optimizer is Adam\(\), not Adam"),
        ({"rng": 8}, r"another seed: .*'7'.*, not .*'8'.*leave out rng"),
    ],
)
def test_another_training_is_refused(change, message, tmp_path):
    path = str(tmp_path / "training.npz")
    QUICK.replace(epochs=1, checkpoint=path).fit(network(), TASK, rng=7)
    chosen = {"trainer": QUICK, "net": network(), "task": TASK, "rng": 7, **change}
    with pytest.raises(ParameterError, match=message) as caught:
        chosen["trainer"].fit(chosen["net"], chosen["task"], rng=chosen["rng"], resume=path)
    assert path in str(caught.value)


def test_another_training_type_or_file(tmp_path):
    path = tmp_path / "network.npz"
    network().save(path)
    with pytest.raises(StorageError, match=r"network\.npz must contain a Training \(it contains a Network\)"):
        QUICK.fit(network(), TASK, resume=path)
    with pytest.raises(StorageError, match="not found"):
        QUICK.fit(network(), TASK, resume=tmp_path / "nothing.npz")
    with pytest.raises(
        ParameterError, match=r"resume must be a Training or the path of a checkpoint \(got 3\)"
    ):
        QUICK.fit(network(), TASK, resume=3)
    elsewhere = ns.trainers.Training(QUICK, TASK, start=network(), best=network(), last=network())
    with pytest.raises(ParameterError, match="must have a state from which it can be resumed"):
        QUICK.fit(network(), TASK, resume=elsewhere)


def test_checkpoint_in_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(StorageError, match="make the folder first"):
        QUICK.replace(checkpoint=str(tmp_path / "missing" / "training.npz")).fit(network(), TASK, rng=7)
