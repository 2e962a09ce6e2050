"""A row of the people who are somewhere now: their initials, and the rest in a menu."""

from collections.abc import Sequence
from functools import partial
from typing import Final, NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from benchboard.i18n import ngettext, number
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.focus import Pressable
from benchboard.ui.widgets.labels import paint_avatar, plain_tooltip
from benchboard.ui.widgets.popover import MenuItem, menu
from benchboard.ui.widgets.tab_order import step_by_key

MAX_SHOWN: Final = 3
"""The people with a button of their own; the others are in the menu."""
_SIDE: Final = 28
_CIRCLE: Final = 24


class ShownPerson(NamedTuple):
    """A person in a row: `key` identifies them, `doing` is a sentence about what they do there."""

    key: str
    name: str
    doing: str


class PersonButton(Pressable):
    """A person's initials in a circle, as a button."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.person = ShownPerson("", "", "")
        self.setFixedSize(_SIDE, _SIDE)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def show_person(self, person: ShownPerson) -> None:
        """Show this person from now on."""
        if person == self.person:
            return
        self.person = person
        self.setAccessibleName(person.doing)
        self.setToolTip(plain_tooltip(person.doing))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_SIDE, _SIDE)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not step_by_key(self, event.key()):
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            around = (_SIDE - _CIRCLE) / 2
            paint_avatar(painter, QRectF(around, around, _CIRCLE, _CIRCLE), self.person.name)


class PeopleRow(QWidget):
    """Up to three people, each a button, and a menu of all if there are more or no room; hidden without any."""

    chosen = Signal(str)
    """The user wants to go where the person with this key is."""

    def __init__(self, title: str, *, name: str = "people") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._title = title
        self._people: tuple[ShownPerson, ...] = ()
        self._is_short = False
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        self._buttons = [PersonButton(self) for _place in range(MAX_SHOWN)]
        for place, button in enumerate(self._buttons):
            button.setObjectName(f"{name}_{place}")
            button.clicked.connect(lambda _checked=False, button=button: self.chosen.emit(button.person.key))
            line.addWidget(button)
        self._rest = Button("+0", self._open_menu, kind="quiet", name=f"{name}_rest", parent=self)
        self._all = Button("0", self._open_menu, kind="quiet", icon="ph.users", name=f"{name}_all", parent=self)
        line.addWidget(self._rest)
        line.addWidget(self._all)
        self.hide()

    @property
    def people(self) -> tuple[ShownPerson, ...]:
        """Who is shown, in the menu or beside it."""
        return self._people

    def show_people(self, people: Sequence[ShownPerson]) -> bool:
        """Show these people; returns whether the row has another width now."""
        before = self.isHidden(), self.sizeHint().width()
        self._people = tuple(people)
        for button, person in zip(self._buttons, self._people, strict=False):
            button.show_person(person)
        left = len(self._people) - MAX_SHOWN
        words = ngettext("{count} more person", "{count} more people", left).format(count=number(left))
        self._rest.setText(f"+{number(left)}")
        self._rest.setAccessibleName(words)
        self._rest.setToolTip(plain_tooltip("\n".join(one.doing for one in self._people[MAX_SHOWN:])))
        self._all.setText(number(len(self._people)))
        self._all.setAccessibleName(f"{self._title}: {number(len(self._people))}")
        self._all.setToolTip(plain_tooltip("\n".join(one.doing for one in self._people)))
        self._show_buttons()
        self.setVisible(bool(self._people))
        return before != (self.isHidden(), self.sizeHint().width())

    def show_label(self, shown: bool) -> None:
        """Show each person, or one button for all of them where space is short."""
        if shown == self._is_short:
            self._is_short = not shown
            self._show_buttons()

    def _show_buttons(self) -> None:
        is_short = self._is_short and len(self._people) > 1  # one circle is narrower than their number
        for place, button in enumerate(self._buttons):
            button.setVisible(not is_short and place < len(self._people))
        self._rest.setVisible(not is_short and len(self._people) > MAX_SHOWN)
        self._all.setVisible(is_short)
        if (line := self.layout()) is not None:
            line.invalidate()
        self.updateGeometry()

    def _open_menu(self) -> None:
        anchor = self._rest if self._all.isHidden() else self._all
        menu(
            anchor,
            [MenuItem(self._title)]
            + [
                MenuItem(one.name, partial(self.chosen.emit, one.key), subtitle=one.doing, name=f"person_{place}")
                for place, one in enumerate(self._people)
            ],
            name="people_menu",
        )
