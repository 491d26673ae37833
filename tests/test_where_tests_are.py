"""Every module has a test of its name, or one that ``python tests/where_tests_are.py`` finds."""

from pathlib import Path

import where_tests_are as where


def test_every_module_is_tested_somewhere():
    assert [module for module, test in where.table().items() if test is None] == []


def test_a_test_of_the_same_name_comes_first():
    module = Path("engine/simulate.py")
    assert module in where.modules()
    assert where.own_test(module).exists()
    assert where.place_of_tests(module) == "engine/test_simulate.py"
