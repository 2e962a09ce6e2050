"""The details of an audit entry as the detail pane shows them: in words, with a copy button for IDs."""

import json
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from benchboard.canbus.timing import controller
from benchboard.dashboards.access.dashboard_permissions import LEVELS, level_title
from benchboard.dongles.channel_modes import channel_mode_title
from benchboard.errors import NotFound
from benchboard.i18n import _, ngettext, number
from benchboard.identity.audit import AuditEntry
from benchboard.identity.audit_titles import details_with_names, reason_title
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Text, copyable

_IDS: Final = frozenset({"acted_by", "claim_id", "device_id", "identity", "team_id", "user_id"})
_CHANGES: Final = ("before", "after")
_LEFT_OUT: Final = "version"
"""The detail that counts the writes of a row: it means nothing to a reader, who is told the version's number."""
_COUNTS: Final = frozenset({"added", "changed", "removed"})
"""Counts of widgets, where they are numbers."""
_PAD: Final = 8
_FIELD: Final = 96
_NOTHING: Final[tuple[object, ...]] = (None, "", 0, [], {})
_ORDER: Final = (
    ("changed", "name", *_CHANGES, "added", "removed", "permission", "role", "reason", "note", "number", "count"),
    ("bitrate", "data_bitrate", "mode", "email", "user_id", "team", "team_id", "acted_by", "host_name", "source"),
)
"""The details in the order in which they are read; all others are technical and follow by their keys."""
_BIT_RATES: Final = frozenset({"bitrate", "data_bitrate"})


def detail_rows(entry: AuditEntry) -> list[tuple[str, QWidget]]:
    """Titles and values of the entry's details: first what was done, then whom it was about and who did it, then where,
    then what only a technician reads. What is empty or zero is left out, and what `changed_name` returns.
    """
    told = [
        (key, title, value)
        for key, title, value in details_with_names(entry)
        if key not in (_LEFT_OUT, *_CHANGES) and (isinstance(value, bool) or value not in _NOTHING)
    ]
    told.sort(key=lambda detail: _place(detail[0]))
    return [(title, _value(entry, key, title, value)) for key, title, value in told]


def changed_name(entry: AuditEntry) -> tuple[str, str] | None:
    """A name before and after the entry; None if it changed none."""
    if "before" not in entry.details:
        return None
    after = entry.details.get("after", entry.details.get("name"))
    return value_text("before", entry.details["before"]), value_text("after", after)


class ChangeTable(QWidget):
    """What changed: the field, and its value before and after, side by side."""

    def __init__(self, field: str, before: str, after: str) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(0)
        grid.setVerticalSpacing(4)
        for at, (title, stretch) in enumerate(((_("Field"), 0), (_("Before"), 1), (_("After"), 1))):
            head = Text(title, "caption", "muted")
            head.setContentsMargins(0 if at == 0 else _PAD, 0, 0, 0)
            grid.addWidget(head, 0, at)
            grid.setColumnStretch(at, stretch)
        grid.setColumnMinimumWidth(0, _FIELD)
        name = Text(field, tone="muted")
        name.setContentsMargins(0, 4, 0, 4)
        grid.addWidget(name, 1, 0, Qt.AlignmentFlag.AlignTop)
        for at, (title, value, ground) in enumerate(
            ((_("Before"), before, "error.soft"), (_("After"), after, "ok.soft")), start=1
        ):
            cell = _ChangedValue(value, ground)
            cell.setAccessibleDescription(title)
            grid.addWidget(cell, 1, at)


class _ChangedValue(Text):
    """A value on the ground of what is gone, or of what is new."""

    def __init__(self, text: str, ground: str) -> None:
        super().__init__(text, wrap=True, selectable=True)
        self._ground = ground
        self.setContentsMargins(_PAD, 4, _PAD, 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme().color(self._ground))
        super().paintEvent(event)


def value_text(key: str, value: object) -> str:
    """A value in words: `none`, the title of a mode or a controller; what is unknown as it is stored."""
    if value is None or value == "":
        return _("none")
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if key in _BIT_RATES and isinstance(value, int):
        return number(value)
    if key in _COUNTS and isinstance(value, int):
        return ngettext("{count} widget", "{count} widgets", value).format(count=number(value))
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False, default=str)
    if key == "controller":
        return _controller_title(value)
    if key == "reason":
        return reason_title(value)
    if key == "permission":
        return next((level_title(level) for level in LEVELS if level == value), value)
    return channel_mode_title(value) if key == "mode" else value


def _place(key: str) -> tuple[int, str]:
    known = [name for group in _ORDER for name in group]
    return (known.index(key), "") if key in known else (len(known), key)


def _value(entry: AuditEntry, key: str, title: str, value: object) -> QWidget:
    is_id = key in _IDS and isinstance(value, str) and value == entry.details.get(key)
    return copyable(str(value), title) if is_id else Text(value_text(key, value), selectable=True, wrap=True)


def _controller_title(name: str) -> str:
    try:
        return _(controller(name).title)
    except NotFound:
        return name
