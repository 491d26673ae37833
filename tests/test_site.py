"""The site: its code runs, its links lead somewhere, tutorials become notebooks, and every public name is described."""

import importlib
import json
import re
import sys
from pathlib import Path

import pytest

import neurosim as ns

ROOT = Path(__file__).parents[1]
SITE = ROOT / "tutorials" / "site"
PAGES = sorted(SITE.rglob("*.md"))
GENERATED = (
    "gallery",
    "reference",
    "papers.md",
    "tasks.md",
    "changes.md",
    "guides/studies.md",
    "guides/papers.md",
)


@pytest.fixture(scope="module")
def site():
    """The modules that build the site."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(SITE))
        yield importlib.import_module("build"), importlib.import_module("cells")
        for name in ("build", "cells"):
            sys.modules.pop(name, None)


def _blocks(page):
    return re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)


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
    build, cells = site
    (tmp_path / "gallery").mkdir()
    build.write_gallery(tmp_path / "gallery", None, tmp_path)
    scripts = sorted((ROOT / "tutorials").glob("[0-9][0-9]_*.py"))
    for script in scripts:
        read = cells.read_cells(script.read_text(encoding="utf-8"))
        notebook = json.loads((tmp_path / "gallery" / f"{script.stem}.ipynb").read_text(encoding="utf-8"))
        assert [cell["cell_type"] for cell in notebook["cells"]] == [cell.kind for cell in read]
        code = "\n".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code")
        words = [line for line in script.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
        assert [line for line in code.splitlines() if line and line[0] != "#"] == words
        page = (tmp_path / "gallery" / f"{script.stem}.md").read_text(encoding="utf-8")
        assert page.startswith("# ")
        assert all(cell.text in page for cell in read[1:])
    assert len(list((tmp_path / "gallery").glob("*.ipynb"))) == len(scripts) >= 16


def test_what_a_tutorial_prints_and_draws_is_on_its_page_and_kept(site, tmp_path):
    _, cells = site
    script = tmp_path / "99_short.py"
    script.write_text(
        "# %% [markdown]\n# # 99 Short\n\n# %%\nimport matplotlib.pyplot as plt\nprint(6 * 7)\n"
        "with open('runs.txt', 'a') as file:\n    file.write('x')\n\n# %%\nplt.plot([1, 2])\nplt.show()\n".replace(
            "runs.txt", (tmp_path / "runs.txt").as_posix()
        )
    )
    (tmp_path / "pictures").mkdir()
    for _ in range(2):
        outputs = cells.execute(script, tmp_path / "pictures", tmp_path / "results")
    assert (tmp_path / "runs.txt").read_text() == "x"
    page = cells.page(cells.read_cells(script.read_text()), script.stem, outputs)
    assert "```text\n42\n```" in page
    (picture,) = (tmp_path / "pictures").glob("*.png")
    assert f"](pictures/{picture.name})" in page


def test_every_public_name_is_described_once(site, tmp_path):
    build, _ = site
    build.write_reference(tmp_path / "reference")
    text = "\n".join(page.read_text(encoding="utf-8") for page in (tmp_path / "reference").glob("*.md"))
    described = re.findall(r"^\.\. auto\w+:: ([\w.]+)\.(\w+)$", text, flags=re.MULTILINE)
    things = [getattr(importlib.import_module(room), name) for room, name in described]
    assert len({id(thing) for thing in things}) == len(things)
    wanted = [getattr(ns, name) for name in ns.__all__]
    assert [
        thing for thing in wanted if build._is_described(thing) and not any(thing is t for t in things)
    ] == []


def test_tables_have_all_tasks_and_papers(site, tmp_path):
    build, _ = site
    build.write_tables(tmp_path)
    assert "| `Xor` |" in (tmp_path / "tasks.md").read_text(encoding="utf-8")
    assert "sompolinsky1988" in (tmp_path / "papers.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_site_builds_without_a_warning(site, tmp_path, monkeypatch):
    pytest.importorskip("pydata_sphinx_theme")
    pytest.importorskip("myst_parser")
    pytest.importorskip("numpydoc")
    pytest.importorskip("sphinx-mathjax-offline")
    build, _ = site
    monkeypatch.setattr(sys, "argv", ["build.py", str(tmp_path / "site")])
    assert build.main() == 0
    assert (tmp_path / "site" / "index.html").exists()
    assert (tmp_path / "site" / "searchindex.js").exists()
