"""The page as wide as a tablet or a phone: the canvas in a frame, and above it what is special there."""

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.dashboards.breakpoints import by_hand
from benchboard.i18n import _, ngettext
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.tiles.pagegrid import MARGIN, NARROWEST
from benchboard.ui.theme import theme
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.labels import Elided

WIDTHS: Final = {"tablet": 768, "phone": 390}
"""Pixels a page is wide at each breakpoint, margins included."""
_BAR: Final = 10
_RIM: Final = 10
_WIDEST: Final = 16_777_215  # QWIDGETSIZE_MAX, which PySide does not have


class DevicePage(QWidget):
    """Holds the canvas: on the desktop's page as wide as there is room, else in a frame."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__()
        self._canvas, self._editor = canvas, canvas.editor
        self.setProperty("surface", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._strip = QWidget()
        self._words = Elided("", "body", "secondary")
        self._words.setObjectName("device_words")
        self._follow = Button("", self._follow_desktop, size="sm", icon="ph.link-simple", name="device_follow")
        row = QHBoxLayout(self._strip)
        row.setContentsMargins(16, 8, 12, 8)
        says = QVBoxLayout()
        says.setSpacing(1)
        says.addWidget(self._words)
        says.addWidget(Elided(_("What is added or removed here is so everywhere."), "caption", "muted"))
        row.addLayout(says, 1)
        row.addWidget(self._follow)
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
        self._editor.changed.connect(self.settle)
        self._editor.chosen_changed.connect(self._say)
        canvas.zoom_changed.connect(self.settle)
        canvas.moved.connect(self.update)  # the frame stands outside it, and the layout places it after `settle`
        self._shown, self._bare = "?", False
        self.settle()

    def bare(self, bare: bool) -> None:
        """Show the page alone, without words above it, or with them again."""
        self._bare = bare
        self.settle()

    def settle(self) -> None:
        """Be as wide as the editor's breakpoint."""
        name = self._editor.breakpoint
        width = WIDTHS.get(name)
        most = _WIDEST if width is None else round(width * self._canvas.zoom) + _BAR
        self._canvas.setMaximumWidth(most)
        if name != self._shown:
            self._shown = name
            self._canvas.narrowest = float(NARROWEST if width is None else width - 2 * MARGIN)
            self._middle.setContentsMargins(*((0, 0, 0, 0) if width is None else (_RIM, _RIM, _RIM, _RIM)))
            self._canvas.sync()
        self._strip.setVisible(width is not None and not self._bare)
        self._say()
        self.update()

    def _say(self) -> None:
        name = self._editor.breakpoint
        if not name:
            return
        hand = by_hand(self._editor.document, name)
        count = len(hand)
        chosen = [item_id for item_id in self._editor.chosen if item_id in hand]
        words = (
            ngettext("{count} widget is arranged by hand here.", "{count} widgets are arranged by hand here.", count)
            if count
            else _("Everything here follows the desktop. Move a widget to arrange it by hand.")
        )
        self._words.setText(words.format(count=count))
        self._follow.setText(_("Let it follow the desktop") if chosen else _("Let all follow the desktop"))
        self._follow.disable("" if count else _("Nothing is arranged by hand here."))

    def _follow_desktop(self) -> None:
        self.follow_desktop()
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def follow_desktop(self) -> None:
        """Let the chosen widgets that were arranged by hand follow the desktop again; all where none of them is."""
        hand = by_hand(self._editor.document, self._editor.breakpoint) if self._editor.breakpoint else frozenset()
        chosen = [item_id for item_id in self._editor.chosen if item_id in hand]
        self._editor.follow_desktop(chosen or None)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._editor.breakpoint:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            frame = QRectF(self._canvas.geometry()).adjusted(-5.5, -5.5, 5.5, 5.5)
            painter.setPen(QPen(theme().color("border.strong"), 1))
            painter.setBrush(theme().color("surface"))
            painter.drawRoundedRect(frame, 10, 10)
