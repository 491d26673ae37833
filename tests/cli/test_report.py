"""The commands analyze and compare: output, files and exit status."""

import json

import numpy as np
import pytest

import neurosim as ns
from neurosim.cli import main


@pytest.fixture
def switch(tmp_path):
    """File with two units that inhibit each other: a bistable switch."""
    network = ns.Network(
        ns.LeakyRate("tanh"), ns.Explicit(np.array([[0.0, -2.0], [-2.0, 0.0]])), size=2, rng=0
    )
    network.save(tmp_path / "switch.npz")
    return tmp_path / "switch.npz"


def test_analyze_prints_a_table_and_where_the_page_is(switch, tmp_path, capsys):
    assert main(["analyze", str(switch), "--output", str(tmp_path / "report"), "--seed", "3"]) == 0
    printed = capsys.readouterr().out
    assert "2 stable fixed points" in printed
    assert printed.rstrip().endswith(str(tmp_path / "report" / "index.html"))
    summary = json.loads((tmp_path / "report" / "summary.json").read_text(encoding="utf-8"))
    assert summary["seed"] == 3
    assert list(summary["networks"]) == ["switch"]


def test_compare_of_a_network_with_itself_says_that_nothing_changed(switch, tmp_path, capsys):
    assert main(["compare", str(switch), str(switch), "--output", str(tmp_path / "report"), "--quiet"]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'report' / 'index.html'}\n"
    assert "must differ from before in its recurrent weights" in (
        tmp_path / "report" / "report.txt"
    ).read_text(encoding="utf-8").replace("\n    ", " ")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--task", "Amd"], "Did you mean 'And'"),
        (["--dt", "0"], "dt must be positive (got 0.0)"),
        (["--seed", "-1"], "rng must be at least 0 (got -1)"),
    ],
)
def test_mistakes_are_named_and_leave_nothing(switch, tmp_path, capsys, arguments, complaint):
    assert main(["analyze", str(switch), "--output", str(tmp_path / "report"), *arguments]) == 2
    assert complaint in capsys.readouterr().err
    assert not (tmp_path / "report").exists()
