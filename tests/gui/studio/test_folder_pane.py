"""Folders, favourites and recent dashboards beside the list, by mouse and keys."""

from collections.abc import Callable

import pytest
from dashboards_driver import LEFT, DashboardsDriver
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QDrag, QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from benchboard.dashboards import favourites, folders
from benchboard.ui.paged import paged_rows
from benchboard.ui.studio.library.folder_pane import FOLDER, FOLDER_MIME, FolderPane, dashboards_mime, row_of
from benchboard.ui.widgets import Toast
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.fields import Select
from support.databases import unbound

Key = Qt.Key


def pane_of(dashboards: DashboardsDriver) -> FolderPane:
    return dashboards.place.library.pane


def counts(dashboards: DashboardsDriver) -> dict[str, int | None]:
    """What the pane shows: titles of its rows with their counts."""
    tree = pane_of(dashboards).tree
    keys = ["", "favourites", "recent", "mine", "shared", "public", "trash"]
    rows = [row_of(tree.item_of(key)) for key in keys]
    rows += [row_of(tree.item_of(FOLDER + one.id)) for one in pane_of(dashboards).folders]
    return {row.title: row.count for row in rows}


def names(dashboards: DashboardsDriver) -> set[str]:
    return {card.name for card in dashboards.model.rows}


def make_folder(dashboards: DashboardsDriver, name: str, parent_id: str | None = None) -> str:
    """A folder that another program creates; waits until the pane shows it."""
    studio = dashboards.studio
    with unbound(studio.workspace.database).change() as session:
        made = folders.create_folder(session, studio.actor, name, parent_id=parent_id)
    studio.wait(lambda: any(one.id == made for one in pane_of(dashboards).folders))
    return made


def type_name(dashboards: DashboardsDriver, name: str) -> None:
    field = dashboards.find("folder_name_field")
    dashboards.qtbot.keyClicks(field, name)
    dashboards.qtbot.keyClick(field, Key.Key_Return)


def drop(dashboards: DashboardsDriver, data: QMimeData, key: str) -> bool:
    """Drop on a row of the pane; returns whether it takes it."""
    tree = pane_of(dashboards).tree
    at = QPointF(tree.visualItemRect(tree.item_of(key)).center())
    actions, no_keys = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(tree.viewport(), QDragEnterEvent(at.toPoint(), actions, data, LEFT, no_keys))
    dropped = QDropEvent(at, actions, data, LEFT, no_keys)
    dropped.ignore()
    QApplication.sendEvent(tree.viewport(), dropped)
    return dropped.isAccepted()


def row_spot(dashboards: DashboardsDriver, name: str, column: str) -> QPointF:
    model = dashboards.model
    row = next(k for k, card in enumerate(model.rows) if card.name == name)
    at = next(k for k, one in enumerate(model.columns) if one.key == column)
    return QPointF(dashboards.table.view.visualRect(model.index(row, at)).center())


def undo(dashboards: DashboardsDriver) -> None:
    dashboards.qtbot.keyClick(dashboards.table.view, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def waits(dashboards: DashboardsDriver, condition: Callable[[], bool]) -> None:
    dashboards.studio.wait(condition)


def test_star_adds_to_favourites_and_undo_removes_it(dashboards: DashboardsDriver) -> None:
    view = dashboards.table.view
    spot = row_spot(dashboards, "Shop review", "favourite").toPoint()
    dashboards.qtbot.mouseClick(view.viewport(), LEFT, pos=spot)
    waits(dashboards, lambda: counts(dashboards)["Favourites"] == 1)
    dashboards.choose("favourites")
    waits(dashboards, lambda: names(dashboards) == {"Shop review"})
    undo(dashboards)
    waits(dashboards, lambda: counts(dashboards)["Favourites"] == 0)
    assert dashboards.place.page is None  # the click opened nothing
    waits(dashboards, lambda: _shows(dashboards, "You don't have any favourites."))


def _shows(dashboards: DashboardsDriver, text: str) -> bool:
    wanted = text.rstrip(".")
    labels = dashboards.place.library.findChildren(QLabel)
    return any(label.isVisible() and label.text().rstrip(".") == wanted for label in labels)


def test_double_click_on_the_star_opens_nothing(dashboards: DashboardsDriver) -> None:
    viewport = dashboards.table.view.viewport()
    spot = row_spot(dashboards, "Shop review", "favourite").toPoint()
    dashboards.qtbot.mouseDClick(viewport, LEFT, pos=spot)
    assert dashboards.place.page is None


def test_f_and_m_act_on_the_current_row(dashboards: DashboardsDriver) -> None:
    lab = make_folder(dashboards, "Lab")
    view = dashboards.table.view
    view.setFocus(Qt.FocusReason.TabFocusReason)
    dashboards.table.make_current(dashboards.cards()["Shop review"].id)
    dashboards.qtbot.keyClick(view, Key.Key_F)
    waits(dashboards, lambda: counts(dashboards)["Favourites"] == 1)
    dashboards.qtbot.keyClick(view, Key.Key_M)
    select = dashboards.find("move_to_folder_select")
    assert isinstance(select, Select)
    dashboards.qtbot.keyClick(select, Key.Key_Down)
    assert select.current_key() == lab
    dashboards.click("move_to_folder_accept")
    waits(dashboards, lambda: counts(dashboards)["Lab"] == 1)
    dashboards.choose("Lab")
    waits(dashboards, lambda: names(dashboards) == {"Shop review"})
    undo(dashboards)
    waits(dashboards, lambda: counts(dashboards)["Lab"] == 0 and _shows(dashboards, "No dashboards in this folder."))


def test_dashboards_dropped_on_a_folder_move_there(dashboards: DashboardsDriver) -> None:
    lab, cards = make_folder(dashboards, "Lab"), dashboards.cards()
    ids = [cards["Shop review"].id, cards["Orders wall"].id]
    assert drop(dashboards, dashboards_mime(ids), FOLDER + lab)
    waits(dashboards, lambda: counts(dashboards)["Lab"] == 2)
    assert not drop(dashboards, dashboards_mime(ids), "trash")
    assert drop(dashboards, dashboards_mime(ids[:1]), "")  # out of all folders
    waits(dashboards, lambda: counts(dashboards)["Lab"] == 1)


def test_drag_of_a_ticked_row_takes_all_ticked_rows(dashboards: DashboardsDriver) -> None:
    for name in ("Shop review", "Orders wall"):
        dashboards.tick(name)
    rows = {card.name: k for k, card in enumerate(dashboards.model.rows)}
    dragged = dashboards.model.dragged
    assert {card.name for card in dragged(rows["Shop review"])} == {"Shop review", "Orders wall"}
    assert [card.name for card in dragged(rows["My shops"])] == ["My shops"]


def test_folder_dropped_on_another_moves_into_it_but_not_into_itself(dashboards: DashboardsDriver) -> None:
    line = make_folder(dashboards, "Line 2")
    rig = make_folder(dashboards, "Rig", line)
    lab = make_folder(dashboards, "Lab")

    def folder_mime(folder_id: str) -> QMimeData:
        data = QMimeData()
        data.setData(FOLDER_MIME, folder_id.encode())
        return data

    assert not drop(dashboards, folder_mime(line), FOLDER + rig)
    assert drop(dashboards, folder_mime(line), FOLDER + lab)

    def paths() -> list[str]:
        return [one.path for one in pane_of(dashboards).folders]

    waits(dashboards, lambda: paths() == ["Lab", "Lab / Line 2", "Lab / Line 2 / Rig"])
    window = dashboards.table.window()  # the list may follow before the toast, from which on it can be undone
    waits(dashboards, lambda: any(one.isVisible() for one in window.findChildren(Toast)))
    undo(dashboards)
    waits(dashboards, lambda: paths() == ["Lab", "Line 2", "Line 2 / Rig"])


def test_create_rename_and_delete_a_folder_by_keys(dashboards: DashboardsDriver) -> None:
    tree = pane_of(dashboards).tree
    dashboards.click("library_create_folder")
    type_name(dashboards, "Line 2")
    waits(dashboards, lambda: counts(dashboards).get("Line 2") == 0)
    waits(dashboards, lambda: (one := pane_of(dashboards).current_folder()) is not None and one.name == "Line 2")
    tree.setFocus(Qt.FocusReason.TabFocusReason)
    dashboards.qtbot.keyClick(tree, Key.Key_F2)
    dashboards.find("folder_name_field").selectAll()  # type: ignore[attr-defined]
    type_name(dashboards, "Line 3")
    waits(dashboards, lambda: "Line 3" in counts(dashboards))
    tree.setFocus(Qt.FocusReason.TabFocusReason)
    dashboards.qtbot.keyClick(tree, Key.Key_Delete)
    waits(dashboards, lambda: "Line 3" not in counts(dashboards) and pane_of(dashboards).current() == "")
    waits(dashboards, lambda: len(names(dashboards)) == 3)
    undo(dashboards)
    waits(dashboards, lambda: "Line 3" in counts(dashboards))


def test_new_dashboard_is_created_in_the_selected_folder(dashboards: DashboardsDriver) -> None:
    make_folder(dashboards, "Lab")
    dashboards.choose("Lab")
    dashboards.click("library_new")
    waits(dashboards, lambda: counts(dashboards)["Lab"] == 1)
    dashboards.click("rename_keep")


def test_opened_dashboard_is_listed_under_recent(dashboards: DashboardsDriver) -> None:
    assert counts(dashboards)["Recent"] == 0
    dashboards.open("Orders wall")
    dashboards.place.tabs.setCurrentIndex(0)
    waits(dashboards, lambda: counts(dashboards)["Recent"] == 1)
    dashboards.choose("recent")
    waits(dashboards, lambda: names(dashboards) == {"Orders wall"})


def test_arrow_keys_in_the_pane_choose_what_is_listed(dashboards: DashboardsDriver) -> None:
    tree = pane_of(dashboards).tree
    tree.setFocus(Qt.FocusReason.TabFocusReason)
    for _step in range(3):
        dashboards.qtbot.keyClick(tree, Key.Key_Down)
    assert pane_of(dashboards).current() == "mine"
    waits(dashboards, lambda: names(dashboards) == {"Shop review"})


def test_actions_for_ticked_rows_are_whole_in_the_least_window(dashboards: DashboardsDriver) -> None:
    window = dashboards.studio.application.window
    dashboards.tick("Shop review")
    names_ = ["rename", "share", "favourite", "move", "duplicate", "discard"]
    buttons = [button for name in names_ if isinstance(button := dashboards.find(f"library_{name}"), Button)]
    assert len(buttons) == len(names_)

    def whole() -> bool:
        return all(one.width() >= one.sizeHint().width() for one in buttons)

    window.resize(1024, 700)
    waits(dashboards, lambda: window.width() == 1024 and whole() and buttons[0].is_shortened)
    assert buttons[0].toolTip() == "Rename"
    window.resize(1920, 1000)
    waits(dashboards, lambda: whole() and not any(one.is_shortened for one in buttons))


def test_button_of_ticked_rows_says_what_it_does_to_favourites(dashboards: DashboardsDriver) -> None:
    dashboards.tick("Shop review")
    button = dashboards.find("library_favourite")
    assert isinstance(button, Button)
    assert button.accessibleName() == "Add to favourites"
    dashboards.click("library_favourite")
    waits(dashboards, lambda: button.accessibleName() == "Remove from favourites")
    dashboards.tick("Orders wall")
    assert button.accessibleName() == "Add to favourites"


def test_without_folders_there_is_no_heading_of_them(dashboards: DashboardsDriver) -> None:
    tree = pane_of(dashboards).tree
    above = tree.item_of("public")
    assert tree.itemBelow(above) is tree.item_of("trash")
    make_folder(dashboards, "Lab")
    heading = tree.itemBelow(tree.item_of("public"))
    assert heading is not None
    assert row_of(heading).title == "Folders"


def test_star_in_an_open_dashboard_and_in_its_row_are_one(dashboards: DashboardsDriver) -> None:
    def star() -> str:
        return dashboards.find("studio_favourite").accessibleName()

    page = dashboards.open("Shop review")
    assert star() == "Add to favourites"
    dashboards.click("studio_favourite")
    waits(dashboards, lambda: star() == "Remove from favourites" and counts(dashboards)["Favourites"] == 1)
    waits(dashboards, lambda: {card.name for card in dashboards.model.rows if card.favourite} == {"Shop review"})
    dashboards.click("toast_undo")
    waits(dashboards, lambda: star() == "Add to favourites" and counts(dashboards)["Favourites"] == 0)
    button = dashboards.find("studio_favourite")
    button.setFocus(Qt.FocusReason.TabFocusReason)
    dashboards.qtbot.keyClick(button, Key.Key_Space)
    waits(dashboards, lambda: star() == "Remove from favourites")
    dashboards.place.tabs.setCurrentIndex(0)
    dashboards.qtbot.mouseClick(
        dashboards.table.view.viewport(), LEFT, pos=row_spot(dashboards, "Shop review", "favourite").toPoint()
    )
    waits(dashboards, lambda: counts(dashboards)["Favourites"] == 0)
    dashboards.place.bring_to_front(page)
    waits(dashboards, lambda: star() == "Add to favourites")
    with unbound(dashboards.studio.workspace.database).change() as session:  # another program of theirs
        favourites.set_favourite(
            session, dashboards.studio.actor, [dashboards.cards()["Shop review"].id], favourite=True
        )
    waits(dashboards, lambda: star() == "Remove from favourites")


def test_home_page_has_no_star(dashboards: DashboardsDriver) -> None:
    home = dashboards.studio.page
    assert home.store.dashboard_id is None
    assert home.bar.favourite.isHidden()


def test_rows_dragged_by_mouse_move_to_the_folder(
    dashboards: DashboardsDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The platform `offscreen` has no drags: what it would deliver on the folder is sent there."""
    lab, window, view = make_folder(dashboards, "Lab"), dashboards.studio.application.window, dashboards.table.view
    taken: list[bool] = []

    class DragOntoLab(QDrag):
        def exec(self, *_actions: object) -> Qt.DropAction:  # type: ignore[override]
            taken.append(drop(dashboards, self.mimeData(), FOLDER + lab))
            return Qt.DropAction.CopyAction

    monkeypatch.setattr(paged_rows, "QDrag", DragOntoLab)
    waits(dashboards, lambda: not dashboards.model.loading)
    for name in ("Shop review", "Orders wall"):
        dashboards.tick(name)
    handle, start = window.windowHandle(), row_spot(dashboards, "Shop review", "name").toPoint()
    start = view.viewport().mapTo(window, start)
    QTest.mousePress(handle, LEFT, Qt.KeyboardModifier.NoModifier, start)
    for step in range(1, 4):
        QTest.mouseMove(handle, start - QPoint(40 * step, 0))
    QTest.mouseRelease(handle, LEFT, Qt.KeyboardModifier.NoModifier, start - QPoint(120, 0))
    assert taken == [True]
    waits(dashboards, lambda: counts(dashboards)["Lab"] == 2)
    dashboards.choose("Lab")
    waits(dashboards, lambda: names(dashboards) == {"Shop review", "Orders wall"})
    undo(dashboards)
    waits(dashboards, lambda: counts(dashboards)["Lab"] == 0)


def test_rows_without_rows_below_are_not_told_as_expanded(dashboards: DashboardsDriver) -> None:
    outer = make_folder(dashboards, "Outer")
    make_folder(dashboards, "Inner", outer)
    tree = pane_of(dashboards).tree
    read = QAccessible.queryAccessibleInterface(tree)
    assert read is not None
    children = [child for at in range(read.childCount()) if (child := read.child(at)) is not None]
    expanded = [one.text(QAccessible.Text.Name) for one in children if one.state().expanded]
    assert len(expanded) == 1
    assert expanded[0].startswith("Outer")
