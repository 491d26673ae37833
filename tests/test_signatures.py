"""Public signatures say one thing in one way; ``python tests/signatures.py`` prints the table."""

import inspect
import re

import numpy as np
import pytest
from signatures import public_callables, table

import neurosim.plotting

SIGNATURES = dict(public_callables())
FUNCTIONS = {name: s for name, s in SIGNATURES.items() if name.rpartition(".")[2][0].islower()}

NOT_RESULTS = {"activity", "gains", "network", "panels", "strengths", "table", "trials"}
"""What figures draw that is not the result of an analysis: recordings, networks, trials, tables, scanned values."""

TIMES = {"discard", "dt", "duration", "interval", "longest", "washout", "window"}
"""Parameters that are times; an absolute default would be wrong in another unit of time."""

BRITISH = re.compile(r"analyse(?!s)|behaviour|centre|colour|isation|labelled|neighbour|normalis")


def test_the_table_has_a_line_for_each_public_callable():
    assert len(table().splitlines()) == len(SIGNATURES) > 300


@pytest.mark.parametrize("name", SIGNATURES)
def test_names_have_american_spelling(name):
    words = [name, *SIGNATURES[name].parameters]
    assert not [word for word in words if BRITISH.search(word)]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_random_numbers_come_from_rng(name):
    assert not {"seed", "random_state", "generator"} & set(FUNCTIONS[name].parameters)


@pytest.mark.parametrize("name", sorted(n for n in FUNCTIONS if n.startswith("neurosim.plotting.")))
def test_figures_take_the_result_first_and_axes_by_name(name):
    parameters = list(FUNCTIONS[name].parameters)
    if name.endswith(".style"):
        return
    assert parameters[0] == "result" or parameters[0] in NOT_RESULTS
    assert "ax" in parameters or name.endswith(".angle_bar")


@pytest.mark.parametrize(
    "name", sorted(n for n in FUNCTIONS if n.split(".")[1] in ("analysis", "report", "theory"))
)
def test_analyses_have_no_absolute_times_as_defaults(name):
    for parameter in FUNCTIONS[name].parameters.values():
        if parameter.name in TIMES and parameter.default is not inspect.Parameter.empty:
            # nothing, zero, or a share of the recording
            free = parameter.default is None or not np.any(parameter.default)
            assert free or parameter.name == "window", f"{name}({parameter})"


def test_every_figure_of_the_room_is_listed():
    figures = {f"neurosim.plotting.{name}" for name in neurosim.plotting.__all__ if name[0].islower()}
    assert figures <= set(SIGNATURES)
