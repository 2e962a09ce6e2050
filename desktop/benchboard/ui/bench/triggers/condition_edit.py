"""The field of a trigger's condition: a filter of frames, which completes the names of messages and signals."""

import re
from typing import Final

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import QCompleter, QListView

from benchboard.canbus.dbc import CanDatabase
from benchboard.i18n import _
from benchboard.ui.widgets import Edit
from benchboard.ui.widgets.accessible import announce

_WORDS: Final = ("changed", "error", "received", "remote", "sent")
"""What is said of a frame by a word of its own, whatever the language."""
_BEGUN: Final = re.compile(r"[^\s,;!<>=]+$")
_MOST_SHOWN: Final = 8


class ConditionEdit(Edit):
    """Offers what can follow once a letter of it is typed; Enter takes what is selected, which is the first one unless
    the arrow keys select another, and Esc closes the list."""

    def __init__(self, database: CanDatabase, *, name: str) -> None:
        super().__init__(mono=True, placeholder=_("ID, name or signal>value"), name=name)
        names = {message.name for message in database.messages}
        names |= {signal.name for message in database.messages for signal in message.signals}
        self._completer = QCompleter(QStringListModel([*sorted(names, key=str.casefold), *_WORDS], self), self)
        self._completer.setWidget(self)
        self._completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self._completer.setMaxVisibleItems(_MOST_SHOWN)
        self._completer.setWrapAround(False)  # Down at the last name selected none, and Enter then took none
        self._popup = QListView()
        self._completer.setPopup(self._popup)
        self._popup.setProperty("completions", True)
        self._popup.setObjectName("condition_completions")
        self._popup.setAccessibleName(_("Names that fit"))
        self._completer.activated.connect(self._take)
        self.textEdited.connect(lambda _text: self._offer())

    @property
    def _begun(self) -> str:
        """The word before the cursor, as far as it is typed."""
        found = _BEGUN.search(self.text()[: self.cursorPosition()])
        return found[0] if found else ""

    def _offer(self) -> None:
        """Show what the word before the cursor may become, unless it is whole already."""
        begun, completer = self._begun, self._completer
        completer.setCompletionPrefix(begun)
        whole = completer.completionCount() == 1 and completer.currentCompletion() == begun
        if not begun or begun[0].isdigit() or whole or not completer.completionCount():
            self._popup.hide()
            return
        self._popup.setCurrentIndex(completer.completionModel().index(0, 0))
        completer.complete()
        rows = min(completer.completionCount(), _MOST_SHOWN)
        # Qt leaves out what the style sheet pads the list by.
        self._popup.setFixedHeight(rows * self._popup.sizeHintForRow(0) + 2 * self._popup.frameWidth())

    def _take(self, word: str) -> None:
        at = self.cursorPosition()
        start = at - len(self._begun)
        self.setSelection(start, at - start)
        self.insert(word)  # not as a new text: undo brings back what was typed
        self.textEdited.emit(self.text())
        self._popup.hide()
        announce(self, self.text(), again=True)  # the list that had the keys is gone
