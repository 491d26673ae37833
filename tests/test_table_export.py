"""Tables for pandas: one row for each trial, or for each entry of a result."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import neurosim as ns
from neurosim.errors import NeurosimError, ParameterError
from neurosim.results.result import Result

pandas = pytest.importorskip("pandas")


def test_a_table_of_trials_has_conditions_and_epochs():
    trials = ns.tasks.PerceptualDecision().trials(20, dt=20.0, rng=0)
    table = trials.to_dataframe()
    assert len(table) == 20
    assert table.index.name == "trial"
    for name, values in trials.conditions.items():
        assert_array_equal(table[name], values)
    assert_array_equal(table["stimulus_start"], trials.epochs["stimulus"][0] * 20.0)
    assert table.groupby("choice").size().sum() == 20


def test_conditions_of_several_numbers_have_a_column_each():
    trials = ns.tasks.ParametricWorkingMemory().trials(5, dt=20.0, rng=0)
    table = trials.to_dataframe()
    assert_array_equal(table[["frequencies_0", "frequencies_1"]], trials.conditions["frequencies"])


@dataclass(frozen=True, eq=False)
class Points(Result):
    """A result of three points and other numbers."""

    states: np.ndarray
    speeds: np.ndarray
    kinds: tuple[str, ...]
    counts: np.ndarray
    inputs: np.ndarray
    tolerance: float


def test_a_table_of_a_result_has_the_fields_with_one_entry_for_each_row():
    found = Points(np.ones((3, 2)), np.arange(3.0), ("a", "b", "c"), np.arange(3), np.zeros(7), 0.1)
    table = found.to_dataframe()
    assert list(table) == ["speeds", "kinds", "counts"]
    assert_array_equal(table["speeds"], found.speeds)


def test_eigenvalues_become_a_table():
    network = ns.Network(ns.LeakyRate("tanh"), ns.Orthogonal(), 10, rng=0)
    assert_array_equal(
        ns.analysis.spectrum(network).to_dataframe()["eigenvalues"], network.recurrent.eigenvalues()
    )


@dataclass(frozen=True, eq=False)
class Single(Result):
    """A result of one number."""

    value: float = 1.0


def test_a_result_without_rows_is_refused():
    with pytest.raises(ParameterError, match="Single must have fields with one number for each row"):
        Single().to_dataframe()


def test_without_pandas_the_error_names_it(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(NeurosimError, match=r"pandas is not installed.*pip install pandas"):
        ns.tasks.Xor().trials(2, dt=1.0, rng=0).to_dataframe()
