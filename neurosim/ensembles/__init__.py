"""Ensembles: many networks trained on one task from different seeds and starts, as one object."""

from neurosim.ensembles.diagnosis import Diagnosis, diagnose
from neurosim.ensembles.ensemble import Ensemble
from neurosim.ensembles.recipes import Recipe, recipe_of
from neurosim.ensembles.study_networks import StudyNetworks, load_networks
from neurosim.ensembles.summaries import (
    AttractorCounts,
    EnsembleDegradation,
    EnsembleSpectra,
    SuccessRates,
    TimesToCriterion,
)
from neurosim.ensembles.training import ensemble

__all__ = [
    "AttractorCounts",
    "Diagnosis",
    "Ensemble",
    "EnsembleDegradation",
    "EnsembleSpectra",
    "Recipe",
    "StudyNetworks",
    "SuccessRates",
    "TimesToCriterion",
    "diagnose",
    "ensemble",
    "load_networks",
    "recipe_of",
]
