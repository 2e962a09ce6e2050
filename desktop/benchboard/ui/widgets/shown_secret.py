"""ShownSecret: a secret that is shown once, in a frame that stands out, until it is hidden."""

from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout

from benchboard.i18n import _, sentence_start
from benchboard.ui.system_clipboard import copy_text
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import announce, untold
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.fields import Edit
from benchboard.ui.widgets.labels import Text, copy_title
from benchboard.ui.widgets.surfaces import Card, Icon

SHOWN_S: Final = 300
"""For how many seconds a secret is on the screen and in memory."""
_COPIED_MS: Final = 4_000
"""For how long its button says that it was copied."""


class ShownSecret(Card):
    """Keeps `secret` for five minutes, and then shows `renew`, how to get another; `expired` is emitted then. The field
    is called `name`, and the button that copies it `name` with `_copy`."""

    expired = Signal()

    def __init__(self, secret: str, *, label: str, renew: str, name: str) -> None:
        super().__init__(padding=14)
        self.set_warning()
        self._secret, self._renew, self._left = secret, renew, SHOWN_S
        self._title = Text(_("Copy it now. It is shown once."), "body_strong")
        self._countdown = Text("", "caption", "warn")
        head = QHBoxLayout()
        head.setSpacing(theme().px("spacing.2"))
        head.addWidget(Icon("ph.key", "warn"))
        head.addWidget(self._title, 1)
        head.addWidget(self._countdown)
        self.column.addLayout(head)
        self._edit = Edit(mono=True, name=name, label=label)
        self._edit.setText(secret)
        self._edit.setReadOnly(True)
        self._edit.setCursorPosition(0)
        self.copy = Button(_("Copy"), self._copy, icon="ph.copy", name=f"{name}_copy")
        self._copy_name = copy_title(label)
        self.copy.setAccessibleName(self._copy_name)
        line = QHBoxLayout()
        line.setSpacing(theme().px("spacing.2"))
        line.addWidget(self._edit, 1)
        line.addWidget(self.copy)
        self.column.addLayout(line)
        self._timer = QTimer(self, interval=1000)
        self._timer.timeout.connect(self._count_down)
        self._timer.start()
        self._show_left()

    def _count_down(self) -> None:
        self._left -= 1
        self._show_left()
        if self._left <= 0:
            self.expire()

    def _show_left(self) -> None:
        time = f"{self._left // 60}:{self._left % 60:02}"
        with untold():  # each second would be read
            self._countdown.setText(_("hidden in {time}").format(time=time))
            told = f"{self._title.text()} {sentence_start(self._countdown.text())}"
            for one in (self._edit, self.copy):
                one.setAccessibleDescription(told)

    def expire(self) -> None:
        """Forget the secret."""
        self._timer.stop()
        self._secret = ""
        self._edit.clear()
        self._edit.hide()
        self.copy.hide()
        self._countdown.hide()
        self._title.setText(self._renew)
        announce(self, self._renew)
        self.expired.emit()

    def _copy(self) -> None:
        copy_text(self._secret)
        self.copy.set_title(_("Copied"))
        announce(self.copy, _("Copied"), again=True)
        QTimer.singleShot(_COPIED_MS, self.copy, self._offer_copy)

    def _offer_copy(self) -> None:
        """Call the button by what it does again."""
        with untold():
            self.copy.set_title(_("Copy"))
            self.copy.setAccessibleName(self._copy_name)
