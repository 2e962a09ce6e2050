"""The details of one person: profile, active sessions, and audit entries by and about them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from operator import attrgetter

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.errors import AppError, NotFound
from benchboard.i18n import _, pgettext
from benchboard.identity import api_keys, audit, sessions, users
from benchboard.identity.api_keys import ApiKeyRecord
from benchboard.identity.audit import AuditEntry
from benchboard.identity.audit_titles import actor_title, entry_title
from benchboard.identity.permissions import program_title
from benchboard.identity.roles import role_title
from benchboard.identity.sessions import SessionRecord
from benchboard.identity.users import Person
from benchboard.paging import Line, Listing, Page, fold
from benchboard.ui.admin import user_actions
from benchboard.ui.admin.access_tab import AccessTab
from benchboard.ui.admin.admin_commands import PEOPLE, PERSON_MENU
from benchboard.ui.admin.admin_format import person_mark, session_origin, state_mark
from benchboard.ui.admin.consent_sections import ConsentsSection
from benchboard.ui.admin.pane_tabs import PaneTabs
from benchboard.ui.admin.person_keys import PersonKeysSection, can_see_keys
from benchboard.ui.admin.person_page import COLUMNS_FROM, PersonBar, PersonColumns
from benchboard.ui.command_menu import command_menu
from benchboard.ui.context import Context
from benchboard.ui.sign_in.demo_picker import role_description
from benchboard.ui.system_clipboard import copy_text
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.time_format import full_time, relative_time, repeated_since
from benchboard.ui.widgets import Badge, Button, Elided, Icon, KeyValue, Paragraph, Text, hairline
from benchboard.ui.widgets.detail_pane import DetailHeader, DetailPane, DetailSection
from benchboard.ui.widgets.flow_layout import FlowLayout
from benchboard.ui.widgets.labels import Tone
from benchboard.ui.widgets.readable_rows import ReadableList, ReadableRow
from benchboard.ui.widgets.tab_order import focus_content
from benchboard.ui.widgets.timeline_row import TimelineRow

_MAX_ROWS = 50
_FEW_SESSIONS, _FEW_ENTRIES = 3, 3
"""How many of the overview's sections show; the tabs show all."""
_SESSIONS_TAB = 2
_FOLD = "person_fold_"
"""How the names of the buttons begin that unfold repeated entries."""
_SHOWN_TABLES = frozenset(
    {
        "users",
        "sessions",
        "audit_logs",
        "teams",
        "team_members",
        "roles",
        "user_roles",
        "api_keys",
        "account_lockouts",
        "mfa_factors",
    }
)
PersonReading = tuple[Person, Page[SessionRecord], Page[AuditEntry], Page[ApiKeyRecord] | None]
"""Person, active sessions, audit entries, and active API keys for one who may see them."""


class PersonPane(DetailPane):
    """Updates itself when the database changes; `show_person` sets the person. `page_requested` asks the view to show
    it on the whole width, `step_requested` there for the person so many rows below in the list.
    """

    page_requested = Signal()
    step_requested = Signal(int)

    def __init__(self, context: Context) -> None:
        super().__init__("person_detail")
        self._context = context
        self._person: Person | None = None
        self._person_id = ""
        self._is_page = False
        self._bar = PersonBar()
        self._bar.left.connect(self.closed)
        self._bar.stepped.connect(self.step_requested)
        self._bar.disable_requested.connect(self._disable)
        self.head.addWidget(self._bar)
        self._head = _PersonHeader(self)
        self.head.addWidget(self._head)
        self._strip = PaneTabs(
            (
                ("person_overview", _("Overview")),
                ("person_access", _("Access")),
                ("person_sessions", _("Sessions")),
                ("person_audit", _("Audit log")),
            )
        )
        self._strip.chosen.connect(self.show_tab)
        self.head.addWidget(self._strip)
        self._head_line = hairline()
        self.head.addWidget(self._head_line)
        self._overview = _OverviewTab(self)
        self._access = AccessTab(context)
        self._bar.export_requested.connect(self._access.export)
        self._sessions = _SessionsSection(self, _MAX_ROWS)
        self._keys = PersonKeysSection(context)
        self._sign_ins = QWidget()
        means = _column(self._sign_ins)
        for widget in (self._sessions, hairline(), self._keys):
            means.addWidget(widget)
        self._audit = _ActivitySection(self, _MAX_ROWS)
        self._tab_pages: tuple[QWidget, ...] = (self._overview, self._access, self._sign_ins, self._audit)
        for page in self._tab_pages:
            self.column.addWidget(page)
        self.column.addStretch(1)
        self.foot.addWidget(self._access.paths)
        self._sessions_line = hairline()
        self._page_parts = (
            self._head, self._head_line, self._overview, self._access, self._sign_ins, self._sessions_line, self._audit,
        )  # fmt: skip
        self._columns = PersonColumns()
        self._columns.add(self._sessions_line, 2)
        self.whole.insertWidget(self.whole.indexOf(self.area), self._columns, 1)
        self._columns.hide()
        self.set_page(False)
        self._tab = 0
        self.show_tab(0)
        context.changed.watch(
            self,
            {"users", "sessions", "audit_logs", "teams", "team_members", "roles", "user_roles", "api_keys"},
            self.refresh,
        )

    @property
    def person(self) -> Person | None:
        return self._person

    @property
    def context(self) -> Context:
        return self._context

    def show_tab(self, at: int) -> None:
        self._tab = at
        self._strip.show_current(at)
        for index, page in enumerate(self._tab_pages):
            page.setVisible(index == at or self._has_columns)
        self._access.paths.set_open(self._access.isVisibleTo(self))

    def focus_more(self) -> None:
        """Focus the menu of what can be done with the account."""
        self._head.more.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def is_page(self) -> bool:
        """Whether it has the whole width."""
        return self._is_page

    def set_page(self, page: bool) -> None:
        """Show the person on the whole width, with a way back to the list; or in the pane beside it."""
        self._is_page = page
        self._bar.setVisible(page)
        for widget in (self.edge, self._head.close_button, self._head.whole_page):
            widget.setVisible(not page)
        self._arrange()

    def show_place(self, row: int, count: int) -> None:
        """Show on the page in which row of the list the person is, from 0, and of how many."""
        self._bar.show_place(row, count)

    def focus_first(self) -> None:
        """Focus the button that edits the person, or where there is none the tab that is shown."""
        if self._overview.focus_edit():
            return
        if self._has_columns:
            focus_content(self)
        else:
            self._strip.focus(self._tab)

    @property
    def _has_columns(self) -> bool:
        return not self._columns.isHidden()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Show all tabs side by side where there is room for that, else one of them."""
        columns = self._is_page and self.width() >= COLUMNS_FROM
        self._access.set_wide(self._is_page)
        if columns == self._has_columns:
            return
        focused = self.focusWidget()
        self._columns.setVisible(columns)
        self.area.setVisible(not columns)
        self._strip.setVisible(not columns)
        self._overview.show_sections(not columns)
        if columns:
            for part, column in zip(self._page_parts, (0, 0, 0, 1, 2, 2, 2), strict=True):
                self._columns.add(part, column)
            self._columns.below(self._access.paths)
        else:
            for at, part in enumerate((self._head, self._strip, self._head_line), 1):
                self.head.insertWidget(at, part)
            for at, page in enumerate(self._tab_pages):
                self.column.insertWidget(at, page)
            self.foot.addWidget(self._access.paths)
        self._sessions_line.setVisible(columns)
        self.show_tab(self._tab)
        if focused is not None and focused.isVisibleTo(self):
            focused.setFocus(Qt.FocusReason.OtherFocusReason)

    def _disable(self) -> None:
        if self._person is not None:
            user_actions.set_state(self._context, self, [self._person], "inactive")

    def show_person(self, user_id: str, known: Person | None = None) -> None:
        """Show this person: at once with the list's data, then with the database's."""
        self._person_id = user_id
        self._access.show_person(user_id)
        if known is not None:
            self._person = known
            self._show_account(known)
            self._overview.show_person(known)
        self.refresh()

    def _show_account(self, person: Person) -> None:
        self._head.show_account(person)
        self._bar.show_name(person.name)
        self._bar.show_disable(person.state == "active", user_actions.why_no_changes(self._context))

    def refresh_times(self) -> None:
        """Update the relative times to now, and what ends by itself."""
        if self.person is not None and self.person.locked_until is not None:
            self._head.show_account(self.person)
            self._overview.show_lock(self.person)
        for text in self.findChildren(_TimeText):
            text.refresh()
        for section in (self._overview.activity, self._audit):
            section.refresh_times()

    def refresh(self) -> None:
        user_id = self._person_id
        if not user_id:
            return
        actor = self._context.actor

        def op(session: DatabaseSession) -> PersonReading:
            person = users.get_person(session, actor, user_id, or_deleted=True)
            theirs = Listing(filters={"user_id": user_id})
            open_now = sessions.list_sessions(session, actor, theirs, limit=_MAX_ROWS)
            trail = audit.list_entries(session, actor, Listing(filters={"person": user_id}), limit=_MAX_ROWS)
            active = Listing(filters={"user_id": user_id, "state": "active"})
            seen = can_see_keys(actor, user_id)
            keys = api_keys.list_keys(session, actor, active, limit=_MAX_ROWS) if seen else None
            return person, open_now, trail, keys

        self._context.tasks.read(self, op, self._show_reading, self._on_failed)

    def _show_reading(self, reading: PersonReading) -> None:
        person, sessions, trail, keys = reading
        if person.id != self._person_id:
            return
        self._person = person
        self._show_account(person)
        self._overview.show_person(person)
        self._strip.rename(_SESSIONS_TAB, _("Sessions {count}").format(count=person.sessions))
        for listed in (self._overview.sessions, self._sessions):
            listed.show_sessions(person, sessions)
        self._keys.show_keys(person, keys)
        for section in (self._overview.activity, self._audit):
            section.show_entries(person, trail)

    def _on_failed(self, error: AppError) -> None:
        self._context.problems.show(error)
        if isinstance(error, NotFound):
            self.closed.emit()


class _TimeText(Text):
    """How long ago something was, with the time in full in its tooltip."""

    def __init__(self, time: datetime | None, tone: Tone = "text") -> None:
        super().__init__(relative_time(time), "body", tone)
        self._time = time
        self.setToolTip(full_time(time))

    def refresh(self) -> None:
        text = relative_time(self._time)
        if text != self.text():
            self.setText(text)


class _PersonHeader(DetailHeader):
    """Name, address, and the state of the account."""

    def __init__(self, pane: PersonPane) -> None:
        self._state = Badge("neutral", "")
        self._kind = Badge("neutral", "", "ph.play")
        self.close_button = pane.close_button()
        super().__init__(self.close_button, self._state, self._kind, tabs=True)
        self._pane = pane
        self.whole_page = Button(
            "",
            pane.page_requested.emit,
            kind="quiet",
            icon="ph.arrows-out",
            tip=_("Open as a page"),
            name="person_page",
        )
        self.more = Button(
            "", self._open_more, kind="quiet", icon="ph.dots-three-bold", tip=_("More actions"), name="person_more"
        )
        for button in (self.more, self.whole_page):
            self.title_row.addWidget(button)
        self.line.addWidget(
            Button("", self._copy, kind="quiet", icon="ph.copy", size="xs", tip=_("Copy email address"))
        )

    def show_account(self, person: Person) -> None:
        """Show this person."""
        mark = person_mark(person)
        self.show_person(person.name)
        self.name.setText(person.name)
        self.below.setText(person.email)
        self._state.show_state(mark.kind, mark.text, mark.icon)
        self._kind.setVisible(person.account_type == "DEMO")
        self._kind.show_state("neutral", _("Demo account"), "ph.play")

    def _open_more(self) -> None:
        """Open the menu of what can be done with the account."""
        pane = self._pane
        if pane.person is not None:
            handlers = user_actions.handlers_for_people(pane.context, pane, [pane.person])
            opened = command_menu(self, PERSON_MENU, handlers, scope=PEOPLE, label=_("Actions"), name="person_menu")
            opened.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _copy(self) -> None:
        copy_text(self.below.text())


class _OverviewTab(QWidget):
    """Who it is, and the latest of the other tabs."""

    def __init__(self, pane: PersonPane) -> None:
        super().__init__()
        self._pane = pane
        column = _column(self)
        self._edit_link = Button(_("Edit"), self._edit, kind="link", name="person_edit", tip=_("Edit person"))
        self._password = Button(_("Set password"), self._set_password, kind="link", name="person_set_password")
        role, account = DetailSection(_("Role"), self._edit_link), DetailSection(_("Account"), self._password)
        self._role, self._facts = ReadableList(_("Role")), KeyValue()
        role.fill(self._role)
        account.fill(self._facts)
        self.sessions = _SessionsSection(pane, _FEW_SESSIONS)
        self.activity = _ActivitySection(pane, _FEW_ENTRIES)
        self._activate = Button(
            _("Enable account"), self._set("active"), icon="ph.check-circle", name="person_activate"
        )
        self._restore = Button(
            _("Restore person"), self._change(user_actions.restore_people), icon="ph.arrow-counter-clockwise",
            name="person_restore",
        )  # fmt: skip
        self._unlock = Button(
            _("Unlock sign-in"), self._change(user_actions.unlock), icon="ph.lock-simple-open", name="person_unlock"
        )
        line = FlowLayout()
        line.setContentsMargins(16, 14, 16, 14)
        for button in (self._activate, self._restore, self._unlock):
            line.addWidget(button)
        self._note = Paragraph("", "caption", "muted")
        self._note.setContentsMargins(16, 0, 16, 14)
        self._actions = QWidget()
        actions = QVBoxLayout(self._actions)
        actions.setContentsMargins(0, 0, 0, 0)
        actions.setSpacing(0)
        actions.addLayout(line)
        actions.addWidget(self._note)
        actions.addWidget(hairline())
        self._apps = ConsentsSection(pane.context, of_person=True)
        self._more_sections = (self.sessions, hairline(), self.activity)
        for widget in (
            self._actions,
            role,
            hairline(),
            account,
            hairline(),
            self._apps.with_line(),
            *self._more_sections,
        ):
            column.addWidget(widget)

    def show_sections(self, shown: bool) -> None:
        """Show the latest of the other tabs, or leave it to them."""
        for widget in self._more_sections:
            widget.setVisible(shown)

    def focus_edit(self) -> bool:
        """Focus the button that edits the person; returns whether it can have the focus."""
        if not self._edit_link.isVisible():
            return False
        self._edit_link.setFocus(Qt.FocusReason.OtherFocusReason)  # with a ring only after a key
        return self._edit_link.hasFocus()

    def show_person(self, person: Person) -> None:
        self._apps.show_for({"user_id": person.id})
        self._role.show_rows([_RoleRow(person)])
        rows: list[tuple[str, QWidget]] = [
            (_("Sign-in method"), Text(_sign_in_method(person, self._pane.context))),
            (_("Last sign-in"), _TimeText(person.last_seen)),
            (_("Added"), _TimeText(person.created_at)),
        ]
        if takes_password := person.state != users.DELETED and user_actions.takes_password(self._pane.context, person):
            rows.insert(1, (_("Two-step sign-in"), self._second_factor(person)))
        if person.department:
            rows.insert(0, (_("Department"), Elided(person.department)))
        self._facts.show_rows(rows)
        self._password.setVisible(takes_password)
        active, deleted = person.state == "active", person.state == users.DELETED
        locked = person_mark(person) == state_mark(users.LOCKED)
        focused = self.window().focusWidget() in (self._activate, self._restore, self._unlock)
        self._activate.setVisible(not active and not deleted)
        self._restore.setVisible(deleted)
        self._edit_link.setVisible(not deleted)
        self.show_lock(person)
        if focused and active and not locked:  # what it did is taken back by the menu
            self._pane.focus_more()
        denied = user_actions.why_no_changes(self._pane.context)
        for button in (self._activate, self._restore, self._unlock, self._edit_link, self._password):
            button.disable(denied)

    def _second_factor(self, person: Person) -> QWidget:
        """Whether the person has a second factor, and, if so, the button that resets it."""
        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(Text(pgettext("setting", "On") if person.has_second_factor else pgettext("setting", "Off")))
        line.addStretch(1)
        if person.has_second_factor:
            reset = Button(
                _("Reset"), self._change(user_actions.reset_second_factor), kind="danger_link",
                name="person_reset_second_factor", tip=_("Reset two-step sign-in"),
            )  # fmt: skip
            reset.disable(user_actions.why_no_changes(self._pane.context))
            line.addWidget(reset)
        return holder

    def show_lock(self, person: Person) -> None:
        """Show what can be done with an account that isn't active, or whose sign-in is locked now."""
        locked = person_mark(person) == state_mark(users.LOCKED)
        self._unlock.setVisible(locked)
        self._actions.setVisible(person.state != "active" or locked)
        self._note.setText(_state_note(person, self._pane.context))

    def _edit(self) -> None:
        if self._pane.person is not None:
            user_actions.edit_person(self._pane.context, self._pane, self._pane.person)

    def _set_password(self) -> None:
        if self._pane.person is not None:
            user_actions.set_password(self._pane.context, self._pane, self._pane.person)

    def _change(self, change: Callable[[Context, QWidget, Sequence[Person]], None]) -> Callable[[], None]:
        def run() -> None:
            if self._pane.person is not None:
                change(self._pane.context, self._pane, [self._pane.person])

        return run

    def _set(self, state: str) -> Callable[[], None]:
        def run() -> None:
            if self._pane.person is not None:
                user_actions.set_state(self._pane.context, self._pane, [self._pane.person], state)

        return run


class _RoleRow(ReadableRow):
    """The role and the teams, and below them what the role allows."""

    def __init__(self, person: Person) -> None:
        super().__init__()
        self.setObjectName("person_role")
        allowed = role_description(person.role)
        column = _column(self)
        column.setSpacing(6)
        flow = FlowLayout(spacing=6)
        flow.addWidget(Badge("info", role_title(person.role), "ph.shield"))
        for role in person.own_roles:
            flow.addWidget(Badge("info", role, "ph.shield"))
        for team in person.teams:
            flow.addWidget(Badge("neutral", team, "ph.users-three"))
        column.addLayout(flow)
        column.addWidget(Paragraph(allowed, "body", "secondary"))
        teams = [_("{name}: {values}").format(name=_("Teams"), values=", ".join(person.teams))] if person.teams else []
        self.setAccessibleName(". ".join((role_title(person.role), *person.own_roles, *teams, allowed)))


class _SessionsSection(DetailSection):
    """The active sessions of a person, at most so many of them."""

    def __init__(self, pane: PersonPane, most: int) -> None:
        self._all = Button(
            _("Revoke all sessions"), self._revoke_all, kind="danger_link", name="person_sessions_revoke_all"
        )
        super().__init__(_("Active sessions"), self._all)
        self._pane, self._most = pane, most
        self._rows = ReadableList(_("Active sessions"))
        self._none = Paragraph("", "body", "secondary")
        self._rest = Text("", "caption", "muted")
        soon = _("Revoked sessions end {within}.").format(within=user_actions.revoked_within())
        self._soon = Paragraph(soon, "caption", "muted")
        self.fill(self._rows, self._none, self._rest, self._soon)

    def show_sessions(self, person: Person, page: Page[SessionRecord]) -> None:
        """Show these sessions, the most recently used first."""
        shown = page.rows[: self._most]
        none = _("{name} has no active sessions. Each sign-in is listed here until it ends.")
        self._none.setText(none.format(name=person.name))
        self._rest.setText(_("Showing the {count} most recently used.").format(count=len(shown)))
        for widget, is_shown in (
            (self._none, not shown),
            (self._rest, bool(page.next_key) or len(shown) < len(page.rows)),
            (self._soon, bool(shown)),
            (self._all, not user_actions.why_not_revoked(self._pane.context, person)),
        ):
            widget.setVisible(is_shown)
        self._rows.setVisible(bool(shown))
        self._rows.show_rows([_SessionRow(self._pane, session) for session in shown])

    def _revoke_all(self) -> None:
        if self._pane.person is not None:
            user_actions.revoke_all_after_confirm(self._pane.context, self._pane, [self._pane.person])


class _SessionRow(ReadableRow):
    """A session: where it runs, since when it isn't used, and a button that ends it."""

    def __init__(self, pane: PersonPane, session: SessionRecord) -> None:
        super().__init__()
        self.setObjectName(f"session_{session.id}")
        self._host = Text(session.host_name or _("Unknown computer"), "body_strong")
        title = QHBoxLayout()
        title.setSpacing(6)
        title.addWidget(self._host)
        self._seen: Text = _TimeText(session.last_used_at, "muted")
        if session.mine:
            self._seen = Text(_("This window"), "body", "muted")
            self._seen.setToolTip(full_time(session.last_used_at))
        title.addWidget(self._seen)
        title.addStretch(1)
        text_column = QVBoxLayout()
        text_column.setSpacing(1)
        text_column.addLayout(title)
        self._origin = Elided(session_origin(session), "caption", "muted")
        text_column.addWidget(self._origin)
        revoke = Button(
            _("Revoke"), lambda: user_actions.revoke_after_confirm(pane.context, pane, [session]), size="sm"
        )
        revoke.setObjectName("session_revoke")
        revoke.setAccessibleName(_("Revoke session on {host}").format(host=session.host_name))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 2, 0, 2)
        line.setSpacing(10)
        line.addWidget(Icon("ph.desktop"))
        line.addLayout(text_column, 1)
        line.addWidget(revoke)

    def accessible_text(self) -> str:
        return ", ".join(one.text() for one in (self._host, self._seen, self._origin) if one.text())


class _ActivitySection(DetailSection):
    """What a person did, and what others changed about them: at most so many entries, the latest first."""

    def __init__(self, pane: PersonPane, most: int) -> None:
        super().__init__(
            _("Activity"), Button(_("View in audit log"), self._open, kind="link", name="person_open_audit")
        )
        self._pane, self._most = pane, most
        self._unfolded: set[str] = set()
        self._times: list[tuple[TimelineRow, datetime]] = []
        self._rows = ReadableList(_("Activity"))
        self._none = Paragraph(
            _("No activity yet. What this person does, and what others change about them, is listed here."),
            "body",
            "secondary",
        )
        self._rest = Text("", "caption", "muted")
        self.fill(self._rows, self._none, self._rest)

    def show_entries(self, person: Person, page: Page[AuditEntry]) -> None:
        """Show these entries; those that repeat each other are one line."""
        folded = fold(page.rows, audit.repeats, attrgetter("id"), self._unfolded)[: self._most]
        rows, said = [], ""
        for line in folded:
            under = _under(person, line.row)
            rows.append(self._row(person, page, line, "" if under == said else under))
            said = under
        self._times = [(row, line.row.at) for row, line in zip(rows, folded, strict=True)]
        self._none.setVisible(not rows)
        self._rows.setVisible(bool(rows))
        self._rest.setText(_("Showing the {count} most recent.").format(count=_MAX_ROWS))
        self._rest.setVisible(bool(page.next_key) and self._most == _MAX_ROWS)
        self._rows.show_rows(rows)

    def refresh_times(self) -> None:
        for row, at in self._times:
            row.show_when(relative_time(at))

    def _row(self, person: Person, page: Page[AuditEntry], line: Line[AuditEntry], under: str) -> TimelineRow:
        entry = line.row
        action = None
        if line.repeated and line.first:
            action = Button(
                repeated_since([one.at for one in line.run]),
                partial(self._toggle, person, page, line),
                kind="link",
                icon="ph.caret-right" if line.folded else "ph.caret-down",
                name=f"{_FOLD}{line.run[-1].id}",  # later saves come before the run's last entry
            )
        row = TimelineRow(relative_time(entry.at), entry_title(entry), under, exact=full_time(entry.at), action=action)
        row.setObjectName(f"entry_{line.run[-1].id if action is not None else entry.id}")
        return row

    def _toggle(self, person: Person, page: Page[AuditEntry], line: Line[AuditEntry]) -> None:
        """Show each entry of a folded line, or fold them again."""
        self._unfolded ^= {line.run[-1].id}
        self.show_entries(person, page)

    def _open(self) -> None:
        if self._pane.person is not None:
            self._pane.context.go(f"admin/audit/{self._pane.person.id}")


def _column(page: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    return column


def _under(person: Person, entry: AuditEntry) -> str:
    """Who did it, if it was another person, or else by which program."""
    by_another = entry.acted_by or entry.user_id != person.id
    return actor_title(entry) if by_another else program_title(entry.user_agent or "")


def _sign_in_method(person: Person, context: Context) -> str:
    if person.account_type == "DEMO":
        return _("Demo account, no password")
    if person.os_user:
        return _("Account on this computer, no password")
    return _("Password") if context.workspace.location.kind == "server" else _("None on this computer")


def _state_note(person: Person, context: Context) -> str:
    """What enabling or restoring the account does, or until when it is locked; empty for an active one."""
    if person.state == users.DELETED:
        return _("The account is deleted. Restoring it brings back what it had, but no sessions.")
    if person_mark(person) == state_mark(users.LOCKED):
        text = _("Too many failed sign-ins: locked until {time} on the computer where they were tried, not on others.")
        return text.format(time=full_time(person.locked_until))
    if person.state == "active":
        return ""
    signs_in = context.workspace.location.kind == "server" or person.account_type == "DEMO" or bool(person.os_user)
    if not signs_in:
        return _("Enable the account to name it with --as in commands again.")
    if person.last_seen is None:
        return _("Enable the account to let this person sign in.")
    return _("Enable the account to let this person sign in again.")
