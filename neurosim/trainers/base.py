"""The base that every trainer shares."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from typing import ClassVar

from neurosim.declaration import Declaration
from neurosim.errors import ParameterError, ShapeError
from neurosim.network import Network
from neurosim.randomness import Seed
from neurosim.tasks import Task
from neurosim.training import Training

__all__ = ["Trainer", "check_channels"]


class Trainer(Declaration, ABC):
    r"""How a network learns a task: settings, and one method that returns a trained copy.

    Rules for a subclass

    1. It is a frozen dataclass with a docstring that says what changes, by which equation, and from which paper. Its
       fields are settings; all have defaults. A value that cannot be is an error in ``__post_init__`` (call
       ``super().__post_init__()`` first).
    2. ``fit(self, network, task, rng=None, *, progress=None)`` returns a `Training`. The network that it is given
       never changes: ``network.replace(readout_weights=...)`` is a new one, and keeps its size, neuron, channels and
       precision unless the trainer is there to change them.
    3. It begins with ``check_channels(network, task)``.
    4. Random numbers come from named streams of `rng`: ``seed = seed_sequence(rng)`` once, then
       ``child(seed, "trials")``, ``child(seed, "noise")``. The same seed gives the same weights, bit for bit.
    5. Trials come from ``task.trials(count, dt, child(seed, ...))`` and count by their mask; outputs belong to the
       targets as `Trials` says.
    6. Where trials start, the networks that it returns start too: a trainer whose trials begin at rest gives them that
       state, ``replace(initial_state=network.starting_state())``, as BPTT does. Networks without one start at random in
       `neurosim.simulate`, where they may not show what they learned.
    7. ``history`` has one row for each epoch (or trial): at least ``"loss"``, and ``"accuracy"`` by the task's own rule
       where it is known.
    8. Long work shows `neurosim.progress.progress_bar`, and after Ctrl-C returns what there is with ``complete=False``
       and an InterruptionWarning.

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
    ...     "Readout weights by least squares on the rates of some trials; all else stays as it is."
    ...     trials: int = 200
    ...     dt: float = 1.0
    ...     def fit(self, network, task, rng=None, *, progress=None):
    ...         check_channels(network, task)
    ...         seed = seed_sequence(rng)
    ...         trials = task.trials(self.trials, self.dt, child(seed, "trials"))
    ...         start = network.replace(initial_state=network.starting_state())
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

    @abstractmethod
    def fit(
        self, network: Network, task: Task, rng: Seed = None, *, progress: bool | None = None
    ) -> Training:
        """Train a copy of the network.

        Parameters
        ----------
        network : Network
            Stays as it is.
        task : Task
        rng : int, SeedSequence, Generator or None, optional
            Seed of everything that is drawn.
        progress : bool, optional
            Whether to show a bar. Default: when stderr is a terminal or a notebook.

        Returns
        -------
        Training

        Raises
        ------
        ShapeError
            If the channels of network and task do not match.
        """


def check_channels(network: Network, task: Task) -> None:
    """Raise unless a network has the channels of a task, in their order.

    Channels match when there are as many; where they have the same names, these are in the same order.

    Raises
    ------
    ParameterError
        If these are no network and no task.
    ShapeError
        If the channels do not match; names both.
    """
    if not isinstance(network, Network):
        raise ParameterError(f"network is a {type(network).__name__}; give a neurosim.Network.")
    if not isinstance(task, Task):
        raise ParameterError(
            f"task is a {type(task).__name__}; give a Task, such as neurosim.tasks.FlipFlop(bits=3)."
        )
    for label, have, want in (
        ("inputs", network.input_names, task.inputs),
        ("outputs", network.output_names, task.outputs),
    ):
        reordered = have != want and Counter(have) == Counter(want)
        if len(have) != len(want) or reordered:
            raise ShapeError(
                f"{label} of the network are {_listed(have)}, those of {type(task).__name__} are "
                f"{_listed(want)}; make the network with {label}=task.{label}."
            )


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(map(repr, names[:8])) + (", ..." if len(names) > 8 else "")
    return f"({shown})" + (f" ({len(names)} channels)" if len(names) > 8 else "")
