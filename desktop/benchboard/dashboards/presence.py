"""Who is on a dashboard now, and what they have selected: reported by their windows, forgotten soon after.

It changes nothing for anyone, so it isn't audited, and other programs' screens don't refresh for it
(`change_tracking.UNNOTICED`). Whoever may see a dashboard may see who is on it. Times are those of the database, whose
clock all windows share.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from benchboard.dashboards.access import dashboard_permissions
from benchboard.errors import NotFound
from benchboard.identity import permissions
from benchboard.identity.permissions import Actor
from benchboard.storage.models.base import Now
from benchboard.storage.models.dashboards import DashboardPresence
from benchboard.storage.models.identity import SignInSession, User

EXPIRES_AFTER: Final = timedelta(seconds=30)
"""A window that hasn't reported for so long isn't there."""
MAX_SELECTED: Final = 50
"""Most selected items that are told to others."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """A window that shows a dashboard: whose it is, and the ids of the items that are selected in it."""

    window_id: str
    user_id: str
    name: str
    selected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Viewers:
    """The other windows that show a dashboard, by name. `others`: whether any has reported it, even one that hasn't
    done so for `EXPIRES_AFTER`.
    """

    present: tuple[Viewer, ...] = ()
    others: bool = False


def viewers(
    session: Session, actor: Actor, dashboard_id: str, *, window_id: str | None = None, now: datetime | None = None
) -> Viewers:
    """The windows that show a dashboard, except the actor's own `window_id`.

    Raises `NotFound` if they may not see it.
    """
    permissions.require(actor, "studio:enter")
    dashboard = dashboard_permissions.require(session, actor, dashboard_id, "view", trashed=True)
    moment = now or _now(session)
    query = (
        select(
            DashboardPresence.id, DashboardPresence.user_id, User.name, DashboardPresence.selected,
            DashboardPresence.seen_at,
        )
        .join(User, User.id == DashboardPresence.user_id)
        .join(SignInSession, SignInSession.id == DashboardPresence.session_id)
        .where(
            DashboardPresence.organisation_id == actor.organisation_id,
            DashboardPresence.dashboard_id == dashboard.id,
            SignInSession.expires_at > moment,
        )
        .order_by(User.name, DashboardPresence.id)
    )  # fmt: skip
    rows = [row for row in session.execute(query) if row.id != window_id]
    present = [row for row in rows if moment - row.seen_at <= EXPIRES_AFTER]
    return Viewers(
        tuple(Viewer(row.id, row.user_id, row.name, _ids(row.selected)) for row in present), others=bool(rows)
    )


def report(
    session: Session,
    actor: Actor,
    window_id: str,
    dashboard_id: str,
    selected: Sequence[str] = (),
    *,
    now: datetime | None = None,
) -> bool:
    """Report that a window of the actor's shows a dashboard, with these items selected, and no other dashboard.

    False if nothing is reported: for a dashboard that they don't see, and for an admin who acts for somebody. Removes
    what the organisation's other windows reported too long ago.
    """
    permissions.require(actor, "studio:enter")
    if actor.session_id is None or actor.acted_by is not None:
        return False
    moment = now or _now(session)
    session.execute(
        delete(DashboardPresence).where(
            DashboardPresence.organisation_id == actor.organisation_id,
            DashboardPresence.id != window_id,
            DashboardPresence.seen_at < moment - EXPIRES_AFTER,
        )
    )
    try:
        dashboard = dashboard_permissions.require(session, actor, dashboard_id, "view", trashed=True)
    except NotFound:
        leave(session, actor, window_id)
        return False
    told = {"dashboard_id": dashboard.id, "selected": list(selected[:MAX_SELECTED]), "seen_at": moment}
    own = DashboardPresence.id == window_id, DashboardPresence.user_id == actor.user_id
    if session.scalar(select(DashboardPresence.id).where(*own)) is not None:
        session.execute(update(DashboardPresence).where(*own).values(session_id=actor.session_id, **told))
        return True
    session.add(
        DashboardPresence(
            id=window_id,
            organisation_id=actor.organisation_id,
            session_id=actor.session_id,
            user_id=actor.user_id,
            **told,
        )
    )
    return True


def leave(session: Session, actor: Actor, window_id: str) -> None:
    """Report that a window of the actor's shows no dashboard."""
    permissions.require(actor, "studio:enter")
    session.execute(
        delete(DashboardPresence).where(DashboardPresence.id == window_id, DashboardPresence.user_id == actor.user_id)
    )


def leave_all(session: Session, actor: Actor) -> None:
    """Report that no window of the actor's session shows a dashboard: the program ends, the session doesn't."""
    permissions.require(actor, "studio:enter")
    session.execute(delete(DashboardPresence).where(DashboardPresence.session_id == actor.session_id))


def _now(session: Session) -> datetime:
    moment: datetime | None = session.scalar(select(Now()))
    assert moment is not None
    return moment


def _ids(selected: object) -> tuple[str, ...]:
    return tuple(one for one in selected if isinstance(one, str)) if isinstance(selected, list) else ()
