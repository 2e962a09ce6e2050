"""The paged table: what it shows in place of rows, focus, and its signals."""

from dataclasses import dataclass

import pytest
from PySide6.QtCore import QObject, QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from benchboard.errors import Unavailable
from benchboard.paging import Listing, Page
from benchboard.ui.paged.paged_model import Column, PagedTableModel
from benchboard.ui.paged.paged_view import PagedTable
from benchboard.ui.tasks import Tasks
from benchboard.ui.theme import Theme


@dataclass(frozen=True)
class Entry:
    id: str
    name: str


class Source:
    """What a list reads: its entries now, or why they cannot be read."""

    def __init__(self) -> None:
        self.entries = tuple(Entry(str(number), f"Entry {number}") for number in range(3))
        self.error: Unavailable | None = None

    def page(self, _session: object, _listing: Listing, _after: str | None, _limit: int) -> Page[Entry]:
        if self.error is not None:
            raise self.error
        return Page(self.entries)


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def beside(qtbot: QtBot, light: Theme) -> QWidget:
    """A window with a field beside the table."""
    window = QWidget()
    qtbot.addWidget(window)
    layout = QHBoxLayout(window)
    layout.addWidget(QLineEdit(window))
    window.resize(900, 500)
    return window


@pytest.fixture
def table(qtbot: QtBot, tasks: Tasks, owner: QObject, source: Source, beside: QWidget) -> PagedTable[Entry]:
    columns: tuple[Column[Entry], ...] = (Column("name", "Name", lambda entry: entry.name, True),)
    table = PagedTable(PagedTableModel(tasks, source.page, columns, owner), label="Entries", name="entries")
    layout = beside.layout()
    assert layout is not None
    layout.addWidget(table)
    beside.show()
    beside.activateWindow()
    qtbot.waitUntil(beside.isActiveWindow)
    return table


def _load(qtbot: QtBot, table: PagedTable[Entry]) -> None:
    with qtbot.waitSignal(table.model.loaded):
        table.model.refresh()


def _retry_buttons(table: PagedTable[Entry]) -> list[QPushButton]:
    return [one for one in table.findChildren(QPushButton) if one.isVisible() and one.text() == "Try again"]


def test_load_with_focus_elsewhere_leaves_it(
    qtbot: QtBot, table: PagedTable[Entry], beside: QWidget, source: Source
) -> None:
    field = beside.findChild(QLineEdit)
    assert field is not None
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    _load(qtbot, table)
    assert table.view.isVisible()
    assert field.hasFocus()
    source.entries = ()
    _load(qtbot, table)
    assert not table.view.isVisible()
    assert field.hasFocus()


def test_load_of_no_rows_with_focus_in_them_keeps_it_in_the_table(
    qtbot: QtBot, table: PagedTable[Entry], source: Source
) -> None:
    _load(qtbot, table)
    table.view.setFocus()
    qtbot.waitUntil(table.view.hasFocus)
    source.entries = ()
    _load(qtbot, table)
    assert table.hasFocus()


def test_failed_first_page_shows_cause_and_retry(qtbot: QtBot, table: PagedTable[Entry], source: Source) -> None:
    source.error = Unavailable("test.away", "The server did not answer.", why="It is off.", do="Start it.")
    with qtbot.waitSignal(table.model.failed):
        table.model.refresh()
    assert table._error.isVisible()
    assert table._error.sentence.text() == "The server did not answer."
    assert table._error.why.text() == "It is off. Start it."
    assert len(_retry_buttons(table)) == 1


def test_failed_refresh_over_rows_offers_one_retry_in_the_footer(
    qtbot: QtBot, table: PagedTable[Entry], source: Source
) -> None:
    _load(qtbot, table)
    assert not _retry_buttons(table)
    source.error = Unavailable("test.away", "The server did not answer.")
    with qtbot.waitSignal(table.model.failed):
        table.model.refresh()
    assert table.view.isVisible()
    assert len(_retry_buttons(table)) == 1
    source.error = None
    _load(qtbot, table)
    assert not _retry_buttons(table)


def test_refresh_with_current_row_changed_emits_current_changed(
    qtbot: QtBot, table: PagedTable[Entry], source: Source
) -> None:
    _load(qtbot, table)
    table.make_current("1")
    told: list[Entry | None] = []
    table.current_changed.connect(told.append)
    source.entries = (Entry("1", "Entry 1, renamed"), Entry("2", "Entry 2"))
    _load(qtbot, table)
    assert told == [Entry("1", "Entry 1, renamed")]
    source.entries = (Entry("2", "Entry 2"),)
    _load(qtbot, table)
    assert told[1:] == [None]


def test_header_box_differs_for_none_some_and_all_rows_ticked(qtbot: QtBot, table: PagedTable[Entry]) -> None:
    _load(qtbot, table)

    def box() -> QImage:
        return table.view.horizontalHeader().grab(QRect(0, 0, 30, 40)).toImage()

    empty = box()
    table.model.tick(0, 1, True)
    partial = box()
    table.model.tick(2, 2, True)
    full = box()
    assert partial != empty
    assert full not in (empty, partial)
    table.model.clear_ticks()
    assert box() == empty
