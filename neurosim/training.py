"""Results of a training: networks, history, and the state from which it can be continued."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.conveniences import convenience
from neurosim.declaration import Declaration
from neurosim.errors import ParameterError, ShapeError, UnknownNameError, did_you_mean
from neurosim.network import Network
from neurosim.notebook import HtmlTable
from neurosim.tasks import Task, Trials
from neurosim.validation import named_entries, one_of, real_numbers

if TYPE_CHECKING:
    from os import PathLike

    from matplotlib.axes import Axes
    from numpy.random import SeedSequence

    from neurosim.randomness import Seed

__all__ = [
    "COMPLETE",
    "DIVERGED",
    "INTERRUPTED",
    "RUNNING",
    "History",
    "MissingFunction",
    "Training",
    "Update",
    "name_functions",
]


COMPLETE, INTERRUPTED, DIVERGED, RUNNING = "complete", "interrupted", "diverged", "running"
"""Values of `Training.status`."""


@dataclass(frozen=True, eq=False, repr=False)
class History(dict[str, np.ndarray]):
    """History of a training: a mapping of column names to arrays with one entry for each epoch (or trial, or update).

    ``pandas.DataFrame(history)`` is its table.

    Parameters
    ----------
    columns : mapping of str to ndarray, shape (rows,)
        Such as ``"loss"`` and ``"accuracy"``; NaN where a row has no value.
    row : str, optional
        What one row is; the label of the axis in plots.

    Examples
    --------
    >>> from neurosim.trainers import History
    >>> history = History.from_rows([{"loss": 2.0}, {"loss": 1.0, "accuracy": 0.5}])
    >>> list(history), history.length
    (['loss', 'accuracy'], 2)
    >>> history["accuracy"]
    array([nan, 0.5])
    """

    columns: Mapping[str, np.ndarray] = field(default_factory=dict)
    row: str = "epoch"

    def __post_init__(self) -> None:
        given = named_entries("columns", self.columns, "give arrays by name, such as {'loss': losses}")
        columns = {
            name: real_numbers(f"columns[{name!r}]", values, np.float64).copy()
            for name, values in given.items()
        }
        lengths = {name: values.shape for name, values in columns.items()}
        if any(len(shape) != 1 for shape in lengths.values()) or len(set(lengths.values())) > 1:
            raise ShapeError(
                f"columns of a history must have one number for each row (got shapes {lengths}); "
                f"try History.from_rows."
            )
        for values in columns.values():
            values.setflags(write=False)
        super().update(columns)
        object.__setattr__(self, "columns", columns)

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, float]], row: str = "epoch") -> History:
        """Make a history of rows, each a mapping of names to numbers; a name that a row lacks is NaN there."""
        rows = list(rows)
        names = dict.fromkeys(name for entry in rows for name in entry)
        return cls({name: np.array([entry.get(name, np.nan) for entry in rows]) for name in names}, row)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self)

    @property
    def length(self) -> int:
        """Number of rows."""
        return next((len(values) for values in self.values()), 0)

    def __missing__(self, name: str) -> np.ndarray:
        raise UnknownNameError(f"history has no {name!r}. {did_you_mean(str(name), self)}")

    def _refuse_change(self, *_: Any, **__: Any) -> Any:
        raise TypeError("a History cannot be changed; try dict(history), which can.")

    __setitem__ = __delitem__ = __ior__ = _refuse_change
    clear = pop = popitem = setdefault = update = _refuse_change

    def __reduce__(self) -> tuple[Any, ...]:
        return History, (dict(self), self.row)

    def rows(self) -> list[dict[str, float]]:
        """Rows as `from_rows` takes them."""
        return [
            {name: float(values[k]) for name, values in self.items() if not np.isnan(values[k])}
            for k in range(self.length)
        ]

    def equals(self, other: History) -> bool:
        """Whether the other history has the same names and, bit for bit, the same numbers."""
        return self.names == other.names and all(
            np.array_equal(values, other[name], equal_nan=True) for name, values in self.items()
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, History) and self.row == other.row and self.equals(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw loss and accuracy; see `neurosim.plotting.history`."""
        return convenience("History.plot")(self, ax)

    def __repr__(self) -> str:
        end = ", ".join(f"{name} {values[-1]:.4g}" for name, values in self.items() if len(values))
        return f"History({self.length} rows, one for each {self.row}{'; last: ' + end if end else ''})"


@dataclass(frozen=True, eq=False)
class Training(HtmlTable):
    """Result of ``trainer.fit(network, task)``: networks before and after, history, and the state for continuing it.

    Attributes
    ----------
    trainer : Trainer
    task : Task
    start : Network
        Network before training.
    best : Network
        Network to use, also called `network`; by which criterion it is the best, the trainer says.
    last : Network
        Network where training ended.
    history : History
    status : {"complete", "interrupted", "diverged", "running"}
        How training ended: by itself; by Ctrl-C; because a number became non-finite or the neuron forbade a parameter.
        "running" in checkpoints of a training that has not ended.
    reason : str
        Why training ended, in words.
    seed : SeedSequence or None
        Seed of the trials, their noise and their order.
    state : mapping of str to ndarray or number
        State from which the trainer continues; empty where it cannot.

    Examples
    --------
    >>> import neurosim as ns
    >>> training = ns.BPTT(epochs=20).fit(network, task, rng=1)  # doctest: +SKIP
    >>> training.network.save("trained.npz")  # doctest: +SKIP
    >>> training.history["loss"]  # doctest: +SKIP
    """

    trainer: Any
    task: Task
    start: Network
    best: Network
    last: Network
    history: History = field(default_factory=History)
    status: str = COMPLETE
    reason: str = ""
    seed: SeedSequence | None = None
    state: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        one_of("status", self.status, (COMPLETE, INTERRUPTED, DIVERGED, RUNNING))

    @property
    def complete(self) -> bool:
        """Whether training ended by itself: neither interrupted nor diverged."""
        return self.status == COMPLETE

    @property
    def network(self) -> Network:
        """Network to use: the best one."""
        return self.best

    def _html_rows(self) -> Mapping[str, Any]:
        names = ("trainer", "task", "network", "history", "status", "reason")
        return {name: getattr(self, name) for name in names}

    def save(self, path: str | PathLike[str]) -> None:
        """Write everything to an ``.npz`` file that `neurosim.load` reads; see `neurosim.storage.save`."""
        convenience("Training.save")(self, path)

    def simulate(self, trials: Trials, rng: Seed = None, **options: Any) -> Any:
        """Simulate the trained network on trials of a task, with the steps and the noise of its training.

        Parameters
        ----------
        trials : Trials
            Made with the time step of the training, ``task.trials(count, training.network.stepping.dt, rng)``.
        rng : int, SeedSequence, Generator or None, optional
            Seed of the noise, and of initial states that are random.
        **options
            Further arguments of `neurosim.simulate`, also in place of those of the training: ``noise=None`` for none.

        Returns
        -------
        Trajectory

        Raises
        ------
        ParameterError
            If the trials have another time step.
        """
        stepping = self.network.stepping
        if stepping is not None and not math.isclose(trials.dt, stepping.dt, rel_tol=1e-9):
            raise ParameterError(
                f"trials must have the time step of the training, {stepping.dt:g} (got {trials.dt:g}); try "
                f"task.trials({len(trials)}, {stepping.dt:g})."
            )
        # scheme and noise are those of the network's stepping, unless options give others
        return convenience("Training.simulate")(self.network, **{**trials.simulation, **options}, rng=rng)

    def __repr__(self) -> str:
        end = "" if self.complete else f", {self.status}"
        return f"Training({self.trainer!r}, {self.task!r}, {self.history!r}{end})"


@dataclass(frozen=True, eq=False)
class Update:
    """One update of a training, before it is made.

    Attributes
    ----------
    number : int
        Counted from 0.
    loss : float
        Mean loss of its batch.
    direction : mapping of str to ndarray
        Gradient that the rule found for the parameters, before clipping and before the optimizer scales it.
    gradient : callable
        Returns the true gradient of the same objective on the same trials, with the same noise; a backward pass of
        backpropagation through time.
    """

    number: int
    loss: float
    direction: Mapping[str, np.ndarray]
    gradient: Callable[[], Mapping[str, np.ndarray]]


@dataclass(frozen=True)
class MissingFunction:
    """Placeholder for a function of which a file has only the name; calling it raises an error.

    Parameters
    ----------
    name : str
        Module and name of the function.
    """

    name: str

    def __call__(self, *_: Any, **__: Any) -> Any:  # noqa: D102
        raise ParameterError(
            f"the function {self.name} must be given again (the file has only its name); "
            f"try trainer.replace(loss={self.name.rpartition('.')[2]})."
        )

    def __repr__(self) -> str:
        return f"MissingFunction({self.name!r})"


def name_functions(part: Any) -> Any:
    """Replace the user's own losses and penalties in a setting of a trainer by their names."""
    if isinstance(part, (list, tuple)):
        return type(part)(name_functions(item) for item in part)
    if callable(part) and not isinstance(part, (Declaration, MissingFunction, type)):
        named = part if hasattr(part, "__qualname__") else type(part)
        return MissingFunction(f"{named.__module__}.{named.__qualname__}")
    return part
