"""ProblemText: the sentence that says what is wrong with a form, or with a group of its controls."""

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from benchboard.ui.widgets.accessible import announce, describe
from benchboard.ui.widgets.paragraph import Paragraph


class ProblemText(Paragraph):
    """Hidden while nothing is wrong. A field says what is wrong with it itself (`Field.set_error`)."""

    def __init__(self, type: str = "body") -> None:
        super().__init__("", type, "error")
        self._concerned: QWidget | None = None
        self._described = ""
        """What described the concerned control before."""
        self.hide()

    def say(self, sentence: str, concerned: QWidget | None = None, *, focus: bool = True) -> None:
        """Show the sentence, and have screen readers read it. The control it concerns gets it as its description, with
        which it is read, and the `focus`, unless something else is wrong before it. An empty sentence removes what was
        said.
        """
        before = self._concerned
        if before is not None and shiboken6.isValid(before) and before.accessibleDescription() == self.text():
            describe(before, self._described)  # unless it is gone, or says something else by now
        self._concerned = concerned if sentence else None
        self.setText(sentence)
        self.setVisible(bool(sentence))
        if self._concerned is None:
            announce(self, sentence, again=True)
            return
        self._described = self._concerned.accessibleDescription()
        describe(self._concerned, sentence, told=True, again=True)
        if focus:
            self._concerned.setFocus(Qt.FocusReason.OtherFocusReason)
