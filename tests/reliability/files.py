"""Files that are damaged or made to harm: cut short, flipped, swollen, with pickles, with names that lead elsewhere.

    python tests/reliability/files.py [--count N]

A saved network, run, training, result and task are damaged N times and loaded. Promise: the same object, or
StorageError or MemoryLimitError; no more than 300 MB more of memory; nothing is written outside the folder, and nothing
is run.
"""

from __future__ import annotations

import io
import json
import pickle
import tempfile
import traceback
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from outcomes import Outcomes, run_attack

import neurosim as ns
from neurosim.errors import MemoryLimitError, NeurosimError, StorageError

BOMB = 500_000_000
"""Bytes that a member of some kilobytes unpacks to."""
MOST = 300e6
"""Bytes by which memory may grow while files are refused."""


def attack(count: int, seed: int, folder: Path) -> Outcomes:
    """All attacks of this file."""
    outcomes, rng = Outcomes(), np.random.default_rng(seed)
    inner = folder / "inner"
    inner.mkdir()
    saved = save_all(inner)
    before = largest_memory()
    for _ in range(count):
        path = saved[rng.integers(len(saved))]
        damage_bytes(outcomes, path, inner / "damaged.npz", rng)
        damage_header(outcomes, path, inner / "damaged.npz", rng)
    for name, content in made_to_harm(saved[0]).items():
        (inner / "harm.npz").write_bytes(content)
        load(outcomes, inner / "harm.npz", name, None)
    grown = largest_memory() - before
    outcomes.judge("memory of all of them", "bounded", grown < MOST, f"{grown / 1e6:.0f} MB")
    strangers = {path.name for path in folder.iterdir()} - {"inner"}
    outcomes.judge("files outside the folder", "none", not strangers, strangers)
    return outcomes


def save_all(folder: Path) -> list[Path]:
    """One file of each kind of thing."""
    task = ns.tasks.Xor(fixation=2.0, stimulus=2.0, delay=2.0, response=4.0)
    network = ns.Network(
        ns.LeakyRate("tanh"), ns.Sparse(0.5), 6, inputs=task.inputs, outputs=task.outputs, rng=0
    )
    things = {
        "network": network,
        "run": ns.simulate(network, 2.0, 0.5, rng=0, progress=False),
        "training": ns.BPTT(dt=1.0, epochs=1, trials_per_epoch=8, batch_size=4).fit(
            network, task, rng=0, progress=False
        ),
        "trials": task.trials(3, dt=1.0, rng=0),
        "result": ns.analysis.spectrum(network),
        "task": task,
    }
    for name, thing in things.items():
        ns.save(thing, folder / f"{name}.npz")
    return [folder / f"{name}.npz" for name in things]


def damage_bytes(outcomes: Outcomes, path: Path, damaged: Path, rng: np.random.Generator) -> None:
    """Cut a file short, flip one bit, or overwrite a piece."""
    content = bytearray(path.read_bytes())
    place, kind = int(rng.integers(len(content))), str(rng.choice(["cut short", "flipped", "overwritten"]))
    if kind == "cut short":
        content = content[:place]
    elif kind == "flipped":
        content[place] ^= 1 << int(rng.integers(8))
    else:
        content[place : place + 16] = rng.bytes(16)
    damaged.write_bytes(bytes(content))
    load(outcomes, damaged, kind, path)


def damage_header(outcomes: Outcomes, path: Path, damaged: Path, rng: np.random.Generator) -> None:
    """Put something else in one place of the header, in an archive whose checksums are right."""
    members = read_members(path)
    header = json.loads(members["header.json"])
    holder, key = places(header["content"])[rng.integers(len(places(header["content"])))]
    odd = [
        None,
        -1,
        10**30,
        "",
        "../x",
        [],
        {},
        {"array": "../../x"},
        {"float": "nan"},
        "os.system",
        True,
        [[[]]],
        1e308,
    ]
    holder[key] = odd[rng.integers(len(odd))]
    members["header.json"] = json.dumps(header).encode()
    damaged.write_bytes(archive(members))
    load(outcomes, damaged, "header changed", None)


def places(value: Any) -> list[tuple[Any, Any]]:
    """All pairs of a holder and a key in plain data."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [pair for key, inner in items for pair in [(value, key), *places(inner)]]


def read_members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as members:
        return {name: members.read(name) for name in members.namelist()}


def archive(members: Mapping[str, bytes | int], compression: int = zipfile.ZIP_STORED) -> bytes:
    """Bytes of a zip archive; a number stands for so many spaces, in blocks, so that they take no memory here."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as written:
        for name, content in members.items():
            if isinstance(content, bytes):
                written.writestr(name, content)
                continue
            with written.open(name, "w") as member:
                for _ in range(content // 1_000_000):
                    member.write(1_000_000 * b" ")
    return file.getvalue()


class Harm:
    """What a pickle would run."""

    def __reduce__(self) -> Any:
        return (Path.touch, (Path("pickle-was-run"),))


def made_to_harm(path: Path) -> dict[str, bytes]:
    """Files that somebody made, by what they try."""
    members = read_members(path)
    array = next(name for name in members if name.endswith(".npy"))
    objects = io.BytesIO()
    np.save(objects, np.array([Harm()], dtype=object), allow_pickle=True)
    shape = members[array][:10] + members[array][10:].replace(b"'shape': (", b"'shape': (9999999999, ", 1)
    nested = ('{"array":' * 5000 + '""' + "}" * 5000).encode()
    return {
        "pickle alone": pickle.dumps(Harm()),
        "pickled array": archive({**members, array: objects.getvalue()}),
        "names that lead out": archive({**members, "../outside.npy": b"x", "/tmp/outside.npy": b"x"}),
        "huge shape": archive({**members, array: shape}),
        "zip bomb as array": archive({**members, array: BOMB}, zipfile.ZIP_DEFLATED),
        "zip bomb as header": archive({**members, "header.json": BOMB}, zipfile.ZIP_DEFLATED),
        "deep header": archive(
            {**members, "header.json": b'{"format":"neurosim","version":1,"content":' + nested + b"}"}
        ),
        "number too long": archive(
            {**members, "header.json": b'{"format":"neurosim","version":' + b"9" * 5000 + b"}"}
        ),
    }


def load(outcomes: Outcomes, path: Path, attack: str, original: Path | None) -> None:
    """Load a damaged file, and say how it ended."""
    try:
        loaded = ns.load(path)
    except (StorageError, MemoryLimitError) as error:
        outcomes.held(attack, type(error).__name__)
    except NeurosimError as error:
        outcomes.broke(attack, f"{type(error).__name__}: {error}")
    except BaseException as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        outcomes.broke(attack, f"{type(error).__name__}: {error} ({place.filename}:{place.lineno})")
    else:
        if original is None or same(loaded, ns.load(original)):
            outcomes.held(attack, "loaded" if original is None else "loaded, the same")
        else:
            outcomes.broke(attack, f"{original.name} became another {type(loaded).__name__}")


def same(one: Any, other: Any) -> bool:
    """Whether two things would be saved alike."""
    contents = []
    with tempfile.TemporaryDirectory() as folder:
        for thing in (one, other):
            ns.save(thing, Path(folder) / "thing.npz")
            contents.append((Path(folder) / "thing.npz").read_bytes())
    return contents[0] == contents[1]


def largest_memory() -> float:
    """Most memory in bytes that this process has had."""
    import resource

    return 1024.0 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    run_attack(attack, __doc__, 500)
