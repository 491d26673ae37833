"""Tables for pandas: trials with their conditions, and results with one row for each entry."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.errors import NeurosimError, ParameterError
from neurosim.results.result import Result
from neurosim.tasks.trials import Trials

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["result_table", "trials_table"]


def trials_table(trials: Trials) -> DataFrame:
    """Table of trials: one row for each, with its conditions, and the times at which its epochs begin and end.

    Parameters
    ----------
    trials : Trials

    Returns
    -------
    pandas.DataFrame
        Columns are the conditions, of which those with several numbers a trial become ``name_0``, ``name_1``, ..., and
        ``fixation_start``, ``fixation_stop`` and so on for the epochs, in the network's unit of time.

    Raises
    ------
    NeurosimError
        If pandas is not installed.

    Examples
    --------
    >>> import neurosim as ns
    >>> trials = ns.tasks.PerceptualDecision().trials(100, dt=20.0, rng=0)
    >>> trials.to_dataframe().groupby("coherence").size()  # doctest: +SKIP
    """
    columns: dict[str, np.ndarray] = {}
    for name, values in trials.conditions.items():
        columns |= _flatten(name, values)
    for name, (start, stop) in trials.epochs.items():
        columns |= {f"{name}_start": start * trials.dt, f"{name}_stop": stop * trials.dt}
    return _frame(columns, "trial")


def result_table(result: Result) -> DataFrame:
    """Table of a result that has several entries, such as exponents, fixed points or eigenvalues.

    Parameters
    ----------
    result : Result

    Returns
    -------
    pandas.DataFrame
        Columns are the fields that hold one number or word for each entry.

    Raises
    ------
    ParameterError
        If the result has no such fields.
    NeurosimError
        If pandas is not installed.
    """
    fields = {field.name: getattr(result, field.name) for field in dataclasses.fields(result)}  # type: ignore[arg-type]
    rows = {name: np.asarray(value) for name, value in fields.items() if _is_column(value)}
    lengths = [len(values) for values in rows.values()]
    if not lengths:
        raise ParameterError(
            f"{type(result).__name__} must have fields with one number for each row to become a table (got none); "
            f"read its fields instead."
        )
    # entries have more fields in common than anything else that happens to be a list
    length = max(set(lengths), key=lambda count: (lengths.count(count), count))
    return _frame({name: values for name, values in rows.items() if len(values) == length}, None)


def _is_column(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return value.ndim == 1 and value.size > 0
    return (
        isinstance(value, tuple) and len(value) > 0 and all(isinstance(v, (str, int, float)) for v in value)
    )


def _flatten(name: str, values: np.ndarray) -> dict[str, np.ndarray]:
    if values.ndim == 1:
        return {name: values}
    flat = values.reshape(len(values), -1)
    return {f"{name}_{k}": flat[:, k] for k in range(flat.shape[1])}


def _frame(columns: dict[str, np.ndarray], index: str | None) -> DataFrame:
    try:
        from pandas import DataFrame
    except ImportError as error:
        raise NeurosimError(
            "pandas is not installed, and to_dataframe needs it; install it: python -m pip install pandas."
        ) from error
    frame = DataFrame(columns)
    frame.index.name = index
    return frame
