"""A real window on a real X server, driven from outside by xdotool: first start, and the demo entered by keys."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from benchboard import workspace
from benchboard.errors import Unavailable
from benchboard.storage.models.identity import SignInSession, User
from support import xscreen
from support.databases import unbound
from support.waiting import until
from support.xscreen import Xdotool

pytestmark = pytest.mark.skipif(bool(xscreen.missing), reason=f"not installed here: {', '.join(xscreen.missing)}")


@pytest.fixture
def display() -> Iterator[str]:
    with xscreen.screen() as name:
        yield name


def test_demo_on_a_real_display_is_entered_by_keyboard_alone(display: str, tmp_path: Path) -> None:
    started = datetime.now(UTC)
    environment = {**os.environ, "DISPLAY": display, "BENCHBOARD_HOME": str(tmp_path / "home")}
    environment.pop("QT_QPA_PLATFORM", None)
    with (tmp_path / "said").open("w") as said:
        window = subprocess.Popen([sys.executable, "-m", "benchboard"], env=environment, stderr=said)

    xdotool = Xdotool(display)

    def shown() -> str:
        if window.poll() is not None:
            xscreen.skip_without_qt_libraries((tmp_path / "said").read_text().strip())
        return xdotool("search", "--onlyvisible", "--name", "^Benchboard$")

    def signed_in() -> str | None:
        if not (tmp_path / "home" / "demo.db").exists():
            return None
        opened = workspace.connect(tmp_path / "home", demo_file=True)
        try:
            with unbound(opened.database).read() as session:
                # The sessions of the demo's week began before it was made.
                made_here = select(User.role).join(SignInSession, SignInSession.user_id == User.id)
                return session.scalar(made_here.where(SignInSession.created_at > started))
        except Unavailable:  # it is still being made
            return None
        finally:
            opened.close()

    try:
        ident = until(shown, "the window").splitlines()[0]
        xdotool("windowfocus", "--sync", ident)
        xdotool("key", "--clearmodifiers", "alt+3")
        until((tmp_path / "home" / "demo.db").exists, "the demo")

        def picked() -> str | None:
            # Down and Enter, until the picker has come up and taken them: how many of them it takes varies.
            xdotool("key", "Down")
            xdotool("key", "Return")
            time.sleep(0.3)
            return signed_in()

        assert until(picked, "somebody signed in") in ("technician", "analyst", "admin", "business_user")
    finally:
        window.send_signal(signal.SIGTERM)
        window.wait(120)
    assert "Traceback" not in (tmp_path / "said").read_text()
