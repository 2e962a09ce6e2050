"""Rows of people and teams that something is, or can be, shared with, and the results of a search for them."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.i18n import ngettext
from benchboard.identity.share_candidates import Candidate
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.labels import Avatar, Elided, KeyCap, Text
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.readable_rows import ReadableRow
from benchboard.ui.widgets.tab_order import own_tab_stops


class RowColumn(QWidget):
    """A column of rows; `fill` replaces them."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)

    def fill(self, *widgets: QWidget) -> None:
        while (item := self._column.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        for widget in widgets:
            self._column.addWidget(widget)
            widget.show()  # at once, not when the layout is updated: the row that Enter selects is highlighted now


class CandidateResults(RowColumn):
    """The search results; Enter takes the highlighted one."""

    def __init__(self, told: str) -> None:
        """`told` is announced of the highlighted one, with its `{name}`, `{number}` and the `{count}` of all."""
        super().__init__()
        self._at, self._told = -1, told

    @property
    def rows(self) -> "list[CandidateRow]":
        return [line for line in self.findChildren(CandidateRow) if not line.isHidden()]

    @property
    def selected(self) -> Candidate | None:
        """The highlighted candidate, which Enter takes; None if there is none."""
        return self.rows[self._at].who if 0 <= self._at < len(self.rows) else None

    def step(self, by: int) -> None:
        """Highlight the next or previous result, wrapping round at the ends."""
        if self.rows:
            self.select((self._at + by) % len(self.rows) if self._at >= 0 else 0)

    def select(self, at: int) -> None:
        """Highlight a result by index; -1 for none."""
        self._at = at
        rows = self.rows
        for place, line in enumerate(rows):
            line.mark(place == at)
        if 0 <= at < len(rows):
            announce(self, self._told.format(name=rows[at].described, number=at + 1, count=len(rows)))


class CandidateRow(QWidget):
    """A person or team with its description and buttons."""

    def __init__(self, who: Candidate, *trailing: QWidget, note: str = "") -> None:
        super().__init__()
        self.who, self._marked = who, False
        self.second = who.email or ""
        """What is said of them below the name."""
        self._enter = KeyCap("Enter", parent=self)
        self._enter.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        mark = Avatar(who.name)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Elided(who.name, "body_strong"))
        if who.kind == "team":
            members = who.members or 0
            self.second = ngettext("Team · {count} member", "Team · {count} members", members).format(count=members)
        self.described = ", ".join(filter(None, (who.name, self.second)))
        words.addWidget(Elided(self.second, "caption", "muted"))
        if note:
            words.addWidget(Paragraph(note, "caption", "muted"))
        row.addWidget(mark)
        row.addLayout(words, 1)
        row.addWidget(self._enter)
        for widget in trailing:
            row.addWidget(widget)

    @property
    def says_enter(self) -> bool:
        """Whether one sees that Enter takes it."""
        return self._enter.isVisible()

    def mark(self, marked: bool) -> None:
        """Show or hide the mark that Enter runs the first button."""
        self._marked = marked
        self._enter.setVisible(marked)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._marked:
            with QPainter(self) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme().color("selection"))
                painter.drawRoundedRect(self.rect(), theme().px("radius.control"), theme().px("radius.control"))


class AccessRow(ReadableRow):
    """A person or team in a list of who has access, read as a whole with their `level`, which stands at the end of the
    row unless there are `controls` to change it: Tab stops at each of these too.
    """

    def __init__(self, who: Candidate, level: str, *controls: QWidget, note: str = "", name: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        shown = CandidateRow(who, *(controls or (Text(level, tone="muted"),)), note=note)
        own_tab_stops(shown)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(shown)
        self.setAccessibleName(", ".join(filter(None, (who.name, level, shown.second, note))))
