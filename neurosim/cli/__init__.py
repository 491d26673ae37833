"""Command line ``neurosim``: one module for each group of commands; it parses, calls and prints, and has no logic."""

from neurosim.cli.command_line import main

__all__ = ["main"]
