"""Plain NumPy in, exact derivatives and numba text out."""
