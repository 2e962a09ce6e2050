"""The section of a person's details that lists their active sessions."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from benchboard.i18n import _
from benchboard.identity.sessions import SessionRecord
from benchboard.identity.users import Person
from benchboard.paging import Page
from benchboard.ui.admin import user_actions
from benchboard.ui.admin.admin_format import session_origin
from benchboard.ui.admin.person_details import PersonDetails
from benchboard.ui.admin.time_text import TimeText
from benchboard.ui.time_format import full_time
from benchboard.ui.widgets import Button, Elided, Icon, Paragraph, Text
from benchboard.ui.widgets.detail_pane import DetailSection
from benchboard.ui.widgets.readable_rows import ReadableList, ReadableRow, ReadableText


class SessionsSection(DetailSection):
    """The active sessions of a person, at most so many of them."""

    def __init__(self, pane: PersonDetails, most: int) -> None:
        self._all = Button(
            _("Revoke all sessions"), self._revoke_all, kind="danger_link", name="person_sessions_revoke_all"
        )
        super().__init__(_("Active sessions"), self._all)
        self._pane, self._most = pane, most
        self._rows = ReadableList(_("Active sessions"))
        self._none = ReadableText("body", "secondary")
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

    def __init__(self, pane: PersonDetails, session: SessionRecord) -> None:
        super().__init__()
        self.setObjectName(f"session_{session.id}")
        self._host = Text(session.host_name or _("Unknown computer"), "body_strong")
        title = QHBoxLayout()
        title.setSpacing(6)
        title.addWidget(self._host)
        self._seen: Text = TimeText(session.last_used_at, "muted")
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
