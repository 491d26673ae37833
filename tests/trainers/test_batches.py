"""Every epoch has all of its trials once, from streams that depend on nothing but its number."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import SeedSequence
from tiny import Echo

from neurosim.errors import MemoryLimitError
from neurosim.randomness import seed_sequence, stream
from neurosim.tasks import Trials
from neurosim.trainers import batches
from neurosim.trainers.batches import Batches


def made(**settings):
    settings = {
        "task": Echo(),
        "dt": 1.0,
        "trials": 50,
        "batch_size": 8,
        "fresh": True,
        "seed": SeedSequence(4),
        "dtype": np.dtype("float64"),
        **settings,
    }
    return Batches(**settings)


def strengths(parts):
    return np.concatenate([part.conditions["strength"] for part in parts])


@pytest.mark.parametrize("fresh", [True, False])
def test_an_epoch_has_all_of_its_trials(fresh):
    parts = list(made(fresh=fresh).epoch(0))
    assert [len(part) for part in parts] == [8] * 6 + [2]
    assert len(parts) == len(made(fresh=fresh))
    assert len(np.unique(strengths(parts))) == 50


@pytest.mark.parametrize("fresh", [True, False])
def test_an_epoch_depends_on_its_number_alone(fresh):
    several = made(fresh=fresh)
    epochs = [strengths(several.epoch(number)) for number in range(3)]
    np.testing.assert_array_equal(strengths(made(fresh=fresh).epoch(2)), epochs[2])
    assert not np.array_equal(epochs[1], epochs[2])
    if not fresh:
        np.testing.assert_array_equal(np.sort(epochs[1]), np.sort(epochs[2]))


def test_parts_hold_whole_batches_and_are_drawn_apart(monkeypatch):
    # one trial is 10 steps of one input and one target: 160 bytes
    monkeypatch.setattr(batches, "PART_BYTES", 160 * 20)
    calls = []

    class Counted(Echo):
        def trials(self, count, dt, rng=None):
            calls.append(count)
            return super().trials(count, dt, rng)

    parts = list(made(task=Counted()).epoch(0))
    assert calls == [1, 16, 16, 16, 2]
    assert [len(part) for part in parts] == [8] * 6 + [2]
    assert len(np.unique(strengths(parts))) == 50


def test_batches_larger_than_a_part_are_made_one_by_one(monkeypatch):
    monkeypatch.setattr(batches, "PART_BYTES", 10)
    assert [len(part) for part in made().epoch(0)] == [8] * 6 + [2]


def test_held_out_trials_are_others():
    batch = made()
    held_out = strengths(batch.held_out(20))
    assert [len(part) for part in batch.held_out(20)] == [8, 8, 4]
    assert not set(held_out) & set(strengths(batch.epoch(0)))
    np.testing.assert_array_equal(held_out, strengths(made().held_out(20)))


class OneRule(Echo):
    """All trials that are made at once have one rule and one length, as in mixtures of tasks."""

    lengths_vary = True

    def trials(self, count, dt, rng=None):
        rule = int(stream(seed_sequence(rng), "rule").integers(1, 9))
        made = Echo(response=10.0 * rule - 4.0).trials(count, dt, rng)
        return Trials(self, dt, made.inputs, made.targets, conditions={"rule": np.full(count, rule)})


@pytest.mark.parametrize("fresh", [True, False])
def test_every_batch_has_its_own_rule_where_lengths_vary(fresh):
    batch = made(task=OneRule(), trials=8 * 40 + 2, fresh=fresh)
    for parts in (list(batch.epoch(0)), list(batch.epoch(1)), batch.held_out(8 * 40 + 2)):
        assert sorted(len(part) for part in parts) == [2] + [8] * 40
        rules = [int(part.conditions["rule"][0]) for part in parts]
        assert [part.steps for part in parts] == [10 * rule for rule in rules]
        # two of eight rules are missed by 41 batches with odds of 28 (6/8)^41 = 2e-4
        assert len(set(rules)) >= 7


def test_fixed_batches_of_different_lengths_come_in_another_order():
    batch = made(task=OneRule(), trials=8 * 40, fresh=False)
    first, second = ([part.inputs for part in batch.epoch(number)] for number in (0, 1))
    assert {id(inputs) for inputs in first} == {id(inputs) for inputs in second}
    assert [id(inputs) for inputs in first] != [id(inputs) for inputs in second]


def test_fixed_trials_that_do_not_fit_are_refused_before_they_are_made():
    with pytest.raises(MemoryLimitError, match=r"1000000000000 trials would take .* fresh=True"):
        made(fresh=False, trials=10**12)._fixed  # noqa: B018
