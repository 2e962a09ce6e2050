"""OAuth clients for tests."""

from dataclasses import replace
from hashlib import sha256

from benchboard.identity.keys import DataKey, provide_data_keys
from benchboard.identity.oauth import clients
from benchboard.identity.oauth.client_fields import ClientFields, ClientType
from benchboard.identity.oauth.clients import IssuedSecret
from benchboard.identity.permissions import Actor
from support.databases import unbound
from support.people import Town


class FixedDataKeys:
    """A data key for each organisation that needs no file."""

    def create(self, organisation_id: str) -> DataKey:
        return DataKey(1, sha256(organisation_id.encode()).digest())

    of = create


def provide_keys(town: Town) -> None:
    """Let the services find data keys in the town's database."""
    provide_data_keys(town.database, FixedDataKeys())


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
