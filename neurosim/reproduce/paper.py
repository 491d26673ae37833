"""Paper: a publication as it is cited, in words and in BibTeX."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Paper"]


@dataclass(frozen=True)
class Paper:
    """Publication that a study reproduces.

    Attributes
    ----------
    short : str
        Authors and year, such as "Sompolinsky, Crisanti & Sommers 1988".
    title : str
    where : str
        Journal, volume and page.
    bibtex : str
        Entry for a bibliography.
    """

    short: str
    title: str
    where: str
    bibtex: str

    @property
    def citation(self) -> str:
        """One line: authors, year, title, journal."""
        return f"{self.short}. {self.title}. {self.where}."

    @property
    def key(self) -> str:
        """Key of the BibTeX entry; empty where there is none."""
        found = re.match(r"\s*@\w+\{([^,\s]+),", self.bibtex)
        return found.group(1) if found else ""
