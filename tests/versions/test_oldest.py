"""The file of the oldest versions says what setup.py allows."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_oldest_versions_are_the_lower_bounds_of_setup():
    bounds = dict(re.findall(r'"([\w-]+)>=([\d.]+)', (ROOT / "setup.py").read_text(encoding="utf-8")))
    stated = re.findall(r"^([\w-]+)==([\d.]+)", (ROOT / "tests/versions/oldest.txt").read_text("utf-8"), re.M)
    assert len(stated) >= 12
    for package, version in stated:
        if package not in bounds:
            continue  # needed by one of the others
        assert version.removesuffix(".0").startswith(bounds[package]) or version == bounds[package], package
    required = re.search(r"install_requires=\[(.*?)\]", (ROOT / "setup.py").read_text("utf-8"), re.S).group(1)
    assert set(re.findall(r'"([\w-]+)>=', required)) <= {package for package, _ in stated}
