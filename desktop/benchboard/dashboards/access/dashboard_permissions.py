"""A person's access level for a dashboard: the highest that they have as its owner, by name, through teams, because it
is public, or by their role.

An actor who may `dashboards:manage` has the owner's level for all dashboards of the organisation. A dashboard that the
actor may not see doesn't exist for them (`NotFound`), in any organisation; changing one that they may only see is
`Denied`.
"""

from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, literal, or_, select
from sqlalchemy.orm import Session, defer

from benchboard.dashboards import trash_retention
from benchboard.errors import Conflict, Denied, Invalid, NotFound
from benchboard.i18n import _, ngettext
from benchboard.identity import permissions
from benchboard.identity.permissions import Actor
from benchboard.storage.models.dashboards import Dashboard, DashboardShare, DashboardTeamShare
from benchboard.storage.models.identity import TeamMember, User

Level = Literal["view", "edit", "own"]
"""`view`: read; `edit`: also save, and see the versions; `own`: everything."""
LEVELS: Final[tuple[Level, ...]] = ("view", "edit", "own")


def level_title(level: Level) -> str:
    """A level as text, the same on every screen and in every table."""
    return {"view": _("Can view"), "edit": _("Can edit"), "own": _("Full access")}[level]


def shares_title(*, public: bool, people: int, teams: int) -> str:
    """With whom a dashboard is shared as text, the same on every screen and in every table."""
    parts = [
        *([_("Everyone")] if public else []),
        *([ngettext("{count} person", "{count} people", people).format(count=people)] if people else []),
        *([ngettext("{count} team", "{count} teams", teams).format(count=teams)] if teams else []),
    ]
    if not parts:
        return _("Not shared")
    *first, last = parts
    return _("{parts} and {last}").format(parts=", ".join(first), last=last) if first else last


def shared_with(user: Any, permission: str | None = None) -> ColumnElement[bool]:
    """The condition that a dashboard is shared with `user` (an id or a column) by name."""
    wanted = [DashboardShare.permission == permission] if permission else []
    return exists().where(DashboardShare.dashboard_id == Dashboard.id, DashboardShare.user_id == user, *wanted)


def shared_through_team(user: Any, permission: str | None = None) -> ColumnElement[bool]:
    """The condition that a dashboard is shared with a team that `user` is in."""
    wanted = [DashboardTeamShare.permission == permission] if permission else []
    return exists(
        select(DashboardTeamShare.dashboard_id)
        .join(TeamMember, and_(TeamMember.team_id == DashboardTeamShare.team_id, TeamMember.user_id == user))
        .where(DashboardTeamShare.dashboard_id == Dashboard.id, *wanted)
        .correlate_except(DashboardTeamShare, TeamMember)
    )


def visible(actor: Actor) -> ColumnElement[bool]:
    """The condition that a dashboard is the actor's, shared with them, or public, without regard to their role."""
    me = actor.user_id
    return or_(Dashboard.user_id == me, Dashboard.is_public, shared_with(me), shared_through_team(me))


def level_of(actor: Actor) -> ColumnElement[str]:
    """The SQL expression for the actor's level (`view`, `edit`, `own`) on a row; right only on rows that `visible` lets
    through."""
    if permissions.has_permission(actor, "dashboards:manage"):
        return literal("own")
    me = actor.user_id
    may_edit = or_(shared_with(me, "edit"), shared_through_team(me, "edit"))
    return case((Dashboard.user_id == me, "own"), (may_edit, "edit"), else_="view")


def require(
    session: Session,
    actor: Actor,
    dashboard_id: str,
    needed: Level,
    *,
    lock: bool = False,
    trashed: bool = False,
    layout: bool = False,
) -> Dashboard:
    """The row of a dashboard for which the actor has level `needed`; `lock`: locked until the transaction ends. Its
    layout is read only with `layout`, so that a dashboard that can't be parsed can still be deleted.

    One in the trash exists only for its owner, and is rejected (`dashboards.in-trash`) unless `trashed` is set.
    """
    query = _one(actor, dashboard_id, layout=layout)
    if lock:
        query = query.with_for_update(of=Dashboard).execution_options(populate_existing=True)
    try:
        found = session.execute(query).one_or_none()
    except RecursionError as error:
        what = _("This dashboard is nested too deeply.")
        raise Invalid("layout.too-deep", what, item=None, field="layout") from error
    if found is None or (found[0].deleted_at is not None and found[1] != "own"):
        raise not_found()
    row: Dashboard = found[0]
    if LEVELS.index(found[1]) < LEVELS.index(needed):
        raise _denied(row, needed, session.scalar(select(User.name).where(User.id == row.user_id)) or "")
    if row.deleted_at is not None and not trashed:
        raise Conflict(
            "dashboards.in-trash",
            _("“{name}” is in the trash.").format(name=row.name),
            do=_("Restore it first."),
            dashboard_id=row.id,
        )
    return row


def _one(actor: Actor, dashboard_id: str, *, layout: bool) -> Select[Dashboard, str]:
    query = select(Dashboard, level_of(actor)).where(
        Dashboard.id == _id(dashboard_id),
        Dashboard.organisation_id == actor.organisation_id,
        or_(Dashboard.deleted_at.is_(None), ~trash_retention.expired()),
    )
    if not permissions.has_permission(actor, "dashboards:manage"):
        query = query.where(visible(actor))
    return query if layout else query.options(defer(Dashboard.layout))


def not_found() -> NotFound:
    """The error for a dashboard that doesn't exist or that the actor may not see."""
    return NotFound(
        "dashboards.unknown",
        _("Dashboard not found."),
        why=_("It doesn't exist, or it isn't shared with you."),
        do=_("Check the list of dashboards."),
    )


def _id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError as error:
        raise not_found() from error


def _denied(row: Dashboard, needed: Level, owner: str) -> Denied:
    if needed == "edit":
        what = _("You have view-only access to “{name}”.")
        do = _("Ask {owner} for edit access, or duplicate it and edit the copy.")
    else:
        what = _("You don't own “{name}”.")
        do = _("Ask {owner} to do this, or duplicate it and use the copy.")
    return Denied(
        "dashboards.denied",
        what.format(name=row.name),
        do=do.format(owner=owner),
        needed=needed,
        dashboard_id=row.id,
    )
