"""The dialog that asks why the audit log is accepted as it is."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QWidget

from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.identity.audit_verification import LONGEST_REASON, require_reason
from benchboard.ui.widgets import Button, Dialog, Edit, Field, Paragraph


class AcceptLogDialog(Dialog):
    """Says what accepting the log means, asks for the reason, and calls `run` with it."""

    _grows = True

    def __init__(self, window: QWidget, run: Callable[[str], object]) -> None:
        super().__init__(window, _("Accept the audit log as it is?"), size=QSize(460, 0), name="accept_log")
        self._run = run
        told = Paragraph(
            _(
                "Do this after you restored an older backup. The log is verified by its own seals, and compared with"
                " its last one from now on: that entries are missing isn't noticed any more. This is recorded in the"
                " log with the reason, and told on the other computers that saw more of it."
            ),
            tone="secondary",
        )
        self.setAccessibleDescription(told.text())
        self.content.addWidget(told)
        self._reason = Field(_("Reason"), Edit(placeholder=_("Restored the backup of Monday"), name="accept_reason"))
        self._reason.edit.setMaxLength(LONGEST_REASON)
        self._reason.edit.textChanged.connect(lambda _text: self._reason.set_error(""))
        self._reason.edit.returnPressed.connect(self._accept)
        self.content.addWidget(self._reason)
        self.add_button(Button(_("Cancel"), self.leave, name="accept_cancel"))
        self.add_button(Button(_("Accept"), self._accept, kind="destroy", name="accept_act"))

    def _accept(self) -> None:
        try:
            reason = require_reason(self._reason.text())
        except Invalid as error:
            self._reason.set_error(error.what)
            self._reason.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.dismiss()
        self._run(reason)
