"""A source's files read again: columns are found by their titles, losses are asked about, an older copy is kept."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.files.scan import FileScan
from benchboard.analytics.queries import run_query
from benchboard.analytics.sources import services
from benchboard.analytics.sources.file_import import import_files, source_copies
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.source_reading import DOUBTFUL, read_source_again, undo_reading
from benchboard.errors import AppError, Conflict
from support.databases import unbound
from support.orders import Market

pytestmark = pytest.mark.usefixtures("no_sources")

LINES = ("id;Amount;City", *(f"{place};{place},5;Ankara" for place in range(1, 21)))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Sales.csv"
    write(path, LINES)
    return path


def write(path: Path, lines: tuple[str, ...], encoding: str = "utf-8") -> None:
    path.write_text("\n".join(lines) + "\n", encoding=encoding)


def rearranged(lines: tuple[str, ...], *places: int) -> tuple[str, ...]:
    return tuple(";".join(line.split(";")[place] for place in places) for line in lines)


def added(
    market: Market, file: Path, kept: Path | None, *, wrong_values: str = "empty", keeps_last_good: bool = False
) -> SourceSummary:
    scans: list[FileScan] = [table.scan for table in inspect_file(file).tables]
    scans = [replace(one, options=replace(one.options, wrong_values=wrong_values)) for one in scans]  # type: ignore[arg-type]
    return import_files(
        unbound(market.database),
        market.analyst,
        name="Sales",
        scans=scans,
        folder=kept,
        keeps_last_good=keeps_last_good,
    )


def answered(market: Market, source: SourceSummary, columns: str) -> tuple[object, ...]:
    with unbound(market.database).read() as session:
        found = run_query(session, market.analyst, f"SELECT {columns} FROM sales", source_id=source.id)
    return tuple(found.rows[0])


def again(market: Market, source: SourceSummary, *, accept_losses: bool = False) -> SourceSummary:
    return read_source_again(unbound(market.database), market.analyst, source.id, accept_losses=accept_losses)


def stored(market: Market, source: SourceSummary) -> SourceSummary:
    with unbound(market.database).read() as session:
        return services.get_source(session, market.analyst, source.id)


@pytest.mark.parametrize("wrong_values", ["empty", "leave-out"])
def test_read_source_again_a_lost_column_keeps_the_copy_and_says_so(
    market: Market, file: Path, tmp_path: Path, wrong_values: str
) -> None:
    source = added(market, file, tmp_path / "kept", wrong_values=wrong_values)
    write(file, rearranged(LINES, 0, 2))
    with pytest.raises(Conflict) as refused:
        again(market, source)
    assert (refused.value.code, refused.value.facts["columns"]) == (DOUBTFUL, ("Amount",))
    assert "“Sales.csv” no longer has the column “Amount”." in str(refused.value)
    assert answered(market, source, "count(*), sum(amount), min(city)") == (20, 220, "Ankara")
    now = stored(market, source)
    assert (now.status, now.last_sync) == ("error", source.last_sync)
    assert "Amount" in now.problem


def test_read_source_again_with_accepted_losses_reads_without_the_column_and_is_undone(
    market: Market, file: Path, tmp_path: Path
) -> None:
    source = added(market, file, tmp_path / "kept")
    write(file, rearranged((*LINES, "21;0;Bursa"), 0, 2))
    read = again(market, source, accept_losses=True)
    assert read.status == "connected"
    assert answered(market, source, "count(*), max(city)") == (21, "Bursa")
    undone = undo_reading(unbound(market.database), market.analyst, read)
    assert (undone.status, undone.last_sync) == ("connected", source.last_sync)
    assert answered(market, source, "count(*), sum(amount)") == (20, 220)
    redone = undo_reading(unbound(market.database), market.analyst, undone)
    assert (redone.last_sync, answered(market, source, "count(*), max(city)")) == (read.last_sync, (21, "Bursa"))
    undo_reading(unbound(market.database), market.analyst, redone)
    write(file, LINES)
    again(market, source)
    assert len(list((tmp_path / "kept").iterdir())) == 2, "what was replaced by the undo is kept until the next reading"


def test_undo_reading_one_that_somebody_read_again_since_is_refused(market: Market, file: Path, tmp_path: Path) -> None:
    source = added(market, file, tmp_path / "kept")
    read = again(market, source)
    again(market, source)
    with pytest.raises(Conflict) as refused:
        undo_reading(unbound(market.database), market.analyst, read)
    assert refused.value.code == "sources.read-since"


def test_read_source_again_says_nothing_of_wrong_lines_before_that_nobody_counted(market: Market, file: Path) -> None:
    """It said “Before: 0.” of a file that was only imported."""
    source = added(market, file, None)
    write(file, (LINES[0], *(f"{place};many;Ankara" for place in range(1, 21))))
    with pytest.raises(Conflict) as refused:
        again(market, source)
    assert refused.value.why == ""


def test_read_source_again_advises_on_several_lost_columns_in_the_plural(market: Market, file: Path) -> None:
    source = added(market, file, None)
    write(file, rearranged(LINES, 2))
    with pytest.raises(Conflict) as refused:
        again(market, source)
    assert refused.value.do == "Put the columns back into the file, or refresh the source without them."


@pytest.mark.parametrize("is_copied", [True, False])
def test_moved_and_new_columns_are_read_by_their_titles(
    market: Market, file: Path, tmp_path: Path, is_copied: bool
) -> None:
    source = added(market, file, tmp_path / "kept" if is_copied else None)
    write(
        file, tuple(f"{line};x" if place else f"{line};Note" for place, line in enumerate(rearranged(LINES, 2, 1, 0)))
    )
    if not is_copied:
        assert answered(market, source, "sum(id), sum(amount), min(city)") == (210, 220, "Ankara")
    again(market, source)
    assert answered(market, source, "sum(id), sum(amount), min(city), min(note)") == (210, 220, "Ankara", "x")


def test_a_followed_file_that_lost_a_column_answers_no_query(market: Market, file: Path) -> None:
    source = added(market, file, None)
    write(file, rearranged(LINES, 0, 2))
    with pytest.raises(Conflict) as refused:
        answered(market, source, "sum(amount)")
    assert "“Sales.csv” no longer has the column “Amount”." in str(refused.value)


@pytest.mark.parametrize("linked", [False, True])
def test_a_line_that_ends_otherwise_is_read_with_the_others(
    market: Market, file: Path, tmp_path: Path, linked: bool
) -> None:
    file.write_bytes("".join(f"{line}\r\n" for line in LINES).encode())
    source = added(market, file, None if linked else tmp_path / "kept")
    with file.open("ab") as written:
        written.write(b"21;21,5;Ankara\n")
    if linked:
        assert answered(market, source, "count(*), max(id)") == (21, 21)
    assert again(market, source).rows == 21
    assert answered(market, source, "count(*), max(id)") == (21, 21)


def test_a_linked_file_that_cannot_be_read_keeps_its_last_good_rows(
    market: Market, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCHBOARD_HOME", str(tmp_path / "home"))
    source = added(market, file, None, keeps_last_good=True)
    good = file.read_bytes()
    file.write_bytes(good.decode().encode("utf-16"))
    assert answered(market, source, "count(*), max(id)") == (20, 20)
    with pytest.raises(AppError) as refused:
        again(market, source)
    assert "It isn't in UTF-8 any more. Its last good rows are shown until then." in str(refused.value)
    file.write_bytes(good + b"21;21,5;Ankara\n")
    assert answered(market, source, "count(*)") == (21,)


@pytest.mark.parametrize("lines", [LINES[:1], (LINES[0], *(f"{place};many;Ankara" for place in range(1, 21)))])
def test_read_source_again_no_rows_or_many_wrong_lines_are_asked_about(
    market: Market, file: Path, tmp_path: Path, lines: tuple[str, ...]
) -> None:
    source = added(market, file, tmp_path / "kept")
    write(file, lines)
    with pytest.raises(Conflict) as refused:
        again(market, source)
    assert refused.value.code == DOUBTFUL
    assert answered(market, source, "count(*), sum(amount)") == (20, 220)
    again(market, source, accept_losses=True)
    assert answered(market, source, "count(*)") == (len(lines) - 1,)


def test_the_copies_of_two_readings_are_kept_and_no_more(market: Market, file: Path, tmp_path: Path) -> None:
    source = added(market, file, tmp_path / "kept")
    for place in range(21, 24):
        with file.open("a", encoding="utf-8") as more:
            more.write(f"{place};1;Bursa\n")
        again(market, source)
    kept = set((tmp_path / "kept").iterdir())
    assert len(kept) == 2
    assert set(source_copies(unbound(market.database), market.analyst, source.id)) == kept


def test_the_columns_of_a_file_in_an_older_encoding_are_found_by_their_titles(
    market: Market, file: Path, tmp_path: Path
) -> None:
    lines = tuple(line.replace("City", "Währung") for line in LINES)
    write(file, lines, "cp1252")
    source = added(market, file, tmp_path / "kept")
    write(file, rearranged(lines, 2, 0, 1), "cp1252")
    again(market, source)
    assert answered(market, source, "sum(id), sum(amount)") == (210, 220)


@pytest.mark.parametrize("is_copied", [True, False])
def test_lines_that_do_not_fit_are_as_many_in_the_preview_the_source_and_its_refresh(
    market: Market, file: Path, tmp_path: Path, is_copied: bool
) -> None:
    write(file, (*LINES, "x;1,5;Ankara", "22;two;Ankara", "23"))
    (seen,) = inspect_file(file).tables
    source = import_files(
        unbound(market.database), market.analyst, name="Sales", scans=[seen.scan],
        folder=tmp_path / "kept" if is_copied else None, inspected=[seen],
    )  # fmt: skip
    assert (seen.wrong_count, seen.left_out) == (source.emptied, source.left_out) == (3, 0)
    write(file, (*LINES, "x;1,5;Ankara", "22;two;Ankara", "23", "24;4,5;Ankara;more"))
    now = again(market, source)
    assert (now.emptied, now.left_out) == (3, 1)
