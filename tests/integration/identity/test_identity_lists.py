"""The lists of people, of sessions and of the trail: paged whole, sorted, filtered, searched, hostile keys refused."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, update

from benchboard import i18n, package_data
from benchboard.errors import Invalid
from benchboard.identity import audit, sessions, users
from benchboard.identity.audit_counts import count_entries_over_time
from benchboard.identity.permissions import Actor, Client
from benchboard.identity.roles import ROLES
from benchboard.paging import Listing, Page, encode_key
from benchboard.storage.models.identity import AuditLog, SessionHistory, SignInSession, User
from support.databases import unbound
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
    with unbound(town.database).read() as session:
        return {row.name for row in users.list_people(session, town.actor, Listing(search), limit=1000).rows}


# Lists


@pytest.mark.parametrize("sort", ["", "name", "email", "role", "state", "last_seen", "created_at"])
@pytest.mark.parametrize("descending", [False, True])
def test_list_people_pages_of_any_size_give_the_whole_list_in_order(town: Town, sort: str, descending: bool) -> None:
    _fill(town)
    listing = Listing(sort=sort, descending=descending)

    @WALK
    @given(st.integers(1, 45))
    def walk(limit: int) -> None:
        with unbound(town.database).read() as session:
            whole = users.list_people(session, town.actor, listing, limit=1000).rows
            paged = _walk(lambda after: users.list_people(session, town.actor, listing, after=after, limit=limit))
        assert paged == list(whole)
        assert len({row.id for row in paged}) == 41  # the admin too; nobody of south

    walk()
    with unbound(town.database).read() as session:
        rows = users.list_people(session, town.actor, listing, limit=1000).rows
    values = [attrgetter({"": "name"}.get(sort, sort))(row) for row in rows]
    empty = [value is None for value in values]
    assert empty == sorted(empty, reverse=not descending)  # a NULL is smaller than any value
    if sort not in ("", "name"):  # names are in the order of the database's collation
        known = [value for value in values if value is not None]
        assert known == sorted(known, reverse=descending)


def test_list_people_rows_added_before_the_key_do_not_shift_pages(town: Town) -> None:
    _fill(town, 30)
    listing = Listing(sort="email")
    with unbound(town.database).read() as session:
        whole = users.list_people(session, town.actor, listing, limit=1000).rows
        first = users.list_people(session, town.actor, listing, limit=10)
    assert first.next_key is not None
    for i in range(5):
        town.add(f"aaa{i}@north.example")
    with unbound(town.database).read() as session:
        rest = _walk(
            lambda after: users.list_people(session, town.actor, listing, after=after or first.next_key, limit=7)
        )
    assert [*first.rows, *rest] == list(whole)


def _sessions(town: Town) -> None:
    """Open and ended sessions of people with equal names, on few hosts; no two of their columns give the same order."""
    now = datetime.now(UTC)
    for i in range(12):
        town.add(f"person{i}@north.example", f"Person {i % 3}")
        host = Client(f"bench-{i * 5 % 4}", "Benchboard/test")
        actor = town.sign_in(f"person{i}@north.example", client=host).actor
        used = now - timedelta(minutes=i * 7 % 12 // 2)
        with town.database.engine.begin() as connection:
            connection.execute(
                update(SignInSession).where(SignInSession.id == actor.session_id).values(last_used_at=used)
            )
    with unbound(town.database).read() as session:
        ended = sessions.list_sessions(session, town.actor, Listing("Person 1")).rows
    for row in ended:
        with unbound(town.database).change() as session:
            sessions.revoke_sessions(session, town.actor, [row.id])
    with town.database.engine.begin() as connection:
        for i, row in enumerate(ended):
            connection.execute(
                update(SessionHistory)
                .where(SessionHistory.id == row.id)
                .values(ended_at=now - timedelta(hours=i // 2), host_name=f"bench-{i % 2}")
            )
        mixed = [row.user_id for row in ended[::2]]
        connection.execute(update(User).where(User.id.in_(mixed)).values(name="Person 9"))


SESSION_SORTS = {
    "": "last_used_at",
    "last_used_at": "last_used_at",
    "started_at": "started_at",
    "person": "person",
    "host_name": "host_name",
}
ENDED_SORTS = {"": "ended_at", "ended_at": "ended_at", "person": "person"}
AUDIT_SORTS = {"": "at", "at": "at", "event": "event"}


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize(
    ("list_rows", "filters", "sorts"),
    [
        (sessions.list_sessions, {}, SESSION_SORTS),
        (sessions.list_sessions, {"ended": True}, ENDED_SORTS),
        (audit.list_entries, {}, AUDIT_SORTS),
    ],
)
def test_list_sorted_by_a_column_pages_through_all_rows_in_order(
    town: Town, list_rows: Callable[..., Page[Any]], filters: dict[str, Any], sorts: dict[str, str], descending: bool
) -> None:
    _sessions(town)
    for sort, attribute in sorts.items():
        listing = Listing(filters=filters, sort=sort, descending=descending)
        with unbound(town.database).read() as session:
            whole = list_rows(session, town.actor, listing, limit=1000).rows
            values = [attrgetter(attribute)(row) for row in whole]
            assert len(set(values)) > 1
            # Without a column to sort by, the newest comes first.
            assert values == sorted(values, reverse=descending or not sort), sort
            for limit in (1, 2, 3, 7):
                paged = _walk(partial(_page, list_rows, session, town.actor, listing, limit))
                assert paged == list(whole), (sort, limit)


def test_list_entries_search_looks_in_event_resource_id_name_and_address(town: Town) -> None:
    mert = town.add("mert@north.example", "Mert Öz")
    signed_in = town.sign_in("mert@north.example").actor
    with unbound(town.database).change() as session:
        audit.record(session, signed_in, "dongle.identify", "00aa11bb22cc33dd")
    sign_in, identify = ("session.sign-in", signed_in.session_id), ("dongle.identify", "00aa11bb22cc33dd")
    for search, found in (
        ("DONGLE.ident", {identify}),
        ("AA11BB", {identify}),
        (str(signed_in.session_id)[:13], {sign_in}),
        ("mert oz", {sign_in, identify, ("user.create", mert)}),
        ("MERT@north", {sign_in, identify, ("user.create", mert)}),
        ("user.create", {("user.create", mert)}),
        ("admin of south", set()),
        ("1' OR 1=1", set()),
    ):
        with unbound(town.database).read() as session:
            rows = audit.list_entries(session, town.actor, Listing(search), limit=1000).rows
        assert {(row.event, row.resource_id) for row in rows} == found, search


def test_list_entries_search_finds_the_words_that_an_entry_shows(town: Town) -> None:
    zed = town.add("zed@north.example", "Zed Öz")
    with unbound(town.database).change() as session:
        audit.record(session, town.actor, "user.disable", zed)
        audit.record(session, town.actor, "session.revoke", "s1", user_id=zed)
        audit.record(session, town.actor, "dashboard.rename", "d1", name="Line 2 Üretim")
        audit.record(session, town.actor, "dongle.rename", "d2", before="Bench A", after="Bench B")
        audit.record(session, town.actor, "team.add", "t1", user_id=zed, team="Night shift")
        audit.record(session, town.actor, "dongle.claim", "d3", device_id="00aa11bb22ccbeef")
        audit.record(session, replace(town.actor, acted_by=zed), "dashboard.publish", "d4", name="Oven")
    about_zed = {"user.create", "user.disable", "session.revoke", "team.add", "dashboard.publish"}
    for search, found in (
        ("zed", about_zed),
        ("ZED OZ", about_zed),
        ("zed@NORTH", about_zed),
        ("disabled", {"user.disable"}),
        ("Disabled Zed Oz", {"user.disable"}),
        ("REVOKED", {"session.revoke"}),
        ("uretim", {"dashboard.rename"}),
        ("line 2", {"dashboard.rename"}),
        ("Renamed the dashboard “Line 2 Üretim”", {"dashboard.rename"}),
        ("bench a", {"dongle.rename"}),
        ("bench b", {"dongle.rename"}),
        ("night", {"team.add"}),
        ("dongle BEEF", {"dongle.claim"}),
        ("disabled line", set()),
        ("“", set()),
    ):
        with unbound(town.database).read() as session:
            rows = audit.list_entries(session, town.actor, Listing(search), limit=1000).rows
            listing = Listing(search, sort="at", descending=True)
            paged = _walk(partial(_page, audit.list_entries, session, town.actor, listing, 1))
        assert {row.event for row in rows} == found, search
        assert paged == list(rows), search


def test_list_entries_search_in_another_language_finds_its_titles(town: Town) -> None:
    zed = town.add("zed@north.example", "Zed")
    with unbound(town.database).change() as session:
        audit.record(session, town.actor, "user.disable", zed)
    i18n.use("tr", package_data.resources_folder() / "i18n")
    try:
        with unbound(town.database).read() as session:
            rows = audit.list_entries(session, town.actor, Listing("DEVRE disi zed")).rows
    finally:
        i18n.use("en", Path())
    assert {row.event for row in rows} == {"user.disable"}


def test_list_sessions_search_looks_in_name_address_and_host(town: Town) -> None:
    for name, host in (("Mert Öz", "bench-7"), ("Ada", "lab_50%")):
        email = f"{name.split()[0].lower()}@north.example"
        town.add(email, name)
        town.sign_in(email, client=Client(host, "Benchboard/test"))
    for search, found in (
        ("mert oz", {"Mert Öz"}),
        ("ADA@north", {"Ada"}),
        ("BENCH-7", {"Mert Öz"}),
        ("50%", {"Ada"}),
        ("lab_5", {"Ada"}),
        ("labx5", set()),
    ):
        with unbound(town.database).read() as session:
            rows = sessions.list_sessions(session, town.actor, Listing(search), limit=1000).rows
        assert {row.person for row in rows} == found, search


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
def test_list_people_forged_key_is_invalid_or_a_position(town: Town, sort: str) -> None:
    may_stand = 0
    for key in HOSTILE:
        with unbound(town.database).read() as session:
            try:
                users.list_people(session, town.actor, Listing(sort=sort), after=key)
                may_stand += 1
            except Invalid as refused:
                assert refused.facts["field"] == "after"
    # A well-formed value of the right kind is a position like any other: (NULL, id) where the column may be NULL.
    assert may_stand <= {"name": 2, "last_seen": 1, "created_at": 0}[sort]


def test_list_people_key_of_another_list_raises_invalid(town: Town) -> None:
    _fill(town, 5)
    with unbound(town.database).read() as session:
        key = users.list_people(session, town.actor, Listing(sort="name"), limit=1).next_key
        assert key is not None
        with pytest.raises(Invalid):
            users.list_people(session, town.actor, Listing(sort="created_at"), after=key)
        with pytest.raises(Invalid):
            audit.list_entries(session, town.actor, Listing(), after=key)


@pytest.mark.parametrize("limit", [0, -1, 1001, 10**9])
def test_list_limit_out_of_range_raises_invalid(town: Town, limit: int) -> None:
    with unbound(town.database).read() as session:
        for ask in (users.list_people, sessions.list_sessions, audit.list_entries):
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
def test_list_unknown_sort_or_filter_raises_invalid(town: Town, listing: Listing) -> None:
    with unbound(town.database).read() as session, pytest.raises(Invalid) as refused:
        users.list_people(session, town.actor, listing)
    assert refused.value.code == ("people.filter" if listing.filters else "paging.sort")
    assert refused.value.what.endswith(".")
    with unbound(town.database).read() as session, pytest.raises(Invalid) as refused:
        sessions.list_sessions(session, town.actor, Listing(filters={"name": "x"}))
    assert refused.value.code == "sessions.filter"
    with unbound(town.database).read() as session, pytest.raises(Invalid):
        audit.list_entries(session, town.actor, Listing(filters={"details": "x"}))


def test_list_filter_with_an_invalid_id_raises_invalid(town: Town) -> None:
    for ask in (sessions.list_sessions, audit.list_entries):
        with pytest.raises(Invalid), unbound(town.database).read() as session:
            ask(session, town.actor, Listing(filters={"user_id": "me"}))
    with pytest.raises(Invalid), unbound(town.database).read() as session:
        users.get_person_matching(session, town.actor, "Mert")


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
def test_list_people_search_ignores_case_and_accents(town: Town, search: str, found: set[str]) -> None:
    _fill(town)
    assert _names(town, search) == found


def test_list_people_search_folds_letters_alike_on_both_engines(town: Town) -> None:
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


def test_list_people_blank_search_lists_everyone(town: Town) -> None:
    assert _names(town, "  ") == _names(town, "")


# Audit entries over time


def _entries_at(town: Town, *times: datetime) -> None:
    with town.database.engine.begin() as connection:
        connection.execute(
            insert(AuditLog),
            [
                {
                    "organisation_id": town.north,
                    "action": "rename",
                    "event_type": "dashboard.rename",
                    "resource_type": "dashboard",
                    "details": {"name": f"Line {at:%d}"},
                    "created_at": at,
                }
                for at in times
            ],
        )


def test_count_entries_over_time_counts_days_with_those_that_are_empty(town: Town) -> None:
    noon = datetime.now(UTC).astimezone().replace(hour=12, minute=0, second=0, microsecond=0)
    _entries_at(town, *(noon - timedelta(days=days) + timedelta(minutes=25) for days in (9, 9, 9, 5)))
    listing = Listing(filters={"event": "dashboard.rename"})
    with unbound(town.database).read() as session:
        found = count_entries_over_time(session, town.actor, listing)
        of_a_day = Listing(
            filters={
                **listing.filters,
                "since": found.periods[-10].start.isoformat(),
                "until": found.periods[-10].end.isoformat(),
            }
        )
        hours = count_entries_over_time(session, town.actor, of_a_day)
        narrowed = audit.list_entries(session, town.actor, of_a_day).rows
        noon_hour = next(period for period in hours.periods if period.count)
        of_an_hour = replace(
            of_a_day,
            filters={"since": noon_hour.start.isoformat(), "until": noon_hour.end.isoformat()},
        )
        minutes = count_entries_over_time(session, town.actor, of_an_hour)
        none = count_entries_over_time(session, town.actor, Listing("nothing is called so"))
        searched = count_entries_over_time(session, town.actor, Listing(f"Line {noon - timedelta(days=5):%d}"))
    assert found.unit == "day"
    assert [period.count for period in found.periods] == [*[0] * 32, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    assert all(one.end == other.start for one, other in pairwise(found.periods))
    assert hours.unit == "hour"
    assert len(narrowed) == 3
    assert sum(period.count for period in hours.periods) == 3
    assert noon_hour.start == noon - timedelta(days=9)
    assert minutes.unit == "minute"
    assert [period.count for period in minutes.periods] == [*[0] * 25, 3, *[0] * 34]
    assert none.periods == ()
    assert sum(period.count for period in searched.periods) == 1


def test_list_entries_since_and_until_that_are_no_times_raise_invalid(town: Town) -> None:
    for value in ("yesterday", "2026-11-20T10:00:00", "", None, 5, "0001-01-01T00:00:00+14:00"):
        for name in ("since", "until"):
            for ask in (audit.list_entries, count_entries_over_time):
                with unbound(town.database).read() as session, pytest.raises(Invalid) as refused:
                    ask(session, town.actor, Listing(filters={name: value}))  # type: ignore[operator]
                assert refused.value.facts["field"] == name


def test_list_entries_sorted_by_who_pages_through_all_rows(town: Town) -> None:
    _sessions(town)
    for descending in (False, True):
        listing = Listing(sort="who", descending=descending)
        with unbound(town.database).read() as session:
            whole = audit.list_entries(session, town.actor, listing, limit=1000).rows
            paged = _walk(partial(_page, audit.list_entries, session, town.actor, listing, 3))
        names = [row.who or "" for row in whole]
        assert len(set(names)) > 2
        assert names == sorted(names, reverse=descending)
        assert paged == list(whole)
        for one, next_one in pairwise(whole):
            assert one.who != next_one.who or one.at >= next_one.at, "newest first within a person"
