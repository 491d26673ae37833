"""A registry of its own for each test, and a stand-in for the experiments."""

import dataclasses
import sys
import types

import pytest

import neurosim as ns
from neurosim import registry
from neurosim.errors import UnknownNameError


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch):
    monkeypatch.setattr(registry, "_FILES", {})


@dataclasses.dataclass(frozen=True)
class Declared:
    """Stand-in for a training."""

    name: str
    seed: int = 3


@pytest.fixture
def experiment(monkeypatch, tmp_path):
    """Stand-in for the experiments, which records how it is called."""
    module = types.ModuleType("neurosim.experiments")
    module.calls = []

    def load_experiment(name="the built-in one"):
        if name == "unknown":
            raise UnknownNameError("experiment 'unknown' is unknown.\nKnown: chaos.")
        if name == "interrupted":
            raise KeyboardInterrupt
        return name

    def run_experiment(declared, folder=None, progress=None):
        module.calls.append((declared, folder, progress))
        summary = {"interrupted": declared == "stopped"}
        return types.SimpleNamespace(
            folder=folder or tmp_path, table="gain  exponent\n1.5   0.1", summary=summary
        )

    def resume_training(folder, declared=None, progress=None):
        module.calls.append(("resume", folder, declared))
        return run_experiment(declared, folder, progress)

    module.BUILT_IN = ("first", "second")
    module.list_experiments = lambda: {"chaos": "Onset of chaos", "flipflop": "Memory"}
    module.list_trainings = lambda: {"xor": "Two pulses"}
    module.load_training = lambda name: Declared(name)
    module.run_training, module.resume_training = run_experiment, resume_training
    module.load_experiment, module.run_experiment = load_experiment, run_experiment
    monkeypatch.setitem(sys.modules, "neurosim.experiments", module)
    monkeypatch.setattr(ns, "experiments", module, raising=False)
    return module
