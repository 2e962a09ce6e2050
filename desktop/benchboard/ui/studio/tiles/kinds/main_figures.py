"""What of a chart's values a screen reader is told at once: the last, highest and lowest of its series, the largest
slices of a pie. All of them are read by walking over the values.
"""

from typing import Final

from benchboard.analytics import periods
from benchboard.analytics.queries import ResultTable
from benchboard.i18n import _, ngettext, number
from benchboard.ui.studio.tiles.kinds import charts, pies
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.series.chart_table import ChartTable

_MOST_SERIES: Final = 3
_MOST_SLICES: Final = 5


def series_text(table: ChartTable, unit: str) -> str:
    """The figures of the first series of a line, area or bar chart, and how many more there are."""
    named = [one for one in charts.series_of(table, unit) if not (one.is_before or one.is_target)]
    told = [(one, _figures(table, one)) for one in named[:_MOST_SERIES]]
    texts = [f"{one.name}: {text}" if len(named) > 1 else text for one, text in told if text]
    more = len(named) - _MOST_SERIES
    words = ngettext("{count} more series", "{count} more series", more)
    return "; ".join([*texts, *([words.format(count=number(more))] if more > 0 else [])])


def _figures(table: ChartTable, one: charts.Series) -> str:
    """Those of one series; empty where its values can't be compared, as amounts in several currencies."""
    known = [row for row, value in enumerate(one.values) if value is not None]
    if not known or one.unit is None:
        return ""

    # None for a number: as many as it has. Of moments, all midnights are days.
    is_time = table.columns[0].kind in ("timestamp", "text")
    place_decimals = number_format.column_decimals(table, 0, table.rows) if is_time else None

    def text(row: int) -> dict[str, str]:
        cells = table.rows[row]
        value = number_format.format_value(table, cells, one.column, decimals=one.decimals, unit=one.own_unit)
        return {"value": value, "place": number_format.format_value(table, cells, 0, decimals=place_decimals)}

    # What is still counted is the lowest of many a chart.
    whole = [row for row in known if row not in table.partial_rows] or known
    low, high = (pick(whole, key=lambda row: one.values[row] or 0.0) for pick in (min, max))
    parts = []
    if periods.moments([row[0] for row in table.rows]) is not None:
        parts.append(_("last {value} ({place})").format(**text(known[-1])))
    if one.values[low] == one.values[high]:
        return parts[0] if parts else _("{value} ({place})").format(**text(high))
    parts.append(_("highest {value} ({place})").format(**text(high)))
    parts.append(_("lowest {value} ({place})").format(**text(low)))
    return ", ".join(parts)


def slices_text(table: ResultTable, own_unit: str) -> str:
    """The largest slices of a pie with their shares, and how many more there are; empty where they don't add up."""
    if pies.value_column(table) is None or pies.has_mixed_currencies(table):
        return ""
    found, _negative = pies.slices(table)
    total = sum(one.value for one in found)
    if not total:
        return ""
    unit = pies.unit_of(table, own_unit)
    largest = sorted(found, key=lambda one: -one.value)[:_MOST_SLICES]
    texts = [f"{one.name} {pies.slice_text(one, unit)} ({pies.share_text(100 * one.value / total)})" for one in largest]
    more = len(found) - _MOST_SLICES
    words = ngettext("{count} more slice", "{count} more slices", more)
    return "; ".join([*texts, *([words.format(count=number(more))] if more > 0 else [])])
