"""Fixtures that many tests share."""

from __future__ import annotations

import zlib

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")


@pytest.fixture
def rng(request):
    """Generator seeded by the test's own name, so that no test depends on another."""
    return np.random.default_rng(zlib.crc32(request.node.name.encode()))
