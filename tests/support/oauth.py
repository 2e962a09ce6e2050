"""OAuth clients for tests."""

import re
from dataclasses import replace
from hashlib import sha256
from urllib.parse import urlsplit

import requests

from benchboard.identity.keys import DataKey, provide_data_keys
from benchboard.identity.oauth import clients
from benchboard.identity.oauth.client_fields import ClientFields, ClientType
from benchboard.identity.oauth.clients import IssuedSecret
from benchboard.identity.permissions import Actor
from support.databases import unbound
from support.people import PASSWORD, Town


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


class Browser:
    """A person's browser: it keeps cookies, reads the consent page and sends its form, and follows no redirect."""

    def __init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False

    def open(self, url: str) -> requests.Response:
        return self._session.get(url, allow_redirects=False, timeout=30)

    def decide(self, page: requests.Response, **fields: str) -> requests.Response:
        (csrf,) = re.findall(r'name=csrf value="([^"]+)"', page.text)
        url = urlsplit(page.url)
        form = {"csrf": csrf, **fields}
        return self._session.post(
            f"{url.scheme}://{url.netloc}/authorize", data=form, allow_redirects=False, timeout=30
        )

    def allow(self, url: str, email: str) -> str:
        """Sign in and allow; answers where the browser is led."""
        answer = self.decide(self.open(url), decision="password", email=email, password=PASSWORD)
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]
