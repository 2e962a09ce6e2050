"""Signing in to the demo, the window of whoever signed in, and the crash journals of its pages."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Signal
from PySide6.QtWidgets import QWidget

from benchboard.analytics.duckdb_instances import close_instances
from benchboard.dashboards.journal.crash_journal import Journal, open_journal
from benchboard.errors import AppError
from benchboard.identity import authentication
from benchboard.identity.authentication import SignedIn
from benchboard.identity.permissions import Client
from benchboard.ui import app
from benchboard.ui.app import Application
from benchboard.ui.shell.end_question import EndQuestion
from benchboard.ui.shell.shell import Shell
from benchboard.ui.sign_in import session_opening
from benchboard.ui.sign_in.session_opening import ActiveSession
from benchboard.ui.studio.document import recovery
from benchboard.ui.studio.editor_page import StudioPage
from benchboard.ui.widgets import Button
from benchboard.vault import Vault
from benchboard.workspace import Workspace
from support.databases import unbound


def sign_in(opened: Workspace, role: str = "analyst") -> SignedIn:
    """Sign in the demo's first person with a role."""
    with unbound(opened.database).read() as session:
        person = next(one for one in authentication.demo_people(session) if one.role == role)
    with unbound(opened.database).change() as session:
        return authentication.sign_in_demo(session, user_id=person.user_id, client=Client.here())


class _NoSignIn(QWidget):
    """Stands in for the sign-in screen, which takes a sixth of the time that a window takes to open."""

    session_opened = Signal(object)
    language_selected = Signal(str)
    shortcuts_requested = Signal()

    def __init__(self, *_arguments: object) -> None:
        super().__init__()


def enter(
    application: Application,
    opened: Workspace,
    signed_in: SignedIn,
    address: str,
    size: tuple[int, int] = (1440, 900),
    location: str = "demo",
) -> Shell:
    """Show the window at an address, entered as `signed_in` in a location, such as `local`."""
    application.window.resize(*size)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "SignIn", _NoSignIn)
        application.start(address)
    assert application.sign_in is not None
    application.sign_in.session_opened.emit(ActiveSession(opened, signed_in, location, False))
    assert application.shell is not None
    application.shell.go(address)
    return application.shell


def close(application: Application) -> None:
    """Close the window and delete everything in it, with what isn't saved."""
    application.window.close()
    for question in application.window.findChildren(EndQuestion):
        question.findChild(Button, "confirm_act").click()
    application.close()
    application.window.deleteLater()
    QCoreApplication.sendPostedEvents(application.window, QEvent.Type.DeferredDelete.value)
    application.deleteLater()


@contextmanager
def left_signed_in() -> Iterator[None]:
    """While it lasts, a window that is closed ends no session: in a database that is thrown away, nobody sees it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session_opening, "close_session", _close_database)
        yield


def _close_database(active_session: ActiveSession, *, keep_token: bool) -> None:
    close_instances()
    active_session.workspace.database.dispose()


class OpenJournals:
    """Stands in for `open_journal` and notes the crash journals it opens: they alone know what is on the disk."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._opened: dict[tuple[Path, str], Journal] = {}
        patch.setattr(recovery, "open_journal", self._open)

    def _open(
        self,
        home: Path,
        vault: Vault,
        subject: Sequence[str],
        failed: Callable[[AppError], None] = lambda _error: None,
        title: str = "",
    ) -> Journal:
        self._opened[home, subject[-1]] = journal = open_journal(home, vault, subject, failed, title)
        return journal

    def flush(self, home: Path, page: StudioPage) -> bool:
        """Wait until the edits of a page are on the disk; returns whether they are."""
        return self._opened[home, page.store.key].flush()
