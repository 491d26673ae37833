"""Every example in a docstring runs and prints what it says."""

import doctest
import importlib
import pkgutil

import numpy as np
import pytest


def _modules():
    for package in ("neurosim", "plugins"):
        found = importlib.import_module(package)
        yield from (info.name for info in pkgutil.walk_packages(found.__path__, f"{package}."))


def _examples():
    for name in _modules():
        if not name.endswith("__main__"):
            tests = doctest.DocTestFinder(exclude_empty=True).find(importlib.import_module(name))
            yield from (test for test in tests if test.examples)


@pytest.mark.parametrize("test", list(_examples()), ids=lambda test: test.name)
def test_example_prints_what_it_says(test):
    if "neurosim_plugins" in test.docstring:
        pytest.importorskip("neurosim_plugins", reason="shipped plugins come with an installation")
    with np.printoptions(legacy=False):
        result = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test)
    assert result.attempted > 0
    assert result.failed == 0
