"""Storage: saving and loading without pickle, and networks from and for other tools."""

from neurosim.public_modules import list_public_names
from neurosim.storage.arrays import from_arrays, to_arrays
from neurosim.storage.conventions import CONVENTIONS, Convention
from neurosim.storage.files import load, save
from neurosim.storage.keras import from_keras
from neurosim.storage.matlab import from_matlab, to_matlab
from neurosim.storage.psychrnn import from_psychrnn
from neurosim.storage.pycog import from_pycog
from neurosim.storage.torch import from_torch

__all__ = [
    "CONVENTIONS",
    "Convention",
    "from_arrays",
    "from_keras",
    "from_matlab",
    "from_psychrnn",
    "from_pycog",
    "from_torch",
    "load",
    "save",
    "to_arrays",
    "to_matlab",
]

list_public_names(__name__)
