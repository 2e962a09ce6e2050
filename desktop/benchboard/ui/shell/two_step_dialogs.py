"""The dialogs of one's own two-step sign-in: turned on with a QR code, the recovery codes, turned off."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from benchboard.errors import AppError
from benchboard.i18n import _
from benchboard.identity import second_factor
from benchboard.ui.context import Context
from benchboard.ui.system_clipboard import copy_text
from benchboard.ui.widgets import Button, Dialog, Edit, Field, Paragraph
from benchboard.ui.widgets.authenticator_secret import AuthenticatorSecret
from benchboard.ui.widgets.labels import Text
from benchboard.ui.widgets.store_first_dialog import StoreFirstDialog


class _ProvingDialog(Dialog):
    """Asks for the person's own password and a code, and shows what is wrong at its field."""

    _grows = True

    def __init__(self, window: QWidget, context: Context, title: str, *, width: int, name: str) -> None:
        super().__init__(window, title, size=QSize(width, 0), name=name)
        self._context = context
        self._password = Field(_("Your password"), Edit(name="two_step_password"))
        self._password.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self._code = Field(_("Code"), Edit(placeholder="123456", mono=True, name="two_step_code"))
        self._fields = {"password": self._password, "code": self._code}
        for field in self._fields.values():
            field.edit.textChanged.connect(lambda _text, field=field: field.set_error(""))

    def _proved(self) -> tuple[str, str] | None:
        """The password and the code; None where one isn't entered, which its field then says."""
        for field, why in ((self._password, _("Enter your password.")), (self._code, _("Enter the code."))):
            if not field.text().strip():
                self._refuse(field, why)
                return None
        return self._password.text(), self._code.text()

    def _failed(self, act: Button, error: AppError) -> None:
        act.disable("")
        field = self._fields.get(str(error.facts.get("field", "")))
        if field is not None:
            self._refuse(field, str(error))
        else:
            self.dismiss()
            self._context.problems.show(error)

    def _refuse(self, field: Field, why: str) -> None:
        field.set_error(why)
        field.edit.setFocus(Qt.FocusReason.OtherFocusReason)


class TurnOnDialog(_ProvingDialog):
    """Shows a new secret to scan or to type; a code of the app and the password turn two-step sign-in on."""

    def __init__(self, window: QWidget, context: Context) -> None:
        super().__init__(window, context, _("Turn on two-step sign-in"), width=560, name="turn_on_two_step")
        actor = context.actor
        self._secret = second_factor.new_secret(email=actor.email, organisation=actor.organisation)
        told = _("Scan this with an authenticator app on your phone, then enter the code that it shows.")
        self.content.addWidget(Paragraph(told, "body", "secondary"))
        secret = self._secret
        self.content.addWidget(AuthenticatorSecret(secret.text, secret.uri, self._password, self._code))
        self.add_button(Button(_("Cancel"), self.leave, name="two_step_cancel"))
        self._act = self.add_button(Button(_("Turn on"), self._submit, kind="primary", name="two_step_act"))
        self._act.add_key_cap("Ctrl Enter")
        self.first_focus = self._password.edit

    def _submit(self) -> None:
        proved = self._proved() if self._act.isEnabled() else None
        if proved is None:
            return
        (password, code), actor, secret = proved, self._context.actor, self._secret.text
        self._act.wait(_("Turning on two-step sign-in…"))
        database = self._context.database
        self._context.tasks.run(
            self,
            lambda _progress: second_factor.turn_on(database, actor, password=password, secret=secret, code=code),
            self._on_done,
            lambda error: self._failed(self._act, error),
            title=_("Turning on two-step sign-in"),
        )

    def _on_done(self, codes: tuple[str, ...]) -> None:
        window, context = self.window(), self._context
        self.dismiss()
        RecoveryCodesDialog(window, context, codes).open()


class RecoveryCodesDialog(StoreFirstDialog):
    """Shows the recovery codes, which are nowhere else."""

    def __init__(self, window: QWidget, context: Context, codes: tuple[str, ...]) -> None:
        super().__init__(window, _("Store your recovery codes now"), size=QSize(460, 0), name="recovery_codes")
        self._context, self._codes = context, codes
        told = _("Each signs you in once without your phone. They are shown once: Benchboard keeps only their hashes.")
        self.content.addWidget(Paragraph(told, "body", "secondary"))
        half = (len(codes) + 1) // 2
        columns = QHBoxLayout()
        for part in (codes[:half], codes[half:]):
            column = QVBoxLayout()
            for code in part:
                column.addWidget(Text(code, "mono"))
            columns.addLayout(column)
        columns.addStretch(1)
        columns.setSpacing(32)
        self.content.addLayout(columns)
        copy = Button(_("Copy all"), self._copy, icon="ph.copy", name="recovery_copy")
        self.content.addWidget(copy, 0, Qt.AlignmentFlag.AlignLeft)
        self.first_focus = copy
        why_not = _("Store the codes first: they can't be shown again.")
        self.ask_stored(_("I stored them in a safe place"), why_not, name="recovery")

    def _copy(self) -> None:
        copy_text("\n".join(self._codes))
        self._context.problems.toast(_("Recovery codes copied"))


class TurnOffDialog(_ProvingDialog):
    """Turns two-step sign-in off, after the password and a code."""

    def __init__(self, window: QWidget, context: Context, done: Callable[[], object]) -> None:
        super().__init__(window, context, _("Turn off two-step sign-in"), width=420, name="turn_off_two_step")
        self._done = done
        told = _("Your password alone then signs you in. The recovery codes stop working.")
        for part in (Paragraph(told, "body", "secondary"), self._password, self._code):
            self.content.addWidget(part)
        self.add_button(Button(_("Cancel"), self.leave, name="two_step_cancel"))
        self._act = self.add_button(Button(_("Turn off"), self._submit, kind="destroy", name="two_step_act"))

    def _submit(self) -> None:
        proved = self._proved() if self._act.isEnabled() else None
        if proved is None:
            return
        (password, code), actor = proved, self._context.actor
        self._act.wait(_("Turning off two-step sign-in…"))
        database = self._context.database
        self._context.tasks.run(
            self,
            lambda _progress: second_factor.turn_off(database, actor, password=password, code=code),
            self._on_done,
            lambda error: self._failed(self._act, error),
            title=_("Turning off two-step sign-in"),
        )

    def _on_done(self, _nothing: None) -> None:
        self.dismiss()
        self._done()
