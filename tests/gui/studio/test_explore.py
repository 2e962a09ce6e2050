"""Explore in a real window, by mouse and keys: from a table to a chart, by fields and in SQL, and onto a dashboard."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QTreeWidgetItem, QWidget
from pytestqt.qtbot import QtBot

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.queries import run_query
from benchboard.analytics.sources import services
from benchboard.analytics.sources.configuration import tables_of
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.state import examine
from benchboard.dashboards import library
from benchboard.dashboards.document.widget_kinds import WidgetContent, widget_of
from benchboard.paging import Listing
from benchboard.ui.studio.dashboards_view import DashboardsView
from benchboard.ui.studio.data.explore.builder import BuilderRow
from benchboard.ui.studio.data.explore.chip import Chip
from benchboard.ui.studio.data.explore.explore_view import ExploreView
from benchboard.ui.studio.editor_page import StudioPage
from benchboard.ui.widgets import Button, Edit, Select
from benchboard.ui.widgets.toasts import Toast
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio

LEFT = Qt.MouseButton.LeftButton
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
pytestmark = pytest.mark.usefixtures("plain_home")


class Explorer:
    """The view in an open window."""

    def __init__(self, studio: "Studio", address: str = "studio/explore") -> None:
        self.studio, self.qtbot = studio, studio.qtbot
        studio.context.go(address)
        (self.view,) = studio.application.window.findChildren(ExploreView)
        self.exploration, self.tree = self.view.exploration, self.view.fields.tree
        studio.wait(lambda: self.exploration.sources_read)

    def row(self, *names: str) -> QTreeWidgetItem:
        """A row of the tree: its source, table and column."""
        item = self.tree.invisibleRootItem()
        for name in names:
            item = next(child for k in range(item.childCount()) if (child := item.child(k)).text(0) == name)
        return item

    def enter(self, *names: str) -> None:
        """Make a row current and press Enter."""
        self.tree.setFocus()
        self.tree.setCurrentItem(self.row(*names))
        self.qtbot.keyClick(self.tree, Qt.Key.Key_Return)

    def wait_for_result(self) -> None:
        """Wait until the result is that of the present query."""
        exploration = self.exploration
        self.studio.wait(
            lambda: (
                not exploration.running
                and exploration.result is not None
                and exploration.result.text == exploration.state.text
            )
        )

    def open_orders(self) -> None:
        self.enter("Benchboard", "orders")
        self.studio.wait(lambda: bool(self.exploration.state.text))
        self.wait_for_result()

    def find(self, name: str) -> QWidget:
        window = self.studio.application.window
        (found,) = [one for one in window.findChildren(QWidget, name) if one.isVisible()]
        return found

    def click(self, name: str) -> None:
        self.qtbot.mouseClick(self.find(name), LEFT)

    def choose(self, name: str, key: str) -> None:
        """Choose an item of a drop-down list by the keyboard."""
        select = self.find(name)
        assert isinstance(select, Select)
        select.setFocus()
        while select.current_key() != key:
            before = select.current_key()
            self.qtbot.keyClick(select, Qt.Key.Key_Down)
            if select.current_key() == before:
                break
        while select.current_key() != key:
            before = select.current_key()
            self.qtbot.keyClick(select, Qt.Key.Key_Up)
            assert select.current_key() != before, f"{name} has no {key}"

    def type(self, name: str, text: str) -> None:
        edit = self.find(name)
        assert isinstance(edit, Edit)
        edit.setFocus()
        edit.selectAll()
        self.qtbot.keyClicks(edit, text)

    def texts(self, row: BuilderRow) -> list[str]:
        return [chip.text() for chip in row.chips]

    @property
    def sql(self) -> str:
        return self.view.made_sql.text.toPlainText()

    def status(self) -> str:
        label = self.find("explore_status")
        return label.accessibleName() or str(label.property("text"))

    def answers(self) -> tuple[tuple[object, ...], ...]:
        """What the present query answers, asked anew."""
        state = self.exploration.state
        with unbound(self.studio.workspace.database).read() as session:
            return run_query(
                session, self.studio.actor, state.text, limit=10_000, variables=self.exploration.variables(),
                source_id=state.source_id or None,
            ).rows  # fmt: skip


@pytest.fixture
def explorer(studio: "Studio") -> Explorer:
    return Explorer(studio)


def test_a_table_opens_as_a_line_over_time_that_the_query_beside_it_made(explorer: Explorer) -> None:
    explorer.open_orders()

    assert explorer.exploration.kind == "line_chart"
    assert "date_trunc(:interval, created_dt) AS period" in explorer.sql
    result = explorer.exploration.result
    assert result is not None
    assert result.table is not None
    assert result.table.rows == explorer.answers()
    assert explorer.view.result.table is not None
    assert explorer.view.result.table.rows.rowCount() == len(result.table.rows) > 5
    assert f"{len(result.table.rows)} rows" in explorer.status()
    assert explorer.view.time.isVisible()


def test_columns_are_added_where_they_fit_by_enter_and_double_click(explorer: Explorer) -> None:
    explorer.open_orders()
    explorer.enter("Benchboard", "orders", "status")
    explorer.wait_for_result()
    assert explorer.exploration.state.question is not None
    assert [one.column for one in explorer.exploration.state.question.groups] == ["created_dt", "status"]

    item = explorer.row("Benchboard", "orders", "order_total")
    explorer.tree.scrollToItem(item)
    spot = explorer.tree.visualItemRect(item).center()
    explorer.qtbot.mouseClick(explorer.tree.viewport(), LEFT, pos=spot)
    explorer.qtbot.mouseDClick(explorer.tree.viewport(), LEFT, pos=spot)
    explorer.wait_for_result()
    assert explorer.exploration.state.question.measures[-1:] != ()
    assert "sum(order_total) AS total_order_total" in explorer.sql
    result = explorer.exploration.result
    assert result is not None
    assert result.table is not None
    assert result.table.rows == explorer.answers()


def test_a_filter_is_added_by_keys_changed_and_removed(explorer: Explorer) -> None:
    explorer.open_orders()
    before = explorer.answers()
    explorer.click("explore_add_filters")
    explorer.choose("filter_column", "currency")
    explorer.choose("filter_operator", "one_of")
    explorer.type("filter_value", "EUR, USD")
    explorer.qtbot.keyClick(explorer.find("filter_value"), Qt.Key.Key_Return)
    explorer.wait_for_result()
    assert "currency IN ('EUR', 'USD')" in explorer.sql
    assert explorer.texts(explorer.view.builder.filters)[-1] == "Currency is one of EUR, USD"
    assert explorer.exploration.result is not None
    assert explorer.exploration.result.table is not None
    assert explorer.exploration.result.table.rows == explorer.answers() != before

    chip = explorer.view.builder.filters.chips[-1]
    chip.setFocus()
    explorer.qtbot.keyClick(chip, Qt.Key.Key_Return)
    explorer.choose("filter_operator", "eq")
    explorer.type("filter_value", "EUR")
    explorer.click("part_apply")
    explorer.wait_for_result()
    assert "currency = 'EUR'" in explorer.sql

    explorer.qtbot.keyClick(explorer.view.builder.filters.chips[-1], Qt.Key.Key_Delete)
    explorer.wait_for_result()
    assert explorer.answers() == before


def test_a_wrong_value_is_said_at_its_field(explorer: Explorer) -> None:
    explorer.open_orders()
    explorer.click("explore_add_filters")
    explorer.choose("filter_column", "order_total")
    explorer.type("filter_value", "much")
    explorer.qtbot.keyClick(explorer.find("filter_value"), Qt.Key.Key_Return)
    assert "isn't a number" in explorer.find("filter_value").accessibleDescription()
    explorer.type("filter_value", "100")
    explorer.qtbot.keyClick(explorer.find("filter_value"), Qt.Key.Key_Return)
    explorer.wait_for_result()
    assert "order_total >= 100" in explorer.sql


def test_groups_measures_sorting_and_limit_are_edited(explorer: Explorer) -> None:
    explorer.open_orders()
    explorer.qtbot.keyClick(explorer.view.builder.groups.chips[0], Qt.Key.Key_Return)
    explorer.choose("group_unit", "month")
    explorer.click("part_apply")
    assert explorer.texts(explorer.view.builder.groups) == ["Order time by month"]
    assert explorer.texts(explorer.view.builder.sorts) == ["Order time, oldest first"]

    explorer.click("explore_add_measures")
    explorer.choose("measure_column", "order_total")
    explorer.choose("measure_function", "avg")
    explorer.type("measure_name", "average order")
    explorer.qtbot.keyClick(explorer.find("measure_name"), Qt.Key.Key_Return)
    explorer.qtbot.keyClick(explorer.view.builder.sorts.chips[0], Qt.Key.Key_Space)
    explorer.choose("sort_column", "average order")
    explorer.click("part_apply")
    explorer.click("explore_limit")
    explorer.type("limit_rows", "2")
    explorer.qtbot.keyClick(explorer.find("limit_rows"), Qt.Key.Key_Return)
    explorer.wait_for_result()
    assert explorer.sql.endswith('ORDER BY "average order"\nLIMIT 2')
    assert len(explorer.answers()) == 2

    measures = explorer.view.builder.measures
    measures.chips[1].setFocus()
    explorer.qtbot.keyClick(measures.chips[1], Qt.Key.Key_Left, ALT)
    assert [text.rpartition(" as ")[2] for text in explorer.texts(measures)] == ["average order", "orders"]
    assert measures.chips[0].hasFocus()


def test_the_cross_of_a_chip_removes_it_and_undo_brings_it_back(explorer: Explorer) -> None:
    explorer.open_orders()
    text = explorer.sql
    chip = explorer.view.builder.measures.chips[0]
    explorer.qtbot.mouseClick(chip, LEFT, pos=QPoint(chip.width() - 10, chip.height() // 2))
    assert "count(*)" not in explorer.sql
    explorer.tree.setFocus()
    explorer.qtbot.keyClick(explorer.tree, Qt.Key.Key_Z, CTRL)
    assert explorer.sql == text
    explorer.qtbot.keyClick(explorer.tree, Qt.Key.Key_Y, CTRL)
    assert "count(*)" not in explorer.sql


def test_a_column_is_dropped_on_a_row(explorer: Explorer) -> None:
    explorer.open_orders()
    data: QMimeData = explorer.tree.mimeData([explorer.row("Benchboard", "orders", "currency")])
    row = explorer.view.builder.groups
    copy, no_key = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    # Qt passes a drop on to the widget that took the drag when it entered.
    QApplication.sendEvent(row, QDragEnterEvent(QPoint(20, 10), copy, data, LEFT, no_key))
    event = QDropEvent(QPointF(20, 10), copy, data, LEFT, no_key)
    QApplication.sendEvent(row, event)
    explorer.wait_for_result()
    assert explorer.texts(row)[-1] == "Currency"


def test_sql_is_edited_both_ways_as_long_as_the_builder_has_it(explorer: Explorer) -> None:
    explorer.open_orders()
    explorer.click("explore_edit_sql")
    edit = explorer.view.sql.edit
    explorer.studio.wait(edit.hasFocus)
    assert edit.toPlainText() == explorer.exploration.state.text

    edit.selectAll()
    explorer.qtbot.keyClicks(edit, "SELECT status, count(*) AS n FROM orders GROUP BY 1")
    explorer.qtbot.keyClick(edit, Qt.Key.Key_Return, CTRL)
    explorer.wait_for_result()
    assert explorer.exploration.kind == "bar_chart"
    explorer.click("segment_build")
    assert explorer.texts(explorer.view.builder.groups) == ["Status"]

    explorer.click("segment_sql")
    edit.selectAll()
    explorer.qtbot.keyClicks(edit, "SELECT count(*) FROM orders HAVING count(*) > 1")
    explorer.qtbot.keyClick(edit, Qt.Key.Key_Return, CTRL)
    explorer.wait_for_result()
    explorer.click("segment_build")
    assert explorer.exploration.state.mode == "sql"
    toasts = [one for one in explorer.studio.application.window.findChildren(Toast) if one.isVisible()]
    assert [one.accessibleName() for one in toasts] == ["This query can only be edited as SQL."]
    assert edit.toPlainText().endswith("> 1")


def test_an_error_in_the_sql_is_said_and_nothing_typed_is_lost(explorer: Explorer) -> None:
    explorer.open_orders()
    explorer.click("segment_sql")
    edit = explorer.view.sql.edit
    edit.selectAll()
    explorer.qtbot.keyClicks(edit, "SELECT totl FROM orders")
    explorer.qtbot.keyClick(edit, Qt.Key.Key_Return, CTRL)
    explorer.wait_for_result()
    explorer.studio.wait(lambda: bool(edit.extraSelections()))
    assert "totl" in explorer.view.result.chart.accessibleDescription()
    assert "error" in explorer.status()
    assert not explorer.view.add.isEnabled()
    assert edit.toPlainText() == "SELECT totl FROM orders"


def test_a_long_query_is_cancelled(explorer: Explorer) -> None:
    explorer.open_orders()
    explorer.click("segment_sql")
    edit = explorer.view.sql.edit
    edit.selectAll()
    explorer.qtbot.keyClicks(
        edit, "SELECT max(a.id || b.id || c.id) AS x FROM orders a CROSS JOIN orders b CROSS JOIN orders c"
    )
    explorer.qtbot.keyClick(edit, Qt.Key.Key_Return, CTRL)
    explorer.studio.wait(explorer.view.cancel.isVisible)
    explorer.click("explore_cancel")
    explorer.studio.wait(lambda: not explorer.exploration.running)
    assert explorer.status().startswith("Cancelled")
    assert not explorer.view.cancel.isVisible()


def test_kinds_that_cannot_draw_the_result_say_why(explorer: Explorer) -> None:
    explorer.open_orders()
    explorer.click("explore_kind_bar_chart")
    assert explorer.exploration.kind == "bar_chart"
    explorer.click("segment_sql")
    edit = explorer.view.sql.edit
    edit.selectAll()
    explorer.qtbot.keyClicks(edit, "SELECT status, currency FROM orders LIMIT 5")
    explorer.qtbot.keyClick(edit, Qt.Key.Key_Return, CTRL)
    explorer.wait_for_result()
    line = explorer.view.result.kinds["line_chart"]
    assert not line.isEnabled()
    assert "No numeric column" in line.reason
    explorer.click("explore_kind_table")
    assert not explorer.view.result.chart.isVisible()


def _stored(studio: "Studio", name: str) -> list[WidgetContent]:
    with unbound(studio.workspace.database).read() as session:
        cards = library.list_dashboards(session, studio.actor, Listing()).rows
        card = next(one for one in cards if one.name == name)
        document = library.get_dashboard(session, studio.actor, card.id).document
    return [widget_of(item) for item, _cell in document.layout]


def _page(studio: "Studio", name: str) -> StudioPage:
    (place,) = studio.application.window.findChildren(DashboardsView)
    return next(page for page in place.pages if page.name == name)


def test_what_is_explored_becomes_a_widget_of_a_dashboard_where_it_can_be_undone(explorer: Explorer) -> None:
    studio = explorer.studio
    explorer.open_orders()
    with unbound(studio.workspace.database).read() as session:
        cards = library.list_dashboards(session, studio.actor, Listing()).rows
    target = next(one.name for one in cards if one.level != "view")
    before = len(_stored(studio, target))

    explorer.click("explore_add")
    studio.wait(lambda: any(one.text() == target for one in _offered(studio)))
    explorer.type("add_title", "Orders by week")
    button = next(one for one in _offered(studio) if one.text() == target)
    explorer.qtbot.mouseClick(button, LEFT)
    studio.wait(lambda: _toast(studio) is not None)
    assert explorer.view.isVisible()
    page = _page(studio, target)
    studio.wait(lambda: not page.saving.dirty and page.saving.state == "saved")
    added = _stored(studio, target)[-1]
    assert len(_stored(studio, target)) == before + 1
    assert (added.type, added.title, added.query) == ("line_chart", "Orders by week", explorer.exploration.state.text)

    explorer.click("toast_action")
    studio.wait(page.isVisible)
    page.undo()
    studio.wait(lambda: not page.saving.dirty and page.saving.state == "saved")
    assert len(_stored(studio, target)) == before


def _offered(studio: "Studio") -> list[Button]:
    return [one for one in studio.application.window.findChildren(Button, "add_dashboard") if one.isVisible()]


def _toast(studio: "Studio") -> Toast | None:
    found = [one for one in studio.application.window.findChildren(Toast) if one.isVisible()]
    return next((one for one in found if "Added to" in one.accessibleName()), None)


def test_a_new_dashboard_is_made_for_it(explorer: Explorer) -> None:
    studio = explorer.studio
    explorer.open_orders()
    explorer.click("explore_add")
    explorer.type("add_title", "Orders over time")
    explorer.click("add_new_dashboard")
    studio.wait(lambda: _toast(studio) is not None)
    page = _page(studio, "Orders over time")
    studio.wait(lambda: not page.saving.dirty and page.saving.state == "saved")
    assert [one.title for one in _stored(studio, "Orders over time")] == ["Orders over time"]


def test_the_query_is_there_again_after_a_restart(open_studio: "Callable[..., Studio]") -> None:
    first = open_studio()
    explorer = Explorer(first)
    explorer.open_orders()
    explorer.enter("Benchboard", "orders", "currency")
    explorer.wait_for_result()
    text = explorer.exploration.state.text
    home = first.home
    first.close()

    again = Explorer(open_studio(home))
    again.studio.wait(lambda: again.exploration.state.text == text)
    again.wait_for_result()
    assert again.texts(again.view.builder.groups)[-1] == "Currency"


def _add_trips(studio: "Studio", file: Path) -> SourceSummary:
    rows = "".join(
        f"2024-{1 + k % 12:02d}-{1 + k % 28:02d},{'Ankara' if k % 3 else 'İzmir'},{k / 2}\n" for k in range(300)
    )
    file.write_text("day,city,km\n" + rows, encoding="utf-8")
    tables = tables_of(tuple(table.scan for table in inspect_file(file).tables))
    with unbound(studio.workspace.database).change() as session:
        return services.add_source(
            session, studio.actor, name="Trips", kind="csv", tables=tables, state=examine(tables, CancelToken())
        )


def test_a_file_is_explored_and_its_chart_keeps_its_source(studio: "Studio", tmp_path: Path) -> None:
    source = _add_trips(studio, tmp_path / "trips.csv")
    explorer = Explorer(studio, f"studio/explore/{source.id}/{source.tables[0]}")
    studio.wait(lambda: bool(explorer.exploration.state.text))
    explorer.wait_for_result()
    result = explorer.exploration.result
    assert result is not None
    assert result.table is not None
    assert result.table.rows == explorer.answers()
    # All of its days are long before the time range: they are grouped by a unit that fits them, and none is left out.
    assert ":from" not in explorer.sql
    assert explorer.exploration.kind == "line_chart"
    assert sum(int(str(row[1])) for row in result.table.rows) == 300

    explorer.enter("Trips", source.tables[0], "km")
    explorer.wait_for_result()
    assert "sum(km)" in explorer.sql
    explorer.click("explore_add")
    explorer.type("add_title", "Kilometres")
    explorer.click("add_new_dashboard")
    studio.wait(lambda: _toast(studio) is not None)
    page = _page(studio, "Kilometres")
    studio.wait(lambda: not page.saving.dirty and page.saving.state == "saved")
    (added,) = _stored(studio, "Kilometres")
    assert added.data_source_id == source.id
    explorer.click("toast_action")
    studio.wait(lambda: page.isVisible() and not page.query_runner.busy)
    shown = page.query_runner.result(page.editor.widgets()[0].id)
    assert shown is not None
    assert shown.table is not None
    assert shown.table.rows == explorer.answers()


def test_the_search_finds_columns_of_closed_tables(explorer: Explorer, qtbot: QtBot) -> None:
    qtbot.keyClick(explorer.tree, Qt.Key.Key_Slash)
    field = explorer.find("explore_search")
    explorer.studio.wait(field.hasFocus)
    qtbot.keyClicks(field, "curr")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    orders = explorer.row("Benchboard", "orders")
    assert [orders.child(k).text(0) for k in range(orders.childCount())] == ["currency"]
    assert orders.isExpanded()


def test_every_chip_says_how_it_is_used(explorer: Explorer) -> None:
    explorer.open_orders()
    chips = explorer.view.builder.findChildren(Chip)
    assert chips
    assert all(chip.accessibleName() for chip in chips)
    removable = [chip for chip in chips if chip.objectName() not in ("explore_table", "explore_limit")]
    assert all("Delete" in chip.accessibleDescription() for chip in removable)
