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

_BARS: Final = 64
_TIMES: Final = 18
_BAR: Final = 4


class DensityChart(QWidget):
    """Bars of frames a second, marks of error frames below them, and the times of the first and the last frame."""

    accessible_role = Role.Chart

    def __init__(self) -> None:
        super().__init__()
        self._content = RecordingContent()
        self.setFixedHeight(_BARS + _TIMES)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(360, _BARS + _TIMES)

    def show_content(self, content: RecordingContent) -> None:
        """Show what this recording holds; its rates are known."""
        self._content = content
        said = (_("Frames over time"), density_text(content.rates, content.frames, content.seconds),
                errors_text(content.errors))  # fmt: skip
        self.setAccessibleName(", ".join(part for part in said if part))
        self.update()

    def ends(self) -> tuple[str, str]:
        """The times at the ends: of the day if the recording says them, else in seconds."""
        content = self._content
        seconds, begun = content.seconds or 0.0, date_of(content)
        if begun is None:
            return _("{seconds} s").format(seconds=number(0)), _("{seconds} s").format(seconds=number(seconds, 1))
        end = datetime.fromtimestamp(begun.timestamp() + seconds, UTC)
        return time_of_day(begun), time_of_day(end)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            content = self._content
            draw_density(painter, QRectF(0, 0, self.width(), _BARS), content.rates, content.error_spans, _BAR)
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().color("text.muted"))
            below = QRectF(0, _BARS, self.width(), _TIMES)
            for text, side in zip(self.ends(), (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight), strict=True):
                painter.drawText(below, side | Qt.AlignmentFlag.AlignBottom, text)
