"""The list of people, by mouse and keys, on a real database."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QScrollArea,
    QWidget,
)
from pytestqt.qtbot import QtBot

from benchboard.errors import Unavailable
from benchboard.identity import audit, authentication, organisations, person_changes, teams, users
from benchboard.identity.permissions import Client
from benchboard.identity.person_changes import PersonFields
from benchboard.identity.roles import DEFAULT_ROLE
from benchboard.paging import Listing
from benchboard.ui.admin import ROOM, people_view, user_actions
from benchboard.ui.admin.add_person_dialog import AddPersonDialog
from benchboard.ui.admin.change_table import ChangeTable
from benchboard.ui.admin.people_view import PeopleView
from benchboard.ui.admin.person_pane import PersonPane
from benchboard.ui.shell.shell import Shell
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Badge, Button, Paragraph, Toolbar
from benchboard.ui.widgets.readable_rows import ReadableList
from benchboard.ui.widgets.timeline_row import TimelineRow
from support.admin import Admin
from support.databases import unbound

TABLE = "people_table"


def detail(admin: Admin) -> PersonPane:
    pane = admin.application.window.findChild(PersonPane)
    assert pane is not None
    return pane


def person_menu(admin: Admin) -> QMenu:
    """The menu of the details, opened by its button."""
    admin.click("person_more")
    menu = admin.find("person_menu")
    assert isinstance(menu, QMenu)
    return menu


def label_text(admin: Admin, name: str) -> str:
    """The visible label texts of a pane or dialog."""
    return " ".join(label.text() for label in admin.find(name).findChildren(QLabel) if label.isVisible())


def test_people_search_without_accents_finds_accented_names(admin: Admin) -> None:
    admin.row(TABLE, "Ada Lovelace")
    everybody = admin.column(TABLE)
    assert {"Öz Işık", "İnes Çağrı", "John Carter"} <= set(everybody)
    admin.find(TABLE).setFocus()
    admin.key(Qt.Key.Key_Slash)
    edit = admin.find("people_search")
    assert edit.hasFocus()
    admin.qtbot.keyClicks(edit, "oz isik")
    admin.wait(lambda: admin.column(TABLE) == ["Öz Işık"])
    title = admin.window.findChildren(PeopleView)[0].findChild(Toolbar)
    assert isinstance(title, Toolbar)
    total = len(everybody)
    admin.wait(lambda: title.count() == f"1 of {total}")
    admin.qtbot.keyClicks(edit, "/zzz")
    admin.wait(lambda: title.count() == f"0 of {total}")
    admin.click("people_show_all")
    admin.wait(lambda: admin.column(TABLE) == everybody)
    admin.wait(lambda: title.count() == f"{total}")
    assert isinstance(edit, QLineEdit)
    assert edit.text() == ""


def test_people_ticked_titles_stay_and_no_row_moves(admin: Admin) -> None:
    table, at = admin.table(TABLE), admin.row(TABLE, "John Carter")
    admin.window.resize(1920, 1000)
    assert table.columnWidth(0) <= 360 + theme().px("table.checkbox_col")

    def top() -> int:
        box = table.visualRect(table.model().index(at, 0))
        return table.viewport().mapToGlobal(box.topLeft()).y()

    before, spot = top(), table.visualRect(table.model().index(at, 0))
    admin.qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(16, spot.center().y()))
    bar = admin.find("bulk_bar")
    assert top() == before
    assert bar.mapToGlobal(QPoint()).y() >= table.mapToGlobal(table.rect().bottomLeft()).y()
    title = table.horizontalHeader().mapToGlobal(QPoint(60, 10))
    assert admin.window.childAt(admin.window.mapFromGlobal(title)) is table.horizontalHeader().viewport()


def test_actions_for_ticked_people_stay_in_reach_beside_the_details(admin: Admin) -> None:
    admin.window.resize(1024, 700)
    admin.row(TABLE, "John Carter")
    admin.find(TABLE).setFocus()
    admin.key(Qt.Key.Key_Home)
    admin.key(Qt.Key.Key_Space)
    admin.key(Qt.Key.Key_Down)
    admin.wait(lambda: detail(admin).isVisible())
    edge = detail(admin).mapTo(admin.window, QPoint()).x()
    for name in ("people_disable", "bulk_clear"):
        button = admin.find(name)
        admin.wait(lambda button=button: button.mapTo(admin.window, button.rect().topRight()).x() < edge)


def test_people_filters_narrow_and_header_sorts(admin: Admin) -> None:
    role = admin.find("people_role")
    assert isinstance(role, QComboBox)
    role.setFocus()
    admin.qtbot.keyClicks(role, "T")
    admin.wait(lambda: set(admin.column(TABLE, 1)) == {"Technician"})
    role.setCurrentIndex(0)
    admin.row(TABLE, "John Carter")
    header = admin.table(TABLE).horizontalHeader()
    spot = QPoint(header.sectionViewportPosition(1) + 20, 10)
    for ends in (("Admin", "Technician"), ("Technician", "Admin")):
        admin.qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=spot)
        admin.wait(lambda ends=ends: (admin.column(TABLE, 1)[0], admin.column(TABLE, 1)[-1]) == ends)  # type: ignore[misc]


def test_disable_people_is_undone_by_key(admin: Admin) -> None:
    admin.press_row(TABLE, "Ada Lovelace", tick=True)
    disable = admin.find("people_disable")
    assert isinstance(disable, Button)
    assert (disable.text(), disable.accessibleName()) == ("Disable account", "Disable account")
    admin.press_row(TABLE, "Öz Işık", tick=True)
    assert (disable.text(), disable.accessibleName()) == ("Disable accounts", "Disable accounts")
    admin.click("people_disable")
    admin.wait(lambda: "2 people disabled" in admin.toast())
    assert {admin.person(name).state for name in ("Ada Lovelace", "Öz Işık")} == {"inactive"}
    assert admin.person("Ada Lovelace").sessions == 0
    admin.wait(lambda: admin.cell(TABLE, "Ada Lovelace", 3) == "Disabled")
    admin.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    admin.wait(lambda: admin.person("Ada Lovelace").state == "active")
    admin.wait(lambda: admin.cell(TABLE, "Ada Lovelace", 3) == "Active")
    assert admin.person("Öz Işık").state == "active"


def test_activation_of_an_invited_person_is_undone_to_invited(admin: Admin) -> None:
    assert admin.application.shell is not None
    context = admin.application.shell.context
    with unbound(context.workspace.database).change() as session:
        users.restore_states(session, context.actor, {admin.person("Ada Lovelace").id: "pending"})
    admin.wait(lambda: admin.cell(TABLE, "Ada Lovelace", 3) == "Invited")
    admin.choose(admin.row_menu(TABLE, "Ada Lovelace", "people_menu"), "command_activate_account")
    admin.wait(lambda: admin.person("Ada Lovelace").state == "active")
    admin.wait(lambda: "Ada Lovelace enabled" in admin.toast())
    admin.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    admin.wait(lambda: admin.person("Ada Lovelace").state != "active")
    assert admin.person("Ada Lovelace").state == "pending"


def _entries(menu: QMenu) -> dict[str, bool]:
    return {action.text(): action.isEnabled() for action in menu.actions() if not action.isSeparator()}


def test_row_menu_of_a_person_has_the_actions_of_the_details(admin: Admin) -> None:
    menu = admin.row_menu(TABLE, "Ada Lovelace", "people_menu")
    assert _entries(menu) == {
        "Edit person": True, "Delete person": True, "Hand over what they own": True,
        "Export their data": True, "Erase person": True,
        "Revoke all sessions": True, "Disable account": True, "View in audit log": True,
    }  # fmt: skip
    admin.choose(menu, "command_disable_account")
    admin.wait(lambda: admin.person("Ada Lovelace").state == "inactive")
    admin.wait(lambda: admin.cell(TABLE, "Ada Lovelace", 3) == "Disabled")
    menu = admin.row_menu(TABLE, "Ada Lovelace", "people_menu")
    assert _entries(menu) == {
        "Edit person": True, "Delete person": True, "Hand over what they own": True,
        "Export their data": True, "Erase person": True,
        "Revoke all sessions": False, "Enable account": True, "View in audit log": True,
    }  # fmt: skip
    menu.close()


def test_row_menu_of_the_own_account_cannot_disable_it(admin: Admin) -> None:
    menu = admin.row_menu(TABLE, "Ines Okafor", "people_menu")
    assert not _entries(menu)["Disable account"]
    (disable,) = [action for action in menu.actions() if action.objectName() == "command_disable_account"]
    assert "can't disable your own account" in disable.toolTip()
    menu.close()


def test_row_menu_of_ticked_people_acts_on_all_of_them(admin: Admin) -> None:
    for name in ("Ada Lovelace", "Öz Işık"):
        admin.press_row(TABLE, name, tick=True)
    menu = admin.row_menu(TABLE, "Ada Lovelace", "people_menu")
    assert _entries(menu) == {
        "Revoke sessions": True, "Enable accounts": True, "Disable accounts": True, "Delete person": True,
    }  # fmt: skip
    admin.choose(menu, "command_disable_account")
    admin.wait(lambda: "2 people disabled" in admin.toast())


def test_disable_with_own_account_ticked_keeps_it_active(admin: Admin) -> None:
    admin.press_row(TABLE, "Ines Okafor", tick=True)
    admin.press_row(TABLE, "Ada Lovelace", tick=True)
    admin.click("people_disable")
    admin.wait(lambda: admin.person("Ada Lovelace").state == "inactive")
    assert admin.person("Ines Okafor").state == "active"
    assert "Your account stays active" in admin.banner()


def test_people_keys_tick_open_and_close(admin: Admin) -> None:
    at = admin.row(TABLE, "Ada Lovelace")
    view = admin.table(TABLE)
    view.setFocus()
    view.setCurrentIndex(view.model().index(at, 0))
    admin.key(Qt.Key.Key_Space)
    assert admin.find("people_revoke_sessions").isVisible()
    admin.key(Qt.Key.Key_Space)
    bulk = admin.window.findChild(QPushButton, "people_revoke_sessions")
    assert bulk is not None
    admin.wait(lambda: not bulk.isVisible())
    admin.key(Qt.Key.Key_Return)
    admin.wait(detail(admin).isVisible)
    assert detail(admin).isAncestorOf(admin.window.focusWidget())
    admin.key(Qt.Key.Key_Escape)
    admin.wait(lambda: not detail(admin).isVisible())
    assert view.hasFocus()
    # The row stays current, so that the arrows go on from it; its panel stays closed when the list is read anew.
    assert view.currentIndex().row() == at
    admin.window.findChildren(PeopleView)[0].refresh()
    admin.wait(lambda: view.currentIndex().row() == at)
    assert not detail(admin).isVisible()
    admin.qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.currentIndex().row() == at + 1
    admin.wait(detail(admin).isVisible)
    admin.qtbot.keyClick(view, Qt.Key.Key_End)
    assert view.currentIndex().row() == view.model().rowCount() - 1
    admin.qtbot.keyClick(view, Qt.Key.Key_Home)
    assert view.currentIndex().row() == 0


def test_click_on_the_row_whose_panel_was_closed_opens_it_again(admin: Admin) -> None:
    admin.press_row(TABLE, "Ada Lovelace")
    admin.wait(detail(admin).isVisible)
    admin.click("detail_close")
    admin.wait(lambda: not detail(admin).isVisible())
    admin.press_row(TABLE, "Ada Lovelace")
    admin.wait(detail(admin).isVisible)


def test_enter_in_the_role_of_a_new_person_opens_the_roles(admin: Admin) -> None:
    admin.click("people_add")
    role = admin.find("add_role")
    assert isinstance(role, QComboBox)
    role.setFocus()
    admin.qtbot.keyClick(role, Qt.Key.Key_Return)
    assert role.view().isVisible()
    role.hidePopup()
    assert admin.find("add_person").isVisible()


def test_palette_offers_the_commands_of_the_selected_person(admin: Admin) -> None:
    shell = admin.application.shell
    assert shell is not None

    def offered() -> set[str]:
        return {
            name for name in shell.command_handlers() if name in ("admin.disable_account", "admin.activate_account")
        }

    view = admin.find(TABLE)
    assert isinstance(view, QAbstractItemView)
    view.setCurrentIndex(QModelIndex())  # with the focus, the first row may have become the current one
    assert offered() == set()
    admin.press_row(TABLE, "Ada Lovelace")
    assert offered() == {"admin.disable_account"}
    shell.run_command("admin.disable_account")
    admin.wait(lambda: admin.person("Ada Lovelace").state == "inactive")
    admin.wait(lambda: offered() == {"admin.activate_account"})
    admin.press_row(TABLE, "Öz Işık")
    shell.run_command("admin.revoke_all_sessions")
    assert "Öz Işık will be signed out everywhere" in label_text(admin, "confirm")
    admin.click("confirm_keep")


def test_revoke_sessions_asks_before_it_ends_them(admin: Admin) -> None:
    admin.press_row(TABLE, "Ada Lovelace", tick=True)
    admin.click("people_revoke_sessions")
    assert "Ada Lovelace will be signed out everywhere within 5 seconds" in label_text(admin, "confirm")
    admin.click("confirm_keep")
    assert admin.person("Ada Lovelace").sessions == 2
    admin.click("people_revoke_sessions")
    button = admin.find("confirm_act")
    assert isinstance(button, QPushButton)
    assert button.text() == "Revoke 2 sessions"
    admin.click("confirm_act")
    admin.wait(lambda: "2 sessions revoked" in admin.toast())
    assert admin.person("Ada Lovelace").sessions == 0
    admin.wait(lambda: admin.column(TABLE, 5)[admin.row(TABLE, "Ada Lovelace")] == "0")


def test_person_detail_revokes_one_session_and_lists_it_in_audit(admin: Admin) -> None:
    admin.press_row(TABLE, "Ada Lovelace")
    admin.click("person_sessions")
    admin.wait(lambda: len(_revokes(admin)) == 2)
    admin.qtbot.mouseClick(_revokes(admin)[0], Qt.MouseButton.LeftButton)
    admin.click("confirm_act")
    admin.wait(lambda: admin.person("Ada Lovelace").sessions == 1)
    admin.wait(lambda: len(_revokes(admin)) == 1)
    admin.click("person_audit")
    admin.wait(lambda: "Revoked Ada Lovelace's session" in label_text(admin, "person_detail"))
    assert "Added Ada Lovelace" in label_text(admin, "person_detail")


def _revokes(admin: Admin) -> list[QPushButton]:
    return [b for b in detail(admin).findChildren(QPushButton, "session_revoke") if b.isVisible()]


def test_add_person_with_valid_fields_adds_them_once(admin: Admin) -> None:
    assert admin.application.shell is not None
    context = admin.application.shell.context
    AddPersonDialog(admin.window, context, asks_password=True).open()  # as on a shared server
    act = admin.find("add_act")
    # All that is wrong is marked at once, and the first of it has the focus.
    admin.find("add_name").setFocus()
    admin.click("add_act")
    wrong = label_text(admin, "add_person")
    assert "Enter an email address." in wrong
    assert "Enter a password." in wrong
    assert admin.find("add_email").hasFocus()
    admin.type("add_email", "mert@")
    assert "valid email address" not in label_text(admin, "add_person"), "not in the middle of typing it"
    admin.key(Qt.Key.Key_Tab)
    assert "isn't a valid email address" in label_text(admin, "add_person")
    admin.type("add_email", "north.example")
    admin.type("add_name", "Mert Two")
    admin.type("add_password", "short")
    assert "shorter than 12" not in label_text(admin, "add_person")
    admin.key(Qt.Key.Key_Tab)
    assert "shorter than 12" in label_text(admin, "add_person")
    admin.click("add_act")
    assert admin.find("add_password").hasFocus()
    admin.type("add_password", " no more, it is long")
    assert "shorter than 12" not in label_text(admin, "add_person")
    assert act.isEnabled()
    admin.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    admin.row(TABLE, "Mert Two")
    with unbound(context.workspace.database).change() as session:
        signed_in = authentication.sign_in(
            session, email="mert@north.example", password="short no more, it is long", client=Client.here()
        )
    assert signed_in.actor.roles == {DEFAULT_ROLE}
    admin.click("people_add")
    admin.type("add_email", "MERT@north.example")
    # Where nobody signs in with a password, none is asked for.
    assert "Password" not in label_text(admin, "add_person")
    assert "They can sign in only on a shared server" in label_text(admin, "add_person")
    admin.click("add_act")
    admin.wait(lambda: "already has an account" in label_text(admin, "add_person"))
    # Esc asks before it discards what was typed; where nothing was, it closes.
    admin.key(Qt.Key.Key_Escape)
    admin.click("confirm_keep")
    assert admin.find("add_email").isVisible()
    admin.click("add_cancel")  # as Cancel does
    admin.click("confirm_act")


def test_add_person_without_the_database_keeps_what_was_typed_for_the_next_attempt(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin.click("people_add")
    admin.type("add_email", "zuz@north.example")
    admin.type("add_name", "Zuzana Nova")

    def refuse(*_arguments: object, **_named: object) -> None:
        raise Unavailable("database.unreachable", "The database can't be reached.", do="Try again.")

    with monkeypatch.context() as away:
        away.setattr(users, "add_person", refuse)
        admin.click("add_act")
        admin.wait(lambda: "The database can't be reached." in label_text(admin, "add_person"))
    assert _line(admin, "add_email").text() == "zuz@north.example"
    assert _line(admin, "add_name").text() == "Zuzana Nova"
    admin.click("add_act")
    admin.wait(lambda: "Zuzana Nova" in admin.column(TABLE))


def test_add_person_taken_address_offers_to_show_whose_it_is(admin: Admin) -> None:
    admin.row(TABLE, "Ada Lovelace")
    admin.click("people_add")
    admin.type("add_email", "john@example.com")
    admin.click("add_act")
    admin.wait(lambda: "Use a different email address." in label_text(admin, "add_person"))
    assert "edit the existing account" not in label_text(admin, "add_person")
    shown = admin.find("add_show_existing")
    admin.wait(lambda: [label for label in admin.find("add_person").findChildren(Paragraph) if label.isVisible()])
    labels = admin.find("add_person").findChildren(Paragraph)
    admin.wait(lambda: all(not one.isVisible() or one.height() >= one.heightForWidth(one.width()) for one in labels))
    assert isinstance(shown, Button)
    assert shown.text() == "Show John Carter"
    admin.click("add_show_existing")
    admin.wait(lambda: "John Carter" in label_text(admin, "person_detail"))


def test_person_details_relative_times_follow_the_lists(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    admin.press_row(TABLE, "Ada Lovelace")
    admin.wait(lambda: bool(detail(admin).findChildren(TimelineRow)))
    for module in ("person_activity", "time_text"):
        monkeypatch.setattr(f"benchboard.ui.admin.{module}.relative_time", lambda _time: "9 min ago")
    admin.table(TABLE).viewport().update()
    shown = 2 + len(_revokes(admin)) + 3  # the sign-in and the account, the sessions, the latest activity
    admin.wait(lambda: label_text(admin, "person_detail").count("9 min ago") == shown)
    rows = detail(admin).findChildren(TimelineRow)
    admin.wait(lambda: all(row.accessibleName().startswith("9 min ago") for row in rows))


@pytest.mark.parametrize("search", ["", "Ada"])
def test_added_person_is_selected_and_shown(admin: Admin, search: str) -> None:
    """The row that was selected before stayed selected, beside the new person's details."""
    admin.press_row(TABLE, "Ada Lovelace")
    if search:
        admin.type("people_search", search)
        admin.wait(lambda: admin.column(TABLE) == ["Ada Lovelace"])
    admin.click("people_add")
    admin.type("add_email", "nil@north.example")
    admin.type("add_name", "Nil Kaya")
    admin.click("add_act")
    view = admin.table(TABLE)
    admin.wait(lambda: str(view.currentIndex().siblingAtColumn(0).data()).startswith("Nil Kaya"))
    assert view.viewport().rect().contains(view.visualRect(view.currentIndex()).center())
    admin.wait(lambda: "Nil Kaya" in label_text(admin, "person_detail"))
    assert "Nil Kaya added" in admin.toast()
    admin.wait(view.hasFocus)


def test_no_other_row_is_told_before_the_added_person(
    admin: Admin, announcements: list[str], told_events: list[tuple[str, int]]
) -> None:
    """Focus came back to the list, whose old row was told first."""
    admin.press_row(TABLE, "Ada Lovelace")
    admin.click("people_add")
    admin.type("add_email", "nil@north.example")
    told_events.clear()
    announcements.clear()
    admin.click("add_act")
    view = admin.table(TABLE)
    admin.wait(lambda: str(view.currentIndex().siblingAtColumn(0).data()).startswith("nil"))
    admin.wait(view.hasFocus)
    added = 1 + (view.currentIndex().row() + 1) * (view.model().columnCount() + 1)
    # Qt tells a row that becomes current while the focus is there; if the focus comes after it, the list tells it.
    assert {child for kind, child in told_events if kind == "Focus" and child >= 0} <= {added}
    assert not [one for one in announcements if "Ada" in one]
    told_events.clear()
    admin.find("people_search").setFocus()
    view.setFocus()
    admin.wait(lambda: ("Focus", added) in told_events)


def add_many(admin: Admin, *others: str) -> str:
    """Add 250 people whose names begin with “Many”, and the others; the id of the last one."""
    person_id = ""
    with unbound(admin.application.shell.context.workspace.database).change() as session:
        actor = authentication.operator_actor(session, client=Client.here())
        for one in (*(f"Many {k:03}" for k in range(250)), *others):
            person_id = organisations.create_account(
                session, actor.organisation_id, email=f"{one.replace(' ', '')}@north.example".lower(), name=one,
                role="analyst", account_type="DEMO",
            )  # fmt: skip
            audit.record(session, actor, "user.create", person_id, role="analyst")
    return person_id


@pytest.mark.parametrize("how", ["added", "link"])
def test_person_beyond_the_first_page_is_selected_and_in_view(admin: Admin, how: str) -> None:
    """Their details were shown beside a list with no row selected."""
    person_id = add_many(admin, *([] if how == "added" else ["Zuz"]))
    if how == "added":
        admin.click("people_add")
        admin.type("add_email", "zuz@north.example")
        admin.type("add_name", "Zuz")
        admin.click("add_act")
    else:
        admin.wait(lambda: admin.table(TABLE).model().rowCount() == 100)
        admin.go(f"admin/people/{person_id}")
    view = admin.table(TABLE)
    admin.wait(lambda: str(view.currentIndex().siblingAtColumn(0).data()).startswith("Zuz"))
    assert view.viewport().rect().contains(view.visualRect(view.currentIndex()).center())
    admin.wait(lambda: "Zuz" in label_text(admin, "person_detail"))


def test_link_to_a_person_whom_the_filter_hides_does_not_read_a_long_list_to_its_end(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_view, "_MOST_SEARCHED", 150)
    person_id = add_many(admin, "Zuz")
    view = admin.table(TABLE)
    admin.type("people_search", "many")
    admin.wait(lambda: set(admin.column(TABLE)) == {f"Many {k:03}" for k in range(100)})
    admin.go(f"admin/people/{person_id}")
    admin.wait(lambda: "Zuz" in label_text(admin, "person_detail"))
    admin.wait(lambda: view.model().rowCount() == 200)
    admin.go("admin/sessions")  # what was asked for before it is answered before it
    admin.wait(lambda: admin.find("sessions_table").isVisible())
    admin.table("sessions_table")
    assert view.model().rowCount() == 200


@pytest.mark.parametrize("who", ["nobody", "11111111-1111-4111-8111-111111111111"])
def test_link_to_a_person_who_does_not_exist_says_so(admin: Admin, who: str) -> None:
    problems = admin.application.problems
    for view in ("people", "audit"):
        admin.go(f"admin/{view}/{who}")
        admin.wait(lambda: problems.current is not None)
        assert problems.current.what == "Person not found."
        problems.dismiss()


def test_people_list_shows_teams_as_they_change(admin: Admin) -> None:
    assert admin.application.shell is not None
    context = admin.application.shell.context
    admin.wait(lambda: admin.cell(TABLE, "Ada Lovelace", 2) == "–")
    ada = admin.person("Ada Lovelace").id
    with unbound(context.workspace.database).change() as session:
        for name in ("Rig", "Chamber"):
            teams.add_people(session, context.actor, teams.create_team(session, context.actor, name=name).slug, [ada])
    admin.wait(lambda: admin.cell(TABLE, "Ada Lovelace", 2) == "Chamber, Rig")
    admin.press_row(TABLE, "Ada Lovelace")
    pane = detail(admin)
    rows = pane.findChild(ReadableList)
    assert rows is not None
    admin.wait(lambda: "Teams: Chamber, Rig" in rows.rows[0].accessible_text())
    assert {"Chamber", "Rig"} <= {badge.accessibleName() for badge in rows.findChildren(Badge)}


def test_people_export_holds_the_filtered_rows(admin: Admin, tmp_path: Path) -> None:
    admin.type("people_search", "ÖZ")
    admin.wait(lambda: admin.column(TABLE) == ["Öz Işık"])
    admin.click("people_export")
    admin.wait(lambda: [d for d in admin.window.findChildren(QFileDialog) if d.isVisible()])
    dialog = admin.window.findChildren(QFileDialog)[-1]
    name = dialog.findChild(QLineEdit)
    assert name is not None
    name.setText(str(tmp_path / "some people"))  # typed, it would open Qt's completer, which grabs the keyboard
    admin.qtbot.keyClick(name, Qt.Key.Key_Return)
    file = tmp_path / "some people.csv"
    admin.wait(lambda: "Exported 1 row to some people.csv" in admin.toast())
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].split(",")[:3] == ["id", "name", "email"]
    assert [line.split(",")[1] for line in lines[1:]] == ["Öz Işık"]


def test_people_address_opens_detail_and_narrow_window_overlays_it(admin: Admin) -> None:
    who = admin.person("İnes Çağrı")
    admin.go(f"admin/people/{who.id}")
    admin.wait(lambda: "İnes Çağrı" in label_text(admin, "person_detail"))
    admin.wait(lambda: admin.table(TABLE).width() <= detail(admin).geometry().left())  # once it is laid out
    admin.window.resize(1000, 700)
    admin.wait(lambda: admin.table(TABLE).width() > detail(admin).geometry().left())
    assert detail(admin).geometry().right() <= admin.window.width()
    admin.press_row(TABLE, "Ada Lovelace", tick=True)
    admin.wait(lambda: not detail(admin).isVisible())  # it would cover what can be done with the ticked
    admin.click("people_disable")
    admin.wait(lambda: admin.person("Ada Lovelace").state == "inactive")
    admin.wait(lambda: "Ada Lovelace disabled and signed out" in admin.toast())


def test_person_pane_of_the_operator_says_that_there_is_no_password(
    open_local: Callable[[str], Shell], qtbot: QtBot
) -> None:
    shell = open_local("admin/people")
    shell.go(f"admin/people/{shell.context.actor.user_id}")
    pane = shell.findChild(PersonPane)
    assert pane is not None
    qtbot.waitUntil(lambda: "Sign-in method" in [label.text() for label in pane.findChildren(QLabel)])
    texts = [label.text() for label in pane.findChildren(QLabel)]
    assert texts[texts.index("Sign-in method") + 1] == "Account on this computer, no password"


def test_person_is_found_by_the_palette(admin: Admin) -> None:
    assert admin.application.shell is not None
    context = admin.application.shell.context
    with unbound(context.workspace.database).read() as session:
        found = ROOM.search(context, session, "lovel")
    person = admin.person("Ada Lovelace")
    assert [(one.title, one.address) for one in found] == [("Ada Lovelace", f"admin/people/{person.id}")]


def test_bulk_buttons_say_why_they_have_nothing_to_do() -> None:
    context = SimpleNamespace(actor=SimpleNamespace(user_id="me", permissions={"users:write", "sessions:revoke"}))

    def reasons(*people: tuple[str, str, int]) -> list[str]:
        selected = [SimpleNamespace(id=one, state=state, sessions=count) for one, state, count in people]
        return list(user_actions.why_not_bulk(context, selected).values())

    assert reasons(("a", "active", 1), ("b", "inactive", 0)) == ["", "", ""]
    assert reasons(("a", "active", 0)) == [
        "There are no sessions to revoke.",
        "All selected accounts are enabled.",
        "",
    ]
    assert reasons(("b", "inactive", 0))[1:] == ["", "None of the selected accounts is enabled."]
    assert reasons(("me", "active", 1))[2] == "You can't disable your own account."


def _line(admin: Admin, name: str) -> QLineEdit:
    edit = admin.find(name)
    assert isinstance(edit, QLineEdit)
    return edit


def test_edit_person_changes_fields_by_keys_and_undo_restores_them(admin: Admin) -> None:
    with unbound(admin.application.shell.context.workspace.database).change() as session:  # type: ignore[union-attr]
        actor = authentication.operator_actor(session, client=Client.here())
        rig = teams.create_team(session, actor, name="Rig 2").id
    admin.press_row(TABLE, "Ada Lovelace")
    admin.find(TABLE).setFocus()
    admin.key(Qt.Key.Key_F2)
    admin.wait(lambda: admin.find("edit_save").isEnabled())
    assert _line(admin, "edit_name").hasFocus()
    assert _line(admin, "edit_email").text() == "ada@example.com"
    role = admin.find("edit_role")
    assert isinstance(role, QComboBox)
    assert role.currentText() == "Technician"
    role.setFocus()
    admin.qtbot.keyClicks(role, "Op")
    assert "Views all dongles" in label_text(admin, "edit_person")
    admin.type("edit_department", "Test lab")
    admin.click(f"edit_team_{rig}")
    admin.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    changed = "Ada Lovelace changed: role Operations manager, department Test lab, teams"
    admin.wait(lambda: changed in admin.toast())
    assert admin.find("people_search").accessibleName() == "Filter people"
    ada = admin.person("Ada Lovelace")
    assert (ada.role, ada.department, ada.teams) == ("ops_manager", "Test lab", ("Rig 2",))
    admin.wait(lambda: admin.cell(TABLE, "Ada Lovelace", 1) == "Operations manager")
    admin.wait(lambda: "Operations manager" in label_text(admin, "person_detail") or detail(admin).findChildren(Badge))
    admin.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    admin.wait(lambda: "Undone: changes to Ada Lovelace" in admin.toast())
    ada = admin.person("Ada Lovelace")
    assert (ada.role, ada.department, ada.teams) == ("technician", None, ())


def test_edit_person_says_what_saving_changes(admin: Admin) -> None:
    admin.press_row(TABLE, "Ada Lovelace")
    admin.click("person_edit")
    admin.wait(lambda: admin.find("edit_save").isEnabled())

    def changes() -> list[tuple[str, str, str]]:
        tables = [one for one in admin.find("edit_person").findChildren(ChangeTable) if one.isVisible()]
        texts = [label.text() for table in tables for label in table.findChildren(QLabel)][3:]
        return list(zip(texts[::3], texts[1::3], texts[2::3], strict=True))

    admin.wait(lambda: changes() == [])
    assert "Changes" not in label_text(admin, "edit_person"), "nothing is said of them while there are none"
    admin.type("edit_department", "Test lab")
    admin.wait(lambda: changes() == [("Department", "none", "Test lab")])
    role = admin.find("edit_role")
    assert isinstance(role, QComboBox)
    admin.qtbot.keyClicks(role, "Op")
    both = [("Department", "none", "Test lab"), ("Role", "Technician", "Operations manager")]
    admin.wait(lambda: changes() == both)
    shown = label_text(admin, "edit_person")
    assert "The new role applies at once, also where Ada Lovelace is signed in." in shown
    assert "+ explore data, see orders, see the orders of all shops" in shown
    assert "− pair and configure dongles" in shown
    _line(admin, "edit_department").clear()
    admin.qtbot.keyClicks(role, "Te")
    admin.wait(lambda: changes() == [])


@pytest.mark.parametrize("look", ["light", "dark"])
def test_edit_person_shows_teams_on_the_ground_of_the_dialog(
    admin: Admin, look: str, request: pytest.FixtureRequest
) -> None:
    """In the dark they stood in a black block."""
    theme().set_appearance("dark" if look == "dark" else "light")
    request.addfinalizer(lambda: theme().set_appearance("light"))
    with unbound(admin.application.shell.context.workspace.database).change() as session:  # type: ignore[union-attr]
        teams.create_team(session, authentication.operator_actor(session, client=Client.here()), name="Rig 2")
    admin.press_row(TABLE, "Ada Lovelace")
    admin.click("person_edit")
    admin.wait(lambda: admin.find("edit_save").isEnabled())
    dialog = admin.find("edit_person")
    (area,) = [one for one in dialog.findChildren(QScrollArea) if one.accessibleName() == "Teams"]
    admin.wait(lambda: area.visibleRegion().boundingRect().height() == area.height() > 20)
    inside = area.mapTo(dialog, QPoint(area.width() - 40, 4))
    picture = dialog.grab().toImage()
    assert picture.pixel(inside) == picture.pixel(inside - QPoint(0, 8))


def test_edit_person_address_in_use_is_said_at_the_field_and_nothing_is_lost(admin: Admin) -> None:
    admin.press_row(TABLE, "Ada Lovelace")
    admin.click("person_edit")
    admin.wait(lambda: admin.find("edit_save").isEnabled())
    email = _line(admin, "edit_email")
    email.selectAll()
    admin.qtbot.keyClicks(email, "oz@example.com")
    admin.click("edit_save")
    admin.wait(lambda: "already has an account" in label_text(admin, "edit_person"))
    assert email.text() == "oz@example.com"
    assert email.hasFocus()
    admin.key(Qt.Key.Key_Escape)
    assert "Discard your changes?" in label_text(admin, "confirm") or admin.window.findChildren(Button)
    assert admin.person("Ada Lovelace").email == "ada@example.com"


def test_edit_person_without_the_database_keeps_what_was_typed_for_the_next_attempt(
    admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin.press_row(TABLE, "Ada Lovelace")
    admin.click("person_edit")
    admin.wait(lambda: admin.find("edit_save").isEnabled())
    admin.type("edit_department", "Test lab")

    def refuse(*_arguments: object, **_named: object) -> PersonFields:
        raise Unavailable("database.unreachable", "The database can't be reached.", do="Try again.")

    with monkeypatch.context() as away:
        away.setattr(person_changes, "change_person", refuse)
        admin.click("edit_save")
        admin.wait(lambda: "The database can't be reached." in label_text(admin, "edit_person"))
    assert _line(admin, "edit_department").text() == "Test lab"
    admin.click("edit_save")
    admin.wait(lambda: admin.person("Ada Lovelace").department == "Test lab")


def test_edit_person_own_role_says_why_it_cannot_be_changed(admin: Admin) -> None:
    assert admin.application.shell is not None
    admin.go(f"admin/people/{admin.application.shell.context.actor.user_id}")
    admin.wait(lambda: detail(admin).person is not None)
    admin.click("person_edit")
    admin.wait(lambda: admin.find("edit_save").isEnabled())
    assert not admin.find("edit_role").isEnabled()
    assert "You can't change your own role. Only another admin can." in label_text(admin, "edit_person")


def test_edit_person_role_changed_by_another_program_meanwhile_is_not_overwritten(admin: Admin) -> None:
    admin.press_row(TABLE, "Ada Lovelace")
    admin.click("person_edit")
    admin.wait(lambda: admin.find("edit_save").isEnabled())
    assert admin.application.shell is not None
    with unbound(admin.application.shell.context.workspace.database).change() as session:
        actor = authentication.operator_actor(session, client=Client.here())
        ada = next(
            one for one in users.list_people(session, actor, Listing(), limit=100).rows if one.email[:3] == "ada"
        )
        person_changes.change_person(session, actor, ada.id, PersonFields(role="analyst"))
    role = admin.find("edit_role")
    assert isinstance(role, QComboBox)
    role.setFocus()
    admin.qtbot.keyClicks(role, "B")
    admin.click("edit_save")
    admin.wait(lambda: "Someone else changed Ada Lovelace while you were editing" in label_text(admin, "edit_person"))
    assert "Role is now “Analyst”." in label_text(admin, "edit_person")
    assert admin.person("Ada Lovelace").role == "analyst"
    admin.wait(lambda: admin.find("edit_save").isEnabled())
    admin.click("edit_save")
    admin.wait(lambda: admin.person("Ada Lovelace").role == "business_user")


def test_delete_person_asks_where_sessions_end_lists_them_as_deleted_and_is_undone(admin: Admin) -> None:
    admin.press_row(TABLE, "Ada Lovelace")
    admin.find(TABLE).setFocus()
    admin.key(Qt.Key.Key_Delete)
    admin.wait(lambda: any(one.isVisible() for one in admin.window.findChildren(QWidget, "confirm")))
    assert "2 sessions end within" in label_text(admin, "confirm")
    admin.click("confirm_act")
    admin.wait(lambda: "Ada Lovelace deleted" in admin.toast())
    admin.wait(lambda: "Ada Lovelace" not in admin.column(TABLE))
    state = admin.find("people_state")
    assert isinstance(state, QComboBox)
    state.setCurrentIndex(state.findData("deleted"))
    admin.row(TABLE, "Ada Lovelace")
    assert admin.cell(TABLE, "Ada Lovelace", 3) == "Deleted"
    admin.press_row(TABLE, "Ada Lovelace")
    admin.click("person_restore")
    admin.wait(lambda: "Ada Lovelace restored" in admin.toast())
    admin.wait(lambda: admin.column(TABLE) == [])
    assert admin.person("Ada Lovelace").state == "active"
    state.setCurrentIndex(0)
    admin.press_row(TABLE, "Zoë 100%")
    admin.choose(person_menu(admin), "command_delete_person")  # without a session, at once
    admin.wait(lambda: "Zoë 100% deleted" in admin.toast())
    admin.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    admin.wait(lambda: "Zoë 100% restored" in admin.toast())
    admin.row(TABLE, "Zoë 100%")


def test_what_is_wrong_with_a_new_person_is_told_each_time(admin: Admin, announcements: list[str]) -> None:
    """The database's answer was told every other time only."""
    admin.click("people_add")
    admin.type("add_email", "ada@example.com")
    for _attempt in range(3):
        admin.find("add_email").setFocus(Qt.FocusReason.TabFocusReason)
        announcements.clear()
        admin.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        admin.wait(lambda: announcements)
        assert ["already has an account" in one for one in announcements] == [True]


def test_name_of_a_team_that_is_missing_is_told_once(admin: Admin, announcements: list[str]) -> None:
    """Ctrl+Enter was Enter in the field, and then the button."""
    admin.go("admin/teams")
    admin.click("teams_new")
    admin.find("name_field")
    announcements.clear()
    admin.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert announcements == ["Enter a name."]
    admin.click("name_cancel")


def test_new_person_can_be_undone_and_redone(admin: Admin, announcements: list[str]) -> None:
    admin.click("people_add")
    admin.type("add_email", "mert@example.com")
    admin.click("add_act")
    admin.wait(lambda: "mert added. Undo: Ctrl Z" in announcements)
    admin.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    admin.wait(lambda: "Undone: new person “mert”. Redo: Ctrl Shift Z" in announcements)
    admin.wait(lambda: "mert" not in admin.column(TABLE))
    admin.key(Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    admin.row(TABLE, "mert")
