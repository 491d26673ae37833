"""The study of the network of a thesis: it draws all its figures, and its fixed points are where it says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import neurosim as ns

SCRIPT = Path(ns.__file__).parents[1] / "tutorials" / "14_the_network_of_a_thesis.py"

READER = """
import runpy, sys
import numpy as np

names = runpy.run_path(sys.argv[1], run_name="__main__")
wanted = "accuracy shares table speeds alone gaps noise_of_inputs within".split()
np.savez("numbers.npz", **{name: np.array(names[name]) for name in wanted},
         stable=[branch.stable.all() for branch in names["branches"].values()],
         passed=[len(branch.bifurcations) for branch in names["branches"].values()])
"""


def outcome(folder, **environment):
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "error::UserWarning",
            "-W",
            "error::RuntimeWarning",
            "-c",
            READER,
            str(SCRIPT),
        ],
        cwd=folder,
        env={
            **{name: value for name, value in os.environ.items() if name != "NEUROSIM_FAST"},
            "MPLBACKEND": "Agg",
            "PYTHONPATH": str(SCRIPT.parents[1]),
            "PYTHONIOENCODING": "utf-8",
            **environment,
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return dict(np.load(folder / "numbers.npz"))


def test_every_figure_of_the_table_is_drawn_from_a_small_network(tmp_path):
    numbers = outcome(tmp_path, NEUROSIM_FAST="1")
    drawn = {path.stem.split("_")[0] for path in (tmp_path / "results" / "thesis").glob("*.png")}
    assert drawn >= {
        "3.3-4.1",
        "3.4-3.5",
        "4.2",
        "4.3",
        "4.4",
        "4.5",
        "4.6",
        "4.7",
        "5.4",
        "5.5",
        "5.6",
        "5.7-5.9",
    }
    # sigma sqrt(2 tau / dt)
    assert numbers["noise_of_inputs"] == pytest.approx(0.01 * np.sqrt(10.0), rel=0.02)
    # 24 units that hardly learned are near r = softplus(r / 2 + input), which has one stable solution for any input
    assert numbers["table"][:, 0].tolist() == [1, 8, 8]
    assert numbers["table"][:, 1].tolist() == [1, 1, 1]
    assert numbers["table"][:, 2].tolist() == [1, 8, 8]
    # f' < 1 and W = 0.5 at the start: no mode is slower than -1 + 0.5, but for what ten updates did
    assert (numbers["table"][:, 3] < -0.4).all()
    assert numbers["table"][:, 5].max() < 1e-10
    assert (tmp_path / "results" / "thesis" / "training.npz").exists()


def test_every_deviation_of_the_thesis_is_named():
    text = re.sub(r"\n# ", " ", SCRIPT.read_text(encoding="utf-8"))
    for word in ("1.75", "first 100 ms", "not their sum", "0.8", "ξ", "Re λ < 0", "omits the index", "basin"):
        assert word in text


@pytest.mark.slow
def test_the_fixed_points_that_the_thesis_missed(tmp_path):
    numbers = outcome(tmp_path)
    assert numbers["accuracy"].min() > 0.95
    assert numbers["within"] > 0.9
    assert ((numbers["shares"] > 0.0) & (numbers["shares"] < 1.0)).all()
    inputs, most, stable, growth, at_end, held, decay = numbers["table"].T
    assert inputs.tolist() == [1, 64, 64]
    assert most.tolist() == [1, 1, 1]
    assert stable.tolist() == [1, 64, 64]
    assert (growth < 0.0).all()
    # what holding the input leads to and what Newton's method finds is one state, up to rounding
    assert held.max() < 1e-9
    # the epochs were too short: the state is still further from its point than any tolerance of a search
    assert (at_end > 1e-3).all()
    # linear theory: the slowest mode alone, seen over five decades
    assert decay == pytest.approx(np.ones(3), abs=0.1)
    # no other points elsewhere, and without the stimulus there is no ring of points to remember it
    assert numbers["alone"].tolist() == [1, 1, 1, 1]
    assert numbers["stable"].all()
    assert not numbers["passed"].any()
    # once around the ring, back to where it began
    assert numbers["gaps"].max() < 1e-6
