"""Every tooltip is plain: Qt takes for markup what looks like it, and what stands in a document can look like that."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import benchboard.ui

_UI = Path(benchboard.ui.__file__).parent
_PLAIN = {"plain_tooltip", "_plain_paragraphs", "tooltip_html", "full_time", "_", "escape"}
"""What makes a plain text of what it is given, or says a sentence or a moment."""


def _plain(said: ast.expr) -> bool:
    match said:
        case ast.Constant():
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name in _PLAIN
        case ast.IfExp():
            return _plain(said.body) and _plain(said.orelse)
        case ast.JoinedStr():
            return all(_plain(part) for part in said.values)
        case ast.FormattedValue():
            return _plain(said.value)
    return False


def _tips(tree: ast.AST) -> Iterator[ast.expr]:
    """Everything that is said as a tooltip: to a widget, to an item, by a model."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            asked = any("ToolTipRole" in ast.unparse(part) for part in node.args[:-1])
            is_override = ast.unparse(node.func.value) == "super()"  # what it passes on is seen where it is called
            if (node.func.attr == "setToolTip" and not is_override) or (node.func.attr == "setData" and asked):
                yield node.args[-1]
        elif isinstance(node, ast.If) and "ToolTipRole" in ast.unparse(node.test):
            for inner in node.body:
                if isinstance(inner, ast.Return) and inner.value is not None:
                    yield inner.value


def test_tooltips_in_the_window_are_all_plain_text() -> None:
    found = 0
    for path in sorted(_UI.rglob("*.py")):
        for said in _tips(ast.parse(path.read_text("utf-8"))):
            found += 1
            where = f"{path.relative_to(_UI)}:{said.lineno}"
            assert _plain(said), f"{where}: {ast.unparse(said)} goes to a tooltip without plain_tooltip"
    assert found > 20


@pytest.mark.parametrize("said", ["title", "f'{title}'", "_('a').format(x=title)", "title if a else ''", "str(title)"])
def test_tooltip_check_with_unescaped_text_reports_it(said: str) -> None:
    (tip,) = _tips(ast.parse(f"w.setToolTip({said})"))
    assert not _plain(tip)
