"""A CAN bus through any interface of python-can (SocketCAN, gs_usb, PCAN, Kvaser …), by name and channel."""

import contextlib
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from benchboard.canbus.bus import BusState, Capabilities, OnResult, SendResult, ignore_result, require_sendable
from benchboard.canbus.can_messages import to_frame, to_message
from benchboard.canbus.clock import HOST_DELAY_S, FrameClock
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.errors import DeviceFailure, Invalid, Unavailable
from benchboard.i18n import _

if TYPE_CHECKING:  # importing it takes 56 ms that a start without it does not need
    import can

_MAX_BATCH: Final = 1000  # messages in one batch
_SEND_TIMEOUT_S: Final = 1.0
# What `Message.timestamp` is, read in the interfaces' source (python-can 4.6, can/interfaces). Device clocks: seconds
# since some moment of the device's, by steps of so much.
_DEVICE_RESOLUTION: Final = {"pcan": 1e-6, "kvaser": 10e-6, "vector": 1e-6, "gs_usb": 1e-6}
# Unix time, taken where the message came in: by the kernel, or by the sender in the same process.
_HOST_STAMPED: Final = frozenset({"socketcan", "udp_multicast", "virtual"})
# All others: no stamp of the device, or none whose meaning we know. We take the time ourselves.


_AMBIGUOUS_BIT_RATE: Final = 750_000
"""In bit/s: python-can's slcan has it where LAWICEL's table has 800 kbit/s."""


class PythonCanBus:
    """One channel of a python-can interface; a `canbus.bus.Bus`."""

    def __init__(
        self,
        interface: str,
        channel: str | int,
        *,
        bitrate: int | None = None,
        data_bitrate: int | None = None,
        **options: Any,
    ) -> None:
        """Open `channel` of `interface`, both named as python-can names them.

        `bitrate` and `data_bitrate` (bit/s) are left to the interface where they are None; a `data_bitrate` opens it
        for CAN FD. `options` are the interface's own. Raises `Invalid` (`bus.interface`) for arguments it does not
        take, `Unavailable` (`bus.unavailable`) where it cannot be opened or is not installed.
        """
        import can

        if interface == "slcan" and bitrate == _AMBIGUOUS_BIT_RATE:
            raise Invalid(
                "bus.bitrate",
                _("750 kbit/s can't be set over slcan."),
                why=_("python-can sends S7 for it, which is 800 kbit/s on dongles with LAWICEL's commands."),
                do=_("Use 800 kbit/s, or set the dongle's bit timing."),
                field="bitrate",
            )
        self._errors: tuple[type[Exception], ...] = (can.CanError, OSError)
        arguments: dict[str, Any] = dict(options)
        if bitrate is not None:
            arguments["bitrate"] = bitrate
        if data_bitrate is not None:
            arguments |= {"data_bitrate": data_bitrate, "fd": True}
        try:
            self._bus = can.Bus(interface=interface, channel=channel, ignore_config=True, **arguments)
        except (can.CanInterfaceNotImplementedError, can.CanInitializationError, ImportError, OSError) as error:
            raise Unavailable(
                "bus.unavailable",
                _("Can't open {interface} {channel}.").format(interface=interface, channel=channel),
                why=str(error),
                do=_("Check that the adapter is plugged in and its driver is installed."),
                interface=interface,
            ) from error
        except (ValueError, TypeError, NotImplementedError) as error:
            raise Invalid(
                "bus.interface",
                _("Can't open {interface} {channel} with these settings.").format(interface=interface, channel=channel),
                why=str(error),
                do=_("Check the interface, the channel and the bit rate."),
                field="interface",
            ) from error
        self._name = f"{interface} {channel}"
        self._resolution = _DEVICE_RESOLUTION.get(interface)
        self._host_stamped = interface in _HOST_STAMPED
        self._clock = FrameClock(time.time() - time.monotonic(), tick=self._resolution or 1.0)
        self._drained_at = time.monotonic()  # when nothing was left to receive
        self._sending = threading.Lock()
        self._sent = 0
        self._echoes_itself = bool(options.get("receive_own_messages"))
        self._accepted: list[Frame] = []  # sent, and not given out by `recv` yet
        self._closed = False
        self._capabilities = Capabilities(
            fd=self._bus.protocol is not can.CanProtocol.CAN_20,
            listen_only=False,
            error_counters=False,
            time_source=TimeSource.HOST if self._resolution is None else TimeSource.DEVICE,
        )

    @property
    def capabilities(self) -> Capabilities:
        """What this channel can do."""
        return self._capabilities

    def recv(self, timeout: float) -> list[Frame]:
        """The frames that have arrived, at most 1000 at once."""
        self._require_open()
        try:
            messages = self._messages(timeout)
        except self._errors as error:
            raise self._bus_error(error) from error
        frames = [self._frame(message) for message in messages]
        if self._accepted:
            with self._sending:
                frames += self._accepted
                self._accepted.clear()
        return frames

    def _messages(self, timeout: float) -> "list[can.Message]":
        since: float | None = self._drained_at
        first = self._bus.recv(0)
        if first is None:
            first, since = self._bus.recv(timeout), None
        woken = time.monotonic()
        if first is None:
            self._drained_at = woken
            return []
        messages = [first]
        while len(messages) < _MAX_BATCH and (more := self._bus.recv(0)) is not None:
            messages.append(more)
        until = time.monotonic()
        if len(messages) < _MAX_BATCH:
            self._drained_at = until
        self._clock.arrived(woken if since is None else since, until)
        return messages

    def _frame(self, message: "can.Message") -> Frame:
        return to_frame(message, self._stamp(message.timestamp))

    def _stamp(self, seconds: float) -> Timestamp:
        if self._resolution is not None:
            return self._clock[seconds / self._resolution]
        if self._host_stamped:
            return Timestamp(seconds, TimeSource.HOST, HOST_DELAY_S)
        return self._clock[None]

    def send(self, frame: Frame, on_result: OnResult = ignore_result) -> None:
        """Hand `frame` to the interface. Raises `Invalid` (`bus.frame`) or `DeviceFailure` (`bus.failed`)."""
        require_sendable(frame, self._capabilities)
        self._require_open()
        message = to_message(frame)
        with self._sending:
            try:
                self._bus.send(message, timeout=_SEND_TIMEOUT_S)
            except self._errors as error:
                raise self._bus_error(error) from error
            self._sent += 1
            if not self._echoes_itself:
                stamp = Timestamp(time.time(), TimeSource.HOST, HOST_DELAY_S)
                self._accepted.append(frame._replace(sent=True, timestamp=stamp))
        on_result(SendResult.ACCEPTED)

    def state(self) -> BusState:
        """How many frames were sent. python-can has no common way to ask for more."""
        return BusState(sent=self._sent)

    def close(self) -> None:
        """Close the channel."""
        if self._closed:
            return
        self._closed = True
        with contextlib.suppress(*self._errors):  # the adapter may have left first
            self._bus.shutdown()

    def _require_open(self) -> None:
        if self._closed:
            raise self._bus_error(_("The channel was closed."))

    def _bus_error(self, why: object) -> DeviceFailure:
        return DeviceFailure(
            "bus.failed",
            _("{bus} stopped working.").format(bus=self._name),
            why=str(why),
            do=_("Unplug the adapter, plug it back in and try again."),
        )
