"""A drop-down list of a person, found by a part of their name. Typing finds also deleted and erased people."""

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from benchboard.i18n import _, pgettext
from benchboard.identity import users
from benchboard.identity.users import Person
from benchboard.paging import Listing, Page
from benchboard.ui.context import Context
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import Button, Edit, Popover, Select, Text
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.no_match import NoMatchLine

_MAX_RESULTS: Final = 8
_WIDTH: Final = 220
_ID_DIGITS: Final = 8


def _title(person: Person) -> str:
    """The person's name; erased people have the same one, so that their ID tells them apart."""
    if users.is_erased(person.id, person.email):
        return f"{person.name} {person.id[:_ID_DIGITS]}"
    return _("{name} (deleted)").format(name=person.name) if person.state == users.DELETED else person.name


class PersonSelect(Select):
    """A drop-down list of everyone and the person chosen last; it opens as a `PersonPicker`."""

    def __init__(self, context: Context) -> None:
        super().__init__([("", _("All people"))], name="audit_person", label=_("Person"))
        self._context = context
        self.setMaximumWidth(_WIDTH)

    def choose(self, person: Person | None) -> None:
        """Select a person; None: everyone."""
        chosen = person.id if person is not None else ""
        if person is not None and self.findData(chosen) < 0:
            self.blockSignals(True)
            self.removeItem(1)
            self.addItem(_title(person), person.id)
            self.blockSignals(False)
        self.setCurrentIndex(self.findData(chosen))

    def showPopup(self) -> None:
        PersonPicker(self, self._context, self.choose).open()


class PersonPicker(Popover):
    """Finds a person by a part of their name or address, or everyone."""

    def __init__(self, anchor: QWidget, context: Context, on_selected: Callable[[Person | None], None]) -> None:
        super().__init__(anchor, width=300, name="audit_whom")
        self._context, self._on_selected = context, on_selected
        self._edit = Edit(placeholder=_("Name or email"), icon="ph.magnifying-glass", name="audit_whom_search")
        self._edit.textChanged.connect(self._search)
        self.column.addWidget(self._edit)
        self._no_match = NoMatchLine(pgettext("no match", "people"), self._edit)
        self.column.addWidget(self._no_match)
        self._results = QVBoxLayout()
        self._results.setSpacing(2)
        self.column.addLayout(self._results)
        self._search("")

    def open(self) -> None:
        super().open()
        self._edit.setFocus()

    def _search(self, text: str) -> None:
        actor, wanted = self._context.actor, text.strip()

        def find(session: DatabaseSession) -> Page[Person]:
            found = users.list_people(session, actor, Listing(wanted, sort="name"), limit=_MAX_RESULTS)
            room = _MAX_RESULTS - len(found.rows)
            if not wanted or not room:
                return found
            # An erased person's address has their ID, by which the search finds them.
            gone = Listing(wanted, {"state": users.DELETED}, "name")
            deleted = users.list_people(session, actor, gone, limit=room)
            return Page((*found.rows, *deleted.rows), found.next_key or deleted.next_key)

        self._context.tasks.read(self, find, lambda page: self._show_results(text, page))

    def _show_results(self, text: str, page: Page[Person]) -> None:
        if text != self._edit.text():
            return
        while (item := self._results.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        if not text:
            self._add_line(_("All people"), None)
        for person in page.rows:
            self._add_line(_title(person), person)
        self._no_match.show_search(found=bool(page.rows))
        if page.next_key:
            self._results.addWidget(Text(_("Keep typing to narrow the list"), "caption", "muted"))
        # A layout's new content is shown, and has a size, only in the next turn of the event loop.
        QTimer.singleShot(0, self, self.move_into_place)

    def _add_line(self, title: str, person: Person | None) -> None:
        line = Button(title, partial(self._select, person), kind="quiet", name="audit_whom_line")
        line.setToolTip(plain_tooltip(person.email) if person is not None else "")
        self._results.addWidget(line, 0, Qt.AlignmentFlag.AlignLeft)

    def _select(self, person: Person | None) -> None:
        self.close()
        self._on_selected(person)
