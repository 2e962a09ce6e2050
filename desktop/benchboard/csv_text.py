"""Rows as CSV (RFC 4180) in UTF-8, for spreadsheets and other programs."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final

FORMULA_STARTS: Final[tuple[str, ...]] = ("=", "+", "-", "@", "\t", "\r")
"""What a text that spreadsheets take for a formula begins with."""


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file with a byte order mark, which tells Excel that it is UTF-8.

    Times are written as ISO 8601, in UTC as `Z`; None as nothing; numbers with a point and all their digits.
    """
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow([_cell(title) for title in header])
    table.writerows([_cell(value) for value in row] for row in rows)
    # Half a surrogate pair, which UTF-8 can't have, becomes a question mark.
    return text.getvalue().encode("utf-8-sig", "replace")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    # Spreadsheets take text with these first characters for a formula, and names come from outside.
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else str(value)
