"""Which columns of a query are 0 for a group that has no rows: counts and sums, and no average, minimum or ratio."""

import re
from functools import lru_cache
from typing import Final

_INSIDE: Final = r"(?:[^()]|\((?:[^()]|\([^()]*\))*\))*"
_ZERO: Final = re.compile(
    r"(?:\bselect\b|,)\s*(?:(?:round|coalesce)\s*\(\s*)?"
    rf"(?P<function>count_if|count|sum)\s*\({_INSIDE}\)(?:\s*filter\s*\({_INSIDE}\))?"
    r"(?:\s*[*/]\s*\d+(?:\.\d+)?)?(?:\s*,\s*\d+\s*)?\)?(?:\s*::\s*\w+(?:\s*\([\d\s,]*\))?)?"
    r"(?:\s+(?:as\s+)?(?:\"(?P<quoted>(?:[^\"]|\"\")+)\"|(?P<plain>(?!from\b)[a-z_]\w*))|(?=\s*(?:,|from\b)))",
    re.IGNORECASE,
)
_DEFAULT: Final = re.compile(r"\bcoalesce\s*\(\s*(?:count|sum)\b.*,\s*(?!0\s*\))\S+\s*\)", re.IGNORECASE | re.DOTALL)
"""A sum for which something else than 0 stands in."""
_SELECT: Final = re.compile(r"\bselect\b", re.IGNORECASE)
_LEAVES_OUT: Final = re.compile(
    r"\b(?:having|offset|qualify|sample|tablesample|rollup|cube|grouping\s+sets)\b", re.IGNORECASE
)
"""What may leave out groups that have rows."""


@lru_cache(maxsize=256)
def zero_columns(query: str) -> frozenset[str]:
    """The names of the columns that are 0 for a group without rows; none of a query with several SELECTs, or that
    leaves out groups by their numbers. Whether a limit left out groups depends on the result (`row_limit`)."""
    if len(_SELECT.findall(query)) != 1 or _LEAVES_OUT.search(query) or _DEFAULT.search(query):
        return frozenset()
    return frozenset(
        quoted.replace('""', '"') if (quoted := found["quoted"]) else (found["plain"] or found["function"]).lower()
        for found in _ZERO.finditer(query)
    )
