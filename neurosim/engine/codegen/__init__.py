"""Code generation: source text of compiled time loops, from the equations of a neuron."""
