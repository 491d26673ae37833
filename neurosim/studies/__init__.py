"""Studies: one file a paper, read from top to bottom as its method; `neurosim.reproduce` runs them."""
