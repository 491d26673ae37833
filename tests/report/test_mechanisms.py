"""Mechanisms in reports: numbers are those of the analyses, and what does not apply says why."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.report.mechanisms import mechanisms
from neurosim.report.subject import Subject

TASK = ns.tasks.ContextIntegration(
    fixation=40.0, stimulus=200.0, response=80.0, catch=0.0, background=0.0, early=0.0
)


def rank_one(size=80):
    """Bistable network of rank one, of which one half of the units receives each stimulus unless its cue is off."""
    m = np.random.default_rng(0).choice([-1.0, 1.0], (size, 1))
    network = ns.Network(
        ns.LeakyRate("tanh", tau=20.0),
        ns.LowRank(m, 1.8 * m),
        size,
        rng=0,
        inputs=TASK.inputs,
        outputs=TASK.outputs,
    )
    first = np.arange(size) < size // 2
    inputs = np.zeros((size, 6))
    inputs[:, 2:4], inputs[:, 4:6] = first[:, None] * m * [1.0, -1.0], ~first[:, None] * m * [1.0, -1.0]
    inputs[:, 0], inputs[:, 1] = 3.0 * ~first, 3.0 * first
    return network.replace(input_weights=inputs, readout_weights=np.array([1.0, -1.0])[:, None] * m.T / size)


@pytest.fixture(scope="module")
def section():
    return mechanisms(Subject("rank one", rank_one(), ns.Stepping(dt=10.0), {"Mante": TASK}))


def test_a_network_of_rank_one(section):
    assert not section.missing
    numbers = {name: number.value for name, number in section.numbers.items()}
    # κ = m tanh(κ) with m = ±1.8 has the solution 1.67 in the network; normal m of the same variance give 1.15
    assert numbers["error of the effective circuit"] == pytest.approx(0.32, abs=0.03)
    # κ = 0 and two stable states
    assert numbers["fixed points of the effective circuit"] == 3
    assert numbers["stable fixed points of the effective circuit"] == 2
    assert numbers["Mante: effective rank"] == 1
    assert [each.name for each in section.drawings] == [
        "flow-field",
        "effective-rank-mante",
        "context-mante",
        "lines-mante",
    ]


def test_terms_of_context_are_those_of_the_analysis(section):
    grid = section.grids[0]
    assert grid.heading == (
        "stimulus", "effect in motion", "effect in color", "direct", "indirect", "selection",
    )  # fmt: skip
    # rank one: by the input alone, and the cue of the other stimulus silences the units that receive this one
    for row, favored in zip(grid.rows, (0, 1), strict=True):
        effects = [abs(float(text.replace("−", "-"))) for text in row[1:3]]
        assert effects[favored] > 10.0 * effects[1 - favored]
        shares = [int(text.split()[0].replace("−", "-")) for text in row[3:]]
        assert sum(shares) == pytest.approx(100, abs=1)
        assert shares[2] == 0


def test_full_rank_and_no_task_say_so():
    network = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(), 10, rng=0)
    found = mechanisms(Subject("random", network, None, {}))
    assert "full-rank part" in found.missing["effective circuit"]
    assert not found.numbers
    found = mechanisms(Subject("random", network, None, {"Mante": TASK}))
    assert "6 inputs and 2 outputs" in found.missing["effective rank in Mante"]
    assert "6 inputs and 2 outputs" in found.missing["selection by context in Mante"]
