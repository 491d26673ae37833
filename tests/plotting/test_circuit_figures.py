"""Figures of circuits and of what is decoded from their populations."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

import neurosim as ns
from neurosim.connectivity import FixedInDegree
from neurosim.errors import ParameterError, UnknownNameError
from neurosim.plotting.circuit import EXCITATORY, GREY, INHIBITORY, NARROWEST, WIDEST

UNIT = ns.LeakyRate("relu")


def two(delay=None):
    cells = ns.Populations(
        E=ns.Population(UNIT, size=40, sign="excitatory"), I=ns.Population(UNIT, size=10, sign="inhibitory")
    )
    blocks = {
        ("E", "E"): FixedInDegree(4, 1.0),
        ("I", "E"): FixedInDegree(4, 0.5),
        ("E", "I"): FixedInDegree(4, -2.0),
    }
    return ns.Network(cells, ns.Blocks(blocks, delay=delay), rng=0)


def parts(ax):
    """Nodes and arrows of a figure, and all its texts."""
    kinds = {
        kind: [p for p in ax.patches if type(p).__name__ == kind] for kind in ("Circle", "FancyArrowPatch")
    }
    return kinds["Circle"], kinds["FancyArrowPatch"], [t.get_text() for t in ax.texts]


def test_a_circuit_has_a_node_for_each_population_and_an_arrow_for_each_block():
    ax = ns.plotting.circuit(two(delay={("E", "I"): 2.5}))
    nodes, arrows, texts = parts(ax)
    assert [to_hex(n.get_edgecolor()).upper() for n in nodes] == [EXCITATORY, INHIBITORY]
    assert nodes[0].radius > nodes[1].radius
    # four inputs of w / sqrt(4) have a root of summed squares of w = 1, 2 and 0.5; blocks are drawn target by target
    assert [a.get_linewidth() for a in arrows] == pytest.approx([0.5 * WIDEST, WIDEST, 0.25 * WIDEST])
    assert [to_hex(a.get_edgecolor()).upper() for a in arrows] == [EXCITATORY, INHIBITORY, EXCITATORY]
    assert set(texts) == {"2.5", "E\n40", "I\n10"}
    assert "at most 2" in ax.get_title()


def test_currents_give_the_widths_and_colors():
    network = two().replace(bias=np.full(50, 2.0))
    run = ns.simulate(network, 10.0, 0.1, rng=0)
    found = ns.analysis.currents(run, discard=5.0)
    _, arrows, _ = parts(ns.plotting.circuit(network, currents=found))
    cells = ns.Populations(A=ns.Population(UNIT, size=5), B=ns.Population(UNIT, size=5))
    other = ns.Network(cells, ns.Gaussian(), rng=0)
    means = [found.means[0, 0], found.means[0, 1], found.means[1, 0]]
    widths = [max(WIDEST * abs(m) / np.abs(means).max(), NARROWEST) for m in means]
    assert [a.get_linewidth() for a in arrows] == pytest.approx(widths)
    with pytest.raises(ParameterError, match=r"whose populations are A, B .got ..E., .I"):
        ns.plotting.circuit(other, currents=found)
    with pytest.raises(ParameterError, match="currents must be a Currents"):
        ns.plotting.circuit(network, currents=3.0)


@pytest.mark.parametrize("count", [1, 3, 6])
def test_nodes_do_not_overlap(count):
    cells = ns.Populations({f"P{k}": ns.Population(UNIT, size=10 * (k + 1)) for k in range(count)})
    nodes, arrows, _ = parts(ns.plotting.circuit(ns.Network(cells, ns.Gaussian(1.0), rng=0)))
    assert len(arrows) == count**2
    assert {to_hex(a.get_edgecolor()).upper() for a in arrows} == {GREY.upper()}
    for a in range(count):
        for b in range(a):
            distance = np.linalg.norm(np.subtract(nodes[a].center, nodes[b].center))
            assert distance > nodes[a].radius + nodes[b].radius + 0.2


def test_a_network_without_populations_is_no_circuit():
    with pytest.raises(ParameterError, match="must have populations to be drawn"):
        ns.plotting.circuit(ns.Network(UNIT, ns.Gaussian(), 10, rng=0))


def test_decoding_is_drawn_with_its_null():
    draw = np.random.default_rng(0)
    labels = np.arange(80) % 2
    activity = draw.standard_normal((80, 6, 4)) + labels[:, None, None] * np.arange(6)[:, None]
    found = ns.analysis.decoding(activity, labels, populations={"A": [0, 1], "B": [2, 3]}, rng=0)
    ax = ns.plotting.decoding(found)
    assert np.allclose(ax.lines[1].get_ydata(), found.information[0])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["shuffled labels", "A", "B"]
    assert len(ns.plotting.decoding(found, quantity="accuracy").collections) == 3
    with pytest.raises(UnknownNameError, match="quantity"):
        ns.plotting.decoding(found, quantity="bits")
