"""A widget larger than on the page: what is drawn there fills a window's middle, tables and texts can be scrolled."""

from typing import Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSizeF, Qt, Signal, SignalInstance
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QTextEdit, QToolTip, QVBoxLayout, QWidget

from benchboard.dashboards.document.widget_kinds import WidgetContent
from benchboard.ui.studio.tiles.click_targets import Audience, Links
from benchboard.ui.studio.tiles.query_results import QueryResult
from benchboard.ui.studio.tiles.renderers import paint_body, prose, summary, words_of
from benchboard.ui.studio.tiles.table_widget import Habit, LiveTable
from benchboard.ui.studio.tiles.value_readout import Reader, body_reader, tip_of
from benchboard.ui.theme import theme

_GROWING: Final = ("metric_card", "gauge", "pie_chart")
"""Kinds whose words grow with the room they have."""
_GROWN: Final = 3.0
_CARD: Final = QSizeF(300, 170)
"""The room in which those are as large as on a page."""
_WORDS: Final = 110.0
"""So high the words of a metric card stand."""


class LargeFace(QWidget):
    """A widget's face in all the room there is."""

    retried = Signal()
    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.widget: WidgetContent | None = None
        self.result: QueryResult | None = None
        self._audience: Audience = "read"
        self._links = Links()
        self._reader: tuple[tuple[object, ...], Reader] | None = None

    def say(self, widget: WidgetContent, result: QueryResult | None, audience: Audience) -> None:
        """Show this."""
        self.widget, self.result, self._audience = widget, result, audience
        self.setAccessibleName(widget.title or widget.kind_name)
        self.setAccessibleDescription(summary(widget, result))
        self.update()

    @property
    def grown(self) -> float:
        """How much larger than on a page it is drawn."""
        kind = self.widget.kind if self.widget is not None else None
        drawn = self.result is not None and self.result.table is not None and self.result.error is None
        if kind is None or kind.type not in _GROWING or not drawn:
            return 1.0
        return max(1.0, min(self.width() / _CARD.width(), self.height() / _CARD.height(), _GROWN))

    def body(self) -> QRectF:
        """Where it is drawn, in the face's own measure."""
        whole = QRectF(QPointF(0, 0), QSizeF(self.size()) / self.grown)
        if self.widget is not None and self.widget.kind is not None and self.widget.kind.type == "metric_card":
            spare = max(0.0, whole.height() - _WORDS) / 2
            return whole.adjusted(0, spare, 0, -spare)  # a card's words stand at its bottom
        return whole

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.widget is None:
            return
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme().color("surface"))
            painter.scale(self.grown, self.grown)
            self._links = paint_body(painter, self.body(), self.widget, self.result, self._audience)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._read(event)
        shape = Qt.CursorShape
        self.setCursor(shape.PointingHandCursor if self._act_at(event.position()) else shape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        act = self._act_at(event.position())
        if act is not None and event.button() == Qt.MouseButton.LeftButton:
            act.emit()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        QToolTip.hideText()

    def _read(self, event: QMouseEvent) -> None:
        """Say what is read under the pointer."""
        if self.widget is None:
            return
        key = (self.widget, self.result, self.size().toTuple(), theme().current)
        if self._reader is None or self._reader[0] != key:
            self._reader = key, body_reader(self.body(), self.widget, self.result)
        reading = self._reader[1](event.position() / self.grown)
        text = tip_of(reading)
        if text != self.toolTip():
            self.setToolTip(tip_of(reading))
            if reading is not None and reading.quick:
                QToolTip.showText(event.globalPosition().toPoint() + QPoint(8, 0), text, self)

    def _act_at(self, spot: QPointF) -> SignalInstance | None:
        at = spot / self.grown
        for box, act in ((self._links.retry, self.retried), (self._links.edit, self.edited)):
            if box is not None and box.contains(at):
                return act
        return None


class Large(QWidget):
    """What shows a widget in all the room there is: a table to go through, a text to scroll, else its face."""

    left = Signal()
    retried = Signal()
    edited = Signal()

    def __init__(self, habit: Habit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._habit = habit
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.inside: LiveTable | LargeFace | QTextEdit | None = None
        self._text = ""

    def say(self, widget: WidgetContent, result: QueryResult | None, audience: Audience, *, loading: bool) -> None:
        """Show this; `loading`: a newer answer is awaited."""
        kind = widget.kind.type if widget.kind is not None else ""
        table = result.table if result is not None and result.error is None else None
        if kind == "table" and table is not None and table.rows:
            if isinstance(self.inside, LiveTable):
                self.inside.show_table(table, loading=loading)
            else:
                live = LiveTable(table, self._habit)
                live.left.connect(self.left)
                live.large.connect(self.left)
                self._put(live)
        elif kind == "text":
            self._say_text(prose(widget, audience))
        else:
            if not isinstance(self.inside, LargeFace):
                face = LargeFace()
                face.retried.connect(self.retried)
                face.edited.connect(self.edited)
                self._put(face)
            assert isinstance(self.inside, LargeFace)
            self.inside.say(widget, result, audience)

    def _say_text(self, text: str) -> None:
        if not isinstance(self.inside, QTextEdit):
            page = QTextEdit()
            page.setObjectName("large_text")
            page.setReadOnly(True)
            page.setFrameShape(QFrame.Shape.NoFrame)
            page.setStyleSheet("QTextEdit { border: 0; background: transparent; }")
            page.setTabChangesFocus(True)
            self._put(page)
            self._text = ""
        if text != self._text and isinstance(self.inside, QTextEdit):
            self._text = text
            words = words_of(text)
            words.setParent(self.inside)
            self.inside.setDocument(words)

    def _put(self, inside: LiveTable | LargeFace | QTextEdit) -> None:
        before, self.inside = self.inside, inside
        held = before is not None and before.isAncestorOf(before.window().focusWidget() or self)
        self._column.addWidget(inside)
        self.setFocusProxy(inside)
        if before is not None:
            if held or before.hasFocus():
                inside.setFocus(Qt.FocusReason.OtherFocusReason)
            self._column.removeWidget(before)
            before.hide()
            before.deleteLater()
