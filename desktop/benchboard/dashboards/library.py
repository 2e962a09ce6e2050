"""The dashboards of an organisation: create, list, read, save, delete and restore.

A dashboard belongs to its creator; `sharing` gives others access and `versions` has its versions. One in the trash is
kept for `TRASH_RETENTION`; only its owner sees it. After that it is deleted permanently the next time that a
user of the organisation creates or deletes a dashboard, or by `purge`.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, delete, func, or_, select, type_coerce
from sqlalchemy.orm import Session, aliased, defer
from sqlalchemy.orm.attributes import flag_modified

from benchboard.dashboards import folder_tree, repository, trash_retention
from benchboard.dashboards.access import dashboard_permissions
from benchboard.dashboards.access.dashboard_permissions import Level
from benchboard.dashboards.document.document import MAX_NAME, Document
from benchboard.dashboards.folder_tree import FolderNode
from benchboard.dashboards.home_layout import is_home_name
from benchboard.dashboards.repository import KnownPage, SavedDashboard, VersionAuthor, VersionReason
from benchboard.errors import Conflict, Invalid, NotFound
from benchboard.i18n import _
from benchboard.identity import audit, permissions
from benchboard.identity.permissions import Actor
from benchboard.paging import Listing, Page, Scalar
from benchboard.storage.keyset_paging import Sorting, page
from benchboard.storage.models.base import Moment, now
from benchboard.storage.models.dashboards import (
    Dashboard,
    DashboardFavourite,
    DashboardFolder,
    DashboardFolderEntry,
    DashboardOpening,
    DashboardShare,
    DashboardTeamShare,
    DashboardVersion,
    Widget,
)
from benchboard.storage.models.identity import User
from benchboard.storage.search_text import contains
from benchboard.storage.short_ids import find_id

WHICH_FILTERS: Final = ("favourites", "recent", "mine", "shared", "public", "trash", "all")
"""The filters of the list of dashboards (`which`): the actor's favourites; opened by the actor within `RECENT`; mine;
not mine and shared with me by name or through a team; public; in the trash; all of the organisation, for actors who may
`dashboards:manage`.
"""
RECENT: Final = timedelta(days=30)


def nothing_in(which: str | None) -> str:
    """That there are no dashboards in one of `WHICH_FILTERS`, or, with None or `all`, none at all."""
    return {
        "favourites": _("You don't have any favourites."),
        "recent": _("You haven't opened any dashboards lately."),
        "mine": _("You don't own any dashboards."),
        "shared": _("No dashboards are shared with you."),
        "public": _("No dashboards are shared with everyone."),
        "trash": _("The trash is empty."),
    }.get(which or "") or _("No dashboards yet.")


HOME_PAGE: Final = "dashboards.home-page"
"""The code of the error that a name given for a dashboard is the home page's."""


@dataclass(frozen=True, slots=True)
class DashboardSummary:
    """A dashboard in a list, without its content.

    `level` is the actor's access level; `shares` counts people and teams, `team_shares` the teams among them; `version`
    increases with every change of the row, `number` is its newest version's (None if another system wrote it),
    `widgets` counts tiles, not containers. `folder` is the name of the folder that it is in. `favourite` and
    `opened_at`, when it was opened last, are the actor's own.
    """

    id: str
    name: str
    description: str
    owner_id: str
    owner: str
    mine: bool
    level: Level
    public: bool
    shares: int
    team_shares: int
    widgets: int
    version: int
    number: int | None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    deleted_by: str | None
    folder_id: str | None
    folder: str | None
    favourite: bool
    opened_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredDashboard:
    """A dashboard as it is stored; `card.version` is the base of a save."""

    card: DashboardSummary
    document: Document


_MOST_AT_ONCE: Final = 500
_MOST_NAMES: Final = 1_000
"""Names that a mistyped one is compared with."""
_SORTING = Sorting(
    {
        "name": Dashboard.name,
        "updated_at": Dashboard.updated_at,
        "created_at": Dashboard.created_at,
        "owner": User.name,
        "deleted_at": Dashboard.deleted_at,
        "opened_at": type_coerce(DashboardOpening.opened_at, Moment()),  # empty for one that wasn't opened
        "folder": type_coerce(DashboardFolder.name, Text()),
    },
    Dashboard.id,
    default="updated_at",
)


def list_dashboards(
    session: Session, actor: Actor, listing: Listing, *, after: str | None = None, limit: int = 50
) -> Page[DashboardSummary]:
    """The dashboards that the actor owns, or sees by a share or because they are public; last changed first unless
    sorted.

    Filters: `which` (`WHICH_FILTERS`), `owner_id`, `folder_id` (with those in its subfolders). The search covers name,
    description and the owner's name. Sorted by `name`, `updated_at`, `created_at`, `owner`, `folder`, `opened_at` or
    `deleted_at`.
    """
    permissions.require(actor, "studio:enter")
    sentence = _("Dashboards can't be filtered by “{column}”.")
    columns = ("which", "owner_id", "folder_id")
    listing.require_filters(columns, "dashboards.filter", sentence, values={"which": WHICH_FILTERS})
    which = listing.filters.get("which")
    query = _summaries(actor).where(_filter_condition(actor, which))
    if owner_id := listing.filters.get("owner_id"):
        query = query.where(Dashboard.user_id == str(owner_id))
    if folder_id := listing.filters.get("folder_id"):
        inside = folder_tree.subtree(folder_nodes(session, actor), str(folder_id))
        query = query.where(DashboardFolderEntry.folder_id.in_(inside))
    if text := listing.search.strip():
        query = query.where(
            or_(contains(Dashboard.name, text), contains(Dashboard.description, text), contains(User.name, text))
        )
    if not listing.sort:
        newest = _NEWEST.get(str(which), "updated_at")
        listing = Listing(listing.search, listing.filters, newest, descending=True)
    return page(session, query, _SORTING, listing, after=after, limit=limit, row=lambda row: _summary(row, actor))


_NEWEST: Final = {"trash": "deleted_at", "recent": "opened_at"}
"""By which time a list is sorted unless by `updated_at`."""


def count_dashboards(session: Session, actor: Actor, which: str | None) -> int:
    """How many dashboards `list_dashboards` has with this filter; None: all that the actor has access to."""
    permissions.require(actor, "studio:enter")
    filters: dict[str, Scalar] = {} if which is None else {"which": which}
    condition = _filter_condition(actor, everything(actor, Listing(filters=filters)).filters.get("which"))
    own = Dashboard.organisation_id == actor.organisation_id
    return session.scalar(select(func.count()).select_from(Dashboard).where(own, condition)) or 0


def count_by_folder(session: Session, actor: Actor) -> dict[str, int]:
    """How many dashboards that the actor has access to are directly in each folder that has any."""
    permissions.require(actor, "studio:enter")
    counted = (
        select(DashboardFolderEntry.folder_id, func.count())
        .join(Dashboard, Dashboard.id == DashboardFolderEntry.dashboard_id)
        .where(Dashboard.organisation_id == actor.organisation_id, _seen(actor))
        .group_by(DashboardFolderEntry.folder_id)
    )
    return dict(session.execute(counted).all())


def folder_nodes(session: Session, actor: Actor) -> list[FolderNode]:
    """The organisation's folders as they are stored."""
    permissions.require(actor, "studio:enter")
    stored = select(DashboardFolder.id, DashboardFolder.name, DashboardFolder.parent_id)
    rows = session.execute(stored.where(DashboardFolder.organisation_id == actor.organisation_id))
    return [FolderNode(*row) for row in rows]


def folders_of(session: Session, actor: Actor, dashboard_ids: Sequence[str]) -> dict[str, str | None]:
    """The id of the folder that each of these dashboards is in, None for one in none; without unknown dashboards."""
    permissions.require(actor, "studio:enter")
    found: dict[str, str | None] = {}
    for start in range(0, len(dashboard_ids), _MOST_AT_ONCE):
        part = dashboard_ids[start : start + _MOST_AT_ONCE]
        entries = (
            select(Dashboard.id, DashboardFolderEntry.folder_id)
            .outerjoin(DashboardFolderEntry, DashboardFolderEntry.dashboard_id == Dashboard.id)
            .where(Dashboard.organisation_id == actor.organisation_id, Dashboard.id.in_(part))
        )
        found |= {row.id: row.folder_id for row in session.execute(entries)}
    return found


def everything(actor: Actor, listing: Listing) -> Listing:
    """The listing, with the filter for everything the actor has access to unless it has another: an admin's role
    includes more than `list_dashboards` does without a filter.
    """
    if "which" in listing.filters or not permissions.has_permission(actor, "dashboards:manage"):
        return listing
    return replace(listing, filters={**listing.filters, "which": "all"})


def get_dashboard(
    session: Session, actor: Actor, dashboard_id: str, created: StoredDashboard | None = None
) -> StoredDashboard:
    """A dashboard with its content; its owner also gets one in the trash. Of one that this program has just `created`
    the content isn't read again, unless another version was stored meanwhile.

    Raises `NotFound`, or `Invalid` naming item and field if it can't be parsed.
    """
    permissions.require(actor, "studio:enter")
    if created is not None:
        row = dashboard_permissions.require(session, actor, dashboard_id, "view", trashed=True)
        if (row.id, row.version) == (created.card.id, created.card.version):
            return StoredDashboard(_one(session, actor, row.id), created.document)
    row = dashboard_permissions.require(session, actor, dashboard_id, "view", trashed=True, layout=True)
    return StoredDashboard(_one(session, actor, row.id), repository.read(session, row))


def author_since(session: Session, actor: Actor, dashboard_id: str, version: int) -> VersionAuthor | None:
    """Who stored a dashboard's document last, if that was after its `version`; None if it isn't known."""
    permissions.require(actor, "studio:enter")
    row = dashboard_permissions.require(session, actor, dashboard_id, "view", trashed=True)
    return repository.author_since(session, row, version)


def visible_ids(session: Session, actor: Actor, dashboard_ids: Collection[str]) -> set[str]:
    """Those of these ids whose dashboards the actor sees; in the trash, only the actor's own."""
    return {row.id for row in _visible_rows(session, actor, dashboard_ids)}


def names(session: Session, actor: Actor, dashboard_ids: Collection[str]) -> dict[str, str]:
    """The names of those of these dashboards that the actor may see, without those in the trash."""
    return {row.id: row.name for row in _visible_rows(session, actor, dashboard_ids) if row.deleted_at is None}


def _visible_rows(session: Session, actor: Actor, dashboard_ids: Collection[str]) -> Iterator[Any]:
    """Id, name and `deleted_at` of those of these dashboards that the actor sees, read in parts."""
    permissions.require(actor, "studio:enter")
    seen = select(Dashboard.id, Dashboard.name, Dashboard.deleted_at).where(
        Dashboard.organisation_id == actor.organisation_id
    )
    if not permissions.has_permission(actor, "dashboards:manage"):
        there = or_(Dashboard.deleted_at.is_(None), Dashboard.user_id == actor.user_id)
        seen = seen.where(there, dashboard_permissions.visible(actor))
    asked = [one for one in dashboard_ids if _is_id(one)]
    for start in range(0, len(asked), _MOST_AT_ONCE):
        yield from session.execute(seen.where(Dashboard.id.in_(asked[start : start + _MOST_AT_ONCE])))


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def find_summary(session: Session, actor: Actor, dashboard_id: str) -> DashboardSummary | None:
    """A dashboard that may be in the trash (`deleted_at`); None if the actor has no access to it."""
    permissions.require(actor, "studio:enter")
    try:
        row = dashboard_permissions.require(session, actor, dashboard_id, "view", trashed=True)
    except NotFound:
        return None
    return _one(session, actor, row.id)


def get_summary_matching(session: Session, actor: Actor, text: str, *, trashed: bool = False) -> DashboardSummary:
    """The dashboard with this name or else this ID or beginning of an ID; `trashed`: search the trash.

    Raises `NotFound`, or `Conflict` if several have that name (`dashboards.ambiguous`) or beginning, or if it is in
    the trash (`dashboards.in-trash`) or not (`dashboards.not-in-trash`) against `trashed`; `Invalid` (`HOME_PAGE`)
    if no dashboard has the home page's name.
    """
    permissions.require(actor, "studio:enter")
    if found := _search(session, actor, text, trashed=trashed):
        return found
    if elsewhere := _search(session, actor, text, trashed=not trashed):
        raise _not_in_trash(elsewhere) if trashed else _in_trash(elsewhere, text)
    if is_home_name(text):
        raise Invalid(
            HOME_PAGE,
            _("“{name}” is your home page.").format(name=text),
            why=_("It's private, has no versions, and can't be renamed, duplicated or deleted."),
            do=_("Choose a dashboard other than Home from “benchboard dashboard list”."),
        )
    listed = (
        _("Choose one listed by “benchboard dashboard list --filter trash”.")
        if trashed
        else _("Choose one listed by “benchboard dashboard list”.")
    )
    raise NotFound(
        "dashboards.unknown",
        (
            _("There's no dashboard named “{name}” in the trash.")
            if trashed
            else _("There's no dashboard named “{name}”, or it isn't shared with you.")
        ).format(name=text[:80]),
        do=" ".join(filter(None, (_near_name_text(session, actor, text, trashed=trashed), listed))),
    )


def _near_name_text(session: Session, actor: Actor, text: str, *, trashed: bool) -> str:
    """A question with the name that `text` may be a mistyped form of, among those the actor sees; empty if none is."""
    shown = _summaries(actor).where(_filter_condition(actor, "trash" if trashed else None))
    found = session.scalars(shown.with_only_columns(Dashboard.name).limit(_MOST_NAMES))
    names = {name.casefold(): name for name in found}
    near = get_close_matches(text[:80].casefold(), names, n=1)
    return _("Did you mean “{name}”?").format(name=names[near[0]]) if near else ""


def _in_trash(card: DashboardSummary, text: str) -> Conflict:
    return Conflict(
        "dashboards.in-trash",
        _("“{name}” is in the trash.").format(name=card.name),
        do=_("To restore it, run “benchboard dashboard restore {dashboard}”.").format(
            dashboard=repository.command_argument(text, card.id)
        ),
        dashboard_id=card.id,
    )


def _not_in_trash(card: DashboardSummary | Dashboard) -> Conflict:
    return Conflict(
        "dashboards.not-in-trash",
        _("“{name}” isn't in the trash.").format(name=card.name),
        do=_("Move it to the trash first."),
        dashboard_id=card.id,
    )


def _search(session: Session, actor: Actor, text: str, *, trashed: bool) -> DashboardSummary | None:
    shared = _filter_condition(actor, "trash" if trashed else None)
    everything = "all" if permissions.has_permission(actor, "dashboards:manage") else None
    within = _filter_condition(actor, "trash" if trashed else everything)
    named = _summaries(actor).where(Dashboard.name == text).limit(2)
    # A dashboard that the actor sees as a member takes precedence over a namesake that only an admin sees.
    found = session.execute(named.where(shared)).all() or session.execute(named.where(within)).all()
    if not found:
        with suppress(ValueError):
            if dashboard_id := find_id(session, _summaries(actor).where(within), Dashboard.id, text):
                return _one(session, actor, dashboard_id)
        return None
    if len(found) > 1:
        raise Conflict(
            "dashboards.ambiguous",
            _("Several dashboards are named “{name}”.").format(name=text),
            do=_("Use the ID shown by “benchboard dashboard list”."),
            field="dashboard",
        )
    return _summary(found[0], actor)


def create(
    session: Session, actor: Actor, document: Document, *, name: str | None = None, imported: bool = False
) -> StoredDashboard:
    """Create a dashboard of the actor's, with `name` or else the document's title. `imported`: from a file."""
    permissions.require(actor, "dashboards:write")
    row, saved = repository.create(session, actor, _name_for(document, name))
    audit.record(session, actor, "dashboard.import" if imported else "dashboard.create", row.id, name=row.name)
    _sweep(session, actor)
    return StoredDashboard(_one(session, actor, row.id), saved.document)


def save(
    session: Session,
    actor: Actor,
    dashboard_id: str,
    document: Document,
    *,
    base_version: int | None,
    note: str | None = None,
    merged: bool = False,
    known: KnownPage | None = None,
) -> SavedDashboard:
    """Store `document`, edited from the dashboard's `base_version` (None: overwrite any version), and save a version.

    Without a note, saves by one person within 15 minutes are one version; a note, a merge (`merged`) or a save by
    someone else begins a new one. A document equal to the stored one is not stored again, except for a note or a merge;
    if the newest version is the author's own automatic one of it, that one gets the note. Who saves one dashboard
    again and again keeps what is `known` of it from save to save.

    Raises `Conflict` (`dashboards.overtaken`) if another version was stored meanwhile, with `version`, `updated_at`,
    `who`, `who_id` and `number` (of the newest version) in the facts; `dashboards.in-trash`; `Invalid`.
    """
    permissions.require(actor, "dashboards:write")
    row = dashboard_permissions.require(session, actor, dashboard_id, "edit", lock=True, layout=True)
    note = repository.normalise_note(note)
    reason = VersionReason(note, automatic=note is None and not merged)
    return repository.write(session, actor, row, document, base_version=base_version, reason=reason, known=known)


def describe(
    session: Session, actor: Actor, dashboard_id: str, *, name: str | None = None, description: str | None = None
) -> SavedDashboard:
    """Change a dashboard's name or description: a save of the document with those changed."""
    permissions.require(actor, "dashboards:write")
    row = dashboard_permissions.require(session, actor, dashboard_id, "edit", lock=True, layout=True)
    document = _name_for(repository.read(session, row), name)
    if description is not None:
        document = replace(document, description=description)
    return repository.write(session, actor, row, document, base_version=None, reason=VersionReason(automatic=True))


def duplicate(session: Session, actor: Actor, dashboard_id: str, *, name: str | None = None) -> StoredDashboard:
    """Create a copy of a dashboard that the actor may see: owned by the actor, shared with no one."""
    permissions.require(actor, "dashboards:write")
    row = dashboard_permissions.require(session, actor, dashboard_id, "view", layout=True)
    document = repository.read(session, row)
    copy_name = name or _("{name} (copy)").format(name=document.title[: MAX_NAME - 20])
    made, saved = repository.create(session, actor, _name_for(document, copy_name))
    audit.record(session, actor, "dashboard.duplicate", made.id, name=made.name, source=row.id)
    return StoredDashboard(_one(session, actor, made.id), saved.document)


def discard(session: Session, actor: Actor, dashboard_ids: Sequence[str]) -> int:
    """Move dashboards to the trash; returns how many were not in it before."""
    rows = _require_ownership(session, actor, dashboard_ids)
    changed = [row for row in rows if row.deleted_at is None]
    for row in changed:
        row.deleted_at, row.deleted_by = now(), actor.user_id
        flag_modified(row, "updated_at")  # stays: nothing in the dashboard changes
        audit.record(session, actor, "dashboard.discard", row.id, name=row.name)
    session.flush()
    _sweep(session, actor)
    return len(changed)


def restore(session: Session, actor: Actor, dashboard_ids: Sequence[str]) -> int:
    """Take dashboards out of the trash, shared as they were; returns how many were in it."""
    rows = _require_ownership(session, actor, dashboard_ids)
    changed = [row for row in rows if row.deleted_at is not None]
    for row in changed:
        row.deleted_at = row.deleted_by = None
        flag_modified(row, "updated_at")  # likewise
        audit.record(session, actor, "dashboard.restore", row.id, name=row.name)
    session.flush()
    return len(changed)


def delete_forever(session: Session, actor: Actor, dashboard_ids: Sequence[str]) -> int:
    """Permanently delete dashboards in the trash, with their versions.

    Raises `Conflict` for one that isn't in the trash.
    """
    rows = _require_ownership(session, actor, dashboard_ids)
    for row in rows:
        if row.deleted_at is None:
            raise _not_in_trash(row)
        audit.record(session, actor, "dashboard.delete", row.id, name=row.name)
    if rows:
        session.execute(delete(Dashboard).where(Dashboard.id.in_([row.id for row in rows])))
    return len(rows)


def purge(session: Session, actor: Actor) -> int:
    """Delete dashboards that have been in the organisation's trash for over `TRASH_RETENTION`; returns how many."""
    permissions.require(actor, "dashboards:manage")
    return _sweep(session, actor)


def _sweep(session: Session, actor: Actor) -> int:
    """Do what `purge` does, without its permission check: the program acts, not the actor."""
    gone = session.execute(
        select(Dashboard.id, Dashboard.name)
        .where(Dashboard.organisation_id == actor.organisation_id, trash_retention.expired())
        .with_for_update(skip_locked=True)
    ).all()
    for row in gone:
        audit.append(session, actor.client, "dashboard.expire", row.id, actor.organisation_id, None, name=row.name)
    if gone:
        session.execute(delete(Dashboard).where(Dashboard.id.in_([row.id for row in gone])))
    return len(gone)


def _require_ownership(session: Session, actor: Actor, dashboard_ids: Sequence[str]) -> list[Dashboard]:
    permissions.require(actor, "dashboards:write")
    # Locked in a fixed order, so that concurrent bulk changes don't deadlock.
    wanted = sorted(set(dashboard_ids))
    return [dashboard_permissions.require(session, actor, one, "own", lock=True, trashed=True) for one in wanted]


def _name_for(document: Document, name: str | None) -> Document:
    return document if name is None else replace(document, title=name.strip())


def _filter_condition(actor: Actor, which: object) -> ColumnElement[bool]:
    """The condition of one of `WHICH_FILTERS`, or of None: everything the actor sees as a member."""
    me, there = actor.user_id, Dashboard.deleted_at.is_(None)
    if which == "trash":
        kept = Dashboard.deleted_at.is_not(None) & ~trash_retention.expired()
        return kept if permissions.has_permission(actor, "dashboards:manage") else kept & (Dashboard.user_id == me)
    if which == "all":
        permissions.require(actor, "dashboards:manage")
        return there
    if which == "mine":
        return there & (Dashboard.user_id == me)
    if which == "shared":
        shared = or_(dashboard_permissions.shared_with(me), dashboard_permissions.shared_through_team(me))
        return there & (Dashboard.user_id != me) & shared
    if which == "public":
        return there & Dashboard.is_public
    if which == "favourites":
        mine = select(DashboardFavourite.dashboard_id).where(DashboardFavourite.user_id == me)
        return _seen(actor) & Dashboard.id.in_(mine)
    if which == "recent":
        lately = DashboardOpening.user_id == me, DashboardOpening.opened_at >= now() - RECENT
        return _seen(actor) & Dashboard.id.in_(select(DashboardOpening.dashboard_id).where(*lately))
    return there & dashboard_permissions.visible(actor)


def _seen(actor: Actor) -> ColumnElement[bool]:
    """The condition that the actor has access to a dashboard, by their role too, and that it isn't in the trash."""
    there = Dashboard.deleted_at.is_(None)
    if permissions.has_permission(actor, "dashboards:manage"):
        return there
    return there & dashboard_permissions.visible(actor)


def _own_favourite(actor: Actor) -> ColumnElement[bool]:
    return (DashboardFavourite.dashboard_id == Dashboard.id) & (DashboardFavourite.user_id == actor.user_id)


def _own_opening(actor: Actor) -> ColumnElement[bool]:
    return (DashboardOpening.dashboard_id == Dashboard.id) & (DashboardOpening.user_id == actor.user_id)


_REMOVER = aliased(User)


def _summaries(actor: Actor) -> Select[*tuple[Any, ...]]:
    people = select(func.count()).where(DashboardShare.dashboard_id == Dashboard.id)
    teams = select(func.count()).where(DashboardTeamShare.dashboard_id == Dashboard.id)
    widgets = select(func.count()).where(
        Widget.organisation_id == Dashboard.organisation_id, Widget.dashboard_id == Dashboard.id
    )
    newest = select(func.max(DashboardVersion.number)).where(DashboardVersion.dashboard_id == Dashboard.id)
    team_shares = teams.correlate(Dashboard).scalar_subquery()
    shares = people.correlate(Dashboard).scalar_subquery() + team_shares
    return (
        select(
            Dashboard,
            User.name.label("owner"),
            dashboard_permissions.level_of(actor).label("level"),
            shares.label("shares"),
            team_shares.label("team_shares"),
            widgets.correlate(Dashboard).scalar_subquery().label("widgets"),
            newest.correlate(Dashboard).scalar_subquery().label("number"),
            _REMOVER.name.label("remover"),
            DashboardFolder.id.label("folder_id"),
            DashboardFolder.name.label("folder"),
            DashboardFavourite.user_id.is_not(None).label("favourite"),
            DashboardOpening.opened_at.label("opened_at"),
        )
        .join(User, (User.id == Dashboard.user_id) & (User.organisation_id == Dashboard.organisation_id))
        .outerjoin(_REMOVER, _REMOVER.id == Dashboard.deleted_by)
        .outerjoin(DashboardFolderEntry, DashboardFolderEntry.dashboard_id == Dashboard.id)
        .outerjoin(DashboardFolder, DashboardFolder.id == DashboardFolderEntry.folder_id)
        .outerjoin(DashboardFavourite, _own_favourite(actor))
        .outerjoin(DashboardOpening, _own_opening(actor))
        .where(Dashboard.organisation_id == actor.organisation_id)
        .options(defer(Dashboard.layout))
    )


def _one(session: Session, actor: Actor, dashboard_id: str) -> DashboardSummary:
    return _summary(session.execute(_summaries(actor).where(Dashboard.id == dashboard_id)).one(), actor)


def _summary(found: Any, actor: Actor) -> DashboardSummary:
    row: Dashboard = found[0]
    return DashboardSummary(
        id=row.id,
        name=row.name,
        description=row.description or "",
        owner_id=row.user_id,
        owner=found.owner,
        mine=row.user_id == actor.user_id,
        level=found.level,
        public=row.is_public,
        shares=found.shares,
        team_shares=found.team_shares,
        widgets=found.widgets,
        version=row.version,
        number=found.number,
        created_at=row.created_at,
        updated_at=row.updated_at,
        deleted_at=row.deleted_at,
        deleted_by=found.remover,
        folder_id=found.folder_id,
        folder=found.folder,
        favourite=bool(found.favourite),
        opened_at=found.opened_at,
    )
