"""Figures of low-rank networks and of mechanisms of context show the numbers of their results."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim import analysis, plotting
from neurosim.analysis.weights.effective_rank import EffectiveRank
from neurosim.analysis.weights.resampling import ResamplingAccuracy
from neurosim.connectivity import GaussianMixtureLowRank
from neurosim.errors import ParameterError, ShapeError, UnknownNameError
from neurosim.theory import effective_circuit


def low_rank(rank=1, size=80):
    covariance = np.eye(2 * rank)
    for k in range(rank):
        covariance[k, rank + k] = covariance[rank + k, k] = 0.9
        covariance[rank + k, rank + k] = 4.0
    mixture = GaussianMixtureLowRank([1.0], np.full((1, 2 * rank), 0.5), [covariance], rank, matched=True)
    return ns.Network(ns.LeakyCurrent("tanh"), mixture, size, rng=0).replace(initial_state=np.zeros(size))


def test_accuracy_by_rank():
    change = np.array([0.7, 0.9])
    result = EffectiveRank(np.array([1, 2]), np.array([0.5, 0.8]), change, 0.95, np.ones(3), np.ones(3))
    ax = plotting.effective_rank(result)
    assert_allclose(ax.lines[0].get_ydata(), 0.95)
    assert_allclose(ax.lines[1].get_ydata(), result.accuracies)
    assert_allclose(ax.lines[2].get_ydata(), change)
    alone = EffectiveRank(result.ranks, result.accuracies, None, 0.95, np.ones(3), None)
    assert len(plotting.effective_rank(alone).lines) == 2


def test_populations_and_their_ellipses():
    result = analysis.populations(low_rank(), 1, rng=0)
    ax = plotting.populations(result)
    assert_allclose(ax.lines[0].get_xdata(), result.loadings[:, 0])
    assert_allclose(ax.lines[0].get_ydata(), result.loadings[:, 1])
    mean, covariance = result.mixture.means[0], result.mixture.covariances[0]
    # every point of the ellipse is two standard deviations from the mean
    away = np.array(ax.lines[1].get_data()) - mean[:, None]
    assert_allclose(np.einsum("ik,ij,jk->k", away, np.linalg.inv(covariance), away), 4.0, rtol=1e-9)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("m_0", "n_0")
    with pytest.raises(UnknownNameError, match=r"loading 'm_1' is unknown"):
        plotting.populations(result, ("m_0", "m_1"))
    with pytest.raises(ParameterError, match=r"loadings must be two names \(got 1\)"):
        plotting.populations(result, ("m_0",))


def test_accuracy_by_number_of_populations():
    accuracies, bic = np.array([[0.5, 0.7, 0.6], [0.9, 1.0, 0.8]]), np.array([-100.0, -130.0])
    result = ResamplingAccuracy(np.array([1, 2]), accuracies, 0.97, 50, bic)
    ax = plotting.resampling_accuracy(result)
    assert_allclose(ax.lines[0].get_ydata(), 0.97)
    assert_allclose(ax.lines[1].get_data(), [[1, 1, 1, 2, 2, 2], [0.5, 0.7, 0.6, 0.9, 1.0, 0.8]])
    assert_allclose(ax.lines[2].get_ydata(), [0.6, 0.9])
    assert_allclose(ax.lines[3].get_xdata(), 2.0)


def test_flow_of_rank_one_with_fixed_points_and_trajectories():
    network = low_rank()
    circuit = effective_circuit(network)
    points = analysis.fixed_points(circuit.system(), starts=np.array([[-2.0], [0.1], [2.0]]))
    run = ns.simulate(network, 5.0, initial_state=np.outer([-1.0, 2.0], network.recurrent.left[:, 0]))
    ax = plotting.flow_field(circuit, run.states, points=points, limit=3.0)
    places, speeds = ax.lines[1].get_data()
    assert_allclose(speeds, circuit.speed(places[:, None])[:, 0])
    assert (places[0], places[-1]) == (-3.0, 3.0)
    assert_allclose(ax.lines[2].get_xdata(), circuit.project(run.states)[0, :, 0])
    marks = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "o"]
    assert_allclose(marks, points.states[:, 0])


def test_flow_of_rank_two_is_a_plane():
    network = low_rank(2)
    circuit = effective_circuit(network)
    run = ns.simulate(network, 5.0, initial_state=network.recurrent.left[:, 0])
    ax = plotting.flow_field(circuit, run.states)
    assert_allclose(np.array(ax.lines[0].get_data()).T, circuit.project(run.states)[0])
    assert ax.get_xlim()[1] > np.abs(circuit.project(run.states)).max()
    with pytest.raises(ShapeError, match=r"states must have shape \(trials, samples, units\)"):
        plotting.flow_field(circuit, run.states[0])
    with pytest.raises(ParameterError, match="rank one or two to be drawn"):
        plotting.flow_field(effective_circuit(low_rank(3)))
    with pytest.raises(ParameterError, match="limit must be positive"):
        plotting.flow_field(circuit, limit=-1.0)


def integrator():
    m = np.array([[1.0], [0.5], [-1.5], [0.8]])
    n = m * 4.0 / (m**2).sum()
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.LowRank(m, n), 4, inputs=["a", "cue"], rng=0)
    return network


def test_drift_along_a_line_attractor():
    line = analysis.line_attractor(integrator(), state=np.zeros(4))
    ax = plotting.line_attractor(line, label="no cue")
    assert_allclose(ax.lines[1].get_data(), [line.positions, line.drift])
    assert ax.lines[1].get_label() == "drift, no cue"
    assert ax.lines[2].get_markerfacecolor() == ax.lines[1].get_color()  # the flow comes together at 0
    plotting.line_attractor(line, ax=ax)
    drawn = [each for each in ax.lines if each.get_label().startswith("drift")]
    assert drawn[0].get_color() != drawn[1].get_color()


def test_three_terms_are_stacked_up_to_their_sum():
    network = integrator()
    contexts = {"off": [0.0, 0.0], "on": [0.0, 0.4]}
    result = analysis.context_selection(
        network,
        contexts,
        {"a": [1.0, 0.0]},
        points=3,
        separation=1.3,
        states=dict.fromkeys(contexts, np.zeros(4)),
    )
    ax = plotting.context_selection(result)
    heights = [bar.get_height() for bar in ax.patches]
    terms = [result.direct.mean(), result.indirect.mean(), result.selection.mean()]
    assert_allclose(heights, terms, atol=1e-12)
    assert_allclose(sum(heights), result.differences.mean(), atol=1e-12)
    assert ax.get_ylabel().endswith("off − on")
