"""Estimator of gradients by eligibility traces and feedback weights, which RFLO and e-prop share."""

from __future__ import annotations

import numpy as np
from numpy.random import SeedSequence

from neurosim.engine.differentiable.local_gradient import LocalGradient
from neurosim.trainers.estimated_objective import Estimate
from neurosim.trainers.objective import Arrays
from neurosim.trainers.stepwise import StepwiseTerms

__all__ = ["LocalEstimator"]

FEEDBACK = "feedback"
"""Name of the feedback weights among the variables that are trained."""


class LocalEstimator:
    """Estimator of gradients by eligibility traces.

    Parameters
    ----------
    gradient : LocalGradient
    feedback : ndarray, shape (units, outputs), or None
        None: the transposed readout weights, at every update.
    decay : float, optional
        None: the feedback weights are fixed. Else they change as the readout weights do, and this is the factor of the
        weight decay of both.
    """

    def __init__(
        self, gradient: LocalGradient, feedback: np.ndarray | None, decay: float | None = None
    ) -> None:
        self._gradient, self._feedback, self._decay = gradient, feedback, decay
        self.draws = False
        self.own: Arrays = {} if decay is None or feedback is None else {FEEDBACK: feedback}

    def estimate(
        self, parameters: Arrays, own: Arrays, terms: StepwiseTerms, seed: SeedSequence | None
    ) -> Estimate:
        """Estimate the gradients of one batch."""
        recorder, readout = terms.recorder(), terms.network.readout_weights
        readout = parameters.get("readout_weights", readout)
        fixed = readout.T if self._feedback is None else self._feedback
        feedback = own.get(FEEDBACK, fixed)
        gradients = self._gradient(terms.trials.inputs, parameters, feedback, recorder, seed)
        if own:
            slope = gradients["readout_weights"]
            gradients[FEEDBACK] = slope.T + self._decay * feedback
            gradients["readout_weights"] = slope + self._decay * readout
        return Estimate(recorder.loss, recorder.penalty, recorder.outputs, gradients)
