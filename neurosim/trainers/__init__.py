"""How networks learn: trainers, and what they are put together from."""

from neurosim.trainers.base import Trainer, check_channels
from neurosim.trainers.clipping import ClipEachNorm, ClipNorm, Clipping, ClipValue
from neurosim.trainers.losses import (
    BinaryCrossEntropy,
    CrossEntropy,
    Loss,
    MeanSquaredError,
    SquaredMaskedError,
)
from neurosim.trainers.minimise import Minimum, minimise
from neurosim.trainers.optimizers import LBFGS, SGD, Adam, Optimizer, RMSprop, StochasticOptimizer
from neurosim.trainers.schedules import (
    CosineDecay,
    ExponentialDecay,
    InverseDecay,
    Schedule,
    StepDecay,
    WarmUp,
)
from neurosim.training import History, Training

__all__ = [
    "LBFGS",
    "SGD",
    "Adam",
    "BinaryCrossEntropy",
    "ClipEachNorm",
    "ClipNorm",
    "ClipValue",
    "Clipping",
    "CosineDecay",
    "CrossEntropy",
    "ExponentialDecay",
    "History",
    "InverseDecay",
    "Loss",
    "MeanSquaredError",
    "Minimum",
    "Optimizer",
    "RMSprop",
    "Schedule",
    "SquaredMaskedError",
    "StepDecay",
    "StochasticOptimizer",
    "Trainer",
    "Training",
    "WarmUp",
    "check_channels",
    "minimise",
]
