"""Every audited act on people, roles, teams, sessions and organisations records what it changed, before and after."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import select, update

from benchboard.errors import Denied
from benchboard.identity import (
    audit,
    authentication,
    clean_up,
    keys,
    lockouts,
    organisations,
    person_changes,
    person_deletion,
    person_erasure,
    person_export,
    role_changes,
    second_factor,
    sessions,
    sign_in_policy,
    teams,
    users,
)
from benchboard.identity.audit import AuditEntry
from benchboard.identity.audit_changes import FieldChange, changes_of
from benchboard.identity.audit_export import record_export
from benchboard.identity.audit_verification import AuditFault, record_accepted
from benchboard.identity.event_titles import known_events
from benchboard.identity.person_changes import PersonFields
from benchboard.identity.role_changes import RoleFields
from benchboard.identity.sign_in_policy import SignInPolicy
from benchboard.paging import Listing
from benchboard.storage.models.identity import AuditLog, SignInSession
from support.databases import unbound
from support.people import CLIENT, PASSWORD, Town

_OF_IDENTITY = ("audit", "organisation", "role", "session", "team", "user")
_NOTHING_SHOWN = {
    "audit.export": "nothing was changed",
    "session.refuse": "nothing was changed",
    "user.set-password": "a secret",
    "user.refuse": "nothing was changed",
    "user.export-data": "nothing was changed",
    "user.erase": "what was there is gone",
    "organisation.clean-up": "what was there is gone",
    "user.lock": "the act says it",
    "user.unlock": "the act says it",
    "user.turn-on-second-factor": "the act says it",
    "user.turn-off-second-factor": "the act says it",
    "user.reset-second-factor": "the act says it",
    "user.use-recovery-code": "a secret",
}
"""The acts without a value before and after, and why."""
_NEW = "five quite unrelated words"


def _entries(town: Town) -> list[AuditEntry]:
    """All entries, the oldest first."""
    actor = town.actor
    with town.database.bind(actor).read() as session:
        return list(reversed(audit.list_entries(session, actor, Listing(), limit=1000).rows))


def _people(town: Town) -> None:
    with unbound(town.database).change() as session:
        actor = town.actor
        ada = users.add_person(session, actor, email="ada@north.example", name="Ada", role="analyst", password=PASSWORD)
        team = teams.create_team(session, actor, name="Line 2")
        fields = PersonFields(
            name="Ada L", email="ada.l@north.example", role="technician", department="Tests", teams=frozenset({team.id})
        )
        person_changes.change_person(session, actor, ada.id, fields)
        person_changes.change_person(session, actor, ada.id, PersonFields(teams=frozenset()))
        person_changes.set_password(session, actor, ada.id, _NEW)
        users.set_state(session, actor, [ada.id], "inactive")
        users.restore_states(session, actor, {ada.id: "pending"})
        users.set_state(session, actor, [ada.id], "active")
        person_deletion.delete_people(session, actor, [ada.id])
        person_deletion.restore_people(session, actor, [ada.id])


def _teams(town: Town) -> None:
    bo = town.add("bo@north.example", "Bo")
    with unbound(town.database).change() as session:
        actor = town.actor
        team = teams.create_team(session, actor, name="Night shift")
        teams.rename_team(session, actor, team.id, name="Late shift")
        teams.add_people(session, actor, team.id, [bo])
        deleted = teams.delete_team(session, actor, team.id)
        teams.restore_team(session, actor, deleted)
        teams.remove_people(session, actor, team.id, [bo])


def _roles(town: Town) -> None:
    cy = town.add("cy@north.example", "Cy")
    with unbound(town.database).change() as session:
        actor = town.actor
        role = role_changes.create_role(session, actor, name="Lead", description="Leads", abilities={"studio:enter"})
        fields = RoleFields("Line lead", "Leads a line", frozenset({"bench:enter"}))
        role_changes.change_role(session, actor, role.id, fields)
        role_changes.add_people(session, actor, role.id, [cy])
        deleted = role_changes.delete_role(session, actor, role.id)
        role_changes.restore_role(session, actor, deleted)
        role_changes.remove_people(session, actor, role.id, [cy])


def _sessions(town: Town) -> None:
    town.add("di@north.example", "Di")
    first, second = town.sign_in("di@north.example"), town.sign_in("di@north.example")
    with unbound(town.database).change() as session:
        authentication.sign_out(session, first.actor)
    with unbound(town.database).change() as session:
        assert sessions.revoke_sessions(session, town.actor, [str(second.actor.session_id)]) == 1
    with pytest.raises(Denied), unbound(town.database).change() as session:
        authentication.sign_in(session, email="di@north.example", password="wrong", client=CLIENT)
    with unbound(town.database).change() as session:
        authentication.record_refusal(session, email="di@north.example", client=CLIENT)


def _second_factor(town: Town) -> None:
    town.add("ed@north.example", "Ed")
    actor = town.sign_in("ed@north.example").actor
    secret = second_factor.new_secret(email=actor.email, organisation="North").text
    own = unbound(town.database)
    on = partial(second_factor.turn_on, own, actor, password=PASSWORD, secret=secret)
    recovery, *_more = on(code=pyotp.TOTP(secret).now())
    with pytest.raises(Denied):
        second_factor.turn_off(own, actor, password=PASSWORD, code="000000")
    second_factor.turn_off(own, actor, password=PASSWORD, code=recovery)
    on(code=pyotp.TOTP(secret).now())
    with own.change() as session:
        assert second_factor.reset(session, town.actor, [actor.user_id]) == 1


def _lock(town: Town) -> None:
    email = "fay@north.example"
    user_id = town.add(email, "Fay")
    for _try in range(lockouts.LOCKING_TRIES):
        with unbound(town.database).change() as session:
            lockouts.count_try(session, email=email, client=CLIENT)
    with unbound(town.database).change() as session:
        lockouts.record_lock(session, email=email, client=CLIENT)
    with unbound(town.database).change() as session:
        assert lockouts.unlock(session, town.actor, [user_id]) == 1


def _log(town: Town) -> None:
    with unbound(town.database).change() as session:
        record_accepted(session, town.actor, AuditFault("shortened", 3, None, 2), 3, "Backup restored")
        record_export(session, town.actor, Listing(), "csv", 3)


def _data(town: Town) -> None:
    gus = town.add("gus@north.example", "Gus")
    town.sign_in("gus@north.example")
    with unbound(town.database).change() as session:
        past = {"expires_at": datetime(2026, 1, 1, tzinfo=UTC)}
        session.execute(update(SignInSession).where(SignInSession.user_id == gus).values(**past))
        person_export.record_export(session, town.actor, gus, 3)
    clean_up.clean_up(unbound(town.database), town.actor)
    with unbound(town.database).change() as session:
        person_erasure.erase(session, town.actor, gus)


def _rules(town: Town) -> None:
    with unbound(town.database).change() as session:
        sign_in_policy.change_policy(session, town.actor, SignInPolicy(shortest_password=20))


_ACTS: tuple[Callable[[Town], None], ...] = (
    _people,
    _teams,
    _roles,
    _sessions,
    _second_factor,
    _lock,
    _log,
    _rules,
    _data,
)


def test_every_act_records_each_changed_field_with_its_value_before_and_after(town: Town) -> None:
    before = {entry.id for entry in _entries(town)}
    for act in _ACTS:
        act(town)
    made: dict[str, list[AuditEntry]] = {}
    for entry in _entries(town):
        if entry.id not in before and (entry.who is not None or entry.event in ("session.refuse", "user.lock")):
            made.setdefault(entry.event, []).append(entry)
    known = {event for event in known_events() if event.partition(".")[0] in _OF_IDENTITY}
    assert made.keys() == known - {"organisation.create"}  # in the next test
    without = {event for event, entries in made.items() if not all(map(changes_of, entries))}
    assert without == _NOTHING_SHOWN.keys()
    told = str([entry.details for entries in made.values() for entry in entries])
    assert PASSWORD not in told
    assert _NEW not in told
    assert "argon2" not in told


def test_changes_say_what_was_and_what_is(town: Town) -> None:
    for act in _ACTS:
        act(town)
    found = {(entry.event, one.field): one for entry in _entries(town) for one in changes_of(entry)}
    for (event, field), pair in {
        ("user.create", "role"): (None, "analyst"),
        ("user.create", "email"): (None, "ada@north.example"),
        ("user.rename", "name"): ("Ada", "Ada L"),
        ("user.change-role", "role"): ("analyst", "technician"),
        ("user.change-department", "department"): ("", "Tests"),
        ("user.disable", "status"): ("active", "inactive"),
        ("user.reinvite", "status"): ("inactive", "pending"),
        ("user.activate", "status"): ("pending", "active"),
        ("user.delete", "status"): ("active", "deleted"),
        ("user.restore", "status"): ("deleted", "active"),
        ("team.rename", "name"): ("Night shift", "Late shift"),
        ("team.delete", "people"): (1, 0),
        ("team.restore", "people"): (0, 1),
        ("team.add", "in_team"): (False, True),
        ("role.create", "description"): (None, "Leads"),
        ("role.change-permissions", "permissions"): (
            ["studio:enter", "layouts:write", "dashboards:write"], ["bench:enter", "dongles:read"]
        ),
        ("role.delete", "name"): ("Line lead", None),
        ("role.unassign", "has_role"): (True, False),
        ("session.sign-in", "status"): (None, "active"),
        ("session.sign-out", "status"): ("active", "signed-out"),
        ("session.revoke", "status"): ("active", "revoked"),
    }.items():  # fmt: skip
        change = found[event, field]
        assert (change.before, change.after) == pair, event


def test_first_organisation_records_its_name(town: Town, tmp_path: Path) -> None:
    with unbound(town.database).change() as session:
        organisations.create_local(session, keys.FileDataKeys(tmp_path / "local.datakeys"))
    with unbound(town.database).read() as session:
        query = select(AuditLog).where(AuditLog.event_type == "organisation.create")
        details = [row.details for row in session.scalars(query)]
    assert {"changes": {"name": [None, "My bench"]}} in details


def test_entry_of_an_older_version_says_what_it_recorded_and_no_more() -> None:
    def of(event: str, **details: object) -> tuple[FieldChange, ...]:
        at = datetime(2026, 11, 22, tzinfo=UTC)
        return changes_of(AuditEntry("e", at, "u", "Mert", None, event, "user", "x", None, None, dict(details)))

    assert of("user.disable") == ()
    assert of("user.rename", before="A", after="B") == (FieldChange("name", "A", "B"),)
    assert of("team.rename", before="A", name="B") == (FieldChange("name", "A", "B"),)
    assert of("user.create", changes="no", role="admin") == ()
    assert of("user.create", changes={"a": [1], "b": [1, 1], "c": [1, 2]}) == (FieldChange("c", 1, 2),)
