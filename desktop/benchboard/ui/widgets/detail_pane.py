"""The detail pane beside a list: its header, the same for a person and a thing, and its sections."""

from typing import Final

from PySide6.QtCore import QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollBar, QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role, tell_renamed
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.flow_layout import FlowLayout
from benchboard.ui.widgets.labels import Avatar, Elided, Text, hairline
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.surfaces import scroll_area, set_surface

_MARK: Final = 44
"""Width and height of the mark at the left of a header, in pixels."""
_MARK_ICON: Final = 22

_SETTLED_MS: Final = 1_500
"""How long replaced rows can take to be laid out on a busy computer; what is lower for longer is lower for good."""


def details_name(pane: QWidget) -> str:
    """What a screen reader calls a pane with a header: whose details are in it."""
    head = pane.findChild(DetailHeader)
    name = head.name.text() if head is not None else ""
    return _("Details of {name}").format(name=name) if name else _("Details")


class _KeptPlace(QObject):
    """Keeps a scroll bar where it is while rows are replaced: what scrolls is lower for a moment, and the bar would
    stay where that ended."""

    def __init__(self, bar: QScrollBar) -> None:
        super().__init__(bar)
        self._bar = bar
        self._place: int | None = None
        bar.rangeChanged.connect(self._on_range)
        bar.actionTriggered.connect(self._forget)  # a person scrolls

    def _on_range(self, _least: int, most: int) -> None:
        if most < self._bar.value():  # it is told before the bar moves
            if self._place is None:
                self._place = self._bar.value()
                QTimer.singleShot(_SETTLED_MS, self, self._forget)
        elif self._place is not None and most >= self._place:
            self._bar.setValue(self._place)

    def _forget(self) -> None:
        self._place = None


class DetailPane(QWidget):
    """A pane with the details of one item: `head`, then `column`, which scrolls. `closed` asks the view to hide it."""

    closed = Signal()
    accessible_role = Role.Grouping

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        set_surface(self, "surface")
        self.head = QVBoxLayout()
        self.head.setSpacing(0)
        inner = QWidget()
        inner.setProperty("plain", "true")
        self.column = QVBoxLayout(inner)
        self.column.setContentsMargins(0, 0, 0, 16)
        self.column.setSpacing(0)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addLayout(self.head)
        self.area = scroll_area(inner)
        _KeptPlace(self.area.verticalScrollBar())
        self.foot = QVBoxLayout()
        """What stands below what scrolls."""
        right.addWidget(self.area, 1)
        right.addLayout(self.foot)
        self.whole = right
        self.across = whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        self.edge = hairline(vertical=True)
        whole.addWidget(self.edge)
        whole.addLayout(right, 1)

    def accessible_text(self) -> str:
        """Whose details they are."""
        return details_name(self)

    def close_button(self) -> Button:
        return Button("", self.closed.emit, kind="quiet", icon="ph.x", tip=_("Close details"), name="detail_close")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)


class _HeaderName(Paragraph):
    """The name in a header, which the pane is called by."""

    def setText(self, text: str) -> None:
        if text != self.text():
            super().setText(text)
            tell_renamed(self)


class DetailHeader(QWidget):
    """The head of a pane: a mark, the name, a line below it and badges; at the right the button that closes the pane.

    The mark is a person's `avatar`, or for a thing its `icon` in a square. `title_row` and `line` have room for buttons
    after the name and after the line below it. A badge that isn't shown leaves no gap. `tabs`: tabs follow. `mono`:
    the name is an identifier.
    """

    def __init__(
        self,
        close: Button,
        *badges: QWidget,
        icon: str = "",
        tabs: bool = False,
        mono: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.avatar = Avatar("?", _MARK, self)
        self.avatar.setVisible(not icon)
        self.name: Paragraph = _HeaderName("", "mono_title" if mono else "title", parent=self)
        self.below = Elided("", "body", "secondary", fits_text=True)
        self.title_row = QHBoxLayout()
        self.title_row.setSpacing(4)
        self.title_row.addWidget(self.name, 1)
        self.line = QHBoxLayout()
        self.line.setSpacing(4)
        self.line.addWidget(self.below)
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addLayout(self.title_row)
        column.addLayout(_with_stretch(self.line))
        if badges:
            flow = FlowLayout(spacing=6)
            for badge in badges:
                flow.addWidget(badge)
            column.addSpacing(4)
            column.addLayout(flow)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(16, 14, 10, 6 if tabs else 14)
        whole.setSpacing(theme().px("spacing.3"))
        self._mark = _ThingMark(icon, self) if icon else None
        for widget, stretch in ((self._mark or self.avatar, 0), (column, 1), (close, 0)):
            if isinstance(widget, QWidget):
                whole.addWidget(widget, stretch, Qt.AlignmentFlag.AlignTop)
            else:
                whole.addLayout(widget, stretch)

    def show_icon(self, icon: str) -> None:
        """Show another icon of a thing."""
        assert self._mark is not None, "a person has no icon"
        self._mark.show_icon(icon)

    def show_person(self, name: str) -> None:
        """Show whose the initials are."""
        self.avatar.set_name(name)


def _with_stretch(line: QHBoxLayout) -> QHBoxLayout:
    """`line` at the left of the room that there is."""
    whole = QHBoxLayout()
    whole.addLayout(line)
    whole.addStretch(1)
    return whole


class _ThingMark(QWidget):
    """An icon in a square with rounded corners, as large as a person's circle."""

    def __init__(self, icon: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._icon = icon
        self.setFixedSize(_MARK, _MARK)

    def show_icon(self, icon: str) -> None:
        self._icon = icon
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("surface.alt"))
            radius = theme().px("radius.tile")
            painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
            at = (_MARK - _MARK_ICON) / 2
            paint_icon(painter, self._icon, QRectF(at, at, _MARK_ICON, _MARK_ICON), theme().color("text.secondary"))


class DetailSection(QWidget):
    """A section with a title; `fill` replaces its content, which begins `inset` pixels to the left of the title."""

    def __init__(self, title: str, *trailing: QWidget, inset: int = 0) -> None:
        super().__init__()
        self._whole = whole = QVBoxLayout(self)
        self._inset = inset
        self._head = QWidget(self)
        self._line = QHBoxLayout(self._head)
        if title or trailing:
            self._line.addWidget(Text(title, "body_strong", "secondary"))
            self._line.addStretch(1)
            for widget in trailing:
                self._line.addWidget(widget)
        whole.addWidget(self._head)
        if not (title or trailing):
            self._head.hide()
        DetailSection.set_ruled(self, False)
        self._body = QVBoxLayout()
        self._body.setSpacing(theme().px("spacing.2"))
        whole.addLayout(self._body)

    def set_ruled(self, ruled: bool) -> None:
        """Show its title as a group's of a table, whose rows have the whole width; or as a section's."""
        side, padding = (0, 0) if ruled else (16 - self._inset, 14)
        self._whole.setContentsMargins(side, padding, side, padding)
        self._whole.setSpacing(0 if ruled else theme().px("spacing.2"))
        head = 16 if ruled else self._inset
        self._line.setContentsMargins(head, 0, head, 0)
        self._head.setMinimumHeight(theme().px("table.header") if ruled else 0)
        set_surface(self._head, "alt" if ruled else "")

    def fill(self, *widgets: QWidget) -> None:
        while (item := self._body.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        for widget in widgets:
            self._body.addWidget(widget)
