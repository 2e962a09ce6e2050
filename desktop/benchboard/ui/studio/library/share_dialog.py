"""The Share dialog: the people and teams that a dashboard is shared with, public access, and effective permissions."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TypeVar, cast

import shiboken6
from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from benchboard.dashboards.access import access_list, sharing
from benchboard.dashboards.access.access_list import AccessEntry
from benchboard.dashboards.access.dashboard_permissions import level_title
from benchboard.dashboards.access.sharing import Share, SharePermission, SharingSettings
from benchboard.errors import AppError
from benchboard.i18n import _, pgettext
from benchboard.identity.share_candidates import Candidate
from benchboard.paging import Page, no_match_text
from benchboard.start_arguments import link_to
from benchboard.ui.context import Context
from benchboard.ui.system_clipboard import copy_text
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import (
    Button,
    CheckBox,
    Dialog,
    Edit,
    Field,
    Paragraph,
    Select,
    Text,
    disable_viewport_fill,
)
from benchboard.ui.widgets.accessible import announce, place_text, tell_focus, untold
from benchboard.ui.widgets.candidate_rows import AccessRow, CandidateResults, CandidateRow
from benchboard.ui.widgets.labels import plain_tooltip
from benchboard.ui.widgets.readable_rows import ReadableList

Result = TypeVar("Result")
_PAUSE_MS = 200
_MAX_ACCESS = 200
_MAX_CANDIDATES = 6
_LEAST_AREA, _MOST_AREA = 200, 490
"""Pixels of what scrolls in the dialog."""
_RING_ROOM = 3
"""Pixels beside a row for its focus ring."""


def dashboard_link(dashboard_id: str) -> str:
    """The link that opens a dashboard for those who have access to it."""
    return link_to(f"studio/dashboards/{dashboard_id}")


class ShareDialog(Dialog):
    """Shares one dashboard. Every change is stored at once and can be undone here.

    Down, Up and Enter select from the search results. When the dialog is closed with text in the search field, the text
    must be the whole name or address of one candidate; otherwise an error is shown.
    """

    _grows = True
    asks_before_losing = False  # it stores every change at once

    def __init__(self, window: QWidget, context: Context, dashboard_id: str, name: str) -> None:
        title = _("Share “{name}”").format(name=name if len(name) <= 40 else name[:39] + "…")
        super().__init__(window, title, size=QSize(560, 0), name="share")
        self._context, self.dashboard_id = context, dashboard_id
        self._may_share = False
        self._focus_told = False
        self._search = Edit(
            placeholder=_("Name, email or team"), icon="ph.magnifying-glass", clear=True, name="share_search"
        )
        self._add = Field(_("Share with"), self._search)
        self._search.installEventFilter(self)
        self._results = CandidateResults(_("{name}, {number} of {count}. Enter shares to view."))
        self._public = CheckBox(
            _("Everyone in {organisation} can view").format(organisation=context.actor.organisation)
        )
        self._public.setObjectName("share_public")
        effect = _("Everyone who uses Studio can open it, and not edit it. Which data they see depends on their role.")
        self._public.setAccessibleDescription(effect)
        self._public.setToolTip(plain_tooltip(effect))
        self._access = ReadableList(_("Who has access"))
        self._more = Paragraph(_("More people have access. Use the command line to list everyone."), tone="muted")
        inner = QWidget()
        inner.setProperty("plain", "true")
        column = QVBoxLayout(inner)
        column.setContentsMargins(_RING_ROOM, 0, _RING_ROOM, 0)
        column.setSpacing(8)
        heading = Text(_("Who has access"), "section")
        for part in (self._add, self._results, self._public, heading, self._access, self._more):
            column.addWidget(part)
        column.addStretch(1)
        area = _Area()
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Tab reaches what is in it, and scrolls it
        disable_viewport_fill(area)
        area.setWidgetResizable(True)
        area.setWidget(inner)
        self.leave_room(_RING_ROOM)
        self.content.addWidget(area, 1)
        self._copy = Button(_("Copy link"), self._copy_link, icon="ph.link-simple", name="share_copy_link")
        self.add_button(self._copy, left=True)
        self.add_button(Button(_("Done"), self._finish, kind="primary", name="share_done"))
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._search_candidates)
        self._search.textChanged.connect(self._typed)
        self._public.clicked.connect(self._publish)
        for hidden in (self._add, self._results, self._public, self._more):
            hidden.hide()
        self._load()

    def open(self) -> None:
        """Show it. The focus is told once it is where it stays: whether the user may share is read first."""
        with untold():
            super().open()

    def _copy_link(self) -> None:
        copy_text(dashboard_link(self.dashboard_id))
        self._copy.set_title(_("Link copied"))
        announce(self, _("Link copied"))

    def _load(self) -> None:
        actor = self._context.actor

        def ask(session: DatabaseSession) -> tuple[SharingSettings, Page[AccessEntry]]:
            shares = sharing.sharing_of(session, actor, self.dashboard_id)
            return shares, access_list.list_access(session, actor, self.dashboard_id, limit=_MAX_ACCESS)

        def show(answer: tuple[SharingSettings, Page[AccessEntry]]) -> None:
            self._show(*answer)

        self._context.tasks.read(self, ask, show, self._not_read)

    def _not_read(self, error: AppError) -> None:
        self._context.problems.show(error)
        self._tell_first_focus()

    def _tell_first_focus(self) -> None:
        """Tell a screen reader where the focus is, once who has access was read, or could not be."""
        focused = self.focusWidget()
        if not self._focus_told and focused is not None and self.isAncestorOf(focused):
            self._focus_told = True
            tell_focus(focused)

    def _show(self, shares: SharingSettings, access: Page[AccessEntry]) -> None:
        first = not self._public.isVisible()
        self._may_share = shares.level == "own"
        self._add.setVisible(self._may_share)
        self._public.setVisible(True)
        self._public.setChecked(shares.public)
        self._public.setEnabled(self._may_share)
        rows = [*self._shared_rows(shares, {entry.user_id: entry for entry in access.rows})]
        rows += self._other_rows(shares, access)
        for at, row in enumerate(rows):
            row.setAccessibleDescription(place_text(at, len(rows)))
        self._access.show_rows(rows)
        self._more.setVisible(bool(access.next_key))
        if self._may_share and first:
            with untold():
                self._search.setFocus(Qt.FocusReason.OtherFocusReason)
        self._tell_first_focus()

    def _shared_rows(self, shares: SharingSettings, access: Mapping[str, AccessEntry]) -> Iterator[AccessRow]:
        """The owner, and those whom it is shared with."""
        yield _row(shares.owner, _("You: owner") if shares.owner.id == self._context.actor.user_id else _("Owner"))
        for share in (*shares.people, *shares.teams):
            entry = access.get(share.to.id)
            if entry is not None and any(grant.source == "role" for grant in entry.grants):
                # Their share changes nothing, so there is nothing to choose.
                yield _row(share.to, _("Full access as admin"))
                continue
            controls, level = self._controls(share.to, share.permission), level_title(share.permission)
            name = f"access_{share.to.id}"
            yield AccessRow(share.to, level, *controls, note=_higher_access(share, entry), name=name)

    def _controls(self, to: Candidate, permission: SharePermission) -> list[QWidget]:
        if not self._may_share:
            return []
        choice = Select(
            [("view", level_title("view")), ("edit", level_title("edit"))],
            name=f"share_level_{to.id}",
            label=_("Access of {name}").format(name=to.name),
            opens_by_arrows=True,  # each choice is stored at once
        )
        choice.set_current_key(permission)
        choice.activated.connect(lambda _index: self._choose(to, permission, choice.current_key()))
        tip = _("Revoke access for {name}").format(name=to.name)
        stop = Button(
            "", partial(self._revoke, to, permission), kind="quiet", icon="ph.x", tip=tip, name=f"unshare_{to.id}"
        )
        return [choice, stop]

    def _other_rows(self, shares: SharingSettings, page: Page[AccessEntry]) -> Iterator[AccessRow]:
        """Those who have access without a share of their own."""
        listed = {shares.owner.id, *(share.to.id for share in shares.people)}
        for one in page.rows:
            if one.user_id in listed:
                continue
            yourself = one.user_id == self._context.actor.user_id
            who = Candidate("person", one.user_id, one.name, access_list.grants_text(one.grants, yourself=yourself))
            title = level_title(one.level)
            if yourself:
                title = _("You: {level}").format(level=title[:1].lower() + title[1:])
            yield _row(who, title)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle the search field's keys that are for its results."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        if step:
            self._results.step(step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._share_selected()
        return bool(step) or event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)

    def _typed(self) -> None:
        self._add.set_error("")
        self._results.select(-1)  # the results are those of an earlier text
        self._pause.start()

    def _search_candidates(self) -> None:
        text = self._search.text().strip()
        if not text:
            self._results.fill()
            self._results.hide()
            return
        actor, name = self._context.actor, self.dashboard_id
        self._read_for_text(
            lambda session: sharing.candidates(session, actor, name, text, limit=_MAX_CANDIDATES), self._show_results
        )

    def _read_for_text(self, ask: Callable[[DatabaseSession], Result], found: Callable[[Result], None]) -> None:
        """Run a query for the search text; its result is ignored if the text has changed meanwhile."""
        text = self._search.text()

        def answered(answer: Result) -> None:
            if text == self._search.text():
                found(answer)

        self._context.tasks.read(self, ask, answered)

    def _show_results(self, candidates: tuple[Candidate, ...]) -> None:
        self._results.show()
        if not candidates:
            if self._search.accessibleDescription():  # Enter or Done has reported it at the field
                self._results.hide()
            else:
                none = _no_match(self._search.text().strip())
                self._results.fill(Paragraph(none, tone="muted"))
                announce(self._search, none)
            return
        lines = []
        for candidate in candidates:
            buttons = [
                Button(
                    level_title(level),
                    partial(self._share, candidate, level),
                    size="sm",
                    name=f"share_{level}_{candidate.id}",
                )
                for level in sharing.PERMISSIONS
            ]
            lines.append(CandidateRow(candidate, *buttons))
        self._results.fill(*lines)
        self._results.select(0)

    def _share_selected(self) -> None:
        """Share with the selected result; before results are shown, only with an exact match."""
        chosen = self._results.selected
        if chosen is not None:
            self._share(chosen, "view")
        elif self._search.text().strip():
            self._share_with_named(lambda: None)

    def _finish(self) -> None:
        if self._may_share and self._search.text().strip():
            self._share_with_named(self.dismiss)
        else:
            self.dismiss()

    def _share_with_named(self, then: Callable[[], object]) -> None:
        """Share with the candidate whose whole name or address was typed, and then call `then`; show an error if there
        is none.
        """
        text, actor, name = self._search.text().strip(), self._context.actor, self.dashboard_id

        def ask(session: DatabaseSession) -> tuple[Candidate | None, bool]:
            who = sharing.find_exact_match(session, actor, name, text)
            return who, bool(who or sharing.candidates(session, actor, name, text, limit=1))

        def found(answer: tuple[Candidate | None, bool]) -> None:
            who, similar = answer
            if who is None:
                self._results.setVisible(similar)
                self._add.set_error(
                    _("No exact match for “{name}”. Choose one below or clear the field.").format(name=text[:60])
                    if similar
                    else _no_match(text)
                )
                self._search.setFocus(Qt.FocusReason.OtherFocusReason)
                return
            self._share(who, "view")
            self._context.problems.toast(_("{name} can now view this dashboard.").format(name=who.name))
            then()

        self._read_for_text(ask, found)

    def _share(self, to: Candidate, permission: SharePermission) -> None:
        if self._results.isAncestorOf(
            self.focusWidget() or self
        ):  # the results are removed, and the user can search for the next one
            self._search.setFocus(Qt.FocusReason.OtherFocusReason)
        self._search.clear()
        self._grant(to, permission)

    def _choose(self, to: Candidate, before: SharePermission, chosen: str) -> None:
        """Give a person or team another access than `before`."""
        if chosen != before:
            self._share(to, cast("SharePermission", chosen))

    def _grant(self, to: Candidate, permission: SharePermission) -> None:
        done = _("{name} can now edit this dashboard.") if permission == "edit" else None
        told = (done or _("{name} can now view this dashboard.")).format(name=to.name)
        self._change(
            lambda session: sharing.share(session, self._context.actor, self.dashboard_id, to.kind, to.id, permission),
            lambda _shared: announce(self if shiboken6.isValid(self) else self._window, told),
        )

    def _revoke(self, to: Candidate, permission: SharePermission) -> None:
        actor = self._context.actor

        def revoke(session: DatabaseSession) -> str:
            sharing.unshare(session, actor, self.dashboard_id, to.kind, to.id)
            return access_list.remaining_access_text(session, actor, self.dashboard_id, to)

        def revoked(remaining: str) -> None:
            done = _("No longer shared with {name}.") if remaining else _("Revoked access for {name}")
            text = " ".join([done.format(name=to.name), *([remaining] if remaining else [])])
            self._context.problems.toast(text, lambda: self._grant(to, permission))

        self._change(revoke, revoked)

    def _publish(self, public: bool) -> None:
        told = _("Everyone in {organisation} can now view this dashboard.")
        if not public:
            told = _("No longer shared with everyone in {organisation}. Only those listed have access.")
        text = told.format(organisation=self._context.actor.organisation)
        self._change(
            lambda session: sharing.set_public(session, self._context.actor, self.dashboard_id, public=public),
            lambda _shared: announce(self if shiboken6.isValid(self) else self._window, text, again=True),
        )

    def _change(
        self, op: Callable[[DatabaseSession], Result], then: Callable[[Result], None] = lambda _result: None
    ) -> None:
        """Store a change, also an undo from the toast after the dialog was closed; call `then` with its result."""

        def stored(result: Result) -> None:
            then(result)
            if shiboken6.isValid(self):
                self._load()

        self._context.tasks.change(self._window, op, stored)


def _row(who: Candidate, level: str) -> AccessRow:
    """The row of somebody whose access can't be changed here."""
    return AccessRow(who, level, name=f"access_{who.id}")


def _higher_access(share: Share, entry: AccessEntry | None) -> str:
    """Why a person may do more than their share allows; empty if they may not."""
    if entry is None or entry.level == share.permission:
        return ""
    others = [grant for grant in entry.grants if grant.source != "direct"]
    return access_list.grants_text([grant for grant in others if grant.level == entry.level])


def _no_match(text: str) -> str:
    none = no_match_text(pgettext("no match", "other people or teams"), text[:60])
    return f"{none} " + _("Check the spelling; people with access are listed below.")


class _Area(QScrollArea):
    """As high as what is in it, within bounds; beyond them it scrolls."""

    def minimumSizeHint(self) -> QSize:
        inner = self.widget()
        hint = super().minimumSizeHint()
        if inner is None or (layout := inner.layout()) is None:
            return hint
        wanted = layout.totalHeightForWidth(self.width()) if layout.hasHeightForWidth() else layout.sizeHint().height()
        return QSize(hint.width(), min(max(wanted, _LEAST_AREA), _MOST_AREA))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.widget() and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)
