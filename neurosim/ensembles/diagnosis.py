"""Diagnosis of a training: solved, or which of the usual failures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.training import DIVERGED, Training

__all__ = ["REMEDIES", "Diagnosis", "diagnose"]

EXPLOSION = 100.0
"""Largest gradient norm, in medians over the training, above which gradients exploded."""
SILENT = 1e-3
"""Standard deviation of a unit's rate over trials and time, relative to the largest, below which it is silent."""
MANY_SILENT = 0.4
"""Share of silent units that is called a failure; 0.4 to 0.64 were seen in trainings that failed."""
STUCK = 0.05
"""Share by which the loss must have fallen below its start, or it is stuck."""
IMPROVING = 0.05
"""Share by which the loss must fall over the last quarter of a training, so that it is called unfinished."""

REMEDIES = {
    "solved": "none is needed",
    "non-finite": "take a smaller step dt, a smaller gain of the recurrent weights, or a lower learning rate",
    "exploding gradients": "clip gradients, ClipNorm(1.0), or take a lower learning rate",
    "silent units": "take a bias or a smaller initial gain, or penalize rates, RateL2(1e-4), in place of weights",
    "stuck loss": "take another learning rate, longer stimuli or a shorter delay first (curriculum), or another seed",
    "unfinished": "train for more epochs: the loss is still falling",
    "plateau": "take a lower learning rate from here, more units, or a longer response",
}
"""Kind of outcome -> what to do about it."""


@dataclass(frozen=True)
class Diagnosis:
    """Outcome of a training.

    Attributes
    ----------
    kind : str
        A key of `REMEDIES`: "solved", "non-finite", "exploding gradients", "silent units", "stuck loss", "unfinished"
        or "plateau".
    evidence : str
        The numbers that it rests on.
    """

    kind: str
    evidence: str

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return REMEDIES[self.kind]

    def __str__(self) -> str:
        return f"{self.kind} ({self.evidence}); {self.remedy}"


def diagnose(training: Training, accuracy: float, criterion: float, rates: np.ndarray) -> Diagnosis:
    """Which of the usual outcomes a training had; the first that applies.

    Parameters
    ----------
    training : Training
    accuracy : float
        Of the trained network on trials that it was not trained on.
    criterion : float
        Accuracy from which on the task is solved.
    rates : ndarray, shape (trials, steps, units)
        Of the trained network on those trials.

    Returns
    -------
    Diagnosis
    """
    if accuracy >= criterion:
        return Diagnosis("solved", f"accuracy {accuracy:.3g}, criterion {criterion:g}")
    history = training.history
    loss = history["loss"] if "loss" in history.names else np.zeros(0)
    finite = np.isfinite(loss).all() and np.isfinite(rates).all() and np.isfinite(accuracy)
    if training.status == DIVERGED or not finite:
        return Diagnosis("non-finite", training.reason or "rates of the trained network")
    if "gradient_norm" in history.names and history.length:
        norms = history["gradient_norm"]
        norms = norms[np.isfinite(norms)]
        if len(norms) and norms.max() > EXPLOSION * np.median(norms):
            times = norms.max() / max(np.median(norms), np.finfo(float).tiny)
            return Diagnosis("exploding gradients", f"largest norm {norms.max():.3g}, {times:.3g} medians")
    share = silent_share(rates)
    if share >= MANY_SILENT:
        return Diagnosis("silent units", f"{share:.0%} of the units")
    return _of_loss(loss, history.row)


def silent_share(rates: np.ndarray) -> float:
    """Share of units whose rate hardly varies over trials and time."""
    spread = rates.reshape(-1, rates.shape[-1]).std(axis=0)
    return float(np.mean(spread <= SILENT * max(spread.max(initial=0.0), np.finfo(float).tiny)))


def _of_loss(loss: np.ndarray, row: str) -> Diagnosis:
    if len(loss) < 2 or loss.min() > (1.0 - STUCK) * loss[0]:
        best = f"best loss {loss.min():.3g} of {loss[0]:.3g} at the start" if len(loss) else "no losses"
        return Diagnosis("stuck loss", best)
    quarter = max(1, len(loss) // 4)
    before, after = loss[:-quarter].min(), loss[-quarter:].min()
    if after < (1.0 - IMPROVING) * before:
        return Diagnosis(
            "unfinished", f"loss {before:.3g} to {after:.3g} in the last {quarter} of {len(loss)} {row}s"
        )
    return Diagnosis("plateau", f"loss {after:.3g} since {row} {int(np.argmin(loss)) + 1} of {len(loss)}")
