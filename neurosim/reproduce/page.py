"""Page of a study: question, method, figures beside the paper's, claims, deviations, and how to change it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from neurosim.report.html import document, image, table
from neurosim.reproduce.claim import Claim
from neurosim.reproduce.reproduction import Reproduction
from neurosim.results import versions

__all__ = ["MARKS", "study_page"]

MARKS = {"yes": "✓ agrees", "NO": "✗ fails", "not checked": "– not checked"}
"""Agreement as text, so that no color is needed to read it."""

STYLE = """
tr.no td { background: #fdecea; } tr.no td.verdict { color: #b42318; font-weight: 700; }
td.verdict { white-space: nowrap; font-weight: 600; } td small { color: var(--faint); }
#part0 td:first-child { width: 34%; } #part0 td.reliability { width: 32%; max-width: none; }
.pair { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 24px; margin: 18px 0; }
.pair p { margin: 0; font-size: .925rem; } .pair b { display: block; color: var(--faint); font-size: .8rem; }
@media (max-width: 720px) { .pair { grid-template-columns: 1fr; } main { padding: 20px 12px 48px; }
  section { padding: 16px 14px; }
  /* each claim as a block of its own */
  #part0 tr { display: block; padding: 10px 0; border-bottom: 1px solid var(--line); }
  #part0 tr:first-child { display: none; }
  #part0 td, #part0 td:first-child, #part0 td.reliability { display: block; width: auto; border: 0; padding: 1px 0; }
  #part0 td[data-label]::before { content: attr(data-label) ": "; color: var(--faint); font-weight: 400; } }
pre { background: var(--ground); padding: 12px; border-radius: 6px; overflow-x: auto; font-size: .85rem;
      margin: .4em 0; }
dt { font-weight: 600; margin-top: .7em; } dd { margin: 0; }
"""


def study_page(result: Reproduction) -> str:
    """HTML of a reproduction, in one file."""
    study = result.study
    paragraphs = "".join(f"<p>{escape(' '.join(text.split()))}</p>" for text in study.method.split("\n\n"))
    sections = {
        "Claims": _claims(result.claims) + _missing(result),
        "Figures": "".join(_pair(result, figure.name.lower()) for figure in study.figures),
        "Method": paragraphs + _settings(result),
        "Deviations from the paper": _pairs(study.deviations) or "<p>None.</p>",
        "Equations and code": _pairs(study.equations, code=True),
        "Change this": _changes(result),
        "Cite": f"<p>{escape(study.paper.citation)}</p><pre>{escape(study.paper.bibtex.strip())}</pre>",
    }
    links = " ".join(f'<a href="#part{k}">{escape(title)}</a>' for k, title in enumerate(sections))
    body = "".join(
        f'<section id="part{k}"><h2>{escape(title)}</h2>{content}</section>\n'
        for k, (title, content) in enumerate(sections.items())
    )
    known = ", ".join(f"{name} {version}" for name, version in versions().items())
    return document(
        study.paper.short,
        f'<h1>{escape(study.paper.short)}</h1>\n<p class="about">{escape(study.paper.title)}. '
        f"{escape(study.paper.where)}.</p>\n<p>{escape(' '.join(study.question.split()))}</p>\n"
        f'<p class="verdict">{escape(result.verdict)}</p>\n<nav>{links}</nav>\n{body}'
        f"<footer>{escape(known)}. The same numbers are in summary.json.</footer>\n",
        STYLE,
    )


def _claims(claims: tuple[Claim, ...]) -> str:
    heading = ["claim", "published", "ours", "agrees?", "rule, written before the run"]
    rows = [
        f'<tr class="{"no" if claim.checked and not claim.agrees else "yes"}">'
        f"<td>{escape(claim.name)}<br><small>{escape(claim.statement)}<br>Source: {escape(claim.source)}.</small></td>"
        f'<td class="number" data-label="published">{escape(claim.published_text)}</td>'
        f'<td class="number" data-label="ours">{escape(claim.estimate_text)}<br>'
        f"<small>{escape(_interval(claim))}</small></td>"
        f'<td class="verdict">{MARKS[claim.verdict]}</td>'
        f'<td class="reliability" data-label="rule">{escape(claim.rule.text)}{_known(claim)}</td></tr>'
        for claim in claims
    ]
    return table(heading, rows)


def _interval(claim: Claim) -> str:
    count = claim.estimate.networks if claim.estimate and claim.checked else 0
    over = f"{count} network{'s' * (count != 1)}" if count else "theory" if claim.checked else ""
    return f"{claim.interval_text} {over}".strip()


def _known(claim: Claim) -> str:
    if claim.missing:
        return f"<br><b>Data of others:</b> {escape(claim.missing)}"
    if claim.agrees:
        return ""
    return f"<br><b>Why it fails:</b> {escape(claim.known or 'not known.')}"


def _missing(result: Reproduction) -> str:
    items = [f"<li><b>{escape(name)}</b>: {escape(where)}</li>" for name, where in result.missing.items()]
    return f'<h3>Data that were not there</h3><ul class="missing">{"".join(items)}</ul>' if items else ""


def _pair(result: Reproduction, name: str) -> str:
    figure = next(figure for figure in result.study.figures if figure.name.lower() == name)
    ours = (
        image(result.figures[name], figure.caption.rstrip("."))
        if name in result.figures
        else f"<p>Not drawn: {escape(result.notes.get(f'figure {name}', ''))}</p>"
    )
    return f'<div class="pair"><div>{ours}</div><p><b>In the paper</b>{escape(figure.paper)}</p></div>'


def _settings(result: Reproduction) -> str:
    full, form = result.study.settings_of(quick=False), "quick" if result.quick else "full"
    rows = [
        f"<tr><td><code>{escape(path)}</code></td><td>{escape(str(full[path]))}</td>"
        f"<td>{escape(str(value)) if value != full[path] else 'the same'}</td></tr>"
        for path, value in result.settings.items()
    ]
    return f"<h3>Settings</h3>{table(['setting', 'full form', f'this run ({form})'], rows)}"


def _pairs(pairs: Mapping[str, str], *, code: bool = False) -> str:
    tag = "code" if code else "span"
    items = "".join(f"<dt>{escape(k)}</dt><dd><{tag}>{escape(v)}</{tag}></dd>" for k, v in pairs.items())
    return f"<dl>{items}</dl>" if items else ""


def _changes(result: Reproduction) -> str:
    form = " --quick" if result.quick else ""
    lines = [
        f"<p>{escape(what)}</p><pre>neurosim reproduce {escape(result.study.name)}{form} {escape(options)}</pre>"
        for what, options in result.study.change.items()
    ]
    return "".join(lines) + "<p>Any setting above can be changed in this way.</p>"
