"""The order that a query ends with."""

import re
from typing import Final

_NAME: Final = r'(?:[^\W\d]\w*|"(?:[^"]|"")+"|`[^`]+`)'
_ITEM: Final = rf"(?:{_NAME}(?:\s*\.\s*{_NAME})*|\d+)(?:\s+(?:asc|desc))?(?:\s+nulls\s+(?:first|last))?"
_LAST_ORDER: Final = re.compile(rf"\border\s+by\s+{_ITEM}(?:\s*,\s*{_ITEM})*\s*;?\s*\Z", re.IGNORECASE)
_DISTINCT_ON: Final = re.compile(r"\bdistinct\s+on\b", re.IGNORECASE)
"""The rows that this leaves depend on their order."""


def without_last_order(query: str) -> str:
    """A query without the ORDER BY at its end, if that is nothing but names or numbers of columns, and only the order
    of its rows depends on it: not with LIMIT. What isn't known is left as it is."""
    found = _LAST_ORDER.search(query)
    return query[: found.start()] if found is not None and _DISTINCT_ON.search(query) is None else query
