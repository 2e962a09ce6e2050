"""The database file disappears or is damaged under an open dashboard: nothing says “Saved”; the edit is stored once it
is back."""

import os
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from benchboard.ui.session_watch import SessionWatch

if TYPE_CHECKING:
    from conftest import Studio


def test_page_without_unsaved_edits_is_not_called_saved_while_the_database_file_is_gone(studio: "Studio") -> None:
    application, shown = studio.application, studio.page.bar.state
    watch = application.findChild(SessionWatch)
    assert watch is not None
    assert studio.page.saving.state == "saved"
    assert shown.text().startswith("Saved")
    away = studio.home.with_name("away")
    studio.home.rename(away)
    studio.wait(lambda: watch.poll() or studio.context.status.text("saved") == "Not saved")
    assert shown.text() == "Not saved"
    assert "The database file is gone." in shown.toolTip()
    away.rename(studio.home)
    studio.wait(lambda: watch.poll() or studio.context.status.text("saved") == "Saved")
    assert shown.text().startswith("Saved")


def test_edit_while_the_data_folder_is_gone_is_not_saved_until_it_is_back(studio: "Studio") -> None:
    application, saving = studio.application, studio.page.saving
    watch = application.findChild(SessionWatch)
    assert watch is not None
    assert application.shell is not None
    status = application.shell.context.status
    away = studio.home.with_name("away")
    studio.home.rename(away)
    studio.click(next(iter(studio.canvas.tiles)))
    studio.key(Qt.Key.Key_Delete)
    saving.save()
    studio.wait(lambda: saving.state == "unsaved")
    assert saving.problem is not None
    assert saving.problem.code == "storage.file-gone"
    shown = studio.page.bar.state
    assert shown.text() == "Not saved"
    assert "The database file is gone." in shown.toolTip()
    studio.wait(lambda: watch.poll() or status.text("saved") == "Not saved")
    notice = application.problems.current
    assert notice is not None
    assert notice.what == "The database file is gone."
    assert str(studio.home) in notice.why
    assert "Don't close the window" in notice.why
    assert not studio.home.exists()
    away.rename(studio.home)
    studio.wait(lambda: watch.poll() or not application.problems.has("storage.file-gone"))
    saving.save()  # as it does by itself some seconds later
    studio.wait_until_saved()
    studio.wait(lambda: status.text("saved") == "Saved")
    assert saving.stored is not None
    assert studio.stored().version == saving.stored.version


def test_database_file_that_is_deleted_and_then_replaced_is_called_that_everywhere(studio: "Studio") -> None:
    application, shown = studio.application, studio.page.bar.state
    watch = application.findChild(SessionWatch)
    assert watch is not None
    file, away = studio.home / "demo.db", studio.home / "away"
    file.rename(away)
    studio.wait(lambda: watch.poll() or "is gone" in shown.toolTip())
    file.touch()
    studio.wait(lambda: watch.poll() or "The database file was replaced." in shown.toolTip())
    notice = application.problems.current
    assert notice is not None
    assert notice.what == "The database file was replaced."
    assert str(file) in notice.why
    assert studio.context.status.text("saved") == "Not saved"
    away.replace(file)
    studio.wait(lambda: watch.poll() or studio.context.status.text("saved") == "Saved")


def test_database_file_that_is_damaged_is_not_called_saved_until_it_is_restored(studio: "Studio") -> None:
    application, saving = studio.application, studio.page.saving
    problems, watch = application.problems, application.findChild(SessionWatch)
    assert watch is not None
    file, log = studio.home / "demo.db", studio.home / "demo.db-wal"
    before = {path: path.read_bytes() for path in (file, log) if path.exists()}
    with file.open("r+b") as damaged:
        damaged.write(os.urandom(len(before[file])))
    if log.exists():
        os.truncate(log, 0)
    application.tasks.read(application, lambda _session: studio.context.workspace.database.require_sound(), print)
    studio.wait(lambda: watch.poll() or studio.context.status.text("saved") == "Not saved")
    notice = problems.current
    assert notice is not None
    assert notice.what == f"{file} can't be read: the file is damaged or its key doesn't match."
    assert studio.page.bar.state.text() == "Not saved"
    away = studio.home.with_name("away")
    studio.home.rename(away)
    studio.wait(lambda: watch.poll() or problems.has("storage.file-gone"))
    assert not problems.has("storage.damaged")
    assert not problems.has("storage.key")
    away.rename(studio.home)
    studio.wait(lambda: watch.poll() or problems.has("storage.damaged") or problems.has("storage.key"))
    for path, content in before.items():
        with path.open("r+b" if path.exists() else "wb") as restored:  # SQLite removes its log with the last connection
            restored.write(content)
    studio.wait(lambda: watch.poll() or studio.context.status.text("saved") == "Saved")
    assert problems.current is None
    studio.click(next(iter(studio.canvas.tiles)))
    studio.key(Qt.Key.Key_Delete)
    saving.save()
    studio.wait_until_saved()
    assert studio.context.status.text("saved") == "Saved"
