"""Progress: a line a minute in a log, one line in a notebook that ends at the end, nothing where it is not wanted."""

import sys
import types

import pytest

import neurosim.progress as progress
from neurosim.progress import progress_bar


@pytest.fixture
def clock(monkeypatch):
    """Time that passes only when it is told to."""
    now = types.SimpleNamespace(seconds=100.0)
    monkeypatch.setattr(progress.time, "monotonic", lambda: now.seconds)
    return now


@pytest.fixture
def log(monkeypatch, capsys):
    """What is written to standard error, which is not a terminal here."""
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    return lambda: capsys.readouterr().err


def test_a_log_gets_a_line_a_minute(clock, log):
    """100 updates of 3 s are five minutes: after 20 updates each, a line says where the work is."""
    with progress_bar(100, "BPTT", "update") as bar:
        for _ in range(100):
            clock.seconds += 3.0
            bar.set_postfix_str("loss 0.5", refresh=False)
            bar.update(1)
    lines = log().splitlines()
    assert lines[0] == "BPTT: 20 of 100 updates (20 %), loss 0.5; 1 min 0 s, 4 min 0 s left"
    assert lines[-1] == "BPTT: 100 of 100 updates (100 %), loss 0.5; 5 min 0 s"
    assert len(lines) == 5


def test_short_work_leaves_no_line_in_a_log(clock, log):
    with progress_bar(10, "BPTT", "update") as bar:
        for _ in range(10):
            clock.seconds += 5.0
            bar.update(1)
    assert log() == ""


def test_nothing_is_shown_where_it_is_not_wanted(clock, log):
    with progress_bar(10, "BPTT", "update", show=False) as bar:
        clock.seconds += 1000.0
        bar.update(10)
    assert log() == ""


@pytest.mark.parametrize("finished", [True, False])
def test_a_notebook_keeps_the_last_line_only(clock, log, monkeypatch, finished):
    shown = []

    class Handle:
        def update(self, text, raw):
            assert raw
            shown[-1] = text["text/plain"]

    def display(text, raw, display_id):
        assert (raw, display_id) == (True, True)
        shown.append(text["text/plain"])
        return Handle()

    monkeypatch.setitem(sys.modules, "ipykernel", types.ModuleType("ipykernel"))
    fake = types.ModuleType("IPython.display")
    fake.display = display
    monkeypatch.setitem(sys.modules, "IPython", types.ModuleType("IPython"))
    monkeypatch.setitem(sys.modules, "IPython.display", fake)
    done = 100 if finished else 40
    try:
        with progress_bar(100, "BPTT", "update") as bar:
            for _ in range(done):
                clock.seconds += 0.1
                bar.update(1)
            if not finished:
                raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    # the interval between changes ends in between: the line that stays is that of the end, when no time is left
    assert shown == [f"BPTT: {done} of 100 updates ({done} %); {done // 10} s"]
    assert log() == ""
