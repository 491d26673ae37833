"""The base that every task shares."""

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
    r"""What a network is asked to do: trials of any number, at any time step.

    Channels have names, which a network takes over:
    ``ns.Network(..., inputs=task.inputs, outputs=task.outputs)``.

    Rules for a subclass

    1. It is a frozen dataclass with a docstring that says what is shown, when, and what is correct. Its fields are
       durations in the network's unit of time (that of ``tau``), strengths and numbers of channels; all have
       defaults.
    2. ``inputs`` and ``outputs`` are tuples of distinct names: class attributes without annotation, or properties
       where they depend on a field.
    3. ``trials(self, count, dt, rng)`` returns `Trials`: the whole batch at once, by broadcasting, never with a loop
       over time. `Timeline` makes named epochs (``fixation``, ``stimulus``, ``delay``, ``response``) out of
       durations; ``timeline.during("stimulus")`` is their (trials, steps, 1) mask. Every batch has the same
       number of steps, whatever is drawn; a class where one timing is drawn for the whole batch says
       ``lengths_vary = True``.
    4. It works at any dt: times are durations, never steps, and noise comes from `white_noise`. What is drawn does
       not depend on dt, so that one seed shows the same at every dt.
    5. Random numbers come from named streams of `rng`: call ``seed = seed_sequence(rng)`` once, then
       ``stream(seed, "conditions")``, ``stream(seed, "noise")``. The same seed gives the same trials, bit for bit.
    6. ``conditions`` holds what was shown and what is correct, by trial.
    7. ``accuracy(self, trials, outputs)`` is the share of each trial that is right, from 0 to 1. The targets
       themselves score 1.
    8. ``settings`` says how its authors trained networks, where that is published.
    9. A value that no trial can satisfy is an error in ``__post_init__`` (call ``super().__post_init__()`` first).

    Run ``neurosim.testing.check_task`` on a new class, and look at ``task.trials(8, dt=1.0).plot()``.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from neurosim.randomness import seed_sequence, stream
    >>> from neurosim.tasks import Task, Timeline, Trials, white_noise
    >>> @dataclass(frozen=True)
    ... class Sign(Task):
    ...     "Say the sign of a noisy stimulus, once it is over."
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
    """Whether batches differ in their number of steps; trials of one batch never do."""

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
        """Published settings: how the authors of the task made and trained their networks. Default: none.

        Plain data in two parts, either of which may be missing: ``"network"``, arguments of `neurosim.Network`, and
        ``"trainer"``, fields of `neurosim.BPTT`. Declarations in them are mappings with the name of their class, such
        as ``{"type": "LeakyRate", "tau": 100.0}``. `Network.for_task` and `BPTT.for_task` read them.
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
        """How right outputs are, from 0 to 1, shape (trials,).

        `Trials.accuracy`, which calls this, also takes a whole `Trajectory`.

        Parameters
        ----------
        trials : Trials
        outputs : ndarray, shape (trials, steps, output channels)
            Those that belong to the targets; see `Trials.align`.
        """
