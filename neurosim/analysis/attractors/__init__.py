"""Attractors under a constant input, and limit cycles."""
