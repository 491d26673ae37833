"""Growth of frames and its adjoint against NumPy's QR decompositions, a closed form and finite differences."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from neurosim.errors import MemoryLimitError
from neurosim.kernels.linalg.frame_growth import BLOCK, FrameGrowth

NAMES = ("weights", "a", "b", "c")


def flow(rng, size, variables=1, trials=1, steps=6):
    """Weights and local derivatives of stable units."""
    shape = (variables, trials, steps, size)
    return {
        "weights": rng.standard_normal((size, size)) / np.sqrt(size),
        "a": -0.3 * rng.random((variables, *shape)),
        "b": 0.5 + rng.random(shape),
        "c": 0.5 + rng.random(shape),
    }


def frame_of(rng, dimensions, count):
    return np.ascontiguousarray(np.linalg.qr(rng.standard_normal((dimensions, count)))[0].T)


def jacobian(parts, trial, step):
    """The matrix of one step, ordered by variable, then unit."""
    variables = len(parts["b"])
    blocks = [
        [
            np.diag((v == w) + parts["a"][v, w, trial, step])
            + parts["b"][v, trial, step, :, None] * parts["weights"] * parts["c"][w, trial, step]
            for w in range(variables)
        ]
        for v in range(variables)
    ]
    return np.block(blocks)


@pytest.mark.parametrize(("variables", "count"), [(1, 1), (1, 10), (2, 7), (2, 20)])
def test_logarithms_are_those_of_qr_decompositions(rng, variables, count):
    parts = flow(rng, 10, variables, trials=2)
    frame = frame_of(rng, 10 * variables, count)
    found = FrameGrowth(**parts, frame=frame, discard=2, threads=1).logarithms
    for trial in range(2):
        columns, total = frame.T, np.zeros(count)
        for step in range(6):
            columns, triangle = np.linalg.qr(jacobian(parts, trial, step) @ columns)
            total += (step >= 2) * np.log(np.abs(np.diag(triangle)))
        assert_allclose(found[trial], total, atol=1e-12)


def test_derivatives_of_the_volume_of_all_directions_are_those_of_determinants(rng):
    """The sum of all logarithms is that of log |det J|, whatever the frame, with the derivative J^-T. Along 60 steps
    the volumes of single directions come to differ by e^100 and more: rounding that grew with their ratio would show.
    """
    size, steps = 2 * BLOCK + 3, 60
    parts = flow(rng, size, steps=steps)
    growth = FrameGrowth(**parts, frame=frame_of(rng, size, size), discard=0, threads=1)
    assert np.ptp(growth.logarithms) > 100.0
    by_weights, by_a, by_b, by_c = growth.gradients(np.ones((1, size)))
    expected = np.zeros((size, size))
    for t in range(steps):
        inverse, (b, c) = np.linalg.inv(jacobian(parts, 0, t)).T, (parts[name][0, 0, t] for name in "bc")
        expected += b[:, None] * inverse * c
        weighted = parts["weights"] * inverse
        # condition numbers of single steps reach 1e4
        assert_allclose(by_a[0, 0, 0, t], np.diag(inverse), atol=1e-10 * np.abs(inverse).max())
        assert_allclose(by_b[0, 0, t], weighted @ c, atol=1e-10 * np.abs(inverse).max())
        assert_allclose(by_c[0, 0, t], b @ weighted, atol=1e-10 * np.abs(inverse).max())
    assert_allclose(by_weights, expected, atol=1e-10 * np.abs(expected).max())


@pytest.mark.parametrize("count", [1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 2])
@pytest.mark.parametrize("variables", [1, 2])
def test_derivatives_are_those_of_finite_differences(rng, variables, count):
    """Frames that end before, on and after a block of rows; differences of 1e-6 leave 1e-9 of rounding."""
    size = BLOCK + 4 if variables == 2 else 2 * BLOCK + 5
    parts = flow(rng, size, variables, trials=2)
    frame, by_logarithms = frame_of(rng, variables * size, count), rng.standard_normal((2, count))

    def value(given):
        return np.sum(by_logarithms * FrameGrowth(**given, frame=frame, discard=3, threads=1).logarithms)

    gradients = FrameGrowth(**parts, frame=frame, discard=3, threads=1).gradients(by_logarithms)
    for name, gradient in zip(NAMES, gradients, strict=True):
        direction = rng.standard_normal(gradient.shape)
        up, down = (value({**parts, name: parts[name] + sign * 1e-6 * direction}) for sign in (1.0, -1.0))
        assert_allclose(np.sum(gradient * direction), (up - down) / 2e-6, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("by_a", [True, False])
@pytest.mark.parametrize("by_b", [True, False])
def test_other_derivatives_do_not_depend_on_which_are_wanted(rng, by_a, by_b):
    parts, by_logarithms = flow(rng, 21, trials=2), rng.standard_normal((2, 15))
    given = {**parts, "frame": frame_of(rng, 21, 15), "discard": 1, "threads": 1}
    whole = FrameGrowth(**given).gradients(by_logarithms)
    found = FrameGrowth(**given, by_a=by_a, by_b=by_b).gradients(by_logarithms)
    for wanted, expected, gradient in zip((True, by_a, by_b, True), whole, found, strict=True):
        assert (gradient is not None) == wanted
        if wanted:
            assert_array_equal(gradient, expected)


def test_bits_do_not_depend_on_threads(rng):
    parts, by_logarithms = flow(rng, 21, trials=3), rng.standard_normal((3, 15))
    frame = frame_of(rng, 21, 15)
    one, two = (FrameGrowth(**parts, frame=frame, discard=1, threads=threads) for threads in (1, 2))
    assert_array_equal(one.logarithms, two.logarithms)
    for first, second in zip(one.gradients(by_logarithms), two.gradients(by_logarithms), strict=True):
        assert_array_equal(first, second)


def test_the_step_that_annihilates_a_vector_is_found(rng):
    parts = flow(rng, 8, trials=2)
    parts["a"][:] = -1.0
    parts["c"][:, 1, 4, 5:] = 0.0
    growth = FrameGrowth(**parts, frame=frame_of(rng, 8, 7), discard=0, threads=1)
    assert growth.lost == (4, 5)
    assert FrameGrowth(**parts, frame=frame_of(rng, 8, 5), discard=0, threads=1).lost is None


def test_frames_that_do_not_fit_into_memory_are_refused():
    shape = (1, 1, 10**9, 20)
    b = np.broadcast_to(1.0, shape)
    with pytest.raises(
        MemoryLimitError, match=r"frames of all steps would take .* GB; .* Take fewer exponents"
    ):
        FrameGrowth(np.eye(20), b[None], b, b, np.eye(20), 0, 1)
