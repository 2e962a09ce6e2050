"""Tables joined to that of a question, and columns calculated in it: added, removed, and what goes with them."""

import itertools
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from benchboard.analytics.query_builder.formula import Amount, Formula, Operation, amounts, with_amounts
from benchboard.analytics.query_builder.question import (
    TIMES,
    Calculation,
    Dialect,
    Join,
    JoinKind,
    Measure,
    Question,
    formula_measure,
    free_name,
    with_parts,
)
from benchboard.analytics.query_builder.sql_words import QueryWord, placed_words, quote_name, quote_text
from benchboard.analytics.query_types import NUMBERS, ValueKind
from benchboard.errors import Invalid
from benchboard.i18n import _

MAX_EXPRESSION: Final = 2_000
MAX_JOINS: Final = 5
_AGGREGATES: Final = frozenset(
    """
    any_value approx_count_distinct arg_max arg_min array_agg avg bit_and bit_or bit_xor bool_and bool_or count every
    first group_concat json_agg json_arrayagg json_objectagg jsonb_agg last list listagg max mean median min mode
    percentile_cont percentile_disc product quantile quantile_cont quantile_disc std stddev stddev_pop stddev_samp
    string_agg sum var_pop var_samp variance
    """.split()  # noqa: SIM905  # a list of them would be a page long
)
"""Functions over many rows. MySQL would make one row of the whole table of them, in silence."""
_REPEATED: Final = ("count", "sum", "avg", "median", "share", "ratio", "formula")
"""Functions whose result differs if rows are in it twice."""


def join_kinds(dialect: Dialect) -> tuple[JoinKind, ...]:
    """The kinds of joins; MySQL has no full one."""
    return ("left", "inner") if dialect == "mysql" else ("left", "inner", "full")


def with_join(
    question: Question,
    table: str,
    columns: Sequence[str],
    keys: Sequence[tuple[str, str]],
    *,
    known: Iterable[str],
    kind: JoinKind = "left",
    source: str = "",
) -> Question:
    """The question with a table more, which has `columns`. One whose name is among the `known` of the question has
    the table's name before it."""
    taken, outputs = list(known), list[tuple[str, str]]()
    prefix = table.rsplit(".", 1)[-1]
    for column in columns:
        free = column.casefold() not in {name.casefold() for name in taken}
        name = free_name(column if free else f"{prefix}_{column}", taken)
        taken.append(name)
        outputs.append((column, name))
    join = Join(table, tuple(keys), tuple(outputs), kind, source)
    return replace(question, joins=(*question.joins, join))


def without_join(question: Question, place: int) -> Question:
    """The question without a joined table, and without what names its columns."""
    gone = question.joins[place]
    names = {output for _column, output in gone.columns}
    left = replace(question, joins=(*question.joins[:place], *question.joins[place + 1 :]))
    later = next((k for k, one in enumerate(left.joins) if names & set(one.ours)), None)
    if later is not None:
        return without_columns(without_join(left, later), names)
    return without_columns(left, names)


def without_columns(question: Question, names: Collection[str]) -> Question:
    """The question without the parts that name one of these columns, and without the tables joined by them."""
    gone = set(names)
    for one in question.calculations:
        if one.name in gone or names_any(one.expression, gone, question.dialect):
            gone.add(one.name)
    by = next((at for at, join in enumerate(question.joins) if gone & set(join.ours)), None)
    if by is not None:
        return without_columns(without_join(question, by), names)
    kept: list[Calculation] = []
    for one in question.calculations:
        if one.name in gone or names_any(one.expression, gone, question.dialect):
            gone.add(one.name)
        else:
            kept.append(one)
    rows_only = not question.outputs
    found = replace(
        question,
        calculations=tuple(kept),
        filters=tuple(one for one in question.filters if one.column not in gone),
        columns=tuple(one for one in question.columns if one.column not in gone),
        sorts=tuple(one for one in question.sorts if not rows_only or one.name not in gone),
    )
    return with_parts(
        found,
        groups=[one for one in found.groups if one.column not in gone],
        measures=[one for one in found.measures if not gone & set(one.columns)],
    )


def with_calculation(question: Question, calculation: Calculation, place: int = -1) -> Question:
    """The question with a calculated column more, or with another one at a place: what names it then names that."""
    if place < 0:
        return replace(question, calculations=(*question.calculations, calculation))
    before, listed = question.calculations[place], list(question.calculations)
    listed[place] = calculation
    found = replace(question, calculations=tuple(listed))
    if before.name == calculation.name:
        return found
    old, new = before.name, calculation.name
    others = (
        replace(one, expression=with_renamed_column(one.expression, old, new, question.dialect)) for one in listed
    )
    found = replace(found, calculations=tuple(one if one.name != new else calculation for one in others))
    rows_only = not question.outputs
    found = replace(
        found,
        joins=tuple(_renamed_keys(join, old, new) for join in found.joins),
        filters=tuple(replace(one, column=new) if one.column == old else one for one in found.filters),
        columns=tuple(replace(one, column=new) if one.column == old else one for one in found.columns),
        sorts=tuple(replace(one, name=new) if rows_only and one.name == old else one for one in found.sorts),
    )
    return with_parts(
        found,
        groups=[replace(one, column=new) if one.column == old else one for one in found.groups],
        measures=[one.with_column(old, new) for one in found.measures],
    )


def _renamed_keys(join: Join, old: str, new: str) -> Join:
    """A join by a column that has another name now."""
    keys = tuple((new if ours == old else ours, theirs) for ours, theirs in join.keys)
    rates = join.rates
    if rates is not None and rates.when is not None and rates.when[0] == old:
        rates = replace(rates, when=(new, rates.when[1]))
    return replace(join, keys=keys, rates=rates)


def calculations_before(question: Question, place: int) -> tuple[Calculation, ...]:
    """The calculated columns of which the columns of the join at `place` may be equal to one: those that name no column
    of its table, nor of a later one."""
    later = {output.casefold() for join in question.joins[place:] for _column, output in join.columns}
    kept: list[Calculation] = []
    for one in question.calculations:
        if named_columns(one.expression, question.dialect) & later:
            later.add(one.name.casefold())
        else:
            kept.append(one)
    return tuple(kept)


def named_columns(expression: str, dialect: Dialect) -> set[str]:
    """The names in an expression, in small letters: an engine finds a column whichever it is written in."""
    found = placed_words(expression, dialect) or []
    return {word.text.casefold() for word, _start, _end in found if word.kind in ("name", "word")}


def names_any(expression: str, names: Iterable[str], dialect: Dialect) -> bool:
    """Whether an expression names one of these columns."""
    return not named_columns(expression, dialect).isdisjoint(one.casefold() for one in names)


def with_renamed_column(expression: str, before: str, after: str, dialect: Dialect) -> str:
    """An expression with another name for one of its columns."""
    made, at = "", 0
    for word, start, end in _column_places(expression, dialect, {before.casefold()}):
        if word.text.casefold() == before.casefold():
            made, at = made + expression[at:start] + quote_name(after, dialect), end
    return made + expression[at:]


def check_expression(text: str, dialect: Dialect) -> None:
    """Refuse what is no single expression over the columns of a row. Raises `Invalid` (`calculation.…`), with facts
    `start` and `end` where it is. Names and types are checked by the source, which is asked for a few rows."""
    if not text.strip():
        raise _fault("empty", _("Enter an expression."), _("For example price * quantity."), 0, 0)
    if len(text) > MAX_EXPRESSION:
        what = _("An expression can have up to {limit} characters.").format(limit=MAX_EXPRESSION)
        raise _fault("long", what, "", MAX_EXPRESSION, len(text))
    found = placed_words(text, dialect)
    if found is None:
        _check_quotes(text)
        what = _("This expression contains a comment, a variable or a sign that isn't supported.")
        raise _fault("sign", what, "", 0, len(text))
    depth = 0
    for place, (word, start, end) in enumerate(found):
        depth += (word == _OPENING) - (word == _CLOSING)
        if depth < 0:
            raise _fault("bracket", _("This bracket closes none."), _("Remove it, or open one before it."), start, end)
        _check_word(found, place, depth)
    if depth:
        start = max(start for word, start, _end in found if word == _OPENING)
        raise _fault("bracket", _("A bracket isn't closed."), _("Add “)”."), start, start + 1)
    _check_end(found)


def _check_quotes(text: str) -> None:
    """Refuse a text in which a quote isn't closed."""
    rest = _QUOTED.sub(lambda found: " " * len(found[0]), text)
    start = next((at for at, letter in enumerate(rest) if letter in "'\"`"), -1)
    if start >= 0:
        raise _fault(
            "quote", _("The quote isn't closed."), _("Add “{sign}”.").format(sign=rest[start]), start, len(text)
        )


def _check_end(found: Sequence[tuple[QueryWord, int, int]]) -> None:
    """Refuse an expression that goes on: the source would complain of what a query has after it."""
    cases = [place for place in found if place[0] == QueryWord("word", "case")]
    if len(cases) > sum(word == QueryWord("word", "end") for word, _start, _end in found):
        raise _fault("case", _("CASE isn't closed."), _("Add END."), cases[-1][1], cases[-1][2])
    word, start, end = found[-1]
    if (word.kind == "sign" and word.text in _GOES_ON) or (word.kind == "word" and word.text in _GOES_ON):
        raise _fault("end", _("The formula isn't finished."), _("Add a column or a number."), start, end)


_QUOTED: Final = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`""")
_GOES_ON: Final = frozenset("+ - * / % || = <> != < > <= >= . :: and or not in like case when then else".split())  # noqa: SIM905  # a list of them would be longer
"""Signs and words after which an expression goes on."""
_COMPARING: Final = frozenset(("=", "<>", "!=", "<", ">", "<=", ">="))


def quotes_advice(name: str, expression: str, dialect: Dialect) -> str:
    """The advice to put a word that is no column in quotes, where the expression compares something with it; empty
    elsewhere."""
    found = placed_words(expression, dialect) or []
    for (before, _start, _end), (word, start, end) in itertools.pairwise(found):
        is_compared = before.kind == "sign" and before.text in _COMPARING and word.kind == "word"
        if is_compared and word.text == name.casefold():
            return _("Put text in quotes: {example}.").format(example=quote_text(expression[start:end], dialect))
    return ""


_OPENING: Final = QueryWord("sign", "(")
_CLOSING: Final = QueryWord("sign", ")")


def _check_word(found: Sequence[tuple[QueryWord, int, int]], place: int, depth: int) -> None:
    word, start, end = found[place]
    follows = found[place + 1][0] if place + 1 < len(found) else None
    if word.kind == "variable":
        raise _fault("variable", _("Variables can't be used in a calculated column."), "", start, end)
    if word.kind == "word" and word.text == "select":
        raise _fault("select", _("A calculated column can't contain a query."), "", start, end)
    if word.kind == "sign" and (word.text == ";" or (word.text == "," and not depth)):
        what = _("A calculated column is one expression, without “{sign}”.").format(sign=word.text)
        raise _fault("several", what, "", start, end)
    if word.kind == "word" and word.text == "as" and not depth:
        raise _fault("alias", _("Enter the name in its own field, not with AS."), "", start, end)
    if word.kind == "word" and word.text in _AGGREGATES and follows == _OPENING and not _is_window(found, place):
        what = _("“{name}” calculates over many rows.").format(name=word.text)
        do = _("Calculate for one row here, and add a measure over the column.")
        raise _fault("aggregate", what, do, start, end)


def _is_window(found: Sequence[tuple[QueryWord, int, int]], place: int) -> bool:
    depth = 0
    for at in range(place + 1, len(found)):
        depth += (found[at][0] == _OPENING) - (found[at][0] == _CLOSING)
        if not depth:
            return at + 1 < len(found) and found[at + 1][0] == QueryWord("word", "over")
    return False


def _fault(code: str, what: str, do: str, start: int, end: int) -> Invalid:
    return Invalid(f"calculation.{code}", what, do=do, field="expression", start=start, end=end)


def comparable(one: ValueKind, other: ValueKind) -> bool:
    """Whether values of two kinds can be equal."""
    return one == other or any(one in kinds and other in kinds for kinds in (NUMBERS, TIMES))


def suggested_keys(
    ours: Sequence[tuple[str, ValueKind]], table: str, theirs: Sequence[tuple[str, ValueKind]], base: str
) -> list[tuple[str, str]]:
    """Pairs of columns by which a table could be joined, the likeliest by name first. `ours` are the columns of the
    question, whose table is `base`."""
    ranked: list[tuple[int, int, tuple[str, str]]] = []
    for place, (left, kind) in enumerate(ours):
        for number, (right, other) in enumerate(theirs):
            score = _likeness(left.casefold(), right.casefold(), base.casefold(), table.casefold())
            if score and comparable(kind, other) and kind not in ("boolean", "decimal", "null"):
                ranked.append((-score, place + number, (left, right)))
    return [pair for _score, _place, pair in sorted(ranked)]


_AMONG_MANY: Final = ("id", "name", "title", "status", "type", "date", "created_at", "updated_at", "amount", "total")
"""Names that columns of unrelated tables have."""
_NO_SECOND: Final = frozenset(_AMONG_MANY) - {"date"}
"""Names of which two equal ones say nothing of a pair of columns that is added to another."""


def next_pair(
    ours: Sequence[tuple[str, ValueKind]],
    table: str,
    theirs: Sequence[tuple[str, ValueKind]],
    base: str,
    taken: Collection[tuple[str, str]],
) -> tuple[str, str] | None:
    """The pair to propose beside those `taken`: of the columns that none of them has, the likeliest by name and kind.
    None where no names say that columns belong together."""
    lefts, rights = ({pair[side] for pair in taken} for side in (0, 1))
    left = [one for one in ours if one[0] not in lefts]
    right = [one for one in theirs if one[0] not in rights]
    found = suggested_keys(left, table, right, base)
    return next(
        (one for one in found if one[0].casefold() != one[1].casefold() or one[0].casefold() not in _NO_SECOND), None
    )


def _likeness(left: str, right: str, base: str, table: str) -> int:
    """How likely two columns hold the same, by their names; 0: not at all."""
    ours, theirs = _singular(base.rsplit(".", 1)[-1]), _singular(table.rsplit(".", 1)[-1])
    if left in (f"{theirs}_{right}", f"{theirs}{right}") or right in (f"{ours}_{left}", f"{ours}{left}"):
        return 5
    if left == right:
        return 1 if left in _AMONG_MANY else 4
    if left in (theirs, f"{theirs}_id", f"{theirs}_no") and right in ("id", "key", "code", "no", "number", "name"):
        return 3
    stems = {_stem(left), _stem(right)}
    return 2 if len(stems) == 1 and "" not in stems else 0


def _singular(name: str) -> str:
    if name.endswith("ies"):
        return name[:-3] + "y"
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def _stem(name: str) -> str:
    for end in ("_id", "_no", "_key", "_code", "_number", "_nr"):
        name = name.removesuffix(end)
    return name


@dataclass(frozen=True, slots=True)
class JoinFacts:
    """How the rows of two tables match: `left_rows` of the one before and `right_rows` of the joined one, how many of
    each find another, and how many rows of the other one row finds at most."""

    left_rows: int
    right_rows: int
    left_matched: int
    right_matched: int
    most_right: int
    """Rows of the joined table that one row before finds at most: more than 1 repeats the rows before."""
    most_left: int
    """Rows before that one row of the joined table finds at most: more than 1 repeats its rows."""


def repeated_measures(question: Question, facts: Sequence[JoinFacts | None]) -> list[tuple[Measure, int]]:
    """The measures that count a row several times because of a join, each with the place of that join. `facts` are
    those of the question's joins; None is not known."""
    found: list[tuple[Measure, int]] = []
    for measure in question.measures:
        if measure.function in _REPEATED:
            places = (repeated_at(one, facts) for one in _owners(question, measure))
            place = next((one for one in places if one is not None), None)
            if place is not None:
                found.append((measure, place))
    return found


def repeated_at(owner: int, facts: Sequence[JoinFacts | None]) -> int | None:
    """The place of the join because of which rows of a table are in the result several times; None if no known one
    does that. `owner` is the place of the table's own join, -1 for the table of the question."""
    for place, one in enumerate(facts):
        # The facts of its own join are about all rows before it, as the joins before it have repeated them.
        if place >= owner and one is not None and (one.most_left if place == owner else one.most_right) > 1:
            return place
    return None


def _owners(question: Question, measure: Measure) -> list[int]:
    """The places of the joins whose rows a measure counts or sums, -1 for the question's table."""
    known = {output.casefold(): {place} for place, join in enumerate(question.joins) for _name, output in join.columns}
    for one in question.calculations:  # each names those before it at most
        named = _column_words(one.expression, question.dialect, known)
        known[one.name.casefold()] = {place for name in named for place in known.get(name, {-1})}
    found: set[int] = set()
    for column in _repeatable_columns(measure):
        places = known.get(column.casefold(), {-1})
        # A value calculated from the question's table too, such as amount * price, is one of each row of that.
        found |= {-1} if -1 in places or not places else places
    return sorted(found)


def _repeatable_columns(measure: Measure) -> tuple[str, ...]:
    """The columns that a measure sums up, empty for the rows that it counts, but those that count once."""
    if measure.formula is not None:
        found = [one for one in amounts(measure.formula) if one.function in _REPEATED and not one.once]
        return tuple(one.column for one in found)
    if measure.once:
        return ()
    return (measure.column, measure.divisor) if measure.function == "ratio" else (measure.column,)


def column_owners(question: Question, column: str) -> set[tuple[int, str]]:
    """The columns of tables that a column is, or is calculated from, in small letters; each with the place of its
    table's join, -1 for the table of the question."""
    known: dict[str, set[tuple[int, str]]] = {}
    for place, join in enumerate(question.joins):
        # A rate is found by the currency of the row, so that what it multiplies is converted.
        by = set[tuple[int, str]]()
        for ours in join.ours if join.rates is not None else ():
            by |= known.get(ours.casefold(), {(-1, ours.casefold())})
        known |= {output.casefold(): {(place, name.casefold())} | by for name, output in join.columns}
    for one in question.calculations:  # each names those before it at most
        named = _column_words(one.expression, question.dialect, known)
        known[one.name.casefold()] = {owner for name in named for owner in known.get(name, {(-1, name)})}
    return known.get(column.casefold(), {(-1, column.casefold())})


def _column_words(expression: str, dialect: Dialect, known: Collection[str]) -> set[str]:
    """The words of an expression that are columns, in lower case: those `known`, and others as far as can be told."""
    return {word.text.casefold() for word, _start, _end in _column_places(expression, dialect, known)}


def _column_places(expression: str, dialect: Dialect, known: Collection[str]) -> Iterator[tuple[QueryWord, int, int]]:
    """The words of an expression that are columns, each with its start and end: those `known`, and others as far as can
    be told."""
    found = placed_words(expression, dialect) or []
    words = [word for word, _start, _end in found]
    for before, (word, start, end), after in zip((None, *words), found, (*words[1:], None), strict=False):
        is_type = before is not None and (before.text == "::" or before == QueryWord("word", "as"))
        is_plain = word.kind == "word" and after != _OPENING and not is_type
        if word.kind == "name" or (is_plain and (word.text in known or quote_name(word.text) == word.text)):
            yield word, start, end


def column_words(expression: str, dialect: Dialect) -> list[str]:
    """The columns that an expression names, as it writes them, as far as can be told."""
    names = _column_words(expression, dialect, ())
    found = [word.text for word, _start, _end in placed_words(expression, dialect) or ()]
    return list(dict.fromkeys(word for word in found if word.casefold() in names))


@dataclass(frozen=True, slots=True)
class RepeatedRows:
    """Measures that count rows several times because of the join of a table. `of_table`: the rows of that table, of
    which each is found `most` times; else the rows before it, of which each finds `most` of its rows."""

    measures: tuple[str, ...]
    table: str
    most: int
    of_table: bool
    once: tuple[Measure, ...] = ()
    """Those of the measures that can count each row of their own table once instead, as they then are."""


def repeated_rows(question: Question, facts: Sequence[JoinFacts | None]) -> tuple[RepeatedRows, ...]:
    """All measures of a question that count rows several times, by the join that makes them. `facts` as for
    `repeated_measures`."""
    groups: dict[tuple[int, bool], list[str]] = {}
    for measure, place in repeated_measures(question, facts):
        first = next(one for one in _owners(question, measure) if repeated_at(one, facts) is not None)
        groups.setdefault((place, first == place), []).append(measure.name)
    found = []
    for (place, of_table), names in groups.items():
        known = facts[place]
        most = (known.most_left if of_table else known.most_right) if known is not None else 0
        cured = (counted_once(question, one, facts) for one in question.measures if one.name in names)
        once = tuple(one for one in cured if one is not None)
        found.append(RepeatedRows(tuple(names), question.joins[place].table, most, of_table, once))
    return tuple(found)


_ONCE: Final = ("sum", "avg", "median")
"""Functions that can take each row of a joined table once."""


def counted_once(question: Question, measure: Measure, facts: Sequence[JoinFacts | None]) -> Measure | None:
    """A measure that counts rows of a joined table several times as one that counts each of them once, known by the
    columns that it is joined by; None where these don't tell its rows apart, and for Benchboard's own data, whose
    queries have no window functions."""
    if question.dialect == "own":
        return None
    formula = measure.formula
    if measure.function == "ratio":
        left, right = (Amount("sum" if one else "count", one) for one in (measure.column, measure.divisor))
        formula = Operation("/", left, right)
    if formula is None:
        once = _keys_of(question, Amount(measure.function, measure.column), facts)
        return replace(measure, once=once) if once else None

    def cured(one: Amount) -> Formula:
        return replace(one, once=_keys_of(question, one, facts) or one.once)

    found = with_amounts(formula, cured)
    return replace(formula_measure(found, measure.name)) if found != formula else None


def _keys_of(question: Question, amount: Amount, facts: Sequence[JoinFacts | None]) -> tuple[str, ...]:
    """The columns of the question by which the rows of an amount's own table are known; none where that table isn't
    joined, where its rows aren't repeated, or where several of them have the same key."""
    if amount.function not in _ONCE or not amount.column or amount.once or amount.is_total:
        return ()
    owners = _owners(question, Measure("sum", amount.column))
    if len(owners) != 1 or owners[0] < 0 or repeated_at(owners[0], facts) is None:
        return ()
    join, known = question.joins[owners[0]], facts[owners[0]]
    if known is None or known.most_right > 1 or join.rates is not None:
        return ()
    if join.kind != "full":
        return join.ours
    outputs = dict(join.columns)  # a row that nothing finds has no value in the other column
    return tuple(outputs.get(theirs, "") for _ours, theirs in join.keys) if all(
        theirs in outputs for _ours, theirs in join.keys
    ) else ()  # fmt: skip
