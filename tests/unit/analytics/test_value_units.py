"""Columns of numbers that are written with a unit: percent, or the sign or the code of a currency."""

import functools
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from benchboard.analytics.files.column_kinds import column_fits, with_kind
from benchboard.analytics.files.file_writing import assumed_unit_sentence
from benchboard.analytics.files.inspection import inspect_file, inspect_scan
from benchboard.analytics.files.inspection_types import AssumedUnit, MixedUnits, TableInspection
from benchboard.analytics.files.scan import FileScan, ReadOptions
from benchboard.analytics.files.scan_document import read_scan
from benchboard.analytics.files.value_expressions import ValueReading, value_sql
from benchboard.analytics.files.value_units import split_unit
from benchboard.analytics.files.wrong_lines import mixed_units_sentence
from benchboard.analytics.likely_measure import likely_measure
from benchboard.analytics.sources.configuration import column_presentation
from benchboard.i18n import number
from support.examples import examples


@functools.cache
def _reader() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"enable_external_file_cache": "false"})


def _rows(scan: FileScan) -> list[tuple[object, ...]]:
    with _reader().cursor() as connection:
        return connection.execute(scan.relation_sql()).fetchall()


def _column(path: Path, values: list[str], title: str = "x") -> TableInspection:
    """A table whose first column has these values, five times."""
    path.write_text(f"{title};note\n" + "".join(f"{value};a\n" for value in values * 5), encoding="utf-8")
    (table,) = inspect_file(path, ReadOptions(delimiter=";"), fixed=frozenset({"delimiter"})).tables
    return table


@pytest.mark.parametrize(
    ("texts", "values", "unit"),
    [
        (["10 %", "7 %"], [10, 7], "%"),
        (["12,5%", "-3,25%"], [12.5, -3.25], "%"),
        (["%10", "%25"], [10, 25], "%"),
        (["$64.84", "-$5", "($5.00)"], [64.84, -5.0, -5.0], "USD"),
        (["1.234,50 €", "-7,00 €"], [1234.5, -7.0], "EUR"),
        (["€1,234.50", "€ 2,000.25"], [1234.5, 2000.25], "EUR"),
        (["EUR 12.00", "EUR -3.50"], [12.0, -3.5], "EUR"),
        (["12.00 CHF", "(3.50 CHF)"], [12.0, -3.5], "CHF"),
        (["1.250,75 TL", "₺3,10"], [1250.75, 3.1], "TRY"),
        (["1\u202f234,50\u00a0€", "2\u202f000,00\u00a0€"], [1234.5, 2000.0], "EUR"),
        (["\u2212$1,250.75", "$ (2,000.50)"], [-1250.75, -2000.5], "USD"),
        (["$5", "$7"], [5, 7], "USD"),
    ],
)
def test_numbers_with_a_unit_are_numbers(tmp_path: Path, texts: list[str], values: list[float], unit: str) -> None:
    table = _column(tmp_path / "a.csv", texts)
    column = table.scan.columns[0]
    assert (column.value_unit, column.unit) == (unit, unit)
    assert [row[0] for row in _rows(table.scan)] == values * 5
    assert [row[0] for row in table.preview] == values * 5
    assert (table.wrong_count, table.mixed_columns, table.mixed_units) == (0, (), ())
    assert table.scan.options.header
    again = inspect_scan(table.scan)
    assert (again.scan, again.wrong_count) == (table.scan, 0)
    assert read_scan(table.scan.to_json()) == table.scan


def test_columns_have_the_format_of_their_unit(tmp_path: Path) -> None:
    share = column_presentation(_column(tmp_path / "a.csv", ["10 %", "7 %"], "Share (%)").scan.columns[0])
    assert (share.text, share.format, share.currency) == ("Share", "percent", "")
    price = column_presentation(_column(tmp_path / "a.csv", ["$64.84", "$7"], "Price").scan.columns[0])
    assert (price.text, price.format, price.currency) == ("Price", "money", "USD")


def test_a_unit_in_the_title_alone_stays_in_the_title(tmp_path: Path) -> None:
    column = _column(tmp_path / "a.csv", ["10", "7"], "Share (%)").scan.columns[0]
    assert (column.value_unit, column.unit) == ("", "%")
    assert (column_presentation(column).text, column_presentation(column).format) == ("Share (%)", "")


def test_a_source_stored_before_has_no_units_of_values(tmp_path: Path) -> None:
    stored = _column(tmp_path / "a.csv", ["10", "7"]).scan.to_json()
    for column in stored["columns"]:
        del column["value_unit"]
    assert read_scan(stored).columns[0].value_unit == ""


def test_several_currencies_stay_text_and_it_is_said(tmp_path: Path) -> None:
    table = _column(tmp_path / "a.csv", ["€5.00", "$7.00", "€9.00"])
    assert table.scan.columns[0].kind == "text"
    assert table.mixed_units == (MixedUnits(0, (("EUR", 10), ("USD", 5))),)
    assert mixed_units_sentence("Price", table.mixed_units[0]) == (
        "“Price” is text because its values are in several units: EUR (10), USD (5)."
    )


def test_another_currency_far_down_keeps_the_column_text(tmp_path: Path) -> None:
    """The first lines tell nothing of it, and an amount that is emptied is lost."""
    (tmp_path / "a.csv").write_text("x,n\n" + "€5.00,1\n" * 5_000 + "$7.00,1\n", encoding="utf-8")
    (table,) = inspect_file(tmp_path / "a.csv").tables
    assert table.scan.columns[0].kind == "text"
    assert table.mixed_units == (MixedUnits(0, (("EUR", 5_000), ("USD", 1))),)
    assert table.mixed_columns == ()


def test_a_value_that_does_not_fit_is_named(tmp_path: Path) -> None:
    table = _column(tmp_path / "a.csv", ["€5.00"] * 9 + ["12 apples"])
    assert table.wrong_count == 5
    assert table.wrong_lines[0].line == 11
    assert table.wrong_lines[0].sentence == "“x” is “12 apples”, which isn't an amount in EUR."
    table = _column(tmp_path / "b.csv", ["5 %"] * 9 + ["0.12"])
    assert table.wrong_lines[0].sentence == "“x” is “0.12”, which isn't a percentage."


@pytest.mark.parametrize("bare", [1, 500, 999])
def test_numbers_without_a_currency_are_amounts_in_the_only_one_and_are_counted(tmp_path: Path, bare: int) -> None:
    """However many they are, and wherever in the file."""
    texts = ["€5.00"] * (1_000 - bare) + ["-12.50"] * bare
    (tmp_path / "a.csv").write_text("Price,n\n" + "".join(f"{text},1\n" for text in texts), encoding="utf-8")
    (table,) = inspect_file(tmp_path / "a.csv").tables
    column = table.scan.columns[0]
    assert (column.kind, column.value_unit, table.wrong_count, table.mixed_columns) == ("float", "EUR", 0, ())
    assert sum(row[0] for row in _rows(table.scan)) == 5 * (1_000 - bare) - 12.5 * bare
    assert table.assumed_units == (AssumedUnit(0, bare),)
    said = assumed_unit_sentence(table.scan, table.assumed_units[0])
    assert said.startswith(f"“Price”: {number(bare)} number")
    assert "without a currency" in said
    assert read_scan(table.scan.to_json()) == table.scan


def test_a_source_stored_before_assumes_no_currency(tmp_path: Path) -> None:
    stored = _column(tmp_path / "a.csv", ["€10", "€7"]).scan.to_json()
    for column in stored["columns"]:
        del column["unit_assumed"]
    assert not read_scan(stored).columns[0].unit_assumed


def test_text_that_is_chosen_to_be_numbers_has_its_only_currency(tmp_path: Path) -> None:
    table = _column(tmp_path / "a.csv", ["7.50", "8", "n/a", "€6", "apples", "pears"])
    assert table.scan.columns[0].kind == "text"
    samples = [row[0] for row in table.preview_raw]
    scan = table.scan.with_columns(
        (with_kind(table.scan.columns[0], "float", samples, table.scan.options), table.scan.columns[1])
    )
    assert scan.columns[0].value_unit == "EUR"
    assert [row[0] for row in _rows(scan)][:6] == [7.5, 8.0, None, 6.0, None, None]


def test_a_column_is_corrected_to_text_and_back(tmp_path: Path) -> None:
    table = _column(tmp_path / "a.csv", ["$64.84", "-$5"])
    samples = [row[0] for row in table.preview_raw]
    text = with_kind(table.scan.columns[0], "text", samples, table.scan.options)
    assert (text.kind, text.value_unit, text.unit) == ("text", "", "")
    scan = table.scan.with_columns((text, table.scan.columns[1]))
    assert [row[0] for row in _rows(scan)][:2] == ["$64.84", "-$5"]
    back = with_kind(text, "float", samples, table.scan.options)
    assert (back.kind, back.value_unit) == ("float", "USD")
    fits = {fit.kind: fit.fits for fit in column_fits(table, scan, 0)}
    assert (fits["float"], fits["integer"], fits["text"]) == (10, 5, 10)


def test_text_of_a_workbook_with_a_unit_is_offered_as_numbers(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (("price", "n"), ("€5.00", 1), ("€7.50", 2), ("€9.00", 3)):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    (table,) = inspect_file(tmp_path / "a.xlsx").tables
    (mixed,) = table.mixed_columns
    assert (mixed.place, mixed.kind, mixed.wrong) == (0, "float", 0)
    samples = [row[0] for row in table.preview_raw]
    read = with_kind(table.scan.columns[0], mixed.kind, samples, table.scan.options)
    again = inspect_scan(table.scan.with_columns((read, table.scan.columns[1])))
    assert [row[0] for row in again.preview] == [5.0, 7.5, 9.0]


def test_files_of_a_folder_in_several_currencies_are_text(tmp_path: Path) -> None:
    folder = tmp_path / "sales"
    folder.mkdir()
    (folder / "a.csv").write_text("price,n\n€5.00,1\n€7.00,2\n", encoding="utf-8")
    (folder / "b.csv").write_text("price,n\n$5.00,1\n", encoding="utf-8")
    (table,) = inspect_file(folder).tables
    assert table.scan.columns[0].kind == "text"
    assert table.mixed_units == (MixedUnits(0, (("EUR", 2), ("USD", 1))),)
    (folder / "b.csv").write_text("price,n\n€6.00,1\n", encoding="utf-8")
    (table,) = inspect_file(folder).tables
    assert [row[0] for row in _rows(table.scan)] == [5.0, 7.0, 6.0]
    assert table.scan.columns[0].value_unit == "EUR"


@pytest.mark.parametrize(
    "texts",
    [["5 apples", "7 apples"], ["TOP 10", "TOP 20"], ["A$1", "B$2"], ["10 % off", "20 % off"], ["% 5 %", "% 6 %"],
     ["$", "€"], ["5-10 %", "10-20 %"]],
)  # fmt: skip
def test_other_texts_are_no_numbers(tmp_path: Path, texts: list[str]) -> None:
    table = _column(tmp_path / "a.csv", texts)
    assert (table.scan.columns[0].kind, table.mixed_units) == ("text", ())


def test_percentages_are_averaged_where_a_table_is_opened() -> None:
    assert likely_measure([("margin", "decimal")], None, percents=["margin"]) == ("margin", "avg", "")
    assert likely_measure([("margin", "decimal")], None) == ("margin", "sum", "")


_FORMS = ["{m}€{n}", "{m}{n} €", "{m}EUR {n}", "EUR {m}{n}", "{m}{n}\u00a0EUR", "{m} € {n}"]


@given(
    amount=st.decimals(-(10**9), 10**9, places=2),
    decimal=st.sampled_from([".", ","]),
    grouped=st.booleans(),
    form=st.sampled_from([*_FORMS, "({n} €)", "€ ({n})", "({n}) EUR"]),
    spaces=st.tuples(st.text(" \u00a0", max_size=2), st.text(" \u00a0", max_size=2)),
)
@examples(200, deadline=None)
def test_any_amount_is_that_of_pythons_decimal(
    amount: Decimal, decimal: str, grouped: bool, form: str, spaces: tuple[str, str]
) -> None:
    thousands = {".": ",", ",": "."}[decimal]
    digits = f"{abs(amount):,.2f}" if grouped else f"{abs(amount):.2f}"
    written = digits.translate({ord("."): decimal, ord(","): thousands})
    minus = "-" if amount < 0 else ""
    expected = amount if "{m}" in form else -abs(amount)
    text = spaces[0] + form.format(m=minus, n=written) + spaces[1]
    assert split_unit(text.strip())[1] == "EUR"
    reading = ValueReading(
        "decimal", scale=2, decimal_mark=decimal, thousands_mark=thousands, trim_spaces=True, unit="EUR"
    )
    with _reader().cursor() as connection:
        ((exact, binary),) = connection.execute(
            f"SELECT {value_sql('t', reading)}, {value_sql('t', ValueReading(**{**_fields(reading), 'kind': 'float'}))}"
            " FROM (SELECT ? AS t)",
            [text],
        ).fetchall()
    assert (exact, binary) == (expected, float(expected))


def _fields(reading: ValueReading) -> dict[str, object]:
    return {name: getattr(reading, name) for name in ValueReading.__dataclass_fields__}


@given(st.lists(st.decimals(-999, 999, places=1), min_size=1, max_size=20), st.sampled_from(["{} %", "{}%", "%{}"]))
@examples(40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_column_of_percentages_keeps_its_numbers(tmp_path: Path, values: list[Decimal], form: str) -> None:
    table = _column(tmp_path / "a.csv", [form.format(value) for value in values])
    assert [row[0] for row in _rows(table.scan)] == [pytest.approx(float(value)) for value in values] * 5
    assert column_presentation(table.scan.columns[0]).format == "percent"
