"""The period that the audit log is narrowed to: one by name, or days that somebody types."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.identity.audit_periods import PERIODS, period_title, read_moment
from benchboard.ui.widgets import Button, Edit, Popover, ProblemText, Select, Text
from benchboard.ui.widgets.accessible import focus_told_once

_OTHER = "other"
_PICKER_WIDTH = 260


class PeriodSelect(Select):
    """All times, a period by name, or other days, which it asks for: `ask` is called then."""

    def __init__(self, ask: Callable[[], object]) -> None:
        named = [(period, period_title(period)) for period in PERIODS]
        super().__init__(
            [("", _("All times")), *named, (_OTHER, _("Other days …"))], name="audit_period", label=_("Period")
        )
        self._ask = ask
        self.activated.connect(self._ask_if_other)

    def chosen_period(self) -> str:
        """The period by name; empty for all times and for other days."""
        key = self.current_key()
        return "" if key == _OTHER else key

    def show_other(self) -> None:
        """Say that the list has other days than any of the periods, without asking."""
        self.blockSignals(True)
        self.set_current_key(_OTHER)
        self.blockSignals(False)

    def _ask_if_other(self) -> None:
        if self.current_key() == _OTHER:
            self._ask()


class DaysPicker(Popover):
    """Asks for the first and the last day; either may be left empty."""

    is_form = True

    def __init__(self, anchor: QWidget, chosen: Callable[[datetime | None, datetime | None], object]) -> None:
        super().__init__(anchor, width=_PICKER_WIDTH, name="audit_days")
        self._chosen = chosen
        self._first, self._last = (
            Edit(placeholder=_("2026-03-01"), name=name) for name in ("audit_first_day", "audit_last_day")
        )
        for title, edit in ((_("From"), self._first), (_("Up to and including"), self._last)):
            edit.setAccessibleName(title)
            edit.returnPressed.connect(self._accept)
            self.column.addWidget(Text(title, "caption", "muted"))
            self.column.addWidget(edit)
            edit.textEdited.connect(self._forget_problem)
        self._problem = ProblemText("caption")
        self.column.addWidget(self._problem)
        self.column.addWidget(Button(_("Show"), self._accept, kind="primary", name="audit_show_days"))

    def open(self) -> None:
        with focus_told_once():
            super().open()
            self._first.setFocus(Qt.FocusReason.PopupFocusReason)

    def _forget_problem(self) -> None:
        for edit in (self._first, self._last):
            edit.set_invalid(False)
        self._problem.say("")

    def _accept(self) -> None:
        try:
            first = read_moment(self._first.text(), "since") if self._first.text().strip() else None
            last = read_moment(self._last.text(), "until", whole_day=True) if self._last.text().strip() else None
            if first is not None and last is not None and first >= last:
                raise Invalid("audit.days", _("The first day is after the last one."), field="since")
        except Invalid as error:
            self._forget_problem()
            wrong = self._last if error.facts.get("field") == "until" else self._first
            wrong.set_invalid(True)
            self._problem.say(str(error), wrong)
            self.move_into_place()
            return
        self.close()
        self._chosen(first, last)
