"""The dialog that hands over what a person owns to somebody else."""

from functools import partial

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from benchboard.dashboards.access import handing_over
from benchboard.dashboards.access.handing_over import HandedOver, Owned
from benchboard.errors import AppError
from benchboard.i18n import _, ngettext, number, pgettext
from benchboard.identity import users
from benchboard.identity.share_candidates import Candidate
from benchboard.identity.users import Person
from benchboard.paging import Listing, no_match_text
from benchboard.ui.context import Context
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import Button, Dialog, Edit, Field, Paragraph
from benchboard.ui.widgets.candidate_rows import CandidateResults, CandidateRow, RowColumn

_PAUSE_MS = 200
_MAX_CANDIDATES = 5
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}


def owned_text(owned: Owned) -> str:
    """What people own, in numbers; empty if that is nothing."""
    parts = [
        many.format(count=number(count))
        for count, many in (
            (owned.dashboards, ngettext("{count} dashboard", "{count} dashboards", owned.dashboards)),
            (owned.dongles, ngettext("{count} dongle", "{count} dongles", owned.dongles)),
        )
        if count
    ]
    return _("{parts} and {last}").format(parts=parts[0], last=parts[1]) if len(parts) > 1 else "".join(parts)


class HandOverDialog(Dialog):
    """Says what passes, asks to whom, and hands it over; the toast undoes it. Down, Up and Enter choose a person."""

    _grows = True

    def __init__(self, window: QWidget, context: Context, person: Person, owner: QWidget) -> None:
        title = _("Hand over what {name} owns").format(name=person.name)
        super().__init__(window, title, size=QSize(480, 0), name="hand_over")
        self._context, self._person, self._owner = context, person, owner
        self._owned: Owned | None = None
        self._to: Candidate | None = None
        self._what = Paragraph(_("Loading…"))
        self._search = Edit(placeholder=_("Name or email"), icon="ph.magnifying-glass", clear=True, name="hand_over_to")
        self._search.installEventFilter(self)
        self._field = Field(_("New owner"), self._search)
        self._results = CandidateResults(_("{name}, {number} of {count}. Enter chooses them."))
        self._chosen = RowColumn()
        rest = _("What is in the trash goes too. Their home page, favourites and API keys stay theirs.")
        for part in (self._what, self._field, self._results, self._chosen, Paragraph(rest, "caption", "muted")):
            self.content.addWidget(part)
        self.add_button(Button(_("Cancel"), self.leave, name="hand_over_cancel"))
        self._act = self.add_button(Button(_("Hand over"), self._submit, kind="primary", name="hand_over_act"))
        self._act.add_key_cap("Ctrl Enter")
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._find)
        self._search.textChanged.connect(self._typed)
        self._results.hide()
        self._chosen.hide()
        context.changed.watch(self, {"dashboards", "dongles", "users"}, self._count)
        self._update()
        self._count()

    def _count(self) -> None:
        actor, ids = self._context.actor, [self._person.id]
        self._context.tasks.read(self, lambda session: handing_over.count_owned(session, actor, ids), self._show_owned)

    def _show_owned(self, owned: Owned) -> None:
        self._owned = owned
        what = owned_text(owned)
        nothing = _("{name} owns no dashboards and no dongles.").format(name=self._person.name)
        self._what.setText(
            _("{name} owns {what}. The new owner gets all of it.").format(name=self._person.name, what=what)
            if what
            else nothing
        )
        self._update()

    def _update(self) -> None:
        """Say why nothing can be handed over yet."""
        if self._owned is None:
            self._act.disable(_("Loading…"))
        elif self._owned == Owned(0, 0):
            self._act.disable(_("There is nothing to hand over."))
        else:
            self._act.disable("" if self._to is not None else _("Choose the new owner first."))
        self._field.setEnabled(self._owned is None or self._owned != Owned(0, 0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle the field's keys that are for its results."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent) or watched is not self._search:
            return super().eventFilter(watched, event)
        if event.key() in _STEPS and self._results.rows:
            self._results.step(_STEPS[Qt.Key(event.key())])
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            if (chosen := self._results.selected) is not None:
                self._choose(chosen)
            return True
        return super().eventFilter(watched, event)

    def _typed(self) -> None:
        self._field.set_error("")
        self._results.select(-1)  # the results are those of an earlier text
        self._pause.start()

    def _find(self) -> None:
        text, actor = self._search.text().strip(), self._context.actor
        if not text:
            self._results.fill()
            self._results.hide()
            return

        def find(session: DatabaseSession) -> tuple[Person, ...]:
            active = Listing(text, {"state": "active"}, "name")
            return users.list_people(session, actor, active, limit=_MAX_CANDIDATES + 1).rows

        def show(people: tuple[Person, ...]) -> None:
            if text == self._search.text().strip():
                self._show_results(text, [one for one in people if one.id != self._person.id][:_MAX_CANDIDATES])

        self._context.tasks.read(self, find, show)

    def _show_results(self, text: str, people: list[Person]) -> None:
        self._results.show()
        if not people:
            none = no_match_text(pgettext("no match", "other active people"), text[:60])
            self._results.fill(Paragraph(none, tone="muted"))
            return
        found = [Candidate("person", one.id, one.name, one.email) for one in people]
        self._results.fill(
            *(
                CandidateRow(
                    one, Button(_("Choose"), partial(self._choose, one), size="sm", name=f"hand_over_choose_{one.id}")
                )
                for one in found
            )
        )
        self._results.select(0)

    def _choose(self, who: Candidate) -> None:
        self._to = who
        self._field.set_error("")
        change = Button(
            _("Change"), self._unchoose, size="sm", tip=_("Choose another new owner"), name="hand_over_change"
        )
        self._chosen.fill(CandidateRow(who, change))
        for part, shown in ((self._search, False), (self._results, False), (self._chosen, True)):
            part.setVisible(shown)
        self._update()
        (self._act if self._act.isEnabled() else change).setFocus(Qt.FocusReason.OtherFocusReason)

    def _unchoose(self) -> None:
        self._to = None
        self._search.show()
        self._search.setFocus(Qt.FocusReason.OtherFocusReason)
        self._search.selectAll()
        self._chosen.hide()
        self._results.setVisible(bool(self._results.rows))
        self._update()

    def _submit(self) -> None:
        if not self._act.isEnabled() or self._to is None:
            return
        self._act.wait(_("Handing over…"))
        actor, of, to = self._context.actor, self._person.id, self._to
        self._context.tasks.change(
            self,
            lambda session: handing_over.hand_over(session, actor, of, to.id),
            partial(self._on_done, to),
            self._on_failed,
        )

    def _on_done(self, to: Candidate, done: HandedOver) -> None:
        self.dismiss()
        context, owner, of = self._context, self._owner, self._person.name
        what = owned_text(Owned(len(done.dashboards), len(done.dongles)))

        def undo() -> None:
            context.tasks.change(
                owner,
                lambda session: handing_over.take_back(session, context.actor, done),
                lambda count: context.problems.toast(_taken_back(of, count, len(done.dashboards) + len(done.dongles))),
            )

        context.problems.toast(_("{what} handed over to {name}").format(what=what, name=to.name), undo)

    def _on_failed(self, error: AppError) -> None:
        self._update()
        if error.facts.get("field") == "to":
            self._unchoose()
            self._field.set_error(" ".join(part for part in (error.what, error.do) if part))
        else:
            self.dismiss()
            self._context.problems.show(error)


def _taken_back(of: str, count: int, of_all: int) -> str:
    if count == of_all:
        return _("{name} owns all of it again").format(name=of)
    some = _("{name} owns {count} of {all} again; the others have another owner since.")
    return some.format(name=of, count=number(count), all=number(of_all))
