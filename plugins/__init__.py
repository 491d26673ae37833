"""Plugins shipped with neurosim, registered through entry points as any other plugin."""
