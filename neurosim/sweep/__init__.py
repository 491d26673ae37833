"""Studies of many networks: a function measured at many points, by any number of workers, gathered in a table."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neurosim.sweep.declared import load_study
    from neurosim.sweep.page import write_page
    from neurosim.sweep.status import Status, study_status
    from neurosim.sweep.study import Sweep
    from neurosim.sweep.table import Table

__all__ = ["Status", "Sweep", "Table", "load_study", "study_status", "write_page"]

# loaded on first use, since every worker process imports this room
_HOMES = {
    "Status": "status",
    "Sweep": "study",
    "Table": "table",
    "load_study": "declared",
    "study_status": "status",
    "write_page": "page",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"neurosim.sweep.{_HOMES[name]}"), name)
