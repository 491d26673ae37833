"""``ns.load`` reads files that were saved, and refuses folders that are not those of studies."""

import pytest

import neurosim as ns
from neurosim.errors import ParameterError, StorageError


def test_files_are_read(tmp_path):
    network = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(), size=5, rng=0)
    network.save(tmp_path / "network.npz")
    assert ns.load(tmp_path / "network.npz").equals(network)
    assert ns.load(str(tmp_path / "network.npz")).equals(network)


def test_what_is_not_there_is_named(tmp_path):
    with pytest.raises(StorageError, match=r"none\.npz not found"):
        ns.load(tmp_path / "none.npz")
    with pytest.raises(ParameterError, match=r"folder must hold a study .*without study\.json"):
        ns.load(tmp_path)


def test_what_is_not_a_path_is_named():
    with pytest.raises(
        ParameterError, match=r"path must be text or a path \(got .*\); try path='network.npz'"
    ):
        ns.load(1.5)
