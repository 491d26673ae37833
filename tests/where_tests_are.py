"""Where each module is tested: ``python tests/where_tests_are.py`` prints those without a test of their name."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "neurosim"


@functools.cache
def modules() -> list[Path]:
    """Modules with code, relative to the package."""
    found = (path for path in sorted(PACKAGE.rglob("*.py")) if not path.name.startswith("__"))
    return [path.relative_to(PACKAGE) for path in found]


def own_test(module: Path) -> Path:
    """Test file of the same name, in the folder of the same name."""
    return TESTS / module.with_name(f"test_{module.stem}.py")


def place_of_tests(module: Path, depth: int = 3) -> str | None:
    """Test file of a module: of its name, by import, by its names in tests of the same room, or of who imports it."""
    if own_test(module).exists():
        return own_test(module).relative_to(TESTS).as_posix()
    dotted, names = _dotted(module), _names(module)
    # a room without a folder of tests is tested in the folder of the room around it, or at the top
    places = [module.parts[:k] for k in range(len(module.parts))]
    room = [test for test in _files_of_tests() if test.relative_to(TESTS).parts[:-1] in places]
    for tests, pattern in ((_files_of_tests(), re.escape(dotted) + r"\b"), (room, _any_of(names))):
        counts = {test: len(re.findall(pattern, _text(test))) for test in tests}
        best = max(counts, key=lambda test: counts[test], default=None)
        if best is not None and counts[best]:
            return best.relative_to(TESTS).as_posix()
    importers = [other for other in modules() if other != module and dotted in _imports(other)]
    importers.sort(key=lambda other: other.parts[:-1] != module.parts[:-1])
    found = (place_of_tests(other, depth - 1) for other in importers) if depth else iter(())
    return next((test for test in found if test), None)


def table() -> dict[str, str | None]:
    """Module -> test file, for modules without a test file of the same name."""
    return {
        module.as_posix(): place_of_tests(module) for module in modules() if not own_test(module).exists()
    }


def _dotted(module: Path) -> str:
    return ".".join(("neurosim", *module.with_suffix("").parts))


@functools.cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@functools.cache
def _tree(module: Path) -> ast.Module:
    return ast.parse(_text(PACKAGE / module))


def _names(module: Path) -> list[str]:
    defined = (node for node in _tree(module).body if isinstance(node, ast.FunctionDef | ast.ClassDef))
    return sorted(node.name for node in defined if not node.name.startswith("_"))


def _any_of(names: list[str]) -> str:
    return rf"\b(?:{'|'.join(names)})\b" if names else r"(?!)"


@functools.cache
def _imports(module: Path) -> frozenset[str]:
    found = (node for node in ast.walk(_tree(module)) if isinstance(node, ast.ImportFrom) and node.module)
    named = ((node.module, *(f"{node.module}.{alias.name}" for alias in node.names)) for node in found)
    return frozenset(name for names in named for name in names)


@functools.cache
def _files_of_tests() -> list[Path]:
    return [test for test in sorted(TESTS.rglob("test_*.py")) if "benchmarks" not in test.parts]


if __name__ == "__main__":
    rows = table()
    width = max(map(len, rows))
    for name, place in rows.items():
        print(f"{name:{width}}  {place}")
