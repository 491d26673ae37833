"""Results of analyses and of theory come back from files as they were, bit for bit."""

import dataclasses

import numpy as np
import pytest

import neurosim as ns
from neurosim import analysis
from neurosim.errors import StorageError
from neurosim.storage.result_classes import result_class

NETWORK = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=1.5), 8, inputs=1, outputs=1, rng=0)
RATES = np.random.default_rng(0).standard_normal((4, 60, 8))


def unit(gain):
    return ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(np.array([[gain]])), size=1, rng=0)


RESULTS = {
    "Branch": lambda: analysis.continue_along_parameter(unit, np.array([0.0]), span=(0.5, 1.5)),
    "CanonicalAlignment": lambda: analysis.canonical_alignment(RATES[..., :5], RATES[..., 5:], count=3),
    "Clusters": lambda: analysis.clusters(RATES[0], range(2, 5), rng=1),
    "FittedCurve": lambda: analysis.psychometric_curve([-1, -1, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1]),
    "Dimensionality": lambda: analysis.participation_ratio(RATES),
    "CommunicationSubspace": lambda: analysis.communication_subspace(RATES[..., :5], RATES[..., 5:], folds=4),
    "DemixedComponents": lambda: analysis.demixed_components(
        RATES, {"choice": [0, 0, 1, 1], "cue": [0, 1, 0, 1]}
    ),
    "FixedPoints": lambda: analysis.fixed_points(NETWORK, starts=20, progress=False, rng=1),
    "LyapunovSpectrum": lambda: analysis.lyapunov_spectrum(NETWORK, 2, duration=30.0, starts=2, rng=1),
    "Attractors": lambda: analysis.attractors(NETWORK, starts=3, rng=1),
    "LimitCycle": lambda: analysis.limit_cycle(
        ns.Network(ns.LeakyRate("tanh"), ns.Explicit(-4.0 * np.eye(3)[[2, 0, 1]]), 3, rng=0),
        np.array([0.5, 0.0, -0.5]),
        period=3.4,
    ),
    "ProcrustesAlignment": lambda: analysis.procrustes_alignment(RATES[..., :5], RATES[..., 5:]),
    "ReadoutAlignment": lambda: analysis.readout_alignment(RATES, np.ones((1, 8))),
    "Regime": lambda: analysis.regime(NETWORK, RATES),
    "RotationalPlanes": lambda: analysis.jpca(RATES),
    "Sequentiality": lambda: analysis.sequentiality(np.abs(RATES)),
    "Spectrum": lambda: analysis.spectrum(NETWORK),
    "Tangling": lambda: analysis.tangling(RATES),
    "TargetedAxes": lambda: analysis.targeted_axes(RATES, {"choice": [0, 0, 1, 1]}),
    "TensorComponents": lambda: analysis.tensor_components(RATES, 2, starts=2, rng=1),
    "TaskVariance": lambda: analysis.task_variance({"a": RATES, "b": RATES[:, :, ::-1]}),
    "Twins": lambda: analysis.twins(NETWORK, ["initial", "shuffled"], count=3, rng=1),
    "TwinComparison": lambda: analysis.twins(NETWORK, ["initial"], count=3, rng=1).compare(
        lambda network: analysis.spectrum(network).radius
    ),
    "prediction": lambda: ns.theory.autocorrelation(NETWORK),
}


def assert_same(a, b):
    assert type(a) is type(b)
    if isinstance(a, ns.Network):
        assert a.equals(b)
    elif dataclasses.is_dataclass(a):
        for field in dataclasses.fields(a):
            assert_same(getattr(a, field.name), getattr(b, field.name))
    elif isinstance(a, np.ndarray):
        assert a.dtype == b.dtype
        assert np.array_equal(a, b, equal_nan=a.dtype.kind in "fc")
    elif isinstance(a, (tuple, list)):
        assert len(a) == len(b)
        for one, other in zip(a, b, strict=True):
            assert_same(one, other)
    elif isinstance(a, dict):
        assert list(a) == list(b)
        assert_same(list(a.values()), list(b.values()))
    elif isinstance(a, np.random.SeedSequence):
        assert (a.generate_state(4) == b.generate_state(4)).all()
    else:
        assert a == b or (a != a and b != b)


@pytest.mark.parametrize("make", RESULTS.values(), ids=RESULTS)
def test_results_come_back_as_they_were(make, tmp_path):
    result = make()
    ns.save(result, tmp_path / "result.npz")
    assert_same(result, ns.load(tmp_path / "result.npz"))


def test_a_loaded_curve_and_loaded_twins_still_work(tmp_path):
    curve, twins = RESULTS["FittedCurve"](), RESULTS["Twins"]()
    for name, thing in (("curve", curve), ("twins", twins)):
        ns.save(thing, tmp_path / f"{name}.npz")
    assert ns.load(tmp_path / "curve.npz")(0.3) == curve(0.3)
    again = ns.load(tmp_path / "twins.npz")
    pairs = zip(twins.networks("initial"), again.networks("initial"), strict=True)
    assert all(one.equals(other) for one, other in pairs)


@pytest.mark.parametrize("name", ["os.system", "analysis.spectrum", "analysis.Nothing", "storage.Archive"])
def test_a_file_cannot_name_anything_else(name):
    with pytest.raises(StorageError, match=f"the result '{name}' is unknown to this neurosim"):
        result_class(name)
