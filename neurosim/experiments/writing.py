"""TOML text of an experiment or a training, from which the same declaration can be read again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from neurosim.declaration import Declaration
from neurosim.errors import ParameterError
from neurosim.serialization import to_dict

if TYPE_CHECKING:
    from neurosim.experiments.specification import Experiment, TrainingExperiment

__all__ = ["experiment_toml", "training_toml"]

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def experiment_toml(experiment: Experiment) -> str:
    """TOML with every field of an experiment, so that later changes of default values do not affect it.

    Parameters
    ----------
    experiment : Experiment

    Returns
    -------
    str
        TOML that `load_experiment` reads.
    """
    own = {name: getattr(experiment, name) for name in ("title", "description", "seed", "analyses")}
    parts = [_lines(own), f"[simulation]\n{_lines(_fields(experiment.simulation))}"]
    parts += [f"[[networks]]\n{_lines(_fields(network))}" for network in experiment.networks]
    return "\n\n".join(parts) + "\n"


def training_toml(training: TrainingExperiment) -> str:
    """TOML with every field of a training, which `load_training` reads; see `experiment_toml`.

    Raises
    ------
    ParameterError
        If a part cannot be written as text, such as a loss that is a Python function.
    """
    own = {name: getattr(training, name) for name in ("title", "description", "seed")}
    network = _fields(training.network)
    learning: dict[str, Any] = {name: to_dict(network.pop(name)) for name in ("task", "trainer")}
    tables = {"network": network, **learning}
    parts = [_lines(own), *(f"[{name}]\n{_lines(table)}" for name, table in tables.items())]
    return "\n\n".join(parts) + "\n"


def _fields(plan: Any) -> dict[str, Any]:
    values = {field.name: getattr(plan, field.name) for field in fields(plan)}
    return {name: value for name, value in values.items() if value is not None}


def _lines(table: Mapping[str, Any]) -> str:
    return "\n".join(f"{_key(name)} = {_value(value)}" for name, value in table.items())


def _key(name: str) -> str:
    return name if BARE_KEY.fullmatch(name) else _value(name)


def _value(value: Any) -> str:
    if isinstance(value, Declaration):
        value = to_dict(value)
    if isinstance(value, str):
        # JSON strings are TOML strings, except for one control character that only TOML escapes
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(name)} = {_value(item)}" for name, item in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    raise ParameterError(
        f"{value!r} cannot be written in TOML; give numbers, strings, lists or declarations."
    )
