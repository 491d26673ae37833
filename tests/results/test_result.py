"""Results print numbers with units, and arrays in short form."""

import dataclasses
import importlib
import pkgutil
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import neurosim as ns
from neurosim.results.result import Result


@dataclass(frozen=True, eq=False)
class Found(Result, value="1/time"):
    value: Any


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.12345678, "0.12346"),
        (None, "None"),
        (np.array(2.5), "2.5"),
        (np.array([1.0, np.nan]), "[1, nan]"),
        (np.arange(12.0).reshape(3, 4), "3 × 4 from 0 to 11"),
        (np.array([1.0, np.inf] * 5), "10 from 1 to 1"),
        (np.full(9, np.nan), "9, none finite"),
        (3j * np.arange(9.0), "9 of modulus from 0 to 24"),
        (np.arange(9) > 2, "9, 6 of them true"),
        (np.zeros((0, 4)), "0 × 4 of float64"),
        ({"a": 0.5, "b": np.zeros(9)}, "{a: 0.5, b: 9 from 0 to 0}"),
        ((1, 2), "(1, 2)"),
        ((0.5,) * 20, "20 of float"),
    ],
)
def test_values_are_short(value, words):
    assert str(Found(value)) == repr(Found(value)) == f"Found(value (1/time): {words})"


def test_long_results_have_a_line_for_each_number():
    network = ns.Network(ns.LeakyCurrent(), ns.Gaussian(gain=0.5), size=20, rng=0)
    lines = repr(ns.analysis.lyapunov_spectrum(network, 8, duration=20.0, rng=0, progress=False)).splitlines()
    assert lines[0] == "LyapunovSpectrum:"
    assert "    duration (time): 20" in lines
    assert all(len(line) < 110 for line in lines)


def _results():
    for room in ("analysis", "theory"):
        package = importlib.import_module(f"neurosim.{room}")
        for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
            for thing in vars(importlib.import_module(module.name)).values():
                if isinstance(thing, type) and issubclass(thing, Result) and thing.__module__ == module.name:
                    yield thing


@pytest.mark.parametrize("result", sorted(_results(), key=lambda each: each.__qualname__))
def test_units_are_those_of_fields(result):
    assert set(result._units) <= {field.name for field in dataclasses.fields(result)}


def test_no_result_of_an_analysis_prints_all_of_its_arrays():
    for name in ns.analysis.__all__:
        thing = getattr(ns.analysis, name)
        if isinstance(thing, type) and dataclasses.is_dataclass(thing) and thing is not ns.analysis.System:
            # @dataclass wraps what it writes; what a class writes itself is plain
            assert not hasattr(thing.__repr__, "__wrapped__"), name
