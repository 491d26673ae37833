"""Tasks: a base class for new ones, and cognitive tasks of the literature."""

from neurosim.public_modules import list_public_names
from neurosim.tasks.base import Task
from neurosim.tasks.checkerboard import Checkerboard
from neurosim.tasks.choice import TwoChoice
from neurosim.tasks.context import ContextIntegration, MultisensoryIntegration, NoiseIntegration
from neurosim.tasks.decision import PerceptualDecision, ReactionTimeDecision
from neurosim.tasks.directions import DirectionCode, PopulationCode, VectorCode
from neurosim.tasks.distributions import Choice, TruncatedExponential, Uniform
from neurosim.tasks.environment import from_gymnasium
from neurosim.tasks.interval import Interval
from neurosim.tasks.logic import And, LogicGate, Not, Or, Xor
from neurosim.tasks.matching import DelayedMatchToCategory, DelayedMatchToSample
from neurosim.tasks.memory import FlipFlop, SetReset
from neurosim.tasks.multitask import LogicMultitask
from neurosim.tasks.non_match import DelayedNonMatchToSample
from neurosim.tasks.pattern import PeriodicPattern
from neurosim.tasks.reaching import Reaching
from neurosim.tasks.ready_set_go import ReadySetGo
from neurosim.tasks.rhythm import Oscillation
from neurosim.tasks.scaled import ScaledSequence
from neurosim.tasks.sine import SineGenerator
from neurosim.tasks.switching import ContextDiscrimination, GoNoGo, NoisyDetection
from neurosim.tasks.timeline import Timeline, white_noise, whole_steps, within
from neurosim.tasks.timing import TimeReproduction
from neurosim.tasks.trials import Trials
from neurosim.tasks.working_memory import DelayedGo, ParametricWorkingMemory
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
    "Checkerboard",
    "Choice",
    "ContextDiscrimination",
    "ContextIntegration",
    "DelayedGo",
    "DelayedMatchToCategory",
    "DelayedMatchToSample",
    "DelayedNonMatchToSample",
    "DirectionCode",
    "FlipFlop",
    "GoNoGo",
    "Interval",
    "LogicGate",
    "LogicMultitask",
    "MultisensoryIntegration",
    "NoiseIntegration",
    "NoisyDetection",
    "Not",
    "Or",
    "Oscillation",
    "ParametricWorkingMemory",
    "PerceptualDecision",
    "PeriodicPattern",
    "PopulationCode",
    "Reaching",
    "ReactionTimeDecision",
    "ReadySetGo",
    "ScaledSequence",
    "SetReset",
    "SineGenerator",
    "Task",
    "TimeReproduction",
    "Timeline",
    "Trials",
    "TruncatedExponential",
    "TwoChoice",
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
    "from_gymnasium",
    "white_noise",
    "whole_steps",
    "within",
    "yang2019",
]

list_public_names(__name__)
