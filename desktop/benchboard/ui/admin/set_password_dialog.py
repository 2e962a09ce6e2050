"""The dialog that sets a person's password on a shared server."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from benchboard.errors import AppError, Invalid
from benchboard.i18n import _, ngettext
from benchboard.identity import passwords, person_changes
from benchboard.identity.users import Person
from benchboard.ui.context import Context
from benchboard.ui.password_hint import follow_shortest, password_hint
from benchboard.ui.widgets import Button, CheckBox, Dialog, Edit, Field, Paragraph


class SetPasswordDialog(Dialog):
    """Asks for a new password, sets it, and says how many sessions ended."""

    _grows = True

    def __init__(self, window: QWidget, context: Context, person: Person) -> None:
        title = _("Set the password of {name}").format(name=person.name)
        super().__init__(window, title, size=QSize(460, 0), name="set_password")
        self._context, self._person = context, person
        self._shortest = passwords.SHORTEST
        self._password = Field(
            _("New password"),
            Edit(name="set_password_edit"),
            note=password_hint(),
        )
        self._password.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self._password.edit.textChanged.connect(lambda _text: self._password.set_error(""))
        show = CheckBox(_("Show password"))
        show.toggled.connect(self._reveal)
        note = _(
            "{name} will be signed out everywhere. Benchboard doesn't send the password: give it to them yourself."
        )
        self.content.addWidget(Paragraph(note.format(name=person.name), tone="secondary"))
        if person.has_second_factor:
            ended = _("It turns off two-step sign-in too: {name} sets it up again in Settings.")
            self.content.addWidget(Paragraph(ended.format(name=person.name), tone="secondary"))
        self.content.addWidget(self._password)
        self.content.addWidget(show)
        self.add_button(Button(_("Cancel"), self.leave, name="set_password_cancel"))
        self._set = self.add_button(Button(_("Set password"), self._submit, kind="primary", name="set_password_act"))
        self._set.add_key_cap("Ctrl Enter")
        follow_shortest(context, self, self._show_shortest)

    def _show_shortest(self, shortest: int) -> None:
        self._shortest = shortest
        self._password.set_note(password_hint(shortest))

    def _reveal(self, on: bool) -> None:
        self._password.edit.setEchoMode(QLineEdit.EchoMode.Normal if on else QLineEdit.EchoMode.Password)

    def _submit(self) -> None:
        if not self._set.isEnabled():
            return
        password, actor, user_id = self._password.text(), self._context.actor, self._person.id
        try:
            passwords.require_acceptable(password, email=self._person.email, shortest=self._shortest)
        except Invalid as error:
            self._refuse(error)
            return
        self._set.wait(_("Setting password…"))
        self._context.tasks.change(
            self,
            lambda session: person_changes.set_password(session, actor, user_id, password),
            self._on_set,
            self._on_failed,
        )

    def _on_set(self, ended: int) -> None:
        self.dismiss()
        done = _("Password of {name} set").format(name=self._person.name)
        sessions = ngettext("{count} session ended", "{count} sessions ended", ended).format(count=ended)
        self._context.problems.toast(_("{done}, {sessions}").format(done=done, sessions=sessions) if ended else done)

    def _on_failed(self, error: AppError) -> None:
        self._set.disable("")
        if isinstance(error, Invalid):
            self._refuse(error)
        else:
            self.dismiss()
            self._context.problems.show(error)

    def _refuse(self, error: Invalid) -> None:
        self._password.set_error(f"{error.what} {error.why or error.do}")
        self._password.edit.setFocus(Qt.FocusReason.OtherFocusReason)
