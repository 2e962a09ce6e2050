"""Tables for people, organisations, permissions and the audit log."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.sql.elements import conv

from benchboard.storage.models.base import (
    Base,
    Changing,
    Dated,
    Id,
    Identified,
    JsonObject,
    Now,
    Tenant,
    Versioned,
    belongs,
    hashed,
    keyed,
    length,
    mentions,
    now,
    one_of,
    secret_column,
)

EMPTY_OBJECT = text("'{}'")
EMPTY_LIST = text("'[]'")


class Permission(Identified, Changing, Base):
    """Something a role may allow, such as `users:read`. The same in every organisation; given by `db
    seed`.
    """

    __tablename__ = "permissions"
    __table_args__ = (UniqueConstraint("name"),)

    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str | None]


class OAuthScope(Identified, Changing, Base):
    """What an OAuth client may ask for, such as `openid`. The same in every organisation; given by `db
    seed`.
    """

    __tablename__ = "scopes"
    __table_args__ = (UniqueConstraint("name"),)

    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str | None]


class Organisation(Identified, Changing, Versioned, Base):
    """A tenant. Its owner is one of its own people."""

    __tablename__ = "organisations"
    __table_args__ = (
        UniqueConstraint("slug"),
        UniqueConstraint("owner_id"),
        Index(None, "email"),
        # The two tables point at each other: made after both where the database can add constraints.
        ForeignKeyConstraint(
            ["owner_id"],
            ["users.id"],
            ondelete="SET NULL",
            deferrable=True,
            initially="DEFERRED",
            use_alter=True,
        ),
        ForeignKeyConstraint(
            ["id", "owner_id"],
            ["users.organisation_id", "users.id"],
            name=conv("organisations_owner_id_tenant_fkey"),
            deferrable=True,
            initially="DEFERRED",
            use_alter=True,
        ),
        one_of("status", "trial", "active", "suspended", "cancelled"),
    )

    name: Mapped[str] = mapped_column(String(255))
    slug: Mapped[str] = mapped_column(String(100))
    email: Mapped[str | None] = mapped_column(String(255))
    owner_id: Mapped[str | None] = mapped_column(Id())
    status: Mapped[str] = mapped_column(default="trial", server_default=text("'trial'"))
    password_policy: Mapped[JsonObject | None]
    extra: Mapped[JsonObject] = mapped_column("metadata", default=dict, server_default=EMPTY_OBJECT)
    deleted_at: Mapped[datetime | None]


class User(Identified, Changing, Tenant, Base):
    """An account: one person in one organisation.

    `email_norm` is the address in NFKC, case-folded, its domain in IDNA. `role` is kept equal to
    the one system role among `user_roles`, which alone authorises. `os_user` binds the operator to the
    computer's own account.
    """

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("organisation_id", "email_norm", name=conv("users_email_key")),
        UniqueConstraint("organisation_id", "email", name=conv("users_organisation_id_email_key")),
        UniqueConstraint("organisation_id", "os_user"),
        keyed("users"),
        Index(None, "email"),
        Index(None, "organisation_id"),
        Index(None, "organisation_id", "external_id"),
        Index(None, "organisation_id", "role"),
        Index(None, "organisation_id", "department"),
        Index(None, "organisation_id", "status"),
        Index(None, "organisation_id", "role", "id"),
        Index(None, "organisation_id", "status", "id"),
        Index(None, "organisation_id", "created_at", "id"),
        # What the list of people is sorted, searched and filtered by: one that does not match is never read.
        Index(conv("users_listing_idx"), "organisation_id", "name", "id", "email", "role", "status", "deleted_at"),
        one_of("account_type", "DEMO", "USER"),
        one_of("role", "business_user", "analyst", "ops_manager", "admin", "technician"),
        one_of("status", "active", "inactive", "pending"),
        *(
            # The collation keeps PostgreSQL's lower() to ASCII, as SQLite's is: the rest is the program's to
            # fold.
            CheckConstraint(
                f"email_norm LIKE '%_@_%' AND email_norm NOT LIKE '% %' AND email_norm = lower(email_norm{collation})",
                name="email_norm",
            ).ddl_if(dialect=dialect)
            for dialect, collation in (("postgresql", ' COLLATE "C"'), ("sqlite", ""))
        ),
    )

    email: Mapped[str] = mapped_column(String(255))
    email_norm: Mapped[str]
    password_hash: Mapped[str | None] = secret_column(String(255))
    name: Mapped[str] = mapped_column(String(100))
    account_type: Mapped[str] = mapped_column(default="USER", server_default=text("'USER'"))
    role: Mapped[str] = mapped_column(default="business_user", server_default=text("'business_user'"))
    department: Mapped[str | None] = mapped_column(String(100))
    phone: Mapped[str | None] = mapped_column(String(50))
    timezone: Mapped[str | None] = mapped_column(String(50), default="UTC", server_default=text("'UTC'"))
    locale: Mapped[str | None] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(default="pending", server_default=text("'pending'"))
    external_id: Mapped[str | None] = mapped_column(String(255))
    os_user: Mapped[str | None] = mapped_column(String(255))
    last_login_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]


class SignInSession(Identified, Changing, Tenant, Base):
    """A person signed in somewhere. `ip_address` is what a server attests; host and user agent are what a
    client claims.
    """

    __tablename__ = "sessions"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index(None, "organisation_id", "user_id"),
        Index(None, "expires_at"),
        Index(None, "organisation_id", "last_used_at", "id"),
        Index(None, "organisation_id", "created_at", "id"),
        Index(None, "organisation_id", "host_name", "id"),
        belongs("user_id", "users"),
        hashed(),
    )

    user_id: Mapped[str] = mapped_column(Id())
    token_hash: Mapped[str] = secret_column(String(64))
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime] = mapped_column(default=now, server_default=Now())
    host_name: Mapped[str] = mapped_column(String(255), default="", server_default=text("''"))
    user_agent: Mapped[str | None]
    ip_address: Mapped[str | None] = mapped_column(String(50))


class SessionHistory(Identified, Dated, Tenant, Base):
    """A session that ended, under its own id and without its token. `created_at` is when it was opened."""

    __tablename__ = "session_history"
    __table_args__ = (
        Index(None, "organisation_id", "user_id"),
        Index(None, "ended_at"),
        Index(None, "organisation_id", "ended_at", "id"),
        belongs("user_id", "users"),
        *mentions("session_history", "ended_by", "users"),
        one_of("end_reason", "signed-out", "revoked", "expired", "deleted"),
    )

    user_id: Mapped[str] = mapped_column(Id())
    last_used_at: Mapped[datetime | None]
    host_name: Mapped[str | None] = mapped_column(String(255))
    user_agent: Mapped[str | None]
    ip_address: Mapped[str | None] = mapped_column(String(50))
    ended_at: Mapped[datetime]
    end_reason: Mapped[str]
    ended_by: Mapped[str | None] = mapped_column(Id())


class Role(Identified, Changing, Tenant, Base):
    """A set of permissions in one organisation. The system roles, which `db seed` gives to each, have
    `is_system`.
    """

    __tablename__ = "roles"
    __table_args__ = (
        UniqueConstraint("organisation_id", "slug", name=conv("roles_organisation_id_slug_key")),
        keyed("roles"),
    )

    name: Mapped[str] = mapped_column(String(100))
    slug: Mapped[str] = mapped_column(String(100))
    description: Mapped[str | None]
    is_system: Mapped[bool] = mapped_column(default=False, server_default=text("false"))


class RolePermission(Identified, Dated, Tenant, Base):
    """A role has a permission."""

    __tablename__ = "role_permissions"
    __table_args__ = (
        UniqueConstraint("role_id", "permission_id"),
        Index(None, "permission_id"),
        belongs("role_id", "roles"),
        ForeignKeyConstraint(["permission_id"], ["permissions.id"], ondelete="CASCADE"),
    )

    role_id: Mapped[str] = mapped_column(Id())
    permission_id: Mapped[str] = mapped_column(Id())


class UserRole(Identified, Dated, Tenant, Base):
    """A person has a role. This alone authorises."""

    __tablename__ = "user_roles"
    __table_args__ = (
        UniqueConstraint("user_id", "role_id"),
        Index(None, "organisation_id", "role_id"),
        belongs("user_id", "users"),
        belongs("role_id", "roles"),
        *mentions("user_roles", "granted_by", "users"),
    )

    user_id: Mapped[str] = mapped_column(Id())
    role_id: Mapped[str] = mapped_column(Id())
    granted_by: Mapped[str | None] = mapped_column(Id())


class Team(Identified, Changing, Tenant, Base):
    """Some of an organisation's people, under a name."""

    __tablename__ = "teams"
    __table_args__ = (
        UniqueConstraint("organisation_id", "slug", name=conv("teams_organisation_id_slug_key")),
        keyed("teams"),
    )

    name: Mapped[str] = mapped_column(String(100))
    slug: Mapped[str] = mapped_column(String(100))


class TeamMember(Identified, Dated, Tenant, Base):
    """A person is in a team."""

    __tablename__ = "team_members"
    __table_args__ = (
        UniqueConstraint("team_id", "user_id"),
        Index(None, "organisation_id", "user_id"),
        belongs("team_id", "teams"),
        belongs("user_id", "users"),
    )

    team_id: Mapped[str] = mapped_column(Id())
    user_id: Mapped[str] = mapped_column(Id())


class Invitation(Identified, Changing, Tenant, Base):
    """An address was asked to join with a role."""

    __tablename__ = "invitations"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index(None, "organisation_id", "email"),
        Index(None, "organisation_id", "role_id"),
        belongs("role_id", "roles"),
        *mentions("invitations", "invited_by", "users"),
        hashed(),
    )

    email: Mapped[str] = mapped_column(String(255))
    role_id: Mapped[str] = mapped_column(Id())
    token_hash: Mapped[str] = secret_column(String(64))
    invited_by: Mapped[str | None] = mapped_column(Id())
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]


class _OneTimeToken(Identified, Dated, Tenant):
    """A token sent to a person once; only its hash is kept."""

    user_id: Mapped[str] = mapped_column(Id())
    token_hash: Mapped[str] = secret_column(String(64))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        return (
            UniqueConstraint("token_hash"),
            Index(None, "organisation_id", "user_id"),
            belongs("user_id", "users"),
            hashed(),
        )


class EmailVerificationToken(_OneTimeToken, Base):
    """Proves that an address is the person's."""

    __tablename__ = "email_verification_tokens"


class PasswordResetToken(_OneTimeToken, Base):
    """Lets a person who forgot their password set a new one."""

    __tablename__ = "password_reset_tokens"


class EmailOutbox(Identified, Changing, Tenant, Base):
    """A message to be sent by the worker."""

    __tablename__ = "email_outbox"
    __table_args__ = (
        Index(None, "status", "created_at"),
        one_of("status", "pending", "sent", "failed"),
    )

    recipient: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    body: Mapped[str]
    status: Mapped[str] = mapped_column(default="pending", server_default=text("'pending'"))
    attempts: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    sent_at: Mapped[datetime | None]


class AuditLog(Identified, Dated, Tenant, Base):
    """What was done. Rows are only ever added (a trigger sees to it) and name people and things by id,
    without keys.

    `event_type` is what was done (`session.revoke`), `action` its verb alone. `user_id` is who did it, `target_user_id`
    the person it was done to, if any.
    """

    __tablename__ = "audit_logs"
    __table_args__ = (
        Index(None, "organisation_id"),
        Index(None, "organisation_id", "user_id"),
        Index(conv("audit_logs_resource_idx"), "organisation_id", "resource_type", "resource_id"),
        Index(None, "organisation_id", "event_type"),
        Index(None, "organisation_id", "created_at"),
        Index(None, "organisation_id", "event_type", "id"),
        Index(None, "organisation_id", "user_id", "created_at", "id"),
        Index(None, "organisation_id", "target_user_id", "created_at", "id"),
        Index(None, "organisation_id", "resource_id", "created_at", "id"),
    )

    user_id: Mapped[str | None] = mapped_column(Id())
    target_user_id: Mapped[str | None] = mapped_column(Id())
    action: Mapped[str] = mapped_column(String(100))
    event_type: Mapped[str] = mapped_column(String(100))
    resource_type: Mapped[str] = mapped_column(String(100))
    resource_id: Mapped[str | None]
    ip_address: Mapped[str | None] = mapped_column(String(50))
    user_agent: Mapped[str | None]
    details: Mapped[JsonObject] = mapped_column(default=dict, server_default=EMPTY_OBJECT)


class AuditSeal(Dated, Base):
    """The seal of an entry of the audit log (`storage.audit_seals`). Rows are only ever added, as those they seal."""

    __tablename__ = "audit_seals"
    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "seq"),
        UniqueConstraint("audit_id"),
        length("hash", 32),
    )

    organisation_id: Mapped[str] = mapped_column(Id(), ForeignKey("organisations.id"))
    seq: Mapped[int] = mapped_column(BigInteger(), autoincrement=False)
    audit_id: Mapped[str] = mapped_column(Id())
    hash: Mapped[bytes]
