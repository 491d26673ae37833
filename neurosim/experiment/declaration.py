"""What an experiment is: networks, one way to simulate them all, and what to look at."""

from __future__ import annotations

from dataclasses import dataclass

from neurosim.connectivity.base import Connectivity
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.neurons.base import Neuron
from neurosim.noise import Noise
from neurosim.randomness import seed_sequence

__all__ = ["Experiment", "NetworkPlan", "SimulationPlan"]


@dataclass(frozen=True)
class SimulationPlan:
    """How every network of an experiment is simulated; the names are those of `neurosim.simulate`.

    Attributes
    ----------
    duration, dt : float
        Time to simulate and step, in the time unit of the neurons.
    scheme : str
    discard : float
        Time at the beginning that no measurement looks at.
    every : int
        Keep each `every`-th step.
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
        kept = int((self.duration - self.discard) / (self.dt * self.every) + 1e-9) + 1
        if self.discard >= self.duration or kept < 2:
            raise ParameterError(
                f"simulation.discard = {self.discard!r} leaves nothing of duration = {self.duration!r} with "
                f"a sample each {self.dt * self.every:g}; discard less or simulate for longer."
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
    """

    label: str
    size: int
    neuron: Neuron
    connectivity: Connectivity
    dtype: str = "float64"

    def build(self, seed: int) -> Network:
        """Network with the weights of a seed; networks that first draw the same numbers share them."""
        return Network(self.neuron, self.connectivity, self.size, dtype=self.dtype, rng=seed_sequence(seed))


@dataclass(frozen=True)
class Experiment:
    """Everything that determines the numbers of a results folder.

    Read one with `load_experiment`, run it with `run_experiment`.

    Attributes
    ----------
    name : str
        What the results folder is called: the name of the file without its ending.
    title, description : str
        A heading and one line on what is to be seen.
    seed : int
        Of the weights, initial states and noise of all networks.
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
        labels = [network.label for network in self.networks]
        for label in labels:
            if labels.count(label) > 1:
                raise ParameterError(f"networks: label = {label!r} is given twice; give each its own.")
