"""Previews the page at the width of a tablet or phone: the canvas in a frame, with a bar about its layout above."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.dashboards.document.breakpoints import overridden_ids
from benchboard.i18n import _, ngettext
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.tiles.page_grid import MARGIN, MIN_PAGE_WIDTH
from benchboard.ui.theme import theme
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.labels import Elided
from benchboard.ui.widgets.surfaces import set_surface

WIDTHS: Final = {"tablet": 768, "phone": 390}
"""Width of the page at each breakpoint with its margins, in pixels."""
_SCROLL_BAR: Final = 10
_FRAME: Final = 1
"""Pixels of the frame around the page, whose corners are round."""
_AROUND: Final = 12
"""Pixels between the page and what is outside its frame."""
_RADIUS: Final = 24
_UNLIMITED: Final = 16_777_215  # QWIDGETSIZE_MAX, which PySide does not have


class DevicePreview(QWidget):
    """Holds the canvas: at full width on the desktop page, otherwise in a frame."""

    needed_width_changed = Signal(int)
    """The width that the frame needs, in pixels; 0 on the desktop page."""

    def __init__(self, canvas: Canvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._canvas, self._editor = canvas, canvas.editor
        set_surface(self, "canvas")
        self._strip = QWidget()
        set_surface(self._strip, "window")
        self._text = Elided("", "body", "secondary", fits_text=True)
        self._text.setObjectName("device_words")
        self._reset_button = Button("", self._follow_desktop, size="sm", icon="ph.link-simple", name="device_follow")
        applies = Elided("", "caption", "muted")
        applies.set_texts(_("Widgets you add or remove here change on every breakpoint."), "")
        applies.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self._strip)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(8)
        row.addWidget(self._text)
        row.addWidget(self._reset_button)
        row.addSpacing(8)
        row.addWidget(applies, 1)
        self._middle = QHBoxLayout()
        self._middle.setSpacing(0)
        self._middle.addStretch(0)
        self._middle.addWidget(canvas, 1)
        self._middle.addStretch(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._strip)
        column.addLayout(self._middle, 1)
        self._editor.changed.connect(self.fit_breakpoint)
        self._editor.selection_changed.connect(self._update_text)
        canvas.zoom_changed.connect(self.fit_breakpoint)
        self._frame = _DeviceFrame(self)
        canvas.moved.connect(self._place_frame)  # the frame is around it, and is placed after it
        canvas.viewport().installEventFilter(self)
        self._shown_breakpoint, self._is_bare = "?", False
        self.fit_breakpoint()

    def set_bare(self, bare: bool) -> None:
        """Show the page without the text above it, or with it again."""
        self._is_bare = bare
        self.fit_breakpoint()

    def fit_breakpoint(self) -> None:
        """Resize the canvas to the width of the editor's breakpoint."""
        name = self._editor.breakpoint
        width = WIDTHS.get(name)
        around = round(width * self._canvas.zoom) + _AROUND + _SCROLL_BAR if width is not None else 0
        self._canvas.setMaximumWidth(around or _UNLIMITED)
        if name != self._shown_breakpoint:
            self._shown_breakpoint = name
            self._canvas.narrowest = float(MIN_PAGE_WIDTH if width is None else width - 2 * MARGIN)
            margin = 0 if width is None else _AROUND
            # The scroll bar stands outside the frame, and the frame in the middle all the same.
            self._middle.setContentsMargins(margin + (_SCROLL_BAR if margin else 0), margin, 0, margin)
            self._canvas.setViewportMargins(0, 0, margin, 0)
            self._canvas.set_ground("canvas" if width is None else "window")
            self._canvas.sync()
        self._strip.setVisible(width is not None and not self._is_bare)
        self._update_text()
        self.needed_width_changed.emit(around + _AROUND + _SCROLL_BAR if around else 0)
        self._place_frame()

    def _update_text(self) -> None:
        name = self._editor.breakpoint
        if not name:
            return
        overridden = overridden_ids(self._editor.document, name)
        count = len(overridden)
        selected = [item_id for item_id in self._editor.selection if item_id in overridden]
        words = (
            ngettext(
                "{count} widget is placed differently here.", "{count} widgets are placed differently here.", count
            )
            if count
            else _("Everything follows the desktop layout. Move a widget to give it a custom layout here.")
        )
        self._text.setText(words.format(count=count))
        self._reset_button.setText(_("Reset to desktop layout") if selected else _("Reset all to desktop layout"))
        self._reset_button.disable(self.why_no_reset())

    def _follow_desktop(self) -> None:
        self.follow_desktop()
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def why_no_reset(self) -> str:
        """Why nothing can be reset to the desktop layout; empty if something can."""
        if not self._editor.breakpoint:
            return _("This is the desktop layout. Switch to the tablet or phone layout to reset it.")
        overridden = overridden_ids(self._editor.document, self._editor.breakpoint)
        return "" if overridden else _("No custom layout to reset.")

    def follow_desktop(self) -> None:
        """Reset the selected widgets to the desktop layout, or all widgets if none of those selected has a custom
        position.
        """
        overridden = overridden_ids(self._editor.document, self._editor.breakpoint)
        selected = [item_id for item_id in self._editor.selection if item_id in overridden]
        self._editor.follow_desktop(selected or None)

    @property
    def frame_rect(self) -> QRectF:
        """The frame around the page, in pixels of this widget."""
        view = self._canvas.viewport()
        corner = QPointF(self._canvas.pos() + view.pos())
        out = _FRAME - 0.5
        return QRectF(corner, QSizeF(view.size())).adjusted(-out, -out, out, out)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the frame follow the page's view."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._place_frame()
        return super().eventFilter(watched, event)

    def _place_frame(self) -> None:
        self._frame.setVisible(bool(self._editor.breakpoint))
        self._frame.place(self.frame_rect.toAlignedRect())


class _DeviceFrame(QWidget):
    """The line around the page, and what is outside its round corners: laid over the page, whose view is square."""

    def __init__(self, parent: DevicePreview) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def place(self, box: QRect) -> None:
        """Stand around a page, above it."""
        if box != self.geometry():
            self.setGeometry(box)
            whole = self.rect()
            inside = QRegion(whole.adjusted(_RADIUS, _FRAME, -_RADIUS, -_FRAME))
            inside += QRegion(whole.adjusted(_FRAME, _RADIUS, -_FRAME, -_RADIUS))
            self.setMask(QRegion(whole) - inside)  # the page is painted without it, except at its corners
        self.raise_()

    def paintEvent(self, _event: QPaintEvent) -> None:
        line = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        outside, frame = QPainterPath(), QPainterPath()
        outside.addRect(QRectF(self.rect()))
        frame.addRoundedRect(line, _RADIUS, _RADIUS)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillPath(outside.subtracted(frame), theme().color("canvas"))
            painter.setPen(QPen(theme().color("border.strong"), 1))
            painter.drawPath(frame)
