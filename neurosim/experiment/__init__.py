"""Declared experiments and trainings: networks and what is done with them in one text file, and a folder of results."""

from neurosim.experiment.declaration import Experiment, NetworkPlan, SimulationPlan, TrainingExperiment
from neurosim.experiment.reading import (
    BUILT_IN,
    load_experiment,
    load_training,
    shipped,
    shipped_trainings,
)
from neurosim.experiment.running import Results, run_experiment
from neurosim.experiment.training import resume_training, run_training

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
