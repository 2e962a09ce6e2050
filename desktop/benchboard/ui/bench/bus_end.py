"""Asks before the live bus closes because something else needs its dongle, if that ends what the user does with it."""

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtWidgets import QWidget

from benchboard.i18n import _, in_sentence
from benchboard.ui.bench.device_manager import DeviceManager, LiveBus
from benchboard.ui.widgets import Confirm


class Taking(NamedTuple):
    """What takes the dongle, as a noun (“Writing”), and what the button says that does it all the same: where it ends a
    recording, and where it only closes the bus."""

    noun: str
    stop: str
    close: str


def writing() -> Taking:
    """A bit timing is written to the dongle."""
    return Taking(_("Writing"), _("Stop recording and write"), _("Close live bus and write"))


def unless_in_use(
    owner: QWidget, devices: DeviceManager, paths: frozenset[str], act: Callable[[], object], taking: Taking
) -> None:
    """Do `act`, which takes the ports `paths` and so closes a live bus that is open on one of them. If that ends a
    recording, or what is being sent or played onto the bus, ask first.
    """
    live = devices.live
    uses = _uses(devices, live) if live is not None and live.path in paths else []
    if live is None or not uses:
        act()
        return
    state = live.recorder.state if live.recorder.recording else None
    sentence = _("{act} closes {name}'s live bus, which ends {what}.").format(
        act=taking.noun, name=live.title, what=in_sentence(uses)
    )
    if state is not None:
        sentence += " " + _("It keeps what it has.")
    Confirm(
        owner.window(),
        _("Stop recording?") if state is not None else _("Close live bus?"),
        sentence,
        act=taking.stop if state is not None else taking.close,
        keep=_("Keep recording") if state is not None else _("Keep bus open"),
        run=act,
    ).open()


def _uses(devices: DeviceManager, live: LiveBus) -> list[str]:
    """What goes on with this bus, the recording last."""
    uses = []
    if any(row.running for row in live.capture.table_sender.states().values()):
        uses.append(_("the sending of the send table"))
    if devices.playing_onto is live:
        uses.append(_("playing onto the bus"))
    if live.recorder.recording and (state := live.recorder.state) is not None:
        uses.append(_("the recording to {file}").format(file=state.path.name))
    return uses
