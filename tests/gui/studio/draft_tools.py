"""Drafts in the crash journal: how tests write them, read them and kill the window they are in."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor

from benchboard.dashboards.journal.crash_journal import open_journal
from benchboard.ui.studio.document.recovery import account_of

if TYPE_CHECKING:
    from conftest import Studio

CTRL = Qt.KeyboardModifier.ControlModifier


WRONG = "select count(stats) from"


def crashed(studio: "Studio", tmp_path: Path, name: str = "crashed") -> Path:
    """A copy of the home folder as a kill at this moment would leave it."""
    assert studio.journals.flush(studio.home, studio.page)
    no_socket = shutil.ignore_patterns("run")  # of the window, which is gone
    return Path(shutil.copytree(studio.home, tmp_path / name, ignore=no_socket))


def drafts(studio: "Studio") -> dict[str, str]:
    """The drafts in the journal, by what they are drafts of."""
    assert studio.journals.flush(studio.home, studio.page)
    context, subject = studio.context, (*account_of(studio.context), studio.page.store.key)
    with TemporaryDirectory() as folder:
        shutil.copytree(studio.home / "journal", Path(folder, "journal"))
        journal = open_journal(Path(folder), context.workspace.vault, subject)
        journal.close()
    found = journal.recovered
    return {} if found is None else {where: draft.text for where, draft in found.drafts.items()}


def write_json(studio: "Studio", words: str, shown: str = '"orders-week"') -> None:
    """Open the JSON view, wait until it shows `shown`, and type at its end."""
    if not studio.page.json_view.isVisible():
        studio.key(Qt.Key.Key_J, CTRL)
    text = studio.page.json_view.text
    studio.wait(lambda: shown in text.toPlainText())
    text.moveCursor(QTextCursor.MoveOperation.End)
    studio.qtbot.keyClicks(text, words)
