"""The numbers of a chart's series in full size."""

from datetime import UTC, datetime
from decimal import Decimal

from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.ui.studio.tiles.series.chart_table import chart_table
from benchboard.ui.studio.tiles.series_statistics import SeriesStatistics, series_statistics
from benchboard.ui.theme import Theme

_READ = datetime(2026, 11, 25, 12, tzinfo=UTC)


def _numbers(kind: str, values: list[Cell], *, truncated: bool = False) -> SeriesStatistics:
    heads = (ResultColumn("state", "text"), ResultColumn("orders", kind))  # type: ignore[arg-type]  # a kind
    rows = tuple((f"s{at}", value) for at, value in enumerate(values))
    (found,) = series_statistics(chart_table(ResultTable(heads, rows, truncated=truncated, read_at=_READ)), "")
    return found


def test_numbers_have_the_decimals_of_their_column(light: Theme) -> None:
    found = _numbers("decimal", [Decimal("1.5"), Decimal("2.25"), Decimal("0.5")])
    assert (found.least, found.most, found.mean, found.last) == ("0.50", "2.25", "1.42", "0.50")


def test_mean_of_whole_numbers_has_a_decimal_and_missing_ones_do_not_count(light: Theme) -> None:
    found = _numbers("integer", [3, None, 20, 8])
    assert (found.least, found.most, found.mean, found.last) == ("3", "20", "10.3", "8")


def test_mean_of_the_first_rows_is_not_that_of_all(light: Theme) -> None:
    assert _numbers("integer", [1, 2], truncated=True).mean == "–"


def test_series_without_values_has_no_numbers(light: Theme) -> None:
    found = _numbers("integer", [None, None])
    assert {found.least, found.most, found.mean, found.last} == {"–"}
