"""A widget's query in the builder of the inspector."""

from typing import TYPE_CHECKING

from boards import item
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from benchboard.dashboards.document.document import parse_document
from benchboard.ui.studio.data.explore.column_value_list import ColumnValueList
from benchboard.ui.studio.panes.query_editor import QueryEdit
from benchboard.ui.studio.widget_question import WidgetBuilder
from benchboard.ui.widgets import Edit
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
    _click(studio, "segment_build")
    other = _builder(studio)
    assert not other.builder.isVisible()
    assert "The builder can't show this query. Edit it as SQL." in [
        one.text() for one in other.findChildren(QWidget) if one.isVisible() and hasattr(one, "text")
    ]
    editor.lock("content", True)
    assert not other.isEnabled()
    _click(studio, "segment_sql")
    assert [one.objectName() for one in studio.page.inspector.findChildren(QueryEdit) if one.isVisible()] == [
        "inspector_query"
    ]


def test_widget_opens_on_the_builder_if_that_made_its_query_and_else_on_sql(studio: "Studio") -> None:
    status = {"name": "status", "label": "", "type": "list", "values": ["paid"], "multiple": True, "chosen": ["paid"]}
    made, by_hand = "SELECT count(*) AS n\nFROM orders", "SELECT 1 AS n UNION SELECT 2"
    _load(studio, {"made": made, "filtered": f"{made}\nWHERE status IN (:status)", "hand": by_hand}, status)

    def is_built() -> bool:
        shown = [one for one in studio.page.inspector.findChildren(QueryEdit) if one.isVisible()]
        return not shown

    for item_id, built in (("made", True), ("hand", False), ("filtered", True)):
        studio.page.editor.select([item_id])
        studio.page.inspector.edit_query()
        assert is_built() == built, item_id
        assert studio.find("segment_build" if built else "inspector_query").hasFocus()
    _click(studio, "segment_sql")
    assert not is_built()
    studio.page.editor.select(["made"])
    assert is_built(), "the choice was for the other widget"
    studio.page.editor.select(["filtered"])
    assert not is_built()


def test_values_are_mapped_in_the_inspector_and_undone_in_the_page(studio: "Studio") -> None:
    query = "SELECT status,\n       count(*) AS n\nFROM orders\nGROUP BY 1"
    status = {"name": "status", "label": "", "type": "list", "values": ["paid"], "multiple": True, "chosen": ["paid"]}
    _load(studio, {"a": query}, status)
    editor = studio.page.editor
    editor.select(["a"])
    builder = _builder(studio)
    studio.wait(lambda: "Status" in _chips(builder))
    _click(studio, "explore_map_values")

    def fields() -> list[Edit]:
        found = studio.application.window.findChildren(Edit)
        return [one for one in found if one.isVisible() and one.accessibleName() == "What “paid” becomes"]

    studio.wait(lambda: len(fields()) == 1)
    studio.qtbot.keyClicks(fields()[0], "Done")
    _click(studio, "part_apply")
    studio.wait(lambda: "CASE WHEN status IN ('paid') THEN 'Done'" in editor.widget("a").query)
    assert editor.widget("a").query.startswith("SELECT status_mapped,"), "it is grouped by the words"
    studio.wait(lambda: (found := studio.page.query_runner.result("a")) is not None and found.error is None)
    studio.page.undo()
    assert editor.widget("a").query == query


def test_values_of_a_filter_are_listed_in_a_widget_that_follows_the_time_range(studio: "Studio") -> None:
    """“There is no variable “from”.” stood in place of them."""
    query = (
        "SELECT count(*) AS n\nFROM orders\nWHERE created_dt >= :from\n  AND created_dt < :to\n"
        "  AND status = 'paid'\n  AND currency IN (:money)"
    )
    money = {"name": "money", "label": "", "type": "list", "values": ["EUR"], "multiple": True, "chosen": ["EUR"]}
    _load(studio, {"a": query}, money)
    studio.page.editor.select(["a"])
    builder = _builder(studio)
    studio.wait(lambda: any("paid" in chip for chip in _chips(builder)))
    (chip,) = (one for one in builder.findChildren(Chip) if one.isVisible() and "paid" in one.text())
    studio.qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    (values,) = (one for one in studio.application.window.findChildren(ColumnValueList) if one.isVisible())
    studio.wait(lambda: not values.is_pending)
    assert not values.has_failed


def test_a_variable_is_entered_as_the_value_of_a_filter(studio: "Studio") -> None:
    """Its name was taken for a value, of which there are no rows."""
    money = {"name": "money", "label": "", "type": "list", "values": ["EUR", "USD"], "multiple": True,
             "chosen": ["EUR"]}  # fmt: skip
    _load(studio, {"a": "SELECT count(*) AS n\nFROM orders"}, money)
    editor = studio.page.editor
    editor.select(["a"])
    builder = _builder(studio)
    studio.wait(builder.builder.isVisible)
    builder.builder.edit_filter(builder.builder.filters, "currency")
    (value,) = (one for one in studio.application.window.findChildren(Edit, "filter_value") if one.isVisible())
    studio.qtbot.keyClicks(value, ":money")
    studio.qtbot.keyClick(value, Qt.Key.Key_Return)
    studio.wait(lambda: editor.widget("a").query == "SELECT count(*) AS n\nFROM orders\nWHERE currency IN (:money)")
    studio.wait(lambda: any("EUR" in chip for chip in _chips(builder)))
    studio.page.undo()
    assert editor.widget("a").query == "SELECT count(*) AS n\nFROM orders"
