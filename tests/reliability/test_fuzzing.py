"""The short forms of the attacks with random declarations and commands."""

import fuzz_commands
import fuzz_declarations


def test_changed_declarations_are_read_or_refused(tmp_path):
    outcomes = fuzz_declarations.attack(60, 0, tmp_path)
    assert outcomes.broken == []
    assert sum(outcomes.counts.values()) >= 180


def test_random_commands_end_with_one_line(tmp_path):
    outcomes = fuzz_commands.attack(40, 0, tmp_path)
    assert outcomes.broken == []
    assert {outcome for _, outcome in outcomes.counts} == {"exit status 0", "exit status 2"}
