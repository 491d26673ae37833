"""Neuron models: the equations of one unit in plain NumPy, one model per file."""

from neurosim.neurons.activations import (
    Activation,
    ThresholdPowerLaw,
    activation_function,
    activation_names,
)
from neurosim.neurons.adaptive import Adaptive
from neurosim.neurons.base import Neuron
from neurosim.neurons.depression import SynapticDepression
from neurosim.neurons.leaky import LeakyCurrent, LeakyRate
from neurosim.neurons.modulated import Modulated
from neurosim.neurons.populations import Population, Populations
from neurosim.neurons.synapses import DepressingSynapse, DynamicSynapse, Synapse
from neurosim.neurons.wilson_cowan import WilsonCowan
from neurosim.public_modules import list_public_names

__all__ = [
    "Activation",
    "Adaptive",
    "DepressingSynapse",
    "DynamicSynapse",
    "LeakyCurrent",
    "LeakyRate",
    "Modulated",
    "Neuron",
    "Population",
    "Populations",
    "Synapse",
    "SynapticDepression",
    "ThresholdPowerLaw",
    "WilsonCowan",
    "activation_function",
    "activation_names",
]

list_public_names(__name__)
