"""HTML tables in notebooks: how networks, declarations, trials and results are displayed by Jupyter."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from html import escape
from typing import Any

import numpy as np

__all__ = ["HtmlTable"]

LONGEST = 120
"""Number of characters of a value, beyond which it is cut."""


class HtmlTable:
    """Base of classes that Jupyter displays as a table of names and values.

    A subclass may give other rows than its dataclass fields by ``_html_rows``. Rows that it marks as default, with a
    key in ``_html_defaults``, are gray.
    """

    def _html_rows(self) -> Mapping[str, Any]:
        """Values by name; default: the fields of the dataclass that are printed."""
        fields = dataclasses.fields(self)  # type: ignore[arg-type]
        return {field.name: getattr(self, field.name) for field in fields if field.repr}

    def _html_defaults(self) -> frozenset[str]:
        """Names of the rows that hold a default value."""
        return frozenset()

    def _repr_html_(self) -> str:
        defaults = self._html_defaults()
        rows = "".join(_row(name, value, name in defaults) for name, value in self._html_rows().items())
        return f"<table><caption><b>{escape(type(self).__name__)}</b></caption><tbody>{rows}</tbody></table>"


def _row(name: str, value: Any, gray: bool) -> str:
    style = "text-align: left" + ("; color: gray" if gray else "")
    return f'<tr><th style="{style}">{escape(name)}</th><td style="{style}">{escape(_text(value))}</td></tr>'


def _text(value: Any) -> str:
    """Value in at most `LONGEST` characters; arrays of more than four numbers by their shape."""
    if isinstance(value, np.ndarray) and value.size > 4:
        return f"array of shape {value.shape}"
    if callable(value) and hasattr(value, "__name__"):
        return str(value.__name__)
    text = " ".join(repr(value.tolist() if isinstance(value, np.ndarray) else value).split())
    text = text[1:-1] if isinstance(value, str) else text
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
