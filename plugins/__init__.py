"""Plugins shipped with neurosim, registered through the same entry points as anybody's."""
