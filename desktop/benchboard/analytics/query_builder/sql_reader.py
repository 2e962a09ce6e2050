"""Reads the `Question` in a query, if the builder could have written that query."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final, cast

from benchboard.analytics.query_builder.formula import (
    Amount,
    Constant,
    Formula,
    Operation,
    Sign,
    with_amounts,
)
from benchboard.analytics.query_builder.question import (
    MAX_LIMIT,
    UNITS,
    Calculation,
    Dialect,
    Filter,
    Function,
    Group,
    Join,
    JoinKind,
    Measure,
    Operator,
    PlainColumn,
    Question,
    RateLookup,
    Server,
    Sort,
    Value,
)
from benchboard.analytics.query_builder.rates_sql import ONE
from benchboard.analytics.query_builder.safe_division import unguarded, unguarded_words
from benchboard.analytics.query_builder.sql_words import QueryWord, placed_words, words
from benchboard.analytics.query_builder.sql_writer import (
    AGGREGATES,
    COMPARISONS,
    LIKE_SIGNS,
    MYSQL_UNITS,
    to_sql,
)

_MAX_LEVELS: Final = 20
_OPERATORS: Final[dict[str, Operator]] = {sign: cast("Operator", name) for name, sign in COMPARISONS.items()}


def from_sql(text: str, *, source_id: str = "", dialect: Dialect | None = None) -> Question | None:
    """The question whose query this is, apart from spaces, line breaks and the case of keywords; None if the builder
    has none: the query then can only be edited as SQL."""
    language = dialect or Question("", source_id).dialect
    placed = placed_words(text, language)
    if not placed:
        return None
    found = unguarded_words([word for word, _start, _end in placed], language)
    try:
        question = _QueryReader(text, placed, source_id, language).question()
    except _NotOurs:
        return None
    # What was read is compared with what would be written: a query is never changed by being opened in the builder, but
    # for divisions by zero, which were an error in those of earlier versions.
    for one in _with_and_without_ties(question):
        if unguarded_words(words(to_sql(one, language), language) or (), language) == found:
            return one
    return None


def _with_and_without_ties(question: Question) -> Iterator[Question]:
    """The questions that may have this sorting: the fewest sorts that it follows from, then as it is written."""
    if question.limit is not None and question.groups:
        for count in range(1, len(question.sorts)):
            yield replace(question, sorts=question.sorts[:count])
    yield question
    yield replace(question, breaks_ties=False)


class _NotOurs(Exception):
    """The query isn't one that the builder writes."""


class _QueryReader:
    """Reads one query from its first word to its last."""

    def __init__(self, text: str, placed: list[tuple[QueryWord, int, int]], source_id: str, dialect: Dialect) -> None:
        self._source, self._placed, self._words = text, placed, [word for word, _start, _end in placed]
        self._source_id, self._dialect, self._at = source_id, dialect, 0
        self._inner_filters: tuple[Filter, ...] = ()
        """Those of the rows whose places are counted."""

    def question(self) -> Question:
        self._expect("select")
        groups, measures = self._outputs()
        self._expect("from")
        table, joins, calculations = self._rows(0)
        filters = self._filters() if self._take("where") else self._inner_filters
        if self._inner_filters is not filters and self._inner_filters:
            raise _NotOurs
        if any(one.once_keys for one in measures):
            measures, calculations = self._counted_once(measures, calculations, len(groups))
        columns: tuple[PlainColumn, ...] = ()
        if groups and not measures and not self._is("group"):
            groups, columns = (), _plain(groups)
        if groups and self._take("group"):
            self._expect("by")
            for place in range(len(groups)):
                if place:
                    self._expect(",")
                self._expect(str(place + 1))
        sorts = self._sorts() if self._take("order") else ()
        limit = self._limit() if self._take("limit") else None
        if self._at != len(self._words):
            raise _NotOurs
        server: Server = self._dialect if self._dialect in ("postgresql", "mysql") else ""
        return Question(table, self._source_id, filters, groups, measures, sorts, limit, server, joins, calculations,
                        columns)  # fmt: skip

    def _rows(self, depth: int) -> tuple[str, tuple[Join, ...], tuple[Calculation, ...]]:
        """What FROM names: a table, or a subquery that adds columns to one."""
        if not self._take("("):
            return self._table(), (), ()
        self._expect("select")
        if depth > _MAX_LEVELS:
            raise _NotOurs
        if self._take("*"):
            added: list[Calculation] = []
            while self._take(","):
                added.append(self._calculation())
            self._expect("from")
            table, joins, calculations = self._rows(depth + 1)
            found = table, joins, (*calculations, *added)
            if not depth and self._take("where"):
                self._inner_filters = self._filters()
        else:
            found = self._joined(depth)
        self._expect(")", "as")
        self._name()
        return found

    def _counted_once(
        self, measures: tuple[Measure, ...], calculations: tuple[Calculation, ...], groups: int
    ) -> tuple[tuple[Measure, ...], tuple[Calculation, ...]]:
        """The measures that take rows by their place with the columns by which these are known, and the calculations
        without those places."""
        places = {keys[0] for one in measures for keys in one.once_keys}
        keys: dict[str, tuple[str, ...]] = {}
        for one in calculations:
            if one.name in places:
                keys[one.name] = _partition(one.expression, self._dialect)[groups:]
        if set(keys) != places or not all(keys.values()):
            raise _NotOurs

        def known(one: Amount) -> Amount:
            return replace(one, once=keys[one.once[0]]) if one.once else one

        found = tuple(
            replace(
                one,
                once=keys[one.once[0]] if one.once else (),
                formula=with_amounts(one.formula, known) if one.formula is not None else None,
            )
            for one in measures
        )
        return found, tuple(one for one in calculations if one.name not in places)

    def _table(self) -> str:
        table = self._name()
        return f"{table}.{self._name()}" if self._take(".") else table

    def _calculation(self) -> Calculation:
        first, depth = self._at, 0
        while depth or not self._is("as"):
            depth += self._is("(") - self._is(")")
            if depth < 0 or self._next().kind == "end":
                raise _NotOurs
        if self._at == first:
            raise _NotOurs
        written = self._source[self._placed[first][1] : self._placed[self._at - 1][2]]
        expression = unguarded(written, self._dialect)
        self._expect("as")
        return Calculation(self._name(), expression)

    def _joined(self, depth: int) -> tuple[str, tuple[Join, ...], tuple[Calculation, ...]]:
        base = self._name()
        self._expect(".", "*")
        columns: list[tuple[str, str, str]] = []
        targets: dict[str, tuple[str, str]] = {}
        while self._take(","):
            if self._take("case"):
                alias, target, output = self._rate()
                targets[alias] = target, output
                continue
            alias, column = self._qualified()
            self._expect("as")
            columns.append((alias, column, self._name()))
        self._expect("from")
        joins: list[Join] = []
        calculations: tuple[Calculation, ...] = ()
        if self._is("("):  # it is joined by columns that are calculated here
            table, inner, calculations = self._rows(depth + 1)
            joins += inner
        else:
            table = self._table()
            if self._take("as"):
                self._name()
        outputs = {(alias, column): output for alias, column, output in columns}
        while not self._is(")"):
            if self._is("(", 2) or self._is("(", 3):
                joins.append(self._rates_join(base, outputs, targets))
            else:
                joins.append(self._join(base, outputs))
        return table, tuple(joins), calculations

    def _rate(self) -> tuple[str, str, str]:
        """The alias of a table of rates, the currency into which they are, and the name of their column."""
        self._expect("when", "upper", "(", "trim", "(")
        self._qualified()
        self._expect(")", ")", "=")
        target = self._text()
        self._expect("then", "1", "else")
        is_listed = self._take("cast")  # the rates of a currency are a list
        if is_listed:
            self._expect("(", "jsonb_extract_path_text", "(")
        alias, _factor = self._qualified()
        if is_listed:
            self._skip_to(")")
            self._skip_to(")")
        self._skip_to("end")
        self._expect("as")
        return alias, target, self._name()

    def _rates_join(
        self, base: str, outputs: Mapping[tuple[str, str], str], targets: Mapping[str, tuple[str, str]]
    ) -> Join:
        """The join of a table of rates, as `rates_sql` writes it."""
        self._take("asof")
        self._expect("left", "join", "(", "select")
        has_ends = not self._is("upper")
        if has_ends:
            self._skip_to("from")
            self._expect("(", "select")
        currency, since = self._code(), ""
        self._expect("as")
        self._name()
        self._expect(",")
        if not self._is("case"):
            since = self._name()
            self._expect("as")
            self._name()
            self._expect(",")
        self._expect("case", "when", "min", "(")
        rate = self._name()
        self._expect(")", "=", "max", "(")
        self._name()
        self._expect(")", "then")
        per_target = self._take(ONE)
        self._skip_to("from")
        table, source = self._joined_table()
        self._skip_to(")")
        if has_ends:
            self._expect("as")
            self._name()
            self._skip_to(")")
        self._expect("as")
        alias = self._name()
        self._expect("on", "upper", "(", "trim", "(")
        ours = self._ours(base, outputs)
        self._expect(")", ")", "=")
        self._qualified()
        when = None
        if self._take("and"):
            when = self._ours(base, outputs), since
            self._expect(">=")
            self._qualified()
            if has_ends and self._dialect != "postgresql":
                self._expect("and", "(")
                self._skip_to(")")
        if alias not in targets:
            raise _NotOurs
        target, output = targets[alias]
        lookup = RateLookup(rate, target, when, per_target)
        return Join(table, ((ours, currency),), ((rate, output),), "left", source, lookup)

    def _code(self) -> str:
        self._expect("upper", "(", "trim", "(")
        found = self._name()
        self._expect(")", ")")
        return found

    def _ours(self, base: str, outputs: Mapping[tuple[str, str], str]) -> str:
        """A column of the question, as its tables name it."""
        found = self._qualified()
        if found[0] != base and found not in outputs:
            raise _NotOurs
        return found[1] if found[0] == base else outputs[found]

    def _skip_to(self, text: str) -> None:
        """Go on after the next such word outside of brackets that open on the way. What is skipped is compared when
        the query is written again."""
        depth = 0
        while depth or not self._take(text):
            depth += self._is("(") - self._is(")")
            if self._next().kind == "end":
                raise _NotOurs

    def _joined_table(self) -> tuple[str, str]:
        """A table and the name of its source; empty for that of the query."""
        table = self._name()
        if not self._take("."):
            return table, ""
        name = self._name()
        return (f"{table}.{name}", "") if self._dialect == "postgresql" else (name, table)

    def _join(self, base: str, outputs: Mapping[tuple[str, str], str]) -> Join:
        kind: JoinKind = "left" if self._take("left") else "full" if self._take("full") else "inner"
        self._expect("join")
        table, source = self._joined_table()
        alias = table.split(".", 1)[-1] if self._dialect == "postgresql" else table
        if self._take("as"):
            alias = self._name()
        self._expect("on")
        keys: list[tuple[str, str]] = []
        while True:
            ours = self._ours(base, outputs)
            self._expect("=")
            right = self._qualified()
            if right[0] != alias:
                raise _NotOurs
            keys.append((ours, right[1]))
            if not self._take("and"):
                break
        columns = tuple((column, output) for (known, column), output in outputs.items() if known == alias)
        return Join(table, tuple(keys), columns, kind, source)

    def _qualified(self) -> tuple[str, str]:
        table = self._name()
        self._expect(".")
        return table, self._name()

    def _peek(self, ahead: int = 0) -> QueryWord:
        place = self._at + ahead
        return self._words[place] if place < len(self._words) else QueryWord("end", "")

    def _next(self) -> QueryWord:
        found = self._peek()
        self._at += 1
        return found

    def _is(self, text: str, ahead: int = 0) -> bool:
        found = self._peek(ahead)
        return found.text == text and found.kind not in ("name", "text")

    def _take(self, text: str) -> bool:
        taken = self._is(text)
        self._at += taken
        return taken

    def _expect(self, *texts: str) -> None:
        for text in texts:
            if not self._take(text):
                raise _NotOurs

    def _name(self) -> str:
        found = self._next()
        if found.kind not in ("name", "word"):
            raise _NotOurs
        return found.text

    def _outputs(self) -> tuple[tuple[Group, ...], tuple[Measure, ...]]:
        groups: list[Group] = []
        measures: list[Measure] = []
        if self._take("*"):
            return (), ()
        while True:
            is_formula = self._is("(") or self._peek().kind == "number"
            if not is_formula and not (self._peek().kind == "word" and self._is("(", 1)):
                groups.append(Group(self._name(), "", self._alias()))
            elif self._is("date_trunc"):
                groups.append(self._time_group())
            elif self._is("cast"):
                groups.append(self._mysql_time_group())
            else:
                measures.append(self._any_measure())
            if not self._take(","):
                return tuple(groups), tuple(measures)

    def _alias(self) -> str:
        return self._name() if self._take("as") else ""

    def _time_group(self) -> Group:
        self._expect("date_trunc", "(")
        unit = self._next()
        name = unit.text.removeprefix(":") if unit.kind == "variable" else unit.text
        if name not in UNITS or (unit.kind == "variable") != (name == "interval"):
            raise _NotOurs
        self._expect(",")
        column = self._name()
        self._expect(")", "as")
        return Group(column, name, self._name())

    def _mysql_time_group(self) -> Group:
        for unit, template in MYSQL_UNITS.items():
            pattern = words(template.format(column="`c`"), "mysql") or []
            here = self._words[self._at : self._at + len(pattern)]
            columns = {
                found.text for one, found in zip(pattern, here, strict=False) if one.kind == found.kind == "name"
            }
            same = [one == found or one.kind == found.kind == "name" for one, found in zip(pattern, here, strict=False)]
            if len(here) == len(pattern) and all(same) and len(columns) == 1:
                self._at += len(pattern)
                self._expect("as")
                return Group(columns.pop(), unit, self._name())
        raise _NotOurs

    def _any_measure(self) -> Measure:
        first = self._at
        try:
            return self._measure()
        except _NotOurs:
            self._at = first
        formula = self._formula(0)
        self._expect("as")
        return Measure("formula", "", self._name(), formula=formula)

    def _formula(self, depth: int) -> Formula:
        left = self._operand(depth)
        sign = next((one for one in ("+", "-", "*") if self._take(one)), None)
        if sign is None:
            return left
        if sign == "*" and self._is("1.0") and self._is("/", 1):
            self._expect("1.0", "/", "nullif", "(")
            right = self._formula(depth + 1)
            self._expect(",", "0", ")")
            return Operation("/", left, right)
        return Operation(cast("Sign", sign), left, self._operand(depth))

    def _operand(self, depth: int) -> Formula:
        if depth > _MAX_LEVELS:
            raise _NotOurs
        if self._take("("):
            found = self._formula(depth + 1)
            self._expect(")")
            return found
        if self._peek().kind == "number":
            return Constant(self._next().text)
        return self._amount()

    def _amount(self) -> Amount:
        """An aggregate, or its sum over all rows of the result."""
        if self._is("sum") and self._is("(", 2) and not self._is("(", 1):
            raise _NotOurs
        if self._is("sum") and self._is("(", 1) and self._is("(", 3):
            self._expect("sum", "(")
            inner = self._amount()
            self._expect(")", "over", "(", ")")
            return replace(inner, is_total=True)
        function, column = self._next().text, ""
        once: tuple[str, ...] = ()
        self._expect("(")
        if function == "count" and self._take("distinct"):
            function = "count_distinct"
        if function == "count":
            self._expect("*")
        elif function in AGGREGATES or function == "count_distinct":
            column, once = self._amount_column()
        else:
            raise _NotOurs
        self._expect(")")
        return Amount(function, column, once)

    def _amount_column(self) -> tuple[str, tuple[str, ...]]:
        """The column of an aggregate, and the column with the places of rows if those in the first place count."""
        if not self._take("case"):
            return self._name(), ()
        self._expect("when")
        place = self._name()
        self._expect("=", "1", "then")
        column = self._name()
        self._expect("end")
        return column, (place,)

    def _measure(self) -> Measure:
        found = self._amount()
        if found.is_total:
            raise _NotOurs
        if found.function in ("count", "sum") and not found.once and self._take("*"):
            return self._derived(found.column)
        self._expect("as")
        return Measure(cast("Function", found.function), found.column, self._name(), once=found.once)

    def _derived(self, column: str) -> Measure:
        """What is calculated from the sum that was read: its percentage of the total, or a ratio."""
        factor = self._next().text
        self._expect("/", "nullif", "(")
        if factor == "100.0":
            self._expect("sum", "(")
            self._sum()
            self._expect(")", "over", "(", ")", ",", "0", ")", "as")
            return Measure("share", column, self._name())
        divisor = self._sum()
        self._expect(",", "0", ")", "as")
        return Measure("ratio", column, self._name(), divisor)

    def _sum(self) -> str:
        """The column of a sum; empty for the number of rows."""
        counts = self._take("count")
        if not counts:
            self._expect("sum")
        self._expect("(")
        column = ""
        if counts:
            self._expect("*")
        else:
            column = self._name()
        self._expect(")")
        return column

    def _filters(self) -> tuple[Filter, ...]:
        found = [self._filter()]
        while self._take("and"):
            found.append(self._filter())
        return tuple(found)

    def _filter(self) -> Filter:
        if self._peek().kind == "word" and self._is("(", 1):
            return self._text_function()
        if self._take("("):
            return self._one_of_or_empty()
        column = self._name()
        if self._take("is"):
            operator: Operator = "filled" if self._take("not") else "empty"
            self._expect("null")
            return Filter(column, operator)
        if self._take("ilike"):
            return _from_pattern(column, self._text())
        negated = self._take("not")
        if self._take("in"):
            return Filter(column, "none_of" if negated else "one_of", self._listed())
        sign = self._next()
        if negated or sign.kind != "sign" or sign.text not in _OPERATORS:
            raise _NotOurs
        if sign.text == ">=" and self._take(":from"):
            self._expect("and")
            if self._name() != column:
                raise _NotOurs
            self._expect("<", ":to")
            return Filter(column, "in_range")
        return Filter(column, _OPERATORS[sign.text], (self._value(),))

    def _one_of_or_empty(self) -> Filter:
        column = self._name()
        self._expect("in")
        values = self._listed()
        self._expect("or")
        if self._name() != column:
            raise _NotOurs
        self._expect("is", "null", ")")
        return Filter(column, "one_of_or_empty", values)

    def _text_function(self) -> Filter:
        function = self._next().text
        if function == "lower" and self._dialect == "mysql":
            return self._mysql_pattern()
        if function not in ("contains", "starts_with"):
            raise _NotOurs
        self._expect("(", "lower", "(")
        column = self._name()
        self._expect(")", ",", "lower", "(")
        text = self._text()
        self._expect(")", ")")
        return Filter(column, "contains" if function == "contains" else "starts", (text,))

    def _mysql_pattern(self) -> Filter:
        self._expect("(")
        column = self._name()
        self._expect(")", "like", "lower", "(")
        text = self._text()
        self._expect(")")
        return _from_pattern(column, text)

    def _text(self) -> str:
        found = self._next()
        if found.kind != "text":
            raise _NotOurs
        return found.text

    def _listed(self) -> tuple[Value, ...]:
        self._expect("(")
        values = [self._value()]
        while self._take(","):
            values.append(self._value())
        self._expect(")")
        return tuple(values)

    def _value(self) -> Value:
        negative = self._take("-")
        found = self._next()
        if found.kind == "number":
            number = Decimal(found.text) if "." in found.text else int(found.text)
            return -number if negative else number
        if (
            negative
            or found.kind not in ("text", "word")
            or (found.kind == "word" and found.text not in ("true", "false"))
        ):
            raise _NotOurs
        return found.text if found.kind == "text" else found.text == "true"

    def _sorts(self) -> tuple[Sort, ...]:
        self._expect("by")
        found = [Sort(self._name(), self._take("desc"))]
        while self._take(","):
            found.append(Sort(self._name(), self._take("desc")))
        return tuple(found)

    def _limit(self) -> int:
        found = self._next()
        if found.kind != "number" or "." in found.text or not 0 < int(found.text[:9]) <= MAX_LIMIT:
            raise _NotOurs
        return int(found.text)


def _partition(expression: str, dialect: Dialect) -> tuple[str, ...]:
    """The columns of PARTITION BY, of the last ones their names; empty for those that are calculated."""
    found = words(expression, dialect) or []
    start = next((at for at, one in enumerate(found) if one.text == "by"), None)
    end = next((at for at, one in enumerate(found) if one.kind == "word" and one.text == "order"), None)
    if start is None or end is None:
        raise _NotOurs
    parts, depth = list[list[QueryWord]]([[]]), 0
    for one in found[start + 1 : end]:
        depth += (one.kind == "sign") * ((one.text == "(") - (one.text == ")"))
        if one.kind == "sign" and one.text == "," and not depth:
            parts.append([])
        else:
            parts[-1].append(one)
    return tuple(part[0].text if len(part) == 1 else "" for part in parts)


def _plain(outputs: tuple[Group, ...]) -> tuple[PlainColumn, ...]:
    """The columns of the rows themselves: each once, under its own name."""
    names = [one.column for one in outputs]
    if any(one.unit or one.name for one in outputs) or len(set(names)) < len(names):
        raise _NotOurs
    return tuple(map(PlainColumn, names))


def _from_pattern(column: str, pattern: str) -> Filter:
    """The filter of `ILIKE 'text%'` or `ILIKE '%text%'`."""
    within = pattern.startswith("%") and len(pattern) > 1
    inner = pattern[1:] if within else pattern
    if not inner.endswith("%"):
        raise _NotOurs
    text, signs = [], iter(inner[:-1])
    for sign in signs:
        text.append(next(signs, "") if sign == "\\" else sign)
        if sign in LIKE_SIGNS and sign != "\\":
            raise _NotOurs
    return Filter(column, "contains" if within else "starts", ("".join(text),))
