"""The history of Explore's SQL: what ran is listed, found, opened again, stepped through and cleared."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from test_sql_editor import BAD, GOOD, SqlPage

from benchboard.dashboards.query_history import HistoryEntry
from benchboard.ui.studio.data.explore.history_list import HistoryList, outcome_text
from benchboard.ui.widgets import EmptyState
from benchboard.ui.widgets.toasts import Toast

if TYPE_CHECKING:
    from conftest import Studio

CTRL = Qt.KeyboardModifier.ControlModifier
OTHER = "SELECT currency, count(*) AS n\nFROM orders\nGROUP BY 1"


@pytest.fixture
def page(studio: "Studio") -> SqlPage:
    return SqlPage(studio)


def ran(page: SqlPage) -> list[str]:
    return [one.text for one in page.view.history.keeper.entries]


def write_and_keep(page: SqlPage, text: str) -> None:
    page.write(text)
    page.studio.wait(lambda: ran(page)[:1] == [text])


def open_history(page: SqlPage) -> HistoryList:
    page.edit.setFocus()
    page.key(Qt.Key.Key_H, CTRL)
    listed = page.find("explore_history_list") if ran(page) else page.view.history.list
    assert isinstance(listed, HistoryList)
    return listed


def rows(listed: HistoryList) -> list[str]:
    found = (listed.rows.entry(place) for place in range(listed.rows.rowCount()))
    return [one.text for one in found if one is not None]


def test_runs_are_listed_with_what_came_of_them_and_enter_opens_one_undoably(page: SqlPage) -> None:
    write_and_keep(page, GOOD)
    write_and_keep(page, BAD)
    listed = open_history(page)
    assert rows(listed) == [BAD, GOOD]
    failed, good = page.view.history.keeper.entries
    assert outcome_text(failed) == "stopped at line 1"
    assert page.exploration.last_good is not None
    table = page.exploration.last_good.table
    assert table is not None
    assert outcome_text(good).startswith(f"{len(table.rows)} rows, ")

    assert page.view.history.search.hasFocus()
    page.qtbot.keyClick(page.view.history.search, Qt.Key.Key_Down)
    assert listed.hasFocus()
    page.qtbot.keyClick(listed, Qt.Key.Key_Down)
    page.qtbot.keyClick(listed, Qt.Key.Key_Return)
    assert page.edit.toPlainText() == GOOD
    assert page.edit.hasFocus()
    page.wait_for_result()
    page.key(Qt.Key.Key_Z, CTRL)
    assert page.edit.toPlainText() == BAD


def test_history_is_searched_and_closed_by_escape(page: SqlPage) -> None:
    write_and_keep(page, GOOD)
    write_and_keep(page, OTHER)
    listed = open_history(page)
    page.qtbot.keyClicks(page.view.history.search, "status")
    page.studio.wait(lambda: rows(listed) == [GOOD])
    page.qtbot.keyClicks(page.view.history.search, "zzz")
    assert not listed.isVisible()
    assert [one.sentence.text() for one in page.view.history.findChildren(EmptyState) if one.isVisible()] == [
        "No matches"
    ]
    page.qtbot.keyClick(page.view.history.search, Qt.Key.Key_Escape)
    assert len(rows(listed)) == 2
    page.qtbot.keyClick(page.view.history.search, Qt.Key.Key_Escape)
    assert listed.hasFocus()
    page.qtbot.keyClick(listed, Qt.Key.Key_Escape)
    assert not page.view.history.isVisible()
    assert page.edit.hasFocus()


def test_ctrl_up_and_down_go_through_the_queries_and_back_to_what_was_written(page: SqlPage) -> None:
    write_and_keep(page, GOOD)
    write_and_keep(page, OTHER)
    page.write("SELECT 1 FROM", run=False)
    page.key(Qt.Key.Key_Up, CTRL)
    assert page.edit.toPlainText() == OTHER
    page.key(Qt.Key.Key_Up, CTRL)
    assert page.edit.toPlainText() == GOOD
    page.key(Qt.Key.Key_Up, CTRL)
    assert page.edit.toPlainText() == GOOD, "there is none before"
    page.key(Qt.Key.Key_Down, CTRL)
    page.key(Qt.Key.Key_Down, CTRL)
    assert page.edit.toPlainText() == "SELECT 1 FROM"


def test_a_query_over_another_source_opens_over_that_and_undo_brings_back_both(page: SqlPage) -> None:
    write_and_keep(page, GOOD)
    other = HistoryEntry("SELECT 1 AS x", "gone", page.view.history.keeper.entries[0].at)
    page.view.sql.open_entry(other)
    assert (page.exploration.state.text, page.exploration.state.source_id) == ("SELECT 1 AS x", "gone")
    page.key(Qt.Key.Key_Z, CTRL)
    assert page.edit.toPlainText() == GOOD
    page.studio.wait(lambda: page.exploration.state.source_id == "")
    assert page.exploration.state.text == GOOD


def test_cleared_history_is_empty_until_undo(page: SqlPage) -> None:
    write_and_keep(page, GOOD)
    listed = open_history(page)
    page.click("explore_history_clear")
    page.studio.wait(lambda: ran(page) == [])
    assert not listed.isVisible()
    assert not page.find("explore_history_clear").isEnabled()
    (toast,) = [one for one in page.studio.application.window.findChildren(Toast) if one.isVisible()]
    assert "cleared" in toast.accessibleName()
    page.studio.context.problems.undo_last()
    page.studio.wait(lambda: ran(page) == [GOOD])


def test_history_is_there_after_another_start(page: SqlPage, open_studio: "Callable[..., Studio]") -> None:
    write_and_keep(page, GOOD)
    page.studio.close()
    again = SqlPage(open_studio())
    again.studio.wait(lambda: GOOD in ran(again))


def test_builders_queries_are_not_kept(page: SqlPage) -> None:
    page.view.mode.selected.emit("build")
    page.open_orders()
    page.view.mode.selected.emit("sql")
    write_and_keep(page, GOOD)
    assert ran(page) == [GOOD]
