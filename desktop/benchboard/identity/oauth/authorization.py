"""Authorization requests and codes: what a client asks for, a person's consent, and the code that tells the client.

Sources: RFC 6749 section 4.1, RFC 7636 (PKCE; only S256), RFC 9700, OpenID Connect Core 1.0 section 3.1.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchboard.identity import audit
from benchboard.identity.oauth import redirect_uris
from benchboard.identity.oauth.client_fields import CODE, in_known_order
from benchboard.identity.oauth.protocol_errors import OAuthError
from benchboard.identity.organisations import SCOPES
from benchboard.identity.permissions import Actor
from benchboard.storage.models.base import new_id
from benchboard.storage.models.credentials import AuthorizationCode, Consent, OAuthClient

CODE_LIFETIME: Final = timedelta(seconds=60)
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_LONGEST: Final = 1024
"""Characters of state and nonce at most."""


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What a client asks a person for; checked."""

    client_row_id: str
    client_id: str
    client_name: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    nonce: str | None
    code_challenge: str | None


class RedirectableError(OAuthError):
    """An error that is told to the client at its redirect URI, which has been checked."""

    def __init__(self, error: OAuthError, redirect_uri: str, state: str | None) -> None:
        super().__init__(error.code, error.description, status=error.status)
        self.redirect_uri, self.state = redirect_uri, state


def hash_token(token: str) -> str:
    """What is stored of a code or token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def find_usable_client(session: Session, organisation_id: str, client_id: str) -> OAuthClient | None:
    """The client of the organisation that calls itself so, unless it is disabled or deleted."""
    if "\0" in client_id or len(client_id) > 255 or not client_id.isascii():
        return None
    return session.scalars(
        select(OAuthClient).where(
            OAuthClient.client_id == client_id,
            OAuthClient.organisation_id == organisation_id,
            OAuthClient.deleted_at.is_(None),
            OAuthClient.disabled_at.is_(None),
        )
    ).first()


def read_request(session: Session, organisation_id: str, parameters: Mapping[str, str]) -> AuthorizationRequest:
    """Check a client's request. Raises `OAuthError` where it can't be told to the client, else `RedirectableError`."""
    client = find_usable_client(session, organisation_id, parameters.get("client_id", ""))
    if client is None:
        raise OAuthError("invalid_client", "The client isn't known here.")
    uri = parameters.get("redirect_uri", "")
    if not redirect_uris.is_registered(uri, client.redirect_uris):
        raise OAuthError("invalid_request", "The redirect URI isn't one of the client's.")
    state, nonce = parameters.get("state"), parameters.get("nonce")
    try:
        _require_code_flow(client, parameters)
        challenge = _challenge(client, parameters)
        scopes = _scopes(client, parameters.get("scope", ""))
        if len(state or "") > _LONGEST or len(nonce or "") > _LONGEST:
            raise OAuthError("invalid_request", "state or nonce is too long.")
    except OAuthError as error:
        raise RedirectableError(error, uri, state) from error
    return AuthorizationRequest(client.id, client.client_id, client.name, uri, scopes, state, nonce, challenge)


def _require_code_flow(client: OAuthClient, parameters: Mapping[str, str]) -> None:
    if parameters.get("response_type") != "code":
        raise OAuthError("unsupported_response_type", "Only the response type code is supported.")
    if CODE not in client.grant_types:
        raise OAuthError("unauthorized_client", "The client may not sign people in.")
    if parameters.get("response_mode", "query") != "query" or "request" in parameters or "request_uri" in parameters:
        raise OAuthError("invalid_request", "Only the response mode query is supported, and no request objects.")
    if parameters.get("prompt") == "none":
        raise OAuthError("interaction_required", "People are always asked.")


def _challenge(client: OAuthClient, parameters: Mapping[str, str]) -> str | None:
    challenge, method = parameters.get("code_challenge"), parameters.get("code_challenge_method")
    if challenge is None:
        if client.type == "public" or method is not None:
            raise OAuthError("invalid_request", "code_challenge is required (PKCE, S256).")
        return None
    if method != "S256" or not _CHALLENGE.fullmatch(challenge):
        raise OAuthError("invalid_request", "code_challenge_method must be S256, and the challenge fit it.")
    return challenge


def _scopes(client: OAuthClient, asked: str) -> tuple[str, ...]:
    scopes = in_known_order(asked.split(), tuple(SCOPES))
    if not scopes or not set(scopes) <= set(client.scopes):
        raise OAuthError("invalid_scope", "The scope is empty, or the client may not ask for all of it.")
    return scopes


def approve(session: Session, actor: Actor, request: AuthorizationRequest, *, test: bool = False) -> str:
    """Keep the actor's consent to what a client asks for, and return a new code; only its hash is stored. `test`: of
    the test of a client, whose consent isn't kept."""
    keys = {"organisation_id": actor.organisation_id, "user_id": actor.user_id, "client_id": request.client_row_id}
    marked: dict[str, object] = {"test": True} if test else {"changes": _keep_consent(session, actor, request, keys)}
    code = secrets.token_urlsafe(32)
    session.add(
        AuthorizationCode(
            code_hash=hash_token(code),
            redirect_uri=request.redirect_uri,
            code_challenge=request.code_challenge,
            scopes=list(request.scopes),
            nonce=request.nonce,
            family_id=new_id(),
            expires_at=datetime.now(UTC) + CODE_LIFETIME,
            **keys,
        )
    )
    audit.record(
        session, actor, "client.consent", request.client_row_id,
        name=request.client_name, client_id=request.client_id, **marked,
    )  # fmt: skip
    session.flush()
    return code


def _keep_consent(
    session: Session, actor: Actor, request: AuthorizationRequest, keys: Mapping[str, str]
) -> dict[str, list[list[str]]]:
    """Keep a consent, with what was agreed to before; returns what changes, for the log."""
    consent = session.scalars(
        select(Consent)
        .where(Consent.user_id == actor.user_id, Consent.client_id == request.client_row_id)
        .with_for_update()
    ).first()
    before = list(consent.scopes) if consent is not None and consent.revoked_at is None else []
    scopes = list(in_known_order((*before, *request.scopes), tuple(SCOPES)))
    if consent is None:
        session.add(Consent(scopes=scopes, **keys))
    else:
        consent.scopes, consent.revoked_at = scopes, None
    return {"scopes": [before, scopes]}
