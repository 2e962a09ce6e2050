"""The icons of columns' types."""

from benchboard.analytics.query_types import ValueKind

KIND_ICONS: dict[ValueKind, str] = {
    "text": "ph.text-t",
    "integer": "ph.hash",
    "decimal": "ph.hash",
    "boolean": "ph.toggle-left",
    "timestamp": "ph.calendar-blank",
    "date": "ph.calendar-blank",
    "null": "ph.question",
}
