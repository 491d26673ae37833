"""Identities of points: what changes them, what does not, and the random numbers that follow."""

import dataclasses
import hashlib

import measures_for_tests as measures
import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import MemoryLimitError, ParameterError, ShapeError, UnknownKeywordError
from neurosim.sweep import Sweep
from neurosim.sweep.canonical import canonical_text, to_plain
from neurosim.sweep.design import Axis, Design
from neurosim.sweep.points import seed_of


def identities(study):
    return [point.identity for point in study.points()]


def test_identity_is_the_hash_of_function_and_values():
    (point,) = Sweep(measures.draw, gain=[1.5], seed=[3]).points()
    text = '{"measure":{"function":"measures_for_tests:draw"},"values":{"gain":1.5,"seed":3}}'
    assert point.identity == hashlib.sha256(text.encode()).hexdigest()


def test_identity_depends_on_neither_order_nor_other_points():
    few = Sweep(measures.draw, gain=[2.0, 1.0], seed=[1])
    many = Sweep(measures.draw, seed=range(3), gain=[0.5, 1.0, 2.0])
    assert set(identities(few)) < set(identities(many))


def test_identity_depends_on_the_function():
    one = identities(Sweep(measures.trivial, number=[1]))
    assert one != identities(Sweep(measures.slow, number=[1]))
    scaled = [identities(Sweep(measures.Scaled(factor), number=[1])) for factor in (1.0, 2.0, 1.0)]
    assert scaled[0] == scaled[2] != scaled[1]


@pytest.mark.parametrize(
    ("value", "same"),
    [(np.float64(1.5), 1.5), (np.int32(2), 2), (np.array([1.0, 2.0]), [1.0, 2.0]), ((1, 2), [1, 2])],
)
def test_numpy_numbers_and_arrays_count_by_value(value, same):
    assert to_plain(value, "x") == to_plain(same, "x")


@pytest.mark.parametrize("value", [0.1, 1.0 / 3.0, 5e-324, np.nextafter(1.0, 2.0)])
def test_texts_of_floats_are_exact(value):
    assert float(canonical_text(to_plain(value, "x"))) == value


def test_declarations_count_by_class_and_fields():
    plain = [to_plain(ns.Gaussian(gain), "x") for gain in (1.5, 1.5, 2.0)]
    assert plain[0] == plain[1] != plain[2]
    assert to_plain(ns.Gaussian(1.5), "x") != to_plain(ns.Orthogonal(), "x")


def test_streams_of_different_points_differ_and_repeat():
    first, second = identities(Sweep(measures.draw, gain=[1.0], seed=[0, 1]))
    draws = [np.random.default_rng(seed_of(identity)).normal(size=3) for identity in (first, second, first)]
    np.testing.assert_array_equal(draws[0], draws[2])
    assert not np.isclose(draws[0], draws[1]).any()


def test_grid_varies_the_last_parameter_fastest():
    values = [point.values for point in Sweep(measures.draw, gain=[1.0, 2.0], seed=[0, 1]).points()]
    assert values[:2] == [{"gain": 1.0, "seed": 0}, {"gain": 1.0, "seed": 1}]


def test_zip_and_lists_and_conditions_choose_points():
    zipped = Sweep.zip(measures.draw, gain=[1.0, 2.0], seed=[5, 6])
    listed = Sweep.of(measures.draw, [{"gain": 1.0, "seed": 5}, {"gain": 2.0, "seed": 6}])
    grid = Sweep(measures.draw, gain=[1.0, 2.0], seed=[5, 6])
    chosen = grid.where(lambda values: values["seed"] == values["gain"] + 4)
    assert identities(zipped) == identities(listed) == identities(chosen)


def _local(number):
    return number


@dataclasses.dataclass
class Holder:
    def measure(self, number):
        return number


@pytest.mark.parametrize(
    ("measure", "message"),
    [
        (lambda number: number, "exists only inside another function"),
        (3.0, "measure must be a function"),
        (Holder().measure, "top level of a file"),
        (np.sin, "frozen dataclass"),
    ],
)
def test_functions_that_workers_cannot_import_are_refused(measure, message):
    with pytest.raises(ParameterError, match=message):
        Sweep(measure, number=[1])


def test_unknown_parameter_suggests_the_nearest():
    with pytest.raises(UnknownKeywordError, match=r"draw\(\) takes no parameter 'gian'.*'gain'"):
        Sweep(measures.draw, gian=[1.0], seed=[1])


def test_missing_parameter_is_named():
    with pytest.raises(ParameterError, match=r"gain is missing: draw\(\) needs it"):
        Sweep(measures.draw, seed=[1])


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({}, ParameterError, "no parameters"),
        ({"number": []}, ParameterError, r"number must have at least one value"),
        (
            {"number": range(2**62)},
            MemoryLimitError,
            r"number with so many values would take .* Give fewer values",
        ),
        ({"number": range(2**70)}, MemoryLimitError, r"number with so many values would take inf GB"),
        ({"number": 3}, ParameterError, r"number must be a list of values \(got 3\)"),
        ({"number": "abc"}, ParameterError, "must be a list of values"),
    ],
)
def test_empty_grids_are_refused(values, error, message):
    with pytest.raises(error, match=message):
        Sweep(measures.trivial, **values)


def test_more_points_than_can_be_counted_are_refused():
    axis = Axis(tuple({"number": k} for k in range(100)))
    with pytest.raises(ParameterError, match=r"the study has 1e\+20 points; give fewer values"):
        Design((axis,) * 10)


def test_lists_of_different_lengths_cannot_be_zipped():
    with pytest.raises(ShapeError, match="2 values of gain, 3 values of seed"):
        Sweep.zip(measures.draw, gain=[1.0, 2.0], seed=[1, 2, 3])


def test_listed_points_set_the_same_parameters():
    with pytest.raises(ParameterError, match=r"points\[1\] must set \['gain', 'seed'\]"):
        Sweep.of(measures.draw, [{"gain": 1.0, "seed": 1}, {"gain": 1.0}])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused(value):
    with pytest.raises(ParameterError, match="number must be finite"):
        list(Sweep(measures.trivial, number=[value]).points())


def test_values_that_no_text_identifies_are_refused():
    with pytest.raises(ParameterError, match="number must be a number, a text"):
        list(Sweep(measures.trivial, number=[_local]).points())


def test_condition_must_leave_points():
    with pytest.raises(ParameterError, match="condition must leave some of the 2 points"):
        Sweep(measures.trivial, number=[1, 2]).where(lambda values: values["number"] > 2)


def test_a_million_points_must_be_confirmed(tmp_path):
    study = Sweep(measures.draw, gain=range(1001), seed=range(1000))
    with pytest.raises(ParameterError, match=r"1001000 points; give large=True \(--yes\)"):
        study.run(tmp_path / "large")
    assert not (tmp_path / "large").exists()


def test_points_that_are_the_same_are_refused(tmp_path):
    with pytest.raises(ParameterError, match=r"points must differ \(got number = 1 twice\)"):
        Sweep(measures.trivial, number=[1, 2, 1]).run(tmp_path)
