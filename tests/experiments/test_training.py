"""Declared trainings end to end: reading, the folder of results, and resuming after an interruption or kill."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import (
    InterruptionWarning,
    ParameterError,
    ShapeError,
    UnknownKeywordError,
    UnknownNameError,
)
from neurosim.experiments import (
    list_trainings,
    load_training,
    resume_training,
    run_experiment,
    run_training,
)
from neurosim.experiments import training as training_module
from neurosim.experiments.evaluation import evaluate_as_trained
from neurosim.experiments.reading import read_experiment, read_training
from neurosim.experiments.writing import training_toml

ROOT = Path(ns.__file__).parents[1]

TEXT = """
title = "A gate"
description = "for tests"
seed = 4

[network]
size = 12
neuron = { type = "LeakyRate", activation = "tanh" }
connectivity = { type = "Orthogonal" }

[task]
type = "And"
fixation = 2.0
stimulus = 4.0
delay = 2.0
response = 6.0

[trainer]
type = "BPTT"
epochs = 3
trials_per_epoch = 64
batch_size = 16
optimizer = { type = "Adam", learning_rate = 0.01 }
clipping = "none"
noise = { type = "WhiteNoise", density = 1e-4 }
"""


def read(text=TEXT):
    return read_training(text, "gate", "gate.toml")


def replace_once(old, new):
    assert TEXT.count(old) == 1
    return TEXT.replace(old, new)


def without(table):
    start = TEXT.index(f"[{table}]")
    stop = TEXT.find("\n[", start)
    return TEXT[:start] + (TEXT[stop:] if stop > 0 else "")


def with_epochs(epochs):
    return read(replace_once("epochs = 3", f"epochs = {epochs}"))


@pytest.fixture(scope="module")
def gate(tmp_path_factory):
    return run_training(read(), tmp_path_factory.mktemp("gate") / "results")


@pytest.fixture
def no_figures(monkeypatch):
    """No figures, which take longer than these trainings."""
    monkeypatch.setattr(training_module, "_draw", lambda *_: None)


def test_every_key_sets_its_field():
    declared = read()
    plan = declared.network
    assert (declared.name, declared.seed, plan.size, plan.label) == ("gate", 4, 12, "A gate")
    assert plan.task == ns.tasks.And(fixation=2.0, stimulus=4.0, delay=2.0, response=6.0)
    assert (plan.trainer.epochs, plan.trainer.clipping) == (3, None)
    assert plan.trainer.noise == ns.WhiteNoise(density=1e-4)
    start = plan.build(4)
    assert (start.input_names, start.output_names) == (("A", "B"), ("answer",))


@pytest.mark.parametrize("name", list_trainings())
def test_shipped_trainings_can_be_built_and_written(name):
    declared = load_training(name)
    assert declared.network.build(declared.seed).input_names == declared.network.task.inputs
    assert read_training(training_toml(declared), name, name) == declared


def test_written_text_declares_the_same_training():
    assert read(training_toml(read())) == read()


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (
            without("network"),
            ParameterError,
            r"gate\.toml: network is missing; write it below a line \[network\]",
        ),
        (without("task"), ParameterError, r"task is missing; write it below a line \[task\]"),
        (without("trainer"), ParameterError, r"trainer is missing; write it below a line \[trainer\]"),
        (
            replace_once("[trainer]", "[triner]"),
            UnknownKeywordError,
            r"triner is not a key of a training.*'trainer'",
        ),
        (
            replace_once('"And"', '"Amd"'),
            UnknownNameError,
            r"gate\.toml: task\.type = 'Amd' is unknown.*'And'",
        ),
        (replace_once('"BPTT"', '"BPT"'), UnknownNameError, r"trainer\.type = 'BPT' is unknown.*'BPTT'"),
        (
            replace_once("epochs", "epoch"),
            UnknownKeywordError,
            r"trainer\.epoch: BPTT takes no 'epoch'.*'epochs'",
        ),
        (
            replace_once("epochs = 3", "epochs = 0"),
            ParameterError,
            r"trainer: BPTT\.epochs must be at least 1 \(got 0\)",
        ),
        (replace_once('"Adam"', '"Adan"'), UnknownNameError, r"trainer\.optimizer\.type = 'Adan'.*'Adam'"),
        (replace_once("size = 12", "siz = 12"), UnknownKeywordError, r"network\.siz is not a key .* 'size'"),
        (
            replace_once("size = 12", 'size = 12\ntask = { type = "Or" }'),
            ParameterError,
            r"network\.task is in the wrong place; write it below a line \[task\]",
        ),
        (
            replace_once("epochs = 3", 'epochs = 3\ncheckpoint = "here.npz"'),
            ParameterError,
            r"trainer\.checkpoint = 'here\.npz' is not needed",
        ),
        (replace_once("seed = 4", ""), ParameterError, r"seed is missing; give it a value"),
    ],
)
def test_a_mistake_is_named_with_its_place(text, error, message):
    with pytest.raises(error, match=message):
        read(text)


def test_names_that_are_not_shipped():
    with pytest.raises(
        UnknownNameError,
        match=r"'flipflob' is neither a shipped training nor a file.*Did you mean 'flipflop'",
    ):
        load_training("flipflob")
    with pytest.raises(UnknownNameError, match=r"is not a training; try neurosim run trained-chaos"):
        load_training("trained-chaos")
    with pytest.raises(UnknownNameError, match=r"is not an experiment; try neurosim train xor"):
        ns.experiments.load_experiment("xor")


def test_a_curriculum_whose_channels_do_not_fit_is_refused_before_any_work(tmp_path):
    text = replace_once("epochs = 3", 'epochs = 3\ncurriculum = { tasks = [{ type = "FlipFlop" }] }')
    with pytest.raises(
        ShapeError, match=r"inputs of the network must be those of FlipFlop, .*\(got \('A', 'B'\)\)"
    ):
        run_training(read(text), tmp_path / "results")
    assert not (tmp_path / "results").exists()


def test_only_a_training_is_trained(tmp_path):
    with pytest.raises(
        ParameterError, match=r"experiment must be a TrainingExperiment \(got 'xor'\); try load_training"
    ):
        run_training("xor", tmp_path / "results")


# the folder


def test_folder_holds_the_documented_files(gate):
    names = {path.name for path in gate.folder.iterdir()}
    figures = {f"{name}.{end}" for name in ("history", "spectrum", "trial") for end in ("png", "pdf")}
    saved = {"network-untrained.npz", "network-trained.npz", "training.npz"}
    assert names == {"experiment.toml", "summary.json", "report.txt"} | figures | saved
    assert json.loads((gate.folder / "summary.json").read_text(encoding="utf-8")) == gate.summary
    assert (gate.folder / "report.txt").read_text(encoding="utf-8") == gate.table + "\n"
    assert load_training(gate.folder / "experiment.toml").network == read().network


def test_the_training_is_that_of_the_trainer_itself(gate):
    declared = read()
    start = declared.network.build(4)
    seed = ns.load(gate.folder / "training.npz").seed
    again = declared.network.trainer.fit(start, declared.network.task, rng=seed)
    assert ns.load(gate.folder / "network-untrained.npz").equals(start)
    assert ns.load(gate.folder / "network-trained.npz").equals(again.network)


def held_out_trials():
    declared = read()
    plan = declared.network
    tested = evaluate_as_trained(plan.trainer, plan.build(4), plan.task, 4)
    return tested.trials


@pytest.mark.parametrize("label", ["untrained", "trained"])
def test_numbers_follow_from_the_saved_networks(gate, label):
    network, found = ns.load(gate.folder / f"network-{label}.npz"), gate.summary["networks"][label]
    eigenvalues = np.linalg.eigvals(network.recurrent.dense())
    assert found["radius"] == pytest.approx(np.abs(eigenvalues).max(), rel=1e-9)
    assert found["abscissa"] == pytest.approx(eigenvalues.real.max(), rel=1e-9)
    trials = held_out_trials()
    run = ns.simulate(network, **trials.simulation, initial_state=np.zeros(12))
    # the noise in the network, of standard deviation sqrt(1e-4 / 2), is left out here
    assert found["accuracy"] == pytest.approx(trials.accuracy(run).mean(), abs=0.02)
    error = np.mean((trials.align(run) - trials.targets) ** 2)
    assert found["loss"] == pytest.approx(error, rel=0.02)
    assert f"{found['accuracy']:.4g}" in gate.table


def test_training_lowers_the_loss(gate):
    networks = gate.summary["networks"]
    assert networks["trained"]["loss"] < networks["untrained"]["loss"]
    assert gate.summary["epochs"] == 3
    assert "3 epochs" in gate.table


@pytest.mark.usefixtures("no_figures")
def test_another_seed_gives_another_network_and_the_same_seed_the_same(gate, tmp_path):
    again = run_training(read(), tmp_path / "again")
    other = run_training(dataclasses.replace(read(), seed=5), tmp_path / "other")
    assert again.summary["networks"] == gate.summary["networks"]
    assert other.summary["networks"] != gate.summary["networks"]


@pytest.mark.usefixtures("no_figures")
def test_a_trainer_without_checkpoints_works_and_says_so(tmp_path):
    text = without("trainer") + '\n[trainer]\ntype = "Ridge"\ntrials = 20\n'
    results = run_training(read(text), tmp_path / "results")
    assert results.summary["networks"]["trained"]["loss"] < results.summary["networks"]["untrained"]["loss"]
    with pytest.raises(
        ParameterError, match="Ridge writes no checkpoints, so its training cannot be resumed"
    ):
        resume_training(results.folder)


def test_a_folder_that_is_taken_is_refused_before_any_work(gate):
    with pytest.raises(ParameterError, match=r"results' exists and is not empty; give the name of a new one"):
        run_training(read(), gate.folder)


# resuming


def same_files(one, other):
    for name in ("network-trained", "training"):
        first, second = (ns.load(folder / f"{name}.npz") for folder in (one, other))
        if name == "network-trained":
            assert first.equals(second)
        else:
            assert first.last.equals(second.last)
            assert first.history.equals(second.history)


@pytest.mark.usefixtures("no_figures")
def test_resuming_with_more_epochs_equals_one_training_bit_for_bit(gate, tmp_path):
    run_training(with_epochs(2), tmp_path / "part")
    resumed = resume_training(tmp_path / "part", read())
    same_files(resumed.folder, gate.folder)
    assert load_training(tmp_path / "part" / "experiment.toml").network.trainer.epochs == 3
    # nothing is left to do
    assert resume_training(tmp_path / "part").summary["networks"] == gate.summary["networks"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("seed = 4", "seed = 5", r"holds another training: its seed is 4, not 5; give its own declaration"),
        ("size = 12", "size = 13", r"its size is 12, not 13"),
        ('"Orthogonal"', '"Gaussian"', r"its connectivity is Orthogonal\(\), not Gaussian\(\)"),
        ('"And"', '"Or"', r"its task is And\(.*, not Or\("),
        ("batch_size = 16", "batch_size = 8", r"another trainer: its batch_size is 16, not 8"),
    ],
)
def test_a_checkpoint_of_another_declaration_says_what_differs(old, new, message, gate):
    with pytest.raises(ParameterError, match=message):
        resume_training(gate.folder, read(replace_once(old, new)))
    assert load_training(gate.folder / "experiment.toml").network == read().network


def test_folders_without_a_training_cannot_be_resumed(tmp_path):
    with pytest.raises(
        ParameterError, match=r"nowhere' does not exist; give the results folder of a training"
    ):
        resume_training(tmp_path / "nowhere")
    with pytest.raises(ParameterError, match=r"has no experiment\.toml, so there is nothing to resume"):
        resume_training(tmp_path)
    (tmp_path / "experiment.toml").write_text(TEXT, encoding="utf-8")
    with pytest.raises(ParameterError, match=r"has no training\.npz, so there is nothing to resume"):
        resume_training(tmp_path)


@pytest.mark.usefixtures("no_figures")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["kill -9", "Ctrl-C"])
def test_a_training_that_was_stopped_resumes_bit_for_bit(how, tmp_path):
    (tmp_path / "gate.toml").write_text(replace_once("epochs = 3", "epochs = 100000"), encoding="utf-8")
    folder = tmp_path / "results"
    process = subprocess.Popen(
        [sys.executable, "-m", "neurosim", "train", "gate.toml", "--output", str(folder)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    checkpoint = folder / "training.npz"
    try:
        deadline = time.monotonic() + 500.0
        while not checkpoint.exists() or ns.load(checkpoint).history.length < 2:
            assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(how)
        out, error = process.communicate(timeout=300.0)
    finally:
        process.kill()
        process.wait()
    if how == signal.SIGINT:
        assert process.returncode == 130
        assert f"neurosim train --resume {folder}" in error
        assert out.rstrip().endswith(str(folder))
        assert json.loads((folder / "summary.json").read_text(encoding="utf-8"))["interrupted"] is True
    done = ns.load(checkpoint).history.length
    resume_training(folder, with_epochs(done + 2))
    run_training(with_epochs(done + 2), tmp_path / "whole")
    same_files(folder, tmp_path / "whole")


def test_ctrl_c_keeps_the_results_and_names_the_command_that_resumes(tmp_path, monkeypatch):
    from neurosim.trainers.descent import Descent

    epoch = Descent.fit_epoch

    def stop(self, bar):
        if len(self.rows) == 2:
            raise KeyboardInterrupt
        epoch(self, bar)

    monkeypatch.setattr(Descent, "fit_epoch", stop)
    with pytest.warns(InterruptionWarning, match=r"interrupted in epoch 3 of 3; .* train --resume .*results"):
        results = run_training(read(), tmp_path / "results")
    assert results.summary["interrupted"] is True
    assert results.summary["epochs"] == 2
    assert (results.folder / "trial.png").is_file()


# trained networks in an experiment

BESIDE = """
title = "Before and after"
description = "for tests"
seed = 4
analyses = ["traces", "spectrum", "exponent"]

[simulation]
duration = 40.0
dt = 0.5
discard = 10.0

[network]
size = 12
neuron = { type = "LeakyCurrent", activation = "tanh" }
connectivity = { type = "Gaussian", gain = 1.8 }
task = { type = "And", fixation = 2.0, stimulus = 4.0, delay = 2.0, response = 6.0 }

[[networks]]
label = "untrained"

[[networks]]
label = "trained"
trainer = { type = "BPTT", dt = 1.0, epochs = 3, trials_per_epoch = 64, batch_size = 16 }
"""


def read_beside(text=BESIDE):
    return read_experiment(text, "beside", "beside.toml")


def test_an_experiment_has_the_untrained_network_beside_the_trained_one(tmp_path):
    results = run_experiment(read_beside(), tmp_path / "results")
    training = ns.load(results.folder / "training-2-trained.npz")
    untrained = ns.load(results.folder / "network-1-untrained.npz")
    trained = ns.load(results.folder / "network-2-trained.npz")
    assert training.start.equals(untrained)
    assert training.network.equals(trained)
    assert not untrained.recurrent.equals(trained.recurrent)
    # both start in the initial state of the untrained one
    runs = [ns.load(results.folder / f"trajectory-{name}.npz") for name in ("1-untrained", "2-trained")]
    np.testing.assert_array_equal(runs[0].states[:, 0], runs[1].states[:, 0])
    for label, network in (("untrained", untrained), ("trained", trained)):
        found = results.summary["networks"][label]["quantities"]
        assert set(found) == {"accuracy", "radius", "abscissa", "exponent"}
        expected = np.abs(np.linalg.eigvals(network.recurrent.dense())).max()
        assert found["radius"]["measured"] == pytest.approx(expected, rel=1e-9)
        # both are tested with the step of the training, which is not that of the declared simulation
        tested = evaluate_as_trained(read_beside().networks[1].trainer, network, training.task, 4)
        assert found["accuracy"]["measured"] == tested.accuracy
    # theory of random weights is not for trained ones
    spectra = [
        results.summary["networks"][label]["quantities"]["radius"] for label in ("untrained", "trained")
    ]
    assert spectra[0]["predicted"] == pytest.approx(1.8, rel=0.3)
    assert spectra[1]["predicted"] is None
    assert "Networks that were trained have no prediction" in results.table
    assert {"task.png", "task.pdf", "training.png", "training.pdf", "traces.png"} <= {
        p.name for p in results.folder.iterdir()
    }


def test_the_exponent_of_a_fixed_point_is_that_of_its_jacobian(tmp_path):
    """A silent network with gain below 1 decays as its slowest eigenvalue says: lambda = -1 + max Re W."""
    text = BESIDE.replace("gain = 1.8", "gain = 0.5").replace("duration = 40.0", "duration = 400.0")
    text = text[: text.index("[[networks]]")].replace("discard = 10.0", "discard = 200.0")
    text = "\n".join(line for line in text.splitlines() if not line.startswith("task"))
    results = run_experiment(read_beside(text), tmp_path / "results")
    network = ns.load(results.folder / "network-1-before-and-after.npz")
    found = results.summary["networks"]["Before and after"]["quantities"]["exponent"]
    slowest = np.linalg.eigvals(network.recurrent.dense()).real.max() - 1.0
    # RK4 at dt = 0.5 and slow rotations within the time that is averaged over
    assert found["measured"] == pytest.approx(slowest, abs=0.01)


def test_a_trainer_needs_a_task():
    text = "\n".join(line for line in BESIDE.splitlines() if not line.startswith("task"))
    with pytest.raises(ParameterError, match=r"'trained' has a trainer and no task; add one"):
        read_beside(text)


def test_ctrl_c_while_a_network_is_trained_stops_the_experiment(tmp_path, monkeypatch):
    from neurosim.trainers.descent import Descent

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Descent, "fit_epoch", stop)
    with pytest.warns(InterruptionWarning, match="stopped by Ctrl-C while training 'trained'"):
        results = run_experiment(read_beside(), tmp_path / "results")
    assert set(results.summary["networks"]) == {"untrained"}
    assert not ns.load(results.folder / "training-2-trained.npz").complete
