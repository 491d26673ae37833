"""Twenty cognitive tasks for one network, by Yang et al. (2019) and Driscoll et al. (2024)."""

from neurosim.tasks.yang.base import Stimuli, YangTask
from neurosim.tasks.yang.decision import YangDecision, YangDelayDecision
from neurosim.tasks.yang.go import YangDelayGo, YangGo, YangReactionGo
from neurosim.tasks.yang.matching import YangMatchCategory, YangMatchSample
from neurosim.tasks.yang.mixture import Yang2019, yang2019
from neurosim.tasks.yang.rules import RULES

__all__ = [
    "RULES",
    "Stimuli",
    "Yang2019",
    "YangDecision",
    "YangDelayDecision",
    "YangDelayGo",
    "YangGo",
    "YangMatchCategory",
    "YangMatchSample",
    "YangReactionGo",
    "YangTask",
    "yang2019",
]
