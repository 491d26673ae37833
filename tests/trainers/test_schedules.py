"""Schedules against their formulas at points where these are plain numbers."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim.errors import ParameterError
from neurosim.serialization import from_dict, to_dict
from neurosim.trainers import (
    SGD,
    CosineDecay,
    ExponentialDecay,
    InverseDecay,
    Schedule,
    StepDecay,
    WarmUp,
)

EVERY = [
    ExponentialDecay(0.1, factor=0.5, every=10),
    StepDecay(0.1, factor=0.5, every=10),
    CosineDecay(0.1, final=0.02, updates=40),
    InverseDecay(0.1, decay=0.25),
    WarmUp(0.1, updates=4),
    WarmUp(StepDecay(0.1, factor=0.1, every=5), updates=4),
]


@pytest.mark.parametrize(
    ("schedule", "points"),
    [
        (EVERY[0], {0: 0.1, 10: 0.05, 20: 0.025, 5: 0.1 / np.sqrt(2.0)}),
        (EVERY[1], {0: 0.1, 9: 0.1, 10: 0.05, 19: 0.05, 20: 0.025}),
        (EVERY[2], {0: 0.1, 20: 0.06, 40: 0.02, 50: 0.02, 80: 0.02, 10: 0.06 + 0.04 / np.sqrt(2.0)}),
        (EVERY[3], {0: 0.1, 4: 0.05, 12: 0.025}),
        (EVERY[4], {0: 0.02, 1: 0.04, 3: 0.08, 4: 0.1, 100: 0.1}),
        (EVERY[5], {0: 0.02, 3: 0.08, 4: 0.1, 8: 0.1, 9: 0.01, 14: 0.001}),
    ],
    ids=repr,
)
def test_rates_at_points_that_are_known(schedule, points):
    for update, rate in points.items():
        assert_allclose(schedule(update), rate, rtol=1e-14)


@pytest.mark.parametrize("schedule", EVERY, ids=repr)
def test_an_optimizer_takes_the_rate_of_each_update(schedule):
    x, start = {"x": np.zeros(1)}, SGD(schedule).start({"x": np.zeros(1)})
    for update in range(50):
        moved, _ = SGD(schedule).update(x, {"x": np.ones(1)}, start, update)
        assert moved["x"][0] == -schedule(update)


@pytest.mark.parametrize("schedule", EVERY, ids=repr)
def test_schedules_are_saved_as_files_and_as_text(schedule, tmp_path):
    assert from_dict("schedules", to_dict(schedule)) == schedule
    ns.save(SGD(schedule), tmp_path / "optimizer.npz")
    assert ns.load(tmp_path / "optimizer.npz").learning_rate == schedule


def test_a_schedule_that_gives_no_rate():
    @dataclass(frozen=True)
    class Linear(Schedule):
        "Rate that falls to 0 and below."

        initial: float = 0.1

        def __call__(self, update):
            return self.initial * (1 - update / 10)

    x = {"x": np.ones(1)}
    assert SGD(Linear()).update(x, x, {}, 5)[0]["x"] == 0.95
    with pytest.raises(ParameterError, match=r"rate of Linear\(\) at update 10 must be positive \(got 0.0\)"):
        SGD(Linear()).update(x, x, {}, 10)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ExponentialDecay(0.0), r"ExponentialDecay.initial must be positive \(got 0.0\)"),
        (lambda: ExponentialDecay(factor=-1.0), r"ExponentialDecay.factor must be positive \(got -1.0\)"),
        (lambda: ExponentialDecay(every=0), r"ExponentialDecay.every must be positive \(got 0.0\)"),
        (lambda: StepDecay(np.nan), r"StepDecay.initial must be finite \(got nan\)"),
        (lambda: StepDecay(every=0), r"StepDecay.every must be at least 1 \(got 0\)"),
        (lambda: CosineDecay(final=0.0), r"CosineDecay.final must be positive \(got 0.0\)"),
        (lambda: CosineDecay(updates=0), r"CosineDecay.updates must be at least 1 \(got 0\)"),
        (lambda: InverseDecay(decay=-1.0), r"InverseDecay.decay must not be negative \(got -1.0\)"),
        (lambda: WarmUp(rate=0.0), r"WarmUp.rate must be positive \(got 0.0\)"),
        (lambda: WarmUp(updates=-1), r"WarmUp.updates must be at least 0 \(got -1\)"),
    ],
)
def test_invalid_settings(make, message):
    with pytest.raises(ParameterError, match=message):
        make()
