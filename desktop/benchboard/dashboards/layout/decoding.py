"""JSON text as Python values: nothing that JSON is not, and each refusal says where in the text it is."""

import json
import math
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Iterator
from typing import Final, NoReturn

from benchboard.errors import Invalid
from benchboard.i18n import _

from .document import MAX_ID, refuse, shown

_MEBIBYTE: Final = 1024 * 1024
_UTF16: Final = (BOM_UTF16_BE, BOM_UTF16_LE)
_LONGEST: Final = 4_300
"""Digits of a whole number that Python reads."""


def decode(text: str | bytes, *, max_bytes: int = 16 * _MEBIBYTE) -> object:
    """JSON as Python values. Invalid for anything JSON is not: NaN, a number of 5,000 digits, a second key of
    the same name. A byte order mark before UTF-8 is passed over, as RFC 8259 section 8.1 allows."""
    if len(text) > max_bytes:
        what = _("This is longer than {limit} MiB, too much for a layout.").format(limit=max_bytes // _MEBIBYTE)
        refuse("too-long", what, None, None)
    text = _text(text).removeprefix("\ufeff")
    try:
        return json.loads(text, parse_constant=_no_number, parse_float=_finite, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        raise Invalid("layout.not-json", _misplaced(text, error), item=None, field=None) from error
    except RecursionError as error:
        what = _("This is nested too deeply for a layout.")
        raise Invalid("layout.too-deep", what, item=None, field=None) from error
    except ValueError as error:  # also of `int`, for a number of too many digits
        raise _strange_number(text) from error


def _text(text: str | bytes) -> str:
    if isinstance(text, str):
        return text
    if text.startswith(_UTF16):
        raise Invalid("layout.not-utf8", _("This is UTF-16 text; it must be UTF-8."), item=None, field=None,
                      do=_("Save the file as UTF-8."))  # fmt: skip
    try:
        return text.removeprefix(BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        what = _("Byte {place} is not UTF-8 text.").format(place=error.start + 1)
        raise Invalid("layout.not-utf8", what, item=None, field=None) from error


def _misplaced(text: str, error: json.JSONDecodeError) -> str:
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        if not text.strip():
            return _("This is empty; it must be JSON.")
        return _("This is not whole JSON: it ends too early, after character {place}.").format(place=len(text))
    if error.msg.startswith("Expecting ',' delimiter"):
        what = _("This is not JSON: a comma is missing before character {place} of line {line}.")
        return what.format(place=error.colno, line=error.lineno)
    if error.lineno == 1:
        return _("This is not JSON: character {place} was not expected.").format(place=error.pos + 1)
    what = _("This is not JSON: character {place} of line {line} was not expected.")
    return what.format(place=error.colno, line=error.lineno)


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _no_number(digits)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        # Counted in one go: a hostile document has a million fields, the last one twice.
        twice = Counter(key for key, _value in pairs).most_common(1)[0][0]
        what = _("The field {field} is given twice.").format(field=shown(twice))
        refuse("field-twice", what, None, twice[:MAX_ID])
    return fields


class _Strange(str):
    """A number as the text has it, which is none of JSON's."""


def _strange_number(text: str) -> Invalid:
    """The refusal of the first number that is none, which is in this text, naming the item and the field it is in."""
    try:
        value = json.loads(
            text,
            parse_constant=_Strange,
            parse_float=lambda digits: float(digits) if math.isfinite(float(digits)) else _Strange(digits),
            parse_int=lambda digits: int(digits) if len(digits) < _LONGEST else _Strange(digits),
        )
    except (ValueError, RecursionError):
        value = None
    found = next(_strange_ones(value), None)
    if found is None:  # a second field of its name hides it, or what comes after it is no JSON either
        return Invalid("layout.not-a-number", _("This holds a number that JSON does not know."), item=None, field=None)
    digits, item, field = found
    if len(digits) >= _LONGEST:
        unknown = _("{field} is a number with too many digits.")
        inside = _("{field} of item {item} is a number with too many digits.")
    else:
        unknown = _("{field} is {value}, which is no number that JSON knows.")
        inside = _("{field} of item {item} is {value}, which is no number that JSON knows.")
    what = (unknown if item is None else inside).format(
        field=field or _("The whole text"), item=shown(item), value=digits[:40]
    )
    return Invalid("layout.not-a-number", what, item=item, field=field or None)


def _strange_ones(value: object) -> Iterator[tuple[str, str | None, str]]:
    """Each with the id of the item around it and the way to it from there, in the order of the text."""
    open_: list[tuple[object, str | None, str]] = [(value, None, "")]
    while open_:
        inner, item, way = open_.pop()
        if isinstance(inner, _Strange):
            yield inner, item, way
        elif isinstance(inner, dict | list):
            if isinstance(inner, dict) and isinstance(name := inner.get("id"), str) and 0 < len(name) <= MAX_ID:
                item, way = name, ""
            steps = inner.items() if isinstance(inner, dict) else enumerate(inner)
            open_ += [(part, item, f"{way}.{key}".lstrip(".")[-MAX_ID:]) for key, part in reversed(list(steps))]
