"""Interactive tables on the page, and enlarged widgets."""

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QApplication, QTextEdit, QWidget

from benchboard.dashboards.document.document import parse_document
from benchboard.ui.studio.tiles.enlarged_view import EnlargedDrawing
from benchboard.ui.studio.tiles.tables.table_widget import TableWidget

if TYPE_CHECKING:
    from conftest import Studio

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier


def _item(item_id: str, kind: str, x: int, y: int, w: int = 6, h: int = 5, **fields: Any) -> dict[str, Any]:
    return {"id": item_id, "type": kind, "title": item_id, "position": {"x": x, "y": y, "w": w, "h": h}, **fields}


ITEMS = [
    _item("all", "table", 0, 0, query="SELECT * FROM orders"),
    _item("few", "table", 6, 0, query="SELECT currency, count(*) AS n FROM orders GROUP BY 1 ORDER BY 2 DESC"),
    _item("none", "table", 0, 5, query="SELECT * FROM orders WHERE 1=0"),
    _item("days", "line_chart", 6, 5, query="SELECT created_dt::date, count(*) AS n FROM orders GROUP BY 1 ORDER BY 1"),
    _item("one", "metric_card", 0, 10, 3, 3, query="SELECT 1234 AS n"),
    _item("words", "text", 3, 10, 3, 3, config={"text": "word " * 2_000}),
    _item("wrong", "metric_card", 6, 10, 3, 3, query="SELEC 1"),
    _item("below", "text", 0, 13, 12, 30, config={"text": "so that the page scrolls"}),
]


@pytest.fixture
def tables(studio: "Studio") -> "Studio":
    studio.page.editor.load(parse_document(ITEMS))
    studio.wait(lambda: "all" in studio.canvas.tiles and not studio.page.query_runner.busy)
    return studio


def _live(studio: "Studio") -> TableWidget:
    table = studio.canvas.interactive_table.table
    assert table is not None
    return table


def _double(studio: "Studio", item_id: str, at: QPoint | None = None) -> None:
    spot = at or studio.box(item_id).center()
    studio.qtbot.mouseClick(studio.viewport, LEFT, NONE, spot)
    studio.qtbot.mouseDClick(studio.viewport, LEFT, NONE, spot)
    studio.qtbot.mouseRelease(studio.viewport, LEFT, NONE, spot)  # which a double click of QTest's does not do


def _wheel(widget: QWidget, at: QPoint, steps: int = -1) -> None:
    spot = QPointF(at)
    event = QWheelEvent(spot, QPointF(widget.mapToGlobal(at)), QPoint(), QPoint(0, 120 * steps),
                        Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    QApplication.sendEvent(widget, event)


def _rows(table: TableWidget) -> list[list[str]]:
    rows = table.rows
    return [[rows.text(row, k) for k in range(rows.columnCount())] for row in range(rows.rowCount())]


def test_table_on_double_click_becomes_interactive_with_all_rows(tables: "Studio") -> None:
    _double(tables, "all")
    table = _live(tables)
    assert table.isVisible()
    count = len(tables.page.query_runner.result("all").table.rows)
    assert table.rows.rowCount() == count > 900
    assert tables.application.window.focusWidget() is table.view
    box = tables.box("all")
    assert box.contains(table.geometry())
    for key, row in (
        (Qt.Key.Key_Down, 1),
        (Qt.Key.Key_End, count - 1),
        (Qt.Key.Key_Up, count - 2),
        (Qt.Key.Key_Home, 0),
    ):
        tables.key(key)
        assert table.view.currentIndex().row() == row
        assert table.view.visualRect(table.view.currentIndex()).intersects(table.view.viewport().rect())
    tables.key(Qt.Key.Key_PageDown)
    assert 1 < table.view.currentIndex().row() < 20
    before = tables.page.editor.document
    tables.key(Qt.Key.Key_Delete)
    tables.key(Qt.Key.Key_Escape)
    assert tables.canvas.interactive_table.table is None
    assert tables.application.window.focusWidget() is tables.canvas
    assert tables.page.editor.document is before
    assert tables.page.editor.selection == ("all",)


def _is_reachable(top: QAccessibleInterface, wanted: QObject) -> bool:
    """Whether a screen reader that walks the accessibility tree reaches a widget."""
    if top.object() is wanted:
        return True
    count = 0 if top.role() == QAccessible.Role.Table else top.childCount()
    return any(_is_reachable(child, wanted) for k in range(count) if (child := top.child(k)) is not None)


def test_interactive_table_is_accessible(tables: "Studio") -> None:
    canvas = tables.canvas
    page, window = (QAccessible.queryAccessibleInterface(one) for one in (canvas, tables.application.window))
    count = page.childCount()
    canvas.interactive_table.open("all")
    table = _live(tables)
    assert page.childCount() == count + 1
    told = page.child(count)
    assert told is not None
    assert told.object() is table
    assert told.text(QAccessible.Text.Name) == "all"
    assert page.indexOfChild(told) == count
    assert _is_reachable(window, table)
    tables.key(Qt.Key.Key_V)
    view = tables.page.enlarged.view
    assert view is not None
    tables.wait(lambda: bool(view.findChildren(TableWidget)))
    assert page.childCount() == count
    (large,) = view.findChildren(TableWidget)
    assert _is_reachable(window, large)


def test_wheel_over_table_scrolls_it_only_while_interactive(tables: "Studio") -> None:
    bar, at = tables.canvas.verticalScrollBar(), tables.box("all").center()
    _wheel(tables.viewport, at)
    assert bar.value() > 0
    bar.setValue(0)
    tables.page.editor.select(["all"])
    tables.key(Qt.Key.Key_Return, SHIFT)
    view = _live(tables).view
    inside = view.viewport().rect().center()
    _wheel(view.viewport(), inside)
    assert view.verticalScrollBar().value() > 0
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    _wheel(view.viewport(), inside)
    assert bar.value() == 0
    bar.setValue(40)
    assert tables.box("all").contains(_live(tables).geometry())


def test_table_heading_click_cycles_sort_order(tables: "Studio") -> None:
    _double(tables, "few")
    table = _live(tables)
    as_asked = _rows(table)
    header = table.view.horizontalHeader()
    spot = QPoint(header.sectionViewportPosition(0) + 12, header.height() // 2)
    for wanted in (sorted(as_asked), sorted(as_asked)[::-1], as_asked):
        tables.qtbot.mouseClick(header.viewport(), LEFT, NONE, spot)
        assert _rows(table) == wanted
    table.view.setCurrentIndex(table.rows.index(0, 1))
    largest = as_asked[0]
    tables.key(Qt.Key.Key_S)
    assert _rows(table)[-1] == largest
    assert table.view.currentIndex().row() == len(as_asked) - 1  # one stands on the same cell


def test_sorting_of_a_table_is_told(tables: "Studio", announcements: list[str]) -> None:
    _double(tables, "few")
    table = _live(tables)
    assert not [one for one in announcements if "orted" in one]
    table.view.setCurrentIndex(table.rows.index(0, 1))
    for _turn in range(3):
        tables.key(Qt.Key.Key_S)
    title = table.rows.columns[1].title
    told = [f"Sorted by {title}, ascending", f"Sorted by {title}, descending", "In the order of the query"]
    assert [one for one in announcements if one in told] == told


def test_table_selected_cells_copy_as_spreadsheet_text(tables: "Studio") -> None:
    _double(tables, "few")
    table = _live(tables)
    tables.key(Qt.Key.Key_Right, SHIFT)
    tables.key(Qt.Key.Key_Down, SHIFT)
    tables.key(Qt.Key.Key_C, CTRL)
    rows = table.rows.table.rows
    assert QGuiApplication.clipboard().text() == "\n".join(f"{row[0]}\t{row[1]}" for row in rows[:2])
    tables.key(Qt.Key.Key_A, CTRL)
    assert len(table.view.selectionModel().selectedIndexes()) == 2 * len(rows)
    assert tables.page.editor.selection == ("few",)


def test_interactive_table_on_press_beside_or_page_change_closes(tables: "Studio") -> None:
    _double(tables, "all")
    tables.click("few")
    assert tables.canvas.interactive_table.table is None
    assert tables.page.editor.selection == ("few",)
    _double(tables, "all")
    tables.key(Qt.Key.Key_Tab)
    assert tables.canvas.interactive_table.table is None
    assert tables.page.editor.selection == ("few",)
    _double(tables, "all")
    tables.page.editor.remove()
    tables.wait(lambda: tables.canvas.interactive_table.table is None)


def test_interactive_table_follows_zoom(tables: "Studio") -> None:
    _double(tables, "all")
    small = _live(tables).view.font().pointSizeF()
    tables.canvas.set_zoom(1.5)
    tables.wait(lambda: _live(tables).view.font().pointSizeF() == pytest.approx(small * 1.5))
    assert tables.box("all").contains(_live(tables).geometry())


def test_table_resized_columns_keep_width(tables: "Studio") -> None:
    _double(tables, "all")
    _live(tables).view.horizontalHeader().resizeSection(1, 333)
    tables.key(Qt.Key.Key_Escape)
    _double(tables, "all")
    assert _live(tables).view.columnWidth(1) == 333
    tables.key(Qt.Key.Key_V)
    view = tables.page.enlarged.view
    assert view is not None
    assert isinstance(view.content.content, TableWidget)
    assert view.content.content.view.columnWidth(1) == 333


def test_table_column_width_is_changed_by_keys_and_told(tables: "Studio", announcements: list[str]) -> None:
    _double(tables, "all")
    view = _live(tables).view
    tables.key(Qt.Key.Key_Right)
    before, others = view.columnWidth(1), view.columnWidth(0)
    tables.key(Qt.Key.Key_Right, ALT | SHIFT)
    tables.key(Qt.Key.Key_Right, ALT | SHIFT)
    assert (view.columnWidth(1), view.columnWidth(0)) == (before + 32, others)
    assert announcements[-1].endswith(f"{before + 32} pixels wide")
    tables.key(Qt.Key.Key_Left, ALT | SHIFT)
    assert view.columnWidth(1) == before + 16
    assert view.currentIndex().column() == 1
    for _press in range(80):
        tables.key(Qt.Key.Key_Left, ALT | SHIFT)
    assert view.columnWidth(1) == view.horizontalHeader().minimumSectionSize()
    tables.key(Qt.Key.Key_Escape)
    _double(tables, "all")
    assert _live(tables).view.columnWidth(1) == view.horizontalHeader().minimumSectionSize()


def test_tile_header_double_click_edits_widget(tables: "Studio") -> None:
    _double(tables, "all", tables.header("all"))
    assert tables.canvas.interactive_table.table is None
    focus = tables.application.window.focusWidget()
    assert tables.page.inspector.isAncestorOf(focus)


def test_table_with_view_only_access_opens_on_click_or_enter(tables: "Studio") -> None:
    tables.page.editor.read_only = True
    tables.qtbot.mouseClick(tables.viewport, LEFT, NONE, tables.box("all").center())
    assert _live(tables).isVisible()
    tables.key(Qt.Key.Key_Escape)
    tables.key(Qt.Key.Key_Return)
    assert _live(tables).isVisible()
    tables.key(Qt.Key.Key_Escape)
    tables.click("days")
    tables.key(Qt.Key.Key_Return)
    assert tables.page.enlarged.view is not None


def test_enlarged_widget_shows_every_kind(tables: "Studio") -> None:
    for item_id in ("all", "none", "days", "one", "words", "wrong"):
        tables.page.editor.select([item_id])
        tables.canvas.setFocus()
        tables.key(Qt.Key.Key_V)
        view = tables.page.enlarged.view
        assert view is not None, item_id
        assert view.isVisible(), item_id
        assert view.title.text() == item_id, item_id
        assert view.width() > 2 * tables.canvas.tiles[item_id].rect.width(), item_id
        kinds = {"all": TableWidget, "words": QTextEdit}
        assert isinstance(view.content.content, kinds.get(item_id, EnlargedDrawing)), item_id
        assert view.isAncestorOf(tables.application.window.focusWidget()), item_id
        before = tables.page.editor.document
        for key in (Qt.Key.Key_Delete, Qt.Key.Key_D, Qt.Key.Key_A):
            tables.key(key, NONE if key == Qt.Key.Key_Delete else CTRL)
        assert tables.page.editor.document is before, item_id
        assert tables.page.editor.selection == (item_id,), item_id
        tables.key(Qt.Key.Key_Escape)
        tables.wait(lambda: tables.page.enlarged.view is None)
        assert tables.application.window.focusWidget() is tables.canvas, item_id
        assert tables.canvas.isVisible(), item_id


@pytest.mark.parametrize("item_id", ["all", "words"])
def test_enlarged_table_or_text_is_left_by_tab_and_named(tables: "Studio", item_id: str) -> None:
    tables.page.editor.select([item_id])
    tables.canvas.setFocus()
    tables.key(Qt.Key.Key_V)
    view = tables.page.enlarged.view
    assert view is not None
    inside = tables.application.window.focusWidget()
    assert view.content.content is not None
    assert view.content.content.accessibleName() == f"{item_id}, full size"
    tables.key(Qt.Key.Key_Tab)
    assert tables.application.window.focusWidget() is not inside
    tables.key(Qt.Key.Key_Backtab, SHIFT)
    assert tables.application.window.focusWidget() is inside
    tables.key(Qt.Key.Key_Backtab, SHIFT)
    assert tables.application.window.focusWidget() is not inside


def test_enlarged_text_has_a_ring_only_while_keys_are_used(tables: "Studio") -> None:
    tables.page.editor.select(["words"])
    tables.canvas.setFocus()
    tables.key(Qt.Key.Key_V)
    view = tables.page.enlarged.view
    assert view is not None
    page = view.content.content
    assert isinstance(page, QTextEdit)
    assert page.property("ringed")
    tables.key(Qt.Key.Key_Tab)
    assert not page.property("ringed")
    tables.qtbot.mouseClick(page.viewport(), LEFT)
    assert page.hasFocus()
    assert not page.property("ringed")


def test_enlarged_widget_removed_from_page_closes(tables: "Studio") -> None:
    tables.page.editor.select(["days"])
    tables.page.run("studio.enlarge")
    tables.page.editor.remove()
    tables.wait(lambda: tables.page.enlarged.view is None)


def test_presentation_opens_tables_and_enlarges_widgets(tables: "Studio") -> None:
    tables.key(Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    tables.qtbot.mouseClick(tables.viewport, LEFT, NONE, tables.box("all").center())
    assert _live(tables).isVisible()
    tables.key(Qt.Key.Key_Escape)
    assert tables.page.presentation.on
    tables.qtbot.mouseDClick(tables.viewport, LEFT, NONE, tables.box("days").center())
    assert tables.page.enlarged.view is not None
    tables.key(Qt.Key.Key_Escape)
    tables.wait(lambda: tables.page.enlarged.view is None)
    assert tables.page.presentation.on
    tables.key(Qt.Key.Key_Tab)
    tables.key(Qt.Key.Key_Return)
    assert tables.canvas.interactive_table.item_id == "all"
    tables.key(Qt.Key.Key_Escape)
    tables.key(Qt.Key.Key_Escape)
    assert not tables.page.presentation.on


def test_interactive_table_of_truncated_answer_requests_all_rows(tables: "Studio") -> None:
    many = _item(
        "many", "table", 0, 0, query="SELECT a.id, b.currency FROM orders a JOIN orders b ON a.shop_id = b.shop_id"
    )
    tables.page.editor.load(parse_document([many]))
    tables.wait(lambda: "many" in tables.canvas.tiles and not tables.page.query_runner.busy)
    _double(tables, "many")
    table = _live(tables)
    tables.wait(lambda: table.rows.rowCount() == 10_000)
    assert table.footer.text().startswith("First 10\u202f000 rows")
    tables.key(Qt.Key.Key_End)
    assert table.view.currentIndex().row() == 9_999


def test_table_arrangement_is_kept_while_page_is_open(tables: "Studio") -> None:
    _double(tables, "all")
    tables.key(Qt.Key.Key_V)
    view = tables.page.enlarged.view
    assert view is not None
    large = view.content.content
    assert isinstance(large, TableWidget)
    tables.key(Qt.Key.Key_S)
    tables.key(Qt.Key.Key_S)
    falling = _rows(large)
    large.view.setCurrentIndex(large.rows.index(400, 1))
    bar = large.view.verticalScrollBar()
    bar.setValue(bar.value() + 100)
    at = bar.value()
    assert at > 5_000
    tables.key(Qt.Key.Key_Escape)
    tables.wait(lambda: tables.page.enlarged.view is None)
    tables.page.editor.select(["all"])
    tables.key(Qt.Key.Key_V)
    again = tables.page.enlarged.view
    assert again is not None
    large = again.content.content
    assert isinstance(large, TableWidget)
    tables.wait(lambda: large.view.verticalScrollBar().value() == at)
    assert _rows(large) == falling
    assert (large.view.currentIndex().row(), large.view.currentIndex().column()) == (400, 1)
    tables.key(Qt.Key.Key_Home)
    assert large.view.verticalScrollBar().value() == 0
    tables.key(Qt.Key.Key_Escape)
    tables.wait(lambda: tables.page.enlarged.view is None)
    _double(tables, "all")
    assert _rows(_live(tables)) == falling
    assert _live(tables).view.currentIndex().row() == 0
