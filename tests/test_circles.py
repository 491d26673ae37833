"""Imports between modules have no circle larger than a class and its base, imports for types alone included."""

import ast
from pathlib import Path

import neurosim

PACKAGE = Path(neurosim.__file__).parent


def _name(path):
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _import_graph():
    """Module -> modules that it imports, at load time, lazily or for type checkers alone."""
    paths = {_name(path): path for path in PACKAGE.rglob("*.py")}
    graph = {}
    for module, path in paths.items():
        imported = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                # `from package import module` names the module, `from module import function` does not
                imported |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
        graph[module] = {name for name in imported if name in paths and name != module}
        packages = {name for name in graph[module] if any(n.startswith(f"{name}.") for n in graph[module])}
        graph[module] -= packages
    return graph


def circles(graph):
    """Strongly connected components of more than one module (Tarjan 1972)."""
    index, low, stack, found = {}, {}, [], []

    def visit(module):
        index[module] = low[module] = len(index)
        stack.append(module)
        for other in graph[module]:
            if other not in index:
                visit(other)
                low[module] = min(low[module], low[other])
            elif other in stack:
                low[module] = min(low[module], index[other])
        if low[module] == index[module]:
            component = set()
            while module not in component:
                component.add(stack.pop())
            found.append(component)

    for module in graph:
        if module not in index:
            visit(module)
    return [component for component in found if len(component) > 1]


def test_circles_are_found_where_they_are():
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a", "e"}, "e": set()}
    assert circles(graph) == [{"a", "b", "c"}]


def test_no_circle_is_larger_than_a_class_and_its_base():
    large = [sorted(circle) for circle in circles(_import_graph()) if len(circle) > 2]
    assert not large, large
