"""The command line as a whole: errors, exit status, and the process."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

import neurosim as ns
from neurosim.cli import command_line, main
from neurosim.cli.output import IN_PLAIN_TEXT, accept_all_characters
from neurosim.errors import ParameterError

ROOT = Path(ns.__file__).parents[1]


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


def test_a_closed_pipe_of_windows_is_distinguished_from_a_wrong_name(monkeypatch):
    monkeypatch.setattr(command_line, "CLOSED", {errno.EPIPE, errno.EINVAL})
    assert command_line._is_closed_pipe(OSError(errno.EINVAL, "Invalid argument"))
    assert not command_line._is_closed_pipe(OSError(errno.EINVAL, "Invalid argument", "a?.toml"))
    assert not command_line._is_closed_pipe(ParameterError("size must be positive"))


@pytest.mark.parametrize(
    ("text", "encoding", "written"),
    [
        ("−0.5 ± 0.1, λ₁ → ∞", "cp1252", "-0.5 ± 0.1, lambda1 -> inf"),
        ("|ΔW| ≤ 2.5 × κ", "ascii", "|DeltaW| <= 2.5 x kappa"),
        ("Öl ✓", "ascii", "Ol ?"),
    ],
)
def test_output_in_an_encoding_that_lacks_letters(text, encoding, written):
    accept_all_characters()
    assert text.encode(encoding, IN_PLAIN_TEXT).decode(encoding) == written


def test_a_command_writes_into_a_file_of_any_encoding():
    done = subprocess.run(
        [sys.executable, "-m", "neurosim", "reproduce"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        cwd=ROOT,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert "Sompolinsky" in done.stdout.decode("ascii")


def test_errors_of_the_package_itself_keep_their_traceback(experiment, monkeypatch):
    def wrong(*_, **__):
        raise RuntimeError("a mistake in neurosim")

    monkeypatch.setattr(experiment, "run_experiment", wrong)
    with pytest.raises(RuntimeError, match="a mistake"):
        main(["run", "chaos"])


def test_a_parameter_error_is_an_error_of_the_user(experiment, monkeypatch, capsys):
    def wrong(*_, **__):
        raise ParameterError("gain must not be negative (got -1)")

    monkeypatch.setattr(experiment, "run_experiment", wrong)
    assert main(["run", "chaos"]) == 2
    assert capsys.readouterr().err == "neurosim: gain must not be negative (got -1)\n"
