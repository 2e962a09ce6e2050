"""What an error frame reports, in words: SocketCAN's class bits and controller status (linux/can/error.h). No I/O."""

import time
from typing import Final

from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.i18n import N_, _

_CONTROLLER: Final = 0x04
_CLASSES: Final = (
    (0x40, N_("Bus off")),
    (0x20, N_("No acknowledgement")),
    (0x08, N_("Protocol error")),
    (0x80, N_("Bus error")),
    (0x10, N_("Transceiver error")),
    (0x02, N_("Arbitration lost")),
    (0x01, N_("Transmit timeout")),
    (0x100, N_("Controller restarted")),
)
_STATUS: Final = (
    (0x30, N_("Controller: error passive")),
    (0x0C, N_("Controller: error warning")),
    (0x40, N_("Controller: error active again")),
    (0x01, N_("Controller: receive buffer overflow")),
    (0x02, N_("Controller: transmit buffer overflow")),
)
"""Bits of the second byte of a controller's report, worst state first; a report may have several."""


_STATES: Final = _CONTROLLER | 0x40 | 0x100
_COUNTERS: Final = 0x200
"""The class bit that says only that the last two bytes have the error counters."""
_RESTARTED, _ACTIVE = 0x100, 0x40
_COUNTED: Final = 0x80 | _COUNTERS
"""The class of a report of errors that were counted, rather than seen one by one."""


def is_state_report(frame: Frame) -> bool:
    """Whether the error frame `frame` reports nothing but a changed state of the controller, which is no single error
    on the bus.
    """
    return bool(frame.id & _STATES) and not frame.id & ~(_STATES | _COUNTERS)


def is_recovery(frame: Frame) -> bool:
    """Whether the error frame `frame` reports only that the controller is error active again, or was restarted: that
    an error is over, which is none.
    """
    classes = frame.id & ~_COUNTERS
    status = frame.data[1] if len(frame.data) > 1 else 0
    if classes == _RESTARTED:
        return True
    return classes in (_CONTROLLER, _CONTROLLER | _RESTARTED) and status == _ACTIVE


def restart_report() -> Frame:
    """The error frame of a controller that was restarted now, by this computer's clock."""
    return Frame(_RESTARTED, error=True, data=bytes(8), timestamp=Timestamp(time.time(), TimeSource.HOST, 0.001))


def count_report(tx_errors: int = 0, rx_errors: int = 0) -> Frame:
    """The error frame that says that the interface has counted more errors on the bus than when it was asked last. Its
    time is when it said so, by this computer's clock: the errors were before that.
    """
    data = bytes([0] * 6 + [min(tx_errors, 255), min(rx_errors, 255)])
    return Frame(_COUNTED, error=True, data=data, timestamp=Timestamp(time.time(), TimeSource.HOST, 0.001))


def error_title(frame: Frame) -> str:
    """What the error frame `frame` reports, such as “Controller: error passive”; empty if its class doesn't say."""
    titles = [_(title) for bits, title in _CLASSES if frame.id & bits]
    if frame.id & _CONTROLLER:
        status = frame.data[1] if len(frame.data) > 1 else 0
        titles = [_(title) for bits, title in _STATUS if status & bits] + titles
    return ", ".join(titles)
