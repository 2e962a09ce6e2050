"""What has expired is cleared, by kind, once, in batches and by several programs at once, on both engines."""

import hashlib
import threading
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from benchboard.errors import Cancelled, Denied
from benchboard.identity import audit, clean_up
from benchboard.identity.clean_up import CleanUpCounts
from benchboard.paging import Listing
from benchboard.storage import clock
from benchboard.storage.models.credentials import AuthorizationCode, OAuthClient, RefreshToken, Token
from benchboard.storage.models.identity import (
    EmailVerificationToken,
    Invitation,
    PasswordResetToken,
    Role,
    SessionHistory,
    SignInSession,
)
from support.databases import unbound
from support.people import CLIENT, Town

_LONG_AGO = timedelta(days=91)
_AGO = timedelta(minutes=1)
_TABLES = (
    Token,
    RefreshToken,
    AuthorizationCode,
    EmailVerificationToken,
    PasswordResetToken,
    Invitation,
    SignInSession,
)


def _hash() -> str:
    return hashlib.sha256(uuid.uuid4().bytes).hexdigest()


def _fill(town: Town, organisation: str, user_id: str) -> None:
    """One row of each kind that is due, and of each one that isn't."""
    now = clock.now()
    with unbound(town.database).change() as session:
        client = OAuthClient(organisation_id=organisation, client_id=_hash(), name="Line", type="public")
        session.add(client)
        session.flush()
        role = session.scalars(select(Role).where(Role.organisation_id == organisation)).first()
        assert role is not None
        own: dict[str, Any] = {"organisation_id": organisation, "user_id": user_id}
        of_client = {**own, "client_id": client.id}
        for expires in (now - _LONG_AGO, now - _AGO, now + _AGO):
            session.add(Token(**of_client, jti=_hash(), expires_at=expires))
            session.add(RefreshToken(**of_client, token_hash=_hash(), expires_at=expires))
            session.add(AuthorizationCode(**of_client, code_hash=_hash(), redirect_uri="x:/", expires_at=expires))
        for expires, used in ((now - _AGO, None), (now + _AGO, now), (now + _AGO, None)):
            for table in (EmailVerificationToken, PasswordResetToken):
                session.add(table(**own, token_hash=_hash(), expires_at=expires, used_at=used))
        for expires, accepted in ((now - _AGO, None), (now - _AGO, now), (now + _AGO, None)):
            session.add(
                Invitation(organisation_id=organisation, email=f"{_hash()}@x.example", role_id=role.id,
                           token_hash=_hash(), expires_at=expires, accepted_at=accepted)
            )  # fmt: skip
        _add_sessions(session, own, now - _AGO, 1)
        audit.append(session, CLIENT, "organisation.create", organisation, organisation, None)


def _add_sessions(session: Any, own: dict[str, Any], expires: datetime, count: int) -> None:
    session.add_all(SignInSession(**own, token_hash=_hash(), expires_at=expires) for _count in range(count))


def _left(town: Town, organisation: str) -> dict[str, int]:
    with unbound(town.database).read() as session:
        return {
            table.__tablename__: session.scalar(
                select(func.count()).select_from(table).where(table.organisation_id == organisation)
            )
            or 0
            for table in _TABLES
        }


def _entries(town: Town) -> list[audit.AuditEntry]:
    with town.database.bind(town.actor).read() as session:
        listing = Listing(filters={"event": "organisation.clean-up"})
        return list(audit.list_entries(session, town.actor, listing).rows)


def test_what_is_due_is_counted_cleared_and_recorded_once(town: Town) -> None:
    _fill(town, town.north, town.actor.user_id)
    _fill(town, town.south, town.stranger.actor.user_id)
    south = _left(town, town.south)
    wanted = CleanUpCounts(sessions=1, tokens=3, account_tokens=4, invitations=1)
    own = town.database.bind(town.actor)
    with own.read() as session:
        state = clean_up.get_state(session, town.actor)
        assert clean_up.is_due(session, town.actor)
    assert (state.due, state.last) == (wanted, None)
    assert clean_up.clean_up(own, town.actor) == wanted
    assert _left(town, town.north) == {
        "tokens": 2, "refresh_tokens": 2, "authorization_codes": 2, "email_verification_tokens": 1,
        "password_reset_tokens": 1, "invitations": 2, "sessions": 1,
    }  # fmt: skip
    assert _left(town, town.south) == south
    (entry,) = _entries(town)
    assert entry.details["cleared"] == {"sessions": 1, "tokens": 3, "account_tokens": 4, "invitations": 1}
    with own.read() as session:
        state = clean_up.get_state(session, town.actor)
        assert not clean_up.is_due(session, town.actor)
        history = session.scalars(select(SessionHistory.end_reason)).all()
    assert state.due.total == 0
    assert state.last is not None
    assert list(history) == ["expired"]
    assert clean_up.clean_up(own, town.actor) == CleanUpCounts()
    assert len(_entries(town)) == 1


def test_more_than_a_batch_is_cleared_in_several_transactions(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clean_up, "BATCH", 3)
    monkeypatch.setattr("benchboard.storage.guard.EXPIRED_AT_ONCE", 3)
    _fill(town, town.north, town.actor.user_id)
    with unbound(town.database).change() as session:
        own = {"organisation_id": town.north, "user_id": town.actor.user_id}
        _add_sessions(session, own, clock.now() - _AGO, 7)
        audit.append(session, CLIENT, "organisation.create", town.north, town.north, None)
    steps: list[int] = []
    done = clean_up.clean_up(town.database.bind(town.actor), town.actor, steps.append)
    assert done == CleanUpCounts(sessions=8, tokens=3, account_tokens=4, invitations=1)
    assert steps[:3] == [3, 6, 8]
    assert steps[-1] == done.total
    assert _entries(town)[0].details["count"] == 16


def test_what_was_cleared_before_it_was_stopped_is_recorded(town: Town) -> None:
    _fill(town, town.north, town.actor.user_id)

    def stop(_cleared: int) -> None:
        raise Cancelled("tasks.cancelled", "Stopped.")

    with pytest.raises(Cancelled):
        clean_up.clean_up(town.database.bind(town.actor), town.actor, stop)
    assert _entries(town)[0].details["cleared"] == {"sessions": 1}
    assert clean_up.clean_up(town.database.bind(town.actor), town.actor).tokens == 3


def test_two_at_once_clear_everything_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clean_up, "BATCH", 2)
    monkeypatch.setattr("benchboard.storage.guard.EXPIRED_AT_ONCE", 2)
    for _count in range(4):
        _fill(town, town.north, town.actor.user_id)
    done: list[CleanUpCounts] = []
    own = town.database.bind(town.actor)
    threads = [threading.Thread(target=lambda: done.append(clean_up.clean_up(own, town.actor))) for _one in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 2
    rest = clean_up.clean_up(own, town.actor)
    assert sum(one.total for one in (*done, rest)) == 4 * 9
    assert sum(entry.details["count"] for entry in _entries(town)) == 4 * 9


def test_computer_whose_clock_is_ahead_clears_nothing_valid_on_a_server(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    if town.database.dialect != "postgresql":
        pytest.skip("one clock")
    _fill(town, town.north, town.actor.user_id)
    left = _left(town, town.north)
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(days=4000))
    own = town.database.bind(town.actor)
    with own.read() as session:
        due = clean_up.get_state(session, town.actor).due
    assert clean_up.clean_up(own, town.actor) == due == CleanUpCounts(1, 3, 4, 1)
    assert sum(left.values()) - sum(_left(town, town.north).values()) == due.total
    monkeypatch.undo()
    with own.read() as session:
        assert clean_up.is_due(session, town.actor)


def test_only_an_admin_clears(town: Town) -> None:
    town.add("ana@north.example")
    actor = town.sign_in("ana@north.example").actor
    with pytest.raises(Denied):
        clean_up.clean_up(town.database.bind(actor), actor)
