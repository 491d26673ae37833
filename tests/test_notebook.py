"""Tables that Jupyter shows: escaped, short, with default values in gray."""

from dataclasses import dataclass
from html.parser import HTMLParser

import numpy as np
import pytest

import neurosim as ns
from neurosim.declaration import Declaration
from neurosim.notebook import LONGEST
from neurosim.stepping import Stepping


class Cells(HTMLParser):
    """Rows of a table: (name, value, whether it is gray); raises where tags do not match."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.open = [], []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        if tag == "tr":
            self.rows.append(["", "", False])
        self.gray = "gray" in dict(attributes).get("style", "")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, text):
        if self.open[-1] in ("th", "td"):
            self.rows[-1][self.open[-1] == "td"] += text
            self.rows[-1][2] = self.gray


def rows_of(thing):
    return {name: (value, gray) for name, value, gray in Cells(thing._repr_html_()).rows}


def test_a_declaration_shows_all_fields_and_grays_those_that_are_default():
    assert rows_of(ns.Gaussian(gain=1.5)) == {"gain": ("1.5", False), "self_connections": ("True", True)}


def test_a_network_shows_its_parts():
    network = ns.Network(
        ns.LeakyRate("tanh", tau=2.0), ns.Gaussian(), 50, inputs=["go"], stepping=Stepping(dt=0.5), rng=0
    )
    rows = {name: value for name, (value, _) in rows_of(network).items()}
    assert rows["neuron"] == "LeakyRate(tau=2.0)"
    assert (rows["inputs"], rows["outputs"], rows["size"]) == ("go", "none", "50")
    assert rows["stepping"] == "Stepping(dt=0.5)"


def test_trials_trajectories_and_results_show_their_content():
    trials = ns.tasks.Xor().trials(3, dt=1.0, rng=0)
    assert rows_of(trials)["conditions"][0] == "A, B, answer"
    network = ns.Network.for_task(ns.tasks.Xor(), rng=0)
    run = ns.simulate(network, **trials.simulation, rng=1)
    assert rows_of(run)["steps"][0] == "200 of dt = 1, euler"
    values = rows_of(ns.analysis.spectrum(network))
    assert "50 of modulus" in values["eigenvalues"][0]


@dataclass(frozen=True)
class Odd(Declaration):
    """Has a value that would be HTML, and a long one."""

    text: str = "<b>&"
    many: tuple = tuple(range(1000))


def test_values_are_escaped_and_cut():
    text = Odd()._repr_html_()
    assert "&lt;b&gt;&amp;" in text
    rows = rows_of(Odd())
    assert rows["text"][0] == "<b>&"
    assert len(rows["many"][0]) == LONGEST
    assert rows["many"][0].endswith("...")


@pytest.mark.parametrize("size", [4, 5])
def test_long_arrays_are_shown_by_their_shape(size):
    value, _ = rows_of(ns.LeakyRate("tanh", tau=np.ones(size)))["tau"]
    assert value == ("[1.0, 1.0, 1.0, 1.0]" if size == 4 else "array of shape (5,)")
