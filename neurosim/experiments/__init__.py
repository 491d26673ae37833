"""Experiments and trainings declared in TOML files, and run into folders of results."""

from neurosim.experiments.reading import (
    BUILT_IN,
    list_experiments,
    list_sweeps,
    list_trainings,
    load_experiment,
    load_training,
)
from neurosim.experiments.running import run_experiment
from neurosim.experiments.specification import Experiment, NetworkPlan, SimulationPlan, TrainingExperiment
from neurosim.experiments.training import resume_training, run_training
from neurosim.public_modules import list_public_names
from neurosim.results import Report

__all__ = [
    "BUILT_IN",
    "Experiment",
    "NetworkPlan",
    "Report",
    "SimulationPlan",
    "TrainingExperiment",
    "list_experiments",
    "list_sweeps",
    "list_trainings",
    "load_experiment",
    "load_training",
    "resume_training",
    "run_experiment",
    "run_training",
]

list_public_names(__name__)
