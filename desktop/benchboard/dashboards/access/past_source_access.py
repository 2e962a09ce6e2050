"""Who could use a data source at a time in the past, and by which paths: told from the audit log.

Each entry about a source's access has who it was restricted to before and after it (`source_sharing`), as since the
version that records this. A change of an older version doesn't say, so that before it is known.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from benchboard.analytics.sources.source_sharing import ACCESS_DETAIL, ACCESS_EVENTS
from benchboard.dashboards.access import reached_objects
from benchboard.dashboards.access.reached_objects import ObjectAccess, ReachPath, by_strength
from benchboard.errors import Invalid, NotFound
from benchboard.i18n import _
from benchboard.identity.access_history import PastAccess, PastPerson
from benchboard.identity.permissions import Actor, require
from benchboard.storage.models.analytics import DataSource, DataSourceGrant
from benchboard.storage.models.identity import AuditLog, AuditSeal


@dataclass(frozen=True, slots=True)
class PastSource:
    """A data source as it was called then, who could use it, by name, and since when that is known."""

    source_id: str
    name: str
    known_from: datetime
    people: tuple[ObjectAccess, ...]


@dataclass(frozen=True, slots=True)
class _Restriction:
    """The IDs of the people and teams that a source is restricted to."""

    people: frozenset[str]
    teams: frozenset[str]


_MADE: Final = ("source.create", "source.restore")
_TOLD: Final = (*ACCESS_EVENTS, "source.remove")
"""The events that have who had access before them."""
_TEAM_EVENTS: Final = ("team.delete", "team.restore")


def get_past_source_access(session: Session, actor: Actor, past: PastAccess, source: str) -> PastSource:
    """Who could use the data source with this name or ID at the time of `past`; one that was removed since is named by
    its ID. Raises `NotFound`, also for one that wasn't there then, and `Invalid` (`history.early`) before it is known.
    """
    require(actor, "users:read")
    source_id = _find(session, actor, source)
    entries = _entries(session, actor, source_id)
    earlier = [one for one in entries if one.created_at <= past.at]
    name, there = _name_and_presence(session, source_id, past.at, earlier)
    if not there:
        raise NotFound("history.source", _("The data source “{name}” didn't exist then.").format(name=source[:80]))
    known_from = max([past.known_from, *(one.created_at for one in entries if _is_unsaid(one))])
    if past.at < known_from:
        raise Invalid(
            "history.early",
            _("It isn't known who could use this data source then."),
            why=_("Who it was restricted to is recorded since a later change."),
            do=_("Choose {time} or later.").format(time=known_from.astimezone().strftime("%Y-%m-%d %H:%M")),
            field="at",
        )
    restriction = _restriction(session, source_id, past.at, entries)
    return PastSource(source_id, name, known_from, tuple(_accesses(past.people, restriction)))


def _find(session: Session, actor: Actor, source: str) -> str:
    try:
        return reached_objects.get_object(session, actor, "source", source).id
    except NotFound:
        try:
            source_id = str(UUID(source))
        except ValueError:
            source_id = ""
        known = select(AuditLog.id).where(
            AuditLog.organisation_id == actor.organisation_id,
            AuditLog.resource_type == "source",
            AuditLog.resource_id == source_id,
        )
        if session.scalar(known.limit(1)) is None:
            raise
        return source_id


def _entries(session: Session, actor: Actor, source_id: str) -> list[Any]:
    """What was done to the source, and to teams that it was shared with, the oldest first."""
    query = (
        select(AuditLog.event_type, AuditLog.resource_id, AuditLog.details, AuditLog.created_at)
        .outerjoin(AuditSeal, AuditSeal.audit_id == AuditLog.id)
        .where(
            AuditLog.organisation_id == actor.organisation_id,
            or_(
                (AuditLog.resource_type == "source") & (AuditLog.resource_id == source_id),
                AuditLog.event_type.in_(_TEAM_EVENTS),
            ),
        )
        .order_by(func.coalesce(AuditSeal.seq, 0), AuditLog.created_at, AuditLog.id)
    )
    found = session.execute(query).all()
    return [one for one in found if one.event_type not in _TEAM_EVENTS or source_id in _list(one.details, "sources")]


def _name_and_presence(session: Session, source_id: str, at: datetime, earlier: Iterable[Any]) -> tuple[str, bool]:
    name, there = "", False
    for one in earlier:
        if one.event_type.startswith("source."):
            name = str(one.details.get("name") or name)
        if one.event_type in (*_MADE, "source.remove"):
            there = one.event_type in _MADE
    row = session.execute(select(DataSource.name, DataSource.created_at).where(DataSource.id == source_id)).first()
    if row is not None and row.created_at <= at:  # one whose making isn't recorded
        return name or row.name, True
    return name, there


def _is_unsaid(entry: Any) -> bool:
    """Whether an entry changed the access without saying who had it."""
    return entry.event_type in _TOLD and ACCESS_DETAIL not in entry.details


def _restriction(session: Session, source_id: str, at: datetime, entries: Iterable[Any]) -> _Restriction | None:
    """What the source was restricted to; None if to nobody. It is what is there now, with what was done since taken
    back, the newest first."""
    found = _present(session, source_id)
    for one in reversed([one for one in entries if one.created_at > at]):
        if one.event_type in _TOLD:
            found = _read(one.details[ACCESS_DETAIL][0])
        elif one.event_type in _TEAM_EVENTS:
            found = _with_team(found, str(one.resource_id), there=one.event_type == "team.delete")
    return found


def _present(session: Session, source_id: str) -> _Restriction | None:
    grants = session.execute(
        select(DataSourceGrant.user_id, DataSourceGrant.team_id).where(DataSourceGrant.data_source_id == source_id)
    ).all()
    if not grants:
        return None
    return _Restriction(
        frozenset(one.user_id for one in grants if one.user_id), frozenset(one.team_id for one in grants if one.team_id)
    )


def _with_team(found: _Restriction | None, team_id: str, *, there: bool) -> _Restriction | None:
    if found is None:
        return None
    return _Restriction(found.people, found.teams | {team_id} if there else found.teams - {team_id})


def _read(stored: Any) -> _Restriction | None:
    if not isinstance(stored, Mapping):
        return None
    return _Restriction(frozenset(_list(stored, "people")), frozenset(_list(stored, "teams")))


def _list(stored: Mapping[str, Any], key: str) -> list[str]:
    found = stored.get(key)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def _accesses(people: Iterable[PastPerson], restriction: _Restriction | None) -> Iterable[ObjectAccess]:
    for one in people:
        if "sources:read" in one.grants and (paths := _paths(one, restriction)):
            yield ObjectAccess(one.user_id, one.name, one.email, paths[0].level, paths)


def _paths(one: PastPerson, restriction: _Restriction | None) -> tuple[ReachPath, ...]:
    level: reached_objects.ObjectLevel = "change" if "sources:write" in one.grants else "use"
    by_role = one.grants.get("sources:read" if restriction is None else "sources:manage", ())
    found = [ReachPath("role", level, role) for role in by_role]
    if restriction is not None:
        found += [ReachPath("direct", level)] if one.user_id in restriction.people else []
        named = sorted(one.teams.items(), key=lambda team: team[1])
        found += [ReachPath("team", level, name) for team, name in named if team in restriction.teams]
    return by_strength(found)
