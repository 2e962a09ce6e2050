"""Handing over what a person owns to somebody else, as when they leave: their dashboards, also those in the trash, and
their dongles.

What is restricted to them, their home page, favourites and API keys are theirs alone and stay.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session, defer

from benchboard.dashboards import trash_retention
from benchboard.errors import Conflict, Invalid
from benchboard.i18n import _
from benchboard.identity import audit, reach, users
from benchboard.identity.permissions import Actor, has_permission, require
from benchboard.identity.users import Person
from benchboard.storage.models.dashboards import Dashboard, DashboardShare
from benchboard.storage.models.dongles import Dongle


@dataclass(frozen=True, slots=True)
class Owned:
    """How many dashboards, with those in the trash, and how many dongles people own."""

    dashboards: int
    dongles: int


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What passed from one person to another, by IDs. `shares`: the dashboards that were shared with the new owner, and
    the permission, which is needless since."""

    of: str
    to: str
    dashboards: tuple[str, ...]
    dongles: tuple[str, ...]
    shares: tuple[tuple[str, str], ...]


def count_owned(session: Session, actor: Actor, user_ids: Collection[str]) -> Owned:
    """What these people own now, together."""
    require(actor, "users:read")
    dashboards = select(func.count()).select_from(Dashboard).where(*_dashboards(actor, Dashboard.user_id.in_(user_ids)))
    dongles = select(func.count()).select_from(Dongle)
    dongles = dongles.where(Dongle.organisation_id == actor.organisation_id, Dongle.owner_user_id.in_(user_ids))
    return Owned(session.scalar(dashboards) or 0, session.scalar(dongles) or 0)


def hand_over(session: Session, actor: Actor, of: str, to: str) -> HandedOver:
    """Make `to` the owner of everything that `of`, who may be deleted, owns.

    Raises `NotFound` for people who aren't there; `Invalid` (`handing-over.nothing`) if there is nothing; `Conflict`
    where `to` is the same person (`handing-over.same`), can't sign in (`.ended`), or couldn't open what they would own
    (`.dashboards`, `.dongles`).
    """
    _require(actor)
    giver, taker = (users.get_person(session, actor, one, or_deleted=True) for one in (of, to))
    if giver.id == taker.id:
        raise Conflict(
            "handing-over.same",
            _("{name} owns these already.").format(name=taker.name),
            do=_("Choose somebody else."),
            field="to",
        )
    dashboards = _locked_dashboards(session, actor, Dashboard.user_id == giver.id)
    dongles = _locked_dongles(session, actor, Dongle.owner_user_id == giver.id)
    if not dashboards and not dongles:
        raise Invalid(
            "handing-over.nothing", _("{name} owns nothing that could be handed over.").format(name=giver.name)
        )
    _require_use(session, actor, taker, dashboards=bool(dashboards), dongles=bool(dongles))
    shares = _end_shares(session, actor, dashboards, taker)
    _give(session, actor, dashboards, dongles, giver, taker)
    ids = tuple(one.id for one in dashboards), tuple(one.id for one in dongles)
    return HandedOver(giver.id, taker.id, *ids, shares)


def take_back(session: Session, actor: Actor, done: HandedOver) -> int:
    """Undo `hand_over`, except for what has another owner since; returns how many objects went back."""
    _require(actor)
    giver, taker = (users.get_person(session, actor, one, or_deleted=True) for one in (done.of, done.to))
    dashboards = _locked_dashboards(session, actor, Dashboard.user_id == taker.id, Dashboard.id.in_(done.dashboards))
    dongles = _locked_dongles(session, actor, Dongle.owner_user_id == taker.id, Dongle.id.in_(done.dongles))
    _give(session, actor, dashboards, dongles, taker, giver)
    names = {one.id: one.name for one in dashboards}
    for dashboard_id, permission in done.shares:
        if dashboard_id in names:
            session.add(
                DashboardShare(
                    organisation_id=actor.organisation_id, dashboard_id=dashboard_id, user_id=taker.id,
                    permission=permission, shared_by=actor.user_id,
                )
            )  # fmt: skip
            session.flush()
            facts = {"name": names[dashboard_id], "user_id": taker.id, "permission": permission}
            audit.record(session, actor, "dashboard.share", dashboard_id, **facts)
    return len(dashboards) + len(dongles)


def _require(actor: Actor) -> None:
    """Both: else somebody who changes people could make everyone's dashboards their own."""
    require(actor, "users:write")
    require(actor, "dashboards:manage")


def _dashboards(actor: Actor, *conditions: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    there = or_(Dashboard.deleted_at.is_(None), ~trash_retention.expired())
    return Dashboard.organisation_id == actor.organisation_id, there, *conditions


def _locked_dashboards(session: Session, actor: Actor, *conditions: ColumnElement[bool]) -> Sequence[Dashboard]:
    query = select(Dashboard).where(*_dashboards(actor, *conditions)).order_by(Dashboard.id).with_for_update()
    return session.scalars(query.options(defer(Dashboard.layout))).all()


def _locked_dongles(session: Session, actor: Actor, *conditions: ColumnElement[bool]) -> Sequence[Dongle]:
    query = select(Dongle).where(Dongle.organisation_id == actor.organisation_id, *conditions)
    return session.scalars(query.order_by(Dongle.id).with_for_update()).all()


def _require_use(session: Session, actor: Actor, taker: Person, *, dashboards: bool, dongles: bool) -> None:
    them, ended = reach.person_actor(session, actor, taker.id)
    if ended is not None:
        raise Conflict(
            "handing-over.ended",
            _("{name} can't sign in.").format(name=taker.name),
            do=_("Choose somebody whose account is active."),
            field="to",
        )
    for needed, act, code, what in (
        (dashboards, "studio:enter", "handing-over.dashboards", _("{name} can't open dashboards.")),
        (dongles, "dongles:read", "handing-over.dongles", _("{name} can't open dongles.")),
    ):
        if needed and not has_permission(them, act):
            role = _("Choose somebody whose role lets them, or change the role first.")
            raise Conflict(code, what.format(name=taker.name), do=role, field="to")


def _end_shares(
    session: Session, actor: Actor, dashboards: Sequence[Dashboard], taker: Person
) -> tuple[tuple[str, str], ...]:
    """Remove what the new owner needs no more: left, it would let them in again when the owner is another."""
    table, names = DashboardShare, {one.id: one.name for one in dashboards}
    theirs = table.user_id == taker.id, table.dashboard_id.in_(names)
    query = select(table.dashboard_id, table.permission).where(*theirs).order_by(table.dashboard_id)
    shares = tuple((row.dashboard_id, row.permission) for row in session.execute(query))
    session.execute(delete(table).where(*theirs))
    for dashboard_id, _permission in shares:
        audit.record(session, actor, "dashboard.unshare", dashboard_id, name=names[dashboard_id], user_id=taker.id)
    return shares


def _give(
    session: Session, actor: Actor, dashboards: Sequence[Dashboard], dongles: Sequence[Dongle], of: Person, to: Person
) -> None:
    facts = {"user_id": to.id, "from_id": of.id, "changes": {"owner": [of.name, to.name]}}
    for dashboard in dashboards:
        dashboard.user_id = to.id
    for dongle in dongles:
        dongle.owner_user_id = to.id
    session.flush()
    for dashboard in dashboards:
        audit.record(session, actor, "dashboard.hand-over", dashboard.id, name=dashboard.name, **facts)
    for dongle in dongles:
        named = {"name": dongle.name} if dongle.name else {}
        audit.record(session, actor, "dongle.hand-over", dongle.id, device_id=dongle.device_id, **named, **facts)
