"""A study of seconds, for tests of what runs studies."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurosim.reproduce import (
    AtLeast,
    AtMost,
    Between,
    Claim,
    Estimate,
    Figure,
    Holds,
    Paper,
    Study,
    Within,
    over_networks,
    share_of_networks,
)

SETTINGS = {"network": {"sizes": [10, 20], "count": 4}, "mean": 0.5, "data": {"folder": ""}}


def average(size: int, mean: float, rng: Any) -> dict[str, Any]:
    """Mean of random numbers; raises for one unit."""
    if size == 1:
        raise ValueError("one unit has no spread")
    values = mean + 0.1 * rng.standard_normal(size)
    return {"mean": float(values.mean()), "spread": float(values.std())}


def compute(settings, work):
    """One table."""
    work.data(
        "weights of others", settings["data.folder"], "to be had at example.org; --set data.folder=FOLDER"
    )
    sizes, seeds = settings["network.sizes"], range(settings["network.count"])
    return {"table": work.sweep("average", average, size=sizes, mean=settings["mean"], seed=seeds)}


def claims(settings):
    """One for each rule, one that fails, one without an estimate, one that needs data."""
    return [
        Claim("mean", "The mean is one half.", 0.5, "page 1", Within("3 standard errors of 0.1/√80", absolute=0.04)),
        Claim("at least", "It is positive.", 0.0, "page 1", AtLeast("a bound")),
        Claim("at most", "It is below one.", 1.0, "page 1", AtMost("a bound")),
        Claim("between", "The spread is near 0.1.", 0.1, "page 2", Between(0.05, 0.15, "few samples")),
        Claim("relation", "All means are positive.", None, "page 2", Holds("five standard deviations")),
        Claim("wrong", "The mean is two.", 2.0, "page 3", Within("none", relative=0.01), known="it is one half."),
        Claim("forgotten", "Nothing estimates this.", 1.0, "page 3", AtMost("a bound")),
        Claim("theirs", "Their weights are large.", 1.0, "data", AtLeast("a bound"), needs="weights of others"),
    ]  # fmt: skip


def estimates(found, settings):
    """From the table."""
    table = found["table"]
    mean = over_networks(table["mean"])
    return {
        "mean": mean,
        "at least": mean,
        "at most": mean,
        "between": over_networks(table["spread"]),
        "relation": share_of_networks(table["mean"] > 0.0),
        "wrong": mean,
        "theirs": Estimate(float("nan")),
    }


def draw(found, settings, ax):
    """All means."""
    ax.plot(found["table"].parameters["size"], found["table"]["mean"], "o")
    ax.set(xlabel="size", ylabel="mean")


def draw_nothing(found, settings, ax):
    """Fails as a figure may that lacks its data."""
    raise np.linalg.LinAlgError("there is nothing to draw")


STUDY = Study(
    name="toy1999",
    paper=Paper("Nobody 1999", "Means of random numbers", "J. Toys 1, 1", "@article{nobody1999,\n title={Means}\n}"),
    question="Is the mean one half? It is.",
    reproduced="means",
    method="Random numbers are averaged.\n\nTwice.",
    settings=SETTINGS,
    quick={"network.sizes": [10]},
    minutes=(0.1, 0.1),
    compute=compute,
    claims=claims,
    estimates=estimates,
    figures=[
        Figure("means", "Means over size", "Figure 1 has the same.", draw),
        Figure("nothing", "Nothing", "Figure 2 is empty.", draw_nothing),
    ],
    deviations={"Fewer numbers": "The paper had more."},
    equations={"mean (1)": "numpy.mean"},
    change={"More networks:": "--set network.count=9"},
)  # fmt: skip
