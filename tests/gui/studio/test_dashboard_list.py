"""The list of dashboards: filters, row menus, export, and focus."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from dashboards_driver import LEFT, DashboardsDriver
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLabel, QLineEdit, QMenu, QWidget

from benchboard.dashboards import favourites, library
from benchboard.dashboards.document.document import empty
from benchboard.dashboards.trash_retention import TRASH_RETENTION
from benchboard.ui.shell.command_palette import CommandPalette
from benchboard.ui.studio.library.dashboard_list import _access, _shared
from benchboard.ui.studio.library.strip_heading import StripHeading
from benchboard.ui.system_clipboard import clipboard_data
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Text
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio


def _texts(dashboards: DashboardsDriver) -> set[str]:
    return {label.text() for label in dashboards.table.findChildren(QLabel) if label.isVisible()}


def _search(dashboards: DashboardsDriver, text: str) -> None:
    field = dashboards.find("library_search")
    field.clear()  # type: ignore[attr-defined]
    dashboards.qtbot.keyClicks(field, text)
    dashboards.studio.wait(lambda: dashboards.model.listing.search == text and not dashboards.model.loading)


def test_list_shows_a_picture_of_each_dashboard_and_a_changed_one_anew(dashboards: DashboardsDriver) -> None:
    def has_widgets(name: str) -> bool:
        """Whether the picture left of the name has the white of widgets."""
        view, names = dashboards.table.view, [card.name for card in dashboards.model.rows]
        box = view.visualRect(dashboards.model.index(names.index(name), 0))
        image = view.viewport().grab(box.adjusted(36, 0, 0, 0)).toImage()
        surface = theme().color("surface").rgb()
        return any(image.pixel(x, y) == surface for x in range(76) for y in range(image.height()))

    dashboards.studio.wait(lambda: has_widgets("Shop review") and has_widgets("Orders wall"))
    page = dashboards.open("Shop review")
    page.editor.select(list(page.canvas.tiles))
    page.editor.remove()
    page.save()
    dashboards.studio.wait(lambda: page.saving.state == "saved" and not page.saving.dirty)
    dashboards.place.tabs.setCurrentIndex(0)
    dashboards.studio.wait(lambda: not has_widgets("Shop review"))
    assert has_widgets("Orders wall")


def test_list_behind_a_dashboard_follows_changes_later_and_at_once_when_it_is_shown(
    dashboards: DashboardsDriver,
) -> None:
    context, model = dashboards.studio.context, dashboards.model

    def create(name: str) -> None:
        changed: list[object] = []
        context.changed.tables_changed.connect(changed.append)
        with context.database.change() as session:
            library.create(session, context.actor, empty(name))
        dashboards.studio.wait(lambda: bool(changed))
        QTest.qWait(1)  # the watchers' timers

    def is_listed(name: str) -> bool:
        return name in {card.name for card in model.rows}

    dashboards.open("Shop review")
    create("Made behind")
    dashboards.studio.wait(lambda: is_listed("Made behind"))
    assert not dashboards.place.library.isVisible()
    create("Made lately")
    assert not model.loading
    dashboards.place.tabs.setCurrentIndex(0)
    assert model.loading
    dashboards.studio.wait(lambda: is_listed("Made lately"))


def test_list_of_which_all_is_there_has_no_count_below_it(dashboards: DashboardsDriver) -> None:
    """It stood in the toolbar, below the list and in the status bar."""
    assert not any(text.endswith((" total", " matching")) for text in _texts(dashboards))
    _search(dashboards, "shop rev")
    assert not any(text.endswith((" total", " matching")) for text in _texts(dashboards))

    shell = dashboards.studio.application.shell
    assert shell is not None
    sort = next(entry for entry in shell.palette_entries() if entry.title == "Sort by Owner")
    sort.run()
    assert dashboards.model.listing.sort == "owner"
    trash = next(entry for entry in shell.palette_entries() if entry.title == "Open trash")
    trash.run()
    assert max(shell.palette_entries(), key=lambda entry: entry.recent).title == "Open trash"


def test_list_of_an_admin_all_is_every_dashboard_with_full_access(open_studio: Callable[..., "Studio"]) -> None:
    dashboards = DashboardsDriver(open_studio(role="admin"))
    assert {card.name for card in dashboards.model.rows} == set(dashboards.cards("all"))
    assert "My shops" not in dashboards.cards()  # neither theirs nor shared with them
    access = next(k for k in range(9) if dashboards.model.columns[k].key == "access")
    assert {dashboards.model.index(row, access).data() for row in range(3)} == {"Full access"}
    assert not dashboards.place.library.findChildren(QWidget, "segment_all")


def test_favourite_and_folder_of_the_current_row_are_told_without_the_row_again(
    dashboards: DashboardsDriver, told_events: list[tuple[str, int]], announcements: list[str]
) -> None:
    """The whole row was told after each, in 35 words."""
    table = dashboards.table
    table.view.setFocus(Qt.FocusReason.TabFocusReason)
    table.view.setCurrentIndex(dashboards.model.index(0, 0))
    name = dashboards.model.row(0).name
    table.view.take_ringed()
    announcements.clear()
    told_events.clear()
    dashboards.qtbot.keyClick(table.view, Qt.Key.Key_F)
    dashboards.studio.wait(lambda: any(card.favourite for card in dashboards.model.rows))
    dashboards.studio.wait(lambda: any(one.startswith("Added ") for one in announcements))
    assert [one for one in announcements if name in one and not one.startswith("Added ")] == []
    assert [kind for kind, _child in told_events if kind == "Focus"] == []


def test_trash_is_told_by_its_name_and_how_many_it_has(dashboards: DashboardsDriver, announcements: list[str]) -> None:
    """“1 matching” was told, of nothing that anybody searched for; and twice where the pane's row was read."""
    (card,) = (one for one in dashboards.model.rows if one.name == "Shop review")
    dashboards.place.library.commands.move([card.id], into=True)
    dashboards.studio.wait(lambda: len(dashboards.model.rows) == 2)
    announcements.clear()
    dashboards.place.library.show_trash()
    dashboards.studio.wait(lambda: "Trash, 1 dashboard" in announcements)
    tree = dashboards.place.library.pane.tree
    tree.setFocus()
    announcements.clear()
    dashboards.qtbot.keyClick(tree, Qt.Key.Key_Up)
    dashboards.studio.wait(lambda: not dashboards.model.loading)
    dashboards.qtbot.keyClick(tree, Qt.Key.Key_Down)
    dashboards.studio.wait(lambda: not dashboards.model.loading and len(dashboards.model.rows) == 1)
    assert not [one for one in announcements if "matching" in one or one == "Trash, 1 dashboard"]


def test_list_access_says_what_the_share_dialog_says(dashboards: DashboardsDriver) -> None:
    shown = {card.name: _access(card).text for card in dashboards.model.rows}
    assert shown == {"Shop review": "Full access", "Orders wall": "Can edit", "My shops": "Can edit"}


def test_list_without_matches_names_the_filter(dashboards: DashboardsDriver) -> None:
    def label_texts() -> set[str]:
        return {text.text() for text in dashboards.place.library.findChildren(QLabel) if text.isVisible()}

    _search(dashboards, "nowhere")
    dashboards.studio.wait(lambda: "No dashboards match “nowhere”" in label_texts())
    dashboards.choose("public")
    dashboards.studio.wait(lambda: "No dashboards match “nowhere” and the filter Shared with everyone" in label_texts())
    dashboards.find("library_search").clear()  # type: ignore[attr-defined]
    dashboards.choose("trash")
    dashboards.studio.wait(lambda: "The trash is empty" in label_texts())
    days = f"Dashboards in the trash can be restored for {TRASH_RETENTION.days} days."
    assert days in label_texts()
    own, studio = dashboards.cards("mine"), dashboards.studio
    with unbound(studio.workspace.database).change() as session:
        library.discard(session, studio.actor, [card.id for card in own.values()])
    dashboards.choose("mine")
    studio.wait(lambda: {"You don't own any dashboards", "Create dashboard"} <= _shown_texts(dashboards))
    (create,) = [
        one
        for one in dashboards.table.findChildren(QAbstractButton)
        if one.isVisible() and one.accessibleName() == "Create dashboard"
    ]
    dashboards.qtbot.mouseClick(create, LEFT)
    studio.wait(lambda: dashboards.place.page is not None)


def _shown_texts(dashboards: DashboardsDriver) -> set[str]:
    inside = dashboards.place.library
    names = {one.accessibleName() for one in inside.findChildren(QAbstractButton) if one.isVisible()}
    return names | {text.text() for text in inside.findChildren(QLabel) if text.isVisible()}


def test_list_export_holds_the_filtered_rows(dashboards: DashboardsDriver, tmp_path: Path) -> None:
    _search(dashboards, "shop rev")
    dashboards.click("library_export")
    (dialog,) = dashboards.studio.application.window.findChildren(QFileDialog, "export_dialog")
    file = tmp_path / "list.csv"
    dialog.fileSelected.emit(str(file))
    dialog.close()
    dashboards.studio.wait(file.exists)
    rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    assert [row["name"] for row in rows] == ["Shop review"]
    assert rows[0]["id"] == dashboards.cards()["Shop review"].id


def _hover(dashboards: DashboardsDriver, name: str) -> QPoint:
    """The menu button of a row the mouse is over."""
    view = dashboards.table.view
    row = next(k for k, card in enumerate(dashboards.model.rows) if card.name == name)
    spot = view.visualRect(dashboards.model.index(row, 2)).center()
    dashboards.qtbot.mouseMove(view.viewport(), spot)
    dashboards.studio.wait(lambda: view.hovered == row)
    return view.menu_box(row).center()


def _menu(dashboards: DashboardsDriver) -> QMenu:
    (menu,) = [one for one in dashboards.place.findChildren(QMenu, "dashboard_menu") if one.isVisible()]
    return menu


def test_list_row_menu_button_opens_its_menu(dashboards: DashboardsDriver) -> None:
    spot = _hover(dashboards, "Shop review")
    view = dashboards.table.view
    assert view.viewport().rect().contains(spot)
    dashboards.qtbot.mouseClick(view.viewport(), LEFT, pos=spot)
    assert {action.objectName() for action in _menu(dashboards).actions()} >= {
        "command_open",
        "command_rename",
        "command_discard",
    }
    _menu(dashboards).close()


def test_list_link_of_a_dashboard_copied_and_pasted_into_the_palette_opens_it(dashboards: DashboardsDriver) -> None:
    shell, review = dashboards.studio.application.shell, dashboards.cards()["Shop review"]
    dashboards.table.menu_requested.emit(
        next(card for card in dashboards.model.rows if card.id == review.id), QPoint(300, 300)
    )
    menu = _menu(dashboards)
    next(one for one in menu.actions() if one.objectName() == "command_copy_link").trigger()
    menu.close()
    link = clipboard_data().text()
    assert link == f"benchboard://studio/dashboards/{review.id}"

    def paste(text: str) -> None:
        assert shell is not None
        shell.open_palette()
        field = dashboards.find("palette_field")
        field.setText(text)  # type: ignore[attr-defined]
        palette = field.window().findChildren(CommandPalette)[-1]
        dashboards.studio.wait(lambda: palette.titles() == [f"Open {text}"])
        dashboards.qtbot.keyClick(field, Qt.Key.Key_Return)

    paste(link)
    assert dashboards.front_page().store.dashboard_id == review.id
    paste("benchboard://studio/data/!add")  # a link shows something, and starts nothing
    problem = dashboards.studio.context.problems.current
    assert problem is not None
    assert "studio/data/!add" in problem.why


def test_list_menu_on_ticked_rows_acts_on_all(dashboards: DashboardsDriver) -> None:
    mine = ["One", "Two"]
    with unbound(dashboards.studio.workspace.database).change() as session:
        for name in mine:
            library.create(session, dashboards.studio.actor, empty(name))
    dashboards.studio.wait(lambda: len(dashboards.model.rows) == 5)
    for name in mine:
        dashboards.tick(name)
    table = dashboards.table

    def open_menu_there() -> list[str]:
        card = next(card for card in dashboards.model.rows if card.name == mine[0])
        table.menu_requested.emit(card, QPoint(300, 300))
        return [action.text() for action in _menu(dashboards).actions()]

    moves = ["Move to folder", "Duplicate 2 dashboards", "", "Move 2 dashboards to the trash"]
    assert open_menu_there() == ["Add to favourites", *moves]
    _menu(dashboards).actions()[0].trigger()
    _menu(dashboards).close()
    dashboards.studio.wait(lambda: all(card.favourite for card in table.selected()) and len(table.selected()) == 2)
    dashboards.studio.wait(lambda: not dashboards.place.findChildren(QMenu, "dashboard_menu"))
    assert open_menu_there() == ["Remove from favourites", *moves]
    _menu(dashboards).actions()[-1].trigger()
    _menu(dashboards).close()
    dashboards.studio.wait(lambda: set(mine) <= set(dashboards.cards("trash")))


def test_list_current_row_does_not_look_ticked(dashboards: DashboardsDriver) -> None:
    names = [card.name for card in dashboards.model.rows]
    for name in names[:2]:
        dashboards.tick(name)
    view = dashboards.table.view
    view.setCurrentIndex(dashboards.model.index(2, 0))
    view.viewport().update()
    picture = view.viewport().grab().toImage()
    ratio = picture.devicePixelRatio()
    edge = [view.visualRect(dashboards.model.index(row, 0)).center().y() for row in range(3)]
    colours = [picture.pixelColor(round(5 * ratio), round(y * ratio)).name() for y in edge]
    assert colours == [theme().color(role).name() for role in ("selection", "selection", "surface")]


def test_list_shares_column_fits_its_text(dashboards: DashboardsDriver) -> None:
    library_model = dashboards.model
    at = next(k for k, column in enumerate(library_model.columns) if column.key == "shares")
    view = dashboards.table.view
    dashboards.studio.application.window.resize(1900, 900)  # where there is room for it
    dashboards.studio.wait(lambda: not view.isColumnHidden(at))
    room = view.columnWidth(at) - 2 * theme().px("table.cell_pad_x")
    metrics = QFontMetrics(theme().font("body"))
    widest = max(metrics.horizontalAdvance(_shared(card)) for card in library_model.rows)
    assert widest <= room
    title = metrics.horizontalAdvance(library_model.columns[at].title)
    assert room <= max(widest, title) + 8, "no more than it needs: the descriptions take the rest"
    card = library_model.rows[0]
    tip = library_model.columns[at].tooltip
    assert tip is not None
    assert tip(card) == _shared(card)


def test_heading_says_what_the_list_has_below_favourites_and_recent_ones(dashboards: DashboardsDriver) -> None:
    window = dashboards.studio.application.window
    window.resize(1440, 900)

    def heading() -> list[str]:
        shown = dashboards.place.library.findChildren(StripHeading)
        return [" ".join(one.text() for one in head.findChildren(Text)) for head in shown if head.isVisible()]

    dashboards.studio.wait(lambda: not dashboards.model.loading)
    assert heading() == []
    count = len(dashboards.model.rows)
    starred = next(card.id for card in dashboards.model.rows if card.name == "Shop review")
    with unbound(dashboards.studio.workspace.database).change() as session:
        favourites.set_favourite(session, dashboards.studio.actor, [starred], favourite=True)
    dashboards.studio.wait(lambda: heading() == ["Favourites 1", f"All dashboards {count}"])
    dashboards.choose("mine")
    dashboards.studio.wait(lambda: heading() == [])


def test_focus_after_deleting_the_last_ticked_row_is_in_the_list(dashboards: DashboardsDriver) -> None:
    dashboards.tick("Shop review")
    button = dashboards.find("library_discard")
    button.setFocus(Qt.FocusReason.TabFocusReason)
    dashboards.qtbot.keyClick(button, Qt.Key.Key_Space)
    dashboards.studio.wait(lambda: "Shop review" not in [card.name for card in dashboards.model.rows])
    window = dashboards.studio.application.window
    assert window.focusWidget() is dashboards.table.view


def test_focus_in_a_list_that_becomes_empty_stays_there(dashboards: DashboardsDriver) -> None:
    with unbound(dashboards.studio.workspace.database).change() as session:
        made = library.create(session, dashboards.studio.actor, empty("Alone"))
        library.discard(session, dashboards.studio.actor, [made.card.id])
    dashboards.choose("trash")
    dashboards.studio.wait(lambda: [card.name for card in dashboards.model.rows] == ["Alone"])
    dashboards.table.view.setFocus()
    with unbound(dashboards.studio.workspace.database).change() as session:
        library.restore(session, dashboards.studio.actor, [made.card.id])
    dashboards.studio.wait(lambda: not dashboards.model.rows)
    focused = dashboards.studio.application.window.focusWidget()
    assert focused is not None
    assert dashboards.table.isAncestorOf(focused)


def _open_in_trash(dashboards: DashboardsDriver) -> str:
    """Double-click a dashboard in the trash; returns its id once the notice is shown."""
    with unbound(dashboards.studio.workspace.database).change() as session:
        made = library.create(session, dashboards.studio.actor, empty("Away")).card.id
        library.discard(session, dashboards.studio.actor, [made])
    dashboards.choose("trash")
    dashboards.studio.wait(lambda: [card.name for card in dashboards.model.rows] == ["Away"])
    view = dashboards.table.view
    at = view.visualRect(dashboards.model.index(0, 2)).center()
    dashboards.qtbot.mouseClick(view.viewport(), LEFT, pos=at)
    dashboards.qtbot.mouseDClick(view.viewport(), LEFT, pos=at)
    dashboards.studio.wait(lambda: bool(_notice_title(dashboards)))
    return made


def _notice_title(dashboards: DashboardsDriver) -> str:
    notice = dashboards.studio.application.problems.current
    return notice.what if notice is not None else ""


def test_trashed_dashboard_opened_is_restored_from_its_notice(dashboards: DashboardsDriver) -> None:
    made = _open_in_trash(dashboards)
    assert _notice_title(dashboards) == "“Away” is in the trash."
    notice = dashboards.studio.application.problems.current
    assert notice is not None
    notice.actions[0].run()
    assert dashboards.front_page().store.dashboard_id == made
    assert _notice_title(dashboards) == ""


def test_trash_notice_after_leaving_the_list_goes(dashboards: DashboardsDriver) -> None:
    _open_in_trash(dashboards)
    assert dashboards.studio.application.shell is not None
    dashboards.studio.application.shell.go("studio/home")
    assert _notice_title(dashboards) == ""


def test_list_trash_is_shown_by_a_command_and_slash_selects_the_filter(dashboards: DashboardsDriver) -> None:
    _search(dashboards, "shop rev")
    dashboards.studio.context.go("studio/dashboards/trash")
    dashboards.studio.wait(lambda: "The trash is empty" in _shown_texts(dashboards))
    field = dashboards.find("library_search")
    assert isinstance(field, QLineEdit)
    dashboards.qtbot.keyClicks(field, "one")
    dashboards.table.setFocus()
    dashboards.studio.key(Qt.Key.Key_Slash)
    dashboards.qtbot.keyClicks(field, "two")
    assert field.text() == "two"
