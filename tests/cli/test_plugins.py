"""The command plugins: tables, checks, and new plugins that work as they stand."""

import os
import subprocess
import sys
from pathlib import Path

import neurosim as ns
from neurosim import registry
from neurosim.cli import main
from neurosim.scaffold import new_plugin

ROOT = Path(ns.__file__).parents[1]


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
