"""Evidence of two kinds: only the one that the context names counts, or both do; and noise to be added up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.errors import ParameterError
from neurosim.randomness import Seed, seed_sequence, stream
from neurosim.tasks.base import Task
from neurosim.tasks.choice import TwoChoice, distinct_levels
from neurosim.tasks.decision import opponent_channels
from neurosim.tasks.distributions import Duration
from neurosim.tasks.settings import song_2016, white_noise_integrator
from neurosim.tasks.timeline import noisy, require_durations, whole_steps
from neurosim.tasks.trials import Trials
from neurosim.validation import non_negative, positive, whole_number

__all__ = ["ContextIntegration", "MultisensoryIntegration", "NoiseIntegration"]


@dataclass(frozen=True)
class ContextIntegration(TwoChoice):
    r"""Context-dependent integration: report the motion or the color of random dots, as the context demands.

    During the stimulus one of the inputs "motion" and "color" is 1, which sets the context. The coherences and
    directions of motion and color are drawn uniformly and independently: "right" and "left" are :math:`(1 \pm c_m)/2`,
    "red" and "green" :math:`(1 \pm c_c)/2`. Output 0 is correct for motion to the right or red, output 1 for the
    others. Targets, catch trials (without context too), accuracy and the other parameters: `TwoChoice`.

    Parameters
    ----------
    fixation, stimulus, response : float or Distribution, optional
        Durations of the epochs in ms, for :math:`\tau = 100`.
    coherences : tuple of float, optional
        From 0 to 1, for motion and color.

    References
    ----------
    V. Mante, D. Sussillo, K. V. Shenoy, W. T. Newsome, Nature 503, 78 (2013). Timing, strengths and targets: H. F.
    Song, G. R. Yang, X.-J. Wang, PLoS Comput. Biol. 12, e1004792 (2016).
    """

    fixation: Duration = 100.0
    stimulus: Duration = 800.0
    response: Duration = 300.0
    coherences: tuple[float, ...] = (0.05, 0.15, 0.5)
    catch: float = 1.0 / 73.0

    inputs = ("motion", "color", "right", "left", "red", "green")
    outputs = ("right_or_red", "left_or_green")

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(
            self, "coherences", distinct_levels("ContextIntegration.coherences", self.coherences)
        )

    @property
    def settings(self) -> Mapping[str, Any]:
        """Network and training of Song et al.; see `song_2016`."""
        return song_2016(size=150, batch_size=50, validation=3650, stop_accuracy=0.9)

    @property
    def contexts(self) -> dict[str, np.ndarray]:
        """Input in each context without evidence, such as `neurosim.analysis.context_selection` takes."""
        neutral = np.array([0.0, 0.0, 0.5, 0.5, 0.5, 0.5]) + self.background
        return {name: neutral + cue for name, cue in zip(("motion", "color"), np.eye(6)[:2], strict=True)}

    @property
    def stimuli(self) -> dict[str, np.ndarray]:
        """Change of the input by one unit of coherence to the right, and of red."""
        right, left, red, green = np.eye(6)[2:]
        return {"motion": 0.5 * (right - left), "color": 0.5 * (red - green)}

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of trials; conditions are "context" (0 motion, 1 color), "evidence", "choice" and "catch".

        "evidence" has the shape (trials, 2): the coherences of motion and color, positive for right and red.
        """
        count, seed = whole_number("count", count), seed_sequence(rng)
        timeline = self.timeline(count, positive("dt", dt), stream(seed, "timing"))
        draw = stream(seed, "conditions")
        evidence = draw.choice(self.coherences, (count, 2))
        side, context = draw.integers(0, 2, (count, 2)), draw.integers(0, 2, count)
        catch_trial = self.draw_catch(count, draw)
        evidence = evidence * (1.0 - 2.0 * side)
        told = np.stack([context == 0, context == 1], axis=1)
        shown = (
            np.concatenate([told, opponent_channels(evidence).reshape(count, 4)], axis=1)
            * ~catch_trial[:, None]
        )
        levels = np.full((count, 3, 6), self.background)
        levels[:, 1] += shown
        return self.make_trials(
            timeline,
            timeline.hold(levels, self.noise, stream(seed, "noise")),
            {
                "context": context,
                "evidence": evidence,
                "choice": side[np.arange(count), context],
                "catch": catch_trial.astype(int),
            },
        )


@dataclass(frozen=True)
class MultisensoryIntegration(TwoChoice):
    r"""Multisensory integration: report the side of visual evidence, auditory evidence, or both, which then agree.

    A trial has visual evidence, auditory evidence or both, with equal probability. Evidence is :math:`(1 \pm c)/2` on
    the two channels of its modality. An optimal observer of both needs a coherence that is lower by
    :math:`\sqrt 2`. Targets, catch trials, accuracy and the other parameters: `TwoChoice`.

    Parameters
    ----------
    fixation, stimulus, response : float or Distribution, optional
        Durations of the epochs in ms, for :math:`\tau = 100`.
    coherences : tuple of float, optional
        From 0 to 1.

    References
    ----------
    D. Raposo, M. T. Kaufman, A. K. Churchland, Nat. Neurosci. 17, 1784 (2014), with evidence and targets as in H. F.
    Song, G. R. Yang, X.-J. Wang, PLoS Comput. Biol. 12, e1004792 (2016) for motion.
    """

    fixation: Duration = 100.0
    stimulus: Duration = 800.0
    response: Duration = 300.0
    coherences: tuple[float, ...] = (0.032, 0.064, 0.128, 0.256, 0.512)

    inputs = ("seen_right", "seen_left", "heard_right", "heard_left")
    outputs = ("right", "left")

    def __post_init__(self) -> None:
        super().__post_init__()
        levels = distinct_levels("MultisensoryIntegration.coherences", self.coherences)
        object.__setattr__(self, "coherences", levels)

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of trials; conditions are "senses" (trials, 2), bool, "coherence", "choice" and "catch"."""
        count, seed = whole_number("count", count), seed_sequence(rng)
        timeline = self.timeline(count, positive("dt", dt), stream(seed, "timing"))
        draw = stream(seed, "conditions")
        coherence, choice = draw.choice(self.coherences, count), draw.integers(0, 2, count)
        senses = np.array([[True, False], [False, True], [True, True]])[draw.integers(0, 3, count)]
        catch_trial = self.draw_catch(count, draw)
        shown = senses & ~catch_trial[:, None]
        side = opponent_channels(coherence * (1.0 - 2.0 * choice))[:, None, :] * shown[..., None]
        levels = np.full((count, 3, 4), self.background)
        levels[:, 1] += side.reshape(count, 4)
        return self.make_trials(
            timeline,
            timeline.hold(levels, self.noise, stream(seed, "noise")),
            {"senses": senses, "coherence": coherence, "choice": choice, "catch": catch_trial.astype(int)},
        )


@dataclass(frozen=True)
class NoiseIntegration(Task):
    r"""Noise integration: integrate a stream of white noise or, of several, the one selected by the context.

    Each stream is :math:`b + \xi(t)` with white noise of density `noise` and a bias b, normal with standard deviation
    `bias`, one for each trial and stream. With more than one stream, there are as many context channels, of which one
    is 1 all the time. The target is :math:`gain \int_0^t (b + \xi)\,dt'` of that stream, and all steps count.

    Accuracy: the last output has the sign of the target.

    Parameters
    ----------
    streams : int, optional
    duration : float, optional
    bias, noise : float, optional
    gain : float, optional
        The default makes the target the running sum of the inputs of steps of 0.04, as published.

    References
    ----------
    D. Sussillo, O. Barak, Neural Comput. 25, 626 (2013), and the tutorials on computation through dynamics that go with
    it; V. Mante, D. Sussillo, K. V. Shenoy, W. T. Newsome, Nature 503, 78 (2013) for several streams. In the tutorials
    the mean of the bias is -0.01; here it is 0.

    Examples
    --------
    >>> import neurosim as ns
    >>> ns.tasks.NoiseIntegration(streams=2).inputs
    ('stream_0', 'stream_1', 'context_0', 'context_1')
    """

    streams: int = 1
    duration: float = 1.0
    bias: float = 0.02
    noise: float = 0.025
    gain: float = 25.0

    outputs = ("integral",)

    def __post_init__(self) -> None:
        super().__post_init__()
        whole_number("NoiseIntegration.streams", self.streams)
        require_durations(self, ("duration",), ("bias",))
        non_negative("NoiseIntegration.noise", self.noise)
        positive("NoiseIntegration.gain", self.gain)
        if self.bias == self.noise == 0.0:
            raise ParameterError("NoiseIntegration.bias or noise must be above 0 (got 0 for both).")

    @property
    def inputs(self) -> tuple[str, ...]:
        """``stream_0``, ..., and ``context_0``, ... where there are several."""
        names = tuple(f"stream_{k}" for k in range(self.streams))
        return names if self.streams == 1 else (*names, *(f"context_{k}" for k in range(self.streams)))

    @property
    def settings(self) -> Mapping[str, Any]:
        """Network and training of the tutorials; see `white_noise_integrator`."""
        return white_noise_integrator(gain=0.85 if self.streams == 1 else 0.8)

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of trials; conditions are "context" and "bias" (trials, streams)."""
        count, seed = whole_number("count", count), seed_sequence(rng)
        steps = int(whole_steps("duration", self.duration, positive("dt", dt)))
        draw = stream(seed, "conditions")
        bias = self.bias * draw.standard_normal((count, self.streams))
        context = draw.integers(0, self.streams, count)
        shape = (count, steps, self.streams)
        biases = np.broadcast_to(bias[:, None, :], shape)
        shown = noisy(biases, self.noise, dt, stream(seed, "noise"))
        told = np.broadcast_to((context[:, None] == np.arange(self.streams))[:, None, :], shape)
        chosen = np.take_along_axis(shown, context[:, None, None], axis=2)
        return Trials(
            self,
            dt,
            shown if self.streams == 1 else np.concatenate([shown, told], axis=2),
            self.gain * dt * np.cumsum(chosen, axis=1),
            epochs={"response": (0, steps)},
            conditions={"context": context, "bias": bias},
        )

    def accuracy(self, trials: Trials, outputs: np.ndarray) -> np.ndarray:
        """1 if the last output has the sign of the last target; else 0."""
        return (outputs[:, -1, 0] * trials.targets[:, -1, 0] > 0.0).astype(np.float64)
