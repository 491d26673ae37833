"""Figure of outputs by condition: one line for each condition, with the trial of that condition."""

import pytest
from numpy.testing import assert_allclose

import neurosim as ns
from neurosim import plotting
from neurosim.errors import ParameterError
from neurosim.plotting.conditions import one_trial_per_condition


@pytest.fixture(scope="module")
def trials():
    return ns.tasks.Xor(noise=0.0).trials(32, dt=1.0, rng=0)


def test_each_condition_is_one_line_with_its_own_trial(trials):
    chosen = one_trial_per_condition(trials)
    assert len(chosen) == 4
    conditions = {tuple(int(trials.conditions[name][k]) for name in ("A", "B")) for k in chosen.values()}
    assert conditions == {(0, 0), (0, 1), (1, 0), (1, 1)}
    ax = plotting.outputs_by_condition(trials, 2.0 * trials.targets)
    lines = {line.get_label(): line for line in ax.lines if not line.get_label().startswith("_")}
    assert list(lines) == list(chosen)
    for label, k in chosen.items():
        assert_allclose(lines[label].get_ydata(), 2.0 * trials.targets[k, :, 0])


def test_of_many_conditions_as_many_are_drawn_evenly_from_the_sorted_ones():
    trials = ns.tasks.And().trials(4, dt=1.0, rng=0)
    many = ns.tasks.PerceptualDecision().trials(300, dt=20.0, rng=0)
    assert len(one_trial_per_condition(many, most=5)) == 5
    assert len(one_trial_per_condition(trials, most=100)) <= 4


def test_what_cannot_be_drawn_is_named():
    rings = ns.tasks.yang2019("go").trials(2, dt=20.0, rng=0)
    with pytest.raises(ParameterError, match=r"trials must have at most 4 outputs \(got 33\)"):
        plotting.outputs_by_condition(rings, rings.targets)
