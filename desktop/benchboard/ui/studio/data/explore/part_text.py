"""The parts of a question in words: filters, groups, measures, sorting, as chips say them."""

from dataclasses import replace
from typing import cast

from PySide6.QtCore import QLocale

from benchboard.analytics.column_presentation import humanised
from benchboard.analytics.query_builder.formula import formula_text
from benchboard.analytics.query_builder.question import (
    Derived,
    Filter,
    Function,
    Group,
    Join,
    Measure,
    Operator,
    Question,
    Sort,
    Unit,
)
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.relations import RELATIONS
from benchboard.analytics.table_browser import BrowsedColumn, BrowsedTable
from benchboard.i18n import _, ngettext, number
from benchboard.ui.studio.tiles.numbers.number_format import format_cell
from benchboard.ui.time_format import iso_moment


def column_title(table: BrowsedTable | None, name: str) -> str:
    """A column as people read it."""
    column = table.column(name) if table is not None else None
    return column.title if column is not None else name


def kind_of(table: BrowsedTable | None, name: str) -> ValueKind:
    """The kind of a column; text if it isn't known."""
    column = table.column(name) if table is not None else None
    return column.kind if column is not None else "text"


def unit_title(unit: Unit) -> str:
    """A unit of time, as in “by week”."""
    return {
        "": _("each value"),
        "interval": _("auto interval"),
        "second": _("second"),
        "minute": _("minute"),
        "hour": _("hour"),
        "day": _("day"),
        "week": _("week"),
        "month": _("month"),
        "quarter": _("quarter"),
        "year": _("year"),
    }[unit]


def operator_title(operator: Operator) -> str:
    """An operator between a column and its value."""
    return {
        "in_range": _("is in time range"),
        "eq": _("is"),
        "ne": _("is not"),
        "lt": _("is less than"),
        "le": _("is at most"),
        "gt": _("is greater than"),
        "ge": _("is at least"),
        "contains": _("contains"),
        "starts": _("starts with"),
        "one_of": _("is one of"),
        "one_of_or_empty": _("is empty or one of"),
        "none_of": _("is none of"),
        "empty": _("is empty"),
        "filled": _("is not empty"),
    }[operator]


def time_operator_title(operator: Operator) -> str:
    """An operator on times, which are before and after rather than less and more."""
    titles = {"ge": _("is from"), "gt": _("is after"), "lt": _("is before"), "le": _("is up to")}
    return titles.get(operator, operator_title(operator))


def function_title(function: Function | Derived) -> str:
    """What a measure calculates."""
    return {
        "count": _("count of rows"),
        "count_distinct": _("distinct values"),
        "sum": _("sum"),
        "avg": _("average"),
        "min": _("minimum"),
        "max": _("maximum"),
        "median": _("median"),
        "share": _("% of total"),
        "ratio": _("divided by …"),
        "formula": _("formula"),
    }[function]


def filter_text(one: Filter, table: BrowsedTable | None) -> str:
    """A filter: `Status is paid`."""
    kind = kind_of(table, one.column)
    title = time_operator_title(one.operator) if kind in ("timestamp", "date") else operator_title(one.operator)
    words = [column_title(table, one.column), title]
    if one.values:
        words.append(", ".join(_value_text(value) for value in one.values))
    return " ".join(words)


def _value_text(value: object) -> str:
    if isinstance(value, bool):
        return _("true") if value else _("false")
    if isinstance(value, str):
        moment = iso_moment(value)
        return format_cell(moment) if moment is not None else value or _("(empty text)")
    return str(value)


def group_text(one: Group, table: BrowsedTable | None) -> str:
    """A group: `Order time by week`."""
    title = column_title(table, one.column)
    if one.unit == "interval":
        return _("{column}, auto interval").format(column=title)
    return _("{column} by {unit}").format(column=title, unit=unit_title(one.unit)) if one.unit else title


def measure_text(one: Measure, table: BrowsedTable | None) -> str:
    """A measure: `sum of Order total`. A data model's has a title of its own."""
    known = table.column(one.column or one.name) if table is not None else None
    if known is not None and known.aggregate == one.function and not one.formula:
        return known.title
    if (of_model := _model_measure(one, table)) is not None:
        return of_model.title
    if one.formula is not None:
        return formula_text(one.formula, lambda amount: measure_text(
            Measure(cast("Function", amount.function), amount.column, once=amount.once), table
        ))  # fmt: skip
    if one.function == "count":
        return _("count of rows")
    title = column_title(table, one.column) if one.column else _("rows")
    if one.function == "ratio":
        divisor = column_title(table, one.divisor) if one.divisor else _("rows")
        return _("{column} divided by {divisor}").format(column=title, divisor=divisor)
    text = {
        "count_distinct": _("distinct values of {column}"),
        "sum": _("sum of {column}"),
        "avg": _("average of {column}"),
        "min": _("minimum of {column}"),
        "max": _("maximum of {column}"),
        "median": _("median of {column}"),
        "share": _("% of all {column}"),
    }[one.function].format(column=title)
    if not one.once:
        return text
    by = ", ".join(column_title(table, name) for name in one.once)
    return _("{measure}, once for each {column}").format(measure=text, column=by)


def _model_measure(one: Measure, table: BrowsedTable | None) -> BrowsedColumn | None:
    """The measure of a data model that a measure is; None if it is none."""
    if table is None or one.function == "count":
        return None
    now = table.current(one)
    same = (
        known for known in table.columns if known.measure is not None and replace(known.measure, name=now.name) == now
    )
    return next(same, None)


def output_title(question: Question, name: str, table: BrowsedTable | None) -> str:
    """A column of the result, as sorting names it."""
    for group in question.groups:
        if group.output == name:
            # Times can be grouped by several units.
            is_one = sum(one.column == group.column for one in question.groups) == 1
            return column_title(table, group.column) if is_one else group_text(group, table)
    for measure in question.measures:
        if measure.output == name:
            return measure_text(measure, table)
    return column_title(table, name)


def sort_text(question: Question, one: Sort, table: BrowsedTable | None) -> str:
    """A sorting: `count of rows, largest first`."""
    title = output_title(question, one.name, table)
    return _("{column}, {direction}").format(column=title, direction=direction_title(question, one, table))


def direction_title(question: Question, one: Sort, table: BrowsedTable | None) -> str:
    """The direction of a sorting, in the words of the column's kind."""
    group = next((group for group in question.groups if group.output == one.name), None)
    measured = any(measure.output == one.name for measure in question.measures)
    kind = "integer" if measured else kind_of(table, group.column if group is not None else one.name)
    if kind in ("timestamp", "date"):
        return _("newest first") if one.descending else _("oldest first")
    if kind in ("integer", "decimal"):
        return _("largest first") if one.descending else _("smallest first")
    return _("Z to A") if one.descending else _("A to Z")


def join_text(one: Join) -> str:
    """A joined table: `merchants, merchant_id = id`."""
    if one.rates is not None:
        return _("{table}, rates to {currency}").format(table=one.table, currency=one.rates.target)
    keys = ", ".join(ours if ours == theirs else f"{ours} = {theirs}" for ours, theirs in one.keys)
    rows = {"left": "", "inner": _("only matches"), "full": _("all rows of both")}[one.kind]
    return ", ".join(part for part in (one.table, keys, rows) if part)


def limit_text(question: Question) -> str:
    """The limit of rows."""
    return _("Limit: none") if question.limit is None else limit_value(question)


def limit_value(question: Question) -> str:
    """The limit of rows, below its title."""
    if question.limit is None:
        return _("none")
    text = ngettext("first {count} row", "first {count} rows", question.limit)
    return text.format(count=number(question.limit))


def question_title(question: Question | None, table: BrowsedTable | None) -> str:
    """A title for the chart of a question: `Orders by week, Status`."""
    if question is None:
        return _("SQL query")
    own = RELATIONS.get(question.table) if not question.source_id else None
    subject = _(own.rows_title) if own is not None and own.rows_title else humanised(question.table)
    if not question.outputs:
        return subject
    # The name of a file's table may be that of one of its columns, which is another figure than the count of its rows.
    counted = subject if own is not None else _("Rows in {table}").format(table=subject)
    measures = [counted if one.function == "count" else measure_text(one, table) for one in question.measures]
    title = ", ".join(measures) or subject
    groups = [
        unit_title(one.unit) if one.unit not in ("", "interval") else column_title(table, one.column)
        for one in question.groups
    ]
    if groups:
        title = _("{measures} by {groups}").format(measures=title, groups=", ".join(groups))
    return QLocale().toUpper(title[:1]) + title[1:]  # in Turkish, i becomes İ
