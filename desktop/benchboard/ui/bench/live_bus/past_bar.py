"""The line above frames that say nothing of now: as of when they are, and why no newer ones are shown."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.canbus.frame import Timestamp
from benchboard.i18n import _
from benchboard.ui.bench.frame_format import clock
from benchboard.ui.widgets import Badge, Elided, hairline
from benchboard.ui.widgets.surfaces import set_surface

_TO_SECONDS = len("22:47:12")


class PastBar(QWidget):
    """Hidden until it has something to say."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("live_past")
        set_surface(self, "surface")
        self._as_of = Badge("waits", "")
        self._text = Elided("", "body", "secondary")
        row = QHBoxLayout()
        row.setContentsMargins(16, 8, 12, 8)
        row.setSpacing(12)
        row.addWidget(self._as_of)
        row.addWidget(self._text, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(row)
        whole.addWidget(hairline())
        self.hide()

    def text(self) -> str:
        """What it says, without the time."""
        return self._text.text()

    def show_text(self, text: str, last: Timestamp | None) -> None:
        """Say why the frames are past; `last` is the stamp of the newest, None where there is none."""
        if text != self._text.text():
            self._text.setText(text)
        time = clock(last)[:_TO_SECONDS]
        self._as_of.setVisible(bool(time))
        if time:
            self._as_of.show_state("waits", _("as of {time}").format(time=time))
