"""Explore in a real window, by mouse and keys: from a table to a chart, by fields and in SQL, and onto a dashboard."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import shiboken6
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFileDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QTreeWidgetItem,
    QWidget,
)
from pytestqt.qtbot import QtBot

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.pivoted_table import PivotTable
from benchboard.analytics.queries import run_query
from benchboard.analytics.query_builder.first_question import first_question
from benchboard.analytics.query_builder.question import Filter
from benchboard.analytics.sources import services
from benchboard.analytics.sources.configuration import tables_of
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.source_reading import read_source_again
from benchboard.analytics.sources.state import examine
from benchboard.dashboards import library
from benchboard.dashboards.document.document import Variable, empty, parse_document, write_document
from benchboard.dashboards.document.time_range import Period, TimeRange
from benchboard.dashboards.document.widget_kinds import WidgetContent, kind_of, widget_of
from benchboard.paging import Listing
from benchboard.storage.models.analytics import DataSource
from benchboard.ui.studio.dashboards_view import DashboardsView
from benchboard.ui.studio.data.explore import read_warning, result_pane
from benchboard.ui.studio.data.explore.builder import BuilderRow
from benchboard.ui.studio.data.explore.explore_view import ExploreView
from benchboard.ui.studio.editor_page import StudioPage
from benchboard.ui.studio.panes.query_editor import QueryEdit
from benchboard.ui.studio.tiles.kinds.missing_periods import drawn_table
from benchboard.ui.studio.tiles.numbers.partial_periods import partial_period
from benchboard.ui.studio.tiles.results.query_result import QueryResult
from benchboard.ui.studio.tiles.tables.table_rows import exact_text
from benchboard.ui.widgets import Button, CheckBox, Edit, Select
from benchboard.ui.widgets.chip import Chip
from benchboard.ui.widgets.no_match import NoMatchLine
from benchboard.ui.widgets.popover import Popover
from benchboard.ui.widgets.tab_order import tab_stops
from benchboard.ui.widgets.toasts import Toast
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio

LEFT = Qt.MouseButton.LeftButton
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


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

    def open_counted_orders(self) -> None:
        """The orders, counted over their time: the table opens with its amounts."""
        self.open_orders()
        empty = self.exploration.empty_question("", "orders")
        self.exploration.set_question(first_question(empty, "created_dt", "interval"), mode="build")
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


def test_column_that_is_added_is_read_out_and_named_as_one_of_the_query(
    explorer: Explorer, announcements: list[str]
) -> None:
    explorer.open_orders()
    row = explorer.row("Benchboard", "orders", "status")
    assert row.data(0, Qt.ItemDataRole.AccessibleTextRole) is None
    explorer.enter("Benchboard", "orders", "status")
    assert "status, in the query" in announcements
    row = explorer.row("Benchboard", "orders", "status")
    assert row.data(0, Qt.ItemDataRole.AccessibleTextRole) == "status, in the query"


def test_table_that_is_expanded_by_keys_tells_how_many_columns_it_has(
    explorer: Explorer, told_events: list[tuple[str, int]], announcements: list[str]
) -> None:
    """It was silent, and its rows are made anew once their statistics are read."""
    explorer.open_orders()
    tree = explorer.view.fields.tree
    row = explorer.row("Benchboard", "orders")
    row.setExpanded(False)
    tree.setCurrentItem(row)
    tree.setFocus(Qt.FocusReason.TabFocusReason)
    announcements.clear()
    told_events.clear()
    columns = row.childCount()
    explorer.studio.qtbot.keyClick(tree, Qt.Key.Key_Right)
    assert announcements == [f"Expanded, {columns} columns"]
    tree.build()
    assert tree.hasFocus()
    assert announcements == [f"Expanded, {columns} columns"]
    assert "Focus" not in {kind for kind, _child in told_events}
    explorer.studio.qtbot.keyClick(tree, Qt.Key.Key_Left)
    assert announcements[1:] == ["Collapsed"]


def test_press_on_the_caret_of_a_row_closes_and_opens_it(explorer: Explorer) -> None:
    """The ground of a row goes from edge to edge of the pane, and its caret stands right of Qt's own place."""
    explorer.open_orders()
    tree, item = explorer.tree, explorer.row("Benchboard", "orders")
    tree.scrollToItem(item)
    assert tree.width() == explorer.view.fields.width()
    caret = QPoint(tree.visualItemRect(item).left() + 8, tree.visualItemRect(item).center().y())
    question = explorer.exploration.state.question
    for is_open in (False, True):
        explorer.qtbot.mouseClick(tree.viewport(), LEFT, pos=caret)
        assert item.isExpanded() == is_open
    explorer.qtbot.mouseDClick(tree.viewport(), LEFT, pos=caret)
    assert explorer.exploration.state.question == question


def test_columns_are_added_where_they_fit_by_enter_and_double_click(explorer: Explorer) -> None:
    explorer.open_counted_orders()
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
    explorer.studio.wait(lambda: "currency IN ('EUR', 'USD')" in explorer.sql)  # no value contains this text
    explorer.wait_for_result()
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


def test_filter_popover_without_a_value_asks_for_one(explorer: Explorer) -> None:
    """Apply filtered by empty text, and the result was empty without a word."""
    explorer.open_orders()
    explorer.click("explore_add_filters")
    explorer.choose("filter_column", "status")
    explorer.qtbot.keyClick(explorer.find("filter_value"), Qt.Key.Key_Return)
    assert "Select or enter a value." in explorer.find("filter_value").accessibleDescription()
    explorer.type("filter_value", '""')
    explorer.qtbot.keyClick(explorer.find("filter_value"), Qt.Key.Key_Return)
    explorer.wait_for_result()
    assert "status IN ('')" in explorer.sql


def test_changed_limit_is_told_as_the_limit(explorer: Explorer, announcements: list[str]) -> None:
    explorer.open_counted_orders()
    explorer.click("explore_limit")
    explorer.type("limit_rows", "2")
    announcements.clear()
    explorer.qtbot.keyClick(explorer.find("limit_rows"), Qt.Key.Key_Return)
    told = [one for one in announcements if "first 2 rows" in one]
    assert [one.startswith("Limit: ") and one.endswith(" changed to first 2 rows.") for one in told] == [True], told


def test_groups_measures_sorting_and_limit_are_edited(explorer: Explorer) -> None:
    explorer.open_counted_orders()
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
    assert explorer.sql.endswith('ORDER BY "average order", month\nLIMIT 2'), "months of one average in their order"
    assert len(explorer.answers()) == 2
    explorer.click("explore_limit")
    explorer.type("limit_rows", "1,250")
    explorer.qtbot.keyClick(explorer.find("limit_rows"), Qt.Key.Key_Return)
    explorer.wait_for_result()
    assert explorer.sql.endswith("LIMIT 1250"), "there are no parts of a row"

    measures = explorer.view.builder.measures
    measures.chips[1].setFocus()
    explorer.qtbot.keyClick(measures.chips[1], Qt.Key.Key_Left, ALT)
    assert [text.rpartition(" as ")[2] for text in explorer.texts(measures)] == ["average order", "orders"]
    assert measures.chips[0].hasFocus()


def test_a_sum_divided_by_another_is_a_measure(explorer: Explorer) -> None:
    explorer.open_orders()
    explorer.click("explore_add_measures")
    explorer.choose("measure_column", "order_total")
    explorer.choose("measure_function", "ratio")
    explorer.choose("measure_divisor", "")
    explorer.click("part_apply")
    explorer.wait_for_result()
    assert "sum(order_total) * 1.0 / nullif(count(*), 0) AS order_total_per_row" in explorer.sql
    assert explorer.texts(explorer.view.builder.measures)[1].startswith("Order total divided by rows")
    explorer.qtbot.keyClick(explorer.view.builder.measures.chips[1], Qt.Key.Key_Return)
    explorer.choose("measure_function", "sum")
    explorer.click("part_apply")
    explorer.wait_for_result()
    assert " / " not in explorer.sql


def test_a_choice_of_a_list_that_hangs_out_of_its_popover_is_taken_by_mouse(explorer: Explorer) -> None:
    explorer.open_orders()
    explorer.click("explore_add_measures")
    explorer.choose("measure_column", "order_total")
    functions = explorer.find("measure_function")
    assert isinstance(functions, Select)
    functions.showPopup()
    view = functions.view()
    last = view.model().index(functions.count() - 1, 0)
    spot = view.visualRect(last).center()
    popover = Popover.opened()
    assert popover is not None
    below = popover.mapFromGlobal(view.viewport().mapToGlobal(spot))
    assert not popover.frame().contains(below), "else the test shows nothing"
    explorer.qtbot.mouseClick(view.viewport(), LEFT, pos=spot)
    assert Popover.opened() is popover
    assert functions.currentData() == "ratio"
    explorer.click("part_apply")
    explorer.wait_for_result()
    assert " / " in explorer.sql


def test_source_that_is_explored_says_that_it_replaces_the_sql(explorer: Explorer, announcements: list[str]) -> None:
    explorer.open_orders()
    question = explorer.exploration.state.question
    assert question is not None
    explorer.exploration.set_mode("sql")
    explorer.exploration.set_text("WITH mine AS (SELECT 1) SELECT * FROM mine")
    announcements.clear()
    explorer.view.open_route(f"{question.source_id or 'own'}/{question.table}")
    told = f"Your SQL was replaced by a new query of {question.table}."
    assert any(one.startswith(told) for one in announcements), announcements


def test_undo_that_brings_written_sql_back_says_so(explorer: Explorer, announcements: list[str]) -> None:
    explorer.open_orders()
    exploration = explorer.exploration
    exploration.set_mode("sql")
    exploration.set_text("SELECT 1 AS mine")
    exploration.set_text("SELECT 2 AS other")
    announcements.clear()
    explorer.view.builder.take_step("undo")
    assert exploration.state.mode == "sql"
    assert "Undone: your SQL is back" in announcements


def test_the_cross_of_a_chip_removes_it_and_undo_brings_it_back(explorer: Explorer, announcements: list[str]) -> None:
    explorer.open_orders()
    assert not any(one.startswith(("Measure:", "Group by:")) for one in announcements), announcements
    explorer.open_counted_orders()
    announcements.clear()
    text = explorer.sql
    chip = explorer.view.builder.measures.chips[0]
    explorer.qtbot.mouseClick(chip, LEFT, pos=QPoint(chip.width() - 10, chip.height() // 2))
    assert "count(*)" not in explorer.sql
    field = explorer.find("explore_search")  # nothing was typed in it
    field.setFocus()
    explorer.qtbot.keyClick(field, Qt.Key.Key_Z, CTRL)
    assert explorer.sql == text
    explorer.tree.setFocus()
    assert [one for one in announcements if one.startswith("Measure:")] == ["Measure: count of rows as orders removed."]
    assert "Undone: Measure: count of rows as orders is back." in announcements
    announcements.clear()
    explorer.qtbot.keyClick(explorer.tree, Qt.Key.Key_Y, CTRL)
    assert "Redone: Measure: count of rows as orders removed." in announcements
    assert "count(*)" not in explorer.sql
    explorer.wait_for_result()
    assert [one for one in announcements if " in " in one] == [explorer.status()]
    announcements.clear()
    explorer.exploration.run()
    explorer.studio.wait(lambda: announcements == [explorer.status()])


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


def test_a_time_dropped_on_the_groups_is_one_at_once(explorer: Explorer) -> None:
    """A popover asked for the unit, and a click beside it took the drop back without a word."""
    explorer.open_orders()
    groups = explorer.view.builder.groups
    explorer.qtbot.keyClick(groups.chips[0], Qt.Key.Key_Delete)
    before = explorer.texts(groups)
    explorer.view.builder.place("groups", "", "orders", "created_dt")
    assert Popover.opened() is None
    assert explorer.texts(groups) == ["Order time, auto interval", *before]
    explorer.exploration.undo()
    assert explorer.texts(groups) == before


def test_what_is_typed_in_a_form_outlives_one_click_beside_it_and_a_resize(
    explorer: Explorer, announcements: list[str]
) -> None:
    explorer.open_orders()
    explorer.click("explore_add_calculations")
    explorer.type("calculation_name", "with tax")
    window = explorer.view.window()
    window.resize(window.width() - 40, window.height())
    beside = explorer.view.result
    corner = QPoint(beside.width() - 8, beside.height() - 8)
    explorer.qtbot.mouseClick(beside, Qt.MouseButton.LeftButton, pos=corner)
    name, warning = explorer.find("calculation_name"), explorer.find("part_discard_warning")
    assert isinstance(name, QLineEdit)
    assert name.text() == "with tax"
    assert warning.isVisible()
    assert "Click outside again to discard what you typed." in announcements
    explorer.qtbot.mouseClick(beside, Qt.MouseButton.LeftButton, pos=corner)
    assert Popover.opened() is None


def test_columns_without_groups_are_built_by_keys_until_something_is_grouped(explorer: Explorer) -> None:
    explorer.exploration.open_query(
        "", lambda _source: "SELECT status, order_total FROM orders LIMIT 50", None, "table"
    )
    builder = explorer.view.builder
    explorer.studio.wait(lambda: explorer.texts(builder.columns) == ["Status", "Order total"])
    assert explorer.exploration.state.mode == "build"
    assert builder.columns.isVisible()
    button = explorer.find("explore_add_columns")
    button.setFocus()
    explorer.qtbot.keyClick(button, Qt.Key.Key_Space)
    select = explorer.find("plain_column")
    assert isinstance(select, Select)
    assert select.findData("status") < 0
    explorer.choose("plain_column", "currency")
    explorer.click("part_apply")
    assert explorer.texts(builder.columns) == ["Status", "Order total", "Currency"]
    explorer.qtbot.keyClick(builder.columns.chips[0], Qt.Key.Key_Delete)
    assert explorer.texts(builder.columns) == ["Order total", "Currency"]
    explorer.wait_for_result()
    assert explorer.exploration.state.text == "SELECT order_total,\n       currency\nFROM orders\nLIMIT 50"
    explorer.enter("Benchboard", "orders", "status")
    assert explorer.texts(builder.columns) == ["Order total", "Currency", "Status"]
    builder.place("groups", "", "orders", "status")
    assert (explorer.texts(builder.columns), builder.columns.isVisible()) == ([], False)
    assert explorer.texts(builder.groups) == ["Status"]
    explorer.exploration.undo()
    assert explorer.texts(builder.columns) == ["Order total", "Currency", "Status"]


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
    assert [one.accessibleName() for one in toasts] == ["The builder can't show this query. Edit it as SQL."]
    assert edit.toPlainText().endswith("> 1")
    (button,) = (one for one in toasts[0].findChildren(QAbstractButton) if one.text() == "Back to the last query built")
    explorer.qtbot.mouseClick(button, LEFT)
    assert explorer.exploration.state.mode == "build"
    assert explorer.texts(explorer.view.builder.groups) == ["Status"]
    explorer.exploration.undo()
    assert explorer.exploration.state.text.endswith("> 1"), "nothing is lost"


def test_explore_has_one_primary_button_which_runs_what_is_written_as_sql(explorer: Explorer) -> None:
    explorer.open_orders()

    def primary() -> list[str]:
        buttons = explorer.view.toolbar.findChildren(Button)
        return [one.objectName() for one in buttons if one.property("kind") == "primary" and not one.isHidden()]

    assert primary() == ["explore_add"]
    explorer.click("segment_sql")
    assert primary() == ["explore_run"]
    explorer.click("segment_build")
    assert primary() == ["explore_add"]


def test_table_says_which_period_is_not_over_as_its_chart_does(explorer: Explorer) -> None:
    text = "SELECT date_trunc('week', created_dt) AS week, count(*) AS n\nFROM orders\nGROUP BY 1\nORDER BY 1"
    explorer.exploration.open_query("", lambda _source: text, None, "")
    explorer.wait_for_result()
    drawn = explorer.exploration.drawn_result()
    assert drawn is not None
    assert drawn.table is not None
    partial = partial_period(drawn.table)
    assert partial is not None
    table = explorer.view.result.table
    assert table is not None
    model = table.view.model()
    weeks = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert [one.endswith((", so far", ", only a part")) for one in weeks] == [False] * (len(weeks) - 1) + [True]
    shown = table.rows.table
    explorer.view.result.show_result()
    assert table.rows.table is shown, "the same result isn't filled in anew"


def test_an_error_in_the_sql_is_said_and_nothing_typed_is_lost(explorer: Explorer) -> None:
    explorer.open_orders()
    explorer.click("segment_sql")
    edit = explorer.view.sql.edit
    edit.selectAll()
    explorer.qtbot.keyClicks(edit, "SELECT totl FROM orders")
    explorer.qtbot.keyClick(edit, Qt.Key.Key_Return, CTRL)
    explorer.wait_for_result()
    explorer.studio.wait(lambda: bool(edit.extraSelections()))
    explorer.studio.wait(lambda: "totl" in explorer.view.sql.edit.error_line.text)
    assert explorer.status() == "", "it is said once, where it is"
    assert not explorer.view.add.isEnabled()
    assert edit.toPlainText() == "SELECT totl FROM orders"


def test_explore_an_error_of_the_builder_is_said_where_the_result_would_be(explorer: Explorer) -> None:
    explorer.open_orders()
    state = explorer.exploration.state
    assert state.question is not None
    explorer.exploration.set_question(replace(state.question, table="gone"))
    explorer.wait_for_result()
    assert "gone" in explorer.view.result.chart.accessibleDescription()
    assert explorer.status() == ""


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


def test_table_that_is_opened_from_elsewhere_is_current_in_the_tree(studio: "Studio", tmp_path: Path) -> None:
    source = _add_trips(studio, tmp_path / "trips.csv")
    explorer = Explorer(studio, f"studio/explore/{source.id}/{source.tables[0]}")
    studio.wait(lambda: bool(explorer.exploration.state.text))
    assert explorer.tree.currentItem().text(0) == source.tables[0]


def test_other_kind_of_chart_that_a_query_leads_to_is_told(explorer: Explorer, announcements: list[str]) -> None:
    explorer.open_counted_orders()
    explorer.exploration.set_text("SELECT count(*) FROM orders")
    explorer.wait_for_result()
    explorer.studio.wait(lambda: any(one.startswith("Shown as ") for one in announcements))
    announcements.clear()
    explorer.exploration.set_text("SELECT count(status) FROM orders")
    explorer.wait_for_result()
    assert not any(one.startswith("Shown as ") for one in announcements)


def test_kind_that_was_chosen_holds_for_results_of_its_shape(explorer: Explorer) -> None:
    explorer.open_orders()
    fitting = explorer.exploration.kind
    explorer.click("explore_kind_bar_chart")
    assert explorer.exploration.kind == "bar_chart" != fitting
    explorer.exploration.set_mode("sql")
    explorer.exploration.set_text("SELECT status, currency FROM orders")
    explorer.wait_for_result()
    assert explorer.exploration.kind == "table", "bars of two texts"
    assert explorer.view.result.kinds["table"].isChecked()
    explorer.exploration.undo()
    explorer.wait_for_result()
    assert explorer.exploration.kind == "bar_chart", "it was chosen for this shape"
    explorer.click("explore_kind_bar_chart")
    assert explorer.exploration.kind == fitting


def test_chart_that_came_with_its_query_holds_for_it_alone(explorer: Explorer) -> None:
    explorer.exploration.open_query(
        "", lambda _s: "SELECT status, count(*) AS n FROM orders GROUP BY 1", None, "pie_chart"
    )
    explorer.wait_for_result()
    assert explorer.exploration.kind == "pie_chart"
    explorer.exploration.set_text("SELECT status, currency FROM orders")
    explorer.wait_for_result()
    assert explorer.exploration.kind != "pie_chart"


def test_result_that_is_waited_for_is_no_missing_query(explorer: Explorer) -> None:
    explorer.exploration.open_query("", lambda _source: "SELECT status, count(*) AS n FROM orders GROUP BY 1", None, "")
    assert explorer.exploration.waiting
    assert explorer.exploration.result is None
    drawn = explorer.exploration.drawn_result()
    assert drawn is not None
    assert drawn.is_pending
    explorer.wait_for_result()


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


def test_undo_takes_back_the_last_thing_done_whether_a_toast_is_shown_or_not(explorer: Explorer) -> None:
    studio = explorer.studio
    studio.page.editor.load(empty())
    explorer.open_orders()
    explorer.enter("Benchboard", "orders", "status")
    explorer.wait_for_result()

    def add() -> Toast:
        explorer.click("explore_add")
        studio.wait(lambda: bool(_offered(studio)))
        explorer.click("add_home")
        studio.wait(lambda: (found := _toast(studio)) is not None and "Added" in found.accessibleName())
        toast = _toast(studio)
        assert toast is not None
        return toast

    text = explorer.exploration.state.text
    add().dismiss()
    explorer.tree.setFocus()
    explorer.qtbot.keyClick(explorer.tree, Qt.Key.Key_Z, CTRL)
    assert not studio.page.editor.page.paths, "its toast has gone, and it is still the last thing done"
    assert explorer.exploration.state.text == text

    toast = add()
    explorer.exploration.set_time_range(TimeRange("2026-06-01", "2026-08-31"))
    assert not toast.isVisible(), "its keys would mean another step than the last"
    studio.wait(lambda: not shiboken6.isValid(toast))  # deleted, with its keys
    explorer.tree.setFocus()
    explorer.qtbot.keyClick(explorer.tree, Qt.Key.Key_Z, CTRL)
    assert explorer.exploration.state.time_range != TimeRange("2026-06-01", "2026-08-31")
    assert studio.page.editor.page.paths


def test_adding_to_a_page_says_its_new_time_range_and_undo_takes_both_back(explorer: Explorer) -> None:
    studio = explorer.studio
    studio.page.editor.load(empty())
    explorer.open_orders()
    explorer.exploration.set_time_range(TimeRange("2026-06-01", "2026-08-31"))
    explorer.wait_for_result()
    explorer.click("explore_add")
    studio.wait(lambda: bool(_offered(studio)))
    explorer.click("add_home")
    studio.wait(lambda: _toast(studio) is not None)
    toast = _toast(studio)
    assert toast is not None
    assert "The dashboard now shows: 1 Jun 2026 – 31 Aug 2026 (UTC)." in toast.accessibleName()
    assert studio.page.editor.document.time == TimeRange("2026-06-01", "2026-08-31")
    explorer.click("toast_undo")
    assert studio.page.editor.document.time is None
    assert not studio.page.editor.page.paths


def test_stacking_is_chosen_taken_back_and_goes_along_to_a_dashboard(explorer: Explorer) -> None:
    explorer.open_orders()
    assert not explorer.view.result.settings["stack"].isVisible(), "one series has nothing to lie on"
    explorer.enter("Benchboard", "orders", "status")
    explorer.wait_for_result()
    explorer.click("explore_kind_bar_chart")
    stacking = explorer.view.result.settings["stack"]
    assert stacking.isVisible()
    assert stacking.current_key() == "off"
    explorer.choose("explore_stack", "percent")
    assert explorer.view.result.widget().config == {"stack": "percent"}
    assert explorer.view.result.chart.widget == explorer.view.result.widget()
    explorer.tree.setFocus()
    explorer.qtbot.keyClick(explorer.tree, Qt.Key.Key_Z, CTRL)
    assert explorer.view.result.widget().config == {"stack": "stacked"}, "the arrow keys chose both, one after another"
    assert stacking.current_key() == "stacked"

    explorer.studio.context.go("studio/explore")
    explorer.click("explore_add")
    explorer.studio.wait(lambda: bool(_offered(explorer.studio)))
    button = _offered(explorer.studio)[0]
    explorer.qtbot.mouseClick(button, LEFT)
    explorer.studio.wait(lambda: _toast(explorer.studio) is not None)
    (page,) = [
        one for one in explorer.studio.application.window.findChildren(StudioPage)
        if any(widget.config.get("stack") for widget in one.editor.widgets())
    ]  # fmt: skip
    assert [one.config["stack"] for one in page.editor.widgets() if "stack" in one.config] == ["stacked"]


def test_pivot_table_is_arranged_exported_as_shown_and_taken_back(explorer: Explorer, tmp_path: Path) -> None:
    explorer.open_counted_orders()
    explorer.click("explore_kind_pivot_table")
    explorer.enter("Benchboard", "orders", "status")
    explorer.enter("Benchboard", "orders", "currency")
    explorer.wait_for_result()
    result = explorer.view.result
    assert result.widget().type == "pivot_table", "it stays one while groups are added"

    def shown() -> PivotTable:
        assert result.table is not None
        table = result.table.rows.table
        assert isinstance(table, PivotTable)
        return table

    assert [shown().heading_count, shown().has_total_column] == [2, True]
    columns = explorer.find("explore_columns")
    assert isinstance(columns, Select)
    assert result.minimumSizeHint().width() < 600, "a window of 1,024 pixels has room for it"
    explorer.choose("explore_columns", "measures")
    assert [shown().heading_count, len(shown().number_columns)] == [3, 1]
    explorer.choose("explore_order", "largest")
    months = [row for row, key in zip(shown().rows, shown().row_keys, strict=True) if len(key) == 1]
    counts = [count for *_names, count in months if isinstance(count, int)]
    assert len(counts) > 2
    assert counts == sorted(counts, reverse=True)
    table = result.table
    assert table is not None
    heading = str(table.rows.headerData(0, Qt.Orientation.Vertical))
    assert heading.count(", ") == 2, "screen readers hear all groups of a row"

    explorer.click("explore_export")
    explorer.click("explore_export_csv")
    (dialog,) = explorer.studio.application.window.findChildren(QFileDialog, "data_export")
    file = tmp_path / "rows.csv"
    dialog.fileSelected.emit(str(file))
    dialog.close()
    explorer.studio.wait(file.exists)
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "Period,Status,Currency,Orders"
    assert [line.split(",")[-1] for line in lines[1:]] == [str(row[-1]) for row in shown().rows]

    for _step in range(3):  # the arrow keys chose each order on the way to the one wanted
        explorer.view.command_handlers()["studio.explore_undo"].run()
    assert shown().heading_count == 2
    assert columns.current_key() == "auto"


def test_pivot_table_of_calculated_columns_has_totals_and_says_what_has_none(
    explorer: Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A calculated or joined column left it without totals, in silence; and it was made on the window's thread."""
    monkeypatch.setattr(result_pane, "PIVOTED_AT_ONCE", 0)
    threads: list[threading.Thread] = []
    prepare = result_pane.prepare

    def recorded(widget: WidgetContent, result: QueryResult) -> None:
        threads.append(threading.current_thread())
        prepare(widget, result)

    monkeypatch.setattr(result_pane, "prepare", recorded)
    query = (
        "SELECT status, currency, count(twice) AS orders, avg(twice) AS mean FROM"
        " (SELECT status, currency, order_total * 2 AS twice FROM orders) AS o GROUP BY 1, 2"
    )
    explorer.exploration.open_query("", lambda _source: query, None, "pivot_table")
    explorer.wait_for_result()
    result = explorer.view.result

    def shown() -> PivotTable | None:
        table = result.table.rows.table if result.table is not None else None
        return table if isinstance(table, PivotTable) else None

    explorer.studio.wait(lambda: shown() is not None)
    found = shown()
    assert found is not None
    assert result.table is not None
    orders = [one.is_total for one in found.number_columns if one.value == 2]
    assert (found.has_total_row, orders[-1]) == (True, True)
    assert "only counts and sums add up" in result.table.footer.text()
    assert result.table.footer.isVisible()
    assert threads
    assert threading.main_thread() not in threads
    explorer.choose("explore_columns", "measures")
    explorer.studio.wait(lambda: (now := shown()) is not None and now.heading_count == 2)
    explorer.click("explore_kind_table")
    assert not result.table.footer.isVisible()


def test_add_to_dashboard_closes_when_the_view_changes_and_at_esc_wherever_the_focus_is(explorer: Explorer) -> None:
    studio, window = explorer.studio, explorer.studio.application.window
    studio.context.go("studio/dashboards")
    studio.context.go("studio/explore")
    explorer.open_orders()

    def popovers() -> list[str]:
        return [one.objectName() for one in window.findChildren(Popover) if one.isVisible()]

    explorer.click("explore_add")
    assert popovers() == ["add_to_dashboard"]
    explorer.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Left, ALT)
    assert not explorer.view.isVisible()
    assert popovers() == []
    studio.context.go("studio/explore")
    explorer.click("explore_add")
    explorer.tree.setFocus()
    explorer.qtbot.keyClick(explorer.tree, Qt.Key.Key_Escape)
    assert popovers() == []
    assert explorer.tree.hasFocus()


def test_enter_in_the_search_adds_to_what_is_highlighted_at_first_the_dashboard_opened_last(explorer: Explorer) -> None:
    studio = explorer.studio
    explorer.open_orders()

    def highlighted() -> list[str]:
        pages = [explorer.find("add_home"), *_offered(studio), explorer.find("add_new_dashboard")]
        return [
            one.text()
            for one in pages
            if isinstance(one, Button) and (one.isChecked() or one.property("kind") == "primary")
        ]

    explorer.click("explore_add")
    studio.wait(lambda: len(_offered(studio)) > 1)
    focus = QApplication.focusWidget()
    assert focus is not None
    assert focus.objectName() == "add_search"
    assert highlighted() == ["New dashboard"], "no dashboard was opened yet"
    explorer.qtbot.keyClick(focus, Qt.Key.Key_Up)
    assert focus.hasFocus()
    last = _offered(studio)[-1].text()
    assert highlighted() == [last]
    explorer.qtbot.keyClick(focus, Qt.Key.Key_Return)
    studio.wait(lambda: _toast(studio) is not None)
    studio.wait(lambda: bool(library_opened(studio)))
    explorer.click("explore_add")
    studio.wait(lambda: bool(_offered(studio)))
    assert _offered(studio)[0].text() == last
    assert highlighted() == [last]
    focus = explorer.find("add_search")
    explorer.qtbot.keyClick(focus, Qt.Key.Key_Up)
    before = set(studio.page.editor.page.paths)
    explorer.qtbot.keyClick(focus, Qt.Key.Key_Return)
    studio.wait(lambda: len(set(studio.page.editor.page.paths) - before) == 1)


def library_opened(studio: "Studio") -> list[str]:
    """The names of the dashboards that the user opened lately."""
    with unbound(studio.workspace.database).read() as session:
        rows = library.list_dashboards(session, studio.context.actor, Listing(filters={"which": "recent"})).rows
    return [one.name for one in rows]


def test_enter_in_the_search_adds_to_the_only_dashboard_found(explorer: Explorer) -> None:
    studio = explorer.studio
    explorer.open_orders()
    explorer.click("explore_add")
    studio.wait(lambda: len(_offered(studio)) > 1)
    focus = explorer.find("add_search")
    name = next(one.text() for one in _offered(studio))
    explorer.type("add_search", name)
    studio.wait(lambda: [one.text() for one in _offered(studio)] == [name])
    explorer.qtbot.keyClick(focus, Qt.Key.Key_Return)
    studio.wait(lambda: _toast(studio) is not None)


def test_result_is_exported_as_it_is_shown(explorer: Explorer, tmp_path: Path) -> None:
    handlers = explorer.view.command_handlers()
    assert handlers["studio.explore_export"].why_not() == "No result yet."
    text = "SELECT status, count(*) AS n\nFROM orders\nGROUP BY 1\nORDER BY 1"
    explorer.exploration.open_query("", lambda _source: text, None, "")
    explorer.wait_for_result()
    explorer.click("explore_export")
    explorer.find("explore_export_menu")
    for name in ("explore_export_xlsx", "explore_export_parquet"):
        explorer.find(name)
    explorer.click("explore_export_csv")
    (dialog,) = explorer.studio.application.window.findChildren(QFileDialog, "data_export")
    file = tmp_path / "rows.csv"
    dialog.fileSelected.emit(str(file))
    dialog.close()
    explorer.studio.wait(file.exists)
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    assert lines == ["Status,N", *(f"{status},{count}" for status, count in explorer.answers())]
    window = explorer.studio.application.window
    said = f"Exported {len(lines) - 1} rows to rows.csv"
    explorer.studio.wait(lambda: said in [one.accessibleName() for one in window.findChildren(Toast)])
    explorer.exploration.set_text("SELECT nothing FROM orders")
    explorer.wait_for_result()
    assert explorer.view.command_handlers()["studio.explore_export"].why_not() != ""


@pytest.mark.parametrize(("columns", "width"), [(2, 5), (4, 7), (9, 12)])
def test_table_is_added_as_wide_as_its_columns_need(explorer: Explorer, columns: int, width: int) -> None:
    studio = explorer.studio
    listed = ", ".join(f"{place} AS c{place}" for place in range(columns))
    explorer.exploration.open_query("", lambda _source: f"SELECT {listed} FROM orders LIMIT 3", None, "table")
    explorer.wait_for_result()
    before = set(studio.page.editor.page.paths)
    explorer.click("explore_add")
    studio.wait(lambda: bool(_offered(studio)))
    explorer.click("add_home")
    studio.wait(lambda: len(set(studio.page.editor.page.paths) - before) == 1)
    (added,) = set(studio.page.editor.page.paths) - before
    assert studio.page.editor.page.cell(added).w == width


def test_what_is_explored_is_added_to_the_home_page(explorer: Explorer) -> None:
    studio = explorer.studio
    explorer.open_orders()
    before = set(studio.page.editor.page.paths)
    explorer.click("explore_add")
    studio.wait(lambda: bool(_offered(studio)))
    explorer.click("add_home")
    studio.wait(lambda: len(set(studio.page.editor.page.paths) - before) == 1)
    studio.wait(lambda: _toast(studio) is not None)
    toast = _toast(studio)
    assert toast is not None
    (show,) = toast.findChildren(QAbstractButton, "toast_action")
    show.click()
    assert studio.page.isVisible()
    assert set(studio.page.editor.selection) == set(studio.page.editor.page.paths) - before


def test_column_added_to_a_part_says_that_it_replaced_sql_and_undo_brings_it_back(explorer: Explorer) -> None:
    explorer.open_orders()
    written = "SELECT 1 AS one UNION SELECT 2 AS one"
    explorer.exploration.set_text(written)
    assert explorer.exploration.state.question is None
    explorer.view.builder.place("measures", "", "orders", "order_total")
    assert explorer.exploration.state.text != written
    toasts = [one for one in explorer.studio.application.window.findChildren(Toast) if one.isVisible()]
    assert [one.accessibleName() for one in toasts] == ["Your SQL was replaced by a new query of orders."]
    explorer.click("toast_undo")
    assert explorer.exploration.state.text == written


def _offered(studio: "Studio") -> list[Button]:
    return [one for one in studio.application.window.findChildren(Button, "add_dashboard") if one.isVisible()]


def _toast(studio: "Studio") -> Toast | None:
    found = [one for one in studio.application.window.findChildren(Toast) if one.isVisible()]
    return next((one for one in found if "Added to" in one.accessibleName()), None)


def test_a_new_dashboard_is_made_for_it(explorer: Explorer) -> None:
    studio = explorer.studio
    explorer.open_orders()
    explorer.exploration.set_time_range(TimeRange("2026-06-01", "2026-08-31"))
    explorer.wait_for_result()
    explorer.click("explore_add")
    explorer.type("add_title", "Orders over time")
    explorer.click("add_new_dashboard")
    name = explorer.find("add_name")
    assert isinstance(name, Edit)
    assert name.hasFocus()
    assert name.text() == name.selectedText() == "Orders over time"
    explorer.qtbot.keyClicks(name, "Sales team")
    explorer.qtbot.keyClick(name, Qt.Key.Key_Return)
    studio.wait(lambda: _toast(studio) is not None)
    page = _page(studio, "Sales team")
    studio.wait(lambda: not page.saving.dirty and page.saving.state == "saved")
    assert [one.title for one in _stored(studio, "Sales team")] == ["Orders over time"]
    assert page.editor.document.time == TimeRange("2026-06-01", "2026-08-31"), "its rows are in that range"


def test_ctrl_enter_asks_for_the_name_of_a_new_dashboard_before_one_is_made(explorer: Explorer) -> None:
    """The key did two steps: the field took it for Enter, then the popover pressed its button."""
    studio = explorer.studio
    explorer.open_orders()

    def names() -> list[str]:
        with unbound(studio.workspace.database).read() as session:
            return [one.name for one in library.list_dashboards(session, studio.actor, Listing()).rows]

    before = names()
    explorer.click("explore_add")
    studio.wait(lambda: bool(_offered(studio)))
    explorer.type("add_search", "Nothing is called so")
    explorer.qtbot.keyClick(explorer.find("add_search"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    name = explorer.find("add_name")
    assert isinstance(name, Edit)
    assert name.hasFocus()
    assert name.selectedText() == name.text() != ""
    explorer.qtbot.keyClicks(name, "Sales team")
    explorer.qtbot.keyClick(name, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    studio.wait(lambda: _toast(studio) is not None)
    assert sorted(names()) == sorted([*before, "Sales team"])


def test_add_to_dashboard_warns_of_a_second_dashboard_of_one_name(explorer: Explorer) -> None:
    studio = explorer.studio
    explorer.open_orders()
    with unbound(studio.workspace.database).read() as session:
        cards = library.list_dashboards(session, studio.actor, Listing()).rows
    explorer.click("explore_add")
    explorer.click("add_new_dashboard")
    explorer.type("add_name", " ")
    explorer.click("add_new_dashboard")
    assert explorer.find("add_name").hasFocus()
    explorer.type("add_name", cards[0].name.upper())
    explorer.click("add_new_dashboard")
    warning = studio.application.window.findChild(QLabel, "add_same_name")
    studio.wait(lambda: warning is not None and warning.isVisible())
    assert warning is not None
    assert cards[0].name in warning.text()
    assert _toast(studio) is None
    explorer.click("add_new_dashboard")
    studio.wait(lambda: _toast(studio) is not None)
    with unbound(studio.workspace.database).read() as session:
        assert len(library.list_dashboards(session, studio.actor, Listing()).rows) == len(cards) + 1


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


def _add_trips(studio: "Studio", file: Path, text: str = "") -> SourceSummary:
    rows = "".join(
        f"2024-{1 + k % 12:02d}-{1 + k % 28:02d},{'Ankara' if k % 3 else 'İzmir'},{k / 2}\n" for k in range(300)
    )
    file.write_text(text or "day,city,km\n" + rows, encoding="utf-8")
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
    assert "sum(km)" in explorer.sql, "the number that is most likely meant"
    assert sum(Decimal(str(row[1])) for row in result.table.rows) == sum(range(300)) / 2
    explorer.click("explore_add")
    explorer.type("add_title", "Kilometres")
    follows = explorer.find("add_follows_time")
    assert isinstance(follows, CheckBox)
    assert follows.isChecked()
    assert "“day”" in follows.toolTip()
    explorer.click("add_new_dashboard")
    name = explorer.find("add_name")
    assert isinstance(name, Edit)
    assert name.text() == "Trips", "a dashboard of what is in the source"
    explorer.click("add_new_dashboard")
    studio.wait(lambda: _toast(studio) is not None)
    page = _page(studio, "Trips")
    studio.wait(lambda: not page.saving.dirty and page.saving.state == "saved")
    (added,) = _stored(studio, "Trips")
    assert added.title == "Kilometres"
    assert added.data_source_id == source.id
    assert ":from" in added.query
    assert page.editor.time_range == TimeRange("2024-01-01T00:00:00Z", "now"), "all of the data"
    explorer.click("toast_action")
    studio.wait(lambda: page.isVisible() and not page.query_runner.busy)
    shown = page.query_runner.result(page.editor.widgets()[0].id)
    assert shown is not None
    assert shown.table is not None
    assert shown.table.rows == explorer.answers()
    # The data end on 28 December: the last month was drawn as a part of one in Explore alone.
    explored = explorer.exploration.drawn_result()
    assert explored is not None
    assert (
        shown.data_span
        == explored.data_span
        == Period(datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 12, 29, tzinfo=UTC))
    )
    assert (
        drawn_table(added, shown).partial_rows
        == drawn_table(added, explored).partial_rows
        == {len(shown.table.rows) - 1}
    )


def test_sql_begins_over_the_source_selected_in_the_tree(studio: "Studio", tmp_path: Path) -> None:
    source = _add_trips(studio, tmp_path / "trips.csv")
    explorer = Explorer(studio)
    studio.wait(lambda: explorer.exploration.source(source.id) is not None)
    explorer.tree.setCurrentItem(explorer.row("Trips"))
    explorer.view.mode.selected.emit("sql")
    assert explorer.exploration.state.source_id == source.id
    assert explorer.view.sql.source.current_key() == source.id


def test_what_is_in_a_table_stays_known_when_a_source_is_added(studio: "Studio", tmp_path: Path) -> None:
    explorer = Explorer(studio)
    explorer.open_orders()
    known = explorer.exploration.statistics("", "orders")
    assert known is not None
    assert known.rows > 0
    _add_trips(studio, tmp_path / "trips.csv")
    studio.wait(lambda: [one.name for one in explorer.exploration.sources] == ["Benchboard", "Trips"])
    assert explorer.exploration.statistics("", "orders") == known
    assert explorer.row("Benchboard", "orders", "currency").text(0) == "currency"
    studio.wait(lambda: explorer.exploration.statistics("", "orders") is not known)  # it was read anew
    assert explorer.exploration.statistics("", "orders") == known


def test_result_follows_a_refresh_of_its_source(studio: "Studio", tmp_path: Path) -> None:
    file = tmp_path / "trips.csv"
    source = _add_trips(studio, file)
    explorer = Explorer(studio, f"studio/explore/{source.id}/{source.tables[0]}")
    studio.wait(lambda: bool(explorer.exploration.state.text))
    explorer.wait_for_result()

    def total() -> Decimal | int:
        result = explorer.exploration.result
        assert result is not None
        assert result.table is not None
        return sum(Decimal(str(row[1])) for row in result.table.rows)

    before = total()
    assert before == sum(range(300)) / 2
    with file.open("a", encoding="utf-8") as more:
        more.write("2024-05-05,Ankara,1\n")
    read_source_again(studio.workspace.database.bind(studio.actor), studio.actor, source.id)
    studio.wait(lambda: total() == before + 1)


def test_a_time_range_without_rows_offers_where_the_data_are(studio: "Studio", tmp_path: Path) -> None:
    source = _add_trips(studio, tmp_path / "trips.csv")
    explorer = Explorer(studio, f"studio/explore/{source.id}/{source.tables[0]}")
    exploration = explorer.exploration
    studio.wait(lambda: bool(exploration.state.text))
    explorer.wait_for_result()
    button = explorer.view.result.findChild(Button, "explore_show_data")
    assert button is not None
    assert not button.isVisible()

    question = exploration.state.question
    assert question is not None
    exploration.set_question(replace(question, filters=(Filter("day", "in_range"),)))
    explorer.wait_for_result()
    assert explorer.answers() == ()
    assert button.text() == "Show 1 Jan 2024 – 28 Dec 2024"
    studio.qtbot.mouseClick(button, LEFT)
    explorer.wait_for_result()
    assert sum(Decimal(str(row[1])) for row in explorer.answers()) == sum(range(300)) / 2
    assert not button.isVisible()
    exploration.undo()
    explorer.wait_for_result()
    assert button.isVisible()

    # Empty for another reason: no other time range would help.
    exploration.set_time_range(TimeRange("2024-01-01", "2024-12-31"))
    exploration.set_question(replace(question, filters=(Filter("day", "in_range"), Filter("city", "eq", ("x",)))))
    explorer.wait_for_result()
    assert explorer.answers() == ()
    assert not button.isVisible()


def test_widget_on_a_page_is_given_another_source_and_a_query_to_begin_with(studio: "Studio", tmp_path: Path) -> None:
    source = _add_trips(studio, tmp_path / "trips.csv")
    editor, runner = studio.page.editor, studio.page.query_runner
    kind = kind_of("bar_chart")
    assert kind is not None
    item_id = editor.add(kind)
    editor.select([item_id])
    select = studio.find("inspector_source")
    assert isinstance(select, Select)
    studio.wait(lambda: select.count() == 2)
    steps = editor.undo_stack.position()

    def choose(source_id: str) -> None:
        select.setCurrentIndex(select.findData(source_id))
        select.activated.emit(select.currentIndex())
        studio.wait(lambda: editor.widget(item_id).data_source_id == source_id)

    choose(source.id)
    assert editor.widget(item_id).query.startswith("SELECT city,\n       sum(km) AS total_km\nFROM trips")
    assert editor.undo_stack.position() == steps + 1
    studio.wait(lambda: not runner.busy and runner.result(item_id) is not None)
    result = runner.result(item_id)
    assert result is not None
    assert result.table is not None
    assert [(row[0], float(row[1])) for row in result.table.rows if isinstance(row[1], Decimal)] == [
        ("Ankara", sum(k for k in range(300) if k % 3) / 2),
        ("İzmir", sum(range(0, 300, 3)) / 2),
    ]
    # A query that nobody wrote makes room for another; one's own stays.
    choose("")
    assert editor.widget(item_id).query == kind.query
    editor.set_property(item_id, "query", "SELECT 1 AS mine")
    choose(source.id)
    assert editor.widget(item_id).query == "SELECT 1 AS mine"
    editor.undo_stack.undo()
    assert editor.widget(item_id).data_source_id == ""
    assert select.current_key() == ""


def test_values_of_a_variable_come_from_a_source_of_ones_own(studio: "Studio", tmp_path: Path) -> None:
    source = _add_trips(studio, tmp_path / "trips.csv")
    query = f"SELECT DISTINCT city FROM {source.tables[0]} ORDER BY 1"
    variable = Variable("city", "", "query", query=query, data_source_id=source.id)
    editor, runner = studio.page.editor, studio.page.variable_runner
    editor.apply_document("Define", replace(editor.document, variables=(variable,)))
    studio.wait(lambda: not runner.busy and runner.state_of("city").options is not None)
    found = runner.state_of("city").options
    assert found is not None
    assert found.values == ("Ankara", "İzmir")
    assert parse_document(write_document(editor.document)).variables == editor.document.variables

    studio.page.run("studio.edit_variables")
    (select,) = studio.application.window.findChildren(Select, "variable_source")
    studio.wait(lambda: select.currentText() == "Trips")
    (preview,) = studio.application.window.findChildren(QListWidget, "variable_preview")
    studio.wait(lambda: preview.count() == 2)
    select.setCurrentIndex(select.findData(""))
    select.activated.emit(select.currentIndex())
    (edit,) = studio.application.window.findChildren(QueryEdit, "variable_query")
    studio.wait(lambda: bool(edit.extraSelections()))
    studio.press_in_window("variables_take")
    assert editor.document.variables[0].data_source_id == ""


def test_the_search_finds_columns_of_closed_tables(explorer: Explorer, qtbot: QtBot) -> None:
    qtbot.keyClick(explorer.tree, Qt.Key.Key_Slash)
    field = explorer.find("explore_search")
    explorer.studio.wait(field.hasFocus)
    qtbot.keyClicks(field, "curr")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    orders = explorer.row("Benchboard", "orders")
    assert [orders.child(k).text(0) for k in range(orders.childCount())] == ["currency"]
    assert orders.isExpanded()


def test_a_search_without_a_match_says_so_and_can_be_cleared(explorer: Explorer, qtbot: QtBot) -> None:
    qtbot.keyClick(explorer.tree, Qt.Key.Key_Slash)
    field = explorer.find("explore_search")
    explorer.studio.wait(field.hasFocus)
    qtbot.keyClicks(field, "zzzz")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    (line,) = explorer.view.fields.findChildren(NoMatchLine)
    assert line.isVisible()
    assert "zzzz" in line.text()
    explorer.click("clear_search")
    explorer.studio.wait(lambda: not line.isVisible())


def test_every_chip_says_how_it_is_used(explorer: Explorer) -> None:
    explorer.open_orders()
    chips = explorer.view.builder.findChildren(Chip)
    assert chips
    assert all(chip.accessibleName() for chip in chips)
    removable = [chip for chip in chips if chip.objectName() not in ("explore_table", "explore_limit")]
    assert all("Delete" in chip.accessibleDescription() for chip in removable)


def test_esc_leads_from_every_popover_of_the_builder_back_to_what_opened_it(explorer: Explorer) -> None:
    explorer.open_orders()
    windows = {one for one in QApplication.topLevelWidgets() if one.isVisible()}
    for name in (
        "explore_calculate", "explore_table", "explore_filters_0", "explore_add_groups", "explore_measures_0",
        "explore_sorts_0", "explore_limit", "explore_time", "explore_add",
    ):  # fmt: skip
        opener = explorer.find(name)
        opener.setFocus(Qt.FocusReason.TabFocusReason)
        explorer.qtbot.keyClick(opener, Qt.Key.Key_Return)
        assert Popover.opened() is not None, name
        assert {one for one in QApplication.topLevelWidgets() if one.isVisible()} == windows, "a part shown as a window"
        focused = QApplication.focusWidget()
        assert focused is not None
        explorer.qtbot.keyClick(focused, Qt.Key.Key_Escape)
        assert Popover.opened() is None, name
        assert explorer.find(name).hasFocus(), name


def test_first_result_has_no_selection_and_its_current_cell_can_be_copied(studio: "Studio") -> None:
    explorer = Explorer(studio)
    explorer.open_orders()
    explorer.wait_for_result()
    table = explorer.view.result.table
    assert table is not None
    assert not table.view.selectionModel().hasSelection()
    table.copy()
    assert QApplication.clipboard().text() == exact_text(table.rows.cell(0, 0))

    view = table.view
    view.setFocus()
    view.setCurrentIndex(view.model().index(0, 0))

    def do(name: str) -> None:
        explorer.qtbot.keyClick(view, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
        shown = explorer.find("table_column_menu")
        assert isinstance(shown, QMenu)
        (action,) = [one for one in shown.actions() if one.objectName() == name]
        action.trigger()
        shown.close()

    do("sort_descending")
    assert view.horizontalHeader().sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
    before = explorer.exploration.state.question
    assert before is not None
    do("column_remove")
    after = explorer.exploration.state.question
    assert after is not None
    assert after.outputs == before.outputs[1:]


def test_tree_is_ringed_on_arrival_by_keyboard_alone(studio: "Studio") -> None:
    tree = Explorer(studio).tree
    for reason, ringed in ((Qt.FocusReason.MouseFocusReason, False), (Qt.FocusReason.TabFocusReason, True)):
        tree.clearFocus()
        tree.setFocus(reason)
        assert tree.property("ringed") is ringed


@pytest.mark.parametrize(
    ("part", "key"), [("filters", Qt.Key.Key_Menu), ("groups", Qt.Key.Key_F10), ("measures", Qt.Key.Key_F10)]
)
def test_the_menu_of_a_column_adds_it_to_a_part_of_the_query(explorer: Explorer, part: str, key: Qt.Key) -> None:
    explorer.open_orders()
    tree, name = explorer.tree, "order_total" if part == "measures" else "status"
    tree.setFocus()
    tree.setCurrentItem(explorer.row("Benchboard", "orders", name))
    if key == Qt.Key.Key_Menu:
        at = tree.visualItemRect(tree.currentItem()).center()
        event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, at, tree.viewport().mapToGlobal(at))
        QApplication.sendEvent(tree.viewport(), event)
    else:
        explorer.qtbot.keyClick(tree, key, Qt.KeyboardModifier.ShiftModifier)
    shown = explorer.find("explore_field_menu")
    assert isinstance(shown, QMenu)
    assert [action.objectName() for action in shown.actions()] == [
        "field_add", "field_filters", "field_groups", "field_measures"
    ]  # fmt: skip
    assert shown.activeAction() is shown.actions()[0], "what Enter would run"
    (action,) = (one for one in shown.actions() if one.objectName() == f"field_{part}")
    while shown.activeAction() is not action:
        explorer.qtbot.keyClick(shown, Qt.Key.Key_Down)
    explorer.qtbot.keyClick(shown, Qt.Key.Key_Return)
    if part == "filters":
        assert explorer.find("filter_column").isVisible()
    else:
        row = explorer.view.builder.groups if part == "groups" else explorer.view.builder.measures
        shown_name = name.replace("_", " ")
        assert any(shown_name in text.casefold() for text in explorer.texts(row)), explorer.texts(row)
        assert tree.hasFocus()


def test_enter_in_the_search_adds_the_column_found(explorer: Explorer) -> None:
    """It went to the first source, and the column was arrows away."""
    explorer.open_orders()
    field = explorer.find("explore_search")
    explorer.type("explore_search", "curr")
    explorer.qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.hasFocus()
    assert "currency" in explorer.sql
    explorer.qtbot.keyClick(field, Qt.Key.Key_Down)
    assert explorer.tree.hasFocus()
    item = explorer.tree.currentItem()
    assert item is not None
    assert item.text(0) == "currency"
    explorer.qtbot.keyClick(explorer.tree, Qt.Key.Key_Slash)
    explorer.qtbot.keyClicks(field, "zzzz")
    assert isinstance(field, Edit)
    assert field.text() == "zzzz"
    before = explorer.sql
    explorer.qtbot.keyClick(field, Qt.Key.Key_Return)
    assert (field.hasFocus(), explorer.sql) == (True, before)


def test_search_prefers_a_column_of_exactly_this_name_and_enter_takes_it(studio: "Studio", tmp_path: Path) -> None:
    """The table's row was current, because its name has the text too."""
    text = "average speed,speed,speed limit\n1.5,2.5,3.5\n4.5,5.5,6.5\n"
    source = _add_trips(studio, tmp_path / "speeds.csv", text)
    explorer = Explorer(studio)
    field = explorer.find("explore_search")

    def current() -> str:
        explorer.qtbot.keyClick(field, Qt.Key.Key_Down)
        item = explorer.tree.currentItem()
        assert item is not None
        return item.text(0)

    explorer.type("explore_search", "speed")
    assert current() == "speed"
    explorer.type("explore_search", "speed_")
    assert current() == "speed_limit"
    explorer.type("explore_search", "e_s")
    assert current() == "average_speed"
    explorer.type("explore_search", "speed")
    explorer.qtbot.keyClick(field, Qt.Key.Key_Return)
    question = explorer.exploration.state.question
    assert question is not None
    assert (question.source_id, [one.column for one in question.measures]) == (source.id, ["speed"])


def test_search_prefers_the_table_in_use_and_a_column_of_another_says_what_it_replaces(
    studio: "Studio", tmp_path: Path
) -> None:
    source = _add_trips(studio, tmp_path / "trips.csv")
    explorer = Explorer(studio, f"studio/explore/{source.id}/{source.tables[0]}")
    studio.wait(lambda: bool(explorer.exploration.state.text))
    question = explorer.exploration.state.question
    field = explorer.find("explore_search")
    explorer.type("explore_search", "y")
    explorer.qtbot.keyClick(field, Qt.Key.Key_Down)
    item = explorer.tree.currentItem()
    assert item is not None
    assert item.parent() is explorer.row("Trips", source.tables[0])
    explorer.type("explore_search", "currency")
    explorer.qtbot.keyClick(field, Qt.Key.Key_Return)
    assert "currency" in explorer.sql
    toasts = [one for one in studio.application.window.findChildren(Toast) if one.isVisible()]
    assert [one.accessibleName() for one in toasts] == ["From changed to orders, with a new query."]
    explorer.click("toast_undo")
    assert explorer.exploration.state.question == question


def test_kinds_of_charts_are_one_stop_of_tab_and_arrows_move_among_them(explorer: Explorer) -> None:
    explorer.open_orders()
    names = [f"{type(one).__name__}:{one.objectName()}" for one in tab_stops(explorer.view.result)]
    assert [name for name in names if "explore_kind" in name] == ["Button:explore_kind_line_chart"]
    line = explorer.find("explore_kind_line_chart")
    line.setFocus(Qt.FocusReason.TabFocusReason)
    explorer.qtbot.keyClick(line, Qt.Key.Key_Right)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert focused.objectName() == "explore_kind_area_chart"
    explorer.qtbot.keyClick(focused, Qt.Key.Key_Return)
    assert explorer.exploration.kind == "area_chart"
    explorer.qtbot.keyClick(focused, Qt.Key.Key_Tab)
    chart = QApplication.focusWidget()
    assert chart is not None
    assert chart.objectName() == "explore_chart"
    assert not any("Split" in name for name in names), names


def test_keys_make_the_chart_or_the_table_taller(explorer: Explorer) -> None:
    explorer.open_orders()
    shown, chart = explorer.view.result.table, explorer.find("explore_chart")
    assert shown is not None
    table = shown.view
    keys = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier
    explorer.tree.setFocus()
    explorer.qtbot.keyClick(explorer.tree, Qt.Key.Key_Up, keys)
    before = chart.height(), table.height()
    explorer.qtbot.keyClick(explorer.tree, Qt.Key.Key_Up, keys)
    assert (chart.height(), table.height()) == (before[0] - 32, before[1] + 32)
    explorer.qtbot.keyClick(explorer.tree, Qt.Key.Key_Down, keys)
    assert (chart.height(), table.height()) == before


def test_chart_can_be_read_in_a_small_window(explorer: Explorer) -> None:
    """It was 90 pixels high. The table has no room below it, and takes its place when it is asked for."""
    window = explorer.studio.application.window
    window.setMinimumSize(700, 450)
    explorer.open_orders()
    result = explorer.view.result
    assert result.table is not None
    for width, height in ((1024, 700), (960, 540)):
        window.resize(width, height)
        explorer.studio.wait(lambda: result.chart.height() >= 260 and result.chart.width() >= 480)
        assert not result.table.isVisible()
    window.resize(1024, 700)
    show = explorer.find("explore_show_table")
    show.setFocus(Qt.FocusReason.TabFocusReason)
    explorer.qtbot.keyClick(show, Qt.Key.Key_Space)
    explorer.studio.wait(lambda: result.table is not None and result.table.height() > 200)
    assert result.table.isVisible()
    assert not result.chart.isVisible()
    explorer.qtbot.keyClick(show, Qt.Key.Key_Space)
    explorer.studio.wait(result.chart.isVisible)
    assert not result.table.isVisible()
    window.resize(1440, 900)
    explorer.studio.wait(lambda: result.table is not None and result.table.isVisible() and not show.isVisible())
    assert result.chart.isVisible()
    assert result.chart.height() >= 260


def test_narrow_window_shows_tables_and_columns_on_demand(studio: "Studio") -> None:
    explorer = Explorer(studio)
    explorer.open_orders()
    explorer.wait_for_result()
    window = studio.application.window
    window.setMinimumSize(720, 450)
    window.resize(720, 450)
    view = explorer.view
    studio.wait(lambda: view.fold.isVisible() and not view.fields.isVisible())
    assert not view.made_sql.isVisible()
    builder = view.builder
    studio.wait(lambda: builder.visibleRegion().boundingRect().width() == builder.width())
    assert view.result.width() <= view.width()
    assert view.result.height() >= view.result.minimumSizeHint().height()
    view.fold.setFocus()
    studio.qtbot.keyClick(view.fold, Qt.Key.Key_Space)
    assert view.fields.isVisible()
    studio.wait(lambda: view.fields.width() + view.result.width() <= view.width())
    studio.qtbot.keyClick(view.fold, Qt.Key.Key_Space)
    assert not view.fields.isVisible()
    window.resize(1440, 900)
    studio.wait(lambda: view.fields.isVisible() and view.made_sql.isVisible() and not view.fold.isVisible())


def test_plan_is_shown_by_its_key_in_place_of_the_result_and_follows_the_query(studio: "Studio") -> None:
    explorer = Explorer(studio)
    explorer.open_orders()
    plan = explorer.view.result.plan
    assert not plan.isVisible()

    explorer.qtbot.keyClick(explorer.tree, Qt.Key.Key_L, CTRL | Qt.KeyboardModifier.ShiftModifier)
    studio.wait(lambda: len(plan.diagram.boxes) > 0)
    assert plan.diagram.isAncestorOf(QApplication.focusWidget())
    assert not explorer.view.result.chart.isVisible()
    assert "Read orders" in [box.step.title for box in plan.diagram.boxes]
    explorer.open_counted_orders()
    studio.wait(lambda: len(plan.diagram.boxes) == 3)
    titles = [box.step.title for box in plan.diagram.boxes]
    assert titles == ["Sort by Order time, oldest first", "Group by Order time", "Read orders"], "as the question says"
    assert max(box.height() for box in plan.diagram.boxes) == 44, "no room for a bar: SQLite expects no rows"

    explorer.exploration.set_text("select nothing from orders")
    studio.wait(lambda: "nothing" in plan.summary.text())
    assert not plan.diagram.boxes

    explorer.click("explore_plan")
    assert not plan.isVisible()


def test_plan_of_a_file_has_the_rows_of_the_table_and_of_the_result_and_marks_the_steps_with_most(
    studio: "Studio", tmp_path: Path
) -> None:
    source = _add_trips(studio, tmp_path / "trips.csv")
    explorer = Explorer(studio, f"studio/explore/{source.id}/{source.tables[0]}")
    studio.wait(lambda: bool(explorer.exploration.state.text))
    explorer.wait_for_result()
    plan = explorer.view.result.plan
    explorer.click("explore_plan")
    studio.wait(lambda: len(plan.diagram.boxes) == 3)
    result = explorer.exploration.result
    assert result is not None
    assert result.table is not None

    notes = [box.accessibleName().removeprefix(f"{box.step.title}, ") for box in plan.diagram.boxes]
    out = len(result.table.rows)
    assert notes == [f"{out} rows in, {out} out", f"300 rows in, {out} out", "300 rows"]
    assert plan.summary.text() == "Estimate: 300 rows to read"
    assert [box.warns for box in plan.diagram.boxes] == [False, True, True]
    assert plan.advice.text() == "“Read trips” and “Group by day” take the most: 300 rows each."
    assert "{" not in plan.raw.toPlainText()


def test_plan_that_is_hidden_by_its_key_returns_the_focus(studio: "Studio") -> None:
    explorer = Explorer(studio)
    explorer.open_orders()
    plan = explorer.view.result.plan
    explorer.qtbot.keyClick(explorer.tree, Qt.Key.Key_L, CTRL | Qt.KeyboardModifier.ShiftModifier)
    studio.wait(lambda: len(plan.diagram.boxes) > 0)
    assert plan.diagram.isAncestorOf(QApplication.focusWidget())
    explorer.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_L, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert not plan.isVisible()
    assert explorer.tree.hasFocus()


def test_sql_editor_says_in_which_line_the_problem_and_the_cursor_are(studio: "Studio") -> None:
    explorer = Explorer(studio)
    explorer.open_orders()
    explorer.view.mode.selected.emit("sql")
    edit = explorer.find("explore_sql")
    assert isinstance(edit, QueryEdit)
    edit.selectAll()
    for number, line in enumerate(("select id,", " totl", "from orders")):
        if number:
            explorer.qtbot.keyClick(edit, Qt.Key.Key_Return)
        explorer.qtbot.keyClicks(edit, line)

    hint, place = explorer.find("explore_sql_hint"), explorer.find("explore_sql_place")
    assert isinstance(hint, QLabel)
    assert isinstance(place, QLabel)
    studio.wait(lambda: hint.text() == "1 problem, line 2")
    assert place.text() == "line 3, column 13", "a new line is indented as the one before it"


def test_warning_beside_run_says_how_many_rows_are_read(
    studio: "Studio", monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(read_warning, "MANY_ROWS", 200)
    monkeypatch.setattr(read_warning, "many_rows_to_read", lambda *_all, **_more: 7_400_000)
    source = _add_trips(studio, tmp_path / "trips.csv")
    explorer = Explorer(studio, f"studio/explore/{source.id}/{source.tables[0]}")
    studio.wait(explorer.view.read_warning.isVisible)
    assert explorer.view.read_warning.text.text() == "about 7 million rows to read"
    monkeypatch.setattr(read_warning, "many_rows_to_read", lambda *_all, **_more: None)
    explorer.exploration.set_text("SELECT * FROM trips LIMIT 5")
    studio.wait(lambda: not explorer.view.read_warning.isVisible())
    explorer.wait_for_result()


def test_time_range_stays_while_sql_has_an_error(explorer: Explorer) -> None:
    explorer.open_orders()
    explorer.click("segment_sql")
    explorer.exploration.set_text("SELECT 1 AS one UNION SELECT totl FROM orders")
    assert explorer.view.time.isVisible()
    assert not explorer.view.time.isEnabled()
    assert ":from" in explorer.view.time.reason
    explorer.exploration.set_text("SELECT count(*) FROM orders WHERE created_dt >= :from AND created_dt < :to")
    assert explorer.view.time.isEnabled()


def test_time_range_of_a_file_is_chosen_as_on_a_dashboard_and_goes_with_its_widget(
    studio: "Studio", tmp_path: Path
) -> None:
    """Explore had no range until a filter named it: nobody found that."""
    source = _add_trips(studio, tmp_path / "trips.csv")
    explorer = Explorer(studio, f"studio/explore/{source.id}/{source.tables[0]}")
    studio.wait(lambda: bool(explorer.exploration.state.text))
    explorer.wait_for_result()
    exploration, before = explorer.exploration, explorer.exploration.state
    assert explorer.view.time.text() == "All time"
    explorer.click("explore_time")
    everything = explorer.find("time_all_data")
    assert isinstance(everything, QAbstractButton)
    assert everything.text() == "All of this data: 1 Jan 2024 – 28 Dec 2024"
    explorer.click("time_all_data")
    explorer.wait_for_result()
    assert explorer.view.time.text().startswith("1 Jan 2024 – 28 Dec 2024")
    assert "WHERE day >= :from\n  AND day < :to" in explorer.sql
    exploration.undo()
    explorer.wait_for_result()
    explorer.click("explore_time")
    explorer.type("time_from", "2024-02-01")
    explorer.type("time_to", "2024-02-29")
    explorer.click("time_apply")
    explorer.wait_for_result()
    assert explorer.view.time.text().startswith("1 Feb 2024 – 29 Feb 2024")
    assert "WHERE day >= :from\n  AND day < :to" in explorer.sql
    assert "“day”" in explorer.view.time.toolTip()
    result = exploration.result
    assert result is not None
    assert result.table is not None
    assert result.table.rows == explorer.answers()
    exploration.undo()
    assert exploration.state == before, "one step"
    exploration.redo()
    explorer.wait_for_result()
    explorer.click("explore_add")
    explorer.type("add_title", "February")
    explorer.click("add_new_dashboard")
    explorer.click("add_new_dashboard")
    studio.wait(lambda: _toast(studio) is not None)
    page = _page(studio, "Trips")
    studio.wait(lambda: not page.saving.dirty and page.saving.state == "saved")
    (added,) = _stored(studio, "Trips")
    assert ":from" in added.query
    period = page.editor.time_range.period(datetime.now(UTC))
    assert (period.start, period.end) == (datetime(2024, 2, 1, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC))


def test_all_time_takes_the_range_from_the_query_and_shows_every_period(explorer: Explorer) -> None:
    explorer.open_orders()
    assert ":from" in explorer.sql
    explorer.click("explore_time")
    explorer.click("time_all")
    explorer.wait_for_result()
    assert explorer.view.time.text() == "All time"
    assert not any(f":{name}" in explorer.sql for name in ("from", "to", "interval"))
    explorer.click("explore_time")
    assert not explorer.find("time_range_picker").findChild(QWidget, "time_all").isVisible()
    explorer.click("time_preset_7")
    explorer.wait_for_result()
    assert "created_dt >= :from" in explorer.sql


def test_a_query_that_reads_a_file_again_takes_the_error_from_its_source(studio: "Studio", tmp_path: Path) -> None:
    file = tmp_path / "trips.csv"
    source = _add_trips(studio, file)
    away = file.rename(tmp_path / "away.csv")
    assert read_source_again(unbound(studio.workspace.database), studio.actor, source.id).status == "error"

    def status() -> str:
        with unbound(studio.workspace.database).read() as session:
            row = session.get(DataSource, source.id)
            return row.status if row is not None else ""

    away.rename(file)
    assert status() == "error"
    explorer = Explorer(studio, f"studio/explore/{source.id}/{source.tables[0]}")
    studio.wait(lambda: bool(explorer.exploration.state.text))
    explorer.wait_for_result()
    studio.wait(lambda: status() == "connected")


def test_how_many_columns_a_search_finds_is_told_once_nothing_is_typed(
    explorer: Explorer, announcements: list[str]
) -> None:
    announcements.clear()
    explorer.type("explore_search", "status")
    explorer.studio.wait(lambda: any("result" in one for one in announcements))
    assert [one for one in announcements if "result" in one] == ["1 result"]
    explorer.type("explore_search", "zzz")
    explorer.studio.wait(lambda: any("“zzz”" in one for one in announcements))


def test_button_that_opens_the_first_table_tells_the_focus_once_in_the_columns(
    explorer: Explorer, told_focus: list[str], announcements: list[str]
) -> None:
    button = next(
        one
        for one in explorer.view.findChildren(Button)
        if one.isVisible() and one.accessibleName().startswith("Explore ")
    )
    button.setFocus()
    told_focus.clear()
    explorer.qtbot.keyClick(button, Qt.Key.Key_Return)
    explorer.wait_for_result()
    explorer.studio.wait(lambda: any(" row" in one for one in announcements))
    assert told_focus == ["explore_fields"]
