"""The dialog of the sign-in screen that takes the code of an authenticator app, or a recovery code."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QWidget

from benchboard.i18n import _
from benchboard.ui.widgets import Button, Dialog, Edit, Field, Paragraph


class CodeDialog(Dialog):
    """Calls `submit` with what was entered, once it is dismissed. `error`: what was wrong with the code before."""

    _grows = True

    def __init__(self, window: QWidget, submit: Callable[[str], object], error: str = "") -> None:
        super().__init__(window, _("Two-step sign-in"), size=QSize(400, 0), name="sign_in_code")
        self._submit_code = submit
        told = _("Enter the code that your authenticator app shows. Without your phone, enter a recovery code.")
        self.content.addWidget(Paragraph(told, "body", "secondary"))
        self._code = Field(_("Code"), Edit(placeholder="123456", mono=True, name="sign_in_code_edit"))
        self._code.edit.textChanged.connect(lambda _text: self._code.set_error(""))
        self._code.edit.returnPressed.connect(self._submit)
        self.content.addWidget(self._code)
        self.add_button(Button(_("Cancel"), self.dismiss, name="sign_in_code_cancel"))
        self.add_button(Button(_("Sign in"), self._submit, kind="primary", name="sign_in_code_act"))
        self.first_focus = self._code.edit
        if error:
            self._code.set_error(error)

    def _submit(self) -> None:
        code = self._code.text().strip()
        if not code:
            self._code.set_error(_("Enter the code."))
            self._code.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.dismiss()
        self._submit_code(code)
