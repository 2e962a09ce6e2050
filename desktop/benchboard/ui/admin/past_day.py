"""Asks as of which day something is told: now, or a day that is typed or picked; says since when that is known."""

import shlex
from contextlib import suppress
from datetime import UTC, date, datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from benchboard.errors import AppError, Invalid
from benchboard.i18n import _
from benchboard.identity.audit_periods import read_moment
from benchboard.ui.time_format import full_date, full_time
from benchboard.ui.widgets import Button, Edit, Paragraph
from benchboard.ui.widgets.accessible import announce, describe, focus_told_once
from benchboard.ui.widgets.calendar import DayRange, RangeCalendar
from benchboard.ui.widgets.fields import row
from benchboard.ui.widgets.popover import Popover


class PastDay(QWidget):
    """`changed` is emitted once another day was typed or picked; an empty field is now."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._edit = Edit(placeholder=_("A day such as 2026-03-14"), name="who_can_day")
        self._edit.setAccessibleName(_("As of"))
        self._now = Button(_("Now"), self._edit.clear, name="who_can_now")
        self._now.setCheckable(True)
        self._pick = Button("", self._open_calendar, icon="ph.calendar-blank", tip=_("Pick a day"), name="who_can_pick")
        self._edit.returnPressed.connect(self._ask_again)
        self._edit.editingFinished.connect(self._finish)
        self._edit.textChanged.connect(self._clear)
        self._note = Paragraph("", "caption", "muted")
        self._error = Paragraph("", "caption", "error")
        self._typed = ""
        self._is_asked = False
        """Whether the user asks for what is told next: then what is wrong is told also if that was told before."""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        line = row(self._now, self._edit, self._pick)
        line.setStretch(1, 1)
        column.addLayout(line)
        for widget in (self._note, self._error):
            column.addWidget(widget)
        self._now.clicked.connect(self._show_now)
        self.say()
        self._show_now()

    @property
    def is_past(self) -> bool:
        """Whether a day or time was typed."""
        return bool(self._edit.text().strip())

    @property
    def title(self) -> str:
        """The day that was typed, or the time, as sentences say it; empty for now. Only if `moment` takes it."""
        text = self._edit.text().strip()
        if len(text) == len("2026-03-14"):
            return full_date(date.fromisoformat(text))
        return full_time(self.moment())

    @property
    def word(self) -> str:
        """What was typed, as a word of a command line."""
        return shlex.quote(self._edit.text().strip())

    def moment(self) -> datetime | None:
        """The end of the day that was typed, or the time; None for now. Raises `Invalid`."""
        text = self._edit.text().strip()
        if not text:
            return None
        if read_moment(text, "at") > (now := datetime.now(UTC)):
            raise Invalid("history.late", _("That time hasn't come yet."), field="at")
        return min(read_moment(text, "at", whole_day=True), now)

    def say(
        self,
        known_from: datetime | None = None,
        error: AppError | None = None,
        *,
        log_fits: bool = True,
        later: bool = False,
    ) -> None:
        """Say since when it is known, or what is wrong; without both, nothing. `log_fits`: whether the audit log still
        has what this computer saw of it; `later`: whether it is known since later than the log begins."""
        told = _("Known since {time}, when the audit log begins.")
        if later:
            told = _("Known since {time}, when who could use it was first recorded.")
        wrong = " ".join(filter(None, (error.what, error.why, error.do))) if error is not None else ""
        if not log_fits:
            wrong = _("The audit log no longer fits what this computer saw of it, so this may be wrong.")
        self._note.setText(told.format(time=full_time(known_from)) if known_from is not None else "")
        self._error.setText(wrong)
        self._note.setVisible(known_from is not None)
        self._error.setVisible(bool(wrong))
        self._edit.set_invalid(error is not None)
        is_news = self._is_asked or wrong not in self._edit.accessibleDescription()
        self._is_asked = False
        if wrong and is_news:
            announce(self._edit, wrong, again=True)
        describe(self._edit, " ".join(filter(None, (wrong, self._note.text()))))

    def _show_now(self) -> None:
        self._now.setChecked(not self.is_past)

    def _open_calendar(self) -> None:
        """Let a day be picked, from the one that was typed on."""
        popover = Popover(self._pick, name="who_can_calendar")
        today = datetime.now().astimezone().date()
        calendar = RangeCalendar(months=1, today=today, single=True, latest=today)
        with suppress(Invalid):
            if self.is_past:
                day = read_moment(self._edit.text().strip(), "at").astimezone().date()
                calendar.show_range(DayRange(day, day))

        def pick(picked: DayRange) -> None:
            popover.close()
            self._edit.setText(picked.first.isoformat())
            self._finish()

        calendar.range_selected.connect(pick)
        popover.column.addWidget(calendar)
        with focus_told_once():
            popover.open()
            calendar.setFocus(Qt.FocusReason.PopupFocusReason)

    def _clear(self, text: str) -> None:
        self._show_now()
        if not text:
            self._finish()

    def _ask_again(self) -> None:
        """Tell the answer to the same day again: a silent Enter seems not to work."""
        if self._edit.text().strip() == self._typed:
            self._is_asked = True
            self.changed.emit()

    def _finish(self) -> None:
        if self._edit.text().strip() != self._typed:
            self._typed = self._edit.text().strip()
            self._is_asked = True
            self.changed.emit()
