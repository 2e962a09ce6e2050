"""The words of a query: how names and values are written in SQL, and how a text is taken apart into them."""

import itertools
import re
from decimal import Decimal
from typing import Final, NamedTuple

from benchboard.analytics.query_builder.question import Dialect, Value

_PLAIN: Final = re.compile(r"[a-z_][a-z0-9_]*", re.ASCII)
_KEYWORDS: Final = frozenset(
    """
    abs all alter analyse analyze and anti any array as asc asof asymmetric at attach authorization avg begin between
    both by call case cast char check coalesce collate collation column commit concurrently constraint contains copy
    count create cross cube current current_catalog current_date current_role current_schema current_time
    current_timestamp current_user date date_trunc decimal default deferrable delete desc describe distinct do
    drop else end escape except exclude execute exists explain extract false fetch filter first for foreign freeze
    from full function glob grant group grouping having if ignore ilike in initially inner insert int integer intersect
    interval into is isnull join key kill lambda last lateral leading left lengths like limit localtime
    localtimestamp map match materialized max merge min minus mod names natural next not notnull now null nulls nullif
    numeric of offset on only or order outer over overlaps partition percent pivot pivot_longer pivot_wider
    placing position positional precision prepare pragma primary prior qualify range real recursive references
    rename replace respect returning right rollback rollup round row rows sample select semi session_user set
    sets show similar some sort start_with starts_with struct substring sum summarize symmetric system_user table
    tablesample text then time timestamp to top trailing treat trim true truncate try_cast uncache union unique
    unknown unnest unpivot update use user using vacuum values variadic verbose view when where window with within
    within xor zone
    """.split()  # noqa: SIM905  # a list of them would be a page long
)
"""Words that can't stand alone as a name in one of the two languages or their parsers, and those of functions. A name
in quotes is the same name: a word too many here does no harm."""
_ANY_WORD: Final = r"""
    (?P<space>\s+)
    | {quoted}
    | (?P<cast>::)
    | (?P<variable>:[a-z]+)
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<word>[^\W\d]\w*)
    | (?P<sign><>|<=|>=|!=|\|\||[=<>(),*;.+/%-])
    """
_WORD: Final = re.compile(
    _ANY_WORD.replace("{quoted}", """(?P<name>"(?:[^"]|"")+") | (?P<text>'(?:[^']|'')*')"""), re.VERBOSE
)
_MYSQL_WORD: Final = re.compile(
    _ANY_WORD.replace("{quoted}", r"""(?P<name>`(?:[^`]|``)+`) | (?P<text>'(?:[^'\\]|''|\\\\)*')"""), re.VERBOSE
)


class QueryWord(NamedTuple):
    """A word of a query. `kind` is name, text, variable, number, word or sign; words are in lower case, names and
    texts without their quotes."""

    kind: str
    text: str


def quote_name(name: str, dialect: Dialect = "own") -> str:
    """A name as SQL writes it: in quotes unless it needs none."""
    if dialect == "mysql":
        return "`" + name.replace("`", "``") + "`"
    return name if _PLAIN.fullmatch(name) and name not in _KEYWORDS else '"' + name.replace('"', '""') + '"'


def unquoted_name(word: str) -> str:
    """A name as SQL writes it, without its quotes if it has any."""
    return word[1:-1].replace(word[0] * 2, word[0]) if word[:1] in ('"', "`") else word


def quote_table(name: str, dialect: Dialect) -> str:
    """The name of a table as SQL writes it. On PostgreSQL, what is before its first dot is its schema."""
    parts = name.split(".", 1) if dialect == "postgresql" else [name]
    return ".".join(quote_name(part, dialect) for part in parts)


def quote_text(text: str, dialect: Dialect = "own") -> str:
    """A text as SQL writes it."""
    if dialect == "mysql":
        text = text.replace("\\", "\\\\")
    return "'" + text.replace("'", "''") + "'"


def quote_value(value: Value, dialect: Dialect = "own") -> str:
    """A value as SQL writes it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return quote_text(value, dialect)
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def words(text: str, dialect: Dialect = "own") -> list[QueryWord] | None:
    """The words of a text; None if it has something that no query of the builder has, such as a comment."""
    found = placed_words(text, dialect)
    return None if found is None else [word for word, _start, _end in found]


def placed_words(text: str, dialect: Dialect = "own") -> list[tuple[QueryWord, int, int]] | None:
    """The words of a text, each with its start and end; None as `words`."""
    pattern = _MYSQL_WORD if dialect == "mysql" else _WORD
    found: list[tuple[QueryWord, int, int]] = []
    at = 0
    while at < len(text):
        match = pattern.match(text, at)
        if match is None:
            return None
        start, at = at, match.end()
        if match.lastgroup == "space":
            continue
        word = _word(str(match.lastgroup), match[0], dialect)
        if word is None:
            return None
        found.append((word, start, at))
    # Two minus signs begin a comment.
    comment = any(a[0].text == b[0].text == "-" and a[2] == b[1] for a, b in itertools.pairwise(found))
    return None if comment else found


def _word(kind: str, text: str, dialect: Dialect) -> QueryWord | None:
    if kind == "name":
        text = text[1:-1].replace(2 * text[0], text[0])
    elif kind == "text":
        text = text[1:-1].replace("''", "'")
        if dialect == "mysql":
            text = text.replace("\\\\", "\\")
    elif kind == "word":
        text = text.lower()
        if _PLAIN.fullmatch(text) is None:
            return None
    return QueryWord("sign" if kind == "cast" else kind, text)
