"""The overview of a person's details: role and teams, the account, and the latest of the other tabs."""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.i18n import _, pgettext
from benchboard.identity import users
from benchboard.identity.users import Person
from benchboard.ui.admin import user_actions
from benchboard.ui.admin.admin_format import person_mark, state_mark
from benchboard.ui.admin.consent_sections import ConsentsSection
from benchboard.ui.admin.person_activity import ActivitySection
from benchboard.ui.admin.person_details import PersonDetails
from benchboard.ui.admin.person_roles import PersonRoles
from benchboard.ui.admin.person_sessions import SessionsSection
from benchboard.ui.admin.time_text import TimeText
from benchboard.ui.context import Context
from benchboard.ui.time_format import full_time
from benchboard.ui.widgets import Button, Elided, KeyValue, Paragraph, Text, hairline
from benchboard.ui.widgets.detail_pane import DetailSection
from benchboard.ui.widgets.flow_layout import FlowLayout

_FEW_SESSIONS: Final = 3
_FEW_ENTRIES: Final = 3
"""How many of the overview's sections show; the tabs show all."""


class OverviewTab(QWidget):
    """Who it is, and the latest of the other tabs."""

    def __init__(self, pane: PersonDetails) -> None:
        super().__init__()
        self._pane = pane
        self._column = column = _column(self)
        self._edit_link = Button(_("Edit"), self._edit, kind="link", name="person_edit")
        self._edit_link.setAccessibleName(_("Edit person"))
        self._password = Button(_("Set password"), self._set_password, kind="link", name="person_set_password")
        self._role, self._facts = PersonRoles(self._edit_link), KeyValue()
        self._account = account = DetailSection(_("Account"), self._password)
        account.fill(self._facts)
        self.sessions = SessionsSection(pane, _FEW_SESSIONS)
        self.activity = ActivitySection(pane, _FEW_ENTRIES)
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
            self._role,
            hairline(),
            account,
            hairline(),
            self._apps.with_line(),
            *self._more_sections,
        ):
            column.addWidget(widget)

    def set_in_columns(self, in_columns: bool) -> None:
        """Be the left column of a page, beside which the other tabs stand, or show the latest of those."""
        self._role.set_in_rows(in_columns)
        column, (first, second) = self._column, sorted(map(self._column.indexOf, (self._role, self._account)))
        upper, lower = (self._account, self._role) if in_columns else (self._role, self._account)
        column.removeWidget(upper)
        column.removeWidget(lower)
        column.insertWidget(first, upper)
        column.insertWidget(second, lower)
        for widget in self._more_sections:
            widget.setVisible(not in_columns)

    def focus_edit(self) -> bool:
        """Focus the button that edits the person; returns whether it can have the focus."""
        if not self._edit_link.isVisible():
            return False
        self._edit_link.setFocus(Qt.FocusReason.OtherFocusReason)  # with a ring only after a key
        return self._edit_link.hasFocus()

    def show_person(self, person: Person) -> None:
        self._apps.show_for({"user_id": person.id})
        self._role.show_person(person)
        rows: list[tuple[str, QWidget]] = [
            (_("Sign-in method"), Text(_sign_in_method(person, self._pane.context))),
            (_("Last sign-in"), TimeText(person.last_seen)),
            (_("Added"), TimeText(person.created_at)),
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
        self._role.set_denied(denied)

    def _second_factor(self, person: Person) -> QWidget:
        """Whether the person has a second factor, and, if so, the button that resets it."""
        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        state = pgettext("setting", "On") if person.has_second_factor else pgettext("setting", "Off")
        if person.needs_second_factor:
            state = _("Required at the next sign-in")
        line.addWidget(Text(state))
        line.addStretch(1)
        if person.has_second_factor:
            reset = Button(
                _("Reset"), self._change(user_actions.reset_second_factor), kind="danger_link",
                name="person_reset_second_factor", tip=_("Reset two-step sign-in"),
            )  # fmt: skip
            reset.disable(user_actions.why_not_reset(self._pane.context, person))
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


def _column(page: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    return column


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
