"""Somebody of the demo, signed in, and the program's window with them in it."""

from PySide6.QtCore import QCoreApplication, QEvent

from benchboard.identity import accounts
from benchboard.identity.access import Client
from benchboard.identity.accounts import SignedIn
from benchboard.ui.app import Application
from benchboard.ui.entering import Entered
from benchboard.ui.shell import Shell
from benchboard.workspace import Workspace


def sign_in(opened: Workspace, role: str = "analyst") -> SignedIn:
    """Sign in the demo's first person with a role."""
    with opened.database.read() as session:
        person = next(one for one in accounts.demo_people(session) if one.role == role)
    with opened.database.change() as session:
        return accounts.sign_in_demo(session, user_id=person.user_id, client=Client.here())


def enter(
    application: Application, opened: Workspace, signed_in: SignedIn, address: str, size: tuple[int, int] = (1440, 900)
) -> Shell:
    """Show the window at a place of it, with who signed in."""
    application.window.resize(*size)
    application.window.show()
    application._enter(Entered(opened, signed_in, "demo", False))
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
