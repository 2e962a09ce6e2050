"""Signing in, staying signed in, being signed out: the same on both databases."""

from datetime import UTC, datetime, timedelta

import bcrypt
import pytest
from sqlalchemy import func, select, update

from benchboard.errors import Conflict, Denied, Invalid
from benchboard.identity import audit, authentication, organisations, passwords, sessions, users
from benchboard.identity.authentication import SignedIn
from benchboard.identity.permissions import os_user
from benchboard.paging import Listing
from benchboard.storage import guard
from benchboard.storage.models.identity import AuditLog, Organisation, SessionHistory, SignInSession, User
from support.databases import unbound
from support.people import CLIENT, PASSWORD, Town, end_reason, password_hash


def _change(town: Town, **columns: object) -> None:
    """Change the admin's own row, as an import or an older program would have left it."""
    with town.database.engine.begin() as connection:
        connection.execute(update(User).where(User.id == town.actor.user_id).values(**columns))


def _stored(town: Town, token: str) -> SignInSession | None:
    with unbound(town.database).read() as session:
        return session.scalars(
            select(SignInSession).where(SignInSession.token_hash == authentication._hash(token))
        ).first()


def _ended(town: Town, signed_in: SignedIn) -> SessionHistory:
    with unbound(town.database).read() as session:
        return session.get_one(SessionHistory, signed_in.actor.session_id)


def test_sign_in_opens_a_session_with_its_client(town: Town) -> None:
    signed_in = town.sign_in("admin@north.example")
    row = _stored(town, signed_in.token)
    assert row is not None
    assert (row.user_id, row.host_name, row.user_agent, row.ip_address) == (
        town.actor.user_id,
        CLIENT.host_name,
        CLIENT.program,
        CLIENT.ip_address,
    )
    assert row.expires_at - row.created_at == timedelta(hours=24)
    assert signed_in.actor.roles == {"admin"}
    assert signed_in.token not in repr(signed_in)
    with unbound(town.database).read() as session:
        assert session.get_one(User, town.actor.user_id).last_login_at == row.created_at


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("admin@north.example", "not the password"),
        ("admin@north.example", ""),
        ("admin@north.example", PASSWORD + " "),
        ("nobody@north.example", PASSWORD),
        ("admin@north.example", "half a pair \ud800"),
        ("admin@north.example", "\0"),
    ],
)
def test_sign_in_wrong_password_or_unknown_address_answer_the_same(town: Town, email: str, password: str) -> None:
    with pytest.raises(Denied) as refused, unbound(town.database).change() as session:
        authentication.sign_in(session, email=email, password=password, client=CLIENT)
    assert refused.value.code == "accounts.wrong"
    assert str(refused.value) == str(authentication._wrong())


def test_sign_in_unknown_address_verifies_a_password_too(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str | None] = []
    real = passwords.verify

    def watching(stored: str | None, password: str) -> bool:
        verified.append(stored)
        return real(stored, password)

    monkeypatch.setattr(passwords, "verify", watching)
    with pytest.raises(Denied), unbound(town.database).change() as session:
        authentication.sign_in(session, email="nobody@north.example", password=PASSWORD, client=CLIENT)
    assert verified == [None]


def test_sign_in_invalid_address_raises_invalid(town: Town) -> None:
    with pytest.raises(Invalid) as refused, unbound(town.database).change() as session:
        authentication.sign_in(session, email="no address", password=PASSWORD, client=CLIENT)
    assert refused.value.code == "addresses.invalid"


@pytest.mark.parametrize("spelling", ["ADMIN@North.Example", " admin@north.example ", "ａｄｍｉｎ@north.example"])
def test_sign_in_address_in_another_spelling_succeeds(town: Town, spelling: str) -> None:
    assert town.sign_in(spelling).actor.user_id == town.actor.user_id


def test_sign_in_password_in_another_unicode_form_succeeds(town: Town) -> None:
    _change(town, password_hash=passwords.hash_password("caf\u00e9 caf\u00e9 caf\u00e9"))
    with unbound(town.database).change() as session:
        composed = "cafe\u0301 cafe\u0301 cafe\u0301"
        assert authentication.sign_in(session, email="admin@north.example", password=composed, client=CLIENT)


@pytest.mark.parametrize("status", ["inactive", "pending"])
def test_sign_in_inactive_account_is_denied(town: Town, status: str) -> None:
    _change(town, status=status)
    with pytest.raises(Denied) as refused:
        town.sign_in("admin@north.example")
    assert refused.value.code == "accounts.inactive"


def test_sign_in_deleted_account_is_unknown(town: Town) -> None:
    _change(town, deleted_at=datetime.now(UTC))
    with pytest.raises(Denied) as refused:
        town.sign_in("admin@north.example")
    assert refused.value.code == "accounts.wrong"


@pytest.mark.parametrize("status", ["suspended", "cancelled"])
def test_sign_in_suspended_organisation_is_denied(town: Town, status: str) -> None:
    with town.database.engine.begin() as connection:
        connection.execute(update(Organisation).where(Organisation.id == town.north).values(status=status))
    with pytest.raises(Denied) as refused:
        town.sign_in("admin@north.example")
    assert refused.value.code == "accounts.organisation"
    with pytest.raises(Denied), unbound(town.database).change() as session:
        authentication.resume(session, token=town.admin.token, client=CLIENT)
    assert town.sign_in("admin@south.example").actor.organisation_id == town.south


def test_sign_in_address_in_two_organisations_asks_which(town: Town) -> None:
    here = town.add("ines@example.com")
    there = town.add("ines@example.com", organisation=town.south)
    with pytest.raises(Conflict) as which:
        town.sign_in("ines@example.com")
    assert which.value.facts["organisations"] == ("north", "south")
    assert town.sign_in("ines@example.com", organisation="north").actor.user_id == here
    assert town.sign_in("ines@example.com", organisation="south").actor.user_id == there
    with pytest.raises(Denied):
        town.sign_in("ines@example.com", organisation="elsewhere")


def test_sign_in_password_of_one_of_two_accounts_selects_it(town: Town) -> None:
    town.add("ines@example.com")
    other = town.add("ines@example.com", organisation=town.south, password_hash=passwords.hash_password("another one"))
    with unbound(town.database).change() as session:
        signed_in = authentication.sign_in(session, email="ines@example.com", password="another one", client=CLIENT)
    assert signed_in.actor.user_id == other


def test_sign_in_with_a_bcrypt_hash_replaces_it(town: Town) -> None:
    old = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    _change(town, password_hash=old)
    town.sign_in("admin@north.example")
    with unbound(town.database).read() as session:
        new = session.scalar(select(User.password_hash).where(User.id == town.actor.user_id))
    assert new is not None
    assert new.startswith("$argon2id$")
    assert town.sign_in("admin@north.example")


def test_sign_in_denied_is_recorded_and_opens_no_session(town: Town) -> None:
    with unbound(town.database).read() as session:
        before = session.scalar(select(func.count(SignInSession.id)))
    for email in ("admin@north.example", "nobody@north.example"):
        with pytest.raises(Denied), unbound(town.database).change() as session:
            authentication.sign_in(session, email=email, password="wrong", client=CLIENT)
        with unbound(town.database).change() as session:
            authentication.record_refusal(session, email=email, client=CLIENT)
    with unbound(town.database).read() as session:
        refused = session.scalars(select(AuditLog).where(AuditLog.event_type == "session.refuse")).all()
        assert [row.user_id for row in refused] == [town.actor.user_id]
        assert session.scalar(select(func.count(SignInSession.id))) == before


def test_touch_extends_the_session_by_24_hours(town: Town) -> None:
    late = datetime.now(UTC) + timedelta(minutes=5)
    with town.database.engine.begin() as connection:
        connection.execute(update(SignInSession).values(expires_at=late, last_used_at=late - timedelta(hours=24)))
    with unbound(town.database).change() as session:
        authentication.touch(session, token=town.admin.token)
    with unbound(town.database).change() as session:
        authentication.resume(session, token=town.stranger.token, client=CLIENT)
    for signed_in in (town.admin, town.stranger):
        row = _stored(town, signed_in.token)
        assert row is not None
        assert row.last_used_at is not None
        assert row.expires_at - row.last_used_at == timedelta(hours=24)
        assert row.expires_at > late


def test_session_has_ended_at_the_moment_it_expires(town: Town) -> None:
    with unbound(town.database).read() as session:
        hashed, end = session.execute(select(SignInSession.token_hash, SignInSession.expires_at).limit(1)).one()
        before, at = (
            guard.find_session(session, hashed, now=end - early) for early in (timedelta(microseconds=1), timedelta())
        )
    assert before is not None
    assert at is None


def test_resume_session_unused_for_24_hours_has_expired(town: Town) -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    with town.database.engine.begin() as connection:
        connection.execute(update(SignInSession).values(expires_at=past))
    with unbound(town.database).read() as session:
        assert end_reason(session, town.admin) == "expired"
    with unbound(town.database).change() as session:
        authentication.touch(session, token=town.admin.token)  # too late: an expired session never comes back
    with pytest.raises(Denied) as over, unbound(town.database).change() as session:
        authentication.resume(session, token=town.admin.token, client=CLIENT)
    assert (over.value.code, over.value.facts["reason"]) == ("accounts.ended", "expired")
    assert over.value.facts["email"] == "admin@north.example"
    with pytest.raises(Denied) as unknown, unbound(town.database).change() as session:
        authentication.resume(session, token="nobody's", client=CLIENT)
    assert "reason" not in unknown.value.facts  # other people's expired sessions say nothing about this token
    town.sign_in("admin@north.example")  # whoever comes next puts it away
    gone = _ended(town, town.admin)
    assert (gone.end_reason, gone.ended_at, gone.ended_by) == ("expired", past, None)
    with unbound(town.database).read() as session:
        assert end_reason(session, town.admin) == "expired"


def test_sign_out_ends_the_own_session_only(town: Town) -> None:
    second = town.sign_in("admin@north.example")
    with unbound(town.database).change() as session:
        authentication.sign_out(session, town.actor)
    with unbound(town.database).change() as session:
        authentication.sign_out(session, town.actor)  # again: no error, nothing recorded twice
    with unbound(town.database).read() as session:
        assert end_reason(session, town.admin) == "signed-out"
        assert end_reason(session, second) is None
        assert session.scalar(
            select(func.count(AuditLog.id)).where(AuditLog.event_type == "session.sign-out")
        ) == 1  # fmt: skip
    with pytest.raises(Denied) as over, unbound(town.database).change() as session:
        authentication.resume(session, token=town.admin.token, client=CLIENT)
    assert over.value.code == "accounts.ended"


def test_session_revoked_by_its_own_person_says_that_you_did_it(town: Town) -> None:
    first = town.sign_in("admin@north.example")
    with unbound(town.database).change() as session:
        sessions.revoke_sessions(session, first.actor, [str(first.actor.session_id)])
    with pytest.raises(Denied, match="You revoked this session"), unbound(town.database).change() as session:
        authentication.resume(session, token=first.token, session_id=first.actor.session_id, client=CLIENT)
    with pytest.raises(Denied, match="You revoked this session"), town.database.bind(first.actor).read():
        pass


def test_resume_revoked_session_is_denied(town: Town) -> None:
    town.add("mert@north.example")
    first, second = town.sign_in("mert@north.example"), town.sign_in("mert@north.example")
    with unbound(town.database).change() as session:
        assert sessions.revoke_sessions(session, town.actor, [str(first.actor.session_id)]) == 1
    with unbound(town.database).read() as session:
        assert end_reason(session, first) == "revoked"
        assert end_reason(session, second) is None
    with pytest.raises(Denied) as over, unbound(town.database).change() as session:
        authentication.resume(session, token=first.token, client=CLIENT)
    assert over.value.code == "accounts.ended"
    assert "reason" not in over.value.facts  # an ended session's token is not kept
    with (
        pytest.raises(Denied, match="An admin revoked your session") as over,
        unbound(town.database).change() as session,
    ):
        authentication.resume(session, token=first.token, session_id=first.actor.session_id, client=CLIENT)
    assert over.value.facts["email"] == "mert@north.example"
    with unbound(town.database).change() as session:
        authentication.touch(session, token=first.token)
    assert _stored(town, first.token) is None
    gone = _ended(town, first)
    assert (gone.end_reason, gone.ended_by) == ("revoked", town.actor.user_id)
    with unbound(town.database).change() as session:
        assert authentication.resume(session, token=second.token, client=CLIENT).actor.email == "mert@north.example"


def test_revoke_all_of_own_account_keeps_the_current_session(town: Town) -> None:
    others = [town.sign_in("admin@north.example") for _ in range(3)]
    with unbound(town.database).change() as session:
        assert users.revoke_all(session, town.actor, [town.actor.user_id]) == 3
    with unbound(town.database).read() as session:
        assert end_reason(session, town.admin) is None
        assert {end_reason(session, one) for one in others} == {"revoked-by-owner"}


def test_set_state_inactive_ends_sessions_and_active_allows_sign_in(town: Town) -> None:
    mert = town.add("mert@north.example")
    signed_in = town.sign_in("mert@north.example")
    with unbound(town.database).change() as session:
        assert users.set_state(session, town.actor, [mert], "inactive") == 1
        assert users.set_state(session, town.actor, [mert], "inactive") == 0
    with unbound(town.database).read() as session, pytest.raises(Denied, match="Your account is disabled") as over:
        guard.require_live(session, signed_in.actor)
    assert over.value.facts["reason"] == "disabled"
    assert "enable" in over.value.do
    with pytest.raises(Denied):
        town.sign_in("mert@north.example")
    with unbound(town.database).change() as session:
        assert users.set_state(session, town.actor, [mert], "active") == 1
    assert town.sign_in("mert@north.example")


def test_resume_session_of_a_disabled_account_is_denied(town: Town) -> None:
    _change(town, status="inactive")
    with unbound(town.database).read() as session:
        assert end_reason(session, town.admin) == "disabled"
    with pytest.raises(Denied), unbound(town.database).change() as session:
        authentication.resume(session, token=town.admin.token, client=CLIENT)


@pytest.mark.parametrize("token", ["", "x", "\0", "a" * 5000, "ğ"])
def test_resume_unknown_token_is_denied(town: Town, token: str) -> None:
    with pytest.raises(Denied), unbound(town.database).change() as session:
        authentication.resume(session, token=token, client=CLIENT)


def test_sign_in_operator_is_the_os_user_and_local_only(town: Town) -> None:
    _change(town, os_user=os_user())
    if town.database.dialect == "postgresql":
        with pytest.raises(Denied) as refused, unbound(town.database).change() as session:
            authentication.sign_in_operator(session, client=CLIENT)
        assert refused.value.code == "accounts.no-operator"
        return
    with unbound(town.database).change() as session:
        assert authentication.sign_in_operator(session, client=CLIENT).actor.user_id == town.actor.user_id
    with unbound(town.database).read() as session:
        actor = authentication.operator_actor(session, client=CLIENT)
        assert (actor.user_id, actor.session_id) == (town.actor.user_id, None)
        with pytest.raises(Denied):
            authentication.operator_actor(session, client=CLIENT, organisation="south")
    _change(town, status="inactive")
    with unbound(town.database).read() as session, pytest.raises(Denied) as inactive:
        authentication.operator_actor(session, client=CLIENT)
    assert inactive.value.code == "accounts.inactive"


def test_sign_in_operator_of_another_os_user_is_denied(town: Town) -> None:
    _change(town, os_user=os_user() + "-else")
    with pytest.raises(Denied) as refused, unbound(town.database).change() as session:
        authentication.sign_in_operator(session, client=CLIENT)
    assert refused.value.code == "accounts.no-operator"


def test_acting_as_another_person_records_acted_by(town: Town) -> None:
    town.add("mert@north.example", role="admin")
    with unbound(town.database).change() as session:
        acting = authentication.actor_for_email(session, town.actor, email="mert@north.example")
        again = authentication.actor_for_email(session, acting, email="mert@north.example")
        for actor in (acting, again):
            audit.record(session, actor, "user.create", None, role="x")
        entries = audit.list_entries(session, town.actor, Listing(filters={"event": "user.create"}), limit=2)
    for entry in entries.rows:
        assert (entry.user_id, entry.details["acted_by"]) == (acting.user_id, town.actor.user_id)


def test_acting_as_oneself_is_acting(town: Town) -> None:
    with unbound(town.database).read() as session:
        assert authentication.actor_for_email(session, town.actor, email=town.actor.email).acted_by is None


def test_acting_as_a_person_needs_permission_and_an_active_account(town: Town) -> None:
    mert = town.add("mert@north.example")
    town.add("clara@south.example", organisation=town.south)
    with unbound(town.database).read() as session:
        acting = authentication.actor_for_email(session, town.actor, email="Mert@north.example")
        assert (acting.user_id, acting.roles) == (mert, {"analyst"})
        with pytest.raises(Denied):
            authentication.actor_for_email(session, acting, email="admin@north.example")
        with pytest.raises(Exception, match="clara@south"):
            authentication.actor_for_email(session, town.actor, email="clara@south.example")
    with unbound(town.database).change() as session:
        users.set_state(session, town.actor, [mert], "inactive")
    with unbound(town.database).read() as session, pytest.raises(Denied):
        authentication.actor_for_email(session, town.actor, email="mert@north.example")


def _demo(town: Town, account_type: str = "DEMO", *, mark: bool = True) -> str:
    with town.database.engine.begin() as connection:
        connection.execute(update(Organisation).where(Organisation.id == town.south).values(extra={"demo": mark}))
    return town.add("tina@demo.example", role="technician", organisation=town.south, account_type=account_type)


def test_sign_in_demo_local_demo_account_needs_no_password(town: Town) -> None:
    user_id = _demo(town)
    with unbound(town.database).change() as session:
        if town.database.dialect == "postgresql":
            assert authentication.demo_people(session) == ()
            with pytest.raises(Denied):
                authentication.sign_in_demo(session, user_id=user_id, client=CLIENT)
            return
        assert [(one.user_id, one.role) for one in authentication.demo_people(session)] == [(user_id, "technician")]
        assert authentication.sign_in_demo(session, user_id=user_id, client=CLIENT).actor.user_id == user_id


def test_demo_people_are_without_disabled_accounts_and_signing_in_names_the_account(town: Town) -> None:
    user_id = _demo(town)
    with town.database.engine.begin() as connection:
        connection.execute(update(User).where(User.id == user_id).values(status="inactive"))
    with unbound(town.database).change() as session:
        assert authentication.demo_people(session) == ()
        if town.database.dialect == "sqlite":
            with pytest.raises(Denied, match=r"The account tina@demo\.example is disabled"):
                authentication.sign_in_demo(session, user_id=user_id, client=CLIENT)


@pytest.mark.parametrize(("account_type", "mark"), [("USER", True), ("DEMO", False)])
def test_sign_in_demo_other_account_is_denied(town: Town, account_type: str, mark: bool) -> None:
    user_id = _demo(town, account_type, mark=mark)
    with unbound(town.database).change() as session:
        assert authentication.demo_people(session) == ()
        with pytest.raises(Denied) as refused:
            authentication.sign_in_demo(session, user_id=user_id, client=CLIENT)
    assert refused.value.code == "accounts.wrong"


def test_sign_in_account_without_a_password_is_denied(town: Town) -> None:
    with town.database.engine.begin() as connection:
        connection.execute(update(User).where(User.id == town.actor.user_id).values(password_hash=None))
    for password in ("", "None", PASSWORD):
        with pytest.raises(Denied), unbound(town.database).change() as session:
            authentication.sign_in(session, email="admin@north.example", password=password, client=CLIENT)
    assert password_hash()


def test_sign_in_account_without_roles_has_no_permissions(town: Town) -> None:
    mert = town.add("mert@north.example")
    with town.database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM user_roles")
        connection.execute(update(User).where(User.id == mert).values(role="admin"))  # not what authorises
    actor = town.sign_in("mert@north.example").actor
    assert (actor.roles, actor.permissions) == (frozenset(), frozenset())
    with pytest.raises(Denied), unbound(town.database).read() as session:
        users.count_people(session, actor)


def test_seed_repeated_leaves_the_same_rows(town: Town) -> None:
    tables = ("permissions", "scopes", "roles", "role_permissions", "organisations", "users", "user_roles")

    def rows() -> dict[str, list[tuple[object, ...]]]:
        with town.database.engine.connect() as connection:
            return {
                table: sorted(tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY id"))
                if table not in ("organisations", "users")
                else [tuple(row) for row in connection.exec_driver_sql(f"SELECT id FROM {table} ORDER BY id")]
                for table in tables
            }

    before = rows()
    for _ in range(20):
        with unbound(town.database).change() as session:
            organisations.seed(session)
    assert rows() == before
    with unbound(town.database).read() as session:
        assert organisations.is_seeded(session)


def test_sign_in_is_recorded_in_the_audit_log(town: Town) -> None:
    with unbound(town.database).read() as session:
        row = session.scalars(
            select(AuditLog).where(AuditLog.event_type == "session.sign-in", AuditLog.organisation_id == town.north)
        ).one()
    assert (row.user_id, row.resource_id, row.ip_address) == (
        town.actor.user_id,
        town.actor.session_id,
        CLIENT.ip_address,
    )
    assert audit is not None
