"""Base class of tasks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from neurosim.declaration import Declaration
from neurosim.randomness import Seed
from neurosim.tasks.trials import Trials

__all__ = ["Task"]


class Task(Declaration, ABC):
    r"""Task of a network: a source of trials, in any number and at any time step.

    Input and output channels have names, which are handed to the network:
    ``ns.Network(..., inputs=task.inputs, outputs=task.outputs)``.

    Rules for a subclass

    1. It is a frozen dataclass with a docstring that gives the stimuli, their timing and the correct answers. Its
       fields are durations in the network's unit of time (that of ``tau``), strengths and numbers of channels; all have
       defaults.
    2. ``inputs`` and ``outputs`` are tuples of distinct names: class attributes without annotation, or properties
       where they depend on a field.
    3. ``trials(self, count, dt, rng)`` returns `Trials`: the whole batch at once, by broadcasting, without a loop over
       time. `Timeline` makes named epochs (``fixation``, ``stimulus``, ``delay``, ``response``) from durations;
       ``timeline.during("stimulus")`` is a mask of shape (trials, steps, 1). Every batch has the same number of steps,
       unless the class sets ``lengths_vary = True`` because it draws one timing for each batch.
    4. It works at any dt: fields are durations, not steps, and noise comes from `white_noise`. Random choices do not
       depend on dt, so that one seed gives the same stimuli at every dt.
    5. Random numbers come from named streams of `rng`: call ``seed = seed_sequence(rng)`` once, then
       ``stream(seed, "conditions")``, ``stream(seed, "noise")``. The same seed gives the same trials, bit for bit.
    6. ``conditions`` has the stimuli and the correct answers of each trial.
    7. ``accuracy(self, trials, outputs)`` is the correct fraction of each trial, from 0 to 1; 1 for the targets.
    8. ``settings`` are the published settings of networks and training.
    9. An invalid value is an error in ``__post_init__`` (call ``super().__post_init__()`` first).

    Run ``neurosim.testing.check_task`` on a new class, and look at ``task.trials(8, dt=1.0).plot()``.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from neurosim.randomness import seed_sequence, stream
    >>> from neurosim.tasks import Task, Timeline, Trials, white_noise
    >>> @dataclass(frozen=True)
    ... class Sign(Task):
    ...     "Report the sign of a noisy stimulus after its end."
    ...     stimulus: float = 50.0
    ...     response: float = 20.0
    ...     noise: float = 1.0
    ...     inputs = ("evidence",)
    ...     outputs = ("choice",)
    ...     def trials(self, count, dt, rng=None):
    ...         seed = seed_sequence(rng)
    ...         sign = stream(seed, "conditions").choice([-1.0, 1.0], count)
    ...         timeline = Timeline.consecutive(count, dt, stimulus=self.stimulus, response=self.response)
    ...         shown, answer = (timeline.during(epoch) for epoch in ("stimulus", "response"))
    ...         noise = white_noise(shown.shape, self.noise, dt, stream(seed, "noise"))
    ...         column = sign[:, None, None]
    ...         return Trials(self, dt, shown * (column + noise), answer * column, mask=answer,
    ...                       epochs=timeline.epochs, conditions={"sign": sign})
    ...     def accuracy(self, trials, outputs):
    ...         return trials.last(outputs, "response")[:, 0] * trials.conditions["sign"] > 0.0
    >>> Sign(noise=0.5).trials(100, dt=0.5, rng=1)
    Trials(Sign(noise=0.5), 100 trials, 140 steps of dt = 0.5)
    """

    kind: ClassVar[str] = "task"
    lengths_vary: ClassVar[bool] = False
    """Whether the number of steps differs between batches; it is the same for all trials of a batch."""

    @property
    @abstractmethod
    def inputs(self) -> tuple[str, ...]:
        """Names of the input channels."""

    @property
    @abstractmethod
    def outputs(self) -> tuple[str, ...]:
        """Names of the output channels."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """Published settings of the networks that the authors trained, and of their training. Default: none.

        Plain data in two parts: ``"network"``, arguments of `neurosim.Network`, and ``"trainer"``, fields of
        `neurosim.BPTT`, or of another trainer, which is then named as ``"type"``. Nested declarations are mappings with
        the name of their class, such as ``{"type": "LeakyRate", "tau": 100.0}``. `Network.for_task` and
        `Trainer.for_task` use them.
        """
        return {}

    @abstractmethod
    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of `count` trials with steps of `dt`.

        Parameters
        ----------
        count : int
        dt : float
            Time step, in the network's unit of time.
        rng : int, SeedSequence, Generator or None, optional

        Raises
        ------
        ParameterError
            If an epoch is shorter than `dt`; the message names it.
        """

    @abstractmethod
    def accuracy(self, trials: Trials, outputs: np.ndarray) -> np.ndarray:
        """Accuracy of outputs, from 0 to 1, shape (trials,).

        `Trials.accuracy`, which calls this, also takes a whole `Trajectory`.

        Parameters
        ----------
        trials : Trials
        outputs : ndarray, shape (trials, steps, output channels)
            Outputs at the times of the targets; see `Trials.align`.
        """
