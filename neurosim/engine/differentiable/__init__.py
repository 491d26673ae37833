"""Simulations through which gradients pass: forward and backward passes, checkpoints, autograd primitive."""
