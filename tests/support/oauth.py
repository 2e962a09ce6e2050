"""OAuth clients for tests."""

from dataclasses import replace

from benchboard.identity.oauth import clients
from benchboard.identity.oauth.client_fields import ClientFields, ClientType
from benchboard.identity.oauth.clients import IssuedSecret
from benchboard.identity.permissions import Actor
from support.databases import unbound
from support.people import Town

WEB_APP = ClientFields(
    "Line 2 display",
    ("https://line2.north.example/auth/back",),
    ("openid", "profile", "email", "offline_access"),
    ("authorization_code", "refresh_token"),
)


def register(
    town: Town, kind: ClientType = "confidential", *, actor: Actor | None = None, **fields: object
) -> IssuedSecret:
    """Register a client in north, or where `actor` is admin."""
    with unbound(town.database).change() as session:
        return clients.create_client(session, actor or town.actor, kind, replace(WEB_APP, **fields))  # type: ignore[arg-type]
