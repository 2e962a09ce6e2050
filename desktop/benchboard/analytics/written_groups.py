"""What a query that was written by hand groups by: which columns of its result are plain columns of its table, so that
the rows behind a value can be found, and the query be filtered by it.

Only a SELECT from one table is read; of any other query nothing is known.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from benchboard.analytics.query_builder.question import Calculation, Dialect, Filter, Group, Measure, Question, Server
from benchboard.analytics.query_builder.sql_reader import from_sql
from benchboard.analytics.query_builder.sql_words import quote_table, unquoted_name
from benchboard.analytics.query_builder.sql_writer import condition_sql
from benchboard.analytics.sql_text import SqlToken, tokens

_CLAUSES: Final = ("SELECT", "FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "WINDOW", "QUALIFY")
_UNREAD: Final = ("WITH", "UNION", "EXCEPT", "INTERSECT", "JOIN", "LATERAL", "FETCH", "TABLESAMPLE", "USING")
_OUTPUT: Final = "output_value"
_CONDITION: Final = "where_condition"
_OPENING: Final = ("(", "[", "{")
_CLOSING: Final = (")", "]", "}")


@dataclass(frozen=True, slots=True)
class WrittenGroups:
    """`question`: the table of the query and the conditions of its WHERE. `groups` and `measures` by the column of the
    result. `grouped`: the columns that make a row of the result one; None where the rows behind it aren't known.
    `expressions`: what each column of the result is, as it was written."""

    question: Question
    groups: Mapping[int, Group] = field(default_factory=dict)
    measures: Mapping[int, Measure] = field(default_factory=dict)
    grouped: frozenset[int] | None = None
    expressions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Select:
    """A SELECT from one table, in pieces. `clauses` are the words of each by its keyword, that one left out."""

    text: str
    clauses: Mapping[str, Sequence[SqlToken]]
    dialect: Dialect
    table: str
    names: frozenset[str]
    """What the query calls its table, in small letters."""

    def written(self, words: Sequence[SqlToken]) -> str:
        """Some words without the name of the table before columns, and without comments."""
        parts: list[str] = []
        for place, one in enumerate(words):
            word = self.text[one.start : one.end]
            following = words[place + 1] if place + 1 < len(words) else None
            is_dot = word == "." and place > 0 and self._is_table(words[place - 1])
            is_prefix = self._is_table(one) and following is not None and self.word(following) == "."
            if not is_dot and not is_prefix:
                parts.append(word)
        return " ".join(parts)

    def word(self, one: SqlToken) -> str:
        """A word as it is written."""
        return self.text[one.start : one.end]

    @property
    def source(self) -> str:
        """FROM with the table."""
        return f"FROM {quote_table(self.table, self.dialect)}"

    def _is_table(self, one: SqlToken) -> bool:
        return one.kind in ("word", "name") and _name(self.text[one.start : one.end]) in self.names


def written_groups(text: str, source_id: str, dialect: Dialect) -> WrittenGroups | None:
    """What is known of the columns of a query; None for one that isn't a SELECT from one table, or that has `*`."""
    select = _read(text, dialect)
    if select is None:
        return None
    items = _split(select, select.clauses["SELECT"])
    if any(not item or select.word(item[-1]) == "*" for item in items):
        return None
    if select.word(items[0][0]).upper() == "DISTINCT":
        return None
    groups: dict[int, Group] = {}
    measures: dict[int, Measure] = {}
    for place, item in enumerate(items):
        found = _output(select, item)
        if isinstance(found, Group):
            groups[place] = found
        elif found is not None:
            measures[place] = found
    expressions = tuple(_expression(select, item) for item in items)
    grouped = _grouped(select, items, groups, measures)
    return WrittenGroups(_rows(select, source_id), groups, measures, grouped, expressions)


def filtered_text(text: str, filters: Sequence[Filter], dialect: Dialect) -> str | None:
    """The query with further conditions in its WHERE, otherwise as it was written; None for one that isn't a SELECT
    from one table."""
    return with_conditions(text, [condition_sql(one, dialect) for one in filters], dialect)


def with_conditions(text: str, conditions: Sequence[str], dialect: Dialect, *, in_lines: bool = False) -> str | None:
    """See `filtered_text`; the conditions in SQL, `in_lines` of their own also where the text is one line."""
    select = _read(text, dialect)
    if select is None or not conditions:
        return None
    is_long = in_lines or "\n" in text.strip()
    gap = "\n  " if is_long else " "
    added = f"{gap}AND ".join(conditions)
    where = select.clauses.get("WHERE")
    if where is None:
        source = select.clauses["FROM"]
        start = text.rfind("\n", 0, source[0].start) + 1
        indent = text[start : len(text) - len(text[start:].lstrip())] if "\n" in text else ""
        before = f"\n{indent}" if is_long else " "
        return f"{text[: source[-1].end]}{before}WHERE {added}{text[source[-1].end :]}"
    first, last = where[0], where[-1]
    old = text[first.start : last.end]
    if any(select.word(one).upper() == "OR" for one in _outer(select, where)):
        old = f"({old})"
    return f"{text[: first.start]}{old}{gap}AND {added}{text[last.end :]}"


def _read(text: str, dialect: Dialect) -> _Select | None:
    found = [one for one in tokens(text) if one.kind != "comment"]
    if any(one.is_open for one in found):
        return None
    if found and text[found[-1].start : found[-1].end] == ";":
        del found[-1]
    clauses: dict[str, list[SqlToken]] = {}
    current, depth, word = "", 0, ""
    for one in found:
        before, word = word.upper(), text[one.start : one.end]
        if one.kind == "sign":
            depth += (word in _OPENING) - (word in _CLOSING)
        keyword = word.upper() if one.kind == "keyword" and depth == 0 else ""
        if keyword == "FROM" and before == "DISTINCT":
            keyword = ""  # IS DISTINCT FROM
        if keyword in _UNREAD or (keyword in _CLAUSES and keyword in clauses) or word == ";":
            return None
        if keyword in _CLAUSES:
            current = keyword
            clauses[current] = []
        elif current:
            clauses[current].append(one)
        else:
            return None
    if next(iter(clauses), "") != "SELECT" or not clauses["SELECT"] or not clauses.get("FROM"):
        return None
    if "WHERE" in clauses and not clauses["WHERE"]:
        return None
    return _of_table(text, clauses, dialect)


def _of_table(text: str, clauses: Mapping[str, Sequence[SqlToken]], dialect: Dialect) -> _Select | None:
    """The SELECT, if its FROM is a table, with or without an alias."""
    words = [text[one.start : one.end] for one in clauses["FROM"]]
    names = [word for word, one in zip(words, clauses["FROM"], strict=True) if one.kind in ("word", "name")]
    signs = [word.upper() for word, one in zip(words, clauses["FROM"], strict=True) if one.kind not in ("word", "name")]
    is_schema = words[1:2] == ["."]
    size = 2 if is_schema else 1
    if signs not in ([], ["AS"], ["."], [".", "AS"]) or not size <= len(names) <= size + 1:
        return None
    if is_schema and dialect != "postgresql":
        return None
    table = ".".join(unquoted_name(name) for name in names[:size])
    alias = names[size] if len(names) > size else names[size - 1]
    return _Select(text, clauses, dialect, table, frozenset((_name(alias),)))


def _rows(select: _Select, source_id: str) -> Question:
    """The rows that the query reads: its table with the conditions of its WHERE."""
    server: Server = select.dialect if select.dialect in ("postgresql", "mysql") else ""
    base = Question(select.table, source_id, server=server)
    where = select.clauses.get("WHERE")
    if where is None:
        return base
    condition = select.written(where)
    found = from_sql(f"SELECT * {select.source} WHERE {condition}", source_id=source_id, dialect=select.dialect)
    if found is not None:
        return found
    # What the builder has no filter for is a column that is true.
    filters = (Filter(_CONDITION, "eq", (True,)),)
    return replace(base, filters=filters, calculations=(Calculation(_CONDITION, condition),))


def _output(select: _Select, item: Sequence[SqlToken]) -> Group | Measure | None:
    """The column of the table that an output is, or what it calculates of one; None where it is neither."""
    text = select.written(item)
    named = [text, f"{text} AS {_OUTPUT}"]
    if len(item) > 1:
        named.append(f"{select.written(item[:-1])} AS {select.word(item[-1])}")
    for one in named:
        found = from_sql(f"SELECT {one} {select.source} GROUP BY 1", dialect=select.dialect)
        if found is not None and len(found.groups) == 1:
            return found.groups[0]
        found = from_sql(f"SELECT {one} {select.source}", dialect=select.dialect)
        if found is not None and len(found.measures) == 1:
            return found.measures[0]
    return None


def _expression(select: _Select, item: Sequence[SqlToken]) -> str:
    """An output without its name."""
    before = select.word(item[-2]).upper() if len(item) > 1 else ""
    if before == "AS":
        return select.written(item[:-2])
    return select.written(item[:-1] if before == ")" and item[-1].kind in ("word", "name") else item)


def _grouped(
    select: _Select,
    items: Sequence[Sequence[SqlToken]],
    groups: Mapping[int, Group],
    measures: Mapping[int, Measure],
) -> frozenset[int] | None:
    """The columns of the result that a row is of; None where one of them is no plain column."""
    clause = select.clauses.get("GROUP")
    if clause is None:
        return frozenset() if len(measures) == len(items) else None
    by = clause[1:]
    if [select.word(one).upper() for one in by] == ["ALL"]:
        return frozenset(groups) if len(groups) + len(measures) == len(items) else None
    found = set()
    for part in _split(select, by):
        place = _place_of(select, part, items)
        if place not in groups:
            return None
        found.add(place)
    return frozenset(found)


def _place_of(select: _Select, part: Sequence[SqlToken], items: Sequence[Sequence[SqlToken]]) -> int:
    """The output that a part of GROUP BY means, by its number, its name or its expression; -1: none."""
    text = select.written(part).lower()
    if text.isdecimal():
        return int(text[:4]) - 1
    for place, item in enumerate(items):
        names = [select.word(one).upper() for one in item]
        expression = item[: names.index("AS")] if "AS" in names else item
        if text in (select.written(expression).lower(), select.word(item[-1]).lower()):
            return place
    return -1


def _split(select: _Select, words: Sequence[SqlToken]) -> list[list[SqlToken]]:
    """What commas separate, apart from those in brackets."""
    found: list[list[SqlToken]] = [[]]
    outer = set(_outer(select, words))
    for one in words:
        if select.word(one) == "," and one in outer:
            found.append([])
        else:
            found[-1].append(one)
    return found


def _outer(select: _Select, words: Sequence[SqlToken]) -> Iterator[SqlToken]:
    """The words that aren't in brackets."""
    depth = 0
    for one in words:
        word = select.word(one) if one.kind == "sign" else ""
        depth -= word in _CLOSING
        if depth == 0:
            yield one
        depth += word in _OPENING


def _name(word: str) -> str:
    """A name without quotes, in small letters."""
    return unquoted_name(word).casefold()
