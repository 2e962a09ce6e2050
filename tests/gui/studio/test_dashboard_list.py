"""The list of dashboards: what it says of its filter, its rows' menus, its export, and where the keyboard stays."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFileDialog, QLabel, QMenu
from test_dashboards_view import LEFT, Shelves

from benchboard.dashboards import library
from benchboard.dashboards.document.document import empty
from benchboard.ui.studio.library.dashboard_list import _shared, days_left
from benchboard.ui.theme import theme
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio


@pytest.fixture
def shelves(studio: "Studio") -> Shelves:
    return Shelves(studio)


def _footer(shelves: Shelves) -> str:
    return shelves.place.library._table._footer._text.text()


def _search(shelves: Shelves, text: str) -> None:
    field = shelves.find("library_search")
    field.clear()  # type: ignore[attr-defined]
    shelves.qtbot.keyClicks(field, text)
    shelves.studio.wait(lambda: shelves.model.listing.search == text and not shelves.model.loading)


def test_list_footer_with_a_filter_counts_matches(shelves: Shelves) -> None:
    assert _footer(shelves) == "3 total"
    _search(shelves, "shop rev")
    assert _footer(shelves) == "1 matching"


def test_list_without_matches_names_the_filter(shelves: Shelves) -> None:
    def said() -> set[str]:
        return {text.text() for text in shelves.place.library.findChildren(QLabel) if text.isVisible()}

    _search(shelves, "nowhere")
    shelves.studio.wait(lambda: "No dashboards match “nowhere”." in said())
    shelves.click("segment_public")
    shelves.studio.wait(lambda: "No dashboards in “Public” match “nowhere”." in said())
    shelves.find("library_search").clear()  # type: ignore[attr-defined]
    shelves.click("segment_trash")
    shelves.studio.wait(lambda: "The trash is empty." in said())


def test_list_export_holds_the_filtered_rows(shelves: Shelves, tmp_path: Path) -> None:
    _search(shelves, "shop rev")
    shelves.click("library_export")
    (dialog,) = shelves.studio.application.window.findChildren(QFileDialog, "export_dialog")
    file = tmp_path / "list.csv"
    dialog.fileSelected.emit(str(file))
    dialog.close()
    shelves.studio.wait(file.exists)
    rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    assert [row["name"] for row in rows] == ["Shop review"]
    assert rows[0]["id"] == shelves.cards()["Shop review"].id


def _hover(shelves: Shelves, name: str) -> QPoint:
    """The menu button of a row the mouse is over."""
    view = shelves.place.library._table.view
    row = next(k for k, card in enumerate(shelves.model.rows) if card.name == name)
    spot = view.visualRect(shelves.model.index(row, 2)).center()
    shelves.qtbot.mouseMove(view.viewport(), spot)
    shelves.studio.wait(lambda: view.hovered == row)
    return view.menu_box(row).center()


def _menu(shelves: Shelves) -> QMenu:
    (menu,) = [one for one in shelves.place.findChildren(QMenu, "dashboard_menu") if one.isVisible()]
    return menu


def test_list_row_menu_button_opens_its_menu(shelves: Shelves) -> None:
    spot = _hover(shelves, "Shop review")
    view = shelves.place.library._table.view
    assert view.viewport().rect().contains(spot)
    shelves.qtbot.mouseClick(view.viewport(), LEFT, pos=spot)
    assert {action.objectName() for action in _menu(shelves).actions()} >= {
        "command_open",
        "command_rename",
        "command_discard",
    }
    _menu(shelves).close()


def test_list_menu_on_ticked_rows_acts_on_all(shelves: Shelves) -> None:
    mine = ["One", "Two"]
    with unbound(shelves.studio.workspace.database).change() as session:
        for name in mine:
            library.create(session, shelves.studio.actor, empty(name))
    shelves.studio.wait(lambda: len(shelves.model.rows) == 5)
    for name in mine:
        shelves.tick(name)
    table = shelves.place.library._table
    table.menu_wanted.emit(next(card for card in shelves.model.rows if card.name == mine[0]), QPoint(300, 300))
    titles = [action.text() for action in _menu(shelves).actions()]
    assert titles == ["Duplicate 2 dashboards", "Move 2 dashboards to trash"]
    _menu(shelves).actions()[1].trigger()
    _menu(shelves).close()
    shelves.studio.wait(lambda: set(mine) <= set(shelves.cards("trash")))


def test_list_current_row_does_not_look_ticked(shelves: Shelves) -> None:
    names = [card.name for card in shelves.model.rows]
    for name in names[:2]:
        shelves.tick(name)
    view = shelves.place.library._table.view
    view.setCurrentIndex(shelves.model.index(2, 0))
    view.viewport().update()
    picture = view.viewport().grab().toImage()
    ratio = picture.devicePixelRatio()
    edge = [view.visualRect(shelves.model.index(row, 0)).center().y() for row in range(3)]
    colours = [picture.pixelColor(round(5 * ratio), round(y * ratio)).name() for y in edge]
    assert colours == [theme().color(role).name() for role in ("selection", "selection", "surface")]


def test_days_left_in_trash_are_counted_down_from_30() -> None:
    now = datetime.now(UTC)
    assert days_left(now) == 30
    assert days_left(now - timedelta(seconds=3)) == 30
    assert days_left(now - timedelta(days=1, seconds=3)) == 29
    assert days_left(now - timedelta(days=31)) == 0


def test_list_shares_column_fits_its_text(shelves: Shelves) -> None:
    library_model = shelves.model
    at = next(k for k, column in enumerate(library_model.columns) if column.key == "shares")
    view = shelves.place.library._table.view
    room = view.columnWidth(at) - 2 * theme().px("table.cell_pad_x")
    assert QFontMetrics(theme().font("body")).horizontalAdvance("everybody here, 12 shares") <= room
    card = library_model.rows[0]
    tip = library_model.columns[at].tooltip
    assert tip is not None
    assert tip(card) == _shared(card)


def test_focus_after_deleting_the_last_ticked_row_is_in_the_list(shelves: Shelves) -> None:
    shelves.tick("Shop review")
    button = shelves.find("library_discard")
    button.setFocus(Qt.FocusReason.TabFocusReason)
    shelves.qtbot.keyClick(button, Qt.Key.Key_Space)
    shelves.studio.wait(lambda: "Shop review" not in [card.name for card in shelves.model.rows])
    window = shelves.studio.application.window
    assert window.focusWidget() is shelves.place.library._table.view


def test_focus_in_a_list_that_becomes_empty_stays_there(shelves: Shelves) -> None:
    with unbound(shelves.studio.workspace.database).change() as session:
        made = library.create(session, shelves.studio.actor, empty("Alone"))
        library.discard(session, shelves.studio.actor, [made.card.id])
    shelves.click("segment_trash")
    shelves.studio.wait(lambda: [card.name for card in shelves.model.rows] == ["Alone"])
    shelves.place.library._table.view.setFocus()
    with unbound(shelves.studio.workspace.database).change() as session:
        library.restore(session, shelves.studio.actor, [made.card.id])
    shelves.studio.wait(lambda: not shelves.model.rows)
    focused = shelves.studio.application.window.focusWidget()
    assert focused is not None
    assert shelves.place.library._table.isAncestorOf(focused)


def _open_in_trash(shelves: Shelves) -> str:
    """Double-click a dashboard in the trash; answers its id once that is said."""
    with unbound(shelves.studio.workspace.database).change() as session:
        made = library.create(session, shelves.studio.actor, empty("Away")).card.id
        library.discard(session, shelves.studio.actor, [made])
    shelves.click("segment_trash")
    shelves.studio.wait(lambda: [card.name for card in shelves.model.rows] == ["Away"])
    view = shelves.place.library._table.view
    at = view.visualRect(shelves.model.index(0, 1)).center()
    shelves.qtbot.mouseClick(view.viewport(), LEFT, pos=at)
    shelves.qtbot.mouseDClick(view.viewport(), LEFT, pos=at)
    shelves.studio.wait(lambda: bool(_said(shelves)))
    return made


def _said(shelves: Shelves) -> str:
    notice = shelves.studio.application.problems.current
    return notice.what if notice is not None else ""


def test_trashed_dashboard_opened_is_restored_from_its_notice(shelves: Shelves) -> None:
    made = _open_in_trash(shelves)
    assert _said(shelves) == "“Away” is in the trash."
    notice = shelves.studio.application.problems.current
    assert notice is not None
    notice.actions[0].run()
    assert shelves.shown().store.dashboard_id == made
    assert _said(shelves) == ""


def test_trash_notice_after_leaving_the_list_goes(shelves: Shelves) -> None:
    _open_in_trash(shelves)
    assert shelves.studio.application.shell is not None
    shelves.studio.application.shell.go("studio/home")
    assert _said(shelves) == ""
