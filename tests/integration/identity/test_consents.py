"""Consents and tokens: listed by client and person, and revoked, so that the client has to ask again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from benchboard.errors import Invalid, NotFound
from benchboard.identity import audit, person_deletion
from benchboard.identity.audit_titles import entry_title
from benchboard.identity.oauth import consents
from benchboard.paging import Listing
from benchboard.storage.models.credentials import Consent, RefreshToken, Token
from support.databases import unbound
from support.oauth import register
from support.people import Town

HOUR = timedelta(hours=1)


@pytest.fixture
def mert(town: Town) -> str:
    return town.add("mert@north.example", "Mert")


@pytest.fixture
def client(town: Town, mert: str) -> str:
    """A client that Mert and the admin agreed to, with tokens for both."""
    made = register(town).client
    now = datetime.now(UTC)
    with unbound(town.database).change() as session:
        for at, user_id in enumerate((mert, town.actor.user_id)):
            keys = {"organisation_id": town.north, "client_id": made.id, "user_id": user_id, "scopes": ["openid"]}
            session.add(Consent(**keys))
            session.add(Token(jti=str(at), expires_at=now + HOUR, **keys))
            session.add(Token(jti=f"old {at}", expires_at=now - HOUR, **keys))
            session.add(RefreshToken(token_hash=str(at) * 64, expires_at=now + HOUR, **keys))
            session.add(RefreshToken(token_hash=str(at + 5) * 64, expires_at=now + HOUR, used_at=now, **keys))
        audit.record(session, town.actor, "client.update", made.id)
    return made.id


def _do(town: Town, act: Any, *arguments: Any, actor: Any = None, **options: Any) -> Any:
    with unbound(town.database).change() as session:
        return act(session, actor or town.actor, *arguments, **options)


def _listed(town: Town, **filters: str) -> dict[str, int]:
    rows = _do(town, consents.list_consents, Listing(filters=dict(filters))).rows
    return {one.person: one.tokens for one in rows}


def test_consents_are_listed_by_client_and_person_with_their_live_tokens(town: Town, client: str, mert: str) -> None:
    assert _listed(town, client=client) == {"Mert": 2, "Admin of north": 2}
    assert _listed(town, user_id=mert) == {"Mert": 2}
    assert _listed(town, client="nothing") == {}
    with pytest.raises(Invalid):
        _listed(town, scope="openid")
    assert _do(town, consents.list_consents, Listing(), actor=town.stranger.actor).rows == ()
    reads: list[str] = []
    with unbound(town.database).read() as session:
        event.listen(session.get_bind(), "before_cursor_execute", lambda *args: reads.append(args[2]))
        consents.list_consents(session, town.actor, Listing())
    assert sum("SELECT" in one for one in reads) == 2


def test_tokens_are_listed_by_kind_without_expired_and_used_ones(town: Town, client: str) -> None:
    for kind in ("access", "refresh"):
        found = _do(town, consents.list_tokens, Listing(filters={"client": client}), kind=kind).rows
        assert sorted(str(one.person) for one in found) == ["Admin of north", "Mert"]
        assert {one.kind for one in found} == {kind}
    first = _do(town, consents.list_tokens, Listing(), limit=1)
    rest = _do(town, consents.list_tokens, Listing(), after=first.next_key)
    assert len({one.id for one in (*first.rows, *rest.rows)}) == 2


def test_revoking_a_consent_revokes_that_persons_tokens_alone(town: Town, client: str, mert: str) -> None:
    (consent,) = _do(town, consents.list_consents, Listing(filters={"user_id": mert})).rows
    for actor in (town.stranger.actor,):
        with pytest.raises(NotFound):
            _do(town, consents.revoke_consent, consent.id, actor=actor)
    assert _do(town, consents.revoke_consent, consent.id[:8]) == 2
    assert _listed(town, client=client) == {"Admin of north": 2}
    with pytest.raises(NotFound):
        _do(town, consents.revoke_consent, consent.id)
    with unbound(town.database).read() as session:
        (entry,) = audit.list_entries(session, town.actor, Listing(filters={"event": "client.revoke-consent"})).rows
    expected = "Revoked the access of the OAuth client “Line 2 display” to the account of Mert"
    assert entry_title(entry) == expected


def test_revoking_a_token_leaves_the_others(town: Town, client: str, mert: str) -> None:
    (token,) = _do(town, consents.list_tokens, Listing(filters={"user_id": mert}), kind="refresh").rows
    with pytest.raises(NotFound):
        _do(town, consents.revoke_token, token.id, actor=town.stranger.actor)
    _do(town, consents.revoke_token, token.id)
    assert _listed(town, client=client) == {"Mert": 1, "Admin of north": 2}
    for name in (token.id, "not an id"):
        with pytest.raises(NotFound):
            _do(town, consents.revoke_token, name)


def test_deleted_person_has_no_consents_or_tokens(town: Town, client: str, mert: str) -> None:
    _do(town, person_deletion.delete_people, [mert])
    assert _listed(town, client=client) == {"Admin of north": 2}
    assert len(_do(town, consents.list_tokens, Listing(filters={"client": client})).rows) == 1
