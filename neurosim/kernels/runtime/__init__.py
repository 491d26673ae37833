"""Compilation, caching and threads of kernels."""
