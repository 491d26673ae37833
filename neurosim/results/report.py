"""Report: a folder of results, the table that was printed, and the same numbers as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from neurosim.results.result import Result

__all__ = ["Report"]


@dataclass(frozen=True, eq=False)
class Report(Result):
    """Results of an experiment, of a training, or of the analysis of one or two networks.

    Returned by `run_experiment` and `run_training`, and by `neurosim.report.analyze` and `compare`.

    Attributes
    ----------
    folder : Path
        Holds ``summary.json``, ``report.txt`` and all figures as PNG and PDF. Of an experiment or a training also its
        declaration ``experiment.toml`` and the saved networks; of an analysis ``index.html``, one page with everything.
    table : str
        Text of ``report.txt``, for a monospaced font.
    summary : dict
        Content of ``summary.json``: numbers by network, the ``seed``, the ``seconds`` it took, and ``versions``.

        Of an experiment, each of ``networks`` has ``quantities`` (each with ``measured``, ``predicted`` and ``spread``,
        or None) and ``not_measured`` with reasons. Of an analysis, each of ``networks`` has a ``verdict`` and, for each
        of its ``parts``, the ``settings``, ``numbers`` (with ``value``, ``low``, ``high``, ``predicted``, ``unit`` and
        ``trust``), ``tables``, ``figures`` and what was ``not_measured`` with reasons.
    """

    folder: Path
    table: str
    summary: dict[str, Any]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.folder)!r})\n{self.table}"

    def _repr_html_(self) -> str:
        page = self.folder / "index.html"
        link = f'<p><a href="{escape(str(page), quote=True)}">{escape(str(page))}</a></p>'
        return f"<pre>{escape(self.table)}</pre>{link if page.is_file() else ''}"
