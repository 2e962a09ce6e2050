"""The model of paged tables over thousands of rows: paging, sorting, stale results, failures, ticks, keys."""

import threading
import uuid
from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot
from sqlalchemy import insert
from sqlalchemy.orm import Session

from benchboard.errors import Unavailable
from benchboard.identity import users
from benchboard.identity.users import Person
from benchboard.paging import Listing, Page
from benchboard.storage.change_tracking import unaudited
from benchboard.storage.models.identity import User
from benchboard.ui.paged.paged_model import Column, PagedTableModel
from benchboard.ui.paged.paged_view import PagedTable
from benchboard.ui.tasks import Tasks
from benchboard.ui.theme import Theme
from benchboard.ui.widgets import EmptyState, Popover
from support.databases import unbound
from support.people import Town
from support.window import Clicker

COUNT = 3000
COLUMNS: tuple[Column[Person], ...] = (
    Column(
        "name", "Name", lambda person: person.name, True, second=lambda person: person.email, width=220, stretch=True
    ),
    Column("role", "Role", lambda person: person.role, True),
    Column("state", "State", lambda person: person.state),
)


@pytest.fixture
def crowd(town: Town) -> Town:
    """`town` with 3,000 more people in north."""
    rows = []
    for number in range(COUNT):
        email = f"person{number:05}@north.example"
        rows.append(
            {
                "id": str(uuid.uuid4()),
                "organisation_id": town.north,
                "email": email,
                "email_norm": email,
                "name": f"Person {number:05}",
                "role": ("analyst", "technician")[number % 2],
            }
        )
    with unbound(town.database).change() as session:
        session.execute(insert(User), rows)
        unaudited(session, "users")
    return town


Fetch = Callable[[Session, Listing, str | None, int], Page[Person]]


@pytest.fixture
def fetch(crowd: Town) -> Fetch:
    actor = crowd.actor

    def page(session: Session, listing: Listing, after: str | None, limit: int) -> Page[Person]:
        return users.list_people(session, actor, listing, after=after, limit=limit)

    return page


@pytest.fixture
def model(qtbot: QtBot, tasks: Tasks, owner: QObject, fetch: Fetch) -> PagedTableModel[Person]:
    return PagedTableModel(tasks, fetch, COLUMNS, owner)


@pytest.fixture
def table(qtbot: QtBot, model: PagedTableModel[Person], light: Theme) -> PagedTable[Person]:
    """The model's table, on screen, nothing loaded yet."""
    return shown(qtbot, model)


def shown(qtbot: QtBot, model: PagedTableModel[Person]) -> PagedTable[Person]:
    table = PagedTable(model, label="People", name="people")
    qtbot.addWidget(table)
    table.resize(800, 600)
    table.show()
    return table


def load(qtbot: QtBot, model: PagedTableModel[Person], act: Callable[[], object]) -> None:
    with qtbot.waitSignal(model.loaded):
        act()


def test_listing_is_loaded_when_set_for_the_first_time_also_if_it_is_the_default(
    qtbot: QtBot, model: PagedTableModel[Person]
) -> None:
    assert not model.at_end, "nothing has been loaded yet"
    load(qtbot, model, lambda: setattr(model, "listing", Listing()))
    assert model.rowCount() == 100
    model.listing = Listing()
    assert not model.loading, "the same again"


def test_fetch_more_repeated_loads_every_row_once_in_order(qtbot: QtBot, model: PagedTableModel[Person]) -> None:
    load(qtbot, model, model.refresh)
    assert model.rowCount() == 100
    assert model.canFetchMore(model.index(-1, -1))
    while model.canFetchMore(model.index(-1, -1)):
        load(qtbot, model, lambda: model.fetchMore(model.index(-1, -1)))
    assert model.rowCount() == COUNT + 1
    assert model.at_end
    names = [row.name for row in model.rows]
    assert names == sorted(names)
    assert len({row.id for row in model.rows}) == COUNT + 1
    assert [model.find(row.id) for row in model.rows[:3]] == [0, 1, 2]
    assert model.find("no such person") == -1


def test_cell_text_lies_left_and_has_no_data_of_other_roles(qtbot: QtBot, model: PagedTableModel[Person]) -> None:
    load(qtbot, model, model.refresh)
    cell = model.index(0, 1)
    assert cell.data(Qt.ItemDataRole.TextAlignmentRole) == Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    assert [cell.data(role) for role in (Qt.ItemDataRole.DecorationRole, Qt.ItemDataRole.CheckStateRole)] == [None] * 2
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Role"
    load(qtbot, model, lambda: setattr(model, "listing", Listing(sort="role", descending=True)))
    assert [model.heading_text(k) for k in range(3)] == ["Name", "Role, sorted in descending order", "State"]
    load(qtbot, model, lambda: setattr(model, "listing", Listing()))
    name = model.index(0, 0)
    assert name.data() == model.row(0).name
    row, role = model.row(0), Qt.ItemDataRole.AccessibleTextRole
    assert model.index(0, 1).data(role) == row.role
    assert name.data(role) == f"{row.name}, {row.email}, {row.role}, {row.state}", "the whole row"


def test_cell_that_a_shorter_list_no_longer_has_is_without_data(qtbot: QtBot, model: PagedTableModel[Person]) -> None:
    load(qtbot, model, lambda: setattr(model, "listing", Listing(search="person 0012")))
    last = model.rowCount() - 1
    assert model.data(model.createIndex(last, 0)) == model.row(last).name
    assert model.data(model.createIndex(last + 1, 0)) is None, "a view may still ask for a row of the longer list"
    assert model.data(model.index(-1, -1)) is None


def test_sort_and_search_reload_the_rows(qtbot: QtBot, model: PagedTableModel[Person]) -> None:
    load(qtbot, model, model.refresh)
    load(qtbot, model, lambda: model.sort(0, Qt.SortOrder.DescendingOrder))
    assert model.row(0).name == f"Person {COUNT - 1:05}"
    load(qtbot, model, lambda: setattr(model, "listing", Listing(search="person 0012", sort="name")))
    assert [row.name for row in model.rows] == [f"Person 0012{digit}" for digit in range(10)]
    model.sort(2, Qt.SortOrder.AscendingOrder)
    assert not model.loading  # the state cannot be sorted by


def test_refresh_result_of_an_older_listing_is_discarded(
    qtbot: QtBot, tasks: Tasks, owner: QObject, fetch: Fetch
) -> None:
    gate = threading.Event()

    def slow_first(session: Session, listing: Listing, after: str | None, limit: int) -> Page[Person]:
        if not listing.search:
            gate.wait(60)
        return fetch(session, listing, after, limit)

    model = PagedTableModel(tasks, slow_first, COLUMNS, owner)
    model.refresh()
    load(qtbot, model, lambda: setattr(model, "listing", Listing(search="person 00007")))
    gate.set()
    after: list[int] = []
    tasks.read(owner, lambda _session: 1, after.append)
    qtbot.waitUntil(lambda: bool(after))
    assert [row.name for row in model.rows] == ["Person 00007"]


def test_page_of_an_older_generation_is_ignored(qtbot: QtBot, model: PagedTableModel[Person]) -> None:
    load(qtbot, model, model.refresh)
    shown = model.rows
    model._on_page(model._generation - 1, None, Page(()))
    model._on_failed(model._generation - 1, Unavailable("test.away", "The server did not answer."))
    assert model.rows == shown
    assert model.error is None


def test_failed_page_can_be_retried(
    qtbot: QtBot, tasks: Tasks, owner: QObject, fetch: Fetch, light: Theme, click: Clicker
) -> None:
    away = [True]

    def sometimes(session: Session, listing: Listing, after: str | None, limit: int) -> Page[Person]:
        if away[0]:
            raise Unavailable("test.away", "The server did not answer.", do="Check the network.")
        return fetch(session, listing, after, limit)

    model = PagedTableModel(tasks, sometimes, COLUMNS, owner)
    table = shown(qtbot, model)
    with qtbot.waitSignal(model.failed):
        model.refresh()
    away[0] = False
    load(qtbot, model, lambda: click(table, "people_retry"))
    assert table.view.isVisible()
    assert model.rowCount() == 100


def test_refresh_keeps_ticks_and_current_row(
    qtbot: QtBot, model: PagedTableModel[Person], table: PagedTable[Person]
) -> None:
    load(qtbot, model, model.refresh)
    box = table.view.visualRect(model.index(3, 0)).topLeft() + QPoint(16, 20)
    qtbot.mouseClick(table.view.viewport(), Qt.MouseButton.LeftButton, pos=box)
    name = table.view.visualRect(model.index(5, 0)).center()
    qtbot.mouseClick(table.view.viewport(), Qt.MouseButton.LeftButton, pos=name)
    ticked, current = table.selected(), table.current()
    assert [person.name for person in ticked] == [model.row(3).name]
    assert current == model.row(5)
    with qtbot.waitSignal(model.dataChanged):
        model.clear_ticks()
    with qtbot.waitSignal(model.dataChanged):
        qtbot.mouseClick(table.view.viewport(), Qt.MouseButton.LeftButton, pos=box)
    load(qtbot, model, model.refresh)
    assert table.selected() == ticked
    assert table.current() == current


def test_table_keys_tick_open_and_select_all(
    qtbot: QtBot, model: PagedTableModel[Person], table: PagedTable[Person]
) -> None:
    load(qtbot, model, model.refresh)
    opened: list[Person] = []
    table.activated.connect(opened.append)
    view = table.view
    view.setCurrentIndex(model.index(0, 0))
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Down, Qt.Key.Key_Space, Qt.Key.Key_Return):
        qtbot.keyClick(view, key)
    assert table.selected() == [model.row(0), model.row(1)]
    assert opened == [model.row(1)]
    qtbot.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(table.selected()) == 100


def test_header_click_sorts_and_second_click_reverses(
    qtbot: QtBot, model: PagedTableModel[Person], table: PagedTable[Person]
) -> None:
    load(qtbot, model, model.refresh)
    header = table.view.horizontalHeader()
    at = QPoint(header.sectionViewportPosition(1) + 30, 16)
    for descending, role in ((False, "admin"), (True, "technician")):
        load(qtbot, model, lambda: qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at))
        assert model.listing.descending is descending
        assert model.row(0).role == role


def test_s_opens_a_menu_of_the_columns_to_sort_by(
    qtbot: QtBot, model: PagedTableModel[Person], table: PagedTable[Person]
) -> None:
    load(qtbot, model, model.refresh)
    view, before = table.view, model.listing.sort
    view.setFocus()
    sortable = [column.key for column in model.columns if column.sortable]
    for descending in (False, True):
        qtbot.keyClick(view, Qt.Key.Key_S)
        (opened,) = (one for one in table.window().findChildren(Popover, "sort_menu") if one.isVisible())
        rows = [one for one in opened.findChildren(QAbstractButton) if one.isEnabled()]
        assert [one.objectName() for one in rows] == [f"sort_{key}" for key in sortable]
        role = rows[sortable.index("role")]
        load(qtbot, model, lambda role=role: qtbot.keyClick(role, Qt.Key.Key_Return))  # type: ignore[misc]  # its default
        assert (model.listing.sort, model.listing.descending) == ("role", descending)
        assert view.hasFocus()
    assert before != "role"


def test_table_search_without_match_shows_no_match_message(
    qtbot: QtBot, model: PagedTableModel[Person], table: PagedTable[Person]
) -> None:
    load(qtbot, model, lambda: setattr(model, "listing", Listing(search="nobody is called this")))
    assert not table.view.isVisible()
    (shown,) = (one for one in table.findChildren(EmptyState) if one.isVisible())
    assert shown.sentence.text() == "No entries match “nobody is called this”"
