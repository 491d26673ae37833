"""Dynamical similarity of forty networks, beside dsa-metric of the authors of the method."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np
from measure import Row

import neurosim as ns

NETWORKS, TRIALS, STEPS = 40, 5, 400
DELAYS, RANK = 100, 15
RECORDED = 10
"""Units whose activity both packages see: dsa-metric needs at least as many windows as they have numbers."""
SHARED = 6
"""Networks that dsa-metric compares; its seconds for all are those for each operator and for each pair, scaled up."""


def runs(units: int) -> list[np.ndarray]:
    """Activity of networks of 100 units, from silence to chaos, shape (trials, samples, units) each."""
    gains = np.linspace(0.8, 2.4, NETWORKS)
    order = np.random.default_rng(0).permutation(NETWORKS)
    networks = [ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gains[k]), 100, rng=int(k)) for k in order]
    settings: dict[str, Any] = {"trials": TRIALS, "rng": 1, "progress": False, "record": "states"}
    return [
        ns.simulate(network, 0.1 * STEPS, 0.1, "rk4", units=range(units), **settings).states
        for network in networks
    ]


def _timed(run: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of the processor, which other processes do not lengthen; everything is on one thread."""
    begin = time.process_time()
    result = run()
    return time.process_time() - begin, result


def _peer(activities: list[np.ndarray], method: str) -> tuple[float, np.ndarray]:
    """Seconds of dsa-metric for all networks, scaled up from some, and their distances as it defines them."""
    import torch

    peer = importlib.import_module("DSA")
    torch.set_num_threads(1)
    torch.manual_seed(0)
    operators = [peer.DMD(each, n_delays=DELAYS, rank=RANK) for each in activities[:SHARED]]
    fitting, _ = _timed(lambda: [operator.fit() for operator in operators])
    compare = peer.SimilarityTransformDist(iters=1500, lr=5e-3, score_method=method)
    rows, columns = np.triu_indices(SHARED, 1)
    comparing, found = _timed(
        lambda: [
            float(compare.fit_score(operators[i].A_v, operators[j].A_v))
            for i, j in zip(rows, columns, strict=True)
        ]
    )
    pairs = NETWORKS * (NETWORKS - 1) // 2
    return fitting * NETWORKS / SHARED + comparing * pairs / len(rows), np.array(found)


def _row(work: str, kind: str, method: str, activities: list[np.ndarray]) -> Row:
    from scipy.stats import spearmanr

    seconds, result = _timed(
        lambda: ns.analysis.similarity(activities, kind, delays=DELAYS, rank=RANK, progress=False)
    )
    row = Row(work, {"s": seconds}, {"s": ("<=", 60.0)})
    if method and find_spec("DSA") is not None:
        slow, theirs = _peer(activities, method)
        own = result.distances[:SHARED, :SHARED][np.triu_indices(SHARED, 1)]
        own = own**2 if method == "wasserstein" else own
        row.numbers |= {
            "dsa-metric s, scaled up": slow,
            "dsa-metric / neurosim": slow / seconds,
            "rank correlation": float(spearmanr(own, theirs).statistic),
            "neurosim - dsa-metric, mean": float(np.mean(own - theirs)),
            "largest": float(np.max(own - theirs)),
        }
        row.goals |= {"rank correlation": (">=", 0.95)}
    return row


def rows() -> Iterator[Row]:
    """One row for each form of the distance."""
    ns.analysis.similarity([each[:, :150] for each in runs(3)[:2]], progress=False)  # imports
    some = runs(RECORDED)
    work = f"{NETWORKS} networks, {RECORDED} units recorded, {DELAYS} delays, rank {RANK}"
    row = _row(f"Procrustes, {work}", "dynamics", "angular", some)
    row.goals["dsa-metric / neurosim"] = (">=", 10.0)
    yield row
    yield _row(f"eigenvalues, {work}", "dynamics_eigenvalues", "wasserstein", some)
    everything = f"{NETWORKS} networks, 100 units recorded, {DELAYS} delays, rank {RANK}"
    yield _row(f"Procrustes, {everything}", "dynamics", "", runs(100))
