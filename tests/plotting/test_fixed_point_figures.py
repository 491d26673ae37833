"""Figures of fixed points, attractors and branches hold the numbers of the results."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim import plotting
from neurosim.errors import NeurosimError


@pytest.fixture(scope="module")
def switch():
    return ns.Network(
        ns.LeakyCurrent("tanh"), ns.Explicit(np.array([[0.0, -2.0], [-2.0, 0.0]])), size=2, rng=0
    )


@pytest.fixture(scope="module")
def found(switch):
    return ns.analysis.fixed_points(switch, starts=50, rng=1)


def test_fixed_points_are_at_their_states_and_open_where_unstable(switch, found):
    run = ns.simulate(switch, 10.0, 0.1, trials=3, rng=0)
    ax = plotting.fixed_points(found, run, directions=(0, 1))
    marks = {line.get_label(): line for line in ax.lines if line.get_marker() == "o"}
    assert_allclose(np.sort(marks["stable"].get_xdata()), np.sort(found.states[:2, 0]))
    assert marks["1 growing mode"].get_markerfacecolor() == "white"
    # the growing mode of the saddle is the difference of the two units
    (mode,) = [line for line in ax.lines if line.get_color() == "black"]
    dx, dy = np.ptp(mode.get_xdata()), np.ptp(mode.get_ydata())
    assert dx == pytest.approx(dy)
    assert ax.get_xlabel() == "unit 0"


def test_the_plane_of_points_alone_is_their_principal_plane(found):
    ax = plotting.fixed_points(found)
    assert ax.get_xlabel() == "principal component 1 (100 %)"


def test_spectra_have_a_row_for_each_point(found):
    ax = plotting.fixed_point_spectra(found)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == ["0: stable node", "1: stable node", "2: saddle of index 1"]
    drawn = np.concatenate([line.get_xdata() for line in ax.lines if line.get_marker() == "o"])
    assert_allclose(np.sort(drawn), np.sort(found.eigenvalues.real.ravel()))


def test_stability_is_that_of_the_map_where_its_step_is_given():
    """At rest the flow has the eigenvalues -0.5 ± 2i and is stable; Euler steps of 0.5 have |1 + λ dt|² = 1.5625."""
    turn = ns.Explicit(np.array([[0.5, -2.0], [2.0, 0.5]]))
    found = ns.analysis.fixed_points(
        ns.Network(ns.LeakyRate("tanh"), turn, size=2, rng=0), starts=np.zeros((1, 2))
    )
    flow, euler = (
        plotting.fixed_points(found, np.zeros((1, 2, 2)), directions=(0, 1), dt=dt) for dt in (None, 0.5)
    )
    assert [line.get_label() for line in flow.lines if line.get_marker() == "o"] == ["stable"]
    assert [line.get_label() for line in euler.lines if line.get_marker() == "o"] == ["2 growing modes"]
    rates = plotting.fixed_point_spectra(found, dt=0.5).lines
    drawn = np.concatenate([line.get_xdata() for line in rates if line.get_marker() == "o"])
    assert_allclose(drawn, np.log(1.5625) / 2.0 / 0.5)


def test_a_marginal_point_is_not_drawn_as_stable():
    quarter = ns.Explicit(np.array([[0.0, -1.0], [1.0, 0.0]]))
    found = ns.analysis.fixed_points(
        ns.Network(ns.LeakyRate("tanh"), quarter, size=2, rng=0), starts=np.zeros((1, 2))
    )
    ax = plotting.fixed_points(found, np.zeros((1, 2, 2)), directions=(0, 1), dt=1.0)
    (marks,) = [line for line in ax.lines if line.get_marker() == "o"]
    assert (marks.get_label(), marks.get_markerfacecolor()) == ("marginal", "white")


def test_attractors_are_lines_or_points():
    ring = ns.Network(ns.LeakyRate("tanh"), ns.Explicit(-4.0 * np.eye(3)[[2, 0, 1]]), size=3, rng=0)
    found = ns.analysis.attractors(ring, starts=np.array([[0.5, 0.0, -0.5], [0.0, 0.0, 0.0]]))
    ax = plotting.attractors(found)
    labels = [line.get_label() for line in ax.lines]
    assert labels == ["limit cycle, period 3.375 (1)", "unstable fixed point (1)"]
    assert len(ax.lines[0].get_xdata()) == len(found[0].orbit)


def test_attractors_have_the_colors_of_fixed_points(switch, found):
    """Both stable points have one entry in the legend, which stands beside the panel, not under a title."""
    ax = plotting.attractors(ns.analysis.attractors(switch, starts=8, rng=0))
    points = plotting.fixed_points(found, directions=(0, 1))
    stable = next(line for line in points.lines if line.get_label() == "stable")
    assert {line.get_color() for line in ax.lines} == {stable.get_color()}
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["2 fixed points (8)"]
    assert ax.get_legend().get_bbox_to_anchor().x0 > ax.bbox.x1
    # both are on a line: the other component is rounding, and is not drawn as if it were structure
    assert np.ptp(ax.get_ylim()) > 0.1 * np.ptp(ax.get_xlim())


def test_growth_without_bound_is_left_out_of_the_figure():
    unit = ns.Network(ns.LeakyCurrent("relu"), ns.Explicit(np.diag([1.5, 0.5])), 2, rng=0)
    found = ns.analysis.attractors(unit, starts=np.array([[-1.0, 1.0], [1.0, 1.0]]))
    ax = plotting.attractors(found, directions=(0, 1))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["fixed point (1)"]
    with pytest.raises(NeurosimError, match="must hold an attractor"):
        plotting.attractors(ns.analysis.attractors(unit, starts=np.array([[1.0, 1.0]])))


def test_a_color_means_one_number_of_growing_modes(found):
    """Saddles have the same color whether stable points were found beside them or not."""
    alone = ns.analysis.fixed_points(found.network, starts=np.array([[0.01, 0.01], [-0.02, 0.01]]))
    assert alone.kinds == ("saddle of index 1",)
    colors = [
        {line.get_label(): line.get_color() for line in plotting.fixed_points(each, directions=(0, 1)).lines}
        for each in (found, alone)
    ]
    assert colors[0]["1 growing mode"] == colors[1]["1 growing mode"] != colors[0]["stable"]


def test_a_branch_is_dashed_where_it_is_unstable():
    unit = ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(np.array([[2.0]])), size=1, inputs=1, rng=0)
    unit = unit.replace(input_weights=np.ones((1, 1)))
    branch = ns.analysis.continue_along_input(unit, np.array([-2.9]), ([-1.0], [1.0]), step=0.1)
    ax = plotting.branch(branch, xlabel="input")
    styles = [line.get_linestyle() for line in ax.lines if line.get_marker() != "o"]
    assert styles == ["-", "--", "-"]
    assert [text.get_text() for text in ax.texts] == ["saddle-node", "saddle-node"]
    assert ax.get_ylabel() == "state of unit 0"
    with pytest.raises(NeurosimError, match=r"direction must be a unit from 0 to 0 \(got 1\)"):
        plotting.branch(branch, direction=1)
    with pytest.raises(NeurosimError, match=r"direction must have shape"):
        plotting.branch(branch, direction=np.ones(2))


def test_nothing_to_draw():
    network = ns.Network(ns.LeakyCurrent("linear"), ns.Explicit(np.ones((2, 2)) / 2.0), size=2, rng=0)
    found = ns.analysis.fixed_points(network.replace(bias=np.ones(2)), starts=np.zeros((1, 2)))
    with pytest.raises(NeurosimError, match=r"result must hold a fixed or slow point \(got none\)"):
        plotting.fixed_points(found)
    with pytest.raises(NeurosimError, match=r"result must hold a fixed point \(got none\)"):
        plotting.fixed_point_spectra(found)
