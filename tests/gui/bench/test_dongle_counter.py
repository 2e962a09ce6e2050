"""What the status bar says of the dongles."""

import pytest
from pytestqt.qtbot import QtBot

from benchboard.canbus.link import Port
from benchboard.errors import Unavailable
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.dongle_counter import DongleCounter
from benchboard.ui.bench.dongle_rows import DongleCounts, count_dongles
from benchboard.ui.bench.port_scanner import DetectedDevice
from benchboard.ui.shell.shell import Shell
from support.databases import unbound


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        (DongleCounts(0, 0, ()), "0 dongles connected"),
        (DongleCounts(3, 2, (), paired=2, failing=1), "2 of 3 dongles connected"),
        (DongleCounts(3, 2, (), paired=2, silent=1), "2 of 3 dongles connected, 1 not responding"),
        (DongleCounts(2, 0, (), checking=2), "2 dongles are being checked"),
        (DongleCounts(3, 0, (), paired=1, checking=2), "2 dongles are being checked"),
        (DongleCounts(2, 0, (), paired=1, failing=1), "1 dongle can't be checked"),
        (DongleCounts(3, 0, (), paired=2), "No dongle connected, 2 paired"),
        (DongleCounts(2, 0, ()), "0 dongles connected"),
    ],
)
def test_dongles_at_a_port_are_never_said_to_be_away_and_only_paired_ones_to_be_paired(
    shell: Shell, counts: DongleCounts, text: str
) -> None:
    """Two that were connected and being checked were “No dongle connected, 2 paired”."""
    DongleCounter.of(shell.context).show_counts(counts)
    assert shell.context.status.text("dongles") == text


def test_count_tells_those_that_answer_from_those_that_are_checked_and_those_that_fail(
    qtbot: QtBot, shell: Shell, manager: DeviceManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports = [Port(f"/dev/ttyACM{number}", "", 0x16D0, 0x117E, f"S{number}", False, f"S{number}") for number in range(2)]
    devices = (DetectedDevice(ports[0]), DetectedDevice(ports[1], problem=Unavailable("port.busy", "In use.")))
    monkeypatch.setattr(DeviceManager, "devices", devices)
    with unbound(shell.context.workspace.database).read() as session:
        counts = count_dongles(shell.context, manager, session)
    assert (counts.total, counts.connected, counts.paired, counts.checking, counts.failing) == (2, 0, 0, 1, 1)
