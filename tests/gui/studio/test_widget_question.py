"""A widget's query in the builder of the inspector."""

from typing import TYPE_CHECKING

from boards import item
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from benchboard.dashboards.document.document import parse_document
from benchboard.ui.studio.panes.query_editor import QueryEdit
from benchboard.ui.studio.widget_question import WidgetBuilder
from benchboard.ui.widgets.chip import Chip

if TYPE_CHECKING:
    from conftest import Studio


def _builder(studio: "Studio") -> WidgetBuilder:
    (found,) = (one for one in studio.page.inspector.findChildren(WidgetBuilder) if one.isVisible())
    studio.wait(lambda: found.question.sources_read)
    return found


def _click(studio: "Studio", name: str) -> None:
    (found,) = (one for one in studio.application.window.findChildren(QWidget, name) if one.isVisible())
    studio.qtbot.mouseClick(found, Qt.MouseButton.LeftButton)


def _chips(builder: WidgetBuilder) -> list[str]:
    return [one.text() for one in builder.findChildren(Chip) if one.isVisible()]


def _load(studio: "Studio", queries: dict[str, str], variable: dict[str, object]) -> None:
    items = [
        item(name, 4 * k, 0, 4, 3, type="metric_card", query=query) for k, (name, query) in enumerate(queries.items())
    ]
    raw = {"format": "benchboard/dashboard", "version": 2, "items": items, "variables": [variable]}
    studio.page.editor.load(parse_document(raw))
    studio.wait(lambda: not studio.page.query_runner.busy)


def test_widgets_query_is_changed_by_the_builder_and_undone_in_the_page(studio: "Studio") -> None:
    query = "SELECT status, count(*) AS n\nFROM orders\nWHERE status IN (:status)\nGROUP BY 1"
    status = {"name": "status", "label": "", "type": "list", "values": ["paid", "refunded"], "multiple": True,
              "include_all": True, "chosen": ["paid"]}  # fmt: skip
    _load(studio, {"a": query, "b": "SELECT 1 AS n UNION SELECT 2"}, status)
    editor = studio.page.editor
    editor.select(["a"])
    _click(studio, "segment_build")
    builder = _builder(studio)
    studio.wait(lambda: "Status" in _chips(builder))
    assert not any(one.isVisible() for one in studio.page.inspector.findChildren(QueryEdit))

    _click(studio, "explore_add_measures")
    _click(studio, "part_apply")
    studio.wait(lambda: editor.widget("a").query != query)
    changed = editor.widget("a").query
    assert "IN (:status)" in changed, "the filter of the page stays"
    assert any("sum" in chip or "average" in chip or "count" in chip for chip in _chips(builder))
    studio.wait(lambda: (found := studio.page.query_runner.result("a")) is not None and found.error is None)
    studio.page.undo()
    assert editor.widget("a").query == query

    editor.set_properties(["a"], "query", "SELECT count(*) AS n\nFROM shops")
    assert any(chip.endswith("/ shops") for chip in _chips(builder)), "it follows the document"
    builder.question.open_table("", "orders")
    studio.wait(lambda: "FROM orders" in editor.widget("a").query)
    studio.page.undo()
    assert editor.widget("a").query == "SELECT count(*) AS n\nFROM shops"

    editor.select(["b"])
    other = _builder(studio)
    assert not other.builder.isVisible()
    assert "The builder can't show this query. Edit it as SQL." in [
        one.text() for one in other.findChildren(QWidget) if one.isVisible() and hasattr(one, "text")
    ]
    editor.lock("content", True)
    assert not other.isEnabled()
    studio.page.inspector.edit_query()
    assert [one.objectName() for one in studio.page.inspector.findChildren(QueryEdit) if one.isVisible()] == [
        "inspector_query"
    ]
