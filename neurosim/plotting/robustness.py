"""Effects of lesions, and degradation by the removal of weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.behavior.lesions import LesionEffects
from neurosim.analysis.behavior.robustness import Degradation
from neurosim.errors import ParameterError, ShapeError
from neurosim.plotting.arguments import check_results
from neurosim.plotting.style import COLORS, GREY, axes
from neurosim.validation import one_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["degradation", "lesion_effects"]

QUANTITIES = {"distance": "distance of output and target", "accuracy": "accuracy"}
FAILED = 1.0
"""Distance that counts as failure for outputs between 0 and 1 (Jarne & Laje 2023)."""


@check_results
def lesion_effects(
    result: LesionEffects, ax: Axes | None = None, *, groups: Sequence[str] | None = None
) -> Axes:
    """Change of the accuracy by lesions as an image: a row for each task, a column for each group of units.

    Parameters
    ----------
    result : LesionEffects
        Result of `neurosim.analysis.lesion_effects`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    groups : sequence of str, optional
        Names of the groups. Default: 1, 2, ...

    Returns
    -------
    matplotlib.axes.Axes
        With a color bar; red means a loss of accuracy.

    References
    ----------
    G. R. Yang et al., Nat. Neurosci. 22, 297 (2019).
    """
    values, tasks = result.effects, result.tasks
    if not len(values):
        raise ParameterError("result must hold a group of units (got none); give lesion_effects one or more.")
    names = [str(k + 1) for k in range(len(values))] if groups is None else list(groups)
    if len(names) != len(values):
        raise ShapeError(
            f"groups must be one name for each of the {len(values)} groups of units (got {len(names)})."
        )
    most = max(float(np.abs(values).max()), 0.05)
    ax = axes(ax, figsize=(2.6 + 0.5 * len(names), 1.6 + 0.3 * len(tasks)))
    image = ax.imshow(values.T, aspect="auto", vmin=-most, vmax=most, cmap="RdBu")
    ax.figure.colorbar(image, ax=ax, label="change of accuracy", pad=0.03)
    ax.set_xticks(np.arange(len(names)), names)
    ax.set_yticks(np.arange(len(tasks)), tasks, fontsize=9)
    ax.set_xlabel("group of units lesioned")
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0.0)
    return ax


@check_results
def degradation(
    result: Degradation | Sequence[Degradation], ax: Axes | None = None, *, quantity: str = "distance"
) -> Axes:
    """Performance as a function of the share of weights removed: mean over trials, with two standard errors.

    Parameters
    ----------
    result : Degradation or sequence of Degradation
        Results of `neurosim.analysis.degradation`, for instance one for each protocol.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.
    quantity : {"distance", "accuracy"}, optional

    Returns
    -------
    matplotlib.axes.Axes

    References
    ----------
    C. Jarne, R. Laje, J. Comput. Neurosci. 51, 407 (2023).
    """
    label = QUANTITIES[one_of("quantity", quantity, QUANTITIES)]
    curves = [result] if isinstance(result, Degradation) else list(result)
    if not curves:
        raise ParameterError(
            "result must hold one Degradation or more; try neurosim.analysis.degradation(...)."
        )
    ax = axes(ax)
    for k, each in enumerate(curves):
        values = each.distances if quantity == "distance" else each.accuracies
        mean, trials = values.mean(axis=1), values.shape[1]
        error = values.std(axis=1, ddof=1) / np.sqrt(trials) if trials > 1 else np.zeros(len(mean))
        color, shares = COLORS[k % len(COLORS)], 100.0 * each.shares
        ax.plot(shares, mean, color=color, marker="o", markersize=3, label=each.protocol)
        ax.fill_between(shares, mean - 2.0 * error, mean + 2.0 * error, color=color, alpha=0.2, linewidth=0.0)
    if quantity == "distance":
        ax.axhline(FAILED, color=GREY, linestyle=":", label="failed, for outputs of 0 or 1")
        ax.set_ylim(bottom=0.0)
    else:
        ax.set_ylim(-0.02, 1.02)
    ax.set(xlabel="weights removed (% of all)", ylabel=label)
    ax.legend(frameon=False, fontsize=9)
    return ax
