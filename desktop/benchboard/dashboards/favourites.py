"""A person's favourites among the dashboards, and when they opened each one last.

Both are the person's own and change nothing for others, so the audit log has no entries of them.
"""

from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from benchboard.dashboards.access import dashboard_permissions
from benchboard.errors import NotFound
from benchboard.i18n import _
from benchboard.identity import permissions
from benchboard.identity.permissions import Actor
from benchboard.storage import change_tracking
from benchboard.storage.models.base import now
from benchboard.storage.models.dashboards import DashboardFavourite, DashboardOpening


def set_favourite(session: Session, actor: Actor, dashboard_ids: Sequence[str], *, favourite: bool) -> tuple[str, ...]:
    """Add dashboards that the actor sees to their favourites, or remove them; returns the ids of those that changed."""
    permissions.require(actor, "studio:enter")
    change_tracking.unaudited(session, "dashboard_favourites")
    ids = [dashboard_permissions.require(session, actor, one, "view").id for one in sorted(set(dashboard_ids))]
    own = DashboardFavourite.user_id == actor.user_id, DashboardFavourite.dashboard_id.in_(ids)
    there = set(session.scalars(select(DashboardFavourite.dashboard_id).where(*own)))
    changed = tuple(one for one in ids if (one in there) != favourite)
    if not changed:
        return ()
    if not favourite:
        session.execute(delete(DashboardFavourite).where(*own))
        return changed
    for one in changed:
        with suppress(IntegrityError), session.begin_nested():  # the person's other window was faster
            session.add(
                DashboardFavourite(organisation_id=actor.organisation_id, dashboard_id=one, user_id=actor.user_id)
            )
    return changed


def favourite_ids(session: Session, actor: Actor) -> frozenset[str]:
    """The ids of the actor's favourites."""
    permissions.require(actor, "studio:enter")
    own = (
        DashboardFavourite.organisation_id == actor.organisation_id,
        DashboardFavourite.user_id == actor.user_id,
    )
    return frozenset(session.scalars(select(DashboardFavourite.dashboard_id).where(*own)))


def favourite_title(favourite: bool) -> str:
    """What the command for favourites does to dashboards that all are, or aren't all."""
    return _("Remove from favourites") if favourite else _("Add to favourites")


def record_opening(session: Session, actor: Actor, dashboard_id: str) -> bool:
    """Record that the actor opens a dashboard now; False for one that they don't see, and if an admin acts for them."""
    permissions.require(actor, "studio:enter")
    if actor.acted_by is not None:
        return False
    change_tracking.unaudited(session, "dashboard_openings")
    try:
        row = dashboard_permissions.require(session, actor, dashboard_id, "view", trashed=True)
    except NotFound:
        return False
    own = DashboardOpening.dashboard_id == row.id, DashboardOpening.user_id == actor.user_id
    if session.scalar(select(DashboardOpening.dashboard_id).where(*own)) is None:
        with suppress(IntegrityError), session.begin_nested():
            session.add(
                DashboardOpening(
                    organisation_id=actor.organisation_id, dashboard_id=row.id, user_id=actor.user_id, opened_at=now()
                )
            )
            return True
    session.execute(update(DashboardOpening).where(*own).values(opened_at=now()))
    return True
