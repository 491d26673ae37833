"""Checks of arguments: which arrays are taken, in which precision, and what the errors say."""

import numpy as np
import pytest

import neurosim as ns
from neurosim import validation
from neurosim.errors import ParameterError, UnknownNameError
from neurosim.validation import as_array, finite


class Tensor:
    """As much of a PyTorch tensor as `as_array` uses: NumPy may read it only once it is detached and no bfloat16."""

    def __init__(self, values, dtype="torch.float32", attached=True):
        self.values, self.dtype, self.attached = np.asarray(values), dtype, attached

    def detach(self):
        return Tensor(self.values, self.dtype, attached=False)

    def cpu(self):
        return self

    def double(self):
        return Tensor(self.values.astype(np.float64), "torch.float64", self.attached)

    def __array__(self, dtype=None, copy=None):
        if self.attached:
            raise RuntimeError(
                "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy()."
            )
        if self.dtype == "torch.bfloat16":
            raise TypeError("Got unsupported ScalarType BFloat16")
        return self.values if dtype is None else self.values.astype(dtype)


def test_a_tensor_with_a_gradient_gives_its_values():
    assert finite("x", Tensor(np.float32([0.1, 2.0]))).tolist() == np.float32([0.1, 2.0]).tolist()


def test_a_bfloat16_tensor_becomes_float64():
    array = finite("x", Tensor(np.float32([0.5, 2.0]), "torch.bfloat16"))
    assert array.dtype == np.float64
    assert array.tolist() == [0.5, 2.0]


def test_torch_itself():
    torch = pytest.importorskip("torch")
    for dtype in (torch.float32, torch.float64, torch.bfloat16):
        tensor = torch.tensor([[0.5, -2.0]], dtype=dtype, requires_grad=True)
        assert as_array("x", tensor).tolist() == [[0.5, -2.0]]


def test_a_list_of_attached_tensors_is_an_error_that_quotes_the_reason():
    with pytest.raises(
        ParameterError, match=r"^x must be an array of numbers \(got list: Can't call numpy.*\)\.$"
    ):
        finite("x", [Tensor([1.0]), Tensor([2.0])])


def test_masked_entries_are_refused_and_an_empty_mask_is_not():
    values = np.ma.masked_array(np.ones((2, 2)), mask=np.eye(2))
    with pytest.raises(ParameterError, match=r"x must have no masked entries \(got 2\); .*x\.filled\(0\)"):
        finite("x", values)
    assert finite("x", np.ma.masked_array(np.ones(2), mask=False)).tolist() == [1.0, 1.0]
    with pytest.raises(ParameterError, match=r"Explicit.weights must have no masked entries.*filled\(0\)"):
        ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(values), size=2)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int16", "int32", "int64", "float16", "float64"])
def test_every_type_but_float32_becomes_float64(dtype):
    assert finite("x", np.ones(3, dtype)).dtype == np.float64


def test_float32_stays_float32_unless_another_type_is_asked_for():
    assert finite("x", np.ones(3, np.float32)).dtype == np.float32
    assert finite("x", np.ones(3, np.float32), np.float64).dtype == np.float64


def test_ragged_lists_are_not_arrays():
    with pytest.raises(ParameterError, match=r"x must be an array of numbers \(got list: .*inhomogeneous"):
        finite("x", [[1.0], [1.0, 2.0]])


def test_instances_are_returned_and_others_named():
    assert validation.instance_of("x", 3, (int, str), "give one") == 3
    with pytest.raises(ParameterError, match=r"^x must be an int or a str \(got a float\); give one\.$"):
        validation.instance_of("x", 3.0, (int, str), "give one")


@pytest.mark.parametrize("good", [[1, 2], (1, 2), np.array([1, 2]), range(1, 3), {1: 0, 2: 0}, iter([1, 2])])
def test_entries_of_anything_that_has_them(good):
    assert validation.entries("x", good, "give a list") == [1, 2]


@pytest.mark.parametrize("bad", [None, 3, "ab", b"ab", np.float64(1.0), np.array(1.0), object(), np])
def test_text_and_numbers_have_no_entries(bad):
    with pytest.raises(ParameterError, match=r"^x must be a list \(got (None|an? \w+)\); try \[1\]\.$"):
        validation.entries("x", bad, "try [1]")


def test_entries_by_name():
    assert validation.named_entries("x", {"a": 1}, "give a dict") == {"a": 1}
    with pytest.raises(ParameterError, match=r"^x must be a mapping \(got a list\); give a dict\.$"):
        validation.named_entries("x", [1], "give a dict")


def test_paths_are_text_or_paths(tmp_path):
    assert validation.file_path("path", str(tmp_path)) == validation.file_path("path", tmp_path) == tmp_path
    for bad in (None, 3, b"x", ["a"]):
        with pytest.raises(ParameterError, match=r"^path must be text or a path \(got .*try path="):
            validation.file_path("path", bad)


@pytest.mark.parametrize("bad", [None, 3, ["a"], np.array(["a", "b"]), np.zeros(2), {}])
def test_a_name_is_text(bad):
    with pytest.raises(UnknownNameError, match=r"form = .* is unknown\. Known: a, b"):
        validation.one_of("form", bad, ("a", "b"))


@pytest.mark.parametrize("check", [validation.positive, validation.non_negative, finite])
@pytest.mark.parametrize("value", [True, False, np.bool_(True), np.array(True)])
def test_true_and_false_are_no_numbers(check, value):
    with pytest.raises(
        ParameterError, match=r"^delay must be a real number \(got .*(True|False).*\); give a number"
    ):
        check("delay", value)


def test_arrays_of_truth_values_are_arrays_of_zeros_and_ones():
    assert finite("inputs", np.array([True, False])).tolist() == [1.0, 0.0]


@pytest.mark.parametrize("value", [(True, 2.0), [1.0, np.bool_(False)]])
def test_truth_values_among_numbers_are_refused(value):
    with pytest.raises(ParameterError, match=r"^delay\[[01]\] must be a real number \(got .*(True|False)"):
        finite("delay", value)
    assert finite("mask", [True, False]).tolist() == [1.0, 0.0]


def test_real_numbers_may_be_missing():
    assert np.isnan(validation.real_numbers("x", [1.0, np.nan])).tolist() == [False, True]
    with pytest.raises(ParameterError, match=r"x must hold real numbers \(got dtype complex128\)"):
        validation.real_numbers("x", [1j])
