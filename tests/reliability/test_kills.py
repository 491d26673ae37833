"""The short form of the attacks on processes."""

import sys

import kills
import numpy as np
import pytest
from outcomes import Outcomes
from whole_files import contents, difference, half_files, leftovers

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are killed otherwise there")


def test_files_whose_writer_is_killed_are_whole(tmp_path):
    outcomes = Outcomes()
    kills.kill_saves(outcomes, 2, np.random.default_rng(0), tmp_path)
    assert outcomes.broken == []


def test_halves_and_differences_are_found(tmp_path):
    for name, half in {
        "a.json": "{",
        "b.png": "PNG",
        "c.npz": "PK",
        "d.html": "<html>",
        ".e.json": "{",
    }.items():
        (tmp_path / name).write_text(half)
    (tmp_path / "f.json").write_text('{"x": 1, "seconds": 2.0}\n')
    assert [each[:6] for each in half_files(tmp_path)] == ["a.json", "b.png:", "c.npz:", "d.html"]
    assert leftovers(tmp_path) == [".e.json"]
    (tmp_path / "a.json").unlink()
    (tmp_path / "c.npz").unlink()
    before = contents(tmp_path)
    (tmp_path / "f.json").write_text('{"x": 1, "seconds": 3.0}\n')
    assert difference(contents(tmp_path), before) == ""
    (tmp_path / "f.json").write_text('{"x": 3}\n')
    assert difference(contents(tmp_path), before) == " > f.json > x: 3 and 1"


@pytest.mark.slow
def test_compilations_and_commands_that_are_killed_end_with_the_same_bits(tmp_path):
    assert kills.attack(2, 0, tmp_path).broken == []
