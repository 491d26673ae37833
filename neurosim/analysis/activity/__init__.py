"""Statistics and geometry of recorded activity."""
