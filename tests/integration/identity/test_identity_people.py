"""Changes of people and sessions, their permissions, and the separation of two organisations."""

import inspect
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from benchboard.errors import Conflict, Denied, Invalid, NotFound
from benchboard.identity import (
    audit,
    authentication,
    person_changes,
    person_deletion,
    reach,
    role_changes,
    sessions,
    teams,
    users,
)
from benchboard.identity.permissions import Actor
from benchboard.identity.person_changes import PersonFields
from benchboard.identity.role_changes import DeletedRole, RoleFields, RoleHolder, RoleSummary
from benchboard.identity.roles import ROLES, RULES
from benchboard.paging import Listing
from benchboard.storage.change_tracking import UnrecordedChange, unaudited
from benchboard.storage.engine import Database
from benchboard.storage.models.identity import (
    AuditLog,
    Permission,
    Role,
    RolePermission,
    SessionHistory,
    SignInSession,
    Team,
    TeamMember,
    User,
)
from support.databases import unbound
from support.people import CLIENT, PASSWORD, Town, end_reason

# The wall


def _snapshot(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.engine.connect() as connection:
        return {
            table: sorted(map(tuple, connection.execute(text(f"SELECT * FROM {table}"))), key=repr)
            for table in ("users", "sessions", "session_history", "user_roles", "audit_logs", "organisations")
        }


def _role_of_north(session: Any, town: Town) -> str:
    found = session.scalars(select(Role.id).where(Role.organisation_id == town.north, Role.slug == "admin")).one()
    return str(found)


_CREATING = {"teams.create_team", "teams.restore_team", "role_changes.create_role", "role_changes.restore_role"}
_ACTOR_SERVICES: dict[str, Callable[[Any, Actor, Town], object]] = {
    "users.list_people": lambda s, a, _t: users.list_people(s, a, Listing(), limit=1000).rows,
    "users.get_person": lambda s, a, t: users.get_person(s, a, t.actor.user_id),
    "users.get_person_matching": lambda s, a, t: users.get_person_matching(s, a, t.actor.email),
    "users.count_people": lambda s, a, _t: users.count_people(s, a),
    "users.add_person": lambda s, a, _t: users.add_person(
        s, a, email="new@example.com", name="", role="analyst", password=PASSWORD
    ),
    "users.require_addable": lambda s, a, t: users.require_addable(s, a, email=t.actor.email, name="", role="analyst"),
    "users.restore_states": lambda s, a, t: users.restore_states(s, a, {t.actor.user_id: "active"}),
    "users.set_state": lambda s, a, t: users.set_state(s, a, [t.actor.user_id], "inactive"),
    "sessions.list_sessions": lambda s, a, _t: sessions.list_sessions(s, a, Listing(), limit=1000).rows,
    "sessions.people_of": lambda s, a, t: sessions.people_of(s, a, [str(t.actor.session_id)]),
    "sessions.revoke_sessions": lambda s, a, t: sessions.revoke_sessions(s, a, [str(t.actor.session_id)]),
    "sessions.find_open": lambda s, a, t: sessions.find_open(s, a, str(t.actor.session_id)),
    "sessions.end_without_two_step": lambda s, a, _t: sessions.end_without_two_step(s, a),
    "sessions.end_all": lambda s, a, t: sessions.end_all(s, a, [s.get_one(User, t.actor.user_id)]),
    "users.locked_people": lambda s, a, t: [one.id for one in users.locked_people(s, a, [t.actor.user_id])],
    "users.require_free": lambda s, a, t: users.require_free(s, a, t.actor.email),
    "users.require_remaining_admin": lambda s, a, t: users.require_remaining_admin(s, a, set()),
    "person_deletion.count_effects": lambda s, a, t: person_deletion.count_effects(s, a, [t.actor.user_id]).sessions,
    "person_deletion.delete_people": lambda s, a, t: person_deletion.delete_people(s, a, [t.actor.user_id]),
    "person_deletion.require_deletable": lambda s, a, t: person_deletion.require_deletable(
        s, a, users.locked_people(s, a, [t.actor.user_id])
    ),
    "person_deletion.restore_people": lambda s, a, t: person_deletion.restore_people(s, a, [t.actor.user_id]),
    "person_changes.get_fields": lambda s, a, t: person_changes.get_fields(s, a, t.actor.user_id),
    "person_changes.change_person": lambda s, a, t: person_changes.change_person(
        s, a, t.actor.user_id, PersonFields(name="Other")
    ),
    "person_changes.set_password": lambda s, a, t: person_changes.set_password(s, a, t.actor.user_id, PASSWORD),
    "users.revoke_all": lambda s, a, t: users.revoke_all(s, a, [t.actor.user_id]),
    "teams.list_teams": lambda s, a, _t: teams.list_teams(s, a, Listing(), limit=1000).rows,
    "teams.create_team": lambda s, a, _t: teams.create_team(s, a, name="Rig"),
    "teams.get_team": lambda s, a, _t: teams.get_team(s, a, "rig"),
    "teams.count_teams": lambda s, a, _t: teams.count_teams(s, a),
    "teams.rename_team": lambda s, a, _t: teams.rename_team(s, a, "rig", "Rig 2"),
    "teams.delete_team": lambda s, a, _t: teams.delete_team(s, a, "rig"),
    "teams.restore_team": lambda s, a, t: teams.restore_team(
        s, a, teams.DeletedTeam(t.north, "Rig", (t.actor.user_id,), (), ())
    ),
    "reach.person_actor": lambda s, a, t: reach.person_actor(s, a, t.actor.user_id),
    "reach.get_reach": lambda s, a, t: reach.get_reach(s, a, t.actor.user_id),
    "reach.list_holders": lambda s, a, _t: reach.list_holders(s, a, "users:read").rows,
    "reach.page_people": lambda s, a, _t: (
        reach.page_people(s, a, ["users:read"], Listing(), after=None, limit=100).rows
    ),
    "role_changes.list_roles": lambda s, a, _t: role_changes.list_roles(s, a),
    "role_changes.get_role": lambda s, a, t: role_changes.get_role(s, a, _role_of_north(s, t)),
    "role_changes.create_role": lambda s, a, _t: role_changes.create_role(s, a, name="Lead"),
    "role_changes.change_role": lambda s, a, t: role_changes.change_role(
        s, a, _role_of_north(s, t), RoleFields(name="Other")
    ),
    "role_changes.delete_role": lambda s, a, t: role_changes.delete_role(s, a, _role_of_north(s, t)),
    "role_changes.restore_role": lambda s, a, t: role_changes.restore_role(
        s,
        a,
        DeletedRole(
            RoleSummary(t.north, "lead", "Lead", "", False, frozenset(), 1),
            (RoleHolder(t.actor.user_id, None, datetime.now(UTC)),),
        ),
    ),
    "role_changes.add_people": lambda s, a, t: role_changes.add_people(s, a, _role_of_north(s, t), [t.actor.user_id]),
    "role_changes.remove_people": lambda s, a, t: role_changes.remove_people(
        s, a, _role_of_north(s, t), [t.actor.user_id]
    ),
    "role_changes.preview": lambda s, a, t: role_changes.preview(s, a, _role_of_north(s, t), ()),
    "teams.add_people": lambda s, a, t: teams.add_people(s, a, "rig", [t.actor.user_id]),
    "teams.remove_people": lambda s, a, t: teams.remove_people(s, a, "rig", [t.actor.user_id]),
    "audit.list_entries": lambda s, a, _t: audit.list_entries(s, a, Listing(), limit=1000).rows,
    "authentication.actor_for_email": lambda s, a, t: authentication.actor_for_email(s, a, email=t.actor.email),
}


def test_services_taking_an_actor_are_all_in_the_tenant_tests() -> None:
    taking_actors = {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in (
            users,
            person_changes,
            person_deletion,
            sessions,
            teams,
            role_changes,
            reach,
            audit,
            authentication,
        )
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and list(inspect.signature(function).parameters)[:2] == ["session", "actor"]
    }
    own = {"authentication.sign_out", "sessions.end_own_others"}  # what anybody does with their own
    assert taking_actors - {"audit.record"} - own == _ACTOR_SERVICES.keys()


@pytest.mark.parametrize("name", sorted(_ACTOR_SERVICES))
def test_service_as_admin_of_another_organisation_reaches_nobody(town: Town, name: str) -> None:
    """South's admin, with every right there, names north's people and sessions: nothing is found, nothing changes."""
    before = _snapshot(town.database)
    try:
        with unbound(town.database).change() as session:
            answer = _ACTOR_SERVICES[name](session, town.stranger.actor, town)
    except (NotFound, Denied):
        assert _snapshot(town.database) == before
        return
    if name in _CREATING:
        with unbound(town.database).read() as session:
            made = select(Team.organisation_id).union_all(select(Role.organisation_id).where(Role.is_system.is_(False)))
            assert session.scalars(made).all() == [town.south]
            assert not session.scalars(select(TeamMember.id)).all()
        assert _snapshot(town.database)["user_roles"] == before["user_roles"]
        return
    if name == "users.add_person":
        assert isinstance(answer, users.Person)
        with unbound(town.database).read() as session:
            assert session.get_one(User, answer.id).organisation_id == town.south
        return
    assert _snapshot(town.database) == before
    if answer is None:  # nobody is found, and north's address is free in south
        return
    if isinstance(answer, tuple):
        reached = {getattr(row, field, None) for row in answer for field in ("user_id", "email", "id")}
        assert not reached & {town.actor.user_id, town.actor.email, town.actor.session_id}
    else:
        assert answer == (1 if name == "users.count_people" else 0)


@pytest.mark.parametrize("name", sorted(_ACTOR_SERVICES))
@pytest.mark.parametrize("role", [role for role in ROLES if role != "admin"])
def test_service_without_admin_role_is_denied(town: Town, name: str, role: str) -> None:
    town.add("mert@north.example", role=role)
    actor = town.sign_in("mert@north.example").actor
    before = _snapshot(town.database)
    with pytest.raises(Denied) as refused, unbound(town.database).change() as session:
        _ACTOR_SERVICES[name](session, actor, town)
    assert refused.value.code == "access.denied"
    assert _snapshot(town.database) == before


@pytest.mark.parametrize("name", sorted(_ACTOR_SERVICES.keys() - {"users.require_free"}))  # it says that one is taken
def test_service_for_an_own_role_that_only_looks_reads_or_is_denied(town: Town, name: str) -> None:
    """Somebody who sees people, sessions and the audit log by a role of the organisation's own changes nothing."""
    mert = town.add("mert@north.example", role="technician")
    with unbound(town.database).change() as session:
        teams.create_team(session, town.actor, name="Rig")
        auditor = role_changes.create_role(session, town.actor, name="Auditor", abilities=["admin:enter"])
        role_changes.add_people(session, town.actor, auditor.id, [mert])
    actor = town.sign_in("mert@north.example").actor
    before = _snapshot(town.database)
    try:
        with town.database.bind(actor).change() as session:
            _ACTOR_SERVICES[name](session, actor, town)
    except Denied as refused:
        assert refused.code == "access.denied"
    assert _snapshot(town.database) == before


def test_change_of_people_of_two_organisations_changes_nobody(town: Town) -> None:
    mert = town.add("mert@north.example")
    before = _snapshot(town.database)
    for change in (
        lambda s: users.set_state(s, town.actor, [mert, town.stranger.actor.user_id], "inactive"),
        lambda s: users.revoke_all(s, town.actor, [mert, town.stranger.actor.user_id]),
    ):
        with pytest.raises(NotFound), unbound(town.database).change() as session:
            change(session)
    assert _snapshot(town.database) == before


# Rights


def test_role_permissions_stored_are_those_of_the_rules(town: Town) -> None:
    with unbound(town.database).read() as session:
        rows = session.execute(
            select(Role.slug, Permission.name)
            .join(RolePermission, RolePermission.role_id == Role.id)
            .join(Permission, Permission.id == RolePermission.permission_id)
            .where(Role.organisation_id == town.north, Role.is_system)
        ).all()
    assert {tuple(row) for row in rows} == {(role, act) for act, roles in RULES.items() for role in roles}


@pytest.mark.parametrize("role", ROLES)
def test_actor_permissions_are_those_of_the_role(town: Town, role: str) -> None:
    town.add("mert@north.example", role=role)
    actor = town.sign_in("mert@north.example").actor
    assert actor.permissions == {act for act, roles in RULES.items() if role in roles}


# Changes and their record


def _trail(town: Town) -> list[tuple[str, str | None]]:
    with unbound(town.database).read() as session:
        rows = session.scalars(
            select(AuditLog).where(AuditLog.organisation_id == town.north).order_by(AuditLog.created_at, AuditLog.id)
        )
        return [(str(row.event_type), row.resource_id) for row in rows]


def test_changes_of_people_are_recorded_in_the_audit_log(town: Town) -> None:
    start = len(_trail(town))
    with unbound(town.database).change() as session:
        added = users.add_person(
            session, town.actor, email="Mert@north.example", name=" Mert Aydın ", role="analyst", password=PASSWORD
        )
    assert (added.name, added.email, added.state, added.sessions) == ("Mert Aydın", "Mert@north.example", "active", 0)
    session_id = town.sign_in("mert@north.example").actor.session_id
    with unbound(town.database).change() as session:
        users.set_state(session, town.actor, [added.id], "inactive")
        users.set_state(session, town.actor, [added.id], "active")
    assert sorted(_trail(town)[start:], key=repr) == sorted(
        [
            ("user.create", added.id),
            ("session.sign-in", session_id),
            ("session.revoke", session_id),
            ("user.disable", added.id),
            ("user.activate", added.id),
        ],
        key=repr,
    )
    with unbound(town.database).read() as session:
        page = audit.list_entries(session, town.actor, Listing(filters={"person": added.id}))
        assert len(page.rows) == 5
        assert {row.whom for row in page.rows} == {"Mert Aydın", None}
        assert {row.event for row in page.rows if row.whom is None} == {"session.sign-in"}


def test_change_of_a_person_without_audit_row_is_undone(town: Town) -> None:
    with pytest.raises(UnrecordedChange, match="users"), unbound(town.database).change() as session:
        session.execute(update(User).where(User.id == town.actor.user_id).values(name="Unseen"))
    with pytest.raises(UnrecordedChange, match="users"), unbound(town.database).change() as session:
        session.get_one(User, town.actor.user_id).name = "Unseen"
    with unbound(town.database).read() as session:
        assert session.get_one(User, town.actor.user_id).name == "Admin of north"


def test_set_state_of_the_last_active_admin_raises_conflict(town: Town) -> None:
    """Two admins disable each other: what the second one's transaction finds once it has the lock."""
    other = town.add("second@north.example", role="admin")
    with unbound(town.database).change() as session:
        session.execute(update(User).where(User.id == town.actor.user_id).values(status="inactive"))
        unaudited(session, "users")
    with pytest.raises(Conflict) as refused, unbound(town.database).change() as session:
        users.set_state(session, town.actor, [other], "inactive")
    assert refused.value.code == "people.last-admin"


def test_set_state_of_own_account_raises_conflict(town: Town) -> None:
    with pytest.raises(Conflict) as refused, unbound(town.database).change() as session:
        users.set_state(session, town.actor, [town.actor.user_id], "inactive")
    assert refused.value.code == "people.self"


@pytest.mark.parametrize("state", ["pending", "deleted", ""])
def test_set_state_other_than_active_or_inactive_raises_invalid(town: Town, state: str) -> None:
    with pytest.raises(Invalid), unbound(town.database).change() as session:
        users.set_state(session, town.actor, [town.add("m@north.example")], state)


def test_restore_states_sets_each_back_and_ends_sessions(town: Town) -> None:
    invited, disabled = town.add("i@north.example"), town.add("d@north.example")
    signed_in = town.sign_in("i@north.example")
    before = {invited: "pending", disabled: "inactive"}
    with unbound(town.database).change() as session:
        assert users.restore_states(session, town.actor, before) == 2
        assert users.restore_states(session, town.actor, before) == 0
    with unbound(town.database).read() as session:
        assert {key: users.get_person(session, town.actor, key).state for key in before} == before
        assert end_reason(session, signed_in) == "disabled"
        events = audit.list_entries(session, town.actor, Listing(), limit=3).rows
    assert {("user.reinvite", invited), ("user.disable", disabled)} <= {(e.event, e.resource_id) for e in events}
    with unbound(town.database).change() as session:
        assert users.restore_states(session, town.actor, {invited: "active"}) == 1
    for states in ({invited: "deleted"}, {invited: ""}):
        with pytest.raises(Invalid), unbound(town.database).change() as session:
            users.restore_states(session, town.actor, states)
    with pytest.raises(Conflict), unbound(town.database).change() as session:
        users.restore_states(session, town.actor, {town.actor.user_id: "inactive"})


def test_add_person_address_of_a_deleted_account_is_taken(town: Town) -> None:
    mert = town.add("mert@north.example")
    town.add("mert@north.example", organisation=town.south)
    with town.database.engine.begin() as connection:
        connection.execute(update(User).where(User.id == mert).values(deleted_at=datetime.now(UTC)))
    with pytest.raises(Conflict) as taken, unbound(town.database).change() as session:
        users.add_person(session, town.actor, email="MERT@North.example", name="", role="analyst", password=PASSWORD)
    assert taken.value.facts["field"] == "email"


@pytest.mark.parametrize(
    ("email", "name", "role", "password", "field"),
    [
        ("no address", "x", "analyst", PASSWORD, "email"),
        ("x@y.example", "x", "owner", PASSWORD, "role"),
        ("x@y.example", "x" * 101, "analyst", PASSWORD, "name"),
        ("x@y.example", "a\x1b[31mred", "analyst", PASSWORD, "name"),
        ("x@y.example", "two\nlines", "analyst", PASSWORD, "name"),
        ("x@y.example", "nul\0", "analyst", PASSWORD, "name"),
        ("x@y.example", "\u202egnp.exe", "analyst", PASSWORD, "name"),
        ("x@y.example", "half \ud800", "analyst", PASSWORD, "name"),
        ("x@y.example", "x", "analyst", "short", "password"),
    ],
)
def test_add_person_with_an_invalid_field_adds_nobody(
    town: Town, email: str, name: str, role: str, password: str, field: str
) -> None:
    before = _snapshot(town.database)
    with pytest.raises(Invalid) as refused, unbound(town.database).change() as session:
        users.add_person(session, town.actor, email=email, name=name, role=role, password=password)
    assert refused.value.facts["field"] == field
    assert _snapshot(town.database) == before


def test_add_person_with_the_longest_name_is_added(town: Town) -> None:
    with unbound(town.database).change() as session:
        added = users.add_person(
            session, town.actor, email="x@y.example", name="x" * 100, role="analyst", password=PASSWORD
        )
    assert added.name == "x" * 100


def test_revoke_sessions_at_the_moment_a_desktop_touches_them_wins_and_neither_fails(town: Town) -> None:
    town.add("mert@north.example")
    for _ in range(3):
        signed_in = town.sign_in("mert@north.example")
        together = threading.Barrier(2)

        def touch(token: str = signed_in.token, together: threading.Barrier = together) -> None:
            together.wait()
            for _ in range(5):
                with unbound(town.database).change() as session:
                    authentication.touch(session, token=token)

        with ThreadPoolExecutor(1) as desktop:
            touching = desktop.submit(touch)
            together.wait()
            with unbound(town.database).change() as session:
                assert sessions.revoke_sessions(session, town.actor, [str(signed_in.actor.session_id)]) == 1
            touching.result()
        with unbound(town.database).read() as session:
            assert end_reason(session, signed_in) == "revoked"


def test_revoke_sessions_moves_the_whole_row_to_the_history_without_its_token(town: Town) -> None:
    town.add("mert@north.example")
    actor = town.sign_in("mert@north.example").actor
    with unbound(town.database).read() as session:
        opened = session.get_one(SignInSession, actor.session_id)
    with unbound(town.database).change() as session:
        sessions.revoke_sessions(session, town.actor, [str(actor.session_id)])
    with unbound(town.database).read() as session:
        assert session.get(SignInSession, actor.session_id) is None
        ended = session.get_one(SessionHistory, actor.session_id)
    for column in ("organisation_id", "user_id", "host_name", "user_agent", "ip_address", "created_at", "last_used_at"):
        assert getattr(ended, column) == getattr(opened, column), column
    assert (ended.end_reason, ended.ended_by) == ("revoked", town.actor.user_id)
    assert opened.created_at <= ended.ended_at <= datetime.now(UTC)
    assert not hasattr(ended, "token_hash")


def test_find_open_session_of_the_organisation_by_the_beginning_of_its_id(town: Town) -> None:
    own, strange = town.actor.session_id, town.stranger.actor.session_id
    with unbound(town.database).read() as session:
        assert sessions.find_open(session, town.actor, own) == own
        assert sessions.find_open(session, town.actor, f" {own[:8].upper()} ") == own
        assert sessions.find_open(session, town.actor, strange) is None
        with pytest.raises(Invalid, match="isn't a session ID"):
            sessions.find_open(session, town.actor, own[:7])


def test_list_sessions_ended_are_listed_for_90_days(town: Town) -> None:
    town.add("mert@north.example", "Mert")
    town.sign_in("mert@north.example")
    with unbound(town.database).change() as session:
        users.revoke_all(session, town.actor, [users.get_person_matching(session, town.actor, "mert@north.example").id])
    ended = Listing("mert", {"ended": True})
    with unbound(town.database).read() as session:
        row = sessions.list_sessions(session, town.actor, ended).rows[0]
        assert (row.end_reason, row.host_name, row.expires_at) == ("revoked", CLIENT.host_name, None)
        assert sessions.list_sessions(session, town.actor, Listing("bench-12", {"ended": True})).rows == (row,)
    with town.database.engine.begin() as connection:
        connection.execute(update(SessionHistory).values(ended_at=datetime.now(UTC) - timedelta(days=90, minutes=-1)))
    with unbound(town.database).read() as session:
        assert len(sessions.list_sessions(session, town.actor, ended).rows) == 1
    with town.database.engine.begin() as connection:
        connection.execute(update(SessionHistory).values(ended_at=datetime.now(UTC) - timedelta(days=90)))
    with unbound(town.database).read() as session:
        assert sessions.list_sessions(session, town.actor, ended).rows == ()


def test_list_sessions_marks_the_own_and_people_count_open_ones(town: Town) -> None:
    town.sign_in("admin@north.example")
    with unbound(town.database).read() as session:
        rows = sessions.list_sessions(session, town.actor, Listing()).rows
        assert [row.mine for row in rows].count(True) == 1
        assert next(row for row in rows if row.mine).id == town.actor.session_id
        assert users.get_person(session, town.actor, town.actor.user_id).sessions == 2
