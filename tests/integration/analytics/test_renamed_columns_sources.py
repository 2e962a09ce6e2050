"""A column that was renamed in one file of a folder: noticed, asked about, read as what it was, and taken back."""

import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
import xlsxwriter

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.files.inspection_types import RenamedColumn
from benchboard.analytics.queries import run_query
from benchboard.analytics.sources.column_changes import get_table, inspect_stored
from benchboard.analytics.sources.file_import import import_files, locate_source
from benchboard.analytics.sources.file_news import file_news, file_problems, problems_text, source_news, status_title
from benchboard.analytics.sources.services import SourceSummary, get_source
from benchboard.analytics.sources.source_reading import DOUBTFUL, read_source_again, undo_reading
from benchboard.errors import Conflict, Invalid
from benchboard.identity import audit
from benchboard.storage.models.base import new_id
from benchboard.storage.models.dashboards import Dashboard, Widget
from support.databases import unbound
from support.orders import Market

pytestmark = pytest.mark.usefixtures("no_sources")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path / "home"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "months"
    path.mkdir()
    for month in (1, 2, 3):
        _write(path, f"2026-0{month}.csv", "id;amount;note", f"1;{month};x", f"2;{10 * month};y")
    return path


def _write(folder: Path, name: str, *lines: str) -> None:
    (folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _added(market: Market, folder: Path, *, copied: bool) -> SourceSummary:
    scans = [table.scan for table in inspect_file(folder).tables]
    return import_files(
        unbound(market.database), market.analyst, name="Months", scans=scans, keeps_last_good=True,
        folder=folder.parent / "kept" if copied else None,
    )  # fmt: skip


def _again(
    market: Market, source: SourceSummary, *renamings: tuple[str, str], accept_losses: bool = False
) -> SourceSummary:
    return read_source_again(
        unbound(market.database), market.analyst, source.id, renamings=renamings, accept_losses=accept_losses,
        keeps_last_good=True,
    )  # fmt: skip


def _rows(market: Market, source: SourceSummary, columns: str) -> list[tuple[object, ...]]:
    with unbound(market.database).read() as session:
        query = f"SELECT {columns} FROM {source.tables[0]} ORDER BY ALL"
        return [tuple(row) for row in run_query(session, market.analyst, query, source_id=source.id).rows]


def _now(market: Market, source: SourceSummary) -> SourceSummary:
    with unbound(market.database).read() as session:
        return get_source(session, market.analyst, source.id)


AMOUNTS = [(1,), (2,), (3,), (10,), (20,), (30,)]


@pytest.mark.parametrize("copied", [True, False])
def test_a_column_renamed_in_one_file_is_asked_about_and_the_good_rows_stay(
    market: Market, folder: Path, copied: bool
) -> None:
    """It was read as a new column, and the old one of that file was empty, without a word."""
    source = _added(market, folder, copied=copied)
    _write(folder, "2026-02.csv", "id;price;note", "1;2;x", "2;25;y")
    with pytest.raises(Conflict) as refused:
        _again(market, source)
    assert refused.value.code == DOUBTFUL
    assert refused.value.facts["renamed"] == (RenamedColumn(("2026-02.csv",), "price", ("amount",), "amount"),)
    assert refused.value.what == "“2026-02.csv” has “price” where it had “amount”."
    assert _rows(market, source, "amount") == AMOUNTS, "the last good rows"
    now = _now(market, source)
    assert status_title(now, file_news(now), file_problems(now)) == "Column renamed"
    with unbound(market.database).read() as session:
        news = source_news(session, market.analyst, source.id)
    assert news is not None
    told = news.problem or problems_text(news.unreadable, lambda _time: "today")
    assert told == (
        "“2026-02.csv” has “price” where it had “amount”. Refresh the data to choose which column it is."
        " Until then, the data from before are shown."
        if copied
        else "“2026-02.csv” has “price” where it had “amount”. Its rows from today are shown. Refresh the data to"
        " choose which column it is."
    )

    read = _again(market, source, ("price", "amount"))
    assert _rows(market, read, "amount") == [(1,), (2,), (3,), (10,), (25,), (30,)]
    assert (read.problem, read.status, read.renamed, read.partial_columns) == ("", "connected", (), ())
    assert status_title(read, file_news(read), file_problems(read)) == "Up to date"
    assert _again(market, read).rows == 6


@pytest.mark.parametrize("copied", [True, False])
def test_a_renamed_column_that_is_undone_shows_the_rows_of_before(market: Market, folder: Path, copied: bool) -> None:
    source = _added(market, folder, copied=copied)
    _write(folder, "2026-02.csv", "id;price;note", "1;2;x", "2;25;y")
    read = _again(market, source, ("price", "amount"))
    undone = undo_reading(unbound(market.database), market.analyst, read)
    assert _rows(market, undone, "amount") == AMOUNTS
    with pytest.raises(Conflict):
        _again(market, undone)


@pytest.mark.parametrize("copied", [True, False])
def test_an_old_name_put_back_is_nothing_wrong(market: Market, folder: Path, copied: bool) -> None:
    """It was told as an error of a file that never had the column."""
    _write(folder, "people.csv", "who;town", "A;B")
    source = _added(market, folder, copied=copied)
    _write(folder, "2026-02.csv", "id;price;note", "1;2;x", "2;25;y")
    with pytest.raises(Conflict):
        _again(market, source)
    _write(folder, "2026-02.csv", "id;amount;note", "1;2;x", "2;26;y")
    read = _again(market, source)
    assert (read.problem, read.status) == ("", "connected")
    assert _rows(market, read, "amount")[4] == (26,)

    _write(folder, "2026-02.csv", "id;price;note", "1;2;x", "2;25;y")
    read = _again(market, source, ("price", ""))
    assert _rows(market, read, "amount, price")[-1] == (None, 25)
    _write(folder, "2026-02.csv", "id;amount;note", "1;2;x", "2;26;y")
    read = _again(market, source)
    assert (read.problem, read.status) == ("", "connected")
    assert _rows(market, read, "amount") == [(1,), (2,), (3,), (10,), (26,), (30,)]

    _write(folder, "2026-02.csv", "id;price;note", "1;2;x", "2;25;y")
    read = _again(market, source, ("price", "amount"))
    _write(folder, "2026-02.csv", "id;amount;note", "1;2;x", "2;27;y")
    assert _rows(market, _again(market, read), "amount")[4] == (27,)


def test_a_column_that_is_gone_by_its_old_name_is_asked_about_if_a_widget_uses_it(market: Market, folder: Path) -> None:
    _write(folder, "a.csv", "who;town", "A;B")
    source = _added(market, folder, copied=True)
    _write(folder, "2026-02.csv", "id;price;note", "1;2;x", "2;25;y")
    read = _again(market, source, ("price", ""))
    table = next(one for one in read.tables if one != "a")
    with unbound(market.database).change() as session:
        organisation = market.analyst.organisation_id
        page = Dashboard(id=new_id(), organisation_id=organisation, name="Prices", user_id=market.analyst.user_id)
        session.add(page)
        session.flush()
        session.add(
            Widget(id=new_id(), organisation_id=organisation, dashboard_id=page.id, type="table", position={},
                   config={}, query=f"SELECT price FROM {table}", data_source_id=source.id)
        )  # fmt: skip
        audit.record(session, market.analyst, "dashboard.create", page.id)
    _write(folder, "2026-02.csv", "id;amount;note", "1;2;x", "2;26;y")
    with pytest.raises(Conflict) as refused:
        _again(market, read)
    assert "“2026-02.csv” no longer has the column “price”." in str(refused.value)
    assert "a.csv" not in str(refused.value)


def test_a_renamed_column_of_another_kind_is_asked_about_without_a_suggestion(market: Market, folder: Path) -> None:
    source = _added(market, folder, copied=True)
    _write(folder, "2026-02.csv", "id;comment;note", "1;a;x", "2;b;y")
    with pytest.raises(Conflict) as refused:
        _again(market, source)
    assert refused.value.facts["renamed"] == (RenamedColumn(("2026-02.csv",), "comment", ("amount",)),)
    assert refused.value.what == "“2026-02.csv” has “comment”, and no longer “amount”."
    read = _again(market, source, ("comment", ""))
    assert _rows(market, read, "amount, comment")[-2:] == [(None, "a"), (None, "b")]


def test_a_column_renamed_in_all_files_is_one_question(market: Market, folder: Path) -> None:
    source = _added(market, folder, copied=False)
    for month in (1, 2, 3):
        _write(folder, f"2026-0{month}.csv", "id;price;note", f"1;{month};x", f"2;{10 * month};y")
    with pytest.raises(Conflict) as refused:
        _again(market, source)
    assert refused.value.what == "“2026-01.csv” and 2 more files have “price” where they had “amount”."
    assert _rows(market, _again(market, source, ("price", "Amount")), "amount") == AMOUNTS


def test_a_file_that_came_with_another_title_is_asked_about(market: Market, folder: Path) -> None:
    for month in (1, 2, 3):
        _write(folder, f"2026-0{month}.csv", "id;amount;note;day", f"1;{month};x;2026-01-01")
    source = _added(market, folder, copied=True)
    _write(folder, "2026-04.csv", "id;price;note;day", "1;4;x;2026-04-01")
    with pytest.raises(Conflict) as refused:
        _again(market, source)
    assert refused.value.what == "“2026-04.csv” has “price” where other files have “amount”."
    assert _rows(market, _again(market, source, ("price", "amount")), "amount") == [(1,), (2,), (3,), (4,)]


def test_a_column_left_out_is_not_asked_about(market: Market, folder: Path) -> None:
    (found,) = inspect_file(folder).tables
    columns = [replace(one, left_out=one.name == "amount") for one in found.scan.columns]
    source = import_files(
        unbound(market.database), market.analyst, name="Months", folder=folder.parent / "kept",
        scans=[found.scan.with_columns(tuple(columns))],
    )  # fmt: skip
    _write(folder, "2026-02.csv", "id;price;note", "1;2;x", "2;25;y")
    assert _rows(market, _again(market, source), "price")[:2] == [(2,), (25,)]


@pytest.mark.parametrize("renaming", [("cost", "amount"), ("price", "none")])
def test_a_renaming_that_is_none_is_refused(market: Market, folder: Path, renaming: tuple[str, str]) -> None:
    source = _added(market, folder, copied=True)
    _write(folder, "2026-02.csv", "id;price;note", "1;2;x", "2;25;y")
    with pytest.raises(Invalid) as refused:
        _again(market, source, renaming)
    assert refused.value.code == "files.renamed"


def test_renamed_columns_whose_last_good_copy_is_gone_are_told_and_read_as_they_are(
    market: Market, folder: Path, tmp_path: Path
) -> None:
    source = _added(market, folder, copied=False)
    for copy in (tmp_path / "home" / "sources" / "last-good").rglob("2026-02.csv"):
        copy.unlink()
    _write(folder, "2026-02.csv", "id;price;note", "1;2;x", "2;25;y")
    os.utime(folder / "2026-02.csv", (0, 0))
    assert _rows(market, source, "id, amount")[-1] == (2, None)
    assert len(_rows(market, source, "id")) == 6
    told = problems_text(file_problems(_now(market, source)), lambda _time: "today")
    assert told == "“2026-02.csv” has “price” where it had “amount”. Refresh the data to choose which column it is."


def test_a_copy_is_not_made_again_by_another_change_before_it_is_known_which_column_it_is(
    market: Market, folder: Path, tmp_path: Path
) -> None:
    """The column of that file was empty in the new copy."""
    source = _added(market, folder, copied=True)
    _write(folder, "2026-02.csv", "id;price;note", "1;2;x", "2;25;y")
    with unbound(market.database).read() as session:
        table = get_table(session, market.analyst, source.id, source.tables[0])
    with pytest.raises(Conflict, match="Refresh the data to choose"):
        inspect_stored(table, {}, cancel_token=CancelToken(), progress=lambda _done, _total: None)
    with pytest.raises(Invalid, match="has “price” where it had “amount”"):
        locate_source(unbound(market.database), market.analyst, source.id, folder.rename(tmp_path / "moved"))
    assert _rows(market, source, "amount") == AMOUNTS


def _single(market: Market, file: Path, *, copied: bool) -> SourceSummary:
    scans = [table.scan for table in inspect_file(file).tables]
    return import_files(
        unbound(market.database), market.analyst, name="Sales", scans=scans, keeps_last_good=True,
        folder=file.parent / "kept" if copied else None,
    )  # fmt: skip


def _write_kind(file: Path, titles: tuple[str, ...], *rows: tuple[object, ...]) -> None:
    """Write a CSV, Excel, Parquet or SQLite file, by its ending."""
    file.unlink(missing_ok=True)
    if file.suffix == ".csv":
        file.write_text("".join(",".join(map(str, row)) + "\n" for row in (titles, *rows)), encoding="utf-8")
    elif file.suffix == ".xlsx":
        with xlsxwriter.Workbook(str(file)) as book:
            sheet = book.add_worksheet("sales")
            for at, row in enumerate((titles, *rows)):
                sheet.write_row(at, 0, row)
    elif file.suffix == ".parquet":
        values = ", ".join(str(row) for row in rows)
        named = ", ".join(f'"{title}"' for title in titles)
        with duckdb.connect() as connection:
            connection.execute(f"COPY (SELECT * FROM (VALUES {values}) t({named})) TO '{file}' (FORMAT parquet)")
    else:
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute(f"CREATE TABLE sales ({', '.join(titles)})")
            connection.executemany("INSERT INTO sales VALUES (?, ?, ?)", rows)


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".parquet", ".sqlite"])
@pytest.mark.parametrize("copied", [True, False])
def test_a_column_renamed_in_a_single_file_is_asked_about_and_read_as_what_it_was(
    market: Market, tmp_path: Path, ending: str, copied: bool
) -> None:
    """It was told as a missing column, and a new one beside it."""
    if ending in (".xlsx", ".sqlite") and not copied:
        pytest.skip("These are always copied.")
    file = tmp_path / f"sales{ending}"
    _write_kind(file, ("id", "revenue", "shop"), (1, 10, "A"), (2, 20, "B"))
    source = _single(market, file, copied=copied)
    assert _rows(market, source, "revenue") == [(10,), (20,)]
    _write_kind(file, ("id", "turnover", "shop"), (1, 11, "A"), (2, 22, "B"))
    with pytest.raises(Conflict) as refused:
        _again(market, source)
    assert refused.value.facts["renamed"] == (RenamedColumn((file.name,), "turnover", ("revenue",), "revenue"),)
    read = _again(market, source, ("turnover", "revenue"))
    assert _rows(market, read, "id, revenue, shop") == [(1, 11, "A"), (2, 22, "B")]
    assert (read.problem, read.status, read.renamed) == ("", "connected", ())
    assert _again(market, read).rows == 2, "it isn't asked about again"
    _write_kind(file, ("id", "turnover", "shop"), (1, 12, "A"), (2, 23, "B"), (3, 30, "C"))
    assert _rows(market, _again(market, read), "revenue") == [(12,), (23,), (30,)]


def test_a_new_column_of_a_single_file_beside_one_that_is_gone_can_be_read_as_new(
    market: Market, tmp_path: Path
) -> None:
    file = tmp_path / "sales.csv"
    _write_kind(file, ("id", "revenue", "shop"), (1, 10, "A"), (2, 20, "B"))
    source = _single(market, file, copied=True)
    _write_kind(file, ("id", "turnover", "shop"), (1, 11, "A"), (2, 22, "B"))
    with pytest.raises(Conflict) as refused:
        _again(market, source, ("turnover", ""))
    assert "renamed" not in refused.value.facts
    assert "no longer has the column “revenue”" in refused.value.what
    read = _again(market, source, ("turnover", ""), accept_losses=True)
    assert _rows(market, read, "id, turnover") == [(1, 11), (2, 22)]
