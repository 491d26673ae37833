"""Published results by one command: studies of papers, their claims, and pages that show both beside our numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neurosim.public_modules import load_on_first_use
from neurosim.reproduce.claim import Claim
from neurosim.reproduce.estimates import (
    Estimate,
    for_infinite_size,
    jackknife,
    over_networks,
    share_of_networks,
)
from neurosim.reproduce.figure import Figure
from neurosim.reproduce.padding import pad_rows
from neurosim.reproduce.paper import Paper
from neurosim.reproduce.rules import AtLeast, AtMost, Between, Holds, Within
from neurosim.reproduce.settings import Settings
from neurosim.reproduce.study import Study

if TYPE_CHECKING:
    from neurosim.reproduce.catalog import studies
    from neurosim.reproduce.gallery import write_gallery
    from neurosim.reproduce.reproduction import Reproduction
    from neurosim.reproduce.running import run
    from neurosim.reproduce.work import Work

__all__ = [
    "AtLeast",
    "AtMost",
    "Between",
    "Claim",
    "Estimate",
    "Figure",
    "Holds",
    "Paper",
    "Reproduction",
    "Settings",
    "Study",
    "Within",
    "Work",
    "for_infinite_size",
    "jackknife",
    "over_networks",
    "pad_rows",
    "run",
    "share_of_networks",
    "studies",
    "write_gallery",
]

# every worker process imports this room with the study whose networks it computes
__getattr__ = load_on_first_use(
    __name__,
    {
        "Reproduction": "reproduction",
        "Work": "work",
        "run": "running",
        "studies": "catalog",
        "write_gallery": "gallery",
    },
)


def __dir__() -> list[str]:
    return __all__
