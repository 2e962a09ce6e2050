"""Organisations, their system roles, and the rows every database starts with."""

import re
import uuid
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from benchboard.errors import Conflict, Invalid, check_all
from benchboard.i18n import _
from benchboard.identity import audit, keys, passwords
from benchboard.identity.email_addresses import normalise
from benchboard.identity.permissions import Client, os_user
from benchboard.identity.person_names import require_name
from benchboard.identity.roles import ADMIN, ROLE_NAMES, ROLES, RULES
from benchboard.name_characters import unusable_character
from benchboard.storage import change_tracking, clock, guard, search_text
from benchboard.storage.models.identity import OAuthScope, Organisation, Permission, Role, RolePermission

SCOPES: Final = {
    "openid": "Sign in",
    "profile": "Read the name",
    "email": "Read the e-mail address",
    "offline_access": "Stay signed in",
}


def is_seeded(session: Session) -> bool:
    """Whether permissions, scopes and every organisation's system roles are as this program knows them."""
    permissions, scopes = set(session.scalars(select(Permission.name))), set(session.scalars(select(OAuthScope.name)))
    if not (permissions >= RULES.keys() and scopes >= SCOPES.keys()):
        return False
    held = session.execute(
        select(Role.organisation_id, Role.slug, Permission.name)
        .join(RolePermission, RolePermission.role_id == Role.id)
        .join(Permission, Permission.id == RolePermission.permission_id)
        .where(Role.is_system)
    ).all()
    every = session.scalars(select(Organisation.id)).all()
    wanted = {(one, role, act) for one in every for act, roles in RULES.items() for role in roles}
    return {(row.organisation_id, row.slug, row.name) for row in held} == wanted


def slugs(session: Session) -> tuple[str, ...]:
    """The organisations there are, by their short names."""
    return tuple(session.scalars(select(Organisation.slug).order_by(Organisation.slug)))


def require_empty(session: Session) -> None:
    """Raise `Conflict` (`organisations.some`) if there is an organisation already."""
    if slugs(session):
        raise Conflict(
            "organisations.some",
            _("This database already has an organisation."),
            do=_("Ask one of its admins to add people with “benchboard user add EMAIL”."),
        )


def seed(session: Session) -> None:
    """Permissions, scopes and every organisation's system roles, as this program knows them. Idempotent."""
    change_tracking.unaudited(session, "roles", "role_permissions")
    permissions = {row.name: row for row in session.scalars(select(Permission))}
    for name in RULES.keys() - permissions.keys():
        session.add(Permission(name=name, description=""))
    scopes = set(session.scalars(select(OAuthScope.name)))
    for name in SCOPES.keys() - scopes:
        session.add(OAuthScope(name=name, description=SCOPES[name]))
    session.flush()
    for organisation_id in session.scalars(select(Organisation.id)).all():
        _seed_roles(session, organisation_id)


def create(session: Session, data_keys: keys.DataKeys, *, name: str, slug: str, email: str, demo: bool = False) -> str:
    """An organisation with its system roles, data key and signing key; returns its id. The caller records it."""
    organisation_id = str(uuid.uuid4())
    session.add(
        Organisation(
            id=organisation_id,
            name=name,
            slug=slug,
            email=email,
            status="active",
            extra={"demo": True} if demo else {},
        )
    )
    session.flush()
    _seed_roles(session, organisation_id)
    keys.add_signing_key(session, organisation_id, data_keys.create(organisation_id))
    session.flush()
    return organisation_id


def create_local(session: Session, data_keys: keys.DataKeys) -> None:
    """The first start on this computer: an organisation whose operator is the operating system's user."""
    user, client = os_user(), Client.here()
    organisation_id = create(session, data_keys, name=_("My bench"), slug="local", email=f"{user}@localhost")
    operator = create_account(
        session, organisation_id, email=_operator_address(user), name=user, role=ADMIN, os_user=user
    )
    set_owner(session, organisation_id, operator)
    changes = {"name": [None, session.get_one(Organisation, organisation_id).name]}
    audit.append(session, client, "organisation.create", organisation_id, organisation_id, operator, changes=changes)


def create_first(
    session: Session,
    data_keys: keys.DataKeys,
    *,
    name: str,
    email: str,
    password: str,
    admin_name: str | None = None,
) -> str:
    """The first organisation of an empty server, with its admin, who is called by their address up to the @ without
    another name; returns its id. Raises `Invalid` or `Conflict`."""
    require_first(session, name=name, email=email, password=password, admin_name=admin_name)
    name, slug = name.strip(), _slug(name)
    seed(session)
    organisation_id = create(session, data_keys, name=name, slug=slug, email=email.strip())
    admin = create_account(
        session,
        organisation_id,
        email=email.strip(),
        name=(admin_name or "").strip() or email.strip().split("@")[0],
        role=ADMIN,
        password_hash=passwords.hash_password(password),
    )
    set_owner(session, organisation_id, admin)
    changes = {"name": [None, name]}
    audit.append(
        session, Client.here(), "organisation.create", organisation_id, organisation_id, admin, changes=changes
    )
    return organisation_id


def require_first(
    session: Session, *, name: str, email: str, password: str | None = None, admin_name: str | None = None
) -> None:
    """Raise every error that would keep `create_first` from creating them; without a password, all but the
    password's.
    """
    require_empty(session)
    check_all(
        lambda: _require_name(name.strip()),
        lambda: normalise(email),
        lambda: require_name((admin_name or "").strip()),
        *(() if password is None else (lambda: passwords.require_acceptable(password, email=email),)),
    )


def _require_name(name: str) -> None:
    if not _slug(name) or len(name) > 255 or not name.isprintable():
        raise Invalid(
            "organisations.name",
            _("Organisation names can have up to 255 characters and need a letter or digit."),
            why=unusable_character(name),
            field="organisation",
        )


def set_owner(session: Session, organisation_id: str, user_id: str) -> None:
    """Make one of an organisation's people its owner. For founding; the caller records it."""
    session.get_one(Organisation, organisation_id).owner_id = user_id
    session.flush()


def create_account(
    session: Session,
    organisation_id: str,
    *,
    email: str,
    name: str,
    role: str,
    account_type: str = "USER",
    os_user: str | None = None,
    password_hash: str | None = None,
) -> str:
    """An active account with one system role; returns its id. For founding and adding people; the caller records it."""
    user_id = guard.create_login(
        session,
        organisation_id=organisation_id,
        email=email,
        email_norm=normalise(email),
        name=name,
        account_type=account_type,
        status="active",
        role=role,
        os_user=os_user,
        password_hash=password_hash,
        created_at=clock.now(),
    )
    guard.change_role(session, organisation_id=organisation_id, user_id=user_id, slug=role)
    return user_id


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", search_text.fold(name)).strip("-")[:100]


def _operator_address(user: str) -> str:
    allowed = "".join(sign for sign in user if sign.isalnum() or sign in "._-")
    return f"{allowed or 'operator'}@localhost"


def _seed_roles(session: Session, organisation_id: str) -> None:
    roles = {
        role.slug: role
        for role in session.scalars(select(Role).where(Role.organisation_id == organisation_id, Role.is_system))
    }
    for slug in ROLES:
        if slug not in roles:
            roles[slug] = Role(organisation_id=organisation_id, slug=slug, name=ROLE_NAMES[slug], is_system=True)
            session.add(roles[slug])
    permissions = {row.name: row.id for row in session.scalars(select(Permission))}
    for slug in ROLES:
        wanted = {permissions[act] for act, allowed in RULES.items() if slug in allowed and act in permissions}
        held = set(
            session.scalars(select(RolePermission.permission_id).where(RolePermission.role_id == roles[slug].id))
        )
        # A right that this program no longer gives a role is taken back: rules that narrow must hold.
        session.execute(
            delete(RolePermission).where(
                RolePermission.role_id == roles[slug].id, RolePermission.permission_id.in_(held - wanted)
            )
        )
        for permission_id in wanted - held:
            session.add(
                RolePermission(organisation_id=organisation_id, role_id=roles[slug].id, permission_id=permission_id)
            )
    session.flush()
