"""Public functions and classes called with odd arguments.

    python tests/reliability/fuzz_calls.py [--count N]

Each call takes a public name of the table of signatures; arguments are mostly what their name says (a small network, a
run, a task), others are left out or odd: wrong kinds, negative, infinite, empty, of wrong shape. Promise: a result, or
an error of the package; no call takes longer than a minute, but runs of 10**12 steps. Results with NaN are counted
apart, since in some of them it is documented.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import os
import signal
import sys
import traceback
import warnings
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from outcomes import Outcomes, run_attack

import neurosim as ns
from neurosim.errors import NeurosimError

sys.path.insert(0, str(Path(__file__).parents[1]))
from signatures import public_callables

SKIPPED = ("experiments.run", "experiments.resume", "report.", "load_plugin", "check_plugin", "ensemble")
"""Those that compute for minutes, or run files."""
HUGE = 10**12
ODD: list[Any] = [
    *(None, -1, 0, 3, 2.5, -0.5, float("nan"), float("inf"), True, "", "tanh", "nonsense", HUGE, 1j, b"x"),
    *(
        (),
        [],
        {},
        {"a": 1},
        np.zeros(0),
        np.zeros((2, 3)),
        np.full(3, np.nan),
        np.array(["a"]),
        object(),
        print,
        ns,
    ),
]


class TooLong(BaseException):
    """A call that does not end."""


def attack(count: int, seed: int, folder: Path) -> Outcomes:
    """Call public names with random arguments."""
    matplotlib.use("Agg")
    outcomes, rng, good = Outcomes(), np.random.default_rng(seed), usual(folder)
    names = [(name, found) for name, found in public_callables() if _is_called(name)]
    signal.signal(signal.SIGALRM, _stop)
    before = Path.cwd()
    os.chdir(folder)  # where names become files
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(count):
            name, signature = names[rng.integers(len(names))]
            call(outcomes, name, signature, arguments(signature, good, rng))
    os.chdir(before)
    return outcomes


def usual(folder: Path) -> dict[str, list[Any]]:
    """What arguments of a name usually are."""
    task = ns.tasks.And(fixation=2.0, stimulus=2.0, delay=2.0, response=4.0)
    network = ns.Network(
        ns.LeakyRate("tanh"), ns.Gaussian(0.9), 6, inputs=task.inputs, outputs=task.outputs, rng=0
    )
    run = ns.simulate(network, 10.0, 0.5, trials=2, rng=0, progress=False)
    trainer = ns.BPTT(dt=1.0, epochs=1, trials_per_epoch=8, batch_size=4)
    named: dict[str, list[Any]] = {
        "network": [network],
        "activity": [run, run.rates],
        "run": [run],
        "task": [task],
        "trials": [task.trials(3, dt=1.0, rng=0)],
        "trainer": [trainer],
        "duration": [4.0],
        "dt": [0.5],
        "state": [np.zeros(6)],
        "path": [folder / "x.npz"],
        "neuron": [network.neuron],
        "connectivity": [network.connectivity],
        "size": [5],
        "count": [2],
        "rng": [0],
        "progress": [False],
        "tau": [2.0],
        "gain": [0.5],
    }
    for other, like in {
        "first": "activity",
        "second": "activity",
        "before": "network",
        "after": "network",
        "trained": "network",
        "source": "activity",
        "target": "activity",
        "thing": "network",
    }.items():
        named[other] = named[like]
    return named


def arguments(
    signature: inspect.Signature, good: dict[str, list[Any]], rng: np.random.Generator
) -> dict[str, Any]:
    """Arguments of a call: at most two are odd."""
    parameters = [p for p in signature.parameters.values() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    chosen = {p.name: good[p.name][rng.integers(len(good[p.name]))] for p in parameters if p.name in good}
    odd = rng.choice(len(parameters), size=min(len(parameters), int(rng.integers(1, 3))), replace=False)
    for k in odd:
        chosen[parameters[k].name] = ODD[rng.integers(len(ODD))]
    missing = [p.name for p in parameters if p.default is p.empty and p.name not in chosen]
    return {**chosen, **{name: ODD[rng.integers(len(ODD))] for name in missing}}


def call(outcomes: Outcomes, name: str, signature: inspect.Signature, given: dict[str, Any]) -> None:
    """Call once, and say how it ended."""
    thing = _thing(name)
    shown = ", ".join(f"{key}={str(value)[:40]!r}" for key, value in given.items())
    signal.alarm(60)
    try:
        bound = inspect.BoundArguments(signature, given)  # type: ignore[arg-type]
        result = thing(*bound.args, **bound.kwargs)
        outcomes.held(name.split(".")[1], "result with NaN" if _has_nan(result) else "result")
    except NeurosimError:
        outcomes.held(name.split(".")[1], "error of the package")
    except TooLong:
        # a run of so many steps shows its progress, and ends when its user has enough
        if any(type(value) is int and value == HUGE for value in given.values()):
            outcomes.held(name.split(".")[1], "longer than a minute, as asked")
        else:
            outcomes.broke(name, f"{name}({shown}): no end after a minute")
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        outcomes.broke(
            name, f"{type(error).__name__}: {str(error)[:100]} ({place.filename}:{place.lineno}) ({shown})"
        )
    finally:
        signal.alarm(0)
        import matplotlib.pyplot as plt

        plt.close("all")


def _thing(name: str) -> Any:
    thing: Any = ns
    for part in name.split(".")[1:]:
        thing = getattr(thing, part)
    return thing


def _is_called(name: str) -> bool:
    # abstract classes are not called: Python itself says so
    return not any(part in name for part in SKIPPED) and not inspect.isabstract(_thing(name))


def _stop(*_: object) -> None:
    raise TooLong


def _has_nan(result: Any) -> bool:
    fields = vars(result).values() if hasattr(result, "__dict__") else [result]
    arrays = [np.asarray(each) for each in fields if isinstance(each, (float, np.ndarray))]
    return any(array.dtype.kind == "f" and np.isnan(array).any() for array in arrays)


if __name__ == "__main__":
    run_attack(attack, __doc__, 2000)
