"""What corrects a query with an error: a word in place of another, where what was meant is plain."""

from typing import NamedTuple

from benchboard.analytics.query_builder.question import Dialect
from benchboard.analytics.query_builder.sql_words import quote_name
from benchboard.analytics.sql_text import tokens
from benchboard.errors import AppError

_NAMES = ("word", "name", "function", "keyword")
_NAMED = ("query.no-column", "query.no-table")


class QueryFix(NamedTuple):
    """Characters `start` to `end` of a query become `text`; `meant` is that word as people read it."""

    start: int
    end: int
    text: str
    meant: str


def query_fix(error: AppError | None, query: str, dialect: Dialect) -> QueryFix | None:
    """The correction of an error in `query`; None where it isn't plain. The error's facts are `start` and `end`, where
    it is, and `meant`, the word that was meant there; of a table that needs its data source before it also `source`."""
    facts = error.facts if error is not None else {}
    start, end, meant = facts.get("start"), facts.get("end"), facts.get("meant")
    if error is None or not isinstance(start, int) or not isinstance(end, int) or not isinstance(meant, str):
        return None
    wrong = [one for one in tokens(query) if one.kind in _NAMES and start <= one.start and one.end <= end]
    if not meant or not wrong:
        return None
    if error.code in _NAMED:
        word = wrong[-1]  # of `o.totl` the last name alone is wrong
        if isinstance(source := facts.get("source"), str):
            name = f"{quote_name(source, dialect)}.{quote_name(meant, dialect)}"
            return QueryFix(word.start, word.end, name, name)
        return QueryFix(word.start, word.end, quote_name(meant, dialect), meant)
    word = wrong[0]
    first, _space, second = meant.partition(" ")
    follows = next((query[one.start : one.end] for one in tokens(query) if one.start >= word.end), "")
    return QueryFix(word.start, word.end, first if follows.upper() == second else meant, meant)
