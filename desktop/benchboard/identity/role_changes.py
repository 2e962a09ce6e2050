"""The roles of an organisation: listed, created, changed, deleted and given to people; and who gains or loses by it.

System roles are the same in every organisation (`roles.RULES`): nobody changes them, so that Admin always permits
everything. An organisation's own roles are made of abilities (`roles.ABILITIES`), all but the one that is Admin's alone
(`roles.RESERVED`), so that nobody can give themselves more than they have.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, exists, func, not_, or_, select
from sqlalchemy.orm import Session

from benchboard.errors import Conflict, Invalid, NotFound
from benchboard.i18n import _
from benchboard.identity import audit, person_names, role_grants, users
from benchboard.identity.permissions import Actor, require
from benchboard.identity.roles import (
    ABILITIES,
    NEEDS,
    RESERVED,
    ROLE_NAMES,
    ROLES,
    RULES,
    abilities_of,
    ability_title,
    in_order,
    permissions_of,
    role_title,
)
from benchboard.name_characters import unusable_character
from benchboard.storage import guard, search_text
from benchboard.storage.models.identity import Permission, Role, RolePermission, User, UserRole
from benchboard.storage.short_ids import find_id

MAX_ROLES: Final = 50
"""Most roles of its own that an organisation can have: they are read whole, and shown side by side."""
LONGEST_DESCRIPTION: Final = 500
MOST_NAMED: Final = 50
"""Most people that a what-if names; it counts all."""


@dataclass(frozen=True, slots=True)
class RoleSummary:
    """A role. `name` is its title; `people` counts those who have it, without deleted ones."""

    id: str
    slug: str
    name: str
    description: str
    is_system: bool
    permissions: frozenset[str]
    people: int

    @property
    def abilities(self) -> frozenset[str]:
        return abilities_of(self.permissions)


@dataclass(frozen=True, slots=True)
class RoleFields:
    """Fields of a role; None where one isn't meant."""

    name: str | None = None
    description: str | None = None
    abilities: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class PersonDifference:
    """A person who gains or loses `abilities`; `is_active` is False for one who can't sign in now."""

    user_id: str
    name: str
    is_active: bool
    abilities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What a change of a role does to the people who have it, with all other roles that they have: how many gain
    something, lose something, and neither; the first of each by name."""

    gaining: int = 0
    losing: int = 0
    unchanged: int = 0
    gains: tuple[PersonDifference, ...] = ()
    losses: tuple[PersonDifference, ...] = ()


@dataclass(frozen=True, slots=True)
class RoleHolder:
    """Somebody who had a role that was deleted."""

    user_id: str
    granted_by: str | None
    since: datetime


@dataclass(frozen=True, slots=True)
class DeletedRole:
    """All of a role that was deleted, to restore it."""

    role: RoleSummary
    holders: tuple[RoleHolder, ...]


@dataclass(frozen=True, slots=True)
class AssignmentChange:
    """What giving or taking a role did: the role's title, the IDs and names of those that it changed, and the names of
    those it had no need to."""

    role: str
    ids: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]


def list_roles(session: Session, actor: Actor) -> tuple[RoleSummary, ...]:
    """All roles: the system roles first, then the organisation's own by name. Three statements."""
    require(actor, "users:read")
    own = Role.organisation_id == actor.organisation_id
    permissions: dict[str, set[str]] = {}
    for role_id, act in session.execute(
        select(RolePermission.role_id, Permission.name)
        .join(Role, Role.id == RolePermission.role_id)
        .join(Permission, Permission.id == RolePermission.permission_id)
        .where(own)
    ):
        permissions.setdefault(role_id, set()).add(act)
    people = dict(
        session.execute(
            select(UserRole.role_id, func.count())
            .join(User, User.id == UserRole.user_id)
            .where(UserRole.organisation_id == actor.organisation_id, User.deleted_at.is_(None))
            .group_by(UserRole.role_id)
        ).all()
    )
    rows = session.scalars(select(Role).where(own).order_by(func.lower(Role.name), Role.id)).all()
    system = {row.slug: row for row in rows if row.is_system}
    ordered = [system[slug] for slug in ROLES if slug in system] + [row for row in rows if not row.is_system]
    return tuple(
        RoleSummary(
            row.id,
            row.slug,
            role_grants.title_of(row),
            row.description or "",
            row.is_system,
            frozenset(permissions.get(row.id, ())),
            people.get(row.id, 0),
        )
        for row in ordered
    )


def get_role(session: Session, actor: Actor, role: str) -> RoleSummary:
    """The role with this short name, name, ID or beginning of an ID. Raises `NotFound` (`roles.unknown`)."""
    require(actor, "users:read")
    listed = list_roles(session, actor)
    wanted = search_text.fold(role.strip())
    for one in listed:
        if role in (one.id, one.slug) or wanted in (search_text.fold(one.name), one.slug.replace("_", "-")):
            return one
    try:
        found = find_id(session, select(Role).where(Role.organisation_id == actor.organisation_id), Role.id, role)
    except ValueError:
        found = None
    for one in listed:
        if one.id == found:
            return one
    raise NotFound(
        "roles.unknown",
        _("There's no role named “{name}”.").format(name=role[:60]),
        do=_("Choose one listed by “benchboard role list”."),
        field="role",
    )


def clonable(role: RoleSummary) -> frozenset[str]:
    """The abilities that a clone of a role begins with: all that a role of an organisation's own can have."""
    return role.abilities - {RESERVED}


def create_role(
    session: Session, actor: Actor, *, name: str, description: str = "", abilities: Iterable[str] = ()
) -> RoleSummary:
    """Create a role that nobody has yet. Raises `Conflict` (`roles.taken`, `roles.many`) or `Invalid`."""
    require(actor, "users:write")
    wanted = frozenset(abilities)
    name, description = name.strip(), description.strip()
    _require_abilities(wanted)
    _require_description(description)
    slug = _free_slug(session, actor, name, but="")
    count = select(func.count()).where(Role.organisation_id == actor.organisation_id, Role.is_system.is_(False))
    if (session.scalar(count) or 0) >= MAX_ROLES:
        what = _("An organisation can have up to {count} roles of its own.").format(count=MAX_ROLES)
        raise Conflict("roles.many", what, do=_("Delete one that nobody needs."))
    row = Role(organisation_id=actor.organisation_id, name=name, slug=slug, description=description or None)
    session.add(row)
    session.flush()
    guard.set_role_permissions(session, actor.organisation_id, row.id, permissions_of(wanted))
    made = {"name": name, "description": description, "permissions": _listed(wanted)}
    changes = {key: [None, value] for key, value in made.items() if value}
    audit.record(session, actor, "role.create", row.id, name=name, permissions=_listed(wanted), changes=changes)
    return get_role(session, actor, row.id)


def change_role(
    session: Session, actor: Actor, role_id: str, fields: RoleFields, *, seen: RoleFields | None = None
) -> RoleFields:
    """Change the fields of a role that aren't None; returns what those that really changed were before (to undo it).

    `seen` is what the editor showed: what another program changed since raises `Conflict` (`roles.changed-meanwhile`)
    instead of being overwritten. Raises `Conflict` for a system role (`roles.system`) and a name in use
    (`roles.taken`), `Invalid`, and `NotFound`.
    """
    require(actor, "users:write")
    row = _locked(session, actor, role_id)
    before = get_role(session, actor, row.id)
    was = RoleFields(before.name, before.description, before.abilities)
    _require_unchanged(before.name, was, fields, seen)
    name, description, abilities = (
        None if fields.name is None or fields.name.strip() == was.name else fields.name.strip(),
        None
        if fields.description is None or fields.description.strip() == was.description
        else fields.description.strip(),
        None if fields.abilities is None or fields.abilities == was.abilities else fields.abilities,
    )
    if name is not None:
        row.slug = _free_slug(session, actor, name, but=row.id)
        audit.record(session, actor, "role.rename", row.id, name=name, before=row.name)
        row.name = name
    if description is not None:
        _require_description(description)
        audit.record(
            session, actor, "role.change-description", row.id, name=row.name, before=was.description, after=description
        )
        row.description = description or None
    if abilities is not None:
        _require_abilities(abilities)
        guard.set_role_permissions(session, actor.organisation_id, row.id, permissions_of(abilities))
        changes = {"before": _listed(was.abilities or ()), "after": _listed(abilities)}
        audit.record(session, actor, "role.change-permissions", row.id, name=row.name, **changes)
    session.flush()
    return RoleFields(
        was.name if name is not None else None,
        was.description if description is not None else None,
        was.abilities if abilities is not None else None,
    )


def delete_role(session: Session, actor: Actor, role_id: str) -> DeletedRole:
    """Delete a role of the organisation's own: those who have it lose it. Returns all of it, for `restore_role`.
    Raises `Conflict` (`roles.system`) and `NotFound`."""
    require(actor, "users:write")
    row = _locked(session, actor, role_id)
    summary = get_role(session, actor, row.id)
    holders = tuple(
        RoleHolder(held.user_id, held.granted_by, held.created_at)
        for held in session.scalars(select(UserRole).where(UserRole.role_id == row.id).order_by(UserRole.user_id))
    )
    session.execute(delete(UserRole).where(UserRole.role_id == row.id))
    session.execute(delete(Role).where(Role.id == row.id))
    audit.record(
        session, actor, "role.delete", row.id,
        name=summary.name, permissions=_listed(summary.abilities), people=[one.user_id for one in holders],
        changes={
            "name": [summary.name, None], "permissions": [_listed(summary.abilities), None],
            "people": [len(holders), 0],
        },
    )  # fmt: skip
    return DeletedRole(summary, holders)


def restore_role(session: Session, actor: Actor, deleted: DeletedRole) -> RoleSummary:
    """Bring a deleted role back, with everyone who had it and still has an account. Raises `Conflict` (`roles.taken`)
    if another role has its name now."""
    require(actor, "users:write")
    role = deleted.role
    _require_abilities(role.abilities)
    slug = _free_slug(session, actor, role.name, but="")
    session.add(
        Role(
            id=role.id,
            organisation_id=actor.organisation_id,
            name=role.name,
            slug=slug,
            description=role.description or None,
        )
    )
    session.flush()
    guard.set_role_permissions(session, actor.organisation_id, role.id, permissions_of(role.abilities))
    there = set(
        session.scalars(
            select(User.id).where(
                User.organisation_id == actor.organisation_id, User.id.in_([one.user_id for one in deleted.holders])
            )
        )
    )
    for one in deleted.holders:
        if one.user_id in there:
            guard.grant_role(session, actor.organisation_id, one.user_id, role.id, granted_by=actor.user_id)
    audit.record(
        session, actor, "role.restore", role.id,
        name=role.name, people=sorted(there),
        changes={
            "name": [None, role.name], "permissions": [None, _listed(role.abilities)], "people": [0, len(there)],
        },
    )  # fmt: skip
    return get_role(session, actor, role.id)


def add_people(session: Session, actor: Actor, role_id: str, user_ids: Sequence[str]) -> AssignmentChange:
    """Give people a role of the organisation's own, beside their system role; those who have it keep it. Raises
    `Conflict` (`roles.system`): a system role is changed in the person (`person_changes`)."""
    require(actor, "users:write")
    row, people, there = _role_and_people(session, actor, role_id, user_ids)
    added = {user_id: name for user_id, name in people.items() if user_id not in there}
    for user_id in added:
        guard.grant_role(session, actor.organisation_id, user_id, row.id, granted_by=actor.user_id)
        changes = {"has_role": [False, True]}
        audit.record(session, actor, "role.assign", row.id, name=row.name, user_id=user_id, changes=changes)
    return _assignment(row, people, added)


def remove_people(session: Session, actor: Actor, role_id: str, user_ids: Sequence[str]) -> AssignmentChange:
    """Take a role of the organisation's own from people. Raises `Conflict` (`roles.system`)."""
    require(actor, "users:write")
    row, people, there = _role_and_people(session, actor, role_id, user_ids)
    removed = {user_id: name for user_id, name in people.items() if user_id in there}
    for user_id in removed:
        guard.revoke_role(session, user_id, row.id)
        changes = {"has_role": [True, False]}
        audit.record(session, actor, "role.unassign", row.id, name=row.name, user_id=user_id, changes=changes)
    return _assignment(row, people, removed)


def preview(session: Session, actor: Actor, role_id: str, abilities: Iterable[str]) -> WhatIf:
    """Who would gain or lose what if the role had these abilities, as everyone's other roles are now. At most three
    statements, however many people have it. Raises `NotFound`.
    """
    require(actor, "users:read")
    role = get_role(session, actor, role_id)
    wanted = frozenset(abilities)
    added, removed = (in_order(one) for one in (wanted - role.abilities, role.abilities - wanted))
    gains, losses = _lacks_otherwise(role.id, added), _lacks_otherwise(role.id, removed)
    has_role = exists().where(UserRole.user_id == User.id, UserRole.role_id == role.id)
    own = (User.organisation_id == actor.organisation_id, User.deleted_at.is_(None), has_role)
    counted = session.execute(
        select(
            func.count().filter(gains), func.count().filter(losses), func.count().filter(not_(or_(gains, losses)))
        ).select_from(User).where(*own)
    ).one()  # fmt: skip
    return WhatIf(
        *counted,
        _differences(session, role.id, added, (*own, gains)) if counted[0] else (),
        _differences(session, role.id, removed, (*own, losses)) if counted[1] else (),
    )


def _lacks_otherwise(role_id: str, abilities: Sequence[str]) -> ColumnElement[bool]:
    """The condition that a person has at least one of these abilities by no other role."""
    lacks = [not_(_has_otherwise(role_id, ability)) for ability in abilities]
    return or_(*lacks) if lacks else User.id.is_(None)


def _has_otherwise(role_id: str, ability: str) -> ColumnElement[bool]:
    return exists(
        select(UserRole.id)
        .join(RolePermission, RolePermission.role_id == UserRole.role_id)
        .join(Permission, Permission.id == RolePermission.permission_id)
        .where(UserRole.user_id == User.id, UserRole.role_id != role_id, Permission.name == ability)
        .correlate(User)
    )


def _differences(
    session: Session, role_id: str, abilities: Sequence[str], conditions: Iterable[ColumnElement[bool]]
) -> tuple[PersonDifference, ...]:
    has = [_has_otherwise(role_id, ability).label(f"has_{at}") for at, ability in enumerate(abilities)]
    rows = session.execute(
        select(User.id, User.name, User.status, *has)
        .where(and_(*conditions))
        .order_by(func.lower(User.name), User.id)
        .limit(MOST_NAMED)
    ).all()
    return tuple(
        PersonDifference(
            row[0],
            row[1],
            row[2] == "active",
            tuple(one for one, known in zip(abilities, row[3:], strict=True) if not known),
        )
        for row in rows
    )


def _listed(abilities: Iterable[str]) -> list[str]:
    """The permissions of abilities, as they are recorded."""
    wanted = permissions_of(abilities)
    return [act for act in RULES if act in wanted]


def _require_abilities(abilities: frozenset[str]) -> None:
    known = [acts[0] for acts in ABILITIES]
    if unknown := sorted(abilities - set(known)):
        raise Invalid(
            "roles.permission",
            _("“{name}” isn't a permission that a role can have.").format(name=unknown[0][:60]),
            do=_("Choose one of: {values}.").format(values=", ".join(one for one in known if one != RESERVED)),
            field="permissions",
        )
    if RESERVED in abilities:
        raise Invalid(
            "roles.reserved",
            _("Only the role Admin can change people, teams and roles."),
            why=_("Whoever can change roles could give themselves every permission."),
            do=_("Give the person the role Admin instead."),
            field="permissions",
        )
    for ability in in_order(abilities):
        if (needed := NEEDS.get(ability)) is not None and needed not in abilities:
            raise Invalid(
                "roles.needs",
                _("A role that can “{ability}” must also be able to “{needed}”.").format(
                    ability=ability_title(ability), needed=ability_title(needed)
                ),
                do=_("Add {needed}, or remove {ability}.").format(needed=needed, ability=ability),
                field="permissions",
            )


def _require_description(description: str) -> None:
    if len(description) > LONGEST_DESCRIPTION:
        what = _("Descriptions can have up to {count} characters.").format(count=LONGEST_DESCRIPTION)
        raise Invalid("roles.description", what, field="description")
    if why := unusable_character(description):
        what = _("Descriptions can't contain control characters.")
        raise Invalid("roles.description", what, why=why, field="description")


def _free_slug(session: Session, actor: Actor, name: str, *, but: str) -> str:
    """The short name for a role of this name. Raises `Invalid`, and `Conflict` if another role but `but` has it."""
    person_names.require_name(name)
    slug = re.sub(r"[^a-z0-9]+", "-", search_text.fold(name)).strip("-")
    if not slug:
        raise Invalid("roles.name", _("Role names need at least one letter or digit."), field="name")
    system = {search_text.fold(title) for role in ROLES for title in (role, ROLE_NAMES[role], role_title(role))}
    same = select(Role.id).where(
        Role.organisation_id == actor.organisation_id, Role.slug == slug, *([Role.id != but] if but else [])
    )
    if search_text.fold(name) in system or slug in ROLES or session.scalars(same).first() is not None:
        raise Conflict(
            "roles.taken",
            _("A role named “{name}” already exists.").format(name=name),
            do=_("Choose another name."),
            field="name",
        )
    return slug


def _require_unchanged(title: str, was: RoleFields, fields: RoleFields, seen: RoleFields | None) -> None:
    if seen is None:
        return
    for field in ("name", "description", "abilities"):
        wanted, shown, now = (getattr(one, field) for one in (fields, seen, was))
        if wanted is not None and shown is not None and now not in (shown, wanted):
            raise Conflict(
                "roles.changed-meanwhile",
                _("Someone else changed the role “{name}” while you were editing.").format(name=title),
                do=_("Look at the new values, then change them again if needed."),
                field=field,
            )


def _locked(session: Session, actor: Actor, role_id: str) -> Role:
    """The row of a role of the organisation's own, locked. Raises `Conflict` (`roles.system`) and `NotFound`."""
    found = get_role(session, actor, role_id)
    if found.is_system:
        raise Conflict(
            "roles.system",
            _("“{name}” is a system role.").format(name=found.name),
            why=_("System roles are the same in every organisation, so that no one can lock the admins out."),
            do=_("Clone it, then change the clone."),
        )
    row = session.scalars(
        select(Role).where(Role.id == found.id).with_for_update().execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise NotFound("roles.unknown", _("The role is gone."), do=_("Choose another one."))
    return row


def _role_and_people(
    session: Session, actor: Actor, role_id: str, user_ids: Sequence[str]
) -> tuple[Role, dict[str, str], set[str]]:
    row = _locked(session, actor, role_id)
    people = [users.get_person(session, actor, user_id) for user_id in dict.fromkeys(user_ids)]
    there = set(session.scalars(select(UserRole.user_id).where(UserRole.role_id == row.id)))
    return row, {person.id: person.name for person in people}, there


def _assignment(row: Any, people: dict[str, str], changed: dict[str, str]) -> AssignmentChange:
    unchanged = tuple(name for user_id, name in people.items() if user_id not in changed)
    return AssignmentChange(row.name, tuple(changed), tuple(changed.values()), unchanged)
