"""The widget palette in the left pane: the kinds of widgets, to search, drag onto the page, or add with Enter."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QApplication, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from benchboard.dashboards.document.widget_kinds import KINDS, WidgetKind
from benchboard.i18n import _, pgettext
from benchboard.ui.commands import REGISTRY
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.panes.widget_preview import WidgetPreview
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.fields import Edit
from benchboard.ui.widgets.focus import FocusRinged
from benchboard.ui.widgets.labels import Text, plain_tooltip
from benchboard.ui.widgets.no_match import NoMatchLine, results_text
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.surfaces import scroll_area, set_surface
from benchboard.ui.widgets.tab_order import one_tab_stop, scroll_into_view, step_by_key

_ROW_STEPS: Final = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_MARGIN: Final = 12
_GAP: Final = 10
"""Between the edge of the pane and its content, and between the parts of it, in pixels."""


class WidgetPalette(QWidget):
    """The kinds of widgets. `add_requested` emits the kind to add in the first free cell. Those with a query are
    disabled if there is a reason, `no_data`."""

    add_requested = Signal(object)

    def __init__(self, canvas: Canvas, no_data: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_surface(self, "surface")
        self.setAccessibleName(_("Widgets"))
        self._canvas = canvas
        self.search = Edit(
            placeholder=_("Search widgets"),
            icon="ph.magnifying-glass",
            keys=REGISTRY["studio.show_add_pane"].key,
            clear=True,
            name="palette_search",
        )
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._add_first)
        self.kinds = [_KindButton(kind, canvas, self) for kind in KINDS]
        for button in self.kinds:
            if no_data and button.kind.query:
                button.disable(no_data)
        self._groups: list[tuple[QWidget, QGridLayout, list[_KindButton]]] = []
        self.card = WidgetPreview(self)
        self.add_requested.connect(lambda _kind: self.search.clear())
        self._nothing = NoMatchLine(pgettext("no match", "widgets"), self.search)
        hint = _("Drag a widget onto the dashboard, or search and press Enter to add it in the first free space.")
        self._hint = Paragraph(hint, "caption", "muted")
        self._hint.setObjectName("palette_hint")
        above = QVBoxLayout()
        above.setContentsMargins(0, 0, _MARGIN, 0)
        above.setSpacing(_GAP)
        above.addWidget(self.search)
        above.addWidget(self._nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _MARGIN, 0, 0)
        column.setSpacing(_GAP)
        column.addLayout(above)
        column.addWidget(self._make_groups(), 1)

    def _make_groups(self) -> QScrollArea:
        """The kinds and the hint, which scroll together; the scroll bar is in the margin, where it covers nothing."""
        inside = QWidget()
        inside.setProperty("plain", True)  # before the area has it: in a window that is shown that styles it, once
        area = scroll_area(inside, parent=self)  # before it is filled, which styles what is in it once
        one_tab_stop(inside)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        for title in dict.fromkeys(kind.group for kind in KINDS):
            group = QWidget(inside)
            grid = QGridLayout(group)
            grid.setContentsMargins(0, 0, 0, 0)
            grid.setSpacing(8)
            grid.addWidget(Text(_(title), "body_strong", "secondary"), 0, 0, 1, 2)
            grid.setColumnStretch(0, 1)
            grid.setColumnStretch(1, 1)
            members = [kind for kind in self.kinds if kind.kind.group == title]
            _side_by_side(grid, members)
            self._groups.append((group, grid, members))
            column.addWidget(group)
        column.addStretch(1)
        column.addWidget(self._hint)
        bar = area.verticalScrollBar()

        def leave_margin() -> None:
            used = bar.sizeHint().width() if bar.maximum() else 0
            column.setContentsMargins(0, 0, max(0, _MARGIN - used), _MARGIN)

        bar.rangeChanged.connect(leave_margin)
        leave_margin()
        return area

    def _filter(self, text: str) -> None:
        wanted = text.strip().casefold()
        for group, grid, members in self._groups:
            for member in members:
                kind = member.kind
                named = wanted in _(kind.title).casefold() or wanted in kind.type.replace("_", " ")
                member.setVisible(named)
            found = [member for member in members if not member.isHidden()]
            group.setVisible(bool(found))
            _side_by_side(grid, found)
        count = sum(not member.isHidden() for member in self.kinds)
        nothing = not count
        self._nothing.show_search(found=not nothing, counted=results_text(count))
        self._hint.setVisible(not nothing)

    def _add_first(self) -> None:
        found = next((member for member in self.kinds if not member.isHidden() and member.isEnabled()), None)
        if found is not None:
            self.add_requested.emit(found.kind)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle Esc if neither the field nor a button did: clear the search first, then leave the palette."""
        if event.key() != Qt.Key.Key_Escape or self._canvas.busy:
            super().keyPressEvent(event)
        elif self.search.text():
            self.search.clear()
        else:
            self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.card.hide()


def _side_by_side(grid: QGridLayout, members: Sequence["_KindButton"]) -> None:
    """Lay out the buttons in two columns below the heading, without gaps."""
    for member in members:
        grid.removeWidget(member)
    for place, member in enumerate(members):
        grid.addWidget(member, 1 + place // 2, place % 2)


class _KindButton(FocusRinged, QAbstractButton):
    """One kind: an icon above its name. Dragging it drags a new widget onto the page."""

    def __init__(self, kind: WidgetKind, canvas: Canvas, palette: WidgetPalette) -> None:
        super().__init__(palette)
        self.kind = kind
        self._canvas, self._palette = canvas, palette
        self._start: QPoint | None = None
        self._dragging = False
        self._entered_at: QPointF | None = None
        """Where the pointer came over it, until it has moved there: the page may have opened under the pointer."""
        self.setMouseTracking(True)
        self.setObjectName(f"palette_{kind.type}")
        self.setText(_(kind.title))
        self.setAccessibleName(_(kind.title))
        self.setAccessibleDescription(_(kind.takes) if kind.takes else "")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def disable(self, reason: str) -> None:
        """Disable it for a reason, which its tooltip shows."""
        self.setEnabled(False)
        self.setToolTip(plain_tooltip(reason))
        self.setAccessibleDescription(reason)
        self.setCursor(Qt.CursorShape.ArrowCursor)

    def sizeHint(self) -> QSize:
        return QSize(77, 52)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._entered_at = event.globalPosition()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._entered_at = None
        self._palette.card.hide()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self._palette.card.show_at(self, self.kind)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._palette.card.hide()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._palette.card.hide()
        if event.button() == Qt.MouseButton.LeftButton:
            self._start = event.globalPosition().toPoint()
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self.isEnabled():
            return
        if self._start is None:
            if self._entered_at is not None and event.globalPosition() != self._entered_at:
                self._entered_at = None
                self._palette.card.show_later(self, self.kind)
            return
        where = event.globalPosition().toPoint()
        if not self._dragging and (where - self._start).manhattanLength() >= QApplication.startDragDistance():
            self._dragging = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        if self._dragging:
            self._canvas.drag_new(self.kind, where)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        carried = self._dragging
        self._end_drag()
        if carried:
            self._canvas.drop_new()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._end_drag()
        self._palette.add_requested.emit(self.kind)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._palette.add_requested.emit(self.kind)
        elif event.key() == Qt.Key.Key_Escape and self._palette.card.shown is not None:
            self._palette.card.hide()
        elif event.key() == Qt.Key.Key_Escape and self._start is not None:
            self._end_drag()
            self._canvas.cancel()
        elif event.key() in _ROW_STEPS and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self._step_row(_ROW_STEPS[Qt.Key(event.key())])
        elif not step_by_key(self, event.key()):
            super().keyPressEvent(event)

    def _step_row(self, step: int) -> None:
        """Go to the kind above or below, also into another group; at the first and the last row stay."""
        here = self._spot()
        beyond = [kind for kind in self._palette.kinds if kind.isVisible() and kind.isEnabled()]
        beyond = [kind for kind in beyond if (kind._spot().y() - here.y()) * step > 0]
        if beyond:
            rows = sorted({kind._spot().y() for kind in beyond}, reverse=step < 0)
            in_row = [kind for kind in beyond if kind._spot().y() == rows[0]]
            target = min(in_row, key=lambda kind: abs(kind._spot().x() - here.x()))
            target.setFocus(Qt.FocusReason.TabFocusReason)
            scroll_into_view(target)

    def _spot(self) -> QPoint:
        """Where it is in the palette."""
        return self.mapTo(self._palette, QPoint(0, 0))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            hot = self.underMouse() and self.isEnabled()
            painter.setPen(QPen(theme().color("border.control" if hot else "border"), 1))
            painter.setBrush(theme().color("row.hover" if hot else "surface"))
            radius = theme().px("radius.control")
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
            box = QRectF(self.rect())
            ink = theme().color("text.secondary" if self.isEnabled() else "text.disabled")
            paint_icon(painter, self.kind.icon, QRectF(box.center().x() - 9, 8, 18, 18), ink)
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().color("text" if self.isEnabled() else "text.disabled"))
            painter.drawText(box.adjusted(2, 29, -2, -6), Qt.AlignmentFlag.AlignCenter, self.text())

    def _end_drag(self) -> None:
        self._start, self._dragging = None, False
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.update()
