"""Backpropagation through time: exact gradients of a loss with respect to everything in a network."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np

from neurosim.errors import InterruptionWarning, ParameterError, StabilityError, StabilityWarning
from neurosim.network import Network
from neurosim.noise import Noise
from neurosim.progress import progress_bar
from neurosim.randomness import Seed
from neurosim.serialization import from_dict
from neurosim.storage import save
from neurosim.tasks import Task
from neurosim.tasks.published import published
from neurosim.trainers.base import Trainer, check_channels
from neurosim.trainers.clipping import ClipNorm, Clipping
from neurosim.trainers.descent import Descent, DivergenceError
from neurosim.trainers.losses import Loss, MeanSquaredError
from neurosim.trainers.optimizers import Adam, Optimizer, StochasticOptimizer
from neurosim.trainers.penalties import VanishingGradient
from neurosim.trainers.resuming import continued
from neurosim.training import Training
from neurosim.validation import check_keywords, positive, whole_number

__all__ = ["BPTT"]

ADAM, MEAN_SQUARED_ERROR, CLIPPING = Adam(), MeanSquaredError(), ClipNorm(1.0)


@dataclass(frozen=True)
class BPTT(Trainer):
    r"""Backpropagation through time, with the exact gradient of the discrete steps that a simulation makes.

    .. math:: \theta \leftarrow \theta - update\Big(\frac{d}{d\theta} \Big[L(z, \hat z) + \sum_k P_k\Big]\Big)

    for every batch of trials: L is the loss, P are penalties, and θ are the weights and biases, or whatever `train`
    names. With `LeakyRate`, ``tau = 1`` and ``dt = 1`` (Euler) the network is the vanilla RNN of Keras and PyTorch.

    Parameters
    ----------
    epochs : int
        At most so many; after each one there is a row of the history, a look at held-out trials, and a checkpoint.
    trials : int
        Trials of an epoch.
    batch_size : int
        Trials of an update; the last one of an epoch has what is left.
    dt : float
        Time step, in the network's unit of time, which is that of its ``tau`` and of the durations of the task: with
        ``tau = 100`` (ms) a step of 20 ms is ``dt=20.0``. A tenth to a fifth of tau is common; for a network that is
        meant as a map (`LeakyRate`), dt = tau.
    optimizer : Optimizer
        `Adam`, `SGD`, `RMSprop`, or `LBFGS`, which minimizes over all trials of an epoch together, one search each
        epoch: a few epochs of many trials then do. It neither clips nor projects.
    loss : Loss or callable
        ``loss(run, trials)`` gives one number, in `autograd.numpy`; of `run` it may use ``outputs``, ``rates``,
        ``states`` and ``parameters``, of `trials` everything.
    penalties : tuple of callables
        Added to the loss: ``penalty(run, trials)``, written like a loss; or `VanishingGradient`, which takes a second
        backward pass.
    constraints : tuple
        Reparametrizations, from the first to the last: ``effective(free)`` gives the parameters that the network has,
        ``free(parameters)`` is its inverse.
    projections : tuple
        ``project(parameters, before)`` after every update.
    clipping : Clipping, optional
        Limit of the gradient; None for none. Gradients of recurrent networks explode now and then, and a few such
        updates can undo all others.
    train : tuple of str, optional
        What is learned, by the names of `neurosim.parameters.parameters_of`. Default: all weights and biases;
        ``"initial_state"`` and parameters of the neuron such as ``"neuron.tau"`` only where they are named. Training
        stops where the neuron forbids their value; `AtLeast` among the constraints keeps time constants positive.
    scheme : str
        Integration scheme, as in `neurosim.simulate`.
    noise : Noise, optional
        Noise inside the network, other in every update.
    fresh : bool
        True: every epoch has new trials. False: all epochs have the same ones, in another order, as in Keras.
    validation : int
        Held-out trials that are looked at after every epoch; 0: none.
    stop_loss, stop_accuracy : float, optional
        Stop after an epoch whose loss is not above, or accuracy not below; on held-out trials where there are some.
    patience : int, optional
        Stop when so many epochs in a row had no lower loss.
    curriculum : tuple of Task
        What is learned before the task itself, in this order, with the same channels.
    pass_accuracy : float
        Accuracy of an epoch from which the next one goes on to the next task of the curriculum.
    checkpoint : str, optional
        File that holds everything after every epoch; see `fit`. An existing file is replaced.
    memory : float
        MB that states may take; above it they are computed again during the backward pass.
    truncate : int, optional
        Steps after which gradients are cut. Default: none are, and the gradient is exact.
    threads : int, optional
        Default: as many as the machine has. Their number does not change the result.

    Notes
    -----
    Trials start at the network's `initial_state`, or where it has none at the resting state of its neuron (zero);
    trained networks keep that as their `initial_state`, so that `neurosim.simulate` shows what was learned.

    The best network is the one after the epoch of lowest loss (without penalties), on held-out trials where there are
    some. Without those it is the mean loss *during* the epoch, which the network at its end only approximately has.
    With a curriculum only epochs of its latest stage count.

    Columns of the history: ``loss``, ``accuracy`` and ``gradient_norm`` (before clipping), means over the updates of an
    epoch; ``penalty``, the sum of the penalties; ``learning_rate`` of the last update; ``validation_loss``,
    ``validation_accuracy``; ``stage`` of a curriculum, from 0. Accuracies are NaN where outputs left the finite numbers
    under a loss that does not look at them.

    A batch of B trials of T steps costs 3 B T products with W, one for the run, one for the adjoint and one for the
    gradient: about three simulations of its trials. What it keeps of them is at most `memory`.

    References
    ----------
    Werbos (1990), Proceedings of the IEEE 78, 1550. Jarne & Laje (2023), Journal of Computational Neuroscience 51, 407
    trained with ``BPTT(epochs=20, trials=15_000, batch_size=64, fresh=False, optimizer=Adam(1e-4, decay=1e-4),
    clipping=None)``. The curriculum is that of PsychRNN, Ehrlich et al. (2021), eNeuro 8, ENEURO.0427-20.2020.

    Examples
    --------
    A network has the channels of its task. What `fit` returns is a `Training`; the network that it was given stays as
    it is.

    >>> import neurosim as ns
    >>> task = ns.tasks.And()
    >>> start = ns.Network(ns.LeakyRate("tanh", tau=1.0), ns.Orthogonal(), size=50, inputs=task.inputs,
    ...                    outputs=task.outputs, rng=0)
    >>> trainer = ns.BPTT(epochs=2, trials=200, batch_size=50, dt=1.0)
    >>> training = trainer.fit(start, task, rng=1)
    >>> bool(training.history["loss"][1] < training.history["loss"][0])
    True
    >>> trials = task.trials(100, dt=1.0, rng=2)
    >>> accuracy = trials.accuracy(ns.simulate(training.network, **trials.simulation)).mean()

    Go on for one more epoch, with the bits of a training that was never interrupted. With ``checkpoint="file.npz"`` the
    file does in place of the training, even after a crash.

    >>> more = trainer.replace(epochs=3)
    >>> resumed = more.fit(start, task, resume=training)
    >>> resumed.last.equals(more.fit(start, task, rng=1).last)
    True
    """

    epochs: int = 20
    trials: int = 3200
    batch_size: int = 64
    dt: float = 1.0
    optimizer: Optimizer = ADAM
    loss: Loss | Callable[..., Any] = MEAN_SQUARED_ERROR
    penalties: tuple[Any, ...] = ()
    constraints: tuple[Any, ...] = ()
    projections: tuple[Any, ...] = ()
    clipping: Clipping | None = CLIPPING
    train: tuple[str, ...] | None = None
    scheme: str = "euler"
    noise: Noise | None = None
    fresh: bool = True
    validation: int = 0
    stop_loss: float | None = None
    stop_accuracy: float | None = None
    patience: int | None = None
    curriculum: tuple[Task, ...] = ()
    pass_accuracy: float = 0.9
    checkpoint: str | None = None
    memory: float = 500.0
    truncate: int | None = None
    threads: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("epochs", "trials", "batch_size", "patience", "truncate", "threads"):
            if getattr(self, name) is not None:
                whole_number(f"BPTT.{name}", getattr(self, name))
        whole_number("BPTT.validation", self.validation, minimum=0)
        for name in ("dt", "stop_loss", "stop_accuracy", "pass_accuracy", "memory"):
            if getattr(self, name) is not None:
                positive(f"BPTT.{name}", getattr(self, name))
        for name in ("stop_accuracy", "pass_accuracy"):
            if (getattr(self, name) or 0.0) > 1.0:
                raise ParameterError(
                    f"BPTT.{name} = {getattr(self, name)!r} is above 1, which no accuracy reaches."
                )
        self._check_parts()
        self._check_optimizer()

    def _check_parts(self) -> None:
        for name in ("penalties", "constraints", "projections", "train", "curriculum"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, _tuple(f"BPTT.{name}", getattr(self, name)))
        if self.train == ():
            raise ParameterError("BPTT.train = () is empty; name what is to be learned, or leave it out.")
        _require_callable("BPTT.loss", self.loss)
        for k, penalty in enumerate(self.penalties):
            if not isinstance(penalty, VanishingGradient):
                _require_callable(f"BPTT.penalties[{k}]", penalty)
        for name, method in (("constraints", "effective"), ("projections", "project")):
            for k, part in enumerate(getattr(self, name)):
                if not hasattr(part, method):
                    raise ParameterError(f"BPTT.{name}[{k}] = {part!r} has no method {method}; see BPTT.")

    def _check_optimizer(self) -> None:
        if not isinstance(self.optimizer, Optimizer):
            raise ParameterError(
                f"BPTT.optimizer = {self.optimizer!r} is none; give Adam(1e-3) or another Optimizer."
            )
        bent = self.projections or any(isinstance(part, VanishingGradient) for part in self.penalties)
        if bent and not isinstance(self.optimizer, StochasticOptimizer):
            raise ParameterError(
                f"{type(self.optimizer).__name__} searches along lines, which VanishingGradient and projections bend; "
                f"leave them out, or use Adam."
            )

    @staticmethod
    def for_task(task: Task, **changes: Any) -> BPTT:
        """Trainer with the settings of the authors of a task.

        Parameters
        ----------
        task : Task
            One with published settings, such as ``ns.tasks.yang2019("go")``; see `neurosim.tasks.Task.settings`.
        **changes
            Settings in place of the published ones. What was published is how long the authors waited at most, which
            may be hours: ``stop_accuracy=0.95`` and fewer ``epochs`` end it sooner, and Ctrl-C keeps what was learned.

        Raises
        ------
        ParameterError
            If the task has no published settings.
        UnknownKeywordError

        Examples
        --------
        >>> import neurosim as ns
        >>> task = ns.tasks.yang2019("all")
        >>> network = ns.Network.for_task(task, rng=0)
        >>> training = ns.BPTT.for_task(task).fit(network, task, rng=0)  # doctest: +SKIP
        """
        trainer = from_dict("trainer", {"type": "BPTT", **published(task, "trainer")})
        assert isinstance(trainer, BPTT)
        return trainer.replace(**changes)

    @check_keywords
    def fit(
        self,
        network: Network,
        task: Task,
        rng: Seed = None,
        *,
        progress: bool | None = None,
        resume: str | PathLike[str] | Training | None = None,
    ) -> Training:
        """Train a copy of the network; see `Trainer.fit`.

        Parameters
        ----------
        network : Network
        task : Task
        rng : int, SeedSequence, Generator or None, optional
            Seed of trials, their order and noise; every epoch has streams of its own. When a training goes on it may be
            left out.
        progress : bool, optional
        resume : path or Training, optional
            A checkpoint, or what Ctrl-C left: goes on after its last complete epoch, and ends with the bits of a
            training that was never interrupted. Network, task, seed and settings must be the same; only `epochs`,
            what stops early, `checkpoint`, `memory` and `threads` may differ.

        Returns
        -------
        Training

        Raises
        ------
        ShapeError
            If the channels of network and task do not match.
        ParameterError
            If the loss is not one number, or depends on nothing that is trained; if a training that should go on was
            another one: says what differs.

        Warns
        -----
        InterruptionWarning
            After Ctrl-C: what there is, is returned, with ``complete=False``.
        StabilityWarning
            When loss, gradient or states left the finite numbers, or a parameter of the neuron what it may be: the best
            network is kept, ``complete=False``.
        """
        for stage in (*self.curriculum, task):
            check_channels(network, stage)
        former, seed = continued(resume, self, network, task, rng)
        descent = Descent(self, network, task, seed)
        if former is not None:
            descent.restore(former)
        complete, reason = self._run(descent, progress)
        training = descent.training(complete=complete, reason=reason)
        if self.checkpoint is not None:
            save(training, self.checkpoint)
        return training

    def _run(self, descent: Descent, progress: bool | None) -> tuple[bool, str]:
        """Go through the epochs; whether all went well, and why they ended."""
        remaining = (self.epochs - len(descent.rows)) * -(-self.trials // min(self.batch_size, self.trials))
        self._store(descent)
        try:
            with progress_bar(max(remaining, 0), "BPTT", "update", progress) as bar:
                while not (reason := descent.finished()):
                    with np.errstate(over="ignore", invalid="ignore"):  # every update looks for them
                        descent.epoch(bar)
                    self._store(descent)
        except KeyboardInterrupt:
            reason = f"interrupted in epoch {len(descent.rows) + 1} of {self.epochs}"
            warnings.warn(
                f"training was {reason}; what was learned so far is returned: fit(..., resume=training) goes on.",
                InterruptionWarning,
                stacklevel=4,
            )
            return False, reason
        except (DivergenceError, StabilityError) as error:
            reason = str(error).rstrip(".")
            warnings.warn(
                f"training stopped: {reason}. The best network so far is kept. Try a lower learning rate than that of "
                f"{self.optimizer!r}, a stronger clipping than {self.clipping!r}, a shorter dt or smaller weights.",
                StabilityWarning,
                stacklevel=4,
            )
            return False, reason
        return True, reason

    def _store(self, descent: Descent) -> None:
        if self.checkpoint is not None:
            save(descent.training(complete=False, reason="under way"), self.checkpoint)


def _tuple(name: str, value: Any) -> tuple[Any, ...]:
    if isinstance(value, str) or not isinstance(value, (list, tuple)):
        raise ParameterError(f"{name} = {value!r} is no tuple; write ({value!r},).")
    return tuple(value)


def _require_callable(name: str, value: Any) -> None:
    if not callable(value) or isinstance(value, type):
        remedy = (
            f"write {value.__name__}()" if isinstance(value, type) else "give a function of (run, trials)"
        )
        raise ParameterError(f"{name} = {value!r} cannot be called with (run, trials); {remedy}.")
