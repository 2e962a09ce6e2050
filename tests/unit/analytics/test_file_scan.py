"""How one table in a file is read, and the JSON that keeps it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.files.column_names import KEYWORDS, NAME, query_name, query_names
from benchboard.analytics.files.scan import FileScan, ReadOptions, ScanColumn
from benchboard.analytics.files.scan_document import read_scan
from benchboard.analytics.files.sql_text import identifier, literal
from benchboard.errors import Invalid

_COLUMNS = (
    ScanColumn("time", "Zaman", "timestamp", formats=("%d.%m.%Y %H:%M",)),
    ScanColumn("sicaklik", "Sıcaklık", "float", unit="°C"),
    ScanColumn("note", "Not", "text"),
)


def _scan(path: Path, **options: Any) -> FileScan:
    read = replace(ReadOptions(delimiter=";", decimal_mark=",", date_order="day-first"), **options)
    return FileScan(path, "csv", options=read, columns=_COLUMNS)


def _rows(scan: FileScan) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW v AS {scan.relation_sql()}")
        return connection.execute("FROM v").fetchall()


def test_relation_reads_typed_values_by_the_options(tmp_path: Path) -> None:
    path = tmp_path / 'it\'s "a" log.csv'
    path.write_text('Zaman;Sıcaklık;Not\n7.11.2026 14:05;23,5;a\n31.11.2026 09:00;1.5;"b;c"\n', encoding="utf-8")
    rows = _rows(_scan(path))
    assert [[str(value) for value in row] for row in rows] == [
        ["2026-11-07 14:05:00", "23.5", "a"],
        ["None", "None", "b;c"],
    ]
    assert len(_rows(_scan(path, wrong_values="leave-out"))) == 1


def test_columns_left_out_are_not_in_the_relation(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Zaman;Sıcaklık;Not\n7.11.2026 14:05;23,5;a\n", encoding="utf-8")
    columns = (replace(_COLUMNS[0], left_out=True), *_COLUMNS[1:])
    assert _rows(_scan(path).with_columns(columns)) == [(23.5, "a")]
    with pytest.raises(Invalid) as refused:
        _scan(path).with_columns(tuple(replace(each, left_out=True) for each in columns)).relation_sql()
    assert refused.value.code == "files.no-columns"


@pytest.mark.parametrize(
    ("kind", "texts", "expected"),
    [
        ("integer", ["1", "-20", "+3", "1.5", "1_000", "1e3", "0x1F", "9" * 20], [1, -20, 3, *[None] * 5]),
        ("float", ["1.5", "-2", ".5", "1e3", "nan", "inf", "1e999", "1_0"], [1.5, -2, 0.5, 1000, *[None] * 4]),
        ("boolean", ["Evet", "HAYIR", "YES", "doğru", "Yanlış", "maybe"], [True, False, True, True, False, None]),
    ],
)  # fmt: skip
def test_values_that_do_not_fit_are_empty_never_another_value(
    tmp_path: Path, kind: Any, texts: list[str], expected: list[object]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("v\n" + "".join(f"{text}\n" for text in texts), encoding="utf-8")
    scan = FileScan(path, "csv", options=ReadOptions(), columns=(ScanColumn("v", "v", kind),))
    assert [value for (value,) in _rows(scan)] == expected


def test_times_with_an_offset_are_read_in_utc(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("t\n2026-11-07T14:05:00+03:00\n2026-11-07 14:05:00Z\n2026-11-07 14:05\n", encoding="utf-8")
    column = ScanColumn("t", "t", "timestamp", formats=("iso", "iso-zoned"))
    rows = _rows(FileScan(path, "csv", columns=(column,)))
    assert [str(value) for (value,) in rows] == ["2026-11-07 11:05:00", "2026-11-07 14:05:00", "2026-11-07 14:05:00"]


def test_file_that_must_be_copied_first_has_no_relation(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        FileScan(tmp_path / "a.xlsx", "excel", "Sheet1", columns=_COLUMNS).relation_sql()
    assert refused.value.code == "files.copy-first"


def test_json_returns_the_same_scan(tmp_path: Path) -> None:
    scan = _scan(tmp_path / "a.csv", null_words=("NA", "-"), quoted_breaks=True, total_label="Summe")
    scan = replace(scan, options=replace(scan.options, wrong_values="leave-out"))
    assert read_scan(json.loads(json.dumps(scan.to_json()))) == scan


def test_json_of_before_total_rows_were_found_reads_them_as_rows(tmp_path: Path) -> None:
    document = _scan(tmp_path / "a.csv").to_json()
    del document["options"]["total_label"]
    assert read_scan(document) == _scan(tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("path",), "logs/a.csv"),
        (("path",), "/a\0b"),
        (("format",), "exe"),
        (("files",), ["../../etc/passwd"]),
        (("files",), ["a/b.csv"]),
        (("options", "delimiter"), ""),
        (("options", "delimiter"), ";;"),
        (("options", "delimiter"), "\n"),
        (("options", "encoding"), "utf-7"),
        (("options", "skip_lines"), -1),
        (("options", "skip_lines"), True),
        (("options", "header"), 1),
        (("options", "null_words"), [1]),
        (("columns",), {}),
        (("columns", 0, "name"), "a\" FROM read_text('/etc/passwd')--"),
        (("columns", 0, "name"), "note"),
        (("columns", 0, "kind"), "blob"),
        (("columns", 0, "scale"), 39),
        (("columns", 0, "formats"), ["%d'||getenv('HOME')"]),
        (("columns", 0, "stored"), "?"),
    ],
)
def test_hostile_json_is_refused(tmp_path: Path, place: tuple[Any, ...], value: object) -> None:
    document: Any = json.loads(json.dumps(_scan(tmp_path / "a.csv").to_json()))
    inner = document
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    with pytest.raises(Invalid) as refused:
        read_scan(document)
    assert refused.value.code == "files.scan"
    assert refused.value.what
    assert refused.value.do


@pytest.mark.parametrize("document", [None, [], "x", {}, {"path": "/a"}, 3])
def test_json_of_another_shape_is_refused(document: object) -> None:
    with pytest.raises(Invalid):
        read_scan(document)


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1))
def test_any_text_survives_quoting(text: str) -> None:
    with duckdb.connect() as connection:
        answer = connection.execute(f"SELECT {literal(text)} AS {identifier(text)}")
        assert answer.fetchall() == [(text,)]


def test_null_character_is_never_pasted_into_sql() -> None:
    with pytest.raises(ValueError):
        literal("a\0b")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Sıcaklık", "sicaklik"),
        ("SICAKLIK İÇERİ", "sicaklik_iceri"),
        ("Nem (%)", "nem_pct"),
        ("Temp °C", "temp_c"),
        ("select", "select_"),
        ("2026", "c_2026"),
        ("time", "time"),
        ("  Größe/μm ", "grosse_um"),
        ("温度", ""),
        ("", ""),
    ],
)
def test_query_name_is_snake_case_of_the_title(title: str, name: str) -> None:
    assert query_name(title) == name


def test_query_names_of_german_titles_write_umlauts_as_two_letters() -> None:
    assert query_names(["Währung", "Größe", "Übertrag", "Filiale"]) == ("waehrung", "groesse", "uebertrag", "filiale")
    assert query_names(["Ölçüm", "Ürün"]) == ("olcum", "urun")
    assert query_names(["Ålder", "Värde"]) == ("alder", "varde")


def test_query_names_are_all_different() -> None:
    assert query_names(["a", "A", "", "a_2", "Ä", "温度"]) == ("a", "a_3", "column_3", "a_2", "a_4", "column_6")


@given(st.lists(st.text(), max_size=12))
def test_query_names_are_unique_names_whatever_the_titles(titles: list[str]) -> None:
    names = query_names(titles)
    assert len(set(names)) == len(titles) == len(names)
    assert all(NAME.fullmatch(name) and name not in KEYWORDS for name in names)


def test_keywords_are_those_that_duckdb_reserves() -> None:
    with duckdb.connect() as connection:
        found = connection.execute("SELECT keyword_category, keyword_name FROM duckdb_keywords()").fetchall()
    usable = {name for category, name in found if category == "column_name"}
    assert {name for category, name in found if category in ("reserved", "type_function")} - usable == KEYWORDS
