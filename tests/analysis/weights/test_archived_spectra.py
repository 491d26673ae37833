"""Numbers of six trained networks of Jarne & Laje (2019, arXiv 1906.01094), measured with plain NumPy.

The files are the authors' (github.com/katejarne/RNN_study_with_keras).
"""

from pathlib import Path

import numpy as np
import pytest

import neurosim as ns

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "jarne2019"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the authors' files are not here")


@pytest.fixture
def network():
    pytest.importorskip("h5py")
    return lambda name: ns.storage.from_keras(FOLDER / f"{name}.hdf5")


@pytest.mark.parametrize(
    ("name", "outliers", "henrici"),
    [
        ("and_04", 3, 0.071),
        ("or_01", 3, 0.091),
        ("xor_00", 6, 0.080),
        ("flipflop_06", 4, 0.125),
        ("oscillation_01", 8, 0.072),
        ("time_03", 2, 0.104),
    ],
)
def test_few_eigenvalues_leave_the_ring(network, name, outliers, henrici):
    # counted by the authors' circle at 1.02; here the edge follows from the singular values
    spectrum = ns.analysis.spectrum(network(f"{name}_trained"))
    assert len(spectrum.outliers) == outliers
    assert 0.96 < spectrum.bulk.inner_radius < spectrum.bulk.outer_radius < 1.01
    assert ns.analysis.non_normality(network(f"{name}_trained")).henrici == pytest.approx(henrici, abs=6e-4)
    # orthogonal to the precision of float32
    initial = network(f"{name}_initial")
    assert ns.analysis.non_normality(initial).henrici < 1e-6
    assert ns.analysis.spectrum(initial).bulk.inner_radius == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "relative", "participation"),
    [
        ("and_04", 0.077, 7.5),
        ("or_01", 0.095, 8.2),
        ("xor_00", 0.086, 8.8),
        ("flipflop_06", 0.129, 5.3),
        ("oscillation_01", 0.083, 8.1),
    ],
)
def test_training_added_a_small_change_of_low_rank(network, name, relative, participation):
    initial, trained = network(f"{name}_initial"), network(f"{name}_trained")
    change = ns.analysis.weight_change(initial, trained)
    assert change.relative == pytest.approx(relative, abs=6e-4)
    assert change.participation_ratio == pytest.approx(participation, abs=0.06)
    # three singular values carry 50 to 81 % of the square, six 73 to 93 %
    assert 0.495 < change.shares[2] < 0.815
    assert 0.725 < change.shares[5] < 0.935
    # an orthogonal matrix has the standard deviation 1 / sqrt(50) but for its mean, and training hardly changes it
    before, after = (ns.analysis.weight_moments(each).standard_deviation for each in (initial, trained))
    assert before == pytest.approx(0.141, abs=1e-3)
    assert after == pytest.approx(before, rel=0.02)


def test_the_oscillation_is_the_mode_that_the_readout_sees(network):
    modes = ns.analysis.modes(network("oscillation_01_trained"), dt=1.0)
    # the target has a period of 35 steps, 28.6 cycles per 1000; the mode turns at 27.5
    growing = modes.growth > 0.0
    seen = np.flatnonzero(growing)[np.argmax(modes.visibility[0, growing])]
    assert 1000 * abs(modes.frequencies[seen]) == pytest.approx(27.5, abs=0.05)
    # the mode of the largest modulus turns nine times as fast, and the output hardly shows it
    assert 1000 * abs(modes.frequencies[0]) == pytest.approx(244, abs=0.5)
    assert modes.visibility[0, 0] < 0.05 * modes.visibility[0, seen]


def test_the_fastest_mode_of_xor_turns_by_its_angle(network):
    modes = ns.analysis.modes(network("xor_00_trained"), dt=1.0)
    assert 1000 * abs(modes.frequencies[0]) == pytest.approx(366, abs=0.5)
    assert ns.analysis.oscillation_index(network("xor_00_trained")) == pytest.approx(0.82 / 1.099, abs=0.006)


def test_the_output_of_the_oscillator_has_the_trained_frequency(network):
    inputs = np.zeros((420, 1))
    inputs[100:140] = 1.0
    run = ns.simulate(network("oscillation_01_trained"), duration=420, dt=1.0, inputs=inputs)
    found = ns.analysis.delay_activity(run.outputs, window=(0.45, 0.95))
    assert found.label == "Oscillatory"
    assert found.peak_frequency == pytest.approx(0.0284, abs=found.resolution)
