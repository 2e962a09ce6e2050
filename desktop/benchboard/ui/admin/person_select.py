"""A drop-down list of a person, found by a part of their name."""

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
from benchboard.ui.widgets import Button, Edit, Popover, Select, Text
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.no_match import NoMatchLine

_MAX_RESULTS: Final = 8
_WIDTH: Final = 220


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
            self.addItem(person.name, person.id)
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
        self._context.tasks.read(
            self,
            lambda session: users.list_people(
                session, self._context.actor, Listing(search=text.strip(), sort="name"), limit=_MAX_RESULTS
            ),
            lambda page: self._show_results(text, page),
        )

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
            self._add_line(person.name, person)
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
