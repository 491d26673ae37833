"""Sine-wave generator with an input-dependent frequency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.errors import ParameterError
from neurosim.randomness import Seed, seed_sequence, stream
from neurosim.tasks.base import Task
from neurosim.tasks.settings import SUSSILLO_BARAK_2013
from neurosim.tasks.timeline import Timeline, noisy, require_durations
from neurosim.tasks.trials import Trials
from neurosim.validation import finite, non_negative, whole_number

__all__ = ["SineGenerator"]

_COUNT = 51
_FREQUENCIES = tuple(0.1 + 0.05 * k / _COUNT for k in range(1, _COUNT + 1))


@dataclass(frozen=True)
class SineGenerator(Task):
    r"""Sine-wave generation: produce a sine wave whose frequency is set by a constant input.

    The input is :math:`k/n + 0.25` for frequency number k = 1, ..., n, drawn uniformly, and the target is
    :math:`\sin(\omega_k t)`. In the epoch "forcing" the target is added to the input, which sets the phase; in the
    response the network runs by itself. All steps count.

    Accuracy: the fraction of the mean square of the target that the output explains in the response, at least 0.

    Parameters
    ----------
    frequencies : tuple of float, optional
        :math:`\omega_1, ..., \omega_n` in radians per unit of time, all different and above 0. Default: the 51
        published ones, :math:`0.1 + 0.05\,k/51`. In the published code a higher input stands for a lower frequency,
        which is ``frequencies=SineGenerator().frequencies[::-1]``.
    forcing, response : float, optional
        Durations with the target added to the input, which may be 0, and without. The defaults are for
        :math:`\tau = 1` and dt = 0.1.
    noise : float, optional
        White noise on the input: standard deviation ``noise / sqrt(dt)`` at each step (see `white_noise`).

    Notes
    -----
    In the published code the wave that is added has the frequency of trial n + 1 - k, not that of the target; here it
    is that of the target.

    References
    ----------
    D. Sussillo, O. Barak, Neural Comput. 25, 626 (2013); the numbers are those of Sussillo's published demonstration.

    Examples
    --------
    >>> import neurosim as ns
    >>> task = ns.tasks.SineGenerator()
    >>> trials = task.trials(3, dt=0.1, rng=0)
    >>> trials
    Trials(SineGenerator(), 3 trials, 800 steps of dt = 0.1)
    >>> bool((trials.inputs[:, -1, 0] == trials.conditions["level"]).all())
    True
    """

    frequencies: tuple[float, ...] = _FREQUENCIES
    forcing: float = 40.0
    response: float = 40.0
    noise: float = 0.0

    inputs = ("level",)
    outputs = ("sine",)

    def __post_init__(self) -> None:
        super().__post_init__()
        require_durations(self, ("response",), ("forcing",))
        non_negative("SineGenerator.noise", self.noise)
        values = finite("SineGenerator.frequencies", np.atleast_1d(self.frequencies), np.float64)
        if values.size == 0 or values.min() <= 0.0 or np.unique(values).size < values.size:
            raise ParameterError(
                f"SineGenerator.frequencies must be one or more different numbers above 0 (got {self.frequencies!r})."
            )
        object.__setattr__(self, "frequencies", tuple(values.tolist()))

    @property
    def levels(self) -> np.ndarray:
        """Input of each frequency."""
        count = len(self.frequencies)
        return np.arange(1, count + 1) / count + 0.25

    @property
    def settings(self) -> Mapping[str, Any]:
        """Network and training of Sussillo's demonstration; see `neurosim.tasks.settings`."""
        return SUSSILLO_BARAK_2013

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of trials; conditions are "frequency" and "level"."""
        seed = seed_sequence(rng)
        timeline = Timeline.consecutive(
            whole_number("count", count), dt, forcing=self.forcing, response=self.response
        )
        shortest = 2.0 * np.pi / max(self.frequencies)
        if 4.0 * dt > shortest:
            raise ParameterError(
                f"dt must be at most a quarter of the shortest period, {0.25 * shortest:.3g} (got {dt:g})."
            )
        drawn = stream(seed, "conditions").integers(0, len(self.frequencies), count)
        frequency, level = np.array(self.frequencies)[drawn], self.levels[drawn]
        # inputs are held during a step, at the value of its middle
        teacher = np.sin(frequency[:, None] * (timeline.starts + 0.5 * dt))[..., None]
        inputs = level[:, None, None] + timeline.during("forcing") * teacher
        return Trials(
            self,
            dt,
            noisy(inputs, self.noise, dt, stream(seed, "noise")),
            np.sin(frequency[:, None] * timeline.ends)[..., None],
            epochs=timeline.epochs,
            conditions={"frequency": frequency, "level": level},
        )

    def accuracy(self, trials: Trials, outputs: np.ndarray) -> np.ndarray:
        """Fraction of the mean square of the target that the output explains in the response, at least 0."""
        free = trials.during("response")
        error = (free * np.square(outputs - trials.targets)).sum(axis=(1, 2))
        return np.maximum(1.0 - error / (free * np.square(trials.targets)).sum(axis=(1, 2)), 0.0)
