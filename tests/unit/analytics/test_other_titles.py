"""Files of a folder with the columns of others under other titles: found, read as one table, and read again."""

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.files.column_matching import current_sql, known_titles
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.files.other_titles import other_titles, other_titles_sentence, same_titles_sentence
from benchboard.analytics.files.scan import FileScan, ScanColumn
from benchboard.analytics.files.scan_document import read_scan
from benchboard.analytics.sources.folder_reading import match_folder
from benchboard.errors import Invalid
from support.csv_folders import write_csv
from support.examples import examples

BRISTOL = "Date,Customer,Revenue\n2026-08-03,C1,10.50\n2026-08-04,C2,20.25\n2026-08-05,C3,1.00\n"
KOELN = "Datum;Kunde;Umsatz\n03.08.2026;C4;1.234,50\n24.08.2026;C5;7,25\n"
LYON = "Jour\tClient\tRevenue\n2026-08-06\tC6\t3.5\n"


@pytest.fixture
def shops(tmp_path: Path) -> Path:
    folder = tmp_path / "shops"
    folder.mkdir()
    for name, text in (("bristol.csv", BRISTOL), ("koeln.csv", KOELN), ("lyon.tsv", LYON)):
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "notes.csv").write_text("Day,Text,Word\na,b,c\n", encoding="utf-8")
    return folder


def _rows(scan: FileScan) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        return sorted(connection.execute(current_sql(replace(scan, file_column=""))).fetchall())


def _stacked(folder: Path) -> FileScan:
    return inspect_file(folder, same_as={"koeln.csv": "bristol.csv", "lyon.tsv": "bristol.csv"}).tables[0].scan


ROWS = [
    (date(2026, 8, 3), "C1", 10.5), (date(2026, 8, 3), "C4", 1234.5), (date(2026, 8, 4), "C2", 20.25),
    (date(2026, 8, 5), "C3", 1.0), (date(2026, 8, 6), "C6", 3.5), (date(2026, 8, 24), "C5", 7.25),
]  # fmt: skip


def test_files_with_columns_of_the_same_kinds_under_other_titles_are_found(shops: Path) -> None:
    found = other_titles(inspect_file(shops).tables)
    assert [(one.files, one.like) for one in found] == [(("koeln.csv",), "bristol.csv"), (("lyon.tsv",), "bristol.csv")]
    assert found[0].titles == (("Datum", "Date"), ("Kunde", "Customer"), ("Umsatz", "Revenue"))
    assert other_titles_sentence(found[1]) == (
        "“lyon.tsv” has the same kinds of columns as “bristol.csv” under other titles: “Jour” is “Date”, “Client” is"
        " “Customer”."
    )


def test_files_under_the_titles_of_another_are_one_table(shops: Path) -> None:
    tables = inspect_file(shops, same_as={"koeln.csv": "bristol.csv", "lyon.tsv": "bristol.csv"}).tables
    assert [len(table.scan.paths) for table in tables] == [3, 1]
    scan = tables[0].scan
    assert [(one.name, one.title, one.kind) for one in scan.columns] == [
        ("date", "Date", "date"), ("customer", "Customer", "text"), ("revenue", "Revenue", "float"),
    ]  # fmt: skip
    assert [one.also for one in scan.columns] == [("Datum", "Jour"), ("Kunde", "Client"), ("Umsatz",)]
    assert tables[0].partial_columns == ()
    assert _rows(scan) == ROWS
    assert read_scan(scan.to_json()) == scan
    assert same_titles_sentence(scan).startswith("Columns with other titles are read as one: “Datum” is “Date”, ")
    assert other_titles(tables) == ()


def test_stacked_files_are_read_again_by_their_own_titles(shops: Path) -> None:
    scan = _stacked(shops)
    (shops / "koeln.csv").write_text("Umsatz;Datum;Kunde\n7,25;24.08.2026;C5\n", encoding="utf-8")
    (shops / "bonn.csv").write_text("Datum;Kunde;Umsatz\n25.08.2026;C7;1,5\n", encoding="utf-8")
    found = match_folder(scan, frozenset(), frozenset(), CancelToken())
    assert found.match.missing == found.match.added == ()
    assert [one.name for one in found.unread] == ["notes.csv"]
    assert found.match.scan.files == ("bonn.csv", "bristol.csv", "koeln.csv", "lyon.tsv")
    assert [one.source for one in found.match.scan.columns] == ["Date", "Customer", "Revenue"]
    kept = [row for row in ROWS if row[1] != "C4"]
    assert _rows(found.match.scan) == sorted([*kept, (date(2026, 8, 25), "C7", 1.5)])


def test_a_title_that_a_file_has_itself_is_no_other_title() -> None:
    columns = (
        ScanColumn("date", "Date", "date", source="Date", also=("Day",)),
        ScanColumn("n", "N", "integer", source="N"),
    )
    assert known_titles(columns, ("day", "N")) == ("Date", "N")
    assert known_titles(columns, ("Day", "Date", "N")) == ("Day", "Date", "N")
    two = (ScanColumn("date", "Date", "date", source="Date", also=("Day", "Jour")),)
    assert known_titles(two, ("Jour", "Day")) == ("Date", "Day"), "of two that are the same, the first"


def test_files_are_stacked_one_after_the_other(shops: Path) -> None:
    """The second was offered the first file of the joined table, which has titles of another one itself: it was given
    those that the file had before, and stayed apart."""
    (shops / "koeln.csv").rename(shops / "aachen.csv")
    same_as: dict[str, str] = {}
    for _each in range(2):
        found = other_titles(inspect_file(shops, same_as=same_as).tables)[0]
        same_as |= dict.fromkeys(found.files, found.like)
    assert same_as == {"aachen.csv": "bristol.csv", "lyon.tsv": "aachen.csv"}
    tables = inspect_file(shops, same_as=same_as).tables
    assert other_titles(tables) == ()
    assert _rows(tables[0].scan) == ROWS


def test_files_that_name_each_other_keep_their_titles(shops: Path) -> None:
    tables = inspect_file(shops, same_as={"koeln.csv": "bristol.csv", "bristol.csv": "koeln.csv"}).tables
    assert [one.source for one in tables[0].scan.columns] == ["Date", "Customer", "Revenue"]
    assert len(tables) == 4


@pytest.mark.parametrize(
    "same_as",
    [
        {"koeln.csv": "none.csv"},
        {"none.csv": "koeln.csv"},
        {"short.csv": "bristol.csv"},
        {"other.parquet": "bristol.csv"},
    ],
)
def test_files_that_cannot_be_read_under_titles_are_refused(shops: Path, same_as: dict[str, str]) -> None:
    (shops / "short.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    duckdb.sql("SELECT 1 AS a, 2 AS b, 3 AS c").write_parquet(str(shops / "other.parquet"))
    with pytest.raises(Invalid) as refused:
        inspect_file(shops, same_as=same_as)
    assert refused.value.code == "files.titles"


@given(
    st.lists(st.sampled_from(["text", "integer", "date"]), min_size=2, max_size=6),
    st.lists(st.integers(1, 8), min_size=2, max_size=4),
    st.randoms(use_true_random=False),
)
@examples(60, costly=True, deadline=None)
def test_no_row_of_a_stacked_file_is_lost_or_in_another_column(
    kinds: list[str], counts: list[int], random: Any
) -> None:
    def value(kind: str) -> str:
        number = random.randint(1, 28)
        return {"text": f"t{number}", "integer": str(number), "date": f"2026-01-{number:02}"}[kind]

    with TemporaryDirectory() as made:
        wanted: Counter[tuple[str, ...]] = Counter()
        for file, count in enumerate(counts):
            rows = [[value(kind) for kind in kinds] for _row in range(count)]
            wanted.update(map(tuple, rows))
            write_csv(Path(made, f"{file}.csv"), [f"File {file} column {place}" for place in range(len(kinds))], rows)
        names = [f"{file}.csv" for file in range(len(counts))]
        tables = inspect_file(Path(made), same_as=dict.fromkeys(names[1:], names[0])).tables
        assert len(tables) == 1
        scan = tables[0].scan
        again = match_folder(scan, frozenset(), frozenset(), CancelToken()).match.scan
        for each in (scan, again):
            assert Counter(tuple(str(cell) for cell in row) for row in _rows(each)) == wanted
