"""Table of a study: a row for each point, a column for each parameter and each result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.errors import NeurosimError, ParameterError, ShapeError, UnknownNameError, did_you_mean
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.results import Result
from neurosim.sweep import statistics
from neurosim.sweep.columns import parameter_column, ragged_shapes, result_column, result_names
from neurosim.sweep.outcomes import Outcome
from neurosim.sweep.table_files import html_table, load_table, save_table
from neurosim.validation import one_of, whole_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Table", "make_table"]

Statistic = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False, repr=False)
class Table(Result):
    """Parameters and results of many points.

    Attributes
    ----------
    parameters : dict of str to array
        By name, one value for each row: numbers, or texts.
    results : dict of str to array
        By name, shape ``(rows, *shape of the result)``. NaN where a point has no such result.
    errors : array of str
        Why a point failed; empty where it did not.
    seconds : array
        That each point took.
    units : dict of str to str
        Units of columns, where they are known.
    ragged : dict of str to str
        Results whose shapes differ between points, and so make no column: where they do.

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.sweep import Table
    >>> seeds = {"gain": np.array([1.2, 1.2, 1.5, 1.5]), "seed": np.array([0, 1, 0, 1])}
    >>> table = Table(seeds, {"exponent": np.array([0.01, 0.03, 0.10, 0.14])})
    >>> table.mean("seed")["exponent"]
    array([0.02, 0.12])
    """

    parameters: Mapping[str, np.ndarray]
    results: Mapping[str, np.ndarray]
    errors: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=str))
    seconds: np.ndarray = field(default_factory=lambda: np.empty(0))
    units: Mapping[str, str] = field(default_factory=dict)
    ragged: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rows = len(self)
        if not len(self.errors):
            object.__setattr__(self, "errors", np.full(rows, "", dtype=str))
        if not len(self.seconds):
            object.__setattr__(self, "seconds", np.zeros(rows))
        for name, column in {**self.parameters, **self.results}.items():
            if len(column) != rows:
                raise ShapeError(f"{name} must have {rows} rows as the other columns do (got {len(column)}).")

    def __len__(self) -> int:
        columns = {**self.parameters, **self.results}
        return len(next(iter(columns.values()))) if columns else 0

    def __getitem__(self, name: str) -> np.ndarray:
        if name in self.ragged:
            raise ShapeError(
                f"results of {name!r} must have one shape ({self.ragged[name]}); return the same everywhere."
            )
        columns = {**self.parameters, **self.results}
        if name not in columns:
            raise UnknownNameError(f"the table has no column {name!r}. {did_you_mean(name, columns)}")
        return columns[name]

    def __repr__(self) -> str:
        failed = int(np.count_nonzero(self.errors != ""))
        end = f"; {failed} failed" if failed else ""
        return f"Table({len(self)} rows: {', '.join(self.parameters)} -> {', '.join(self.results) or 'nothing'}{end})"

    def _repr_html_(self) -> str:
        return html_table(self)

    def where(self, **values: Any) -> Table:
        """Rows whose parameters have these values.

        Parameters
        ----------
        **values : number or str
            By parameter, such as ``size=200``.
        """
        kept = np.full(len(self), True)
        for name, value in values.items():
            kept &= self.parameters[self._parameter(name)] == value
        return self.rows(np.flatnonzero(kept))

    def rows(self, index: Sequence[int] | np.ndarray) -> Table:
        """Some rows, in the given order."""
        index = np.asarray(index, dtype=int)
        return replace(
            self,
            parameters={name: column[index] for name, column in self.parameters.items()},
            results={name: column[index] for name, column in self.results.items()},
            errors=self.errors[index],
            seconds=self.seconds[index],
        )

    def failures(self) -> Table:
        """Rows of the points that failed; ``errors`` says why."""
        return self.rows(np.flatnonzero(self.errors != ""))

    def with_units(self, **units: str) -> Table:
        """Table with the units of some columns, such as ``exponent="1/s"``; figures show them."""
        for name in units:
            self[name]
        return replace(self, units={**self.units, **units})

    def mean(self, over: str) -> Table:
        """Mean of every result over a parameter; points without a value are left out.

        Parameters
        ----------
        over : str
            Such as ``"seed"``. One row remains for each combination of the other parameters.
        """
        return self._reduce(over, statistics.mean)

    def sem(self, over: str) -> Table:
        """Standard error of the mean of every result over a parameter; NaN for fewer than two values."""
        return self._reduce(over, statistics.standard_error)

    def median(self, over: str) -> Table:
        """Median of every result over a parameter."""
        return self.quantile(0.5, over)

    def quantile(self, q: float, over: str) -> Table:
        """Quantile of every result over a parameter, such as 0.25 for the lower quartile."""
        if not 0.0 <= q <= 1.0:
            raise ParameterError(f"q must be from 0 to 1 (got {q!r}); 0.25 is the lower quartile.")
        return self._reduce(over, lambda values: statistics.quantile(values, q))

    def count(self, over: str) -> Table:
        """Number of values of every result over a parameter; failed points have none."""
        return self._reduce(over, statistics.count)

    def interval(
        self, over: str, level: float = 0.95, resamples: int = 2000, rng: Seed = 0
    ) -> tuple[Table, Table]:
        """Bootstrap interval of the mean of every result over a parameter.

        Parameters
        ----------
        over : str
        level : float, optional
        resamples : int, optional
        rng : int, SeedSequence or Generator, optional

        Returns
        -------
        low, high : Table
            Percentiles of the means of resampled points; NaN for fewer than two values.

        References
        ----------
        B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
        """
        if not 0.0 < level < 1.0:
            raise ParameterError(f"level must be between 0 and 1 (got {level!r}); 0.95 is usual.")
        whole_number("resamples", resamples)
        root = seed_sequence(rng)

        def end(k: int) -> Statistic:
            # both ends from the same resamples
            return lambda values: statistics.bootstrap_interval(
                values, level, resamples, np.random.default_rng(child(root, "bootstrap"))
            )[k]

        return self._reduce(over, end(0)), self._reduce(over, end(1))

    def save(self, path: Path | str) -> None:
        """Write the table as ``.csv`` for other programs, or as ``.npz`` for `load`."""
        save_table(self, Path(path))

    @classmethod
    def load(cls, path: Path | str) -> Table:
        """Table from a file ``.npz`` that `save` wrote."""
        return cls(**load_table(Path(path)))

    def to_dataframe(self) -> Any:
        """Table as a ``pandas.DataFrame``; results that are arrays have a column for each entry."""
        try:
            from pandas import DataFrame
        except ImportError as error:
            raise NeurosimError(
                "pandas is not installed, and to_dataframe needs it; install it with  python -m pip install pandas."
            ) from error
        return DataFrame(self.flat())

    def to_xarray(self) -> Any:
        """Table as an ``xarray.Dataset``.

        Its dimensions are the parameters where the points form a grid, with NaN at points that are missing; else there
        is one dimension ``point``. Results that are arrays have further dimensions.
        """
        from neurosim.sweep.labeled import table_dataset

        return table_dataset(self)

    def plot(
        self,
        x: str,
        y: str,
        *,
        color: str | None = None,
        facet: str | None = None,
        over: str = "seed",
        interval: str = "sem",
    ) -> Axes:
        """Mean of a result against a parameter, with intervals.

        Parameters
        ----------
        x, y : str
            A parameter and a result.
        color : str, optional
            Parameter with a line for each value.
        facet : str, optional
            Parameter with a panel for each value.
        over : str, optional
            Parameter that numbers repetitions; ignored where there is none of this name.
        interval : {"sem", "bootstrap", "quartiles"}, optional
            One standard error, 95 % of the bootstrap, or the middle half of the points around the median.

        Returns
        -------
        matplotlib.axes.Axes
            The first panel.
        """
        from neurosim.plotting.sweeps import sweep_lines

        return sweep_lines(self, x, y, color=color, facet=facet, over=over, interval=interval)

    def flat(self) -> dict[str, np.ndarray]:
        """Columns by name, where results that are arrays are split into one column for each entry."""
        columns = dict(self.parameters)
        for name, column in self.results.items():
            if column.ndim == 1:
                columns[name] = column
            for index in np.ndindex(column.shape[1:]) if column.ndim > 1 else ():
                columns[f"{name}[{','.join(map(str, index))}]"] = column[(slice(None), *index)]
        return {**columns, "seconds": self.seconds, "error": self.errors}

    def groups(self, over: str) -> list[np.ndarray]:
        """Rows that differ only in one parameter, in the order in which they first appear."""
        others = [column for name, column in self.parameters.items() if name != self._parameter(over)]
        found: dict[tuple[Any, ...], list[int]] = {}
        for row in range(len(self)):
            found.setdefault(tuple(column[row].item() for column in others), []).append(row)
        return [np.array(rows) for rows in found.values()]

    def _parameter(self, name: str) -> str:
        return one_of("parameter", name, self.parameters)

    def _reduce(self, over: str, statistic: Statistic) -> Table:
        groups = self.groups(over)
        firsts = np.array([rows[0] for rows in groups])
        results = {}
        for name, column in self.results.items():
            results[name] = np.array([statistic(column[rows]) for rows in groups])
        return Table(
            {name: column[firsts] for name, column in self.parameters.items() if name != over},
            results,
            seconds=np.array([self.seconds[rows].sum() for rows in groups]),
            units=self.units,
            ragged=self.ragged,
        )


def make_table(names: Sequence[str], rows: Sequence[tuple[Mapping[str, Any], Outcome]]) -> Table:
    """Table of points with their outcomes.

    Parameters
    ----------
    names : sequence of str
        Parameters in their order.
    rows : sequence of (values, Outcome)
    """
    given = [{**outcome.numbers, **outcome.arrays} for _, outcome in rows]
    results: dict[str, np.ndarray] = {}
    ragged: dict[str, str] = {}
    for name in result_names(given):
        values = [one.get(name) for one in given]
        differing = ragged_shapes(values)
        if differing is None:
            results[name] = result_column(values)
        else:
            ragged[name] = " and ".join(
                f"{_shape(values[row])} at {_place(rows[row][0])}" for row in differing
            )
    return Table(
        {name: parameter_column([values[name] for values, _ in rows]) for name in names},
        results,
        np.array([outcome.error for _, outcome in rows], dtype=str),
        np.array([outcome.seconds for _, outcome in rows]),
        ragged=ragged,
    )


def _place(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {value!r}" for name, value in values.items())


def _shape(value: Any) -> tuple[int, ...]:
    return np.shape(value)
