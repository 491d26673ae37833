"""Environments of Gymnasium or NeuroGym as supervised tasks."""

from __future__ import annotations

import importlib
import itertools
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from neurosim.errors import (
    NeurosimError,
    ParameterError,
    SeedWarning,
    UnknownNameError,
    clause,
    did_you_mean,
    kind_of,
)
from neurosim.randomness import Seed, seed_sequence
from neurosim.tasks.base import Task
from neurosim.tasks.episodes import Episode, core_of, episodes, seed_environment
from neurosim.tasks.spaces import Channels
from neurosim.tasks.timeline import within
from neurosim.tasks.trials import Trials, pad
from neurosim.validation import entries, positive, whole_number

__all__ = ["Environment", "from_gymnasium"]

_PROBED = 32


@dataclass(frozen=True)
class Environment(Task):
    """Task with the trials of an environment of Gymnasium or NeuroGym; see `from_gymnasium`."""

    environment: Any
    options: Mapping[str, Any] | None = None
    loss_epochs: tuple[str, ...] = ()
    accuracy_epochs: tuple[str, ...] = ()
    tolerance: float = 0.1
    observation_channels: Channels = field(init=False, repr=False)
    action_channels: Channels = field(init=False, repr=False)

    lengths_vary: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        positive("tolerance", self.tolerance)
        if "dt" in (self.options or {}):
            raise ParameterError(
                f"options must not have dt (got {self.options['dt']!r}); give it to trials(count, dt), which makes the "  # type: ignore[index]
                f"environment with it."
            )
        for name in ("loss_epochs", "accuracy_epochs"):
            given = getattr(self, name)
            names = [given] if isinstance(given, str) else entries(name, given, "give names of epochs")
            object.__setattr__(self, name, tuple(names))
        made = self._make()
        if not hasattr(made, "observation_space"):
            raise ParameterError(
                f"environment must be an environment of Gymnasium or its id (got {kind_of(self.environment)}); try "
                f"'PerceptualDecisionMaking-v0'."
            )
        observation = Channels.of(made.observation_space, "its observation", "input")
        object.__setattr__(self, "observation_channels", observation)
        object.__setattr__(self, "action_channels", Channels.of(made.action_space, "its action", "action"))
        first, second = (self._draw(_PROBED, self._make(), seed_sequence(0)) for _ in range(2))
        self._check_epochs(first)
        if not all(map(_same, first, second)):
            warnings.warn(
                f"{self.title} does not follow its seed: its trials differ when drawn twice with the same one. Results "
                f"computed from them cannot be reproduced.",
                SeedWarning,
                stacklevel=4,
            )

    @property
    def inputs(self) -> tuple[str, ...]:
        """Channels of the observation: names of NeuroGym, or input_1, ..."""
        return self.observation_channels.names

    @property
    def outputs(self) -> tuple[str, ...]:
        """Channels of the action: one for each class or number."""
        return self.action_channels.names

    @property
    def title(self) -> str:
        """Id or class of the environment, for messages."""
        given = self.environment
        return given if isinstance(given, str) else type(core_of(given)).__name__

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of trials; conditions are the random choices of the environment, and "duration"."""
        count, dt, seed = whole_number("count", count), positive("dt", dt), seed_sequence(rng)
        made = self._make(dt)
        self._check_step(core_of(made), dt)
        drawn = self._draw(count, made, seed)
        lengths = np.array([len(episode.truth) for episode in drawn])
        epochs = _epochs(drawn, lengths)
        loss_limits = [epochs[name] for name in self.loss_epochs or ("trial",) if name in epochs]
        return Trials(
            self,
            dt,
            pad([self.observation_channels.values(episode.observations) for episode in drawn]),
            pad([self.action_channels.values(episode.truth) for episode in drawn]),
            mask=np.any([within(lengths.max(), *limits) for limits in loss_limits], axis=0)[..., None],
            epochs=epochs,
            conditions={"duration": lengths * dt, **_conditions(drawn)},
        )

    def accuracy(self, trials: Trials, outputs: np.ndarray) -> np.ndarray:
        """Share of the steps of `accuracy_epochs` with the correct action, shape (trials,).

        Classes: the largest output is that of the correct action. Numbers: all are within `tolerance`. A trial that has
        none of these steps scores 0.
        """
        names = self.accuracy_epochs or (_last_epoch(trials),)
        scored = np.any([trials.during(epoch) for epoch in names], axis=0)[..., 0]
        if self.action_channels.first is None:
            right = (np.abs(outputs - trials.targets) <= self.tolerance).all(axis=2)
        else:
            right = outputs.argmax(axis=2) == trials.targets.argmax(axis=2)
        return (right & scored).sum(axis=1) / np.maximum(scored.sum(axis=1), 1)

    def _make(self, dt: float | None = None) -> Any:
        """Environment to draw from, with steps of `dt` if it has them as an option."""
        if not isinstance(self.environment, str):
            return self.environment
        options = self.options or {}
        if dt is not None and hasattr(core_of(_make(self.environment, options)), "dt"):
            options = {**options, "dt": int(dt) if dt.is_integer() else dt}
        return _make(self.environment, options)

    def _check_step(self, core: Any, dt: float) -> None:
        if getattr(core, "dt", dt) != dt:
            raise ParameterError(
                f"dt must be that of {self.title}, {core.dt:g} (got {dt:g}); give from_gymnasium the id of the "
                f"environment for any other."
            )
        for epoch, duration in getattr(core, "timing", {}).items():
            if isinstance(duration, (int, float)) and 0 < duration < dt:
                raise ParameterError(
                    f"{epoch} of {self.title} must last at least one step of dt = {dt:g} (got {duration:g}); try a "
                    f"smaller dt, or timing={{{epoch!r}: {dt:g}}}."
                )

    def _draw(self, count: int, made: Any, seed: np.random.SeedSequence) -> list[Episode]:
        seed_environment(made, seed)
        return list(itertools.islice(episodes(made, self.title), count))

    def _check_epochs(self, drawn: list[Episode]) -> None:
        known = {"trial", *(epoch for episode in drawn for epoch in episode.epochs)}
        for epoch in (*self.loss_epochs, *self.accuracy_epochs):
            if epoch not in known:
                raise UnknownNameError(f"{self.title} has no epoch {epoch!r}. {did_you_mean(epoch, known)}")


def from_gymnasium(
    environment: Any,
    *,
    loss_epochs: tuple[str, ...] = (),
    accuracy_epochs: tuple[str, ...] = (),
    tolerance: float = 0.1,
    **options: Any,
) -> Environment:
    """Environment of Gymnasium or NeuroGym as a supervised task (extra ``gym``).

    Inputs are the observations, targets the ground truth: ``ob`` and ``gt`` of NeuroGym's trials, as written by
    ``new_trial``, or ``info["gt"]`` of every step of any other environment. Environments with wrappers that change
    observations are run step by step with an idle action (the first class, or zeros), so that trials do not depend on
    an agent. Classes become one channel each (one-hot), numbers stay as they are.

    Trials of a batch are as long as the longest; after the end of a shorter one, inputs and targets are 0 and do not
    count. Epochs are those of the environment, and ``trial``, the whole trial.

    Parameters
    ----------
    environment : str or gymnasium.Env
        Id, such as ``"PerceptualDecisionMaking-v0"``: a new environment is made for every batch. An instance is used as
        it is, wrappers included; do not use it for anything else meanwhile.
    loss_epochs : tuple of str, optional
        Epochs that count in a loss. Default: the whole trial.
    accuracy_epochs : tuple of str, optional
        Epochs that count in the accuracy, the fraction of their steps with the correct action. Default: the last epoch,
        which in most environments is the decision.
    tolerance : float, optional
        Largest error of a correct action, where actions are numbers.
    **options
        Options of ``gymnasium.make``, such as ``timing={"stimulus": 500}``, if an id is given.

    Returns
    -------
    Environment
        A task in the time unit of the environment, ms in NeuroGym. With an id, any ``dt`` can be asked for; an instance
        has its own; without a ``dt``, one step of the environment is one step of the network.

    Raises
    ------
    NeurosimError
        If Gymnasium or NeuroGym is needed and not installed.
    UnknownNameError
        If the id or an epoch is unknown.
    ParameterError
        If the environment has no ground truth or no end, a space is neither classes nor numbers, an epoch is shorter
        than a step, or an option is invalid.

    Warns
    -----
    SeedWarning
        If 32 trials differ when drawn twice with one seed: the environment cannot be seeded.

    Notes
    -----
    One seed gives the same trials, bit for bit. The environment runs step by step in Python, which is much slower than
    the tasks of this package. A task made from an id can be saved, one made from an instance cannot.

    References
    ----------
    M. Molano-Mazon et al., NeuroGym, PsyArXiv aqc9n (2022). M. Towers et al., Gymnasium, arXiv:2407.17032 (2024).

    Examples
    --------
    >>> import neurosim as ns
    >>> task = ns.tasks.from_gymnasium("GoNogo-v0", timing={"delay": 200})  # doctest: +SKIP
    >>> task.outputs  # doctest: +SKIP
    ('fixation', 'go')
    >>> task.trials(64, dt=50.0, rng=0)  # doctest: +SKIP
    Trials(Environment(environment='GoNogo-v0', options={'timing': {'delay': 200}}), 64 trials, 24 steps of dt = 50)
    """
    if options and not isinstance(environment, str):
        raise ParameterError(
            f"options must be left out with an instance (got {', '.join(options)}); give the id of the environment, or "
            f"make the instance with them."
        )
    return Environment(environment, options or None, loss_epochs, accuracy_epochs, tolerance)


def _make(name: str, options: Mapping[str, Any]) -> Any:
    """Environment with an id from the registry of Gymnasium, to which NeuroGym adds its own when imported."""
    gymnasium = _import("gymnasium")
    if ":" not in name and name not in gymnasium.registry:
        _import("neurogym")
    if ":" not in name and name not in gymnasium.registry:
        raise UnknownNameError(f"environment {name!r} is unknown. {did_you_mean(name, gymnasium.registry)}")
    try:
        return gymnasium.make(name, disable_env_checker=True, **options)
    except TypeError as error:
        raise ParameterError(
            f"options of {name} must be valid (got {dict(options)!r}): {clause(error)}."
        ) from error


def _import(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        missing = error.name or module
        raise NeurosimError(
            f"{missing} is not installed, and environments of {module} need it; install the extra: pip install "
            f"'neurosim-rnn[gym]'" + ("." if missing == module else f", and {missing}.")
        ) from error


def _same(one: Episode, other: Episode) -> bool:
    pairs = ((one.observations, other.observations), (one.truth, other.truth))
    return one.epochs == other.epochs and all(np.array_equal(a, b) for a, b in pairs)


def _epochs(drawn: list[Episode], lengths: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    names = dict.fromkeys(name for episode in drawn for name in episode.epochs)
    limits = {name: np.array([episode.epochs.get(name, (0, 0)) for episode in drawn]) for name in names}
    clipped = {name: np.minimum(both, lengths[:, None]) for name, both in limits.items()}
    return {
        **{name: (both[:, 0], both[:, 1]) for name, both in clipped.items()},
        "trial": (0 * lengths, lengths),
    }


def _conditions(drawn: list[Episode]) -> dict[str, np.ndarray]:
    """Random choices of every trial, as far as they are numbers or text of one shape."""
    common = [name for name in drawn[0].drawn if all(name in episode.drawn for episode in drawn)]
    columns = {name: [np.asarray(episode.drawn[name]) for episode in drawn] for name in common}
    return {
        name: np.stack(column)
        for name, column in columns.items()
        if len({value.shape for value in column}) == 1
        and all(value.dtype.kind in "biufU" for value in column)
    }


def _last_epoch(trials: Trials) -> str:
    """Last epoch of positive length; of those that begin together, the one that ends last."""
    lasting = {name: limits for name, limits in trials.epochs.items() if (limits[1] > limits[0]).any()}
    own = {name: limits for name, limits in lasting.items() if name != "trial"} or lasting
    return max(own, key=lambda name: tuple(limit.mean() for limit in own[name]))
