"""JSON web keys: what an organisation's tokens are signed with. Programs verify them with the published public halves.

A new key is published first, so that programs learn it, and signs from the next rotation on. The key before it is
published for as long as the rotation says, so that what it signed can still be verified; then it ends. Private halves
are encrypted with the organisation's data key. Sources: RFC 7517 (JWK), RFC 7518 section 3.1 (ES256, RS256).
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from joserfc.jwk import ECKey, RSAKey
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from benchboard.errors import Conflict, Invalid, NotFound
from benchboard.i18n import _
from benchboard.identity import audit
from benchboard.identity.keys import Sealed, data_key_of
from benchboard.identity.permissions import Actor, require
from benchboard.storage.models.credentials import Jwk

ALGORITHMS: Final = ("ES256", "RS256")
OVERLAPS: Final = (timedelta(0), timedelta(hours=1), timedelta(days=1), timedelta(days=7))
"""How long the key before a rotation can go on being published."""
_RSA_BITS: Final = 2048
KeyState = Literal["published", "signing", "retired", "ended"]
"""Published and not used yet; signing; signs no more and is still published; not published any more."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key by its public facts. `published_until` is set for a retired one."""

    id: str
    kid: str
    algorithm: str
    state: KeyState
    created_at: datetime
    signing_since: datetime | None
    published_until: datetime | None


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """The private key that signs now."""

    kid: str
    algorithm: str
    key: ECKey | RSAKey


def list_keys(session: Session, actor: Actor) -> tuple[SigningKey, ...]:
    """The organisation's keys, the newest first; those that ended are among them."""
    require(actor, "clients:read")
    own = select(Jwk).where(Jwk.organisation_id == actor.organisation_id).order_by(Jwk.created_at.desc(), Jwk.id)
    return tuple(_record(row) for row in session.scalars(own))


def generate_key(session: Session, actor: Actor, algorithm: str = ALGORITHMS[0]) -> SigningKey:
    """Make a key and publish it. The organisation's first one signs from now on, any other from a rotation on."""
    require(actor, "clients:write")
    row = _generate(session, actor, algorithm)
    if _signing(session, actor.organisation_id) is None:
        row.signing_since = datetime.now(UTC)
    session.add(row)
    session.flush()
    changes = {"status": [None, _state(row)], "algorithm": [None, algorithm]}
    audit.record(session, actor, "jwk.generate", row.id, name=row.kid, changes=changes)
    return _record(row)


def rotate_key(session: Session, actor: Actor, *, overlap: timedelta, algorithm: str | None = None) -> SigningKey:
    """Sign with the key that was published last, or with a new one of `algorithm` (that of the present one).

    The present one is published for `overlap` (one of `OVERLAPS`); at 0 what it signed can't be verified any more.
    """
    require(actor, "clients:write")
    if overlap not in OVERLAPS:
        raise Invalid("jwks.overlap", _("The old key can't go on being published that long."), field="overlap")
    before = _signing(session, actor.organisation_id)
    waiting = _waiting(session, actor.organisation_id, algorithm)
    now = datetime.now(UTC)
    if waiting is None:
        waiting = _generate(session, actor, algorithm or (before.algorithm if before is not None else ALGORITHMS[0]))
        session.add(waiting)
    waiting.signing_since = now
    if before is not None:
        before.status, before.rotated_at, before.published_until = "retired", now, now + overlap
    session.flush()
    audit.record(
        session, actor, "jwk.rotate", waiting.id,
        name=waiting.kid,
        published_until=before.published_until.isoformat() if before is not None and before.published_until else None,
        changes={"signing_key": [before.kid if before is not None else None, waiting.kid]},
    )  # fmt: skip
    return _record(waiting)


def retire_key(session: Session, actor: Actor, kid: str) -> SigningKey:
    """End the publishing of a key now: what it signed can't be verified any more.

    Raises `NotFound` (`jwks.unknown`), and `Conflict` (`jwks.signing`) for the key that signs.
    """
    require(actor, "clients:write")
    own = select(Jwk).where(Jwk.organisation_id == actor.organisation_id, Jwk.kid == kid).with_for_update()
    row = session.scalars(own).first()
    if row is None:
        raise NotFound(
            "jwks.unknown",
            _("There's no signing key “{kid}”.").format(kid=kid[:60]),
            do=_("Choose one listed by “benchboard oauth key list”."),
        )
    before = _state(row)
    if before == "signing":
        raise Conflict("jwks.signing", _("This key signs now."), do=_("Rotate the keys first, then retire it."))
    if before != "ended":
        row.status, row.published_until = "revoked", datetime.now(UTC)
        session.flush()
        audit.record(session, actor, "jwk.retire", row.id, name=row.kid, changes={"status": [before, "ended"]})
    return _record(row)


def published_keys(session: Session, organisation_id: str) -> list[dict[str, Any]]:
    """The public halves that programs verify tokens with, as RFC 7517 has them."""
    own = select(Jwk).where(Jwk.organisation_id == organisation_id).order_by(Jwk.created_at.desc(), Jwk.id)
    return [dict(row.public_jwk) for row in session.scalars(own) if _state(row) != "ended"]


def find_signer(session: Session, organisation_id: str) -> Signer | None:
    """The private key that signs now; None if there is none yet. Raises `Unavailable` without the data key."""
    row = _signing(session, organisation_id, private=True)
    if row is None:
        return None
    sealed = Sealed(row.private_key_version, row.private_nonce, row.private_ciphertext)
    stored = json.loads(data_key_of(session, organisation_id).open(sealed, aad=_aad(organisation_id, row.kid)))
    kind = ECKey if row.algorithm == "ES256" else RSAKey
    return Signer(row.kid, row.algorithm, kind.import_key(stored))


def _generate(session: Session, actor: Actor, algorithm: str) -> Jwk:
    if algorithm not in ALGORITHMS:
        raise Invalid(
            "jwks.algorithm",
            _("Keys can't have the algorithm “{algorithm}”.").format(algorithm=algorithm[:40]),
            do=_("Choose one of: {values}.").format(values=", ".join(ALGORITHMS)),
            field="algorithm",
        )
    key: ECKey | RSAKey
    key = ECKey.generate_key("P-256") if algorithm == "ES256" else RSAKey.generate_key(_RSA_BITS)
    kid = f"{datetime.now(UTC):%Y-%m-%d}-{secrets.token_hex(4)}"
    about = {"kid": kid, "use": "sig", "alg": algorithm}
    private = json.dumps({**key.as_dict(private=True), **about}).encode()
    sealed = data_key_of(session, actor.organisation_id).seal(private, aad=_aad(actor.organisation_id, kid))
    return Jwk(
        organisation_id=actor.organisation_id,
        kid=kid,
        algorithm=algorithm,
        public_jwk={**key.as_dict(private=False), **about},
        private_key_version=sealed.key_version,
        private_nonce=sealed.nonce,
        private_ciphertext=sealed.ciphertext,
        status="active",
    )


def _aad(organisation_id: str, kid: str) -> bytes:
    return f"jwk:{organisation_id}:{kid}".encode()


def _signing(session: Session, organisation_id: str, *, private: bool = False) -> Jwk | None:
    query = select(Jwk).where(
        Jwk.organisation_id == organisation_id, Jwk.status == "active", Jwk.signing_since.is_not(None)
    )
    if private:
        query = query.options(undefer(Jwk.private_ciphertext))
    return session.scalars(query.order_by(Jwk.signing_since.desc())).first()


def _waiting(session: Session, organisation_id: str, algorithm: str | None) -> Jwk | None:
    """The key that was published last and signs nothing yet."""
    query = select(Jwk).where(
        Jwk.organisation_id == organisation_id, Jwk.status == "active", Jwk.signing_since.is_(None)
    )
    if algorithm is not None:
        query = query.where(Jwk.algorithm == algorithm)
    return session.scalars(query.order_by(Jwk.created_at.desc()).with_for_update()).first()


def _state(row: Jwk) -> KeyState:
    if row.status == "active":
        return "signing" if row.signing_since is not None else "published"
    is_published = row.published_until is not None and row.published_until > datetime.now(UTC)
    return "retired" if row.status == "retired" and is_published else "ended"


def state_title(state: str) -> str:
    """The state of a key."""
    return {
        "published": _("Published"),
        "signing": _("Signs"),
        "retired": _("Retired"),
        "ended": _("Ended"),
    }.get(state, state)


def _record(row: Jwk) -> SigningKey:
    return SigningKey(
        row.id, row.kid, row.algorithm, _state(row), row.created_at, row.signing_since, row.published_until
    )


def signing_of(keys: Sequence[SigningKey]) -> SigningKey | None:
    """The one of the keys that signs now."""
    return next((key for key in keys if key.state == "signing"), None)
