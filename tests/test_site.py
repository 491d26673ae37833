"""The site: its code runs, its links lead somewhere, tutorials become notebooks, and every public name is described."""

import importlib
import json
import re
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

import neurosim as ns

ROOT = Path(__file__).parents[1]
SITE = ROOT / "tutorials" / "site"
PAGES = sorted(SITE.rglob("*.md"))
GENERATED = (
    "gallery",
    "figures",
    "reference",
    "papers.md",
    "tasks.md",
    "changes.md",
    "guides/studies.md",
    "guides/papers.md",
)


OTHERS = ("Brian2", "Nengo", "ReservoirPy", "PsychRNN", "pycog")
"""Whose code is shown, and not run."""


@pytest.fixture(scope="module")
def site():
    """The modules that build the site, by name."""
    names = ("build", "cells", "gallery", "papers", "public_names", "running")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(SITE))
        yield SimpleNamespace(**{name: importlib.import_module(name) for name in names})
        for name in names:
            sys.modules.pop(name, None)


def _blocks(page):
    return re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(SITE).as_posix())
def test_all_code_of_a_page_is_run_or_that_of_another_tool(page):
    """Commands are parsed by ``test_guides.py``."""
    text = page.read_text(encoding="utf-8")
    for language, first in re.findall(
        r"^```([^\n]+)\n([^\n]*)\n.*?^```$", text, flags=re.DOTALL | re.MULTILINE
    ):
        if language == "{code-block} python":
            assert first.startswith(":caption:"), first
            assert first.endswith(OTHERS), first
        else:
            assert language in ("python", "bash", "{toctree}"), language
    # indented blocks would be code that no test sees
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    assert re.findall(r"^ {4}.*$", prose, flags=re.MULTILINE) == []


@pytest.mark.filterwarnings("ignore::neurosim.errors.ShortRunWarning")
@pytest.mark.parametrize(
    "page", [page for page in PAGES if _blocks(page)], ids=lambda page: page.relative_to(SITE).as_posix()
)
def test_the_code_of_a_page_runs(page, tmp_path, monkeypatch):
    """The pages assert what they claim."""
    plt = pytest.importorskip("matplotlib.pyplot")
    monkeypatch.chdir(tmp_path)
    names = {"__name__": page.stem}
    # dataclasses look for the module of a class
    monkeypatch.setitem(sys.modules, page.stem, type(sys)(page.stem))
    for code in _blocks(page):
        exec(compile(code, page.name, "exec"), names)
    plt.close("all")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(SITE).as_posix())
def test_links_of_a_page_lead_somewhere(page):
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if link.startswith("https://"):
            continue
        target = (page.parent / link).resolve().relative_to(SITE)
        if target.parts[0] == "gallery" and target.name != "index.md":
            assert (ROOT / "tutorials" / target.with_suffix(".py").name).exists(), link
        else:
            assert target.as_posix().startswith(GENERATED) or (SITE / target).exists(), link


def test_every_page_is_listed():
    for folder in (SITE, SITE / "guides", SITE / "concepts"):
        text = (folder / "index.md").read_text(encoding="utf-8")
        for page in folder.glob("*.md"):
            assert page.stem == "index" or re.search(rf"^{page.stem}$", text, flags=re.MULTILINE), page


def test_every_tutorial_is_a_page_and_a_notebook_with_all_of_its_text(site, tmp_path):
    site.gallery.write_gallery(tmp_path / "gallery", None, tmp_path)
    scripts = sorted((ROOT / "tutorials").glob("[0-9][0-9]_*.py"))
    index = (tmp_path / "gallery" / "index.md").read_text(encoding="utf-8")
    for script in scripts:
        read = site.cells.read_cells(script.read_text(encoding="utf-8"))
        notebook = json.loads((tmp_path / "gallery" / f"{script.stem}.ipynb").read_text(encoding="utf-8"))
        assert [cell["cell_type"] for cell in notebook["cells"]] == [cell.kind for cell in read]
        code = "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code")
        words = [line for line in script.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
        assert [line for line in code.splitlines() if line and line[0] != "#"] == words
        page = (tmp_path / "gallery" / f"{script.stem}.md").read_text(encoding="utf-8")
        assert page.startswith("# ")
        assert all(cell.text in page for cell in read[1:])
        assert f"[{site.cells.title(read)}]({script.stem}.md)" in index
        assert re.search(rf"^{script.stem}$", index, flags=re.MULTILINE)
    assert len(list((tmp_path / "gallery").glob("*.ipynb"))) == len(scripts) >= 16


def _executed(site, tmp_path, text):
    script = tmp_path / "99_short.py"
    script.write_text(text, encoding="utf-8")
    (tmp_path / "pictures").mkdir(exist_ok=True)
    outputs = site.running.execute(script, tmp_path / "pictures", tmp_path / "results")
    return site.cells.page(site.cells.read_cells(text), script.stem, outputs)


def test_what_a_tutorial_prints_and_draws_is_on_its_page_and_kept(site, tmp_path):
    runs = tmp_path / "runs.txt"
    text = (
        "# %% [markdown]\n# # 99 Short\n\n# %%\nimport matplotlib.pyplot as plt\nprint(6 * 7)\n"
        f"with open({runs.as_posix()!r}, 'a') as file:\n    file.write('x')\n\n"
        "# %%\nplt.plot([1, 2])\nplt.show()\n\n"
        "# %%\nplt.plot([2, 1])\nplt.savefig('saved.png')\nplt.close()\n"
    )
    first, second = (_executed(site, tmp_path, text) for _ in range(2))
    assert runs.read_text() == "x"
    assert first == second
    assert "```text\n42\n```" in first
    # the figure that was left open, and the one that was saved
    pictures = {picture.name for picture in (tmp_path / "pictures").glob("*.png")}
    assert pictures == {"99_short-2-1.png", "99_short-3-saved.png"}
    assert all(f"](pictures/{name})" in first for name in pictures)
    small = site.gallery._thumbnail(tmp_path / "pictures" / "99_short-2-1.png")
    assert (tmp_path / "pictures" / small).exists()


def test_a_tutorial_that_stops_for_want_of_data_says_so_on_its_page(site, tmp_path):
    text = "# %% [markdown]\n# # 99 Short\n\n# %%\nprint('no data')\nraise SystemExit('no')\n\n# %%\nprint('more')\n"
    page = _executed(site, tmp_path, text)
    assert "```text\nno data\n```" in page
    assert "```text\nmore" not in page


def test_a_tutorial_that_fails_stops_the_build(site, tmp_path):
    with pytest.raises(RuntimeError, match=r"99_short.py failed:[\s\S]*ZeroDivisionError"):
        _executed(site, tmp_path, "# %% [markdown]\n# # 99 Short\n\n# %%\n1 / 0\n")


def test_every_public_name_is_described_once(site, tmp_path):
    site.public_names.write_reference(tmp_path / "reference")
    text = "\n".join(page.read_text(encoding="utf-8") for page in (tmp_path / "reference").glob("*.md"))
    described = re.findall(r"^\.\. auto\w+:: ([\w.]+)\.(\w+)$", text, flags=re.MULTILINE)
    things = [getattr(importlib.import_module(room), name) for room, name in described]
    assert len({id(thing) for thing in things}) == len(things)
    rooms = [ns, *(importlib.import_module(room) for room in site.public_names.ROOMS)]
    rooms += [getattr(ns, name) for name in ns.__all__ if isinstance(getattr(ns, name), ModuleType)]
    wanted = [(name, getattr(room, name)) for room in rooms for name in room.__all__]
    missing = {
        name
        for name, thing in wanted
        if site.public_names.is_described(thing) and not any(thing is each for each in things)
    }
    assert missing == site.public_names.INTERNAL


def test_pages_of_papers_have_all_claims_with_their_sources(site, tmp_path):
    site.papers.write_papers(tmp_path / "papers")
    table = (tmp_path / "papers.md").read_text(encoding="utf-8")
    for name, study in ns.reproduce.studies().items():
        assert f"| [{name}](papers/{name}.md) |" in table
        page = (tmp_path / "papers" / f"{name}.md").read_text(encoding="utf-8")
        plain = re.sub(r"\\(.)", r"\1", page)
        for claim in study.declared_claims(study.settings_of(quick=False)):
            for text in (claim.statement, claim.source, claim.rule.text):
                assert " ".join(text.split()) in plain
        assert study.paper.bibtex.strip() in page


def test_the_table_of_tasks_has_them(site, tmp_path):
    site.build.write_tasks(tmp_path / "tasks.md")
    assert "| `Xor` |" in (tmp_path / "tasks.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("texts", "numbers"), [(["all"], []), (["none"], None), (["1", "12"], [1, 12])])
def test_which_tutorials_are_run(site, texts, numbers):
    assert site.build.numbers(texts) == numbers


@pytest.mark.slow
def test_the_site_builds_without_a_warning(site, tmp_path, monkeypatch):
    pytest.importorskip("pydata_sphinx_theme")
    pytest.importorskip("myst_parser")
    pytest.importorskip("numpydoc")
    pytest.importorskip("sphinx-mathjax-offline")
    monkeypatch.setattr(sys, "argv", ["build.py", str(tmp_path / "site"), "--execute", "none"])
    assert site.build.main() == 0
    assert (tmp_path / "site" / "index.html").exists()
    assert (tmp_path / "site" / "searchindex.js").exists()
