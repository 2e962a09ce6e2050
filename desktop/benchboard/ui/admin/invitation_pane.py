"""The details of one invitation: whom, with which role, by whom and until when."""

from collections.abc import Callable
from typing import Literal

from PySide6.QtWidgets import QWidget

from benchboard.i18n import _
from benchboard.identity.invitations import InvitationRecord
from benchboard.identity.roles import role_title
from benchboard.ui.admin.admin_format import invitation_mark
from benchboard.ui.admin.time_text import TimeText
from benchboard.ui.commands import REGISTRY
from benchboard.ui.sign_in.demo_picker import role_description
from benchboard.ui.time_format import full_time
from benchboard.ui.widgets import Badge, Button, Elided, KeyValue, Paragraph, hairline
from benchboard.ui.widgets.detail_pane import DetailHeader, DetailPane, DetailSection
from benchboard.ui.widgets.flow_layout import FlowLayout

Act = Callable[[InvitationRecord], object]


class InvitationPane(DetailPane):
    """`resend` and `revoke` are called with the invitation that is shown; `denied` says why neither can be."""

    def __init__(self, resend: Act, revoke: Act, denied: str) -> None:
        super().__init__("invitation_detail")
        self._invitation: InvitationRecord | None = None
        self._state = Badge("neutral", "")
        self._head = DetailHeader(self.close_button(), self._state, icon="ph.envelope-simple")
        self.head.addWidget(self._head)
        self.head.addWidget(hairline())
        facts, role = DetailSection(""), DetailSection(_("Role"))
        self._facts, self._role = KeyValue(), Paragraph("", "body", "secondary")
        facts.fill(self._facts)
        role.fill(self._role)
        self.column.addWidget(facts)
        self.column.addWidget(hairline())
        self.column.addWidget(role)
        self.column.addStretch(1)
        self._actions = QWidget()
        line = FlowLayout(self._actions)
        line.setContentsMargins(16, 10, 16, 10)
        for command_id, act in (("admin.resend_invitation", resend), ("admin.revoke_invitation", revoke)):
            button = self._action(command_id, act)
            button.disable(denied)
            line.addWidget(button)
        self._foot_line = hairline()
        self.foot.addWidget(self._foot_line)
        self.foot.addWidget(self._actions)

    def _action(self, command_id: str, act: Act) -> Button:
        command = REGISTRY[command_id]

        def run() -> None:
            if self._invitation is not None:
                act(self._invitation)

        kind: Literal["danger", "plain"] = "danger" if command.danger else "plain"
        return Button(command.text, run, kind=kind, icon=command.icon, size="sm", name=f"detail_{command.name}")

    def show_invitation(self, invitation: InvitationRecord) -> None:
        """Show this invitation."""
        self._invitation = invitation
        mark = invitation_mark(invitation.state)
        self._head.name.setText(invitation.email)
        self._head.below.setText(role_title(invitation.role))
        self._state.show_state(mark.kind, mark.text, mark.icon)
        rows: list[tuple[str, QWidget]] = [
            (_("Invited by"), Elided(invitation.invited_by or "–")),
            (_("Invited"), TimeText(invitation.created_at)),
            (_("Expires"), Elided(full_time(invitation.expires_at))),
        ]
        self._facts.show_rows(rows)
        self._role.setText(role_description(invitation.role))
        for widget in (self._foot_line, self._actions):
            widget.setVisible(invitation.state != "accepted")

    def refresh_times(self) -> None:
        """Show how long ago it was made as of now."""
        for text in self.findChildren(TimeText):
            text.refresh()
