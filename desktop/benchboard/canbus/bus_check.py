"""What the counters of a bus that was listened to for a while say about its bit timing and wiring."""

import enum
from typing import Final

from benchboard.canbus.capture import Counters
from benchboard.errors import DeviceFailure
from benchboard.i18n import _, ngettext, number


class BusCheck(enum.Enum):
    """`PASSED`: frames came without an error. `SILENT`: nothing came, so nothing is verified. `ERRORS`: there were bus
    errors. `BUS_OFF`: the controller has left the bus, whatever it counted."""

    PASSED = "passed"
    SILENT = "silent"
    ERRORS = "errors"
    BUS_OFF = "bus-off"

    @property
    def failed(self) -> bool:
        """Whether bit timing or wiring are wrong."""
        return self in (BusCheck.ERRORS, BusCheck.BUS_OFF)


def check_bus(counters: Counters) -> BusCheck:
    """The verdict on a bus with these counters."""
    if counters.bus.bus_off:
        return BusCheck.BUS_OFF
    if counters.bus.bus_errors:
        return BusCheck.ERRORS
    return BusCheck.PASSED if counters.frames else BusCheck.SILENT


def silence_explanation(seconds: float) -> str:
    """What a bus check of `seconds` that ended `SILENT` says about the bus, as a sentence."""
    sentence = _("No frames arrived in {seconds} s, so bit timing and wiring aren't verified.")
    return sentence.format(seconds=number(seconds))


def lacks_acknowledgement(counters: Counters) -> bool:
    """Whether all errors are those of frames that this node sent and no other node acknowledged.

    A node that is alone counts in TEC only, and never goes bus off by it (ISO 11898-1, 12.1.4); what others send and it
    can't read counts in REC.
    """
    bus = counters.bus
    return bool(bus.tx_errors) and not (bus.rx_errors or bus.bus_off or counters.frames)


_PASSIVE: Final = 128
"""The TEC from which on a node is error passive (ISO 11898-1, 12.1.4)."""


class AcknowledgementWatch:
    """Whether other nodes acknowledge what this node sends, from its counters one after the other."""

    def __init__(self) -> None:
        self._tx_errors = self._frames = 0
        self._is_acknowledged = self._is_alone = False

    def update(self, counters: Counters) -> None:
        """Take the counters as they are now. TEC falls by one for each frame that was acknowledged, and is the only
        sign of a node that joined in silence (ISO 11898-1, 12.1.4)."""
        tx_errors = counters.bus.tx_errors
        if tx_errors != self._tx_errors:
            self._is_acknowledged = tx_errors < self._tx_errors
        self._tx_errors = tx_errors
        # With 128 a node that nobody acknowledges is error passive, and its TEC stays there.
        fails = tx_errors >= _PASSIVE and not counters.bus.rx_errors and not counters.bus.bus_off
        self._is_alone = fails and not self._is_acknowledged and counters.frames == self._frames
        self._frames = counters.frames

    @property
    def is_alone(self) -> bool:
        """Whether the node is error passive by what it sends, while nothing comes from others: none acknowledges it."""
        return self._is_alone

    def lacks(self, counters: Counters) -> bool:
        """Whether what was sent last wasn't acknowledged: `lacks_acknowledgement`, and TEC hasn't fallen since."""
        return lacks_acknowledgement(counters) and not self._is_acknowledged

    @property
    def is_acknowledged(self) -> bool:
        """Whether a frame was acknowledged since the last one that wasn't."""
        return self._is_acknowledged


_UNREADABLE_S: Final = 2.0
"""So long without a frame, with errors that go on, is more than a gap between two frames."""


class ReceptionWatch:
    """Whether nothing that is sent on a bus can be read any more, although it could be, from its counters one after the
    other. Before the first frame, `check_bus` tells."""

    def __init__(self) -> None:
        self._frames = self._errors = 0
        self._frame_at = self._error_at = 0.0
        self._fails = False

    def update(self, counters: Counters, now: float) -> None:
        """Take the counters as they are at the time `now` (s)."""
        bus = counters.bus
        if counters.frames != self._frames:
            self._frames, self._frame_at, self._fails = counters.frames, now, False
        # What nobody acknowledges counts in TEC alone: that can be read.
        if bus.bus_errors != self._errors and (bus.rx_errors or not bus.tx_errors):
            self._error_at = now
        self._errors = bus.bus_errors
        go_on = self._error_at > self._frame_at and now - self._error_at < _UNREADABLE_S and not bus.bus_off
        self._fails = bool(self._frames) and go_on and (self._fails or now - self._frame_at >= _UNREADABLE_S)

    @property
    def fails(self) -> bool:
        """Whether errors alone arrive, for a while already, where frames did before."""
        return self._fails


def require_no_errors(counters: Counters) -> None:
    """Raise `DeviceFailure` (`bus.off`, `bus.errors`) if the check of a bus with these counters failed."""
    check = check_bus(counters)
    if not check.failed:
        return
    count = counters.bus.bus_errors
    what = ngettext("{count} error on the bus.", "{count} errors on the bus.", count).format(count=number(count))
    if check is BusCheck.BUS_OFF:
        what = _("The dongle went bus off.")
    raise DeviceFailure(
        "bus.off" if check is BusCheck.BUS_OFF else "bus.errors",
        what,
        why=_("Another node uses a different bit rate, or the wiring is wrong."),
        do=_("Change it in Bit timing, or check the termination."),
    )
