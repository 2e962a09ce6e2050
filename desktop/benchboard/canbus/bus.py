"""The protocol that every CAN backend implements, with the state and the capabilities of a bus."""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from benchboard.canbus.frame import Frame, TimeSource, is_valid
from benchboard.errors import DeviceFailure, Invalid
from benchboard.i18n import _


class ErrorState(enum.Enum):
    """Fault confinement of a CAN controller (ISO 11898-1:2015, 12.1.4); `WARNING` from a count of 96 on."""

    ACTIVE = "active"
    WARNING = "warning"
    PASSIVE = "passive"
    BUS_OFF = "bus-off"


ERROR_STATES: Final = tuple(ErrorState)
"""From the best to the worst."""


def error_state(tx_errors: int, rx_errors: int, reported: ErrorState = ErrorState.ACTIVE) -> ErrorState:
    """The state that the error counters (TEC, REC) say, or the one that the controller reports where that is worse: a
    controller may clear its counters when it leaves the bus, or report a state of before.
    """
    worst = max(tx_errors, rx_errors)
    counted = (
        ErrorState.BUS_OFF if tx_errors > 255
        else ErrorState.PASSIVE if worst >= 128
        else ErrorState.WARNING if worst >= 96
        else ErrorState.ACTIVE
    )  # fmt: skip
    return max(counted, reported, key=ERROR_STATES.index)


class SendResult(enum.Enum):
    """What became of a frame that was sent.

    `ACCEPTED`: the interface took it, and reports no more. `ACKNOWLEDGED`: another node acknowledged it on the bus.
    `REJECTED`: the interface refused it. `GIVEN_UP`: the interface took it, but couldn't send it.
    """

    ACCEPTED = "accepted"
    ACKNOWLEDGED = "acknowledged"
    REJECTED = "rejected"
    GIVEN_UP = "given-up"

    @property
    def is_sent(self) -> bool:
        """Whether the frame counts as sent, as far as the interface can know."""
        return self in (SendResult.ACCEPTED, SendResult.ACKNOWLEDGED)


OnResult = Callable[[SendResult], None]
"""Called once for a frame, on the thread that receives or the one that sends, unless the bus is closed first."""


def ignore_result(_result: SendResult) -> None:
    """For frames whose result nobody waits for."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an open bus can do. It stays the same until the bus is closed.

    `fd`: it may carry CAN FD frames. `listen_only`: it sends nothing, not even an acknowledgement. `error_counters`:
    `BusState` has the controller's own state and counters. `time_source`: whose clock stamps the frames (a device that
    turns out to send no stamps still leaves each frame with a HOST stamp). `reports_sent`: it reports of each frame
    whether another node acknowledged it.
    """

    fd: bool
    listen_only: bool
    error_counters: bool
    time_source: TimeSource
    reports_sent: bool = False


@dataclass(frozen=True, slots=True)
class BusState:
    """The controller's state, and the counters since the bus was opened.

    `error_state` is None, and `tx_errors` (TEC), `rx_errors` (REC) and `bus_errors` are 0, if the interface can't
    report them. `sent` frames were handed over and `rejected` ones rejected by the device afterwards. Of those that it
    took, `acknowledged` ones were acknowledged by another node and `given_up` ones were not sent, where it reports
    that. `overruns` counts the device's reports of lost frames; `malformed` what arrived and could not be
    parsed. `stalled`: at some time the device didn't answer what it was asked for more than a second, so that its
    other counters may say nothing. `unanswered_since` (Unix time, s): when it was asked first, if it has said nothing
    for more than a second now, neither an answer nor a frame; None while it does, and if it can't be asked.
    """

    error_state: ErrorState | None = None
    tx_errors: int = 0
    rx_errors: int = 0
    bus_errors: int = 0
    sent: int = 0
    rejected: int = 0
    overruns: int = 0
    malformed: int = 0
    acknowledged: int = 0
    given_up: int = 0
    stalled: bool = False
    unanswered_since: float | None = None

    @property
    def failed(self) -> int:
        """Frames that were handed over and not sent."""
        return self.rejected + self.given_up

    @property
    def bus_off(self) -> bool:
        """Whether the controller has left the bus because of its errors."""
        return self.error_state is ErrorState.BUS_OFF


class Bus(Protocol):
    """An open CAN channel. One thread may receive while others send; call `close` when no thread receives any more.

    Every method but `state` and `close` raises `DeviceFailure` when the interface is disconnected.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What this bus can do."""
        ...

    def recv(self, timeout: float) -> list[Frame]:
        """All frames that have arrived, and those that were `sent`, once they were acknowledged, or the interface has
        accepted them where it doesn't report that; oldest first, each with its timestamp; as soon as there is one.

        Empty after `timeout` seconds of nothing, or sooner if something else than a frame arrived.
        """
        ...

    def send(self, frame: Frame, on_result: OnResult = ignore_result) -> None:
        """Hand `frame` to the interface; `on_result` gets what became of it, unless this raises.

        Raises `Invalid` (`bus.frame`) for one that this bus cannot carry, `DeviceFailure` (`bus.not-responding`) while
        the interface says nothing.
        """
        ...

    def state(self) -> BusState:
        """The present state, as far as the interface has reported it."""
        ...

    def close(self) -> None:
        """Close the channel and give the interface back. Closing twice is no error."""
        ...


def require_sendable(frame: Frame, capabilities: Capabilities) -> None:
    """Raise `Invalid` (`bus.frame`) unless a bus with `capabilities` can send `frame`.

    Its facts have `needs_fd`: whether only CAN FD's missing data phase is in the way. What to do about that depends on
    the dongle (`dongles.fd_advice`).
    """
    do, needs_fd = "", False
    if capabilities.listen_only:
        why = _("This channel is listen-only.")
    elif not is_valid(frame):
        why = _("Its ID or length doesn't match its format.")
    elif frame.fd and not capabilities.fd:
        why = _("It's a CAN FD frame, and this dongle is set to classic CAN.")
        do, needs_fd = _("Send a classic frame."), True
    else:
        return
    raise Invalid("bus.frame", _("Can't send this frame."), why=why, do=do, field="frame", needs_fd=needs_fd)


def require_responding(state: BusState) -> None:
    """Raise `DeviceFailure` (`bus.not-responding`) while the interface says nothing: it would send a frame that it is
    given by itself, whenever it runs again.
    """
    if state.unanswered_since is not None:
        raise DeviceFailure(
            "bus.not-responding",
            _("Not sent: the dongle isn't responding."),
            do=_("Unplug it and plug it back in."),
        )
