"""Figures of a report as files: one for each drawing, with a panel for each network on common axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from neurosim.plotting.comparison import panels, save_figure
from neurosim.plotting.style import style
from neurosim.report.section import Drawing, Section

__all__ = ["save_drawings"]

NARROW = 5.0
"""Panels up to this width, in inches, are placed side by side, wider ones below each other."""
COMPARABLE = 20.0
"""Ratio of the ranges of two panels above which a common axis would hide one of them."""


def save_drawings(by_label: Mapping[str, Section], folder: Path) -> None:
    """Write every figure of the sections on one question as PNG and PDF.

    Parameters
    ----------
    by_label : mapping of str to Section
        Sections of the networks that are compared.
    folder : Path
    """
    for name in dict.fromkeys(drawing.name for section in by_label.values() for drawing in section.drawings):
        chosen = {label: section.drawing(name) for label, section in by_label.items()}
        drawings = {label: drawing for label, drawing in chosen.items() if drawing is not None}
        panel = next(iter(drawings.values())).panel
        with style():
            grid = panels(len(drawings), panel=panel, columns=2 if panel[0] <= NARROW else 1)
            drawn = {
                label: ax
                for ax, label in zip(grid, drawings, strict=True)
                if _draw(drawings[label], ax, by_label[label])
            }
            if len(by_label) > 1:
                for label, ax in drawn.items():
                    _put_label(ax, label)
            _share_axes(name, drawn, by_label)
        if drawn:
            # text as curves in the PDF: embedding its font takes longer than the drawing
            save_figure(grid[0], folder / name, pdf_fonttype=3)


def _draw(drawing: Drawing, ax: Any, section: Section) -> bool:
    """Draw, or note in the section why that failed; whether it was drawn."""
    with section.attempt(f"figure {drawing.name}"):
        drawing.draw(ax=ax)
        return True
    section.drawings.remove(drawing)
    ax.set_axis_off()
    return False


def _share_axes(name: str, drawn: Mapping[str, Any], by_label: Mapping[str, Section]) -> None:
    """Give all panels the same limits; where their ranges differ by orders of magnitude, the caption says so."""
    if len(drawn) < 2:
        return
    drawings = [by_label[label].drawing(name) for label in drawn]
    wanted = drawings[0].share if drawings[0] is not None else ""
    shared = [axis for axis in wanted if _common_limits(list(drawn.values()), axis)]
    if len(shared) < len(wanted):
        for label, drawing in zip(drawn, drawings, strict=True):
            assert drawing is not None
            section = by_label[label]
            place = section.drawings.index(drawing)
            section.drawings[place] = replace(
                drawing, caption=f"{drawing.caption}. The panels have different scales"
            )


def _common_limits(axes: Sequence[Any], axis: str) -> bool:
    limits = np.array([getattr(ax, f"get_{axis}lim")() for ax in axes])
    widths = np.abs(limits[:, 1] - limits[:, 0])
    if widths.max() > COMPARABLE * widths.min():
        return False
    for ax in axes:
        getattr(ax, f"set_{axis}lim")(limits[:, 0].min(), limits[:, 1].max())
    return True


def _put_label(ax: Any, label: str) -> None:
    """Name of the network above everything else that is above its panel."""
    title, legend = ax.get_title(), ax.get_legend()
    # legends of some figures are between the axes and the title, those of others to the right of the axes
    above = False
    if legend is not None:
        anchor = legend.get_bbox_to_anchor()
        above = anchor.y0 > ax.bbox.y1 - 2.0 and anchor.x0 < ax.bbox.x1 - 2.0
    ax.set_title(f"{label}: {title}" if title else label, pad=44.0 if above else 8.0)
