"""Which permissions people have by which of their roles: conditions and reads over the rows that authorise.

They read the same rows as `storage.guard.require_live`, from which `permissions.require` gets its answer.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from benchboard.identity.roles import role_title
from benchboard.storage.models.identity import Permission, Role, RolePermission, User, UserRole


def can(act: str) -> ColumnElement[bool]:
    """The condition that the roles of a person (a row of `users`) give permission `act`."""
    return exists(
        select(UserRole.id)
        .join(RolePermission, RolePermission.role_id == UserRole.role_id)
        .join(Permission, Permission.id == RolePermission.permission_id)
        .where(
            UserRole.user_id == User.id,
            UserRole.organisation_id == User.organisation_id,
            Permission.name == act,
        )
        .correlate_except(UserRole, RolePermission, Permission)
    )


def is_active() -> ColumnElement[bool]:
    """The condition that a person's account can be used at all."""
    return (User.deleted_at.is_(None)) & (User.status == "active")


def title_of(role: Any) -> str:
    """The title of a role from its row's `slug`, `name` and `is_system`: its own name, unless it is a system role."""
    return role_title(role.slug) if role.is_system else role.name


def roles_giving(session: Session, user_ids: Sequence[str], acts: Sequence[str]) -> dict[tuple[str, str], list[str]]:
    """The titles of the roles by which people have permissions, by the IDs of person and permission; system roles
    first. One statement.
    """
    found: dict[tuple[str, str], list[str]] = {}
    asked = (
        select(UserRole.user_id, Permission.name.label("act"), Role.slug, Role.name, Role.is_system)
        .join(Role, Role.id == UserRole.role_id)
        .join(RolePermission, RolePermission.role_id == Role.id)
        .join(Permission, Permission.id == RolePermission.permission_id)
        .where(UserRole.user_id.in_(list(user_ids)), Permission.name.in_(list(acts)))
        .order_by(Role.is_system.desc(), func.lower(Role.name), Role.id)
    )
    for row in session.execute(asked):
        found.setdefault((row.user_id, row.act), []).append(title_of(row))
    return found
