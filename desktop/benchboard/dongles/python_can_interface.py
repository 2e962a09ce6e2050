"""Benchboard's dongles as an interface of python-can: `can.Bus(interface="benchboard", channel="/dev/ttyACM0")`.

A program that uses python-can, such as its logger or cantools' monitor, then opens a dongle by the bit timing that is
stored on it, with the stamps, the error frames and the acknowledgements that slcan alone doesn't have.
"""

from collections import deque
from collections.abc import Callable
from typing import Any, Final

import can

from benchboard.canbus import link
from benchboard.canbus.backends.slcan import SlcanBus
from benchboard.canbus.bus import ErrorState
from benchboard.canbus.can_messages import to_frame, to_message
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.dongles.device import Device
from benchboard.dongles.firmware_detection import probe_open
from benchboard.errors import AppError, Invalid
from benchboard.i18n import _

_STATES: Final = {
    ErrorState.ACTIVE: can.BusState.ACTIVE,
    ErrorState.WARNING: can.BusState.ACTIVE,
    ErrorState.PASSIVE: can.BusState.PASSIVE,
    ErrorState.BUS_OFF: can.BusState.ERROR,
}
_UNSTAMPED: Final = Timestamp(0.0, TimeSource.HOST, 0.0)


class BenchboardBus(can.BusABC):
    """The bus behind the dongle at a port.

    `bitrate` (bit/s) is that of firmware other than Benchboard's, which doesn't report its own; with Benchboard's it
    has to be the stored one, or None. Raises `can.CanInitializationError` where the dongle can't be opened, later
    `can.CanOperationError` where it is gone or refuses a frame; both say what to do.
    """

    def __init__(
        self,
        channel: str,
        can_filters: can.typechecking.CanFilters | None = None,
        *,
        bitrate: int | None = None,
        listen_only: bool = False,
        receive_own_messages: bool = False,
        **_options: Any,
    ) -> None:
        self._bus = _initialised(lambda: _open(str(channel), bitrate, listen_only=listen_only))
        self.channel_info = f"Benchboard: {channel}"
        self._own = receive_own_messages
        self._waiting: deque[Frame] = deque()
        self._can_protocol = can.CanProtocol.CAN_FD if self._bus.capabilities.fd else can.CanProtocol.CAN_20
        super().__init__(channel=channel, can_filters=can_filters)

    def send(self, msg: can.Message, timeout: float | None = None) -> None:  # noqa: ARG002 - as python-can has it
        """Hand a message to the dongle; whether another node acknowledged it is told with `receive_own_messages`."""
        try:
            self._bus.send(to_frame(msg, _UNSTAMPED)._replace(timestamp=None, sent=False))
        except AppError as error:
            raise can.CanOperationError(str(error)) from error

    def _recv_internal(self, timeout: float | None) -> tuple[can.Message | None, bool]:
        if not self._waiting:
            try:
                frames = self._bus.recv(1.0 if timeout is None else timeout)
            except AppError as error:
                raise can.CanOperationError(str(error)) from error
            self._waiting.extend(frame for frame in frames if self._own or not frame.sent)
        return (to_message(self._waiting.popleft()) if self._waiting else None), False

    @property
    def state(self) -> can.BusState:
        """The controller's own state, where the dongle reports it."""
        found = self._bus.state().error_state
        return can.BusState.ACTIVE if found is None else _STATES[found]

    @state.setter
    def state(self, _state: can.BusState) -> None:
        raise NotImplementedError(_("The state of a dongle's controller can't be set."))

    def shutdown(self) -> None:
        """Close the channel and the port."""
        super().shutdown()
        self._bus.close()

    @staticmethod
    def _detect_available_configs() -> list[can.typechecking.AutoDetectedConfig]:
        return [{"interface": "benchboard", "channel": one.path} for one in link.discover()]


def _initialised(open_bus: Callable[[], SlcanBus]) -> SlcanBus:
    try:
        return open_bus()
    except AppError as error:
        raise can.CanInitializationError(str(error)) from error


def _open(port: str, bitrate: int | None, *, listen_only: bool) -> SlcanBus:
    handle = link.open_port(port)
    try:
        info = probe_open(handle)
        config = Device(handle).config_read().config if info.is_benchboard else None
        stored = config.bitrate if config is not None else None
        if stored is None and bitrate is None:
            raise Invalid(
                "can.bitrate",
                _("The dongle on {port} doesn't report its bit rate.").format(port=port),
                do=_("Add a bit rate, such as bitrate=500000."),
                field="bitrate",
            )
        if stored is not None and bitrate not in (None, stored):
            raise Invalid(
                "can.bitrate",
                _("The dongle on {port} is set to {stored} bit/s, not {wanted}.").format(
                    port=port, stored=stored, wanted=bitrate
                ),
                do=_("Leave the bit rate out, or write another bit timing to the dongle."),
                field="bitrate",
            )
        return SlcanBus(
            handle,
            bitrate=stored or bitrate or 0,
            data_bitrate=config.data_bitrate if config is not None else None,
            benchboard_dialect=info.is_benchboard,
            listen_only=listen_only,
        )
    except BaseException:
        handle.close()
        raise
