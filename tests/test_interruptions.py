"""Ctrl-C in a block that must not be left half done."""

import signal
import threading
import zipfile

import numpy as np
import pytest

from neurosim.interruptions import delay_interrupts
from neurosim.storage.archive import write_archive
from neurosim.sweep.files import read_arrays, write_arrays

pytestmark = pytest.mark.skipif(not hasattr(signal, "raise_signal"), reason="needs signals")


def test_waits_for_the_end_of_the_block():
    done = []

    def block():
        with delay_interrupts():
            signal.raise_signal(signal.SIGINT)
            done.append("block")

    with pytest.raises(KeyboardInterrupt):
        block()
    assert done == ["block"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_waits_for_the_outermost_block():
    done = []

    def outer():
        with delay_interrupts():
            with delay_interrupts():
                signal.raise_signal(signal.SIGINT)
            done.append("outer")

    with pytest.raises(KeyboardInterrupt):
        outer()
    assert done == ["outer"]


def test_leaves_the_handler_of_somebody_else_alone():
    came = []
    before = signal.signal(signal.SIGINT, lambda *_: came.append("theirs"))
    try:
        with delay_interrupts():
            signal.raise_signal(signal.SIGINT)
            assert came == ["theirs"]
    finally:
        signal.signal(signal.SIGINT, before)


def test_does_nothing_in_other_threads():
    seen = []

    def look():
        with delay_interrupts():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGINT)]


@pytest.fixture
def interrupt_in_member(monkeypatch):
    """Ctrl-C at the moment when a member of an archive has been opened for writing, at which zipfile cannot end."""
    original = zipfile.ZipFile.open

    def interrupted(self, name, mode="r", **options):
        member = original(self, name, mode, **options)
        if mode == "w":
            signal.raise_signal(signal.SIGINT)
        return member

    monkeypatch.setattr(zipfile.ZipFile, "open", interrupted)


@pytest.mark.usefixtures("interrupt_in_member")
def test_the_result_of_a_point_is_written_or_not(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        write_arrays(tmp_path / "point.npz", {"rate": np.arange(3.0)})
    assert read_arrays(tmp_path / "point.npz") == {}


@pytest.mark.usefixtures("interrupt_in_member")
def test_a_saved_file_is_written_or_not(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        write_archive(tmp_path / "file.npz", {}, {"rate": np.arange(3.0)})
    assert list(tmp_path.iterdir()) == []
