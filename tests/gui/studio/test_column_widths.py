"""Column widths of tables, what a table tile shows, and the rows of an interactive table."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF

from benchboard.analytics.queries import Cell, ResultColumn, ResultTable, check_query
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.totalled_table import totalled
from benchboard.ui.studio.tiles.results.tile_point import cell_point
from benchboard.ui.studio.tiles.tables.column_widths import (
    GAP,
    ColumnWidthHint,
    fit_widths,
    natural_widths,
    shrink_largest,
)
from benchboard.ui.studio.tiles.tables.table_painting import TableLayout
from benchboard.ui.studio.tiles.tables.table_rows import TableRows
from benchboard.ui.theme import Theme, theme
from support.examples import examples

_need = st.builds(ColumnWidthHint, st.floats(1, 900), st.floats(1, 300), st.booleans())


@given(st.lists(_need, min_size=1, max_size=30), st.floats(60, 1_200))
def test_column_widths_fit_their_space_and_never_cut_numbers(needs: list[ColumnWidthHint], room: float) -> None:
    widths = fit_widths(needs, room)
    assert 1 <= len(widths) <= len(needs)
    for width, need in zip(widths, needs, strict=False):
        assert width >= need.minimum - 0.01
        assert need.is_text or width >= need.content - 0.01
    taken = sum(widths) + GAP * (len(widths) - 1)
    assert taken <= room + 0.01 or len(widths) == 1
    if len(widths) < len(needs):  # what stands there left no room for the next
        assert sum(need.minimum + GAP for need in needs[: len(widths) + 1]) - GAP > room


def test_column_widths_shrink_texts_before_headings_and_numbers() -> None:
    needs = [ColumnWidthHint(160, 60, True), ColumnWidthHint(30, 90, True), ColumnWidthHint(70, 80, False)]
    assert fit_widths(needs, 120 + 90 + 80 + 2 * GAP) == pytest.approx([120, 90, 80], abs=0.1)
    assert len(fit_widths(needs, 72 + 90 + 79 + 2 * GAP)) == 2  # a column less rather than half a heading
    assert fit_widths([ColumnWidthHint(30, 900, True)], 300) == pytest.approx([300], abs=0.1)


@given(st.lists(st.tuples(st.floats(1, 500), st.floats(0, 1)), min_size=1, max_size=20), st.floats(0, 1))
def test_levelled_values_reduce_the_largest_first(parts: list[tuple[float, float]], share: float) -> None:
    values, least = [value for value, _part in parts], [value * part for value, part in parts]
    room = sum(least) + share * (sum(values) - sum(least))
    found = shrink_largest(values, least, room)
    assert sum(found) == pytest.approx(room, abs=0.01 * len(parts))
    level = max((one for one, value in zip(found, values, strict=True) if one < value - 0.01), default=0)
    assert all(one >= min(value, level) - 0.01 or one >= floor - 0.01
               for one, value, floor in zip(found, values, least, strict=True))  # fmt: skip


def test_natural_widths_in_a_scrolling_table_show_everything() -> None:
    needs = [ColumnWidthHint(300, 60, True), ColumnWidthHint(5_000, 60, True), ColumnWidthHint(900, 60, False)]
    assert natural_widths(needs, 400, most=360) == [300, 420, 900]
    assert sum(natural_widths(needs[:1], 350, most=360)) == 350


def test_natural_widths_of_few_columns_leave_the_rest_of_a_wide_table_empty() -> None:
    """Two columns were a thousand pixels apart."""
    assert natural_widths([ColumnWidthHint(80, 60, True), ColumnWidthHint(40, 60, False)], 1_400, most=360) == [
        360,
        360,
    ]
    assert natural_widths([ColumnWidthHint(400, 60, False)], 1_400, most=360) == [400]


def _table(rows: list[tuple[Cell, ...]], **kinds: str) -> ResultTable:
    columns = tuple(ResultColumn(name, kind) for name, kind in kinds.items())  # type: ignore[arg-type]
    return ResultTable(columns, tuple(rows), truncated=False)


@pytest.mark.usefixtures("light")
def test_table_tile_with_eight_columns_shows_the_few_that_fit() -> None:
    kinds = {f"column_{k}": "decimal" if k % 3 == 2 else "text" for k in range(8)}
    row = tuple(Decimal("123456.78") if k % 3 == 2 else f"birchwood-audio-{k}.example" for k in range(8))
    face = TableLayout(QRectF(0, 0, 380, 120), _table([row] * 20, **kinds))
    assert [one[0].box.height() for one in face.lines] == [24] * 4, "as dense as the mockups"
    shown = face.lines[1]
    assert 2 <= len(shown) < 8
    assert shown[2].shown == shown[2].full == "123\u202f456.78"
    assert all(len(one.shown) >= 6 for one in shown)
    assert f"{len(shown)} of 8 columns" in face.footer
    assert "of 20 rows" in face.footer
    assert face.at(shown[0].box.center()) is shown[0]


def _amounts(*rows: tuple[Cell, ...], select: str = "shop_id, order_total, currency") -> ResultTable:
    return ResultTable(check_query(f"select {select} from orders"), rows, truncated=False)


_MIXED: Final = (("a", Decimal("20.5"), "EUR"), ("b", Decimal(1), "USD"), ("c", Decimal(3), "EUR"), ("d", None, None))


@pytest.mark.usefixtures("light")
def test_table_tile_amounts_stand_with_the_currency_of_their_row() -> None:
    face = TableLayout(QRectF(0, 0, 600, 400), _amounts(*_MIXED))
    assert [[cell.full for cell in line] for line in face.lines] == [
        ["Shop", "Order total"], ["a", "€\xa020.50"], ["b", "$\xa01.00"], ["c", "€\xa03.00"], ["d", "–"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "select"),
    [
        ((("a", Decimal(1), "EUR"), ("b", Decimal(1), "unknown")), "shop_id, order_total, currency"),
        ((("EUR", Decimal(1), "a"),), "currency, order_total, shop_id"),
        ((("a", Decimal(1), "EUR"),), 'shop_id, order_total, currency as "Money"'),
    ],
)
def test_table_keeps_currencies_that_are_no_codes_or_come_first_or_have_a_title(
    rows: tuple[tuple[Cell, ...], ...], select: str
) -> None:
    assert TableRows(_amounts(*rows, select=select)).columnCount() == 3


def test_table_rows_with_all_columns_show_the_currency_beside_its_amounts() -> None:
    model = TableRows(_amounts(*_MIXED[:3]), all_columns=True)
    assert [model.text(0, column) for column in range(3)] == ["a", "€\xa020.50", "EUR"]
    assert model.tsv([(0, 1), (0, 2)]) == "20.5\tEUR"


def test_table_rows_amounts_are_sorted_within_their_currency_and_copied_with_it() -> None:
    model = TableRows(_amounts(*_MIXED))
    model.sort(1)
    assert [model.text(row, 1) for row in range(4)] == ["€\xa03.00", "€\xa020.50", "$\xa01.00", "–"]
    assert model.tsv([(0, 0), (0, 1), (2, 1)]) == "c\t3\tEUR\n\t1\tUSD"
    assert model.tsv([(3, 0), (3, 1)]) == "d\t\t"


def test_table_rows_year_has_no_thousands() -> None:
    table = ResultTable(check_query("select extract(year from created_dt) from orders"), ((2026,),), truncated=False)
    assert TableRows(table).text(0, 0) == "2026"


@pytest.mark.usefixtures("light")
def test_table_tile_number_too_wide_is_abbreviated() -> None:
    face = TableLayout(QRectF(0, 0, 60, 120), _table([(123_456_789_012,)], n="integer"))
    assert face.lines[1][0].shown == "123.5 bn"
    assert face.lines[1][0].is_cut


_cells = st.one_of(
    st.none(), st.integers(), st.decimals(), st.booleans(), st.text(max_size=8), st.datetimes(timezones=st.just(UTC))
)


@given(st.lists(st.tuples(_cells, st.integers()), max_size=30), st.booleans())
def test_table_rows_sorted_by_any_column_keep_their_values(rows: list[tuple[Cell, int]], falling: bool) -> None:
    model = TableRows(_table(list(rows), a="text", b="integer"))
    order = Qt.SortOrder.DescendingOrder if falling else Qt.SortOrder.AscendingOrder
    for column in (0, 1, -1):
        model.sort(column, order)
        found = [tuple(model.cell(row, k) for k in (0, 1)) for row in range(model.rowCount())]
        assert sorted(map(repr, found)) == sorted(map(repr, rows))
        if column == 1:
            assert [row[1] for row in found] == sorted((row[1] for row in rows), reverse=falling)
        empty = [row[0] is None or (isinstance(row[0], Decimal) and row[0].is_nan()) for row in found]
        assert column != 0 or empty == sorted(empty)  # what is missing stands last, whichever way
    assert [repr(row) for row in found] == [repr(row) for row in rows]


def test_table_rows_sort_text_as_the_language_does() -> None:
    words = ["zebra", "Éclair", "apple", "eclipse", "Banana", "İzmir"]
    model = TableRows(_table([(word,) for word in words], a="text"))
    model.sort(0)
    assert [model.text(row, 0) for row in range(6)] == ["apple", "Banana", "Éclair", "eclipse", "İzmir", "zebra"]


@given(st.lists(st.tuples(st.text(max_size=6), st.text(max_size=6)), min_size=1, max_size=5))
def test_table_rows_copied_as_tsv_are_read_back(rows: list[tuple[str, str]]) -> None:
    model = TableRows(_table(list(rows), a="text", b="text"))
    said = model.tsv((row, column) for row in range(len(rows)) for column in (0, 1))
    back = list(csv.reader(io.StringIO(said, newline=""), delimiter="\t"))
    assert [tuple(row) for row in back] == rows


def test_table_rows_copied_have_exact_values() -> None:
    moment = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    model = TableRows(
        _table([(Decimal("1234.5000"), moment, None, True)], n="decimal", t="timestamp", x="text", b="text")
    )
    assert model.tsv((0, k) for k in range(4)) == f"1234.5000\t{moment}\t\ttrue"


def test_table_rows_of_10000_are_formatted_only_where_visible(light: Theme, monkeypatch: pytest.MonkeyPatch) -> None:
    said = []
    text = TableRows.text
    monkeypatch.setattr(TableRows, "text", lambda rows, row, column: said.append(row) or text(rows, row, column))
    table = _table([(f"row {k}", k) for k in range(10_000)], a="text", n="integer")
    model = TableRows(table)
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert model.width_samples()
    assert len(said) < 1_000
    assert light is not None


def test_shared_end_of_names_is_cut_before_the_names(light: Theme) -> None:
    rows: list[tuple[Cell, ...]] = [("polar-outdoor.example", 1), ("birchwood-audio.example", 2)]
    table = _table(rows, shop_id="text", n="integer")
    wide, narrow = (TableLayout(QRectF(0, 0, width, 200), table) for width in (400, 170))
    assert [line[0].shown for line in wide.lines[1:]] == ["polar-outdoor.example", "birchwood-audio.example"]
    cells = [line[0] for line in narrow.lines[1:]]
    assert [cell.shown for cell in cells] == ["polar-outdoor", "birchwood-audio"]
    assert all(cell.is_cut and cell.whole.endswith(".example") for cell in cells)


def test_total_row_of_a_table_stays_last_and_has_no_value_of_a_row(light: Theme) -> None:
    columns = (ResultColumn("status", "text"), ResultColumn("n", "integer"))
    table = ResultTable(columns, tuple((f"s{k}", 10 - k) for k in range(9)), truncated=False)
    found = totalled(table, "SELECT status, count(*) AS n FROM orders GROUP BY 1")
    face = TableLayout(QRectF(0, 0, 300, 150), found)
    assert [one.shown for one in face.lines[-1]] == ["Total", "54"]
    assert face.footer == "3 of 9 rows"
    assert cell_point(found, 9, 1) is None
    assert cell_point(found, 0, 1) == cell_point(table, 0, 1)
    rows = TableRows(found)
    for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
        rows.sort(1, order)
        assert rows.text(rows.rowCount() - 1, 0) == "Total"
    assert (
        "No total" in TableLayout(QRectF(0, 0, 300, 150), totalled(replace(table, truncated=True), "SELECT 1")).footer
    )


@given(
    numbers=st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=40, max_size=60),
    columns=st.integers(30, 140), is_decimal=st.booleans(),
)  # fmt: skip
@examples(20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_table_of_many_columns_writes_few_of_its_numbers_to_measure_them_and_none_is_wider(
    light: Theme, numbers: list[Decimal], columns: int, is_decimal: bool
) -> None:
    """All cells of a pivot table of 100 by 100 were written before it was seen: that took a second."""
    cells = [one if is_decimal else int(one) for one in numbers]
    rows = tuple((f"row {at}", *[cell] * columns) for at, cell in enumerate(cells))
    kind: ValueKind = "decimal" if is_decimal else "integer"
    made = ResultTable(
        (ResultColumn("name", "text"), *(ResultColumn(f"n{at}", kind) for at in range(columns))), rows, truncated=False
    )
    model = TableRows(made)
    samples = model.width_samples()
    assert sum(bool(text) for row in samples for text in row[1:]) <= 1_200 + 2 * columns
    assert [row[0] for row in samples if row[0]] == [row[0] for row in rows]
    metrics = QFontMetricsF(theme().font("body"))
    for column in (1, columns):
        widest = max(metrics.horizontalAdvance(row[column]) for row in samples)
        assert all(metrics.horizontalAdvance(model.text(row, column)) <= widest + 2 for row in range(len(rows)))
