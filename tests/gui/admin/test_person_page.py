"""A person's page: opened from the list, left for it, its columns, the drawn paths and the menu of actions."""

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from benchboard.dashboards.access.reached_objects import ReachedObject, ReachPath
from benchboard.ui.admin.person_pane import PersonPane
from benchboard.ui.admin.reach_paths import ReachPaths, why_reached
from benchboard.ui.admin.reach_rows import ReachRow
from benchboard.ui.widgets import Text
from benchboard.ui.widgets.drawer import Drawer
from benchboard.ui.widgets.labels import Elided
from benchboard.ui.widgets.layout_items import content_at
from benchboard.ui.widgets.paragraph import Paragraph
from support.admin import Admin

TABLE, ADA, OZ = "people_table", "Ada Lovelace", "Öz Işık"
TABS = ("person_overview", "person_access", "person_sessions", "person_audit")


def _pane(admin: Admin) -> PersonPane:
    pane = admin.find("person_detail")
    assert isinstance(pane, PersonPane)
    return pane


def _open_page(admin: Admin, name: str) -> PersonPane:
    """The person's page, opened by Enter in the list."""
    view = admin.table(TABLE)
    view.setFocus(Qt.FocusReason.TabFocusReason)
    view.setCurrentIndex(view.model().index(admin.row(TABLE, name), 0))
    admin.key(Qt.Key.Key_Return)
    pane = _pane(admin)
    admin.wait(lambda: pane.is_page)
    return pane


def _visible(admin: Admin, name: str) -> bool:
    return any(one.isVisible() for one in admin.window.findChildren(QWidget, name))


def _rows(pane: QWidget) -> list[ReachRow]:
    return [one for one in pane.findChildren(ReachRow) if one.isVisible()]


def _texts(widget: QWidget) -> list[str]:
    return [
        one.text() for one in widget.findChildren(QWidget) if isinstance(one, Text | Elided | Paragraph) and one.text()
    ]


def _global(widget: QWidget) -> QRect:
    return QRect(widget.mapToGlobal(widget.rect().topLeft()), widget.size())


def test_enter_opens_the_page_with_all_tabs_side_by_side(admin: Admin) -> None:
    pane = _open_page(admin, ADA)
    assert not _visible(admin, TABLE)
    assert not any(_visible(admin, tab) for tab in TABS)
    admin.wait(lambda: _rows(pane))
    export, sessions, activity = (
        _global(admin.find(name)) for name in ("person_page_export", "person_sessions_revoke_all", "person_open_audit")
    )
    assert export.bottom() < sessions.top(), "it is in the toolbar"
    assert sessions.bottom() < activity.top()
    head = admin.find("person_open_audit").parentWidget()
    assert head is not None
    column = head.parentWidget()
    assert column is not None
    assert column.parentWidget() is not None
    gaps = column.parentWidget().layout()
    assert content_at(gaps, gaps.count() - 1) is None, "what room is left is below the sections"
    admin.window.resize(1024, 700)
    admin.wait(lambda: all(_visible(admin, tab) for tab in TABS))
    assert pane.is_page
    admin.click("person_access")
    admin.wait(lambda: _rows(pane))
    assert not _visible(admin, "person_open_audit")


def test_person_that_a_link_opens_is_named(admin: Admin, announcements: list[str]) -> None:
    """From a team, nothing said whose page it is."""
    person = admin.person(ADA)
    admin.go("admin/teams")
    announcements.clear()
    admin.go(f"admin/people/{person.id}")
    admin.wait(lambda: f"Details of {ADA}" in announcements)
    assert announcements.count(f"Details of {ADA}") == 1


def test_page_that_opens_and_closes_tells_the_focus_once(admin: Admin, told_focus: list[str]) -> None:
    """It was told of three buttons on the way to the page, and of two on the way back."""
    view = admin.table(TABLE)
    view.setFocus(Qt.FocusReason.TabFocusReason)
    view.setCurrentIndex(view.model().index(admin.row(TABLE, ADA), 0))
    told_focus.clear()
    admin.key(Qt.Key.Key_Return)
    admin.wait(lambda: _pane(admin).is_page)
    focused = admin.window.focusWidget()
    assert focused is not None
    assert told_focus == [focused.objectName()]
    told_focus.clear()
    admin.key(Qt.Key.Key_Escape)
    admin.wait(view.hasFocus)
    assert told_focus == [TABLE]


def test_esc_and_the_tab_people_leave_the_page_for_the_list_with_the_keys(admin: Admin) -> None:
    pane = _open_page(admin, ADA)
    admin.key(Qt.Key.Key_Escape)
    admin.wait(lambda: admin.find(TABLE).hasFocus())
    assert not pane.isVisible()
    assert _visible(admin, "people_search")
    _open_page(admin, ADA)
    admin.click("tab_admin_people")
    admin.wait(lambda: _visible(admin, TABLE))
    assert not pane.is_page
    _open_page(admin, ADA)
    admin.click("person_back")
    admin.wait(lambda: admin.find(TABLE).hasFocus())


def test_page_steps_to_the_people_before_and_after_in_the_list(admin: Admin) -> None:
    admin.row(TABLE, ADA)
    listed = admin.column(TABLE)
    pane = _open_page(admin, listed[0])
    before, after = admin.find("person_before"), admin.find("person_after")
    assert f"1 of {len(listed)}" in _texts(pane)
    assert "This is the first person in the list." in before.toolTip()
    admin.click("person_after")
    admin.wait(lambda: pane.person is not None and pane.person.name == listed[1])
    assert f"2 of {len(listed)}" in _texts(pane)
    admin.click("person_before")
    admin.wait(lambda: pane.person is not None and pane.person.name == listed[0])
    assert after.isVisible()
    assert pane.is_page


def test_paths_to_what_is_chosen_are_drawn_from_the_person_on(admin: Admin) -> None:
    pane = _open_page(admin, OZ)
    admin.wait(lambda: _rows(pane))
    strip = pane.findChild(ReachPaths)
    assert strip is not None
    row = next(one for one in _rows(pane) if _texts(one)[0] == "Explore data")
    row.setFocus(Qt.FocusReason.TabFocusReason)
    admin.wait(lambda: f"Why {OZ} has the permission" in strip.accessibleName())
    assert _texts(strip)[-4:] == ["has", "Analyst", "permits", "Explore data: Unless restricted to others"]
    shared = next(one for one in _rows(pane) if one.objectName().startswith("reached_"))
    admin.qtbot.mouseClick(shared, Qt.MouseButton.LeftButton)
    title = _texts(shared)[0]
    admin.wait(lambda: f"Why {OZ} has access to “{title}”" in strip.accessibleName())
    assert _texts(strip)[-1] == title
    read = QAccessible.queryAccessibleInterface(strip)
    assert read is not None
    assert title in read.text(QAccessible.Text.Name)


def test_each_path_is_drawn_and_the_fourth_on_are_counted(qtbot: QtBot) -> None:
    strip = ReachPaths()
    qtbot.addWidget(strip)
    paths = (
        ReachPath("owner", "own"),
        ReachPath("team", "edit", "Night shift"),
        ReachPath("direct", "view"),
        ReachPath("public", "view"),
    )
    found = ReachedObject("dashboard", "an-id", "Line 2", "own", paths)
    strip.show_why(why_reached(OZ, found, "ph.squares-four"))
    assert _texts(strip) == [
        f"Why {OZ} has access to “Line 2”",
        *(OZ, "owns", "Line 2"),
        *(OZ, "member of", "Night shift", "can edit", "Line 2"),
        *(OZ, "can view", "Line 2"),
        "1 more path",
    ]
    assert strip.accessibleName().endswith(f"{OZ}, member of Everyone, can view Line 2")
    strip.show_why(None)
    assert strip.isHidden()


def test_menu_of_a_page_disables_the_account_and_the_page_says_so(admin: Admin) -> None:
    pane = _open_page(admin, ADA)
    admin.find("person_more").setFocus(Qt.FocusReason.TabFocusReason)
    admin.key(Qt.Key.Key_Space)
    menu = admin.find("person_menu")
    assert isinstance(menu, QMenu)
    assert [one.objectName() for one in menu.actions() if one.objectName()][-3:] == [
        "command_disable_account",
        "command_delete_person",
        "command_erase_person",
    ]
    admin.choose(menu, "command_disable_account")
    admin.click("person_activate")
    admin.wait(lambda: admin.person(ADA).state == "active")
    assert pane.is_page


@pytest.mark.usefixtures("light")
def test_list_that_its_view_hid_stays_hidden_when_the_drawer_arranges_itself(qtbot: QtBot) -> None:
    table, detail = QWidget(), QWidget()
    drawer = Drawer(table, detail)
    qtbot.addWidget(drawer)
    drawer.resize(1400, 600)
    drawer.show()
    table.hide()
    drawer.resize(1200, 600)
    assert table.isHidden()
    table.show()
    drawer.show_detail(True)
    drawer.show_full(True)
    assert table.isHidden()
    assert detail.width() == 1200
    drawer.show_full(False)
    assert not table.isHidden()


def test_f6_goes_through_the_columns_of_the_page(admin: Admin) -> None:
    pane = _open_page(admin, OZ)
    admin.wait(lambda: _rows(pane))
    visited: list[str] = []
    for _turn in range(7):  # four, the rail, the header and the status bar
        admin.key(Qt.Key.Key_F6)
        focused = admin.window.focusWidget()
        assert focused is not None
        stops = {one.accessibleName(): one for one in pane.panes() if one.isAncestorOf(focused)}
        visited += stops
    for stop in ("Person", "Profile", "Access", "Sessions and activity"):
        assert visited.count(stop) == 1, visited
    admin.window.resize(1024, 700)
    admin.wait(lambda: all(_visible(admin, tab) for tab in TABS))
    assert [one.accessibleName() for one in pane.panes()] == ["Person", "Tabs", "Details"]


def test_page_lists_the_roles_and_teams_in_rows_and_counts_the_permissions(admin: Admin) -> None:
    pane = _open_page(admin, OZ)
    admin.wait(lambda: _rows(pane))
    permissions = [one for one in _rows(pane) if one.objectName().startswith("can_")]
    assert len(permissions) > 1
    assert admin.find("permission_count").property("text") == str(len(permissions))
    role = admin.find("membership_role_0")
    assert _texts(role)[0] == "Analyst"
    admin.find("person_no_team")
