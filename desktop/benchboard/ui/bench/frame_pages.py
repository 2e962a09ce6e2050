"""The frames of the live bus, or what is in their place: that the bus is closed, silent, has only errors, or that the
filter shows none.
"""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.bench.bench_format import bit_rate
from benchboard.ui.bench.frame_list import FrameList
from benchboard.ui.bench.live_bus_reasons import why_only_errors
from benchboard.ui.widgets import EmptyState
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.surfaces import set_surface


class FramePages(QWidget):
    """One of these pages is shown. `run_closed` is what the button of the closed bus does."""

    def __init__(
        self,
        table: FrameList,
        *,
        run_closed: Callable[[], object],
        open_timing: Callable[[], object],
        clear_filter: Callable[[], object],
    ) -> None:
        super().__init__()
        self._table = table
        self._told_errors = ""
        """What a screen reader was told of this bus's errors without frames."""
        self._closed = EmptyState(
            "ph.activity",
            _("The live bus is closed"),
            _("Start simulated dongles"),
            run_closed,
            why=_("Select a dongle above."),
        )
        self._closed.action.setObjectName("live_empty_action")
        self._errors = EmptyState("ph.warning-circle", "", _("Open bit timing"), open_timing, role="error")
        self._errors.action.setObjectName("live_errors_timing")
        self._waiting = EmptyState("ph.activity", _("No frames yet"))
        for read in (self._errors, self._waiting):
            read.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # there is nothing to press in it
        self._none_match = EmptyState("ph.funnel", "", _("Clear filter"), clear_filter)
        self._none_match.action.setObjectName("live_clear_filter")
        self._stack = QStackedLayout(self)
        for page in (self._closed, self._errors, self._waiting, self._none_match):
            set_surface(page, "surface")
            self._stack.addWidget(page)
        self._stack.addWidget(table)

    @property
    def current(self) -> QWidget | None:
        """The page that is shown."""
        return self._stack.currentWidget()

    @property
    def shows_frames(self) -> bool:
        """Whether the frames are shown."""
        return self.current is self._table

    def start(self) -> None:
        """Another bus was opened."""
        self._told_errors = ""
        self._stack.setCurrentWidget(self._table)

    def show_frames(self) -> None:
        """Show the frames, unless the filter shows none of them."""
        if self.current is not self._none_match:
            self._stack.setCurrentWidget(self._table)

    def show_past(self, *, has_frames: bool) -> None:
        """The bus is closed: show its frames, if there are any."""
        self._stack.setCurrentWidget(self._table if has_frames else self._closed)

    def describe_closed(self, sentence: str, why: str, action: str) -> None:
        """What the page of the closed bus says, and its button."""
        self._closed.action.setText(action)
        self._closed.sentence.setText(sentence)
        self._closed.why.setText(why)

    def show_waiting(self, bitrate: int) -> None:
        """No frame has come yet, at this bit rate (bit/s)."""
        silent = _(
            "Listening at {rate}. If another node is sending, check its bit rate, the wiring and the termination."
        )
        self._waiting.why.setText(silent.format(rate=bit_rate(bitrate)))
        self._waiting.why.show()
        self._stack.setCurrentWidget(self._waiting)

    def show_only_errors(
        self, bitrate: int, *, found: int | None, lacks_acknowledgement: bool, is_listed: bool
    ) -> None:
        """No frame has come, only errors. A screen reader is told once of missing acknowledgements, though it is shown
        at every poll; of anything else a notice tells.

        `found` is the bit rate of the bus, if it was detected; `is_listed`: all frames in order have what the
        controller reports.
        """
        heard = bit_rate(found) if found is not None else ""
        lacks_acknowledgement = lacks_acknowledgement and not heard
        what, why = why_only_errors(bit_rate(bitrate), found=heard, lacks_acknowledgement=lacks_acknowledgement)
        self._errors.sentence.setText(what)
        reported = _("To list what the controller reports, select All frames.") if is_listed and not heard else ""
        self._errors.why.setText(f"{why} {reported}".rstrip())
        self._errors.why.show()
        self._errors.action.setVisible(lacks_acknowledgement)  # else a pane of its own is beside it
        self._stack.setCurrentWidget(self._errors)
        title = self._errors.sentence.text()
        if title != self._told_errors and lacks_acknowledgement:
            self._told_errors = title
            announce(self._errors, f"{title}. {self._errors.why.text()}")

    def show_filtered(self, reason: str, *, hidden: bool) -> None:
        """Say in place of the frames for which `reason` the filter shows none of them, as long as it hides them all."""
        if hidden:
            self._none_match.sentence.setText(reason)
        if self.shows_frames and hidden:
            had_focus = self._table.hasFocus()
            self._stack.setCurrentWidget(self._none_match)
            if had_focus:
                self._none_match.action.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.current is self._none_match and not hidden:
            had_focus = self._none_match.action.hasFocus()
            self._stack.setCurrentWidget(self._table)
            if had_focus:
                self._table.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_frames(self) -> None:
        """Focus the frames, or in their place the button, or what is said."""
        target = self.current
        if isinstance(target, EmptyState) and not target.action.isHidden():
            target = target.action
        (target or self._table).setFocus(Qt.FocusReason.ShortcutFocusReason)
