"""Completion in an editor of SQL: when the list opens, its keys, and what is inserted."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import shiboken6
from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from benchboard.analytics.completion.suggestions import Completion, Suggestion, catalog_of, complete
from benchboard.analytics.queries import Variables
from benchboard.i18n import _, ngettext, number
from benchboard.ui.studio.known_tables import KnownTables
from benchboard.ui.studio.panes.completion_popup import CompletionPopup, spoken
from benchboard.ui.studio.panes.text_offsets import python_offset, utf16_offset
from benchboard.ui.widgets.accessible import announce

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_LEAST_LETTERS: Final = 2
_ANNOUNCE_DELAY_MS: Final = 250
"""A screen reader is told of the selection once it rests: whoever types hears the letters."""
_LIST_KEYS: Final = (
    Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Return, Qt.Key.Key_Enter,
    Qt.Key.Key_Tab, Qt.Key.Key_Escape,
)  # fmt: skip


class QueryCompleter(QObject):
    """Opens the list after two letters of a name, after a dot or a colon, and on Ctrl+Space. `describe` says more of a
    suggestion, as far as that is known already."""

    closed = Signal()
    """The list was hidden."""

    def __init__(
        self,
        context: "Context",
        edit: QPlainTextEdit,
        variables: Callable[[], Variables],
        source_id: Callable[[], str],
    ) -> None:
        super().__init__(edit)
        self._edit, self._variables, self._source_id = edit, variables, source_id
        self.tables = KnownTables(context, self)
        self.describe: Callable[[Suggestion], str] = lambda _one: ""
        self.complete: Callable[[str, int], Completion | None] = self._complete_query
        """What can follow in the text at a place in it; an editor of less than a query has its own."""
        self.popup: CompletionPopup | None = None
        self._completion: Completion | None = None
        self._typed = ""
        self._is_requested = False
        """Whether Ctrl+Space opened it: then it stays open without letters."""
        self._follow_timer = QTimer(self, interval=0, singleShot=True)
        self._follow_timer.timeout.connect(self._follow)
        self._announce_timer = QTimer(self, interval=_ANNOUNCE_DELAY_MS, singleShot=True)
        self._announce_timer.timeout.connect(self._announce)
        edit.installEventFilter(self)
        edit.viewport().installEventFilter(self)
        edit.cursorPositionChanged.connect(self._cursor_moved)
        edit.verticalScrollBar().valueChanged.connect(self._place)
        edit.destroyed.connect(self._delete_popup)
        self.tables.changed.connect(self._tables_changed)

    @property
    def is_open(self) -> bool:
        """Whether the list is shown."""
        return self.popup is not None and shiboken6.isValid(self.popup) and self.popup.isVisible()

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """What is listed."""
        return self._completion.suggestions if self.is_open and self._completion is not None else ()

    def open(self) -> None:
        """Open the list, whatever is typed."""
        if not self._edit.isReadOnly():
            self._is_requested = True
            self._complete()

    def close(self) -> None:
        """Hide the list."""
        self._is_requested = False
        self._completion = None
        self._announce_timer.stop()
        if self.popup is not None and shiboken6.isValid(self.popup) and self.popup.isVisible():
            self.popup.hide()
            self.closed.emit()

    # Keys

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is not self._edit:
            if kind == QEvent.Type.MouseButtonPress:
                self.close()
            return False
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_own_key(event):
            event.accept()
            return True
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._press(event)
        if kind in (QEvent.Type.FocusOut, QEvent.Type.Hide):
            self.close()
        elif kind in (QEvent.Type.Resize, QEvent.Type.Move):
            self._place()
        return False

    def _is_own_key(self, event: QKeyEvent) -> bool:
        return _is_request(event) or (self.is_open and event.key() in _LIST_KEYS and not event.modifiers())

    def _press(self, event: QKeyEvent) -> bool:
        """Whether the key was one of the list's."""
        if _is_request(event):
            self.open()
            return True
        popup = self.popup
        if popup is not None and self._is_own_key(event):
            return self._press_in_list(popup, Qt.Key(event.key()))
        letters = event.text()
        if letters and letters.isprintable() and not self._edit.isReadOnly():
            self._typed = letters
            self._follow_timer.start()
        elif self.is_open and event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self._follow_timer.start()
        return False

    def _press_in_list(self, popup: CompletionPopup, key: Qt.Key) -> bool:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -popup.page, Qt.Key.Key_PageDown: popup.page}
        one = popup.current
        if key == Qt.Key.Key_Escape:
            self.close()
        elif one is None:
            self.close()
            return False  # nothing but “Loading…” is shown: the key is the editor's
        elif key in steps:
            popup.move_selection(steps[key])
        else:
            self.insert(one)
        return True

    # What is listed

    def _cursor_moved(self) -> None:
        if self.is_open:
            self._follow_timer.start()

    def _follow(self) -> None:
        """After a key: open the list if a name begins to be written, show what fits now, or close it."""
        typed, self._typed = self._typed, ""
        if not self._edit.hasFocus():
            self.close()
        elif self.is_open or (typed and (typed in ".:" or typed.isalnum() or typed == "_")):
            self._complete(typed)

    def _complete(self, typed: str = "", *, keeps: bool = False) -> None:
        text = self._edit.toPlainText()
        cursor = self._edit.textCursor()
        if cursor.hasSelection():
            self.close()
            return
        found = self.complete(text, python_offset(text, cursor.position()))
        if found is None or not self._is_wanted(found, typed):
            self.close()
            return
        is_loading = found.needs_tables and self.tables.sources is None
        if not found.suggestions and not is_loading and not self._is_requested:
            self.close()
            return
        self._completion = found
        popup = self._popup()
        rows = [replace(one, description=self._described(one)) for one in found.suggestions]
        popup.show_rows(rows, self._note(found, is_loading=is_loading), keeps=keeps)
        if not rows:
            self._announce_timer.start()
        self._place()

    def _complete_query(self, text: str, at: int) -> Completion | None:
        self.tables.request()
        return complete(text, at, catalog_of(self.tables.sources or (), self._source_id()), self._variables())

    def _described(self, one: Suggestion) -> str:
        return " ".join(part for part in (one.description, self.describe(one)) if part)

    def _is_wanted(self, found: Completion, typed: str) -> bool:
        """Whether the list is to be shown, or to stay."""
        if self._is_requested:
            same_place = self._completion is None or self._completion.start == found.start
            return same_place or bool(found.typed)
        if found.is_written:
            return False  # Enter begins a new line then
        before = self._edit.toPlainText()[: found.start]
        after_dot = before.endswith(".") and (bool(found.typed) or typed == "." or self.is_open)
        return (
            after_dot
            or found.typed.startswith(":")
            or len(found.typed) >= _LEAST_LETTERS
            or (self.is_open and bool(found.typed))
        )

    def _note(self, found: Completion, *, is_loading: bool) -> str:
        if is_loading and self.tables.error is not None:
            return self.tables.error.what
        if is_loading:
            return _("Loading tables and columns…")
        return "" if found.suggestions else _("No suggestions")

    def _tables_changed(self) -> None:
        if self.is_open:
            self._complete(keeps=True)

    # The list

    def _popup(self) -> CompletionPopup:
        window = self._edit.window()
        if self.popup is None or not shiboken6.isValid(self.popup) or self.popup.parentWidget() is not window:
            self._delete_popup()
            self.popup = CompletionPopup(window)
            self.popup.chosen.connect(self.insert)
            self.popup.selected.connect(self._announce_timer.start)
        return self.popup

    def _delete_popup(self) -> None:
        if self.popup is not None and shiboken6.isValid(self.popup):
            self.popup.deleteLater()
        self.popup = None

    def _place(self) -> None:
        """Move the list to the word."""
        if self._completion is None or self.popup is None or not shiboken6.isValid(self.popup):
            return
        edit = self._edit
        cursor = QTextCursor(edit.document())
        cursor.setPosition(utf16_offset(edit.toPlainText(), self._completion.start))
        box = edit.cursorRect(cursor)
        seen = edit.viewport().rect()
        if not seen.intersects(edit.cursorRect()):
            self.close()  # scrolled away
            return
        self.popup.open_at(QRect(edit.viewport().mapTo(edit.window(), box.topLeft()), box.size()))

    def _announce(self) -> None:
        popup = self.popup
        one = popup.current if popup is not None and self.is_open else None
        if popup is None or not self.is_open:
            return
        if one is None:
            announce(self._edit, popup.note.text(), again=True)
            return
        count, row = len(self.suggestions), popup.list.currentIndex().row()
        if row == 0:
            counted = ngettext("{count} suggestion", "{count} suggestions", count).format(count=number(count))
        else:
            counted = _("{row} of {count}").format(row=number(row + 1), count=number(count))
        announce(self._edit, f"{spoken(one)}. {counted}", again=True)

    # Insertion

    def insert(self, one: Suggestion) -> None:
        """Put a suggestion in the place of the word, as one step that can be undone."""
        found = self._completion
        self.close()
        if found is None:
            return
        text, cursor = self._edit.toPlainText(), self._edit.textCursor()
        cursor.setPosition(utf16_offset(text, found.start))
        cursor.setPosition(utf16_offset(text, found.end), QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(one.text)
        if one.caret >= 0:
            back = len(one.text) - one.caret
            cursor.movePosition(QTextCursor.MoveOperation.PreviousCharacter, n=back)
        self._edit.setTextCursor(cursor)
        self._edit.ensureCursorVisible()
        self._follow_timer.stop()
        if one.kind == "alias":
            self._typed = "."
            self._follow_timer.start()


def _is_request(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_Space and event.modifiers() == Qt.KeyboardModifier.ControlModifier
