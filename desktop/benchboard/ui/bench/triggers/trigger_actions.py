"""What a trigger does in the window when it is met: a recording, a row of the send table, a sound, a notification."""

from collections.abc import Callable

from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from benchboard.canbus.trigger_runner import FiredTrigger
from benchboard.i18n import _
from benchboard.ui.bench.frame_format import identifier
from benchboard.ui.bench.triggers.trigger_models import FiredEntry, frame_text
from benchboard.ui.bench.triggers.trigger_recording import TriggerRecording
from benchboard.ui.context import Context


class TriggerActionRunner:
    """Runs the actions of triggers, and says of each what it did and couldn't do."""

    def __init__(
        self,
        context: Context,
        view: QWidget,
        recording: TriggerRecording,
        start_row: Callable[[str], str],
        why_not_sent: Callable[[], str],
    ) -> None:
        """`start_row` starts the row of the send table with a title, and says why it can't; `why_not_sent` says why
        nothing is sent now.
        """
        self._context, self._view, self._recording = context, view, recording
        self._start_row, self._why_not_sent = start_row, why_not_sent
        self._tray: QSystemTrayIcon | None = None

    def run(self, fired: FiredTrigger) -> FiredEntry:
        """Do what a trigger that was met is to do; its frame was sent already."""
        row, firing, actions = fired.row, fired.firing, fired.row.actions
        done, problems = [], []
        if actions.marks and firing.frame is not None:
            done.append(_("marked"))
        if actions.frame is not None:
            if fired.not_sent:
                problems.append(_("Not sent: {reason}").format(reason=fired.not_sent))
            else:
                done.append(_("sent {frame}").format(frame=identifier(actions.frame)))
        if actions.row:
            if why_not := self._why_not_sent() or self._start_row(actions.row):
                problems.append(_("Not sent: {reason}").format(reason=why_not))
            else:
                done.append(_("started row {name}").format(name=actions.row))
        if actions.records:
            done.append(self._recording.begin(row.title, actions, firing.seconds))
        if actions.marks:
            self._recording.bookmark(row.title, firing.seconds)
        if actions.sounds:
            QApplication.beep()
            done.append(_("played a sound"))
        entry = FiredEntry(row.title, firing.seconds, firing.frame, "", " ".join(problems), fired.number)
        if actions.notifies:
            self._notify(entry)
            done.append(_("notified"))
        entry.done = ", ".join(done)
        return entry

    def _notify(self, entry: FiredEntry) -> None:
        """Say it in the window, and, while another one is active, by the desktop where it shows notifications."""
        text = notice_text(entry)
        self._context.problems.toast(text)
        if self._view.isActiveWindow() or not QSystemTrayIcon.isSystemTrayAvailable():
            return
        if self._tray is None and QSystemTrayIcon.supportsMessages():
            self._tray = QSystemTrayIcon(QApplication.windowIcon(), self._view)
            self._tray.show()  # without an icon there is no message
        if self._tray is not None:
            self._tray.showMessage(_("Trigger fired"), text)


def notice_text(entry: FiredEntry) -> str:
    """That a trigger was met, when, and by which frame."""
    if entry.frame is None:
        return _("{trigger} at {time}").format(trigger=entry.name, time=entry.time)
    text = _("{trigger} at {time}: {frame}")
    return text.format(trigger=entry.name, time=entry.time, frame=frame_text(entry.frame))
