"""Studies of many networks: a function measured at many points, by any number of workers, gathered in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neurosim.public_modules import load_on_first_use

if TYPE_CHECKING:
    from neurosim.sweep.declared import load_study
    from neurosim.sweep.page import write_page
    from neurosim.sweep.status import Status, study_status
    from neurosim.sweep.study import Sweep
    from neurosim.sweep.table import Table

__all__ = ["Status", "Sweep", "Table", "load_study", "study_status", "write_page"]

# every worker process imports this room
__getattr__ = load_on_first_use(
    __name__,
    {
        "Status": "status",
        "Sweep": "study",
        "Table": "table",
        "load_study": "declared",
        "study_status": "status",
        "write_page": "page",
    },
)
