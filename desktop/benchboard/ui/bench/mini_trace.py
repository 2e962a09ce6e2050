"""A small trace of a bus: its recent frames per second as a line, and the newest frames."""

import math
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QPen, QPolygonF, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from benchboard.canbus.frame import Frame
from benchboard.i18n import _, number
from benchboard.ui.bench.device_manager import LiveBus
from benchboard.ui.bench.frame_format import clock, identifier, payload
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role

_POLL_MS: Final = 100
_ROWS: Final = 7
_BACKLOG_S: Final = 1.0
"""In which a dongle that answers again hands over what it kept."""
_POINTS: Final = 120
_ROW: Final = 20
_LINE: Final = 36


class MiniTrace(QWidget):
    """Polls the open bus while it is visible, rather than handling each frame."""

    accessible_role = Role.Chart

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now = now
        self._polled_at = now()
        self._live: LiveBus | None = None
        self._next = 0
        self._newest: deque[Frame] = deque(maxlen=_ROWS)
        self._rates: deque[float] = deque(maxlen=_POINTS)
        self._is_silent, self._heard_at = False, 0.0
        """Whether the dongle is silent, or was until just now, and when it still was."""
        self.paused = False
        self.summary = ""
        self.setFixedHeight(_LINE + 8 + _ROWS * _ROW)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("Live bus"))
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._poll)

    def accessible_text(self) -> str:
        """What a screen reader reads when it asks: ten changes a second aren't announced."""
        return f"{self.accessibleName()}: {self.summary}" if self.summary else self.accessibleName()

    def set_bus(self, live: LiveBus | None) -> None:
        """Show this bus."""
        if live is not self._live:
            self._live = live
            self._next = live.capture.since(limit=0).next if live is not None else 0
            self._newest.clear()
            self._rates.clear()
            self._is_silent = False
            self._polled_at = self._now()
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()

    def _poll(self) -> None:
        if self._live is None or self.paused:
            return
        new = self._live.capture.since(self._next, limit=_ROWS)
        received, now = new.next - self._next, self._now()
        passed, self._polled_at = max(now - self._polled_at, 0.001), now  # long after a pause, or after it was hidden
        self._next = new.next
        self._newest.extend(new.frames)
        self._note_rate(received / passed, self._live.capture.counters().bus.unanswered_since, now)
        recent = list(self._rates)[-10:]
        rate = number(sum(recent) / len(recent), 0) if recent and not self._is_silent else "–"
        self.summary = _("{rate} frames/s").format(rate=rate)
        self.update()

    def _note_rate(self, rate: float, silent_since: float | None, now: float) -> None:
        """Note how many frames come each second, but not while the dongle is silent (since then, Unix time, s), which
        is known a moment later, nor as it hands over what it kept meanwhile: that tells nothing of the bus."""
        if silent_since is not None:
            if not self._is_silent:
                polls = math.ceil(max(0.0, time.time() - silent_since) * 1000 / _POLL_MS)
                for _poll in range(min(polls, len(self._rates))):
                    self._rates.pop()
            self._is_silent, self._heard_at = True, now
        elif self._is_silent and now - self._heard_at < _BACKLOG_S:
            pass
        else:
            self._is_silent = False
            self._rates.append(rate)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            box = QRectF(0, 0, self.width(), _LINE)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("surface.alt"))
            painter.drawRoundedRect(box, 4, 4)
            if len(self._rates) > 1:
                top = max(*self._rates, 1.0) * 1.25
                smooth = _smoothed(list(self._rates))
                step = box.width() / (_POINTS - 1)
                first = box.right() - step * (len(smooth) - 1)
                line = [
                    QPointF(first + i * step, box.bottom() - 4 - (_LINE - 8) * y / top) for i, y in enumerate(smooth)
                ]
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(theme().chart(0), 1.5))
                painter.drawPolyline(QPolygonF(line))
            painter.setFont(theme().font("mono"))
            for index, frame in enumerate(reversed(self._newest)):
                self._row(painter, _LINE + 8 + index * _ROW, frame)

    def _row(self, painter: QPainter, y: float, frame: Frame) -> None:
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(theme().color("text.muted"))
        painter.drawText(QRectF(0, y, 112, _ROW - 1), middle, clock(frame.timestamp))
        painter.setPen(theme().color("accent.text"))
        painter.drawText(QRectF(114, y, 74, _ROW - 1), middle, identifier(frame))
        painter.setPen(theme().color("text"))
        painter.drawText(QRectF(188, y, self.width() - 188, _ROW - 1), middle, f"{frame.dlc}  {payload(frame)}")
        painter.fillRect(QRectF(0, y + _ROW - 1, self.width(), 1), theme().color("grid"))


def _smoothed(rates: list[float]) -> list[float]:
    return [sum(rates[max(0, i - 4) : i + 1]) / (i + 1 - max(0, i - 4)) for i in range(len(rates))]
