"""A row whose time is none, as another program or a damaged disk leaves it in SQLite, takes no list away."""

import copy
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from benchboard.analytics.queries import run_query
from benchboard.cli import command_context, table
from benchboard.dashboards import library
from benchboard.dashboards.document.document import empty
from benchboard.dashboards.versions import version_store
from benchboard.errors import Invalid
from benchboard.identity import audit, users
from benchboard.paging import Listing, Unreadable, encode_key
from benchboard.storage import upgrade
from benchboard.storage.engine import Database
from benchboard.storage.models.base import read_moment
from benchboard.storage.models.identity import User
from support import databases
from support.databases import unbound
from support.orders import open_market
from support.people import Town

GARBAGE: tuple[Any, ...] = (
    "garbage", "", "2026-13-45T99:99:99.000000Z", "2026-02-30T00:00:00.000000Z", b"\x00\xff", 17, 1.5,
    "0001-01-01T00:00:00+14:00", "a\0b", "9" * 5_000, "'; DROP TABLE users; --",
)  # fmt: skip


@pytest.fixture
def engine_name() -> str:
    """On PostgreSQL a column of moments holds nothing else."""
    return "sqlite"


def spoil(town: Town, table: str, row_id: str, column: str, value: Any) -> None:
    """Write it as another program would."""
    with town.database.engine.execution_options(bb_writing=True).begin() as connection:
        connection.execute(text(f"UPDATE {table} SET {column} = :value WHERE id = :id"), {"value": value, "id": row_id})


def made(town: Town, count: int) -> list[str]:
    ids = []
    for number in range(count):
        with unbound(town.database).change() as session:
            ids.append(library.create(session, town.actor, empty(f"Dashboard {number}")).card.id)
    return ids


def listed(town: Town, sort: str, *, descending: bool, limit: int = 2) -> list[library.DashboardSummary]:
    """All dashboards, page by page."""
    found: list[library.DashboardSummary] = []
    after = None
    for _page in range(20):
        with unbound(town.database).read() as session:
            listing = Listing(sort=sort, descending=descending)
            page = library.list_dashboards(session, town.actor, listing, after=after, limit=limit)
        found += page.rows
        after = page.next_key
        if after is None:
            break
    return found


@pytest.mark.parametrize("value", GARBAGE, ids=range(len(GARBAGE)))
def test_list_with_an_unreadable_row_shows_it_among_the_others(town: Town, value: Any) -> None:
    ids = made(town, 5)
    spoil(town, "dashboards", ids[2], "updated_at", value)
    for sort in ("updated_at", "name", "created_at"):
        for descending in (False, True):
            cards = listed(town, sort, descending=descending)
            assert sorted(card.id for card in cards) == sorted(ids)
            (broken,) = [card for card in cards if isinstance(card.updated_at, Unreadable)]
            assert broken.id == ids[2]
    with unbound(town.database).read() as session:
        assert library.get_dashboard(session, town.actor, ids[2]).card.name == "Dashboard 2"


def test_list_with_adjacent_unreadable_rows_pages_through_all(town: Town) -> None:
    ids = made(town, len(GARBAGE) + 2)
    for key, value in zip(ids, GARBAGE, strict=False):
        spoil(town, "dashboards", key, "updated_at", value)
    for descending in (False, True):
        cards = listed(town, "updated_at", descending=descending, limit=1)
        assert sorted(card.id for card in cards) == sorted(ids[:20])


def test_save_of_an_unreadable_row_gives_it_a_time(town: Town) -> None:
    (key,) = made(town, 1)
    spoil(town, "dashboards", key, "updated_at", "garbage")
    with unbound(town.database).change() as session:
        library.describe(session, town.actor, key, name="Renamed")
    with unbound(town.database).read() as session:
        card = library.get_dashboard(session, town.actor, key).card
        assert version_store.list_versions(session, town.actor, key, Listing()).rows
    assert not isinstance(card.updated_at, Unreadable)
    assert (datetime.now(UTC) - card.updated_at).total_seconds() < 600


def test_list_people_and_audit_show_unreadable_rows(town: Town) -> None:
    user = town.add("spoiled@north.example")
    spoil(town, "users", user, "created_at", "long ago")
    with unbound(town.database).read() as session:
        people = users.list_people(session, town.actor, Listing())
        assert user in [person.id for person in people.rows]
        assert audit.list_entries(session, town.actor, Listing()).rows
        moment = session.scalar(select(User.created_at).where(User.id == user))
    assert isinstance(moment, Unreadable)
    assert moment.raw == "long ago"


def test_check_names_unreadable_row_and_value(town: Town) -> None:
    ids = made(town, len(GARBAGE))
    assert upgrade.check(town.database) == ()
    for key, value in zip(ids, GARBAGE, strict=True):
        spoil(town, "dashboards", key, "updated_at", value)
    found = upgrade.check(town.database)
    assert {one.kind for one in found} == {"moment"}
    assert len(found) == len(GARBAGE)
    assert all(any(key in one.what for one in found) for key in ids)
    first = next(one.what for one in found if ids[0] in one.what)
    assert first == f"dashboards, row '{ids[0]}': updated_at must be a time, not 'garbage'."
    assert max(len(one.what) for one in found) < 200


def test_check_readable_rows_are_not_named(town: Town) -> None:
    ids = made(town, 3)
    for key, value in zip(ids, ("2026-01-02 03:04:05+02:00", "2026-01-02", "20260102T030405Z"), strict=True):
        spoil(town, "dashboards", key, "updated_at", value)
    assert upgrade.check(town.database) == ()


def test_check_names_only_a_few_rows_of_each_column(town: Town) -> None:
    for key in made(town, 25):
        spoil(town, "dashboards", key, "updated_at", "garbage")
    assert len(upgrade.check(town.database)) == 20


def test_cell_of_an_unreadable_time_says_so_and_json_has_null(capsys: pytest.CaptureFixture[str]) -> None:
    moment = read_moment("garbage")
    assert table.cell_text(moment) == "unreadable"
    command_context.write_json({"at": moment})
    assert capsys.readouterr().out == '{"at": null}\n'
    assert isinstance(copy.deepcopy(moment), Unreadable)
    assert moment < datetime.now(UTC)  # what ends then has ended


@pytest.mark.parametrize("key", ["raw:", "raw:-zz", "raw:-ff", "raw:0", "raw:-", "raw:6162"])
def test_list_after_an_invented_key_reads_nothing_else(town: Town, key: str) -> None:
    ids = made(town, 1)
    with unbound(town.database).read() as session:
        listing = Listing(sort="updated_at")
        try:
            library.list_dashboards(session, town.actor, listing, after=encode_key([key, ids[0]]))
        except Invalid as error:
            assert error.code == "paging.key"


def test_run_query_skips_unreadable_rows(sqlite_template: Path, tmp_path: Path) -> None:
    database = Database.open(databases.file_url(shutil.copyfile(sqlite_template, tmp_path / "o.db")), key=databases.KEY)
    market = open_market(database, tmp_path)
    with database.engine.execution_options(bb_writing=True).begin() as connection:
        connection.execute(text("UPDATE orders SET created_dt = 'garbage' WHERE id = 'o1'"))

    def asked(query: str) -> list[tuple[Any, ...]]:
        with unbound(database).read() as session:
            return [tuple(row) for row in run_query(session, market.analyst, query).rows]

    for column in ("created_dt", "created_dt::date", "date_trunc('day', created_dt)"):
        rows = asked(f"select id, {column} as at from orders order by id")
        assert len(rows) == 6
        assert dict(rows)["o1"] is None, column
        assert all(value is not None for key, value in rows if key != "o1")
    database.dispose()
