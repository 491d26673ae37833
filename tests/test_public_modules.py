"""Completion lists functions and results, and errors of modules name what was meant."""

import importlib
import rlcompleter
import subprocess
import sys
from types import ModuleType

import pytest

import neurosim as ns
from neurosim import constructed, public_modules

ROOMS = [getattr(ns, name) for name in dir(ns) if isinstance(getattr(ns, name), ModuleType)]


@pytest.mark.parametrize("room", [*ROOMS, constructed], ids=lambda room: room.__name__)
def test_completion_shows_public_names_only(room):
    assert sorted(dir(room)) == sorted(room.__all__)
    assert not {"np", "annotations", "list_public_names"} & set(dir(room))
    for name in dir(room):
        assert not isinstance(getattr(room, name), ModuleType)


def test_completion_in_an_interpreter():
    complete = rlcompleter.Completer({"ns": ns}).complete
    # modules, beside a class and a function of similar names
    assert complete("ns.trainers.bptt", 0) is complete("ns.analysis.dimensionality", 0) is None
    assert complete("ns.tasks.Flip", 0).startswith("ns.tasks.FlipFlop(")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: ns.analysis.dimensionality, AttributeError, "has Dimensionality, participation_ratio"),
        (lambda: ns.analysis.lyapunov_spectra, AttributeError, "did you mean 'lyapunov_spectrum'"),
        (lambda: ns.analysis.PCA, AttributeError, r"did you mean 'principal_components'\?$"),
        (lambda: ns.analysis.jPCA, AttributeError, r"did you mean 'jpca'\?$"),
        (lambda: ns.plotting.pca, AttributeError, "neurosim.plotting has no 'pca'; "),
        (lambda: ns.FixedInDegree, AttributeError, r"Did you mean neurosim\.connectivity\.FixedInDegree\?"),
        (lambda: ns.PowerLaw, AttributeError, r"Did you mean neurosim\.neurons\.ThresholdPowerLaw\?"),
        (lambda: ns.fixed_points, AttributeError, r"Did you mean neurosim\.analysis\.fixed_points\?"),
        (lambda: ns.analysis.FFT, AttributeError, r"dir\(neurosim.analysis\) lists"),
        (
            lambda: ns.tasks.flipflop,
            AttributeError,
            "neurosim.tasks has no 'flipflop'; did you mean 'FlipFlop'",
        ),
        (lambda: ns.trainers.bptt(1), TypeError, "not a function; call one of BPTT"),
        (lambda: ns.plotting.heatmap, AttributeError, "did you mean 'heat_map'"),
        (
            lambda: ns.plotting.activity(1),
            TypeError,
            "not a function; call one of coherent_mode, heat_map",
        ),
        (lambda: ns.analysis.weights(1), TypeError, "call one of .*modes, .*non_normality"),
        (
            lambda: ns.theory.mean_field(1),
            TypeError,
            "call one of Autocorrelation, autocorrelation, variance",
        ),
        (lambda: constructed.np.nothing, AttributeError, "nothing"),
    ],
)
def test_a_wrong_name_is_answered_with_the_right_one(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(("abbreviation", "function"), public_modules.HABITUAL_NAMES.items())
def test_an_abbreviation_is_answered_with_a_function_of_analysis(abbreviation, function):
    assert function in ns.analysis.__all__
    with pytest.raises(AttributeError, match=f"did you mean '{function}'"):
        getattr(ns.analysis, abbreviation.upper())


@pytest.mark.parametrize(
    ("room", "later"),
    [
        ("neurosim.engine", "neurosim.engine.differentiable.passes"),
        ("neurosim.sweep", "neurosim.sweep.table"),
        ("neurosim.reproduce", "neurosim.reproduce.running"),
    ],
)
def test_rooms_of_workers_load_some_names_on_first_use(room, later):
    program = f"""
import importlib, sys
room = importlib.import_module({room!r})
before = {later!r} in sys.modules
for name in room.__all__:
    getattr(room, name)
print(before, {later!r} in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        importlib.import_module(room).nothing  # noqa: B018
