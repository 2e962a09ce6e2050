"""The people of an organisation and their sessions: lists, changes, and the wall between two organisations."""

import inspect
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from operator import attrgetter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text, update

from benchboard.errors import Conflict, Denied, Invalid, NotFound
from benchboard.identity import accounts, audit, people
from benchboard.identity.access import ROLES, RULES, Actor
from benchboard.paging import Listing, Page, encode_key
from benchboard.storage.changes import UnrecordedChange
from benchboard.storage.engine import Database
from benchboard.storage.models.identity import AuditLog, Permission, Role, RolePermission, SessionHistory, User
from support.people import CLIENT, PASSWORD, Town

WALK = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def _fill(town: Town, count: int = 40) -> None:
    """People with equal names, equal and missing last sign-ins, every role and state."""
    base = datetime(2026, 11, 1, tzinfo=UTC)
    rows = [
        {
            "id": str(uuid.UUID(int=(i * 7919) % 2**128, version=4)),
            "organisation_id": town.north,
            "email": f"person{i}@north.example",
            "email_norm": f"person{i}@north.example",
            "name": ("Ada", "Öz", "İnes", "ada", "Zoë 100%", "Ali_Can", "Back\\slash")[i % 7],
            "role": ROLES[i % 5],
            "status": ("active", "inactive", "pending")[i % 3],
            "last_login_at": None if i % 4 == 0 else base + timedelta(hours=i // 5),
        }
        for i in range(count)
    ]
    with town.database.engine.begin() as connection:
        connection.execute(insert(User), rows)


def _walk(ask: Callable[[str | None], Page[Any]]) -> list[Any]:
    rows: list[Any] = []
    after: str | None = None
    for _ in range(1000):
        page = ask(after)
        rows.extend(page.rows)
        if page.next_key is None:
            return rows
        after = page.next_key
    raise AssertionError("the pages never end")


def _page(ask: Callable[..., Page[Any]], session: Any, actor: Actor, listing: Listing, limit: int, after: Any) -> Any:
    return ask(session, actor, listing, after=after, limit=limit)


def _names(town: Town, search: str) -> set[str]:
    with town.database.read() as session:
        return {row.name for row in people.list_people(session, town.actor, Listing(search), limit=1000).rows}


# Lists


@pytest.mark.parametrize("sort", ["", "name", "email", "role", "state", "last_seen", "created_at"])
@pytest.mark.parametrize("descending", [False, True])
def test_the_pages_of_people_are_the_whole_list_in_order(town: Town, sort: str, descending: bool) -> None:
    _fill(town)
    listing = Listing(sort=sort, descending=descending)

    @WALK
    @given(st.integers(1, 45))
    def walk(limit: int) -> None:
        with town.database.read() as session:
            whole = people.list_people(session, town.actor, listing, limit=1000).rows
            paged = _walk(lambda after: people.list_people(session, town.actor, listing, after=after, limit=limit))
        assert paged == list(whole)
        assert len({row.id for row in paged}) == 41  # the admin too; nobody of south

    walk()
    with town.database.read() as session:
        rows = people.list_people(session, town.actor, listing, limit=1000).rows
    values = [attrgetter({"": "name"}.get(sort, sort))(row) for row in rows]
    empty = [value is None for value in values]
    assert empty == sorted(empty, reverse=not descending)  # a NULL is smaller than any value
    if sort not in ("", "name"):  # names are in the order of the database's collation
        known = [value for value in values if value is not None]
        assert known == sorted(known, reverse=descending)


def test_rows_that_come_in_before_the_key_do_not_disturb_the_walk(town: Town) -> None:
    _fill(town, 30)
    listing = Listing(sort="email")
    with town.database.read() as session:
        whole = people.list_people(session, town.actor, listing, limit=1000).rows
        first = people.list_people(session, town.actor, listing, limit=10)
    assert first.next_key is not None
    for i in range(5):
        town.add(f"aaa{i}@north.example")
    with town.database.read() as session:
        rest = _walk(
            lambda after: people.list_people(session, town.actor, listing, after=after or first.next_key, limit=7)
        )
    assert [*first.rows, *rest] == list(whole)


def _sessions(town: Town) -> None:
    for i in range(12):
        town.add(f"person{i}@north.example", f"Person {i % 3}")
        town.sign_in(f"person{i}@north.example")
    with town.database.change() as session:
        page = people.list_sessions(session, town.actor, Listing(search="Person 1"))
        people.revoke_sessions(session, town.actor, [row.id for row in page.rows])
    with town.database.engine.begin() as connection:
        connection.execute(text("UPDATE sessions SET last_used_at = NULL WHERE user_id IN (SELECT user_id FROM "
                                "sessions ORDER BY user_id LIMIT 3)"))  # fmt: skip


@pytest.mark.parametrize("descending", [False, True])
def test_the_pages_of_sessions_and_of_the_trail_are_the_whole_list(town: Town, descending: bool) -> None:
    _sessions(town)
    cases: list[tuple[Callable[..., Page[Any]], dict[str, Any], str]] = [
        (people.list_sessions, {}, sort) for sort in ("", "last_used_at", "started_at", "person", "host_name")
    ]
    cases += [(people.list_sessions, {"ended": True}, sort) for sort in ("", "ended_at", "person")]
    cases += [(audit.list_entries, {}, sort) for sort in ("", "at", "event")]
    for ask, filters, sort in cases:
        listing = Listing(filters=filters, sort=sort, descending=descending)
        with town.database.read() as session:
            whole = ask(session, town.actor, listing, limit=1000).rows
            assert len(whole) >= 4
            for limit in (1, 2, 3, 7):
                paged = _walk(partial(_page, ask, session, town.actor, listing, limit))
                assert paged == list(whole), (ask, sort, limit)


HOSTILE = [
    "",
    "x",
    "%%%",
    "ğ",
    "AAAA",
    "W10",
    encode_key([]),
    encode_key(["a"]),
    encode_key(["a", "b"]),
    encode_key(["a", "b", "c"]),
    encode_key([None, None]),
    encode_key([None, str(uuid.uuid4())]),
    encode_key([1, str(uuid.uuid4())]),
    encode_key([True, str(uuid.uuid4())]),
    encode_key(["a\0b", str(uuid.uuid4())]),
    encode_key(["a", "'; DROP TABLE users; --"]),
    encode_key([10**30, str(uuid.uuid4())]),
    encode_key(["9999-12-31T23:59:59-14:00", str(uuid.uuid4())]),
    encode_key(["0001-01-01T00:00:00+14:00", str(uuid.uuid4())]),
    encode_key(["2026-11-20", 5]),
    "WyJcdWQ4MDAiLCIwMDAwMDAwMC0wMDAwLTQwMDAtODAwMC0wMDAwMDAwMDAwMDAiXQ",
    "W05hTiwiMDAwMDAwMDAtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAwIl0",
    "[" * 5000,
]


@pytest.mark.parametrize("sort", ["name", "last_seen", "created_at"])
def test_a_key_nobody_gave_out_is_refused_or_only_a_place_to_go_on(town: Town, sort: str) -> None:
    may_stand = 0
    for key in HOSTILE:
        with town.database.read() as session:
            try:
                people.list_people(session, town.actor, Listing(sort=sort), after=key)
                may_stand += 1
            except Invalid as refused:
                assert refused.facts["field"] == "after"
    # A well-formed value of the right kind is a position like any other: (NULL, id) where the column may be NULL.
    assert may_stand <= {"name": 2, "last_seen": 1, "created_at": 0}[sort]


def test_a_key_of_another_list_is_refused(town: Town) -> None:
    _fill(town, 5)
    with town.database.read() as session:
        key = people.list_people(session, town.actor, Listing(sort="name"), limit=1).next_key
        assert key is not None
        with pytest.raises(Invalid):
            people.list_people(session, town.actor, Listing(sort="created_at"), after=key)
        with pytest.raises(Invalid):
            audit.list_entries(session, town.actor, Listing(), after=key)


@pytest.mark.parametrize("limit", [0, -1, 1001, 10**9])
def test_a_page_holds_one_to_a_thousand(town: Town, limit: int) -> None:
    with town.database.read() as session:
        for ask in (people.list_people, people.list_sessions, audit.list_entries):
            with pytest.raises(Invalid):
                ask(session, town.actor, Listing(), limit=limit)  # type: ignore[operator]


@pytest.mark.parametrize(
    "listing",
    [
        Listing(sort="password_hash"),
        Listing(sort="name; DROP TABLE users"),
        Listing(filters={"password_hash": "x"}),
        Listing(filters={"role": "owner"}),
        Listing(filters={"state": None}),
    ],
)
def test_a_list_is_sorted_and_filtered_by_what_it_says_it_can(town: Town, listing: Listing) -> None:
    with town.database.read() as session, pytest.raises(Invalid):
        people.list_people(session, town.actor, listing)
    with town.database.read() as session, pytest.raises(Invalid):
        people.list_sessions(session, town.actor, Listing(filters={"name": "x"}))
    with town.database.read() as session, pytest.raises(Invalid):
        audit.list_entries(session, town.actor, Listing(filters={"details": "x"}))


def test_an_id_that_is_none_is_said_to_be_none(town: Town) -> None:
    for ask in (people.list_sessions, audit.list_entries):
        with pytest.raises(Invalid), town.database.read() as session:
            ask(session, town.actor, Listing(filters={"user_id": "me"}))
    with pytest.raises(Invalid), town.database.read() as session:
        people.find_person(session, town.actor, "Mert")


# Search


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("ines", {"İnes"}),
        ("İNES", {"İnes"}),
        ("İnes", {"İnes"}),
        ("öz", {"Öz"}),
        ("OZ", {"Öz"}),
        ("ada", {"Ada", "ada"}),
        ("100%", {"Zoë 100%"}),
        ("%", {"Zoë 100%"}),
        ("i_c", {"Ali_Can"}),
        ("_", {"Ali_Can"}),
        ("\\", {"Back\\slash"}),
        ("person39@", {"Zoë 100%"}),
        ("PERSON39@NORTH", {"Zoë 100%"}),
        ("nobody at all", set()),
        ("'", set()),
        ("\0", set()),
        ("half \ud800", set()),
    ],
)
def test_a_search_finds_what_a_person_means(town: Town, search: str, found: set[str]) -> None:
    _fill(town)
    assert _names(town, search) == found


def test_both_databases_fold_alike(town: Town) -> None:
    names = ["ışık", "IŞIK", "Işık", "Łukasz", "Søren Ø", "Γεώργιος", "ＦＵＬＬ", "e\u0301clair", "Straße", "Đorđe"]
    for i, name in enumerate(names):
        town.add(f"n{i}@north.example", name)
    assert _names(town, "isik") == {"ışık", "IŞIK", "Işık"}
    assert _names(town, "IŞIK") == {"ışık", "IŞIK", "Işık"}
    assert _names(town, "lukasz") == {"Łukasz"}
    assert _names(town, "SOREN o") == {"Søren Ø"}
    assert _names(town, "full") == {"ＦＵＬＬ"}
    assert _names(town, "ÉCLAIR") == {"e\u0301clair"}
    assert _names(town, "dorde") == {"Đorđe"}
    assert _names(town, "straße") == {"Straße"}


def test_a_blank_search_is_none(town: Town) -> None:
    assert _names(town, "  ") == _names(town, "")


# The wall


def _snapshot(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.engine.connect() as connection:
        return {
            table: sorted(map(tuple, connection.execute(text(f"SELECT * FROM {table}"))), key=repr)
            for table in ("users", "sessions", "session_history", "user_roles", "audit_logs", "organisations")
        }


_ACTOR_SERVICES: dict[str, Callable[[Any, Actor, Town], object]] = {
    "people.list_people": lambda s, a, _t: people.list_people(s, a, Listing(), limit=1000).rows,
    "people.get_person": lambda s, a, t: people.get_person(s, a, t.actor.user_id),
    "people.find_person": lambda s, a, t: people.find_person(s, a, t.actor.email),
    "people.count_people": lambda s, a, _t: people.count_people(s, a),
    "people.add_person": lambda s, a, _t: people.add_person(
        s, a, email="new@example.com", name="", role="analyst", password=PASSWORD
    ),
    "people.set_state": lambda s, a, t: people.set_state(s, a, [t.actor.user_id], "inactive"),
    "people.list_sessions": lambda s, a, _t: people.list_sessions(s, a, Listing(), limit=1000).rows,
    "people.revoke_sessions": lambda s, a, t: people.revoke_sessions(s, a, [str(t.actor.session_id)]),
    "people.revoke_all": lambda s, a, t: people.revoke_all(s, a, [t.actor.user_id]),
    "people.end_all": lambda s, a, t: people.end_all(s, a, [t.actor.user_id], reason="revoked"),
    "audit.list_entries": lambda s, a, _t: audit.list_entries(s, a, Listing(), limit=1000).rows,
    "accounts.person": lambda s, a, t: accounts.person(s, a, email=t.actor.email),
}
_WITHOUT_RIGHT = {"people.end_all"}  # what others with a right of their own call


def test_every_service_for_an_actor_is_tried_against_the_wall() -> None:
    taking_actors = {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in (people, audit, accounts)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and list(inspect.signature(function).parameters)[:2] == ["session", "actor"]
    }
    assert taking_actors - {"audit.record", "accounts.sign_out"} == _ACTOR_SERVICES.keys()


@pytest.mark.parametrize("name", sorted(_ACTOR_SERVICES))
def test_another_organisations_admin_reaches_nobody(town: Town, name: str) -> None:
    """South's admin, with every right there, names north's people and sessions: nothing is found, nothing changes."""
    before = _snapshot(town.database)
    try:
        with town.database.change() as session:
            answer = _ACTOR_SERVICES[name](session, town.stranger.actor, town)
    except (NotFound, Denied):
        assert _snapshot(town.database) == before
        return
    if name == "people.add_person":
        assert isinstance(answer, people.Person)
        with town.database.read() as session:
            assert session.get_one(User, answer.id).organisation_id == town.south
        return
    assert _snapshot(town.database) == before
    if isinstance(answer, tuple):
        reached = {getattr(row, field, None) for row in answer for field in ("user_id", "email", "id")}
        assert not reached & {town.actor.user_id, town.actor.email, town.actor.session_id}
    else:
        assert answer == (1 if name == "people.count_people" else 0)


@pytest.mark.parametrize("name", sorted(_ACTOR_SERVICES.keys() - _WITHOUT_RIGHT))
@pytest.mark.parametrize("role", [role for role in ROLES if role != "admin"])
def test_whoever_is_no_admin_is_denied(town: Town, name: str, role: str) -> None:
    town.add("mert@north.example", role=role)
    actor = town.sign_in("mert@north.example").actor
    before = _snapshot(town.database)
    with pytest.raises(Denied) as refused, town.database.change() as session:
        _ACTOR_SERVICES[name](session, actor, town)
    assert refused.value.code == "access.denied"
    assert _snapshot(town.database) == before


def test_a_mix_of_ones_own_and_anothers_people_changes_neither(town: Town) -> None:
    mert = town.add("mert@north.example")
    before = _snapshot(town.database)
    for change in (
        lambda s: people.set_state(s, town.actor, [mert, town.stranger.actor.user_id], "inactive"),
        lambda s: people.revoke_all(s, town.actor, [mert, town.stranger.actor.user_id]),
    ):
        with pytest.raises(NotFound), town.database.change() as session:
            change(session)
    assert _snapshot(town.database) == before


# Rights


def test_what_the_roles_hold_is_what_the_rules_say(town: Town) -> None:
    with town.database.read() as session:
        rows = session.execute(
            select(Role.slug, Permission.name)
            .join(RolePermission, RolePermission.role_id == Role.id)
            .join(Permission, Permission.id == RolePermission.permission_id)
            .where(Role.organisation_id == town.north, Role.is_system)
        ).all()
    assert {tuple(row) for row in rows} == {(role, act) for act, roles in RULES.items() for role in roles}


@pytest.mark.parametrize("role", ROLES)
def test_an_actor_may_what_the_rules_say_of_the_role(town: Town, role: str) -> None:
    town.add("mert@north.example", role=role)
    actor = town.sign_in("mert@north.example").actor
    assert actor.permissions == {act for act, roles in RULES.items() if role in roles}


# Changes and their record


def _trail(town: Town) -> list[tuple[str, str | None]]:
    with town.database.read() as session:
        rows = session.scalars(
            select(AuditLog).where(AuditLog.organisation_id == town.north).order_by(AuditLog.created_at, AuditLog.id)
        )
        return [(str(row.event_type), row.resource_id) for row in rows]


def test_every_change_leaves_its_record(town: Town) -> None:
    start = len(_trail(town))
    with town.database.change() as session:
        added = people.add_person(
            session, town.actor, email="Mert@north.example", name=" Mert Aydın ", role="analyst", password=PASSWORD
        )
    assert (added.name, added.email, added.state, added.sessions) == ("Mert Aydın", "Mert@north.example", "active", 0)
    session_id = town.sign_in("mert@north.example").actor.session_id
    with town.database.change() as session:
        people.set_state(session, town.actor, [added.id], "inactive")
        people.set_state(session, town.actor, [added.id], "active")
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
    with town.database.read() as session:
        page = audit.list_entries(session, town.actor, Listing(filters={"person": added.id}))
        assert len(page.rows) == 5
        assert {row.whom for row in page.rows} == {"Mert Aydın", None}
        assert {row.event for row in page.rows if row.whom is None} == {"session.sign-in"}


def test_a_change_without_a_record_is_refused_and_undone(town: Town) -> None:
    with pytest.raises(UnrecordedChange, match="users"), town.database.change() as session:
        session.execute(update(User).where(User.id == town.actor.user_id).values(name="Unseen"))
    with pytest.raises(UnrecordedChange, match="users"), town.database.change() as session:
        session.get_one(User, town.actor.user_id).name = "Unseen"
    with town.database.read() as session:
        assert session.get_one(User, town.actor.user_id).name == "Admin of north"


def test_nobody_disables_themselves(town: Town) -> None:
    with pytest.raises(Conflict) as refused, town.database.change() as session:
        people.set_state(session, town.actor, [town.actor.user_id], "inactive")
    assert refused.value.code == "people.self"


@pytest.mark.parametrize("state", ["pending", "deleted", ""])
def test_a_person_is_made_active_or_inactive_and_nothing_else(town: Town, state: str) -> None:
    with pytest.raises(Invalid), town.database.change() as session:
        people.set_state(session, town.actor, [town.add("m@north.example")], state)


def test_an_address_is_taken_once_an_organisation_even_by_somebody_deleted(town: Town) -> None:
    mert = town.add("mert@north.example")
    town.add("mert@north.example", organisation=town.south)
    with town.database.engine.begin() as connection:
        connection.execute(update(User).where(User.id == mert).values(deleted_at=datetime.now(UTC)))
    with pytest.raises(Conflict) as taken, town.database.change() as session:
        people.add_person(session, town.actor, email="MERT@North.example", name="", role="analyst", password=PASSWORD)
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
def test_what_cannot_be_right_is_refused_and_adds_nobody(
    town: Town, email: str, name: str, role: str, password: str, field: str
) -> None:
    before = _snapshot(town.database)
    with pytest.raises(Invalid) as refused, town.database.change() as session:
        people.add_person(session, town.actor, email=email, name=name, role=role, password=password)
    assert refused.value.facts["field"] == field
    assert _snapshot(town.database) == before


def test_a_revocation_wins_over_a_desktop_that_says_it_is_in_use(town: Town) -> None:
    """Both at once, as on a server: neither fails, and the session is over."""
    town.add("mert@north.example")
    for _ in range(3):
        signed_in = town.sign_in("mert@north.example")
        with town.database.change() as session:
            accounts.touch(session, token=signed_in.token)
        with town.database.change() as session:
            assert people.revoke_sessions(session, town.actor, [str(signed_in.actor.session_id)]) == 1
        with town.database.read() as session:
            assert accounts.keep_alive(session, signed_in) == "revoked"


def test_ended_sessions_are_searchable_for_ninety_days(town: Town) -> None:
    town.add("mert@north.example", "Mert")
    town.sign_in("mert@north.example")
    with town.database.change() as session:
        people.revoke_all(session, town.actor, [people.find_person(session, town.actor, "mert@north.example").id])
    ended = Listing("mert", {"ended": True})
    with town.database.read() as session:
        row = people.list_sessions(session, town.actor, ended).rows[0]
        assert (row.end_reason, row.host_name, row.expires_at) == ("revoked", CLIENT.host_name, None)
        assert people.list_sessions(session, town.actor, Listing("bench-12", {"ended": True})).rows == (row,)
    with town.database.engine.begin() as connection:
        connection.execute(update(SessionHistory).values(ended_at=datetime.now(UTC) - timedelta(days=91)))
    with town.database.read() as session:
        assert people.list_sessions(session, town.actor, ended).rows == ()


def test_a_list_says_which_session_asks_and_counts_open_ones(town: Town) -> None:
    town.sign_in("admin@north.example")
    with town.database.read() as session:
        rows = people.list_sessions(session, town.actor, Listing()).rows
        assert [row.mine for row in rows].count(True) == 1
        assert next(row for row in rows if row.mine).id == town.actor.session_id
        assert people.get_person(session, town.actor, town.actor.user_id).sessions == 2
