"""What a person can reach, roles and teams, in the window: shown, changed, undone, and what other programs change."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QCheckBox, QLineEdit, QMenu, QWidget

from benchboard.identity import authentication, role_changes, teams
from benchboard.identity.permissions import Actor, Client
from benchboard.identity.role_changes import RoleFields, RoleSummary
from benchboard.identity.roles import RULES, permissions_of
from benchboard.ui.admin import permission_matrix
from benchboard.ui.admin.roles_view import RolesView
from benchboard.ui.shell.fuzzy_search import search
from benchboard.ui.widgets import Button, Dialog, Select
from benchboard.ui.widgets.labels import Text
from benchboard.ui.widgets.list_row import ListRow
from benchboard.ui.widgets.readable_rows import ReadableRow
from support.admin import Admin
from support.databases import unbound

OZ = "Öz Işık"


def _change(admin: Admin, op: Any) -> Any:
    """Change the window's database as another program does: the window isn't told."""
    assert admin.application.shell is not None
    database = admin.application.shell.context.workspace.database
    with unbound(database).change() as session:
        return op(session, authentication.operator_actor(session, client=Client.here()))


def _role(admin: Admin, name: str = "Line lead", *people: str, abilities: tuple[str, ...] = ("studio:enter",)) -> str:
    ids = [admin.person(one).id for one in people]

    def make(session: Any, actor: Actor) -> str:
        made = role_changes.create_role(session, actor, name=name, abilities=abilities)
        role_changes.add_people(session, actor, made.id, ids)
        return made.id

    made: str = _change(admin, make)
    return made


def _stored(admin: Admin, name: str = "Line lead") -> RoleSummary | None:
    roles = admin.ask(role_changes.list_roles)
    return next((one for one in roles if one.name == name), None)


def _abilities(admin: Admin) -> frozenset[str]:
    role = _stored(admin)
    return role.abilities if role is not None else frozenset()


def _rows(admin: Admin, pane: str) -> list[str]:
    holder = admin.find(pane)
    return [row.accessibleName() for row in holder.findChildren(ReadableRow) if row.isVisible()]


def _box(admin: Admin, ability: str) -> QCheckBox:
    box = admin.find(f"tick_{ability}")
    assert isinstance(box, QCheckBox)
    return box


def _shown(admin: Admin, name: str) -> list[QWidget]:
    return [one for one in admin.window.findChildren(QWidget, name) if one.isVisible()]


def _texts(admin: Admin, pane: str) -> set[str]:
    return {one.text() for one in admin.find(pane).findChildren(Text) if one.isVisible()}


def test_access_tab_says_every_path_and_follows_what_others_change(admin: Admin, tmp_path: Path) -> None:
    admin.press_row("people_table", OZ)
    admin.click("person_access")
    admin.wait(lambda: "Explore data, Unless restricted to others · Role Analyst" in _rows(admin, "person_detail"))
    assert not any(row.startswith("Open Bench") for row in _rows(admin, "person_detail"))
    role = _role(admin, "Line lead", OZ, abilities=("bench:enter",))
    admin.wait(lambda: "Open Bench, Whole organisation · Role Line lead" in _rows(admin, "person_detail"))
    _change(admin, lambda session, actor: role_changes.delete_role(session, actor, role))
    admin.wait(lambda: not any(row.startswith("Open Bench") for row in _rows(admin, "person_detail")))
    assert any(row.startswith("Orders wall, Can view, Open to everyone") for row in _rows(admin, "person_detail"))


def test_permissions_that_are_not_saved_are_asked_about_before_the_session_ends(admin: Admin) -> None:
    _role(admin, "Line lead", OZ, abilities=("studio:enter", "sources:read"))
    admin.go("admin/roles")
    admin.click("role_line-lead")
    admin.click("tick_sources:read")
    admin.application.choose_location()
    admin.wait(lambda: _shown(admin, "confirm_keep"))
    assert admin.find("confirm").accessibleDescription() == "Not saved yet: Line lead."
    admin.click("confirm_keep")
    assert not _box(admin, "sources:read").isChecked()
    assert _shown(admin, "roles_save")


def test_roles_are_edited_after_a_what_if_and_undone(admin: Admin) -> None:
    _role(admin, "Line lead", OZ, "Ada Lovelace", abilities=("studio:enter", "sources:read"))
    admin.go("admin/roles")
    admin.click("role_line-lead")
    assert not _shown(admin, "roles_save")
    admin.click("tick_dongles:pair")  # and Open Bench, without which it is of no use
    admin.wait(lambda: _box(admin, "bench:enter").isChecked())
    admin.click("tick_sources:read")
    admin.wait(lambda: [row for row in _rows(admin, "what_if_detail") if row.startswith("Ada Lovelace")])
    assert _rows(admin, "what_if_detail") == [
        f"{OZ}, + open Bench, pair and configure dongles",
        "Ada Lovelace, − explore data",
    ]
    assert {"+ 1", "− 1", "0"} <= _texts(admin, "what_if_detail")
    staged, save = admin.find("roles_staged"), admin.find("roles_save")
    assert isinstance(staged, Button)
    assert isinstance(save, Button)
    assert staged.text() == "3 permissions changed, not saved"
    assert save.text() == "Save for 2 people"
    assert _abilities(admin) == {"studio:enter", "sources:read"}
    admin.click("roles_save")
    admin.wait(lambda: _abilities(admin) == {"studio:enter", "bench:enter", "dongles:pair"})
    admin.wait(lambda: not _shown(admin, "roles_save"))
    admin.wait(lambda: admin.toast().startswith("Permissions of “Line lead” saved"))
    admin.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    admin.wait(lambda: _abilities(admin) == {"studio:enter", "sources:read"})
    admin.wait(lambda: _box(admin, "sources:read").isChecked() and not _box(admin, "bench:enter").isChecked())


def test_undo_of_permissions_keeps_what_somebody_changed_since(admin: Admin) -> None:
    role = _role(admin, "Line lead", OZ, abilities=("studio:enter",))
    admin.go("admin/roles")
    admin.click("role_line-lead")
    admin.click("tick_sources:read")
    admin.click("roles_save")
    admin.wait(lambda: admin.toast().startswith("Permissions of “Line lead” saved"))
    theirs = frozenset({"studio:enter", "sources:read", "bench:enter"})
    _change(admin, lambda session, actor: role_changes.change_role(session, actor, role, RoleFields(abilities=theirs)))
    admin.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    admin.wait(lambda: "Someone else changed the role “Line lead”" in admin.banner())
    assert _abilities(admin) == theirs


def test_what_is_ticked_stays_while_another_program_changes_the_role(admin: Admin) -> None:
    role = _role(admin, "Line lead", OZ)
    admin.go("admin/roles")
    admin.click("role_line-lead")
    admin.click("tick_bench:enter")
    fields = RoleFields("Line leads", abilities=frozenset({"studio:enter", "sources:read"}))
    _change(admin, lambda session, actor: role_changes.change_role(session, actor, role, fields))
    admin.wait(lambda: _box(admin, "sources:read").isChecked())
    assert _box(admin, "bench:enter").isChecked()
    row = admin.find("role_line-lead")
    assert isinstance(row, ListRow)
    admin.wait(lambda: row.text() == "Line leads")
    admin.click("roles_save")
    admin.wait(lambda: _stored(admin, "Line leads").abilities == {"studio:enter", "sources:read", "bench:enter"})  # type: ignore[union-attr]


def test_what_is_ticked_stays_while_the_window_is_rebuilt(admin: Admin) -> None:
    _role(admin, "Line lead", OZ)
    admin.go("admin/roles")
    admin.click("role_line-lead")
    admin.click("tick_bench:enter")
    for language in ("tr", "en"):
        assert admin.application.shell is not None
        admin.application.apply_settings(replace(admin.application.settings, language=language))
    admin.wait(lambda: _shown(admin, "roles_save"))
    admin.wait(lambda: _box(admin, "bench:enter").isChecked())
    admin.click("roles_save")
    admin.wait(lambda: "bench:enter" in _abilities(admin))


def test_leaving_an_edited_role_asks_and_discards(admin: Admin) -> None:
    _role(admin)
    admin.go("admin/roles")
    admin.click("role_line-lead")
    admin.click("tick_bench:enter")
    admin.click("role_admin")
    admin.click("confirm_keep")
    assert _box(admin, "bench:enter").isChecked()
    admin.click("role_admin")
    admin.click("confirm_act")
    admin.wait(lambda: not _shown(admin, "tick_bench:enter"))
    admin.click("role_line-lead")
    assert not _box(admin, "bench:enter").isChecked()


def test_system_role_is_cloned_without_the_reserved_permission_and_deleted_with_undo(admin: Admin) -> None:
    admin.go("admin/roles")
    admin.click("role_admin")
    assert not _shown(admin, "role_delete")
    assert not _shown(admin, "tick_bench:enter")
    admin.click("role_clone")
    name = admin.find("name_field")
    assert isinstance(name, QLineEdit)
    assert name.text() == "Admin copy"
    name.setText("Admin")
    admin.click("name_accept")
    admin.wait(lambda: admin.find("name_accept").isEnabled())
    assert _stored(admin, "Auditor") is None
    name.clear()
    admin.type("name_field", "Auditor")
    admin.click("name_accept")
    admin.wait(lambda: _shown(admin, "tick_admin:enter"))
    assert _box(admin, "admin:enter").isChecked()
    assert not _box(admin, "users:write").isEnabled()
    assert _stored(admin, "Auditor").abilities.isdisjoint({"users:write"})  # type: ignore[union-attr]
    admin.click("role_delete")
    admin.wait(lambda: _stored(admin, "Auditor") is None)
    admin.wait(lambda: admin.toast().startswith("Role “Auditor” deleted"))
    admin.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    admin.wait(lambda: _stored(admin, "Auditor") is not None)


def test_permissions_are_saved_by_key_and_a_deleted_role_leaves_the_focus_at_its_neighbour(
    admin: Admin, announcements: list[str], told_focus: list[str]
) -> None:
    admin.go("admin/roles")
    admin.click("role_admin")
    admin.click("role_clone")
    admin.click("name_accept")
    admin.wait(lambda: _shown(admin, "tick_admin:enter"))
    admin.find("role_admin-copy").setFocus(Qt.FocusReason.TabFocusReason)
    admin.key(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    admin.wait(lambda: "Nothing is changed." in " ".join(announcements))
    admin.click("tick_admin:enter")
    admin.key(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    admin.wait(lambda: "admin:enter" not in _stored(admin, "Admin copy").abilities)  # type: ignore[union-attr]
    rows = [one.objectName() for one in admin.find("role_admin-copy").parentWidget().findChildren(ListRow)]  # type: ignore[union-attr]
    delete = admin.find("role_delete")
    delete.setFocus(Qt.FocusReason.TabFocusReason)
    told_focus.clear()
    admin.key(Qt.Key.Key_Space)
    admin.wait(lambda: _stored(admin, "Admin copy") is None)
    admin.wait(lambda: isinstance(admin.window.focusWidget(), ListRow))
    assert told_focus == [admin.window.focusWidget().objectName()]  # type: ignore[union-attr]
    assert told_focus[0] in rows
    assert "role_clone" not in told_focus


def test_delete_deletes_the_team_of_the_row(admin: Admin, announcements: list[str]) -> None:
    admin.go("admin/teams")
    admin.click("teams_new")
    admin.type("name_field", "Rig 12")
    admin.click("name_accept")
    admin.wait(lambda: "Rig 12" in admin.column("teams_table"))
    admin.wait(admin.find("teams_table").hasFocus)
    admin.key(Qt.Key.Key_Delete)
    admin.wait(lambda: "Rig 12" not in admin.column("teams_table"))
    admin.wait(lambda: admin.toast().startswith("Team “Rig 12” deleted"))
    admin.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    admin.wait(lambda: "Rig 12" in admin.column("teams_table"))


@pytest.mark.parametrize(
    "address", ["admin/people", "admin/sessions", "admin/audit", "admin/teams", "admin/keys", "settings/keys"]
)
def test_undo_with_nothing_to_undo_says_so(admin: Admin, announcements: list[str], address: str) -> None:
    admin.go(address)
    admin.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    admin.wait(lambda: announcements[-1:] == ["Nothing to undo"])


def test_role_that_was_just_made_has_the_focus_and_its_undo_says_what_is_undone(
    admin: Admin, announcements: list[str], told_focus: list[str]
) -> None:
    """The focus went back to the button, and “Change undone” had taken a whole role away."""
    admin.go("admin/roles")
    new = admin.find("roles_new")
    new.setFocus(Qt.FocusReason.TabFocusReason)
    admin.key(Qt.Key.Key_Return)
    admin.find("name_field")
    told_focus.clear()
    admin.type("name_field", "Auditor")
    admin.key(Qt.Key.Key_Return)
    admin.wait(lambda: _shown(admin, "role_auditor"))
    row = admin.find("role_auditor")
    admin.wait(row.hasFocus)
    assert told_focus == ["role_auditor"]
    admin.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    admin.wait(lambda: any(one.startswith("Undone: new role “Auditor”") for one in announcements))
    assert _stored(admin, "Auditor") is None


def test_each_tick_is_an_undo_step_before_the_role_and_all_of_it_is_redone(
    admin: Admin, announcements: list[str]
) -> None:
    """Undo deleted the new role with all that was ticked, could not be redone, and still said who would gain."""
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    admin.go("admin/roles")
    admin.click("roles_new")
    admin.type("name_field", "Auditor")
    admin.key(Qt.Key.Key_Return)
    admin.wait(lambda: _shown(admin, "role_auditor"))
    for ability in ("bench:enter", "sources:read"):
        admin.find(f"tick_{ability}").setFocus(Qt.FocusReason.TabFocusReason)
        admin.key(Qt.Key.Key_Space)
    admin.key(Qt.Key.Key_Z, control)
    assert announcements[-1] == "Undone: “explore data” ticked. 1 permission changed, not saved."
    assert _box(admin, "bench:enter").isChecked()
    admin.key(Qt.Key.Key_Z, control)
    admin.key(Qt.Key.Key_Z, control)
    admin.wait(lambda: _stored(admin, "Auditor") is None)
    assert not _shown(admin, "what_if_detail")
    admin.wait(lambda: announcements[-1] == "Undone: new role “Auditor”. Redo: Ctrl Shift Z")
    admin.key(Qt.Key.Key_Z, control | shift)
    admin.wait(lambda: "Redone: new role “Auditor”" in " ".join(announcements) and _shown(admin, "tick_bench:enter"))
    admin.key(Qt.Key.Key_Y, control)
    assert announcements[-1] == "Redone: “open Bench” ticked. 1 permission changed, not saved."
    assert _box(admin, "bench:enter").isChecked()


def test_discarded_ticks_come_back_by_undo(admin: Admin, announcements: list[str]) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    _role(admin, "Line lead")
    admin.go("admin/roles")
    admin.click("role_line-lead")
    admin.click("tick_sources:read")
    admin.click("roles_discard")
    admin.wait(lambda: announcements[-1] == "Changes to “Line lead” discarded. Undo: Ctrl Z")
    admin.key(Qt.Key.Key_Z, control)
    assert _box(admin, "sources:read").isChecked()
    admin.wait(lambda: announcements[-1] == "Undone: discarded changes to “Line lead”. Redo: Ctrl Shift Z")
    admin.key(Qt.Key.Key_Y, control)
    assert not _box(admin, "sources:read").isChecked()


def test_matrix_that_is_built_anew_tells_no_focus_on_the_way(admin: Admin, told_focus: list[str]) -> None:
    """Each row that went told that the next one had the focus: thirteen, all gone already."""
    _role(admin, "Line lead")
    admin.go("admin/roles")
    admin.click("role_line-lead")
    admin.find("tick_sources:read").setFocus(Qt.FocusReason.TabFocusReason)
    told_focus.clear()
    admin.find("role_admin").click()  # type: ignore[attr-defined]  # without the focus, as by an undo
    admin.wait(lambda: not _shown(admin, "tick_sources:read"))
    focused = admin.window.focusWidget()
    assert focused is not None
    assert told_focus == [focused.objectName()] == ["cell_sources:read_line-lead"]


def test_arrows_go_through_the_cells_of_the_matrix_and_stay_in_it(
    admin: Admin, announcements: list[str], told_focus: list[str]
) -> None:
    """Right led from a box into the details beside the matrix."""
    _role(admin, "Line lead")
    admin.go("admin/roles")
    admin.click("role_line-lead")

    def at() -> str:
        focused = admin.window.focusWidget()
        assert focused is not None
        return focused.objectName()

    admin.find("ability_bench:enter").setFocus(Qt.FocusReason.TabFocusReason)
    admin.key(Qt.Key.Key_Right)
    assert at() == "cell_bench:enter_admin"
    told_focus.clear()
    admin.key(Qt.Key.Key_Down)
    assert told_focus == [at()] == ["cell_dongles:pair_admin"]
    admin.key(Qt.Key.Key_Space)
    assert announcements[-1].startswith("What a system role permits can't be changed.")
    for _step in range(9):
        admin.key(Qt.Key.Key_Right)
    assert at() == "tick_dongles:pair"
    admin.key(Qt.Key.Key_Up)
    assert at() == "tick_bench:enter"
    admin.key(Qt.Key.Key_Down)
    announcements.clear()
    admin.key(Qt.Key.Key_Space)
    assert _box(admin, "dongles:pair").isChecked()
    assert announcements == ["Also ticked, because it needs them: open Bench. 2 permissions changed, not saved."]
    for _step in range(9):
        admin.key(Qt.Key.Key_Left)
    assert at() == "ability_dongles:pair"
    announcements.clear()
    admin.key(Qt.Key.Key_Space)
    assert announcements == ["Pair and configure dongles: No. 1 permission changed, not saved."]
    admin.key(Qt.Key.Key_End)
    last = at()
    admin.key(Qt.Key.Key_PageUp)
    assert at() != last


def test_people_get_and_lose_a_role_in_its_details(admin: Admin) -> None:
    _role(admin)
    admin.go("admin/roles")
    admin.click("role_line-lead")
    admin.type("role_add", "ada")
    admin.wait(lambda: [one for one in admin.window.findChildren(QWidget) if one.objectName().startswith("role_add_")])
    admin.key(Qt.Key.Key_Return)
    admin.wait(lambda: any(row.startswith("Ada Lovelace") for row in _rows(admin, "role_detail")))
    assert admin.person("Ada Lovelace").own_roles == ("Line lead",)
    admin.click("member_remove")
    admin.wait(lambda: not _rows(admin, "role_detail"))
    admin.wait(lambda: "no longer has the role" in admin.toast())
    admin.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    admin.wait(lambda: admin.person("Ada Lovelace").own_roles == ("Line lead",))


def test_columns_of_roles_keep_their_order_and_the_chosen_one_is_in_view(admin: Admin) -> None:
    def columns() -> list[str]:
        row = admin.find("ability_orders:read")
        cells = sorted((one for one in row.findChildren(QWidget) if one.width() == 72), key=lambda one: one.x())
        return [one.accessibleName().partition(":")[0] for one in cells]

    admin.window.resize(1024, 700)
    admin.go("admin/roles")
    admin.click("role_admin")
    before = columns()
    admin.click("role_business_user")
    assert columns() == before
    area = admin.find("role_detail").mapTo(admin.window, QPoint()).x()

    def is_in_view() -> bool:
        row = admin.find("ability_orders:read")
        end = row.mapTo(admin.window, QPoint(row.width(), 0)).x()
        return end <= area + 1

    admin.wait(is_in_view)


def test_who_can_stands_below_the_matrix_in_a_narrow_window(admin: Admin) -> None:
    admin.go("admin/roles")
    admin.window.resize(1024, 700)
    (view,) = admin.window.findChildren(RolesView)
    (matrix,) = admin.window.findChildren(permission_matrix.PermissionMatrix)
    admin.wait(lambda: matrix.width() < 800)
    admin.type("who_can_search", "configure")
    admin.wait(lambda: "Ada Lovelace, Role Technician" in _rows(admin, "who_can_detail"))
    pane = admin.find("who_can_detail")

    def place(one: QWidget) -> QRect:
        return QRect(one.mapTo(view, QPoint(0, 0)), one.size())

    admin.wait(lambda: place(pane).top() >= place(matrix).bottom() and place(pane).width() == place(matrix).width())
    assert matrix.contentsMargins().right() == 0
    assert matrix.visibleRegion().boundingRect() == matrix.rect()
    assert pane in view.panes()
    field = admin.find("who_can_day")
    field.setFocus()
    admin.window.resize(1440, 900)
    admin.wait(lambda: place(pane).left() >= place(matrix).right() - 1 and pane.isVisible())
    assert admin.window.focusWidget() is field
    admin.window.resize(1024, 700)
    admin.wait(lambda: place(pane).top() >= place(matrix).bottom())
    admin.click("detail_close")
    admin.wait(lambda: not _shown(admin, "who_can_detail"))
    assert not _shown(admin, "role_detail")
    search = admin.find("who_can_search")
    assert isinstance(search, QLineEdit)
    assert search.text() == ""
    admin.wait(lambda: place(matrix).bottom() >= view.height() - 2)


def test_search_for_who_can_is_told_and_its_results_are_entered_by_down(admin: Admin, announcements: list[str]) -> None:
    """Down went to the roles, at the other end of the window, and nothing was told of the results."""
    admin.go("admin/roles")
    admin.type("who_can_search", "dongles")
    admin.wait(lambda: _rows(admin, "who_can_detail"))
    choices = [row for row in admin.find("who_can_detail").findChildren(ListRow) if row.isVisible()]
    people = len(_rows(admin, "who_can_detail"))
    assert len(choices) == 2
    title = choices[0].text()
    admin.wait(lambda: f"{len(choices)} results. {title}: {people} people" in announcements)
    admin.key(Qt.Key.Key_Down)
    admin.wait(lambda: admin.window.focusWidget() is choices[0])
    assert "1 of " in choices[0].accessibleDescription()
    announcements.clear()
    admin.key(Qt.Key.Key_Down)
    assert admin.window.focusWidget() is choices[1]
    admin.key(Qt.Key.Key_Return)
    admin.wait(lambda: any(one.startswith(f"{choices[1].text()}: ") for one in announcements))
    admin.find("who_can_search").setFocus()
    admin.find("who_can_search").clear()  # type: ignore[attr-defined]
    admin.type("who_can_search", "zzz")
    admin.key(Qt.Key.Key_Return)
    admin.wait(lambda: "No permission, dashboard, data source or dongle matches “zzz”." in announcements)
    assert admin.window.focusWidget() is admin.find("who_can_search")
    admin.find("who_can_search").clear()  # type: ignore[attr-defined]
    admin.type("who_can_search", "wall")
    admin.key(Qt.Key.Key_Return)  # before there are results
    admin.wait(lambda: isinstance(admin.window.focusWidget(), ListRow))
    assert "wall" in admin.window.focusWidget().text()  # type: ignore[union-attr]


def test_palette_finds_who_can_and_opens_its_search(admin: Admin) -> None:
    shell = admin.application.shell
    assert shell is not None
    found = search("who can", shell.palette_entries())[0].entry
    assert found.title == "Find out who can do something"
    found.run()
    assert admin.window.focusWidget() is admin.find("who_can_search")
    assert search("new api", shell.palette_entries())[0].entry.title == "Create API key"


def test_role_that_is_selected_is_told_with_how_many_people_have_it(admin: Admin, announcements: list[str]) -> None:
    admin.go("admin/roles")
    admin.wait(lambda: _shown(admin, "role_technician"))
    announcements.clear()
    admin.find("role_technician").setFocus()
    admin.key(Qt.Key.Key_Return)
    people = admin.find("role_technician").accessibleDescription().split(", ")[1]
    assert announcements == [f"Technician, {people}"]


def test_roles_are_compared_by_two(admin: Admin, announcements: list[str]) -> None:
    admin.go("admin/roles")
    admin.click("role_technician")
    choice = admin.find("roles_compare")
    assert isinstance(choice, Select)
    analyst = next(one for one in admin.ask(role_changes.list_roles) if one.slug == "analyst")
    choice.setCurrentIndex(choice.findData(analyst.id))
    entered = "Open Bench, differs: Technician Yes, Analyst No"
    admin.wait(lambda: admin.find("ability_bench:enter").accessibleName() == entered)
    assert admin.find("ability_bench:enter").accessibleDescription().startswith("Bench, 1 of ")
    assert len([one for one in announcements if one.endswith(" permissions differ.")]) == 1
    choice.setCurrentIndex(0)
    admin.wait(lambda: "Admin Yes" in admin.find("ability_bench:enter").accessibleName())


def test_who_can_finds_permissions_and_dashboards(admin: Admin) -> None:
    admin.go("admin/roles")
    admin.type("who_can_search", "pair")
    admin.wait(lambda: "Ada Lovelace, Role Technician" in _rows(admin, "who_can_detail"))
    assert not any(row.startswith(OZ) for row in _rows(admin, "who_can_detail"))
    search = admin.find("who_can_search")
    assert isinstance(search, QLineEdit)
    search.clear()
    admin.type("who_can_search", "wall")
    admin.wait(lambda: f"{OZ}, Can view, Open to everyone" in _rows(admin, "who_can_detail"))
    search.clear()
    admin.type("who_can_search", "zzz")
    nothing = "No permission, dashboard, data source or dongle matches “zzz”."
    admin.wait(lambda: nothing in {one.text() for one in admin.find("who_can_detail").findChildren(Text)})
    admin.click("detail_close")
    admin.wait(lambda: admin.find("role_detail").isVisible())


def test_teams_are_made_renamed_filled_and_deleted_with_undo(admin: Admin) -> None:
    admin.go("admin/teams")
    admin.click("teams_new")
    admin.type("name_field", "Rig 12")
    admin.click("name_accept")
    admin.wait(lambda: admin.find("team_detail").isVisible() and "Rig 12" in admin.column("teams_table"))
    admin.wait(admin.find("teams_table").hasFocus)
    current = admin.table("teams_table").currentIndex()
    assert current.siblingAtColumn(0).data() == "Rig 12", "what was just made has the focus"
    admin.type("team_add", "ada")
    admin.wait(lambda: [one for one in admin.window.findChildren(QWidget) if one.objectName().startswith("team_add_")])
    admin.key(Qt.Key.Key_Return)
    admin.wait(lambda: admin.cell("teams_table", "Rig 12", 1) == "Ada Lovelace")
    admin.click("team_rename")
    name = admin.find("name_field")
    assert isinstance(name, QLineEdit)
    name.clear()
    admin.type("name_field", "Rig 13")
    admin.click("name_accept")
    admin.wait(lambda: "Rig 13" in admin.column("teams_table"))
    admin.click("team_more")
    menu = admin.find("team_menu")
    assert isinstance(menu, QMenu)
    admin.choose(menu, "command_delete_team")
    admin.click("confirm_act")
    admin.wait(lambda: "Rig 13" not in admin.column("teams_table"))
    assert admin.person("Ada Lovelace").teams == ()
    admin.wait(lambda: admin.toast().startswith("Team “Rig 13” deleted"))
    admin.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    admin.wait(lambda: admin.cell("teams_table", "Rig 13", 1) == "Ada Lovelace")


def test_teams_follow_what_others_change_and_keep_the_selection(admin: Admin) -> None:
    admin.go("admin/teams")
    admin.press_row("teams_table", "Shop desk")
    admin.wait(lambda: admin.find("team_detail").isVisible())
    ids = [admin.person("Ada Lovelace").id]
    _change(admin, lambda session, actor: teams.create_team(session, actor, name="A first one"))
    _change(admin, lambda session, actor: teams.add_people(session, actor, "shop-desk", ids))
    admin.wait(lambda: "Ada Lovelace" in (admin.cell("teams_table", "Shop desk", 1) or ""))
    admin.wait(lambda: any(row.startswith("Ada Lovelace") for row in _rows(admin, "team_detail")))
    assert admin.column("teams_table")[0] == "A first one"
    view = admin.table("teams_table")
    assert view.currentIndex().siblingAtColumn(0).data() == "Shop desk"


@pytest.mark.parametrize("name", ["people_add", "roles_new", "teams_new"])
def test_auditor_sees_people_roles_and_teams_and_changes_none(admin: Admin, name: str) -> None:
    """Somebody with an own role that looks into Admin, as the window's person."""
    shell = admin.application.shell
    assert shell is not None
    context = shell.context
    context.actor.grant(frozenset({"Auditor"}), context.actor.permissions - {"users:write", "sessions:revoke"})
    built = {"people_add": "people", "roles_new": "roles", "teams_new": "teams"}[name]
    from benchboard.ui.admin import ROOM

    (view,) = [one for one in ROOM.views if one.key == built]
    page = view.build(context)
    admin.qtbot.addWidget(page)
    button = page.findChild(Button, name)
    assert button is not None
    assert button.reason == "You can't change people, teams or roles."


def test_arrows_go_through_the_roles_and_enter_opens_one(admin: Admin) -> None:
    """Up and Down left the list, and only the first role could be opened by keys."""
    admin.go("admin/roles")
    admin.wait(lambda: isinstance(admin.window.focusWidget(), ListRow))
    rows = sorted((one for one in admin.window.findChildren(ListRow) if one.isVisible()), key=lambda one: one.y())
    rows = [one for one in rows if one.objectName().startswith("role_")]
    assert admin.window.focusWidget() is rows[0]
    admin.key(Qt.Key.Key_Down)
    assert admin.window.focusWidget() is rows[1]
    assert not rows[1].isChecked()
    admin.key(Qt.Key.Key_Return)
    assert rows[1].isChecked()
    assert rows[1].accessibleDescription().endswith(f", 2 of {len(rows)}")
    admin.key(Qt.Key.Key_End)
    assert admin.window.focusWidget() is rows[-1]
    admin.key(Qt.Key.Key_Home)
    admin.key(Qt.Key.Key_Up)
    assert admin.window.focusWidget() is rows[-1]


def test_roles_edited_in_a_narrow_window_keep_the_matrix_free_and_say_who_gains_below_it(admin: Admin) -> None:
    _role(admin, "Line lead", OZ, abilities=("studio:enter",))
    admin.go("admin/roles")
    admin.window.resize(1024, 700)
    admin.click("role_line-lead")
    assert _shown(admin, "role_detail")
    admin.find("tick_dongles:pair").setFocus()
    admin.key(Qt.Key.Key_Space)
    admin.wait(lambda: _rows(admin, "what_if_sheet") == [f"{OZ}, + open Bench, pair and configure dongles"])
    staged, sheet = admin.find("roles_staged"), admin.find("what_if_sheet")
    assert isinstance(staged, Button)
    admin.wait(lambda: staged.text() == "2 not saved")
    assert sheet.height() == 240
    assert not _shown(admin, "role_detail")
    assert not _shown(admin, "what_if_detail")
    admin.window.resize(1440, 900)
    admin.wait(lambda: _shown(admin, "what_if_detail"))
    assert not sheet.isVisible()
    assert staged.text() == "2 permissions changed, not saved"
    admin.window.resize(1024, 700)
    admin.wait(lambda: sheet.isVisible() and not _shown(admin, "what_if_detail"))
    admin.click("roles_discard")
    assert not sheet.isVisible()


def test_every_permission_that_a_role_can_have_has_a_row_in_the_matrix() -> None:
    shown = [ability for _group, abilities in permission_matrix.GROUPS for ability in abilities]
    assert len(set(shown)) == len(shown)
    assert permissions_of(shown) == RULES.keys()


def test_find_a_permission_leaves_its_rows_in_the_matrix(admin: Admin) -> None:
    admin.go("admin/roles")
    admin.find("ability_bench:enter")

    def rows() -> list[str]:
        found = [one for one in admin.window.findChildren(QWidget) if one.objectName().startswith("ability_")]
        return sorted(one.objectName() for one in found if one.isVisible())

    every = rows()
    admin.type("who_can_search", "configure")
    admin.wait(lambda: rows() == ["ability_dongles:pair"])
    field = admin.find("who_can_search")
    assert isinstance(field, QLineEdit)
    field.clear()
    admin.type("who_can_search", "Ada Lovelace")
    admin.wait(lambda: rows() == every)


def test_cells_of_the_roles_are_told_with_permission_role_and_state(admin: Admin) -> None:
    """They were of role filler, without a name of their own or a state."""
    admin.go("admin/roles")
    admin.click("role_technician")
    admin.click("role_clone")
    admin.click("name_accept")
    box = admin.find("tick_sources:read")

    def told(widget: QWidget) -> tuple[object, str, bool]:
        found = QAccessible.queryAccessibleInterface(widget)
        assert found is not None
        return found.role(), found.text(QAccessible.Text.Name), bool(found.state().checked)

    role = QAccessible.Role
    assert told(admin.find("cell_sources:read_admin")) == (role.Cell, "Explore data, Admin", True)
    assert told(admin.find("cell_sources:read_technician")) == (role.Cell, "Explore data, Technician", False)
    assert told(box) == (role.CheckBox, "Explore data, Technician copy", False)
    admin.click("tick_sources:read")
    admin.wait(lambda: told(admin.find("tick_sources:read")) == (role.CheckBox, "Explore data, Technician copy", True))


def test_roles_are_rows_of_a_list_of_which_one_is_selected(admin: Admin) -> None:
    """They were radio buttons inside a list."""
    admin.go("admin/roles")
    admin.click("role_technician")
    told = {}
    for name in ("role_admin", "role_technician"):
        found = QAccessible.queryAccessibleInterface(admin.find(name))
        assert found is not None
        told[name] = (found.role(), bool(found.state().selected))
    row = QAccessible.Role.ListItem
    assert told == {"role_admin": (row, False), "role_technician": (row, True)}


def test_buttons_of_a_member_say_whom_they_remove_from_what(admin: Admin) -> None:
    admin.go("admin/teams")
    admin.click("teams_new")
    admin.type("name_field", "Night shift")
    admin.click("name_accept")
    admin.type("team_add", "Ada")
    admin.wait(lambda: [one for one in admin.window.findChildren(QWidget) if one.objectName().startswith("team_add_")])
    admin.qtbot.keyClick(admin.find("team_add"), Qt.Key.Key_Return)
    remove = admin.find("member_remove")
    assert remove.accessibleName() == "Remove Ada Lovelace from Night shift"
    assert remove.toolTip().endswith("Remove Ada Lovelace from Night shift")
    assert admin.find("member_open").accessibleName() == "Open Ada Lovelace in People"


def test_details_of_a_role_give_way_to_the_matrix_as_the_window_narrows(admin: Admin) -> None:
    """They covered all roles but one, beside which nothing could be compared."""
    admin.go("admin/roles")
    admin.wait(lambda: _shown(admin, "role_detail"))
    admin.window.resize(1024, 700)
    admin.wait(lambda: not _shown(admin, "role_detail"))
    admin.click("role_technician")
    admin.wait(lambda: _shown(admin, "role_detail"))
    admin.window.resize(1000, 700)
    admin.find("role_detail")
    admin.click("detail_close")
    admin.window.resize(1440, 900)
    admin.wait(lambda: _shown(admin, "role_detail"))


@pytest.mark.parametrize(
    ("query", "title"), [("new role", "New role"), ("create role", "New role"), ("add team", "New team")]
)
def test_new_roles_and_teams_are_offered_by_the_palette(admin: Admin, query: str, title: str) -> None:
    shell = admin.application.shell
    assert shell is not None
    found = search(query, shell.palette_entries())[0].entry
    assert found.title == title
    found.run()
    dialogs = admin.application.window.findChildren
    admin.wait(lambda: any(one.isVisible() for one in dialogs(Dialog)))
    (dialog,) = [one for one in dialogs(Dialog) if one.isVisible()]
    assert dialog.accessibleName() == title


def test_who_gains_is_told_with_the_numbers_as_the_focus_comes_to_it(admin: Admin, announcements: list[str]) -> None:
    _role(admin, "Line lead", OZ)
    admin.go("admin/roles")
    admin.click("role_line-lead")
    admin.click("tick_dongles:pair")
    admin.wait(lambda: [row for row in _rows(admin, "what_if_detail") if row.startswith(OZ)])
    admin.find("tick_dongles:pair").setFocus(Qt.FocusReason.TabFocusReason)
    announcements.clear()
    admin.key(Qt.Key.Key_F6)
    told = "Who gains, who loses, If you save “Line lead” now, gain something: 1, lose something: 0"
    assert announcements == [told]
