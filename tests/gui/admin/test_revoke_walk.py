"""The files that the revocation of a session passes, from the button to the other window, against docs/structure.md."""

from collections.abc import Iterator

import pytest

from benchboard import workspace
from benchboard.ui.app import Application
from support import demo
from support.admin import Admin
from support.walks import Stage, Walk, page_walk


@pytest.fixture
def walk() -> Iterator[Walk]:
    walk = Walk(
        Stage("the button in the dialog is pressed: the change is asked for", "ui/tasks.py:Tasks.change"),
        Stage("on the worker for changes: the session ends", "storage/guard.py:end_sessions"),
        Stage("the other window's next read: it is refused", "errors.py:AppError.__init__"),
        Stage("the other window's thread: it shows why", "ui/sign_in/sign_in.py:SignIn.show_notice"),
    )
    with walk.watch_threads():
        yield walk


def test_revocation_passes_the_files_of_the_page(walk: Walk, admin: Admin) -> None:
    opened = workspace.open_demo(admin.application.home)
    other = Application(admin.application.home)
    demo.enter(other, opened, demo.sign_in(opened, "technician"), "bench/live")
    admin.window.activateWindow()
    admin.row("people_table", "Dana Whitfield")
    admin.wait(lambda: admin.column("people_table", 5)[admin.row("people_table", "Dana Whitfield")] == "1")
    admin.press_row("people_table", "Dana Whitfield", tick=True)
    admin.click("people_revoke_sessions")
    admin.find("confirm_act")
    with walk.recording():
        admin.click("confirm_act")
        admin.wait(lambda: walk.complete)
    demo.close(other)
    assert walk.text() == page_walk(f"A revoked session, from the button to the other window: {walk.climbs} climbs")
