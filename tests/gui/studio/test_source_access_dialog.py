"""Who may use a data source, changed in the window: restricted, granted, revoked, opened, each undone."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.sources import source_sharing
from benchboard.analytics.sources.file_import import import_files
from benchboard.analytics.sources.source_sharing import SourceAccess
from benchboard.ui.widgets import Button, CheckBox, Elided
from benchboard.ui.widgets.candidate_rows import CandidateResults
from benchboard.ui.widgets.toasts import Toast
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio


class Access:
    """The dialog of one source, opened from its details."""

    def __init__(self, studio: "Studio", folder: Path) -> None:
        self.studio, self.qtbot, self.window = studio, studio.qtbot, studio.application.window
        file = folder / "Payroll.csv"
        file.write_text("person,pay\nAda,3\n", encoding="utf-8")
        scans = [table.scan for table in inspect_file(file).tables]
        self.database = unbound(studio.workspace.database)
        self.source = import_files(self.database, studio.actor, name="Payroll", scans=scans, folder=None)
        assert studio.application.shell is not None
        studio.application.shell.go(f"studio/data/{self.source.id}")
        self.click("source_access")
        box = self.find("source_restricted")
        assert isinstance(box, CheckBox)
        self.box = box
        studio.wait(box.isEnabled)

    def find(self, name: str) -> QWidget:
        self.studio.wait(lambda: any(one.isVisible() for one in self.window.findChildren(QWidget, name)))
        return next(one for one in self.window.findChildren(QWidget, name) if one.isVisible())

    def click(self, name: str) -> None:
        self.qtbot.mouseClick(self.find(name), Qt.MouseButton.LeftButton)

    def told(self, said: str) -> Toast:
        """The toast that says this."""
        toasts: list[Toast] = []

        def is_told() -> bool:
            toasts[:] = [one for one in self.window.findChildren(Toast) if one.isVisible()]
            return bool(toasts) and said in toasts[-1].accessibleName()

        self.studio.wait(is_told)
        return toasts[-1]

    def press(self, said: str, what: str) -> None:
        """Press the button of the toast that says this."""
        buttons = {one.text(): one for one in self.told(said).findChildren(Button)}
        self.qtbot.mouseClick(buttons[what], Qt.MouseButton.LeftButton)

    def undo(self, said: str) -> None:
        """Undo what the toast says, by keys."""
        self.told(said)
        self.qtbot.keyClick(self.window.focusWidget() or self.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)

    def stored(self) -> SourceAccess:
        with self.database.read() as session:
            return source_sharing.source_access(session, self.studio.actor, self.source.id)

    def state(self) -> str:
        """What the details say of who can use it."""
        said = self.find("source_access_state")
        assert isinstance(said, Elided)
        return said.text()

    def names(self) -> list[str]:
        now = self.stored()
        return [one.name for one in (*now.people, *now.teams)]


@pytest.fixture
def access(studio: "Studio", tmp_path: Path) -> Access:
    return Access(studio, tmp_path)


def test_access_dialog_restricts_grants_by_keys_revokes_and_opens_again(access: Access) -> None:
    studio, own = access.studio, access.studio.actor.name
    assert not access.box.isChecked()
    assert access.state() == "Everyone"
    access.click("source_restricted")
    studio.wait(lambda: access.names() == [own])
    search = access.find("source_access_search")
    assert isinstance(search, QLineEdit)
    studio.wait(search.hasFocus)
    (results,) = access.window.findChildren(CandidateResults)
    access.qtbot.keyClicks(search, "bench")
    studio.wait(lambda: results.selected is not None and results.selected.name == "Bench")
    access.qtbot.keyClick(search, Qt.Key.Key_Return)
    studio.wait(lambda: access.names() == [own, "Bench"])
    assert search.text() == ""
    studio.wait(lambda: access.state() == f"Restricted to Bench and {own}")
    access.press("Bench can now use this data source", "Undo")
    studio.wait(lambda: access.names() == [own])
    access.press("Revoked access for Bench", "Redo")
    studio.wait(lambda: access.names() == [own, "Bench"])
    team = access.stored().teams[0]
    access.click(f"source_revoke_{team.id}")
    studio.wait(lambda: access.names() == [own])
    access.press("Revoked access for Bench", "Undo")
    studio.wait(lambda: access.names() == [own, "Bench"])
    access.click(f"source_revoke_{team.id}")
    studio.wait(lambda: access.names() == [own])
    access.press("Revoked access for Bench", "Undo")
    studio.wait(lambda: access.names() == [own, "Bench"])
    access.click(f"source_revoke_{team.id}")
    studio.wait(lambda: access.names() == [own])
    studio.wait(lambda: access.state() == f"Restricted to {own}")
    access.qtbot.keyClicks(search, "nobody there")
    studio.wait(lambda: not results.isHidden() and results.selected is None)
    access.click("source_restricted")
    studio.wait(lambda: not access.stored().restricted)
    access.click("source_access_done")
    access.undo("Everyone who can explore data can use it again")
    studio.wait(lambda: access.names() == [own])
