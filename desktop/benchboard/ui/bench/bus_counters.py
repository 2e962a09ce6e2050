"""The bar above the live bus: load, totals and error counters, painted in one widget."""

import time
from collections import deque

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from benchboard.i18n import _, number, percent
from benchboard.ui.bench.device_manager import LiveBus
from benchboard.ui.theme import theme
from benchboard.ui.widgets import paint_meter


class BusCounters(QWidget):
    """Bus load, totals, error counters, and the frames that were dropped or not shown."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("live_counters")
        self.setProperty("surface", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(58)
        self._values: list[tuple[str, str, str]] = []
        self.is_open = False
        self._load: float | None = None
        self._rates: deque[tuple[float, int]] = deque(maxlen=12)
        self._note = _("Channel closed.")

    def reset(self) -> None:
        self._rates.clear()

    def show_ended(self, reason: str) -> None:
        """Show that no bus is open; `reason` replaces the counters."""
        self.is_open = False
        self._note = reason
        self.setAccessibleName(reason)
        self.update()

    def show_counts(self, live: LiveBus, skipped: int) -> None:
        """Show the present counters of the bus and the dongle; `skipped` frames were received and never shown."""
        counters = live.capture.counters()
        bus = counters.bus
        self.is_open, self._load = True, counters.load
        self._rates.append((time.monotonic(), counters.frames))
        (first, first_frames), (last, last_frames) = self._rates[0], self._rates[-1]
        speed = (last_frames - first_frames) / (last - first) if last > first else 0.0
        errors = "error" if bus.bus_errors or bus.bus_off else "text"
        self._values = [
            (number(counters.frames), _("Frames"), "text"),
            (number(speed, 0), _("Frames/s"), "text"),
            (number(bus.sent), _("Sent"), "text"),
            (str(bus.tx_errors), _("TEC"), "warn" if bus.tx_errors else "text"),
            (str(bus.rx_errors), _("REC"), "warn" if bus.rx_errors else "text"),
            (_("Bus off") if bus.bus_off else number(bus.bus_errors), _("Bus errors"), errors),
            (number(bus.rejected), _("Rejected"), "warn" if bus.rejected else "text"),
            (number(bus.malformed), _("Malformed"), "warn" if bus.malformed else "text"),
            (number(bus.overruns), _("Dropped"), "error" if bus.overruns else "text"),
        ]
        if skipped:
            self._values.append((number(skipped), _("Not shown"), "warn"))
        self.setAccessibleName(", ".join(f"{name} {value}" for value, name, _tone in self._values))
        self.update()

    @property
    def load_text(self) -> str:
        """The bus load in percent; a dash until it is known."""
        return "–" if self._load is None else percent(self._load * 100, 0)

    def value(self, name: str) -> str:
        """The value with the title `name`."""
        return next((value for value, title, _tone in self._values if title == name), "")

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            if not self.is_open:
                painter.setPen(theme().color("text.muted"))
                box = QRectF(16, 0, self.width() - 32, self.height())
                painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self._note)
                return
            painter.setFont(theme().font("title"))
            painter.setPen(theme().color("text"))
            painter.drawText(QRectF(16, 8, 70, 22), Qt.AlignmentFlag.AlignVCenter, self.load_text)
            load = self._load or 0.0
            paint_meter(painter, QRectF(76, 8, 70, 22), load, "warn" if load > 0.6 else "info")
            self._label(painter, 16, _("Bus load"))
            x = 170.0
            for value, name, tone in self._values:
                painter.fillRect(QRectF(x - 14, 12, 1, 34), theme().color("border"))
                painter.setFont(theme().font("title"))
                painter.setPen(theme().color(tone))
                painter.drawText(QRectF(x, 8, 110, 22), Qt.AlignmentFlag.AlignVCenter, value)
                width = max(QFontMetrics(painter.font()).horizontalAdvance(value), self._label(painter, x, name))
                x += max(72.0, width) + 28

    def _label(self, painter: QPainter, x: float, text: str) -> float:
        painter.setFont(theme().font("caption"))
        painter.setPen(theme().color("text.muted"))
        painter.drawText(QRectF(x, 32, 140, 16), Qt.AlignmentFlag.AlignVCenter, text)
        return float(QFontMetrics(painter.font()).horizontalAdvance(text))
