"""The command reproduce: what it prints, and what it refuses."""

import pytest

from neurosim.cli import main
from neurosim.reproduce import command


def test_without_a_name_it_lists_the_studies(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["reproduce"]) == 0
    assert "sompolinsky1988" in capsys.readouterr().out


def test_cite(capsys):
    assert main(["reproduce", "sompolinsky1988", "--cite"]) == 0
    assert "@article{sompolinsky1988chaos" in capsys.readouterr().out


def test_settings_reach_the_study(capsys, monkeypatch):
    calls = []
    monkeypatch.setattr(command, "run_one", lambda name, **options: calls.append((name, options)) or "table")
    assert (
        main(["reproduce", "toy", "--quick", "--set", "a.b=3", "--set", "c=4", "--workers", "2", "--quiet"])
        == 0
    )
    ((name, options),) = calls
    assert name == "toy"
    assert options["changes"] == ["a.b=3", "c=4"]
    assert (options["quick"], options["workers"], options["progress"]) == (True, 2, False)
    assert capsys.readouterr().out == "table\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sompolinski1988"], "Did you mean 'sompolinsky1988'"),
        (["sompolinsky1988", "--set", "activity.sise=3"], "Did you mean 'activity.size'"),
        (["sompolinsky1988", "--set", "activity.size"], "must be PATH=VALUE"),
        (["sompolinsky1988", "--from", "nowhere"], "folder must be that of a reproduction"),
        (["--all", "--cite"], "--all takes"),
        (["--quick"], "NAME is missing"),
    ],
)
def test_bad_input_is_one_line(arguments, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["reproduce", *arguments]) == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_ctrl_c_says_what_is_kept(capsys, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt("stopped by Ctrl-C with 3 of 8 points")

    monkeypatch.setattr(command, "run_one", stop)
    assert main(["reproduce", "toy"]) == 130
    assert "stopped by Ctrl-C with 3 of 8 points" in capsys.readouterr().err
