"""Linear systems with delays: their characteristic roots, and those of a network with delays at a state."""
