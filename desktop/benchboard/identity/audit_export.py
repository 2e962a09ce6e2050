"""The entries of the audit log as a file, CSV or JSON: all that match a filter. That somebody took them is an entry."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy.orm import Session

from benchboard.csv_text import csv_bytes
from benchboard.identity import audit
from benchboard.identity.audit import AuditEntry, list_entries
from benchboard.identity.audit_changes import changes_of
from benchboard.identity.audit_titles import entry_title
from benchboard.identity.permissions import Actor, require
from benchboard.paging import Listing, Unreadable

ExportForm = Literal["csv", "json"]
_PAGE: Final = 1000


def _changes(entry: AuditEntry) -> dict[str, object]:
    return {one.field: {"before": one.before, "after": one.after} for one in changes_of(entry)}


_COLUMNS: Final[dict[str, Callable[[AuditEntry], Any]]] = {
    "number": lambda entry: entry.number,
    "at": lambda entry: entry.at,
    "who": lambda entry: entry.who,
    "acted_by": lambda entry: entry.acted_by,
    "user_id": lambda entry: entry.user_id,
    "event": lambda entry: entry.event,
    "what": entry_title,
    "whom": lambda entry: entry.whom,
    "resource_type": lambda entry: entry.resource_type,
    "resource_id": lambda entry: entry.resource_id,
    "changes": _changes,
    "details": lambda entry: entry.details,
    "ip_address": lambda entry: entry.ip_address,
    "user_agent": lambda entry: entry.user_agent,
    "seal": lambda entry: entry.seal,
    "id": lambda entry: entry.id,
}


def export_entries(
    session: Session,
    actor: Actor,
    listing: Listing,
    form: ExportForm,
    progress: Callable[[int], None] = lambda _count: None,
) -> tuple[bytes, int]:
    """The entries of `list_entries` with the same listing as a file, and how many there are. In CSV, changes and
    details are JSON.

    `progress` is called with how many were read; what it raises ends the export. Record it with `record_export` before
    handing out the file.
    """
    require(actor, "audit:read")
    count = 0

    def rows() -> Iterator[AuditEntry]:
        nonlocal count
        after = None
        while True:
            progress(count)
            page = list_entries(session, actor, listing, after=after, limit=_PAGE)
            count, after = count + len(page.rows), page.next_key
            yield from page.rows
            if after is None:
                return

    if form == "csv":
        return csv_bytes(tuple(_COLUMNS), ([_cell(read(row)) for read in _COLUMNS.values()] for row in rows())), count
    lines = (_json({name: read(row) for name, read in _COLUMNS.items()}) for row in rows())
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode("utf-8", "replace"), count


def record_export(session: Session, actor: Actor, listing: Listing, form: ExportForm, count: int) -> None:
    """Record that the actor took so many entries, and by which filter."""
    require(actor, "audit:read")
    filters = {**listing.filters, **({"search": listing.search} if listing.search else {})}
    audit.record(session, actor, "audit.export", None, format=form, count=count, filters=filters)


def _cell(value: object) -> object:
    if isinstance(value, Unreadable):
        return None
    return _json(value) if isinstance(value, dict) else value


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else None
