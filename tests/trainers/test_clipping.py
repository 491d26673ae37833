"""Clipping: norms after it, directions, and what passes."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import neurosim as ns
from neurosim.errors import ParameterError
from neurosim.serialization import from_dict, to_dict
from neurosim.trainers import ClipEachNorm, ClipNorm, ClipValue

EVERY = [ClipNorm(0.5), ClipEachNorm(0.5), ClipValue(0.5)]


def gradients(dtype=np.float64):
    rng = np.random.default_rng(5)
    return {
        "recurrent": rng.standard_normal((4, 4)).astype(dtype),
        "bias": (0.01 * rng.standard_normal(4)).astype(dtype),
        "neuron.tau": np.asarray(-3.0, dtype),
    }


def flat(arrays):
    return np.concatenate([np.ravel(array) for array in arrays.values()])


def test_one_norm_of_everything_keeps_the_direction():
    clipped = flat(ClipNorm(0.5)(gradients()))
    assert_allclose(np.linalg.norm(clipped), 0.5, rtol=1e-14)
    assert_allclose(clipped / 0.5, flat(gradients()) / np.linalg.norm(flat(gradients())), rtol=1e-13)


def test_each_norm_by_itself():
    clipped = ClipEachNorm(0.5)(gradients())
    assert_allclose(np.linalg.norm(clipped["recurrent"]), 0.5, rtol=1e-14)
    assert_allclose(clipped["neuron.tau"], -0.5)
    assert_array_equal(clipped["bias"], gradients()["bias"])


def test_each_entry_by_itself():
    for name, gradient in ClipValue(0.5)(gradients()).items():
        assert_array_equal(gradient, np.maximum(np.minimum(gradients()[name], 0.5), -0.5))


@pytest.mark.parametrize("clipping", EVERY, ids=repr)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_arguments_and_precision_are_unchanged(clipping, dtype):
    given = gradients(dtype)
    for array in given.values():
        array.setflags(write=False)
    for name, gradient in clipping(given).items():
        assert isinstance(gradient, np.ndarray)
        assert gradient.dtype == dtype
        assert gradient.shape == given[name].shape


@pytest.mark.parametrize("clipping", EVERY, ids=repr)
def test_small_gradients_pass(clipping):
    small = {name: 1e-3 * array for name, array in gradients().items()}
    for name, gradient in clipping(small).items():
        assert_array_equal(gradient, small[name])


@pytest.mark.parametrize("clipping", EVERY[:2], ids=repr)
def test_a_gradient_whose_square_leaves_single_precision_is_clipped(clipping):
    huge = {"bias": np.array([3e30, -4e30], np.float32)}
    assert_allclose(clipping(huge)["bias"], [0.3, -0.4], rtol=1e-6)


@pytest.mark.parametrize("clipping", EVERY, ids=repr)
def test_nan_is_passed_on(clipping):
    assert np.isnan(clipping({"bias": np.array([1.0, np.nan])})["bias"]).any()


@pytest.mark.parametrize("clipping", EVERY[:2], ids=repr)
def test_infinity_is_passed_on(clipping):
    assert np.isinf(clipping({"bias": np.array([1.0, np.inf])})["bias"]).any()


@pytest.mark.parametrize("clipping", EVERY, ids=repr)
def test_clippings_are_saved_as_files_and_as_text(clipping, tmp_path):
    assert from_dict("clippings", to_dict(clipping)) == clipping
    ns.save(clipping, tmp_path / "clipping.npz")
    assert ns.load(tmp_path / "clipping.npz") == clipping


@pytest.mark.parametrize("clipping", [ClipNorm, ClipEachNorm, ClipValue])
def test_invalid_limits(clipping):
    with pytest.raises(ParameterError, match=rf"{clipping.__name__}.limit must be positive \(got 0.0\)"):
        clipping(0.0)
