"""What a training leaves: networks, every number on the way, and everything that is needed to go on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.conveniences import convenience
from neurosim.declaration import Declaration
from neurosim.errors import ParameterError, ShapeError, UnknownNameError, did_you_mean
from neurosim.network import Network
from neurosim.tasks import Task

if TYPE_CHECKING:
    from os import PathLike

    from matplotlib.axes import Axes
    from numpy.random import SeedSequence

__all__ = ["History", "MissingFunction", "Training", "functions_named"]


@dataclass(frozen=True, eq=False)
class History:
    """Numbers on the way, by name, one row for each epoch (or trial, or update).

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
    >>> history.names, len(history)
    (('loss', 'accuracy'), 2)
    >>> history["accuracy"]
    array([nan, 0.5])
    """

    columns: Mapping[str, np.ndarray] = field(default_factory=dict)
    row: str = "epoch"

    def __post_init__(self) -> None:
        columns = {name: np.array(values, np.float64) for name, values in self.columns.items()}
        lengths = {name: values.shape for name, values in columns.items()}
        if any(len(shape) != 1 for shape in lengths.values()) or len(set(lengths.values())) > 1:
            raise ShapeError(
                f"columns of a history have shapes {lengths}; give all of them one number for each row."
            )
        for values in columns.values():
            values.setflags(write=False)
        object.__setattr__(self, "columns", columns)

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, float]], row: str = "epoch") -> History:
        """Make a history of rows, each a mapping of names to numbers; what a row leaves out is NaN."""
        rows = list(rows)
        names = dict.fromkeys(name for entry in rows for name in entry)
        return cls({name: np.array([entry.get(name, np.nan) for entry in rows]) for name in names}, row)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self.columns)

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self.columns:
            raise UnknownNameError(f"history has no {name!r}. {did_you_mean(str(name), self.columns)}")
        return self.columns[name]

    def __len__(self) -> int:
        return next((len(values) for values in self.columns.values()), 0)

    def rows(self) -> list[dict[str, float]]:
        """Rows as `from_rows` takes them."""
        return [
            {name: float(values[k]) for name, values in self.columns.items() if not np.isnan(values[k])}
            for k in range(len(self))
        ]

    def equals(self, other: History) -> bool:
        """Whether the other history has the same names and, bit for bit, the same numbers."""
        return self.names == other.names and all(
            np.array_equal(values, other[name], equal_nan=True) for name, values in self.columns.items()
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw loss and accuracy; see `neurosim.plotting.history`."""
        return convenience("History.plot")(self, ax)

    def __repr__(self) -> str:
        end = ", ".join(f"{name} {values[-1]:.4g}" for name, values in self.columns.items() if len(values))
        return f"History({len(self)} rows, one for each {self.row}{'; last: ' + end if end else ''})"


@dataclass(frozen=True, eq=False)
class Training:
    """Result of ``trainer.fit(network, task)``: the start is never changed, everything else is new.

    Attributes
    ----------
    trainer : Trainer
    task : Task
    start : Network
        What `fit` was given.
    best : Network
        What to use; which one is best, the trainer says. `network` is another name for it.
    last : Network
        Where training ended.
    history : History
    complete : bool
        False after Ctrl-C, and where the loss left the finite numbers.
    reason : str
        Why training ended, for people.
    seed : SeedSequence or None
        What the trials, the noise and the order of the trials were drawn from.
    state : mapping of str to ndarray or number
        What the trainer needs to go on; empty where it cannot.

    Examples
    --------
    >>> import neurosim as ns
    >>> training = ns.BPTT(epochs=20).fit(network, task, rng=1)  # doctest: +SKIP
    >>> training.network.save("trained.npz")  # doctest: +SKIP
    >>> training.history["loss"]  # doctest: +SKIP
    """

    trainer: Declaration
    task: Task
    start: Network
    best: Network
    last: Network
    history: History = field(default_factory=History)
    complete: bool = True
    reason: str = ""
    seed: SeedSequence | None = None
    state: Mapping[str, Any] = field(default_factory=dict)

    @property
    def network(self) -> Network:
        """The network to use: the best one."""
        return self.best

    def save(self, path: str | PathLike[str]) -> None:
        """Write everything to an ``.npz`` file that `neurosim.load` reads; see `neurosim.storage.save`."""
        convenience("Training.save")(self, path)

    def __repr__(self) -> str:
        end = "" if self.complete else ", not complete"
        return f"Training({self.trainer!r}, {self.task!r}, {self.history!r}{end})"


@dataclass(frozen=True)
class MissingFunction:
    """Stands for a function that a file named, since no file can hold one; calling it says what to do.

    Parameters
    ----------
    name : str
        Module and name of the function.
    """

    name: str

    def __call__(self, *_: Any, **__: Any) -> Any:  # noqa: D102
        raise ParameterError(
            f"the function {self.name} is not in the file, only its name; give it again, "
            f"for instance trainer.replace(loss={self.name.rpartition('.')[2]})."
        )

    def __repr__(self) -> str:
        return f"MissingFunction({self.name!r})"


def functions_named(part: Any) -> Any:
    """Setting of a trainer, with the user's own losses and penalties replaced by their names."""
    if isinstance(part, (list, tuple)):
        return type(part)(functions_named(item) for item in part)
    if callable(part) and not isinstance(part, (Declaration, MissingFunction, type)):
        named = part if hasattr(part, "__qualname__") else type(part)
        return MissingFunction(f"{named.__module__}.{named.__qualname__}")
    return part
