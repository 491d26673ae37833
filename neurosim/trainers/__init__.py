"""Training of networks: trainers, and their losses, penalties, constraints, optimizers and schedules."""

from neurosim.public_modules import list_public_names
from neurosim.trainers.base import Trainer, check_channels
from neurosim.trainers.bptt import BPTT
from neurosim.trainers.clipping import ClipEachNorm, ClipNorm, Clipping, ClipValue
from neurosim.trainers.constraints import (
    AllOf,
    AtLeast,
    Constraint,
    Dale,
    Frozen,
    IncomingSigns,
    Masked,
    NonNegative,
    NoSelfConnections,
    SignConstrained,
)
from neurosim.trainers.curriculum import Curriculum
from neurosim.trainers.eprop import EProp
from neurosim.trainers.force import Force
from neurosim.trainers.full_force import FullForce
from neurosim.trainers.gradient_trainer import GradientTrainer
from neurosim.trainers.innate import Innate
from neurosim.trainers.lbfgs import LBFGS, Minimum, minimize
from neurosim.trainers.losses import (
    BinaryCrossEntropy,
    CrossEntropy,
    Loss,
    MeanSquaredError,
    SquaredMaskedError,
    StepwiseLoss,
)
from neurosim.trainers.node_perturbation import NodePerturbation
from neurosim.trainers.online_trainer import OnlineTrainer
from neurosim.trainers.optimizers import SGD, Adam, Optimizer, RMSprop, StochasticOptimizer
from neurosim.trainers.penalties import (
    L1,
    L2,
    JacobianPenalty,
    LyapunovPenalty,
    Penalty,
    RateL1,
    RateL2,
    VanishingGradient,
)
from neurosim.trainers.projections import ClipUpdates, Projected, Projection
from neurosim.trainers.reward_hebbian import RewardHebbian
from neurosim.trainers.rflo import RFLO
from neurosim.trainers.ridge import Ridge
from neurosim.trainers.rtrl import RTRL
from neurosim.trainers.schedules import (
    CosineDecay,
    ExponentialDecay,
    InverseDecay,
    Schedule,
    StepDecay,
    WarmUp,
)
from neurosim.trainers.stopping import Stopping
from neurosim.trainers.synaptic_intelligence import SynapticIntelligence
from neurosim.training import History, Training, Update

__all__ = [
    "BPTT",
    "L1",
    "L2",
    "LBFGS",
    "RFLO",
    "RTRL",
    "SGD",
    "Adam",
    "AllOf",
    "AtLeast",
    "BinaryCrossEntropy",
    "ClipEachNorm",
    "ClipNorm",
    "ClipUpdates",
    "ClipValue",
    "Clipping",
    "Constraint",
    "CosineDecay",
    "CrossEntropy",
    "Curriculum",
    "Dale",
    "EProp",
    "ExponentialDecay",
    "Force",
    "Frozen",
    "FullForce",
    "GradientTrainer",
    "History",
    "IncomingSigns",
    "Innate",
    "InverseDecay",
    "JacobianPenalty",
    "Loss",
    "LyapunovPenalty",
    "Masked",
    "MeanSquaredError",
    "Minimum",
    "NoSelfConnections",
    "NodePerturbation",
    "NonNegative",
    "OnlineTrainer",
    "Optimizer",
    "Penalty",
    "Projected",
    "Projection",
    "RMSprop",
    "RateL1",
    "RateL2",
    "RewardHebbian",
    "Ridge",
    "Schedule",
    "SignConstrained",
    "SquaredMaskedError",
    "StepDecay",
    "StepwiseLoss",
    "StochasticOptimizer",
    "Stopping",
    "SynapticIntelligence",
    "Trainer",
    "Training",
    "Update",
    "VanishingGradient",
    "WarmUp",
    "check_channels",
    "minimize",
]

list_public_names(__name__)
