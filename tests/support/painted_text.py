"""What text a widget paints, and where: it is drawn on a device that keeps every line of text instead of pixels."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontInfo,
    QPaintDevice,
    QPaintEngine,
    QPaintEngineState,
    QPainter,
    QPen,
    QPixmap,
    QRegion,
    QTextItem,
    QTransform,
)
from PySide6.QtWidgets import QApplication, QWidget

_CLIP: Final = (
    QPaintEngine.DirtyFlag.DirtyClipRegion
    | QPaintEngine.DirtyFlag.DirtyClipPath
    | QPaintEngine.DirtyFlag.DirtyClipEnabled
)


@dataclass(frozen=True, slots=True)
class PaintedText:
    """A line of text. Rectangles are in pixels of the widget that was drawn; `ink` is about what the letters cover."""

    text: str
    ink: QRectF
    clip: QRectF
    """What is painted outside this can't be seen."""
    widget: QWidget | None
    """The widget that painted it."""
    colour: QColor
    """Its alpha is that of the pen and the painter together."""
    is_large: bool
    """Whether WCAG counts it as large: from 24 px, or 18.66 px if it is bold."""


class TextRecorder(QPaintDevice):
    """A device for `QPainter`, `width` × `height` pixels, that keeps the texts painted on it."""

    def __init__(self, size: QSize) -> None:
        super().__init__()
        self._engine = _TextEngine(size)
        self._metrics = {
            QPaintDevice.PaintDeviceMetric.PdmWidth: size.width(),
            QPaintDevice.PaintDeviceMetric.PdmHeight: size.height(),
            QPaintDevice.PaintDeviceMetric.PdmDepth: 32,
            QPaintDevice.PaintDeviceMetric.PdmDevicePixelRatio: 1,
            QPaintDevice.PaintDeviceMetric.PdmDevicePixelRatioScaled: int(QPaintDevice.devicePixelRatioFScale()),
        }
        for metric in ("PdmDpiX", "PdmDpiY", "PdmPhysicalDpiX", "PdmPhysicalDpiY"):
            self._metrics[QPaintDevice.PaintDeviceMetric[metric]] = 96

    @property
    def texts(self) -> list[PaintedText]:
        """The texts in the order in which they were painted."""
        return self._engine.texts

    def paintEngine(self) -> QPaintEngine:
        return self._engine

    def metric(self, metric: QPaintDevice.PaintDeviceMetric) -> int:
        return self._metrics.get(metric, 0)


def painted_texts(widget: QWidget) -> list[PaintedText]:
    """Everything written on a widget and those inside it, as it would be painted now."""
    device = TextRecorder(widget.size())
    engine = device.paintEngine()
    assert isinstance(engine, _TextEngine)
    application = QApplication.instance()
    assert application is not None
    application.installEventFilter(engine.painting)
    widget.render(device)
    application.removeEventFilter(engine.painting)
    return device.texts


class _Painting(QObject):
    """Notes which widget is painting."""

    widget: QWidget | None = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and isinstance(watched, QWidget):
            self.widget = watched
        return False


class _TextEngine(QPaintEngine):
    def __init__(self, size: QSize) -> None:
        super().__init__(QPaintEngine.PaintEngineFeature.AllFeatures)
        self.texts: list[PaintedText] = []
        self.painting = _Painting()
        self._whole = QRectF(0, 0, size.width(), size.height())
        self._transform = QTransform()
        self._clip: QRectF | None = None
        self._pen, self._opacity, self._visible = QPen(), 1.0, True

    def begin(self, _device: QPaintDevice) -> bool:
        self._clip = None
        return True

    def end(self) -> bool:
        return True

    def type(self) -> QPaintEngine.Type:
        return QPaintEngine.Type.User

    def updateState(self, state: QPaintEngineState) -> None:
        dirty = state.state()
        if dirty & QPaintEngine.DirtyFlag.DirtyTransform:
            self._transform = state.transform()
        if dirty & _CLIP:
            self._update_clip(state, dirty)
        if dirty & (QPaintEngine.DirtyFlag.DirtyPen | QPaintEngine.DirtyFlag.DirtyOpacity):
            self._pen, self._opacity = state.pen(), state.opacity()
            self._visible = self._pen.style() != Qt.PenStyle.NoPen and self._opacity > 0

    def _update_clip(self, state: QPaintEngineState, dirty: QPaintEngine.DirtyFlag) -> None:
        if dirty & QPaintEngine.DirtyFlag.DirtyClipEnabled and not state.isClipEnabled():
            self._clip = None
            return
        if dirty & QPaintEngine.DirtyFlag.DirtyClipPath:
            box = state.clipPath().boundingRect()
        elif dirty & QPaintEngine.DirtyFlag.DirtyClipRegion:
            box = QRectF(state.clipRegion().boundingRect())
        else:
            return
        if state.clipOperation() == Qt.ClipOperation.NoClip:
            self._clip = None
            return
        box = state.transform().mapRect(box)
        narrowed = state.clipOperation() == Qt.ClipOperation.IntersectClip and self._clip is not None
        self._clip = box.intersected(self._clip) if narrowed and self._clip is not None else box

    def drawTextItem(self, at: QPointF, item: QTextItem) -> None:
        text = item.text()
        if not text.strip() or not self._visible:
            return
        above, below = item.ascent() * 0.7, item.descent() * 0.6
        ink = self._transform.mapRect(QRectF(at.x(), at.y() - above, _inked(item), above + below))
        clip = self._whole
        system: QRegion = self.systemClip()
        if not system.isEmpty():
            clip = clip.intersected(QRectF(system.boundingRect()))
        if self._clip is not None:
            clip = clip.intersected(self._clip)
        colour = self._pen.color()
        colour.setAlphaF(colour.alphaF() * self._opacity)
        scale = self._transform.m22()
        pixels, is_bold = QFontInfo(item.font()).pixelSize() * scale, item.font().weight() >= QFont.Weight.DemiBold
        is_large = pixels >= (18.66 if is_bold else 24)
        self.texts.append(PaintedText(text, ink, clip, self.painting.widget, colour, is_large))

    def drawPixmap(self, _rect: QRectF, _pixmap: QPixmap, _source: QRectF) -> None:
        """Only text is kept."""

    def drawImage(self, *_image: object) -> None:
        """Only text is kept."""

    def drawTiledPixmap(self, *_pixmap: object) -> None:
        """Only text is kept."""

    def drawPath(self, *_path: object) -> None:
        """Only text is kept."""

    def drawPolygon(self, *_polygon: object) -> None:
        """Only text is kept."""

    def drawRects(self, *_rects: object) -> None:
        """Only text is kept."""

    def drawLines(self, *_lines: object) -> None:
        """Only text is kept."""

    def drawEllipse(self, *_rect: object) -> None:
        """Only text is kept."""

    def drawPoints(self, *_points: object) -> None:
        """Only text is kept."""


def _inked(item: QTextItem) -> float:
    """How wide a line is, without the space that may follow it, in pixels."""
    text = item.text()
    return item.width() * len(text.rstrip()) / len(text)


__all__ = ["PaintedText", "QPainter", "TextRecorder", "painted_texts"]
