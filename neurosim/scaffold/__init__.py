"""Templates of new plugins: a working file and its tests."""

from neurosim.scaffold.writing import new_plugin

__all__ = ["new_plugin"]
