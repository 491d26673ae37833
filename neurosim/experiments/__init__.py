"""Declared experiments and trainings: networks and what is done with them in one text file, and a folder of results."""

from neurosim.experiments.reading import (
    BUILT_IN,
    load_experiment,
    load_training,
    shipped,
    shipped_trainings,
)
from neurosim.experiments.running import Results, run_experiment
from neurosim.experiments.specification import Experiment, NetworkPlan, SimulationPlan, TrainingExperiment
from neurosim.experiments.training import resume_training, run_training

__all__ = [
    "BUILT_IN",
    "Experiment",
    "NetworkPlan",
    "Results",
    "SimulationPlan",
    "TrainingExperiment",
    "load_experiment",
    "load_training",
    "resume_training",
    "run_experiment",
    "run_training",
    "shipped",
    "shipped_trainings",
]
