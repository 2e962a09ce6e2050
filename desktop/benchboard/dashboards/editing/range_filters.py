"""Filters by a range of a column: a variable of a dashboard that becomes conditions of all queries with its column."""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Final, cast

from benchboard.analytics.query_builder.question import Dialect, Filter, Operator, Value, free_name, parse_value
from benchboard.analytics.query_types import NUMBERS, ValueKind
from benchboard.dashboards.document import time_range
from benchboard.dashboards.document.document import Document, RangeColumn, Variable
from benchboard.dashboards.document.typed_times import from_typed, named_period
from benchboard.dashboards.editing.column_places import ColumnPlaces, SourceTables
from benchboard.dashboards.editing.reader_filters import PointSelection, ReaderFilter
from benchboard.dashboards.variables.range_text import range_text
from benchboard.errors import Invalid
from benchboard.i18n import _

_TWO_READINGS: Final = re.compile(r"[-+−]?[1-9]\d{0,2},\d{3}")


def range_variable(document: Document, name: str, label: str, places: ColumnPlaces, kind: ValueKind) -> Variable:
    """The variable of a page for the range of a column, open at both ends: one that it has already, or else a new one
    called `name` if that is free."""
    if (known := known_range(document, places, kind)) is not None:
        return known
    taken = [*(one.name for one in document.variables), *time_range.VARIABLES]
    return Variable(
        free_name(name, taken),
        label,
        "range",
        multiple=True,
        data_source_id=places.source_id,
        column=_range_column(places, kind),
    )


def known_range(document: Document, places: ColumnPlaces, kind: ValueKind) -> Variable | None:
    """The variable that a page has for the range of a column; None if it has none."""
    column = _range_column(places, kind)
    for one in document.variables:
        same = one.column is not None and one.column._replace(source_name=column.source_name) == column
        if same and one.data_source_id == places.source_id:
            return one
    return None


def _range_column(places: ColumnPlaces, kind: ValueKind) -> RangeColumn:
    own = places.sources[0]
    return RangeColumn(
        places.table, places.column, "number" if kind in NUMBERS else "date", own.dialect, own.source_name
    )


def with_variable(document: Document, variable: Variable) -> Document:
    """The document with a variable, if it doesn't have it."""
    known = any(one.name == variable.name for one in document.variables)
    return document if known else replace(document, variables=(*document.variables, variable))


def range_conditions(variable: Variable) -> tuple[Filter, ...]:
    """The conditions on the column of a range; none for an end that is open or can't be read. The upper end is
    included: of dates, all of that day (UTC)."""
    column = variable.column
    if column is None or len(variable.chosen) != 2:
        return ()
    found: list[Filter] = []
    for operator, text in zip(("ge", "le"), variable.chosen, strict=True):
        with suppress(Invalid, OverflowError):
            if text:
                found.append(_condition(column, cast("Operator", operator), text))
    return tuple(found)


def range_selections(variables: Iterable[Variable]) -> tuple[PointSelection, ...]:
    """The filters of the ranges that are set, one for each of their ends."""
    found = []
    for one in variables:
        if one.type != "range" or one.column is None:
            continue
        column = one.column
        tables = ((column.table, column.name),)
        own = SourceTables(one.data_source_id, column.source_name, cast("Dialect", column.dialect), tables)
        places = ColumnPlaces(one.data_source_id, column.table, column.name, (own,))
        title = _("{name}: {values}").format(name=one.label or one.name, values=range_text(one))
        found += [
            PointSelection(title, "", ReaderFilter(places, each.operator, each.values))
            for each in range_conditions(one)
        ]
    return tuple(found)


def parse_ends(low: str, high: str, kind: str) -> tuple[str, ...]:
    """The ends of a range as they are stored, from what was typed; none if both are open. Raises `Invalid` with the
    field `from` or `to`."""
    ends = []
    for field, text in (("from", low), ("to", high)):
        try:
            _require_one_reading(text, kind)
            read = from_typed(text, ends=field == "to") if kind == "date" and named_period(text) is not None else text
            ends.append(str(_parsed(read, kind)) if text.strip() else "")
        except Invalid as error:
            raise Invalid(error.code, error.what, do=error.do, field=field) from error
    if all(ends) and _order(ends[0], kind) > _order(ends[1], kind):
        raise Invalid("range.reversed", _("This is less than the beginning of the range."), field="to")
    return tuple(ends) if any(ends) else ()


def _require_one_reading(text: str, kind: str) -> None:
    """Raise `Invalid` (`range.two-readings`) for 1,250: a thousand to some people, a little more than one to others."""
    plain = "".join(text.split())
    if kind == "number" and _TWO_READINGS.fullmatch(plain) is not None:
        raise Invalid(
            "range.two-readings",
            _("“{value}” can be read in two ways.").format(value=text.strip()),
            do=_("Write it as {whole} or {decimal}.").format(
                whole=plain.replace(",", ""), decimal=plain.replace(",", ".")
            ),
        )


def _parsed(text: str, kind: str) -> Value:
    if kind == "number":
        plain = "".join(text.split()).replace("\N{MINUS SIGN}", "-")
        return parse_value(plain.replace(",", ".") if "." not in plain else plain, "decimal")
    return parse_value(text, "date")


def _order(text: str, kind: str) -> float:
    found = _parsed(text, kind)
    return float(found) if kind == "number" else float(date.fromisoformat(str(found)).toordinal())


def _condition(column: RangeColumn, operator: Operator, text: str) -> Filter:
    value = _parsed(text, column.kind)
    if column.kind == "date" and operator == "le":
        following = date.fromisoformat(str(value)) + timedelta(days=1)
        return Filter(column.name, "lt", (following.isoformat(),))
    return Filter(column.name, operator, (value,))
