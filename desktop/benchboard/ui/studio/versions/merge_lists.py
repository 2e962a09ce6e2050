"""The lists of a merge: conflicts, automatically merged changes, and a one-line banner."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from benchboard.dashboards.document.widget_kinds import kind_icon
from benchboard.i18n import _
from benchboard.ui.studio.versions.merge_decisions import ConflictGroup
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Elided, Icon, hairline
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.focus import Pressable
from benchboard.ui.widgets.labels import plain_tooltip


class MergeBanner(QWidget):
    """A banner across the merge, with a line below it, or above it where a line follows anyway."""

    def __init__(self, *, line_above: bool = False) -> None:
        super().__init__()
        self._line_above = line_above
        self.setMinimumHeight(40)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme().color("error.soft"))
            painter.fillRect(0, 0 if self._line_above else self.height() - 1, self.width(), 1, theme().color("border"))


class ConflictRow(Pressable):
    """A group of conflicts in the list: its widget, what differs, and whether it is resolved."""

    shows_focus_ring = True

    def __init__(self, case: ConflictGroup) -> None:
        super().__init__()
        self.case = case
        self._current = self._done = False
        self.setFixedHeight(52)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(plain_tooltip(case.title))

    def show_state(self, current: bool, done: bool) -> None:
        """Show whether it is the current group, and whether it is resolved."""
        self._current, self._done = current, done
        state = _("resolved") if done else _("not resolved yet")
        self.setAccessibleName(f"{self.case.title}, {self.case.summary}, {state}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            fill = "selection" if self._current else "row.hover" if self.underMouse() else "surface"
            painter.fillRect(self.rect(), theme().color(fill))
            painter.fillRect(0, self.height() - 1, self.width(), 1, theme().color("grid"))
            if self._current:
                painter.fillRect(0, 0, 2, self.height(), theme().color("accent"))
            icon = kind_icon(self.case.type) if self.case.id else "ph.squares-four"
            paint_icon(painter, icon, _box(16, self.height(), 15), theme().color("text.secondary"))
            metrics_room = self.width() - 42 - 40
            for text, font, ink, top in (
                (self.case.title, "body", "text", 8),
                (self.case.summary, "caption", "text.muted", 26),
            ):
                painter.setFont(theme().font(font))
                painter.setPen(theme().color(ink))
                shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, metrics_room)
                painter.drawText(42, top, metrics_room, 18, Qt.AlignmentFlag.AlignVCenter, shown)
            mark, role = ("ph.check-circle", "ok") if self._done else ("ph.warning-fill", "error")
            paint_icon(painter, mark, _box(self.width() - 32, self.height(), 15), theme().color(role))


def _box(x: float, height: int, side: float) -> QRectF:
    return QRectF(x, (height - side) / 2, side, side)


def merged_row(title: str, description: str) -> QWidget:
    """A row for an automatically merged change: the item, and whose change it was."""
    holder = QWidget()
    holder.setAccessibleName(f"{title}, {description}")
    row = QHBoxLayout(holder)
    row.setContentsMargins(16, 4, 12, 4)
    row.setSpacing(12)
    row.addWidget(Icon("ph.check-circle", "ok", 15))
    words = QVBoxLayout()
    words.setSpacing(0)
    words.addWidget(Elided(title))
    words.addWidget(Elided(description, "caption", "muted"))
    row.addLayout(words, 1)
    both = QWidget()
    column = QVBoxLayout(both)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(holder)
    column.addWidget(hairline())
    return both
