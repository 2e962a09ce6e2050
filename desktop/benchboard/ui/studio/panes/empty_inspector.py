"""The inspector without a selection: how to start, and the most important shortcuts."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.commands import REGISTRY
from benchboard.ui.widgets.labels import KeyCap, Text

_KEYS = (
    ("Tab", "studio.select_next"),
    ("← ↑ → ↓", "studio.move"),
    ("Shift ← ↑ → ↓", "studio.resize"),
    ("Ctrl D", "studio.duplicate"),
    ("Delete", "studio.remove"),
    ("Ctrl Z", "studio.undo"),
)


def empty_inspector() -> QWidget:
    """The widget that the inspector shows without a selection."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(16, 16, 16, 16)
    column.setSpacing(10)
    column.addWidget(Text(_("Nothing selected"), "body_strong"))
    column.addWidget(Text(_("Select a widget to see its position, query and appearance."), tone="secondary", wrap=True))
    column.addSpacing(8)
    for keys, command_id in _KEYS:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(KeyCap(keys))
        row.addWidget(Text(REGISTRY[command_id].text, tone="muted"), 1)
        column.addLayout(row)
    column.addStretch(1)
    return holder
