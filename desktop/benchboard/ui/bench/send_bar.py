"""The bar of the live bus that sends one frame, and says what became of it."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from benchboard.canbus import candump
from benchboard.canbus.bus import SendResult
from benchboard.canbus.frame import Frame
from benchboard.canbus.frame_sender import SendOutcome, not_sent_error
from benchboard.dongles.listen_only import is_listen_only
from benchboard.errors import AppError, DeviceFailure, Invalid, Unavailable
from benchboard.i18n import _
from benchboard.ui.bench.device_manager import DeviceManager, LiveBus
from benchboard.ui.bench.dongle_notices import DongleNotices
from benchboard.ui.bench.frame_format import size_text
from benchboard.ui.bench.send_problems import (
    MAX_CLASSIC,
    CommandHelp,
    as_classic,
    not_a_frame,
    not_sendable,
    not_sending,
    unsent_error,
)
from benchboard.ui.context import Context
from benchboard.ui.widgets import Button, Edit, Paragraph, Popover, Said, Text, copyable, heading
from benchboard.ui.widgets.accessible import announce, describe
from benchboard.ui.widgets.surfaces import set_surface

_SEND: Final = "bench.send"
"""The key of the notice that frames weren't sent."""
_LEAST_FIELD: Final = 200
_FIELD: Final = 360
"""Pixels of the field, with room for a long frame."""
_NOT_A_FRAME: Final = "bench.not-a-frame"


@dataclass(frozen=True, slots=True)
class _SendState:
    """What the bar keeps while the window is rebuilt."""

    requested: int
    handed_over: str
    rejection: AppError | None


class SendBar(QWidget):
    """A field for one frame, and beside it what became of the last one."""

    def __init__(self, context: Context, devices: DeviceManager, notices: DongleNotices) -> None:
        super().__init__()
        self._context, self._devices, self._notices = context, devices, notices
        self._handed_over = ""
        """The frame that the line beside the field says was sent."""
        self._lacks_acknowledgement = False
        self._is_bus_off = False
        self._requested = 0
        """The number of the frame in the field, while it is being sent; 0 if it isn't, or was edited since."""
        self._last = 0
        """The number of the frame that was sent last, until the field is edited; its dongle may refuse it."""
        self._rejection: AppError | None = None
        """Why the frame in the field can't be sent, as it is said beside it."""
        self._unsent: tuple[Frame, ...] = ()
        """The frames that the notice names."""
        self._help: CommandHelp | None = None
        set_surface(self, "surface")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        grid = QGridLayout()
        grid.setContentsMargins(16, 8, 12, 8)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(1, 1)
        column.addLayout(grid)
        self._line = QHBoxLayout()
        self._line.setSpacing(8)
        self._frame = Edit(placeholder=_("123#DEADBEEF"), mono=True, name="live_frame", label=_("Frame to send"))
        self._frame.setMinimumWidth(_LEAST_FIELD)  # beside armed triggers and long words
        self._frame.setMaximumWidth(_FIELD)
        self._frame.returnPressed.connect(self._send_typed)
        self._frame.textEdited.connect(lambda _text: self._clear())
        self._frame.textChanged.connect(self._show_size)
        self.said = Said()
        column.addWidget(self.said.below)
        self.refusal = self._build_refusal()
        self.said.setObjectName("live_sent")
        self._help_button = Button("", self._open_help, name="live_help")
        self._help_button.hide()
        self._send_button = Button(_("Send frame"), self._send_typed, icon="ph.paper-plane-right", name="live_send")
        self._line.addWidget(self._frame, 8)
        self._line.addWidget(self._send_button)
        self._line.addWidget(self.said, 1)
        self._line.addWidget(self._help_button)
        grid.addWidget(Text(_("Send"), tone="secondary"), 0, 0)
        grid.addLayout(self._line, 0, 1)
        grid.addWidget(self._refused, 1, 1)
        devices.frames_sent.connect(self._on_frames_sent)

    def _build_refusal(self) -> Paragraph:
        """What is said below the field of a frame that can't be sent, and what helps."""
        self._refused = QWidget()
        self._refused.setProperty("plain", "true")
        column = QVBoxLayout(self._refused)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(6)
        sentence = Paragraph("", "body", "error")
        sentence.setObjectName("live_refusal")
        self._classic = Button("", self._send_classic, kind="link", name="live_send_classic")
        self._set_fd = Button(_("Turn on CAN FD in bit timing"), self._open_timing, kind="link", name="live_set_fd")
        links = QHBoxLayout()
        links.setSpacing(16)
        links.addWidget(self._classic)
        links.addWidget(self._set_fd)
        links.addStretch(1)
        column.addWidget(sentence)
        column.addLayout(links)
        self._refused.hide()
        return sentence

    def _show_size(self, text: str) -> None:
        """Say at the end of the field how long the data of its frame is."""
        frame = candump.parse(text.strip())
        self._frame.set_tail(size_text(frame) if frame is not None else "")

    def _send_classic(self) -> None:
        frame = candump.parse(self._frame.text().strip())
        if frame is not None:
            self.send(as_classic(frame))

    def _open_timing(self) -> None:
        live = self._devices.live
        if live is not None:
            self._context.go(f"bench/timing/{live.device_id or ''}/fd")

    def add_right(self, button: Button) -> None:
        """Add a button at the right end, which works without a bus, too."""
        self._line.addWidget(button)

    @property
    def reason(self) -> str:
        """Why the open bus sends nothing; empty if it sends, or none is open."""
        return "" if self._devices.live is None else self._send_button.reason

    def focus_field(self) -> None:
        """Go to the field."""
        self._frame.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def follow(self, live: LiveBus | None) -> None:
        """Another bus was opened, or this one has ended: nothing is said of a frame any more. What the one before
        didn't send is past once another is open."""
        if live is not None:
            self._notices.dismiss(_SEND)
        self._lacks_acknowledgement = self._is_bus_off = False
        self._clear()
        self._frame.setEnabled(live is not None)
        self._send_button.setEnabled(live is not None)
        if live is not None:
            self._show_listen_only(live)

    def send(self, frame: Frame) -> None:
        """Send the frame as if it had been entered in the field."""
        self._frame.setText(candump.text(frame))
        self._send_typed()

    def _send_typed(self) -> None:
        live, text = self._devices.live, self._frame.text().strip()
        if live is None:
            return
        self._clear()
        if self._is_bus_off:
            self._show_error(self._send_button.reason)
            return
        frame = candump.parse(text)
        if frame is None:
            self._reject(live, text, Invalid(_NOT_A_FRAME, ""))
            return
        try:
            self._requested = self._last = live.capture.request_send(frame)
        except (DeviceFailure, Unavailable, Invalid) as error:
            self._reject(live, text, error)
        else:
            self.said.set_tone("muted")
            self.said.setText(_("Sending {frame}.").format(frame=candump.text(frame)))

    def _show_listen_only(self, live: LiveBus) -> None:
        """Say beside the field that a dongle set to listen only sends nothing; nothing can be entered then."""
        listens = is_listen_only(live.config)
        self._frame.setEnabled(not listens and not live.capture.listen_only)
        self._send_button.disable("")
        if listens:
            reason, advice = not_sending(live, self._context)
            self._send_button.disable(reason)
            self._show_error(reason, advice)
            self.said.set_tone("muted")
        elif live.capture.listen_only:
            reason = _("The live bus was opened to listen only. To send, close it and open it without.")
            self._send_button.disable(reason)
            self.said.set_tone("muted")
            self.said.setText(reason)

    def _on_frames_sent(self, outcome: SendOutcome) -> None:
        """Show what became of frames: of the last one requested beside its field, unless that was edited meanwhile."""
        self._report_unsent(outcome)
        refused = outcome.error is not None and outcome.last == self._last  # by the dongle, once it had it
        if outcome.last != self._requested and not refused:
            return
        self._requested = 0
        self.said.set_tone("muted" if outcome.error is None else "error")
        frame = candump.text(outcome.frames[-1])
        if outcome.error is None:
            self._handed_over = frame
            self.said.setText(_("Sent {frame} to the dongle.").format(frame=frame))
        else:
            self._handed_over = ""
            self.said.setText(_("{frame} wasn't sent.").format(frame=frame))
        announce(self.said, self.said.text())

    def show_acknowledgement(self, *, lacks: bool) -> None:
        """Say of the frame that was sent last whether no node acknowledges what the dongle sends."""
        self._lacks_acknowledgement = lacks
        if not self._handed_over:
            return
        sentence = _("Sent {frame} to the dongle.")
        if lacks:
            sentence = _("Sent {frame} to the dongle, but no node acknowledges it.")
        text = sentence.format(frame=self._handed_over)
        if text != self.said.text():
            self.said.setText(text)
            announce(self.said, text)

    def show_bus_off(self, *, is_off: bool) -> None:
        """Refuse to send while the dongle is bus off, and say why."""
        if is_off == self._is_bus_off:
            return
        self._is_bus_off = is_off
        self._clear()
        if is_off:
            error = not_sent_error(SendResult.REJECTED, bus_off=True)
            self._send_button.disable(f"{error.what} {error.do}")
            self._show_error(self._send_button.reason)
        else:
            self._send_button.disable("")

    def _report_unsent(self, outcome: SendOutcome) -> None:
        """Show a notice of all frames that weren't sent, until one is sent again or the user dismisses it."""
        problems = self._context.problems
        if outcome.error is None:
            self._notices.dismiss(_SEND)
            return
        earlier = self._unsent if problems.has(_SEND) else ()
        self._unsent = (*earlier, *outcome.frames)
        self._notices.show(unsent_error(self._unsent, outcome.error), act=_SEND)

    def _refuse(self, sentence: str, *, needs_fd: bool = False, can_be_fd: bool = False) -> None:
        """Say below the field what is wrong with its frame, with links to what helps."""
        self._frame.set_invalid(True)
        self.refusal.setText(sentence)
        text = self._frame.text()
        frame = candump.parse(text.strip()) if needs_fd else None
        if frame is not None:
            long = _("Send its first {count} bytes as a classic frame").format(count=MAX_CLASSIC)
            self._classic.setText(long if len(frame.data) > MAX_CLASSIC else _("Send as a classic frame"))
            self._frame.mark_part(text.index("##"), len("##1"))
        self._classic.setVisible(frame is not None)
        self._set_fd.setVisible(can_be_fd)
        self._refused.show()
        describe(self._frame, sentence)
        announce(self._frame, sentence)

    def _show_error(self, text: str, advice: CommandHelp | None = None) -> None:
        """Show beside the field why no frame can be sent, and a button for the command that helps."""
        self._help = advice
        self._help_button.setText(advice.title if advice is not None else "")
        self._help_button.updateGeometry()
        self._help_button.setVisible(advice is not None)
        self.said.set_tone("error")
        self.said.setText(text)
        announce(self.said, text)

    def _open_help(self) -> None:
        """Show the command that helps, to copy."""
        if self._help is None:
            return
        popover = Popover(self._help_button, width=420, name="live_help_popover")
        popover.column.addWidget(heading(self._help.title))
        popover.column.addWidget(Paragraph(self._help.steps, "body", "secondary"))
        popover.column.addWidget(copyable(self._help.command, _("command")))
        popover.open()

    def state(self) -> object:
        """The frame that is being sent or was sent last, and why it can't be sent."""
        return _SendState(self._requested, self._handed_over, self._rejection)

    def restore(self, state: object) -> None:
        """Show what was said of the frame in the field."""
        live, text = self._devices.live, self._frame.text().strip()
        if not isinstance(state, _SendState) or live is None or is_listen_only(live.config) or live.capture.listen_only:
            return
        self._requested, self._handed_over = state.requested, state.handed_over
        if state.rejection is not None:
            self._reject(live, text, state.rejection)
        elif state.requested:
            self.said.setText(_("Sending {frame}.").format(frame=text))
        self.show_acknowledgement(lacks=self._lacks_acknowledgement)

    def _reject(self, live: LiveBus, text: str, error: AppError) -> None:
        """Show why the frame in the field can't be sent."""
        self._rejection = error
        if error.code == _NOT_A_FRAME:
            self._refuse(not_a_frame(text))
        elif isinstance(error, Invalid):
            sentence, can_be_fd = not_sendable(error, live, self._context)
            self._refuse(sentence, needs_fd=bool(error.facts.get("needs_fd")), can_be_fd=can_be_fd)
        else:
            self._show_error(str(error))

    def _clear(self) -> None:
        """The frame is edited or sent again: what was said of the last one no longer applies."""
        self._requested = self._last = 0
        self._handed_over, self._rejection = "", None
        self._frame.set_invalid(False)
        describe(self._frame, "")
        self._frame.mark_part(0, 0)
        self._refused.hide()
        self._help_button.hide()
        self.said.setText("")
