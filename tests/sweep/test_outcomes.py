"""Outcomes return from their files bit for bit, and values of any kind reach the workers."""

import math
import struct

import measures_for_tests as measures
import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import ParameterError
from neurosim.sweep import Sweep
from neurosim.sweep.measures import to_results
from neurosim.sweep.outcomes import Outcome
from neurosim.sweep.points import Point
from neurosim.sweep.store import Store

NUMBERS = {
    "small": 5e-324,
    "third": 1.0 / 3.0,
    "negative zero": -0.0,
    "infinite": -math.inf,
    "large": 2**80 + 1,
    "true": True,
    "complex": complex(1.0 / 3.0, -0.0),
    "τ": 2.5,
}


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_return_bit_for_bit(tmp_path, name):
    identity = "ab" * 32
    Store(tmp_path).write(Outcome(identity, {name: NUMBERS[name]}), Point({}, identity), {}, {})
    found = Store(tmp_path).read(identity).numbers[name]
    assert type(found) is type(NUMBERS[name])
    assert repr(found) == repr(NUMBERS[name])


def test_values_that_are_not_numbers_return(tmp_path):
    identity = "cd" * 32
    arrays = {
        "nan": np.array([np.nan, 1.0]),
        "single": np.arange(3, dtype=np.float32),
        "a/b\\c": np.array([[True]]),
    }
    outcome = Outcome(identity, {"x": math.nan}, arrays, seconds=0.25, memory=1e8)
    Store(tmp_path).write(outcome, Point({}, identity), {}, {})
    found = Store(tmp_path).read(identity)
    assert math.isnan(found.numbers["x"])
    assert struct.pack("dd", found.seconds, found.memory) == struct.pack("dd", 0.25, 1e8)
    for name, array in arrays.items():
        assert found.arrays[name].dtype == array.dtype
        assert found.arrays[name].tobytes() == array.tobytes()


def test_results_are_numbers_arrays_and_mappings_of_them():
    assert to_results(np.float32(0.5), "f") == {"f": 0.5}
    assert to_results({"a": np.int64(3), "b": None, "c": True}, "f") == {"a": 3, "c": True}
    assert to_results([1, 2], "f")["f"].tolist() == [1, 2]


@pytest.mark.parametrize("returned", ["text", {"a": "text"}, [[1, 2], [3]], object(), {"a": {"b": 1.0}}])
def test_other_results_are_refused(returned):
    with pytest.raises(
        ParameterError, match=r"must be a number, an array of numbers or a mapping of them \(got"
    ):
        to_results(returned, "f")


def test_declarations_are_values_of_a_parameter(tmp_path):
    study = Sweep(measures.radius, connectivity=[ns.Gaussian(0.0), ns.Orthogonal(2.0)], seed=[0])
    table = study.run(tmp_path, workers=1)
    np.testing.assert_allclose(table["radius"], [0.0, 2.0], atol=1e-12)
    assert table["connectivity"].tolist() == ["Gaussian(gain=0.0)", "Orthogonal(gain=2.0)"]
    assert len(table.where(connectivity="Orthogonal(gain=2.0)")) == 1
