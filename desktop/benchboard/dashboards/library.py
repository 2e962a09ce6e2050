"""The dashboards of an organisation: made, listed, read, saved, and taken to the trash and back.

A dashboard belongs to whoever made it; `sharing` lets others in and `versions` has what it was. One in the trash is
kept for 30 days (`rights.KEPT`), for its owner, and is gone for everybody else. It is deleted for good whenever
somebody in the organisation next makes or throws away a dashboard, or by `purge`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, or_, select
from sqlalchemy.orm import Session, aliased, defer

from benchboard.dashboards import rights, stored
from benchboard.dashboards.document import MAX_NAME, Document
from benchboard.dashboards.rights import Level
from benchboard.dashboards.stored import Reason, Saved
from benchboard.errors import Conflict, Invalid, NotFound
from benchboard.i18n import _
from benchboard.identity import access, audit
from benchboard.identity.access import Actor
from benchboard.paging import Listing, Page
from benchboard.storage.folding import holds
from benchboard.storage.keyset import Sorting, page
from benchboard.storage.models.base import now
from benchboard.storage.models.dashboards import Dashboard, DashboardShare, DashboardTeamShare, Widget
from benchboard.storage.models.identity import User

WHICH: Final = ("mine", "shared", "public", "trash", "all")
"""What the list of dashboards can be narrowed to (`which`): mine; not mine and shared with me by name or through a
team; public; in the trash; every one of the organisation, for who may `dashboards:manage`."""


@dataclass(frozen=True, slots=True)
class Card:
    """A dashboard as a list shows it, without what is on it. `level` is what the actor may do with it; `shares` counts
    people and teams; `version` moves with every change of the row, `widgets` counts tiles, not containers."""

    id: str
    name: str
    description: str
    owner_id: str
    owner: str
    mine: bool
    level: Level
    public: bool
    shares: int
    widgets: int
    version: int
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    deleted_by: str | None


@dataclass(frozen=True, slots=True)
class Opened:
    """A dashboard as it is stored; `card.version` is the base of a save."""

    card: Card
    document: Document


_SORTING = Sorting(
    {
        "name": Dashboard.name,
        "updated_at": Dashboard.updated_at,
        "created_at": Dashboard.created_at,
        "owner": User.name,
        "deleted_at": Dashboard.deleted_at,
    },
    Dashboard.id,
    default="updated_at",
)


def list_dashboards(
    session: Session, actor: Actor, listing: Listing, *, after: str | None = None, limit: int = 50
) -> Page[Card]:
    """The dashboards the actor owns, or sees by a share or because they are public; last changed first unless sorted.

    Filters: `which` (WHICH), `owner_id`. The search looks in name, description and the owner's name. Sorted by `name`,
    `updated_at`, `created_at`, `owner` or `deleted_at`.
    """
    access.require(actor, "studio:enter")
    if unknown := listing.filters.keys() - {"which", "owner_id"}:
        raise _no_filter(min(unknown), ("which", "owner_id"))
    which = listing.filters.get("which")
    query = _cards(actor).where(_chosen(actor, which))
    if owner_id := listing.filters.get("owner_id"):
        query = query.where(Dashboard.user_id == str(owner_id))
    if text := listing.search.strip():
        query = query.where(
            or_(holds(Dashboard.name, text), holds(Dashboard.description, text), holds(User.name, text))
        )
    if not listing.sort:
        newest = "deleted_at" if which == "trash" else "updated_at"
        listing = Listing(listing.search, listing.filters, newest, descending=True)
    return page(session, query, _SORTING, listing, after=after, limit=limit, row=lambda row: _card(row, actor))


def get(session: Session, actor: Actor, dashboard_id: str) -> Opened:
    """A dashboard with what is on it; its owner also gets one in the trash. Raises `NotFound`, or `Invalid` naming
    item and field for one that cannot be read."""
    access.require(actor, "studio:enter")
    row = rights.require(session, actor, dashboard_id, "view", trashed=True, layout=True)
    return Opened(_one(session, actor, row.id), stored.read(session, row))


def existing(session: Session, actor: Actor, dashboard_ids: Collection[str]) -> set[str]:
    """Which of these dashboards there are, whether the actor may see them or not; those in the trash too."""
    access.require(actor, "studio:enter")
    there = select(Dashboard.id).where(Dashboard.organisation_id == actor.organisation_id)
    return set(session.scalars(there)) & set(dashboard_ids)


def names(session: Session, actor: Actor, dashboard_ids: Collection[str]) -> dict[str, str]:
    """What those of these dashboards are called that the actor may see; not those in the trash."""
    access.require(actor, "studio:enter")
    seen = select(Dashboard.id, Dashboard.name).where(
        Dashboard.organisation_id == actor.organisation_id,
        Dashboard.deleted_at.is_(None),
        Dashboard.id.in_(list(dashboard_ids)),
    )
    if not access.may(actor, "dashboards:manage"):
        seen = seen.where(rights.visible(actor))
    return {row.id: row.name for row in session.execute(seen)}


def whereabouts(session: Session, actor: Actor, dashboard_id: str) -> Card | None:
    """A dashboard that may have gone to the trash (`deleted_at`); None where it is gone for this actor."""
    access.require(actor, "studio:enter")
    try:
        row = rights.require(session, actor, dashboard_id, "view", trashed=True)
    except NotFound:
        return None
    return _one(session, actor, row.id)


def find(session: Session, actor: Actor, who: str, *, trashed: bool = False) -> Card:
    """The dashboard with this id or, in full, this name, as a command line says it; `trashed`: look in the trash.

    Raises `NotFound`, or `Conflict` (`dashboards.ambiguous`) for a name that several have.
    """
    access.require(actor, "studio:enter")
    try:
        return _one(session, actor, rights.require(session, actor, str(UUID(who)), "view", trashed=trashed).id)
    except ValueError:
        pass
    chosen = _chosen(actor, "trash" if trashed else None)
    found = session.execute(_cards(actor).where(chosen, Dashboard.name == who).limit(2)).all()
    if not found:
        raise rights.unknown()
    if len(found) > 1:
        raise Conflict(
            "dashboards.ambiguous",
            _("Several dashboards are called “{name}”.").format(name=who),
            do=_("Name one by the id that “benchboard dashboard list” shows."),
            field="dashboard",
        )
    return _card(found[0], actor)


def create(session: Session, actor: Actor, document: Document, *, name: str | None = None) -> Opened:
    """A new dashboard of the actor's, called `name` or else as the document is."""
    access.require(actor, "dashboards:write")
    row, saved = stored.create(session, actor, _called(document, name))
    audit.record(session, actor, "dashboard.create", row.id, name=row.name)
    _sweep(session, actor)
    return Opened(_one(session, actor, row.id), saved.document)


def save(
    session: Session,
    actor: Actor,
    dashboard_id: str,
    document: Document,
    *,
    base_version: int | None,
    note: str | None = None,
    merged: bool = False,
) -> Saved:
    """Store `document`, made from the dashboard's `base_version` (None: replace whatever is there), and keep a version.

    Without a note, saves of one person within 15 minutes are one version; a note, a merge (`merged`) and anybody
    else's save begin a new one. A document equal to the stored one is not stored again, but for a note or a merge;
    where the newest version is the author's own automatic one of it, that one takes the note.
    Raises `Conflict` (`dashboards.overtaken`) if the document was stored by another meanwhile, with `version`,
    `updated_at`, `who`, `who_id` and `number` (of the newest version) in the facts; `dashboards.in-trash`; `Invalid`.
    """
    access.require(actor, "dashboards:write")
    row = rights.require(session, actor, dashboard_id, "edit", lock=True, layout=True)
    note = stored.note_of(note)
    reason = Reason(note, automatic=note is None and not merged)
    return stored.write(session, actor, row, document, base_version=base_version, reason=reason)


def describe(
    session: Session, actor: Actor, dashboard_id: str, *, name: str | None = None, description: str | None = None
) -> Saved:
    """Give a dashboard another name or description: a save of the document with those changed."""
    access.require(actor, "dashboards:write")
    row = rights.require(session, actor, dashboard_id, "edit", lock=True, layout=True)
    document = _called(stored.read(session, row), name)
    if description is not None:
        document = replace(document, description=description)
    return stored.write(session, actor, row, document, base_version=None, reason=Reason(automatic=True))


def duplicate(session: Session, actor: Actor, dashboard_id: str, *, name: str | None = None) -> Opened:
    """A copy of a dashboard that the actor may see: theirs, shared with nobody."""
    access.require(actor, "dashboards:write")
    row = rights.require(session, actor, dashboard_id, "view", layout=True)
    document = stored.read(session, row)
    copy_name = name or _("{name} (copy)").format(name=document.title[: MAX_NAME - 20])
    made, saved = stored.create(session, actor, _called(document, copy_name))
    audit.record(session, actor, "dashboard.duplicate", made.id, name=made.name, source=row.id)
    return Opened(_one(session, actor, made.id), saved.document)


def discard(session: Session, actor: Actor, dashboard_ids: Sequence[str]) -> int:
    """Move dashboards to the trash; answers how many were not there yet."""
    rows = _own(session, actor, dashboard_ids)
    changed = [row for row in rows if row.deleted_at is None]
    for row in changed:
        row.deleted_at, row.deleted_by = now(), actor.user_id
        audit.record(session, actor, "dashboard.discard", row.id, name=row.name)
    session.flush()
    _sweep(session, actor)
    return len(changed)


def restore(session: Session, actor: Actor, dashboard_ids: Sequence[str]) -> int:
    """Take dashboards out of the trash, shared as they were; answers how many were in it."""
    rows = _own(session, actor, dashboard_ids)
    changed = [row for row in rows if row.deleted_at is not None]
    for row in changed:
        row.deleted_at = row.deleted_by = None
        audit.record(session, actor, "dashboard.restore", row.id, name=row.name)
    session.flush()
    return len(changed)


def delete_forever(session: Session, actor: Actor, dashboard_ids: Sequence[str]) -> int:
    """Delete dashboards in the trash for good, with their versions. Raises `Conflict` for one that is not there."""
    rows = _own(session, actor, dashboard_ids)
    for row in rows:
        if row.deleted_at is None:
            raise Conflict(
                "dashboards.not-in-trash",
                _("“{name}” is not in the trash.").format(name=row.name),
                do=_("Move it there first."),
                dashboard_id=row.id,
            )
        audit.record(session, actor, "dashboard.delete", row.id, name=row.name)
    session.execute(delete(Dashboard).where(Dashboard.id.in_([row.id for row in rows])))
    return len(rows)


def purge(session: Session, actor: Actor) -> int:
    """Delete what has been in the organisation's trash for over 30 days; answers how many there were."""
    access.require(actor, "dashboards:manage")
    return _sweep(session, actor)


def _sweep(session: Session, actor: Actor) -> int:
    """What `purge` does, for whoever happens to come by: the program acts, not they."""
    gone = session.execute(
        select(Dashboard.id, Dashboard.name)
        .where(Dashboard.organisation_id == actor.organisation_id, rights.expired())
        .with_for_update(skip_locked=True)
    ).all()
    for row in gone:
        audit.append(session, actor.client, "dashboard.expire", row.id, actor.organisation_id, None, name=row.name)
    if gone:
        session.execute(delete(Dashboard).where(Dashboard.id.in_([row.id for row in gone])))
    return len(gone)


def _own(session: Session, actor: Actor, dashboard_ids: Sequence[str]) -> list[Dashboard]:
    access.require(actor, "dashboards:write")
    # Locked in one order, so that two people's bulk acts wait for each other and not in a circle.
    wanted = sorted(set(dashboard_ids))
    return [rights.require(session, actor, one, "own", lock=True, trashed=True) for one in wanted]


def _called(document: Document, name: str | None) -> Document:
    return document if name is None else replace(document, title=name.strip())


def _chosen(actor: Actor, which: object) -> ColumnElement[bool]:
    """The condition of one of WHICH, or of None: everything the actor sees as a member."""
    me, there = actor.user_id, Dashboard.deleted_at.is_(None)
    if which == "trash":
        kept = Dashboard.deleted_at.is_not(None) & ~rights.expired()
        return kept if access.may(actor, "dashboards:manage") else kept & (Dashboard.user_id == me)
    if which == "all":
        access.require(actor, "dashboards:manage")
        return there
    if which == "mine":
        return there & (Dashboard.user_id == me)
    if which == "shared":
        shared = or_(rights.shared_with(me), rights.shared_through_team(me))
        return there & (Dashboard.user_id != me) & shared
    if which == "public":
        return there & Dashboard.is_public
    if which is not None:
        raise Invalid(
            "dashboards.filter",
            _("No such part of the list: “{value}”.").format(value=str(which)[:40]),
            do=_("Choose one of: {values}.").format(values=", ".join(WHICH)),
            field="which",
        )
    return there & rights.visible(actor)


_REMOVER = aliased(User)


def _cards(actor: Actor) -> Select[*tuple[Any, ...]]:
    people = select(func.count()).where(DashboardShare.dashboard_id == Dashboard.id)
    teams = select(func.count()).where(DashboardTeamShare.dashboard_id == Dashboard.id)
    widgets = select(func.count()).where(
        Widget.organisation_id == Dashboard.organisation_id, Widget.dashboard_id == Dashboard.id
    )
    shares = people.correlate(Dashboard).scalar_subquery() + teams.correlate(Dashboard).scalar_subquery()
    return (
        select(
            Dashboard,
            User.name.label("owner"),
            rights.level_of(actor).label("level"),
            shares.label("shares"),
            widgets.correlate(Dashboard).scalar_subquery().label("widgets"),
            _REMOVER.name.label("remover"),
        )
        .join(User, (User.id == Dashboard.user_id) & (User.organisation_id == Dashboard.organisation_id))
        .outerjoin(_REMOVER, _REMOVER.id == Dashboard.deleted_by)
        .where(Dashboard.organisation_id == actor.organisation_id)
        .options(defer(Dashboard.layout))
    )


def _one(session: Session, actor: Actor, dashboard_id: str) -> Card:
    return _card(session.execute(_cards(actor).where(Dashboard.id == dashboard_id)).one(), actor)


def _card(found: Any, actor: Actor) -> Card:
    row: Dashboard = found[0]
    return Card(
        id=row.id,
        name=row.name,
        description=row.description or "",
        owner_id=row.user_id,
        owner=found.owner,
        mine=row.user_id == actor.user_id,
        level=found.level,
        public=row.is_public,
        shares=found.shares,
        widgets=found.widgets,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
        deleted_at=row.deleted_at,
        deleted_by=found.remover,
    )


def _no_filter(name: str, known: Sequence[str]) -> Invalid:
    return Invalid(
        "dashboards.filter",
        _("Dashboards cannot be filtered by “{column}”.").format(column=name[:40]),
        do=_("Choose one of: {values}.").format(values=", ".join(known)),
        field="filter",
    )
