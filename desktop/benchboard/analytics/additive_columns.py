"""Which columns of a query add up: counts and sums of rows that no other row of the result has too.

The counts of paid and of refunded orders are parts of all orders; average prices are parts of nothing. What a query
says is enough to tell: a column is additive if it is a plain `count` or `sum`.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from benchboard.analytics.query_builder.sql_words import QueryWord, words
from benchboard.analytics.sql_text import tokens

_INSIDE: Final = r"(?:[^()]|\((?:[^()]|\([^()]*\))*\))*"
_ADDED: Final = re.compile(
    rf"(?:\bselect\b|,)\s*(?P<function>count|sum)\s*\((?!\s*distinct\b)(?P<inside>{_INSIDE})\)"
    rf"(?P<filter>\s*filter\s*\({_INSIDE}\))?"
    r"(?:\s+(?:as\s+)?(?:\"(?P<quoted>(?:[^\"]|\"\")+)\"|(?P<plain>(?!from\b)[a-z_]\w*))|(?=\s*(?:,|from\b)))",
    re.IGNORECASE,
)
_OPENING: Final = ("(", "[", "{")
_CLOSING: Final = (")", "]", "}")
_SELECT: Final = re.compile(r"\bselect\b", re.IGNORECASE)
_SUBTOTALS: Final = re.compile(r"\b(?:rollup|cube|grouping\s+sets)\b", re.IGNORECASE)
"""What makes rows that have others in them."""
_CASE: Final = re.compile(r"\s*case\b", re.IGNORECASE)
_ONCE: Final = re.compile(r"\s*case\s+when\s+[\"`]?place_by_[^=]*=\s*1\b", re.IGNORECASE)
"""What takes each row of a joined table once in each group (`query_builder`): the same row is in several groups."""


_AGGREGATES: Final = frozenset((
    "any_value", "approx_count_distinct", "approx_quantile", "arg_max", "arg_min", "avg", "count", "count_if",
    "first", "last", "max", "max_by", "mean", "median", "min", "min_by", "mode", "percentile_cont", "percentile_disc",
    "product", "quantile", "quantile_cont", "quantile_disc", "std", "stddev", "stddev_pop", "stddev_samp", "sum",
    "var_pop", "var_samp", "variance",
))  # fmt: skip
"""Functions of several rows, whatever they return."""


@lru_cache(maxsize=256)
def additive_columns(query: str) -> frozenset[str]:
    """The names of the columns that are plain counts or sums of the outermost SELECT; none of several SELECTs that are
    combined, or with subtotals."""
    return frozenset(_name(found) for found in _found(query))


@lru_cache(maxsize=256)
def partial_columns(query: str) -> frozenset[str]:
    """The names of those that count or add up some of the rows (FILTER or CASE): side by side they may be the parts of
    a whole, where `sum(gross)` and `sum(net)` are not."""
    return frozenset(_name(found) for found in _found(query) if found["filter"] or _CASE.match(found["inside"]))


def _found(query: str) -> list[re.Match[str]]:
    listed = _outermost_list(query)
    if len(_SELECT.findall(listed)) != 1 or _SUBTOTALS.search(query):
        return []
    return [found for found in _ADDED.finditer(listed) if not _ONCE.match(found["inside"])]


def _outermost_list(query: str) -> str:
    """The outermost SELECT of a query to its FROM; empty if there are several, such as those of UNION."""
    depth, start, end = 0, -1, len(query)
    for one in tokens(query):
        word = query[one.start : one.end].lower()
        if one.kind == "sign":
            depth += (word in _OPENING) - (word in _CLOSING)
        elif one.kind == "keyword" and not depth and word == "select":
            if start >= 0:
                return ""
            start = one.start
        elif one.kind == "keyword" and not depth and word == "from" and start >= 0:
            end = min(end, one.end)
    return query[start:end] if start >= 0 else ""


def _name(found: re.Match[str]) -> str:
    quoted = found["quoted"]
    if quoted:
        return str(quoted).replace('""', '"')
    return str(found["plain"] or found["function"]).lower()  # one without a name is called by its function


@lru_cache(maxsize=256)
def measured_columns(query: str, functions: frozenset[str] = _AGGREGATES) -> frozenset[str]:
    """The names of the columns that a query calculates from several rows (a count, an average) by any of these
    functions, as far as its last SELECT says so; none of a query that can't be read."""
    found: set[str] = set()
    for part in _selected(words(query, "duckdb") or ()):
        calls = [
            at for at, one in enumerate(part[:-1])
            if one.kind == "word" and one.text.lower() in functions and part[at + 1].text == "("
        ]  # fmt: skip
        last = part[-1] if part else None
        if not calls or last is None:
            continue
        if last.kind == "name":
            found.add(last.text)
        elif last.kind == "word":
            found.add(last.text.lower())
        elif calls[0] == 0:
            found.add(part[0].text.lower())  # one without a name is called by its function
    return frozenset(found)


@lru_cache(maxsize=256)
def gathers_rows(query: str) -> bool:
    """Whether a query brings several rows together, by groups, as distinct ones or by a count; so does one that can't
    be read. Else it lists the rows themselves."""
    found = words(query, "duckdb")
    if found is None:
        return True
    named = [one.text.lower() if one.kind == "word" else "" for one in found]
    calls = (one for one, after in zip(named, found[1:], strict=False) if after.text == "(")
    return "group" in named or "distinct" in named or not _AGGREGATES.isdisjoint(calls)


def _selected(query: Sequence[QueryWord]) -> list[list[QueryWord]]:
    """The parts of the list of the outermost SELECT that is the last one."""
    depth, parts, is_listed = 0, list[list[QueryWord]](), False
    for one in query:
        depth += (one.text == "(") - (one.text == ")") if one.kind == "sign" else 0
        word = one.text.lower() if one.kind == "word" and not depth else ""
        if word == "select":
            parts, is_listed = [[]], True
        elif word == "from":
            is_listed = False
        elif is_listed and not depth and one.kind == "sign" and one.text == ",":
            parts.append([])
        elif is_listed:
            parts[-1].append(one)
    return parts
