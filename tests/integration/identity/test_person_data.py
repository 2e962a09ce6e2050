"""Everything held about a person: exported without secrets, and erased as the report says, on both engines."""

import contextlib
import csv
import io
import json
import threading
import zipfile
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benchboard.dashboards import library
from benchboard.errors import AppError, Cancelled, Conflict, Denied, Invalid, NotFound
from benchboard.identity import (
    api_keys,
    audit,
    authentication,
    invitations,
    lockouts,
    person_changes,
    person_deletion,
    person_erasure,
    person_export,
    person_records,
    second_factor,
    sessions,
    users,
)
from benchboard.identity.authentication import SignedIn
from benchboard.identity.permissions import Client
from benchboard.identity.person_changes import PersonFields
from benchboard.paging import Listing
from benchboard.storage.models import Base
from benchboard.storage.models.analytics import Report
from benchboard.storage.models.identity import AuditLog, Invitation, SessionHistory, SignInSession, User
from benchboard.storage.models.merchants import MerchantDashboard
from benchboard.storage.models.sign_in import AccountLockout
from support.databases import unbound
from support.papers import document
from support.people import CLIENT, PASSWORD, Town

ANA = "ana@north.example"


class Ana:
    """A person with a session, an ended one, a second factor, failed sign-ins, an API key and a dashboard."""

    def __init__(self, town: Town) -> None:
        self.id = town.add(ANA, "Ana Lyst")
        self.signed_in: SignedIn = town.sign_in(ANA)
        self.secret = second_factor.new_secret(email=ANA, organisation="North").text
        own, actor = town.database.bind(self.signed_in.actor), self.signed_in.actor
        ended = town.sign_in(ANA, client=Client("ana-laptop", "Benchboard/test (Linux)", "10.1.1.1"))
        self.codes = second_factor.turn_on(
            own, actor, password=PASSWORD, secret=self.secret, code=pyotp.TOTP(self.secret).now()
        )
        with own.change() as session:
            self.key = api_keys.create_key(
                session, actor, name="night run", permissions=["studio:enter"], expires_at=None
            )
            library.create(session, actor, document(), name="Line 2")
        with town.database.bind(town.actor).change() as session:
            sessions.revoke_sessions(session, town.actor, [str(ended.actor.session_id)])
        with unbound(town.database).change() as session:
            lockouts.count_try(session, email=ANA, client=CLIENT)


@pytest.fixture
def ana(town: Town) -> Ana:
    return Ana(town)


def _export(town: Town, user_id: str, signed_in: SignedIn | None = None, **options: Any) -> dict[str, bytes]:
    actor = town.actor if signed_in is None else signed_in.actor
    with town.database.bind(actor).read() as session:
        made = person_export.export_person(session, actor, user_id, **options)
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def _refused(call: Callable[[], object]) -> str:
    with pytest.raises(AppError) as refused:
        call()
    return refused.value.code


def test_kinds_are_every_key_of_a_person_in_the_schema() -> None:
    keys = {
        (table.name, column)
        for table in Base.metadata.sorted_tables
        for key in table.foreign_key_constraints
        if key.referred_table.name == "users"
        for column in key.column_keys
        if column not in ("organisation_id", "id")
    }
    known = {(kind.table, kind.column) for kind in person_records.KINDS}
    assert keys <= known
    assert known - keys == {("account_lockouts", "email_norm"), ("email_outbox", "recipient"), ("invitations", "email")}
    assert len({kind.name for kind in person_records.KINDS}) == len(person_records.KINDS)


def test_export_has_everything_as_json_and_csv_with_an_index(town: Town, ana: Ana) -> None:
    files = _export(town, ana.id)
    index = {one["file"]: one["records"] for one in json.loads(files["index.json"])}
    assert {"account", "sessions", "session_history_user_id", "account_lockouts", "mfa_factors", "recovery_codes",
            "api_keys", "user_roles_user_id", "dashboards_user_id", "audit_log"} <= index.keys()  # fmt: skip
    assert set(files) == {"README.txt", "index.json", *(f"{one}.{form}" for one in index for form in ("json", "csv"))}
    for name, count in index.items():
        rows = json.loads(files[f"{name}.json"])
        table = list(csv.DictReader(io.StringIO(files[f"{name}.csv"].decode("utf-8-sig"))))
        assert len(rows) == len(table) == count
        assert list(rows[0]) == list(table[0])
        assert f"{name}.json, {name}.csv: " in files["README.txt"].decode()
    assert json.loads(files["account.json"])[0]["email"] == ANA
    assert json.loads(files["session_history_user_id.json"])[0]["host_name"] == "ana-laptop"


def test_export_has_no_secret_and_no_hash_of_one(town: Town, ana: Ana) -> None:
    told = b"\n".join(_export(town, ana.id).values())
    with unbound(town.database).read() as session:
        secrets = [ana.secret, ana.key.secret, ana.signed_in.token, *ana.codes, "argon2", PASSWORD]
        for table in Base.metadata.sorted_tables:
            hidden = [column for column in table.columns if column.info.get("secret")]
            found = [value for row in session.execute(select(*hidden)) for value in row] if hidden else []
            secrets += [value if isinstance(value, str) else value.hex() for value in found if value]
    assert len(secrets) > 20
    assert not [one for one in secrets if one.encode() in told]


def test_export_says_what_others_did_and_not_from_where(town: Town, ana: Ana) -> None:
    entries = json.loads(_export(town, ana.id)["audit_log.json"])
    by_admin = [one for one in entries if one["who"] == "Admin of north"]
    assert [one["what"] for one in by_admin] == ["Revoked Ana Lyst's session"]
    assert [(one["ip_address"], one["program"]) for one in by_admin] == [(None, None)]
    assert {one["ip_address"] for one in entries if one["event"] == "session.sign-in"} == {"10.20.7.112", "10.1.1.1"}


def test_export_has_no_computer_of_who_acted_in_the_persons_name_and_theirs_for_them(town: Town, ana: Ana) -> None:
    where = Client("admins-pc", "Program of the admin", "10.66.66.66")
    with unbound(town.database).change() as session:
        admin = authentication.sign_in(session, email=town.actor.email, password=PASSWORD, client=where).actor
        acting = authentication.actor_for_email(session, admin, email=ANA)
        library.create(session, acting, document(), name="For Ana")
    told = {}
    for user_id in (ana.id, admin.user_id):
        entries = json.loads(_export(town, user_id)["audit_log.json"])
        told[user_id] = [(one["ip_address"], one["program"]) for one in entries if "acted_by" in one["details"]]
    assert told == {ana.id: [(None, None)], admin.user_id: [("10.66.66.66", "Program of the admin on admins-pc")]}


def test_export_has_no_computers_of_others_whose_sessions_the_person_ended(town: Town, ana: Ana) -> None:
    ended = json.loads(_export(town, town.actor.user_id)["session_history_ended_by.json"])
    assert [one["user_id"] for one in ended] == [ana.id]
    told = b"\n".join(_export(town, town.actor.user_id).values())
    assert b"ana-laptop" not in told
    assert b"10.1.1.1" not in told


def test_export_of_others_needs_the_permission_and_of_oneself_none(town: Town, ana: Ana) -> None:
    assert "account.json" in _export(town, ana.id, ana.signed_in)
    with pytest.raises(Denied):
        _export(town, town.actor.user_id, ana.signed_in)
    with pytest.raises(NotFound):
        _export(town, town.stranger.actor.user_id)
    with unbound(town.database).read() as session:
        by_key = ana.signed_in.actor
        keyed = type(by_key)(**{name: getattr(by_key, name) for name in by_key.__dataclass_fields__}
                             | {"api_key_id": ana.key.record.id})  # fmt: skip
        with pytest.raises(Denied):
            person_export.export_person(session, keyed, ana.id)


def test_export_tells_how_far_it_is_can_be_stopped_and_is_in_the_audit_log(town: Town, ana: Ana) -> None:
    steps: list[tuple[int, int]] = []
    _export(town, ana.id, steps=lambda done, total: steps.append((done, total)))
    assert steps[0][0] == 0
    assert steps[-1][0] == steps[-1][1] > 10

    def stop(done: int, _total: int) -> None:
        raise Cancelled("tasks.cancelled", "Stopped.")

    with pytest.raises(Cancelled):
        _export(town, ana.id, steps=stop)
    with town.database.bind(town.actor).change() as session:
        person_export.record_export(session, town.actor, ana.id, 12)
    with town.database.bind(town.actor).read() as session:
        (entry,) = audit.list_entries(session, town.actor, Listing(filters={"event": "user.export-data"})).rows
    assert (entry.whom, entry.details["count"]) == ("Ana Lyst", 12)


def test_erasing_does_what_its_report_said_and_leaves_no_name_or_address(town: Town, ana: Ana) -> None:
    actor = town.actor
    with town.database.bind(actor).read() as session:
        told = person_erasure.report(session, actor, ana.id)
    goes = {one.kind.name: one.count for one in told.goes}
    assert goes == {
        "sessions": 1, "session_history_user_id": 1, "account_lockouts": 2, "mfa_factors": 1,
        "recovery_codes": second_factor.CODES, "api_keys": 1,
    }  # fmt: skip
    stays = {one.kind.name: one.kind.why_kept for one in told.stays}
    assert stays["dashboards_user_id"] == "work"
    assert stays["user_roles_user_id"] == "named"
    assert told.owns_work
    assert told.audit_entries > 5
    with town.database.bind(actor).change() as session:
        assert person_erasure.erase(session, actor, ana.id) == told
    with unbound(town.database).read() as session:
        user = session.get_one(User, ana.id)
        assert (user.name, user.email) == ("Erased person", f"erased-{ana.id}@erased.invalid")
        assert user.deleted_at is not None
        for kind in person_records.KINDS:
            count = select(func.count()).select_from(person_records.table_of(kind))
            left = session.scalar(count.where(person_records.condition(kind, user)))
            assert bool(left) == (kind.name in stays)
        entry = session.scalars(select(AuditLog).where(AuditLog.event_type == "user.erase")).one()
        assert "Ana" not in str(entry.details)
        assert ANA not in str(entry.details)
    with pytest.raises(Denied), town.database.bind(ana.signed_in.actor).read():
        pass
    with pytest.raises(Denied):
        town.sign_in(ANA)
    town.add(ANA, "Another Ana")  # the address is free again


def test_erasing_takes_the_address_out_of_work_that_stays_and_of_invitations_however_spelled(
    town: Town, ana: Ana
) -> None:
    with town.database.bind(town.actor).change() as session:
        bo = "bo@north.example"
        first = invitations.invite(session, town.actor, email=bo, role="analyst")
        dashboard = library.create(session, town.actor, document(), name="Line 3")
        session.add(MerchantDashboard(organisation_id=town.north, domain="x.example", owner_email="Ana@North.example"))
        own = {"organisation_id": town.north, "dashboard_id": dashboard.card.id, "created_by": town.actor.user_id}
        session.add(Report(**own, name="Weekly", recipients=[ANA, bo], format="pdf"))
        session.get_one(Invitation, first.record.id).email = "ANA@north.example"
    assert json.loads(_export(town, ana.id)["invitations_email.json"])[0]["email"] == "ANA@north.example"
    with town.database.bind(town.actor).change() as session:
        person_erasure.erase(session, town.actor, ana.id)
    with unbound(town.database).read() as session:
        assert session.scalars(select(MerchantDashboard.owner_email)).all() == [None]
        assert session.scalars(select(Report.recipients)).all() == [[bo]]
        assert session.scalars(select(Invitation.email)).all() == []


def test_person_is_not_erased_on_a_report_that_is_no_longer_true(town: Town, ana: Ana) -> None:
    actor = town.actor
    with town.database.bind(actor).read() as session:
        seen = person_erasure.report(session, actor, ana.id)
    with town.database.bind(ana.signed_in.actor).change() as session:
        library.create(session, ana.signed_in.actor, document(), name="Line 9")
    with pytest.raises(Conflict) as refused, town.database.bind(actor).change() as session:
        person_erasure.erase(session, actor, ana.id, seen=seen)
    assert refused.value.code == "people.erasure-changed"
    with town.database.bind(actor).change() as session:
        assert users.get_person(session, actor, ana.id).name == "Ana Lyst"
        now = person_erasure.report(session, actor, ana.id)
        audit.record(session, actor, "user.lock", ana.id)  # only one more entry
        person_erasure.erase(session, actor, ana.id, seen=now)


def test_erased_person_is_neither_erased_again_nor_restored(town: Town, ana: Ana) -> None:
    actor = town.actor
    with town.database.bind(actor).change() as session:
        person_deletion.delete_people(session, actor, [ana.id])
    with town.database.bind(actor).change() as session:
        person_erasure.erase(session, actor, ana.id)
    for act in (
        lambda session: person_erasure.erase(session, actor, ana.id),
        lambda session: person_deletion.restore_people(session, actor, [ana.id]),
    ):
        with pytest.raises(Conflict) as refused, town.database.bind(actor).change() as session:
            act(session)
        assert refused.value.code == "people.erased"


def test_address_of_an_erased_person_is_given_to_nobody_and_tells_nothing_of_who_has_another(
    town: Town, ana: Ana
) -> None:
    bo = town.add("bo@north.example")
    taken = users.erased_address(ana.id)

    def change(session: Session) -> object:
        return person_changes.change_person(session, town.actor, bo, PersonFields(email=taken))

    def add(session: Session) -> object:
        return users.add_person(session, town.actor, email=taken, name="Eve", role="analyst", password=None)

    def invite(session: Session) -> object:
        return invitations.invite(session, town.actor, email=taken.upper(), role="analyst")

    for act in (change, add, invite):
        with pytest.raises(Invalid) as refused, town.database.bind(town.actor).change() as session:
            act(session)
        assert refused.value.code == "addresses.invalid"
    eve = town.add("eve@erased.invalid")
    for one in (eve, ana.id):
        with town.database.bind(town.actor).change() as session:
            person_erasure.erase(session, town.actor, one)


def test_failed_sign_ins_of_another_organisations_account_are_neither_exported_nor_forgotten(town: Town) -> None:
    address = town.stranger.actor.email
    twin = town.add(address, "Twin")
    with unbound(town.database).change() as session:
        lockouts.count_try(session, email=address, client=CLIENT)
    assert "account_lockouts.json" not in _export(town, twin)
    with town.database.bind(town.actor).change() as session:
        person_erasure.erase(session, town.actor, twin)
    with unbound(town.database).read() as session:
        tries = select(AccountLockout.failures).where(AccountLockout.email_norm == address)
        assert session.scalars(tries).all() == [1, 1]


def test_sign_in_while_the_person_is_erased_leaves_no_session(
    town: Town, ana: Ana, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The erasure begins after the password was right, and before the session is opened."""
    if town.database.dialect != "postgresql":
        pytest.skip("one writes at a time")
    check, begun = second_factor.check, threading.Event()

    def erase() -> None:
        with town.database.bind(town.actor).change() as session:
            begun.set()
            person_erasure.erase(session, town.actor, ana.id)

    eraser = threading.Thread(target=erase)

    def check_meanwhile(session: Session, *args: object, **options: Any) -> None:
        check(session, ana.id, password=PASSWORD, code=ana.codes[0], client=CLIENT)
        eraser.start()
        begun.wait()
        eraser.join(0.5)  # it waits for the sign-in, or has erased the person

    monkeypatch.setattr(second_factor, "check", check_meanwhile)
    with contextlib.suppress(AppError):
        town.sign_in(ANA)
    eraser.join()
    with unbound(town.database).read() as session:
        for table in (SignInSession, SessionHistory):
            assert session.scalars(select(table.id).where(table.user_id == ana.id)).all() == []
        assert users.is_erased(ana.id, session.get_one(User, ana.id).email)


def test_nobody_erases_themselves_the_owner_or_people_elsewhere(town: Town, ana: Ana) -> None:
    actor = town.actor
    with town.database.bind(actor).read() as session:
        assert _refused(lambda: person_erasure.report(session, actor, actor.user_id)) == "people.self"
        assert _refused(lambda: person_erasure.report(session, actor, town.stranger.actor.user_id)) == "people.unknown"
        assert _refused(lambda: person_erasure.report(session, ana.signed_in.actor, actor.user_id)) == "access.denied"
        assert users.get_person(session, actor, ana.id).state == "active"
