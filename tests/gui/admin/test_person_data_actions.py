"""What is held about a person: exported from their details and from Settings, and erased by typing their name."""

import zipfile
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from benchboard.identity import audit, person_changes, users
from benchboard.identity.person_changes import PersonFields
from benchboard.paging import Listing
from benchboard.ui import person_data_export
from benchboard.ui.admin.erase_person_dialog import ErasePersonDialog
from benchboard.ui.widgets import Paragraph
from support.admin import Admin

OZ, ADA = "Öz Işık", "Ada Lovelace"


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The file that somebody chooses."""
    path = tmp_path / "data.zip"

    def choose(_owner: QWidget, _title: str, name: str, _kind: str, then: object, **_options: object) -> None:
        assert name.endswith(".zip")
        assert callable(then)
        then(path)

    monkeypatch.setattr(person_data_export, "ask_file", choose)
    return path


def _events(admin: Admin, event: str) -> list[audit.AuditEntry]:
    found: list[audit.AuditEntry] = admin.ask(
        lambda session, actor: list(audit.list_entries(session, actor, Listing(filters={"event": event})).rows)
    )
    return found


def test_data_of_a_person_and_of_oneself_is_saved_as_a_zip_and_audited(admin: Admin, chosen: Path) -> None:
    admin.choose(admin.row_menu("people_table", OZ, "people_menu"), "command_export_person_data")
    admin.wait(lambda: admin.toast().startswith("Exported ") and admin.toast().endswith(" to data.zip"))
    with zipfile.ZipFile(chosen) as archive:
        assert "Öz Işık" in archive.read("account.json").decode()
    assert [entry.whom for entry in _events(admin, "user.export-data")] == [OZ]
    chosen.unlink()
    admin.go("settings/general/session")
    admin.click("settings_export_data")
    admin.wait(chosen.exists)
    admin.wait(lambda: len(_events(admin, "user.export-data")) == 2)


def test_person_is_erased_after_the_report_by_typing_the_name(admin: Admin) -> None:
    user_id = admin.person(ADA).id
    admin.choose(admin.row_menu("people_table", ADA, "people_menu"), "command_erase_person")
    (dialog,) = admin.window.findChildren(ErasePersonDialog)

    def told() -> list[str]:
        return [one.text() for one in dialog.findChildren(Paragraph) if one.isVisible()]

    admin.wait(lambda: "Sessions: 2" in told())
    assert any(text.startswith("Entries of the audit log can't be changed.") for text in told())
    act = admin.find("erase_act")
    assert not act.isEnabled()
    admin.type("erase_name", "Ada")
    assert not act.isEnabled()
    admin.type("erase_name", " Lovelace")
    admin.wait(act.isEnabled)
    admin.click("erase_act")
    admin.wait(lambda: admin.toast() == f"{ADA} erased")
    admin.wait(lambda: ADA not in admin.column("people_table"))
    person = admin.ask(lambda session, actor: users.get_person(session, actor, user_id, or_deleted=True))
    assert (person.name, person.state) == ("Erased person", "deleted")


def _told(dialog: ErasePersonDialog) -> list[str]:
    return [one.text() for one in dialog.findChildren(Paragraph) if one.isVisible()]


def _open_erasing(admin: Admin) -> ErasePersonDialog:
    admin.choose(admin.row_menu("people_table", ADA, "people_menu"), "command_erase_person")
    (dialog,) = admin.window.findChildren(ErasePersonDialog)
    admin.wait(lambda: "Sessions: 2" in _told(dialog))
    return dialog


def test_open_report_follows_what_changes_and_the_name_is_typed_again(admin: Admin) -> None:
    user_id = admin.person(ADA).id
    dialog = _open_erasing(admin)
    admin.type("erase_name", ADA)
    admin.wait(admin.find("erase_act").isEnabled)
    admin.change(lambda session, actor: users.revoke_all(session, actor, [user_id]))
    admin.wait(lambda: "Sessions: 2" not in _told(dialog) and "Ended sessions: 2" in _told(dialog))
    assert "What goes and what stays has changed. Read it again, then type the name." in _told(dialog)
    assert not admin.find("erase_act").isEnabled()
    admin.change(
        lambda session, actor: person_changes.change_person(session, actor, user_id, PersonFields(name="Ada King"))
    )
    admin.wait(lambda: dialog.accessibleName() == "Erase Ada King?")
    admin.type("erase_name", "Ada King")
    admin.wait(admin.find("erase_act").isEnabled)
    admin.click("erase_act")
    admin.wait(lambda: admin.toast() == "Ada King erased")


def test_nobody_is_erased_on_a_report_that_changed_unseen(admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
    """What changed hasn't reached the window yet when the button is pressed."""
    user_id = admin.person(ADA).id
    assert admin.application.shell is not None
    monkeypatch.setattr(type(admin.application.shell.context.changed), "watch", lambda *_told: None)
    dialog = _open_erasing(admin)
    admin.change(lambda session, actor: users.revoke_all(session, actor, [user_id]))
    admin.type("erase_name", ADA)
    admin.wait(admin.find("erase_act").isEnabled)
    admin.click("erase_act")
    admin.wait(lambda: "Ended sessions: 2" in _told(dialog))
    assert "What goes and what stays has changed. Read it again, then type the name." in _told(dialog)
    assert admin.person(ADA).id == user_id
    admin.type("erase_name", ADA)
    admin.wait(admin.find("erase_act").isEnabled)
    admin.click("erase_act")
    admin.wait(lambda: admin.toast() == f"{ADA} erased")
