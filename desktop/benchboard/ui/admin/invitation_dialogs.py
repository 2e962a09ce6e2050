"""The dialog that invites a person, and the one that shows the code of an invitation once."""

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QWidget

from benchboard.errors import AppError
from benchboard.i18n import _, ngettext
from benchboard.identity import invitations
from benchboard.identity.invitations import NewInvitation
from benchboard.identity.roles import DEFAULT_ROLE, ROLES, role_title
from benchboard.ui.context import Context
from benchboard.ui.sign_in.demo_picker import role_description
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.time_format import full_time
from benchboard.ui.widgets import Button, Dialog, Edit, Field, Paragraph, ProblemText, Select, copyable

_LIFETIMES: Final = (1, 7, 14, 30)
"""The lifetimes that are offered, in days."""


class InviteDialog(Dialog):
    """Asks whom to invite, with which role and until when, and shows the code."""

    _grows = True

    def __init__(self, window: QWidget, context: Context) -> None:
        super().__init__(window, _("Invite person"), size=QSize(460, 0), name="invite")
        self._context = context
        told = _("They choose their name and password themselves, with a code that you send them.")
        self.content.addWidget(Paragraph(told, tone="secondary"))
        self._email = Field(_("Email"), Edit(placeholder="name@example.com", name="invite_email"))
        self._email.edit.textChanged.connect(lambda _text: self._email.set_error(""))
        self._email.edit.returnPressed.connect(self._submit)
        self._role_choice = Select([(role, role_title(role)) for role in ROLES], name="invite_role", label=_("Role"))
        self._role_choice.set_current_key(DEFAULT_ROLE)
        self._role = Field(_("Role"), self._role_choice, note=" ")
        self._role_choice.currentIndexChanged.connect(self._explain_role)
        days = [
            (str(count), ngettext("{count} day", "{count} days", count).format(count=count)) for count in _LIFETIMES
        ]
        self._lifetime = Select(days, name="invite_lifetime", label=_("Valid for"))
        self._lifetime.set_current_key(str(invitations.DEFAULT_DAYS))
        for widget in (self._email, self._role, Field(_("Valid for"), self._lifetime)):
            self.content.addWidget(widget)
        self._problem = ProblemText()
        self.content.addWidget(self._problem)
        self.add_button(Button(_("Cancel"), self.leave, name="invite_cancel"))
        self._invite = self.add_button(Button(_("Invite person"), self._submit, kind="primary", name="invite_act"))
        self._invite.add_key_cap("Ctrl Enter")
        self._explain_role()

    def _explain_role(self) -> None:
        self._role.set_note(role_description(self._role_choice.current_key()))

    def _submit(self) -> None:
        if not self._invite.isEnabled():
            return
        email, role, days = self._email.text(), self._role_choice.current_key(), int(self._lifetime.current_key())
        actor = self._context.actor
        self._problem.hide()
        self._invite.wait(_("Inviting…"))

        def op(session: DatabaseSession) -> NewInvitation:
            return invitations.invite(session, actor, email=email, role=role, days=days)

        self._context.tasks.change(self, op, self._show_made, self._on_failed)

    def _show_made(self, made: NewInvitation) -> None:
        self.dismiss()
        ShownCodeDialog(self.window(), made).open()

    def _on_failed(self, error: AppError) -> None:
        self._invite.disable("")
        text = " ".join(part for part in (error.what, error.why or error.do) if part)
        if error.facts.get("field") == "email":
            self._email.set_error(text)
            self._email.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            self._email.edit.selectAll()
        else:
            self._problem.say(text)


class ShownCodeDialog(Dialog):
    """Shows the code of an invitation, which nobody can show again."""

    _grows = True

    def __init__(self, window: QWidget, made: NewInvitation) -> None:
        title = _("{email} invited").format(email=made.record.email)
        super().__init__(window, title, size=QSize(520, 0), name="shown_code")
        told = _(
            "Send this code to {email} yourself: Benchboard doesn't. They enter it at “I have an invitation” on the"
            " sign-in screen. It is shown once, and works once until {time}."
        )
        told = told.format(email=made.record.email, time=full_time(made.record.expires_at))
        self.content.addWidget(Paragraph(told, tone="secondary"))
        code = copyable(made.code, _("Invitation code"), wrap=True)
        code.setObjectName("shown_code_text")
        self.content.addWidget(code)
        self.first_focus = next(iter(code.findChildren(Button)), None)
        self.add_button(Button(_("Done"), self.dismiss, kind="primary", name="shown_code_done"))
