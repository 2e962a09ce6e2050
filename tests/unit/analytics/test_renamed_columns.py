"""Columns of a folder's files that may be renamed: which ones are found, and that no value lands in another column."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
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
from benchboard.analytics.files.inspection_types import RenamedColumn
from benchboard.analytics.files.readable_files import readable_scan
from benchboard.analytics.files.renamed_columns import (
    renamed_in_file,
    renamed_sentence,
    stored_renamed,
    unanswered,
    with_renamed,
)
from benchboard.analytics.files.scan import FileScan, ScanColumn
from benchboard.analytics.files.scan_document import read_scan
from benchboard.analytics.files.value_expressions import ColumnKind
from benchboard.analytics.sources.folder_reading import match_folder
from benchboard.errors import Invalid
from support.csv_folders import write_csv
from support.examples import examples

KINDS: dict[str, ColumnKind] = {"id": "integer", "day": "date", "amount": "float", "note": "text"}


def _columns(*titles: str) -> tuple[ScanColumn, ...]:
    return tuple(ScanColumn(f"c{at}", one, KINDS.get(one, "float"), source=one) for at, one in enumerate(titles))


def _asked(before: Sequence[str], now: Sequence[str], *kinds: ColumnKind) -> list[tuple[str, str]]:
    scan = FileScan(Path("/f"), "csv", columns=_columns("id", "day", "amount", "note"), files=("a.csv",))
    found = tuple(
        ScanColumn(f"n{at}", one, kind, source=one) for at, (one, kind) in enumerate(zip(now, kinds, strict=True))
    )
    asked = renamed_in_file(scan.with_headers({"a.csv": before}), "a.csv", now, found)
    return [(one.title, one.suggested) for one in asked]


ALL = ("id", "day", "amount", "note")


@pytest.mark.parametrize(
    ("now", "kinds", "asked"),
    [
        (("id", "day", "price", "note"), "idfs", [("price", "amount")]),
        (("id", "day", "price", "note"), "idss", [("price", "")]),
        (("note", "price", "day", "id"), "sfdi", [("price", "")]),
        (("id", "date", "price", "note"), "idfs", [("date", "day"), ("price", "amount")]),
        (("id", "price", "date", "note"), "ifds", [("price", ""), ("date", "")]),
        (("id", "day", "tag", "price", "note"), "idsfs", [("price", "amount")]),
        (("id", "day", "tax", "price", "note"), "idffs", [("tax", ""), ("price", "")]),
        (("id", "day", "amount", "note", "price"), "idfsf", []),
        (("id", "day", "note"), "ids", []),
        (("id", "day", "AMOUNT", "note"), "idfs", []),
    ],
)
def test_renamed_in_file_asks_about_new_columns_and_suggests_by_place_and_kind(
    now: tuple[str, ...], kinds: str, asked: list[tuple[str, str]]
) -> None:
    known: dict[str, ColumnKind] = {"i": "integer", "d": "date", "f": "float", "s": "text"}
    assert _asked(ALL, now, *(known[one] for one in kinds)) == asked


def test_renamed_in_file_asks_nothing_of_what_the_file_never_had() -> None:
    assert _asked(("id", "day", "note"), ("id", "day", "price", "note"), "integer", "date", "float", "text") == []


def test_unanswered_columns_that_are_alike_are_one_question_and_survive_being_stored() -> None:
    each = [RenamedColumn((name,), "price", ("amount",), "amount") for name in ("a.csv", "b.csv")]
    (one,) = unanswered(each, ())
    assert one.files == ("a.csv", "b.csv")
    assert renamed_sentence(one) == "“a.csv” and 1 more file have “price” where they had “amount”."
    assert unanswered(each, [("Price", "amount")]) == ()
    assert stored_renamed([one.to_json(), {"files": 1}, None]) == (one,)
    assert stored_renamed(None) == ()


def test_with_renamed_of_an_unknown_column_names_those_that_there_are() -> None:
    scan = FileScan(Path("/f"), "csv", columns=_columns("id", "amount"), files=("a.csv",))
    assert with_renamed(scan, [("price", "AMOUNT"), ("x", "")]).columns[1].also == ("price",)
    with pytest.raises(Invalid, match="Choose one of: id, amount"):
        with_renamed(scan, [("price", "none")])


def test_known_titles_of_a_title_that_two_columns_have_is_that_of_the_one_that_the_file_lacks() -> None:
    """It was that of the last one, though the file had that too."""
    columns = (replace(_columns("net")[0], also=("value",)), replace(_columns("gross")[0], name="g", also=("value",)))
    assert known_titles(columns, ("value", "gross")) == ("net", "gross")
    assert known_titles(columns, ("net", "value")) == ("net", "gross")
    assert known_titles(columns, ("value",)) == ("value",), "it isn't known which one"


def test_a_folder_whose_file_calls_a_column_otherwise_is_asked_about_and_read_as_it(tmp_path: Path) -> None:
    for name, title in (("a.csv", "amount"), ("b.csv", "price"), ("c.csv", "amount")):
        (tmp_path / name).write_text(f"id,day,{title},note\n1,2026-01-01,2.5,x\n", encoding="utf-8")
    (table,) = inspect_file(tmp_path).tables
    assert table.renamed == (RenamedColumn(("b.csv",), "price", ("amount",), "amount", had=False),)
    assert renamed_sentence(table.renamed[0]) == "“b.csv” has “price” where other files have “amount”."
    (table,) = inspect_file(tmp_path, renamings=[("price", "amount")]).tables
    assert (table.renamed, table.partial_columns) == ((), ())
    assert [(one.source, one.also) for one in table.scan.columns][2] == ("amount", ("price",))
    assert read_scan(table.scan.to_json()) == table.scan
    with pytest.raises(Invalid, match="No file has a column “cost”"):
        inspect_file(tmp_path, renamings=[("cost", "amount")])


def test_a_renamed_column_of_the_first_file_keeps_the_names_of_queries_apart(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,day,price,Amount!\n1,2026-01-01,2.5,x\n", encoding="utf-8")
    for name in ("b.csv", "c.csv"):
        (tmp_path / name).write_text("id,day,amount,note\n1,2026-01-01,2.5,x\n", encoding="utf-8")
    (table,) = inspect_file(tmp_path, renamings=[("price", "amount")]).tables
    names = [one.name for one in table.scan.columns]
    assert len(set(names)) == len(names) == 5


def _cells(scan: FileScan) -> Counter[tuple[str, ...]]:
    with duckdb.connect() as connection:
        rows = connection.execute(current_sql(replace(scan, file_column=""))).fetchall()
    return Counter(tuple(sorted(str(one) for one in row if one is not None)) for row in rows)


@given(
    st.lists(st.sampled_from(["text", "integer", "date"]), min_size=3, max_size=6),
    st.lists(st.integers(1, 6), min_size=2, max_size=5),
    st.randoms(use_true_random=False),
)
@examples(60, costly=True, deadline=None)
def test_no_row_of_a_file_with_renamed_columns_is_lost_or_in_another_column(
    kinds: list[str], counts: list[int], random: Any
) -> None:
    """Each value says which column it is of, so that a value in another column would be seen."""

    def value(place: int) -> str:
        day = random.randint(1, 28)
        return {
            "text": f"t{place} {day}", "integer": str(1000 * (place + 1) + day), "date": f"20{10 + place}-01-{day:02}"
        }[kinds[place]]  # fmt: skip

    titles = [f"Column {place}" for place in range(len(kinds))]
    with TemporaryDirectory() as made:
        folder = Path(made) / "files"
        folder.mkdir()
        rows = [[[value(place) for place in range(len(kinds))] for _row in range(count)] for count in counts]
        for file, content in enumerate(rows):
            write_csv(folder / f"{file}.csv", titles, content)
        (table,) = inspect_file(folder).tables
        kept = Path(made) / "kept"
        readable_scan(table.scan, kept)
        wanted = Counter(tuple(sorted(row)) for content in rows for row in content)
        assert _cells(table.scan) == wanted

        changed = random.sample(range(len(counts)), random.randint(1, len(counts)))
        for file in changed:
            renamed = [f"Other {place}" if random.random() < 0.4 else titles[place] for place in range(len(kinds))]
            renamed[0] = titles[0]  # a file without any of the columns isn't read
            write_csv(folder / f"{file}.csv", renamed, rows[file])
        pending = readable_scan(table.scan, kept)
        assert _cells(pending.scan) == wanted, "the last good rows"

        asked = match_folder(table.scan, frozenset(), frozenset(), CancelToken()).renamed
        assert all(one.suggested == one.title.replace("Other", "Column") for one in asked if one.suggested)
        answers = [(one.title, one.title.replace("Other", "Column")) for one in asked]
        found = match_folder(with_renamed(table.scan, answers), frozenset(), frozenset(), CancelToken())
        assert found.renamed == ()
        assert (found.match.missing, found.match.added) == ((), ())
        with duckdb.connect() as connection:
            read = connection.execute(current_sql(replace(found.match.scan, file_column=""))).fetchall()
        assert Counter(tuple(str(cell) for cell in row) for row in read) == Counter(
            tuple(row) for content in rows for row in content
        )
        again = read_scan(found.match.scan.to_json())
        assert readable_scan(again, kept).problems == ()
