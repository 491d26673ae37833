"""Early stopping: criteria that end a training by gradient descent before its last epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from neurosim.declaration import Declaration
from neurosim.errors import ParameterError
from neurosim.validation import positive, whole_number

__all__ = ["Stopping", "require_fraction"]


@dataclass(frozen=True)
class Stopping(Declaration):
    """Criteria that end a training early; the first one that is met does. Also known as early stopping.

    All are judged after an epoch, on held-out trials where there are some (``BPTT(validation=...)``), else on the means
    of the epoch. Without any criterion all epochs are run.

    Parameters
    ----------
    loss : float, optional
        Stop after an epoch whose loss is at most this.
    accuracy : float, optional
        Stop after an epoch whose accuracy is at least this; above 0, at most 1.
    patience : int, optional
        Stop when the loss has not been lower for this many epochs in a row.

    Examples
    --------
    >>> import neurosim as ns
    >>> from neurosim.trainers import Stopping
    >>> trainer = ns.BPTT(epochs=100, validation=320, stopping=Stopping(accuracy=0.95, patience=10))
    """

    kind: ClassVar[str] = "stopping"

    loss: float | None = None
    accuracy: float | None = None
    patience: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("loss", "accuracy"):
            if getattr(self, name) is not None:
                positive(f"Stopping.{name}", getattr(self, name))
        require_fraction("Stopping.accuracy", self.accuracy)
        if self.patience is not None:
            whole_number("Stopping.patience", self.patience)

    def criterion(self, losses: Sequence[float], accuracies: Sequence[float]) -> str | None:
        """Criterion that is met after the latest of these epochs, in words; None where none is.

        Parameters
        ----------
        losses, accuracies : sequence of float
            One for each epoch so far, at least one.
        """
        if self.loss is not None and losses[-1] <= self.loss:
            return f"the loss is at most {self.loss:g}"
        if self.accuracy is not None and accuracies[-1] >= self.accuracy:
            return f"the accuracy is at least {self.accuracy:g}"
        if self.patience is not None and len(losses) - 1 - int(np.argmin(losses)) >= self.patience:
            return f"the loss was not lower for {self.patience} epochs"
        return None


def require_fraction(name: str, value: float | None) -> None:
    """Raise where an accuracy that has to be reached is above 1."""
    if value is not None and value > 1.0:
        raise ParameterError(f"{name} must be at most 1, the highest accuracy (got {value!r}); try 0.95.")
