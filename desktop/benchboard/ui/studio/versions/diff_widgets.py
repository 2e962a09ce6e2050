"""Parts of the versions screen other than its lists: the scrolling page, the counts, the panes."""

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from benchboard.i18n import _, pgettext
from benchboard.ui.commands import REGISTRY
from benchboard.ui.studio.versions.diff_view import DiffPage
from benchboard.ui.studio.versions.difference_text import ROLE, Look
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Badge, Button, Text, hairline
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.surfaces import TabStopArea, set_surface


class PageArea(TabStopArea):
    """The scroll area of the page, which fills its width."""

    def __init__(self, page: DiffPage) -> None:
        super().__init__()
        self._page = page
        self.setWidget(page)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("surface", "canvas")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(_("Compared versions"))
        keys = [REGISTRY[f"studio.versions_{step}"].key for step in ("next", "previous")]
        told = _("Arrows scroll; {next} and {previous} go to the next and the previous difference.")
        self.setAccessibleDescription(told.format(next=keys[0], previous=keys[1]))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._page.fit(self.viewport().width(), self.viewport().height())


class SideHeadings(QWidget):
    """Which version is on which side, above two pages beside each other; each begins where its page does."""

    def __init__(self) -> None:
        super().__init__()
        set_surface(self, "surface")
        both = QHBoxLayout()
        both.setContentsMargins(0, 0, 0, 0)
        both.setSpacing(0)
        self._names = (Text("", "body_strong"), Text("", "body_strong"))
        for name, badge in zip(self._names, (Badge("neutral", _("Before")), Badge("info", _("After"))), strict=True):
            side = QWidget()
            row = QHBoxLayout(side)
            row.setContentsMargins(theme().px("spacing.4"), 0, theme().px("spacing.4"), 0)
            row.setSpacing(theme().px("spacing.2"))
            row.addWidget(name)
            row.addWidget(badge)
            row.addStretch(1)
            both.addWidget(side, 1)
            if name is self._names[0]:
                both.addWidget(hairline(vertical=True))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(both, 1)
        column.addWidget(hairline())
        self.setFixedHeight(theme().px("spacing.10"))
        self.hide()

    def show_numbers(self, before: int | None, after: int) -> None:
        """Show the numbers of the versions that are compared."""
        for name, number in zip(self._names, (before or after, after), strict=True):
            name.setText(_("Version {number}").format(number=number))


class DiffCounts(QWidget):
    """The number of differences of each kind: a coloured square, the number, the word."""

    def __init__(self) -> None:
        super().__init__()
        self._counts: Counter[Look] = Counter()
        self._compact = False

    def show_counts(self, counts: Counter[Look]) -> None:
        """Show these counts."""
        self._counts = counts
        self._measure()

    def set_compact(self, compact: bool) -> None:
        """Omit the words in a narrow window."""
        self._compact = compact
        self._measure()

    def _measure(self) -> None:
        self.setAccessibleName(", ".join(f"{count} {word}" for _look, count, word in self._parts()))
        self.setToolTip(plain_tooltip(self.accessibleName()))
        self.setFixedSize(self._paint(None), theme().px("control_height.md"))
        self.update()

    def _parts(self) -> list[tuple[Look, int, str]]:
        names: Sequence[tuple[Look, str]] = (
            ("moved", pgettext("count", "moved")), ("added", pgettext("count", "added")),
            ("removed", pgettext("count", "removed")), ("changed", pgettext("count", "changed")),
        )  # fmt: skip
        return [(look, self._counts[look], word) for look, word in names if self._counts[look]]

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter | None) -> int:
        """Paint it, or with None only measure it; returns the width."""
        x = 0.0
        for look, count, word in self._parts():
            for text, font, ink in ((str(count), "body_strong", "text"), (word, "body", "text.secondary")):
                if ink == "text":
                    if painter is not None:
                        painter.fillRect(QRectF(x, self.height() / 2 - 4, 9, 9), theme().color(ROLE[look]))
                    x += 15
                elif self._compact:
                    continue
                width = _width(text, font)
                if painter is not None:
                    painter.setFont(theme().font(font))
                    painter.setPen(theme().color(ink))
                    painter.drawText(QRectF(x, 0, width + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, text)
                x += width + (5 if ink == "text" else 16)
        return round(x)


def _width(text: str, font: str) -> float:
    return QFontMetricsF(theme().font(font)).horizontalAdvance(text)


def as_pane(holder: QWidget, width: int) -> QVBoxLayout:
    """Turn a widget into a pane of a fixed width; returns the layout for its content."""
    holder.setFixedWidth(width)
    set_surface(holder, "surface")
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    return column


def head() -> tuple[QWidget, QHBoxLayout]:
    """The heading of a pane, and the layout for its content."""
    holder = QWidget()
    holder.setFixedHeight(40)
    row = QHBoxLayout(holder)
    row.setContentsMargins(16, 0, 12, 0)
    row.setSpacing(8)
    return holder, row


def wide(button: Button) -> Button:
    """Make the button as wide as its pane."""
    policy = button.sizePolicy()
    policy.setHorizontalPolicy(policy.Policy.Expanding)
    button.setSizePolicy(policy)
    return button
