"""Specification of a compiled time loop: everything on which its source text depends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.engine.noise_arrays import noise_kind
from neurosim.equations import Equations, parameter_values, sections_of, trace
from neurosim.errors import EquationError, ParameterError
from neurosim.network import Network
from neurosim.noise import Noise

__all__ = ["KernelSpec", "UnitKind"]


@dataclass(frozen=True)
class UnitKind:
    """Kind of unit in a kernel: the equations of one population, or of all units.

    Parameters
    ----------
    name : str
        Of the population; empty where there is one kind of unit.
    equations : Equations
        Traced neuron, with the names of its own parameters.
    """

    name: str
    equations: Equations

    @property
    def variables(self) -> range:
        """Indices of its state variables."""
        return range(len(self.equations.variables))

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of its parameters among those of all kinds, in the order of its functions."""
        return tuple(f"{self.name}_{p}" if self.name else p for p in self.equations.parameters)

    def function(self, name: str) -> str:
        """Name of one of its functions in a kernel."""
        return f"{name}_{self.name}" if self.name else name


@dataclass(frozen=True)
class KernelSpec:
    """Everything on which the text of a kernel depends; runs with equal specifications share compiled code.

    Parameters
    ----------
    title : str
        Title of the generated file.
    kinds : tuple of UnitKind
        Kinds of units: one, or one for each population, in the order of the units.
    unitwise : tuple of str
        Parameters that have one value per unit; the others are single numbers.
    dtype : {"float64", "float32"}
    several_stages : bool
        Whether the scheme has more than one stage; its coefficients are arguments of the kernel.
    base : {"dense", "blocks", "sparse", "none"}
        Full-rank part of the recurrent weights.
    low_rank, readout, bias, inputs : bool
        Whether there are low-rank factors, recorded outputs, a bias, time-dependent inputs.
    followed : tuple of (str, int)
        Parameters that follow an input channel, with its index.
    delayed : bool
        Whether connections take time, so that the kernel keeps the rates of past steps; see `delay_line`.
    noise : {"none", "white", "colored"}
    noise_target : {"state", "input"}
    shared_noise : bool
    one_trial : bool
        Whether there is a single trial.
    tiled : bool
        Whether the units are divided into more than one tile.
    divided : bool
        Whether threads divide the tiles of a single trial among them.
    """

    title: str
    kinds: tuple[UnitKind, ...]
    unitwise: tuple[str, ...]
    dtype: str = "float64"
    several_stages: bool = False
    base: str = "dense"
    low_rank: bool = False
    readout: bool = False
    bias: bool = False
    inputs: bool = False
    followed: tuple[tuple[str, int], ...] = ()
    delayed: bool = False
    noise: str = "none"
    noise_target: str = "state"
    shared_noise: bool = False
    one_trial: bool = False
    tiled: bool = False
    divided: bool = False

    def __post_init__(self) -> None:
        assert self.tiled or not self.divided, "threads would write to the same tile"

    @classmethod
    def of(
        cls,
        network: Network,
        noise: Noise | None = None,
        *,
        title: str = "{}",
        unitwise: tuple[str, ...] | None = None,
        **run: Any,
    ) -> KernelSpec:
        """Specification of a kernel for a network.

        Parameters
        ----------
        network : Network
            Decides the equations, the precision and the form of the recurrent weights.
        noise : Noise, optional
        title : str, optional
            With a pair of braces where the name of the neuron stands.
        unitwise : tuple of str, optional
            Default: the parameters that have one value per unit in this network.
        **run
            What depends on the run: the other fields.
        """
        operator, values = network.recurrent, parameter_values(network.neuron)
        own = tuple(name for name, value in values.items() if np.ndim(value))
        run.setdefault("base", operator.kind_of_base)
        kinds = tuple(UnitKind(name, trace(neuron)) for name, neuron, _ in sections_of(network.neuron))
        channels = network.neuron.channels()
        _require_channels_in_drift(kinds, channels)
        if run.get("inputs"):
            for name in set(channels) & set(own):
                raise ParameterError(
                    f"{name} must be one number where inputs change it (got shape {np.shape(values[name])}); give one "
                    f"strength per unit."
                )
            run["followed"] = tuple((p, network.input_names.index(c)) for p, c in channels.items())
        return cls(
            title=title.format(type(network.neuron).__name__),
            kinds=kinds,
            unitwise=own if unitwise is None else unitwise,
            dtype=network.dtype.name,
            low_rank=operator.left is not None,
            delayed=operator.delays is not None,
            noise=noise_kind(noise),
            noise_target=getattr(noise, "target", "state"),
            shared_noise=getattr(noise, "shared", False),
            **run,
        )

    @property
    def variables(self) -> range:
        """Indices of the state variables, of the kind of unit that has most of them."""
        return range(max(len(kind.variables) for kind in self.kinds))

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters of all kinds of units."""
        return tuple(name for kind in self.kinds for name in kind.parameters)

    @property
    def scalars(self) -> tuple[str, ...]:
        """Parameters that are single numbers, in the order of the array that holds them."""
        return tuple(name for name in self.parameters if name not in self.unitwise)

    @property
    def mixed(self) -> bool:
        """Whether there are several kinds of units, whose limits are an argument of the kernel."""
        return len(self.kinds) > 1

    @property
    def overlaps(self) -> bool:
        """Whether overlaps with low-rank or readout vectors are needed: sums over all units."""
        return self.low_rank or self.readout

    @property
    def arguments(self) -> tuple[str, ...]:
        """Names of the kernel's arguments, in order."""
        groups = {
            "clock steps only_record every dt size": True,
            "state rates currents scalars unitwise recorded units": True,
            "edges": self.mixed,
            "rows partials overlaps rank": self.overlaps,
            "outputs readout_bias": self.readout,
            "stage_state total slope ahead share nodes": self.several_stages,
            "bias": self.bias,
            "weights": self.base == "dense",
            "block_weights blocks block_ends": self.base == "blocks",
            "starts sources sparse_weights": self.base == "sparse",
            "left": self.low_rank,
            "line segments tap_counts tap_backs tap_stages tap_weights": self.delayed,
            "row_kinds": self.delayed and self.low_rank,
            "input_columns inputs": self.inputs,
            "held amplitude key0 key1": self.noise != "none",
            "fresh decay": self.noise == "colored",
            "groups": self.divided,
            "first last": not self.divided,
        }
        return tuple(name for group, needed in groups.items() if needed for name in group.split())


def _require_channels_in_drift(kinds: tuple[UnitKind, ...], channels: Mapping[str, str]) -> None:
    """Raise if a rate depends on a parameter that follows an input channel: rates are those of the state alone."""
    for kind in kinds:
        for name, slope in zip(kind.parameters, kind.equations.rate_by_parameter, strict=True):
            if name in channels and not (isinstance(slope, float) and slope == 0.0):
                raise EquationError(
                    f"parameter {name!r} follows the input channel {channels[name]!r}, so it must enter drift only "
                    f"(got a rate that depends on it); let it multiply the current."
                )
