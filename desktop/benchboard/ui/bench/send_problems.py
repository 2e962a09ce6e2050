"""What the live bus says about a frame that wasn't sent, and the command that helps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from benchboard.canbus import candump
from benchboard.canbus.frame import Frame
from benchboard.dongles.fd_advice import can_have_data_phase, fd_advice
from benchboard.dongles.listen_only import listen_only_error, normal_mode_command
from benchboard.errors import AppError
from benchboard.i18n import _, ngettext
from benchboard.ui.bench.device_manager import DeviceManager, LiveBus
from benchboard.ui.context import Context
from benchboard.workspace import database_option

MAX_CLASSIC: Final = 8
"""Most bytes of a classic frame."""
_NAMED: Final = 3
"""Most frames that a notice names."""


def not_a_frame(text: str) -> str:
    """What is wrong with `text`, which isn't a frame, and how to write one."""
    return " ".join([candump.why_invalid(text), candump.format_hint(text)] if text else [candump.format_hint()])


@dataclass(frozen=True, slots=True)
class CommandHelp:
    """A command that removes the obstacle: the title of what it does, and how to run it."""

    title: str
    steps: str
    command: str


def not_sendable(error: AppError, live: LiveBus, context: Context) -> tuple[str, bool]:
    """Why the open bus can't carry a frame, in a sentence or two, and whether its dongle can be set to CAN FD."""
    if not error.facts.get("needs_fd"):
        return " ".join(part for part in (error.why, error.do) if part), False
    has_fd = _has_fd(live, context)
    if not can_have_data_phase(live.config, has_fd=has_fd):
        return fd_advice(live.config, live.path, has_fd=has_fd), False
    return _("This dongle is set to classic CAN. Send a classic frame."), True


def as_classic(frame: Frame) -> Frame:
    """The classic frame nearest to one of CAN FD: its first bytes."""
    return frame._replace(fd=False, brs=False, esi=False, data=frame.data[:MAX_CLASSIC])


def not_sending(live: LiveBus, context: Context) -> tuple[str, CommandHelp]:
    """Why a dongle that is set to listen only sends nothing, and the command that changes it."""
    command = normal_mode_command(live.path, database_option(context.workspace))
    steps = _("Close the live bus, run this command in a terminal, then open the live bus again.")
    return listen_only_error(live.path).what, CommandHelp(_("How to send frames"), steps, command)


def unsent_error(frames: Sequence[Frame], error: AppError) -> AppError:
    """That these frames weren't sent, and why."""
    texts = [candump.text(frame) for frame in frames[:_NAMED]]
    names = ", ".join(texts) + (" …" if len(frames) > _NAMED else "")
    if error.code == "bus.off":  # the notice of the bus says what to do
        what = ngettext(
            "{frames} wasn't sent: the dongle went bus off first.",
            "{count} frames weren't sent, because the dongle went bus off first: {frames}",
            len(frames),
        )
        return AppError("bus.unsent", what.format(count=len(frames), frames=names))
    what = ngettext("{frames} wasn't sent.", "{count} frames weren't sent: {frames}", len(frames))
    why = " ".join(part for part in (error.what, error.why) if part)
    return AppError("bus.unsent", what.format(count=len(frames), frames=names), why=why, do=error.do)


def _has_fd(live: LiveBus, context: Context) -> bool:
    """Whether the dongle of the open bus can do CAN FD, as far as it has said."""
    device = DeviceManager.of(context).find(live.device_id)
    return device is None or device.info is None or device.info.fd is not False
