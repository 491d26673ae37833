"""Similarity of solutions: distances between the dynamics, activity or weights of several networks."""
