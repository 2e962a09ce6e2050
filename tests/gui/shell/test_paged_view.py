"""The paged table: what it shows in place of rows, focus, and its signals."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from PySide6.QtCore import QModelIndex, QObject, QPoint, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)
from pytestqt.qtbot import QtBot

from benchboard.errors import Unavailable
from benchboard.paging import Line, Listing, Page
from benchboard.ui.paged.paged_cells import fold_button, paint_cell
from benchboard.ui.paged.paged_model import Column, PagedTableModel
from benchboard.ui.paged.paged_view import QUIET_MS, PagedTable
from benchboard.ui.tasks import Tasks
from benchboard.ui.theme import Theme, theme
from benchboard.ui.time_format import day_title
from benchboard.ui.widgets import accessible_factory
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.dialog import Confirm, Dialog
from benchboard.ui.widgets.empty_state import EmptyState
from benchboard.ui.widgets.fields import search_field
from benchboard.ui.widgets.focus import note_input
from benchboard.ui.widgets.no_match import NoMatch
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.toasts import Toast
from support.painted_texts import painted_texts


@dataclass(frozen=True)
class Entry:
    id: str
    name: str


class Source:
    """What a list reads: its entries now, or why they cannot be read."""

    def __init__(self) -> None:
        self.entries = tuple(Entry(str(number), f"Entry {number}") for number in range(3))
        self.error: Unavailable | None = None
        self.may_answer = Event()
        self.may_answer.set()

    def page(self, _session: object, _listing: Listing, _after: str | None, _limit: int) -> Page[Entry]:
        self.may_answer.wait(60)
        if self.error is not None:
            raise self.error
        return Page(self.entries)

    def paged(self, _session: object, _listing: Listing, after: str | None, limit: int) -> Page[Entry]:
        """Page by page."""
        first = int(after or 0)
        end = first + limit
        return Page(self.entries[first:end], str(end) if end < len(self.entries) else None)


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


def test_row_that_a_search_leaves_stays_in_sight(qtbot: QtBot, source: Source, table: PagedTable[Entry]) -> None:
    source.entries = tuple(Entry(str(number), f"Entry {number}") for number in range(300))
    table.model.refresh()
    qtbot.waitUntil(lambda: table.model.rowCount() == 300)
    table.make_current("250")
    table.view.scrollTo(table.view.currentIndex())
    source.entries = source.entries[200:]
    table.model.listing = Listing(search="Entry")
    qtbot.waitUntil(lambda: table.model.rowCount() == 100)
    assert table.current() == Entry("250", "Entry 250")
    assert table.view.viewport().rect().contains(table.view.visualRect(table.view.currentIndex()))


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


def test_click_on_the_row_that_the_focus_made_current_is_the_users(qtbot: QtBot, table: PagedTable[Entry]) -> None:
    """The focus arrives before the press and makes the first row current: the click changed nothing any more."""
    _load(qtbot, table)
    by_itself = list[bool]()
    table.current_changed.connect(lambda _row: by_itself.append(table.moves_by_itself))
    table.view.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(lambda: by_itself == [True])
    place = table.view.visualRect(table.model.index(0, 0)).center()
    for _again in range(2):  # it is the user's already
        qtbot.mouseClick(table.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert by_itself == [True, False]


def test_table_of_which_all_is_there_or_nothing_has_no_strip_below_it(
    qtbot: QtBot, table: PagedTable[Entry], source: Source
) -> None:
    """The toolbar and the status bar count the rows."""
    _load(qtbot, table)
    qtbot.waitUntil(lambda: table.view.mapTo(table, table.view.rect().bottomLeft()).y() == table.height() - 1)
    source.entries = ()
    _load(qtbot, table)
    page = next(one for one in table.findChildren(EmptyState) if one.isVisible())
    qtbot.waitUntil(lambda: page.mapTo(table, page.rect().bottomLeft()).y() == table.height() - 1)


def test_empty_list_that_is_read_again_right_after_it_was_opened_stays(
    qtbot: QtBot, table: PagedTable[Entry], source: Source
) -> None:
    source.entries = ()
    _load(qtbot, table)
    (empty,) = [one for one in table.findChildren(EmptyState) if one.isVisible()]
    source.may_answer.clear()
    table.model.refresh()
    passed = list[bool]()
    QTimer.singleShot(QUIET_MS, table, lambda: passed.append(True))  # ends after the table's own, begun before it
    qtbot.waitUntil(lambda: bool(passed))
    assert table.model.loading
    assert empty.isVisible()  # a menu that is open at its button would close
    source.may_answer.set()
    qtbot.waitUntil(lambda: not table.model.loading)


def test_failed_first_page_shows_cause_and_retry(qtbot: QtBot, table: PagedTable[Entry], source: Source) -> None:
    source.error = Unavailable("test.away", "The server did not answer.", why="It is off.", do="Start it.")
    with qtbot.waitSignal(table.model.failed):
        table.model.refresh()
    assert table._error.isVisible()
    assert table._error.sentence.text() == "The server did not answer"
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


def test_row_of_a_page_that_was_just_added_is_scrolled_into_view(
    qtbot: QtBot, tasks: Tasks, owner: QObject, source: Source, beside: QWidget
) -> None:
    """The scroll bar didn't know the new rows yet, and the selected one stayed below the others."""
    source.entries = tuple(Entry(str(number), f"Entry {number}") for number in range(250))
    columns: tuple[Column[Entry], ...] = (Column("name", "Name", lambda entry: entry.name, True),)
    table = PagedTable(PagedTableModel(tasks, source.paged, columns, owner), label="Entries", name="entries")
    table.setParent(beside)
    table.resize(800, 400)
    beside.show()
    table.show()
    table.model.loaded.connect(lambda: table.make_current("249"))
    _load(qtbot, table)
    for _page in range(2):
        with qtbot.waitSignal(table.model.loaded):
            table.model.fetchMore(QModelIndex())
    view = table.view
    assert view.currentIndex().row() == 249
    assert view.viewport().rect().contains(view.visualRect(view.currentIndex()).center())


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


def test_columns_that_stretch_share_the_spare_width_and_what_one_leaves(
    qtbot: QtBot, tasks: Tasks, owner: QObject, source: Source, beside: QWidget
) -> None:
    columns: tuple[Column[Entry], ...] = (
        Column("name", "Name", lambda entry: entry.name, width=200, stretch=True, most=600),
        Column("count", "Count", lambda entry: entry.id, width=100, stretch=True, most=150, optional=True),
        Column("last", "Last", lambda entry: entry.id, width=100),
    )
    table = PagedTable(PagedTableModel(tasks, source.page, columns, owner), label="Entries", name="wide", ticks=False)
    table.setParent(beside)
    table.setGeometry(0, 0, 700, 300)
    beside.show()
    _load(qtbot, table)
    view = table.view
    assert [view.columnWidth(at) for at in range(3)] == [view.viewport().width() - 250, 150, 100]
    table.setGeometry(0, 0, 350, 300)  # the three want 400
    qtbot.waitUntil(lambda: view.isColumnHidden(1))
    assert view.columnWidth(0) + view.columnWidth(2) <= view.viewport().width()
    table.setGeometry(0, 0, 700, 300)
    qtbot.waitUntil(lambda: not view.isColumnHidden(1))
    assert [view.columnWidth(at) for at in range(3)] == [view.viewport().width() - 250, 150, 100]


def test_second_line_beside_a_picture_is_wrapped_once(light: Theme) -> None:
    column: Column[Entry] = Column(
        "name",
        "Name",
        lambda _entry: "Shop review",
        second=lambda entry: entry.name,
        picture=lambda _painter, _box, _entry: None,
    )
    entry = Entry("1", "Orders, revenue and refunds of the selected shops, for our meeting on every Monday")
    line = Line(entry, (entry,))

    def written(width: int) -> list[str]:
        box = QRectF(0, 0, width, 68)
        texts = painted_texts(QSize(width, 68), lambda painter: paint_cell(painter, box, column, line))
        assert all(box.contains(one.box.center()) for one in texts)
        return [one.text for one in texts]

    assert len(written(900)) == 2
    name, first, second = written(290)
    assert (name, first.startswith("Orders, revenue"), second.endswith("…")) == ("Shop review", True, True)


@pytest.mark.parametrize(("name", "width"), [("Ada", 200), ("A name " * 6, 324), ("A name " * 40, 360)])
def test_columns_in_a_wide_table_stand_together_at_the_left(
    qtbot: QtBot, tasks: Tasks, owner: QObject, source: Source, beside: QWidget, name: str, width: int
) -> None:
    columns: tuple[Column[Entry], ...] = (
        Column("name", "Name", lambda _entry: name, width=200, stretch=True),
        Column("count", "Count", lambda entry: entry.id, width=90, align_right=True),
    )
    table = PagedTable(PagedTableModel(tasks, source.page, columns, owner), label="Entries", name="wide", ticks=False)
    table.setParent(beside)
    table.setGeometry(0, 0, 900, 300)
    beside.show()
    _load(qtbot, table)
    view = table.view
    assert abs(view.columnWidth(0) - width) < 30, "no wider than its longest name, nor than a name may be"
    assert view.columnWidth(0) + view.columnWidth(1) == view.viewport().width()  # the rows' lines go to the edge
    last = QRect(view.columnViewportPosition(1), 0, view.columnWidth(1), 28)
    assert view.content_box(last, 1).right() < 450  # and its right-aligned content stands beside the name


@pytest.mark.parametrize("width", [420, 900])
def test_menu_of_a_row_stands_beside_the_text_of_its_last_column(
    qtbot: QtBot, tasks: Tasks, owner: QObject, source: Source, beside: QWidget, width: int
) -> None:
    """It covered the end of “13 min ago”."""
    columns: tuple[Column[Entry], ...] = (
        Column("name", "Name", lambda entry: entry.name, width=200, stretch=True),
        Column("time", "Last refreshed", lambda _entry: "13 min ago", width=120),
    )
    model = PagedTableModel(tasks, source.page, columns, owner)
    table = PagedTable(model, label="Entries", name="menus", ticks=False, row_menu=True)
    table.setParent(beside)
    table.setGeometry(0, 0, width, 300)
    beside.show()
    _load(qtbot, table)
    view = table.view
    content = view.content_box(view.visualRect(model.index(0, 1)), 1)
    assert content.right() < view.menu_box(0).left()
    text = view.fontMetrics().horizontalAdvance("13 min ago")
    assert content.width() >= text


def test_toast_stands_above_the_footer_of_the_table(qtbot: QtBot, folding: PagedTable[Entry], beside: QWidget) -> None:
    _load(qtbot, folding)
    assert not folding.model.at_end, "the footer says that there is more"
    toast = Toast("Saved", None, beside)
    toast.show()
    toast.move_into_place()
    assert beside.height() - toast.geometry().bottom() > 28 + 16
    dialog = Confirm(beside, "Delete", "It is gone.", act="Delete", keep="Keep", run=lambda: None)
    dialog.open()
    over = toast.geometry().center()
    assert beside.childAt(over) in (toast, *toast.findChildren(QWidget))
    dialog.dismiss()


@pytest.mark.parametrize(
    ("height", "is_moved", "is_beside"), [(600, True, False), (560, True, True), (190, False, True)]
)
def test_toast_stands_beside_a_dialog_or_where_there_is_no_room_above_its_footer(
    beside: QWidget, height: int, is_moved: bool, is_beside: bool
) -> None:
    beside.resize(1024, 640)
    beside.show()
    toast = Toast("Saved", None, beside)
    toast.appear()
    before = toast.geometry()
    dialog = Dialog(beside, "Pair dongle", size=QSize(800, height))
    act = dialog.add_button(Button("Pair"))
    dialog.open()
    footer = act.parentWidget()
    assert footer is not None
    box = QRect(footer.mapTo(beside, QPoint(0, 0)), footer.size())
    assert not toast.geometry().intersects(box)
    assert (toast.geometry() != before) is is_moved
    frame = QRect(dialog.frame.body.mapTo(beside, QPoint(0, 0)), dialog.frame.body.size())
    assert toast.geometry().intersects(frame) is not is_beside
    assert beside.rect().contains(toast.geometry())
    dialog.dismiss()


def test_toast_makes_room_for_a_dialog_that_grows(beside: QWidget) -> None:
    """It lay over the text of the next page: neither its footer nor its content moves within a dialog that does."""
    beside.resize(1024, 640)
    beside.show()
    dialog = Dialog(beside, "Export", size=QSize(400, 300))
    dialog.add_button(Button("Export"))
    dialog.open()
    toast = Toast("Exported", None, beside)
    toast.appear()
    dialog.frame.setGeometry(dialog.frame.geometry().adjusted(0, 60, 0, 60))
    frame = QRect(dialog.frame.body.mapTo(beside, QPoint(0, 0)), dialog.frame.body.size())
    assert not toast.geometry().intersects(frame)
    dialog.dismiss()


def test_day_heading_stands_above_the_first_row_of_each_day_of_a_list_sorted_by_time(
    qtbot: QtBot, tasks: Tasks, owner: QObject, source: Source, beside: QWidget
) -> None:
    columns: tuple[Column[Entry], ...] = (Column("at", "When", lambda entry: entry.name, True),)
    now = datetime.now(UTC)
    model = PagedTableModel(tasks, source.page, columns, owner)
    table = PagedTable(
        model, label="Entries", name="days", ticks=False, row_height="compact",
        day=lambda entry: now - timedelta(days=0 if entry.id == "0" else 1),
    )  # fmt: skip
    table.setParent(beside)
    beside.show()
    with qtbot.waitSignal(model.loaded):
        model.listing = Listing(sort="at", descending=True)
    view = table.view
    assert [view.day_headings.text(row) for row in range(3)] == [day_title(now), day_title(now - timedelta(days=1)), ""]
    assert [view.rowHeight(row) for row in range(3)] == [28 + 28, 28 + 28, 28]
    view.setColumnWidth(0, 40)
    image = view.viewport().grab(QRect(44, 0, 60, 27)).toImage()
    ground = theme().color("surface.alt").rgb()
    assert any(image.pixel(x, 14) != ground for x in range(60)), "the heading goes on beyond the first column"
    assert [view.day_headings.count_text(row) for row in (0, 1)] == ["1 entry", "2 entries"]
    with qtbot.waitSignal(model.loaded):
        model.listing = Listing(sort="name")
    assert [view.rowHeight(row) for row in range(3)] == [28, 28, 28]


def test_day_heading_says_how_many_entries_its_day_has_once_all_are_loaded(
    qtbot: QtBot, tasks: Tasks, owner: QObject, beside: QWidget
) -> None:
    columns: tuple[Column[Entry], ...] = (Column("at", "When", lambda entry: entry.name, True),)
    now = datetime.now(UTC)
    model = PagedTableModel(tasks, Pages().page, columns, owner, page=20)
    table = PagedTable(
        model, label="Entries", name="days", ticks=False, row_height="compact",
        day=lambda entry: now - timedelta(days=int(entry.id) // 30),
    )  # fmt: skip
    table.setParent(beside)
    counts = table.view.day_headings.count_text
    with qtbot.waitSignal(model.loaded):
        model.listing = Listing(sort="at", descending=True)
    assert counts(0) == "", "the next page may have more of this day"
    with qtbot.waitSignal(model.loaded):
        model.fetchMore(QModelIndex())
    assert (counts(0), counts(30)) == ("30 entries", "")


class OneDay(Source):
    """60 entries, of which a search leaves those from the 28th on."""

    def page(self, _session: object, listing: Listing, _after: str | None, _limit: int) -> Page[Entry]:
        return Page(tuple(Entry(str(number), f"Entry {number}") for number in range(27 if listing.search else 0, 60)))


def test_first_entry_of_a_day_is_in_view_below_its_heading_after_the_filters_are_cleared(
    qtbot: QtBot, tasks: Tasks, owner: QObject, beside: QWidget
) -> None:
    """The list scrolled to it before the headings had their room, which then moved it out of view."""
    columns: tuple[Column[Entry], ...] = (Column("at", "When", lambda entry: entry.name, True),)
    now = datetime.now(UTC)
    model = PagedTableModel(tasks, OneDay().page, columns, owner)
    table = PagedTable(
        model, label="Entries", name="days", ticks=False, row_height="compact",
        day=lambda entry: now - timedelta(days=0 if int(entry.id) < 27 else 1),
    )  # fmt: skip
    table.setParent(beside)
    table.resize(600, 500)
    beside.show()
    table.show()
    with qtbot.waitSignal(model.loaded):
        model.listing = Listing(search="yesterday", sort="at", descending=True)
    table.view.setFocus()
    table.view.setCurrentIndex(model.index(0, 0))
    with qtbot.waitSignal(model.loaded):
        model.listing = Listing(sort="at", descending=True)
    view = table.view
    assert view.currentIndex().row() == 27
    assert view.rowHeight(27) == 28 + 28
    assert view.viewport().rect().contains(view.visualRect(view.currentIndex()))
    table.resize(600, 400)
    assert view.viewport().rect().contains(view.visualRect(view.currentIndex()))


class Pages(Source):
    """A list of five pages."""

    def page(self, _session: object, _listing: Listing, after: str | None, _limit: int) -> Page[Entry]:
        first = int(after or 0)
        entries = tuple(Entry(str(number), f"Entry {number}") for number in range(first, first + 20))
        return Page(entries, str(first + 20) if first < 80 else None)


@pytest.mark.parametrize("has_days", [True, False])
def test_day_headings_of_a_loaded_page_are_placed_without_a_look_at_the_rows_before(
    qtbot: QtBot, tasks: Tasks, owner: QObject, beside: QWidget, monkeypatch: pytest.MonkeyPatch, has_days: bool
) -> None:
    columns: tuple[Column[Entry], ...] = (Column("at", "When", lambda entry: entry.name, True),)
    now = datetime.now(UTC)
    model = PagedTableModel(tasks, Pages().page, columns, owner, page=20)
    table = PagedTable(
        model, label="Entries", name="days", ticks=False, row_height="compact",
        day=(lambda entry: now - timedelta(days=int(entry.id) // 10)) if has_days else None,
    )  # fmt: skip
    view, asked = table.view, list[int]()
    height = view.day_headings.height
    monkeypatch.setattr(view.day_headings, "height", lambda row: asked.append(row) or height(row))
    with qtbot.waitSignal(model.loaded):
        model.listing = Listing(sort="at", descending=True)
    while model.canFetchMore(QModelIndex()):
        with qtbot.waitSignal(model.loaded):
            model.fetchMore(QModelIndex())
    assert asked == (list(range(100)) if has_days else [])
    wanted = [28 + 28 if has_days and row % 10 == 0 else 28 for row in range(100)]
    assert [view.rowHeight(row) for row in range(100)] == wanted
    with qtbot.waitSignal(model.loaded):
        model.refresh()
    assert [view.rowHeight(row) for row in range(20)] == wanted[:20]


def _repeats(entry: Entry) -> str | None:
    return entry.name if entry.name.startswith("Saved") else None


def _count(line: Line[Entry]) -> str:
    return f"{len(line.run)} times"


@pytest.fixture
def folding(qtbot: QtBot, tasks: Tasks, owner: QObject, source: Source, beside: QWidget) -> PagedTable[Entry]:
    """A table, two rows a page, of which those called “Saved …” are folded."""
    columns: tuple[Column[Entry], ...] = (Column("name", "Name", lambda entry: entry.name, True, repeated=_count),)
    model = PagedTableModel(tasks, source.paged, columns, owner, page=2, repeats=_repeats)
    table = PagedTable(model, label="Entries", name="entries", ticks=False)
    layout = beside.layout()
    assert layout is not None
    layout.addWidget(table)
    beside.show()
    beside.activateWindow()
    qtbot.waitUntil(beside.isActiveWindow)
    return table


def _show(qtbot: QtBot, table: PagedTable[Entry], source: Source, names: str) -> None:
    """Load rows with these names; the last has the id 0, so that a new first row changes no id."""
    words = names.split()
    source.entries = tuple(Entry(str(len(words) - 1 - place), word) for place, word in enumerate(words))
    table.model.listing = Listing(sort="at")
    table.model.refresh()
    qtbot.waitUntil(lambda: table.model.at_end and len(table.model.rows) == len(words))


def _texts(table: PagedTable[Entry]) -> list[str]:
    return [str(table.model.index(row, 0).data()) for row in range(table.model.rowCount())]


def test_repeated_rows_over_several_pages_are_one_line(
    qtbot: QtBot, folding: PagedTable[Entry], source: Source
) -> None:
    _show(qtbot, folding, source, "A SavedX SavedX SavedX SavedX SavedX SavedX SavedX B SavedX")
    assert _texts(folding) == ["A", "SavedX, 7 times", "B", "SavedX"]
    _show(qtbot, folding, source, "SavedX SavedX SavedX SavedX SavedX SavedX SavedX")
    assert _texts(folding) == ["SavedX, 7 times"]


def test_repeated_rows_of_a_list_sorted_by_something_else_are_not_folded(
    qtbot: QtBot, folding: PagedTable[Entry], source: Source
) -> None:
    _show(qtbot, folding, source, "SavedX SavedX")
    folding.model.listing = Listing(sort="name")
    qtbot.waitUntil(lambda: _texts(folding) == ["SavedX", "SavedX"])


def test_click_on_a_folded_line_unfolds_it_and_on_its_arrow_folds_it(
    qtbot: QtBot, folding: PagedTable[Entry], source: Source
) -> None:
    _show(qtbot, folding, source, "A SavedX SavedX SavedX B")
    view = folding.view
    box = view.visualRect(folding.model.index(1, 0))
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert _texts(folding) == ["A", "SavedX, 3 times", "SavedX", "SavedX", "B"]
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert len(_texts(folding)) == 5, "a second click only selects"
    content = QRectF(view.content_box(box, 0))
    arrow = fold_button(content, folding.model.columns[0], folding.model.line(1))
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=arrow.center().toPoint())
    assert _texts(folding) == ["A", "SavedX, 3 times", "B"]
    assert folding.current() == Entry("3", "SavedX")


def test_enter_unfolds_a_line_then_opens_its_row_and_left_folds_it(
    qtbot: QtBot, folding: PagedTable[Entry], source: Source
) -> None:
    _show(qtbot, folding, source, "A SavedX SavedX SavedX B")
    opened: list[Entry] = []
    folding.activated.connect(opened.append)
    folding.make_current("4")
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Return):
        qtbot.keyClick(folding.view, key)
    assert (len(_texts(folding)), opened) == (5, [])
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Return):
        qtbot.keyClick(folding.view, key)
    assert opened == [Entry("2", "SavedX")]
    qtbot.keyClick(folding.view, Qt.Key.Key_Left)
    assert _texts(folding) == ["A", "SavedX, 3 times", "B"]
    assert folding.current() == Entry("3", "SavedX")
    qtbot.keyClick(folding.view, Qt.Key.Key_Right)
    assert len(_texts(folding)) == 5


def test_unfolding_and_folding_announce_the_rows_that_come_and_go(
    qtbot: QtBot, folding: PagedTable[Entry], source: Source
) -> None:
    _show(qtbot, folding, source, "A SavedX SavedX SavedX B")
    told: list[tuple[int, int, int]] = []
    model = folding.model
    model.rowsInserted.connect(lambda _parent, first, last: told.append((first, last, model.rowCount())))
    model.rowsRemoved.connect(lambda _parent, first, last: told.append((first, last, model.rowCount())))
    model.unfold(1)
    model.fold(2)
    assert told == [(2, 3, 5), (2, 3, 3)]


def test_refresh_keeps_unfolded_rows_unfolded_and_the_current_row(
    qtbot: QtBot, folding: PagedTable[Entry], source: Source
) -> None:
    _show(qtbot, folding, source, "SavedX SavedX A SavedX SavedX")
    folding.model.unfold(0)
    _show(qtbot, folding, source, "SavedX SavedX SavedX A SavedX SavedX")
    assert _texts(folding) == ["SavedX, 3 times", "SavedX", "SavedX", "A", "SavedX, 2 times"]


def test_refresh_that_folds_the_row_being_read_unfolds_it(
    qtbot: QtBot, folding: PagedTable[Entry], source: Source
) -> None:
    _show(qtbot, folding, source, "SavedX A")
    folding.make_current("1")
    _show(qtbot, folding, source, "SavedX SavedX A")
    assert _texts(folding) == ["SavedX, 2 times", "SavedX", "A"]
    assert folding.current() == Entry("1", "SavedX")


def test_day_headings_after_a_line_was_unfolded_and_folded_are_on_every_later_day(
    qtbot: QtBot, tasks: Tasks, owner: QObject, source: Source, beside: QWidget
) -> None:
    words = ["SavedX", "SavedX", "SavedX", "SavedX", "B", "C", "D", "E", "F", "G"]
    source.entries = tuple(Entry(str(place), word) for place, word in enumerate(words))
    columns: tuple[Column[Entry], ...] = (Column("at", "When", lambda entry: entry.name, True),)
    model = PagedTableModel(tasks, source.paged, columns, owner, page=5, repeats=_repeats)
    now = datetime.now(UTC)
    table = PagedTable(
        model, label="Entries", name="days", ticks=False, row_height="compact",
        day=lambda entry: now - timedelta(days=max(0, int(entry.id) - 3)),
    )  # fmt: skip
    with qtbot.waitSignal(model.loaded):
        model.listing = Listing(sort="at")
    model.unfold(0)
    table.view.place_day_headings()
    model.fold(0)
    with qtbot.waitSignal(model.loaded):
        model.fetchMore(QModelIndex())
    assert [table.view.rowHeight(row) for row in range(model.rowCount())] == [28 + 28] * 7


def test_list_with_the_focus_and_no_current_row_rings_its_first_row(
    qtbot: QtBot, table: PagedTable[Entry], light: Theme
) -> None:
    """As on arrival: the list has the focus before its rows are there, and Qt makes none of them current. The keys
    begin at that row."""
    _load(qtbot, table)
    note_input(key=True)
    table.view.setFocus(Qt.FocusReason.OtherFocusReason)
    qtbot.waitUntil(table.view.hasFocus)
    table.clear_current()

    def ringed() -> list[int]:
        image = table.view.viewport().grab().toImage()
        middles = [table.view.visualRect(table.model.index(row, 0)).center().y() for row in range(3)]
        below = image.pixelColor(1, image.height() - 20)
        assert below != light.color("focus"), "the ring is at a row, not around the list"
        return [row for row, y in enumerate(middles) if image.pixelColor(1, y) == light.color("focus")]

    assert ringed() == [0]
    table.make_current("1")
    assert ringed() == [1]
    table.clear_current()
    assert ringed() == [0]
    table.view.clearFocus()
    assert ringed() == []
    note_input(key=False)  # a click elsewhere led here
    table.view.setFocus(Qt.FocusReason.OtherFocusReason)
    qtbot.waitUntil(table.view.hasFocus)
    assert ringed() == []


def test_space_ticks_and_enter_opens_the_ringed_first_row(qtbot: QtBot, table: PagedTable[Entry]) -> None:
    _load(qtbot, table)
    note_input(key=True)
    table.view.setFocus(Qt.FocusReason.OtherFocusReason)
    qtbot.waitUntil(table.view.hasFocus)
    table.clear_current()
    qtbot.keyClick(table.view, Qt.Key.Key_Space)
    assert [entry.id for entry in table.selected()] == ["0"]
    table.clear_current()
    with qtbot.waitSignal(table.activated) as opened:
        qtbot.keyClick(table.view, Qt.Key.Key_Return)
    assert opened.args == [Entry("0", "Entry 0")]


@pytest.mark.parametrize("reason", [Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason])
def test_focus_that_returns_from_a_dialog_makes_no_row_current(
    qtbot: QtBot, table: PagedTable[Entry], reason: Qt.FocusReason
) -> None:
    """Ctrl+K and Esc opened the details of the first row."""
    _load(qtbot, table)
    told: list[Entry | None] = []
    table.current_changed.connect(told.append)
    table.view.setFocus(reason)
    qtbot.waitUntil(table.view.hasFocus)
    assert (table.current(), told) == (None, [])
    table.view.clearFocus()
    table.make_current("1")
    table.view.setFocus(reason)
    assert table.current() == Entry("1", "Entry 1")


def test_arrows_move_on_from_the_ringed_first_row(qtbot: QtBot, table: PagedTable[Entry]) -> None:
    """The first Down made the ringed row current and left the ring where it was, as if the key was lost."""
    _load(qtbot, table)
    note_input(key=True)
    table.view.setFocus(Qt.FocusReason.OtherFocusReason)
    qtbot.waitUntil(table.view.hasFocus)
    table.clear_current()
    qtbot.keyClick(table.view, Qt.Key.Key_Down)
    assert table.current() == Entry("1", "Entry 1")
    qtbot.keyClick(table.view, Qt.Key.Key_Up)
    assert table.current() == Entry("0", "Entry 0")


def test_shift_with_arrows_ticks_rows_and_unticks_them_on_the_way_back(qtbot: QtBot, table: PagedTable[Entry]) -> None:
    _load(qtbot, table)
    table.view.setFocus()
    qtbot.waitUntil(table.view.hasFocus)
    table.make_current("0")

    def press(key: Qt.Key, shift: bool = True) -> list[str]:
        modifier = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
        qtbot.keyClick(table.view, key, modifier)
        return [entry.id for entry in table.selected()]

    assert press(Qt.Key.Key_Down) == ["0", "1"]
    assert press(Qt.Key.Key_Down) == ["0", "1", "2"]
    assert press(Qt.Key.Key_Down) == ["0", "1", "2"]
    assert press(Qt.Key.Key_Up) == ["0", "1"]
    assert table.current() == Entry("1", "Entry 1")
    assert press(Qt.Key.Key_Up, shift=False) == ["0", "1"]
    assert press(Qt.Key.Key_Escape, shift=False) == []


def test_up_at_the_first_row_returns_to_the_filter(qtbot: QtBot, table: PagedTable[Entry], beside: QWidget) -> None:
    edit = search_field(beside, "search", "Name", lambda _text: None)
    layout = beside.layout()
    assert layout is not None
    layout.addWidget(edit)
    beside.setFocusProxy(table.view)
    _load(qtbot, table)
    edit.setFocus()
    qtbot.waitUntil(edit.hasFocus)
    qtbot.keyClick(edit, Qt.Key.Key_Down)
    qtbot.waitUntil(table.view.hasFocus)
    qtbot.keyClick(table.view, Qt.Key.Key_Up)
    assert edit.hasFocus()


def test_down_in_a_filter_without_matches_goes_to_the_button_that_clears_it(
    qtbot: QtBot, tasks: Tasks, owner: QObject, source: Source, beside: QWidget
) -> None:
    """The focus was on the pane, where nothing shows it."""
    columns: tuple[Column[Entry], ...] = (Column("name", "Name", lambda entry: entry.name, True),)
    model: PagedTableModel[Entry] = PagedTableModel(tasks, source.page, columns, owner)
    edit = search_field(beside, "search", "Name", lambda text: setattr(model, "listing", Listing(search=text)))
    table = PagedTable(model, label="Entries", name="entries", no_match=NoMatch("entries", edit.clear))
    layout = beside.layout()
    assert layout is not None
    layout.addWidget(edit)
    layout.addWidget(table)
    beside.setFocusProxy(table.view)
    beside.show()
    beside.activateWindow()
    source.entries = ()
    edit.setFocus()
    qtbot.waitUntil(edit.hasFocus)
    qtbot.keyClicks(edit, "zed")
    qtbot.waitUntil(lambda: bool(_buttons(beside)))
    qtbot.keyClick(edit, Qt.Key.Key_Down)
    assert _buttons(beside)[0].hasFocus()


def _buttons(window: QWidget) -> list[Button]:
    return [one for one in window.findChildren(Button) if one.isVisible()]


def test_row_that_is_gone_leaves_the_keys_at_its_neighbour(
    qtbot: QtBot, table: PagedTable[Entry], source: Source
) -> None:
    """After a deletion the ring jumped to the first row, which wasn't current: Shift+F10 opened nothing."""
    _load(qtbot, table)
    table.view.setFocus()
    table.make_current("1")
    told: list[Entry | None] = []
    table.current_changed.connect(told.append)
    source.entries = (Entry("0", "Entry 0"), Entry("2", "Entry 2"))
    _load(qtbot, table)
    assert table.current() == Entry("2", "Entry 2")
    source.entries = (Entry("0", "Entry 0"),)
    _load(qtbot, table)
    assert table.current() == Entry("0", "Entry 0")
    assert told == [Entry("2", "Entry 2"), Entry("0", "Entry 0")]


def test_menu_key_opens_the_menu_of_the_ringed_first_row(qtbot: QtBot, table: PagedTable[Entry]) -> None:
    _load(qtbot, table)
    note_input(key=True)
    table.view.setFocus(Qt.FocusReason.OtherFocusReason)
    qtbot.waitUntil(table.view.hasFocus)
    table.clear_current()
    with qtbot.waitSignal(table.menu_requested) as asked:
        qtbot.keyClick(table.view, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    assert asked.args is not None
    assert asked.args[0] == Entry("0", "Entry 0")
    assert table.current() == Entry("0", "Entry 0")


def test_row_whose_details_were_closed_stays_current_and_closed_until_it_is_opened(
    qtbot: QtBot, table: PagedTable[Entry], beside: QWidget
) -> None:
    _load(qtbot, table)
    table.make_current("1")
    told: list[Entry | None] = []
    table.current_changed.connect(told.append)
    field = beside.findChild(QLineEdit)
    assert field is not None
    field.setFocus()
    table.put_away()
    _load(qtbot, table)
    assert (table.view.hasFocus(), table.current(), told) == (True, Entry("1", "Entry 1"), [])
    spot = table.view.visualRect(table.model.index(1, 0)).center()
    qtbot.mouseClick(table.view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert told == [Entry("1", "Entry 1")]
    table.put_away()
    qtbot.keyClick(table.view, Qt.Key.Key_Down)
    assert told[1:] == [Entry("2", "Entry 2")]


def test_neighbour_of_a_row_whose_details_were_closed_opens_none(
    qtbot: QtBot, table: PagedTable[Entry], source: Source
) -> None:
    _load(qtbot, table)
    table.make_current("1")
    table.put_away()
    told: list[Entry | None] = []
    table.current_changed.connect(told.append)
    source.entries = (Entry("0", "Entry 0"), Entry("2", "Entry 2"))
    _load(qtbot, table)
    assert (table.current(), told) == (Entry("2", "Entry 2"), [])


@pytest.mark.parametrize("scale", [1, 2])
def test_confirmation_is_as_high_as_its_text(qtbot: QtBot, beside: QWidget, scale: int) -> None:
    """The last line of a long one was cut."""
    beside.resize(1024, 700)
    beside.show()
    text = "Ada Lovelace will be signed out everywhere within 5 seconds and has to sign in again. " * 4 * scale
    dialog = Confirm(beside, "Revoke", text, act="Revoke", keep="Keep", run=lambda: None)
    dialog.open()
    (paragraph,) = dialog.findChildren(Paragraph)
    qtbot.waitUntil(paragraph.isVisible)
    assert paragraph.height() >= paragraph.heightForWidth(paragraph.width())
    dialog.dismiss()


@pytest.mark.parametrize("reason", [Qt.FocusReason.TabFocusReason, Qt.FocusReason.ActiveWindowFocusReason])
def test_row_is_told_after_the_list_that_gets_the_focus(
    qtbot: QtBot, table: PagedTable[Entry], told_events: list[tuple[str, int]], reason: Qt.FocusReason
) -> None:
    """Qt told it before the list, which was then all that was heard."""
    accessible_factory.install()
    _load(qtbot, table)
    told_events.clear()
    table.view.setFocus(reason)
    qtbot.waitUntil(lambda: bool(told_events))
    told = QAccessible.queryAccessibleInterface(table.view)
    assert told is not None
    [(kind, place)] = told_events
    cell = told.child(place)
    assert (kind, cell.text(QAccessible.Text.Name)) == ("Focus", "Entry 0")
    assert cell.text(QAccessible.Text.Description) == f"1 of {table.model.rowCount()}"
    assert (cell.state().checkable, cell.state().checked) == (1, 0)
    table.model.tick(0, 0, True)
    assert cell.state().checked == 1
    assert told_events[1:] == [("StateChanged", place)]


def test_row_that_says_the_same_but_for_figures_is_not_told_again_when_the_list_is_read_again(
    qtbot: QtBot, table: PagedTable[Entry], announcements: list[str]
) -> None:
    """Such as a time or a load: a list is read again each time that one of its rows changes."""
    _load(qtbot, table)
    table.view.setFocus()
    table.view.setCurrentIndex(table.model.index(1, 0))
    told: list[bool] = []
    table.view.selectionModel().currentChanged.connect(lambda *_moved: told.append(QAccessible.isActive()))
    with qtbot.waitSignal(table.model.loaded):
        table.model.refresh()
    assert table.view.currentIndex().row() == 1
    assert told == [False]
    assert QAccessible.isActive()


def test_row_of_a_tree_or_list_is_told_after_it_with_its_place(
    qtbot: QtBot, announcements: list[str], told_events: list[tuple[str, int]], beside: QWidget
) -> None:
    accessible_factory.install()
    tree, plain = QTreeWidget(), QListWidget()
    for top in ("A", "B"):
        QTreeWidgetItem(QTreeWidgetItem(tree, [top]), [f"{top}1"])
    plain.addItems(["x", "y", "z"])
    layout = beside.layout()
    assert layout is not None
    for widget in (tree, plain):
        layout.addWidget(widget)
    beside.show()
    beside.activateWindow()
    qtbot.waitUntil(beside.isActiveWindow)
    tree.expandAll()
    tree.setCurrentItem(tree.topLevelItem(1))
    plain.setCurrentRow(2)
    for widget, name, place in ((tree, "B", "2 of 2"), (plain, "z", "3 of 3")):
        told_events.clear()
        announcements.clear()
        widget.setFocus()
        qtbot.waitUntil(lambda: bool(announcements))
        told = QAccessible.queryAccessibleInterface(widget)
        assert told is not None
        assert [told.child(child).text(QAccessible.Text.Name) for _kind, child in told_events] == [name]
        assert announcements == [place]
