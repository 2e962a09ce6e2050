"""A query as the visual builder keeps it: filters, groups, measures, sorting and a limit over one table,
tables joined to it and columns calculated from them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final, Literal, cast

from benchboard.analytics.query_builder.formula import (
    Amount,
    Formula,
    Operation,
    amounts,
    formula_columns,
    with_amounts,
)
from benchboard.analytics.query_types import NUMBERS, ValueKind
from benchboard.errors import Invalid
from benchboard.i18n import _

Value = str | int | Decimal | bool
"""A value in a filter. Dates and times are written in ISO 8601."""
Operator = Literal[
    "in_range",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "contains",
    "starts",
    "one_of",
    "one_of_or_empty",
    "none_of",
    "empty",
    "filled",
]
"""`in_range`: within the time range, from `:from` until just before `:to`. `contains` and `starts` ignore case.
`one_of_or_empty`: one of the values, or none at all."""
Unit = Literal["", "interval", "second", "minute", "hour", "day", "week", "month", "quarter", "year"]
"""What times are rounded down to; `interval`: to the unit that fits the time range (`:interval`)."""
Function = Literal["count", "count_distinct", "sum", "avg", "min", "max", "median"]
Derived = Literal["share", "ratio", "formula"]
"""What is calculated from the sums of all rows: the percentage of their total, the sum divided by another one, or
anything from several measures."""
Server = Literal["", "postgresql", "mysql"]
"""What a database server speaks (MariaDB: MySQL); empty where there is none."""
Dialect = Literal["own", "duckdb", "postgresql", "mysql"]
"""The language of Benchboard's own relations (PostgreSQL's SELECT), that of files, or that of a server."""

UNITS: Final[tuple[Unit, ...]] = ("interval", "second", "minute", "hour", "day", "week", "month", "quarter", "year")
CLOCK_UNITS: Final[tuple[Unit, ...]] = ("second", "minute", "hour")
"""The units that a date without time isn't rounded down to: it has no parts of a day."""
TIMES: Final[tuple[ValueKind, ...]] = ("timestamp", "date")
WITHOUT_VALUE: Final[tuple[Operator, ...]] = ("in_range", "empty", "filled")
WITH_VALUES: Final[tuple[Operator, ...]] = ("one_of", "one_of_or_empty", "none_of")
MAX_LIMIT: Final = 10_000
MAX_TEXT: Final = 500
_LONGEST_NAME: Final = 50
_NUMBER_DIGITS: Final = 18


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on a column. `values` has none for the operators `WITHOUT_VALUE`, any number from one for
    `WITH_VALUES`, and one for all others."""

    column: str
    operator: Operator
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A column to group by. With a `unit`, its times are rounded down, and the result's column needs a `name`."""

    column: str
    unit: Unit = ""
    name: str = ""

    @property
    def output(self) -> str:
        """The name of its column in the result."""
        return self.name or self.column


@dataclass(frozen=True, slots=True)
class Measure:
    """What is calculated for each group. `count` has no column: it counts rows; `share` without one is the percentage
    of rows. `ratio` divides the column's sum by that of `divisor`, or by the number of rows without one. A `formula`
    has no column of its own. `once`: the columns by which a row of a joined table is known, of which each counts once
    in a group, however many rows find it."""

    function: Function | Derived
    column: str = ""
    name: str = ""
    divisor: str = ""
    formula: Formula | None = None
    once: tuple[str, ...] = ()

    @property
    def output(self) -> str:
        """The name of its column in the result."""
        return self.name

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it is calculated from, those by which rows count once among them."""
        own = (self.column, self.divisor, *self.once)
        inner = formula_columns(self.formula) if self.formula is not None else ()
        return tuple(dict.fromkeys(one for one in (*own, *inner) if one))

    @property
    def once_keys(self) -> tuple[tuple[str, ...], ...]:
        """The columns by which rows of joined tables are known, for each of these tables."""
        inner = _amounts_of(self.formula)
        return tuple(dict.fromkeys(one for one in (self.once, *(amount.once for amount in inner)) if one))

    def with_column(self, old: str, new: str) -> "Measure":
        """The measure of a column that is called otherwise now."""

        def named(name: str) -> str:
            return new if name == old else name

        def renamed(one: Amount) -> Formula:
            return replace(one, column=named(one.column), once=tuple(map(named, one.once)))

        formula = with_amounts(self.formula, renamed) if self.formula is not None else None
        return replace(self, column=named(self.column), divisor=named(self.divisor), formula=formula,
                       once=tuple(map(named, self.once)))  # fmt: skip


def _amounts_of(formula: Formula | None) -> tuple[Amount, ...]:
    return tuple(amounts(formula)) if formula is not None else ()


def formula_measure(formula: Formula, name: str) -> Measure:
    """The measure of a formula: a plain one where it is no more than that."""
    if isinstance(formula, Amount) and not formula.is_total:
        return Measure(cast("Function", formula.function), formula.column, name, once=formula.once)
    if isinstance(formula, Operation) and formula.sign == "/":
        left, right = formula.left, formula.right
        if isinstance(left, Amount) and isinstance(right, Amount) and all(map(_is_plain_sum, (left, right))):
            return Measure("ratio", left.column, name, right.column)
    return Measure("formula", "", name, formula=formula)


def _is_plain_sum(one: Amount) -> bool:
    return one.function in ("sum", "count") and not one.once and not one.is_total


@dataclass(frozen=True, slots=True)
class PlainColumn:
    """A column of the rows themselves, where nothing is grouped or calculated."""

    column: str

    @property
    def output(self) -> str:
        """The name of its column in the result."""
        return self.column


@dataclass(frozen=True, slots=True)
class Sort:
    """A column to sort by: one of the result, by name."""

    name: str
    descending: bool = False


JoinKind = Literal["left", "inner", "full"]
"""Which rows stay without a match: those of the tables before, none, or those of both."""


@dataclass(frozen=True, slots=True)
class RateLookup:
    """How a table of exchange rates is read. Its column `rate` has what 1 of a currency is worth in `target`, or with
    `per_target`, how many of it 1 of the target is worth. `when` is a column of the question and one of the table: the
    most recent rate at or before the row's time; None where the table has one rate for each currency."""

    rate: str
    target: str
    when: tuple[str, str] | None = None
    per_target: bool = False


@dataclass(frozen=True, slots=True)
class Join:
    """Another table, matched by equal values. `keys` are pairs of a column of the question and one of the table;
    `columns` are the table's columns, each with the name that it has in the question. `source` is the name of the
    table's source, if that isn't the question's.

    A table of exchange rates has `rates`, one pair of keys, the currencies, and the rate as its column: what 1 of the
    row's currency is worth in the target, empty where there is no rate. It never repeats rows."""

    table: str
    keys: tuple[tuple[str, str], ...]
    columns: tuple[tuple[str, str], ...]
    kind: JoinKind = "left"
    source: str = ""
    rates: RateLookup | None = None

    @property
    def ours(self) -> tuple[str, ...]:
        """The columns of the question by which its rows are found."""
        return joined_by_names(self.keys, self.rates)


@dataclass(frozen=True, slots=True)
class Calculation:
    """A column that is calculated for each row, by an expression in the SQL of the question's source. It may name
    the columns of its tables, and those calculated before it."""

    name: str
    expression: str


def joined_by_names(keys: Iterable[tuple[str, str]], rates: RateLookup | None) -> tuple[str, ...]:
    """The columns before a join by which it finds its rows."""
    when = () if rates is None or rates.when is None else (rates.when[0],)
    return (*(ours for ours, _theirs in keys), *when)


Part = Filter | Group | Measure | Sort | PlainColumn
PartList = Literal["filters", "columns", "groups", "measures", "sorts"]


@dataclass(frozen=True, slots=True)
class Question:
    """A query over one table of a source (`source_id`; empty: Benchboard's own relations). Without groups and measures
    it returns the rows themselves, with its `columns`, or with all of the table if it has none."""

    table: str
    source_id: str = ""
    filters: tuple[Filter, ...] = ()
    groups: tuple[Group, ...] = ()
    measures: tuple[Measure, ...] = ()
    sorts: tuple[Sort, ...] = ()
    limit: int | None = None
    server: Server = ""
    """What the source speaks, if it is on a database server."""
    joins: tuple[Join, ...] = ()
    calculations: tuple[Calculation, ...] = ()
    columns: tuple[PlainColumn, ...] = ()
    """None where it has groups or measures."""
    breaks_ties: bool = True
    """Whether groups that its sorting leaves equal are in the order of their values, where a limit leaves some out: the
    same query then has the same rows each time. A query that was written without that stays as it is."""

    @property
    def tie_order(self) -> tuple[Sort, ...]:
        """What groups are sorted by that are equal by `sorts`; nothing where none is left out."""
        if not self.breaks_ties or self.limit is None or not self.sorts:
            return ()
        sorted_by = {one.name for one in self.sorts}
        return tuple(Sort(one.output) for one in self.groups if one.output not in sorted_by)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of the result's columns; none where the rows themselves are returned."""
        return (*(one.output for one in self.groups), *(one.output for one in self.measures))

    @property
    def dialect(self) -> Dialect:
        """The language of its source."""
        return self.server or ("duckdb" if self.source_id else "own")

    @property
    def uses_time_range(self) -> bool:
        """Whether its result depends on the time range."""
        return any(one.operator == "in_range" for one in self.filters) or any(
            one.unit == "interval" for one in self.groups
        )


def units_for(dialect: Dialect) -> tuple[Unit, ...]:
    """What times can be rounded down to. MySQL has no function to which a variable could say by how much."""
    return tuple(one for one in UNITS if one != "interval" or dialect != "mysql")


def usual_unit(dialect: Dialect) -> Unit:
    """What times are rounded down to unless somebody says otherwise."""
    return "interval" if "interval" in units_for(dialect) else "day"


def functions_for(kind: ValueKind | None, dialect: Dialect) -> tuple[Function, ...]:
    """The functions that a measure may have over a column of this kind; None: over rows."""
    if kind is None:
        return ("count",)
    if kind in NUMBERS:
        numeric: tuple[Function, ...] = ("sum", "avg", "min", "max")
        return (*numeric, *(("median",) if dialect == "duckdb" else ()), "count_distinct")
    if kind in (*TIMES, "text"):
        return ("count_distinct", "min", "max")
    return ("count_distinct",)


def measures_for(kind: ValueKind | None, dialect: Dialect) -> tuple[Function | Derived, ...]:
    """What a measure of a question may calculate over a column of this kind; None: over rows. Queries of Benchboard's
    own relations have no window functions, and so no percentage of a total."""
    derived: tuple[Derived, ...] = ("share",) if kind is None else ("share", "ratio") if kind in NUMBERS else ()
    return (*functions_for(kind, dialect), *(one for one in derived if one == "ratio" or dialect != "own"))


def operators_for(kind: ValueKind) -> tuple[Operator, ...]:
    """The operators that a filter may have on a column of this kind, the usual one first."""
    if kind in TIMES:
        return ("in_range", "ge", "lt", "eq", "empty", "filled")
    if kind in NUMBERS:
        return ("ge", "gt", "le", "lt", "eq", "ne", "one_of", "empty", "filled")
    if kind == "boolean":
        return ("eq", "empty", "filled")
    return ("eq", "ne", "one_of", "none_of", "contains", "starts", "empty", "filled")


def parse_value(text: str, kind: ValueKind) -> Value:
    """A value for a filter on a column of this kind, as a person types it. Raises `Invalid` (`question.value`)."""
    text = text.strip()
    if kind in NUMBERS:
        return _parse_number(text)
    if kind in TIMES:
        return _parse_time(text, kind)
    if kind == "boolean":
        found = {"true": True, "false": False}.get(text.casefold())
        if found is None:
            raise _bad_value(_("“{value}” is neither true nor false.").format(value=text[:40]), "")
        return found
    if len(text) > MAX_TEXT or not text.isprintable():
        what = _("A value needs 1 to {limit} visible characters.").format(limit=MAX_TEXT)
        raise _bad_value(what, "")
    return text


def _parse_number(text: str) -> Value:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if (
        not number.is_finite()
        or len(number.as_tuple().digits) > _NUMBER_DIGITS
        or abs(number.adjusted()) > _NUMBER_DIGITS
    ):
        raise _bad_value(_("“{value}” isn't a number.").format(value=text[:40]), _("Write it as 1250 or 12.5."))
    return int(number) if number == number.to_integral_value() else number.normalize()


def _parse_time(text: str, kind: ValueKind) -> Value:
    try:
        if kind == "date" or len(text) <= len("2026-01-31"):
            return date.fromisoformat(text).isoformat()
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None:
        do = _("Write it as 2026-03-31.") if kind == "date" else _("Write it as 2026-03-31 or 2026-03-31 14:05 (UTC).")
        raise _bad_value(_("“{value}” isn't a date.").format(value=text[:40]), do)
    return moment.isoformat(sep=" ")


def _bad_value(what: str, do: str) -> Invalid:
    return Invalid("question.value", what, do=do, field="value")


def values_filter(column: str, operator: Operator, values: Sequence[Value | None]) -> Filter | None:
    """The filter that a column has one of these values (`eq`, `one_of`) or none of them (`ne`, `none_of`); None stands
    for rows without a value. None without any.

    SQL's NOT IN leaves out rows without a value in any case.
    """
    excluded = operator in ("ne", "none_of")
    filled = tuple(one for one in values if one is not None)
    if not values:
        return None
    if not filled:
        return Filter(column, "filled" if excluded else "empty")
    if len(filled) < len(values) and not excluded:
        return Filter(column, "one_of_or_empty", filled)
    if len(filled) > 1 and operator in ("eq", "ne"):
        operator = "none_of" if excluded else "one_of"
    return Filter(column, operator, filled)


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """A name for a column of the result: the one wanted, or with a number if it is taken."""
    used, wanted = {name.casefold() for name in taken}, wanted[:_LONGEST_NAME] or "value"
    name, number = wanted, 1
    while name.casefold() in used:
        number += 1
        name = f"{wanted}_{number}"
    return name


def with_group(question: Question, column: str, unit: Unit = "") -> Question:
    """The question grouped by one column more. Times first: they are the x axis."""
    if any(one.column == column and one.unit == unit for one in question.groups):
        return question
    wanted = {"": column, "interval": "period"}.get(unit, unit)
    name = free_name(wanted, question.outputs)
    group = Group(column, unit, name if unit or name != column else "")
    groups = (group, *question.groups) if unit else (*question.groups, group)
    return _with_valid_sorts(replace(question, groups=groups, columns=()), question)


def measure_name(question: Question, function: Function | Derived, column: str = "", divisor: str = "") -> str:
    """What the result of a measure is called unless somebody says otherwise."""
    # A file's table is often called after what one of its columns holds: a count must not pass for that.
    rows = "row_count" if question.source_id else question.table
    return {
        "count": rows,
        "count_distinct": f"different_{column}",
        "sum": f"total_{column}" if not column.startswith("total") else column,
        "avg": f"average_{column}",
        "min": f"min_{column}",
        "max": f"max_{column}",
        "median": f"median_{column}",
        "share": f"share_of_{column or rows}_pct",
        "ratio": f"{column}_per_{divisor or 'row'}",
        "formula": "calculated",
    }[function]


def with_measure(question: Question, function: Function | Derived, column: str = "", name: str = "") -> Question:
    """The question with one measure more, called `name` if that is free."""
    if any(one.function == function and one.column == column for one in question.measures):
        return question
    return with_added_measure(question, Measure(function, column, name or measure_name(question, function, column)))


def with_added_measure(question: Question, measure: Measure) -> Question:
    """The question with this measure more, under its name if that is free; unchanged if it has the same already."""
    if any(replace(one, name="") == replace(measure, name="") for one in question.measures):
        return question
    measure = replace(measure, name=free_name(measure.name, question.outputs))
    return _with_valid_sorts(replace(question, measures=(*question.measures, measure), columns=()), question)


def with_parts(
    question: Question, groups: Sequence[Group] | None = None, measures: Sequence[Measure] | None = None
) -> Question:
    """The question with other groups or measures. It is still sorted by those that stay, also under a new name."""
    changed = replace(
        question,
        groups=tuple(groups) if groups is not None else question.groups,
        measures=tuple(measures) if measures is not None else question.measures,
    )
    return _with_valid_sorts(replace(changed, columns=()) if changed.outputs else changed, question)


def with_plain_column(question: Question, column: str) -> Question:
    """The question with one column more among those that it shows of the rows themselves."""
    added = PlainColumn(column)
    return question if added in question.columns else replace(question, columns=(*question.columns, added))


def part_list(question: Question, name: PartList) -> list[Part]:
    """The parts of one sort, in order."""
    found: tuple[Part, ...] = getattr(question, name)
    return list(found)


def with_part_list(question: Question, name: PartList, parts: Sequence[Part]) -> Question:
    """The question with other parts of one sort; sorting follows groups and measures. What it is grouped by already
    isn't a group again."""
    if name == "groups":
        groups: dict[tuple[str, str], Group] = {}
        for one in parts:
            if isinstance(one, Group):
                groups.setdefault((one.column, one.unit), one)
        return with_parts(question, groups=list(groups.values()))
    if name == "measures":
        return with_parts(question, measures=[one for one in parts if isinstance(one, Measure)])
    if name == "columns":
        shown = dict.fromkeys(one for one in parts if isinstance(one, PlainColumn))
        return replace(question, columns=tuple(shown))
    if name == "filters":
        return replace(question, filters=tuple(dict.fromkeys(one for one in parts if isinstance(one, Filter))))
    return replace(question, sorts=tuple(one for one in parts if isinstance(one, Sort)), breaks_ties=True)


def _with_valid_sorts(question: Question, before: Question) -> Question:
    """Without the sorting by columns that the result doesn't have any more. A part that only was renamed or has
    another unit, at the same place, is sorted by as it was."""
    renamed: dict[str, str] = {}
    for old, new in (
        ([one.output for one in before.groups], [one.output for one in question.groups]),
        ([one.output for one in before.measures], [one.output for one in question.measures]),
    ):
        if len(old) == len(new):
            renamed |= dict(zip(old, new, strict=True))
    if not question.outputs:
        return question if not before.outputs else replace(question, sorts=())
    sorts = [replace(one, name=renamed.get(one.name, one.name)) for one in question.sorts]
    kept = {one.name: one for one in sorts if one.name in question.outputs}
    return replace(question, sorts=tuple(kept.values()))
