"""Piecewise-linear networks, region by region: all fixed points, and cycles of maps."""
