"""The pivot table of a widget beside the period before: every cell and total of both periods, and what a file has."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Context, Decimal

from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.pivoted_table import plain_name, plain_order
from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.dashboards.data_sheets import plain_form
from benchboard.dashboards.document.time_range import Period
from benchboard.dashboards.document.widget_kinds import WidgetContent, kind_of
from benchboard.dashboards.editing.period_comparison import period_comparison
from benchboard.dashboards.period_before import PeriodBefore, difference, percent_change
from benchboard.dashboards.pivoted_widget import pivoted_widget
from benchboard.dashboards.widget_rows import WidgetRows
from support.examples import examples

DAY = ResultColumn("day", "timestamp")
ORDERS = ResultColumn("orders", "integer")
SHOP = ResultColumn("shop", "text")


def _table(columns: tuple[ResultColumn, ...], *rows: tuple[Cell, ...]) -> ResultTable:
    return ResultTable(columns, rows, truncated=False)


def _period(first: int, end: int) -> Period:
    return Period(datetime(2026, first, 1, tzinfo=UTC), datetime(2026, end, 1, tzinfo=UTC))


MONTHS = st.integers(1, 3)
NAMES = st.sampled_from(["a", "b", "c"])
COUNTS = st.none() | st.integers(-5, 50)
GROUPED = "SELECT date_trunc('month', created_dt) AS day, shop, count(*) AS orders FROM orders GROUP BY 1, 2"


def _with_zeros(
    own: dict[tuple[int, str], int | None], other: dict[tuple[int, str], int | None]
) -> dict[tuple[int, str], int | None]:
    """With 0 for the groups that the other period alone has, from the first to the last month of its own."""
    months = [month for month, _shop in own]
    return {**{one: 0 for one in other if months and min(months) <= one[0] <= max(months)}, **own}


@given(
    st.dictionaries(st.tuples(MONTHS, NAMES), COUNTS, min_size=1, max_size=9),
    st.dictionaries(st.tuples(MONTHS, NAMES), COUNTS, max_size=9),
    st.booleans(),
)
@examples(120, deadline=None)
def test_pivot_table_compared_has_both_periods_whole_in_its_cells_and_totals(
    now: dict[tuple[int, str], int | None], then: dict[tuple[int, str], int | None], is_across: bool
) -> None:
    """A group that only the period before has is in its totals too."""
    columns, quarter, before = (DAY, SHOP, ORDERS), _period(4, 7), _period(1, 4)
    table = _table(columns, *((datetime(2026, 3 + month, 1, tzinfo=UTC), shop, n) for (month, shop), n in now.items()))
    known = PeriodBefore(
        _table(columns, *((datetime(2026, month, 1, tzinfo=UTC), shop, n) for (month, shop), n in then.items())),
        before, quarter,
    )  # fmt: skip
    config = {"before": "on", "columns": "auto" if is_across else "measures"}
    widget = WidgetContent("w", "pivot_table", kind_of("pivot_table"), "", GROUPED, config)
    now, then = _with_zeros(now, then), _with_zeros(then, now)
    found = pivoted_widget(widget, GROUPED, table, known, order=plain_order, name=plain_name, blank="")
    assert {key for key in found.row_keys if len(key) == found.heading_count} == {
        (datetime(2026, 3 + month, 1, tzinfo=UTC), shop)[: found.heading_count] for month, shop in {*now, *then}
    }  # fmt: skip
    for key, row in zip(found.row_keys, found.rows, strict=True):
        for one, cell in zip(found.number_columns, row[found.heading_count :], strict=True):
            shop = found.column_keys[one.key] if one.key is not None else None
            wanted = [key[0].month - 3 if key and isinstance(key[0], date) else None, key[1] if key[1:] else shop]

            def total(cells: dict[tuple[int, str], int | None], wanted: list[object] = wanted) -> tuple[bool, Cell]:
                parts = [n for group, n in cells.items()
                         if all(mine in (None, own) for mine, own in zip(wanted, group, strict=True))]  # fmt: skip
                known = [n for n in parts if n is not None]
                return bool(parts), sum(known) if known else None

            (has_now, new), (has_then, old) = total(now), total(then)
            expected = {"": new, "before": old, "change": difference(new, old), "change_percent": None}
            if (percent := percent_change(new, old)) is not None:
                expected["change_percent"] = Context(prec=14).plus(percent)  # a spreadsheet's digits
            assert cell == (expected[one.comparison] if has_now or has_then else "")


def test_pivot_table_compared_names_its_columns_as_a_table_does_and_() -> None:
    columns = (DAY, SHOP, ORDERS)
    april, january = datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
    known = PeriodBefore(_table(columns, (january, "a", 4)), _period(1, 4), _period(4, 7))
    widget = WidgetContent("w", "pivot_table", kind_of("pivot_table"), "", GROUPED, {"before": "on"})
    table = _table(columns, (april, "a", 5), (april, "b", 1))
    found = plain_form(WidgetRows(widget, GROUPED, table, known))
    assert [one.heading for one in found.columns] == ["Day / Shop", "a", "Before", "Change", "Change %",
                                                      "b", "Before", "Change", "Change %",
                                                      "Total", "Before", "Change", "Change %"]  # fmt: skip
    assert [one.title for one in found.columns][2:5] == ["a before", "a change", "a change %"]
    assert found.rows == ((april, 5, 4, 1, Decimal("25.0"), 1, 0, 1, None, 6, 4, 2, Decimal("50.0")),)
    part = replace(known, table=replace(known.table, truncated=True))
    truncated = plain_form(WidgetRows(widget, GROUPED, table, part))
    assert [one.heading for one in truncated.columns].count("Total") == 0, "the sum before would be of some rows"


def test_pivot_table_is_among_the_widgets_that_the_switch_of_a_dashboard_compares() -> None:
    ranged = GROUPED.replace("GROUP BY", "WHERE created_dt >= :from AND created_dt < :to GROUP BY")
    pivot = WidgetContent("w", "pivot_table", kind_of("pivot_table"), "", ranged, {"before": "on"})
    still = WidgetContent("v", "pivot_table", kind_of("pivot_table"), "Still", GROUPED, {})
    found = period_comparison([pivot, still], lambda query: ":from" in query, lambda _id: False)
    assert (found.ids, found.is_on, found.others) == (("w",), True, ("Still",))
