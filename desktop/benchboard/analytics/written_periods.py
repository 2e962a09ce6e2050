"""The columns whose times a query rounds down to periods, wherever it does so: in a subquery, over a join, in a part of
a union.

Read from the words of the query, without its grammar: of a name that several tables may have, each of them is named,
and the reader asks which of them has it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from benchboard.analytics.sql_text import SqlToken, tokens

_ROUNDING: Final = ("date_trunc", "time_bucket")
_MOST: Final = 8
"""Most columns that are named."""
_DEPTH: Final = 4
"""How often a name may be another name of a column."""
_OPENING: Final = ("(", "[", "{")
_CLOSING: Final = (")", "]", "}")

_Column = tuple[str, str]
"""What is before the dot, or nothing, and the name."""


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a query, and what it gives names to."""

    words: Sequence[str]
    tables: Mapping[str, str]
    """The tables that it reads, by the names that it uses for them, in small letters."""
    columns: Mapping[str, Sequence[_Column]]
    """The columns that have another name, by that, in small letters."""


def written_periods(text: str) -> tuple[tuple[str, str], ...]:
    """The tables and columns of the times that a query may round down; empty where it rounds none, or none that is
    a plain column."""
    shown = [one for one in tokens(text) if one.kind != "comment"]
    words = [_word(text, one) for one in shown]
    known = _Words(words, _tables(words), _other_names(words))
    found: dict[tuple[str, str], None] = {}
    for at, word in enumerate(words):
        if word.lower() in _ROUNDING and words[at + 1 : at + 2] == ["("]:
            column = _plain(_second_argument(words, at + 2))
            found |= dict.fromkeys(_places(known, column, _DEPTH) if column is not None else ())
    return tuple(found)[:_MOST]


def _word(text: str, one: SqlToken) -> str:
    """A word as it is written; a name in quotes with one before it, whatever its quotes are."""
    word = text[one.start : one.end]
    return '"' + word[1:-1].replace(word[0] * 2, word[0]) if one.kind == "name" else word


def _is_name(word: str) -> bool:
    return word.startswith('"') or word.isidentifier()


def _name(word: str) -> str:
    return word.removeprefix('"')


def _second_argument(words: Sequence[str], at: int) -> list[str]:
    """The words of the second argument of a function whose arguments begin here."""
    found: list[list[str]] = [[]]
    depth = 0
    for word in words[at:]:
        depth -= word in _CLOSING
        if depth < 0:
            break
        if word == "," and depth == 0:
            found.append([])
        else:
            found[-1].append(word)
        depth += word in _OPENING
    return found[1] if len(found) > 1 else []


def _plain(words: Sequence[str]) -> _Column | None:
    """The column that an expression is, apart from its type; None for any other expression."""
    if "::" in words:
        words = words[: words.index("::")]
    lower = [word.lower() for word in words]
    if lower[:2] in (["cast", "("], ["try_cast", "("]) and "as" in lower:
        words = words[2 : lower.index("as")]
    while len(words) > 1 and words[0] == "(" and words[-1] == ")":
        words = words[1:-1]
    names, dots = words[::2], words[1::2]
    if not words or len(words) % 2 == 0 or not all(map(_is_name, names)) or any(dot != "." for dot in dots):
        return None
    return (names[-2] if len(names) > 1 else "", names[-1])


def _places(known: _Words, column: _Column, depth: int) -> Iterator[tuple[str, str]]:
    """The tables and columns that a column may be."""
    before, name = column
    table = known.tables.get(_name(before).lower())
    if before and table is not None:
        yield table, _name(name)
        return
    for one in dict.fromkeys(known.tables.values()):
        yield one, _name(name)
    for other in known.columns.get(_name(name).lower(), ()) if depth else ():
        if other[1].lower() != name.lower():
            yield from _places(known, other, depth - 1)


def _tables(words: Sequence[str]) -> dict[str, str]:
    """What follows FROM and JOIN, but for the names of its own subqueries."""
    lower, found = [word.lower() for word in words], dict[str, str]()
    own = {_name(lower[at]) for at in range(len(words) - 2) if lower[at + 1] == "as" and lower[at + 2] == "("}
    own |= {_name(lower[at]) for at in range(len(words) - 3) if lower[at + 1 : at + 3] == ["as", "materialized"]}
    for at, word in enumerate(lower):
        if word not in ("from", "join") or not _is_name("".join(words[at + 1 : at + 2])):
            continue
        end = at + 2
        while words[end : end + 1] == ["."] and _is_name("".join(words[end + 1 : end + 2])):
            end += 2
        name = ".".join(map(_name, words[at + 1 : end : 2]))
        if name.lower() in own or words[end : end + 1] == ["("]:
            continue
        alias = end + (lower[end : end + 1] == ["as"])
        found[_name(words[end - 1]).lower()] = name
        if alias < len(words) and _is_name(words[alias]):
            found[_name(lower[alias])] = name  # a keyword that follows is no name before a dot
    return found


def _other_names(words: Sequence[str]) -> dict[str, list[_Column]]:
    """The columns that are followed by AS and another name."""
    found: dict[str, list[_Column]] = {}
    for at, word in enumerate(words):
        if word.lower() != "as" or not 0 < at < len(words) - 1 or not _is_name(words[at - 1]):
            continue
        start = at - 1
        before = words[start - 2] if start > 1 and words[start - 1] == "." and _is_name(words[start - 2]) else ""
        found.setdefault(_name(words[at + 1]).lower(), []).append((before, words[at - 1]))
    return found
