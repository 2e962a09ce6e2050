"""The fields that an act changed, with their values before and after, as its audit entry has them.

An act of one field records `before` and `after` (or `before` and the new `name`); its event names the field. An act of
several, or one that makes or removes something, records `changes`: by field, the value before and after, None where
there was none or is none any more. Secrets are never recorded.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from benchboard.identity.audit import AuditEntry

CHANGES = "changes"
"""The detail that has the fields of an act."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field and its value before and after, in JSON."""

    field: str
    before: object
    after: object


def changes_of(entry: AuditEntry) -> tuple[FieldChange, ...]:
    """The fields that the entry's act changed, in the order in which it recorded them by name; none of an act that
    changed nothing, and of an entry of an older version that doesn't say."""
    recorded = entry.details.get(CHANGES)
    if isinstance(recorded, Mapping):
        pairs = ((name, pair) for name, pair in recorded.items() if isinstance(pair, list) and len(pair) == 2)
        return tuple(FieldChange(name, *pair) for name, pair in pairs if pair[0] != pair[1])
    if "before" not in entry.details:
        return ()
    field = entry.event.partition(".change-")[2] or "name"
    return (FieldChange(field, entry.details["before"], entry.details.get("after", entry.details.get("name"))),)
