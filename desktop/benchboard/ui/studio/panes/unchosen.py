"""What the inspector says while nothing is chosen: how to begin, and the keys one needs first."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.i18n import N_, _
from benchboard.ui.widgets.labels import KeyCap, Text

_KEYS = (
    ("Tab", N_("the next widget")),
    ("← ↑ → ↓", N_("move it")),
    ("Shift ← ↑ → ↓", N_("resize it")),
    ("Ctrl D", N_("duplicate it")),
    ("Delete", N_("remove it")),
    ("Ctrl Z", N_("take a step back")),
)


def nothing_chosen() -> QWidget:
    """The page for it."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(16, 16, 16, 16)
    column.setSpacing(10)
    column.addWidget(Text(_("Nothing is chosen"), "body_strong"))
    column.addWidget(Text(_("Choose a widget to see its place, query and look."), tone="secondary", wrap=True))
    column.addSpacing(8)
    for keys, what in _KEYS:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(KeyCap(keys))
        row.addWidget(Text(_(what), tone="muted"), 1)
        column.addLayout(row)
    column.addStretch(1)
    return holder
