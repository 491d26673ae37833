"""What networks are asked to do: a base that a user subclasses in twenty lines, and tasks of the literature."""

from neurosim.tasks.base import Task
from neurosim.tasks.directions import DirectionCode, PopulationCode, VectorCode
from neurosim.tasks.distributions import Choice, TruncatedExponential, Uniform
from neurosim.tasks.logic import And, LogicGate, Not, Or, Xor
from neurosim.tasks.memory import FlipFlop, SetReset
from neurosim.tasks.multitask import LogicMultitask
from neurosim.tasks.rhythm import Oscillation
from neurosim.tasks.timeline import Timeline, white_noise, whole_steps, within
from neurosim.tasks.timing import TimeReproduction
from neurosim.tasks.trials import Trials
from neurosim.tasks.yang import (
    RULES,
    Yang2019,
    YangDecision,
    YangDelayDecision,
    YangDelayGo,
    YangGo,
    YangMatchCategory,
    YangMatchSample,
    YangReactionGo,
    YangTask,
    yang2019,
)

__all__ = [
    "RULES",
    "And",
    "Choice",
    "DirectionCode",
    "FlipFlop",
    "LogicGate",
    "LogicMultitask",
    "Not",
    "Or",
    "Oscillation",
    "PopulationCode",
    "SetReset",
    "Task",
    "TimeReproduction",
    "Timeline",
    "Trials",
    "TruncatedExponential",
    "Uniform",
    "VectorCode",
    "Xor",
    "Yang2019",
    "YangDecision",
    "YangDelayDecision",
    "YangDelayGo",
    "YangGo",
    "YangMatchCategory",
    "YangMatchSample",
    "YangReactionGo",
    "YangTask",
    "white_noise",
    "whole_steps",
    "within",
    "yang2019",
]
