"""The dialog that changes one's own password on a shared server."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from benchboard.errors import AppError
from benchboard.i18n import _, ngettext
from benchboard.identity import own_password, second_factor, sign_in_policy
from benchboard.ui.context import Context
from benchboard.ui.password_hint import password_hint
from benchboard.ui.tasks import DatabaseSession
from benchboard.ui.widgets import Button, CheckBox, Dialog, Edit, Field, Paragraph


class ChangePasswordDialog(Dialog):
    """Asks for the current password, a code if two-step sign-in is on (`two_step`), and the new password."""

    _grows = True

    def __init__(self, window: QWidget, context: Context, *, two_step: bool, shortest: int) -> None:
        super().__init__(window, _("Change password"), size=QSize(460, 0), name="change_password")
        self._context = context
        self._current = Field(_("Current password"), Edit(name="change_password_current"))
        self._code = Field(_("Code"), Edit(placeholder="123456", mono=True, name="change_password_code"))
        self._new = Field(_("New password"), Edit(name="change_password_new"), note=password_hint(shortest))
        self._fields = {"password": self._current, "code": self._code, "new": self._new}
        if not two_step:
            self._code.hide()
        told = (
            _("Your other sessions end. Two-step sign-in stays as it is.")
            if two_step
            else _("Your other sessions end.")
        )
        self.content.addWidget(Paragraph(told, tone="secondary"))
        for field in self._fields.values():
            field.edit.textChanged.connect(lambda _text, field=field: field.set_error(""))
            self.content.addWidget(field)
        show = CheckBox(_("Show passwords"))
        show.toggled.connect(self._reveal)
        self.content.addWidget(show)
        self._reveal(False)
        self.add_button(Button(_("Cancel"), self.leave, name="change_password_cancel"))
        self._act = self.add_button(
            Button(_("Change password"), self._submit, kind="primary", name="change_password_act")
        )
        self._act.add_key_cap("Ctrl Enter")
        self.first_focus = self._current.edit

    def _reveal(self, on: bool) -> None:
        for field in (self._current, self._new):
            field.edit.setEchoMode(QLineEdit.EchoMode.Normal if on else QLineEdit.EchoMode.Password)

    def _submit(self) -> None:
        if not self._act.isEnabled():
            return
        wanted = (
            (self._current, _("Enter your current password.")),
            (self._code, _("Enter the code.")),
            (self._new, _("Enter a new password.")),
        )
        for field, why in wanted:
            if not field.isHidden() and not field.text():
                self._refuse(field, why)
                return
        database, actor = self._context.database, self._context.actor
        current, new, code = self._current.text(), self._new.text(), self._code.text()
        self._act.wait(_("Changing password…"))
        self._context.tasks.run(
            self,
            lambda _progress: own_password.change(database, actor, password=current, new=new, code=code),
            self._on_done,
            self._failed,
            title=_("Changing password"),
        )

    def _on_done(self, ended: int) -> None:
        self.dismiss()
        done = _("Password changed")
        sessions = ngettext("{count} session ended", "{count} sessions ended", ended).format(count=ended)
        self._context.problems.toast(_("{done}, {sessions}").format(done=done, sessions=sessions) if ended else done)

    def _failed(self, error: AppError) -> None:
        self._act.disable("")
        field = self._fields.get(str(error.facts.get("field", "")))
        if field is None:
            self.dismiss()
            self._context.problems.show(error)
            return
        field.show()  # a code is asked for by now, if two-step sign-in was turned on in another window
        self._refuse(field, f"{error.what} {error.why or error.do}" if field is self._new else str(error))

    def _refuse(self, field: Field, why: str) -> None:
        field.set_error(why)
        field.edit.setFocus(Qt.FocusReason.OtherFocusReason)


def change_own_password(context: Context, owner: QWidget) -> None:
    """Open the dialog, once it is known what it asks for."""
    actor = context.actor

    def read(session: DatabaseSession) -> tuple[bool, int]:
        shortest = sign_in_policy.find_policy(session, actor.organisation_id).shortest_password
        return second_factor.own_state(session, actor).is_on, shortest

    def ask(found: tuple[bool, int]) -> None:
        two_step, shortest = found
        ChangePasswordDialog(owner.window(), context, two_step=two_step, shortest=shortest).open()

    context.tasks.read(owner, read, ask)
