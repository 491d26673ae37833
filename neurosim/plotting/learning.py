"""Figures of learning rules: the angle between their updates and the gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neurosim.analysis.learning.gradient_alignment import GradientAlignment
from neurosim.plotting.arguments import check_results
from neurosim.plotting.style import COLORS, GREY, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["gradient_alignment"]


@check_results
def gradient_alignment(
    result: GradientAlignment, ax: Axes | None = None, *, names: tuple[str, ...] = ("recurrent",)
) -> Axes:
    """Angle between the updates of a learning rule and the true gradient, against the number of updates.

    A thick line is the angle of all parameters together, thin lines are those of single parameters. The dashed line is
    at 90 degrees, below which an update lowers the loss.

    Parameters
    ----------
    result : GradientAlignment
    ax : matplotlib.axes.Axes, optional
        Where to draw, also over another rule. Default: a new figure.
    names : tuple of str, optional
        Parameters that are drawn by themselves; those that were not trained are left out.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes(ax)
    color = COLORS[sum(line.get_linewidth() > 1.8 for line in ax.lines) % len(COLORS)]
    marker = "o" if len(result.updates) == 1 else None
    ax.plot(
        result.updates, result.angles, color=color, linewidth=2.0, marker=marker, label=f"{result.rule}, all"
    )
    for name, style in zip(
        (name for name in names if name in result.names), ("-", ":", "-.", "--") * 2, strict=False
    ):
        label = f"{result.rule}, {name.replace('_', ' ')}"
        ax.plot(
            result.updates,
            result.angles_of(name),
            style,
            color=color,
            linewidth=0.9,
            marker=marker,
            label=label,
        )
    if not any(line.get_gid() == "right angle" for line in ax.lines):
        ax.axhline(90.0, color=GREY, linestyle="--", linewidth=0.8, zorder=0, gid="right angle")
    ax.set(xlabel="update", ylabel="angle to the gradient (degrees)", ylim=(-3.0, 183.0))
    ax.set_yticks([0, 45, 90, 135, 180])
    ax.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2, fontsize=9)
    return ax
