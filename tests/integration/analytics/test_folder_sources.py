"""A folder of files as a source: what happened to its files since they were read, and reading it again."""

import os
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.queries import run_query
from benchboard.analytics.sources.copies import delete_copies
from benchboard.analytics.sources.file_import import import_files, source_copies
from benchboard.analytics.sources.file_news import (
    file_changes,
    file_news,
    file_problems,
    problems_text,
    source_news,
    status_title,
)
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.source_reading import DOUBTFUL, read_source_again, undo_reading
from benchboard.errors import Conflict, Invalid, NotFound, Unavailable
from support.databases import unbound
from support.orders import Market

pytestmark = pytest.mark.usefixtures("no_sources")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "months"
    path.mkdir()
    for month in (1, 2):
        _write(path, f"2026-0{month}.csv", month)
    (path / "readme.pdf").write_bytes(b"%PDF-1.7")
    return path


def _write(folder: Path, name: str, *amounts: int) -> None:
    (folder / name).write_text("id;amount\n" + "".join(f"{at};{n}\n" for at, n in enumerate(amounts)), encoding="utf-8")


def _added(market: Market, folder: Path, kept: Path | None) -> SourceSummary:
    scans = [table.scan for table in inspect_file(folder).tables]
    return import_files(unbound(market.database), market.analyst, name="Months", scans=scans, folder=kept)


def _again(market: Market, source: SourceSummary, *, accept_losses: bool = False) -> SourceSummary:
    return read_source_again(unbound(market.database), market.analyst, source.id, accept_losses=accept_losses)


def _amounts(market: Market, source: SourceSummary) -> list[object]:
    with unbound(market.database).read() as session:
        query = f"SELECT amount FROM {source.tables[0]} ORDER BY amount"  # our own name
        return [row[0] for row in run_query(session, market.analyst, query, source_id=source.id).rows]


@pytest.mark.parametrize("copied", [True, False])
def test_a_folder_whose_files_change_come_or_go_is_changed_and_read_again(
    market: Market, folder: Path, tmp_path: Path, copied: bool
) -> None:
    source = _added(market, folder, tmp_path / "kept" if copied else None)
    assert (source.is_folder, source.path, file_news(source)) == (True, str(folder), "")

    before = (folder / "2026-01.csv").stat()
    _write(folder, "2026-01.csv", 10, 11)
    os.utime(folder / "2026-01.csv", ns=(before.st_atime_ns, before.st_mtime_ns))  # its size tells it
    _write(folder, "2026-03.csv", 3)
    (folder / "notes.csv").write_text("who;what\na;b\n", encoding="utf-8")
    (folder / ".~lock.2026-01.csv#").write_text("", encoding="utf-8")
    (folder / "~$2026.xlsx").write_text("", encoding="utf-8")
    changes = file_changes(source)
    assert (changes.changed, changes.added, changes.removed) == (("2026-01.csv",), ("2026-03.csv", "notes.csv"), ())
    assert file_news(source) == "changed"
    assert status_title(source, "changed") == "Folder changed"
    with unbound(market.database).read() as session:
        news = source_news(session, market.analyst, source.id)
    assert news is not None
    assert (news.is_outdated, news.is_folder) == (copied, True)

    read = _again(market, source)
    assert _amounts(market, read) == [2, 3, 10, 11]
    assert file_news(read) == "", "a file of another kind was looked at, and isn't news again"

    (folder / "2026-02.csv").unlink()
    assert file_changes(read).removed == ("2026-02.csv",)
    with pytest.raises(Conflict) as refused:
        _again(market, read)
    assert refused.value.code == DOUBTFUL
    assert "“2026-02.csv” is no longer in the folder “months”." in str(refused.value)
    now = _again(market, read, accept_losses=True)
    assert (_amounts(market, now), file_news(now), now.status) == ([3, 10, 11], "", "connected")
    if copied:
        undone = undo_reading(unbound(market.database), market.analyst, now)
        assert _amounts(market, undone) == [2, 3, 10, 11]
        assert file_changes(undone).removed == ("2026-02.csv",)


def test_a_folder_that_is_gone_is_so_and_a_value_that_no_longer_fits_is_left_empty(
    market: Market, folder: Path, tmp_path: Path
) -> None:
    copied = _added(market, folder, tmp_path / "kept")
    _write(folder, "2026-01.csv", *range(20))
    with (folder / "2026-01.csv").open("a", encoding="utf-8") as file:
        file.write("20;many\n")
    assert len([one for one in _amounts(market, _again(market, copied)) if one is not None]) == 21
    folder.rename(tmp_path / "elsewhere")
    assert file_news(copied) == "original_gone"
    assert status_title(copied, "original_gone") == "Original missing"
    with unbound(market.database).read() as session:
        news = source_news(session, market.analyst, copied.id)
    assert news is not None
    assert (news.news, news.is_outdated) == ("original_gone", False)
    with pytest.raises(NotFound, match="months"):
        _again(market, copied)
    folder.mkdir()
    with pytest.raises(Invalid, match="“months” has no files"):
        _again(market, copied, accept_losses=True)


def test_a_folder_of_one_file_reads_those_that_come_and_names_those_that_it_does_not_read(
    market: Market, folder: Path, tmp_path: Path
) -> None:
    second = (folder / "2026-02.csv").rename(tmp_path / "2026-02.csv")
    source = _added(market, folder, tmp_path / "kept")
    assert (source.is_folder, source.tables, source.unread_files) == (True, ("months",), ("readme.pdf",))
    second.rename(folder / "2026-02.csv")
    (folder / "notes.csv").write_text("who;what\na;b\n", encoding="utf-8")
    assert file_changes(source).added == ("2026-02.csv", "notes.csv")
    read = _again(market, source)
    assert (_amounts(market, read), read.unread_files) == ([1, 2], ("notes.csv", "readme.pdf"))


def test_a_file_replaced_by_an_older_one_is_changed(market: Market, folder: Path, tmp_path: Path) -> None:
    file = folder / "2026-01.csv"
    source = _added(market, file, tmp_path / "kept")
    assert not source.is_folder
    os.utime(file, (1_000_000_000, 1_000_000_000))
    assert file_news(source) == "changed"
    assert status_title(source, "changed") == "File changed"


def _write_titled(folder: Path, name: str, titles: str, *rows: str) -> None:
    (folder / name).write_text("\n".join((titles, *rows)) + "\n", encoding="utf-8")


def _rows(market: Market, source: SourceSummary, columns: str) -> list[tuple[object, ...]]:
    with unbound(market.database).read() as session:
        query = f"SELECT {columns} FROM {source.tables[0]} ORDER BY ALL"  # our own name
        return list(run_query(session, market.analyst, query, source_id=source.id).rows)


@pytest.mark.parametrize("copied", [True, False])
def test_a_file_with_more_or_fewer_columns_that_comes_is_read_and_a_broken_one_is_named(
    market: Market, folder: Path, tmp_path: Path, copied: bool
) -> None:
    source = _added(market, folder, tmp_path / "kept" if copied else None)
    assert source.partial_columns == ()
    _write_titled(folder, "2026-03.csv", "discount;id;amount", "0.5;7;3")
    _write_titled(folder, "2026-04.csv", "amount;discount;id;region", "4;;8;north")
    _write_titled(folder, "notes.csv", "who;what", "a;b")
    (folder / "2026-05.csv").write_bytes(b"%PDF-1.7")
    read = _again(market, source)
    assert _rows(market, read, "id, amount, discount, region") == [
        (0, 1, None, None), (0, 2, None, None), (7, 3, 0.5, None), (8, 4, None, "north"),
    ]  # fmt: skip
    assert [(one.title, one.count, one.of, one.files) for one in read.partial_columns] == [
        ("discount", 2, 4, ("2026-03.csv", "2026-04.csv")), ("region", 1, 4, ("2026-04.csv",)),
    ]  # fmt: skip
    assert read.unread_files == ("2026-05.csv", "notes.csv", "readme.pdf")
    assert sorted(read.unread_reasons) == [
        "“2026-05.csv” isn't a CSV file. It's a PDF document.",
        "“notes.csv” isn't read with the others. It has other columns: “who”, “what”.",
        "“readme.pdf” isn't a data file. It's a PDF document.",
    ]
    assert (read.status, file_news(read)) == ("connected", "")

    _write_titled(folder, "notes.csv", "id;amount", "9;9")  # it was corrected
    (folder / "readme.pdf").unlink()
    now = _again(market, read)
    assert (9, 9) in _rows(market, now, "id, amount")
    assert [one.partition(" ")[0] for one in now.unread_reasons] == ["“2026-05.csv”"]


def test_a_file_that_comes_written_otherwise_is_not_read_where_it_can_be_read_in_two_ways(
    market: Market, folder: Path, tmp_path: Path
) -> None:
    for name in ("2026-01.csv", "2026-02.csv"):
        _write_titled(folder, name, "id;day;amount", "1;2026-01-02;1.5")
    source = _added(market, folder, tmp_path / "kept")
    _write_titled(folder, "dates.csv", "id,day,amount", "2,03/04/2026,2.5")
    _write_titled(folder, "marks.csv", "id,day,amount", '3,2026-01-03,"1,234"')
    read = _again(market, source)
    assert _rows(market, read, "id, amount") == [(1, Decimal("1.5"))] * 2
    assert sorted(read.unread_reasons)[:2] == [
        "“dates.csv” isn't read with the others. Its dates don't show whether day or month comes first.",
        "“marks.csv” isn't read with the others. Its numbers don't show which mark comes before the decimals.",
    ]
    _write_titled(folder, "dates.csv", "id,day,amount", "2,03/04/2026,2.5", "4,13/04/2026,2.5")
    _write_titled(folder, "marks.csv", "id,day,amount", '3,2026-01-03,"1,234.5"')
    read = _again(market, read)
    assert _rows(market, read, "id, CAST(day AS VARCHAR), amount")[2:] == [
        (2, "2026-04-03", Decimal("2.5")), (3, "2026-01-03", Decimal("1234.5")), (4, "2026-04-13", Decimal("2.5")),
    ]  # fmt: skip


def test_a_column_that_a_file_that_was_read_has_gained_is_added(market: Market, folder: Path, tmp_path: Path) -> None:
    source = _added(market, folder, tmp_path / "kept")
    _write_titled(folder, "2026-02.csv", "id;discount;amount", "0;0.5;2")
    assert _rows(market, _again(market, source), "amount, discount") == [(1, None), (2, 0.5)]


def test_a_column_that_no_file_has_any_more_is_asked_about(market: Market, folder: Path, tmp_path: Path) -> None:
    source = _added(market, folder, tmp_path / "kept")
    _write_titled(folder, "2026-01.csv", "id;price", "0;5")
    now = _again(market, source, accept_losses=True)
    assert _rows(market, now, "amount, price") == [(2, None), (None, 5)]
    _write_titled(folder, "2026-02.csv", "id", "0")
    with pytest.raises(Conflict) as refused:
        _again(market, now)
    assert (refused.value.code, refused.value.facts["columns"]) == (DOUBTFUL, ("amount",))
    assert "“2026-02.csv” no longer has the column “amount”." in str(refused.value)
    now = _again(market, now, accept_losses=True)
    assert _rows(market, now, "id, price") == [(0, 5), (0, None)]


def test_a_file_that_was_read_and_is_broken_is_asked_about(market: Market, folder: Path, tmp_path: Path) -> None:
    source = _added(market, folder, tmp_path / "kept")
    (folder / "2026-02.csv").write_bytes(b"%PDF-1.7")
    with pytest.raises(Conflict) as refused:
        _again(market, source)
    assert (refused.value.code, refused.value.facts["broken"]) == (DOUBTFUL, ("2026-02.csv",))
    assert "“2026-02.csv” was read before and can't be read now." in str(refused.value)
    assert "It's a PDF document." in str(refused.value)
    now = _again(market, source, accept_losses=True)
    assert _amounts(market, now) == [1]
    assert "“2026-02.csv” isn't a CSV file. It's a PDF document." in now.unread_reasons
    _write(folder, "2026-02.csv", 5)
    assert _amounts(market, _again(market, now)) == [1, 5]


def test_linked_files_that_cannot_be_read_do_not_stop_the_others(
    market: Market, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path / "home"))
    scans = [table.scan for table in inspect_file(folder).tables]
    source = import_files(
        unbound(market.database), market.analyst, name="Months", scans=scans, folder=None, keeps_last_good=True
    )
    (folder / "2026-02.csv").write_bytes("id;amount\n0;5\n".encode("utf-16"))
    (folder / "2026-01.csv").write_bytes(b"id;amount\r\n0;1\n1;7\r\n")
    assert _amounts(market, source) == [1, 2, 7]
    with unbound(market.database).read() as session:
        news = source_news(session, market.analyst, source.id)
    assert news is not None
    text = problems_text(news.unreadable, lambda _time: "today")
    assert text == (
        "“2026-02.csv” can't be read. It isn't in UTF-8 any more. Its rows from today are shown. "
        "Correct the file, then refresh."
    )
    _write(folder, "2026-03.csv", 3)
    (folder / "2026-04.csv").write_bytes(b"id;amount\r\n0;4\n")
    read = _again(market, source)
    assert (_amounts(market, read), read.rows, read.status) == ([1, 2, 3, 4, 7], 5, "connected")
    assert status_title(read, file_news(read), file_problems(read)) == "Unreadable"
    _write(folder, "2026-02.csv", 20, 30)
    assert _amounts(market, read) == [1, 3, 4, 7, 20, 30], "a corrected file is read at once"
    kept = source_copies(unbound(market.database), market.analyst, source.id)
    assert kept == (tmp_path / "home" / "sources" / "last-good" / source.id / source.tables[0],)
    delete_copies(kept)
    assert not kept[0].parent.exists()
    for name in ("2026-01.csv", "2026-02.csv", "2026-03.csv", "2026-04.csv"):
        (folder / name).write_bytes(b"")
    with pytest.raises(Unavailable, match=r"“2026-01.csv” can't be read"):
        _amounts(market, read)


def test_a_total_row_that_came_is_left_out_unless_the_user_kept_those_of_before(
    market: Market, folder: Path, tmp_path: Path
) -> None:
    source = _added(market, folder, None)
    _write_titled(folder, "2026-02.csv", "id;amount", "0;2", "1;5", "Total;7")
    read = _again(market, source)
    assert (_amounts(market, read), read.rows, read.totals) == ([1, 2, 5], 3, 1)

    inspected = inspect_file(folder, fixed=frozenset({"total_label"})).tables
    scans = [table.scan for table in inspected]
    kept = import_files(
        unbound(market.database), market.analyst, name="All", scans=scans, folder=None, inspected=inspected
    )
    assert (kept.rows, _again(market, kept).rows, _again(market, kept).rows) == (4, 4, 4)


def test_parquet_files_that_come_bring_their_columns(market: Market, tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT 1 AS id, 2 AS n) TO '{folder}/a.parquet'")
        source = _added(market, folder, None)
        connection.execute(f"COPY (SELECT 2.5::DOUBLE AS n, 'x' AS note, 2 AS id) TO '{folder}/b.parquet'")
        connection.execute(f"COPY (SELECT 1 AS x, 2 AS y) TO '{folder}/c.parquet'")
    read = _again(market, source)
    assert _rows(market, read, "id, n, note") == [(1, 2.0, None), (2, 2.5, "x")]
    assert read.unread_reasons == ("“c.parquet” isn't read with the others. It has other columns: “x”, “y”.",)
    assert [(one.title, one.files) for one in read.partial_columns] == [("note", ("b.parquet",))]


@pytest.mark.parametrize("copied", [True, False])
def test_lines_that_are_not_read_as_they_are_stay_counted(
    market: Market, folder: Path, tmp_path: Path, copied: bool
) -> None:
    rows = [f"{n};{n}" for n in range(20)]
    _write_titled(folder, "2026-03.csv", "id;amount", *rows, "20;many", "21;1;2", "Total;190")
    inspected = inspect_file(folder).tables
    scans = [table.scan for table in inspected]
    source = import_files(
        unbound(market.database), market.analyst, name="Months", scans=scans, inspected=inspected,
        folder=tmp_path / "kept" if copied else None,
    )  # fmt: skip
    for found in (source, _again(market, source)):
        assert (found.emptied, found.left_out, found.totals) == (1, 1, 1)


_IN_EUROS = ("day;amount", "2026-01-05;1,50 €", "2026-01-06;2,50 €")
_BARE = ("day;amount", "2026-02-05;3,50", "2026-02-06;4,50")


@pytest.mark.parametrize("copied", [True, False])
@pytest.mark.parametrize(("first", "later"), [(_IN_EUROS, _BARE), (_BARE, _IN_EUROS)])
def test_amounts_that_come_without_a_currency_are_read_in_that_of_the_others_and_it_is_said(
    market: Market, tmp_path: Path, copied: bool, first: tuple[str, ...], later: tuple[str, ...]
) -> None:
    """They were all left empty."""
    folder = tmp_path / "shops"
    folder.mkdir()
    _write_titled(folder, "a.csv", *first)
    source = _added(market, folder, tmp_path / "kept" if copied else None)
    assert source.assumed_units == ()
    _write_titled(folder, "b.csv", *later)
    source = _again(market, source)
    assert _amounts(market, source) == [1.5, 2.5, 3.5, 4.5]
    assert (source.assumed_units, source.emptied) == ((("amount", "EUR"),), 0)
    assert _again(market, source).assumed_units == source.assumed_units


@pytest.mark.parametrize("change", ["comes", "changes"])
def test_fractions_that_come_where_all_were_whole_are_read(market: Market, tmp_path: Path, change: str) -> None:
    """They were left empty."""
    folder = tmp_path / "shops"
    folder.mkdir()
    whole = ("day;amount", "2026-01-05;1", "2026-01-06;2")
    _write_titled(folder, "a.csv", *whole)
    _write_titled(folder, "b.csv", *whole)
    source = _added(market, folder, None)
    _write_titled(folder, "c.csv" if change == "comes" else "b.csv", "day;amount", "2026-01-07;2.5")
    assert [max(_amounts(market, _again(market, source))), _amounts(market, source)[0]] == [2.5, 1.0]  # type: ignore[type-var]  # numbers


@pytest.mark.parametrize(("first", "later"), [(_IN_EUROS, _BARE), (_BARE, _IN_EUROS)])
def test_a_file_replaced_by_one_without_the_currency_is_read_in_it(
    market: Market, tmp_path: Path, first: tuple[str, ...], later: tuple[str, ...]
) -> None:
    path = tmp_path / "week.csv"
    _write_titled(tmp_path, path.name, *first)
    scans = [table.scan for table in inspect_file(path).tables]
    source = import_files(unbound(market.database), market.analyst, name="Week", scans=scans, folder=None)
    _write_titled(tmp_path, path.name, *later)
    source = _again(market, source)
    assert len(_amounts(market, source)) == 2
    assert None not in _amounts(market, source)
    assert source.assumed_units == (("amount", "EUR"),)
