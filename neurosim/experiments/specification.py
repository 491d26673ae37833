"""Declarations of experiments and trainings: networks, how to simulate or train them, and which analyses to make."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from neurosim.connectivity.base import Connectivity
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.neurons.base import Neuron
from neurosim.noise import Noise
from neurosim.randomness import seed_sequence
from neurosim.tasks import Task
from neurosim.trainers import Trainer, check_channels
from neurosim.validation import entries, instance_of, non_negative, positive, whole_number

__all__ = ["Experiment", "NetworkPlan", "SimulationPlan", "TrainingExperiment"]


@dataclass(frozen=True)
class SimulationPlan:
    """How every network of an experiment is simulated; the names are those of `neurosim.simulate`.

    Attributes
    ----------
    duration, dt : float
        Time to simulate and step, in the time unit of the neurons.
    scheme : str
    discard : float
        Time at the beginning that is left out of every measurement.
    every : int
        Record every such step.
    trials : int
    noise : Noise or None
    """

    duration: float
    dt: float
    scheme: str = "rk4"
    discard: float = 0.0
    every: int = 1
    trials: int = 1
    noise: Noise | None = None

    def __post_init__(self) -> None:
        positive("simulation.duration", self.duration)
        positive("simulation.dt", self.dt)
        non_negative("simulation.discard", self.discard)
        whole_number("simulation.every", self.every)
        kept = int((self.duration - self.discard) / (self.dt * self.every) + 1e-9) + 1
        if self.discard >= self.duration or kept < 2:
            raise ParameterError(
                f"simulation.discard = {self.discard!r} leaves fewer than 2 samples of duration = {self.duration!r}, "
                f"with one every {self.dt * self.every:g}; discard less or simulate for longer."
            )


@dataclass(frozen=True)
class NetworkPlan:
    """One network of an experiment.

    Attributes
    ----------
    label : str
        Its name in tables and figures.
    size : int
    neuron : Neuron
    connectivity : Connectivity
    dtype : {"float64", "float32"}
    readout : {"linear", "logistic", "softmax"}
    input_weights, readout_weights : {"normal", "standard_normal", "glorot"}
        Distributions that they are drawn from; see `neurosim.Network`.
    task : Task or None
        Task that the network is tested on; the network has its channels.
    trainer : Trainer or None
        Training on the task, before any measurement. None: the network stays as it was drawn.
    """

    label: str
    size: int
    neuron: Neuron
    connectivity: Connectivity
    dtype: str = "float64"
    readout: str = "linear"
    input_weights: str = "normal"
    readout_weights: str = "normal"
    task: Task | None = None
    trainer: Trainer | None = None

    def __post_init__(self) -> None:
        if self.trainer is not None and self.task is None:
            raise ParameterError(
                f'{self.label!r} has a trainer and no task; add one, such as task = {{ type = "FlipFlop" }}.'
            )

    def build(self, seed: int) -> Network:
        """Network before training, with weights drawn from a seed.

        Networks of one size and connectivity get the same weights, so that an untrained network is the start of the
        trained one beside it.

        Raises
        ------
        ShapeError
            If a task in the curriculum of the trainer has other channels than the task.
        """
        channels: dict[str, Any] = (
            {} if self.task is None else {"inputs": self.task.inputs, "outputs": self.task.outputs}
        )
        network = Network(
            self.neuron,
            self.connectivity,
            self.size,
            readout=self.readout,
            input_weights=self.input_weights,
            readout_weights=self.readout_weights,
            dtype=self.dtype,
            rng=seed_sequence(seed),
            **channels,
        )
        curriculum = getattr(self.trainer, "curriculum", None)
        for task in () if curriculum is None else curriculum.tasks:
            check_channels(network, task)
        return network


NETWORKS = "give a list of NetworkPlan(...)"


@dataclass(frozen=True)
class Experiment:
    """Declaration of an experiment, which determines all numbers of its folder of results.

    Read one with `load_experiment`, run it with `run_experiment`.

    Attributes
    ----------
    name : str
        Name of the file without its ending; the folder of results is named after it.
    title, description : str
        A heading, and one line on what the experiment shows.
    seed : int
        Seed of the weights, initial states and noise of all networks.
    analyses : tuple of str
        In the order of the table and the figures.
    simulation : SimulationPlan
    networks : tuple of NetworkPlan
    """

    name: str
    title: str
    description: str
    seed: int
    analyses: tuple[str, ...]
    simulation: SimulationPlan
    networks: tuple[NetworkPlan, ...]

    def __post_init__(self) -> None:
        plans = entries("networks", self.networks, NETWORKS)
        labels = [instance_of("networks", plan, NetworkPlan, NETWORKS).label for plan in plans]
        for label in labels:
            if labels.count(label) > 1:
                raise ParameterError(f"networks: label = {label!r} is used twice; give each network its own.")


@dataclass(frozen=True)
class TrainingExperiment:
    """Declaration of a training: network, task and trainer.

    Read one with `load_training`, run it with `run_training`.

    Attributes
    ----------
    name : str
        Name of the file without its ending; the folder of results is named after it.
    title, description : str
        A heading, and one line on what is learned.
    seed : int
        Seed of the initial weights, the trials, and the noise.
    network : NetworkPlan
        With its task and its trainer.
    """

    name: str
    title: str
    description: str
    seed: int
    network: NetworkPlan

    def __post_init__(self) -> None:
        instance_of("network", self.network, NetworkPlan, "give NetworkPlan(...)")
        if self.network.trainer is None:
            raise ParameterError("trainer is missing; write its type and settings below a line [trainer].")
        if getattr(self.network.trainer, "checkpoint", None) is not None:
            raise ParameterError(
                f"trainer.checkpoint = {self.network.trainer.checkpoint!r} is not needed, since the folder of "  # type: ignore[attr-defined]
                f"results holds a checkpoint; leave it out."
            )
