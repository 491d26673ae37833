"""Networks, trajectories and declarations in files: arrays and a readable header, never pickled objects."""

from neurosim.storage.files import load, save

__all__ = ["load", "save"]
