"""Style of all figures: colors for any color vision, fonts, and labels of axes with units."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.validation import instance_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "COLORS",
    "GREY",
    "SETTINGS",
    "axes",
    "condition_colors",
    "plain_numbers",
    "state_label",
    "style",
    "time_label",
]

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442")
"""Palette of Okabe & Ito (2008) for any color vision, with yellow last. Black is for theory and the coherent mode."""

GREY = "#999999"
"""Color of reference lines behind the data."""

SETTINGS: dict[str, Any] = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.labelsize": 11,
    "axes.titlesize": 11,
    "font.size": 10,
    "figure.figsize": (5.2, 3.4),
    "figure.dpi": 110,
    "legend.frameon": False,
    "lines.linewidth": 1.5,
    "savefig.dpi": 200,
    "pdf.fonttype": 42,
    "svg.fonttype": "none",
}


@contextmanager
def style(**changes: Any) -> Iterator[None]:
    """Style of this package for figures inside a ``with`` block; settings outside do not change.

    Parameters
    ----------
    **changes
        Further settings of Matplotlib with underscores for dots, for instance ``font_size=14`` for a talk.

    Examples
    --------
    >>> import neurosim as ns
    >>> with ns.plotting.style(font_size=14):
    ...     pass
    """
    import matplotlib
    from cycler import cycler

    settings: dict[Any, Any] = {**SETTINGS, "axes.prop_cycle": cycler(color=COLORS)}
    names = {str(name).replace(".", "_"): str(name) for name in matplotlib.rcParams}
    settings.update({_known(name, names): value for name, value in changes.items()})
    with matplotlib.rc_context(settings):
        yield


def _known(name: str, names: dict[str, str]) -> str:
    from neurosim.errors import UnknownKeywordError, did_you_mean

    if name not in names:
        suggestion = did_you_mean(name, names).split(" Known")[0]
        raise UnknownKeywordError(f"style() takes no {name!r}. {suggestion} See matplotlib.rcParams.")
    return names[name]


def axes(ax: Axes | None, **figure: Any) -> Axes:
    """Return the given axes, or those of a new figure in the style of this package."""
    import matplotlib.pyplot as plt

    if ax is not None:
        return instance_of("ax", ax, plt.Axes, "give one of plt.subplots(), or leave it out for a new figure")

    with style():
        return plt.subplots(layout="constrained", **figure)[1]


def condition_colors(count: int) -> list[Any]:
    """Palette, or for more conditions than it has colors, evenly spaced colors from dark to bright."""
    import matplotlib

    if count <= len(COLORS):
        return list(COLORS[:count])
    return list(matplotlib.colormaps["viridis"](np.linspace(0.0, 0.95, count)))


def time_label(activity: Any, quantity: str = "time") -> str:
    """Label of an axis of times, with the τ of the network if that is one number."""
    if not hasattr(activity, "network"):
        return quantity
    tau = getattr(activity.network.neuron, "tau", None)
    if tau is None or np.ndim(tau):
        return quantity
    return f"{quantity} (τ)" if tau == 1.0 else f"{quantity} (τ = {tau:g})"


def plain_numbers(ax: Axes, which: str) -> None:
    """Label the ticks of a logarithmic axis, "x" or "y", with plain numbers such as 0.2."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axis = getattr(ax, f"{which}axis")
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def state_label(activity: Any) -> str:
    """Label of an axis of states, with the name of the state variable."""
    return f"state {activity.variables[0]}" if hasattr(activity, "network") else "activity"
