"""Lengths of calls and the choice of a kernel, from the times that calls took."""

import pytest

from neurosim.engine.pace import CHUNK_SECONDS, SECOND_LOOK, WORTH_SECONDS, Pace


def test_first_call_follows_the_guess_and_later_ones_the_measured_time():
    pace = Pace(1e-3, may_divide=False)
    assert pace.choose(10**6) == (round(CHUNK_SECONDS / 1e-3), False)
    pace.record(5.0, 200, divided=False)  # it compiled, and says nothing
    assert pace.choose(10**6)[0] == round(CHUNK_SECONDS / 1e-3)
    pace.record(0.1, 200, divided=False)
    assert pace.choose(10**6)[0] == pytest.approx(CHUNK_SECONDS / (0.1 / 200), abs=1)


@pytest.mark.parametrize(("remaining", "guess"), [(7, 1e-6), (10**6, 1e3)])
def test_a_call_has_at_least_one_step_and_at_most_what_remains(remaining, guess):
    steps, _ = Pace(guess, may_divide=False).choose(remaining)
    assert 1 <= steps <= remaining


def _settled(alone, together):
    """Pace that has seen two calls of both kernels, with these seconds for a step."""
    pace = Pace(alone, may_divide=True)
    for divided, seconds in ((False, alone), (False, alone), (True, together), (True, together)):
        pace.choose(10**9)
        pace.record(seconds, 1, divided=divided)
    return pace


@pytest.mark.parametrize(("alone", "together", "better"), [(2.0, 1.0, True), (1.0, 30.0, False)])
def test_the_faster_kernel_is_taken_and_the_other_looked_at_again(alone, together, better):
    pace = _settled(alone, together)
    chosen = [pace.choose(10**9)[1] for _ in range(SECOND_LOOK)]
    assert chosen.count(better) == SECOND_LOOK - 1
    assert chosen.count(not better) == 1


def test_short_work_is_not_worth_a_second_kernel():
    pace = Pace(1e-3, may_divide=True)
    for _ in range(2):
        pace.choose(100)
        pace.record(0.1, 100, divided=False)
    assert pace.choose(round(0.5 * WORTH_SECONDS / 1e-3))[1] is False
    assert pace.choose(round(2.0 * WORTH_SECONDS / 1e-3))[1] is True
