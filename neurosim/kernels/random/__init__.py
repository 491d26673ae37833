"""Counter-based random numbers for use inside kernels."""
