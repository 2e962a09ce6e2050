"""The inspector without a selection: how to start, once the page is loaded, and the shortcuts that do something now."""

from collections.abc import Callable
from typing import Final

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.commands import REGISTRY, Handlers, can_run
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.widgets.labels import KeyCap, Text
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.window_commands import SHORTCUTS

_TAB: Final = "studio.select_next"
"""Tab is read by the page itself, so this command has no handler."""
_HINTS: Final = ("studio.show_add_pane", _TAB, "studio.select_all", "studio.undo", SHORTCUTS)


class EmptyInspector(QWidget):
    """`handlers` are the commands that are offered on the page; a key is named while its command can be run."""

    def __init__(self, editor: Editor, handlers: Callable[[], Handlers], parent: QWidget) -> None:
        super().__init__(parent)
        self._editor, self._handlers = editor, handlers
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        self._title = Text(_("Nothing selected"), "body_strong")
        column.addWidget(self._title)
        self._begin = Paragraph("", tone="secondary")
        column.addWidget(self._begin)
        column.addSpacing(8)
        self._hints = {command_id: _hint(command_id) for command_id in _HINTS}
        for hint in self._hints.values():
            column.addWidget(hint)
        column.addStretch(1)

    def refresh(self) -> None:
        """Show the keys of the commands that can be run now; nothing while the page is loading."""
        handlers, any_widget = self._handlers(), bool(self._editor.page.shown)
        loaded = not self._editor.loading
        self._title.setVisible(loaded)
        self._begin.setVisible(loaded)
        self._begin.setText(
            _("Select a widget to see its position, query and appearance.") if any_widget else _("No widgets yet.")
        )
        for command_id, hint in self._hints.items():
            hint.setVisible(loaded and (any_widget if command_id == _TAB else can_run(handlers, command_id)))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()


def _hint(command_id: str) -> QWidget:
    """A key and what it does."""
    command, holder = REGISTRY[command_id], QWidget()
    holder.setObjectName(f"hint_{command.name}")
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(KeyCap(command.key))
    row.addWidget(Text(command.text, tone="muted"), 1)
    return holder
