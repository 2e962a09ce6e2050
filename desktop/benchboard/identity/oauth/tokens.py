"""Tokens: issued for codes, refresh tokens and clients themselves; read, introspected and revoked.

An access token is a signed JWT (RFC 9068) whose `jti` is in the database, so that it can be revoked. A refresh token is
used once: its successor is of the same family, and one that is used again revokes the whole family (RFC 9700 section
4.14.2), as a code that is used again does.
"""

import hashlib
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from benchboard.identity import audit
from benchboard.identity.oauth import signing_keys
from benchboard.identity.oauth.authorization import hash_token
from benchboard.identity.oauth.client_fields import CODE, CREDENTIALS, OFFLINE, REFRESH
from benchboard.identity.oauth.protocol_errors import OAuthError, invalid_grant
from benchboard.identity.permissions import Client
from benchboard.storage.models.base import new_id
from benchboard.storage.models.credentials import AuthorizationCode, OAuthClient, RefreshToken, Token
from benchboard.storage.models.identity import User

ACCESS_LIFETIME: Final = timedelta(minutes=15)
REFRESH_LIFETIME: Final = timedelta(days=30)
_ID_LIFETIME: Final = timedelta(minutes=5)
_ACCESS_TYPE: Final = "at+jwt"


@dataclass(frozen=True, slots=True)
class IssuerIdentity:
    """Who issues: its URL and its organisation. `test`: for the test of a client, which doesn't count as its use."""

    url: str
    organisation_id: str
    test: bool = False


@dataclass(frozen=True, slots=True)
class LiveToken:
    """A token that works now."""

    kind: str
    client_row_id: str
    client_id: str
    user_id: str | None
    scopes: tuple[str, ...]
    expires_at: datetime
    claims: Mapping[str, Any]


def exchange_code(
    session: Session, issuer: IssuerIdentity, client: OAuthClient, parameters: Mapping[str, str]
) -> dict[str, Any] | OAuthError:
    """The tokens for a code. A code that was used before revokes what it was exchanged for: that error is returned, so
    that the revocation is kept; others are raised."""
    _require_grant(client, CODE)
    row = session.scalars(
        select(AuthorizationCode)
        .where(AuthorizationCode.code_hash == hash_token(parameters.get("code", "")))
        .with_for_update()
    ).first()
    if row is None or row.client_id != client.id or row.organisation_id != issuer.organisation_id:
        raise invalid_grant()
    if row.used_at is not None:
        _revoke_family(session, issuer, client, row.family_id, row.user_id, "code-replay")
        return invalid_grant()
    row.used_at = datetime.now(UTC)
    fits = row.redirect_uri == parameters.get("redirect_uri") and _verifies(row, parameters.get("code_verifier"))
    if row.expires_at <= datetime.now(UTC) or not fits:
        _record(session, issuer, client, "token.refuse", row.user_id, reason="code")
        return invalid_grant()  # returned: a code that was tried can't be tried again
    user = _active_user(session, issuer, row.user_id)
    return _issue(session, issuer, client, user, row.scopes, row.family_id or new_id(), nonce=row.nonce, code=row)


def refresh(
    session: Session, issuer: IssuerIdentity, client: OAuthClient, parameters: Mapping[str, str]
) -> dict[str, Any] | OAuthError:
    """New tokens for a refresh token, which ends. As `exchange_code` for one that was used before."""
    _require_grant(client, REFRESH)
    row = session.scalars(
        select(RefreshToken)
        .where(RefreshToken.token_hash == hash_token(parameters.get("refresh_token", "")))
        .with_for_update()
    ).first()
    if row is None or row.client_id != client.id or row.organisation_id != issuer.organisation_id:
        raise invalid_grant()
    if row.used_at is not None:
        _revoke_family(session, issuer, client, row.family_id, row.user_id, "refresh-reuse")
        return invalid_grant()
    if row.revoked_at is not None or row.expires_at <= datetime.now(UTC) or row.user_id is None:
        raise invalid_grant()
    user = _active_user(session, issuer, row.user_id)
    granted, scopes = list(row.scopes), list(row.scopes)
    if asked := parameters.get("scope", "").split():
        if not set(asked) <= set(scopes):
            raise OAuthError("invalid_scope", "A refresh token can't get more than was agreed to.")
        scopes = [one for one in scopes if one in (*asked, OFFLINE)]
    row.used_at = datetime.now(UTC)
    return _issue(session, issuer, client, user, scopes, row.family_id or new_id(), granted=granted)


def for_client(
    session: Session, issuer: IssuerIdentity, client: OAuthClient, parameters: Mapping[str, str]
) -> dict[str, Any]:
    """An access token for a client that acts for itself; without a person, so without a person's scopes."""
    _require_grant(client, CREDENTIALS)
    if parameters.get("scope", "").split():
        raise OAuthError("invalid_scope", "All scopes are about a person, and there is none.")
    return _issue(session, issuer, client, None, [], new_id())


def find_live(session: Session, issuer: IssuerIdentity, token: str) -> LiveToken | None:
    """The access or refresh token of this issuer, if it works now."""
    claims = _read_access(session, issuer, token)
    now = datetime.now(UTC)
    row: Token | RefreshToken | None
    if claims is not None:
        row = session.scalars(select(Token).where(Token.jti == str(claims.get("jti", "")))).first()
    else:
        query = select(RefreshToken).where(RefreshToken.token_hash == hash_token(token), RefreshToken.used_at.is_(None))
        row = session.scalars(query).first()
    if row is None or row.organisation_id != issuer.organisation_id:
        return None
    if row.revoked_at is not None or row.expires_at <= now:
        return None
    client = session.get(OAuthClient, row.client_id)
    if client is None or client.deleted_at is not None or client.disabled_at is not None:
        return None
    if row.user_id is not None and _find_active(session, issuer, row.user_id) is None:
        return None
    return LiveToken(
        "access_token" if claims is not None else "refresh_token",
        client.id, client.client_id, row.user_id, tuple(row.scopes), row.expires_at, claims or {},
    )  # fmt: skip


def introspect(session: Session, issuer: IssuerIdentity, client: OAuthClient, token: str) -> dict[str, Any]:
    """What RFC 7662 says of a token of this client; of anybody else's only that it doesn't work."""
    live = find_live(session, issuer, token)
    if live is None or live.client_row_id != client.id:
        return {"active": False}
    answer: dict[str, Any] = {
        "active": True,
        "client_id": live.client_id,
        "scope": " ".join(live.scopes),
        "exp": int(live.expires_at.timestamp()),
        "iss": issuer.url,
        "sub": live.user_id or live.client_id,
        "token_type": "Bearer" if live.kind == "access_token" else "refresh_token",
    }
    return answer | {name: live.claims[name] for name in ("jti", "iat", "aud") if name in live.claims}


def revoke(session: Session, issuer: IssuerIdentity, client: OAuthClient, token: str) -> None:
    """Revoke a token of this client: an access token alone, a refresh token with its family (RFC 7009)."""
    live = find_live(session, issuer, token)
    if live is None or live.client_row_id != client.id:
        return
    if live.kind == "access_token":
        mine = Token.jti == str(live.claims["jti"]), Token.organisation_id == issuer.organisation_id
        session.execute(update(Token).where(*mine).values(revoked_at=datetime.now(UTC)))
        _record(session, issuer, client, "token.revoke", live.user_id, reason="client")
        return
    family = session.scalars(select(RefreshToken.family_id).where(RefreshToken.token_hash == hash_token(token))).one()
    _revoke_family(session, issuer, client, family, live.user_id, "client")


def userinfo(session: Session, issuer: IssuerIdentity, token: str) -> dict[str, Any]:
    """What an access token with the scope openid tells about its person. Raises `OAuthError` (401, 403)."""
    live = find_live(session, issuer, token)
    if live is None or live.kind != "access_token" or live.user_id is None:
        raise OAuthError("invalid_token", "The access token is wrong, has expired or was revoked.", status=401)
    if "openid" not in live.scopes:
        raise OAuthError("insufficient_scope", "The access token lacks the scope openid.", status=403)
    return {"sub": live.user_id, **_claims_of(session.get_one(User, live.user_id), live.scopes)}


def _claims_of(user: User, scopes: Sequence[str]) -> dict[str, Any]:
    claims: dict[str, Any] = {}
    if "profile" in scopes:
        claims["name"] = user.name
    if "email" in scopes:
        claims["email"] = user.email
    return claims


def _require_grant(client: OAuthClient, grant: str) -> None:
    if grant not in client.grant_types:
        raise OAuthError("unauthorized_client", "The client may not use this grant type.")


def _verifies(row: AuthorizationCode, verifier: str | None) -> bool:
    """Whether the PKCE verifier fits. One for a code that was asked for without a challenge doesn't: the request that
    the client made was replaced on the way."""
    if row.code_challenge is None:
        return verifier is None
    if verifier is None or not 43 <= len(verifier) <= 128 or not verifier.isascii():
        return False
    digest = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return secrets.compare_digest(digest, row.code_challenge)


def _find_active(session: Session, issuer: IssuerIdentity, user_id: str) -> User | None:
    user = session.get(User, user_id)
    is_active = user is not None and user.status == "active" and user.deleted_at is None
    return user if is_active and user is not None and user.organisation_id == issuer.organisation_id else None


def _active_user(session: Session, issuer: IssuerIdentity, user_id: str) -> User:
    user = _find_active(session, issuer, user_id)
    if user is None:
        raise invalid_grant()
    return user


def _issue(
    session: Session,
    issuer: IssuerIdentity,
    client: OAuthClient,
    user: User | None,
    scopes: Sequence[str],
    family_id: str,
    *,
    nonce: str | None = None,
    code: AuthorizationCode | None = None,
    granted: Sequence[str] | None = None,
) -> dict[str, Any]:
    signer = signing_keys.find_signer(session, issuer.organisation_id)
    if signer is None:
        raise OAuthError("server_error", "There is no signing key.", status=500)
    now, jti = datetime.now(UTC), secrets.token_urlsafe(16)
    keys: dict[str, Any] = {
        "organisation_id": issuer.organisation_id,
        "client_id": client.id,
        "user_id": user.id if user is not None else None,
        "scopes": list(scopes),
        "family_id": family_id,
    }
    expires = now + ACCESS_LIFETIME
    session.add(Token(jti=jti, expires_at=expires, **keys))
    issued, subject = int(now.timestamp()), user.id if user is not None else client.client_id
    header = {"alg": signer.algorithm, "kid": signer.kid}
    base = {"iss": issuer.url, "sub": subject, "iat": issued}
    claims = {
        **base, "aud": issuer.url, "client_id": client.client_id, "scope": " ".join(scopes),
        "exp": int(expires.timestamp()), "jti": jti,
    }  # fmt: skip
    answer: dict[str, Any] = {
        "access_token": jwt.encode({**header, "typ": _ACCESS_TYPE}, claims, signer.key, algorithms=[signer.algorithm]),
        "token_type": "Bearer",
        "expires_in": int(ACCESS_LIFETIME.total_seconds()),
        "scope": " ".join(scopes),
    }
    if user is not None and OFFLINE in scopes and REFRESH in client.grant_types:
        answer["refresh_token"] = token = secrets.token_urlsafe(32)
        kept = keys | {"scopes": list(granted or scopes)}  # as much as was agreed to, whatever this token is for
        session.add(RefreshToken(token_hash=hash_token(token), expires_at=now + REFRESH_LIFETIME, **kept))
    if user is not None and code is not None and "openid" in scopes:
        about = {
            **base, "aud": client.client_id, "exp": int((now + _ID_LIFETIME).timestamp()),
            "auth_time": int(code.created_at.timestamp()), **_claims_of(user, scopes),
        }  # fmt: skip
        if nonce is not None:
            about["nonce"] = nonce
        answer["id_token"] = jwt.encode(header, about, signer.key, algorithms=[signer.algorithm])
    if not issuer.test:
        client.last_used_at = now
    _record(session, issuer, client, "token.issue", keys["user_id"], scopes=list(scopes))
    session.flush()
    return answer


def _read_access(session: Session, issuer: IssuerIdentity, token: str) -> dict[str, Any] | None:
    """The claims of an access token that this issuer signed and that hasn't expired; None for anything else."""
    if token.count(".") != 2 or len(token) > 8192:
        return None
    keys = signing_keys.published_keys(session, issuer.organisation_id)
    try:
        decoded = jwt.decode(token, KeySet.import_key_set({"keys": keys}), algorithms=list(signing_keys.ALGORITHMS))
    except (JoseError, ValueError, KeyError, TypeError, RecursionError):
        return None
    claims = decoded.claims
    fits = decoded.header.get("typ") == _ACCESS_TYPE and claims.get("iss") == issuer.url
    exp = claims.get("exp")
    return claims if fits and isinstance(exp, int) and exp > time.time() else None


def _revoke_family(
    session: Session, issuer: IssuerIdentity, client: OAuthClient, family_id: str | None, user_id: str | None, why: str
) -> None:
    now = datetime.now(UTC)
    for table in (Token, RefreshToken):
        family = table.organisation_id == issuer.organisation_id, table.family_id == family_id
        session.execute(update(table).where(*family, table.revoked_at.is_(None)).values(revoked_at=now))
    _record(session, issuer, client, "token.revoke-family", user_id, reason=why)
    session.flush()


def _record(
    session: Session, issuer: IssuerIdentity, client: OAuthClient, event: str, user_id: str | None, **details: object
) -> None:
    """Record what a client did for a person, or for itself."""
    program = Client("", f"OAuth client {client.name}", "127.0.0.1")
    if issuer.test:
        details["test"] = True
    audit.append(
        session, program, event, client.id, issuer.organisation_id, user_id,
        client=client.name, client_id=client.client_id, **details,
    )  # fmt: skip
