"""Lyapunov exponents of networks and of other dynamical systems."""
