"""Reproduction: the result of a study, with its claims, figures and page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from neurosim.report.text import columns
from neurosim.reproduce.claim import Claim
from neurosim.reproduce.settings import Settings
from neurosim.reproduce.study import Study
from neurosim.results import Result, versions

__all__ = ["Reproduction"]


@dataclass(frozen=True, eq=False, repr=False)
class Reproduction(Result, seconds="s"):
    """What came out of a study.

    Attributes
    ----------
    study : Study
    quick : bool
    settings : Settings
    claims : tuple of Claim
        With their estimates.
    figures : dict of str to Path
        PNG files by name; a PDF is beside each.
    seconds : float
        Wall-clock time of all runs in this folder together, drawing included.
    folder : Path
        Holds ``index.html``, ``summary.json``, ``report.txt``, figures, and every network that was computed.
    missing : dict of str to str
        Data of others that were not there, and where they are to be had.
    notes : dict of str to str
        What could not be drawn or estimated, and why.
    """

    study: Study
    quick: bool
    settings: Settings
    claims: tuple[Claim, ...]
    figures: Mapping[str, Path]
    seconds: float
    folder: Path
    missing: Mapping[str, str]
    notes: Mapping[str, str]

    @property
    def agreeing(self) -> int:
        """Number of claims that agree."""
        return sum(claim.agrees for claim in self.claims if claim.checked)

    @property
    def checked(self) -> int:
        """Number of claims that were checked."""
        return sum(claim.checked for claim in self.claims)

    @property
    def verdict(self) -> str:
        """One line: how many claims agree."""
        unchecked = len(self.claims) - self.checked
        rest = f" ({unchecked} not checked, for want of data)" if unchecked else ""
        form = "quick form" if self.quick else "full form"
        return f"{self.agreeing} of {self.checked} claims agree{rest}; {form}, {self.seconds:.0f} s."

    @property
    def table(self) -> str:
        """Published and measured values, for a monospaced font."""
        rows = [["claim", "published", "ours", "interval", "agrees?"]]
        rows += [
            [claim.name, claim.published_text, claim.estimate_text, claim.interval_text, claim.verdict]
            for claim in self.claims
        ]
        lines = [self.study.paper.citation, "", columns(rows), "", self.verdict]
        for claim in self.claims:
            if claim.checked and not claim.agrees:
                lines.append(f"  {claim.name}: {claim.rule.text}. {claim.known}".rstrip())
        lines += [f"  {name} are missing: {where}" for name, where in self.missing.items()]
        return "\n".join([*lines, *(f"  no {name}: {why}" for name, why in self.notes.items())])

    def plain(self) -> dict[str, Any]:
        """Result as plain data for JSON."""
        return {
            "study": self.study.name,
            "quick": self.quick,
            "settings": dict(self.settings),
            "agreeing": self.agreeing,
            "checked": self.checked,
            "claims": [claim.plain() for claim in self.claims],
            "figures": [path.name for path in self.figures.values()],
            "missing": dict(self.missing),
            "not_made": dict(self.notes),
            "seconds": round(self.seconds, 1),
            "versions": versions(),
        }

    def __repr__(self) -> str:
        return f"Reproduction({self.study.name!r}, {str(self.folder)!r})\n{self.table}"

    def _repr_html_(self) -> str:
        page = escape(str(self.folder / "index.html"), quote=True)
        return f'<pre>{escape(self.table)}</pre><p><a href="{page}">{page}</a></p>'
