"""The list of values in Explore's filters, over a real file: searched in it, counted, and read page by page."""

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QListView, QWidget

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.column_values import ValuePage
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.query_builder.question import Filter
from benchboard.analytics.sources import services
from benchboard.analytics.sources.configuration import tables_of
from benchboard.analytics.sources.state import examine
from benchboard.errors import Cancelled
from benchboard.ui.studio.data.explore import column_value_list
from benchboard.ui.studio.data.explore.explore_view import ExploreView
from benchboard.ui.studio.panes.check_list import CheckList
from benchboard.ui.widgets import Edit
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio

pytestmark = pytest.mark.usefixtures("demo_home")
METERS = 450


class Filters:
    """Explore over a file of meters, of which the first have the most rows; one row has no meter."""

    def __init__(self, studio: "Studio", folder: Path) -> None:
        self.studio, self.qtbot = studio, studio.qtbot
        file = folder / "readings.csv"
        lines = [
            f"{name},{'kWh' if row % 2 else 'MWh'},{row}"
            for k, name in enumerate(["", *(f"meter {k:03d}" for k in range(1, METERS + 1))])
            for row in range(1 if not name else 1 + (METERS - k) // 10)
        ]
        file.write_text("meter,unit,reading\n" + "\n".join(lines) + "\n")
        tables = tables_of(tuple(table.scan for table in inspect_file(file).tables))
        state = examine(tables, CancelToken())
        with unbound(studio.workspace.database).change() as session:
            source = services.add_source(session, studio.actor, name="Readings", kind="csv", tables=tables, state=state)
        studio.context.go(f"studio/explore/{source.id}/{source.tables[0]}")
        (self.view,) = studio.application.window.findChildren(ExploreView)
        studio.wait(lambda: bool(self.view.exploration.state.text) and not self.view.exploration.running)

    def find(self, name: str) -> QWidget:
        (found,) = [one for one in self.studio.application.window.findChildren(QWidget, name) if one.isVisible()]
        return found

    def click(self, name: str) -> None:
        self.qtbot.mouseClick(self.find(name), Qt.MouseButton.LeftButton)

    def open(self, column: str = "meter") -> None:
        self.view.builder.edit_filter(self.find("explore_add_filters"), column)
        self.studio.wait(lambda: bool(self.words))

    @property
    def values(self) -> CheckList:
        found = self.find("choice_values")
        assert isinstance(found, CheckList)
        return found

    @property
    def words(self) -> list[str]:
        window = self.studio.application.window
        lists = [one for one in window.findChildren(QListView, "choice_values") if one.isVisible()]
        return [
            at.data() for one in lists for place in range(one.model().rowCount()) if (at := one.model().index(place, 0))
        ]

    @property
    def ticked(self) -> list[str]:
        model = self.values.model()
        role = Qt.ItemDataRole.CheckStateRole
        rows = (model.index(place, 0) for place in range(model.rowCount()))
        return [one.data() for one in rows if one.data(role) == Qt.CheckState.Checked]

    def spoken(self, place: int) -> str:
        return str(self.values.model().index(place, 0).data(Qt.ItemDataRole.AccessibleTextRole))

    def type(self, text: str) -> None:
        edit = self.find("filter_value")
        assert isinstance(edit, Edit)
        edit.setFocus()
        edit.selectAll()
        self.qtbot.keyClicks(edit, text)

    def press(self, text: str) -> None:
        place = self.words.index(text)
        row = self.values.visualRect(self.values.model().index(place, 0))
        self.qtbot.mouseClick(self.values.viewport(), Qt.MouseButton.LeftButton, pos=row.topLeft() + QPoint(15, 14))

    @property
    def filter(self) -> Filter:
        question = self.view.exploration.state.question
        assert question is not None
        return question.filters[-1]


@pytest.fixture
def filters(studio: "Studio", tmp_path: Path) -> Filters:
    return Filters(studio, tmp_path)


def test_filter_values_the_most_frequent_come_first_with_their_counts(filters: Filters) -> None:
    filters.open()
    assert filters.words[:2] == ["meter 001", "meter 002"]
    assert filters.spoken(0) == "meter 001, 45 rows"
    assert len(filters.words) == 200
    filters.values.scrollToBottom()
    filters.studio.wait(lambda: len(filters.words) == 400)
    filters.values.scrollToBottom()
    filters.studio.wait(lambda: len(filters.words) == METERS + 1)
    assert filters.words[-1] == "(empty)"
    assert len(set(filters.words)) == METERS + 1


def test_filter_values_searched_are_found_past_the_first_page(filters: Filters) -> None:
    filters.open()
    assert "meter 444" not in filters.words
    filters.type("R 444")
    filters.studio.wait(lambda: filters.words == ["meter 444"])
    filters.qtbot.keyClick(filters.find("filter_value"), Qt.Key.Key_Return)
    assert filters.values.hasFocus(), "the text is a part of a value: it is chosen by hand"
    filters.qtbot.keyClick(filters.values, Qt.Key.Key_Space)
    filters.qtbot.keyClick(filters.values, Qt.Key.Key_Return)
    assert filters.filter == Filter("meter", "one_of", ("meter 444",))


def test_filter_values_are_counted_with_the_other_filters(filters: Filters) -> None:
    filters.open("unit")
    filters.press("kWh")
    filters.click("part_apply")
    filters.open("meter")
    assert filters.spoken(0) == "meter 001, 22 rows"
    assert "(empty)" not in filters.words, "its row has the other unit"


def test_filter_values_only_selects_one_by_mouse_and_by_key(filters: Filters) -> None:
    filters.open()
    for value in ("meter 001", "meter 002"):
        filters.press(value)
    assert filters.ticked == ["meter 001", "meter 002"]
    row = filters.values.visualRect(filters.values.model().index(2, 0))
    QTest.mouseMove(filters.values.viewport(), row.center())
    filters.studio.wait(lambda: filters.values.shows_only(2))
    at = filters.values.only_rect(2).center()
    filters.qtbot.mouseClick(filters.values.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert filters.ticked == ["meter 003"]
    filters.values.setFocus()
    filters.qtbot.keyClick(filters.values, Qt.Key.Key_Home)
    filters.qtbot.keyClick(filters.values, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert filters.ticked == ["meter 001"]


def test_filter_values_all_and_none_are_of_what_is_searched(filters: Filters) -> None:
    filters.open()
    filters.press("meter 001")
    filters.type("meter 2")
    filters.studio.wait(lambda: len(filters.words) == 100)
    filters.click("filter_values_all")
    count = filters.find("filter_values_count")
    assert isinstance(count, QLabel)
    assert count.text() == "101 selected"
    filters.click("filter_values_none")
    assert count.text() == "1 selected"
    filters.type(" ")
    filters.studio.wait(lambda: len(filters.words) == 200)
    filters.click("filter_values_all")
    filters.studio.wait(lambda: count.text() == f"{METERS + 1} selected")


def test_filter_values_empty_is_chosen_beside_others_and_shown_again(filters: Filters) -> None:
    filters.open()
    filters.press("meter 001")
    filters.values.scrollToBottom()
    filters.studio.wait(lambda: len(filters.words) == 400)
    filters.values.scrollToBottom()
    filters.studio.wait(lambda: "(empty)" in filters.words)
    filters.values.scrollToBottom()
    filters.press("(empty)")
    filters.click("part_apply")
    assert filters.filter == Filter("meter", "one_of_or_empty", ("meter 001",))
    assert "(meter IN ('meter 001') OR meter IS NULL)" in filters.view.exploration.state.text
    filters.studio.wait(lambda: not filters.view.exploration.waiting and not filters.view.exploration.running)
    chip = filters.view.builder.filters.chips[-1]
    assert chip.text() == "meter is empty or one of meter 001"
    filters.qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    filters.studio.wait(lambda: len(filters.words) > 100)
    assert filters.words[:3] == ["meter 001", "(empty)", "meter 002"], "what is selected stands above the others"
    assert filters.ticked == ["meter 001", "(empty)"]


def test_filter_values_nobody_waits_for_are_cancelled(filters: Filters, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = threading.Event()

    def hang(*_arguments: object, cancel_token: CancelToken, **_options: object) -> ValuePage:
        with cancel_token.on_cancel(stopped.set):
            assert stopped.wait(60)
        raise Cancelled("query.stopped", "The query was stopped.")

    monkeypatch.setattr(column_value_list, "read_column_values", hang)
    filters.view.builder.edit_filter(filters.find("explore_add_filters"), "meter")
    note = filters.find("filter_popover").findChild(QLabel, "filter_values_note")
    filters.studio.wait(lambda: note.text() == "Loading values…")
    assert isinstance(filters.find("filter_values_stop"), QAbstractButton)
    filters.qtbot.keyClick(filters.find("filter_popover"), Qt.Key.Key_Escape)
    assert stopped.wait(60)


def test_filter_values_are_told_when_the_list_is_entered_and_by_each_space(
    filters: Filters, announcements: list[str], told_events: list[tuple[str, int]]
) -> None:
    filters.open("unit")
    told_events.clear()
    filters.qtbot.keyClick(filters.find("filter_value"), Qt.Key.Key_Tab)
    assert filters.values.hasFocus()
    filters.qtbot.waitUntil(lambda: ("Focus", 0) in told_events)
    told_events.clear()
    announcements.clear()
    first = filters.words[0]
    filters.qtbot.keyClick(filters.values, Qt.Key.Key_Space)
    assert ("StateChanged", 0) in told_events
    assert announcements == [f"{first}, checked, 1 of 2 selected"]
    filters.qtbot.keyClick(filters.values, Qt.Key.Key_Space)
    assert announcements[-1] == f"{first}, not checked, 0 of 2 selected"
    filters.click("filter_values_all")
    assert announcements[-1] == "2 of 2 selected"


def test_filter_values_of_which_not_all_were_read_are_counted_without_a_total(
    filters: Filters, announcements: list[str]
) -> None:
    filters.open()
    filters.values.setFocus(Qt.FocusReason.TabFocusReason)
    announcements.clear()
    filters.qtbot.keyClick(filters.values, Qt.Key.Key_Space)
    assert announcements == ["meter 001, checked, 1 selected"]
