"""Beginning a plugin: a file that works as it stands, and its tests."""

from neurosim.scaffold.writing import new_plugin

__all__ = ["new_plugin"]
