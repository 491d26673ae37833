"""Studies on a real Dask cluster of two processes."""

import logging
import os
import sys
import warnings
from pathlib import Path

import measures_for_tests as measures
import numpy as np
import pytest

from neurosim.errors import ParameterError, StudyWarning
from neurosim.sweep import Sweep
from neurosim.sweep.points import seed_of

dask = pytest.importorskip("dask")
distributed = pytest.importorskip("distributed")

pytestmark = pytest.mark.filterwarnings("ignore")  # those of a cluster whose workers are killed


@pytest.fixture(scope="module")
def client():
    """Client of two worker processes that can import the functions of the tests."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(measures.__file__).parent), *filter(None, [before])])
    try:
        with (
            # fewer than Dask allows, since a worker takes seconds to start again; a task may lose its worker by itself,
            # and once more by the other point that kills one
            dask.config.set({"distributed.scheduler.allowed-failures": 2}),
            distributed.LocalCluster(
                n_workers=2,
                threads_per_worker=1,
                processes=True,
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
            ) as cluster,
            distributed.Client(cluster) as found,
        ):
            yield found
    finally:
        os.environ.pop("PYTHONPATH")
        if before is not None:
            os.environ["PYTHONPATH"] = before


def test_a_client_gives_the_same_bits_as_no_worker(client, tmp_path):
    study = Sweep(measures.draw, gain=[1.0, 2.0], seed=range(6))
    table = study.run(tmp_path, client)
    expected = [
        measures.draw(**point.values, rng=np.random.default_rng(seed_of(point.identity)))
        for point in study.points()
    ]
    for name in expected[0]:
        assert table[name].tobytes() == np.array([found[name] for found in expected]).tobytes()


def test_an_address_will_do(client, tmp_path):
    address = client.cluster.scheduler_address
    table = Sweep(measures.trivial, number=range(20)).run(tmp_path, address)
    np.testing.assert_array_equal(table["trivial"], np.arange(20.0) ** 2)


def test_killed_workers_cost_no_point(client, tmp_path):
    (tmp_path / "marks").mkdir()
    study = Sweep(measures.killing_once, gain=[1.0, 2.0], seed=range(6), marks=[str(tmp_path / "marks")])
    table = study.run(tmp_path / "study", client)
    assert len(list((tmp_path / "marks").iterdir())) == 2
    assert not table.failures()["seed"].size
    expected = [np.random.default_rng(seed_of(point.identity)).normal(size=4) for point in study.points()]
    assert table["values"].tobytes() == np.array(expected).tobytes()


def test_a_point_that_kills_every_worker_fails_alone(client, tmp_path):
    with pytest.warns(StudyWarning, match="1 of 4 points failed"):
        table = Sweep(measures.killed, number=range(4)).run(tmp_path, client)
    assert [error[:12] for error in table.errors] == ["", "", "WorkerKilled", ""]


def test_points_that_wait_at_a_killed_worker_are_not_blamed(client, tmp_path):
    # four points are under way on two workers; Dask blames all that a worker has when it is killed
    with pytest.warns(StudyWarning, match="1 of 6 points failed"):
        table = Sweep(measures.killed_beside_slow, number=range(6)).run(tmp_path, client)
    assert [error[:12] for error in table.errors] == ["", "", "WorkerKilled", "", "", ""]


def test_a_scheduler_that_does_not_answer_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("neurosim.sweep.executors.PATIENCE", 1.0)
    with pytest.raises(ParameterError, match=r"got 'tcp://127\.0\.0\.1:1', which does not answer"):
        Sweep(measures.trivial, number=[1]).run(tmp_path, "tcp://127.0.0.1:1")


def test_an_address_without_dask_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        warnings.catch_warnings(),
        pytest.raises(ParameterError, match=r"needs Dask; install it with .*\[dask\]"),
    ):
        Sweep(measures.trivial, number=[1]).run(tmp_path, "tcp://127.0.0.1:1")
