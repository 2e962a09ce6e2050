"""Divisions of calculated columns that give an empty value where the divisor is zero. DuckDB answers infinity, which
every sum over it becomes, and PostgreSQL refuses the whole query; the other two engines answer nothing anyway.

A divisor stands in `nullif(…, 0)` in queries, and alone wherever somebody reads or edits the expression.
"""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

from benchboard.analytics.query_builder.question import Dialect
from benchboard.analytics.query_builder.sql_words import QueryWord, placed_words
from benchboard.errors import AppError

_GUARDED: Final = ("duckdb", "postgresql")
_DIVISIONS: Final = ("/", "%")
_NUMBER: Final = re.compile(r"[+-]*\s*((?:\d|\.\d)(?:[eE][+-]?\d|[\w.])*)", re.ASCII)
_OPEN, _CLOSE = "nullif(", ", 0)"
_Placed = Sequence[tuple[QueryWord, int, int]]
_Insertion = tuple[int, int, str]
"""Where a text is inserted: the character, its rank among those at the same one, and the text."""


def guarded(expression: str, dialect: Dialect) -> str:
    """The expression as queries have it."""
    made, at = "", 0
    for place, _rank, text in _insertions(expression, dialect):
        made, at = made + expression[at:place] + text, place
    return made + expression[at:]


def written_place(expression: str, dialect: Dialect, place: int) -> int:
    """Where a character of the guarded expression is in the one that was written."""
    added = 0
    for at, _rank, text in _insertions(expression, dialect):
        if place <= at + added:
            break
        added += min(len(text), place - at - added)
    return place - added


def error_as_written(error: AppError, start: int, expression: str, dialect: Dialect) -> AppError:
    """The error of a query in which the guarded expression begins at `start`, with its places as if it weren't
    guarded."""
    for name in ("start", "end"):
        if isinstance(place := error.facts.get(name), int) and place > start:
            error.facts[name] = start + written_place(expression, dialect, place - start)
    return error


def unguarded(expression: str, dialect: Dialect) -> str:
    """The expression as somebody writes it, of one that a query has."""
    placed = placed_words(expression, dialect) if dialect in _GUARDED else None
    if placed is None:
        return expression
    gone = {at for first, last in _guards([word for word, _start, _end in placed]) for at in (first, last)}
    made, at = "", 0
    for place in sorted(gone):
        # The beginning is two words, `nullif (`, and the end is three, `, 0 )`.
        is_open = placed[place][0] == QueryWord("word", "nullif")
        start, end = placed[place][1], placed[place + (1 if is_open else 2)][2]
        made, at = made + expression[at:start], end
    return made + expression[at:]


def unguarded_words(words: Sequence[QueryWord], dialect: Dialect) -> list[QueryWord]:
    """The words of a query without the guards of its divisions."""
    if dialect not in _GUARDED:
        return list(words)
    gone: set[int] = set()
    for first, last in _guards(words):
        gone |= {first, first + 1, last, last + 1, last + 2}
    return [word for at, word in enumerate(words) if at not in gone]


def _guards(words: Sequence[QueryWord]) -> list[tuple[int, int]]:
    """The guards of divisors: the places of `nullif` and of the comma before its zero."""
    found = []
    for at, word in enumerate(words[1:], 1):
        if word != QueryWord("word", "nullif") or words[at - 1] not in _SIGNS or _text(words, at + 1) != "(":
            continue
        end = _closing(words, at + 1)
        if [_text(words, end - 2), _text(words, end - 1)] == [",", "0"] and _divisor_end(words, at) == end + 1:
            found.append((at, end - 2))
    return found


_SIGNS: Final = tuple(QueryWord("sign", one) for one in _DIVISIONS)


def _insertions(expression: str, dialect: Dialect) -> list[_Insertion]:
    placed: _Placed = placed_words(expression, dialect) or () if dialect in _GUARDED else ()
    words = [word for word, _start, _end in placed]
    found: list[_Insertion] = []
    for at, word in enumerate(words):
        first = at + 1
        if word not in _SIGNS or first >= len(words) or words[first] in _SIGNS:  # `//` is one sign
            continue
        last = _divisor_end(words, first) - 1
        if last < first or _is_number(expression, placed[first][1]):
            continue
        divisor, after = words[first : last + 1], expression[placed[last][2] :]
        if _is_operand(divisor, after) and not _is_guarded(divisor):
            # Of divisors that end at one character, the one that begins last ends first.
            found += [(placed[first][1], 0, _OPEN), (placed[last][2], -first, _CLOSE)]
    return sorted(found)


def _is_number(expression: str, start: int) -> bool:
    """Whether a divisor is a number other than zero, however it is written: `100`, `.5`, `5.`, `1e-3`, `0x10`."""
    found = _NUMBER.match(expression, start)
    if found is None:
        return False
    try:
        return Decimal(found[1]) != 0
    except InvalidOperation:
        return True  # as only some engine writes it


def _is_operand(words: Sequence[QueryWord], after: str) -> bool:
    """Whether words are one whole operand; half of one, such as of an unfinished expression, is left as it is."""
    unsigned = [word for word in words if word.text not in ("-", "+")]
    signs = [word.text for word in words if word.kind == "sign"]
    cases = [word.text for word in words if word.kind == "word"]
    return (
        bool(unsigned)
        and (unsigned[0].kind != "sign" or unsigned[0].text == "(")
        and signs.count("(") == signs.count(")")
        and cases.count("case") == cases.count("end")
        and re.match(r"[\w.]", after) is None
    )


def _is_guarded(words: Sequence[QueryWord]) -> bool:
    """Whether whoever wrote a divisor has guarded it."""
    return words[0] == QueryWord("word", "nullif") and _closing(words, 1) == len(words) - 1


def _divisor_end(words: Sequence[QueryWord], at: int) -> int:
    """The place after an operand that begins at `at`, as tightly as a division binds it."""
    while _text(words, at) in ("-", "+"):
        at += 1
    if _text(words, at) == "(" and _kind(words, at) == "sign":
        at = _closing(words, at) + 1
    elif words[at : at + 1] == [QueryWord("word", "case")]:
        at = _case_end(words, at) + 1
    else:
        is_typed = _kind(words, at) == "word" and _kind(words, at + 1) == "text"  # such as INTERVAL '1 day'
        at += 2 if is_typed else 1
    while at < len(words):
        text, kind = words[at].text, words[at].kind
        if kind == "sign" and text == "(":
            at = _closing(words, at) + 1
        elif kind == "sign" and (text == "::" or (text == "." and _kind(words, at + 1) in ("word", "name"))):
            at += 2
        elif kind == "word" and text in ("over", "filter"):
            at += 1 if _text(words, at + 1) == "(" else 2
        elif kind == "sign" and text == _text(words, at + 1) == "*":  # a power
            at = _divisor_end(words, at + 2)
        else:
            break
    return min(at, len(words))


def _closing(words: Sequence[QueryWord], at: int) -> int:
    """The place of the bracket that closes the one at `at`; that of the last word if none does."""
    depth = 0
    for place in range(at, len(words)):
        if words[place].kind == "sign":
            depth += (words[place].text == "(") - (words[place].text == ")")
            if not depth:
                return place
    return len(words) - 1


def _case_end(words: Sequence[QueryWord], at: int) -> int:
    depth = 0
    for place in range(at, len(words)):
        if words[place].kind == "word":
            depth += (words[place].text == "case") - (words[place].text == "end")
            if not depth:
                return place
    return len(words) - 1


def _text(words: Sequence[QueryWord], at: int) -> str:
    return words[at].text if 0 <= at < len(words) else ""


def _kind(words: Sequence[QueryWord], at: int) -> str:
    return words[at].kind if 0 <= at < len(words) else ""
