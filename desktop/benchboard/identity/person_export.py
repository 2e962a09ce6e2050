"""Everything that is held about a person, as a ZIP of JSON and CSV with an index to read first.

There are no passwords, hashes, secrets or keys in it. The audit log says what the person did and what was done to them;
from where others did it is left out, as that is about them.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benchboard.csv_text import csv_bytes
from benchboard.errors import NotFound
from benchboard.i18n import _, ngettext, number
from benchboard.identity import audit, person_records
from benchboard.identity.audit_changes import changes_of
from benchboard.identity.audit_titles import entry_title
from benchboard.identity.permissions import Actor, require
from benchboard.paging import Unreadable
from benchboard.storage import clock
from benchboard.storage.models.identity import AuditLog, User

README: Final = "README.txt"
_ENTRIES: Final = 500
"""Audit entries that are read at once."""


class Steps(Protocol):
    """Is told how many records of how many were read; what it raises ends the export."""

    def __call__(self, done: int, total: int, /) -> object: ...


@dataclass(frozen=True, slots=True)
class PersonExport:
    """The ZIP, how many records are in it, and whose it is."""

    content: bytes
    records: int
    name: str


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    title: str
    records: int


def export_person(
    session: Session, actor: Actor, user_id: str, steps: Steps = lambda _done, _total: None
) -> PersonExport:
    """Everything held about one of the organisation's people, also a deleted one; anyone may have their own, except by
    an API key. Record it with `record_export` before handing it out. Raises `NotFound`.
    """
    if user_id != actor.user_id or actor.api_key_id is not None:
        require(actor, "users:export")
    user = _get_user(session, actor, user_id)
    total, done, files = _count(session, user), 0, list[_File]()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name: str, title: str, found: Iterator[dict[str, Any]]) -> None:
            nonlocal done
            rows = list[dict[str, Any]]()
            for row in found:
                if not done % person_records.PAGE_ROWS:
                    steps(done, total)
                rows.append(row)
                done += 1
            if rows:
                archive.writestr(f"{name}.json", _json(rows))
                header = tuple(rows[0])
                archive.writestr(
                    f"{name}.csv", csv_bytes(header, ([_cell(row[key]) for key in header] for row in rows))
                )
                files.append(_File(name, title, len(rows)))

        steps(0, total)
        add("account", _("The account"), iter([person_records.account(session, user)]))
        for kind in person_records.KINDS:
            add(kind.name, kind.shown_title, person_records.rows(session, kind, user))
        add("audit_log", _("What they did and what was done to them, from the audit log"), _entries(session, user))
        steps(total, total)
        archive.writestr("index.json", _json([{"file": one.name, "title": one.title, "records": one.records}
                                              for one in files]))  # fmt: skip
        archive.writestr(README, _readme(actor, user, files))
    return PersonExport(packed.getvalue(), done, user.name)


def record_export(session: Session, actor: Actor, user_id: str, records: int) -> None:
    """Record that the actor took what is held about a person, so many records."""
    if user_id != actor.user_id or actor.api_key_id is not None:
        require(actor, "users:export")
    audit.record(session, actor, "user.export-data", user_id, count=records)


def _get_user(session: Session, actor: Actor, user_id: str) -> User:
    user = session.scalars(
        select(User).where(User.id == user_id, User.organisation_id == actor.organisation_id)
    ).first()
    if user is None:
        raise NotFound("people.unknown", _("Person not found."), do=_("Reload the list of people."))
    return user


def _count(session: Session, user: User) -> int:
    counts = [
        select(func.count()).select_from(person_records.table_of(kind)).where(person_records.condition(kind, user))
        for kind in person_records.KINDS
    ]
    log = select(func.count()).select_from(AuditLog).where(audit.concerns(user.id, user.organisation_id))
    return 1 + sum(session.scalar(count) or 0 for count in (*counts, log))


def _entries(session: Session, user: User) -> Iterator[dict[str, Any]]:
    """The entries about the person, the oldest first, as sentences with their details."""
    for entry in audit.entries_about(session, user.organisation_id, user.id, page_rows=_ENTRIES):
        # What an admin did in the person's name was done on the admin's computer.
        own = entry.details.get("acted_by", entry.user_id) == user.id
        yield {
            "at": None if isinstance(entry.at, Unreadable) else entry.at,
            "who": entry.who,
            "what": entry_title(entry),
            "event": entry.event,
            "changes": {one.field: {"before": one.before, "after": one.after} for one in changes_of(entry)},
            "details": entry.details,
            "ip_address": entry.ip_address if own else None,
            "program": entry.user_agent if own else None,
            "number": entry.number,
            "id": entry.id,
        }


def _readme(actor: Actor, user: User, files: list[_File]) -> str:
    lines = [
        _("What {organisation} holds about {name} in Benchboard").format(
            organisation=actor.organisation, name=user.name
        ),
        _("Exported on {date}, in UTC.").format(date=clock.now().strftime("%Y-%m-%d %H:%M")),
        "",
        _("Each of these is there twice, as JSON for programs and as CSV for spreadsheets:"),
        "",
    ]
    for one in files:
        count = ngettext("{count} record", "{count} records", one.records).format(count=number(one.records))
        lines.append(f"{one.name}.json, {one.name}.csv: {one.title} ({count})")
    lines += [
        "",
        _("Passwords, codes, keys and tokens aren't there: Benchboard keeps only what checks them."),
        _("Of what others did, it isn't said from which computer: that is about them."),
        _("What isn't listed here, Benchboard holds nothing of."),
        "",
    ]
    return "\n".join(lines)


def _cell(value: object) -> object:
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else value


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, default=_plain) + "\n").encode("utf-8", "replace")


def _plain(value: object) -> str:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else str(value)
