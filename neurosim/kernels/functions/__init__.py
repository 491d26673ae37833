"""Elementary functions that LLVM vectorizes, for use inside kernels."""
