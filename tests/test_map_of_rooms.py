"""The map in ``neurosim/README.md`` names every room, and nothing that does not exist."""

import re
from pathlib import Path

import neurosim

PACKAGE = Path(neurosim.__file__).parent
TEXT = (PACKAGE / "README.md").read_text(encoding="utf-8") if (PACKAGE / "README.md").exists() else ""


def test_every_room_is_on_the_map():
    rooms = {path.name + "/" for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    rooms |= {path.name for path in PACKAGE.glob("*.py") if not path.name.startswith("__")}
    assert {room for room in rooms if f"`{room}`" not in TEXT} == set()


def test_every_path_on_the_map_exists():
    named = set(re.findall(r"`((?:\w+/)*\w+(?:/|\.py))`", TEXT))
    assert len(named) > 30
    roots = PACKAGE, PACKAGE.parent, PACKAGE / "kernels", PACKAGE / "engine", PACKAGE / "analysis"
    roots += PACKAGE / "storage", PACKAGE / "experiments"
    assert {name for name in named if not any((root / name).exists() for root in roots)} == set()


def test_all_fifteen_questions_are_answered():
    questions = TEXT[TEXT.index("## Where would I change") :].splitlines()
    assert len([line for line in questions if line.startswith("| ")]) == 1 + 15
