"""The audit log: who did what to which object, from where. Entries are written in the transaction of the change."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, or_, select
from sqlalchemy.orm import Session, aliased

from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.identity.event_titles import events_titled
from benchboard.identity.permissions import Actor, Client, key_prefix, require
from benchboard.paging import Listing, Page, Scalar, Unreadable
from benchboard.storage import clock, guard
from benchboard.storage.keyset_paging import Sorting, page
from benchboard.storage.models.identity import AuditLog, AuditSeal, User
from benchboard.storage.search_text import contains, fold


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One row of the trail. `who` is the person's name now, or None where the program itself acted; `acted_by` names
    the admin who did it in their name, `whom` the person it was done to."""

    id: str
    at: datetime
    user_id: str | None
    who: str | None
    whom: str | None
    event: str
    resource_type: str
    resource_id: str | None
    ip_address: str | None
    user_agent: str | None
    details: dict[str, Any]
    acted_by: str | None = None
    number: int | None = None
    """Its place among the organisation's sealed entries; None if it has no seal."""
    seal: str | None = None
    """Its seal, in hex."""


_REPEATED = frozenset({"dashboard.save", "dashboard_layout.save"})
"""The events that a list of entries folds, so that an afternoon of saves doesn't hide what else happened."""


def repeats(entry: AuditEntry) -> Hashable | None:
    """What entries have in common that repeat each other (folded by `fold`): saves of the same thing on one day by one
    person at one computer. None for an entry that is never folded.
    """
    if entry.event not in _REPEATED or isinstance(entry.at, Unreadable):
        return None
    day = entry.at.astimezone().date()
    who = (entry.user_id, entry.acted_by, entry.user_agent, entry.ip_address)
    return entry.event, entry.resource_id, entry.details.get("name"), day, *who


def record(session: Session, actor: Actor, event: str, resource_id: str | None, /, **details: object) -> None:
    """Append what `actor` did. `event` is `<resource type>.<verb>` (`session.revoke`); `details` must not contain
    secrets.

    What an admin does on behalf of another account also records the admin (`acted_by`, the id of an account); what is
    done by an API key, which one (`api_key`, its prefix).
    """
    if actor.acted_by is not None:
        details["acted_by"] = actor.acted_by
    if actor.api_key_id is not None:
        details["api_key"] = key_prefix(actor.api_key_id)
    append(session, actor.client, event, resource_id, actor.organisation_id, actor.user_id, **details)


def append(
    session: Session,
    client: Client,
    event: str,
    resource_id: str | None,
    organisation_id: str,
    user_id: str | None,
    /,
    **details: object,
) -> None:
    """`record` for what happens before there is an actor: a sign-in, a refused one, a first start."""
    resource_type, _dot, verb = event.rpartition(".")
    guard.append_audit(
        session,
        organisation_id=organisation_id,
        user_id=user_id,
        action=verb,
        event_type=event,
        resource_type=resource_type,
        resource_id=resource_id,
        ip_address=client.ip_address,
        user_agent=f"{client.program} on {client.host_name}",
        target_user_id=_target(resource_type, resource_id, details),
        details=details,
        created_at=clock.now(),
    )


def _target(resource_type: str, resource_id: str | None, details: Mapping[str, object]) -> str | None:
    """The id of the person affected: the object itself, or the person whose session or share it is."""
    return _canonical(resource_id if resource_type == "user" else details.get("user_id"))


def _canonical(user_id: object) -> str | None:
    """An account's ID in the database's form; None if it isn't an ID."""
    try:
        return str(UUID(user_id)) if isinstance(user_id, str) else None
    except ValueError:
        return None


_TARGET = aliased(User)
_SORTING = Sorting(
    {"at": AuditLog.created_at, "who": func.coalesce(User.name, ""), "event": AuditLog.event_type},
    AuditLog.id,
    default="at",
    newest={"who": AuditLog.created_at},
)


def list_entries(
    session: Session, actor: Actor, listing: Listing, *, after: str | None = None, limit: int = 50
) -> Page[AuditEntry]:
    """The organisation's trail, newest first unless sorted otherwise.

    Filters: `id` (one entry), `user_id` (who did it), `person` (who did it or to whom it was done), `event`,
    `resource_type`, `resource_id`, `since` and `until` (times in ISO 8601: not before the one, and before the other),
    `result` (`RESULTS`).
    The search looks in event and resource id; or, word by word, in what an entry shows: its title, the names in it, and
    names and addresses of who did it and to whom it was done.
    """
    require(actor, "audit:read")
    query = _entries().where(*entries_matching(actor, listing))
    if not listing.sort:
        listing = Listing(listing.search, listing.filters, "at", descending=True)
    found = page(session, query, _SORTING, listing, after=after, limit=limit, row=_entry)
    admins = {entry.id: admin for entry in found.rows if (admin := _acting_admin(entry))}
    named_admins = select(User.id, User.name).where(
        User.organisation_id == actor.organisation_id, User.id.in_(sorted(set(admins.values())))
    )
    names = dict(session.execute(named_admins).all()) if admins else {}
    return found.map(lambda entry: replace(entry, acted_by=names.get(admins.get(entry.id, ""))))


def entries_about(session: Session, organisation_id: str, user_id: str, *, page_rows: int) -> Iterator[AuditEntry]:
    """What a person did and what was done to them, the oldest first; so many rows are read at once. For an export of
    the person's data, whose reader was checked.
    """
    query = _entries().where(concerns(user_id, organisation_id)).order_by(AuditLog.created_at, AuditLog.id)
    with session.execute(query.execution_options(yield_per=page_rows)) as found:
        for row in found:
            yield _entry(row)


def concerns(user_id: str, organisation_id: str) -> ColumnElement[bool]:
    """The condition that an entry is about a person: they did it, also in somebody's name, or it was done to them."""
    acted = AuditLog.details["acted_by"].as_string() == user_id
    return and_(AuditLog.organisation_id == organisation_id, or_(_concerns(user_id), acted))


def _entries() -> Select[*tuple[Any, ...]]:
    """All entries, with the names of who did it and to whom, and their seals."""
    return (
        select(AuditLog, User.name.label("who"), _TARGET.name.label("whom"), AuditSeal.seq, AuditSeal.hash)
        .outerjoin(AuditSeal, AuditSeal.audit_id == AuditLog.id)
        .outerjoin(User, (User.id == AuditLog.user_id) & (User.organisation_id == AuditLog.organisation_id))
        .outerjoin(
            _TARGET, (_TARGET.id == AuditLog.target_user_id) & (_TARGET.organisation_id == AuditLog.organisation_id)
        )
    )


def entries_matching(actor: Actor, listing: Listing) -> list[ColumnElement[bool]]:
    """The conditions for the entries that match a listing's filters and search."""
    conditions = [AuditLog.organisation_id == actor.organisation_id]
    columns = {
        "id": AuditLog.id,
        "user_id": AuditLog.user_id,
        "event": AuditLog.event_type,
        "resource_type": AuditLog.resource_type,
        "resource_id": AuditLog.resource_id,
    }
    known = (*columns, "person", "since", "until", "result")
    listing.require_filters(known, "audit.filter", _("The audit log can't be filtered by “{column}”."))
    for name, value in listing.filters.items():
        if name == "person":
            conditions.append(_concerns(str(value)))
        elif name == "result":
            conditions.append(_resulted(str(value)))
        elif name == "since":
            conditions.append(AuditLog.created_at >= filter_moment(name, value))
        elif name == "until":
            conditions.append(AuditLog.created_at < filter_moment(name, value))
        else:
            conditions.append(columns[name] == value)
    if text := listing.search.strip():
        conditions.append(_found_by(text, actor.organisation_id))
    return conditions


RESULTS: Final = ("done", "refused")
"""What became of what somebody tried: they did it, or it was refused."""
_REFUSED: Final = "refuse"
"""The verb of the events of what was refused."""


def _resulted(result: str) -> ColumnElement[bool]:
    if result not in RESULTS:
        raise Invalid("audit.filter", _("The result must be done or refused."), field="result")
    return AuditLog.action == _REFUSED if result == "refused" else AuditLog.action != _REFUSED


def filter_moment(name: str, value: Scalar) -> datetime:
    """The time that the filter `name` says. Raises `Invalid` for what is no time with a time zone."""
    try:
        moment = datetime.fromisoformat(str(value))
        if moment.tzinfo is None:
            raise ValueError("no time zone")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid(
            "audit.filter",
            _("“{value}” isn't a time with a time zone.").format(value=str(value)[:40]),
            do=_("Write it like 2026-11-20T08:00:00+01:00."),
            field=name,
        ) from error


_QUOTES: Final = "“”\"'‘’:,"
"""What titles put around names: no part of a word that is searched for."""
_NAMES: Final = ("name", "team", "before", "after")
"""The details that titles contain: the names of objects at that time."""
_ID_DIGITS: Final = 4
"""A dongle without a name is called by so many digits of its ID: fewer would be found in every ID."""


def _found_by(text: str, organisation_id: str) -> ColumnElement[bool]:
    """The condition that an entry's event or object ID contains `text`, or what is shown of it all words of `text`."""
    codes = or_(contains(AuditLog.event_type, text), contains(AuditLog.resource_id, text))
    words = [word for part in text.split() if (word := part.strip(_QUOTES))]
    return or_(codes, and_(*(_shows(word, organisation_id) for word in words))) if words else codes


def _shows(word: str, organisation_id: str) -> ColumnElement[bool]:
    """The condition that an entry shows `word`: in its title, in a name, or in a person's address."""
    named = guard.people_named(organisation_id, word)
    details = [AuditLog.details[key].as_string() for key in _NAMES]
    if len(word) >= _ID_DIGITS:
        details.append(AuditLog.details["device_id"].as_string())
    system = [AuditLog.user_id.is_(None)] if fold(word) in fold(_("System")) else []
    people = named.subquery()
    return or_(
        AuditLog.event_type.in_(events_titled(word)),
        AuditLog.user_id.in_(named),
        AuditLog.target_user_id.in_(named),
        AuditLog.details["acted_by"].as_string().in_(select(cast(people.c.id, Text))),
        *(contains(detail, word) for detail in details),
        *system,
    )


def _acting_admin(entry: AuditEntry) -> str | None:
    admin = _canonical(entry.details.get("acted_by"))
    return admin if admin != entry.user_id else None  # an admin acting for themselves is no second person


_HANDED_OVER: Final = ("dashboard.hand-over", "dongle.hand-over")
"""The events done to two people: who got something is the target, who had it is in the details."""


def _concerns(user_id: str) -> ColumnElement[bool]:
    # With the events, an index finds what was handed over; without them every entry's details are read.
    gave = and_(AuditLog.event_type.in_(_HANDED_OVER), AuditLog.details["from_id"].as_string() == user_id)
    return or_(AuditLog.user_id == user_id, AuditLog.target_user_id == user_id, gave)


def _entry(row: Any) -> AuditEntry:
    log: AuditLog = row[0]
    return AuditEntry(
        id=log.id,
        at=log.created_at,
        user_id=log.user_id,
        who=row.who,
        whom=row.whom,
        event=log.event_type,
        resource_type=log.resource_type,
        resource_id=log.resource_id,
        ip_address=log.ip_address,
        user_agent=log.user_agent,
        details=dict(log.details),
        number=row.seq,
        seal=row.hash.hex() if row.hash is not None else None,
    )
