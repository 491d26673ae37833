"""Strategies by name: shipped, installed, from a file, from a notebook; and what is said when one is broken."""

import gc
import importlib.metadata
import re
import subprocess
import sys
from dataclasses import dataclass

import pytest

import neurosim as ns
from neurosim import registry
from neurosim.errors import PluginError, PluginWarning, UnknownNameError
from neurosim.registry import find, load_plugin, names, origin, plugin_files, plugins, refresh

UNIT = '''
from __future__ import annotations
from dataclasses import dataclass
import numpy as np
from neurosim.neurons import Neuron

@dataclass(frozen=True)
class {name}(Neuron):
    """{doc}."""
    gain: float = 1.0
    def drift(self, x, u): return -x + u
    def rate(self, x): return self.gain * np.maximum(x, 0.0)
'''


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch):
    """Forget at the end what a test has loaded and installed."""
    monkeypatch.setattr(registry, "_FILES", {})
    yield
    refresh()


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Put a distribution, with one module and its entry points, where Python looks for them."""
    monkeypatch.syspath_prepend(tmp_path)

    def put(distribution, module, text, **entries):
        (tmp_path / f"{module}.py").write_text(text)
        folder = tmp_path / f"{distribution.replace('-', '_')}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        lines = [f"{name} = {module}:{path}" for name, path in entries.items()]
        (folder / "entry_points.txt").write_text("\n".join(["[neurosim.neurons]", *lines, ""]))
        refresh()

    return put


def unit_file(folder, name, file="my_unit.py", doc="A unit"):
    path = folder / file
    path.write_text(UNIT.format(name=name, doc=doc))
    return path


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("neurons", "LeakyCurrent", ns.LeakyCurrent),
        ("neuron", "WilsonCowan", ns.WilsonCowan),
        ("connectivity", "Gaussian", ns.Gaussian),
        ("noise", "WhiteNoise", ns.WhiteNoise),
        ("activations", "ThresholdPowerLaw", ns.neurons.ThresholdPowerLaw),
    ],
)
def test_shipped_classes_are_found(kind, name, expected):
    assert find(kind, name) is expected
    assert name in names(kind)
    assert origin(expected) == "built in"


def test_base_classes_are_not_plugins():
    assert not {"Neuron", "Connectivity", "TwoPopulations", "Noise"} & {
        name for kind in ("neurons", "connectivity", "noise") for name in names(kind)
    }


@pytest.mark.parametrize(
    ("kind", "name", "message"),
    [
        (
            "neurons",
            "LeakyCurent",
            "neuron 'LeakyCurent' is unknown. Did you mean 'LeakyCurrent'[?] Known: Adaptive,",
        ),
        ("connectivity", "LeakyCurrent", "connectivity 'LeakyCurrent' is unknown. Nearest of .*Coherent"),
        ("nerons", "LeakyCurrent", "kind = 'nerons' is unknown. Did you mean 'neurons'"),
    ],
)
def test_unknown_names_are_answered_with_the_nearest(kind, name, message):
    with pytest.raises(UnknownNameError, match=message):
        find(kind, name)


# installed distributions


def test_an_entry_point_is_found_listed_and_loaded_only_when_asked_for(install):
    install(
        "lab-units", "lab_units_found", UNIT.format(name="LabUnit", doc="Unit of the lab"), LabUnit="LabUnit"
    )
    assert "LabUnit" in names("neurons")
    assert "lab_units_found" not in sys.modules
    cls = find("neurons", "LabUnit")
    assert cls.__module__ == "lab_units_found"
    assert origin(cls) == "distribution lab-units"
    (listed,) = (plugin for plugin in plugins() if plugin.name == "LabUnit")
    assert (listed.kind, listed.path, listed.origin, listed.status, listed.summary) == (
        "neurons",
        "lab_units_found:LabUnit",
        "distribution lab-units",
        "ok",
        "Unit of the lab.",
    )


def test_a_broken_distribution_is_a_warning_and_the_rest_lives(install):
    install("broken-units", "broken_units", "import no_such_module", BrokenUnit="BrokenUnit")
    message = (
        r"'BrokenUnit' of distribution broken-units \(broken_units:BrokenUnit\) cannot be loaded \(ModuleNot"
    )
    with pytest.warns(PluginWarning, match=message):
        listed = {plugin.name: plugin for plugin in plugins()}
    assert re.search(message, listed["BrokenUnit"].status)
    assert listed["LeakyCurrent"].status == "ok"
    assert find("neurons", "LeakyCurrent") is ns.LeakyCurrent
    with pytest.raises(PluginError, match=message):
        find("neurons", "BrokenUnit")


@pytest.mark.parametrize(
    ("module", "entry", "path", "message"),
    [
        ("units_no_class", "Number", "number", "is 3; give a class that derives from Neuron"),
        ("units_other_name", "Other", "LabUnit", "is a class of another name; register it as 'LabUnit'"),
        ("units_nothing", "Nothing", "nothing", "cannot be loaded .AttributeError"),
    ],
)
def test_entry_points_that_are_not_plugins(install, module, entry, path, message):
    install(
        "odd-units", module, UNIT.format(name="LabUnit", doc="A unit") + "\nnumber = 3\n", **{entry: path}
    )
    with pytest.raises(PluginError, match=message):
        find("neurons", entry)


def test_a_name_that_two_distributions_claim_names_both(install):
    for distribution in ("first-units", "second-units"):
        module = distribution.replace("-", "_")
        install(distribution, module, UNIT.format(name="TwiceUnit", doc="A unit"), TwiceUnit="TwiceUnit")
    message = r"neuron name 'TwiceUnit' is used by .*(first|second)-units .* and .*(first|second)-units"
    with pytest.raises(PluginError, match=message):
        find("neurons", "TwiceUnit")
    statuses = [plugin.status for plugin in plugins() if plugin.name == "TwiceUnit"]
    assert len(statuses) == 2
    assert all("first-units" in status and "second-units" in status for status in statuses)
    assert find("neurons", "LeakyRate") is ns.LeakyRate


def test_an_entry_point_cannot_take_a_shipped_name(install):
    install("bold-units", "bold_units", UNIT.format(name="LeakyRate", doc="A unit"), LeakyRate="LeakyRate")
    with pytest.raises(PluginError, match=r"'LeakyRate' .* built in .* and distribution bold-units"):
        find("neurons", "LeakyRate")


def test_an_uninstalled_distribution_is_forgotten_after_refresh(install, tmp_path):
    install("gone-units", "gone_units", UNIT.format(name="GoneUnit", doc="A unit"), GoneUnit="GoneUnit")
    assert "GoneUnit" in names("neurons")
    (tmp_path / "gone_units-1.0.dist-info" / "entry_points.txt").write_text("")
    assert "GoneUnit" in names("neurons")
    refresh()
    assert "GoneUnit" not in names("neurons")


def test_plugins_of_this_project_are_installed_with_it():
    try:
        importlib.metadata.distribution("neurosim-rnn")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("neurosim-rnn is not installed")
    for kind, name in [("neurons", "Hopf"), ("neurons", "FitzHughNagumo"), ("connectivity", "Ring")]:
        cls = find(kind, name)
        assert cls.__module__.startswith("neurosim_plugins.")
        assert origin(cls) == "distribution neurosim-rnn"
    assert {p.status for p in plugins() if p.origin == "distribution neurosim-rnn"} == {"ok"}


# single files


def test_a_file_gives_its_classes_and_registers_them(tmp_path):
    path = unit_file(tmp_path, "FileUnit")
    path.write_text(
        path.read_text()
        + "\nfrom neurosim.connectivity import Connectivity, Gaussian, Operator\n"
        + "@dataclass(frozen=True)\nclass FileWires(Connectivity):\n"
        + '    """No weights."""\n'
        + "    def build(self, size, rng): return Operator(np.zeros((size, size)))\n"
        + "class Abstract(Neuron):\n    pass\n"
    )
    unit, wires = load_plugin(path)
    assert (unit.__name__, wires.__name__) == ("FileUnit", "FileWires")
    assert find("neurons", "FileUnit") is unit
    assert find("connectivity", "FileWires") is wires
    assert origin(unit) == "file my_unit.py"
    assert plugin_files() == (path,)
    assert {p.origin for p in plugins() if p.name in ("FileUnit", "FileWires")} == {"file my_unit.py"}
    assert unit().explain()


def test_a_file_is_run_again_only_when_it_has_changed(tmp_path, monkeypatch):
    (first,) = load_plugin(unit_file(tmp_path, "AgainUnit"))
    monkeypatch.chdir(tmp_path)
    assert ns.load_plugin("my_unit.py") == (first,)
    (changed,) = load_plugin(unit_file(tmp_path, "AgainUnit", doc="B unit"))
    assert changed is not first
    assert changed.__doc__ == "B unit."
    assert find("neurons", "AgainUnit") is changed
    assert not list(tmp_path.rglob("*.pyc"))


def test_two_files_cannot_share_a_name(tmp_path):
    load_plugin(unit_file(tmp_path, "SharedUnit", "one.py"))
    with pytest.raises(PluginError, match=r"'SharedUnit' .* file one\.py .* and file two\.py"):
        load_plugin(unit_file(tmp_path, "SharedUnit", "two.py"))
    with pytest.raises(PluginError, match=r"'LeakyRate' .* built in .* and file three\.py .* rename"):
        load_plugin(unit_file(tmp_path, "LeakyRate", "three.py"))


FILES = {
    "error": ("x = 1\ny = x / 0\n", r"my_unit\.py, line 2: ZeroDivisionError: division by zero"),
    "syntax": ("x = (\n", r"my_unit\.py, line 1: SyntaxError: '\(' was never closed"),
    "import": ("import no_such_module\n", r"my_unit\.py, line 1: ModuleNotFoundError: No module named"),
    "nothing": (
        "import neurosim as ns\nfrom neurosim import LeakyRate\n",
        "must define a class that derives from",
    ),
    "abstract": (
        "from neurosim import Neuron\nclass Half(Neuron):\n    pass\n",
        r"and has all of its methods \(Half has no drift, rate\)",
    ),
}


@pytest.mark.parametrize(("text", "message"), FILES.values(), ids=FILES)
def test_files_that_cannot_be_loaded_say_where(text, message, tmp_path):
    (tmp_path / "my_unit.py").write_text(text)
    with pytest.raises(PluginError, match=message):
        load_plugin(tmp_path / "my_unit.py")
    assert plugin_files() == ()


def test_the_cause_of_a_failed_file_is_kept(tmp_path):
    (tmp_path / "my_unit.py").write_text("1 / 0")
    with pytest.raises(PluginError, match="line 1") as raised:
        load_plugin(tmp_path / "my_unit.py")
    assert isinstance(raised.value.__cause__, ZeroDivisionError)


@pytest.mark.parametrize(
    ("name", "message"),
    [("nowhere.py", r"nowhere\.py' not found; the current folder is"), ("unit.txt", "must be a .py file")],
)
def test_other_paths_are_refused(name, message, tmp_path):
    with pytest.raises(PluginError, match=message):
        load_plugin(tmp_path / name)


# notebooks


def notebook_unit(gain):
    @dataclass(frozen=True)
    class NotebookUnit(ns.Neuron):
        """Unit that is defined where it is used."""

        slope: float = gain

        def drift(self, x, u):
            return -x + u

        def rate(self, x):
            return self.slope * x

    return NotebookUnit


def test_of_classes_in_a_session_the_latest_definition_counts():
    first, second = notebook_unit(1.0), notebook_unit(2.0)
    assert find("neurons", "NotebookUnit") is second
    assert origin(first) == f"module {__name__}"
    del second
    gc.collect()
    assert find("neurons", "NotebookUnit") is first


def test_importing_the_registry_runs_no_plugin_and_no_numba():
    program = (
        "import sys, neurosim.registry as r; r.names('neurons'); r.names('connectivity');"
        "print([m for m in sys.modules if m.split('.')[0] in ('numba', 'neurosim_plugins', 'matplotlib')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
