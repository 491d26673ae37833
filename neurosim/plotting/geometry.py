"""Geometry of activity: tangling, planes of rotation, demixed and targeted axes, subspaces, tensor components."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.activity.principal_components import principal_components
from neurosim.analysis.geometry.alignment import CanonicalAlignment, ProcrustesAlignment
from neurosim.analysis.geometry.communication_subspace import CommunicationSubspace
from neurosim.analysis.geometry.demixed_components import DemixedComponents
from neurosim.analysis.geometry.jpca import RotationalPlanes
from neurosim.analysis.geometry.readout_alignment import ReadoutAlignment
from neurosim.analysis.geometry.tangling import Tangling
from neurosim.analysis.geometry.targeted_axes import TargetedAxes
from neurosim.analysis.geometry.tensor_components import TensorComponents
from neurosim.errors import ParameterError, ShapeError
from neurosim.plotting.arguments import check_results
from neurosim.plotting.style import COLORS, GREY, axes, condition_colors, plain_numbers
from neurosim.validation import finite, one_of, whole_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from neurosim.analysis.activity.recording import Activity

__all__ = [
    "aligned_trajectories",
    "canonical_correlations",
    "communication_scores",
    "demixed_components",
    "demixed_variances",
    "readout_alignment",
    "rotations",
    "tangling",
    "targeted_trajectories",
    "tensor_factors",
]

NEGLIGIBLE = 1e-3
"""Spread of initial states, relative to the largest spread at any time, below which they count as equal."""


@check_results
def tangling(result: Tangling, ax: Axes | None = None) -> Axes:
    """Tangling over time, a line for each trial, on a logarithmic axis, with its 90th percentile.

    Parameters
    ----------
    result : Tangling
        Result of `neurosim.analysis.tangling`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes(ax)
    for values in result.values:
        ax.plot(result.times, values, color=COLORS[0], linewidth=0.8, alpha=0.6)
    high = result.percentile(90.0)
    ax.axhline(high, color="black", linestyle="--", label=f"90th percentile {high:.3g}")
    ax.set(xlabel="time", ylabel="tangling Q (1/time²)", yscale="log")
    plain_numbers(ax, "y")
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), frameon=False, fontsize=9)
    return ax


@check_results
def rotations(
    result: RotationalPlanes, activity: Activity, ax: Axes | None = None, *, plane: int = 0
) -> Axes:
    """Trajectories in a plane of rotation, colored by where they start along its first axis.

    Where all start in one place, by where they are along that axis when they differ most.

    Parameters
    ----------
    result : RotationalPlanes
        Result of `neurosim.analysis.jpca`.
    activity : Trajectory or ndarray, shape (trials, samples, units)
        Activity that the planes describe, without the samples that were discarded.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    plane : int, optional
        Which plane; 0 is the fastest.

    Returns
    -------
    matplotlib.axes.Axes
        With dots where trajectories start.

    References
    ----------
    M. M. Churchland et al., Nature 487, 51 (2012), Fig. 3.
    """
    import matplotlib

    if whole_number("plane", plane, minimum=0) >= len(result.frequencies):
        count = len(result.frequencies)
        raise ParameterError(f"plane must be below {count}, the number of planes (got {plane}).")
    places = result.project(activity)[..., 2 * plane : 2 * plane + 2]
    ax = axes(ax, figsize=(4.2, 4.0))
    spread = places[..., 0].std(axis=0)
    sample = 0 if spread[0] > NEGLIGIBLE * spread.max() else int(spread.argmax())
    order = np.argsort(np.argsort(places[:, sample, 0])) / max(len(places) - 1, 1)
    for line, color in zip(places, matplotlib.colormaps["viridis"](0.9 * order), strict=True):
        ax.plot(*line.T, color=color, linewidth=1.0)
        ax.plot(*line[:1].T, "o", color=color, markersize=5)
    ax.axhline(0.0, color=GREY, linewidth=0.6, zorder=0)
    ax.axvline(0.0, color=GREY, linewidth=0.6, zorder=0)
    ax.set(xlabel=f"jPC {2 * plane + 1}", ylabel=f"jPC {2 * plane + 2}", aspect="equal")
    frequency, share = result.frequencies[plane], 100.0 * result.shares[plane]
    ax.set_title(f"{frequency:.3g} turns per time, {share:.0f} % of the variance", fontsize=9)
    return ax


@check_results
def demixed_components(
    result: DemixedComponents, ax: Axes | None = None, *, name: str | None = None, component: int = 0
) -> Axes:
    """One demixed component over time, a line for each condition.

    Parameters
    ----------
    result : DemixedComponents
        Result of `neurosim.analysis.demixed_components`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    name : str, optional
        Marginalization. Default: the first factor.
    component : int, optional
        Which component of it; 0 has the largest variance.

    Returns
    -------
    matplotlib.axes.Axes
    """
    chosen = result.names[1] if name is None else one_of("name", name, result.names)
    courses = result.courses[result.names.index(chosen)]
    if whole_number("component", component, minimum=0) >= len(courses):
        raise ParameterError(
            f"component must be below {len(courses)}, the number of components (got {component})."
        )
    ax = axes(ax, figsize=(6.0, 3.4))
    for course, color, label in zip(
        courses[component], condition_colors(len(result.conditions)), result.conditions, strict=True
    ):
        ax.plot(result.times, course, color=color, label=label)
    share = 100.0 * result.shares[result.names.index(chosen), component]
    ax.set(xlabel="time", ylabel=f"component {component + 1} of {chosen}")
    ax.set_title(f"{share:.3g} % of the variance", fontsize=9)
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=8)
    return ax


@check_results
def demixed_variances(result: DemixedComponents, ax: Axes | None = None) -> Axes:
    """Share of the variance of each demixed component, divided into the marginalizations that it comes from.

    Bars of one color are demixed.

    Parameters
    ----------
    result : DemixedComponents
        Result of `neurosim.analysis.demixed_components`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    References
    ----------
    D. Kobak et al., eLife 5, e10989 (2016), Fig. 3d.
    """
    count = result.shares.shape[1]
    parts = (result.shares[..., None] * result.composition).reshape(-1, len(result.names))
    ax = axes(ax, figsize=(2.6 + 0.3 * len(parts), 3.4))
    bottom = np.zeros(len(parts))
    for part, name, color in zip(parts.T, result.names, condition_colors(len(result.names)), strict=True):
        ax.bar(np.arange(len(parts)), part, bottom=bottom, color=color, label=name)
        bottom = bottom + part
    middles = count * np.arange(len(result.names)) + 0.5 * (count - 1)
    ax.set_xticks(middles, [name.replace(" × ", " ×\n") for name in result.names], fontsize=9)
    for edge in middles[1:] - 0.5 * count:
        ax.axvline(edge, color=GREY, linewidth=0.6, zorder=0)
    ax.set(xlabel="components of", ylabel="share of the variance")
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), title="variance of", frameon=False, fontsize=8)
    return ax


@check_results
def targeted_trajectories(
    result: TargetedAxes, activity: Activity, values: np.ndarray, ax: Axes | None = None
) -> Axes:
    """Mean trajectories along the first two targeted axes, colored by the value of a variable.

    Parameters
    ----------
    result : TargetedAxes
        Result of `neurosim.analysis.targeted_axes`, with two variables or more.
    activity : Trajectory or ndarray, shape (trials, samples, units)
        Activity that the axes describe.
    values : array_like, shape (trials,)
        Of the variable that gives the colors; trials with equal values are averaged.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        With dots where trajectories start.
    """
    if len(result.names) < 2:
        raise ParameterError(f"result must have two variables or more (got {len(result.names)}).")
    places = result.project(activity)[..., :2]
    labels = finite("values", values, np.float64)
    if labels.shape != places.shape[:1]:
        raise ShapeError(
            f"values must have the shape ({len(places)},), one for each trial (got {labels.shape})."
        )
    ax = axes(ax, figsize=(5.2, 4.0))
    levels = np.unique(labels)
    for level, color in zip(levels, condition_colors(len(levels)), strict=True):
        mean = places[labels == level].mean(axis=0)
        ax.plot(*mean.T, color=color, label=f"{level:g}")
        ax.plot(*mean[:1].T, "o", color=color, markersize=5)
    ax.set(xlabel=f"axis of {result.names[0]}", ylabel=f"axis of {result.names[1]}")
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=9)
    return ax


@check_results
def communication_scores(result: CommunicationSubspace, ax: Axes | None = None) -> Axes:
    """Cross-validated score of each rank of a regression between populations, with standard errors.

    Parameters
    ----------
    result : CommunicationSubspace
        Result of `neurosim.analysis.communication_subspace`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        With a dashed line at the dimension of the communication subspace.

    References
    ----------
    J. D. Semedo et al., Neuron 102, 249 (2019), Fig. 4.
    """
    ax = axes(ax)
    ranks = np.arange(len(result.scores))
    ax.errorbar(ranks, result.scores, result.standard_errors, fmt="o-", color=COLORS[0], markersize=4)
    ax.axhline(0.0, color=GREY, linewidth=0.8, zorder=0)
    ax.axvline(
        result.dimension, color="black", linestyle="--", linewidth=1.0, label=f"dimension {result.dimension}"
    )
    ax.set(xlabel="rank", ylabel="predicted share of the variance")
    ax.locator_params(axis="x", integer=True)
    ax.legend(loc="lower right", frameon=False, fontsize=9)
    return ax


@check_results
def readout_alignment(result: ReadoutAlignment, ax: Axes | None = None) -> Axes:
    """Cumulative shares of the activity and of the output along leading principal components.

    The two curves rise together for aligned dynamics; the output rises late for oblique ones.

    Parameters
    ----------
    result : ReadoutAlignment
        Result of `neurosim.analysis.readout_alignment`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    References
    ----------
    F. Schuessler, F. Mastrogiuseppe, S. Ostojic, O. Barak, eLife 13, RP93060 (2024).
    """
    ax = axes(ax, figsize=(6.4, 3.4))
    ranks = np.arange(1, len(result.activity_shares) + 1)
    for shares, color, label in (
        (result.activity_shares, COLORS[0], "variance of the activity"),
        (result.output_shares, COLORS[1], "variance of the output"),
        (result.weight_shares, COLORS[2], "squared readout weights"),
    ):
        ax.plot(ranks, np.cumsum(shares), color=color, label=label)
    ax.axhline(0.9, color=GREY, linestyle=":", linewidth=1.0, zorder=0)
    ax.set(xlabel="principal components", ylabel="cumulative share", ylim=(0.0, 1.05))
    if len(ranks) > 20:
        ax.set_xscale("log")
        plain_numbers(ax, "x")
    ax.set_title(f"correlation {result.correlation:.3g}, by chance {result.chance:.3g}", fontsize=9)
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=9)
    return ax


@check_results
def tensor_factors(result: TensorComponents, ax: Axes | None = None, *, factor: str = "courses") -> Axes:
    """One kind of factors of tensor components: courses over time, units, or trials.

    Parameters
    ----------
    result : TensorComponents
        Result of `neurosim.analysis.tensor_components`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    factor : {"courses", "units", "trials"}, optional
        Courses are lines over time; the others are dots. Those of trials are multiplied by the weights.

    Returns
    -------
    matplotlib.axes.Axes
    """
    chosen = one_of("factor", factor, ("courses", "units", "trials"))
    values = getattr(result, chosen) * (result.weights if chosen == "trials" else 1.0)
    places = result.times if chosen == "courses" else np.arange(len(values))
    ax = axes(ax)
    mark = "-" if chosen == "courses" else "o"
    for k, (line, color) in enumerate(zip(values.T, condition_colors(values.shape[1]), strict=True)):
        ax.plot(places, line, mark, color=color, markersize=4, label=str(k + 1))
    ax.axhline(0.0, color=GREY, linewidth=0.8, zorder=0)
    labels = {
        "courses": ("time", "course"),
        "units": ("unit", "unit factor"),
        "trials": ("trial", "weight of the trial"),
    }
    ax.set(xlabel=labels[chosen][0], ylabel=labels[chosen][1])
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), title="component", frameon=False, fontsize=9)
    return ax


@check_results
def canonical_correlations(result: CanonicalAlignment, ax: Axes | None = None) -> Axes:
    """Canonical correlations of two recordings, descending.

    Parameters
    ----------
    result : CanonicalAlignment
        Result of `neurosim.analysis.canonical_alignment`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes(ax)
    ranks = np.arange(1, len(result.correlations) + 1)
    ax.plot(ranks, result.correlations, "o-", color=COLORS[0], markersize=4)
    ax.set(xlabel="canonical variable", ylabel="correlation", ylim=(0.0, 1.03))
    ax.locator_params(axis="x", integer=True)
    return ax


@check_results
def aligned_trajectories(
    result: ProcrustesAlignment, first: Activity, second: Activity, ax: Axes | None = None
) -> Axes:
    """Trajectories of two recordings after alignment, along the principal components of the first.

    Parameters
    ----------
    result : ProcrustesAlignment
        Result of `neurosim.analysis.procrustes_alignment`.
    first, second : Trajectory or ndarray, shape (trials, samples, units)
        The recordings that were aligned.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        Solid lines are the first recording, dashed ones the second.
    """
    components = principal_components(first, count=2)
    ax = axes(ax, figsize=(5.2, 4.0))
    for activity, color, line_style, label in (
        (first, COLORS[0], "-", "first"),
        (result.transform(second), COLORS[1], "--", "second, aligned"),
    ):
        for k, line in enumerate(components.project(activity)):
            ax.plot(
                *line.T, color=color, linestyle=line_style, linewidth=1.0, label=label if k == 0 else None
            )
    ax.set(xlabel="PC 1 of the first", ylabel="PC 2 of the first")
    ax.set_title(f"{100.0 * result.r_squared:.3g} % of the variance", fontsize=9)
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=9)
    return ax
