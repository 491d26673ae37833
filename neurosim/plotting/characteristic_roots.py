"""Characteristic roots of a system with delays in the complex plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neurosim.analysis.delays.characteristic_roots import CharacteristicRoots
from neurosim.plotting.arguments import check_results
from neurosim.plotting.style import COLORS, GREY, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["characteristic_roots"]


@check_results
def characteristic_roots(result: CharacteristicRoots, ax: Axes | None = None) -> Axes:
    """Rightmost characteristic roots, and the eigenvalues without the delays.

    Modes to the right of the vertical line grow, and have another color. Eigenvalues to the left of all roots are not
    shown.

    Parameters
    ----------
    result : CharacteristicRoots
        Result of `neurosim.analysis.characteristic_roots`.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = axes(ax, figsize=(4.2, 3.6))
    ax.axvline(0.0, color=GREY, linewidth=1.0, linestyle=":", zorder=1)
    growing = result.values.real > 0.0
    for chosen, color, label in ((~growing, COLORS[0], "decays"), (growing, COLORS[1], "grows")):
        if chosen.any():
            ax.plot(
                result.values.real[chosen],
                result.values.imag[chosen],
                "o",
                color=color,
                label=label,
                markersize=5,
            )
    span = max(float(result.values.real.max() - result.values.real.min()), 1e-300)
    plain = result.without_delays[result.without_delays.real > result.values.real.min() - 0.5 * span]
    if len(result.delays) and len(plain):
        ax.plot(plain.real, plain.imag, "x", color="black", label="without delays", markersize=6)
    ax.set(xlabel="growth rate, Re λ (1 / time)", ylabel="Im λ (1 / time)")
    ax.locator_params(axis="x", nbins=5)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, fontsize=9, frameon=False)
    return ax
