"""Trials: a batch of inputs, targets, masks, epochs and conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.conveniences import convenience
from neurosim.errors import ParameterError, ShapeError, UnknownNameError, did_you_mean, kind_of
from neurosim.notebook import HtmlTable
from neurosim.tasks.timeline import within
from neurosim.validation import finite, positive

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from neurosim.tasks.base import Task

__all__ = ["Trials", "pad"]


@dataclass(frozen=True, eq=False)
class Trials(HtmlTable):
    r"""Batch of trials of one task, all of the same length.

    **Timing**: ``inputs[:, k]`` is held during step k, from t = k dt to (k + 1) dt, as in
    `neurosim.simulate`. ``targets[:, k]`` and ``mask[:, k]`` belong to the output after that step, at t = (k + 1) dt.
    A simulation has one more sample, the initial state, which `align` drops::

        run = ns.simulate(network, **trials.simulation, rng=1)
        error = trials.align(run) - trials.targets
        trials.accuracy(run).mean()

    Parameters
    ----------
    task : Task
        Task that the trials belong to.
    dt : float
        Time step, in the network's unit of time.
    inputs : ndarray, shape (trials, steps, input channels)
    targets : ndarray, shape (trials, steps, output channels)
    mask : ndarray, optional
        Weight of each target in a loss, at least 0; of the shape of `targets`, or one that broadcasts to it, such as
        (trials, steps, 1). Default: 1 everywhere.
    epochs : mapping of str to (start, stop)
        Arrays of int, shape (trials,), or ints: step k is in the epoch where start <= k < stop.
    conditions : mapping of str to ndarray
        Stimuli and correct answers: arrays whose first axis is the trial.

    Raises
    ------
    ShapeError, ParameterError
        If shapes do not fit each other or the channels of the task, a number is not finite, or the mask is zero.
    """

    task: Task
    dt: float
    inputs: np.ndarray
    targets: np.ndarray
    mask: Any = None
    epochs: Any = None
    conditions: Any = None

    def __post_init__(self) -> None:
        if getattr(self.task, "kind", None) != "task":
            raise ParameterError(f"task must be a Task (got {kind_of(self.task)}); try neurosim.tasks.And().")
        name = type(self.task).__name__
        positive("dt", self.dt)
        inputs = np.ascontiguousarray(finite("inputs", self.inputs))
        targets = np.ascontiguousarray(finite("targets", self.targets))
        for label, array, channels in (
            ("inputs", inputs, self.task.inputs),
            ("targets", targets, self.task.outputs),
        ):
            if array.ndim != 3 or array.shape[-1] != len(channels) or 0 in array.shape[:2]:
                raise ShapeError(
                    f"{label} of {name} must have shape (trials, steps, {len(channels)}), the last axis being "
                    f"{', '.join(channels) or 'empty'} (got {array.shape})."
                )
        if inputs.shape[:2] != targets.shape[:2]:
            raise ShapeError(
                f"inputs and targets of {name} must have the same trials and steps (got {inputs.shape[:2]} and "
                f"{targets.shape[:2]})."
            )
        self._keep(inputs=inputs, targets=targets)
        self._keep(mask=self._checked_mask(), epochs=self._checked_epochs())
        self._keep(conditions=self._checked_conditions())

    @classmethod
    def from_ragged(
        cls,
        task: Task,
        dt: float,
        inputs: Sequence[Any],
        targets: Sequence[Any],
        mask: Sequence[Any] | None = None,
        conditions: Any = None,
    ) -> Trials:
        """Batch of trials of different length, padded to the longest.

        Parameters
        ----------
        task : Task
        dt : float
        inputs, targets : sequence of array_like, shape (steps, channels)
            One array for each trial.
        mask : sequence of array_like, shape (steps,) or (steps, channels), optional
            Weights of the targets; default: 1.
        conditions : mapping of str to ndarray, optional

        Returns
        -------
        Trials
            After the end of a trial, inputs, targets and mask are 0, so that nothing counts there. The epoch "trial" is
            the time until its end, and the condition "duration" how long that is.

        Raises
        ------
        ShapeError
            If there are not as many targets as inputs, or one is not as long as the other.

        Examples
        --------
        >>> import numpy as np
        >>> from neurosim.tasks import Trials, Xor
        >>> short, long = np.ones((3, 2)), np.ones((5, 2))
        >>> trials = Trials.from_ragged(Xor(), 1.0, [short, long], [short[:, :1], long[:, :1]])
        >>> trials.mask[..., 0].sum(axis=1)
        array([3., 5.])
        """
        parts = {"inputs": list(inputs), "targets": list(targets)}
        parts["mask"] = [np.ones((len(target), 1)) for target in targets] if mask is None else list(mask)
        arrays = {
            name: [_columns(f"{name}[{k}]", a) for k, a in enumerate(each)] for name, each in parts.items()
        }
        lengths = [len(array) for array in arrays["inputs"]]
        if not lengths:
            raise ShapeError("inputs must have at least one trial (got none).")
        for name, each in arrays.items():
            if [len(array) for array in each] != lengths:
                raise ShapeError(
                    f"{name} must have the lengths of the inputs, {lengths} (got {[len(array) for array in each]})."
                )
        steps = np.array(lengths, dtype=np.intp)
        return cls(
            task,
            dt,
            **{name: pad(each) for name, each in arrays.items()},
            epochs={"trial": (np.zeros_like(steps), steps)},
            conditions={"duration": steps * dt, **dict(conditions or {})},
        )

    def _keep(self, **parts: Any) -> None:
        for name, value in parts.items():
            object.__setattr__(self, name, value)

    def _checked_mask(self) -> np.ndarray:
        mask = finite("mask", 1.0 if self.mask is None else np.asarray(self.mask, np.float64))
        try:
            spread = np.broadcast_to(mask, self.targets.shape)
        except ValueError:
            raise ShapeError(
                f"mask must broadcast to the shape of the targets, {self.targets.shape} (got {mask.shape})."
            ) from None
        if mask.min() < 0.0 or mask.max() == 0.0:
            what = f"a minimum of {mask.min():g}" if mask.min() < 0.0 else "0 everywhere"
            raise ParameterError(f"mask must be non-negative and positive somewhere (got {what}).")
        return spread

    def _checked_epochs(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        epochs = dict(self.epochs or {})
        limits = np.empty((len(epochs), 2, len(self)), np.intp)
        for both, given in zip(limits, epochs.values(), strict=True):
            both[0], both[1] = given
        ordered = (limits[:, 0] >= 0) & (limits[:, 0] <= limits[:, 1]) & (limits[:, 1] <= self.steps)
        if not ordered.all():
            name = list(epochs)[int(np.argmin(ordered.all(axis=1)))]
            raise ParameterError(
                f"epoch {name!r} must lie within the trial: 0 <= start <= stop <= {self.steps} steps (got start "
                f"{limits[list(epochs).index(name), 0].min()}, stop {limits[list(epochs).index(name), 1].max()})."
            )
        return {name: (start, stop) for name, (start, stop) in zip(epochs, limits, strict=True)}

    def _checked_conditions(self) -> dict[str, np.ndarray]:
        checked = {name: np.asarray(value) for name, value in dict(self.conditions or {}).items()}
        for name, value in checked.items():
            if value.shape[:1] != (len(self),):
                raise ShapeError(
                    f"condition {name!r} must have {len(self)} trials as its first axis (got shape {value.shape})."
                )
        return checked

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def steps(self) -> int:
        """Number of steps of every trial."""
        return self.inputs.shape[1]

    @property
    def times(self) -> np.ndarray:
        """Times of the targets, shape (steps,): the ends of the steps."""
        return np.arange(1, self.steps + 1) * self.dt

    @property
    def simulation(self) -> dict[str, Any]:
        """Arguments with which `neurosim.simulate` runs these trials."""
        return {
            "duration": self.steps * self.dt,
            "dt": self.dt,
            "inputs": self.inputs,
            "trials": len(self),
        }

    def __getitem__(self, chosen: Any) -> Trials:
        """Trials selected by a slice or an index array; arrays are views where NumPy gives views."""
        rows = np.arange(len(self))[chosen]
        if rows.ndim != 1 or rows.size == 0:
            raise ParameterError(
                f"trials must be selected by a slice or a list that is not empty (got {chosen!r})."
            )
        key = chosen if isinstance(chosen, slice) else rows
        arrays = {name: getattr(self, name)[key] for name in ("inputs", "targets", "mask")}
        return self._with(
            **arrays,
            epochs={name: (start[key], stop[key]) for name, (start, stop) in self.epochs.items()},
            conditions={name: value[key] for name, value in self.conditions.items()},
        )

    def between(self, start: int, stop: int) -> Trials:
        """Steps from `start` to before `stop` of all trials: views of inputs, targets and mask, without the epochs."""
        parts = {name: getattr(self, name)[:, start:stop] for name in ("inputs", "targets", "mask")}
        return self._with(**parts, epochs={})

    def _with(self, **parts: Any) -> Trials:
        """Copy with other parts, without checks: training selects a batch at every update."""
        changed = object.__new__(Trials)
        changed.__dict__.update(self.__dict__, **parts)
        return changed

    def astype(self, dtype: Any) -> Trials:
        """Trials with inputs, targets and mask in another precision."""
        kind = np.dtype(dtype)
        # a mask is often one column that is broadcast
        column = tuple(slice(1) if stride == 0 else slice(None) for stride in self.mask.strides)
        mask = np.broadcast_to(self.mask[column].astype(kind), self.mask.shape)
        inputs, targets = (array.astype(kind, copy=False) for array in (self.inputs, self.targets))
        return self._with(inputs=inputs, targets=targets, mask=mask)

    def during(self, epoch: str) -> np.ndarray:
        """Steps that are in an epoch: bool, shape (trials, steps, 1), to be multiplied with channels."""
        return within(self.steps, *self._limits(epoch))[..., None]

    def align(self, outputs: Any) -> np.ndarray:
        """Outputs at the times of the targets, shape (trials, steps, output channels).

        Parameters
        ----------
        outputs : Trajectory or ndarray
            A run of these trials that recorded every step, or its outputs. With one sample more than steps, the first
            (the initial state) is dropped.

        Raises
        ------
        ShapeError
            If the outputs are not those of these trials.
        """
        values = finite("outputs", outputs.outputs if hasattr(outputs, "outputs") else outputs)
        trials, steps, channels = self.targets.shape
        if values.shape == (trials, steps + 1, channels):
            return values[:, 1:]
        if values.shape != (trials, steps, channels):
            raise ShapeError(
                f"outputs must have shape ({trials}, {steps}, {channels}), or one more sample with the initial state "
                f"(got {values.shape}); try simulate(network, **trials.simulation)."
            )
        return values

    def last(self, outputs: Any, epoch: str) -> np.ndarray:
        """Outputs after the last step of an epoch, shape (trials, output channels)."""
        _, stop = self._limits(epoch)
        return self.align(outputs)[np.arange(len(self)), stop - 1]

    def accuracy(self, outputs: Any) -> np.ndarray:
        """Accuracy of outputs by the rule of the task, from 0 to 1, shape (trials,); see `align`."""
        return self.task.accuracy(self, self.align(outputs))

    def plot(self, ax: Axes | None = None, *, trial: int = 0, outputs: Any = None) -> Axes:
        """Plot one trial; see `neurosim.plotting.trial`."""
        return convenience("Trials.plot")(self, ax, trial=trial, outputs=outputs)

    def to_xarray(self) -> Any:
        """Dataset with named dimensions and coordinates; see `neurosim.xarray_export.trials_dataset`."""
        return convenience("Trials.to_xarray")(self)

    def to_dataframe(self) -> Any:
        """Table with the conditions and epochs of each trial; see `neurosim.table_export.trials_table`."""
        return convenience("Trials.to_dataframe")(self)

    def _html_rows(self) -> Mapping[str, Any]:
        return {
            "task": self.task,
            "trials": len(self),
            "steps": f"{self.steps} of dt = {self.dt:g}",
            "inputs": ", ".join(self.task.inputs) or "none",
            "outputs": ", ".join(self.task.outputs) or "none",
            "epochs": ", ".join(self.epochs) or "none",
            "conditions": ", ".join(self.conditions) or "none",
        }

    def _limits(self, epoch: str) -> tuple[np.ndarray, np.ndarray]:
        if not isinstance(epoch, str) or epoch not in self.epochs:
            raise UnknownNameError(f"epoch {epoch!r} is unknown. {did_you_mean(str(epoch), self.epochs)}")
        return self.epochs[epoch]

    def __repr__(self) -> str:
        return f"Trials({self.task!r}, {len(self)} trials, {self.steps} steps of dt = {self.dt:g})"


def _columns(name: str, sequence: Any) -> np.ndarray:
    """Sequence of shape (steps, channels); one of shape (steps,) has a single channel."""
    array = finite(name, sequence)
    return array[:, None] if array.ndim == 1 else array


def pad(sequences: Sequence[np.ndarray]) -> np.ndarray:
    """Sequences of shape (steps, channels) as one array (trials, longest, channels), 0 after their ends."""
    if len({array.shape[1:] for array in sequences}) > 1:
        raise ShapeError(
            f"all trials must have the same channels (got {[array.shape[1:] for array in sequences]})."
        )
    padded = np.zeros((len(sequences), max(map(len, sequences)), *sequences[0].shape[1:]))
    for row, sequence in zip(padded, sequences, strict=True):
        row[: len(sequence)] = sequence
    return padded
