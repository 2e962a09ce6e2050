"""Bars above the audit log: how many of its entries there are in each period. One narrows the list to its period."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Final

from PySide6.QtCore import QDate, QLocale, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from benchboard.i18n import _, ngettext, number
from benchboard.identity.audit_counts import CountsOverTime, PeriodCount, PeriodUnit
from benchboard.ui.theme import theme
from benchboard.ui.time_format import full_date, short_date
from benchboard.ui.widgets import Text, hairline
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.focus import Pressable
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.surfaces import set_surface

_BARS: Final = 30
"""Height of the highest bar, in pixels."""
_LABELS: Final = 18
_HEAD: Final = 20
_TOP: Final = 4
_LEAST: Final = 2
"""Height of a bar for a single entry among thousands."""
_BETWEEN_LABELS: Final = 40
_BEFORE_FIRST: Final = 2
_FEWEST_BARS: Final = 14
"""Fewer would be as wide as a tile."""


class AuditCountsStrip(QWidget):
    """What is counted, above the bars. `narrowed` emits the start and end of a period,
    `widened` asks for all times again.
    """

    narrowed = Signal(object, object)
    widened = Signal()

    def __init__(self) -> None:
        super().__init__()
        set_surface(self, "window")
        self._title = Text("", "caption", "muted")
        self._title.setFixedHeight(_HEAD)
        self.bars = AuditCountBars()
        self.bars.narrowed.connect(self.narrowed)
        self.bars.widened.connect(self.widened)
        inner = QVBoxLayout()
        inner.setContentsMargins(16, 4, 16, 4)
        inner.setSpacing(0)
        inner.addWidget(self._title)
        inner.addWidget(self.bars)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(inner)
        column.addWidget(hairline())
        self.setFixedHeight(_TOP + _BARS + _LABELS + _HEAD + 9)

    def show_counts(self, counts: CountsOverTime) -> None:
        """Show how many entries there are in each period."""
        counts = _without_a_long_start(counts)
        title = _unit_title(counts.unit) if counts.periods else ""
        peak = max(counts.periods, key=lambda period: period.count, default=None)
        if peak is not None and peak.count > 1:
            title = _("{title}, most on {period}").format(title=title, period=_period_text(peak))
        self._title.setText(title)
        self.bars.show_counts(counts)


class AuditCountBars(Pressable):
    """One bar for each period: a click or Enter narrows to it, arrows go from one to the next, Delete widens again.
    Periods without entries are passed over: there is nothing to narrow to.
    """

    narrowed = Signal(object, object)
    widened = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("audit_counts")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._counts = CountsOverTime("day")
        self._current = self._hovered = -1
        self._filled: list[int] = []
        """The periods that have entries."""
        self.clicked.connect(self._narrow)
        theme().changed.connect(self.update)
        self._tell()

    @property
    def counts(self) -> CountsOverTime:
        return self._counts

    def sizeHint(self) -> QSize:
        return QSize(200, _TOP + _BARS + _LABELS)

    minimumSizeHint = sizeHint

    def show_counts(self, counts: CountsOverTime) -> None:
        """Show these periods; the current one stays if it is among them, otherwise it is the last with entries."""
        was = self._counts.periods[self._current].start if self._current >= 0 else None
        self._counts = counts
        starts = [period.start for period in counts.periods]
        self._filled = [at for at, period in enumerate(counts.periods) if period.count]
        self._current = starts.index(was) if was in starts else -1
        if self._current not in self._filled:
            self._current = self._filled[-1] if self._filled else -1
        self._hovered = -1
        self.setEnabled(bool(self._filled))
        self._tell()
        self.update()

    def bar_rect(self, at: int) -> QRectF:
        """The room of a bar, from top to bottom."""
        slot = self._slot
        return QRectF(at * slot, _TOP, slot, _BARS)

    @property
    def _slot(self) -> float:
        return self.width() / max(1, len(self._counts.periods))

    def _at(self, x: float) -> int:
        """The period at `x`; -1 to the right of the last one."""
        at = max(0, int(x / max(0.001, self._slot)))
        return at if at < len(self._counts.periods) else -1

    def _narrow(self) -> None:
        if self._current >= 0:
            period = self._counts.periods[self._current]
            self.narrowed.emit(period.start, period.end)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self._at(event.position().x())
        if at not in self._filled:
            return
        self._current = at
        self._tell()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        at = self._at(event.position().x())
        self._hovered = at if at in self._filled else -1
        self.setToolTip(plain_tooltip(_period_text(self._counts.periods[at])) if at >= 0 else "")
        self.setCursor(Qt.CursorShape.PointingHandCursor if self._hovered >= 0 else Qt.CursorShape.ArrowCursor)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, filled = event.key(), self._filled
        place = filled.index(self._current) if self._current in filled else 0
        places = {
            Qt.Key.Key_Left: max(0, place - 1),
            Qt.Key.Key_Right: min(len(filled) - 1, place + 1),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: len(filled) - 1,
        }
        if filled and key in places:
            self._current = filled[places[Qt.Key(key)]]
            self._tell()
            announce(self, _period_text(self._counts.periods[self._current]))
            self.update()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.widened.emit()
        else:
            super().keyPressEvent(event)

    def _tell(self) -> None:
        title = _unit_title(self._counts.unit)
        period = _period_text(self._counts.periods[self._current]) if self._current >= 0 else _("No entries")
        self.setAccessibleName(_("{title}: {period}").format(title=title, period=period))
        self.setAccessibleDescription(
            _("Left and Right go from bar to bar, Enter shows only its entries, Delete shows all times.")
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        periods = self._counts.periods
        most = max((period.count for period in periods), default=0)
        now = datetime.now(UTC)
        marked = self._current if self.hasFocus() and self.focused_by_key else -1
        with QPainter(self) as painter:
            painter.fillRect(QRectF(0, _TOP + _BARS, self.width(), 1), theme().color("border.strong"))
            for at, period in enumerate(periods):
                room = self.bar_rect(at)
                gap = min(2.0, room.width() / 4)
                if at == marked or (at == self._hovered and self.underMouse()):
                    painter.fillRect(room.adjusted(0, -_TOP, 0, 0), theme().color("selection"))
                height = max(_LEAST, period.count / most * _BARS) if period.count else 0
                bar = QRectF(room.left(), room.bottom() - height, room.width() - gap, height)
                is_now = period.start <= now < period.end
                painter.fillRect(bar, theme().color("accent" if at == marked or is_now else "border.control"))
            self._paint_labels(painter)

    def _paint_labels(self, painter: QPainter) -> None:
        painter.setFont(theme().font("caption"))
        painter.setPen(theme().color("text.muted"))
        for spot, text in self.labels():
            painter.drawText(spot, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    def labels(self) -> list[tuple[QRectF, str]]:
        """The periods written below the bars, and where: the last, and those before it that have room; the first alone
        where only one has.
        """
        periods = self._counts.periods
        if not periods:
            return []
        metrics = QFontMetricsF(theme().font("caption"))
        labels = [_label(period, self._counts.unit) for period in periods]
        widest = max(map(metrics.horizontalAdvance, labels))
        step = max(1, ceil((widest + _BETWEEN_LABELS) / self.bar_rect(0).width()))
        last = len(periods) - 1
        wide = metrics.horizontalAdvance(labels[last]) + 4
        end = min(self.bar_rect(last).left(), self.width() - wide)
        found = [
            (QRectF(self.bar_rect(at).left(), _TOP + _BARS + 2, widest + 4, _LABELS - 2), labels[at])
            for at in range(0, last, step)
            if self.bar_rect(at).left() + widest + _BETWEEN_LABELS <= end
        ]
        if not found:
            return [(QRectF(0, _TOP + _BARS + 2, widest + 4, _LABELS - 2), labels[0])]
        return [*found, (QRectF(end, _TOP + _BARS + 2, wide, _LABELS - 2), labels[last])]


def _without_a_long_start(counts: CountsOverTime) -> CountsOverTime:
    """Begin shortly before the first entry: a young log would be an axis without bars."""
    first = next((at for at, period in enumerate(counts.periods) if period.count), 0)
    begin = max(0, min(first - _BEFORE_FIRST, len(counts.periods) - _FEWEST_BARS))
    return replace(counts, periods=counts.periods[begin:])


def range_text(start: datetime | None, end: datetime | None) -> str:
    """A period by the clock here: `20 Nov 2026`, `16 Nov 2026 – 22 Nov 2026`, `20 Nov 2026 10:00 – 11:00`; with one end
    alone `From 20 Nov 2026` or `Until 20 Nov 2026`.
    """
    if start is None or end is None:
        if start is not None:
            return _("From {day}").format(day=full_date(start.astimezone()))
        return _("Until {day}").format(day=full_date(end.astimezone() - timedelta(hours=12))) if end is not None else ""
    first, last = start.astimezone(), end.astimezone()
    if (first.hour, first.minute, last.hour, last.minute) == (0, 0, 0, 0):
        days = (full_date(first), full_date(last - timedelta(hours=12)))
        return days[0] if days[0] == days[1] else " – ".join(days)
    return f"{full_date(first)} {first:%H:%M} – {last:%H:%M}"


def _period_text(period: PeriodCount) -> str:
    entries = ngettext("{count} entry", "{count} entries", period.count).format(count=number(period.count))
    return f"{range_text(period.start, period.end)}: {entries}"


def _label(period: PeriodCount, unit: PeriodUnit) -> str:
    local = period.start.astimezone()
    if unit in ("minute", "hour"):
        return short_date(local) if (local.hour, local.minute) == (0, 0) else f"{local:%H:%M}"
    if unit == "year":
        return str(local.year)
    return _month(local) if unit == "month" else short_date(local)


def _month(time: datetime) -> str:
    return QLocale().toString(QDate(time.year, time.month, 1), "MMM yyyy")


def _unit_title(unit: PeriodUnit) -> str:
    return {
        "minute": _("Entries per minute"),
        "hour": _("Entries per hour"),
        "day": _("Entries per day"),
        "week": _("Entries per week"),
        "month": _("Entries per month"),
        "year": _("Entries per year"),
    }[unit]
