"""Restricting a data source to some people and teams, and lifting that: for those who change sources and may use it."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.orm import Session

from benchboard.analytics.sources.catalog import get_row
from benchboard.identity import audit, share_candidates
from benchboard.identity.permissions import Actor, require
from benchboard.identity.share_candidates import Candidate, Kind
from benchboard.storage.models.analytics import DataSource, DataSourceGrant
from benchboard.storage.models.base import now
from benchboard.storage.models.identity import Team, User

ACCESS_EVENTS: Final = ("source.restrict", "source.unrestrict", "source.grant", "source.revoke")
ACCESS_DETAIL: Final = "access"
"""The detail of these events that has the IDs of the people and teams that the source was and is restricted to; None
for one that everyone may use."""


@dataclass(frozen=True, slots=True)
class SourceAccess:
    """Who may use a data source. Unless it is `restricted`, that is everyone who may explore data; `people` and `teams`
    are then empty."""

    restricted: bool
    people: tuple[Candidate, ...] = ()
    teams: tuple[Candidate, ...] = ()


def source_access(session: Session, actor: Actor, source_id: str) -> SourceAccess:
    """Who may use a source, besides admins. Raises `NotFound`, and `Denied` (`sources.restricted`)."""
    require(actor, "sources:read")
    return _access(session, actor, get_row(session, actor, source_id))


def restrict(session: Session, actor: Actor, source_id: str) -> SourceAccess:
    """Let nobody but the actor use a source, until others are granted that. Does nothing if it is restricted."""
    require(actor, "sources:write")
    row = get_row(session, actor, source_id, lock=True)
    if not _is_restricted(session, row):
        keys = {"organisation_id": row.organisation_id, "data_source_id": row.id}
        session.add_all([DataSourceGrant(**keys), DataSourceGrant(**keys, user_id=actor.user_id)])
        _record(session, actor, "source.restrict", row, SourceAccess(restricted=False))
    return _access(session, actor, row)


def lift_restriction(session: Session, actor: Actor, source_id: str) -> SourceAccess:
    """Let everyone who may explore data use a source again; whom it was restricted to is forgotten. Returns who that
    was, to undo it."""
    require(actor, "sources:write")
    row = get_row(session, actor, source_id, lock=True)
    before = _access(session, actor, row)
    if before.restricted:
        session.execute(delete(DataSourceGrant).where(DataSourceGrant.data_source_id == row.id))
        _record(session, actor, "source.unrestrict", row, before)
    return before


def grant(session: Session, actor: Actor, source_id: str, kind: Kind, to: str) -> SourceAccess:
    """Let a person or team (by ID) use a source, which is restricted by this if it wasn't. Raises `NotFound`
    (`sharing.no-such-person`, `…-team`)."""
    require(actor, "sources:write")
    candidate = share_candidates.get_candidate(session, actor, kind, to)
    restrict(session, actor, source_id)
    row = get_row(session, actor, source_id, lock=True)
    if not session.scalars(select(DataSourceGrant.id).where(*_named(row, kind, candidate.id))).first():
        before = _access(session, actor, row)
        who = {"user_id": candidate.id} if kind == "person" else {"team_id": candidate.id}
        session.add(DataSourceGrant(organisation_id=row.organisation_id, data_source_id=row.id, **who))
        _record(session, actor, "source.grant", row, before, candidate)
    return _access(session, actor, row)


def revoke(session: Session, actor: Actor, source_id: str, kind: Kind, to: str) -> SourceAccess:
    """Let a person or team use a restricted source no more. Does nothing if they aren't named. The source stays
    restricted, also without anybody."""
    require(actor, "sources:write")
    row = get_row(session, actor, source_id, lock=True)
    before = _access(session, actor, row)
    to_id = share_candidates.checked_id(to, kind)
    named = next((one for one in (*before.people, *before.teams) if (one.kind, one.id) == (kind, to_id)), None)
    if named is not None:
        session.execute(delete(DataSourceGrant).where(*_named(row, kind, to_id)))
        _record(session, actor, "source.revoke", row, before, named)
    return _access(session, actor, row)


def candidates(session: Session, actor: Actor, source_id: str, text: str, *, limit: int = 20) -> tuple[Candidate, ...]:
    """People and teams whose name or address contains `text` and who aren't named yet."""
    require(actor, "sources:write")
    row = get_row(session, actor, source_id)
    some_people = share_candidates.people(actor).where(
        ~exists().where(DataSourceGrant.data_source_id == row.id, DataSourceGrant.user_id == User.id)
    )
    some_teams = share_candidates.teams(actor).where(
        ~exists().where(DataSourceGrant.data_source_id == row.id, DataSourceGrant.team_id == Team.id)
    )
    return share_candidates.search(session, actor, text, among=(some_people, some_teams), limit=limit)


def find_candidate(session: Session, actor: Actor, who: str) -> Candidate:
    """The person with this address, or the team with this short name, or either with this ID or beginning of one.
    Raises `NotFound` (`sharing.no-such-recipient`)."""
    require(actor, "sources:write")
    return share_candidates.find_named(session, actor, who)


def _is_restricted(session: Session, row: DataSource) -> bool:
    return bool(session.scalar(select(exists().where(DataSourceGrant.data_source_id == row.id))))


def _access(session: Session, actor: Actor, row: DataSource) -> SourceAccess:
    own = DataSourceGrant.data_source_id == row.id
    named_people = (
        select(User.id, User.name, User.email)
        .join(DataSourceGrant, DataSourceGrant.user_id == User.id)
        .where(own, User.deleted_at.is_(None))
        .order_by(User.name, User.id)
    )
    named_teams = (
        share_candidates.teams(actor)
        .join(DataSourceGrant, DataSourceGrant.team_id == Team.id)
        .where(own)
        .order_by(Team.name, Team.id)
    )
    return SourceAccess(
        _is_restricted(session, row),
        tuple(map(share_candidates.person, session.execute(named_people))),
        tuple(map(share_candidates.team, session.execute(named_teams))),
    )


def _named(row: DataSource, kind: Kind, to_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    column = DataSourceGrant.user_id if kind == "person" else DataSourceGrant.team_id
    return DataSourceGrant.data_source_id == row.id, column == to_id


def _note_change(session: Session, row: DataSource) -> None:
    """Change the source's own row too: what shows the source, or what it holds, follows that."""
    row.updated_at = now()
    session.flush()


def _record(
    session: Session, actor: Actor, event: str, row: DataSource, before: SourceAccess, to: Candidate | None = None
) -> None:
    """Record a change of who may use the source, with all who may before and after it."""
    _note_change(session, row)
    whom: dict[str, object] = {}
    if to is not None:
        whom = {"user_id": to.id} if to.kind == "person" else {"team_id": to.id, "team": to.name}
    after = _access(session, actor, row)
    access = [_access_ids(before), _access_ids(after)]
    changes = {"restricted_to": [_names(before), _names(after)]}
    audit.record(session, actor, event, row.id, name=row.name, **whom, **{ACCESS_DETAIL: access}, changes=changes)


def _access_ids(access: SourceAccess) -> dict[str, list[str]] | None:
    """Who may use a source, as `ACCESS_DETAIL` has it."""
    if not access.restricted:
        return None
    return {"people": [one.id for one in access.people], "teams": [one.id for one in access.teams]}


def _names(access: SourceAccess) -> list[str] | None:
    return [one.name for one in (*access.people, *access.teams)] if access.restricted else None
