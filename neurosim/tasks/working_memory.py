"""Hold one number in mind: which of two vibrations was faster."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.errors import ParameterError
from neurosim.randomness import Seed, seed_sequence, stream
from neurosim.tasks.choice import TwoChoice
from neurosim.tasks.distributions import Duration, Uniform
from neurosim.tasks.timeline import white_noise
from neurosim.tasks.trials import Trials
from neurosim.validation import finite, positive, whole_number

__all__ = ["ParametricWorkingMemory"]


@dataclass(frozen=True)
class ParametricWorkingMemory(TwoChoice):
    r"""Say which of two vibrations was the faster one, a few seconds after the first.

    While a vibration of frequency f is felt, the input "rising" is :math:`0.4 + 0.8 (f - f_0)/(f_1 - f_0)` and
    "falling" :math:`0.4 + 0.8 (f_1 - f)/(f_1 - f_0)`, where :math:`f_0` and :math:`f_1` are the lowest and highest of
    all frequencies. The pair and the order are drawn with equal odds. Targets, catch trials, accuracy and the other
    parameters: `TwoChoice`; ``early=0.0`` leaves the fixation out of what counts.

    Parameters
    ----------
    fixation, first, delay, second, response : float or Distribution, optional
        How long the epochs last, in ms, for :math:`\tau = 100`. Delays are drawn for each trial; all trials are as long
        as the longest, and responses last until then.
    pairs : tuple of (float, float), optional
        Frequencies, two that differ in each pair.

    References
    ----------
    R. Romo, C. D. Brody, A. Hernandez, L. Lemus, Nature 399, 470 (1999). Timing, strengths and targets: H. F. Song, G.
    R. Yang, X.-J. Wang, PLoS Comput. Biol. 12, e1004792 (2016).
    """

    fixation: Duration = 100.0
    first: Duration = 500.0
    delay: Duration = Uniform(2500.0, 3500.0)
    second: Duration = 500.0
    response: Duration = 300.0
    pairs: tuple[tuple[float, float], ...] = (
        (18.0, 10.0),
        (22.0, 14.0),
        (26.0, 18.0),
        (30.0, 22.0),
        (34.0, 26.0),
    )
    catch: float = 1.0 / 11.0

    epochs = ("fixation", "first", "delay", "second", "response")
    inputs = ("rising", "falling")
    outputs = ("first_faster", "second_faster")

    def __post_init__(self) -> None:
        super().__post_init__()
        pairs = finite("ParametricWorkingMemory.pairs", self.pairs, np.float64)
        if pairs.ndim != 2 or pairs.shape[1] != 2 or len(pairs) == 0 or (pairs[:, 0] == pairs[:, 1]).any():
            raise ParameterError(
                f"ParametricWorkingMemory.pairs = {self.pairs!r} must be pairs of different frequencies, one or more; "
                f"for instance ((18.0, 10.0), (34.0, 26.0))."
            )
        object.__setattr__(self, "pairs", tuple((float(a), float(b)) for a, b in pairs))

    def tuned(self, frequencies: np.ndarray) -> np.ndarray:
        """Inputs "rising" and "falling" while frequencies (...,) are felt, shape (..., 2)."""
        low, high = np.min(self.pairs), np.max(self.pairs)
        place = (frequencies - low) / (high - low)
        return 0.4 + 0.8 * np.stack([place, 1.0 - place], axis=-1)

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of trials; conditions are "frequencies" (trials, 2), "choice" (0: the first is faster) and "catch"."""
        count, seed = whole_number("count", count), seed_sequence(rng)
        timeline = self.timeline(count, positive("dt", dt), stream(seed, "timing"))
        draw = stream(seed, "conditions")
        pairs = np.array(self.pairs)[draw.integers(0, len(self.pairs), count)]
        frequencies = np.where(draw.integers(0, 2, (count, 1)) == 1, pairs, pairs[:, ::-1])
        caught = self.caught(count, draw)
        first, second = (self.tuned(f)[:, None, :] * ~caught[:, None, None] for f in frequencies.T)
        inputs = self.background + timeline.during("first") * first + timeline.during("second") * second
        return self.assembled(
            timeline,
            inputs + white_noise(inputs.shape, self.noise, dt, stream(seed, "noise")),
            {
                "frequencies": frequencies,
                "choice": np.where(frequencies[:, 0] > frequencies[:, 1], 0, 1),
                "catch": caught.astype(int),
            },
        )
