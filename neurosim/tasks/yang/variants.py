"""Variants of the tasks: those of the paper, of the code of its authors, and of Driscoll et al. (2024)."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from neurosim.tasks.directions import VectorCode
from neurosim.tasks.distributions import Choice, Uniform
from neurosim.tasks.yang.base import YangTask
from neurosim.tasks.yang.decision import YangDecision, YangDelayDecision
from neurosim.tasks.yang.go import YangDelayGo, YangGo, YangReactionGo
from neurosim.tasks.yang.matching import YangMatchCategory, YangMatchSample
from neurosim.tasks.yang.rules import DRISCOLL_RULES, RULES, rule_name
from neurosim.validation import one_of

__all__ = ["CLASSES", "VARIANTS", "Variant", "rule_task", "rules_of"]

CLASSES: Final[tuple[type[YangTask], ...]] = (
    YangGo,
    YangReactionGo,
    YangDelayGo,
    YangDecision,
    YangDelayDecision,
    YangMatchSample,
    YangMatchCategory,
)
"""Classes of all rules; each rule belongs to one class."""

_ALL_BUT_20_DEGREES = Uniform(np.pi / 9.0, 17.0 * np.pi / 9.0)
_SHORT, _ANY, _ANSWER = Uniform(200.0, 600.0), Uniform(200.0, 1600.0), Uniform(300.0, 700.0)
_TWO = {"fixation": _SHORT, "stimulus": _ANY, "delay": _ANY, "response": _ANSWER}


class Variant(NamedTuple):
    """Fields that differ from the defaults, for all tasks and for single classes."""

    shared: dict[str, Any]
    special: dict[type, dict[str, Any]]


VARIANTS: Final = {
    "paper": Variant({}, {}),
    "code": Variant({"mask": "squared"}, {YangMatchSample: {"separation": _ALL_BUT_20_DEGREES}}),
    "cross_entropy": Variant(
        {"targets": "probability"}, {YangMatchSample: {"separation": _ALL_BUT_20_DEGREES}}
    ),
    "easy": Variant(
        {},
        {
            YangDecision: {"coherence": Choice((0.1, 0.2, 0.4, 0.8))},
            YangDelayDecision: {"coherence": Choice((0.16, 0.32, 0.64))},
        },
    ),
    "driscoll": Variant(
        {
            "channels": DRISCOLL_RULES,
            "code": VectorCode(),
            "noise": 0.1 * np.sqrt(200.0),
            "mask": "squared",
            "tolerance": 0.1 * np.pi,
        },
        {
            YangGo: {"stimulus": Uniform(200.0, 1500.0), "response": _ANSWER},
            YangReactionGo: {"response": Uniform(300.0, 1700.0)},
            YangDelayGo: {**_TWO, "fixation": Uniform(300.0, 700.0)},
            YangDelayDecision: {
                **_TWO,
                "second_stimulus": _ANY,
                "coherence": Uniform(0.005, 0.8),
                "disparity": Uniform(0.005, 0.8),
            },
            YangMatchSample: {**_TWO, "separation": _ALL_BUT_20_DEGREES},
            YangMatchCategory: {**_TWO, "direction": Uniform(0.0, 2.0 * np.pi)},
        },
    ),
}
"""See `neurosim.tasks.Yang2019`."""


def rules_of(variant: str) -> tuple[str, ...]:
    """Rules of a variant, in the order of their channels."""
    one_of("variant", variant, VARIANTS)
    return VARIANTS[variant].shared.get("channels", RULES)


def rule_task(rule: str, variant: str = "paper", **fields: Any) -> YangTask:
    """Task of a rule in a variant, with some fields changed."""
    rule = one_of("rule", rule_name(rule), rules_of(variant))
    cls = next(cls for cls in CLASSES if rule in cls.known_rules)
    changed = VARIANTS[variant]
    return cls(rule=rule, **{**changed.shared, **changed.special.get(cls, {}), **fields})
