"""Base class of trainers, and the check that a network has the channels of a task."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from typing import Any, ClassVar, TypeVar

from neurosim.declaration import Declaration
from neurosim.errors import ParameterError, ShapeError, kind_of
from neurosim.network import Network
from neurosim.randomness import Seed
from neurosim.serialization import from_dict
from neurosim.stepping import Stepping
from neurosim.tasks import Task
from neurosim.tasks.published import published_settings
from neurosim.time_constants import stepping_or, time_constants
from neurosim.training import Training

__all__ = ["Trainer", "check_channels"]


Self = TypeVar("Self", bound="Trainer")


class Trainer(Declaration, ABC):
    r"""Base class of trainers: a declaration of settings with a method `fit` that returns a trained copy of a network.

    Rules for a subclass

    1. It is a frozen dataclass with a docstring that says which parameters change, by which equation, and from which
       paper. Its fields are settings; all have defaults. An invalid value is an error in ``__post_init__`` (call
       ``super().__post_init__()`` first).
    2. ``fit(self, network, task, rng=None, *, progress=None)`` returns a `Training`. The network that it is given
       never changes: ``network.replace(readout_weights=...)`` is a new one, and keeps its size, neuron, channels and
       precision unless the trainer is there to change them. No trainer creates connections; those that exist are
       given by ``network.recurrent`` (its base and its `pattern`).
    3. It begins with ``check_channels(network, task)``.
    4. Random numbers come from named streams of `rng`: ``seed = seed_sequence(rng)`` once, then
       ``child(seed, "trials")``, ``child(seed, "noise")``. The same seed gives the same weights, bit for bit.
    5. Trials come from ``task.trials(count, dt, child(seed, ...))`` and count by their mask; outputs are compared with
       targets as `Trials` says.
    6. The network that is returned has the `stepping` of its training, ``self.stepping(network)``, and starts where
       the trials of its training started: a trainer whose trials begin at rest returns
       ``replace(initial_state=network.starting_state())``, as BPTT does. Without an initial state, simulations start
       at random, where a network may not show what it learned.
    7. ``history`` has one row for each epoch (or trial): at least ``"loss"``, and ``"accuracy"`` by the task's own
       criterion where it has one.
    8. Long work shows `neurosim.progress.progress_bar`. After Ctrl-C the partial result is returned, with
       ``status="interrupted"`` and an InterruptionWarning.

    Run ``neurosim.testing.check_trainer`` on a new class.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> import neurosim as ns
    >>> from neurosim.randomness import child, seed_sequence
    >>> from neurosim.trainers import History, Trainer, Training, check_channels
    >>> @dataclass(frozen=True)
    ... class LeastSquares(Trainer):
    ...     "Readout weights by least squares on the rates of some trials."
    ...     trials: int = 200
    ...     dt: float | None = None
    ...     def fit(self, network, task, rng=None, *, progress=None):
    ...         check_channels(network, task)
    ...         seed = seed_sequence(rng)
    ...         stepping = self.stepping(network)
    ...         trials = task.trials(self.trials, stepping.dt, child(seed, "trials"))
    ...         start = network.replace(initial_state=network.starting_state(), stepping=stepping)
    ...         run = ns.simulate(start, **trials.simulation, progress=progress)
    ...         rates = run.rates[:, 1:].reshape(-1, network.size)
    ...         weights = np.linalg.lstsq(rates, trials.targets.reshape(len(rates), -1), rcond=None)[0].T
    ...         trained = start.replace(readout_weights=weights, readout_bias=np.zeros(len(weights)))
    ...         outputs = (rates @ weights.T).reshape(trials.targets.shape)
    ...         row = {"loss": np.mean((outputs - trials.targets) ** 2),
    ...                "accuracy": trials.accuracy(outputs).mean()}
    ...         return Training(self, task, start=network, best=trained, last=trained,
    ...                         history=History.from_rows([row]), seed=seed)
    >>> task = ns.tasks.And()
    >>> reservoir = ns.Network(ns.LeakyRate("tanh", tau=10.0), ns.Gaussian(0.9), size=100,
    ...                        inputs=task.inputs, outputs=task.outputs, rng=0)
    >>> bool(LeastSquares().fit(reservoir, task, rng=1).history["accuracy"] > 0.98)
    True
    """

    kind: ClassVar[str] = "trainer"

    @classmethod
    def for_task(cls: type[Self], task: Task, **changes: Any) -> Self:
        """Trainer with the settings of the authors of a task.

        ``ns.Trainer.for_task(task)`` is of the class that they used; from another one, such as
        ``ns.BPTT.for_task(task)``, it has to be of that class.

        Parameters
        ----------
        task : Task
            One with published settings, such as ``ns.tasks.yang2019("go")``; see `neurosim.tasks.Task.settings`.
        **changes
            Settings that replace the published ones. These are how long the authors trained at most, which may take
            hours: ``stopping=Stopping(accuracy=0.95)`` and fewer ``epochs`` end it sooner.

        Raises
        ------
        ParameterError
            If the task has no published settings, or those of another trainer.
        UnknownKeywordError

        Examples
        --------
        >>> import neurosim as ns
        >>> task = ns.tasks.yang2019("all")
        >>> network = ns.Network.for_task(task, rng=0)
        >>> training = ns.BPTT.for_task(task).fit(network, task, rng=0)  # doctest: +SKIP
        """
        trainer = from_dict("trainer", {"type": "BPTT", **published_settings(task, "trainer")})
        if not isinstance(trainer, cls):
            used = type(trainer).__name__
            raise ParameterError(
                f"{type(task).__name__} was published with the trainer {used}, not {cls.__name__}; try "
                f"{used}.for_task(task)."
            )
        return trainer.replace(**changes)

    @abstractmethod
    def fit(
        self, network: Network, task: Task, rng: Seed = None, *, progress: bool | None = None
    ) -> Training:
        """Train a copy of the network.

        Parameters
        ----------
        network : Network
            Is not changed.
        task : Task
        rng : int, SeedSequence, Generator or None, optional
            Seed of all random numbers.
        progress : bool, optional
            Whether to show a progress bar. Default: when stderr is a terminal or a notebook.

        Returns
        -------
        Training

        Raises
        ------
        ShapeError
            If the channels of network and task do not match.
        """

    def stepping(self, network: Network) -> Stepping:
        """Time step, scheme and noise of a training, from the fields ``dt``, ``scheme`` and ``noise`` of the trainer.

        Parameters
        ----------
        network : Network
            Where dt is None, the dt of its `Network.stepping` is used, or without one, a tenth of the fastest time
            constant of its units; where a field `scheme` is None, the scheme of its `Network.stepping`, or Euler.
        """
        constants = time_constants(network)
        dt, scheme = stepping_or(
            network.stepping,
            getattr(self, "dt", None),
            getattr(self, "scheme", "euler"),
            constants,
            default="euler",
        )
        return Stepping(dt, scheme.name, getattr(self, "noise", None))


def check_channels(network: Network, task: Task) -> None:
    """Raise unless a network has the channels of a task.

    Their numbers must be equal; where the names are the same, their order too.

    Raises
    ------
    ParameterError
        If `network` is not a Network, or `task` not a Task.
    ShapeError
        If the channels do not match.
    """
    if not isinstance(network, Network):
        raise ParameterError(f"network must be a Network (got {kind_of(network)}).")
    if not isinstance(task, Task):
        raise ParameterError(
            f"task must be a Task (got {kind_of(task)}); try neurosim.tasks.FlipFlop(bits=3)."
        )
    for label, have, want in (
        ("inputs", network.input_names, task.inputs),
        ("outputs", network.output_names, task.outputs),
    ):
        reordered = have != want and Counter(have) == Counter(want)
        if len(have) != len(want) or reordered:
            raise ShapeError(
                f"{label} of the network must be those of {type(task).__name__}, {_enumerate(want)} (got "
                f"{_enumerate(have)}); make the network with {label}=task.{label}."
            )


def _enumerate(names: tuple[str, ...]) -> str:
    shown = ", ".join(map(repr, names[:8])) + (", ..." if len(names) > 8 else "")
    return f"({shown})" + (f" ({len(names)} channels)" if len(names) > 8 else "")
