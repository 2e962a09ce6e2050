"""Badges (a state as an icon and a word) and meters."""

from typing import Final, Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role

Kind = Literal["ok", "warn", "error", "info", "neutral", "proven", "observed", "waits", "usual"]

# kind → fill, ink of the mark, ink of the word, usual icon
_LOOK: Final[dict[str, tuple[str, str, str, str]]] = {
    "ok": ("ok.soft", "ok", "ok", "ph.check-circle-fill"),
    "warn": ("warn.soft", "warn", "warn", "ph.warning-fill"),
    "error": ("error.soft", "error", "error", "ph.warning-circle-fill"),
    "info": ("info.soft", "info", "info", "ph.info"),
    "neutral": ("surface.alt", "text.secondary", "text.secondary", "ph.circle-dashed"),
    "proven": ("surface.alt", "proven", "text.secondary", "ph.circle-wavy-check-fill"),
    "observed": ("", "observed", "text.secondary", "ph.eye"),
    "usual": ("surface.alt", "ok", "text.secondary", "ph.check-circle-fill"),
    "waits": ("warn.soft", "warn", "warn", "ph.clock"),
}
_MARK: Final = 14
"""Width and height of a mark's icon, in pixels."""
_MARK_GAP: Final = 5


class Badge(QWidget):
    """A state: 20 px high, an icon and a word or two. Not a button."""

    accessible_role = Role.StaticText

    def __init__(self, kind: Kind, text: str, icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind, self._text, self._icon = kind, text, icon
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    def show_state(self, kind: Kind, text: str, icon: str = "") -> None:
        """Show another state."""
        self._kind, self._text, self._icon = kind, text, icon
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(badge_width(self._text), 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint_badge(painter, QPointF(0, (self.height() - 20) / 2), self._kind, self._text, self._icon)


def badge_width(text: str) -> int:
    """Width of the badge with `text`, in pixels."""
    return QFontMetrics(_badge_font()).horizontalAdvance(text) + 12 + 4 + 14


def paint_badge(painter: QPainter, at: QPointF, kind: Kind, text: str, icon: str = "") -> float:
    """Draw a badge with its top left corner `at`; returns its width."""
    fill, mark, ink, usual = _LOOK[kind]
    width = badge_width(text)
    box = QRectF(at.x(), at.y(), width, 20)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    radius = theme().px("radius.badge")
    if fill:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color(fill))
        painter.drawRoundedRect(box, radius, radius)
    else:
        painter.setPen(QPen(theme().color("border.control"), 1, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    paint_icon(painter, icon or usual, QRectF(box.x() + 7, box.y() + 4, 12, 12), theme().color(mark))
    painter.setFont(_badge_font())
    painter.setPen(theme().color(ink))
    painter.drawText(box.adjusted(23, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)
    painter.restore()
    return width


def mark_width(text: str) -> int:
    """The width of a mark with its word, in pixels; with a pixel more, as the word may take a part of one."""
    return _MARK + _MARK_GAP + QFontMetrics(theme().font("body")).horizontalAdvance(text) + 1


def paint_mark(painter: QPainter, box: QRectF, kind: Kind, text: str, icon: str = "") -> None:
    """Draw a status in a row: a filled mark and its word in the status colour, without a fill."""
    mark, ink, usual = _LOOK[kind][1:]
    painter.save()
    side = _MARK
    spot = QRectF(box.x(), box.y() + (box.height() - side) / 2, side, side)
    paint_icon(painter, icon or usual, spot, theme().color(mark))
    painter.setFont(theme().font("body"))
    painter.setPen(theme().color(ink))
    room = box.adjusted(side + _MARK_GAP, 0, 0, 0)
    shown = QFontMetrics(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)
    painter.restore()


def paint_icon(painter: QPainter, name: str, box: QRectF, colour: QColor) -> None:
    """Draw an icon in any colour."""
    from benchboard.ui.icons import draw

    draw(painter, name, box, colour)


_METER_TRACK: Final = "border.strong"
METER_FILL: Final = "accent.text"


def paint_meter(painter: QPainter, box: QRectF, share: float, kind: Kind = "info") -> None:
    """Draw a bar filled to `share` (0 to 1), 4 px high, in the middle of `box`. The fill is seen on a selected row too;
    what remains is a ground, as the figure stands beside it.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    track = QRectF(box.x(), round(box.center().y()) - 2, box.width(), 4)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().color(_METER_TRACK))
    painter.drawRoundedRect(track, 2, 2)
    if share > 0:
        painter.setBrush(theme().color(METER_FILL if kind == "info" else _LOOK[kind][1]))
        painter.drawRoundedRect(QRectF(track.x(), track.y(), max(2.0, track.width() * min(share, 1.0)), 4), 2, 2)
    painter.restore()


def _badge_font() -> QFont:
    font = theme().font("caption")
    font.setWeight(QFont.Weight.Medium)
    return font
