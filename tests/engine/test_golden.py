"""Generated kernels are those of the golden files, which show readers what the templates produce."""

import ast

import pytest
from kernel_texts import GOLDEN, kernel_texts

TEXTS = kernel_texts()


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_generated_text_is_the_golden_file(name):
    """After an intended change: python tests/engine/kernel_texts.py, and read the difference."""
    assert TEXTS[name] == (GOLDEN / f"{name}.py").read_text(encoding="utf-8")


def test_every_golden_file_is_generated():
    assert {path.stem for path in GOLDEN.glob("*.py")} == set(TEXTS)


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_kernels_import_numpy_numba_and_helpers_only(name):
    """The fingerprint covers neurosim.kernels; a helper from elsewhere could change unnoticed."""
    modules = set()
    for node in ast.walk(ast.parse(TEXTS[name])):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add(node.module)
    helpers = {module for module in modules if module.startswith("neurosim.kernels.")}
    assert helpers
    assert modules - helpers <= {"numba", "numpy"}
