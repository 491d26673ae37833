"""The normal equations of a readout, summed over a run that is never kept."""

from __future__ import annotations

import numpy as np

from neurosim.tasks import Trials

__all__ = ["NormalEquations"]


class NormalEquations:
    """Weighted sums of products of rates with rates and with targets. They grow in place.

    Parameters
    ----------
    trials : Trials
        Whose targets, with the weights of their mask.
    size : int
        Number of units.
    bias : bool
        Whether a rate that is always 1 is added.
    """

    def __init__(self, trials: Trials, size: int, *, bias: bool) -> None:
        self.trials, self.bias = trials, bias
        mask = trials.mask
        outputs, regressors = mask.shape[-1], size + bias
        shared = np.array_equal(mask, np.broadcast_to(mask[..., :1], mask.shape))
        self.groups = [slice(0, outputs)] if shared else [slice(k, k + 1) for k in range(outputs)]
        self.left = np.zeros((len(self.groups), regressors, regressors))
        self.right = np.zeros((outputs, regressors))
        self.squares, self.totals = np.zeros(outputs), np.zeros(outputs)

    def add(self, rates: np.ndarray, part: tuple[slice, slice]) -> None:
        """Add rates, shape (trials, steps, units), of a part of the trials and steps."""
        rows = rates.reshape(-1, rates.shape[-1]).astype(np.float64)
        if self.bias:
            rows = np.append(rows, np.ones((len(rows), 1)), axis=1)
        weights, targets = (
            values[part].reshape(len(rows), -1) for values in (self.trials.mask, self.trials.targets)
        )
        for group, left in zip(self.groups, self.left, strict=True):
            left += (rows * weights[:, group.start, None]).T @ rows
        self.right += (weights * targets).T @ rows
        self.squares += (weights * targets**2).sum(axis=0)
        self.totals += weights.sum(axis=0)

    def solved(self, regularization: float) -> tuple[np.ndarray, np.ndarray, float]:
        """Weights (outputs, units), bias (outputs,) and the weighted mean square error that they leave."""
        from scipy.linalg import solve

        penalty = np.full(self.right.shape[1], regularization)
        if self.bias:
            penalty[-1] = 0.0
        solution, error = np.zeros_like(self.right), self.squares.sum()
        for group, left in zip(self.groups, self.left, strict=True):
            total = self.totals[group.start]
            # an output of which nothing was seen has weights 0
            if total > 0.0:
                right = self.right[group].T
                found = solve(left / total + np.diag(penalty), right / total, assume_a="sym")
                error += np.sum(found * (left @ found - 2.0 * right))
                solution[group] = found.T
        units = self.right.shape[1] - self.bias
        bias = solution[:, units] if self.bias else np.zeros(len(solution))
        return solution[:, :units], bias, max(float(error), 0.0) / max(float(self.totals.sum()), 1e-300)
