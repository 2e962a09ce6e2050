"""The files that one CAN frame passes, from the port to its row in the trace, against docs/structure.md."""

from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from benchboard.ui.bench.live_bus_view import LiveBusView
from benchboard.ui.shell.shell import Shell
from benchboard.ui.widgets.fields import Select
from support.walks import Stage, Walk, page_walk
from support.window import Clicker


@pytest.fixture
def walk() -> Iterator[Walk]:
    walk = Walk(
        Stage("the capture's thread: bytes are read from the port", "canbus/link.py:PortHandle.read_chunk"),
        Stage("the same thread: they become frames", "canbus/slcan_codec.py:Parser.feed"),
        Stage("the same thread: the frames go into the ring", "canbus/capture.py:Capture._store"),
        Stage("the window's timer, every 100 ms: new frames get rows", "ui/bench/frame_table.py:FrameModel.add_frames"),
    )
    with walk.watch_threads():
        yield walk


def test_frame_passes_the_files_of_the_page_and_never_climbs(
    walk: Walk, qtbot: QtBot, shell: Shell, click: Clicker, pair_one: Callable[[], str]
) -> None:
    device_id = pair_one()
    shell.go("bench/live")
    view = shell.window().findChild(LiveBusView)
    dongle = click.find(view, "live_dongle")
    assert isinstance(dongle, Select)
    dongle.set_current_key(device_id)
    click(shell.window(), "live_start")
    qtbot.waitUntil(lambda: view.model.rowCount() > 0)
    with walk.recording():
        qtbot.waitUntil(lambda: walk.complete)
    click(shell.window(), "live_stop")
    assert walk.text() == page_walk("A CAN frame, from the port to its row: 0 climbs")
    assert walk.climbs == 0
