"""How programs and other systems prove themselves: keys, OAuth clients and their tokens, webhooks, SAML."""

from datetime import datetime

from sqlalchemy import (
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.elements import conv

from benchboard.storage.models.base import (
    Base,
    Changing,
    Dated,
    Id,
    Identified,
    JsonList,
    JsonObject,
    Tenant,
    Versioned,
    belongs,
    hashed,
    keyed,
    length,
    one_of,
    secret_column,
)
from benchboard.storage.models.identity import EMPTY_LIST, EMPTY_OBJECT


class Jwk(Identified, Changing, Versioned, Base):
    """A key that signs JSON web tokens: an organisation's own or, without organisation_id, the operator's."""

    __tablename__ = "jwks"
    __table_args__ = (
        UniqueConstraint("kid"),
        Index(None, "organisation_id"),
        one_of("status", "active", "retired", "revoked"),
        length("private_nonce", 12),
    )

    organisation_id: Mapped[str | None] = mapped_column(Id(), ForeignKey("organisations.id"), sort_order=-90)
    kid: Mapped[str] = mapped_column(String(255))
    algorithm: Mapped[str] = mapped_column(String(20))
    public_jwk: Mapped[JsonObject]
    private_key_version: Mapped[int]
    private_nonce: Mapped[bytes]
    private_ciphertext: Mapped[bytes] = secret_column()
    status: Mapped[str] = mapped_column(default="active", server_default=text("'active'"))
    rotated_at: Mapped[datetime | None]
    signing_since: Mapped[datetime | None]
    """None for a key that is published so that programs learn it, and signs nothing yet."""
    published_until: Mapped[datetime | None]
    """When a retired key's public half stops being published."""


class ApiKey(Identified, Changing, Tenant, Base):
    """Allows a program to act for a person, within `permissions`."""

    __tablename__ = "api_keys"
    __table_args__ = (
        UniqueConstraint("key_hash"),
        Index(None, "organisation_id", "user_id"),
        belongs("user_id", "users"),
    )

    user_id: Mapped[str] = mapped_column(Id())
    name: Mapped[str] = mapped_column(String(255))
    key_hash: Mapped[str] = secret_column(String(255))
    permissions: Mapped[JsonList] = mapped_column(default=list, server_default=EMPTY_LIST)
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))


class OrganisationSigningKey(Identified, Changing, Tenant, Base):
    """The Ed25519 key that an organisation's dongles pin; the private half is under the organisation's data
    key.
    """

    __tablename__ = "organisation_signing_keys"
    __table_args__ = (
        UniqueConstraint(
            "organisation_id",
            "key_version",
            name=conv("organisation_signing_keys_organisation_id_key_version_key"),
        ),
        length("public_key", 32),
        length("private_nonce", 12),
    )

    key_version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    public_key: Mapped[bytes]
    private_key_version: Mapped[int]
    private_nonce: Mapped[bytes]
    private_ciphertext: Mapped[bytes] = secret_column()
    retired_at: Mapped[datetime | None]


class OAuthClient(Identified, Changing, Tenant, Base):
    """A program that people of the organisation sign in to."""

    __tablename__ = "clients"
    __table_args__ = (
        UniqueConstraint("client_id"),
        keyed("clients"),
        one_of("type", "confidential", "public"),
        Index(None, "organisation_id", "name", "id"),
    )

    client_id: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(255))
    type: Mapped[str]
    secret_hash: Mapped[str | None] = secret_column(String(255))
    redirect_uris: Mapped[JsonList] = mapped_column(default=list, server_default=EMPTY_LIST)
    scopes: Mapped[JsonList] = mapped_column(default=list, server_default=EMPTY_LIST)
    deleted_at: Mapped[datetime | None]
    grant_types: Mapped[JsonList] = mapped_column(default=list, server_default=EMPTY_LIST)
    secret_hint: Mapped[str | None] = mapped_column(String(40))
    """The end of the secret, by which people recognise it."""
    secret_set_at: Mapped[datetime | None]
    previous_secret_hash: Mapped[str | None] = secret_column(String(255))
    previous_secret_hint: Mapped[str | None] = mapped_column(String(40))
    previous_secret_until: Mapped[datetime | None]
    """Until when the secret before the last rotation is accepted beside the new one."""
    disabled_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    """When it last got a token."""


class Token(Identified, Changing, Tenant, Base):
    """An access token, by its `jti`; without a person if the client acts for itself."""

    __tablename__ = "tokens"
    __table_args__ = (
        UniqueConstraint("jti"),
        Index(None, "organisation_id", "client_id"),
        Index(None, "organisation_id", "user_id"),
        Index(None, "organisation_id", "family_id"),
        Index(None, "expires_at"),
        belongs("client_id", "clients"),
        belongs("user_id", "users"),
    )

    jti: Mapped[str] = mapped_column(String(255))
    client_id: Mapped[str] = mapped_column(Id())
    user_id: Mapped[str | None] = mapped_column(Id())
    scopes: Mapped[JsonList] = mapped_column(default=list, server_default=EMPTY_LIST)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    family_id: Mapped[str | None] = mapped_column(Id())
    """What all tokens have in common that come from one authorization."""


class RefreshToken(Identified, Changing, Tenant, Base):
    """Gets a client new access tokens; only its hash is kept."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index(None, "organisation_id", "client_id"),
        Index(None, "organisation_id", "user_id"),
        Index(None, "organisation_id", "family_id"),
        Index(None, "expires_at"),
        belongs("client_id", "clients"),
        belongs("user_id", "users"),
        hashed(),
    )

    token_hash: Mapped[str] = secret_column(String(64))
    client_id: Mapped[str] = mapped_column(Id())
    user_id: Mapped[str | None] = mapped_column(Id())
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    scopes: Mapped[JsonList] = mapped_column(default=list, server_default=EMPTY_LIST)
    family_id: Mapped[str | None] = mapped_column(Id())
    """As `Token.family_id`."""
    used_at: Mapped[datetime | None]
    """When it was exchanged for its successor; used again, it revokes its family."""


class AuthorizationCode(Identified, Dated, Tenant, Base):
    """What a client exchanges for tokens, once; only its hash is kept."""

    __tablename__ = "authorization_codes"
    __table_args__ = (
        UniqueConstraint("code_hash"),
        Index(None, "organisation_id", "client_id"),
        Index(None, "organisation_id", "user_id"),
        Index(None, "expires_at"),
        belongs("client_id", "clients"),
        belongs("user_id", "users"),
        hashed("code_hash"),
    )

    code_hash: Mapped[str] = secret_column(String(64))
    client_id: Mapped[str] = mapped_column(Id())
    user_id: Mapped[str] = mapped_column(Id())
    redirect_uri: Mapped[str]
    code_challenge: Mapped[str | None]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    scopes: Mapped[JsonList] = mapped_column(default=list, server_default=EMPTY_LIST)
    nonce: Mapped[str | None]
    """The client's own, which its ID token repeats."""
    family_id: Mapped[str | None] = mapped_column(Id())
    """As `Token.family_id`."""


class Consent(Identified, Changing, Tenant, Base):
    """A person let a client have these scopes."""

    __tablename__ = "consents"
    __table_args__ = (
        UniqueConstraint("user_id", "client_id"),
        Index(None, "organisation_id", "client_id"),
        belongs("client_id", "clients"),
        belongs("user_id", "users"),
    )

    user_id: Mapped[str] = mapped_column(Id())
    client_id: Mapped[str] = mapped_column(Id())
    scopes: Mapped[JsonList] = mapped_column(default=list, server_default=EMPTY_LIST)
    revoked_at: Mapped[datetime | None]


class WebhookEndpoint(Identified, Changing, Tenant, Base):
    """A URL that is notified of events, in requests signed with its secret."""

    __tablename__ = "webhook_endpoints"
    __table_args__ = (Index(None, "organisation_id"), length("secret_nonce", 12))

    url: Mapped[str]
    events: Mapped[JsonList] = mapped_column(default=list, server_default=EMPTY_LIST)
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    secret_key_version: Mapped[int]
    secret_nonce: Mapped[bytes]
    secret_ciphertext: Mapped[bytes] = secret_column()


class SamlConnection(Identified, Changing, Tenant, Base):
    """An identity provider that signs an organisation's people in."""

    __tablename__ = "saml_connections"
    __table_args__ = (Index(None, "organisation_id"),)

    name: Mapped[str] = mapped_column(String(255))
    idp_entity_id: Mapped[str]
    idp_sso_url: Mapped[str]
    idp_certificate: Mapped[str]
    attribute_map: Mapped[JsonObject] = mapped_column(default=dict, server_default=EMPTY_OBJECT)
    is_active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
