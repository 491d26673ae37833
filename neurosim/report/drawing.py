"""Figures of a report: one for each drawing, with a panel for each network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from neurosim.plotting.comparison import panels, save_figure
from neurosim.plotting.style import style
from neurosim.report.section import Drawing, Section

__all__ = ["save_drawings"]


def save_drawings(by_label: Mapping[str, Section], folder: Path) -> None:
    """Write every figure of the sections of one question as PNG and PDF.

    Parameters
    ----------
    by_label : mapping of str to Section
        Sections of the networks that are shown side by side.
    folder : Path
    """
    for name in dict.fromkeys(drawing.name for section in by_label.values() for drawing in section.drawings):
        chosen = {label: section.drawing(name) for label, section in by_label.items()}
        drawings = {label: drawing for label, drawing in chosen.items() if drawing is not None}
        with style():
            grid = panels(len(drawings), panel=next(iter(drawings.values())).panel, columns=2)
            for ax, label in zip(grid, drawings, strict=True):
                _draw(drawings[label], ax, by_label[label])
                if len(by_label) > 1:
                    _put_label(ax, label)
        if any(section.drawing(name) for section in by_label.values()):
            # letters as curves: to embed their font takes longer than all of the drawing
            save_figure(grid[0], folder / name, pdf_fonttype=3)


def _draw(drawing: Drawing, ax: Any, section: Section) -> None:
    """Draw, or say in the section why there is nothing to draw."""
    with section.attempt(f"figure {drawing.name}"):
        drawing.draw(ax=ax)
        return
    section.drawings.remove(drawing)
    ax.set_axis_off()


def _put_label(ax: Any, label: str) -> None:
    """Name of the network above everything else that is above its panel."""
    title, legend = ax.get_title(), ax.get_legend()
    # legends of some figures stand between the axes and the title
    above = legend is not None and legend.get_bbox_to_anchor().y0 > ax.bbox.y1 - 2.0
    ax.set_title(f"{label}: {title}" if title else label, pad=44.0 if above else 8.0)
