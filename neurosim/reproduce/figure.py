"""Figure of a study, beside a description of the paper's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["Figure"]


@dataclass(frozen=True)
class Figure:
    """One figure.

    Attributes
    ----------
    name : str
        Name of its files: letters, digits and hyphens.
    caption : str
        What is drawn.
    paper : str
        What the figure of the paper shows, with its number, so that both can be compared without it.
    draw : callable
        Called as ``draw(found, settings, ax)`` with what the study computed; draws on the axes.
    panel : pair of float
        Width and height in inches.
    """

    name: str
    caption: str
    paper: str
    draw: Callable[..., Any]
    panel: tuple[float, float] = (5.2, 3.8)
