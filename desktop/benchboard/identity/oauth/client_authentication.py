"""How a client proves who it is to get tokens: by its secret; a public one has none (RFC 6749 section 2.3)."""

import secrets
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from urllib.parse import unquote_plus

from sqlalchemy.orm import Session

from benchboard.identity import passwords
from benchboard.identity.oauth import clients
from benchboard.identity.oauth.authorization import find_usable_client
from benchboard.identity.oauth.protocol_errors import OAuthError, invalid_client
from benchboard.storage.models.credentials import OAuthClient


def authenticate(
    session: Session,
    organisation_id: str,
    authorization: str | None,
    parameters: Mapping[str, str],
    test_secrets: Mapping[str, str],
) -> OAuthClient:
    """The client that sent a request. `test_secrets` are accepted beside a client's own, by client ID: each belongs to
    a test that runs in this program. Raises `OAuthError` (`invalid_client`, `invalid_request`)."""
    client_id, secret = _credentials(authorization, parameters)
    client = find_usable_client(session, organisation_id, client_id)
    if client is None:
        passwords.verify(None, secret or "")  # as long as for a wrong secret
        raise invalid_client()
    if client.type == "public":
        if secret is not None:
            raise invalid_client()
        return client
    if secret is None:
        raise invalid_client()
    test_secret = test_secrets.get(client_id)
    if test_secret is not None and secrets.compare_digest(test_secret.encode(), secret.encode()):
        return client
    session.refresh(client, ["secret_hash", "previous_secret_hash"])
    if not clients.secret_fits(client, secret):
        raise invalid_client()
    return client


def _credentials(authorization: str | None, parameters: Mapping[str, str]) -> tuple[str, str | None]:
    """The client ID and secret of a request; by one method alone."""
    if authorization is None:
        return parameters.get("client_id", ""), parameters.get("client_secret")
    scheme, _space, encoded = authorization.partition(" ")
    if scheme.lower() != "basic" or "client_secret" in parameters:
        raise OAuthError("invalid_request", "Clients authenticate by HTTP Basic, or by the body, not by both.")
    try:
        name, _colon, secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (Base64Error, ValueError) as error:
        raise invalid_client() from error
    client_id = unquote_plus(name)
    if parameters.get("client_id", client_id) != client_id:
        raise OAuthError("invalid_request", "The request names two clients.")
    return client_id, unquote_plus(secret)
