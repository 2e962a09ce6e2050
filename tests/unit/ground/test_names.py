"""What a function's name promises of what isn't there."""

import ast
import functools
from pathlib import Path

import pytest

import benchboard
from support.source import walked

CORE = ("identity", "dashboards", "dongles", "analytics", "storage", "canbus")


@functools.cache
def _functions(prefix: str) -> list[tuple[str, ast.FunctionDef]]:
    (folder,) = benchboard.__path__
    return [
        (f"{path.relative_to(folder)}: {node.name}", node)
        for room in CORE
        for path, nodes in walked(Path(folder, room)).items()
        for node in nodes
        if isinstance(node, ast.FunctionDef) and node.name.lstrip("_").startswith(prefix)
    ]


def test_get_raises_where_there_is_none() -> None:
    found = _functions("get_")
    assert found
    assert not [name for name, node in found if node.returns is not None and "None" in ast.unparse(node.returns)]


def test_find_returns_none_where_there_is_none() -> None:
    found = _functions("find_")
    assert found
    raising = [
        name
        for name, node in found
        for one in ast.walk(node)
        if isinstance(one, ast.Raise) and one.exc is not None and "NotFound" in ast.unparse(one.exc)
    ]
    assert not raising


@pytest.mark.parametrize("name", ["get", "find"])
def test_a_service_says_in_its_name_what_it_looks_up(name: str) -> None:
    assert not [place for place, node in _functions(name) if node.name == name and "session" in ast.unparse(node.args)]
