"""The dashboards, data sources, dongles and shops that a person can reach, each with every path that grants it; and who
can reach one of them.

The rules are the ones that apply when the person does it: each list is asked for with the person as the actor.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select, true, union_all
from sqlalchemy.orm import Session

from benchboard.analytics.sources import source_permissions
from benchboard.dashboards.access import access_list, dashboard_permissions
from benchboard.dashboards.access.dashboard_permissions import LEVELS, level_title
from benchboard.dongles.titles import default_title
from benchboard.errors import NotFound
from benchboard.i18n import _, pgettext
from benchboard.identity import reach, role_grants
from benchboard.identity.permissions import Actor, has_permission, require
from benchboard.paging import Listing, Page
from benchboard.storage import guard, search_text
from benchboard.storage.keyset_paging import Sorting, page
from benchboard.storage.models.analytics import DataSource, DataSourceGrant
from benchboard.storage.models.dashboards import Dashboard, DashboardShare, DashboardTeamShare
from benchboard.storage.models.dongles import Dongle
from benchboard.storage.models.identity import Team, TeamMember, User
from benchboard.storage.models.merchants import MerchantDashboard, MerchantTeamMember
from benchboard.storage.short_ids import find_id

ObjectKind = Literal["dashboard", "source", "dongle", "shop"]
KINDS: Final[tuple[ObjectKind, ...]] = ("dashboard", "source", "dongle", "shop")
PathKind = Literal["owner", "role", "direct", "team", "public"]
ObjectLevel = Literal["view", "edit", "own", "use", "change", "configure"]


@dataclass(frozen=True, slots=True)
class ReachPath:
    """One way by which a person has access: `name` is the role's or the team's, `level` what it grants."""

    kind: PathKind
    level: ObjectLevel
    name: str = ""


@dataclass(frozen=True, slots=True)
class ReachedObject:
    """An object that a person can reach: `level` is the highest that its `paths` grant, which are sorted highest
    first. `id` of a shop is its domain."""

    kind: ObjectKind
    id: str
    name: str
    level: ObjectLevel
    paths: tuple[ReachPath, ...]


@dataclass(frozen=True, slots=True)
class ObjectAccess:
    """A person who can reach an object, as `ReachedObject` says it."""

    user_id: str
    name: str
    email: str
    level: ObjectLevel
    paths: tuple[ReachPath, ...]


def kind_title(kind: ObjectKind) -> str:
    """What the objects of a kind are called, above a list of them."""
    return {
        "dashboard": _("Dashboards"),
        "source": _("Data sources"),
        "dongle": _("Dongles"),
        "shop": _("Shops"),
    }[kind]


def object_level_title(level: ObjectLevel) -> str:
    """What a level lets a person do, the same on every screen and in every table."""
    return {
        "use": pgettext("access", "Can use"),
        "change": pgettext("access", "Can use and change"),
        "configure": pgettext("access", "Can pair and configure"),
    }.get(level) or level_title(_dashboard_level(level))


def path_title(path: ReachPath) -> str:
    """A path in words."""
    return {
        "owner": _("Owner"),
        "role": _("Role {name}").format(name=path.name),
        "direct": _("Shared directly"),
        "team": _("Team {name}").format(name=path.name),
        "public": _("Open to everyone"),
    }[path.kind]


def paths_text(paths: Sequence[ReachPath]) -> str:
    """All paths, the strongest first, each other level than the first's in brackets."""
    said = []
    for path in paths:
        level = f" ({object_level_title(path.level).lower()})" if path.level != paths[0].level else ""
        said.append(path_title(path) + level)
    return ", ".join(dict.fromkeys(said))


def list_reached(
    session: Session, actor: Actor, user_id: str, kind: ObjectKind, listing: Listing | None = None, *,
    after: str | None = None, limit: int = 50,
) -> Page[ReachedObject]:  # fmt: skip
    """The objects of a kind that a person can reach, by name; none if the person can't sign in. The search looks in
    names. Dashboards in the trash are not listed. Raises `NotFound`.
    """
    require(actor, "users:read")
    them, _ended = reach.person_actor(session, actor, user_id)
    query = _QUERIES[kind](them)
    listing = listing or Listing()
    listing.require_filters((), "reach.filter", _("This list can't be filtered by “{column}”."))
    if text := listing.search.strip():
        query = query.where(search_text.contains(_SORTINGS[kind].columns["name"], text))
    found = page(session, query, _SORTINGS[kind], listing, after=after, limit=limit, row=lambda row: row)
    paths = _PATHS[kind](session, them, [row.object_id for row in found.rows])
    return found.map(lambda row: _reached(kind, row, paths[row.object_id]))


def count_reached(session: Session, actor: Actor, user_id: str) -> dict[ObjectKind, int]:
    """How many objects of each kind `list_reached` lists."""
    require(actor, "users:read")
    them, _ended = reach.person_actor(session, actor, user_id)
    counts = {kind: select(func.count()).select_from(_QUERIES[kind](them).subquery()) for kind in KINDS}
    return {kind: session.scalar(count) or 0 for kind, count in counts.items()}


def _reached(kind: ObjectKind, row: Any, paths: list[ReachPath]) -> ReachedObject:
    sorted_paths = by_strength(paths)
    return ReachedObject(kind, row.object_id, _name(kind, row), sorted_paths[0].level, sorted_paths)


def by_strength(paths: Sequence[ReachPath]) -> tuple[ReachPath, ...]:
    """Paths, those that grant most first."""
    return tuple(sorted(paths, key=lambda path: -_RANKS[path.level]))


_RANKS: Final[dict[str, int]] = {"view": 0, "use": 0, "edit": 1, "change": 1, "configure": 1, "own": 2}


def _name(kind: ObjectKind, row: Any) -> str:
    return row.name or (default_title(row.device_id) if kind == "dongle" else row.object_id)


def _dashboard_level(level: ObjectLevel) -> dashboard_permissions.Level:
    return next(one for one in LEVELS if one == level)


# ---- what one person can reach: a query of the objects for the person as the actor


def _dashboards(them: Actor) -> Select[*tuple[Any, ...]]:
    query = select(Dashboard.id.label("object_id"), Dashboard.name).where(
        Dashboard.organisation_id == them.organisation_id, Dashboard.deleted_at.is_(None), _may(them, "studio:enter")
    )
    return query if has_permission(them, "dashboards:manage") else query.where(dashboard_permissions.visible(them))


def _sources(them: Actor) -> Select[*tuple[Any, ...]]:
    return select(DataSource.id.label("object_id"), DataSource.name).where(
        source_permissions.usable_by(them), _may(them, "sources:read")
    )


def _dongles(them: Actor) -> Select[*tuple[Any, ...]]:
    return select(Dongle.id.label("object_id"), Dongle.name, Dongle.device_id).where(
        Dongle.organisation_id == them.organisation_id, _may(them, "dongles:read")
    )


def _shops(them: Actor) -> Select[*tuple[Any, ...]]:
    shop, member = MerchantDashboard, MerchantTeamMember
    query = select(shop.domain.label("object_id"), _SHOP_NAME.label("name")).where(
        shop.organisation_id == them.organisation_id, _may(them, "orders:read")
    )
    if has_permission(them, "orders:read-all-shops"):
        return query
    return query.where(
        exists().where(
            member.organisation_id == shop.organisation_id,
            member.merchant_domain == shop.domain,
            member.user_id == them.user_id,
        )
    )


def _may(them: Actor, act: str) -> ColumnElement[bool]:
    return true() if has_permission(them, act) else ~true()


_SHOP_NAME: Final = func.coalesce(MerchantDashboard.info["name"].as_string(), MerchantDashboard.domain)
_QUERIES: Final[dict[ObjectKind, Callable[[Actor], Select[*tuple[Any, ...]]]]] = {
    "dashboard": _dashboards,
    "source": _sources,
    "dongle": _dongles,
    "shop": _shops,
}
_SORTINGS: Final[dict[ObjectKind, Sorting]] = {
    "dashboard": Sorting({"name": Dashboard.name}, Dashboard.id, default="name"),
    "source": Sorting({"name": DataSource.name}, DataSource.id, default="name"),
    "dongle": Sorting({"name": Dongle.name}, Dongle.id, default="name"),
    "shop": Sorting({"name": MerchantDashboard.domain}, MerchantDashboard.domain, default="name"),
}
Paths = dict[str, list[ReachPath]]


def _dashboard_paths(session: Session, them: Actor, ids: Sequence[str]) -> Paths:
    paths: Paths = {one: [] for one in ids}
    roles = _roles(session, them, "dashboards:manage")
    direct = and_(DashboardShare.dashboard_id == Dashboard.id, DashboardShare.user_id == them.user_id)
    rows = session.execute(
        select(Dashboard.id, Dashboard.user_id, Dashboard.is_public, DashboardShare.permission)
        .outerjoin(DashboardShare, direct)
        .where(Dashboard.id.in_(list(ids)))
    )
    for row in rows:
        found = paths[row.id]
        found += [ReachPath("owner", "own")] if row.user_id == them.user_id else []
        found += [ReachPath("role", "own", role) for role in roles]
        found += [ReachPath("direct", _share_level(row.permission))] if row.permission else []
        found += [ReachPath("public", "view")] if row.is_public else []
    shared = DashboardTeamShare
    by_team = (
        select(shared.dashboard_id, shared.permission, Team.name)
        .join(TeamMember, and_(TeamMember.team_id == shared.team_id, TeamMember.user_id == them.user_id))
        .join(Team, Team.id == shared.team_id)
        .where(shared.dashboard_id.in_(list(ids)))
        .order_by(Team.name, Team.id)
    )
    for dashboard_id, permission, team in session.execute(by_team):
        paths[dashboard_id].append(ReachPath("team", _share_level(permission), team))
    return paths


def _share_level(permission: str) -> ObjectLevel:
    return "edit" if permission == "edit" else "view"


def _source_paths(session: Session, them: Actor, ids: Sequence[str]) -> Paths:
    """The paths of one person to several sources."""
    named = _source_grants(session, DataSourceGrant.data_source_id.in_(list(ids)), User.id == them.user_id)
    restricted = select(DataSourceGrant.data_source_id).where(DataSourceGrant.data_source_id.in_(list(ids)))
    closed = set(session.scalars(restricted))
    roles = role_grants.roles_giving(session, [them.user_id], _SOURCE_ACTS)
    return {
        one: _paths_to_source(roles, them.user_id, named.get((one, them.user_id), []), restricted=one in closed)
        for one in ids
    }


_SOURCE_ACTS: Final = ("sources:read", "sources:write", "sources:manage")


def _paths_to_source(
    roles: dict[tuple[str, str], list[str]], user_id: str, named: Sequence[tuple[PathKind, str]], *, restricted: bool
) -> list[ReachPath]:
    level: ObjectLevel = "change" if roles.get((user_id, "sources:write")) else "use"
    by_role = roles.get((user_id, "sources:manage" if restricted else "sources:read"), [])
    return [
        *(ReachPath("role", level, role) for role in by_role),
        *(ReachPath(kind, level, name) for kind, name in named),
    ]


def _source_grants(
    session: Session, sources: ColumnElement[bool], people: ColumnElement[bool]
) -> dict[tuple[str, str], list[tuple[PathKind, str]]]:
    """Whether people are named for sources themselves or through which teams, by the IDs of source and person."""
    grant = DataSourceGrant
    found: dict[tuple[str, str], list[tuple[PathKind, str]]] = {}
    direct = select(grant.data_source_id, User.id, literal("").label("team")).join(User, User.id == grant.user_id)
    by_team = (
        select(grant.data_source_id, User.id, Team.name.label("team"))
        .join(Team, Team.id == grant.team_id)
        .join(TeamMember, TeamMember.team_id == Team.id)
        .join(User, User.id == TeamMember.user_id)
    )
    both = union_all(direct.where(sources, people), by_team.where(sources, people))
    for source_id, user_id, team in session.execute(both.order_by("team")):
        found.setdefault((source_id, user_id), []).append(("team", team) if team else ("direct", ""))
    return found


def _dongle_paths(session: Session, them: Actor, ids: Sequence[str]) -> Paths:
    paths = _dongle_role_paths(_roles(session, them, "dongles:configure"), _roles(session, them, "dongles:read"))
    return dict.fromkeys(ids, paths)


def _dongle_role_paths(configuring: Sequence[str], reading: Sequence[str]) -> list[ReachPath]:
    return [
        *(ReachPath("role", "configure", role) for role in configuring),
        *(ReachPath("role", "view", role) for role in reading if role not in configuring),
    ]


def _shop_paths(session: Session, them: Actor, ids: Sequence[str]) -> Paths:
    paths: Paths = {
        one: [ReachPath("role", "view", role) for role in _roles(session, them, "orders:read-all-shops")] for one in ids
    }
    member = MerchantTeamMember
    for domain in session.scalars(
        select(member.merchant_domain).where(
            member.organisation_id == them.organisation_id,
            member.user_id == them.user_id,
            member.merchant_domain.in_(list(ids)),
        )
    ):
        paths[domain].append(ReachPath("direct", "view"))
    return paths


def _roles(session: Session, them: Actor, act: str) -> list[str]:
    return role_grants.roles_giving(session, [them.user_id], [act]).get((them.user_id, act), [])


_PATHS: Final[dict[ObjectKind, Callable[[Session, Actor, Sequence[str]], Paths]]] = {
    "dashboard": _dashboard_paths,
    "source": _source_paths,
    "dongle": _dongle_paths,
    "shop": _shop_paths,
}


# ---- who can reach one object


@dataclass(frozen=True, slots=True)
class FoundObject:
    """An object that `find_objects` found."""

    kind: ObjectKind
    id: str
    name: str


def find_objects(session: Session, actor: Actor, text: str, *, limit: int = 5) -> tuple[FoundObject, ...]:
    """The dashboards, data sources and dongles of the organisation whose names contain `text`, at most `limit` of each;
    a dongle also by its ID.
    """
    require(actor, "users:read")
    found: list[FoundObject] = []
    for kind in _TABLES:
        table = _TABLES[kind]
        named = search_text.contains(table.name, text)
        if kind == "dongle":
            named = or_(named, Dongle.device_id.contains(text.lower(), autoescape=True))
        query = _of_organisation(actor, kind).where(named).order_by(table.name, table.id).limit(limit)
        found += [FoundObject(kind, row.object_id, _name(kind, row)) for row in session.execute(query)]
    return tuple(found)


def get_object(session: Session, actor: Actor, kind: ObjectKind, text: str) -> FoundObject:
    """The dashboard, data source or dongle with this name, ID or beginning of an ID; a dongle also by its device ID.
    Raises `NotFound` (`reach.unknown`), also if several have the name.
    """
    require(actor, "users:read")
    table, query = _TABLES[kind], _of_organisation(actor, kind)
    named = table.name == text
    if kind == "dongle":
        named = or_(named, Dongle.device_id == text.lower())
    rows = session.execute(query.where(named).limit(2)).all()
    if not rows:
        try:
            if found := find_id(session, query, table.id, text):
                rows = session.execute(query.where(table.id == found)).all()
        except ValueError:
            rows = []
    if len(rows) != 1:
        what = _("There are several objects named “{name}”.") if rows else _("There's nothing named “{name}”.")
        raise NotFound("reach.unknown", what.format(name=text[:60]), do=_("Use an ID, from the list of these objects."))
    return FoundObject(kind, rows[0].object_id, _name(kind, rows[0]))


_TABLES: Final[dict[ObjectKind, Any]] = {"dashboard": Dashboard, "source": DataSource, "dongle": Dongle}


def _of_organisation(actor: Actor, kind: ObjectKind) -> Select[*tuple[Any, ...]]:
    table = _TABLES[kind]
    columns = [Dongle.device_id] if kind == "dongle" else []
    query = select(table.id.label("object_id"), table.name, *columns).where(
        table.organisation_id == actor.organisation_id
    )
    return query.where(Dashboard.deleted_at.is_(None)) if kind == "dashboard" else query


def list_reached_by_team(
    session: Session,
    actor: Actor,
    team_id: str,
    kind: ObjectKind,
    listing: Listing | None = None,
    *,
    after: str | None = None,
    limit: int = 50,
) -> Page[ReachedObject]:
    """The dashboards or data sources that are shared with a team, by name: what its people reach through it. Nothing
    else is shared with teams. What a member of it can do with a data source depends on their role.
    """
    require(actor, "users:read")
    query: Select[*tuple[Any, ...]]
    if kind == "dashboard":
        shared = DashboardTeamShare
        query = (
            select(Dashboard.id.label("object_id"), Dashboard.name, shared.permission)
            .join(shared, shared.dashboard_id == Dashboard.id)
            .where(shared.team_id == team_id, shared.organisation_id == actor.organisation_id)
            .where(Dashboard.deleted_at.is_(None))
        )
    else:
        grant = DataSourceGrant
        query = (
            select(DataSource.id.label("object_id"), DataSource.name, literal("use").label("permission"))
            .join(grant, grant.data_source_id == DataSource.id)
            .where(grant.team_id == team_id, grant.organisation_id == actor.organisation_id)
            .where(true() if kind == "source" else ~true())
        )
    sorting = _SORTINGS["dashboard" if kind == "dashboard" else "source"]
    found = page(session, query, sorting, listing or Listing(), after=after, limit=limit, row=lambda row: row)
    return found.map(lambda row: ReachedObject(kind, row.object_id, row.name, row.permission, ()))


def list_access_to(
    session: Session, actor: Actor, kind: ObjectKind, object_id: str, listing: Listing | None = None, *,
    after: str | None = None, limit: int = 50,
) -> Page[ObjectAccess]:  # fmt: skip
    """The active people who can reach a dashboard, data source or dongle (by ID), by name, and why. The search covers
    name and address. Raises `NotFound` (`reach.unknown`).
    """
    require(actor, "users:read")
    if session.execute(_of_organisation(actor, kind).where(_TABLES[kind].id == object_id)).first() is None:
        raise NotFound("reach.unknown", _("It's gone."), do=_("Search for it again."))
    listing = listing or Listing()
    if kind == "dashboard":
        return _access_to_dashboard(session, actor, object_id, listing, after, limit)
    if kind == "source":
        return _access_to_source(session, actor, object_id, listing, after, limit)
    people = reach.page_people(session, actor, ["dongles:read"], listing, after=after, limit=limit)
    changing = role_grants.roles_giving(session, [one.user_id for one in people.rows], ["dongles:configure"])

    def access(one: reach.Holder) -> ObjectAccess:
        paths = _dongle_role_paths(changing.get((one.user_id, "dongles:configure"), []), one.roles)
        return ObjectAccess(one.user_id, one.name, one.email, paths[0].level, tuple(paths))

    return people.map(access)


def _access_to_dashboard(
    session: Session, actor: Actor, dashboard_id: str, listing: Listing, after: str | None, limit: int
) -> Page[ObjectAccess]:
    found = access_list.list_access_of(session, actor, dashboard_id, listing, after=after, limit=limit)
    managing = role_grants.roles_giving(session, [one.user_id for one in found.rows], ["dashboards:manage"])

    def access(one: access_list.AccessEntry) -> ObjectAccess:
        paths: list[ReachPath] = []
        for grant in one.grants:
            roles = managing.get((one.user_id, "dashboards:manage"), []) if grant.source == "role" else [""]
            paths += [ReachPath(grant.source, grant.level, grant.team or role) for role in roles]
        return ObjectAccess(one.user_id, one.name, one.email, one.level, tuple(paths))

    return found.map(access)


def _access_to_source(
    session: Session, actor: Actor, source_id: str, listing: Listing, after: str | None, limit: int
) -> Page[ObjectAccess]:
    grant = DataSourceGrant
    on_source = grant.data_source_id == source_id
    teams = select(TeamMember.team_id).where(TeamMember.user_id == User.id).correlate(User)
    named = exists().where(on_source, or_(grant.user_id == User.id, grant.team_id.in_(teams))).correlate(User)
    restricted = bool(session.scalar(select(exists().where(on_source))))
    usable = or_(role_grants.can("sources:manage"), named) if restricted else true()
    query = select(User.id, User.name, User.email).where(
        User.organisation_id == actor.organisation_id,
        role_grants.is_active(),
        role_grants.can("sources:read"),
        usable,
    )
    if text := listing.search.strip():
        query = query.where(User.id.in_(guard.people_named(actor.organisation_id, text)))
    found = page(session, query, _PEOPLE, listing, after=after, limit=limit, row=lambda row: row)

    ids = [row.id for row in found.rows]
    names = _source_grants(session, on_source, User.id.in_(ids))
    roles = role_grants.roles_giving(session, ids, _SOURCE_ACTS)

    def access(row: Any) -> ObjectAccess:
        paths = _paths_to_source(roles, row.id, names.get((source_id, row.id), []), restricted=restricted)
        return ObjectAccess(row.id, row.name, row.email, paths[0].level, tuple(paths))

    return found.map(access)


_PEOPLE: Final = Sorting({"name": User.name, "email": User.email_norm}, User.id, default="name")
