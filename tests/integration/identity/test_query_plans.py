"""Lists are read through indexes: what each engine plans for them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from benchboard.identity import audit, sessions, users
from benchboard.paging import Listing, Page
from support.databases import Copies
from support.people import Town
from support.query_plans import query_plans, settle_crowd

List = Callable[..., Page[Any]]


@pytest.fixture
def crowd(copies: Copies, engine_name: str, tmp_path: Path) -> Iterator[Town]:
    """A town with thousands of rows in its lists."""
    with copies.of(engine_name, settle_crowd, tmp_path) as (database, settled):
        yield replace(settled, database=database)


def _plans(crowd: Town, list_rows: List, listing: Listing) -> list[str]:
    """The plans of a list's first and second page."""

    def two_pages(session: Session) -> None:
        key = list_rows(session, crowd.actor, listing, limit=2).next_key
        list_rows(session, crowd.actor, listing, limit=2, after=key)

    plans = query_plans(crowd.database, two_pages)
    # the teams and own roles of a page's people, by their IDs
    return [plan for plan in plans if "team_members" not in plan and "user_roles" not in plan]


def test_list_people_open_sessions_are_counted_by_organisation_and_person(crowd: Town) -> None:
    for plan in _plans(crowd, users.list_people, Listing()):
        if crowd.database.dialect == "sqlite":
            assert "SEARCH sessions USING INDEX sessions_user_id_idx (organisation_id=? AND user_id=?)" in plan
        else:
            assert "Index Cond: ((organisation_id = users.organisation_id) AND (user_id = users.id))" in plan


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize(
    ("list_rows", "sort", "index"),
    [
        (users.list_people, "name", "users_listing_idx"),
        (users.list_people, "email", "users_email_key|sqlite_autoindex_users_3"),
        (users.list_people, "role", "users_role_id_idx"),
        (users.list_people, "state", "users_status_id_idx"),
        (users.list_people, "created_at", "users_created_at_id_idx"),
        (sessions.list_sessions, "last_used_at", "sessions_last_used_at_id_idx"),
        (sessions.list_sessions, "started_at", "sessions_created_at_id_idx"),
        (sessions.list_sessions, "host_name", "sessions_host_name_id_idx"),
        (sessions.list_sessions, "person", "users_listing_idx"),
        (audit.list_entries, "at", "audit_logs_created_at_idx"),
        (audit.list_entries, "event", "audit_logs_event_type_id_idx"),
    ],
)
def test_list_sorted_by_a_column_reads_its_index_in_order(
    crowd: Town, list_rows: List, sort: str, index: str, descending: bool
) -> None:
    for plan in _plans(crowd, list_rows, Listing(sort=sort, descending=descending)):
        _assert_index_order(plan, index)


def test_list_sessions_that_ended_reads_an_index_in_order(crowd: Town) -> None:
    for plan in _plans(crowd, sessions.list_sessions, Listing(filters={"ended": True})):
        _assert_index_order(plan, "session_history_ended_at_id_idx")


def _assert_index_order(plan: str, index: str) -> None:
    """The rows come out of `index` in order: no list is sorted whole for a page of it."""
    assert any(name in plan for name in index.split("|")), plan
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan, plan
    assert "Sort  (" not in plan.replace("Incremental Sort  (", ""), plan


@pytest.mark.parametrize(
    ("column", "index"),
    [
        ("user_id", ["audit_logs_user_id_created_at_id_idx"]),
        ("resource_id", ["audit_logs_resource_id_created_at_id_idx"]),
        ("person", ["audit_logs_user_id_", "audit_logs_target_user_id_created_at_id_idx"]),
    ],
)
def test_list_entries_filtered_by_an_id_reads_its_index(crowd: Town, column: str, index: list[str]) -> None:
    for plan in _plans(crowd, audit.list_entries, Listing(filters={column: crowd.actor.user_id})):
        assert all(name in plan for name in index), plan


def test_list_people_search_needs_only_the_index_for_those_it_does_not_find(crowd: Town) -> None:
    """On SQLite a row costs the decryption of its page, so a search reads the rows it shows and no others."""
    if crowd.database.dialect == "sqlite":
        for plan in _plans(crowd, users.list_people, Listing("person 5")):
            assert "COVERING INDEX users_listing_idx" in plan, plan


@pytest.mark.parametrize(
    ("list_rows", "table"), [(sessions.list_sessions, "sessions"), (audit.list_entries, "audit_logs")]
)
def test_list_search_by_a_persons_name_does_not_look_up_the_person_of_every_row(
    crowd: Town, list_rows: List, table: str
) -> None:
    for plan in _plans(crowd, list_rows, Listing("person 5")):
        if crowd.database.dialect == "sqlite":
            assert "LIST SUBQUERY" in plan, plan
        else:
            assert "SubPlan" in plan, plan
