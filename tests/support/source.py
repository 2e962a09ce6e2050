"""Python source, parsed, for the tests that hold it to a rule."""

import ast
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def _garbage_kept() -> Iterator[None]:
    """Without collections, which scan every node made so far and take two thirds of the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def parsed(folder: Path) -> dict[Path, ast.Module]:
    """The modules below a folder, by path, sorted; one second for the whole package."""
    with _garbage_kept():
        return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.py"))}


def walked(folder: Path) -> dict[Path, list[ast.AST]]:
    """Every node of the modules below a folder, but for those that say whether a name is read or written."""
    trees = parsed(folder)
    with _garbage_kept():
        return {path: _nodes(tree) for path, tree in trees.items()}


def _nodes(tree: ast.AST) -> list[ast.AST]:
    """As `ast.walk`, in half the time."""
    nodes = [tree]
    for node in nodes:
        for field in node._fields:
            value = getattr(node, field, None)
            if isinstance(value, list):
                nodes += [one for one in value if isinstance(one, ast.AST)]
            elif isinstance(value, ast.AST) and not isinstance(value, ast.expr_context):
                nodes.append(value)
    return nodes
