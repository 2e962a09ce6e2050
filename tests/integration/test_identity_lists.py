"""The lists of people, of sessions and of the trail: paged whole, sorted, filtered, searched, hostile keys refused."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from operator import attrgetter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, text

from benchboard.errors import Invalid
from benchboard.identity import audit, people
from benchboard.identity.access import ROLES, Actor
from benchboard.paging import Listing, Page, encode_key
from benchboard.storage.models.identity import User
from support.people import Town

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
