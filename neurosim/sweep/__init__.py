"""Studies of many networks: a function measured at many points, by any number of workers, gathered in a table."""

from neurosim.sweep.study import Sweep
from neurosim.sweep.table import Table

__all__ = ["Sweep", "Table"]
