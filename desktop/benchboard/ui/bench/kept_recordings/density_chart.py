"""DensityChart: how many frames a recording has when, over its times."""

from datetime import UTC, datetime
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from benchboard.canbus.recording_content import RecordingContent
from benchboard.i18n import _, number
from benchboard.ui.bench.kept_recordings.density_drawing import density_text, draw_density, errors_text
from benchboard.ui.bench.kept_recordings.recording_columns import date_of
from benchboard.ui.theme import theme
from benchboard.ui.time_format import time_of_day
from benchboard.ui.widgets.accessible import Role
from benchboard.ui.widgets.readable_rows import Readable

_BARS: Final = 64
_TIMES: Final = 18
_BAR: Final = 4


class DensityChart(Readable, QWidget):
    """Bars of frames a second, marks of error frames below them, and the times of the first and the last frame. Tab
    comes to it, and a screen reader reads how many there are, and when most."""

    accessible_role = Role.Chart

    def __init__(self) -> None:
        super().__init__()
        self._content = RecordingContent()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedHeight(_BARS + _TIMES)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(360, _BARS + _TIMES)

    def show_content(self, content: RecordingContent) -> None:
        """Show what this recording holds; its rates are known."""
        self._content = content
        said = (_("Frames over time"), density_text(content.rates, content.frames, content.seconds),
                self._busiest_text(), errors_text(content.errors))  # fmt: skip
        self.setAccessibleName(", ".join(part for part in said if part))
        self.update()

    def ends(self) -> tuple[str, str]:
        """The times at the ends."""
        return self._time_text(0.0), self._time_text(self._content.seconds or 0.0)

    def _time_text(self, seconds: float) -> str:
        """The time so many seconds after the first frame: of the day if the recording says it, else in seconds."""
        begun = date_of(self._content)
        if begun is None:
            return _("{seconds} s").format(seconds=number(seconds, 1 if seconds else 0))
        return time_of_day(datetime.fromtimestamp(begun.timestamp() + seconds, UTC))

    def _busiest_text(self) -> str:
        """When there were most frames; empty where there are always as many."""
        rates = self._content.rates
        if not rates or max(rates) == min(rates):
            return ""
        at = (self._content.seconds or 0.0) * rates.index(max(rates)) / len(rates)
        return _("most at {time}").format(time=self._time_text(at))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            content = self._content
            draw_density(painter, QRectF(0, 0, self.width(), _BARS), content.rates, content.error_spans, _BAR)
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().color("text.muted"))
            below = QRectF(0, _BARS, self.width(), _TIMES)
            for text, side in zip(self.ends(), (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight), strict=True):
                painter.drawText(below, side | Qt.AlignmentFlag.AlignBottom, text)
