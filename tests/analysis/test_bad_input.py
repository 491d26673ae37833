"""What has nothing to measure is named, or measured without NaN; a search that fails is returned and marked."""

import numpy as np
import pytest

import neurosim as ns
from neurosim import analysis
from neurosim.errors import ParameterError, ShapeError

STILL = np.ones((3, 80, 4))
WITHOUT_READOUT = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(gain=0.5), 6, inputs=2, rng=0)
TRIALS = ns.tasks.And().trials(4, dt=1.0, rng=0)


@pytest.mark.parametrize(
    ("call", "error", "complaint"),
    [
        (
            lambda: analysis.timescales(analysis.autocorrelation(STILL)),
            ParameterError,
            "must fall to half of its value at lag 0",
        ),
        (
            lambda: analysis.delay_activity(STILL),
            ParameterError,
            r"activity must change in time or between trials \(got a constant, which has no principal",
        ),
        (
            lambda: analysis.clusters(analysis.task_variance({"a": STILL, "b": STILL}).normalized),
            ShapeError,
            r"features must .* three samples or more \(got \(0, 2\)\)",
        ),
        (
            lambda: analysis.degradation(WITHOUT_READOUT, TRIALS, [0.1]),
            ShapeError,
            r"outputs must have shape .*got \(4, 201, 0\)",
        ),
        (
            lambda: analysis.lesion_effects(WITHOUT_READOUT, [[0]], {"and": TRIALS}),
            ShapeError,
            r"outputs must have shape .*got \(4, 201, 0\)",
        ),
        (
            lambda: analysis.degradation(WITHOUT_READOUT, None, [0.1]),
            ParameterError,
            r"trials must be a Trials \(got None\)",
        ),
        (
            lambda: analysis.lesion_effects(WITHOUT_READOUT, [[0]], {"and": None}),
            ParameterError,
            r"trials\['and'\] must be a Trials \(got None\)",
        ),
    ],
)
def test_what_has_nothing_to_measure_is_named(call, error, complaint):
    with pytest.raises(error, match=complaint):
        call()


def test_activity_that_stands_still_has_numbers():
    assert analysis.variance(STILL) == 0.0
    assert analysis.coherence(STILL) == 1.0
    assert np.isfinite(analysis.sequentiality(STILL).index)
    assert not analysis.task_variance({"a": STILL}).active.any()


def test_searches_that_do_not_converge_are_marked():
    chaos = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=2.0), 20, rng=0)
    found = analysis.fixed_points(chaos, starts=5, iterations=1, progress=False, rng=0)
    # one step of Newton's method is not enough; nothing is dropped
    assert len(found) == 0
    assert found.reached == 0.0
    assert len(found.unconverged.states) == 5
    cycle = analysis.limit_cycle(chaos, np.ones(20), 3.0, iterations=1)
    assert not cycle.converged
    assert "take more iterations" in cycle.reason
