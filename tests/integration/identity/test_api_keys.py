"""API keys: what programs may do by them, and what nobody may. On both engines."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, update

from benchboard.errors import AppError, Conflict, Denied, Invalid, NotFound
from benchboard.identity import api_keys, audit, authentication, person_deletion, users
from benchboard.identity.api_keys import ApiKeyRecord, NewApiKey
from benchboard.identity.audit_titles import entry_title
from benchboard.identity.permissions import Actor
from benchboard.identity.person_changes import PersonFields, change_person
from benchboard.paging import Listing
from benchboard.storage.models.credentials import ApiKey
from benchboard.storage.models.identity import Organisation
from support.databases import unbound
from support.people import CLIENT, Town


def _do(town: Town, act: Callable[..., Any], *given: Any, **named: Any) -> Any:
    with unbound(town.database).change() as session:
        return act(session, *given, **named)


def _as(town: Town, actor: Actor, act: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """Call a service in a transaction of the actor, as commands do."""
    with town.database.bind(actor).change() as session:
        return act(session, actor, *given, **named)


def _make(town: Town, actor: Actor, *permissions: str, name: str = "Nightly export", days: int = 30) -> NewApiKey:
    expires = datetime.now(UTC) + timedelta(days=days)
    made: NewApiKey = _as(town, actor, api_keys.create_key, name=name, permissions=permissions, expires_at=expires)
    return made


def _enter(town: Town, key: str) -> Actor:
    actor: Actor = _do(town, authentication.api_key_actor, key=key, client=CLIENT)
    return actor


def _keys(town: Town, actor: Actor, **filters: Any) -> list[ApiKeyRecord]:
    with town.database.bind(actor).read() as session:
        return list(api_keys.list_keys(session, actor, Listing(filters=filters)).rows)


def _analyst(town: Town, name: str = "mert") -> Actor:
    town.add(f"{name}@north.example", name.title())
    return town.sign_in(f"{name}@north.example").actor


def _refused(act: Callable[[], object]) -> AppError:
    with pytest.raises(AppError) as refused:
        act()
    return refused.value


def test_key_acts_for_its_person_with_its_own_permissions_alone(town: Town) -> None:
    made = _make(town, town.actor, "users:read", "audit:read")
    assert made.secret.startswith(made.record.prefix + "_")
    assert made.secret not in repr(made)
    actor = _enter(town, made.secret)
    assert (actor.user_id, actor.permissions) == (town.actor.user_id, {"users:read", "audit:read"})
    with town.database.bind(actor).read() as session:
        assert users.list_people(session, actor, Listing()).rows
    refused = _refused(lambda: _as(town, actor, users.set_state, [_analyst(town).user_id], "inactive"))
    assert refused.facts["act"] == "users:write"
    (key,) = _keys(town, town.actor)
    assert key.last_used_at is not None
    assert key.state == "active"


def test_key_has_no_more_than_its_person_has_now(town: Town) -> None:
    mert = _analyst(town)
    refused = _refused(lambda: _make(town, mert, "sources:read", "users:write"))
    assert isinstance(refused, Invalid)
    assert "users:write" in refused.what
    made = _make(town, mert, "sources:write", "studio:enter")
    actor = _enter(town, made.secret)
    _as(town, town.actor, change_person, mert.user_id, PersonFields(role="business_user"))
    with town.database.bind(actor).read() as session:
        assert actor.permissions == {"studio:enter"}
        del session
    assert _enter(town, made.secret).permissions == {"studio:enter"}


@pytest.mark.parametrize("case", ["unknown", "malformed", "expired", "revoked", "disabled", "deleted", "organisation"])
def test_key_that_is_not_valid_is_refused_in_the_same_words_after_the_same_statements(town: Town, case: str) -> None:
    mert = _analyst(town)
    made = _make(town, mert, "studio:enter")
    actor, key = _enter(town, made.secret), made.secret
    if case == "unknown":
        key = f"bb_00000000_{'A' * 43}"
    elif case == "malformed":
        key = "\udc80" * 10_000
    elif case == "expired":
        with town.database.engine.begin() as connection:
            connection.execute(update(ApiKey).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    elif case == "revoked":
        _as(town, mert, api_keys.revoke_key, made.record.id)
    elif case == "disabled":
        _as(town, town.actor, users.set_state, [mert.user_id], "inactive")
    elif case == "deleted":
        _as(town, town.actor, person_deletion.delete_people, [mert.user_id])
    else:
        with town.database.engine.begin() as connection:
            connection.execute(update(Organisation).where(Organisation.id == town.north).values(status="suspended"))
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)

    for engine in town.database.engines:
        event.listen(engine, "before_cursor_execute", note)
    refused = _refused(lambda: _enter(town, key))
    for engine in town.database.engines:
        event.remove(engine, "before_cursor_execute", note)
    assert (refused.code, refused.what) == ("accounts.key", "This API key isn't valid.")
    assert "It may be mistyped, expired or revoked" in refused.why
    assert len([one for one in statements if "SELECT" in one and "api_keys" in one]) == 1
    assert not [one for one in statements if one.startswith(("INSERT", "UPDATE"))]
    if case in ("expired", "revoked", "disabled", "deleted", "organisation"):
        # What is running by it ends at its next transaction, too.
        ended = _refused(lambda: _as(town, actor, api_keys.list_keys, Listing()))
        assert ended.code == "access.ended"


def test_refused_use_of_a_known_key_is_recorded_and_of_an_unknown_one_is_not(town: Town) -> None:
    mert = _analyst(town)
    made = _make(town, mert, "studio:enter")
    _as(town, mert, api_keys.revoke_key, made.record.id)
    for key in (made.secret, f"bb_00000000_{'A' * 43}"):
        _do(town, authentication.record_key_refusal, key=key, client=CLIENT)
    with town.database.bind(town.actor).read() as session:
        found = audit.list_entries(session, town.actor, Listing(filters={"event": "key.refuse"})).rows
        everything = audit.list_entries(session, town.actor, Listing(), limit=200).rows
    assert [entry_title(one) for one in found] == ["Used the API key “Nightly export”, which isn't valid"]
    assert made.secret not in repr(everything)
    assert made.secret[12:32] not in repr(everything)


def test_what_a_key_does_is_recorded_with_its_prefix(town: Town) -> None:
    made = _make(town, town.actor, "users:write", "users:read")
    actor = _enter(town, made.secret)
    _as(town, actor, users.set_state, [_analyst(town).user_id], "inactive")
    with town.database.bind(town.actor).read() as session:
        (entry,) = audit.list_entries(session, town.actor, Listing(filters={"event": "user.disable"})).rows
    assert entry.details["api_key"] == made.record.prefix


def test_people_see_and_end_their_own_keys_and_admins_those_of_their_organisation(town: Town) -> None:
    mert, bob = _analyst(town), _analyst(town, "bob")
    key, other = _make(town, mert, "studio:enter"), _make(town, bob, "studio:enter", name="Other")
    foreign = _make(town, town.stranger.actor, "studio:enter", name="Foreign")
    assert [one.name for one in _keys(town, mert)] == ["Nightly export"]
    assert {one.name for one in _keys(town, town.actor)} == {"Nightly export", "Other"}
    assert [one.name for one in _keys(town, town.actor, user_id=bob.user_id)] == ["Other"]
    for actor, which in ((mert, other), (mert, foreign), (town.actor, foreign)):
        for act in (api_keys.get_key, api_keys.revoke_key, api_keys.rotate_key):
            refused = _refused(lambda act=act, actor=actor, which=which: _as(town, actor, act, which.record.id))
            assert isinstance(refused, NotFound)
    assert _refused(lambda: _as(town, town.actor, api_keys.rotate_key, key.record.id)).code == "keys.not-own"
    revoked = _as(town, town.actor, api_keys.revoke_key, key.record.id)
    assert revoked.state == "revoked"
    assert _keys(town, mert, state="active") == []
    assert _enter(town, other.secret).user_id == bob.user_id


def test_key_can_neither_make_keys_nor_become_more_by_acting_for_another(town: Town) -> None:
    """Whoever has a leaked key must not keep access after it was revoked, or gain what it lacks."""
    made = _make(town, town.actor, "keys:write", "users:write", "users:read")
    actor = _enter(town, made.secret)
    more = {"name": "More", "permissions": ["users:read"], "expires_at": None}
    assert _refused(lambda: _as(town, actor, api_keys.create_key, **more)).code == "keys.by-key"
    other = _make(town, town.actor, "users:read", name="Other")
    assert _refused(lambda: _as(town, actor, api_keys.rotate_key, other.record.id)).code == "keys.by-key"
    mert = _analyst(town)
    with town.database.bind(actor).read() as session:
        as_mert = authentication.actor_for_email(session, actor, email=mert.email)
    assert as_mert.permissions == {"keys:write"}
    with town.database.bind(as_mert).read():
        assert as_mert.permissions == {"keys:write"}
    assert _refused(lambda: _as(town, as_mert, api_keys.create_key, **more)).code == "keys.by-key"
    in_person = replace(as_mert, api_key_id=None)
    assert _refused(lambda: _as(town, in_person, api_keys.create_key, **more)).code == "keys.for-another"
    _as(town, town.actor, api_keys.revoke_key, made.record.id)
    assert _refused(lambda: _as(town, as_mert, api_keys.list_keys, Listing())).code == "access.ended"


def test_forged_key_id_of_another_person_is_no_key(town: Town) -> None:
    mert = _analyst(town)
    made = _make(town, town.actor, "users:write")
    forged = replace(mert, api_key_id=made.record.id, session_id=None)
    assert _refused(lambda: _as(town, forged, api_keys.list_keys, Listing())).code == "access.ended"


def test_rotation_replaces_the_secret_and_ends_the_old_one_after_the_overlap(town: Town) -> None:
    mert = _analyst(town)
    first = _make(town, mert, "studio:enter", "keys:write", days=10)
    second = _as(town, mert, api_keys.rotate_key, first.record.id)
    assert _refused(lambda: _enter(town, first.secret)).code == "accounts.key"
    assert second.record.permissions == first.record.permissions
    lifetime = second.record.expires_at - second.record.created_at
    assert timedelta(days=9, hours=23) < lifetime <= timedelta(days=10, seconds=1)
    by_key = _enter(town, second.secret)
    third = _as(town, by_key, api_keys.rotate_key, second.record.id, overlap=timedelta(hours=1))
    for key in (second, third):
        assert _enter(town, key.secret).user_id == mert.user_id
    old = next(one for one in _keys(town, mert) if one.id == second.record.id)
    assert old.expires_at is not None
    assert old.expires_at < datetime.now(UTC) + timedelta(hours=1, seconds=1)
    assert _refused(lambda: _as(town, mert, api_keys.rotate_key, first.record.id)).code == "keys.ended"
    refused = _refused(lambda: _as(town, mert, api_keys.rotate_key, third.record.id, overlap=timedelta(days=8)))
    assert refused.code == "keys.overlap"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"name": " "}, "keys.name"),
        ({"name": "x" * 101}, "people.name"),
        ({"name": "a\u202eb"}, "people.name"),
        ({"permissions": []}, "keys.permissions"),
        ({"permissions": ["no:such"]}, "keys.permissions"),
        ({"expires_at": datetime.now(UTC) - timedelta(days=1)}, "keys.expiry"),
        ({"expires_at": datetime.now(UTC) + timedelta(days=4000)}, "keys.expiry"),
        ({"name": "Nightly export"}, "keys.taken"),
    ],
)
def test_wrong_key_is_refused_by_field(town: Town, wrong: dict[str, Any], code: str) -> None:
    _make(town, town.actor, "users:read")
    given = {"name": "Other", "permissions": ["users:read"], "expires_at": None} | wrong
    refused = _refused(lambda: _as(town, town.actor, api_keys.create_key, **given))
    assert (refused.code, isinstance(refused, Invalid | Conflict)) == (code, True)


def test_key_is_found_by_name_prefix_and_id_and_its_secret_is_never_repeated(town: Town) -> None:
    made = _make(town, town.actor, "users:read")
    for which in ("Nightly export", made.record.prefix, made.record.id, made.secret):
        assert _as(town, town.actor, api_keys.get_key, which).id == made.record.id
    refused = _refused(lambda: _as(town, town.actor, api_keys.get_key, f"bb_00000000_{'s' * 43}"))
    assert "sss" not in str(refused)


def test_person_without_the_permission_has_no_keys(town: Town) -> None:
    mert = _analyst(town)
    mert.grant(frozenset(), frozenset())
    with unbound(town.database).read() as session, pytest.raises(Denied):
        api_keys.list_keys(session, mert, Listing())
