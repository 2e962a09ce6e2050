"""Rows of a result that are the totals of others: those that ROLLUP, CUBE and GROUPING SETS add.

In such a row, what is not grouped by is empty. A group whose value is empty looks the same, unless the query tells them
apart by GROUPING().
"""

import re
from functools import lru_cache
from typing import Final

from benchboard.analytics.queries import ResultTable

_IGNORED: Final = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
_SUBTOTALS: Final = re.compile(r"\b(?:rollup|cube|grouping\s+sets)\b", re.IGNORECASE)
_TOLD_APART: Final = re.compile(r"\bgrouping(?:_id)?\s*\(", re.IGNORECASE)


@lru_cache(maxsize=256)
def makes_subtotals(query: str) -> bool:
    """Whether a query adds rows of totals, and doesn't tell them apart itself."""
    text = _IGNORED.sub(" ", query)
    return _SUBTOTALS.search(text) is not None and _TOLD_APART.search(text) is None


def has_subtotals(table: ResultTable, query: str) -> bool:
    """Whether rows of a result may be totals of the others: a chart would draw them as one more group."""
    if not makes_subtotals(query):
        return False
    groups = [place for place, one in enumerate(table.columns) if place == 0 or one.kind not in ("integer", "decimal")]
    return any(row[place] is None for row in table.rows for place in groups)
