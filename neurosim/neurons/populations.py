"""Populations: named groups of units with neurons of their own, which together are the neuron of a network."""

from __future__ import annotations

import keyword
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from neurosim.declaration import Declaration
from neurosim.equations import parameter_values
from neurosim.errors import ParameterError, UnitsWarning, UnknownNameError, did_you_mean
from neurosim.neurons.base import Neuron, Section
from neurosim.validation import one_of, whole_number

__all__ = ["Population", "Populations"]

SIGNS = ("excitatory", "inhibitory")
MIXED = 1000.0
"""Ratio of time constants of populations from which they seem to be in different units."""


@dataclass(frozen=True)
class Population(Declaration):
    """Population: a number of units that obey the same equation.

    Parameters
    ----------
    neuron : Neuron
        Equation of its units; a parameter is one number, or one number per unit of the population.
    size : int
        Number of units.
    sign : {"excitatory", "inhibitory"}, optional
        Sign of all weights from its units (Dale's law). `Blocks` checks what it builds against it, and
        `neurosim.trainers.Dale` keeps it in training. Default: both signs are allowed.

    Examples
    --------
    >>> import neurosim as ns
    >>> ns.Population(ns.LeakyRate("relu", tau=10.0), size=100, sign="inhibitory")
    Population(neuron=LeakyRate(activation='relu', tau=10.0), size=100, sign='inhibitory')
    """

    kind: ClassVar[str] = "population"

    neuron: Neuron
    size: int
    sign: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.neuron, Neuron) or isinstance(self.neuron, Populations):
            raise ParameterError(
                f"Population.neuron must be the Neuron of one kind of unit (got {self.neuron!r}); try "
                f"ns.LeakyRate('tanh')."
            )
        object.__setattr__(self, "size", whole_number("Population.size", self.size))
        if self.sign is not None:
            one_of("Population.sign", self.sign, SIGNS)
        for name, value in parameter_values(self.neuron).items():
            if np.ndim(value) and np.shape(value) != (self.size,):
                raise ParameterError(
                    f"{type(self.neuron).__name__}.{name} must be one number, or one per unit with shape "
                    f"({self.size},) (got shape {np.shape(value)})."
                )


@dataclass(frozen=True, init=False, repr=False)
class Populations(Neuron):
    r"""Populations of a network, each with a neuron, a size and possibly a sign of its own.

    Units are numbered population after population, in the order of the declaration. Unit i of population p obeys

    .. math:: ds/dt = drift_p(s, u), \qquad r = rate_p(s), \qquad u = W r + W_{in} y + b.

    It takes the place of the neuron of a `Network`, whose size it gives. Any `Neuron` can be in it, plugins included;
    all times of all populations are in one unit. One population is the network of its neuron, bit for bit.

    Parameters
    ----------
    **populations : Population
        By name, each a valid Python name such as ``E`` or ``PFC``.

    Attributes
    ----------
    populations : mapping of str to Population

    Notes
    -----
    Kernels run over the populations in turn, so that a step costs what its units cost. In arrays of states, variable k
    of all units is in column k, whatever its name in a population; a column that a population lacks is 0, does not move
    and is no dimension of the dynamics (`Network.dimensions`). Parameters have the names
    ``neuron.<population>_<parameter>``, as in ``neuron.E_tau``.

    Examples
    --------
    >>> import neurosim as ns
    >>> cells = ns.Populations(
    ...     E=ns.Population(ns.LeakyRate("softplus", tau=20.0), size=4, sign="excitatory"),
    ...     I=ns.Population(ns.LeakyRate("relu", tau=10.0), size=1, sign="inhibitory"),
    ... )
    >>> cells.size, cells.units("I")
    (5, slice(4, 5, None))
    """

    populations: Mapping[str, Population]

    def __new__(cls, populations: Any = None, **named: Any) -> Populations:  # noqa: D102
        del populations, named
        return object.__new__(cls)

    def __init__(self, populations: Mapping[str, Population] | None = None, **named: Population) -> None:
        if populations is not None and not isinstance(populations, Mapping):
            raise ParameterError(
                f"populations must be a mapping from names to Population (got a {type(populations).__name__}); try "
                f"ns.Populations(E=ns.Population(...), I=ns.Population(...))."
            )
        given = {**({} if populations is None else populations), **named}
        if populations is not None and set(populations) & set(named):
            twice = sorted(set(populations) & set(named))[0]
            raise ParameterError(f"populations must have one {twice!r} (got two); rename one of them.")
        object.__setattr__(self, "populations", given)
        self.__post_init__()

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.populations:
            raise ParameterError("Populations must have at least one population (got none).")
        for name, population in self.populations.items():
            if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
                raise ParameterError(
                    f"names of populations must be valid Python names (got {name!r}); try E, I or V1."
                )
            if not isinstance(population, Population):
                raise ParameterError(
                    f"{name} must be a Population (got {population!r}); try ns.Population(neuron, size=100)."
                )
        names = [s.prefix + p for s in self.sections() for p in parameter_values(s.neuron)]
        for parameter in names:
            if names.count(parameter) > 1:
                raise ParameterError(
                    f"populations must have names that keep their parameters apart (got two named {parameter!r}); "
                    f"rename a population."
                )
        self._warn_of_mixed_units()

    def _warn_of_mixed_units(self) -> None:
        taus = {
            s.name: float(np.min(value))
            for s in self.sections()
            for name, value in parameter_values(s.neuron).items()
            if name == "tau"
        }
        slow, fast = (pick(taus, key=taus.__getitem__, default="") for pick in (max, min))
        if taus and taus[slow] >= MIXED * taus[fast]:
            warnings.warn(
                f"tau of {slow} is {taus[slow]:g} and that of {fast} is {taus[fast]:g}: all times of a network must "
                f"be in one unit, such as ms.",
                UnitsWarning,
                stacklevel=4,
            )

    @property
    def size(self) -> int:
        """Number of units of all populations."""
        return sum(population.size for population in self.populations.values())

    def sections(self) -> tuple[Section, ...]:
        """Populations with their units, in order."""
        found, first = [], 0
        for name, population in self.populations.items():
            found.append(Section(name, population.neuron, slice(first, first + population.size)))
            first += population.size
        return tuple(found)

    def units(self, name: str) -> slice:
        """Units of a population.

        Raises
        ------
        UnknownNameError
            If there is no population of this name.
        """
        for section in self.sections():
            if section.name == name:
                return section.units
        raise UnknownNameError(f"{name!r} is no population. {did_you_mean(str(name), self.populations)}")

    def variables(self) -> tuple[str, ...]:  # type: ignore[override]
        """Names of the columns of a state: where populations name a variable differently, as in ``"x_or_r"``."""
        names = [s.neuron.variables() for s in self.sections()]
        columns = (
            dict.fromkeys(own[k] for own in names if k < len(own)) for k in range(max(map(len, names)))
        )
        return tuple("_or_".join(column) for column in columns)

    def drift(self, *state_and_input: Any) -> Any:
        """Time derivative of each column of the state, for arrays whose last axis is the units."""
        *state, current = map(np.asarray, state_and_input)
        moved = np.zeros((len(state), *np.broadcast_shapes(*map(np.shape, (*state, current)))))
        for _, neuron, units in self.sections():
            count = len(neuron.variables())
            own = neuron.drift(*(column[..., units] for column in state[:count]), current[..., units])
            moved[:count, ..., units] = np.array(own).reshape(count, *moved[0, ..., units].shape)
        return tuple(moved)

    def rate(self, *state: Any) -> Any:
        """Rates, for arrays whose last axis is the units."""
        columns = [np.asarray(column, np.float64) for column in state]
        rates = np.zeros(columns[0].shape)
        for _, neuron, units in self.sections():
            own = columns[: len(neuron.variables())]
            rates[..., units] = neuron.rate(*(column[..., units] for column in own))
        return rates

    def resting_state(self) -> dict[str, Any]:
        """Rest of every unit, by column."""
        rest = {}
        for k, column in enumerate(self.variables()):
            rest[column] = np.zeros(self.size)
            for _, neuron, units in self.sections():
                names = neuron.variables()
                if k < len(names):
                    rest[column][units] = neuron.resting_state().get(names[k], 0.0)
        return rest

    def channels(self) -> dict[str, str]:
        """Parameters of all populations that follow an input channel, with its name."""
        return {
            s.prefix + name: channel for s in self.sections() for name, channel in s.neuron.channels().items()
        }

    def held_at(self, inputs: Mapping[str, float]) -> Populations:
        """Copy in which the parameters of all populations that follow channels have the values of a constant input."""
        return Populations(
            {name: one.replace(neuron=one.neuron.held_at(inputs)) for name, one in self.populations.items()}
        )

    def replace(self, **changes: Any) -> Populations:
        """Copy with some populations changed, added or, with None, left out."""
        given = {**changes.pop("populations", self.populations), **changes}
        return Populations({name: population for name, population in given.items() if population is not None})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Populations):
            return NotImplemented
        return list(self.populations.items()) == list(other.populations.items())

    def __hash__(self) -> int:
        return hash((Populations, *self.populations.items()))

    def __repr__(self) -> str:
        return f"Populations({', '.join(f'{name}={one!r}' for name, one in self.populations.items())})"
