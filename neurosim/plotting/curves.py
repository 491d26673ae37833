"""Psychometric, threshold and chronometric curves with their fits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.behavior.psychometrics import FittedCurve
from neurosim.errors import ParameterError
from neurosim.plotting.arguments import check_results
from neurosim.plotting.style import COLORS, GREY, axes, plain_numbers
from neurosim.results.numerals import numeral_with_error

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["fitted_curve"]

LABELS = {
    "psychometric": "share of choices of option 1",
    "threshold": "share of correct answers",
    "chronometric": "reaction time",
}
CHANCE = 0.5
BETWEEN = 300
"""Points of the drawn curve."""


@check_results
def fitted_curve(result: FittedCurve | Mapping[str, FittedCurve], ax: Axes | None = None) -> Axes:
    """Psychometric, threshold or chronometric curves: measured points and fitted functions.

    Bars at shares are standard errors by Wilson's formula, which is not zero if all choices are the same.

    Parameters
    ----------
    result : FittedCurve or mapping of str to FittedCurve
        Result of `neurosim.analysis.psychometric_curve`, `threshold_curve` or `chronometric_curve`, or several
        results of one of these by name.
    ax : matplotlib.axes.Axes, optional
        Where to draw. Default: a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        With the parameters and their standard errors in the legend, or for a flat curve the bound on its slope. The
        evidence of thresholds is on a logarithmic
        axis; points at zero evidence are left out there.

    References
    ----------
    E. B. Wilson, J. Am. Stat. Assoc. 22, 209 (1927).
    """
    named = {"": result} if isinstance(result, FittedCurve) else dict(result)
    forms = {curve.form for curve in named.values()}
    if len(forms) != 1:
        raise ParameterError(
            f"result must hold curves of one kind (got {', '.join(sorted(forms)) or 'none'})."
        )
    form = forms.pop()
    ax = axes(ax)
    for k, (name, curve) in enumerate(named.items()):
        color = COLORS[k % len(COLORS)]
        shown = curve.evidence > 0.0 if form == "threshold" else np.full(len(curve.evidence), True)
        evidence, values = curve.evidence[shown], curve.values[shown]
        if form == "chronometric":
            ax.plot(evidence, values, "o", color=color, markersize=5)
        else:
            ends = np.abs(_wilson(values, curve.counts[shown]) - values)
            ax.errorbar(evidence, values, ends, fmt="o", color=color, markersize=5, linewidth=1.0)
        spread = np.geomspace if form == "threshold" else np.linspace
        between = spread(evidence[0], evidence[-1], BETWEEN)
        ax.plot(between, curve(between), color=color, label=_legend_text(name, curve))
    ax.set(xlabel="evidence", ylabel=LABELS[form])
    if form == "threshold":
        ax.set_xscale("log")
        plain_numbers(ax, "x")
    if form != "chronometric":
        ax.axhline(CHANCE, color=GREY, linestyle=":", linewidth=1.0, zorder=0)
        ax.set_ylim(-0.03 if form == "psychometric" else 0.4, 1.03)
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), frameon=False, fontsize=9)
    return ax


def _wilson(shares: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Ends of the intervals of one standard error, shape (2, levels)."""
    square = 1.0 / counts
    center = (shares + 0.5 * square) / (1.0 + square)
    half = np.sqrt(square * shares * (1.0 - shares) + 0.25 * square**2) / (1.0 + square)
    return np.array([center - half, center + half])


def _legend_text(name: str, curve: FittedCurve) -> str:
    if curve.flat:
        flat = f"flat (p = {curve.p_value:.2g}), |slope| < {curve.slope_bound:.2g}"
        return f"{name}, {flat}" if name else flat
    parts = (
        f"{key} = {numeral_with_error(value, error)}"
        for (key, value), error in zip(curve.parameters.items(), curve.standard_errors.values(), strict=True)
    )
    return ", ".join(([name] if name else []) + list(parts))
