"""What networks are asked to do: a base that a user subclasses in twenty lines, and tasks of the literature."""

from neurosim.tasks.base import Task
from neurosim.tasks.logic import And, LogicGate, Not, Or, Xor
from neurosim.tasks.memory import FlipFlop, SetReset
from neurosim.tasks.multitask import LogicMultitask
from neurosim.tasks.rhythm import Oscillation
from neurosim.tasks.timeline import Timeline, white_noise, whole_steps, within
from neurosim.tasks.timing import TimeReproduction
from neurosim.tasks.trials import Trials

__all__ = [
    "And",
    "FlipFlop",
    "LogicGate",
    "LogicMultitask",
    "Not",
    "Or",
    "Oscillation",
    "SetReset",
    "Task",
    "TimeReproduction",
    "Timeline",
    "Trials",
    "Xor",
    "white_noise",
    "whole_steps",
    "within",
]
