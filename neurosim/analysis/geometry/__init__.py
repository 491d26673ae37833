"""Geometry of activity: tangling, rotations, demixed and targeted axes, subspaces between areas, tensor components."""
