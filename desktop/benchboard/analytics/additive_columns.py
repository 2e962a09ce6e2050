"""Which columns of a query add up: counts and sums of rows that no other row of the result has too.

The counts of paid and of refunded orders are parts of all orders; average prices are parts of nothing. What a query
says is enough to tell: a column is additive if it is a plain `count` or `sum`.
"""

import re
from functools import lru_cache
from typing import Final

_INSIDE: Final = r"(?:[^()]|\((?:[^()]|\([^()]*\))*\))*"
_ADDED: Final = re.compile(
    rf"(?:\bselect\b|,)\s*(?P<function>count|sum)\s*\((?!\s*distinct\b)(?P<inside>{_INSIDE})\)"
    rf"(?P<filter>\s*filter\s*\({_INSIDE}\))?"
    r"(?:\s+(?:as\s+)?(?:\"(?P<quoted>(?:[^\"]|\"\")+)\"|(?P<plain>(?!from\b)[a-z_]\w*))|(?=\s*(?:,|from\b)))",
    re.IGNORECASE,
)
_SELECT: Final = re.compile(r"\bselect\b", re.IGNORECASE)
_SUBTOTALS: Final = re.compile(r"\b(?:rollup|cube|grouping\s+sets)\b", re.IGNORECASE)
"""What makes rows that have others in them."""
_CASE: Final = re.compile(r"\s*case\b", re.IGNORECASE)


@lru_cache(maxsize=256)
def additive_columns(query: str) -> frozenset[str]:
    """The names of the columns that are plain counts or sums; none of a query with several SELECTs or with
    subtotals."""
    return frozenset(_name(found) for found in _found(query))


@lru_cache(maxsize=256)
def partial_columns(query: str) -> frozenset[str]:
    """The names of those that count or add up some of the rows (FILTER or CASE): side by side they may be the parts of
    a whole, where `sum(gross)` and `sum(net)` are not."""
    return frozenset(_name(found) for found in _found(query) if found["filter"] or _CASE.match(found["inside"]))


def _found(query: str) -> list[re.Match[str]]:
    if len(_SELECT.findall(query)) != 1 or _SUBTOTALS.search(query):
        return []
    return list(_ADDED.finditer(query))


def _name(found: re.Match[str]) -> str:
    quoted = found["quoted"]
    if quoted:
        return str(quoted).replace('""', '"')
    return str(found["plain"] or found["function"]).lower()  # one without a name is called by its function
