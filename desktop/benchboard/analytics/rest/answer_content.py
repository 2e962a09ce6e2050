"""What an answer holds: a JSON document, parsed within bounds, or CSV; and the rows of a document as cells."""

import codecs
import json
import math
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from benchboard.analytics.rest.http_client import Answer
from benchboard.analytics.rest.rest_errors import rest_error

MAX_COLUMNS: Final = 1_000
"""Columns of the rows of an answer."""
MAX_DEPTH: Final = 8
"""Objects in objects that become columns; those below are JSON text."""
_DIGITS: Final = 38
_CSV: Final = frozenset(("text/csv", "application/csv", "text/tab-separated-values"))
_UNSPECIFIC: Final = frozenset(
    ("", "text/plain", "application/octet-stream", "text/javascript", "application/javascript")
)
_CHARSETS: Final = frozenset(("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "ascii", "iso8859-1", "iso8859-9",
                              "iso8859-15", "cp1252", "cp1254", "cp1251"))  # fmt: skip
Cell = str | int | float | bool | Decimal | None


def is_csv(answer: Answer) -> bool:
    """Whether the answer calls itself CSV. Raises `rest.type` for what is neither JSON nor CSV."""
    kind = _content_type(answer)
    if kind in _CSV:
        return True
    if kind in _UNSPECIFIC or kind in ("application/json", "text/json") or kind.endswith("+json"):
        return False
    raise rest_error("type", host=_host(answer))


def parsed(answer: Answer) -> object:
    """The JSON document of an answer. Of a name that is twice in an object, the last value counts; NaN and infinity,
    which JSON doesn't know, are empty. Raises `rest.json`, `rest.encoding` or `rest.type`."""
    body = answer.body
    charset = re.search(r'charset\s*=\s*"?([\w.:-]+)', answer.headers.get("content-type", ""), re.IGNORECASE)
    try:
        name: str = json.detect_encoding(body)
        if name == "utf-8" and charset is not None:
            name = codecs.lookup(charset[1]).name
        if name.removesuffix("-sig").replace("_", "-") not in _CHARSETS:
            raise LookupError
        text = body.decode(name).removeprefix("\ufeff")
    except (LookupError, UnicodeDecodeError) as error:
        raise rest_error("encoding") from error
    try:
        return json.loads(text, parse_int=_integer, parse_float=_fraction, parse_constant=lambda _name: None)
    except (ValueError, RecursionError):
        # The text of the error quotes nothing, but the answer is kept out of tracebacks too.
        cause = "type" if text.lstrip()[:1] == "<" or not text.strip() else "json"
        raise rest_error("type" if cause == "type" else "json", host=_host(answer)) from None


class RowTable:
    """Collects the columns of rows as they come, and answers each row's cells in the order of the columns so far."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, ...], int] = {}

    @property
    def titles(self) -> list[str]:
        """The columns, “a.b” for the member b of the member a."""
        return [".".join(path) for path in self._places]

    def cells(self, row: object) -> list[Cell]:
        """The cells of a row: an object's members, an array's values, or a single value. Raises `rest.columns`."""
        found: list[Cell] = [None] * len(self._places)
        for path, value in _flat(row):
            place = self._places.get(path)
            if place is None:
                place = self._places[path] = len(found)
                found.append(None)
                if place >= MAX_COLUMNS:
                    raise rest_error("columns", limit=MAX_COLUMNS)
            found[place] = value
        return found


def _flat(row: object) -> Iterator[tuple[tuple[str, ...], Cell]]:
    if isinstance(row, dict):
        yield from _members(row, ())
    elif isinstance(row, list):
        for place, value in enumerate(row[: MAX_COLUMNS + 1], 1):
            yield (str(place),), _cell(value)
    else:
        yield ("value",), _cell(row)


def _members(value: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Cell]]:
    for name, one in value.items():
        below = (*path, _text(name))
        if isinstance(one, dict) and len(below) < MAX_DEPTH:
            yield from _members(one, below)
        else:
            yield below, _cell(one)


def _cell(value: object) -> Cell:
    if isinstance(value, dict | list):
        try:
            return _text(json.dumps(value, ensure_ascii=False, default=str))
        except RecursionError:
            return None
    if isinstance(value, str):
        return _text(value)
    return value if isinstance(value, bool | int | float | Decimal) else None


def _text(value: str) -> str:
    """The text without what can't be stored: half characters."""
    return value.encode("utf-8", "replace").decode()


def _integer(text: str) -> int | str:
    """A whole number; with more digits than columns can hold, its text."""
    return int(text) if len(text) <= _DIGITS else text


def _fraction(text: str) -> float | None:
    found = float(text)
    return found if math.isfinite(found) else None


def _content_type(answer: Answer) -> str:
    return answer.headers.get("content-type", "").partition(";")[0].strip().lower()


def _host(answer: Answer) -> str:
    from urllib.parse import urlsplit

    return urlsplit(answer.url).hostname or ""
