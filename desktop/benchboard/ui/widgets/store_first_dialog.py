"""StoreFirstDialog: shows what nobody can show again, and closes once the person says that it is stored."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from benchboard.i18n import _
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.buttons import Button, CheckBox
from benchboard.ui.widgets.dialog import Dialog


class StoreFirstDialog(Dialog):
    """`ask_stored` adds the box to tick and the button that closes; neither Escape nor a × loses what is shown."""

    _grows = True

    def ask_stored(self, statement: str, why_not: str, *, name: str) -> None:
        """Ask for the statement that it is stored; until then `why_not` says why the dialog doesn't close. The box is
        called `name` with `_stored`, the button `name` with `_done`.
        """
        self._why_not = why_not
        self._stored = CheckBox(statement)
        self._stored.setObjectName(f"{name}_stored")
        self._stored.toggled.connect(self._allow)
        self.content.addWidget(self._stored)
        self.close_button.hide()
        self._done = self.add_button(Button(_("Done"), self._finish, kind="primary", name=f"{name}_done"))
        self._allow(False)

    def open(self) -> None:
        """Show it, and say what was made: what has the focus says only that it is to be copied."""
        super().open()
        announce(self, self.heading.text(), again=True)

    def expire(self) -> None:
        """Let the dialog be closed: there is nothing left to store."""
        self._stored.hide()
        self._stored.setChecked(True)

    def _allow(self, stored: bool) -> None:
        self._done.disable("" if stored else self._why_not)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._finish()
            event.accept()
        else:
            super().keyPressEvent(event)

    def _finish(self) -> None:
        if self._stored.isChecked():
            self.dismiss()
        else:
            self._stored.setFocus(Qt.FocusReason.OtherFocusReason)
            announce(self._stored, self._why_not, again=True)
