"""Decodes JSON text strictly; each error has its position in the text."""

import json
import math
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Iterator
from typing import Final, NoReturn

from benchboard.dashboards.layout.model import MAX_ID, quote_id, refuse
from benchboard.errors import Invalid
from benchboard.i18n import N_, _

_MEBIBYTE: Final = 1024 * 1024
_UTF16: Final = (BOM_UTF16_BE, BOM_UTF16_LE)
_OTHER_FILES: Final = (
    (b"\x89PNG\r\n\x1a\n", N_("This isn't JSON; it looks like a PNG picture.")),
    (b"\xff\xd8\xff", N_("This isn't JSON; it looks like a JPEG picture.")),
    (b"GIF8", N_("This isn't JSON; it looks like a GIF picture.")),
    (b"%PDF-", N_("This isn't JSON; it looks like a PDF file.")),
    (b"PK\x03\x04", N_("This isn't JSON; it looks like a ZIP or Excel file.")),
    (b"\x1f\x8b", N_("This isn't JSON; it looks like a gzip file.")),
    (b"SQLite format 3\0", N_("This isn't JSON; it looks like a SQLite database.")),
)
"""What files that people take for JSON begin with, as the formats' own documents say."""
_LONGEST: Final = 4_300
"""The most digits of a whole number that Python reads."""


def decode(text: str | bytes, *, max_bytes: int = 16 * _MEBIBYTE) -> object:
    """Decode JSON. Raises `Invalid` for anything that is not JSON: NaN, a number of 5,000 digits, a second key of the
    same name. A byte order mark before UTF-8 is ignored, as RFC 8259 section 8.1 allows."""
    if isinstance(text, bytes):
        _require_text(text)
    if len(text) > max_bytes:
        what = _("A dashboard can't be larger than {limit} MiB.").format(limit=max_bytes // _MEBIBYTE)
        refuse("too-long", what, None, None)
    text = _text(text).removeprefix("\ufeff")
    try:
        return json.loads(text, parse_constant=_no_number, parse_float=_finite, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        placed = _placed(text, error)
        what, do = _misplaced(text, error), _remedy(text, error)
        raise Invalid("layout.not-json", what, do=do, item=None, field=None, placed=placed) from error
    except RecursionError as error:
        what = _("This dashboard is nested too deeply.")
        raise Invalid("layout.too-deep", what, item=None, field=None) from error
    except ValueError as error:  # also of `int`, for a number of too many digits
        raise _strange_number(text) from error


def _require_text(content: bytes) -> None:
    """Raise `Invalid` (`layout.not-json`) for a picture, an archive or another file that no one can read as text."""
    what = next((sentence for begin, sentence in _OTHER_FILES if content.startswith(begin)), "")
    if not what and b"\0" in content[:1024] and not content.startswith(_UTF16):
        what = N_("This isn't text, so it can't be JSON.")
    if what:
        raise Invalid("layout.not-json", _(what), item=None, field=None)


def _text(text: str | bytes) -> str:
    if isinstance(text, str):
        return text
    if text.startswith(_UTF16):
        raise Invalid("layout.not-utf8", _("This is UTF-16 text; it must be UTF-8."), item=None, field=None,
                      do=_("Save the file as UTF-8."))  # fmt: skip
    try:
        return text.removeprefix(BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        what = _("Byte {place} isn't valid UTF-8.").format(place=error.start + 1)
        raise Invalid("layout.not-utf8", what, item=None, field=None) from error


def _misplaced(text: str, error: json.JSONDecodeError) -> str:
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        if not text.strip():
            return _("This is empty; it must contain JSON.")
        written = text.rstrip()
        line, place = written.count("\n") + 1, len(written) - written.rfind("\n") - 1
        return _("Incomplete JSON: it ends after character {place} on line {line}.").format(place=place, line=line)
    if _begins_otherwise(text, error):
        return _("This isn't JSON.")
    if error.msg.startswith("Expecting ',' delimiter"):
        what = _("Invalid JSON: missing comma before character {place} on line {line}.")
        return what.format(place=error.colno, line=error.lineno)
    what = _("Invalid JSON: unexpected character at position {place} on line {line}.")
    return what.format(place=error.colno, line=error.lineno)


def _begins_otherwise(text: str, error: json.JSONDecodeError) -> bool:
    """Whether the text's first character can't begin any JSON."""
    return error.pos == len(text) - len(text.lstrip())


def _remedy(text: str, error: json.JSONDecodeError) -> str:
    """What to do about the error; empty for a text with nothing of JSON in it."""
    if not text.strip() or _begins_otherwise(text, error):
        return ""
    if error.msg.startswith("Unterminated string"):
        return _("Add the closing quotation mark.")
    if error.pos >= len(text.rstrip()):
        return _("Add what is missing at the end, such as a closing bracket.")
    if error.msg.startswith("Expecting ',' delimiter"):
        return _("Add the comma.")
    if error.msg.startswith("Expecting ':' delimiter"):
        return _("Put a colon between the field's name and its value.")
    if error.msg.startswith("Expecting property name"):
        return _("Put the field's name in double quotation marks, and no comma after the last field.")
    return _("Correct it, or remove it. Texts are in double quotation marks.")


def _placed(text: str, error: json.JSONDecodeError) -> str:
    """The error as a sentence that begins with its place, for beside the text; empty where the text just ends."""
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        return ""
    what = _("Line {line}, position {place}: unexpected character.")
    if error.msg.startswith("Expecting ',' delimiter"):
        what = _("Line {line}, position {place}: a comma is missing before it.")
    return what.format(line=error.lineno, place=error.colno)


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
        what = _("The field {field} appears twice.").format(field=quote_id(twice))
        refuse("field-twice", what, None, twice[:MAX_ID])
    return fields


class _Strange(str):
    """A number as the text has it, which is not valid JSON."""


def _strange_number(text: str) -> Invalid:
    """The error of the first invalid number in this text, with its item and field."""
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
        return Invalid(
            "layout.not-a-number", _("This contains a number that isn't valid in JSON."), item=None, field=None
        )
    digits, item, field = found
    if len(digits) >= _LONGEST:
        unknown = _("{field} has too many digits.")
        inside = _("{field} of item {item} has too many digits.")
    else:
        unknown = _("{field} is {value}, which isn't a valid JSON number.")
        inside = _("{field} of item {item} is {value}, which isn't a valid JSON number.")
    what = (unknown if item is None else inside).format(
        field=field or _("The whole text"), item=quote_id(item or ""), value=digits[:40]
    )
    return Invalid("layout.not-a-number", what, item=item, field=field or None)


def _strange_ones(value: object) -> Iterator[tuple[str, str | None, str]]:
    """Each invalid number with the id of the item around it and its path in there, in the order of the text."""
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
