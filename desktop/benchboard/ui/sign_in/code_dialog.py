"""The dialog of the sign-in screen that takes the code of an authenticator app, or a recovery code."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QWidget

from benchboard.i18n import _
from benchboard.ui.widgets import Button, Dialog, Edit, Field, Paragraph


class CodeDialog(Dialog):
    """Calls `submit` with what was entered, once it is dismissed. `error`: what was wrong with the code before. Without
    `sentences` above the field it asks for the code of a two-step sign-in that is set up.
    """

    _grows = True
    asks_before_losing = False

    def __init__(
        self,
        window: QWidget,
        submit: Callable[[str], object],
        error: str = "",
        *,
        title: str = "",
        sentences: Sequence[str] = (),
        width: int = 400,
        name: str = "sign_in_code",
    ) -> None:
        super().__init__(window, title or _("Two-step sign-in"), size=QSize(width, 0), name=name)
        self._submit_code, self._submitted = submit, False
        told = _("Enter the code that your authenticator app shows. Without your phone, enter a recovery code.")
        for sentence in sentences or (told,):
            self.content.addWidget(Paragraph(sentence, "body", "secondary"))
        self._code = Field(_("Code"), Edit(placeholder="123456", mono=True, name=f"{name}_edit"))
        self._code.edit.textChanged.connect(lambda _text: self._code.set_error(""))
        self._code.edit.returnPressed.connect(self._submit)
        self.content.addWidget(self._code)
        self.add_button(Button(_("Cancel"), self.leave, name=f"{name}_cancel"))
        self.add_button(Button(_("Sign in"), self._submit, kind="primary", name=f"{name}_act"))
        self.first_focus = self._code.edit
        if error:
            self._code.set_error(error)

    def _submit(self) -> None:
        code = self._code.text().strip()
        if not code:
            self._code.set_error(_("Enter the code."), again=True)
            self._code.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._submitted = True
        self.dismiss()
        self._submit_code(code)
