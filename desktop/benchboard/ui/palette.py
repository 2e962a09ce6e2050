"""The palette (Ctrl+K): go anywhere, do anything, by a few letters of its name."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from benchboard.i18n import _
from benchboard.ui.rooms import Command
from benchboard.ui.theme import theme
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.dialog import Scrim
from benchboard.ui.widgets.labels import KeyCap, Text, hairline, paint_key
from benchboard.ui.widgets.surfaces import SHADOW, Floating, Icon

_WIDTH: Final = 640
_ROW: Final = 36
_HEADING: Final = 32
_MOST: Final = 60
_PAUSE_MS: Final = 120


@dataclass(frozen=True, slots=True)
class Hit:
    """A command that fits, how well, and which letters of its title fit."""

    command: Command
    score: int
    letters: tuple[int, ...]


def fold(text: str) -> str:
    """`text` for comparing: no case, no accents, one letter for one letter (so that positions stay true)."""
    folded = []
    for letter in text:
        plain = unicodedata.normalize("NFD", letter)[0].lower()
        folded.append("i" if plain in ("ı", "i̇") else plain[0])
    return "".join(folded)


def match(query: str, text: str) -> tuple[int, tuple[int, ...]] | None:
    """How well the letters of `query` are found in `text`, in order, and where; None where they are not.

    A run at the start of a word is worth most, a run inside a word less, scattered letters little.
    """
    wanted, there = fold("".join(query.split())), fold(text)
    if not wanted:
        return 0, ()
    best: tuple[int, tuple[int, ...]] | None = None
    for start in (at for at, letter in enumerate(there) if letter == wanted[0]):
        found = _from(wanted, there, start)
        if found is not None and (best is None or found[0] > best[0]):
            best = found
    return best


def _from(wanted: str, there: str, start: int) -> tuple[int, tuple[int, ...]] | None:
    letters = [start]
    for place, letter in enumerate(wanted[1:], 2):
        at = there.find(letter, letters[-1] + 1)
        if at < 0:
            return None
        if at != letters[-1] + 1:
            # The next letter of a word's start beats one somewhere inside, if the rest is still found after it.
            start_of_word = next((i for i in range(at, len(there)) if there[i] == letter and _starts(there, i)), at)
            at = start_of_word if _follow(wanted[place:], there, start_of_word + 1) else at
        letters.append(at)
    score = 0 if _starts(there, start) else -6
    for index, at in enumerate(letters):
        run = index > 0 and at == letters[index - 1] + 1
        score += 12 if _starts(there, at) else 8 if run else 1
        score -= 0 if run or index == 0 else 3
    return score * 4 - letters[0] - (letters[-1] - letters[0]) // 4, tuple(letters)


def _follow(letters: str, text: str, at: int) -> bool:
    """Whether `letters` are in `text` from `at` on, in order."""
    rest = iter(text[at:])
    return all(letter in rest for letter in letters)


def _starts(text: str, at: int) -> bool:
    return at == 0 or not text[at - 1].isalnum()


def search(query: str, commands: Sequence[Command]) -> list[Hit]:
    """The commands that fit `query`, in groups, the group of the best one first; with `>` in front, acts alone."""
    only_acts = query.lstrip().startswith(">")
    query = query.lstrip().removeprefix(">").strip()
    hits = []
    for command in commands:
        if only_acts and command.group == go_to():
            continue
        found = match(query, command.title)
        if found is None and query:
            under = match(query, command.subtitle) if command.subtitle else None
            found = (under[0] // 3, ()) if under is not None and len(query) > 1 else None
        if found is not None:
            hits.append(Hit(command, found[0], found[1]))
    # Letters scattered over a title are noise once something fits properly.
    best = max((hit.score for hit in hits), default=0)
    hits = [hit for hit in hits if not query or best <= 0 or hit.score * 5 >= best * 3]
    groups: dict[str, int] = {}
    for hit in hits:
        groups[hit.command.group] = max(groups.get(hit.command.group, -(10**6)), hit.score)
    order = sorted(groups, key=lambda group: -groups[group]) if query else list(groups)
    return sorted(hits, key=lambda hit: (order.index(hit.command.group), -hit.score))[:_MOST]


def go_to() -> str:
    """The name of the group of places."""
    return _("Go to")


class Palette(Scrim):
    """Opens over everything; Enter runs what is chosen, Esc leaves. `asked` wants what has the text in its name and is
    no command (`add`), as soon as the typing pauses."""

    asked = Signal(str)

    def __init__(self, window: QWidget, commands: Sequence[Command]) -> None:
        super().__init__(window)
        self.setObjectName("palette")
        self.setAccessibleName(_("Search or run a command"))
        self._commands = tuple(commands)
        self._found: tuple[Command, ...] = ()
        self._moved = False
        """Whether somebody has chosen a line: what is found later does not take it away."""
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self.frame = Floating(self, radius="dialog")
        self.field = QLineEdit()
        self.field.setObjectName("palette_field")
        self.field.setProperty("frameless", True)
        self.field.setStyleSheet(f"font-size: {theme().font('section').pointSizeF()}pt;")
        self.field.setPlaceholderText(_("Search or run a command"))
        self.field.setAccessibleName(_("Search or run a command"))
        self.field.textChanged.connect(self._look)
        self.field.textChanged.connect(self._typed)
        self.field.installEventFilter(self)
        self._model = _Lines(self)
        self.list = _List()
        self.list.setModel(self._model)
        self.list.setItemDelegate(_Line(self.list))
        self.list.clicked.connect(self._run)
        self._none = Text("", "body", "secondary", wrap=True)
        self._none.setContentsMargins(16, 16, 16, 20)
        self._count = Text("", "caption", "muted")
        column = QVBoxLayout(self.frame.body)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addLayout(self._head())
        column.addWidget(hairline())
        column.addWidget(self.list)
        column.addWidget(self._none)
        column.addWidget(hairline())
        column.addLayout(self._foot())
        self._look("")

    def open(self) -> None:
        """Show it and take the keyboard."""
        self.show()
        self.raise_()
        self.settle()
        self.field.setFocus()

    def settle(self) -> None:
        width = min(_WIDTH, self.width() - 32) + 2 * SHADOW
        rows = self._model.height()
        most = max(120, self.height() - 112 - 150)
        self.list.setFixedHeight(min(rows, most))
        for layout in (self.frame.body.layout(), self.frame.layout()):
            if layout is not None:
                layout.invalidate()
                layout.activate()
        height = self.frame.sizeHint().height()
        self.frame.setGeometry((self.width() - width) // 2, 112 - SHADOW, width, height)

    def add(self, text: str, found: Sequence[Command]) -> None:
        """Offer these too: what was found for `text`, unless something else is written by now."""
        if text == self._text():
            chosen = self._model.hit(self.list.currentIndex().row())
            self._found = tuple(found)
            self._look(self.field.text())
            row = self._model.row_of(chosen.command) if chosen is not None and self._moved else -1
            if row >= 0:
                self._choose(row)

    def _typed(self) -> None:
        self._moved = False
        self._pause.start()

    def _text(self) -> str:
        return self.field.text().strip()

    def _ask(self) -> None:
        if self._text() and not self._text().startswith(">"):
            self.asked.emit(self._text())

    def titles(self) -> list[str]:
        """What is offered now, best first."""
        return [hit.command.title for hit in self._model.hits()]

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(16, 12, 14, 12)
        row.setSpacing(12)
        row.addWidget(Icon("ph.magnifying-glass", size=18))
        row.addWidget(self.field, 1)
        row.addWidget(KeyCap("Esc"))
        return row

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(14, 7, 16, 7)
        row.setSpacing(6)
        for keys, words in ((("↑", "↓"), _("choose")), (("Enter",), _("run")), ((">",), _("commands only"))):
            for key in keys:
                row.addWidget(KeyCap(key))
            row.addWidget(Text(words, "caption", "muted"))
            row.addSpacing(8)
        row.addStretch(1)
        row.addWidget(self._count)
        return row

    def _look(self, query: str) -> None:
        commands = (*self._commands, *self._found) if query.strip() else self._commands
        hits = search(query, commands)
        self._model.show_hits(hits)
        self.list.setVisible(bool(hits))
        self._none.setVisible(not hits)
        self._none.setText(_("Nothing here is called “{query}”.").format(query=query.strip()))
        self._count.setText(_("{shown} of {all}").format(shown=len(hits), all=len(commands)))
        self._choose(self._model.next_command(-1, 1))
        self.settle()

    def _choose(self, row: int) -> None:
        if row >= 0:
            self.list.setCurrentIndex(self._model.index(row))
            if row == 1:
                self.list.scrollToTop()

    def _run(self, index: QModelIndex) -> None:
        hit = self._model.hit(index.row())
        if hit is not None:
            self.leave()
            hit.command.run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key, now = event.key(), self.list.currentIndex().row()
            if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self._moved = True
                self._choose(self._model.next_command(now, 1 if key == Qt.Key.Key_Down else -1))
                return True
            if key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
                step = 1 if key == Qt.Key.Key_PageDown else -1
                for _turn in range(8):
                    now = self._model.next_command(now, step, wrap=False)
                self._choose(now)
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run(self.list.currentIndex())
                return True
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.frame.geometry().contains(event.position().toPoint()):
            self.leave()
        event.accept()


class _Lines(QAbstractListModel):
    """Headings and hits, in the order they are shown."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._lines: list[Hit | str] = []

    def show_hits(self, hits: Sequence[Hit]) -> None:
        self.beginResetModel()
        self._lines = []
        group = None
        for hit in hits:
            if hit.command.group != group:
                group = hit.command.group
                self._lines.append(group)
            self._lines.append(hit)
        self.endResetModel()

    def hits(self) -> list[Hit]:
        return [line for line in self._lines if isinstance(line, Hit)]

    def hit(self, row: int) -> Hit | None:
        line = self._lines[row] if 0 <= row < len(self._lines) else None
        return line if isinstance(line, Hit) else None

    def row_of(self, command: Command) -> int:
        """Where a command stands; -1 where it does not."""
        found = (row for row, line in enumerate(self._lines) if isinstance(line, Hit) and line.command is command)
        return next(found, -1)

    def heading(self, row: int) -> str:
        line = self._lines[row]
        return line if isinstance(line, str) else ""

    def height(self) -> int:
        return sum(_HEADING if isinstance(line, str) else _ROW for line in self._lines) + 8

    def next_command(self, row: int, step: int, *, wrap: bool = True) -> int:
        """The next line that is a command; -1 where there is none."""
        at = row
        for _turn in range(len(self._lines)):
            at += step
            if not 0 <= at < len(self._lines):
                if not wrap:
                    return row
                at %= len(self._lines)
            if self.hit(at) is not None:
                return at
        return -1

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        hit = self.hit(index.row())
        return hit.command.title if hit is not None else self.heading(index.row())

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        if self.hit(index.row()) is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class _List(QListView):
    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("palette_list")
        self.setAccessibleName(_("Commands and places"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and index.flags() & Qt.ItemFlag.ItemIsSelectable:
            self.setCurrentIndex(index)


class _Line(QStyledItemDelegate):
    def __init__(self, view: _List) -> None:
        super().__init__(view)
        self._view = view

    def _lines(self) -> _Lines:
        model = self._view.model()
        if not isinstance(model, _Lines):
            raise TypeError("the palette's list shows the palette's lines")
        return model

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, _HEADING if self._lines().hit(index.row()) is None else _ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        rect: QRect = option.rect
        hit = self._lines().hit(index.row())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if hit is None:
            font = theme().font("caption")
            font.setWeight(QFont.Weight.Medium)
            painter.setFont(font)
            painter.setPen(theme().color("text.secondary"))
            box = rect.adjusted(16, 6, 0, 0)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self._lines().heading(index.row()))
        else:
            if self._view.currentIndex() == index:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme().color("selection"))
                painter.drawRoundedRect(rect.adjusted(4, 1, -4, -1), 6, 6)
            self._paint_hit(painter, rect, hit, self._view.currentIndex() == index)
        painter.restore()

    def _paint_hit(self, painter: QPainter, rect: QRect, hit: Hit, chosen: bool) -> None:
        command = hit.command
        if command.icon:
            spot = QRectF(rect.left() + 17, rect.center().y() - 7, 16, 16)
            paint_icon(painter, command.icon, spot, theme().color("text.secondary"))
        right = float(rect.right() - 14)
        keys = command.keys.split("+") if command.keys else ["Enter"] if chosen else []
        for key in reversed(keys):
            width = max(18, QFontMetrics(theme().font("caption")).horizontalAdvance(key) + 10)
            cap = QRectF(right - width, rect.center().y() - 8, width, 18)
            paint_key(painter, cap, key, theme().color("border.strong"), theme().color("text.secondary"))
            right -= width + 6
        left = rect.left() + 44.0
        left = self._paint_title(painter, left, rect, command.title, hit.letters)
        if command.subtitle:
            painter.setFont(theme().font("body"))
            painter.setPen(theme().color("text.muted"))
            room = QRectF(left + 10, rect.top(), right - left - 20, rect.height())
            text = QFontMetrics(painter.font()).elidedText(
                command.subtitle, Qt.TextElideMode.ElideRight, max(0, int(room.width()))
            )
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_title(self, painter: QPainter, left: float, rect: QRect, title: str, letters: tuple[int, ...]) -> float:
        """Draw the title, its fitting letters in the accent colour; answers where it ends."""
        plain, strong = theme().font("body"), theme().font("body_strong")
        marked = set(letters)
        start = 0
        while start < len(title):
            end = start
            while end < len(title) and (end in marked) == (start in marked):
                end += 1
            on = start in marked
            painter.setFont(strong if on else plain)
            painter.setPen(theme().color("accent.text" if on else "text"))
            part = title[start:end]
            width = QFontMetrics(painter.font()).horizontalAdvance(part)
            painter.drawText(QRectF(left, rect.top(), width + 2, rect.height()), Qt.AlignmentFlag.AlignVCenter, part)
            left += width
            start = end
        return left
