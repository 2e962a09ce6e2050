"""The bit timing that a dongle has, beside its name, as a stop of Tab that is read with whether it differs."""

from PySide6.QtCore import Qt

from benchboard.i18n import _
from benchboard.ui.widgets import Elided
from benchboard.ui.widgets.accessible import sentence, untold
from benchboard.ui.widgets.readable_rows import Readable


class StoredTiming(Readable, Elided):
    """One line, in fewer words where it has less room; empty without a dongle, and then no stop."""

    def __init__(self) -> None:
        self._whether = ""
        super().__init__("", tone="muted", fits_text=True)

    def set_texts(self, text: str, *shorter: str) -> None:
        """As a line that is cut; it says when it was read, which a screen reader isn't told as time passes."""
        with untold():
            super().set_texts(text, *shorter)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if text else Qt.FocusPolicy.NoFocus)

    def show_whether(self, *, differs: bool | None) -> None:
        """Say to screen readers whether the bit timing that is shown differs from this one; None: there is none."""
        self._whether = "" if differs is None else _("What is shown differs.") if differs else _("It is what is shown.")

    def accessible_text(self) -> str:
        return " ".join(filter(None, (sentence(self.text()) if self.text() else "", self._whether)))

    def copied_text(self) -> str:
        return self.text()
