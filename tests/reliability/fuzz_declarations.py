"""Random changes of declarations in TOML, read as experiments, trainings and studies.

    python tests/reliability/fuzz_declarations.py [--count N]

Each example is a shipped file in which one to four values are replaced, removed, added or renamed, or some characters.
A declaration, or an error of the package, is promised; nothing takes longer than ten seconds.
"""

from __future__ import annotations

import copy
import json
import math
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as some
from outcomes import Outcomes, run_attack

from neurosim.errors import NeurosimError
from neurosim.experiments import reading
from neurosim.sweep import load_study

ROOMS = (reading.EXPERIMENTS, reading.TRAININGS, reading.SWEEPS)
SCALARS = some.one_of(
    some.booleans(),
    some.integers(-3, 70),
    some.sampled_from([0, 2**31, -(2**63), 2**63 - 1]),
    some.floats(),
    some.sampled_from(
        ["", "tanh", "Gaussian", "type", "Xor", "../x", "gain <", "__class__", 'é\n\t"', "nan"]
    ),
    some.text(max_size=6),
)
VALUES = some.recursive(
    SCALARS,
    lambda inner: some.one_of(
        some.lists(inner, max_size=4),
        some.dictionaries(some.sampled_from(["type", "gain", "tau", "size", "x", ""]), inner, max_size=3),
    ),
    max_leaves=6,
)


def attack(count: int, start: int, folder: Path) -> Outcomes:
    """Change shipped declarations, and read them."""
    outcomes = Outcomes()
    texts = [path.read_text(encoding="utf-8") for room in ROOMS for path in sorted(room.iterdir())]
    tables = [reading.tomllib.loads(text) for text in texts]

    @seed(start)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(some.data())
    def change_and_read(data: Any) -> None:
        if data.draw(some.integers(0, 9)) == 0:
            text = changed_text(data, data.draw(some.sampled_from(texts)))
        else:
            table = copy.deepcopy(data.draw(some.sampled_from(tables)))
            for _ in range(data.draw(some.integers(1, 4))):
                change(data, table)
            text = toml(table)
        for read in (read_experiment, read_training, read_study):
            judge(outcomes, read, text, folder)

    change_and_read()
    return outcomes


def changed_text(data: Any, text: str) -> str:
    """Text in which a piece is cut, doubled or replaced."""
    first = data.draw(some.integers(0, len(text)))
    last = min(len(text), first + data.draw(some.integers(0, 30)))
    return (
        text[:first]
        + data.draw(some.sampled_from(["", 2 * text[first:last], "=", "[", "\x00", "{}"]))
        + text[last:]
    )


def change(data: Any, table: dict[str, Any]) -> None:
    """Replace, remove, add or rename one value, at any depth."""
    places = [(table, key) for key in table]
    places += [(holder, key) for value in table.values() for holder, key in _places(value)]
    if not places:
        table["size"] = data.draw(VALUES)
        return
    holder, key = data.draw(some.sampled_from(places))
    how = data.draw(some.sampled_from(["replace", "replace", "replace", "remove", "add", "rename"]))
    if how == "remove":
        del holder[key]
    elif how == "replace":
        holder[key] = data.draw(VALUES)
    elif isinstance(holder, list):
        holder.append(data.draw(VALUES))
    elif how == "rename":
        holder[f"{key}s"] = holder.pop(key)
    else:
        holder[data.draw(some.text(max_size=5))] = data.draw(VALUES)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield value, key
        yield from _places(inner)


def toml(value: Any, top: bool = True) -> str:
    """TOML text of plain data."""
    if isinstance(value, dict):
        rows = [f"{json.dumps(key)} = {toml(inner, top=False)}" for key, inner in value.items()]
        return "\n".join(rows) if top else "{" + ", ".join(rows) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(toml(inner, top=False) for inner in value) + "]"
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else str(value)
    return json.dumps(value)


def read_experiment(text: str, _: Path) -> Any:
    return reading.read_experiment(text, "fuzz", "fuzz.toml")


def read_training(text: str, _: Path) -> Any:
    return reading.read_training(text, "fuzz", "fuzz.toml")


def read_study(text: str, folder: Path) -> Any:
    path = folder / "fuzz.toml"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    return load_study(path)


def judge(outcomes: Outcomes, read: Any, text: str, folder: Path) -> None:
    """Read a text, and say how it ended."""
    begin = time.perf_counter()
    name = read.__name__
    try:
        read(text, folder)
        outcomes.held(name, "read")
    except NeurosimError as error:
        outcomes.held(name, type(error).__name__)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        outcomes.broke(name, f"{type(error).__name__}: {error} ({place.filename}:{place.lineno})\n{text}\n")
    if time.perf_counter() - begin > 10.0:
        outcomes.broke(name, f"took {time.perf_counter() - begin:.0f} s\n{text}\n")


if __name__ == "__main__":
    run_attack(attack, __doc__, 3000)
