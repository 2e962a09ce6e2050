"""Surfaces: cards, toolbars, the empty state, scroll areas, and the shadow of floating widgets."""

from functools import cache

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPalette, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.focus import FocusRinged
from benchboard.ui.widgets.labels import Text, restyle

SHADOW = 24


class Icon(QLabel):
    """An icon as decoration beside text with the same meaning."""

    def __init__(self, name: str, role: str = "text.secondary", size: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._role, self._size = name, role, size
        self.setFixedSize(size, size)

    def show_icon(self, name: str, role: str = "") -> None:
        self._name, self._role = name, role or self._role
        self.update()

    def set_role(self, role: str) -> None:
        """Draw it in another colour."""
        self.show_icon(self._name, role)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            from benchboard.ui.icons import draw

            role = self._role if self.isEnabled() else "text.disabled"
            draw(painter, self._name, QRectF(0, 0, self._size, self._size), theme().color(role))


class Card(QFrame):
    """A frame with rounded corners for content that the user compares or rearranges. Never inside another card."""

    def __init__(self, *, padding: int = 20, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", "true")
        self.column = QVBoxLayout(self)
        # A pixel of it is the style sheet's, which a selected card has as border: its content stays where it is.
        inner = max(0, padding - 1)  # less than 0 would be the style's own margins
        self.column.setContentsMargins(inner, inner, inner, inner)
        self.column.setSpacing(theme().px("spacing.2"))

    def set_warning(self) -> None:
        """Have it stand out, for what needs care."""
        self.setProperty("card", "warn")
        restyle(self)

    def set_selected(self, selected: bool) -> None:
        """Show or remove the accent border of the selected card."""
        self.setProperty("card", "chosen" if selected else "true")
        restyle(self)


class Toolbar(QWidget):
    """The bar above a list or canvas: title and filters on the left, actions on the right, the primary one last."""

    accessible_role = Role.ToolBar

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_surface(self, "surface")
        self.setAccessibleName(title)
        self.setFixedHeight(theme().px("shell.toolbar"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(16, 0, 12, 1)
        self._row.setSpacing(theme().px("spacing.2"))
        # A child even while hidden: without a parent it would be garbage collected.
        self._count = Text("", "body", "muted", parent=self)
        self._count.hide()
        self._left = 0
        self._may_shorten: tuple[Button, ...] = ()
        self._crumb: Button | None = None
        self._slash = Text("/", "body", "muted", parent=self)
        self._slash.hide()
        self._title = Text(title, "section", parent=self)
        self._title.setVisible(bool(title))
        if title:
            self.add(self._title)
            self.add(self._count)
            self._row.insertSpacing(self._left, theme().px("spacing.2"))
            self._left += 1
        self._row.addStretch(1)

    def add(self, widget: QWidget) -> QWidget:
        """Add `widget` after the others on the left."""
        self._row.insertWidget(self._left, widget)
        self._left += 1
        return widget

    def add_right(self, widget: QWidget) -> QWidget:
        """Add `widget` at the right end."""
        self._row.addWidget(widget)
        return widget

    def add_crumb(self, crumb: Button) -> None:
        """Have `crumb`, which leads to what the title is one of, before it and a slash while `show_crumb` says so."""
        self._crumb = crumb
        for at, widget in enumerate((crumb, self._slash)):
            self._row.insertWidget(at, widget)
            self._left += 1

    def show_crumb(self, shown: bool) -> None:
        """Show the crumb, or not."""
        assert self._crumb is not None, "add one first"
        self._crumb.setVisible(shown)
        self._slash.setVisible(shown and not self._title.isHidden())
        self._shorten_to_width()

    def missing_width(self) -> int:
        """How many pixels wider it would have to be for its widgets; 0 or less if they fit."""
        self._row.invalidate()
        return self._row.minimumSize().width() - self.width()

    def take(self, widget: QWidget) -> None:
        """Remove a widget from the left side, for another place."""
        if self.holds(widget):
            self._left -= 1
            self._row.removeWidget(widget)

    def holds(self, widget: QWidget) -> bool:
        """Whether it shows this widget among its own."""
        return self._row.indexOf(widget) >= 0

    def remove(self, widget: QWidget) -> None:
        """Remove a widget from the left side and delete it."""
        if self.holds(widget):
            self.take(widget)
            widget.hide()
            widget.deleteLater()

    def shorten(self, *buttons: Button) -> None:
        """Where the width is short, these show their icons alone or shorter texts, from the first on; then the title is
        hidden, as the view's tab says it too.
        """
        self._may_shorten = buttons
        self._shorten_to_width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._shorten_to_width()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._shorten_to_width()
        return super().event(event)

    def _shorten_to_width(self) -> None:
        if not self._may_shorten:
            return
        # Without any of them the title comes back all the same: it may have been hidden before there was a width.
        shown = [button for button in self._may_shorten if not button.isHidden()]
        # The row isn't invalidated here: that asks for a layout, which comes back here, and a core is busy for ever.
        lacking = self._row.minimumSize().width() - self.width()
        lacking += sum(button.label_room() for button in shown if button.is_shortened)
        named = [one for one in (self._title, self._count) if one.text()] if self._title.text() else []
        if self._crumb is not None and not self._crumb.isHidden():
            named.append(self._slash)
        title_room = sum(one.sizeHint().width() + self._row.spacing() for one in named)
        lacking += title_room if self._title.isHidden() else 0
        for button in shown:
            button.show_label(lacking <= 0)
            lacking -= button.label_room()
        for one in (self._title, self._count, self._slash):  # the count alone would be a number of nothing
            one.setVisible(one in named and lacking <= 0)

    def title(self) -> str:
        """The title of what it stands above; empty without one."""
        return self._title.text()

    def set_title(self, title: str) -> None:
        """Show another title."""
        self._title.setText(title)
        self.setAccessibleName(title)
        self._shorten_to_width()

    def set_count(self, text: str) -> None:
        """Show a count beside the title."""
        self._count.setText(text)
        self._count.setVisible(bool(text) and not self._title.isHidden())

    def count(self) -> str:
        """The count beside the title."""
        return self._count.text()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            painter.fillRect(QRect(0, self.height() - 1, self.width(), 1), theme().color("border"))


class Floating(QWidget):
    """A widget above the window's content: raised surface, border, one pre-rendered shadow.

    Its content is in `body`.
    """

    def __init__(self, parent: QWidget, *, radius: str = "panel") -> None:
        super().__init__(parent)
        self._radius = theme().px(f"radius.{radius}")
        self.body = QWidget(self)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(SHADOW, SHADOW, SHADOW, SHADOW)
        outer.addWidget(self.body)

    def frame(self) -> QRect:
        """The visible part, without the shadow."""
        return self.rect().adjusted(SHADOW, SHADOW, -SHADOW, -SHADOW)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_shadow(painter, self.frame())
            painter.setPen(QPen(theme().color("border.strong"), 1))
            painter.setBrush(theme().color("raised"))
            painter.drawRoundedRect(QRectF(self.frame()).adjusted(0.5, 0.5, -0.5, -0.5), self._radius, self._radius)


def set_surface(widget: QWidget, name: str) -> None:
    """Fill the background of `widget` with a surface of the style sheet: `surface`, `alt`, `canvas`, `rail`, …"""
    widget.setProperty("surface", name)
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)


def fill_column(holder: QWidget, *parts: QWidget) -> None:
    """Fill a holder with parts below each other, without margins; the last takes the space that is left."""
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for part in parts:
        column.addWidget(part)
    column.setStretch(len(parts) - 1, 1)


def disable_viewport_fill(area: QAbstractScrollArea) -> None:
    """Let the style sheet alone fill an area: with a filled viewport Qt leaks a kilobyte of style rules per area."""
    area.viewport().setAutoFillBackground(False)


class TabStopArea(FocusRinged, QScrollArea):
    """A scroll area that is a stop of Tab itself, as nothing in it is: arrows scroll it, and a ring shows the focus."""

    accessible_role = Role.Pane  # without one, a screen reader calls it a filler

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)


def scroll_area(content: QWidget, *, tab_stop: bool = False, parent: QWidget | None = None) -> QScrollArea:
    """A vertical scroll area around `content`. Tab stops at the area itself if `tab_stop`."""
    area = TabStopArea(parent) if tab_stop else QScrollArea(parent)
    # To hand out Qt's own, PySide would first prepare every class of widgets: a tenth of the time that start-up takes.
    viewport = QWidget()
    viewport.setObjectName("qt_scrollarea_viewport")
    viewport.setBackgroundRole(QPalette.ColorRole.NoRole)
    area.setViewport(viewport)
    viewport.setAutoFillBackground(False)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    if not tab_stop:
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(content)
    return area


def paint_shadow(painter: QPainter, frame: QRect) -> None:
    """Draw the shadow of a floating widget at `frame`, stretched from one small picture (nine-patch)."""
    picture = _shadow(theme().current)
    target = frame.adjusted(-SHADOW, -SHADOW + 8, SHADOW, SHADOW)
    # Of a frame smaller than two corners, they meet in the middle.
    edge_x, edge_y = (min(2 * SHADOW, extent // 2) for extent in target.size().toTuple())
    side = picture.width()
    xs = (target.left(), target.left() + edge_x, target.right() + 1 - edge_x, target.right() + 1)
    ys = (target.top(), target.top() + edge_y, target.bottom() + 1 - edge_y, target.bottom() + 1)
    cuts_x, cuts_y = (0, edge_x, side - edge_x, side), (0, edge_y, side - edge_y, side)
    for i in range(3):
        for j in range(3):
            if i == 1 and j == 1:
                continue
            part = QRect(xs[i], ys[j], xs[i + 1] - xs[i], ys[j + 1] - ys[j])
            source = QRect(cuts_x[i], cuts_y[j], cuts_x[i + 1] - cuts_x[i], cuts_y[j + 1] - cuts_y[j])
            painter.drawPixmap(part, picture, source)


@cache
def _shadow(mode: str) -> QPixmap:
    """A soft shadow, drawn once a mode: many faint rounded rectangles, each a little larger."""
    side = 5 * SHADOW
    pixmap = QPixmap(QSize(side, side))
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        strength = 0.18 if mode == "light" else 0.5
        steps = 16
        for step in range(steps):
            inset = SHADOW * step / steps
            path = QPainterPath()
            radius = 8 + SHADOW - inset
            path.addRoundedRect(QRectF(0, 0, side, side).adjusted(inset, inset, -inset, -inset), radius, radius)
            colour = QColor(0, 0, 0)
            colour.setAlphaF(strength * (2 * (step + 1)) / (steps * (steps + 1)))
            painter.fillPath(path, colour)
    return pixmap
