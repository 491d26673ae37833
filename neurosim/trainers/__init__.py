"""How networks learn: trainers, and what they are put together from."""

from neurosim.trainers.base import Trainer, check_channels
from neurosim.training import History, Training

__all__ = ["History", "Trainer", "Training", "check_channels"]
