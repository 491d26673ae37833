"""Matrix products, factorizations and memory layouts for use inside kernels."""
