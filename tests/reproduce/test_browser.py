"""Pages in a real browser, where headless Chromium is installed: on a desk and on a phone, opened from disk."""

import re
import shutil
import subprocess
from html import escape

import pytest
from toy_study import STUDY

import neurosim as ns

BROWSER = next(
    (path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path), None
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="no headless Chromium is installed"),
]

LOOK = """
<script>window.onload = function () {
  var inner = document.querySelector("iframe").contentDocument, images = Array.from(inner.images);
  document.title = [inner.documentElement.scrollWidth, inner.images.length,
    images.filter(i => i.complete && i.naturalWidth > 0).length, inner.querySelectorAll(%r).length,
    Math.round(inner.querySelector(%r).getBoundingClientRect().width)].join(" ");
};</script>
"""


def look(page, width, what, tmp_path):
    """Widths and counts that the browser reports of a page in a frame of this width."""
    text = page.read_text(encoding="utf-8")
    frame = f'<iframe style="border: 0; width: {width}px; height: 900px" srcdoc="{escape(text, quote=True)}"></iframe>'
    (tmp_path / "frame.html").write_text(
        f"<!DOCTYPE html><title></title>{frame}{LOOK % (what, what)}", encoding="utf-8"
    )
    command = [
        BROWSER,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--dump-dom",
        "--window-size=1400,1000",
    ]
    url = (tmp_path / "frame.html").as_uri()
    shown = subprocess.run([*command, url], capture_output=True, text=True, timeout=120, check=True).stdout
    return [int(number) for number in re.search(r"<title>([\d ]+)</title>", shown)[1].split()]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Folder with the gallery of the toy study, under the name of one that is shipped."""
    root = tmp_path_factory.mktemp("gallery")
    ns.reproduce.run(STUDY, folder=root / "toy1999", workers=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("neurosim.reproduce.gallery.studies", lambda: {"toy1999": STUDY})
        ns.reproduce.write_gallery(root)
    return root


@pytest.mark.parametrize("width", [1100, 360])
def test_the_page_of_a_study_fits_and_shows_its_figures(width, root, tmp_path):
    scroll, images, shown, claims, _ = look(root / "toy1999" / "index.html", width, "td.verdict", tmp_path)
    assert scroll <= width
    assert images == shown == 1
    assert claims == 8


@pytest.mark.parametrize("width", [1100, 360])
def test_the_gallery_fits_and_has_a_card(width, root, tmp_path):
    scroll, images, shown, cards, across = look(root / "index.html", width, "a.card", tmp_path)
    assert scroll <= width
    assert images == shown == cards == 1
    # a card takes the width of a phone, and less than half of a desk
    assert across > 0.8 * width if width < 500 else across < 0.5 * width
