"""Whether the limit that a query ends with may have left rows out of its result."""

import re
from typing import Final

from benchboard.analytics.queries import ResultTable

_LIMIT: Final = re.compile(
    r"\b(?:limit\s+(?:\d+\s*,\s*)?(?P<limit>\d+)(?:\s+offset\s+\d+)?"
    r"|fetch\s+(?:first|next)\s+(?P<fetch>\d+)\s+rows?\s+only)\s*;?\s*\Z",
    re.IGNORECASE,
)


def reaches_limit(query: str, rows: int) -> bool:
    """Whether a result of so many rows is as long as its query allows: there may be more. A limit in a subquery, or one
    that a variable holds, isn't seen."""
    found = _LIMIT.search(query)
    return found is not None and rows >= int(found["limit"] or found["fetch"])


def is_cut(table: ResultTable, query: str) -> bool:
    """Whether a limit left out rows of a query's result, or may have."""
    return table.truncated or reaches_limit(query, len(table.rows))
