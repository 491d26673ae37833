"""The commands run and train: output, files and exit status."""

import dataclasses

import pytest

from neurosim import registry
from neurosim.cli import main
from neurosim.scaffold import new_plugin


def test_run_prints_the_table_and_the_folder(experiment, capsys, tmp_path):
    assert main(["run", "chaos", "--output", str(tmp_path / "here")]) == 0
    assert experiment.calls == [("chaos", tmp_path / "here", None)]
    assert capsys.readouterr().out == f"gain  exponent\n1.5   0.1\n{tmp_path / 'here'}\n"


def test_quiet_prints_the_folder_alone_and_shows_no_bar(experiment, capsys, tmp_path):
    assert main(["run", "--quiet", "chaos"]) == 0
    assert experiment.calls == [("chaos", None, False)]
    assert capsys.readouterr().out == f"{tmp_path}\n"


def test_run_without_a_name_runs_the_built_in_experiments(experiment, tmp_path):
    assert main(["run"]) == 0
    assert experiment.calls == [("first", None, None), ("second", None, None)]
    experiment.calls.clear()
    assert main(["run", "--output", str(tmp_path)]) == 0
    assert experiment.calls == [("first", tmp_path / "first", None), ("second", tmp_path / "second", None)]


@pytest.mark.usefixtures("experiment")
def test_a_stopped_experiment_prints_its_results_and_exits_with_130(capsys, tmp_path):
    assert main(["run", "stopped"]) == 130
    assert capsys.readouterr().out.endswith(f"{tmp_path}\n")


def test_shipped_experiments_are_listed(experiment, capsys):
    assert main(["run", "--list"]) == 0
    assert experiment.calls == []
    assert capsys.readouterr().out == "chaos     Onset of chaos\nflipflop  Memory\n"
    assert main(["train", "--list"]) == 0
    assert capsys.readouterr().out == "xor  Two pulses\n"


def test_train_prints_the_table_and_the_folder(experiment, capsys, tmp_path):
    assert main(["train", "xor", "--output", str(tmp_path / "here")]) == 0
    assert experiment.calls == [(experiment.load_training("xor"), tmp_path / "here", None)]
    assert capsys.readouterr().out == f"gain  exponent\n1.5   0.1\n{tmp_path / 'here'}\n"


def test_seed_of_a_training_takes_the_place_of_the_declared_one(experiment):
    assert main(["train", "xor", "--seed", "7", "--quiet"]) == 0
    assert experiment.calls == [(dataclasses.replace(experiment.load_training("xor"), seed=7), None, False)]


def test_a_training_resumes_with_its_own_declaration_or_a_given_one(experiment, tmp_path):
    assert main(["train", "--resume", str(tmp_path)]) == 0
    assert main(["train", "longer.toml", "--resume", str(tmp_path)]) == 0
    assert [call[2] for call in experiment.calls if call[0] == "resume"] == [
        None,
        experiment.load_training("longer.toml"),
    ]
    assert all(call[1] == tmp_path for call in experiment.calls)


@pytest.mark.usefixtures("experiment")
def test_overwriting_needs_a_folder(capsys):
    assert main(["run", "chaos", "--overwrite"]) == 2
    assert "--overwrite needs --output FOLDER" in capsys.readouterr().err


def test_plugins_are_loaded_before_the_experiment(experiment, tmp_path):
    first, _ = new_plugin("neuron", "unit_of_run", tmp_path)
    second, _ = new_plugin("connectivity", "wires_of_run", tmp_path)
    assert main(["run", "--plugin", str(first), "--plugin", str(second), "chaos"]) == 0
    assert registry.plugin_files() == (first, second)
    assert len(experiment.calls) == 1
