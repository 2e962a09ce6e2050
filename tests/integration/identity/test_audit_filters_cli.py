"""`audit list` and `audit export`: every filter narrows both alike, and an export is itself an entry."""

import csv
import io
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from benchboard import workspace
from benchboard.identity import audit, authentication, organisations
from benchboard.identity.audit_periods import PERIODS, period_range, read_moment
from benchboard.identity.permissions import Client
from support.databases import unbound
from support.programs import Programs

_CLIENT = Client("bench-12", "Benchboard/test", "10.0.0.7")


class Desk:
    """A local database with entries of two people."""

    def __init__(self, programs: Programs, home: Path) -> None:
        self._programs, self._home = programs, home

    def run(self, *arguments: str) -> tuple[int, str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("BENCHBOARD_", "PG"))}
        own = {"BENCHBOARD_HOME": str(self._home), "BENCHBOARD_KEYRING": "off"}
        ended = self._programs.run("benchboard", *arguments, environment=inherited | own)
        assert "Traceback" not in ended.stderr
        return ended.returncode, ended.stdout, ended.stderr

    def listed(self, *options: str) -> list[dict[str, Any]]:
        status, out, told = self.run("audit", "list", "--json", "--limit", "1000", *options)
        assert status == 0, told
        items: list[dict[str, Any]] = json.loads(out)["items"]
        return items


@pytest.fixture
def desk(programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("BENCHBOARD_KEYRING", "off")
    home = tmp_path / "home"
    opened = workspace.open_local(home)
    with unbound(opened.database).change() as session:
        operator = authentication.operator_actor(session, client=_CLIENT)
        ada = organisations.create_account(
            session, operator.organisation_id, email="ada@example.com", name="Ada", role="analyst"
        )
        audit.record(session, operator, "user.create", ada, role="analyst")
        audit.append(session, _CLIENT, "session.refuse", None, operator.organisation_id, ada)
        audit.append(session, _CLIENT, "dashboard.create", "d1", operator.organisation_id, ada, name="=Line 2 ü")
    opened.close()
    return Desk(programs, home)


def test_each_filter_narrows_the_list(desk: Desk) -> None:
    today = datetime.now().astimezone().date()
    everything = desk.listed()
    assert len(everything) == 4
    for options, events in (
        (("--user", "ada@example.com"), ["dashboard.create", "session.refuse"]),
        (("--person", "ada@example.com"), ["dashboard.create", "session.refuse", "user.create"]),
        (("--event", "user.create"), ["user.create"]),
        (("--type", "dashboard"), ["dashboard.create"]),
        (("--object", "d1"), ["dashboard.create"]),
        (("--result", "refused"), ["session.refuse"]),
        (("--result", "done", "--type", "session"), []),
        (("--search", "line 2"), ["dashboard.create"]),
        (("--until", str(today - timedelta(days=1))), []),
        (("--since", str(today + timedelta(days=1))), []),
    ):
        assert sorted(row["event"] for row in desk.listed(*options)) == events, options
    for options in (("--since", str(today)), ("--until", str(today)), ("--period", "this-month"), ("--result", "done")):
        expected = len(everything) - (options[1] == "done")
        assert len(desk.listed(*options)) == expected, options


def test_log_of_a_deleted_and_of_an_erased_person_is_found_by_their_id(desk: Desk) -> None:
    (made,) = desk.listed("--event", "user.create")
    user_id = made["resource_id"]
    assert desk.run("user", "delete", "ada@example.com")[0] == 0
    events = ["dashboard.create", "session.refuse", "user.create", "user.delete"]
    assert sorted(row["event"] for row in desk.listed("--person", "ada@example.com")) == events
    assert desk.run("user", "erase", user_id, "--confirm", "Ada")[0] == 0
    for named in (user_id, user_id[:8]):
        assert sorted(row["event"] for row in desk.listed("--person", named)) == [*events, "user.erase"]
        assert sorted(row["event"] for row in desk.listed("--user", named)) == events[:2]
        status, out, told = desk.run("user", "show", named, "--json")
        assert status == 0, told
        assert (json.loads(out)["id"], json.loads(out)["state"]) == (user_id, "deleted")
    assert desk.run("audit", "list", "--person", "ada@example.com")[0] == 1


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--since", "yesterdayish"), "--since can't be “yesterdayish”. Write it like 2026-03-01"),
        (("--since", "2026-02-30"), "--since can't be “2026-02-30”."),
        (("--period", "today", "--until", "2026-01-01"), "Use either --period, or --since and --until."),
        (("--result", "maybe"), "maybe"),
        (("--period", "ever"), "ever"),
    ],
)
def test_wrong_filters_are_usage_errors(desk: Desk, options: tuple[str, ...], told: str) -> None:
    status, out, error = desk.run("audit", "list", *options)
    assert (status, out) == (2, "")
    assert told in error


def test_export_writes_what_is_filtered_and_records_that(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    status, out, told = desk.run("audit", "export", "--out", str(file), "--person", "ada@example.com")
    assert (status, out) == (0, f"Exported 3 entries to {file}\n"), told
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))
    assert [row["event"] for row in rows] == ["dashboard.create", "session.refuse", "user.create"]
    assert json.loads(rows[0]["details"]) == {"name": "=Line 2 ü"}
    assert not any(str(value).startswith(("=", "+", "@")) for row in rows for value in row.values())
    assert desk.run("audit", "export", "--out", str(file))[0] == 1  # it exists
    status, out, told = desk.run("audit", "export", "--out", "-", "--format", "json", "--event", "audit.export")
    (entry,) = json.loads(out)
    assert (entry["details"]["format"], entry["details"]["count"]) == ("csv", 3)
    assert list(entry["details"]["filters"]) == ["person"]
    assert entry["seal"] in [row["seal"] for row in desk.listed("--event", "audit.export")]
    assert len(desk.listed("--event", "audit.export")) == 2


def test_periods_are_whole_days_that_end_where_the_next_one_starts() -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    days = {}
    for period in PERIODS:
        start, end = period_range(period, now)
        assert start < end
        assert (start.hour, start.minute, end.hour) == (0, 0, 0)
        days[period] = (start.date().isoformat(), (end - timedelta(hours=12)).date().isoformat())
    assert days["today"] == ("2026-03-01", "2026-03-01")
    assert days["last-7-days"] == ("2026-02-23", "2026-03-01")
    assert days["last-month"] == ("2026-02-01", "2026-02-28")
    assert days["this-year"] == ("2026-01-01", "2026-03-01")
    assert read_moment("2026-03-01", "since") == period_range("today", now)[0]
    assert read_moment("2026-03-01", "until", whole_day=True) == period_range("today", now)[1]
    assert read_moment("2026-03-01T08:00+01:00", "since") == datetime(2026, 3, 1, 7, tzinfo=UTC)
