"""Handing over what somebody owns, in the window: found by the menu, chosen by keys, undone by the toast."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from benchboard.dashboards.access import handing_over
from benchboard.dashboards.access.handing_over import Owned
from benchboard.identity import authentication, users
from benchboard.identity.permissions import Client
from benchboard.ui.widgets import Text
from benchboard.ui.widgets.paragraph import Paragraph
from support.admin import Admin
from support.databases import unbound

TABLE, ANALYST, OZ, ADA = "people_table", "Mert Aydın", "Öz Işık", "Ada Lovelace"
CTRL = Qt.KeyboardModifier.ControlModifier


def _owned(admin: Admin, name: str) -> Owned:
    who = admin.person(name).id
    owned: Owned = admin.ask(lambda session, actor: handing_over.count_owned(session, actor, [who]))
    return owned


def _open(admin: Admin, name: str) -> QWidget:
    menu = admin.row_menu(TABLE, name, "people_menu")
    assert isinstance(menu, QMenu)
    admin.choose(menu, "command_hand_over")
    return admin.find("hand_over")


def _said(widget: QWidget) -> str:
    return "\n".join(
        one.text() for one in widget.findChildren(QWidget) if isinstance(one, Text | Paragraph) and one.isVisible()
    )


def _act(admin: Admin) -> QPushButton:
    button = admin.find("hand_over_act")
    assert isinstance(button, QPushButton)
    return button


def test_hand_over_by_keys_moves_all_and_undo_brings_it_back(admin: Admin) -> None:
    before = _owned(admin, ANALYST)
    assert before == Owned(dashboards=1, dongles=0)
    dialog = _open(admin, ANALYST)
    admin.wait(lambda: f"{ANALYST} owns 1 dashboard." in _said(dialog))
    assert not _act(admin).isEnabled()
    assert admin.window.focusWidget() is admin.find("hand_over_to")
    admin.type("hand_over_to", "oz isik")
    admin.wait(lambda: admin.window.findChildren(QWidget, f"hand_over_choose_{admin.person(OZ).id}"))
    admin.key(Qt.Key.Key_Return)
    admin.wait(_act(admin).isEnabled)
    admin.key(Qt.Key.Key_Return, CTRL)
    admin.wait(lambda: f"handed over to {OZ}" in admin.toast())
    assert (_owned(admin, ANALYST), _owned(admin, OZ)) == (Owned(0, 0), before)
    admin.find(TABLE).setFocus()
    admin.key(Qt.Key.Key_Z, CTRL)
    admin.wait(lambda: f"{ANALYST} owns all of it again" in admin.toast())
    assert _owned(admin, ANALYST) == before


def test_nothing_to_hand_over_is_said_and_refused(admin: Admin) -> None:
    dialog = _open(admin, ADA)
    admin.wait(lambda: f"{ADA} owns no dashboards and no dongles." in _said(dialog))
    assert not _act(admin).isEnabled()
    assert "There is nothing to hand over." in _act(admin).toolTip()


def test_person_who_owns_something_is_not_offered_to_themselves(admin: Admin) -> None:
    _open(admin, ANALYST)
    admin.type("hand_over_to", "mert")
    admin.wait(lambda: "No other active people" in _said(admin.find("hand_over")))


def test_new_owner_who_could_not_open_it_is_refused_at_the_field(admin: Admin) -> None:
    _open(admin, ANALYST)
    admin.type("hand_over_to", "oz isik")
    admin.wait(lambda: admin.window.findChildren(QWidget, f"hand_over_choose_{admin.person(OZ).id}"))
    admin.key(Qt.Key.Key_Return)
    admin.wait(_act(admin).isEnabled)
    oz = admin.person(OZ).id
    assert admin.application.shell is not None
    with unbound(admin.application.shell.context.workspace.database).change() as session:
        users.set_state(session, authentication.operator_actor(session, client=Client.here()), [oz], "inactive")
    admin.click("hand_over_act")
    admin.wait(lambda: f"{OZ} can't sign in." in _said(admin.find("hand_over")))
    assert admin.window.focusWidget() is admin.find("hand_over_to")
    assert _owned(admin, OZ) == Owned(0, 0)


def test_question_before_a_deletion_says_what_is_left_behind(admin: Admin) -> None:
    admin.choose(admin.row_menu(TABLE, ANALYST, "people_menu"), "command_delete_person")
    admin.wait(lambda: "They own 1 dashboard:" in _said(admin.find("confirm")))
