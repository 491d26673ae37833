"""Table of papers, and a page for each: what is asked, computed and claimed, from the declaration of its study."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from neurosim.reproduce import Claim, Paper, Study, studies
from neurosim.reproduce.catalog import papers_table

__all__ = ["write_papers"]

INTRODUCTION = """A study computes what a paper claims: published numbers beside ours, with intervals over
networks, figures beside a description of the paper's, and a page. Its name leads to its claims, each with its source
and a rule of agreement, which were written before anything was computed. Minutes were measured on two cores.

    neurosim reproduce sompolinsky1988 --quick
    neurosim reproduce sompolinsky1988 --set activity.size=400      # another setting
    neurosim reproduce --all                                        # all of them, and a page that leads to theirs

What is computed is kept, so that the same command goes on after Ctrl-C. `ns.reproduce.run` does the same in Python."""


def write_papers(folder: Path) -> None:
    """Write the table and the pages of the studies.

    Parameters
    ----------
    folder : Path
        Its name is that of the room of pages; the table is beside it, ``folder.md``.
    """
    folder.mkdir()
    known = studies()
    times = Counter(study.paper.short for study in known.values())
    for study in known.values():
        part = f" ({study.name})" if times[study.paper.short] > 1 else ""
        (folder / f"{study.name}.md").write_text(_page(study, study.paper.short + part), encoding="utf-8")
    table = re.sub(r"^\| `(\w+)` \|", rf"| [\1]({folder.name}/\1.md) |", papers_table(), flags=re.MULTILINE)
    tree = [
        "```{toctree}",
        ":hidden:",
        ":maxdepth: 1",
        "",
        *(f"{folder.name}/{name}" for name in known),
        "```",
    ]
    parts = ["# Papers, reproduced", INTRODUCTION, table, _own(), "\n".join(tree)]
    folder.with_suffix(".md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _own() -> str:
    return "[How to write a study](guides/papers.md) of another paper."


def _page(study: Study, heading: str) -> str:
    settings = study.settings_of(quick=False)
    claims = study.declared_claims(settings)
    minutes = "Minutes on two cores: {:.2g}; with `--quick` {:.2g}.".format(*study.minutes)
    parts = [
        f"# {_escaped(heading)}",
        f"*{_escaped(study.paper.title)}.* {_escaped(study.paper.where)}.{_link(study.paper)}",
        _escaped(study.question),
        f"    neurosim reproduce {study.name}",
        minutes,
        "## Method",
        *(_escaped(text) for text in study.method.split("\n\n")),
        *_section("Deviations from the paper", _pairs(study.deviations)),
        "## Claims",
        _claims(claims),
        *_section("Where a claim may fail", _pairs({c.name: c.known for c in claims if c.known})),
        "## Figures",
        _pairs({figure.caption: figure.paper for figure in study.figures}),
        *_section("Equations and code", _pairs(study.equations, code=True)),
        *_section("Change this", _changes(study)),
        "## Cite",
        f"```bibtex\n{study.paper.bibtex.strip()}\n```",
    ]
    return "\n\n".join(parts) + "\n"


def _section(heading: str, content: str) -> list[str]:
    return [f"## {heading}", content] if content else []


def _claims(claims: Iterable[Claim]) -> str:
    rows = ["| claim | published | source | agreement |", "|---|---|---|---|"]
    for claim in claims:
        published = "" if claim.published is None else claim.published_text
        cells = (
            f"**{_escaped(claim.name)}**: {_escaped(claim.statement)}",
            published,
            claim.source,
            claim.rule.text,
        )
        first, *others = cells
        rows.append(f"| {' | '.join([first, *(_escaped(text) for text in others)])} |")
    return "\n".join(rows)


def _pairs(pairs: Mapping[str, str], *, code: bool = False) -> str:
    texts = {name: f"`{text}`" if code else _escaped(text) for name, text in pairs.items()}
    return "\n".join(f"- **{_escaped(name)}**: {text}" for name, text in texts.items())


def _changes(study: Study) -> str:
    rows = [f"# {name}\nneurosim reproduce {study.name} {options}" for name, options in study.change.items()]
    return "```bash\n" + "\n".join(rows) + "\n```" if rows else ""


def _link(paper: Paper) -> str:
    found = re.search(r"^\s*doi\s*=\s*\{(.+?)\}", paper.bibtex, flags=re.MULTILINE)
    return f" [doi:{found[1]}](https://doi.org/{found[1]})" if found else ""


def _escaped(text: str) -> str:
    """Text in which no sign is one of Markdown."""
    return re.sub(r"([\\`*_|<>$\[\]~^{}])", r"\\\1", " ".join(text.split()))
