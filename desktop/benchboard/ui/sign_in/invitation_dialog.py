"""The dialog of the sign-in screen that takes the code of an invitation, a name and a password."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from benchboard.errors import AppError, Invalid
from benchboard.i18n import _
from benchboard.identity import passwords
from benchboard.identity.person_names import require_name
from benchboard.ui.widgets import Button, CheckBox, Dialog, Edit, Field, Paragraph


class InvitationDialog(Dialog):
    """Calls `join` with the code, the name and the password that were entered; the dialog is hidden meanwhile. Who does
    it dismisses the dialog after, or shows it again: by `open`, or with an error by `show_error`."""

    _grows = True

    def __init__(self, window: QWidget, join: Callable[[str, str, str], object]) -> None:
        super().__init__(window, _("Join with an invitation"), size=QSize(480, 0), name="join")
        self._join = join
        told = _("Enter the code that an admin of the shared server sent you, and choose a name and a password.")
        self.content.addWidget(Paragraph(told, tone="secondary"))
        self._code = Field(_("Invitation code"), Edit(placeholder="bi_…", mono=True, name="join_code"))
        self._name = Field(
            _("Name"),
            Edit(name="join_name"),
            note=_("Shown to colleagues. Leave empty to use the part of the email address before the @."),
        )
        self._password = Field(
            _("Password"),
            Edit(name="join_password"),
            note=_(
                "At least {shortest} characters, or more if the organisation requires it. Four unrelated words work "
                "well. Don't include the email address."
            ).format(shortest=passwords.SHORTEST),
        )
        self._password.edit.setEchoMode(QLineEdit.EchoMode.Password)
        show = CheckBox(_("Show password"))
        show.toggled.connect(self._reveal)
        for field in (self._code, self._name, self._password):
            field.edit.textChanged.connect(lambda _text, field=field: field.set_error(""))
            self.content.addWidget(field)
        self.content.addWidget(show)
        self.add_button(Button(_("Cancel"), self.leave, name="join_cancel"))
        self.add_button(Button(_("Create account"), self._submit, kind="primary", name="join_act")).add_key_cap(
            "Ctrl Enter"
        )

    def _reveal(self, on: bool) -> None:
        self._password.edit.setEchoMode(QLineEdit.EchoMode.Normal if on else QLineEdit.EchoMode.Password)

    def _submit(self) -> None:
        code, name, password = self._code.text().strip(), self._name.text().strip(), self._password.text()
        wrong: Field | None = None
        checks: tuple[tuple[Field, Callable[[], None]], ...] = (
            (self._code, lambda: _require_code(code)),
            (self._name, lambda: require_name(name)),
            (self._password, lambda: passwords.require_acceptable(password, email="")),
        )
        for field, check in checks:
            try:
                check()
            except AppError as error:
                field.set_error(f"{error.what} {error.why or error.do}".strip())
                wrong = wrong or field
        if wrong is not None:
            wrong.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.hide()  # the screen shows how far it is, and has the button that stops it
        self._join(code, name, password)

    def show_error(self, error: AppError) -> bool:
        """Show an error at its field, which gets the focus; returns whether it is about one. What was typed stays."""
        fields = {"invitation": self._code, "name": self._name, "password": self._password}
        field = fields.get(str(error.facts.get("field", "")))
        if field is None:
            return False
        self.open()
        field.set_error(str(error))
        field.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        return True


def _require_code(code: str) -> None:
    if not code:
        raise Invalid("invitations.code", _("Enter the code of your invitation."))
