"""The dialog of the sign-in screen in which a person sets up the two-step sign-in that their organisation requires."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from benchboard.i18n import _
from benchboard.identity.second_factor import NewSecret
from benchboard.ui.sign_in.code_dialog import CodeDialog
from benchboard.ui.widgets.authenticator_secret import AuthenticatorSecret


class SetUpTwoStepDialog(CodeDialog):
    """Shows a secret, whose code it takes; calls `cancelled` if it is dismissed without one."""

    def __init__(
        self,
        window: QWidget,
        organisation: str,
        secret: NewSecret,
        submit: Callable[[str], object],
        cancelled: Callable[[], object],
        error: str = "",
    ) -> None:
        needed = _("{organisation} requires it. You can work as soon as it is set up.")
        told = _("Scan this with an authenticator app on your phone, then enter the code that it shows.")
        super().__init__(
            window,
            submit,
            error,
            title=_("Set up two-step sign-in"),
            sentences=(needed.format(organisation=organisation), told),
            width=560,
            name="set_up_two_step",
        )
        self.secret, self._cancelled = secret, cancelled
        self.content.removeWidget(self._code)  # it stands beside the picture of the secret
        self.content.addWidget(AuthenticatorSecret(secret.text, secret.uri, self._code))
        self.dismissed.connect(self._on_dismissed)

    def _on_dismissed(self) -> None:
        if not self._submitted:
            self._cancelled()
