"""What the live bus says about a frame that wasn't sent, and the command that would help."""

from collections.abc import Sequence
from typing import Final

from benchboard.canbus import candump
from benchboard.canbus.frame import Frame
from benchboard.dongles.fd_advice import data_phase_command, fd_advice
from benchboard.dongles.listen_only import listen_only_error, normal_mode_command
from benchboard.errors import AppError
from benchboard.i18n import ngettext
from benchboard.ui.bench.device_manager import DeviceManager, LiveBus
from benchboard.ui.context import Context
from benchboard.workspace import database_option

_NAMED: Final = 3
"""Most frames that a notice names."""


def not_a_frame(text: str) -> str:
    """What is wrong with `text`, which isn't a frame, and how to write one."""
    return " ".join([candump.why_invalid(text), candump.format_hint()] if text else [candump.format_hint()])


def not_sendable(error: AppError, live: LiveBus, context: Context) -> tuple[str, str]:
    """Why the open bus can't carry a frame and what to do, and the command that this names; empty if it names none."""
    do, command = error.do, ""
    if error.facts.get("needs_fd"):
        database, has_fd = database_option(context.workspace), _has_fd(live, context)
        do = fd_advice(live.config, live.path, database, bus_is_open=True, has_fd=has_fd)
        command = data_phase_command(live.config, live.path, database, has_fd=has_fd)
    return " ".join(part for part in (error.why, do) if part), command


def not_sending(live: LiveBus, context: Context) -> tuple[str, str]:
    """Why a dongle that is set to listen only sends nothing and what to do, and the command that this names."""
    database = database_option(context.workspace)
    error = listen_only_error(live.path, database, bus_is_open=True)
    return str(error), normal_mode_command(live.path, database)


def unsent_error(frames: Sequence[Frame], error: AppError) -> AppError:
    """That the port didn't take these frames, and why."""
    texts = [candump.text(frame) for frame in frames[:_NAMED]]
    names = ", ".join(texts) + (" …" if len(frames) > _NAMED else "")
    what = ngettext("{frames} wasn't sent.", "{count} frames weren't sent: {frames}", len(frames))
    why = " ".join(part for part in (error.what, error.why) if part)
    return AppError("bus.unsent", what.format(count=len(frames), frames=names), why=why, do=error.do)


def _has_fd(live: LiveBus, context: Context) -> bool:
    """Whether the dongle of the open bus can do CAN FD, as far as it has said."""
    device = DeviceManager.of(context).find(live.device_id)
    return device is None or device.info is None or device.info.fd is not False
