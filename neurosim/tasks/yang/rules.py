"""Names of the twenty rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from neurosim.errors import ParameterError, UnknownNameError, did_you_mean
from neurosim.validation import entries

__all__ = ["CODE_NAMES", "DRISCOLL_RULES", "RULES", "distinct_rules", "rule_name"]

CODE_NAMES: Final = {
    "fdgo": "go",
    "reactgo": "rt_go",
    "delaygo": "delay_go",
    "fdanti": "anti",
    "reactanti": "rt_anti",
    "delayanti": "delay_anti",
    "dm1": "dm1",
    "dm2": "dm2",
    "contextdm1": "context_dm1",
    "contextdm2": "context_dm2",
    "multidm": "multisensory_dm",
    "delaydm1": "delay_dm1",
    "delaydm2": "delay_dm2",
    "contextdelaydm1": "context_delay_dm1",
    "contextdelaydm2": "context_delay_dm2",
    "multidelaydm": "multisensory_delay_dm",
    "dmsgo": "dms",
    "dmsnogo": "dnms",
    "dmcgo": "dmc",
    "dmcnogo": "dnmc",
}
"""Rules in the order of their input channels, by their names in the code of the authors."""

RULES: Final = tuple(CODE_NAMES.values())
"""Rules in the order of their input channels."""

DRISCOLL_RULES: Final = (*RULES[:6], *RULES[11:])
"""The fifteen rules of Driscoll et al. 2024: all but the decisions without delay."""


def rule_name(name: str) -> str:
    """Name of a rule, given by that name or by its name in the code of the authors.

    Raises
    ------
    UnknownNameError
        If there is no such rule; suggests the nearest.
    """
    found = CODE_NAMES.get(name, name) if isinstance(name, str) else None
    if found not in RULES:
        raise UnknownNameError(f"rule = {name!r} is unknown. {did_you_mean(str(name), RULES)}")
    return found


def distinct_rules(name: str, rules: Iterable[str]) -> tuple[str, ...]:
    """Check that rules are distinct, at least one, and return their names."""
    given = [rules] if isinstance(rules, str) else entries(name, rules, "try ('go', 'anti')")
    found = tuple(map(rule_name, given))
    if not found or len(set(found)) < len(found):
        raise ParameterError(
            f"{name} must be one or more distinct rules (got {rules!r}); try ('go', 'anti')."
        )
    return found
