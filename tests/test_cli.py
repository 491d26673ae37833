"""Command line: output, files and exit status."""

import dataclasses
import os
import subprocess
import sys
import types
from pathlib import Path

import pytest

import neurosim as ns
from neurosim import registry
from neurosim.cli import main
from neurosim.errors import ParameterError, PluginError, UnknownNameError
from neurosim.registry import load_plugin
from neurosim.scaffold import new_plugin

ROOT = Path(ns.__file__).parents[1]


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch):
    monkeypatch.setattr(registry, "_FILES", {})


@dataclasses.dataclass(frozen=True)
class Declared:
    """Stand-in for a training."""

    name: str
    seed: int = 3


@pytest.fixture
def experiment(monkeypatch, tmp_path):
    """Stand-in for the experiments, which records how it is called."""
    module = types.ModuleType("neurosim.experiments")
    module.calls = []

    def load_experiment(name="the built-in one"):
        if name == "unknown":
            raise UnknownNameError("experiment 'unknown' is unknown.\nKnown: chaos.")
        if name == "interrupted":
            raise KeyboardInterrupt
        return name

    def run_experiment(declared, folder=None, progress=None):
        module.calls.append((declared, folder, progress))
        summary = {"interrupted": declared == "stopped"}
        return types.SimpleNamespace(
            folder=folder or tmp_path, table="gain  exponent\n1.5   0.1", summary=summary
        )

    def resume_training(folder, declared=None, progress=None):
        module.calls.append(("resume", folder, declared))
        return run_experiment(declared, folder, progress)

    module.BUILT_IN = ("first", "second")
    module.list_experiments = lambda: {"chaos": "Onset of chaos", "flipflop": "Memory"}
    module.list_trainings = lambda: {"xor": "Two pulses"}
    module.load_training = lambda name: Declared(name)
    module.run_training, module.resume_training = run_experiment, resume_training
    module.load_experiment, module.run_experiment = load_experiment, run_experiment
    monkeypatch.setitem(sys.modules, "neurosim.experiments", module)
    monkeypatch.setattr(ns, "experiments", module, raising=False)
    return module


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
    assert experiment.calls == [(Declared("xor"), tmp_path / "here", None)]
    assert capsys.readouterr().out == f"gain  exponent\n1.5   0.1\n{tmp_path / 'here'}\n"


def test_seed_of_a_training_takes_the_place_of_the_declared_one(experiment):
    assert main(["train", "xor", "--seed", "7", "--quiet"]) == 0
    assert experiment.calls == [(Declared("xor", seed=7), None, False)]


def test_a_training_resumes_with_its_own_declaration_or_a_given_one(experiment, tmp_path):
    assert main(["train", "--resume", str(tmp_path)]) == 0
    assert main(["train", "longer.toml", "--resume", str(tmp_path)]) == 0
    assert [call[2] for call in experiment.calls if call[0] == "resume"] == [None, Declared("longer.toml")]
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


@pytest.mark.usefixtures("experiment")
@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["run", "unknown"], 2, "neurosim: experiment 'unknown' is unknown. Known: chaos.\n"),
        (["run", "interrupted"], 130, "neurosim: interrupted\n"),
        (["train"], 2, "neurosim: EXPERIMENT is missing; give a .toml file, or a shipped training: xor.\n"),
        (
            ["train", "--resume", "here", "--output", "there"],
            2,
            "neurosim: --output and --overwrite cannot be combined with --resume",
        ),
        (
            ["train", "--resume", "here", "--seed", "1"],
            2,
            "neurosim: --seed 1 cannot be combined with --resume",
        ),
        (["train", "xor", "--seed", "-1"], 2, "neurosim: --seed must be at least 0 (got -1)"),
        (
            ["run", "chaos", "--plugin", "nowhere.py"],
            2,
            "neurosim: 'nowhere.py' not found; the current folder",
        ),
        (
            ["plugins", "check", "Gausian"],
            2,
            "neurosim: plugin 'Gausian' is unknown. Did you mean 'Gaussian'?",
        ),
        (["plugins", "new", "noise", "my_noise"], 2, "neurosim: kind = 'noise' has no template"),
        (
            ["plugins", "new", "neuron", "MyUnit"],
            2,
            "neurosim: name must be a module name in lower case",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_errors_are_one_line_without_a_traceback(arguments, status, message, capsys):
    assert main(arguments) == status
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(message)
    assert printed.err.count("\n") == 1


def test_a_folder_that_cannot_be_made_is_an_error_of_the_user(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["plugins", "new", "neuron", "some_unit", "--output", str(tmp_path / "file" / "folder")]) == 2
    assert "Not a directory" in capsys.readouterr().err or sys.platform == "win32"


def test_unknown_options_end_with_the_usage(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["run", "--outt", "x"])
    assert "usage: neurosim" in capsys.readouterr().err


def test_without_a_command_there_is_help(capsys):
    assert main([]) == 2
    assert "run an experiment" in capsys.readouterr().out


def test_plugins_list_is_a_table_with_one_line_each(capsys):
    assert main(["plugins", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["kind", "name", "origin", "what", "it", "is"]
    assert len(lines) == 1 + len(registry.plugins())
    (gaussian,) = (line for line in lines if line.split()[1] == "Gaussian")
    assert gaussian.split(maxsplit=4) == ["connectivity", "Gaussian", "built", "in", "Independent weights"]
    assert not any(":math:" in line for line in lines)


def test_a_broken_plugin_is_a_line_and_a_warning(capsys, tmp_path, monkeypatch, recwarn):
    folder = tmp_path / "broken_units-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-units\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text("[neurosim.neurons]\nBrokenUnit = no_such_module:BrokenUnit\n")
    monkeypatch.syspath_prepend(tmp_path)
    registry.refresh()
    try:
        assert main(["plugins", "list"]) == 0
    finally:
        monkeypatch.undo()
        registry.refresh()
    printed = capsys.readouterr()
    assert "cannot be used: the neuron 'BrokenUnit' of distribution broken-units" in printed.out
    assert printed.err.startswith("neurosim: warning: the neuron 'BrokenUnit' of distribution broken-units")
    assert not recwarn.list


def test_check_prints_what_was_checked(capsys, tmp_path):
    assert main(["plugins", "check", "Gaussian"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Gaussian follows the rules:"
    assert lines[1:] == [f"  {line}" for line in ns.testing.check_connectivity(ns.Gaussian)]
    path, _ = new_plugin("neuron", "unit_to_check", tmp_path)
    assert main(["plugins", "check", str(path)]) == 0
    assert "UnitToCheck follows the rules:" in capsys.readouterr().out


def test_a_plugin_that_breaks_a_rule_fails_the_check(capsys, tmp_path):
    path, _ = new_plugin("neuron", "branching_unit", tmp_path)
    path.write_text(path.read_text().replace("(-x + u) / self.tau", "-x if x > 0 else u"))
    assert main(["plugins", "check", str(path)]) == 2
    assert capsys.readouterr().err.startswith("neurosim: BranchingUnit breaks a rule of its kind")


# new plugins


def test_new_plugins_pass_their_tests_as_they_stand(tmp_path, capsys):
    assert main(["plugins", "new", "neuron", "my_unit", "--output", str(tmp_path)]) == 0
    assert (
        main(["plugins", "new", "connectivity", "my_wires", "--output", str(tmp_path / "deep" / "er")]) == 0
    )
    assert main(["plugins", "new", "task", "my_task", "--output", str(tmp_path)]) == 0
    assert main(["plugins", "new", "trainer", "my_trainer", "--output", str(tmp_path)]) == 0
    assert "my_unit.py and" in capsys.readouterr().out
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "."],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert "12 passed" in done.stdout, done.stdout + done.stderr


def test_the_tests_of_a_new_plugin_notice_a_wrong_equation(tmp_path):
    path, tests = new_plugin("neuron", "wrong_unit", tmp_path)
    path.write_text(path.read_text().replace("np.maximum(x, 0.0) ** 2", "np.maximum(x, 0.0) ** 3"))
    space = {"__file__": str(tests)}
    exec(tests.read_text(), space)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        space["test_rate_at_known_currents"]()


def test_the_class_of_a_new_plugin_is_its_name_in_capitals(tmp_path):
    path, tests = new_plugin("connectivity", "two_rings_2d", tmp_path)
    assert (path.name, tests.name) == ("two_rings_2d.py", "test_two_rings_2d.py")
    (cls,) = load_plugin(path)
    assert cls.__name__ == "TwoRings2d"


@pytest.mark.parametrize("taken", ["my_unit.py", "test_my_unit.py"])
def test_nothing_is_overwritten(taken, tmp_path):
    (tmp_path / taken).write_text("mine")
    with pytest.raises(PluginError, match=f"{taken} exists already"):
        new_plugin("neuron", "my_unit", tmp_path)
    assert os.listdir(tmp_path) == [taken]
    assert (tmp_path / taken).read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("MyUnit", "must be a module name in lower case"),
        ("2nd_unit", "must be a module name"),
        ("my-unit", "must be a module name"),
        ("../unit", "must be a module name"),
        ("lambda", "must be a module name"),
        ("", "must be a module name"),
        ("numpy", "must not be that of another module"),
        ("random", "must not be that of another module"),
        ("leaky_rate", "must not be that of an existing class"),
    ],
)
def test_invalid_names_of_plugins(name, message, tmp_path):
    with pytest.raises(PluginError, match=message):
        new_plugin("neuron", name, tmp_path)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("kind", "error", "message"),
    [
        (
            "noise",
            PluginError,
            "kind = 'noise' has no template. Known: connectivity, neurons, tasks, trainers",
        ),
        ("nerons", UnknownNameError, "kind = 'nerons' is unknown. Did you mean 'neurons'"),
    ],
)
def test_unknown_kinds_of_plugins(kind, error, message, tmp_path):
    with pytest.raises(error, match=message):
        new_plugin(kind, "my_unit", tmp_path)


# the process


def command(*arguments, **keywords):
    return subprocess.run(
        [sys.executable, "-m", "neurosim", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        **keywords,
    )


def test_the_module_runs_as_a_command():
    done = command("--version")
    assert (done.returncode, done.stdout) == (0, f"neurosim {ns.__version__}\n")
    done = command("plugins", "check", "Nothing")
    assert done.returncode == 2
    assert done.stderr.startswith("neurosim: plugin 'Nothing' is unknown")
    assert "Traceback" not in done.stderr


def test_a_closed_pipe_is_not_an_error():
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "neurosim", "plugins", "list"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(write)
    assert done.returncode == 0
    assert "BrokenPipeError" not in done.stderr


def test_errors_of_the_package_itself_keep_their_traceback(experiment, monkeypatch):
    def wrong(*_, **__):
        raise RuntimeError("a mistake in neurosim")

    monkeypatch.setattr(experiment, "run_experiment", wrong)
    with pytest.raises(RuntimeError, match="a mistake"):
        main(["run", "chaos"])


def test_a_parameter_error_is_an_error_of_the_user(experiment, monkeypatch, capsys):
    def wrong(*_, **__):
        raise ParameterError("gain = -1 must not be negative")

    monkeypatch.setattr(experiment, "run_experiment", wrong)
    assert main(["run", "chaos"]) == 2
    assert capsys.readouterr().err == "neurosim: gain = -1 must not be negative\n"
