"""Learning rules: how far the updates of a training are from the gradient."""
