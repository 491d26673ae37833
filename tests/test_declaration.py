"""The dataclass that every strategy shares."""

from dataclasses import dataclass

import numpy as np
import pytest

from neurosim.declaration import Declaration, Parameter, parameter_names
from neurosim.errors import ParameterError, UnknownKeywordError


@dataclass(frozen=True)
class Example(Declaration):
    """Two numbers, a word and a count."""

    tau: Parameter = 1.0
    gain: float = 2.0
    shape: str = "round"
    count: int = 3


def test_numerical_fields_are_those_annotated_so():
    assert parameter_names(Example) == ("tau", "gain")


def test_numbers_become_floats_and_sequences_read_only_arrays():
    example = Example(tau=[1, 2], gain=1)
    assert isinstance(example.gain, float)
    np.testing.assert_array_equal(example.tau, [1.0, 2.0])
    with pytest.raises(ValueError, match="read-only"):
        example.tau[0] = 3.0


def test_a_given_array_is_copied():
    tau = np.ones(2)
    example = Example(tau=tau)
    tau[0] = 5.0
    assert example.tau[0] == 1.0


def test_equality_and_hash_count_arrays_by_value():
    assert Example(tau=np.ones(3)) == Example(tau=np.ones(3))
    assert hash(Example(tau=np.ones(3))) == hash(Example(tau=np.ones(3)))
    assert Example(tau=np.ones(3)) != Example(tau=np.ones(4))
    assert Example() != "Example()"


def test_repr_shows_what_differs_from_the_defaults():
    assert repr(Example()) == "Example()"
    assert repr(Example(gain=3.0, shape="square")) == "Example(gain=3.0, shape='square')"
    assert repr(Example(tau=np.ones(9))) == "Example(tau=array(9,))"


def test_replace_changes_one_field():
    assert Example(gain=4.0).replace(shape="flat") == Example(gain=4.0, shape="flat")


@pytest.mark.parametrize("value", [0.0, -1.0, [1.0, 0.0], [[-1.0]]])
def test_time_constants_are_positive(value):
    with pytest.raises(ParameterError, match=r"Example\.tau must be positive \(got .*\)"):
        Example(tau=value)


@pytest.mark.parametrize("value", [np.nan, [1.0, np.inf], "two", None])
def test_parameters_are_finite_numbers(value):
    with pytest.raises(ParameterError, match=r"Example\.gain"):
        Example(gain=value)


def test_a_float_is_one_number_except_in_neurons():
    with pytest.raises(
        ParameterError, match=r"Example\.gain must be one number \(got an array of shape \(2,\)\)"
    ):
        Example(gain=[1.0, 2.0])

    @dataclass(frozen=True)
    class PerUnit(Example):
        floats_per_unit = True

    assert PerUnit(gain=[1.0, 2.0]).gain.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("name", ["tau", "gain"])
def test_parameters_have_a_value(name):
    with pytest.raises(
        ParameterError, match=rf"Example\.{name} must have a value \(got none\); give a number"
    ):
        Example(**{name: []})


def test_unknown_keyword_suggests_the_nearest():
    with pytest.raises(UnknownKeywordError, match=r"Example takes no keyword 'gian'\. Did you mean 'gain'"):
        Example(gian=1.0)


def test_forgotten_decorator_is_named():
    class Forgotten(Example):
        """Has a field, and no decorator."""

        extra: float = 1.0

    with pytest.raises(
        ParameterError, match=r"Forgotten has fields and must be a dataclass; write @dataclass"
    ):
        Forgotten()
