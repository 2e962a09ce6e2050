"""The load of a bus as it is shown everywhere: its share in words, or a dash and why it isn't known. No I/O."""

from dataclasses import dataclass

from benchboard.canbus.capture import Counters
from benchboard.canbus.traffic_shares import share_text
from benchboard.i18n import _


@dataclass(frozen=True, slots=True)
class BusLoad:
    """The share (0..1) of the last full second in which the bus was busy with frames; None if it isn't known, for the
    reason `why`, a sentence.
    """

    share: float | None
    why: str = ""

    @property
    def text(self) -> str:
        """In percent; a dash while it isn't known."""
        return "–" if self.share is None else share_text(self.share)


def bus_load(counters: Counters | None) -> BusLoad:
    """The load of a bus with these counters; None: no live bus is open. It isn't known before a frame was read, as that
    the bit rate is right, nor while the dongle says nothing.
    """
    if counters is None:
        return BusLoad(None, _("Shown while the live bus is open."))
    if counters.bus.unanswered_since is not None:
        return BusLoad(None, _("The dongle isn't responding."))
    if not counters.on_bus:
        only_errors = _("Only errors arrive: the bit rate may be wrong.")
        return BusLoad(None, only_errors if counters.bus.bus_errors else _("No frames have arrived yet."))
    if counters.load is None:
        return BusLoad(None, _("It is known once the bus has been open for a second."))
    return BusLoad(counters.load)
