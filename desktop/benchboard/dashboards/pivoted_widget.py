"""The pivot table of a widget: its settings, what of a result it shows, and the period before beside it."""

from dataclasses import dataclass
from typing import cast

from benchboard.analytics import pivoted_table
from benchboard.analytics.chart_columns import PivotColumns
from benchboard.analytics.period_step import step_of
from benchboard.analytics.pivoted_table import Namer, Order, PivotComparison, PivotTable, RowOrder
from benchboard.analytics.queries import Cell, ResultTable
from benchboard.dashboards.document.widget_kinds import PIVOT_COLUMNS, PIVOT_ORDER, WidgetContent
from benchboard.dashboards.period_before import PeriodBefore, cells_of_change, change_columns, with_before


@dataclass(frozen=True, slots=True)
class PivotSettings:
    """How a widget's pivot table is set."""

    totals: bool = True
    fills: bool = False
    across: bool = True
    row_order: RowOrder = "auto"


def pivot_settings(widget: WidgetContent) -> PivotSettings:
    """The settings of a widget that is a pivot table."""
    return PivotSettings(
        totals=widget.setting("totals") != "off",
        fills=widget.setting("fill") == "value",
        across=widget.setting(PIVOT_COLUMNS.key) == "auto",
        row_order=cast("RowOrder", widget.setting(PIVOT_ORDER.key)),
    )


def widget_places(widget: WidgetContent, table: ResultTable) -> PivotColumns | None:
    """What the columns of a result are in a widget's pivot table; None where it can't be one."""
    return pivoted_table.places_of(table, widget.query, across=pivot_settings(widget).across)


def pivoted_widget(
    widget: WidgetContent,
    query: str,
    table: ResultTable,
    before: PeriodBefore | None,
    *,
    order: Order,
    name: Namer,
    blank: Cell = None,
) -> PivotTable:
    """A result as the pivot table of a widget, with the period before beside each number if that is known. The result
    can be one (`widget_places`)."""
    settings, comparison = pivot_settings(widget), None
    places = pivoted_table.places_of(table, query, across=settings.across)
    if before is not None and places is not None:
        step = step_of(query, before.shown.interval)
        changes = cells_of_change(table, before, step, places.values)
        table, before_of = with_before(table, before, step, places.values, query)
        comparison = PivotComparison(before_of, change_columns, changes)
    return pivoted_table.pivoted(
        table, query, order=order, name=name, totals=settings.totals, fills=settings.fills, across=settings.across,
        row_order=settings.row_order, comparison=comparison, blank=blank,
    )  # fmt: skip
