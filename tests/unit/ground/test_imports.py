"""No module of the package imports another that imports it, directly or by way of others. Imports inside functions and
under `TYPE_CHECKING` count too: import-linter sees packages and their siblings, this test every module."""

import ast
from pathlib import Path

import benchboard
from support.source import walked

PACKAGE = Path(benchboard.__file__).parent


def module_name(file: Path, package: Path) -> str:
    parts = list(file.relative_to(package.parent).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def import_graph(package: Path) -> dict[str, set[str]]:
    """Which modules of a package each of its modules imports."""
    files = {module_name(file, package): file for file in package.rglob("*.py")}
    nodes = walked(package)
    return {name: imported_modules(name, file, nodes[file], files) - {name} for name, file in files.items()}


def imported_modules(name: str, file: Path, nodes: list[ast.AST], files: dict[str, Path]) -> set[str]:
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = name.split(".")[: None if file.name == "__init__.py" else -1]
                base = ".".join([*parents[: len(parents) - node.level + 1], *filter(None, [base])])
            for alias in node.names:
                full = f"{base}.{alias.name}"
                found.add(full if full in files else base)
    return found & files.keys()


def import_cycles(graph: dict[str, set[str]]) -> set[tuple[str, ...]]:
    """The groups of modules that import each other, each sorted by name: Tarjan's strongly connected components."""
    index: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    cycles: set[tuple[str, ...]] = set()

    def visit(module: str) -> None:
        index[module] = lowest[module] = len(index)
        stack.append(module)
        for imported in graph[module]:
            if imported not in index:
                visit(imported)
                lowest[module] = min(lowest[module], lowest[imported])
            elif imported in stack:
                lowest[module] = min(lowest[module], index[imported])
        if lowest[module] == index[module]:
            place = stack.index(module)
            group = stack[place:]
            del stack[place:]
            if len(group) > 1:
                cycles.add(tuple(sorted(group)))

    for module in graph:
        if module not in index:
            visit(module)
    return cycles


def test_package_has_no_import_cycles() -> None:
    assert import_cycles(import_graph(PACKAGE)) == set()


def test_import_cycles_under_type_checking_and_in_functions_are_found(tmp_path: Path) -> None:
    package = tmp_path / "room"
    (package / "inner").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "inner" / "__init__.py").write_text("")
    (package / "a.py").write_text("from room.inner import b\n")
    (package / "inner" / "b.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from ..c import C\n"
    )
    (package / "c.py").write_text("def late():\n    import room.a\n")
    (package / "d.py").write_text("import room.a\n")
    assert import_cycles(import_graph(package)) == {("room.a", "room.c", "room.inner.b")}
