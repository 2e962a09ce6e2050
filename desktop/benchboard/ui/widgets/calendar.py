"""A calendar of one or two months in which a range of days is selected, by two clicks or by keys, or a single day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from PySide6.QtCore import QDate, QEvent, QLocale, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from benchboard.i18n import _
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role, announce
from benchboard.ui.widgets.buttons import Button

_CELL: Final = (28, 26)
"""Width and height of a day, in pixels."""
_WEEK_WIDTH: Final = 26
"""Pixels of the column with the numbers of the weeks."""
_HEADER: Final = 30
_DAY_NAMES: Final = 20
_WEEKS: Final = 6
_GAP: Final = 18
"""Pixels between two months."""
_WEEK_DAYS: Final = 7
"""The day that decides to which ISO week the days around it belong, from Monday = 0."""


class DayRange(NamedTuple):
    """The first and the last day of a range."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class _DayBox:
    """Where a day is."""

    day: date
    box: QRectF


class RangeCalendar(QWidget):
    """The days of one or two months, with the numbers of their ISO weeks. Weeks begin as the system's region says,
    whatever the language: without a region, on Monday.

    The first click or Enter selects the one end of the range, the second the other; of a `single` day, one is enough.
    Days after the `latest` can't be selected. Arrows move by a day and a week,
    Home and End to the ends of the week, Page Up and Page Down by a month, with Shift by a year; Esc gives up the first
    end.
    """

    range_selected = Signal(object)
    """Both ends are selected: a `DayRange`."""
    accessible_role = Role.Table

    def __init__(
        self,
        *,
        months: int = 2,
        today: date | None = None,
        single: bool = False,
        latest: date = date.max,
        week_start: Qt.DayOfWeek | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`week_start`: the day that weeks begin with; None: that of the system's region."""
        super().__init__(parent)
        # Not of the language: Qt takes English alone for that of the United States.
        self._first_weekday = (week_start or QLocale.system().firstDayOfWeek()).value - 1
        """From Monday = 0."""
        self.setObjectName("range_calendar")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._today = today or datetime.now(UTC).date()
        self._count = months
        self._single, self._latest = single, latest
        self._range: DayRange | None = None
        self._first_end: date | None = None
        self._hovered: date | None = None
        self.current = self._today
        """The day that the keys have reached."""
        self.month = self._today.replace(day=1)
        """The first day of the first month that is shown."""
        self.back = Button("", self._earlier, kind="quiet", icon="ph.caret-left", size="sm", tip=_("Previous month"),
                           name="calendar_back", parent=self)  # fmt: skip
        self.forward = Button("", self._later, kind="quiet", icon="ph.caret-right", size="sm", tip=_("Next month"),
                              name="calendar_forward", parent=self)  # fmt: skip
        self.setFixedSize(self.sizeHint())
        for place, button in enumerate((self.back, self.forward)):
            button.adjustSize()
            x = self.width() - button.width() if place else 0
            button.move(x, (_HEADER - button.height()) // 2)
        self.show_range(None)

    def accessible_text(self) -> str:
        """The day that the keys have reached, and whether it is selected."""
        return ", ".join(part for part in (_("Calendar"), self._spoken(self.current)) if part)

    def sizeHint(self) -> QSize:
        width = self._count * self._month_width + (self._count - 1) * _GAP
        return QSize(width, _HEADER + _DAY_NAMES + _WEEKS * _CELL[1])

    # What is shown

    def show_range(self, shown: DayRange | None) -> None:
        """Show a range that was selected by other means, from the month of its first day on. None: no range, and this
        month."""
        if shown == self._range and shown is not None:
            return
        self._range, self._first_end = shown, None
        if shown is None:
            self.current, self.month = self._today, _moved_month(self._today.replace(day=1), 1 - self._count)
        else:
            self.month = shown.first.replace(day=1)
            self.current = shown.last if shown.last.replace(day=1) in self.months else shown.first
        self.update()

    @property
    def selected_range(self) -> DayRange | None:
        """The range that is selected; None while only one end is, or none."""
        return self._range if self._first_end is None else None

    @property
    def months(self) -> tuple[date, ...]:
        """The first days of the months that are shown."""
        return tuple(_moved_month(self.month, place) for place in range(self._count))

    def day_box(self, day: date) -> QRectF:
        """Where a day of the months that are shown is. Raises `ValueError` for any other day."""
        for one in self._days():
            if one.day == day:
                return one.box
        raise ValueError(f"{day} isn't shown")

    @property
    def _month_width(self) -> int:
        return _WEEK_WIDTH + _WEEK_DAYS * _CELL[0]

    def _days(self) -> Iterator[_DayBox]:
        for place, month in enumerate(self.months):
            left = place * (self._month_width + _GAP) + _WEEK_WIDTH
            first, day = month.weekday(), month
            lead = (first - self._first_weekday) % _WEEK_DAYS
            while day.month == month.month:
                row, column = divmod(lead + day.day - 1, _WEEK_DAYS)
                top = _HEADER + _DAY_NAMES + row * _CELL[1]
                yield _DayBox(day, QRectF(left + column * _CELL[0], top, *_CELL))
                if day == date.max:
                    break
                day += timedelta(days=1)

    def _selected(self) -> DayRange | None:
        """What is drawn as selected: while only one end is, up to the day under the pointer or the keys."""
        if self._first_end is None:
            return self._range
        other = self._hovered or self.current
        return DayRange(min(self._first_end, other), max(self._first_end, other))

    # Selecting

    def _select(self, day: date) -> None:
        self.current = day
        if day > self._latest:
            announce(self, self._spoken(day), again=True)
            return
        if self._single:
            self._first_end = day
        if self._first_end is None:
            self._first_end, self._hovered = day, None
            announce(self, _("First day: {day}. Select the last day.").format(day=self._spoken_day(day)))
        else:
            self._range = DayRange(min(self._first_end, day), max(self._first_end, day))
            self._first_end = None
            if not self._single:
                announce(self, _("{first} to {last} selected.").format(
                    first=self._spoken_day(self._range.first), last=self._spoken_day(self._range.last)))  # fmt: skip
            self.range_selected.emit(self._range)
        self.update()

    def _move(self, day: date) -> None:
        self.current, self._hovered = day, None
        months = self.months
        if day.replace(day=1) < months[0]:
            self.month = day.replace(day=1)
        elif day.replace(day=1) > months[-1]:
            self.month = _moved_month(day.replace(day=1), 1 - self._count)
        announce(self, self._spoken(day))
        self.update()

    def _earlier(self) -> None:
        self._turn(-1)

    def _later(self) -> None:
        self._turn(1)

    def _turn(self, months: int) -> None:
        """Show other months; the day that the keys have reached goes along."""
        self.month = _moved_month(self.month, months)
        if not any(one.day == self.current for one in self._days()):
            self.current = _moved_month(self.current, months)
        announce(self, ", ".join(self._month_title(one) for one in self.months))
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        day = self._day_at(event)
        if day is not None and event.button() == Qt.MouseButton.LeftButton:
            self._select(day)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        day = self._day_at(event)
        self.setCursor(Qt.CursorShape.PointingHandCursor if day is not None else Qt.CursorShape.ArrowCursor)
        if day != self._hovered:
            self._hovered = day
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hovered = None
        self.update()

    def _day_at(self, event: QMouseEvent) -> date | None:
        at = event.position()
        return next((one.day for one in self._days() if one.box.contains(at) and one.day <= self._latest), None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, today = event.key(), self.current
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        in_week = (today.weekday() - self._first_weekday) % _WEEK_DAYS
        days = {
            Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -_WEEK_DAYS, Qt.Key.Key_Down: _WEEK_DAYS,
            Qt.Key.Key_Home: -in_week, Qt.Key.Key_End: _WEEK_DAYS - 1 - in_week,
        }  # fmt: skip
        months = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
        if key in days:
            self._move(_moved_day(today, days[Qt.Key(key)]))
        elif key in months:
            self._move(_moved_month(today, months[Qt.Key(key)] * (12 if shift else 1)))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._select(today)
        elif key == Qt.Key.Key_Escape and self._first_end is not None:
            self._first_end = None
            self.update()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # Esc gives up the first end rather than closing what the calendar is in.
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and self._first_end is not None
        ):
            event.setAccepted(event.key() == Qt.Key.Key_Escape)
            return event.isAccepted()
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def _language(self) -> QLocale:
        """The language of the program as it is now: that of a widget is the one in which its window was opened."""
        return self.locale() if self.testAttribute(Qt.WidgetAttribute.WA_SetLocale) else QLocale()

    def _month_title(self, month: date) -> str:
        return self._language().toString(QDate(month.year, month.month, 1), "MMMM yyyy")

    def _spoken_day(self, day: date) -> str:
        return self._language().toString(QDate(day.year, day.month, day.day), "dddd d MMMM yyyy")

    def _spoken(self, day: date) -> str:
        selected = self._selected()
        parts = [self._spoken_day(day)]
        if day == self._today:
            parts.append(_("today"))
        if day > self._latest:
            parts.append(_("unavailable"))
        if selected is not None and selected.first <= day <= selected.last:
            parts.append(_("selected"))
        return ", ".join(parts)

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for place, month in enumerate(self.months):
                self._paint_names(painter, place * (self._month_width + _GAP), month)
            selected = self._selected()
            for one in self._days():
                self._paint_day(painter, one, selected)

    def _paint_names(self, painter: QPainter, left: int, month: date) -> None:
        """Draw the title of a month, the names of the days of the week, and the numbers of the weeks."""
        painter.setFont(theme().font("body_strong"))
        painter.setPen(theme().color("text"))
        whole = QRectF(left, 0, self._month_width, _HEADER)
        painter.drawText(whole, Qt.AlignmentFlag.AlignCenter, self._month_title(month))
        painter.setFont(theme().font("caption"))
        painter.setPen(theme().color("text.muted"))
        for column in range(_WEEK_DAYS):
            name = self._language().dayName(
                (self._first_weekday + column) % _WEEK_DAYS + 1, QLocale.FormatType.ShortFormat
            )
            box = QRectF(left + _WEEK_WIDTH + column * _CELL[0], _HEADER, _CELL[0], _DAY_NAMES)
            fits = painter.fontMetrics().horizontalAdvance(name) <= _CELL[0] - 2
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name if fits else name[:2])
        lead = (month.weekday() - self._first_weekday) % _WEEK_DAYS
        for row in range(_WEEKS):
            # Where a row begins on Sunday, its days are of two weeks of ISO 8601.
            number = _week_number(month, row * _WEEK_DAYS - lead) if self._first_weekday == 0 else ""
            box = QRectF(left, _HEADER + _DAY_NAMES + row * _CELL[1], _WEEK_WIDTH - 6, _CELL[1])
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, number)

    def _paint_day(self, painter: QPainter, one: _DayBox, selected: DayRange | None) -> None:
        box, day = one.box, one.day
        is_end = selected is not None and day in selected
        disc = box.adjusted(1, 1, -1, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        if selected is not None and selected.first <= day <= selected.last:
            painter.setBrush(theme().color("selection"))
            painter.drawRect(box.adjusted(box.width() / 2 * (day == selected.first), 1, 0, -1).adjusted(
                0, 0, -box.width() / 2 * (day == selected.last), 0))  # fmt: skip
        if is_end:
            painter.setBrush(theme().color("accent"))
            painter.drawRoundedRect(disc, 5, 5)
        elif day == self._hovered:
            painter.setBrush(theme().color("row.hover"))
            painter.drawRoundedRect(disc, 5, 5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if day == self._today and not is_end:
            painter.setPen(QPen(theme().color("border.control"), 1))
            painter.drawRoundedRect(disc.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        painter.setFont(theme().font("body_strong" if day == self._today else "body"))
        ink = "on.accent" if is_end else "accent.text" if day == self._today else "text"
        painter.setPen(theme().color(ink if day <= self._latest else "text.muted"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(day.day))
        if day == self.current and self.hasFocus():
            painter.setPen(QPen(theme().color("focus"), 2))
            painter.drawRoundedRect(disc.adjusted(-1, -1, 1, 1), 6, 6)


def _week_number(month: date, days: int) -> str:
    """The number of the ISO week that begins on the Monday `days` days after the first of a month; empty where none of
    its days is in the month."""
    start = _moved_day(month, days)
    end = _moved_day(start, _WEEK_DAYS - 1)
    if start.replace(day=1) != month and end.replace(day=1) != month:
        return ""
    return str(start.isocalendar().week)


def _moved_day(day: date, days: int) -> date:
    """A day so many days later, within the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def _moved_month(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month; within the calendar."""
    count = max(12, min(day.year * 12 + day.month - 1 + months, date.max.year * 12 + 11))
    year, month = divmod(count, 12)
    for number in range(day.day, day.day - 4, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    raise AssertionError("each month has 28 days")
