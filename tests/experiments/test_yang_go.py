"""The shipped training of the network of the thesis."""

import json

import pytest

import neurosim as ns
from neurosim.experiments import load_training, run_training


def test_it_declares_the_published_network_and_trainer():
    plan = load_training("yang_go").network
    assert plan.task == ns.tasks.yang2019("go")
    assert plan.build(0).equals(ns.Network.for_task(plan.task, dtype="float32", rng=0))
    # how long it learns is its own; the rest is as published
    own = {name: getattr(plan.trainer, name) for name in ("epochs", "trials_per_epoch", "stopping")}
    assert plan.trainer == ns.BPTT.for_task(plan.task, **own)


@pytest.mark.slow
def test_it_learns_go(tmp_path):
    results = run_training(load_training("yang_go"), folder=tmp_path / "results", progress=False)
    summary = json.loads((results.folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["complete"]
    assert summary["networks"]["trained"]["accuracy"] >= 0.95
    # a direction at random is within 36 degrees in a fifth of the trials
    assert summary["networks"]["untrained"]["accuracy"] < 0.4
