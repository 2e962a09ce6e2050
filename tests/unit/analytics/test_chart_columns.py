"""Which columns of a result are drawn as what."""

import pytest

from benchboard.analytics.chart_columns import HeatmapColumns, ScatterColumns, heatmap_columns, scatter_columns
from benchboard.analytics.column_presentation import Presentation
from benchboard.analytics.queries import ResultColumn, ResultTable
from benchboard.analytics.query_types import ValueKind

ID = Presentation(format="identifier")


def _table(kinds: list[ValueKind], rows: list[tuple[object, ...]], ids: tuple[int, ...] = ()) -> ResultTable:
    columns = tuple(ResultColumn(f"c{k}", kind, ID if k in ids else Presentation()) for k, kind in enumerate(kinds))
    return ResultTable(columns, tuple(rows), truncated=False)  # type: ignore[arg-type]  # cells


@pytest.mark.parametrize(
    ("kinds", "rows", "ids", "found"),
    [
        (["integer", "decimal"], [(1, 2), (3, 4)], (), ScatterColumns(0, 1)),
        (["text", "integer", "integer"], [("a", 1, 2), ("b", 3, 4)], (), ScatterColumns(1, 2, series=0)),
        (["text", "integer", "integer"], [("a", 1, 2), ("a", 3, 4), ("b", 5, 6)], (), ScatterColumns(1, 2, series=0)),
        (["integer", "integer", "integer"], [(7, 1, 2), (8, 3, 4)], (0,), ScatterColumns(1, 2, names=(0,))),
        (["integer", "integer", "integer"], [(7, 1, 2), (8, 3, 4)], (), ScatterColumns(0, 1, size=2)),
        (["integer", "text", "boolean", "integer"], [(1, "a", True, 2), (1, "b", True, 2), (1, "c", False, 3)], (),
         ScatterColumns(0, 3, series=2, names=(1,))),
        (["integer", "text"], [(1, "a")], (), None),
        (["integer", "integer"], [(1, 2)], (0,), None),
    ],
)  # fmt: skip
def test_scatter_columns_are_found_by_kind_and_order(
    kinds: list[ValueKind], rows: list[tuple[object, ...]], ids: tuple[int, ...], found: ScatterColumns | None
) -> None:
    assert scatter_columns(_table(kinds, rows, ids)) == found


def test_a_column_with_more_values_than_colours_names_points() -> None:
    for count, is_series in ((8, True), (9, False)):
        rows: list[tuple[object, ...]] = [(k, k, f"n{k % count}") for k in range(40)]
        found = scatter_columns(_table(["integer", "integer", "text"], rows))
        assert found is not None
        assert (found.series == 2) is is_series


@pytest.mark.parametrize(
    ("kinds", "ids", "found"),
    [
        (["text", "text", "integer"], (), HeatmapColumns(0, 1, 2)),
        (["text", "date", "integer"], (), HeatmapColumns(1, 0, 2)),
        (["timestamp", "date", "integer"], (), HeatmapColumns(0, 1, 2)),
        (["integer", "integer", "integer"], (), HeatmapColumns(0, 1, 2)),
        (["text", "text", "integer", "decimal"], (2,), HeatmapColumns(0, 1, 3)),
        (["text", "integer"], (), None),
        (["text", "text", "text"], (), None),
    ],
)
def test_heatmap_columns_are_found_by_order_with_time_across(
    kinds: list[ValueKind], ids: tuple[int, ...], found: HeatmapColumns | None
) -> None:
    assert heatmap_columns(_table(kinds, [], ids)) == found
