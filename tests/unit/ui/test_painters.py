"""A mistake while something is painted must not end the program: Qt crashes where what is painted on goes before the
painter does, so every painter ends with its block."""

import ast
from pathlib import Path

import benchboard.ui
from support.source import walked

ROOM = Path(benchboard.ui.__file__).parent


def _opened(nodes: list[ast.AST]) -> set[ast.expr]:
    return {item.context_expr for node in nodes if isinstance(node, ast.With) for item in node.items}


def test_painters_in_the_window_are_all_opened_by_with() -> None:
    loose = []
    for file, nodes in walked(ROOM).items():
        opened = _opened(nodes)
        loose += [
            f"{file.relative_to(ROOM)}:{node.lineno}"
            for node in nodes
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "QPainter" and node.args
            if node not in opened
        ]
    assert loose == []
