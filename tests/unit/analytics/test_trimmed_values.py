"""Spaces around the values of text files: "Berlin" and "Berlin " are one value, unless somebody keeps the spaces."""

import csv
import functools
import sqlite3
import unicodedata
from dataclasses import replace
from pathlib import Path

import duckdb
import openpyxl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from benchboard.analytics.files.column_kinds import column_fits
from benchboard.analytics.files.column_matching import current_sql
from benchboard.analytics.files.conversion import copy_to_parquet
from benchboard.analytics.files.inspection import inspect_file, inspect_scan
from benchboard.analytics.files.inspection_types import TableInspection
from benchboard.analytics.files.scan import FileScan, ReadOptions
from benchboard.analytics.files.scan_document import read_scan
from benchboard.analytics.files.spaced_columns import trimmed_sentence
from benchboard.analytics.files.spaces import trimmed, trimmed_sql
from support.examples import examples

CITIES = "city,n\nBerlin,1\nBerlin ,2\n\N{NO-BREAK SPACE}Berlin,3\nParis,4\n  ,5\n,6\n"


@functools.cache
def _reader() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"enable_external_file_cache": "false"})


def _rows(scan: FileScan) -> list[tuple[object, ...]]:
    with _reader().cursor() as connection:
        return connection.execute(current_sql(scan)).fetchall()


def _inspect(path: Path, content: str, options: ReadOptions | None = None) -> TableInspection:
    path.write_text(content, encoding="utf-8", newline="")
    (table,) = inspect_file(path, options, fixed=frozenset({"trim_spaces"})).tables
    return table


def test_values_that_differ_by_spaces_around_them_are_one(tmp_path: Path) -> None:
    table = _inspect(tmp_path / "a.csv", CITIES)
    assert [row[0] for row in _rows(table.scan)] == ["Berlin", "Berlin", "Berlin", "Paris", None, None]
    city = table.columns[0]
    assert (city.distinct, city.empty, city.spaced) == (2, 2, 3)
    assert [row[0] for row in table.preview] == ["Berlin", "Berlin", "Berlin", "Paris", None, None]
    assert table.preview_raw[1][0] == "Berlin "  # “Show original text” still shows it


def test_spaces_are_kept_where_they_are_wanted_and_counted_all_the_same(tmp_path: Path) -> None:
    table = _inspect(tmp_path / "a.csv", CITIES, ReadOptions(trim_spaces=False))
    assert [row[0] for row in _rows(table.scan)] == [
        "Berlin", "Berlin ", "\N{NO-BREAK SPACE}Berlin", "Paris", "  ", None,
    ]  # fmt: skip
    assert (table.columns[0].distinct, table.columns[0].empty, table.columns[0].spaced) == (5, 1, 3)


def test_a_source_stored_before_keeps_its_values(tmp_path: Path) -> None:
    scan = _inspect(tmp_path / "a.csv", CITIES).scan
    stored = scan.to_json()
    assert read_scan(stored) == scan
    del stored["options"]["trim_spaces"]
    before = read_scan(stored)
    assert before.options.trim_spaces is False
    assert ("Berlin ", 2) in _rows(before)


def test_numbers_and_dates_may_have_any_spaces_around_them(tmp_path: Path) -> None:
    lines = "".join(f"\N{NO-BREAK SPACE}{day},2026-01-{day}\N{NO-BREAK SPACE},x\n" for day in range(10, 20))
    table = _inspect(tmp_path / "a.csv", f"n,day,note\n{lines}\N{NO-BREAK SPACE},\N{EM SPACE},y\n")
    assert [column.kind for column in table.scan.columns] == ["integer", "date", "text"]
    assert (table.wrong_count, table.columns[0].empty) == (0, 1)
    assert [row[0] for row in _rows(table.scan)] == [*range(10, 20), None]
    again = inspect_scan(table.scan)
    assert (again.wrong_count, again.scan) == (0, table.scan)
    fits = {fit.kind: (fit.fits, fit.of) for fit in column_fits(table, table.scan, 0)}
    assert fits["integer"] == fits["text"] == (10, 10)


def test_a_checked_column_reads_spaces_that_come_later(tmp_path: Path) -> None:
    table = _inspect(tmp_path / "a.csv", "n,t\n" + "1,x\n" * 10)
    assert table.scan.columns[0].checked
    (tmp_path / "a.csv").write_text("n,t\n\N{NO-BREAK SPACE}1,x \n", encoding="utf-8")
    assert _rows(table.scan) == [(1, "x")]


def test_values_of_a_workbook_are_trimmed_and_those_of_a_database_are_not(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (("city", "n"), ("Berlin", 1), ("Berlin ", 2)):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    with sqlite3.connect(tmp_path / "a.sqlite") as database:
        database.execute("CREATE TABLE t (city TEXT, n INTEGER)")
        database.execute("INSERT INTO t VALUES ('Berlin', 1), ('Berlin ', 2)")
    database.close()
    for name, expected in (("a.xlsx", ["Berlin", "Berlin"]), ("a.sqlite", ["Berlin", "Berlin "])):
        (table,) = inspect_file(tmp_path / name).tables
        assert [row[0] for row in table.preview] == expected
        made = copy_to_parquet(table.scan, tmp_path / f"{name}.parquet")
        assert [row[0] for row in _rows(made.scan)] == expected
    (kept,) = inspect_file(
        tmp_path / "a.xlsx", ReadOptions(trim_spaces=False), fixed=frozenset({"trim_spaces"})
    ).tables  # fmt: skip
    assert [row[0] for row in kept.preview] == ["Berlin", "Berlin "]


def test_a_folder_says_how_many_values_of_all_its_files_have_spaces(tmp_path: Path) -> None:
    folder = tmp_path / "sales"
    folder.mkdir()
    (folder / "a.csv").write_text("city,n\nBerlin ,1\nParis,2\n", encoding="utf-8")
    (folder / "b.csv").write_text("city,n\n Berlin,1\nParis ,2\n", encoding="utf-8")
    (table,) = inspect_file(folder).tables
    assert table.columns[0].spaced == 3
    assert [row[0] for row in table.preview] == ["Berlin", "Paris", "Berlin", "Paris"]
    assert [row[0] for row in _rows(table.scan)] == ["Berlin", "Paris", "Berlin", "Paris"]


def test_sentence_names_the_columns_of_text_and_how_many_values(tmp_path: Path) -> None:
    table = _inspect(tmp_path / "a.csv", "city,n\nBerlin , 1\nParis,2\nRome ,3\n")
    assert trimmed_sentence(table) == "Spaces at the start or end of values are removed: 2 in “city”."
    kept = _inspect(tmp_path / "a.csv", "city,n\nBerlin , 1\nParis,2\n", ReadOptions(trim_spaces=False))
    assert trimmed_sentence(kept) == "Spaces at the start or end of values are kept: 1 in “city”."
    assert trimmed_sentence(_inspect(tmp_path / "a.csv", "city,n\nBerlin, 1\nParis,2\n")) == ""
    out = inspect_scan(table.scan.with_columns((replace(table.scan.columns[0], left_out=True), table.scan.columns[1])))
    assert trimmed_sentence(out) == ""


_SPACES = [one for one in map(chr, range(0x3001)) if one.isspace()]


@given(st.text(st.one_of(st.sampled_from(_SPACES), st.characters(exclude_categories=("Cs",), exclude_characters="\0")),
               max_size=8))  # fmt: skip
@examples(300, deadline=None)
def test_any_text_is_trimmed_as_python_does(text: str) -> None:
    with _reader().cursor() as connection:
        ((found,),) = connection.execute(f"SELECT {trimmed_sql('t')} FROM (SELECT ? AS t)", [text]).fetchall()
    assert found == (text.strip() or None) == trimmed(text)


@pytest.mark.parametrize("space", _SPACES, ids=lambda one: unicodedata.name(one, hex(ord(one))))
def test_each_space_is_trimmed_at_both_ends(space: str) -> None:
    with _reader().cursor() as connection:
        query = f"SELECT {trimmed_sql('t')} FROM (VALUES (?), (?), (?), (?)) AS v(t)"
        found = connection.execute(query, [f"{space}ö", f"x{space}", space, f"a{space}b"]).fetchall()
    assert found == [("ö",), ("x",), (None,), (f"a{space}b",)]


@given(rows=st.lists(st.tuples(st.sampled_from(["Berlin", "Ankara", ""]), st.text("\t \u00a0\u2009", max_size=2),
                               st.text("\t \u00a0\u2009", max_size=2)), min_size=1, max_size=12))  # fmt: skip
@examples(40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_groups_are_those_of_the_trimmed_values(tmp_path: Path, rows: list[tuple[str, str, str]]) -> None:
    with (tmp_path / "a.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(["city", "n"])
        writer.writerows((f"{before}{city}{after}", place) for place, (city, before, after) in enumerate(rows))
    (table,) = inspect_file(tmp_path / "a.csv").tables
    with _reader().cursor() as connection:
        groups = connection.execute(
            f"SELECT {table.scan.columns[0].name}, count(*) FROM ({table.scan.relation_sql()}) GROUP BY 1"
        ).fetchall()
    cities = [city or None for city, _before, _after in rows]
    if table.scan.options.header:
        assert dict(groups) == {city: cities.count(city) for city in cities}
