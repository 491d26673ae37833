"""Source text of the kernels, generated from the equations of a neuron."""
