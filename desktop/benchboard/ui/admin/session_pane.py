"""The details of one session: whose it is, where it runs, and until when."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from benchboard.i18n import _
from benchboard.identity.permissions import program_title
from benchboard.identity.sessions import SessionRecord
from benchboard.ui.admin import user_actions
from benchboard.ui.admin.admin_format import end_reason_mark
from benchboard.ui.context import Context
from benchboard.ui.time_format import full_time, relative_time
from benchboard.ui.widgets import Badge, Button, Elided, KeyValue, Paragraph, Text, hairline
from benchboard.ui.widgets.detail_pane import DetailHeader, DetailPane, DetailSection
from benchboard.ui.widgets.flow_layout import FlowLayout


class SessionPane(DetailPane):
    """Shows one session, active or ended; `revoke` asks whether to end it."""

    def __init__(self, context: Context, revoke: Callable[[], object]) -> None:
        super().__init__("session_detail")
        self._context = context
        self._session: SessionRecord | None = None
        self._times: list[Text] = []
        self._state, self._mine = Badge("neutral", ""), Badge("info", _("This window"), "ph.app-window")
        self._head = DetailHeader(self.close_button(), self._state, self._mine)
        self.head.addWidget(self._head)
        self.head.addWidget(hairline())
        self._where, self._when = KeyValue(label=_("Where")), KeyValue(label=_("When"))
        self._revoke = Button(_("Revoke session"), revoke, kind="danger", icon="ph.prohibit", name="sessions_revoke")
        self._person = Button(_("Open person"), self._show_person, icon="ph.user", name="sessions_show_person")
        actions = FlowLayout()
        actions.setContentsMargins(16, 14, 16, 14)
        for button in (self._person, self._revoke):
            actions.addWidget(button)
        self._note = Paragraph("", "caption", "muted")
        self._note.setContentsMargins(16, 0, 16, 14)
        for title, facts in ((_("Where"), self._where), (_("When"), self._when)):
            section = DetailSection(title)
            section.fill(facts)
            self.column.addWidget(section)
            self.column.addWidget(hairline())
        self.column.addLayout(actions)
        self.column.addWidget(self._note)
        self.column.addStretch(1)

    def show_session(self, session: SessionRecord) -> None:
        """Show this session."""
        self._session = session
        has_ended = session.ended_at is not None
        mark = end_reason_mark(session.end_reason)
        self._head.show_person(session.person)
        self._head.name.setText(session.person)
        self._head.below.setText(session.email)
        if has_ended:
            self._state.show_state(mark.kind, mark.text, mark.icon)
        else:
            self._state.show_state("ok", _("Active"))
        self._mine.setVisible(session.mine)
        where: list[tuple[str, QWidget]] = [
            (_("Computer"), Elided(session.host_name or _("Unknown"))),
            (_("IP address"), Elided(session.ip_address or _("This computer"))),
            (_("Program"), Paragraph(program_title(session.program) or _("Not recorded"))),
        ]
        self._where.show_rows(where)
        self._revoke.setVisible(not has_ended)
        self._revoke.set_title(_("Sign out") if session.mine else _("Revoke session"))
        within = user_actions.revoked_within()
        revocable = not has_ended and not session.mine  # of one's own, "Sign out" ends it at once
        self._note.setText(_("Revoked sessions end {within}.").format(within=within) if revocable else "")
        self._note.setVisible(revocable)
        self._show_times(session)

    def _show_times(self, session: SessionRecord) -> None:
        times = [(_("Signed in"), session.started_at)]
        if session.ended_at is not None:
            times.append((_("Ended"), session.ended_at))
        else:
            times.append((_("Last used"), session.last_used_at))
        self._times = [Text(text) for text in _time_texts(session)]
        for value, (_title, time) in zip(self._times, times, strict=True):
            value.setToolTip(full_time(time))
        rows: list[tuple[str, QWidget]] = [
            (title, value) for value, (title, _time) in zip(self._times, times, strict=True)
        ]
        if session.ended_at is None and session.expires_at is not None:
            rows.append((_("Expires"), Text(full_time(session.expires_at))))
        self._when.show_rows(rows)

    def refresh_times(self) -> None:
        """Show the times as of now."""
        if self._session is not None:
            for value, text in zip(self._times, _time_texts(self._session), strict=True):
                if value.text() != text:
                    value.setText(text)

    def _show_person(self) -> None:
        if self._session is not None:
            self._context.go(f"admin/people/{self._session.user_id}")


def _time_texts(session: SessionRecord) -> tuple[str, str]:
    """How long ago the session began; and was last used, or ended."""
    if session.ended_at is not None:
        return relative_time(session.started_at), relative_time(session.ended_at)
    used = _("just now") if session.mine else relative_time(session.last_used_at)
    return relative_time(session.started_at), used
