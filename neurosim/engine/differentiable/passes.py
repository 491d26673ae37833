"""Forward pass of a differentiable run, and the backward pass that takes gradients through it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.engine.differentiable.segmented_run import SegmentedRun
from neurosim.validation import require_memory

__all__ = ["Cotangents", "ForwardPass"]


@dataclass
class Cotangents:
    """Cotangents: gradients of a loss with respect to outputs, rates and states; None where it does not depend on them.

    Attributes
    ----------
    outputs : ndarray, shape (trials, steps, outputs), or None
    rates : ndarray, shape (trials, steps, units), or None
    states : ndarray, shape (trials, steps, units, variables), or None
    """

    outputs: np.ndarray | None = None
    rates: np.ndarray | None = None
    states: np.ndarray | None = None

    def __add__(self, other: Cotangents) -> Cotangents:
        pairs = ((getattr(self, f.name), getattr(other, f.name)) for f in dataclasses.fields(self))
        return Cotangents(*(b if a is None else a if b is None else a + b for a, b in pairs))


class ForwardPass(SegmentedRun):
    """Forward pass of all trials; its parameters are those of `SegmentedRun`.

    It is computed by `run`, or when the first result is asked for. Where that is the states, which are otherwise not
    kept, one pass is enough; where it is another one, states cost a second pass.
    """

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._states: np.ndarray | None = None
        self._checkpoints: list[list[dict[str, np.ndarray]]] = []
        self._present = -1

    def run(self) -> None:
        """Run all segments, unless they have been run."""
        for k in range(len(self._checkpoints), len(self.segments.ranges)):
            self._checkpoints.append(self._checkpoint(k))
            self._restore(k)
            self._run(k)

    def _empty_states(self) -> np.ndarray:
        variables, kind = len(self.kernels.spec.variables), self.kernels.dtype
        shape = (*self.shape, variables)
        nbytes = float(np.prod(shape, dtype=float)) * kind.itemsize
        require_memory(nbytes, f"the states of {self.shape[1]} steps", "Take fewer trials in a batch.")
        return np.empty(shape, kind)

    def _checkpoint(self, segment: int) -> list[dict[str, np.ndarray]]:
        """Copies of what a segment starts from, after the one before it."""
        names = ["state", *(["held"] if self._noise is not None else [])]
        saved = [{name: work[name].copy() for name in names} for work in self._work]
        if segment and self.kernels.line is not None:
            steps = self.segments.ranges[segment - 1][1]
            for work, own in zip(self._work, saved, strict=True):
                own["past"] = work["line"][steps : steps + len(work["past"])].copy()
        return saved

    def _restore(self, segment: int) -> None:
        """Return to the start of a segment."""
        for work, saved in zip(self._work, self._checkpoints[segment], strict=True):
            for name, array in saved.items():
                work[name][:] = array

    def _run(self, segment: int) -> None:
        """Run one segment forward from the present state."""
        self._go_forward(segment, self._nothing(4) if self._states is None else self._states)
        self._present = segment

    def _load(self, segment: int) -> None:
        """Make the saved arrays of a segment available, computing it again if necessary."""
        if segment == self._present:
            return
        self._restore(segment)
        self._run(segment)

    @property
    def outputs(self) -> np.ndarray:
        """Outputs before the readout's function, shape (trials, steps, outputs)."""
        self.run()
        return self._outputs

    @property
    def rates(self) -> np.ndarray:
        """Rates after every step, shape (trials, steps, units)."""
        self.run()
        trials, steps, size = self.shape
        nbytes = float(trials * steps * size) * self.kernels.dtype.itemsize
        require_memory(nbytes, f"the rates of {steps} steps", "Take fewer trials in a batch.")
        rates = np.empty(self.shape, self.kernels.dtype)
        for k, (start, count) in enumerate(self.segments.ranges):
            self._load(k)
            self._rates_of(k, rates[:, start : start + count])
        return rates

    @property
    def states(self) -> np.ndarray:
        """States after every step, shape (trials, steps, units, variables)."""
        if self._states is None:
            self._states, self._present = self._empty_states(), -1
            again = range(len(self._checkpoints))
            self.run()
            for k in again:
                self._load(k)
        return self._states

    def gradients(self, cotangents: Cotangents, adjoints: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """Gradients with respect to the wanted arrays, by name.

        Parameters
        ----------
        cotangents : Cotangents
        adjoints : ndarray, shape (trials, steps + 1, units, variables), optional
            Filled with the gradients with respect to the states, from the initial one to the last.
        """
        self.run()
        kernels, kind = self.kernels, self.kernels.dtype
        kernels.fill_backward(self._constants, self.values)

        def contiguous(cotangent: np.ndarray | None, axes: int) -> np.ndarray:
            return self._nothing(axes) if cotangent is None else np.ascontiguousarray(cotangent, kind)

        outputs = np.zeros_like(self._outputs) if cotangents.outputs is None else cotangents.outputs
        seen = {
            "inputs": self.inputs,
            "output_cotangents": contiguous(outputs, 3),
            "rate_cotangents": contiguous(cotangents.rates, 3),
            "state_cotangents": contiguous(cotangents.states, 4),
            "input_cotangents": np.empty_like(self.inputs)
            if "inputs" in kernels.wanted
            else self._nothing(3),
            "adjoints": self._nothing(4) if adjoints is None else adjoints,
        }
        self._clear_gradients()
        for k in reversed(range(len(self.segments.ranges))):
            self._load(k)
            self._run_back(seen, k)
        return self._by_name(seen["output_cotangents"], seen["input_cotangents"])

    def _run_back(self, seen: dict[str, np.ndarray], segment: int) -> None:
        begin, steps = self.segments.ranges[segment]
        for start, stop in self.segments.windows(begin, steps):
            given = {"start": start, "joined": int(self.segments.crosses(start))}
            given["ends"] = int(not self.segments.crosses(stop))
            if given["ends"]:
                self._clear_adjoints()
            window = start - begin, stop - begin
            self._go_back(self.kernels.backward, seen, window, given, self._gradients)
