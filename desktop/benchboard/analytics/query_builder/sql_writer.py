"""Writes the query of a `Question` in SQL."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from zlib import crc32

from benchboard.analytics.query_builder.formula import Amount, formula_sql
from benchboard.analytics.query_builder.question import (
    WITH_VALUES,
    Calculation,
    Dialect,
    Filter,
    Function,
    Group,
    Join,
    JoinKind,
    Measure,
    Question,
    Sort,
    Unit,
    free_name,
)
from benchboard.analytics.query_builder.rates_sql import rates_columns_sql, rates_join_sql
from benchboard.analytics.query_builder.safe_division import guarded
from benchboard.analytics.query_builder.sql_words import quote_name, quote_table, quote_text, quote_value, words

COMPARISONS: Final = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
AGGREGATES: Final[tuple[Function, ...]] = ("sum", "avg", "min", "max", "median")
JOIN_WORDS: Final[dict[JoinKind, str]] = {"left": "LEFT JOIN", "inner": "JOIN", "full": "FULL JOIN"}
LIKE_SIGNS: Final = "\\%_"
MYSQL_UNITS: Final[dict[Unit, str]] = {
    "second": "CAST(DATE_FORMAT({column}, '%Y-%m-%d %H:%i:%s') AS DATETIME)",
    "minute": "CAST(DATE_FORMAT({column}, '%Y-%m-%d %H:%i:00') AS DATETIME)",
    "hour": "CAST(DATE_FORMAT({column}, '%Y-%m-%d %H:00:00') AS DATETIME)",
    "day": "CAST(DATE_FORMAT({column}, '%Y-%m-%d') AS DATE)",
    "week": "CAST(DATE_SUB({column}, INTERVAL WEEKDAY({column}) DAY) AS DATE)",
    "month": "CAST(DATE_FORMAT({column}, '%Y-%m-01') AS DATE)",
    "quarter": "CAST(DATE_SUB(DATE_FORMAT({column}, '%Y-%m-01'), INTERVAL MOD(MONTH({column}) - 1, 3) MONTH) AS DATE)",
    "year": "CAST(DATE_FORMAT({column}, '%Y-01-01') AS DATE)",
}
"""How MySQL, which has no `date_trunc`, rounds a time down."""
_LONGEST_NAME: Final = 60
"""PostgreSQL cuts names off after 63 bytes."""
_PLACE: Final = "\0{}\0"
"""Stands for an expression while what is around it is written; no query has such a sign."""
_INDENT: Final = " " * len("SELECT ")


def to_sql(question: Question, dialect: Dialect | None = None) -> str:
    """The query in the language of its source, or in another one. The same question has the same text always."""
    language = dialect or question.dialect
    outputs = [_group(one, language) for one in question.groups]
    outputs += [_measure(one, language) for one in question.measures]
    outputs = outputs or [quote_name(one.column, language) for one in question.columns]
    select = "SELECT " + (",\n" + _INDENT).join(outputs or ["*"])
    if once_keys(question):
        lines = [select, f"FROM {_numbered_rows(question, language)}"]
    else:
        lines = [select, f"FROM {rows_sql(question, language)}", *_where(question, language)]
    if question.groups:
        lines.append("GROUP BY " + ", ".join(str(place) for place, _one in enumerate(question.groups, 1)))
    if question.sorts:
        sorts = (*question.sorts, *question.tie_order)
        lines.append("ORDER BY " + ", ".join(_sort(one, language) for one in sorts))
    if question.limit is not None:
        lines.append(f"LIMIT {question.limit}")
    return "\n".join(lines)


def _where(question: Question, dialect: Dialect) -> list[str]:
    if not question.filters:
        return []
    return ["WHERE " + "\n  AND ".join(condition_sql(one, dialect) for one in question.filters)]


def once_keys(question: Question) -> tuple[tuple[str, ...], ...]:
    """The columns by which rows of joined tables are known that count once, for each of these tables."""
    return tuple(dict.fromkeys(keys for one in question.measures for keys in one.once_keys))


def place_name(keys: Sequence[str]) -> str:
    """The name of the column with the places of rows among those with the same values in these columns."""
    name = "_".join(("place_by", *keys))
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 9]}_{crc32(name.encode()):08x}"


def _numbered_rows(question: Question, dialect: Dialect) -> str:
    """The rows that the filters leave, with their place in their group among those that found the same row of a joined
    table: what counts once is taken from the first."""
    groups = [_group_value(one, dialect) for one in question.groups]
    lines = ["SELECT *"]
    for keys in once_keys(question):
        by = ", ".join((*groups, *(quote_name(one, dialect) for one in keys)))
        first = quote_name(keys[0], dialect)
        name = quote_name(place_name(keys), dialect)
        lines[-1] += ","
        lines.append(f"  row_number() OVER (PARTITION BY {by} ORDER BY {first}) AS {name}")
    lines += [f"FROM {rows_sql(question, dialect)}", *_where(question, dialect)]
    inner = _indented("\n".join(lines))
    return f"(\n{inner}\n) AS {quote_name(base_name(question, dialect), dialect)}"


def rows_sql(question: Question, dialect: Dialect | None = None) -> str:
    """What the question reads, as FROM names it: its table; or a subquery with the columns of all its tables and those
    calculated from them, each of one name."""
    language = dialect or question.dialect
    found = _rows(question, question, language)
    for place, one in enumerate(question.calculations):  # at the end: their own lines aren't indented
        found = found.replace(_PLACE.format(place), guarded(one.expression, language), 1)
    return found


def _rows(part: Question, whole: Question, dialect: Dialect) -> str:
    """What a part of a question reads, with the places of the expressions of the whole. A table that is joined by a
    calculated column is joined to a subquery that has it."""
    alias = quote_name(base_name(part, dialect), dialect)
    found = quote_table(part.table, dialect)
    needed: tuple[Calculation, ...] = ()
    last = next((at for at in reversed(range(len(part.joins))) if _calculated_keys(part, part.joins[at])), None)
    if last is not None:
        needed = key_calculations(replace(part, joins=part.joins[: last + 1]), dialect)
        inner = _rows(replace(part, joins=part.joins[:last], calculations=needed), whole, dialect)
        joined = replace(part, joins=part.joins[last:])
        found = f"(\n{_indented(_joined(joined, dialect, inner))}\n) AS {alias}"
    elif part.joins:
        found = f"(\n{_indented(_joined(part, dialect))}\n) AS {alias}"
    for level in _levels([one for one in part.calculations if one not in needed], dialect):
        outputs = [
            f"{_PLACE.format(whole.calculations.index(one))} AS {quote_name(one.name, dialect)}" for one in level
        ]
        select = "SELECT *,\n  " + ",\n  ".join(outputs) + f"\nFROM {found}"
        found = f"(\n{_indented(select)}\n) AS {alias}"
    return found


def key_calculations(question: Question, dialect: Dialect | None = None) -> tuple[Calculation, ...]:
    """The calculated columns by which the question's tables are joined, and those that these name in turn."""
    language = dialect or question.dialect
    needed = {name for join in question.joins for name in _calculated_keys(question, join)}
    kept: list[Calculation] = []
    for one in reversed(question.calculations):
        if one.name in needed:
            needed |= {word.text for word in words(one.expression, language) or () if word.kind in ("name", "word")}
            kept.append(one)
    return tuple(reversed(kept))


def _calculated_keys(question: Question, join: Join) -> set[str]:
    outputs = {output for one in question.joins for _column, output in one.columns}
    return set(join.ours) & {one.name for one in question.calculations} - outputs


def base_name(question: Question, dialect: Dialect) -> str:
    """What the question's table is called among those joined to it: without its schema."""
    return question.table.split(".", 1)[-1] if dialect == "postgresql" else question.table


def _indented(text: str) -> str:
    return "\n".join("  " + line for line in text.split("\n"))


def _levels(calculations: Sequence[Calculation], dialect: Dialect) -> list[list[Calculation]]:
    """The calculated columns, those that name one of the level before in a level of their own."""
    levels: list[list[Calculation]] = [[]] if calculations else []
    for one in calculations:
        named = {word.text for word in words(one.expression, dialect) or () if word.kind in ("name", "word")}
        if named & {known.name for known in levels[-1]}:
            levels.append([])
        levels[-1].append(one)
    return levels


def _joined(question: Question, dialect: Dialect, inner: str = "") -> str:
    """The SELECT over the joined tables; over a subquery (`inner`) in place of the question's table."""
    base = base_name(question, dialect)
    places: dict[str, str] = {}
    """What a column of a joined table is in SQL, by its name in the question."""
    first = inner or _named(quote_table(question.table, dialect), base, question.table, dialect)
    aliases, lines = [base], [f"FROM {first}"]
    for join in question.joins:
        alias = _join_alias(join, dialect, aliases)
        aliases.append(alias)
        table = quote_table(join.table, dialect)
        if join.source:
            table = f"{quote_name(join.source, dialect)}.{table}"
        own = {one: places.get(one) or _column(base, one, dialect) for one in join.ours}
        if join.rates is not None:
            lines.append(rates_join_sql(join, join.rates, table, quote_name(alias, dialect), own, dialect))
            places |= rates_columns_sql(join, join.rates, quote_name(alias, dialect), own, dialect)
            continue
        conditions = [f"{own[ours]} = {_column(alias, theirs, dialect)}" for ours, theirs in join.keys]
        name = join.table if not join.source else ""
        lines.append(f"{JOIN_WORDS[join.kind]} {_named(table, alias, name, dialect)} ON {' AND '.join(conditions)}")
        places |= {output: _column(alias, column, dialect) for column, output in join.columns}
    outputs = [f"{quote_name(base, dialect)}.*"]
    outputs += [f"{place} AS {quote_name(output, dialect)}" for output, place in places.items()]
    return "SELECT " + ",\n  ".join(outputs) + "\n" + "\n".join(lines)


def _join_alias(join: Join, dialect: Dialect, taken: Sequence[str]) -> str:
    plain = join.table.split(".", 1)[-1] if dialect == "postgresql" else join.table
    return free_name(plain, taken)


def _named(table: str, alias: str, name: str, dialect: Dialect) -> str:
    return table if alias == name else f"{table} AS {quote_name(alias, dialect)}"


def _column(table: str, name: str, dialect: Dialect) -> str:
    return f"{quote_name(table, dialect)}.{quote_name(name, dialect)}"


def rounded_time(column: str, unit: Unit, dialect: Dialect) -> str:
    """The expression that rounds the times of a column, written in SQL, down to a unit."""
    if dialect == "mysql":
        return MYSQL_UNITS[unit].format(column=column)
    return f"date_trunc({':interval' if unit == 'interval' else quote_text(unit)}, {column})"


def _group_value(group: Group, dialect: Dialect) -> str:
    column = quote_name(group.column, dialect)
    return rounded_time(column, group.unit, dialect) if group.unit else column


def _group(group: Group, dialect: Dialect) -> str:
    column = _group_value(group, dialect)
    return f"{column} AS {quote_name(group.name, dialect)}" if group.name else column


def _measure(measure: Measure, dialect: Dialect) -> str:
    if measure.formula is not None:
        value = formula_sql(measure.formula, lambda one: _amount(one, dialect))
    elif measure.function == "share":  # 100.0, because whole numbers would be divided without remainder
        value = f"{_sum(measure.column, dialect)} * 100.0 / nullif(sum({_sum(measure.column, dialect)}) OVER (), 0)"
    elif measure.function == "ratio":
        value = f"{_sum(measure.column, dialect)} * 1.0 / nullif({_sum(measure.divisor, dialect)}, 0)"
    else:
        value = _amount(Amount(measure.function, measure.column, measure.once), dialect)
    return f"{value} AS {quote_name(measure.name, dialect)}"


def _amount(amount: Amount, dialect: Dialect) -> str:
    column = quote_name(amount.column, dialect)
    if amount.once:
        column = f"CASE WHEN {quote_name(place_name(amount.once), dialect)} = 1 THEN {column} END"
    if amount.function == "count":
        value = "count(*)"
    elif amount.function == "count_distinct":
        value = f"count(DISTINCT {column})"
    else:
        value = f"{amount.function}({column})"
    return f"sum({value}) OVER ()" if amount.is_total else value


def _sum(column: str, dialect: Dialect) -> str:
    """The sum of a column; the number of rows without one."""
    return f"sum({quote_name(column, dialect)})" if column else "count(*)"


def condition_sql(one: Filter, dialect: Dialect) -> str:
    """A filter as a condition of WHERE."""
    column = quote_name(one.column, dialect)
    if one.operator == "in_range":
        return f"{column} >= :from\n  AND {column} < :to"
    if one.operator in ("empty", "filled"):
        return f"{column} IS {'NOT ' if one.operator == 'filled' else ''}NULL"
    if one.operator in WITH_VALUES:
        listed = ", ".join(quote_value(value, dialect) for value in one.values)
        if one.operator == "one_of_or_empty":
            return f"({column} IN ({listed}) OR {column} IS NULL)"
        return f"{column} {'NOT ' if one.operator == 'none_of' else ''}IN ({listed})"
    value = one.values[0]
    if one.operator in ("contains", "starts"):
        return _text_condition(column, str(value), dialect, within=one.operator == "contains")
    return f"{column} {COMPARISONS[one.operator]} {quote_value(value, dialect)}"


def _text_condition(column: str, text: str, dialect: Dialect, *, within: bool) -> str:
    if dialect == "duckdb":  # its LIKE has no escape sign
        return f"{'contains' if within else 'starts_with'}(lower({column}), lower({quote_text(text)}))"
    pattern = "".join(f"\\{sign}" if sign in LIKE_SIGNS else sign for sign in text)
    pattern = quote_text(f"%{pattern}%" if within else f"{pattern}%", dialect)
    return f"lower({column}) LIKE lower({pattern})" if dialect == "mysql" else f"{column} ILIKE {pattern}"


def _sort(one: Sort, dialect: Dialect) -> str:
    return quote_name(one.name, dialect) + (" DESC" if one.descending else "")
