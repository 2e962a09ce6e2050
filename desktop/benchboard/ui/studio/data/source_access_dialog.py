"""The dialog that says who may use a data source: everyone, or the people and teams that it is restricted to."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import shiboken6
from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from benchboard.analytics.sources import source_sharing
from benchboard.analytics.sources.source_sharing import SourceAccess
from benchboard.i18n import _, pgettext
from benchboard.identity.permissions import has_permission
from benchboard.identity.share_candidates import Candidate
from benchboard.paging import no_match_text
from benchboard.ui.context import Context
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import Button, CheckBox, Dialog, Edit, Field, Paragraph, Text, scroll_area
from benchboard.ui.widgets.candidate_rows import CandidateResults, CandidateRow, RowColumn

_PAUSE_MS = 200
_MAX_CANDIDATES = 6
_LEAST_AREA = 280
Result = TypeVar("Result")


class SourceAccessDialog(Dialog):
    """Every change is stored at once, and can be undone by its toast. Down, Up and Enter choose a search result."""

    _grows = True
    asks_before_losing = False  # it stores every change at once

    def __init__(self, window: QWidget, context: Context, source_id: str, name: str) -> None:
        title = _("Who can use “{name}”").format(name=name if len(name) <= 40 else name[:39] + "…")
        super().__init__(window, title, size=QSize(520, 0), name="source_access")
        self._context, self._source_id = context, source_id
        self._may_change = has_permission(context.actor, "sources:write")
        self._restricted = CheckBox(_("Only these people and teams"))
        self._restricted.setObjectName("source_restricted")
        self._restricted.setEnabled(False)
        self._restricted.clicked.connect(self._restrict)
        self._note = Paragraph("", "caption", "muted")
        self._search = Edit(
            placeholder=_("Name, email or team"), icon="ph.magnifying-glass", clear=True, name="source_access_search"
        )
        self._search.installEventFilter(self)
        self._add = Field(_("Add"), self._search)
        self._results = CandidateResults(_("{name}, {number} of {count}. Enter adds."))
        self._named = RowColumn()
        inner = QWidget()
        inner.setProperty("plain", "true")
        column = QVBoxLayout(inner)
        column.setContentsMargins(2, 2, 2, 2)
        column.setSpacing(8)
        for part in (self._restricted, self._note, self._add, self._results, self._named):
            column.addWidget(part)
        column.addStretch(1)
        area = scroll_area(inner)
        area.setAccessibleName(_("Who can use it"))
        area.setMinimumHeight(_LEAST_AREA)
        self.content.addWidget(area, 1)
        self.add_button(Button(_("Done"), self.dismiss, kind="primary", name="source_access_done"))
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._search_candidates)
        self._search.textChanged.connect(self._typed)
        for hidden in (self._add, self._results):
            hidden.hide()
        context.changed.watch(self, {"data_source_grants", "users", "teams", "team_members"}, self._load)
        self._load()

    def _load(self) -> None:
        actor, source_id = self._context.actor, self._source_id
        self._context.tasks.read(
            self, lambda session: source_sharing.source_access(session, actor, source_id), self._show
        )

    def _show(self, access: SourceAccess) -> None:
        held = self.focusWidget()
        name = held.objectName() if held is not None and self._named.isAncestorOf(held) else ""
        self._restricted.setEnabled(self._may_change)
        self._restricted.setChecked(access.restricted)
        organisation = self._context.actor.organisation
        text = _("Everyone in {organisation} who can explore data can use it.").format(organisation=organisation)
        if access.restricted:
            text = _("Admins can use every data source. To others, its widgets say that they don't have access.")
        self._note.setText(text)
        self._add.setVisible(access.restricted and self._may_change)
        if not access.restricted:
            self._results.hide()
        lines: list[QWidget] = [self._line(one) for one in (*access.people, *access.teams)]
        if access.restricted and not lines:
            lines = [Paragraph(_("Nobody is named: only admins can use it."), tone="muted")]
        self._named.fill(*lines)
        if name:  # the row that had the focus was replaced
            again = [one for one in self._named.findChildren(QWidget, name) if one.isVisible()]
            (again[0] if again else self._search).setFocus(Qt.FocusReason.OtherFocusReason)

    def _line(self, to: Candidate) -> CandidateRow:
        if not self._may_change:
            return CandidateRow(to)
        if to.id == self._context.actor.user_id and not has_permission(self._context.actor, "sources:manage"):
            return CandidateRow(to, Text(_("You"), tone="muted"))  # by removing yourself, you couldn't come back
        tip = _("Revoke access for {name}").format(name=to.name)
        stop = Button("", partial(self._revoke, to), kind="quiet", icon="ph.x", tip=tip, name=f"source_revoke_{to.id}")
        return CandidateRow(to, stop)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle the search field's keys that are for its results."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        if step:
            self._results.step(step)
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._search.text().strip():
            if (chosen := self._results.selected) is not None:
                self._grant(chosen)
            return True
        return False

    def _typed(self) -> None:
        self._results.select(-1)  # the results are those of an earlier text
        self._pause.start()

    def _search_candidates(self) -> None:
        text = self._search.text().strip()
        if not text:
            self._results.fill()
            self._results.hide()
            return
        actor, source_id = self._context.actor, self._source_id

        def show(found: tuple[Candidate, ...]) -> None:
            if text == self._search.text().strip():
                self._show_results(text, found)

        self._context.tasks.read(
            self,
            lambda session: source_sharing.candidates(session, actor, source_id, text, limit=_MAX_CANDIDATES),
            show,
        )

    def _show_results(self, text: str, found: tuple[Candidate, ...]) -> None:
        self._results.show()
        if not found:
            self._results.fill(
                Paragraph(no_match_text(pgettext("no match", "other people or teams"), text[:60]), tone="muted")
            )
            return
        self._results.fill(
            *(
                CandidateRow(one, Button(_("Add"), partial(self._grant, one), size="sm", name=f"source_grant_{one.id}"))
                for one in found
            )
        )
        self._results.select(0)

    def _restrict(self, on: bool) -> None:
        actor, source_id = self._context.actor, self._source_id
        if on:
            self._change(
                lambda session: source_sharing.restrict(session, actor, source_id), lambda _now: self._focus_search()
            )
            return

        def opened(before: SourceAccess) -> None:
            text = _("Everyone who can explore data can use it again")
            self._context.problems.toast(text, partial(self._restore, before))

        self._change(lambda session: source_sharing.lift_restriction(session, actor, source_id), opened)

    def _focus_search(self) -> None:
        if shiboken6.isValid(self):
            self._add.show()
            self._search.setFocus(Qt.FocusReason.OtherFocusReason)

    def _restore(self, before: SourceAccess) -> None:
        """Restrict the source to those whom it was restricted to."""
        actor, source_id = self._context.actor, self._source_id

        def restore(session: DatabaseSession) -> None:
            source_sharing.restrict(session, actor, source_id)
            for one in (*before.people, *before.teams):
                source_sharing.grant(session, actor, source_id, one.kind, one.id)

        self._change(restore, lambda _none: self._context.problems.toast(_("Restriction restored")))

    def _grant(self, to: Candidate) -> None:
        if self._results.isAncestorOf(self.focusWidget() or self):  # the results are removed
            self._search.setFocus(Qt.FocusReason.OtherFocusReason)
        self._search.clear()
        self._allow(to)

    def _allow(self, to: Candidate) -> None:
        actor, source_id = self._context.actor, self._source_id
        told = _("{name} can now use this data source.").format(name=to.name)
        self._change(
            lambda session: source_sharing.grant(session, actor, source_id, to.kind, to.id),
            lambda _now: self._context.problems.toast(told, partial(self._revoke, to)),
        )

    def _revoke(self, to: Candidate) -> None:
        actor, source_id = self._context.actor, self._source_id
        done = _("Revoked access for {name}").format(name=to.name)
        self._change(
            lambda session: source_sharing.revoke(session, actor, source_id, to.kind, to.id),
            lambda _now: self._context.problems.toast(done, partial(self._allow, to)),
        )

    def _change(self, op: Callable[[DatabaseSession], Result], then: Callable[[Result], None]) -> None:
        """Store a change, also an undo from the toast after the dialog was closed; call `then` with its result."""

        def stored(result: Result) -> None:
            if shiboken6.isValid(self):
                self._load()
            then(result)

        self._context.tasks.change(self._window, op, stored)
