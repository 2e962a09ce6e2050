"""The dialog of all keyboard shortcuts, read from the command registry."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, chain
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QFocusEvent, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractSlider, QHBoxLayout, QScrollArea, QSpacerItem, QVBoxLayout, QWidget

from benchboard.i18n import _, ngettext, number, pgettext
from benchboard.ui.commands import REGISTRY, Command, CommandGroup, key_cap, spoken_keys
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import Role, place_text, untold
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.dialog import Dialog
from benchboard.ui.widgets.fields import Edit
from benchboard.ui.widgets.labels import Text, paint_key
from benchboard.ui.widgets.no_match import NoMatchLine
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.readable_rows import RowOfReadable, make_readable
from benchboard.ui.widgets.surfaces import disable_viewport_fill

_SIZE: Final = QSize(1160, 664)
_COLUMN: Final = 340
"""Minimum width of a column, in pixels: there are as many as fit side by side."""

_SPACING: Final = 6
"""Pixels between shortcuts."""
_GROUP_GAP: Final = 12 + 2 * _SPACING
"""Pixels between groups."""
_IN_VIEW: Final = 500
"""Pixels of a column that are in view."""
_CAP, _CAP_GAP = 18, 4
"""Pixels of a key cap, at least as wide as high, and between two."""
_RING: Final = 4
"""Pixels around the columns for the ring of the row with the focus."""
_SCROLL_KEYS: Final = {
    Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
    Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
    Qt.Key.Key_Down: QAbstractSlider.SliderAction.SliderSingleStepAdd,
    Qt.Key.Key_Up: QAbstractSlider.SliderAction.SliderSingleStepSub,
    Qt.Key.Key_Home: QAbstractSlider.SliderAction.SliderToMinimum,
    Qt.Key.Key_End: QAbstractSlider.SliderAction.SliderToMaximum,
}
_ARROWS: Final = {"Left", "Up", "Right", "Down"}

ShortcutRow = tuple[str, str, tuple[str, ...]]
"""Group, title, and keys as shown on key caps."""


def shortcut_rows(
    room: str = "", commands: Iterable[Command] = REGISTRY, rooms: Mapping[str, str] = MappingProxyType({})
) -> list[ShortcutRow]:
    """All commands with shortcuts, group by group: first those of `room`, then the others in their order.

    A group of one of the `rooms` (their titles) names it: “Edit” alone could be of any.
    """
    order = list(CommandGroup)
    shown = sorted(
        (command for command in commands if command.shortcuts),
        key=lambda command: (command.room != room, order.index(command.group)),
    )
    return [
        (_group_title(command, rooms), _title(command), tuple(key_cap(keys) for keys in command.shortcuts))
        for command in shown
    ]


def _group_title(command: Command, rooms: Mapping[str, str]) -> str:
    group = _(command.group.value)
    return f"{rooms[command.room]}: {group}" if command.room in rooms else group


def _title(command: Command) -> str:
    return f"{command.text}, {_(command.when)}" if command.when else command.text


class _ShortcutsList(QWidget):
    """The columns of shortcuts: one stop of Tab, Up and Down go from shortcut to shortcut."""

    accessible_role = Role.Grouping

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("plain", True)
        make_readable(self, _("All shortcuts"))


class _GroupList(QWidget):
    """The shortcuts of a group below its heading. Its rows are made by `fill`; until then it only has room for them."""

    accessible_role = Role.List
    entered = Signal()
    """The focus came to a row of it."""
    stepping = Signal()
    """A key is about to lead from a row to another one, which may be in another group."""

    def __init__(self, group: str, rows: Sequence[ShortcutRow]) -> None:
        super().__init__()
        self.setAccessibleName(group)
        self._rows, self._is_filled = rows, False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(_SPACING)
        self._column.addWidget(Text(group, "section"))
        line = max(_CAP, QFontMetrics(theme().font("body")).height())
        self._room = QSpacerItem(0, len(rows) * (line + _SPACING) - _SPACING)
        self._column.addItem(self._room)

    @property
    def room(self) -> int:
        """About its height, in pixels, with the gap below it."""
        return (len(self._rows) + 1) * (_CAP + _SPACING) + _GROUP_GAP

    @property
    def is_filled(self) -> bool:
        """Whether its rows are there."""
        return self._is_filled

    def fill(self) -> None:
        """Make its rows, unless they are there already."""
        if self._is_filled:
            return
        self._is_filled = True
        self._column.removeItem(self._room)
        with untold():  # nobody knows them yet
            for at, (_group, title, keys) in enumerate(self._rows):
                line = _ShortcutLine(title, keys, place_text(at, len(self._rows)))
                line.entered.connect(self.entered)
                line.stepping.connect(self.stepping)
                self._column.addWidget(line)
                line.setVisible(True)  # now: a key may lead there in this turn


class _ShortcutLine(RowOfReadable, Paragraph):
    """A shortcut with its key caps, which it draws itself: as widgets, those of 250 shortcuts take seconds to open."""

    entered = Signal()
    stepping = Signal()

    def __init__(self, title: str, keys: Sequence[str], place: str) -> None:
        super().__init__(title, tone="secondary")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setObjectName("keys_line")
        self.setAccessibleName(f"{title}: {', '.join(map(spoken_keys, keys))}")
        self.setAccessibleDescription(place)
        metrics = QFontMetrics(theme().font("caption"))
        labels = [_key_label(key) for key in _merge_arrows(keys)]
        self._caps = [(label, max(_CAP, metrics.horizontalAdvance(label) + 10)) for label in labels]
        self.setContentsMargins(0, 0, 12 + sum(width + _CAP_GAP for _label, width in self._caps), 0)
        self.setMinimumHeight(_CAP)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.stepping.emit()
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        right, top = self.width(), (self.height() - _CAP) / 2
        with QPainter(self) as painter:
            for label, width in reversed(self._caps):
                box = QRectF(right - width, top, width, _CAP)
                paint_key(painter, box, label, theme().color("border.strong"), theme().color("text.secondary"))
                right -= width + _CAP_GAP


class ShortcutsDialog(Dialog):
    """The shortcuts in groups, searchable by title, key or room."""

    def __init__(
        self, window: QWidget, room: str, rooms: Mapping[str, str], commands: Iterable[Command] = REGISTRY
    ) -> None:
        super().__init__(window, _("Keyboard shortcuts"), size=_SIZE, name="key_sheet")
        commands = tuple(commands)
        self._lines = shortcut_rows(room, commands, rooms)
        self._terms = {_title(one): f"{_(one.search_terms)} {one.search_terms}" for one in commands if one.search_terms}
        self.search = Edit(placeholder=_("Search shortcuts"), icon="ph.magnifying-glass", name="keys_search")
        self.search.textChanged.connect(self._filter)
        self._no_results = NoMatchLine(pgettext("no match", "shortcuts"), self.search)
        self._content = _ShortcutsList()
        self._columns = QHBoxLayout(self._content)
        self._columns.setContentsMargins(_RING, _RING, _RING, _RING)
        self._columns.setSpacing(theme().px("spacing.8"))
        self._groups: list[_GroupList] = []
        """The groups that are shown, in reading order."""
        self._fill_pause = QTimer(self, singleShot=True, interval=0)
        self._fill_pause.timeout.connect(self.fill_all)
        self._area = area = QScrollArea()
        disable_viewport_fill(area)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self._content)
        area.verticalScrollBar().valueChanged.connect(self._fill_shown)
        self.content.addWidget(self.search)
        self.content.addWidget(self._no_results)
        self.content.addWidget(area, 1)
        self.add_button(Button(_("Close"), self.dismiss, name="keys_close"))
        self.search.installEventFilter(self)
        self._filter("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return (event.key() == Qt.Key.Key_Down and self._enter_list()) or self._scroll_by(event)
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._search_by(event) and not self._scroll_by(event):
            super().keyPressEvent(event)

    def _enter_list(self) -> bool:
        """Go to the first shortcut; returns whether there is one."""
        if not self._groups:
            return False
        self.fill_all()
        self._groups[0].findChildren(_ShortcutLine)[0].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def _search_by(self, event: QKeyEvent) -> bool:
        """Go on in the search with a character that is typed in the list; returns whether it is one."""
        held = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        in_list = isinstance(self.focusWidget(), _ShortcutLine)
        if held or not in_list or not event.text().strip() or not event.text().isprintable():
            return False
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)
        self.search.end(False)
        self.search.insert(event.text())
        return True

    def _scroll_by(self, event: QKeyEvent) -> bool:
        """Scroll the shortcuts by a key; returns whether it is one that does. Home and End move in a text."""
        action = _SCROLL_KEYS.get(Qt.Key(event.key()))
        in_text = event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and bool(self.search.text())
        if action is None or in_text or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        if event.key() == Qt.Key.Key_End:
            self.fill_all()
        self._area.verticalScrollBar().triggerAction(action)
        return True

    def _filter(self, query: str) -> None:
        while self._columns.count():
            item = self._columns.takeAt(0)
            if item is not None and (widget := item.widget()) is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()
        terms = query.casefold().split()
        matching = [line for line in self._lines if all(word in self._searched_text(line) for word in terms)]
        count = max(1, min(3, (self.width() - 80) // _COLUMN))
        with untold():  # nobody knows them yet
            columns = [_groups(part) for part in _split_columns(matching, count)]
            for column in columns:
                self._columns.addWidget(_column(column), 1, Qt.AlignmentFlag.AlignTop)
        self._groups = [group for column in columns for group in column]
        for group in self._groups:
            group.entered.connect(self._fill_pause.start)
            group.stepping.connect(self.fill_all)
        for column in columns:  # before they are laid out
            heights = accumulate(group.room for group in column)
            for group, top in zip(column, chain((0,), heights), strict=False):
                if top < _IN_VIEW or QAccessible.isActive():  # a screen reader may go through what isn't in view
                    group.fill()
        shown = len(matching)
        counted = ngettext("{count} shortcut", "{count} shortcuts", shown).format(count=number(shown))
        # Last: the pause after which it is told begins now, or a slow machine would tell the count of each letter.
        self._no_results.show_search(found=bool(matching), counted=counted)

    def _fill_shown(self) -> None:
        """Make the rows of the groups in view: all 260 of them take most of a second."""
        self._columns.activate()
        viewport = self._area.viewport()
        for group in self._groups:
            top = group.mapTo(self._content, QPoint(0, 0)).y() + self._content.y()
            if not group.is_filled and top < viewport.height() and top + group.height() > 0:
                group.fill()

    def fill_all(self) -> None:
        """Make the rows that aren't there yet, as for a key that may lead to any of them."""
        self._fill_pause.stop()
        for group in self._groups:
            group.fill()
        self._columns.activate()

    def _searched_text(self, line: ShortcutRow) -> str:
        return " ".join((*line[:2], *line[2], self._terms.get(line[1], ""))).casefold()


def _split_columns(rows: Sequence[ShortcutRow], count: int) -> list[Sequence[ShortcutRow]]:
    """The rows in `count` columns of similar length, with no group split."""
    starts = [k for k in range(1, len(rows)) if rows[k][0] != rows[k - 1][0]]
    cuts = [0]
    for column in range(1, count):
        later = [k for k in starts if k > cuts[-1]]
        cuts.append(min(later, key=lambda k: abs(k - len(rows) * column / count), default=len(rows)))
    return [rows[start:end] for start, end in zip(cuts, [*cuts[1:], len(rows)], strict=True)]


def _groups(rows: Sequence[ShortcutRow]) -> list[_GroupList]:
    return [
        _GroupList(group, [row for row in rows if row[0] == group]) for group in dict.fromkeys(row[0] for row in rows)
    ]


def _column(groups: Iterable[_GroupList]) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(_GROUP_GAP)
    for group in groups:
        column.addWidget(group)
    return holder


def _merge_arrows(keys: Sequence[str]) -> Sequence[str]:
    """Arrow keys with the same modifiers, combined into one."""
    parted = [key.rpartition(" ") for key in keys]
    if (
        len(keys) > 1
        and len({modifiers for modifiers, _gap, _arrow in parted}) == 1
        and {part[2] for part in parted} <= _ARROWS
    ):
        return [f"{parted[0][0]} {' '.join(arrow for _held, _gap, arrow in parted)}".strip()]
    return keys


def _key_label(keys: str) -> str:
    """Arrow keys as symbols, other keys as on the keyboard."""
    signs = {
        "Left": "←",
        "Up": "↑",
        "Right": "→",
        "Down": "↓",
    }
    return " ".join(signs.get(part, part) for part in keys.split(" "))
