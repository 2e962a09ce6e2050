"""A minimap of the page: its tiles, the selection, and the visible part. Pressing it scrolls there."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from benchboard.dashboards.layout import Cell, walk_items, widget_count
from benchboard.i18n import _, ngettext, percent
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.canvas.interaction.drop_target import DropTarget
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role
from benchboard.ui.widgets.labels import Text

_HIGHEST = 132
_LEAST = 40
_LOW = 4.0
"""Minimum height of the frame around the visible part, in pixels."""
_DRAG_DELAY_MS = 40


class Minimap(QWidget):
    """The heading “Overview”, the zoom, and the map."""

    def __init__(self, canvas: Canvas, parent: QWidget) -> None:
        super().__init__(parent)
        self.map = _Map(canvas)
        self._zoom = Text("", "caption", "muted")
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(Text(_("Overview"), "body", "secondary"))
        head.addStretch(1)
        head.addWidget(self._zoom)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.map)
        canvas.zoom_changed.connect(lambda: self._show_zoom(canvas.zoom))
        self._show_zoom(canvas.zoom)

    def _show_zoom(self, zoom: float) -> None:
        self._zoom.setText(percent(zoom * 100, 0))


class _Map(QWidget):
    """The map. Boxes are drawn once for each document; only the selection and the frame are drawn each time."""

    accessible_role = Role.Graphic

    def __init__(self, canvas: Canvas) -> None:
        super().__init__()
        self._canvas, self._editor = canvas, canvas.editor
        self._boxes: QPixmap | None = None
        self._drag_cells: Mapping[str, Cell] | None = None
        """The cells of all items as the current drag would leave them."""
        self._drag_timer = QTimer(self, interval=_DRAG_DELAY_MS, singleShot=True)
        self._drag_timer.timeout.connect(self._repaint_boxes)
        self._box_cache: dict[str, tuple[Cell, QRectF]] = {}
        """The rectangle of each item as it was last drawn, and for which cell."""
        canvas.drop_target_changed.connect(self._drop_target_changed)
        self.setObjectName("studio_minimap")
        self.setAccessibleName(_("Minimap"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._editor.changed.connect(self._rebuild)
        self._editor.selection_changed.connect(self.update)
        theme().changed.connect(self._rebuild)
        for bar in (canvas.verticalScrollBar(), canvas.horizontalScrollBar()):
            bar.valueChanged.connect(self.update)
            bar.rangeChanged.connect(self._rebuild)
        self._rebuild()

    def sizeHint(self) -> QSize:
        page = self._content()
        width = max(self.width(), 60)
        return QSize(width, round(max(_LEAST, min(_HIGHEST, page.height() * width / max(page.width(), 1)))))

    def box(self, item_id: str) -> QRectF:
        """The rectangle of an item on the map."""
        return self._boxes_of([item_id])[0]

    @property
    def frame(self) -> QRectF:
        """The rectangle of the visible part of the page."""
        seen = self._canvas.mapToScene(self._canvas.viewport().rect()).boundingRect()
        (wide, high), box = self._scale(), seen.intersected(self._content())
        height = max(box.height() * high, _LOW)
        top = min(box.y() * high, self.height() - height)
        return QRectF(box.x() * wide, top, box.width() * wide, height)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._scroll_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._scroll_to(event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Down: 60, Qt.Key.Key_Up: -60, Qt.Key.Key_PageDown: 400, Qt.Key.Key_PageUp: -400}
        step = by.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        bar = self._canvas.verticalScrollBar()
        bar.setValue(bar.value() + step)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._rebuild()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._boxes is None or self._boxes.devicePixelRatio() != self.devicePixelRatioF():
            self._boxes = self._picture()
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, self._boxes)
            accent = theme().color("accent")
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(accent)
            painter.drawRects(self._boxes_of([one for one in self._editor.selection if one in self._shown]))
            frame = self.frame.adjusted(1, 1, -1, -1)
            painter.setPen(QPen(accent, 2 if self.hasFocus() else 1.5))
            veil = QColor(accent)
            veil.setAlphaF(0.06)
            painter.setBrush(veil)
            painter.drawRect(frame)

    @property
    def _shown(self) -> Mapping[str, Cell]:
        return self._editor.page.shown if self._drag_cells is None else self._drag_cells

    def _drop_target_changed(self, landing: DropTarget | None) -> None:
        """Follow a drag, after a delay so that the drag itself isn't slowed down."""
        self._drag_cells = landing.page_cells if landing is not None else None
        if landing is None:
            self._drag_timer.stop()
            self._rebuild()
        elif not self._drag_timer.isActive():
            self._drag_timer.start()

    def _repaint_boxes(self) -> None:
        self._boxes = None
        self.update()

    def _rebuild(self) -> None:
        self._boxes, self._box_cache = None, {}
        count = widget_count(self._editor.page.layout)
        self.setAccessibleDescription(ngettext("{count} widget", "{count} widgets", count).format(count=count))
        self.updateGeometry()
        self.update()

    def _picture(self) -> QPixmap:
        picture = QPixmap(self.size() * self.devicePixelRatioF())
        picture.setDevicePixelRatio(self.devicePixelRatioF())
        picture.fill(theme().color("canvas"))
        with QPainter(picture) as painter:
            page, shown = self._editor.page, self._shown
            containers = {located.item.id for located in walk_items(page.layout) if located.item.panes}
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("border.strong"))
            painter.drawRects(self._boxes_of([item_id for item_id in shown if item_id not in containers]))
            for box in self._boxes_of([item_id for item_id in shown if item_id in containers]):
                painter.fillRect(QRectF(box.left(), box.top(), box.width(), 2), theme().color("border.control"))
        return picture

    def _content(self) -> QRectF:
        grid = self._canvas.grid
        height = 2 * grid.margin + self._editor.layout.bottom * (grid.row + grid.gap) - grid.gap
        return QRectF(0, 0, grid.width + 2 * grid.margin, max(height, self._canvas.viewport().height()))

    def _scale(self) -> tuple[float, float]:
        """Scale from page to map, horizontally and vertically: the map fills the width, and a long page is
        compressed.
        """
        page = self._content()
        wide = self.width() / page.width()
        return wide, min(wide, self.height() / page.height())

    def _boxes_of(self, ids: Sequence[str]) -> list[QRectF]:
        """The rectangles of items on the map."""
        (wide, high), grid, shown = self._scale(), self._canvas.grid, self._shown
        step, rise = (grid.column + grid.gap) * wide, (grid.row + grid.gap) * high
        across, down = max(grid.gap * wide, 1.0), min(max(grid.gap * high, 1.0), rise / 2)
        left, top = grid.margin * wide, grid.margin * high
        boxes = list[QRectF]()
        for item_id in ids:
            cell, known = shown[item_id], self._box_cache.get(item_id)
            if known is None or known[0] != cell:
                x, y, w, h = cell
                size = max(w * step - across, 1.0), max(h * rise - down, rise / 2)
                known = self._box_cache[item_id] = cell, QRectF(left + x * step, top + y * rise, *size)
            boxes.append(known[1])
        return boxes

    def _scroll_to(self, spot: QPointF) -> None:
        (wide, high), page, frame = self._scale(), self._content(), self.frame
        for bar, at, whole, part in (
            (self._canvas.horizontalScrollBar(), spot.x(), page.width() * wide, frame.width()),
            (self._canvas.verticalScrollBar(), spot.y(), page.height() * high, frame.height()),
        ):
            if whole > part:  # centred on the pointer, so that a press at either end scrolls to that end of the page
                bar.setValue(round((at - part / 2) / (whole - part) * bar.maximum()))
        self.update()
