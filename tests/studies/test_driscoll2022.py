"""Measures of the study of Driscoll et al. (2022) on cases that are known exactly."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.studies import driscoll2022 as study

TASK = ns.tasks.Yang2019(variant="driscoll")


@pytest.fixture
def polygon():
    """Eight corners of a regular polygon in a random plane of ten dimensions, far from the origin."""
    angles = np.arange(8) * (2.0 * np.pi / 8)
    plane = np.linalg.qr(np.random.default_rng(0).standard_normal((10, 2)))[0]
    return 5.0 + np.stack([np.cos(angles), np.sin(angles)], axis=1) @ plane.T


@pytest.mark.parametrize(
    ("moving", "gap"), [([], 45.0), ([3], 90.0), ([0, 1, 2], 180.0), (range(8), 360.0), (range(1, 8), 360.0)]
)
def test_the_largest_gap_is_between_neighbors_that_hold_still(polygon, moving, gap):
    still = np.ones(8, dtype=bool)
    still[list(moving)] = False
    assert study.largest_gap(polygon, still) == pytest.approx(gap, abs=1e-9)


def test_a_cluster_is_told_by_the_tasks_that_need_it():
    rules = ["go", "anti", "delay_anti", "dms"]
    # the second lesion costs 0.6 and 0.8 in the tasks with anti, and 0.1 and 0.3 in the others
    losses = np.array([[0.5, 0.5, 0.5, 0.5], [0.1, 0.6, 0.8, 0.3]])
    assert study.largest_contrast(losses, rules, "anti") == pytest.approx(0.5)
    assert np.isnan(study.largest_contrast(losses, rules, "modality 1"))
    assert study.compared(rules) == ["anti", "delay"]


def test_groups_are_those_of_the_authors():
    # fifteen tasks: 3 with anti; 9 with a fixation point that goes off, as their label_set["Delay"]
    assert [len(study.GROUPS[name][0]) for name in study.GROUPS] == [3, 9, 2, 2]
    assert all(not set(inside) & set(outside) for inside, outside, _ in study.GROUPS.values())


@pytest.mark.parametrize("rule", study.RULES)
def test_probes_have_one_input_in_each_period_of_a_trial(rule):
    trials = study.probes(TASK, rule, 4)
    assert len(trials.inputs) == 4
    for begin, end in trials.epochs.values():
        during = trials.inputs[:, int(begin[0]) : int(end[0])]
        assert np.ptp(during, axis=1).max() == 0.0
    second = trials.conditions["directions"][:, -1]
    first = trials.conditions["directions"][:, 0]
    apart = np.abs(np.exp(1j * second) - np.exp(1j * first))
    # matches and single stimuli are in one direction, pairs to decide on and those that do not match in opposite ones
    assert apart == pytest.approx(
        np.full(4, 2.0 * (rule in ("dnms", "dnmc") or "delay_dm" in rule)), abs=1e-9
    )
    assert (trials.conditions["respond"] == 1).all()


def test_what_holds_still_is_told_by_the_change_in_a_step():
    # one unit that grows by e in ten time constants, and one that decays in two: r' = (w - 1) r / tau
    grows = ns.Network(
        ns.LeakyRate("linear", tau=100.0), ns.Explicit(np.diag([1.1, 0.5])), 2, inputs=1, rng=0
    )
    starts = np.array([[0.0, 1.0], [1.0, 0.0]])
    states, still = study.slow_states(grows, np.zeros(1), starts)
    assert still.tolist() == [True, False]
    # Euler steps of 20 ms: factors 1 - 0.1 and 1 + 0.02, 80 times
    assert states == pytest.approx(np.array([[0.0, 0.9**80], [1.02**80, 0.0]]), rel=1e-9, abs=1e-12)
