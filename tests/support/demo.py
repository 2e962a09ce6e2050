"""Somebody of the demo, signed in, and the program's window with them in it."""

from PySide6.QtCore import QCoreApplication, QEvent

from benchboard.identity import authentication
from benchboard.identity.authentication import SignedIn
from benchboard.identity.permissions import Client
from benchboard.ui.app import Application
from benchboard.ui.shell.shell import Shell
from benchboard.ui.sign_in.session_opening import ActiveSession
from benchboard.workspace import Workspace
from support.databases import unbound


def sign_in(opened: Workspace, role: str = "analyst") -> SignedIn:
    """Sign in the demo's first person with a role."""
    with unbound(opened.database).read() as session:
        person = next(one for one in authentication.demo_people(session) if one.role == role)
    with unbound(opened.database).change() as session:
        return authentication.sign_in_demo(session, user_id=person.user_id, client=Client.here())


def enter(
    application: Application, opened: Workspace, signed_in: SignedIn, address: str, size: tuple[int, int] = (1440, 900)
) -> Shell:
    """Show the window at a place of it, with who signed in."""
    application.window.resize(*size)
    application.window.show()
    application._on_session_opened(ActiveSession(opened, signed_in, "demo", False))
    assert application.shell is not None
    application.shell.go(address)
    return application.shell


def close(application: Application) -> None:
    """Close the window and let everything in it be gone."""
    application.window.close()
    application.close()
    application.window.deleteLater()
    QCoreApplication.sendPostedEvents(application.window, QEvent.Type.DeferredDelete.value)
    application.deleteLater()
