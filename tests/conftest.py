"""Fixtures that many tests share."""

from __future__ import annotations

import signal
import zlib

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")

# a shell lets the jobs that it starts in the background ignore SIGINT, and their children too; tests of Ctrl-C send it
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def rng(request):
    """Generator seeded by the test's own name, so that no test depends on another."""
    return np.random.default_rng(zlib.crc32(request.node.name.encode()))
