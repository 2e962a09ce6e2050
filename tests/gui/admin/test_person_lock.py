"""Who is locked after failed sign-ins is shown in the list and on the person's page, and unlocked there."""

from PySide6.QtWidgets import QWidget

from benchboard.identity import lockouts
from benchboard.identity.permissions import Client
from benchboard.ui.widgets import Paragraph
from support.admin import Admin
from support.databases import unbound

OZ = "Öz Işık"


def _lock(admin: Admin, email: str) -> None:
    """Let tries at an account fail on another computer, as another program counts them."""
    assert admin.application.shell is not None
    database = admin.application.shell.context.workspace.database
    for _count in range(lockouts.LOCKING_TRIES):
        with unbound(database).change() as session:
            lockouts.count_try(session, email=email, client=Client("cell-lab-3", "Benchboard/test (Linux)"))


def _shown(admin: Admin, name: str) -> list[QWidget]:
    return [one for one in admin.window.findChildren(QWidget, name) if one.isVisible()]


def test_locked_person_is_shown_in_list_and_details_and_unlocked(admin: Admin) -> None:
    admin.press_row("people_table", OZ)
    admin.wait(lambda: "Active" in admin.column("people_table", 3))
    assert not _shown(admin, "person_unlock")
    _lock(admin, "oz@example.com")
    admin.wait(lambda: "Locked" in admin.column("people_table", 3))
    admin.wait(lambda: _shown(admin, "person_unlock"))
    notes = [one.text() for one in admin.find("person_detail").findChildren(Paragraph) if one.isVisible()]
    assert any(text.startswith("Too many failed sign-ins: locked until ") for text in notes)
    admin.click("person_unlock")
    admin.wait(lambda: admin.toast() == f"{OZ} can sign in again.")
    admin.wait(lambda: "Locked" not in admin.column("people_table", 3))
    admin.wait(lambda: not _shown(admin, "person_unlock"))
