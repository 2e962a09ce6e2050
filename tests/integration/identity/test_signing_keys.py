"""Signing keys: made, published, rotated with overlap and retired; private halves are stored encrypted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import select, update
from sqlalchemy.orm import undefer

from benchboard.errors import Conflict, Invalid, NotFound, Unavailable
from benchboard.identity import audit
from benchboard.identity.oauth import signing_keys
from benchboard.identity.oauth.signing_keys import SigningKey
from benchboard.storage.models.credentials import Jwk
from support.databases import unbound
from support.oauth import provide_keys
from support.people import Town

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def data_keys(town: Town) -> None:
    provide_keys(town)


def _do(town: Town, act: Any, *arguments: Any, actor: Any = None, **options: Any) -> Any:
    with unbound(town.database).change() as session:
        return act(session, actor or town.actor, *arguments, **options)


def _states(town: Town) -> dict[str, str]:
    keys: tuple[SigningKey, ...] = _do(town, signing_keys.list_keys)
    return {key.kid: key.state for key in keys}


def _sign(town: Town) -> str:
    with unbound(town.database).read() as session:
        signer = signing_keys.find_signer(session, town.north)
    assert signer is not None
    return jwt.encode({"alg": signer.algorithm, "kid": signer.kid}, {"sub": "ada"}, signer.key)


def _published(town: Town) -> list[dict[str, Any]]:
    with unbound(town.database).read() as session:
        return signing_keys.published_keys(session, town.north)


def _verifies(town: Town, token: str) -> bool:
    keys = _published(town)
    try:
        return bool(jwt.decode(token, KeySet.import_key_set({"keys": keys}), algorithms=["ES256", "RS256"]).claims)
    except JoseError:
        return False


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_generated_key_signs_and_is_published_without_its_private_half(town: Town, algorithm: str) -> None:
    made = _do(town, signing_keys.generate_key, algorithm)
    assert made.state == "signing"
    (public,) = _published(town)
    assert public["kid"] == made.kid
    assert public["alg"] == algorithm
    assert not {"d", "p", "q", "dp", "dq", "qi"} & public.keys()
    assert _verifies(town, _sign(town))
    with unbound(town.database).read() as session:
        row = session.scalars(select(Jwk).options(undefer(Jwk.private_ciphertext))).one()
        assert b'"d"' not in row.private_ciphertext


def test_rotation_uses_the_key_published_before_and_verifies_the_old_ones_tokens_until_then(town: Town) -> None:
    first = _do(town, signing_keys.generate_key)
    old = _sign(town)
    second = _do(town, signing_keys.generate_key)
    assert _states(town) == {first.kid: "signing", second.kid: "published"}
    assert _do(town, signing_keys.rotate_key, overlap=HOUR).kid == second.kid
    assert _states(town) == {first.kid: "retired", second.kid: "signing"}
    assert _verifies(town, old)
    with unbound(town.database).change() as session:
        session.execute(update(Jwk).where(Jwk.kid == first.kid).values(published_until=datetime.now(UTC)))
        audit.record(session, town.actor, "jwk.retire", first.id)
    assert _states(town)[first.kid] == "ended"
    assert not _verifies(town, old)
    third = _do(town, signing_keys.rotate_key, overlap=timedelta(0), algorithm="RS256")
    assert third.algorithm == "RS256"
    assert [key["kid"] for key in _published(town)] == [third.kid]


def test_retire_key_ends_its_publishing_but_not_that_of_the_one_that_signs(town: Town) -> None:
    first = _do(town, signing_keys.generate_key)
    with pytest.raises(Conflict) as refused:
        _do(town, signing_keys.retire_key, first.kid)
    assert refused.value.code == "jwks.signing"
    _do(town, signing_keys.rotate_key, overlap=HOUR)
    assert _do(town, signing_keys.retire_key, first.kid).state == "ended"
    assert first.kid not in [key["kid"] for key in _published(town)]
    with pytest.raises(NotFound):
        _do(town, signing_keys.retire_key, first.kid, actor=town.stranger.actor)


def test_keys_of_another_organisation_are_not_listed_or_used(town: Town) -> None:
    _do(town, signing_keys.generate_key)
    assert _do(town, signing_keys.list_keys, actor=town.stranger.actor) == ()
    with unbound(town.database).read() as session:
        assert signing_keys.find_signer(session, town.south) is None
        assert signing_keys.published_keys(session, town.south) == []


def test_private_half_moved_to_another_key_is_not_opened(town: Town) -> None:
    _do(town, signing_keys.generate_key)
    with unbound(town.database).change() as session:
        session.execute(update(Jwk).values(kid="another"))
        audit.record(session, town.actor, "jwk.retire", None)
    with pytest.raises(Unavailable):
        _sign(town)


def test_unknown_algorithm_and_overlap_are_refused(town: Town) -> None:
    with pytest.raises(Invalid):
        _do(town, signing_keys.generate_key, "none")
    with pytest.raises(Invalid):
        _do(town, signing_keys.rotate_key, overlap=timedelta(days=365))
