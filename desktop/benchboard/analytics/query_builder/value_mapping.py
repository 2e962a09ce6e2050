"""The values of a column in other words: each value or range of numbers has a word, the others stay or have one too.
A mapping is a calculated column (CASE), which the builder reads again as a mapping."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from benchboard.analytics.query_builder.combined import check_expression, with_calculation
from benchboard.analytics.query_builder.question import (
    MAX_TEXT,
    Calculation,
    Dialect,
    Group,
    Question,
    Value,
    parse_value,
    with_part_list,
)
from benchboard.analytics.query_builder.sql_words import QueryWord, quote_name, quote_text, quote_value, words
from benchboard.errors import Invalid
from benchboard.i18n import _

_TEXT_TYPES: Final[Mapping[Dialect, str]] = {"duckdb": "VARCHAR", "mysql": "CHAR"}
"""What a value is cast to that stays as it is among words; TEXT in the others."""


@dataclass(frozen=True, slots=True)
class NumberRange:
    """Numbers from `low`, which is included, to `high`, which isn't; None: without an end."""

    low: int | Decimal | None
    high: int | Decimal | None


@dataclass(frozen=True, slots=True)
class MappedWord:
    """A word, and the values or the range that have it."""

    word: str
    of: tuple[Value, ...] | NumberRange


@dataclass(frozen=True, slots=True)
class ValueMapping:
    """The words of a column's values. Other values, and rows without one, stay as they are, or have the word `rest`."""

    column: str
    words: tuple[MappedWord, ...]
    rest: str | None = None

    def word_of(self, value: Value) -> str:
        """The word that a value has by itself; empty if it has none."""
        return next((one.word for one in self.words if isinstance(one.of, tuple) and value in one.of), "")


def mapping_of_values(column: str, words_by_value: Mapping[Value, str], rest: str | None) -> ValueMapping:
    """The mapping of single values; those with the same word are one group."""
    groups: dict[str, list[Value]] = {}
    for value, word in words_by_value.items():
        if word:
            groups.setdefault(word, []).append(value)
    return ValueMapping(column, tuple(MappedWord(word, tuple(of)) for word, of in groups.items()), rest)


def ranges_between(limits: Sequence[int | Decimal]) -> tuple[NumberRange, ...]:
    """The ranges of all numbers that begin and end at these limits."""
    ends = [None, *limits, None]
    return tuple(NumberRange(low, high) for low, high in itertools.pairwise(ends)) if limits else ()


def parse_limits(text: str) -> tuple[int | Decimal, ...]:
    """The limits of ranges as a person types them: “10; 50; 100”, also with spaces between. Raises `Invalid`."""
    found: list[int | Decimal] = []
    for part in text.replace(";", " ").split():
        value = parse_value(part.rstrip(",") if part.count(",") == 1 and part.endswith(",") else part, "decimal")
        if not isinstance(value, int | Decimal) or (found and value <= found[-1]):
            what, do = _("“{value}” isn't more than the limit before.").format(value=part), _("Begin with the least.")
            raise Invalid("mapping.order", what, do=do, field="limits")
        found.append(value)
    return tuple(found)


def mapping_sql(mapping: ValueMapping, dialect: Dialect) -> str:
    """The expression of a mapping. Raises `Invalid` (`mapping.…`) for words that can't be shown, or without any."""
    if not mapping.words:
        raise Invalid("mapping.empty", _("Enter what at least one value becomes."), field="words")
    for word in (*(one.word for one in mapping.words), *(() if mapping.rest is None else (mapping.rest,))):
        if not word or len(word) > MAX_TEXT or not word.isprintable():
            what = _("A value needs 1 to {limit} visible characters.").format(limit=MAX_TEXT)
            raise Invalid("mapping.word", what, field="words")
    column = quote_name(mapping.column, dialect)
    cases = [
        f"WHEN {_condition(column, one.of, dialect)} THEN {quote_text(one.word, dialect)}" for one in mapping.words
    ]
    kept = f"CAST({column} AS {_TEXT_TYPES.get(dialect, 'TEXT')})"
    rest = kept if mapping.rest is None else quote_text(mapping.rest, dialect)
    return f"CASE {' '.join(cases)} ELSE {rest} END"


def _condition(column: str, of: tuple[Value, ...] | NumberRange, dialect: Dialect) -> str:
    if isinstance(of, tuple):
        return f"{column} IN ({', '.join(quote_value(one, dialect) for one in of)})"
    ends = [f"{column} >= {quote_value(of.low, dialect)}"] if of.low is not None else []
    ends += [f"{column} < {quote_value(of.high, dialect)}"] if of.high is not None else []
    return " AND ".join(ends)


def read_mapping(expression: str, dialect: Dialect) -> ValueMapping | None:
    """The mapping that an expression is; None if it is any other."""
    found = words(expression, dialect)
    if not found:
        return None
    try:
        mapping = _MappingReader(found).mapping()
        written = words(mapping_sql(mapping, dialect), dialect)
    except (Invalid, _NotAMapping):
        return None
    return mapping if written == found else None


class _NotAMapping(Exception):
    """The expression isn't one that `mapping_sql` writes."""


class _MappingReader:
    def __init__(self, found: Sequence[QueryWord]) -> None:
        self._words, self._at = found, 0

    def mapping(self) -> ValueMapping:
        self._expect("case")
        column, mapped = "", list[MappedWord]()
        while self._take("when"):
            name, of = self._condition()
            if mapped and name != column:
                raise _NotAMapping
            column = name
            self._expect("then")
            mapped.append(MappedWord(self._text(), of))
        self._expect("else")
        rest = None
        if self._peek().kind == "text":
            rest = self._text()
        else:
            self._expect("cast", "(")
            self._name()
            self._expect("as")
            self._name()
            self._expect(")")
        self._expect("end")
        return ValueMapping(column, tuple(mapped), rest)

    def _condition(self) -> tuple[str, tuple[Value, ...] | NumberRange]:
        column, low, high = self._name(), None, None
        if self._take("in"):
            self._expect("(")
            values = [self._value()]
            while self._take(","):
                values.append(self._value())
            self._expect(")")
            return column, tuple(values)
        if self._take(">="):
            low = self._number()
            if self._take("and") and self._name() != column:
                raise _NotAMapping
        if self._take("<"):
            high = self._number()
        return column, NumberRange(low, high)

    def _peek(self) -> QueryWord:
        return self._words[self._at] if self._at < len(self._words) else QueryWord("end", "")

    def _take(self, text: str) -> bool:
        found = self._peek()
        taken = found.text == text and found.kind not in ("name", "text")
        self._at += taken
        return taken

    def _expect(self, *texts: str) -> None:
        for text in texts:
            if not self._take(text):
                raise _NotAMapping

    def _next(self, *kinds: str) -> QueryWord:
        found = self._peek()
        if found.kind not in kinds:
            raise _NotAMapping
        self._at += 1
        return found

    def _name(self) -> str:
        return self._next("name", "word").text

    def _text(self) -> str:
        return self._next("text").text

    def _number(self) -> int | Decimal:
        negative = self._take("-")
        text = self._next("number").text
        number = Decimal(text) if "." in text else int(text)
        return -number if negative else number

    def _value(self) -> Value:
        found = self._peek()
        if found.kind == "text":
            return self._text()
        if found.kind == "word" and found.text in ("true", "false"):
            return self._next("word").text == "true"
        return self._number()


def with_mapping(question: Question, name: str, mapping: ValueMapping, place: int = -1) -> Question:
    """The question with a mapping as a calculated column more, or in place of one; a new one is grouped by where its
    column was. Raises what `mapping_sql` raises, and `Invalid` (`calculation.long`)."""
    expression = mapping_sql(mapping, question.dialect)
    check_expression(expression, question.dialect)
    found = with_calculation(question, Calculation(name, expression), place)
    if place >= 0:
        return found
    groups = [Group(name) if one == Group(mapping.column) else one for one in found.groups]
    return with_part_list(found, "groups", groups) if groups != list(found.groups) else found
