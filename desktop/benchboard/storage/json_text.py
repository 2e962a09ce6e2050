"""JSON as the databases store it: encoded, decoded, or as text that is already there."""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class JsonText:
    """JSON as text. A column of JSON stores it as it is."""

    text: str


def encode(value: object) -> str:
    """The text that is stored for a value."""
    return value.text if isinstance(value, JsonText) else json.dumps(value)


def decode(text: str | bytes) -> Any:
    """JSON as stored. A whole number of more digits than Python reads becomes infinite, which no document may say: so
    it is refused where it is used, in words, and takes nothing else of its list away."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except ValueError:
        return json.loads(text, parse_int=_parse_int)


def _parse_int(digits: str) -> int | float:
    try:
        return int(digits)
    except ValueError:
        return float(digits)


def is_same(one: object, other: object) -> bool:
    """Whether two decoded values are the same JSON. Numbers are compared as numbers, because PostgreSQL stores 1e16 as
    a whole number; but true isn't 1, as it is to Python."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    return one == other
