"""Every convenience method exists, calls the function that the table names, and is the only way up."""

import ast
import importlib
from pathlib import Path

import pytest

import neurosim
from neurosim.conveniences import CONVENIENCES, convenience

PACKAGE = Path(neurosim.__file__).parent


@pytest.mark.parametrize("method", CONVENIENCES)
def test_the_function_of_a_convenience_exists_and_is_documented(method):
    assert convenience(method).__doc__


def calls():
    """(class.method in which it stands, name that is asked for) of every use of the mechanism."""
    for path in PACKAGE.rglob("*.py"):
        for cls in (n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.ClassDef)):
            for method in (n for n in cls.body if isinstance(n, ast.FunctionDef)):
                for call in (n for n in ast.walk(method) if isinstance(n, ast.Call)):
                    if isinstance(call.func, ast.Name) and call.func.id == "convenience":
                        yield f"{cls.name}.{method.name}", call.args[0].value


def test_each_method_asks_for_its_own_line_and_every_line_has_a_method():
    found = list(calls())
    assert all(place == asked for place, asked in found)
    assert sorted(asked for _, asked in found) == sorted(CONVENIENCES)


def test_names_of_the_table_are_importable_paths():
    for path in CONVENIENCES.values():
        module, _, function = path.rpartition(".")
        assert callable(getattr(importlib.import_module(module), function))
