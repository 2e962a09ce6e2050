"""A port that somebody else lets go of soon is waited for; one that stays held is refused, naming who holds it."""

import os
import pty
import threading
import tty

import pytest

from benchboard.canbus import link
from benchboard.errors import Unavailable


@pytest.fixture
def terminal() -> str:
    _master, slave = pty.openpty()
    tty.setraw(slave)
    return os.ttyname(slave)


def test_a_port_that_is_let_go_of_soon_opens(terminal: str) -> None:
    first = link.open_port(terminal)
    threading.Timer(0.2, first.close).start()
    link.open_port(terminal).close()


def test_a_port_that_stays_held_is_busy(terminal: str) -> None:
    with link.open_port(terminal), pytest.raises(Unavailable) as refused:
        link.open_port(terminal)
    assert refused.value.code == "port.busy"
