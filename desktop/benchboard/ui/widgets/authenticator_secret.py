"""AuthenticatorSecret: a secret as a QR code to scan and as text to type, with what is entered for it beside."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.widgets.fields import Field
from benchboard.ui.widgets.labels import Text
from benchboard.ui.widgets.popover import copyable
from benchboard.ui.widgets.qr_code import QrCode


class AuthenticatorSecret(QWidget):
    """`uri` is what the QR code holds, `text` the secret alone; the `fields` are below the text."""

    def __init__(self, text: str, uri: str, *fields: Field) -> None:
        super().__init__()
        beside = QVBoxLayout()
        beside.addWidget(Text(_("Or type this secret into the app:"), "caption", "muted"))
        grouped = " ".join(text[at : at + 4] for at in range(0, len(text), 4))
        beside.addWidget(copyable(grouped, _("secret"), wrap=True))
        for field in fields:
            beside.addWidget(field)
        beside.addStretch(1)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(16)
        code = QrCode(uri, _("QR code of the secret, which is beside it as text"))
        line.addWidget(code, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(beside, 1)
