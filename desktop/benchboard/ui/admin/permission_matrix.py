"""PermissionMatrix: roles as columns, what they permit as rows; the boxes of one role can be changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMoveEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from benchboard.i18n import _, sentence_start
from benchboard.identity.role_changes import RoleSummary
from benchboard.identity.roles import ABILITIES, RESERVED, ability_title
from benchboard.ui.permission_groups import GROUPS
from benchboard.ui.theme import theme
from benchboard.ui.widgets import CheckBox, Elided, Text, disable_viewport_fill, scroll_area
from benchboard.ui.widgets.accessible import (
    Role,
    announce,
    describe,
    focus_told_once,
    place_text,
    tell_value_now,
    untold,
)
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.focus import FocusRinged, note_input
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.readable_rows import ReadableRow, make_readable
from benchboard.ui.widgets.surfaces import set_surface
from benchboard.ui.widgets.tab_order import scroll_into_view

_COLUMN: Final = 72
_TITLE: Final = 268
"""Pixels of a role's column, and the least of the permissions', which stays in view while the roles are scrolled."""
_EDGE: Final = 3
_PRESSING: Final = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
_SIDEWAYS: Final = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


@dataclass(frozen=True, slots=True)
class MatrixContent:
    """`roles` are the columns; `staged` is what is ticked of role `current` where that isn't saved yet; rows in
    `marked` stand out. `editable`: whether the current role's boxes can be changed. `found`: the rows that are shown of
    those that a search leaves; None: all."""

    roles: tuple[RoleSummary, ...] = ()
    current: str = ""
    staged: frozenset[str] | None = None
    marked: frozenset[str] = frozenset()
    editable: bool = False
    found: frozenset[str] | None = None
    is_compared: bool = False
    """Whether the rows in `marked` are those where two roles differ."""

    def ticked(self, role: RoleSummary) -> frozenset[str]:
        """What is ticked in a role's column."""
        return self.staged if self.staged is not None and role.id == self.current else role.abilities


class PermissionMatrix(QWidget):
    """`toggled` asks to tick an ability of the current role, or not to; it changes when `show_content` says so."""

    toggled = Signal(str, bool)

    def __init__(self) -> None:
        super().__init__()
        self._content = MatrixContent()
        self._rows: list[_MatrixRow] = []
        self._titles: list[_RowTitle] = []
        self._headings: list[tuple[_GroupHead, Sequence[str]]] = []
        self._inner = QWidget()
        self._inner.setProperty("plain", "true")
        self._column = QVBoxLayout(self._inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        make_readable(self._inner, _("Permissions"))
        self._area = area = scroll_area(self._inner)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self._scroll_bar = area.horizontalScrollBar()
        self._scroll_bar.valueChanged.connect(self._keep_titles)
        # later: the area and its bar don't have their new sizes yet
        self._scroll_bar.rangeChanged.connect(lambda: QTimer.singleShot(0, self, self._scroll_to_current))
        disable_viewport_fill(area)
        set_surface(self, "surface")
        self._whole = whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)

    def set_covered(self, pixels: int) -> None:
        """Have all columns to the left of what covers this width at the right end, where they scroll."""
        self._whole.setContentsMargins(0, 0, pixels, 0)

    def show_content(self, content: MatrixContent) -> None:
        """Show this; rows stay the same widgets, with the focus in them, unless the columns are others."""
        before, self._content = self._content, content
        same = [(one.id, one.name) for one in before.roles] == [(one.id, one.name) for one in content.roles]
        if not same or (before.current, before.editable) != (content.current, content.editable) or not self._rows:
            self._build()
        for row in self._rows:
            row.show_content(content)
        self._show_found(content.found)
        self._describe_rows()
        if not same or before.current != content.current:
            self._scroll_to_current()

    def _show_found(self, found: frozenset[str] | None) -> None:
        """Hide the rows that a search leaves out, and the headings without rows."""
        for row in self._rows:
            row.setVisible(found is None or row.ability in found)
        for heading, abilities in self._headings:
            heading.setVisible(found is None or not found.isdisjoint(abilities))

    def _describe_rows(self) -> None:
        """Have screen readers say to which group a row belongs, and its place among those that are shown."""
        rows = {row.ability: row for row in self._rows if not row.isHidden()}
        for group, abilities in GROUPS:
            shown = [rows[one] for one in abilities if one in rows]
            for at, row in enumerate(shown):
                describe(row, f"{_(group)}, {place_text(at, len(shown))}")

    def _scroll_to_current(self) -> None:
        """Have the current role's column in view, beside what the rows are called."""
        roles, visible = [role.id for role in self._content.roles], self._area.viewport().width()
        if self._content.current in roles and visible > _TITLE:
            at = roles.index(self._content.current)
            value = self._scroll_bar.value()
            self._scroll_bar.setValue(min(max(value, _TITLE + _COLUMN * (at + 1) - visible), _COLUMN * at))

    def _build(self) -> None:
        """Make the rows anew; the focus stays at the cell that it was in."""
        focused = QApplication.focusWidget()
        place = next(((row.ability, at) for row in self._rows if (at := row.place_of(focused)) is not None), None)
        with focus_told_once():
            self._replace_rows()
            row = next((one for one in self._rows if place is not None and one.ability == place[0]), None)
            if row is not None and place is not None:
                row.show()  # at once: what isn't shown can't have the focus
                row.focus_place(place[1])

    def _replace_rows(self) -> None:
        while (item := self._column.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        self._rows, self._headings = [], []
        head = _Head(self._content)
        self._titles = [head.title]
        self._column.addWidget(head)
        for group, abilities in GROUPS:
            heading = _GroupHead(_(group))
            self._titles.append(heading.title)
            self._headings.append((heading, abilities))
            self._column.addWidget(heading)
            for ability in abilities:
                row = _MatrixRow(ability, self._content)
                row.toggled.connect(self.toggled)
                self._rows.append(row)
                self._titles.append(row.title)
                self._column.addWidget(row)
        self._column.addStretch(1)
        self._inner.setMinimumWidth(_TITLE + _COLUMN * len(self._content.roles))
        self._keep_titles()

    def _keep_titles(self) -> None:
        """Keep what the rows are called in view while the roles are scrolled."""
        for title in self._titles:
            title.keep_in_view(self._scroll_bar.value())


class _RuledLine(QWidget):
    """A line above the hairline that ends it."""

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(QRect(0, self.height() - 1, self.width(), 1), theme().color("grid"))


class _RowTitle(QWidget):
    """What a row is called, in the first column, which stays at the left edge. `edge` is the colour of the mark at that
    edge, empty without one. `ruled`: over the columns of roles, a line ends it.
    """

    def __init__(self, text: QWidget, ground: str = "surface", *, ruled: bool = True) -> None:
        super().__init__()
        self._ground, self._ruled, self.edge = ground, ruled, ""
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 0, 8, 1)
        line.addWidget(text)
        self._scrolled = 0

    def keep_in_view(self, scrolled: int) -> None:
        """Stay at the left edge of what is in view, `scrolled` pixels from the row's own."""
        self._scrolled = scrolled
        self.setProperty("pinned", scrolled > 0)
        self.move(scrolled, 0)
        self.raise_()
        self.update()

    def moveEvent(self, event: QMoveEvent) -> None:
        super().moveEvent(event)
        if self.x() != self._scrolled:  # the layout has put it back
            self.move(self._scrolled, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            if self._scrolled:  # over the columns of roles
                painter.fillRect(self.rect().adjusted(0, 0, 0, -1), theme().color(self._ground))
                if self._ruled:
                    painter.fillRect(QRect(self.width() - 1, 0, 1, self.height()), theme().color("border"))
            if self.edge:
                painter.fillRect(QRect(0, 0, _EDGE, self.height() - 1), theme().color(self.edge))


class _Head(_RuledLine):
    """The names of the roles, above their columns."""

    def __init__(self, content: MatrixContent) -> None:
        super().__init__()
        self.setFixedHeight(44)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        self.title = _RowTitle(Text(_("Permission"), tone="secondary"))
        line.addWidget(self.title, 1)
        for role in content.roles:
            line.addWidget(_RoleName(role.name, is_current=role.id == content.current))


class _RoleName(QWidget):
    """The name of a role, in the middle of its column."""

    accessible_role = Role.ColumnHeader

    def __init__(self, name: str, *, is_current: bool) -> None:
        super().__init__()
        self._name, self._is_current = name, is_current
        self.setFixedWidth(_COLUMN)
        self.setAccessibleName(name)
        self.setToolTip(plain_tooltip(name))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            font = theme().font("caption")
            font.setWeight(font.Weight.DemiBold if self._is_current else font.Weight.Medium)
            painter.setFont(font)
            if self._is_current:
                painter.fillRect(self.rect().adjusted(0, 0, 0, -1), theme().color("selection"))
            painter.setPen(theme().color("text" if self._is_current else "text.secondary"))
            room = self.rect().adjusted(3, 0, -3, -1)
            centred, wrapped = Qt.AlignmentFlag.AlignCenter, Qt.TextFlag.TextWordWrap
            needed = painter.fontMetrics().boundingRect(room, int(centred) | int(wrapped), self._name)
            if room.contains(needed):
                painter.drawText(room, int(centred) | int(wrapped), self._name)
            else:
                shown = painter.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideRight, room.width())
                painter.drawText(room, centred, shown)


class _GroupHead(_RuledLine):
    """The room where the permissions below are used."""

    def __init__(self, title: str) -> None:
        super().__init__()
        set_surface(self, "alt")
        self.setFixedHeight(30)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        self.title = _RowTitle(Text(title, "body_strong", "secondary"), "surface.alt", ruled=False)
        line.addWidget(self.title)
        line.addStretch(1)


class _MatrixRow(ReadableRow):
    """One ability, and a cell for each role. Right and Left go through the cells, and Up and Down from any of them to
    the same one of the next row. Space ticks the current role's.
    """

    toggled = Signal(str, bool)

    def __init__(self, ability: str, content: MatrixContent) -> None:
        super().__init__()
        self.setObjectName(f"ability_{ability}")
        self._name_is_untold = False
        """Whether it was called otherwise while it had the focus."""
        self.ability = ability
        self.setFixedHeight(theme().px("table.row.standard"))
        acts = next(acts for acts in ABILITIES if acts[0] == ability)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 1)
        line.setSpacing(0)
        self._text = Elided(sentence_start(ability_title(ability)))
        self._text.set_reason(", ".join(acts))
        self.title = _RowTitle(self._text)
        line.addWidget(self.title, 1)
        self._cells: list[_Cell] = []
        self._box: _BoxCell | None = None
        for role in content.roles:
            if content.editable and role.id == content.current:
                self._box = _BoxCell(ability, role)
                self._box.box.clicked.connect(lambda on: self.toggled.emit(self.ability, on))
                cell: _Cell = self._box
            else:
                cell = _Cell(ability, role, is_current=role.id == content.current)
            self._cells.append(cell)
            line.addWidget(cell)

    def show_content(self, content: MatrixContent) -> None:
        """Show what the roles have of the ability now."""
        is_marked = self.ability in content.marked
        self.title.edge = "warn" if is_marked else ""
        self._text.setProperty("type", "body_strong" if is_marked else "body")
        self._text.setFont(theme().font("body_strong" if is_marked else "body"))
        self._text.setText(self._text.text())
        said, is_changed = [], False
        for cell, role in zip(self._cells, content.roles, strict=True):
            on, was = self.ability in content.ticked(role), self.ability in role.abilities
            cell.show_value(on=on, was=was)
            is_changed = is_changed or on != was
            said.append(f"{role.name} {_('Yes') if on else _('No')}")
        differs = _("differs") if is_marked and content.is_compared else ""
        called = ", ".join(filter(None, (self._text.text(), differs, _("changed") if is_changed else "")))
        name = f"{called}: {', '.join(said)}"
        if self._name_is_untold or (self.hasFocus() and name != self.accessibleName()):
            self._name_is_untold = True
            with untold():  # a tick is told by itself; the whole row, as the focus comes to it again
                self.setAccessibleName(name)
        else:
            self.setAccessibleName(name)
        self.title.update()
        self.update()

    def place_of(self, focused: QWidget | None) -> int | None:
        """Where in the row a widget is: 0 the row itself, from 1 on its cells; None: elsewhere."""
        if focused is None or not (focused is self or self.isAncestorOf(focused)):
            return None
        inside = (at for at, cell in enumerate(self._cells, 1) if cell is focused or cell.isAncestorOf(focused))
        return next(inside, 0)

    def focus_place(self, place: int) -> None:
        """Focus the row, or one of its cells; the last one beyond them."""
        place = min(place, len(self._cells))
        target: QWidget = self._cells[place - 1] if place else self
        if isinstance(target, _BoxCell) and target.box.isEnabled():
            target = target.box
        target.setFocus(Qt.FocusReason.TabFocusReason)
        scroll_into_view(target)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        place = self.place_of(QApplication.focusWidget())
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        cell = self._cells[place - 1] if place else None
        if event.key() in _PRESSING and cell is not None and cell is not self._box:
            announce(cell, cell.why_fixed(), again=True)
        elif event.key() == Qt.Key.Key_Space and self._box is not None and self._box.box.isEnabled():
            note_input(key=True)
            self._box.box.click()
        elif plain and place is not None and event.key() in _SIDEWAYS:
            self.focus_place(max(place + _SIDEWAYS[Qt.Key(event.key())], 0))
        elif plain and place and isinstance(beside := self.row_beside(event.key()), _MatrixRow):
            beside.focus_place(place)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        if self._name_is_untold:
            self._name_is_untold = False
            tell_value_now(self)
        super().focusInEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            painter.fillRect(QRect(0, self.height() - 1, self.width(), 1), theme().color("grid"))


class _Cell(FocusRinged, QWidget):
    """Whether a role permits an ability: a check mark, or a dash. Tab doesn't stop at it, arrows lead there."""

    accessible_role = Role.Cell

    def __init__(self, ability: str, role: RoleSummary, *, is_current: bool) -> None:
        super().__init__()
        self._is_current, self._role = is_current, role
        self._on = self._was = False
        self.setObjectName(f"cell_{ability}_{role.slug}")
        self.setAccessibleName(_cell_name(ability, role))
        self.setFixedWidth(_COLUMN)

    def show_value(self, *, on: bool, was: bool) -> None:
        """Show whether it is permitted, and whether it was before an edit that isn't saved."""
        self._on, self._was = on, was
        self.update()

    def accessible_checked(self) -> bool:
        """Whether it is permitted (`ChecksItself`)."""
        return self._on

    def why_fixed(self) -> str:
        """Why it can't be ticked here."""
        if self._role.is_system:
            return _("What a system role permits can't be changed. Clone it to begin a role of your own.")
        return _("Select the role “{name}” first to change what it permits.").format(name=self._role.name)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint_ground(painter)
            box = QRectF(self.width() / 2 - 8, self.height() / 2 - 8, 16, 16)
            if self._on:
                paint_icon(painter, "ph.check", box, theme().color("text"))
            else:
                painter.setPen(theme().color("text.muted"))
                painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "–")

    def _paint_ground(self, painter: QPainter) -> None:
        if self._on == self._was:
            if self._is_current:
                painter.fillRect(self.rect(), theme().color("selection"))
            return
        tone = "ok" if self._on else "error"
        painter.fillRect(self.rect(), theme().color(f"{tone}.soft"))
        painter.setPen(theme().color(tone))
        sign = QRect(self.width() // 2 + 14, 0, 16, self.height())
        painter.drawText(sign, Qt.AlignmentFlag.AlignVCenter, "+" if self._on else "−")


def _cell_name(ability: str, role: RoleSummary) -> str:
    """The permission and the role of a cell, as it is read away from its row and its column."""
    return f"{sentence_start(ability_title(ability))}, {role.name}"


class _TickBox(CheckBox):
    """A box whose arrows are those of its row."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (*_SIDEWAYS, Qt.Key.Key_Up, Qt.Key.Key_Down):
            note_input(key=True)
            event.ignore()
        else:
            super().keyPressEvent(event)


class _BoxCell(_Cell):
    """A box to tick."""

    def __init__(self, ability: str, role: RoleSummary) -> None:
        super().__init__(ability, role, is_current=True)
        self.box = _TickBox()
        self.box.setObjectName(f"tick_{ability}")
        self.box.setAccessibleName(_cell_name(ability, role))
        if ability == RESERVED:
            self.box.setEnabled(False)
            why = _("Only Admin has it: whoever changes roles could give themselves every permission.")
            self.box.setToolTip(plain_tooltip(why))
            self.box.setAccessibleDescription(why)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addStretch(1)
        line.addWidget(self.box)
        line.addStretch(1)

    def show_value(self, *, on: bool, was: bool) -> None:
        super().show_value(on=on, was=was)
        self.box.setChecked(on)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint_ground(painter)


def compared(content: MatrixContent, other: RoleSummary) -> MatrixContent:
    """The content with the current role beside another one alone; the rows where they differ stand out."""
    (current,) = (role for role in content.roles if role.id == content.current)
    return replace(content, roles=(current, other), marked=content.ticked(current) ^ other.abilities, is_compared=True)


def changed_rows(content: MatrixContent, roles: Sequence[RoleSummary]) -> frozenset[str]:
    """The abilities of the current role that were ticked or unticked and aren't saved."""
    before = next((role.abilities for role in roles if role.id == content.current), frozenset[str]())
    return before ^ content.staged if content.staged is not None else frozenset()
