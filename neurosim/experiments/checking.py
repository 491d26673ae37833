"""Plain data to an experiment: every key is known, every value checked, every complaint says where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import Any

from neurosim.engine.schemes import SCHEMES
from neurosim.errors import NeurosimError, ParameterError, UnknownKeywordError, did_you_mean
from neurosim.experiments.analyses import ANALYSES
from neurosim.experiments.specification import Experiment, NetworkPlan, SimulationPlan, TrainingExperiment
from neurosim.network import READOUTS, STARTS
from neurosim.serialization import from_dict
from neurosim.validation import non_negative, one_of, positive, whole_number

__all__ = ["checked_experiment", "checked_training"]

Check = Callable[[str, Any], Any]


def checked_experiment(name: str, content: Mapping[str, Any]) -> Experiment:
    """Experiment from the tables of a file.

    Parameters
    ----------
    name : str
    content : mapping
        The fields of `Experiment` without its name. The table ``network`` holds what all ``networks`` have in
        common; without ``networks`` it is the only one.
    """
    _require_known("", content, [*EXPERIMENT, "network", "networks"])
    common = _table("network", content.get("network", {}))
    _require_known("network", common, NETWORK)
    own = content.get("networks", [{}] if common else [])
    if not isinstance(own, list) or not own:
        raise ParameterError("networks is missing; declare each network below a line [[networks]].")
    parts = _checked(Experiment, content, EXPERIMENT, "")
    common.setdefault("label", parts["title"])
    networks = tuple(_network(f"networks[{k}]", table, common) for k, table in enumerate(own))
    return Experiment(name=name, networks=networks, **parts)


def checked_training(name: str, content: Mapping[str, Any]) -> TrainingExperiment:
    """Training from the tables of a file.

    Parameters
    ----------
    name : str
    content : mapping
        The fields of `TrainingExperiment` without its name; the tables ``task`` and ``trainer`` stand beside the
        table ``network``.
    """
    _require_known("", content, [*TRAINING, "network", "task", "trainer"], "a training")
    for table in ("network", "task", "trainer"):
        if table not in content:
            raise ParameterError(f"{table} is missing; write it below a line [{table}].")
    parts = _checked(TrainingExperiment, content, TRAINING, "")
    learning = {key: content[key] for key in ("task", "trainer")}
    own = {"label": parts["title"], **_table("network", content["network"])}
    for key in learning:
        if key in own:
            raise ParameterError(f"network.{key} is in the wrong place; write it below a line [{key}].")
    _require_known("network", own, NETWORK, "a training")
    places = {key: key for key in learning}
    plan = NetworkPlan(**_checked(NetworkPlan, {**own, **learning}, NETWORK, "network", places))
    return TrainingExperiment(name=name, network=plan, **parts)


def _network(path: str, own: Any, common: dict[str, Any]) -> NetworkPlan:
    _require_known(path, _table(path, own), NETWORK)
    elsewhere = {key: f"network.{key}" for key in common if key not in own}
    return NetworkPlan(**_checked(NetworkPlan, {**common, **own}, NETWORK, path, elsewhere))


def _simulation(place: str, value: Any) -> SimulationPlan:
    _require_known(place, _table(place, value), SIMULATION)
    return SimulationPlan(**_checked(SimulationPlan, value, SIMULATION, place))


def _checked(
    cls: type,
    table: Mapping[str, Any],
    checks: Mapping[str, Check],
    path: str,
    elsewhere: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Values by key; `elsewhere` are the places of keys that stand in another table."""
    default = {field.name: field.default for field in fields(cls)}
    values = {}
    for key, check in checks.items():
        place = (elsewhere or {}).get(key, f"{path}.{key}".lstrip("."))
        if key in table:
            values[key] = check(place, table[key])
        elif default[key] is MISSING:
            raise ParameterError(f"{place} is missing; give it a value.")
    return values


def _require_known(path: str, table: Mapping[str, Any], known: Any, whole: str = "an experiment") -> None:
    for key in table:
        if key not in known:
            place = f"{path}.{key}".lstrip(".")
            raise UnknownKeywordError(f"{place} means nothing to {whole}. {did_you_mean(key, known)}")


def _table(place: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ParameterError(f"{place} = {value!r} is no table; write its keys below a line [{place}].")
    return dict(value)


def _words(place: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ParameterError(f"{place} = {value!r} is no text; give a few words in quotes.")
    return value


def _analyses(place: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ParameterError(f"{place} = {value!r} is no list of names; choose among {', '.join(ANALYSES)}.")
    names = tuple(one_of(f"{place}[{k}]", name, ANALYSES) for k, name in enumerate(value))
    if len(set(names)) < len(names):
        raise ParameterError(f"{place} = {value!r} repeats itself; name each analysis once.")
    return names


def _declaration(place: str, value: Any) -> Any:
    path, _, kind = place.rpartition(".")
    try:
        return from_dict(kind, value)
    except NeurosimError as error:
        raise type(error)(f"{path}.{error}".lstrip(".")) from error


EXPERIMENT: dict[str, Check] = {
    "title": _words,
    "description": _words,
    "seed": lambda place, value: whole_number(place, value, minimum=0),
    "analyses": _analyses,
    "simulation": _simulation,
}

SIMULATION: dict[str, Check] = {
    "duration": positive,
    "dt": positive,
    "scheme": lambda place, value: one_of(place, value, SCHEMES),
    "discard": non_negative,
    "every": whole_number,
    "trials": whole_number,
    "noise": _declaration,
}

NETWORK: dict[str, Check] = {
    "label": _words,
    "size": whole_number,
    "neuron": _declaration,
    "connectivity": _declaration,
    "dtype": lambda place, value: one_of(place, value, ("float64", "float32")),
    "readout": lambda place, value: one_of(place, value, READOUTS),
    "input_weights": lambda place, value: one_of(place, value, STARTS),
    "readout_weights": lambda place, value: one_of(place, value, STARTS),
    "task": _declaration,
    "trainer": _declaration,
}

TRAINING: dict[str, Check] = {key: EXPERIMENT[key] for key in ("title", "description", "seed")}
