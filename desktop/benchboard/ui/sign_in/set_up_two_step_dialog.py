"""The dialog of the sign-in screen in which a person sets up the two-step sign-in that their organisation requires."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QWidget

from benchboard.i18n import _
from benchboard.identity.second_factor import NewSecret
from benchboard.ui.widgets import Button, Dialog, Edit, Field, Paragraph
from benchboard.ui.widgets.authenticator_secret import AuthenticatorSecret


class SetUpTwoStepDialog(Dialog):
    """Calls `submit` with a code of the secret, once it is dismissed, or `cancelled`. `error`: what was wrong with the
    code before.
    """

    _grows = True

    def __init__(
        self,
        window: QWidget,
        organisation: str,
        secret: NewSecret,
        submit: Callable[[str], object],
        cancelled: Callable[[], object],
        error: str = "",
    ) -> None:
        title = _("Set up two-step sign-in")
        super().__init__(window, title, size=QSize(560, 0), name="set_up_two_step")
        self.secret, self._submit_code, self._cancelled = secret, submit, cancelled
        needed = _("{organisation} requires it. You can work as soon as it is set up.")
        told = _("Scan this with an authenticator app on your phone, then enter the code that it shows.")
        for sentence in (needed.format(organisation=organisation), told):
            self.content.addWidget(Paragraph(sentence, "body", "secondary"))
        self._code = Field(_("Code"), Edit(placeholder="123456", mono=True, name="set_up_two_step_code"))
        self._code.edit.textChanged.connect(lambda _text: self._code.set_error(""))
        self._code.edit.returnPressed.connect(self._submit)
        self.content.addWidget(AuthenticatorSecret(secret.text, secret.uri, self._code))
        self.add_button(Button(_("Cancel"), self.dismiss, name="set_up_two_step_cancel"))
        self.add_button(Button(_("Sign in"), self._submit, kind="primary", name="set_up_two_step_act"))
        self.first_focus = self._code.edit
        self.dismissed.connect(self._on_dismissed)
        self._submitted = False
        if error:
            self._code.set_error(error)

    def _submit(self) -> None:
        code = self._code.text().strip()
        if not code:
            self._code.set_error(_("Enter the code."))
            self._code.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._submitted = True
        self.dismiss()
        self._submit_code(code)

    def _on_dismissed(self) -> None:
        if not self._submitted:
            self._cancelled()
