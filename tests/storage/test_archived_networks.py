"""Six trained networks of Jarne & Laje (2019, arXiv 1906.01094) do here what they did in Keras.

The files are the authors' (github.com/katejarne/RNN_study_with_keras). Expected numbers were measured with
the equations of Keras in plain NumPy, independently of this package, and are given to the digits that are asserted.
"""

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "jarne2019"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the authors' files are not here")

NAMES = ["and_04", "or_01", "xor_00", "flipflop_06", "oscillation_01", "time_03"]


@pytest.fixture
def network():
    pytest.importorskip("h5py")
    return lambda name: ns.storage.from_keras(FOLDER / f"{name}.hdf5")


def pulses(a, b, steps=200):
    """Both inputs at steps 30 to 49; the answer is due from step 70."""
    inputs = np.zeros((steps, 2))
    inputs[30:50] = a, b
    return inputs


def henrici(matrix):
    values = np.linalg.eigvals(matrix)
    square = np.linalg.norm(matrix) ** 2
    return np.sqrt(max(square - (np.abs(values) ** 2).sum(), 0.0) / square)


@pytest.mark.parametrize("name", NAMES)
def test_outputs_are_those_of_the_equations_of_keras(network, name, rng):
    h5py = pytest.importorskip("h5py")
    with h5py.File(FOLDER / f"{name}_trained.hdf5") as file:
        groups = {place.rsplit("_", 1)[0]: group[place] for place, group in file["model_weights"].items()}
        recurrent, dense = (
            {leaf: array[()].astype(float) for leaf, array in groups[kind].items()}
            for kind in ("simple_rnn", "dense")
        )
    inputs = 0.5 * rng.standard_normal((60, recurrent["kernel:0"].shape[0]))
    state, expected = np.zeros(50), []
    for sample in inputs:
        state = np.tanh(sample @ recurrent["kernel:0"] + state @ recurrent["recurrent_kernel:0"])
        expected.append(state @ dense["kernel:0"] + dense["bias:0"])
    run = ns.simulate(network(f"{name}_trained"), duration=60, dt=1.0, inputs=inputs)
    # rounding of one step, 1e-16, grows by at most 1.14 a step and the norm of 50 units
    assert_allclose(run.outputs[0, 1:], expected, atol=1e-10)


@pytest.mark.parametrize(
    ("name", "gate", "distances"),
    [
        ("and_04", np.logical_and, [0.01, 0.20, 0.17, 0.85]),
        ("or_01", np.logical_or, [0.11, 0.76, 0.82, 0.70]),
        ("xor_00", np.logical_xor, [0.08, 0.95, 0.92, 0.60]),
    ],
)
def test_gates_are_at_the_measured_distance_from_their_targets(network, name, gate, distances):
    trained = network(f"{name}_trained")
    for (a, b), distance in zip([(0, 0), (1, 0), (0, 1), (1, 1)], distances, strict=True):
        target = np.zeros(200)
        target[70:] = gate(a, b)
        run = ns.simulate(trained, duration=200, dt=1.0, inputs=pulses(a, b))
        assert np.linalg.norm(run.outputs[0, 1:, 0] - target) == pytest.approx(distance, abs=0.006)


@pytest.mark.parametrize("name", ["and_04", "or_01", "xor_00"])
@pytest.mark.parametrize("pair", [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_gates_answer_right_with_input_noise(network, name, pair, rng):
    gate = {"and_04": np.logical_and, "or_01": np.logical_or, "xor_00": np.logical_xor}[name]
    inputs = pulses(*pair) + 0.1 * rng.standard_normal((60, 200, 2))
    run = ns.simulate(network(f"{name}_trained"), duration=200, dt=1.0, inputs=inputs, trials=60)
    assert (np.abs(run.outputs[:, -1, 0] - gate(*pair)) < 0.5).all()


SPECTRA = {
    "and_04": ([1.104 + 0.099j, 1.104], 1.108, 3, 0.071),
    "or_01": ([-0.24 + 1.07j, 1.090], 1.095, 3, 0.091),
    "xor_00": ([-0.73 + 0.82j, 1.071 + 0.036j], 1.099, 6, 0.080),
    "flipflop_06": ([1.132, 1.121, 1.100 + 0.165j], 1.132, 4, 0.125),
    "oscillation_01": ([0.040 + 1.119j, 1.089 + 0.190j], 1.120, 8, 0.072),
    "time_03": ([0.399 + 1.012j], 1.088, 2, 0.104),
}
"""Dominant eigenvalues, largest modulus, how many have a modulus above 1.02, and Henrici's departure from normality."""


@pytest.mark.parametrize("name", NAMES)
def test_training_moved_few_eigenvalues_off_the_unit_circle(network, name):
    dominant, radius, outside, departure = SPECTRA[name]
    trained, initial = network(f"{name}_trained"), network(f"{name}_initial")
    spectrum = ns.analysis.spectrum(trained)
    for expected in dominant:
        # two digits at least: half a unit of the last one, in each part
        assert np.abs(spectrum.eigenvalues - expected).min() < 0.008
    assert spectrum.radius == pytest.approx(radius, abs=1e-3)
    assert (np.abs(spectrum.eigenvalues) > 1.02).sum() == outside
    assert henrici(trained.recurrent.dense()) == pytest.approx(departure, abs=6e-4)
    # an orthogonal start: normal, and every modulus is 1, to the precision of float32
    assert_allclose(np.abs(ns.analysis.spectrum(initial).eigenvalues), 1.0, atol=1e-6)
    assert henrici(initial.recurrent.dense()) < 1e-3


@pytest.mark.parametrize(
    ("name", "change", "participation"),
    [
        ("and_04", 0.077, 7.5),
        ("or_01", 0.095, 8.2),
        ("xor_00", 0.086, 8.8),
        ("flipflop_06", 0.129, 5.3),
        ("oscillation_01", 0.083, 8.1),
    ],
)
def test_training_added_a_small_change_of_low_rank(network, name, change, participation):
    initial = network(f"{name}_initial").recurrent.dense()
    moved = network(f"{name}_trained").recurrent.dense() - initial
    assert np.linalg.norm(moved) / np.linalg.norm(initial) == pytest.approx(change, abs=6e-4)
    squares = np.linalg.svd(moved, compute_uv=False) ** 2
    assert squares.sum() ** 2 / (squares**2).sum() == pytest.approx(participation, abs=0.06)


@pytest.mark.parametrize(
    ("name", "pair", "output"),
    [
        ("and_04", (1, 1), 1.015),
        ("or_01", (1, 0), 1.022),
        ("xor_00", (0, 1), 1.016),
        ("flipflop_06", (0, 1), 0.953),
    ],
)
def test_the_answer_is_remembered_in_a_stable_fixed_point(network, name, pair, output):
    trained = network(f"{name}_trained")
    run = ns.simulate(trained, duration=5000, dt=1.0, inputs=pulses(*pair, steps=5000))
    assert run.outputs[0, -1, 0] == pytest.approx(output, abs=6e-4)
    last = run.states[0, -1]
    assert_allclose(last, run.states[0, -2], atol=1e-12)
    # the map is 1 + J dt with the Jacobian J of the flow
    radius = np.abs(np.linalg.eigvals(np.eye(50) + trained.jacobian(last))).max()
    assert radius < 1.0
    if name == "and_04":
        assert radius == pytest.approx(0.904, abs=6e-4)


def test_the_oscillation_has_the_period_that_was_trained(network):
    inputs = np.zeros((420, 1))
    inputs[100:140] = 1.0
    output = ns.simulate(network("oscillation_01_trained"), duration=420, dt=1.0, inputs=inputs).outputs[
        0, 200:380, 0
    ]
    rises = np.flatnonzero((output[:-1] < 0.0) & (output[1:] >= 0.0))
    crossings = rises - output[rises] / (output[rises + 1] - output[rises])
    assert np.diff(crossings).mean() == pytest.approx(35.0, abs=0.5)


@pytest.mark.parametrize(
    ("name", "pair", "largest"),
    [
        ("and_04", (1, 0), 0.01),
        ("and_04", (0, 1), 0.01),
        ("xor_00", (1, 1), 0.02),
        ("flipflop_06", (1, 0), 0.02),
    ],
)
def test_a_zero_is_remembered_in_an_oscillation_that_the_readout_does_not_see(network, name, pair, largest):
    run = ns.simulate(network(f"{name}_trained"), duration=20_000, dt=1.0, inputs=pulses(*pair, steps=20_000))
    last = run.states[0, -1000:]
    # units take values in (-1, 1): an oscillation of the order of 1
    assert np.ptp(last, axis=0).max() > 0.5
    # AND was measured to stay within 0.01; of the others it is known that the output is about 0
    assert np.abs(run.outputs[0, -1000:]).max() < largest


def test_the_flip_flop_remembers_the_last_of_noisy_pulses(network, rng):
    turns, period = 8, 120
    sets = rng.integers(0, 2, size=(60, turns))
    inputs = 0.1 * rng.standard_normal((60, 50 + turns * period, 2))
    for turn in range(turns):
        start = 50 + turn * period
        inputs[np.arange(60), start : start + 20, :] += np.eye(2)[sets[:, turn]][:, None, :]
    run = ns.simulate(
        network("flipflop_06_trained"), duration=inputs.shape[1], dt=1.0, inputs=inputs, trials=60
    )
    middles = 50 + np.arange(turns) * period + 20 + 50
    assert (np.abs(run.outputs[:, 1 + middles, 0] - sets) < 0.5).all()
