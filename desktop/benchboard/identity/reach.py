"""What one person can do, and by which role; and, the other way round, who can do one thing.

A person's permissions are found by the statement that begins every transaction of theirs (`guard.require_live`), so
that this never says anything else than `permissions.require` does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchboard.errors import ENDED, Denied, Invalid
from benchboard.i18n import _
from benchboard.identity import role_grants, users
from benchboard.identity.permissions import Actor, Client, require
from benchboard.identity.roles import RULES, SCOPES, Scope
from benchboard.paging import Listing, Page
from benchboard.storage import guard
from benchboard.storage.keyset_paging import Sorting, page
from benchboard.storage.models.identity import User


@dataclass(frozen=True, slots=True)
class PermissionReach:
    """One permission of a person: `roles` are the titles of those that give it, none if the person doesn't have it;
    `scope` is what it covers."""

    act: str
    scope: Scope | None
    roles: tuple[str, ...]

    @property
    def allowed(self) -> bool:
        return self.scope is not None


@dataclass(frozen=True, slots=True)
class PersonReach:
    """What a person can do: every permission there is, in the order of `RULES`. `ended` is why the person can't do
    anything, as `guard.require_live` names it; None if they can sign in."""

    user_id: str
    name: str
    ended: str | None
    permissions: tuple[PermissionReach, ...]


@dataclass(frozen=True, slots=True)
class Holder:
    """An active person who has a permission, and the titles of the roles that give it."""

    user_id: str
    name: str
    email: str
    roles: tuple[str, ...]


def person_actor(session: Session, actor: Actor, user_id: str) -> tuple[Actor, str | None]:
    """A person as their own transactions would have them, with their present permissions; and why they can't have any
    (as `guard.require_live` names it), None if they can. Raises `NotFound`.
    """
    require(actor, "users:read")
    person = users.get_person(session, actor, user_id, or_deleted=True)
    client = Client("", "")
    them = Actor(person.id, actor.organisation_id, actor.organisation, person.email, person.name, client)
    try:
        guard.require_live(session, them)
    except Denied as error:
        if error.code != ENDED:
            raise
        return them, str(error.facts["reason"])
    return them, None


def get_reach(session: Session, actor: Actor, user_id: str) -> PersonReach:
    """Every permission, and by which roles the person has it. Raises `NotFound`."""
    require(actor, "users:read")
    them, ended = person_actor(session, actor, user_id)
    roles = role_grants.roles_giving(session, [them.user_id], sorted(them.permissions))
    permissions = tuple(
        PermissionReach(act, scope_of(act, them.permissions), tuple(roles.get((them.user_id, act), ())))
        for act in RULES
    )
    return PersonReach(them.user_id, them.name, ended, permissions)


def scope_of(act: str, held: frozenset[str]) -> Scope | None:
    """What permission `act` covers for somebody who has the permissions `held`; None if they don't have it."""
    if act not in held:
        return None
    scope, widened_by = SCOPES.get(act, ("organisation", ""))
    return "organisation" if widened_by in held else scope


_PEOPLE = Sorting({"name": User.name, "email": User.email_norm}, User.id, default="name")


def list_holders(
    session: Session,
    actor: Actor,
    act: str,
    listing: Listing | None = None,
    *,
    after: str | None = None,
    limit: int = 50,
) -> Page[Holder]:
    """The active people with permission `act`, by name, and by which roles. No filters; the search covers name and
    address. Raises `Invalid` (`reach.permission`) for what is no permission.
    """
    require(actor, "users:read")
    if act not in RULES:
        raise Invalid(
            "reach.permission",
            _("“{name}” isn't a permission.").format(name=act[:60]),
            do=_("Choose one of: {values}.").format(values=", ".join(RULES)),
            field="permission",
        )
    return page_people(session, actor, [act], listing or Listing(), after=after, limit=limit)


def page_people(
    session: Session, actor: Actor, acts: Sequence[str], listing: Listing, *, after: str | None, limit: int
) -> Page[Holder]:
    """The active people with all permissions `acts`, by name, with the roles that give the last of them."""
    require(actor, "users:read")
    listing.require_filters((), "reach.filter", _("This list can't be filtered by “{column}”."))
    query = select(User.id, User.name, User.email).where(
        User.organisation_id == actor.organisation_id, role_grants.is_active(), *map(role_grants.can, acts)
    )
    if text := listing.search.strip():
        query = query.where(User.id.in_(guard.people_named(actor.organisation_id, text)))
    found = page(session, query, _PEOPLE, listing, after=after, limit=limit, row=lambda row: row)
    roles = role_grants.roles_giving(session, [row.id for row in found.rows], acts[-1:])
    return found.map(lambda row: Holder(row.id, row.name, row.email, tuple(roles.get((row.id, acts[-1]), ()))))
