"""Figures of tasks, units, lesions and curves show the numbers of their results."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim import analysis, plotting
from neurosim.errors import ParameterError, ShapeError, UnknownNameError
from neurosim.results.numerals import numeral_with_error


@pytest.fixture
def variances(rng):
    """Six units for each of three tasks in random order, and two units that do nothing."""
    prefers = rng.permutation(np.repeat(np.arange(3), 6))
    values = np.vstack([np.eye(3)[prefers] + 0.1 * rng.random((18, 3)), np.zeros((2, 3))])
    return analysis.TaskVariance(("go", "anti", "delay"), values, 1e-3)


def labels_of(ticks):
    return [tick.get_text() for tick in ticks]


def test_task_variance_is_sorted_by_cluster_and_by_preferred_task(variances):
    found = analysis.clusters(variances.normalized, rng=0)
    for labels in (None, found.labels):
        ax = plotting.task_variance(variances, labels)
        shown = np.asarray(ax.images[0].get_array())
        assert shown.shape == (3, 18)
        assert (np.diff(shown.argmax(axis=0)) >= 0).all()
        assert_allclose(np.sort(shown.T, axis=0), np.sort(variances.normalized, axis=0))
        assert labels_of(ax.get_yticklabels()) == ["go", "anti", "delay"]
    assert labels_of(ax.get_xticklabels()) == ["1", "2", "3"]
    assert_allclose([line.get_xdata()[0] for line in ax.lines], [5.5, 11.5])
    assert ax.get_xlabel() == "active units (18 of 20), by cluster"


def test_narrow_clusters_have_no_number():
    labels = np.repeat([0, 1, 2], [38, 1, 2])
    variances = analysis.TaskVariance(("go", "anti"), np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])[labels])
    ax = plotting.task_variance(variances, labels)
    assert labels_of(ax.get_xticklabels()) == ["1", "", "3"]


def test_fractional_variances_are_counted(variances):
    ax = plotting.fractional_variance(variances, "go", "anti")
    known = variances.fractional("go", "anti")[:18]
    heights = [bar.get_height() for bar in ax.patches]
    assert sum(heights) == np.isfinite(known).sum()
    assert heights[-1] == (known >= 0.9).sum()


def test_silhouettes_and_scores(variances):
    found = analysis.clusters(variances.normalized, rng=0)
    ax = plotting.silhouettes(found)
    widths = np.concatenate([[bar.get_width() for bar in bars] for bars in ax.containers])
    assert_allclose(np.sort(widths), np.sort(found.silhouettes))
    assert_allclose(ax.lines[0].get_xdata(), found.silhouettes.mean())
    ax = plotting.cluster_scores(found)
    assert_allclose(ax.lines[0].get_data(), [list(found.scores), list(found.scores.values())])
    assert_allclose(ax.lines[1].get_xdata(), 3)


def test_task_vectors_lie_in_their_plane(rng):
    base, anti, delay = rng.standard_normal((3, 20))
    corners = {"go": base, "anti": base + anti, "delay_go": base + delay, "delay_anti": base + anti + delay}
    result = analysis.task_vectors({name: np.tile(place, (2, 1, 1)) for name, place in corners.items()}, 0)
    ax = plotting.task_vectors(result, steps=[("delay_go", "go"), ("delay_anti", "anti")])
    places, _ = result.plane()
    assert_allclose([line.get_xydata()[0] for line in ax.lines], places)
    # four corners of a parallelogram lie in a plane
    assert ax.get_title() == "100 % of the variance"
    arrows = [text for text in ax.texts if text.arrow_patch is not None]
    assert_allclose(arrows[1].xy, places[3])
    with pytest.raises(UnknownNameError, match="task = 'go_delay' is unknown"):
        plotting.task_vectors(result, steps=[("go_delay", "go")])


def test_lesions_are_an_image_of_tasks_by_groups():
    effects = np.array([[-0.5, 0.0], [0.1, -0.2], [0.0, 0.0]])
    result = analysis.LesionEffects(
        ("go", "anti"), np.ones(3, int), np.array([0.9, 0.8]), np.add(effects, [0.9, 0.8])
    )
    ax = plotting.lesion_effects(result, groups=["a", "b", "c"])
    assert_allclose(ax.images[0].get_array(), effects.T)
    assert ax.images[0].get_clim() == (-0.5, 0.5)
    assert labels_of(ax.get_xticklabels()) == ["a", "b", "c"]


def test_degradation_is_the_mean_with_two_standard_errors(rng):
    shares, distances = np.array([0.0, 0.1, 0.2]), rng.random((3, 25))
    accuracies = (rng.random((3, 25)) < 0.7).astype(float)
    results = [
        analysis.Degradation(protocol, shares, np.array([0, 10, 20]), distances, accuracies)
        for protocol in ("smallest", "positive")
    ]
    ax = plotting.degradation(results)
    assert_allclose(ax.lines[0].get_data(), [[0, 10, 20], distances.mean(axis=1)])
    band = ax.collections[0].get_paths()[0].vertices
    top = distances[0].mean() + 2.0 * distances[0].std(ddof=1) / 5.0
    assert_allclose(band[band[:, 0] == 0.0][:, 1].max(), top)
    assert labels_of(ax.get_legend().get_texts())[:2] == ["smallest", "positive"]
    ax = plotting.degradation(results[0], quantity="accuracy")
    assert_allclose(ax.lines[0].get_ydata(), accuracies.mean(axis=1))


def test_curves_pass_through_their_points(rng):
    evidence = np.repeat([-0.4, -0.2, 0.0, 0.2, 0.4], 50)
    choices = rng.random(250) < 0.5 + evidence
    psychometric = analysis.psychometric_curve(evidence, choices)
    ax = plotting.fitted_curve({"one": psychometric, "two": psychometric})
    points, fit = ax.containers[0].lines[0], ax.lines[1]
    assert_allclose(points.get_ydata(), psychometric.values)
    assert_allclose(fit.get_ydata(), psychometric(fit.get_xdata()))
    mu, error = (each["mu"] for each in (psychometric.parameters, psychometric.standard_errors))
    assert fit.get_label().startswith(f"one, mu = {numeral_with_error(mu, error)}, sigma = ")
    # Wilson's interval of one standard error for all of n is [n / (n + 1), 1]
    (bars,) = plotting.fitted_curve(
        analysis.threshold_curve(
            [0.0] * 9 + [0.1] * 9 + [1.0] * 9, [0, 1] * 4 + [0] + [0, 1, 1] * 3 + [1] * 9
        )
    ).collections
    assert_allclose(bars.get_segments()[-1][:, 1], [0.9, 1.0])


def test_thresholds_and_times_have_their_axes(rng):
    strengths = np.repeat([0.0, 0.05, 0.1, 0.2, 0.4], 60)
    right = rng.random(300) < 1.0 - 0.5 * np.exp(-strengths / 0.1)
    threshold = analysis.threshold_curve(strengths, right)
    ax = plotting.fitted_curve(threshold)
    assert ax.get_xscale() == "log"
    assert_allclose(ax.containers[0].lines[0].get_xdata(), threshold.evidence[1:])
    times = analysis.chronometric_curve(strengths, 0.3 + np.exp(-3.0 * strengths) + 0.01 * rng.random(300))
    ax = plotting.fitted_curve(times)
    assert ax.get_ylabel() == "reaction time"
    assert_allclose(ax.lines[0].get_ydata(), times.values)
    with pytest.raises(
        ParameterError, match=r"result must hold curves of one kind \(got chronometric, threshold\)"
    ):
        plotting.fitted_curve({"a": threshold, "b": times})


def test_fixed_points_of_several_inputs_and_epochs():
    unit = ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(2.0 * np.eye(2)), size=2, inputs=1, rng=0)
    unit = unit.replace(input_weights=np.ones((2, 1)))
    found = analysis.fixed_points_by_input(unit, np.array([[0.0], [2.0]]), 400, rng=1)
    # two units without coupling: three points each without input, one with a strong one
    assert [len(one) for one in found] == [9, 1]
    ax = plotting.fixed_points_by_input(found, directions=(0, 1))
    drawn = np.concatenate([line.get_xydata() for line in ax.lines])
    expected = np.concatenate([one.states for one in found])
    assert_allclose(np.sort(drawn, axis=0), np.sort(expected, axis=0))
    filled = sum(len(line.get_xdata()) for line in ax.lines if line.get_markerfacecolor() != "white")
    assert filled == 4 + 1
    assert labels_of(ax.get_legend().get_texts()) == ["input 1", "input 2"]
    epochs = plotting.fixed_points_by_input({"cue": found[:1], "delay": found[1:]}, found[0].states[None])
    assert labels_of(epochs.get_legend().get_texts()) == ["cue", "delay"]


def test_multipliers_of_a_cycle():
    ring = ns.Network(ns.LeakyRate("tanh"), ns.Explicit(-4.0 * np.eye(3)[[2, 0, 1]]), size=3, rng=0)
    cycle = analysis.limit_cycles(ring, starts=2, rng=0)[0]
    ax = plotting.multipliers(cycle)
    lines = {line.get_label(): line for line in ax.lines}
    assert_allclose(lines["along"].get_xdata(), 1.0, atol=1e-6)
    assert len(lines["shrinks"].get_xdata()) == 2
    assert "grows" not in lines


@pytest.mark.parametrize(
    ("call", "error", "complaint"),
    [
        (
            lambda v: plotting.task_variance(analysis.TaskVariance(v.names, v.values, 9.0)),
            ParameterError,
            r"result must have active units \(got none above threshold = 9\)",
        ),
        (
            lambda v: plotting.task_variance(v, analysis.clusters(v.values, rng=0).labels),
            ShapeError,
            r"labels must be 18 integers, one for each active unit \(got shape \(20,\), dtype int",
        ),
        (
            lambda v: plotting.task_variance(v, analysis.clusters(v.normalized, rng=0)),
            ShapeError,
            r"labels must be 18 integers.*dtype object\); try clusters\(result.normalized\).labels",
        ),
        (
            lambda v: plotting.task_variance(v, np.full(18, -1)),
            ShapeError,
            r"labels must count clusters from 0 \(got -1",
        ),
        (
            lambda v: plotting.fractional_variance(
                analysis.TaskVariance(v.names, v.values, 9.0), "go", "anti"
            ),
            ParameterError,
            r"result must have units that are active in 'go' or 'anti' \(got none above threshold = 9\)",
        ),
        (
            lambda _: plotting.lesion_effects(
                analysis.LesionEffects(("go",), np.ones(2, int), np.ones(1), np.ones((2, 1))), groups=["a"]
            ),
            ShapeError,
            r"groups must be one name for each of the 2 groups of units \(got 1\)",
        ),
        (
            lambda _: plotting.lesion_effects(
                analysis.LesionEffects(("go",), np.ones(0, int), np.ones(1), np.ones((0, 1)))
            ),
            ParameterError,
            r"result must hold a group of units \(got none\)",
        ),
        (
            lambda _: plotting.degradation([]),
            ParameterError,
            r"result must hold one Degradation or more",
        ),
        (
            lambda _: plotting.fitted_curve({}),
            ParameterError,
            r"result must hold curves of one kind \(got none\)",
        ),
        (
            lambda _: plotting.fixed_points_by_input([]),
            ParameterError,
            r"result must hold a fixed point \(got none\)",
        ),
    ],
)
def test_what_cannot_be_drawn_is_named(call, error, complaint, variances):
    with pytest.raises(error, match=complaint):
        call(variances)
