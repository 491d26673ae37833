"""Results that figures are given: their classes alone, in lists and in mappings, and what the errors say."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from signatures import public_callables

import neurosim as ns
from neurosim.analysis.weights.spectrum import Spectrum
from neurosim.errors import ParameterError
from neurosim.plotting.arguments import check_results

FIGURES = {
    name: signature
    for name, signature in public_callables(("neurosim.plotting",))
    if "ax" in signature.parameters
}
RESULTS = [name for name, signature in FIGURES.items() if next(iter(signature.parameters)) == "result"]


@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.parametrize("wrong", [3, "text", object()], ids=["int", "str", "object"])
def test_every_figure_refuses_what_is_not_its_result(name, wrong):
    figure = getattr(ns.plotting, name.rpartition(".")[2])
    others = [p for p in FIGURES[name].parameters.values() if p.default is p.empty][1:]
    with pytest.raises(ParameterError, match=r"^result must (be|have) .*\(got an? (int|str|object)\); \w+"):
        figure(wrong, **{p.name: None for p in others})


def test_axes_are_axes():
    network = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(0.5), 5, rng=0)
    with pytest.raises(ParameterError, match=r"^ax must be an Axes \(got an int\); give one of plt.subplots"):
        ns.plotting.spectrum(network, ax=3)


def test_the_error_names_the_function_that_returns_the_result():
    with pytest.raises(
        ParameterError, match=r"result must be a Modes .*; try neurosim\.analysis\.modes\(\.\.\.\)\.$"
    ):
        ns.plotting.modes(np.zeros(3))
    with pytest.raises(
        ParameterError, match=r"a Training or a History .*; make one, or read one with ns\.load"
    ):
        ns.plotting.history({})


@check_results
def drawn(
    result: Spectrum | Sequence[Spectrum] | Mapping[str, Sequence[Spectrum]],
    other: Spectrum | None = None,
    number: float | Spectrum = 0.0,
) -> tuple[object, ...]:
    return result, other, number


def test_containers_hold_results_to_any_depth():
    one = ns.analysis.spectrum(ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(0.5), 5, rng=0))
    for good in (one, [one, one], (), {"a": [one], "b": ()}):
        assert drawn(good)[0] is good
    for bad in (None, [one, 3], {"a": one}, {"a": [one, None]}):
        with pytest.raises(
            ParameterError,
            match=r"result must be a Spectrum or a list of Spectrum or a mapping of list of Spectrum \(got",
        ):
            drawn(bad)


def test_only_arguments_that_must_be_results_are_checked():
    one = ns.analysis.spectrum(ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(0.5), 5, rng=0))
    assert drawn(one, None, "any") == (one, None, "any")
    with pytest.raises(ParameterError, match=r"other must be a Spectrum \(got a float\)"):
        drawn(one, other=2.0)


def test_the_signature_stays():
    assert list(inspect.signature(ns.plotting.modes).parameters) == ["result", "ax", "output"]
