"""The keyboard shortcuts of all rooms on one sheet, read off the registry of commands."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.commands import REGISTRY, Command, key_cap
from benchboard.ui.theme import theme
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.dialog import Dialog
from benchboard.ui.widgets.fields import Edit
from benchboard.ui.widgets.labels import KeyCap, Text
from benchboard.ui.widgets.surfaces import bare

_SIZE: Final = QSize(1160, 664)
_COLUMN: Final = 340
"""Pixels a column takes at least: as many stand beside each other as the window has room for."""

_ARROWS: Final = {"Left", "Up", "Right", "Down"}

Line = tuple[str, str, tuple[str, ...]]
"""Group, what it does, its keys as caps show them."""


_LAST: Final = ("list", "window", "sign_in")


def lines(room: str = "") -> list[Line]:
    """Everything that has a shortcut, group by group: first the groups of `room`, last those of no room."""
    rooms = [room, *(command.room for command in REGISTRY if command.room not in _LAST), *_LAST]
    commands = sorted((one for one in REGISTRY if one.shortcuts), key=lambda one: rooms.index(one.room))
    found = [(_(one.group), _line(one), tuple(key_cap(keys) for keys in one.shortcuts)) for one in commands]
    groups = list(dict.fromkeys(group for group, _title, _keys in found))
    return sorted(found, key=lambda line: groups.index(line[0]))


def _line(command: Command) -> str:
    return f"{command.text}, {_(command.when)}" if command.when else command.text


class KeySheet(Dialog):
    """The keys in groups, to be searched by word or key."""

    def __init__(self, window: QWidget, room: str = "") -> None:
        super().__init__(window, _("Keyboard shortcuts"), size=_SIZE, name="key_sheet")
        self._lines = lines(room)
        self.search = Edit(placeholder=_("Search shortcuts"), icon="ph.magnifying-glass", name="keys_search")
        self.search.textChanged.connect(self._look)
        self._none = Text("", tone="muted")
        self._inside = QWidget()
        self._inside.setProperty("plain", True)
        self._columns = QHBoxLayout(self._inside)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(theme().px("spacing.8"))
        area = QScrollArea()
        bare(area)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self._inside)
        self.content.addWidget(self.search)
        self.content.addWidget(self._none)
        self.content.addWidget(area, 1)
        self.add_button(Button(_("Close"), self.leave, name="keys_close"))
        self._look("")

    def shown(self) -> list[str]:
        """What the lines on show do."""
        return [text.text() for text in self._inside.findChildren(Text, "keys_line")]

    def _look(self, wanted: str) -> None:
        while self._columns.count():
            taken = self._columns.takeAt(0)
            if taken is not None and (gone := taken.widget()) is not None:
                gone.hide()
                gone.setParent(None)
                gone.deleteLater()
        words = wanted.casefold().split()
        fits = [
            line for line in self._lines if all(word in " ".join((*line[:2], *line[2])).casefold() for word in words)
        ]
        self._none.setVisible(not fits)
        self._none.setText(_("No shortcuts match “{text}”.").format(text=wanted.strip()))
        beside = max(1, min(3, (self.width() - 80) // _COLUMN))
        for part in _parted(fits, beside):
            self._columns.addWidget(_column(part), 1, Qt.AlignmentFlag.AlignTop)


def _parted(found: Sequence[Line], count: int) -> list[Sequence[Line]]:
    """The lines in so many columns of nearly one length, no group cut in two."""
    starts = [k for k in range(1, len(found)) if found[k][0] != found[k - 1][0]]
    cuts = [0]
    for column in range(1, count):
        later = [k for k in starts if k > cuts[-1]]
        cuts.append(min(later, key=lambda k: abs(k - len(found) * column / count), default=len(found)))
    return [found[start:end] for start, end in zip(cuts, [*cuts[1:], len(found)], strict=True)]


def _column(found: Sequence[Line]) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    for group in dict.fromkeys(line[0] for line in found):
        if column.count():
            column.addSpacing(12)
        column.addWidget(Text(group, "section"))
        for _group, title, keys in (line for line in found if line[0] == group):
            column.addLayout(_row(title, keys))
    return holder


def _row(title: str, keys: Sequence[str]) -> QHBoxLayout:
    """A line of its own: one with many keys leaves the others beside it their room."""
    row = QHBoxLayout()
    row.setSpacing(4)
    name = Text(title, tone="secondary", wrap=True)
    name.setObjectName("keys_line")
    name.setAccessibleDescription(", ".join(keys))
    row.addWidget(name, 1)
    row.addSpacing(12)
    for key in _together(keys):
        row.addWidget(KeyCap(_named(key)))
    return row


def _together(keys: Sequence[str]) -> Sequence[str]:
    """Arrows with the same keys held, as one."""
    parted = [key.rpartition(" ") for key in keys]
    if len(keys) > 1 and len({held for held, _gap, _arrow in parted}) == 1 and {one[2] for one in parted} <= _ARROWS:
        return [f"{parted[0][0]} {' '.join(arrow for _held, _gap, arrow in parted)}".strip()]
    return keys


def _named(keys: str) -> str:
    """Arrows as signs, the rest as it is written on the keys."""
    signs = {
        "Left": "←",
        "Up": "↑",
        "Right": "→",
        "Down": "↓",
        "PgDown": _("Page ↓"),
        "PgUp": _("Page ↑"),
    }
    return " ".join(signs.get(part, part) for part in keys.split(" "))
