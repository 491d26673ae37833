"""neurosim: rate recurrent neural networks on a laptop."""
