"""The names of the paired dongles, for every view of the bench."""

from collections.abc import Callable

from pytestqt.qtbot import QtBot

from benchboard.dongles import fleet
from benchboard.ui.bench.paired_dongles import PairedDongles
from benchboard.ui.shell.shell import Shell
from benchboard.ui.widgets import Select
from support.databases import unbound
from support.window import Clicker


def test_views_that_open_have_the_dongles_name_when_they_get_the_focus(
    qtbot: QtBot, shell: Shell, click: Clicker, pair_one: Callable[[], str]
) -> None:
    """A screen reader read “No dongles connected” in bit timing, and the name before the last on the live bus."""
    context, device_id = shell.context, pair_one()
    with unbound(context.workspace.database).change() as session:
        dongle = fleet.find_dongle(session, context.actor, device_id)
        assert dongle is not None
        fleet.rename_dongle(session, context.actor, dongle.id, "Rig A")
    paired = PairedDongles.of(context)
    qtbot.waitUntil(lambda: paired.titles == {device_id: "Rig A"})
    for address, name in (("bench/timing", "timing_dongle"), ("bench/live", "live_dongle")):
        shell.go(address)
        chosen = click.find(shell.window(), name)
        assert isinstance(chosen, Select)
        assert (chosen.currentText(), chosen.hasFocus()) == ("Rig A", True)
