"""OAuth clients: registered, changed, their secrets rotated and ended, disabled, deleted and restored by an admin."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import undefer

from benchboard.errors import AppError, Conflict, Invalid, NotFound
from benchboard.identity import audit
from benchboard.identity.audit_titles import entry_title
from benchboard.identity.oauth import clients
from benchboard.identity.oauth.client_fields import ClientFields
from benchboard.identity.oauth.clients import ClientRecord
from benchboard.paging import Listing
from benchboard.storage.models.credentials import OAuthClient, RefreshToken, Token
from support.databases import unbound
from support.oauth import WEB_APP, register
from support.people import Town

HOUR = timedelta(hours=1)


def _do(town: Town, act: Any, *arguments: Any, actor: Any = None, **options: Any) -> Any:
    with unbound(town.database).change() as session:
        return act(session, actor or town.actor, *arguments, **options)


def _fits(town: Town, client_id: str, secret: str) -> bool:
    with unbound(town.database).read() as session:
        row = session.scalars(
            select(OAuthClient)
            .where(OAuthClient.client_id == client_id)
            .options(undefer(OAuthClient.secret_hash), undefer(OAuthClient.previous_secret_hash))
        ).one()
        return clients.secret_fits(row, secret)


def _trail(town: Town) -> list[audit.AuditEntry]:
    with unbound(town.database).read() as session:
        listing = Listing(filters={"resource_type": "client"})
        return list(reversed(audit.list_entries(session, town.actor, listing).rows))


def _give_tokens(town: Town, client: ClientRecord) -> None:
    """An access and a refresh token that work, and one that has expired."""
    now = datetime.now(UTC)
    keys = {"organisation_id": town.north, "client_id": client.id, "user_id": town.actor.user_id}
    with unbound(town.database).change() as session:
        session.add(Token(jti="a", expires_at=now + HOUR, **keys))
        session.add(Token(jti="b", expires_at=now - HOUR, **keys))
        session.add(RefreshToken(token_hash="0" * 64, expires_at=now + HOUR, **keys))
        audit.append(session, town.actor.client, "client.update", client.id, town.north, None)


def test_create_client_shows_its_secret_once_and_keeps_only_a_hash(town: Town) -> None:
    made = register(town)
    assert made.secret.startswith("bbs_")
    assert made.client.client_id.startswith("bb_")
    assert made.client.secret_hint == made.secret[-4:]
    assert made.secret not in repr(made)
    assert _fits(town, made.client.client_id, made.secret)
    assert not _fits(town, made.client.client_id, made.secret[:-1])
    with unbound(town.database).read() as session:
        stored = session.scalars(select(OAuthClient.secret_hash)).one()
        assert str(stored).startswith("$argon2id$")
        (listed,) = clients.list_clients(session, town.actor, Listing("LINE")).rows
        assert clients.get_client(session, town.actor, made.client.id[:8]) == listed
        assert clients.count_clients(session, town.actor) == 1
        assert clients.list_clients(session, town.actor, Listing(filters={"type": "public"})).rows == ()
    assert listed.fields == WEB_APP
    assert made.secret not in str([entry.details for entry in _trail(town)])
    assert [entry_title(entry) for entry in _trail(town)] == ["Registered the OAuth client “Line 2 display”"]


def test_create_public_client_has_no_secret(town: Town) -> None:
    made = register(town, "public", redirect_uris=("http://127.0.0.1/back",))
    assert made.secret == ""
    assert made.client.secret_hint is None
    assert not _fits(town, made.client.client_id, "")
    with pytest.raises(Conflict) as refused:
        _do(town, clients.rotate_secret, made.client.client_id, overlap=HOUR)
    assert refused.value.code == "clients.public"


@pytest.mark.parametrize(
    ("kind", "fields", "code"),
    [
        ("confidential", {"name": " "}, "clients.name"),
        ("confidential", {"name": "x" * 101}, "people.name"),
        ("confidential", {"name": "Line\u202e 2"}, "people.name"),
        ("confidential", {"redirect_uris": ()}, "clients.no-redirect"),
        ("confidential", {"redirect_uris": ("http://line2-tv/back",)}, "clients.redirect"),
        ("confidential", {"scopes": ("openid", "admin")}, "clients.value"),
        ("confidential", {"grant_types": ("implicit",)}, "clients.value"),
        ("confidential", {"grant_types": ()}, "clients.grants"),
        ("confidential", {"grant_types": ("refresh_token",)}, "clients.grants"),
        ("public", {"grant_types": ("client_credentials",)}, "clients.grants"),
        ("secret", {}, "clients.type"),
    ],
)
def test_create_client_with_invalid_fields_raises(town: Town, kind: Any, fields: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        register(town, kind, **fields)
    assert refused.value.code == code
    assert _trail(town) == []


def test_create_client_of_taken_name_raises(town: Town) -> None:
    register(town)
    with pytest.raises(Conflict) as refused:
        register(town, name="line 2 DISPLAY")
    assert refused.value.code == "clients.taken"
    register(town, actor=town.stranger.actor)


def test_change_client_changes_only_what_differs_and_can_be_undone(town: Town) -> None:
    made = register(town)
    wanted = ClientFields(
        redirect_uris=("https://a.example/back", " https://b.example/back "), scopes=("email", "openid")
    )
    before = _do(town, clients.change_client, made.client.id, wanted, seen=made.client.fields)
    assert before == ClientFields(redirect_uris=WEB_APP.redirect_uris, scopes=WEB_APP.scopes)
    now = _do(town, clients.get_client, made.client.id).fields
    assert now == replace(
        WEB_APP, redirect_uris=("https://a.example/back", "https://b.example/back"), scopes=("openid", "email")
    )
    assert _do(town, clients.change_client, made.client.id, now) == ClientFields()
    _do(town, clients.change_client, made.client.id, before, seen=now)
    assert _do(town, clients.get_client, made.client.id).fields == WEB_APP
    changes = _trail(town)[1].details["changes"]
    assert changes["scopes"] == [list(WEB_APP.scopes), ["openid", "email"]]
    assert changes.keys() == {"redirect_uris", "scopes"}


def test_change_client_changed_meanwhile_raises(town: Town) -> None:
    made = register(town)
    _do(town, clients.change_client, made.client.id, ClientFields("Line 3"))
    with pytest.raises(Conflict) as refused:
        _do(town, clients.change_client, made.client.id, ClientFields("Line 4"), seen=WEB_APP)
    assert refused.value.code == "clients.changed-meanwhile"
    _do(town, clients.change_client, made.client.id, ClientFields(scopes=("openid",)), seen=WEB_APP)


def test_rotate_secret_with_overlap_accepts_both_until_it_ends(town: Town) -> None:
    made = register(town)
    name = made.client.client_id
    rotated = _do(town, clients.rotate_secret, name, overlap=HOUR)
    assert _fits(town, name, made.secret)
    assert _fits(town, name, rotated.secret)
    assert rotated.client.previous_secret_hint == made.secret[-4:]
    with unbound(town.database).change() as session:
        over = update(OAuthClient).values(previous_secret_until=datetime.now(UTC) - timedelta(seconds=1))
        session.execute(over)
        audit.record(session, town.actor, "client.update", made.client.id)
    assert not _fits(town, name, made.secret)
    assert _do(town, clients.get_client, name).previous_secret_hint is None
    again = _do(town, clients.rotate_secret, name, overlap=HOUR)
    assert _fits(town, name, rotated.secret)
    ended = _do(town, clients.end_previous_secret, name)
    assert ended.previous_secret_until is None
    assert not _fits(town, name, rotated.secret)
    assert _fits(town, name, again.secret)


def test_rotate_secret_without_overlap_ends_the_old_one_at_once(town: Town) -> None:
    made = register(town)
    first = _do(town, clients.rotate_secret, made.client.id, overlap=HOUR)
    second = _do(town, clients.rotate_secret, made.client.id, overlap=timedelta(0))
    fits = [_fits(town, made.client.client_id, one.secret) for one in (made, first, second)]
    assert fits == [False, False, True]
    with pytest.raises(Invalid):
        _do(town, clients.rotate_secret, made.client.id, overlap=timedelta(days=3000))


def test_disable_and_delete_client_revoke_its_tokens(town: Town) -> None:
    made = register(town)
    _give_tokens(town, made.client)
    assert _do(town, clients.get_client, made.client.id).tokens == 2
    assert _do(town, clients.disable_client, made.client.id) == 2
    assert _do(town, clients.disable_client, made.client.id) == 0
    assert _do(town, clients.get_client, made.client.id).disabled_at is not None
    _do(town, clients.enable_client, made.client.id)
    assert _do(town, clients.get_client, made.client.id).disabled_at is None
    assert _do(town, clients.delete_client, made.client.id) == 0
    with pytest.raises(NotFound):
        _do(town, clients.get_client, made.client.id)
    restored = _do(town, clients.restore_client, made.client.id)
    assert (restored.name, restored.tokens) == ("Line 2 display", 0)
    with unbound(town.database).read() as session:
        revoked = session.scalars(select(Token.revoked_at).where(Token.jti == "a")).one()
    assert revoked is not None
    told = [entry.event for entry in _trail(town)]
    assert told[2:] == ["client.disable", "client.enable", "client.delete", "client.restore"]


def test_restore_client_whose_name_was_taken_raises(town: Town) -> None:
    made = register(town)
    _do(town, clients.delete_client, made.client.id)
    register(town)
    with pytest.raises(Conflict):
        _do(town, clients.restore_client, made.client.id)


def test_client_is_found_by_its_ids_before_names_and_by_a_name_that_is_the_only_one(town: Town) -> None:
    made = register(town).client
    posing = register(town, name=made.client_id).client
    assert _do(town, clients.get_client, made.client_id).id == made.id
    assert _do(town, clients.get_client, posing.client_id).id == posing.id
    assert _do(town, clients.get_client, made.name).id == made.id
    _do(town, clients.delete_client, made.id)
    _do(town, clients.delete_client, register(town).client.id)
    with pytest.raises(Conflict) as refused:
        _do(town, clients.restore_client, made.name)
    assert refused.value.code == "clients.ambiguous"
    _do(town, clients.restore_client, made.client_id)
    assert _do(town, clients.get_client, made.name).id == made.id


def test_client_of_another_organisation_is_not_found(town: Town) -> None:
    made, stranger = register(town), town.stranger.actor
    acts = (
        (clients.get_client, {}),
        (clients.change_client, {"fields": ClientFields("Mine")}),
        (clients.rotate_secret, {"overlap": HOUR}),
        (clients.end_previous_secret, {}),
        (clients.disable_client, {}),
        (clients.enable_client, {}),
        (clients.delete_client, {}),
        (clients.restore_client, {}),
    )
    for act, options in acts:
        for name in (made.client.id, made.client.client_id):
            with pytest.raises(AppError) as refused:
                _do(town, act, name, actor=stranger, **options)
            assert refused.value.code == "clients.unknown"
    assert _do(town, clients.list_clients, Listing(), actor=stranger).rows == ()


def test_list_clients_reads_are_as_many_for_any_number_of_rows(town: Town) -> None:
    for name in ("Alpha", "Bravo", "Charlie"):
        register(town, name=name)
    reads: list[str] = []
    with unbound(town.database).read() as session:
        event.listen(session.get_bind(), "before_cursor_execute", lambda *args: reads.append(args[2]))
        first = clients.list_clients(session, town.actor, Listing(), limit=2)
        rest = clients.list_clients(session, town.actor, Listing(), after=first.next_key)
    assert [one.name for one in (*first.rows, *rest.rows)] == ["Alpha", "Bravo", "Charlie"]
    assert sum("SELECT" in statement for statement in reads) == 4
