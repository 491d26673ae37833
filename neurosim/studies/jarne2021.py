"""Jarne (2021): two or three logic gates in one network, selected by the height of a context pulse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import neurosim as ns
from neurosim.reproduce import (
    AtLeast,
    Claim,
    Estimate,
    Figure,
    Holds,
    Paper,
    Settings,
    Study,
    Within,
    Work,
    over_networks,
    share_of_networks,
)
from neurosim.trainers import Adam, ClipNorm

SETTINGS = {
    "gates": [["and", "or", "xor"], ["and", "or"]],
    "sizes": [400, 200],
    "networks": 2,
    # with three gates the authors draw the time between context and pulses: up to 50 more
    "jitter": 50.0,
    "training": {"epochs": 12, "trials_per_epoch": 3200, "batch_size": 64, "learning_rate": 5e-4},
}
QUICK = {"gates": [["and", "or"]], "sizes": [100], "training.epochs": 6, "training.learning_rate": 1e-3}


def train(
    gates: Any,
    size: int,
    jitter: float,
    epochs: int,
    trials_per_epoch: int,
    batch_size: int,
    learning_rate: float,
    rng: Any,
    folder: Path,
) -> dict[str, Any]:
    """Train one network, the map h' = tanh(W h + W_in x); accuracy by gate, eigenvalues, and dimension."""
    task = ns.tasks.LogicMultitask(gates=tuple(gates), jitter=jitter if len(gates) > 2 else 0.0)
    # over 290 steps gradients may grow beyond the range of float32
    start = ns.Network.for_task(task, size=size, rng=rng)
    trainer = ns.BPTT.for_task(task, epochs=epochs, trials_per_epoch=trials_per_epoch, batch_size=batch_size,
                               optimizer=Adam(learning_rate, epsilon_form="keras"), clipping=ClipNorm(0.5),
                               fresh=True)  # fmt: skip
    network = trainer.fit(start, task, rng=rng, progress=False).network
    network.save(folder / "network.npz")
    trials = task.trials(400, 1.0, rng)
    run = ns.simulate(network, **trials.simulation, progress=False)
    right, gate = trials.accuracy(run), trials.conditions["gate"]
    before = ns.analysis.spectrum(start).eigenvalues
    after = ns.analysis.spectrum(network).eigenvalues
    answers = answers_of_contexts(task, network)
    return {
        "accuracy": np.array([right[gate == name].mean() for name in gates]),
        "initial": before,
        "eigenvalues": after,
        "outside": float((np.abs(after) > 1.02).sum()),
        "median": float(np.median(np.abs(after))),
        "shares": ns.analysis.principal_components(run, count=3).shares,
        "answers": answers,
    }


def answers_of_contexts(task: ns.tasks.LogicMultitask, network: ns.Network) -> np.ndarray:
    """Answer to the inputs 00, 01, 10 and 11 while the context goes from −1 to 1, shape (21, 4).

    Heights between those of the training show where the network draws the line between its gates.
    """
    trials = task.replace(jitter=0.0).trials(200, 1.0, 0)
    kinds = 2 * trials.conditions["A"] + trials.conditions["B"]
    four = trials[[int(np.argmax(kinds == kind)) for kind in range(4)]]
    during = four.during("context")[..., 0]
    found = []
    for height in np.linspace(-1.0, 1.0, 21):
        inputs = four.inputs.copy()
        inputs[..., 2] = height * during
        run = ns.simulate(network, **{**four.simulation, "inputs": inputs}, progress=False)
        found.append(four.align(run)[:, -1, 0])
    return np.array(found)


def compute(settings: Settings, work: Work) -> dict[str, Any]:
    """A table by number of gates and size, that of three gates and the largest networks first."""
    names = ("epochs", "trials_per_epoch", "batch_size", "learning_rate")
    shared = {name: settings[f"training.{name}"] for name in names}
    tables = {
        (len(gates), size): work.points(f"{len(gates)} gates, {size} units", ns.Sweep.of(train, [
            {"gates": gates, "size": size, "jitter": settings["jitter"], **shared, "seed": seed}
            for seed in range(settings["networks"])
        ]), memory=1.5e9)
        for gates in settings["gates"] for size in settings["sizes"]
    }  # fmt: skip
    return {"tables": tables}


def claims(settings: Settings) -> list[Claim]:
    """What the paper says of networks with a context code."""
    source = "J. Phys. Complex. 2, 015009 and its code"
    found = []
    for gates in settings["gates"]:
        title = f"{len(gates)} gates"
        for size in settings["sizes"]:
            found.append(
                Claim(f"{title}, {size} units", "Each gate is learned, as the height of the context pulse demands.",
                      None, source, Holds("accuracy of at least 95 % in each gate; a training may need longer",
                                          share=0.75),
                      known="after 600 updates networks of 200 units know two gates, and of three one at most for certain; "
                      "those of 400 units still give one answer to all inputs")
            )  # fmt: skip
        found += [
            Claim(f"{title}: eigenvalues outside", "A few eigenvalues leave the unit circle.", None, source,
                  Holds("one or more of modulus above 1.02, and less than a tenth of all", share=0.75)),
            Claim(f"{title}: bulk", "Median modulus: the others stay in a ring near the unit circle.", 1.0,
                  "exact before training: orthogonal weights",
                  Within("the ring of stored orthogonal networks of the author has medians near 0.99", absolute=0.04)),
            Claim(f"{title}: few dimensions", "Share of the variance of activity along three components.", 0.8,
                  source, AtLeast("activity is described in three components")),
        ]  # fmt: skip
    return found


def estimates(found: dict[str, Any], settings: Settings) -> dict[str, Estimate]:
    """Our numbers, by claim."""
    rows = {}
    for gates in settings["gates"]:
        title = f"{len(gates)} gates"
        tables = [found["tables"][len(gates), size] for size in settings["sizes"]]
        for table, size in zip(tables, settings["sizes"], strict=True):
            rows[f"{title}, {size} units"] = share_of_networks((table["accuracy"] >= 0.95).all(axis=1))
        outside, sizes, medians, shares = (
            np.concatenate([table[name] for table in tables])
            for name in ("outside", "size", "median", "shares")
        )
        rows[f"{title}: eigenvalues outside"] = share_of_networks((outside >= 1) & (outside < 0.1 * sizes))
        rows[f"{title}: bulk"] = over_networks(medians)
        rows[f"{title}: few dimensions"] = over_networks(shares.sum(axis=1))
    return rows


def of_smallest(found: dict[str, Any], settings: Settings) -> Any:
    """Table of the smallest networks with the first gates, of which the figures show one."""
    return found["tables"][len(settings["gates"][0]), min(settings["sizes"])]


def draw_eigenvalues(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Eigenvalues of one network of the smallest size before and after training."""
    table = of_smallest(found, settings)
    for name, color, label in (
        ("initial", "0.7", "before"),
        ("eigenvalues", ns.plotting.COLORS[0], "after training"),
    ):
        values = table[name][0]
        ax.plot(values.real, values.imag, "o", ms=3, color=color, label=label)
    turn = np.linspace(0.0, 2.0 * np.pi, 200)
    ax.plot(np.cos(turn), np.sin(turn), "k--", lw=0.8)
    ax.set(xlabel="Re λ", ylabel="Im λ", aspect="equal")
    ax.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)


def draw_answers(found: dict[str, Any], settings: Settings, ax: Any) -> None:
    """Answers of one network to the four inputs over the height of the context pulse."""
    table = of_smallest(found, settings)
    for kind, label in enumerate(("00", "01", "10", "11")):
        ax.plot(np.linspace(-1.0, 1.0, 21), table["answers"][0][:, kind], "o-", ms=3, label=label)
    ax.set(xlabel="height of the context pulse (−1 or, 0 xor, +1 and)", ylabel="answer")
    ax.legend(fontsize=8, title="A, B", title_fontsize=8)


STUDY = Study(
    name="jarne2021",
    paper=Paper(
        "Jarne 2021",
        "Multitasking in RNN: an analysis exploring the combination of simple tasks",
        "J. Phys. Complex. 2, 015009",
        """
@article{jarne2021multitasking,
  author  = {Jarne, Cecilia},
  title   = {Multitasking in {RNN}: an analysis exploring the combination of simple tasks},
  journal = {Journal of Physics: Complexity},
  volume  = {2},
  pages   = {015009},
  year    = {2021}
}
""",
    ),
    question="Can one network compute several gates, and be told which by a pulse that is long over? Networks learn it "
    "for two gates and for three, again with a few eigenvalues outside of the unit circle.",
    reproduced="two and three gates selected by context in networks of 200 and 400 units",
    method="""Networks are the map h(t+1) = tanh(W h(t) + W_in x(t)) of 200 or 400 units without leak and bias, from
orthogonal weights. A context pulse of height +1 (and), −1 (or) or 0 (xor) comes first, pulses on two channels follow,
and the answer is due 20 steps later. With three gates the time between context and pulses is random.

Gates are tested in new trials. The answers to the four inputs are also found for heights of the context pulse between
those of the training.""",
    settings=SETTINGS,
    quick=QUICK,
    minutes=(15.0, 0.4),
    compute=compute,
    claims=claims,
    estimates=estimates,
    figures=[
        Figure("answers", "Answers of one network over the height of the context pulse",
               "No such figure: the paper shows outputs and trajectories for each input and context.", draw_answers),
        Figure("eigenvalues", "Eigenvalues of one network before and after training, and the unit circle",
               "Eigenvalues of trained networks in the complex plane: a ring, and a few outside.", draw_eigenvalues),
    ],
    deviations={
        "training": "600 updates of 64 new trials with a rate of 0.0005, about the same sum of rates; the author has 20 "
        "epochs of 45,150 stored trials in batches of 256 with 0.0001, which takes 1.5 hours for each network.",
        "clipping": "Gradients are limited to a norm of 0.5, which the larger rate needs.",
        "networks": "Two of each kind.",
    },
    equations={
        "h(t+1) = tanh(W h(t) + W_in x(t))": "ns.Network.for_task(ns.tasks.LogicMultitask())",
        "context code": 'ns.tasks.LogicMultitask(gates=("and", "or", "xor"), jitter=50.0)',
        "training": "ns.BPTT.for_task(task)",
        "spectrum": "ns.analysis.spectrum(network)",
    },
    change={
        "Smaller networks:": "--set sizes=[100]",
        "Longer training:": "--set training.epochs=36",
    },
)  # fmt: skip
