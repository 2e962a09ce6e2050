"""The people who have a role or are in a team: listed, added by name, and removed."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from benchboard.errors import AppError
from benchboard.i18n import _, number
from benchboard.identity import users
from benchboard.identity.share_candidates import Candidate
from benchboard.identity.users import Person
from benchboard.paging import Listing, Page
from benchboard.ui.commands import is_key_of
from benchboard.ui.context import Context
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import Avatar, Button, Edit, Elided, Paragraph, Text
from benchboard.ui.widgets.candidate_rows import CandidateResults, CandidateRow
from benchboard.ui.widgets.detail_pane import DetailSection
from benchboard.ui.widgets.readable_rows import ReadableList, ReadableRow
from benchboard.ui.window_commands import REDO

MOST_SHOWN: Final = 50
_MAX_CANDIDATES: Final = 6
_PAUSE_MS: Final = 200
_STEPS: Final = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
Change = Callable[[Sequence[str], Sequence[str]], None]
"""Called with the IDs and the names of people."""


class MembersSection(DetailSection):
    """Lists who is a member by `filter_name` of `users.list_people`, with a field that adds people and a button for
    each that removes them. `show_members` sets of what."""

    def __init__(self, context: Context, title: str, name: str, filter_name: str, add: Change, remove: Change) -> None:
        self._count = Text("", "body", "muted")
        super().__init__(title, self._count)
        self._context, self._name, self._filter = context, name, filter_name
        self._add, self._remove = add, remove
        self._member_of, self._group, self._is_fixed = "", "", True
        self._members: frozenset[str] = frozenset()
        self._search = Edit(
            placeholder=_("Add a person by name or email"), icon="ph.user-plus", clear=True, name=f"{name}_add"
        )
        self._search.setAccessibleName(_("Add a person by name or email"))
        self._search.installEventFilter(self)
        self._results = CandidateResults(_("{name}, {number} of {count}. Enter adds them."))
        self._results.hide()
        self._rows = ReadableList(title)
        self._none = Paragraph("", "body", "secondary")
        self._rest = Text("", "caption", "muted")
        self.fill(self._search, self._results, self._rows, self._none, self._rest)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._find)
        self._search.textChanged.connect(lambda _text: self._pause.start())

    def show_members(self, member_of: str, group: str, *, is_fixed: bool, none: str, count: int) -> None:
        """Show who is a member of a role or team (by ID), which is called `group`; `none` is said where nobody is.
        Nobody is added or removed if it `is_fixed`."""
        if member_of != self._member_of:
            self._search.clear()
            self._rows.show_rows([])
        self._member_of, self._group, self._is_fixed = member_of, group, is_fixed
        self._none.setText(none)
        self._count.setText(number(count))
        self._search.setVisible(not is_fixed)
        self.refresh()

    def refresh(self) -> None:
        """Read the members again; what is shown stays until then."""
        actor, member_of = self._context.actor, self._member_of
        if not member_of:
            return
        listing = Listing(filters={self._filter: member_of}, sort="name")

        def show(page: Page[Person]) -> None:
            if member_of == self._member_of:
                self._show(page)

        self._context.tasks.read(
            self, lambda session: users.list_people(session, actor, listing, limit=MOST_SHOWN), show
        )

    def _show(self, page: Page[Person]) -> None:
        self._members = frozenset(person.id for person in page.rows)
        remove = None if self._is_fixed else self._remove
        self._rows.show_rows([_MemberRow(self._context, person, self._group, remove) for person in page.rows])
        self._rows.setVisible(bool(page.rows))
        self._none.setVisible(not page.rows)
        self._rest.setText(_("Showing the first {count}.").format(count=number(len(page.rows))))
        self._rest.setVisible(page.next_key is not None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle the field's keys that are for its results. In an empty field, undo is that of the view: it takes back
        who was added or removed, not what was typed before.
        """
        if watched is not self._search or event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        if event.matches(QKeySequence.StandardKey.Undo) and not self._search.text():
            self._context.problems.undo_last()
            return True
        if not self._search.text() and is_key_of(event, REDO):
            self._context.problems.redo_last()
            return True
        if event.key() in _STEPS and self._results.rows:
            self._results.step(_STEPS[Qt.Key(event.key())])
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._results.selected is not None:
            self._take(self._results.selected)
            return True
        if event.key() == Qt.Key.Key_Escape and self._search.text():
            self._search.clear()
            return True
        return super().eventFilter(watched, event)

    def _find(self) -> None:
        text, actor = self._search.text().strip(), self._context.actor
        if not text:
            self._results.fill()
            self._results.hide()
            return

        def find(session: DatabaseSession) -> tuple[Person, ...]:
            return users.list_people(session, actor, Listing(text, sort="name"), limit=_MAX_CANDIDATES).rows

        def show(people: tuple[Person, ...]) -> None:
            if text == self._search.text().strip():
                self._show_results(people)

        self._context.tasks.read(self, find, show, self._on_failed)

    def _on_failed(self, error: AppError) -> None:
        self._context.problems.show(error)

    def _show_results(self, people: Sequence[Person]) -> None:
        self._results.show()
        new = [person for person in people if person.id not in self._members]
        if not new:
            known = _("Everyone who matches is here already.") if people else _("No people match.")
            self._results.fill(Paragraph(known, tone="muted"))
            return
        rows = []
        for person in new:
            who = Candidate("person", person.id, person.name, person.email)
            button = Button(_("Add"), partial(self._take, who), size="sm", name=f"{self._name}_add_{person.id}")
            rows.append(CandidateRow(who, button))
        self._results.fill(*rows)
        self._results.select(0)

    def _take(self, who: Candidate) -> None:
        self._search.setFocus(Qt.FocusReason.OtherFocusReason)
        self._search.clear()
        self._add([who.id], [who.name])


class _MemberRow(ReadableRow):
    """A person, with a button that leads to them, and one that removes them from the group if there is a `remove`."""

    def __init__(self, context: Context, person: Person, group: str, remove: Change | None) -> None:
        super().__init__()
        self.setObjectName(f"member_{person.id}")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Elided(person.name, "body_strong"))
        words.addWidget(Elided(person.email, "caption", "muted"))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 2, 0, 2)
        line.setSpacing(10)
        line.addWidget(Avatar(person.name))
        line.addLayout(words, 1)
        line.addWidget(
            Button(
                "",
                lambda: context.go(f"admin/people/{person.id}"),
                kind="quiet",
                icon="ph.arrow-right",
                size="sm",
                tip=_("Open {name} in People").format(name=person.name),
                name="member_open",
            )
        )
        if remove is not None:
            take = remove
            line.addWidget(
                Button(
                    "",
                    lambda: take([person.id], [person.name]),
                    kind="quiet",
                    icon="ph.x",
                    size="sm",
                    tip=_("Remove {name} from {group}").format(name=person.name, group=group),
                    name="member_remove",
                )
            )
        self.setAccessibleName(f"{person.name}, {person.email}")
