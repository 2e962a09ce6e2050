"""The details of one person: profile, active sessions, and audit entries by and about them."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from benchboard.errors import AppError, NotFound
from benchboard.i18n import _
from benchboard.identity import api_keys, audit, sessions, users
from benchboard.identity.api_keys import ApiKeyRecord
from benchboard.identity.audit import AuditEntry
from benchboard.identity.sessions import SessionRecord
from benchboard.identity.users import Person
from benchboard.paging import Listing, Page
from benchboard.ui.admin import user_actions
from benchboard.ui.admin.access_tab import AccessTab
from benchboard.ui.admin.person_activity import MOST_ROWS, ActivitySection
from benchboard.ui.admin.person_details import PersonDetails
from benchboard.ui.admin.person_header import PersonHeader
from benchboard.ui.admin.person_keys import PersonKeysSection, can_see_keys
from benchboard.ui.admin.person_overview import OverviewTab
from benchboard.ui.admin.person_page import COLUMNS_FROM, PersonBar, PersonColumns
from benchboard.ui.admin.person_sessions import SessionsSection
from benchboard.ui.admin.time_text import TimeText
from benchboard.ui.context import Context
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import fill_column, hairline
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.pane_tabs import PaneTabs
from benchboard.ui.widgets.tab_order import focus_content

_SESSIONS_TAB = 2
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


class PersonPane(PersonDetails):
    """Updates itself when the database changes; `show_person` sets the person. `step_requested` asks the view, on the
    page, for the person so many rows below in the list.
    """

    step_requested = Signal(int)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._person_id = self._told_id = ""
        """Who is shown, and of whom a screen reader is told that they are, once that is read."""
        self._is_page = False
        self._bar = PersonBar()
        self._bar.left.connect(self.closed)
        self._bar.stepped.connect(self.step_requested)
        self._bar.disable_requested.connect(self._disable)
        self.head.addWidget(self._bar)
        self._head = PersonHeader(self)
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
        self.area.setAccessibleName(_("Details"))
        self.head.addWidget(self._strip)
        self._head_line = hairline()
        self.head.addWidget(self._head_line)
        self._overview = OverviewTab(self)
        self._access = AccessTab(context)
        self._bar.export_requested.connect(self._access.export)
        self._sessions = SessionsSection(self, MOST_ROWS)
        self._keys = PersonKeysSection(context)
        self._sign_ins = QWidget()
        fill_column(self._sign_ins, self._sessions, hairline(), self._keys)
        self._audit = ActivitySection(self, MOST_ROWS)
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
            _SHOWN_TABLES,
            self.refresh,
        )

    def show_tab(self, at: int) -> None:
        self._tab = at
        self._strip.show_current(at)
        for index, page in enumerate(self._tab_pages):
            page.setVisible(index == at or self._has_columns)
        self._access.paths.set_open(self._access.isVisibleTo(self))

    def focus_more(self) -> None:
        """Focus the menu of what can be done with the account."""
        self._head.more.setFocus(Qt.FocusReason.OtherFocusReason)

    def panes(self) -> list[QWidget]:
        """What F6 goes through: the page's bar, and its columns or what one of its tabs shows."""
        if not self._is_page:
            return [self]
        return [self._bar, *(self._columns.areas if self._has_columns else (self._strip, self.area))]

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
        self._overview.set_in_columns(columns)
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

    def tell_once_shown(self, user_id: str) -> None:
        """Have the screen reader say whose details they are, once they are shown: a link led to this person."""
        self._told_id = user_id

    def _show_account(self, person: Person) -> None:
        self._head.show_account(person)
        self._bar.show_name(person.name)
        self._bar.show_disable(person.state == "active", user_actions.why_no_changes(self._context))

    def refresh_times(self) -> None:
        """Update the relative times to now, and what ends by itself."""
        if self.person is not None and self.person.locked_until is not None:
            self._head.show_account(self.person)
            self._overview.show_lock(self.person)
        for text in self.findChildren(TimeText):
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
            open_now = sessions.list_sessions(session, actor, theirs, limit=MOST_ROWS)
            trail = audit.list_entries(session, actor, Listing(filters={"person": user_id}), limit=MOST_ROWS)
            active = Listing(filters={"user_id": user_id, "state": "active"})
            seen = can_see_keys(actor, user_id)
            keys = api_keys.list_keys(session, actor, active, limit=MOST_ROWS) if seen else None
            return person, open_now, trail, keys

        self._context.tasks.read(self, op, self._show_reading, self._on_failed)

    def _show_reading(self, reading: PersonReading) -> None:
        person, sessions, trail, keys = reading
        if person.id != self._person_id:
            return
        self._person = person
        self._show_account(person)
        if self._told_id == person.id:
            self._told_id = ""
            announce(self, _("Details of {name}").format(name=person.name), again=True)
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
