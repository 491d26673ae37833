"""Declared experiments: networks, a simulation and analyses in one text file, and a folder of results."""

from neurosim.experiment.declaration import Experiment, NetworkPlan, SimulationPlan
from neurosim.experiment.reading import load_experiment, shipped
from neurosim.experiment.running import Results, run_experiment

__all__ = [
    "Experiment",
    "NetworkPlan",
    "Results",
    "SimulationPlan",
    "load_experiment",
    "run_experiment",
    "shipped",
]
