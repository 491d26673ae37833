"""Backpropagation through time: training by the exact gradient of a loss with respect to a network's parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numpy.random import SeedSequence

from neurosim.engine.differentiable.rollout import Rollout
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.noise import Noise
from neurosim.trainers.clipping import ClipNorm, Clipping
from neurosim.trainers.curriculum import Curriculum
from neurosim.trainers.gradient_trainer import GradientTrainer, require_callable
from neurosim.trainers.losses import Loss, MeanSquaredError
from neurosim.trainers.objective import Objective, has_own_gradient
from neurosim.trainers.optimizers import Adam, Optimizer
from neurosim.trainers.stopping import Stopping
from neurosim.validation import positive, whole_number

__all__ = ["BPTT"]

ADAM, MEAN_SQUARED_ERROR, CLIPPING = Adam(), MeanSquaredError(), ClipNorm(1.0)
STOPPING, CURRICULUM = Stopping(), Curriculum()


@dataclass(frozen=True)
class BPTT(GradientTrainer):
    r"""Backpropagation through time (BPTT), with the exact gradient of the discrete steps that a simulation makes.

    .. math:: \theta \leftarrow \theta - update\Big(\frac{d}{d\theta} \Big[L(z, \hat z) + \sum_k P_k\Big]\Big)

    for every batch of trials: L is the loss, P are penalties, and θ are the weights and biases, or whatever `train`
    names. With `LeakyRate`, ``tau = 1`` and ``dt = 1`` (Euler) the network is the vanilla RNN of Keras and PyTorch.

    Parameters
    ----------
    epochs : int
        Largest number of epochs. After each there is a row of the history, a validation and a checkpoint.
    trials_per_epoch : int
        Number of trials in one epoch.
    batch_size : int
        Number of trials in one update; the last update of an epoch has those that are left.
    dt : float, optional
        Time step, in the network's unit of time, which is that of its ``tau`` and of the durations of the task: with
        ``tau = 100`` (ms) a step of 20 ms is ``dt=20.0``. For a network that is meant as a map (`LeakyRate`), dt = tau.
        Default: that of `Network.stepping`; without one, a tenth of the fastest time constant.
    optimizer : Optimizer
        `Adam`, `SGD`, `RMSprop`, or `LBFGS`, which minimizes over all trials of an epoch together, one search per
        epoch: a few epochs of many trials are then enough. `LBFGS` neither clips nor projects.
    loss : Loss or callable
        ``loss(run, trials)`` returns one number, in `autograd.numpy`; it may read ``outputs``, ``rates``, ``states``
        and ``parameters`` of `run`, and everything of `trials`.
    penalties : tuple of Penalty or callable
        Added to the loss; a callable is written like a loss.
    constraints : tuple of Constraint
        Reparametrizations, from the first to the last: ``effective(free)`` gives the parameters that the network has,
        ``free(parameters)`` is its inverse.
    projections : tuple of Projection
        ``project(parameters, before)`` after every update.
    clipping : Clipping, optional
        Limit of the gradient; None for none. Gradients of recurrent networks explode now and then, and a few such
        updates can undo all others.
    train : str or tuple of str, optional
        Parameters that are trained, by the names of `neurosim.parameters.parameters_of`, or blocks of recurrent weights
        between populations, such as ``"V1->PFC"``. Default: all weights and biases; ``"initial_state"`` and parameters
        of the neuron such as ``"neuron.tau"`` only where they are named. Training stops where the neuron forbids their
        value; `AtLeast` among the constraints keeps time constants positive.
    scheme : {"euler", "heun", "rk4"}, optional
        Integration scheme. Default: that of `Network.stepping`; without one, Euler.
    noise : Noise, optional
        Noise inside the network, drawn anew for every update.
    fresh : bool
        True: every epoch has new trials. False: all epochs have the same trials in different orders, as in Keras.
    validation : int
        Number of held-out trials on which loss and accuracy are measured after every epoch; 0 for none.
    stopping : Stopping
        Criteria that end the training early.
    curriculum : Curriculum
        Tasks that are trained before the task itself.
    checkpoint : str, optional
        File in which everything is saved after every epoch; see `fit`. An existing file is replaced.
    memory : float
        Memory in MB for the states of one batch; where they need more, they are computed again during the backward
        pass.
    truncate : int, optional
        Number of steps after which gradients are cut. Default: they are not, and the gradient is exact.
    threads : int, optional
        Default: as many as the machine has. The result does not depend on their number.

    Notes
    -----
    Trials start at the network's `initial_state`, or where it has none, at the resting state of its neuron (zero
    unless the model says otherwise); trained networks have that as their `initial_state`, and time step, scheme and
    noise of the training as their `stepping`, so that simulations run as training did.

    The best network is the one after the epoch of lowest loss (without penalties), on held-out trials where there are
    some. Without those it is the mean loss *during* the epoch, which the network at its end only approximately has.
    With a curriculum only epochs of its latest stage count.

    Columns of the history: ``loss``, ``accuracy`` and ``gradient_norm`` (before clipping), means over the updates of an
    epoch; ``penalty``, the sum of the penalties; ``learning_rate`` of the last update; ``validation_loss``,
    ``validation_accuracy``; ``stage`` of a curriculum, from 0. Accuracies are NaN where an output is not finite, which
    a loss that does not read outputs may miss.

    A batch of B trials of T steps costs 3 B T products with W, one for the run, one for the adjoint and one for the
    gradient: about three simulations of its trials. Its memory is at most `memory`.

    References
    ----------
    Werbos (1990), Proceedings of the IEEE 78, 1550. Jarne & Laje (2023), Journal of Computational Neuroscience 51, 407
    trained with ``BPTT(epochs=20, trials_per_epoch=15_000, batch_size=64, fresh=False,
    optimizer=Adam(InverseDecay(1e-4, decay=1e-4)), clipping=None)``.

    Examples
    --------
    A network has the channels of its task. `fit` returns a `Training`, and does not change the network it is given.

    >>> import neurosim as ns
    >>> task = ns.tasks.And()
    >>> start = ns.Network(ns.LeakyRate("tanh", tau=1.0), ns.Orthogonal(), size=50, inputs=task.inputs,
    ...                    outputs=task.outputs, rng=0)
    >>> trainer = ns.BPTT(epochs=2, trials_per_epoch=200, batch_size=50, dt=1.0)
    >>> training = trainer.fit(start, task, rng=1)
    >>> bool(training.history["loss"][1] < training.history["loss"][0])
    True
    >>> trials = task.trials(100, dt=1.0, rng=2)
    >>> accuracy = trials.accuracy(ns.simulate(training.network, **trials.simulation)).mean()

    Continue for one more epoch, bit for bit as in a training that was never interrupted. With ``checkpoint="file.npz"``
    the file can be given in place of the training, even after a crash.

    >>> more = trainer.replace(epochs=3)
    >>> resumed = more.fit(start, task, resume=training)
    >>> resumed.last.equals(more.fit(start, task, rng=1).last)
    True
    """

    epochs: int = 20
    trials_per_epoch: int = 3200
    batch_size: int = 64
    dt: float | None = None
    optimizer: Optimizer = ADAM
    loss: Loss | Callable[..., Any] = MEAN_SQUARED_ERROR
    penalties: tuple[Any, ...] = ()
    constraints: tuple[Any, ...] = ()
    projections: tuple[Any, ...] = ()
    clipping: Clipping | None = CLIPPING
    train: tuple[str, ...] | None = None
    scheme: str | None = None
    noise: Noise | None = None
    fresh: bool = True
    validation: int = 0
    stopping: Stopping = STOPPING
    curriculum: Curriculum = CURRICULUM
    checkpoint: str | None = None
    memory: float = 500.0
    truncate: int | None = None
    threads: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("truncate", "threads"):
            if getattr(self, name) is not None:
                whole_number(f"BPTT.{name}", getattr(self, name))
        positive("BPTT.memory", self.memory)
        require_callable("BPTT.loss", self.loss)
        for k, penalty in enumerate(self.penalties):
            if not has_own_gradient(penalty):
                require_callable(f"BPTT.penalties[{k}]", penalty)
        self._check_optimizer()

    def _check_optimizer(self) -> None:
        if self.optimizer.stepwise:
            return
        own = [type(part).__name__ for part in self.penalties if has_own_gradient(part)]
        if self.projections or own:
            between = " and ".join(["projections"] * bool(self.projections) + own)
            raise ParameterError(
                f"BPTT.optimizer must make single updates to be combined with {between} (got {self.optimizer!r}, which "
                f"searches along lines); try Adam(1e-3)."
            )

    def objective(self, network: Network) -> Objective:
        """Loss and penalties of these settings as a function of the parameters of a network."""
        stepping = self.stepping(network)
        rollout = Rollout(
            network,
            stepping.dt,
            stepping.scheme,
            noise=self.noise,
            memory=self.memory,
            truncate=self.truncate,
            threads=self.threads,
        )
        return Objective(
            rollout,
            self.loss,
            penalties=self.penalties,
            constraints=self.constraints,
            projections=self.projections,
            train=self.train,
        )

    def _objective(self, network: Network, seed: SeedSequence) -> Objective:
        del seed
        return self.objective(network)
