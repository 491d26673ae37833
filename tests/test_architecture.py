"""The design as tests: which room may import which, what is public, what is documented."""

import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import neurosim

PACKAGE = Path(neurosim.__file__).parent
ROOT = PACKAGE.parent
MODULES = sorted(PACKAGE.rglob("*.py"))

LAYERS = [
    {"errors", "free_memory"},
    {"conveniences", "interruptions", "notebook", "renaming", "state_layout", "validation"},
    {
        "blas",
        "declaration",
        "plugin_file",
        "progress",
        "randomness",
        "readouts",
        "results",
        "public_modules",
        "schemes",
    },
    {"kernels"},
    {"equations"},
    {"connectivity", "neurons", "noise", "registry", "tasks"},
    {"serialization", "stepping", "synapses"},
    {"network_parts"},
    {"network", "scaffold"},
    {"network_arguments"},
    {"areas", "constructed", "jacobian", "parameters", "published_networks", "time_constants", "training"},
    {"engine", "theory"},
    {"storage", "table_export", "xarray_export"},
    {"analysis", "trainers"},
    {"testing"},
    {"plotting"},
    {"task_catalog", "experiments"},
    {"report"},
    {"sweep"},
    {"ensembles"},
    {"loading"},
    {"reproduce"},
    {"studies"},
    {"cli"},
]
"""Lowest first; a room imports rooms of lower layers only, so there are no cycles and siblings never meet.

Methods that call a higher room, such as network.save(), do so through `neurosim.conveniences`.
"""

LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}


def _room(path):
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def _imports(path):
    """Names of modules that a file imports: when it is loaded, lazily, or for type checkers alone."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def _for_types_only(path):
    """Names of modules that a file imports for type checkers alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    guards = (n for n in ast.walk(tree) if isinstance(n, ast.If) and "TYPE_CHECKING" in ast.unparse(n.test))
    return {node.module for guard in guards for node in ast.walk(guard) if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_rooms_import_lower_rooms_only(path):
    room = _room(path)
    if room.startswith("__"):
        return
    for module in _imports(path):
        other = module.split(".")[1] if module.startswith("neurosim.") else room
        if other != room:
            assert LEVEL[other] < LEVEL[room], f"{room} imports {other}"


def _name(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _import_graph():
    """Module -> modules of the package that it imports: when it is loaded, lazily, or for type checkers."""
    graph = {_name(path): set() for path in MODULES}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                found = {f"{node.module}.{alias.name}" for alias in node.names}
                graph[_name(path)] |= {name if name in graph else node.module for name in found}
            elif isinstance(node, ast.Import):
                graph[_name(path)] |= {alias.name for alias in node.names}
    return {name: (found & graph.keys()) - {name} for name, found in graph.items()}


def _reached(graph, start):
    reached, rest = set(), [start]
    while rest:
        new = graph[rest.pop()] - reached
        reached |= new
        rest += new
    return reached


def test_no_circle_of_imports_is_larger_than_two_modules():
    """Such as a base class whose methods make instances of a subclass; imports for types and lazy ones count."""
    graph = _import_graph()
    reached = {name: _reached(graph, name) for name in graph}
    circles = {name: {other for other in reached[name] if name in reached[other]} for name in graph}
    large = {name: sorted(circle) for name, circle in circles.items() if len(circle) > 2}
    assert not large


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_numba_lives_in_the_engine_and_matplotlib_in_plotting(path):
    homes = {"numba": ("engine", "kernels"), "llvmlite": ("kernels",), "matplotlib": ("plotting",)}
    for module in set(_imports(path)) - _for_types_only(path):
        home = homes.get(module.split(".")[0])
        assert home is None or _room(path) in home, f"{path.name} imports {module}"


@pytest.mark.parametrize("folder", ["plugins", "tutorials"])
def test_plugins_and_tutorials_use_public_names_only(folder):
    for path in (ROOT / folder).glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("neurosim"):
                names = [*node.module.split("."), *(alias.name for alias in node.names)]
                assert not any(name.startswith("_") for name in names), f"{path.name} line {node.lineno}"
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "ns":
                assert not node.attr.startswith("_"), f"{path.name} line {node.lineno}"


def _packages():
    for info in pkgutil.walk_packages([str(PACKAGE)], "neurosim."):
        if not info.name.endswith("__main__"):
            yield info.name


@pytest.mark.parametrize("name", sorted(_packages()))
def test_public_names_exist_and_are_documented(name):
    """Their order is that of ruff, rule RUF022."""
    module = importlib.import_module(name)
    assert module.__doc__, f"{name} says nothing about itself"
    public = getattr(module, "__all__", [])
    assert len(set(public)) == len(public)
    for entry in public:
        assert hasattr(module, entry), f"{name}.__all__ names {entry!r}, which does not exist"
        thing = getattr(module, entry)
        if inspect.isclass(thing) or inspect.isroutine(thing):
            assert inspect.getdoc(thing), f"{name}.{entry} has no docstring"


def test_top_level_names_load_and_are_few():
    assert neurosim.__all__ == sorted(neurosim.__all__)
    assert len(neurosim.__all__) <= 45
    for name in neurosim.__all__:
        assert getattr(neurosim, name) is not None


def test_unknown_top_level_name_suggests_the_nearest():
    with pytest.raises(AttributeError, match=r"neurosim has no 'simulat'\. Did you mean 'simulate'"):
        _ = neurosim.simulat


def test_neither_pickle_nor_eval_is_used():
    forbidden = {"eval", "exec", "pickle", "marshal", "shelve"}
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = {
            n.func.id for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
        }
        imports = {module.split(".")[0] for module in _imports(path)}
        # a plugin file that the user names is run, as its docstring says
        allowed = {"exec"} if path.name == "plugin_file.py" else set()
        assert not (calls | imports) & (forbidden - allowed), path


@pytest.mark.skipif(not (ROOT / "setup.py").exists(), reason="runs in a checkout")
def test_the_version_stands_in_one_place():
    command = [sys.executable, "setup.py", "--version"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert told.split()[-1] == neurosim.__version__
    assert f"version: {neurosim.__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert neurosim.__version__ not in (ROOT / "setup.py").read_text(encoding="utf-8")


def test_analysis_loads_the_costly_rooms_of_scipy_when_they_are_used():
    # scipy.optimize takes longer to load than neurosim, and every worker of a study loads the analyses
    code = (
        "import sys, neurosim.analysis; print('scipy.optimize' in sys.modules, 'matplotlib' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.split() == ["False", "False"]
