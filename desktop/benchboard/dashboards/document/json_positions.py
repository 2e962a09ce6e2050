"""Positions in a document's text: the lines of an item, of one of its fields, of an error.

A JSON reader that records positions, in addition to the decoder, which doesn't.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from benchboard.dashboards.document.document import Document, parse_document
from benchboard.dashboards.layout import decode
from benchboard.errors import AppError, Invalid

# An unclosed string is one token too, and isn't searched again: each of its quotes could begin another.
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*+(?P<closed>")?|[{}\[\]:,]|[^\s{}\[\]:,"]+')
_DEEPEST: Final = 100
"""Levels that are mapped: a document has fewer, and each value's path is as long as it is deep."""

JsonPath = tuple[str | int, ...]
"""The path from the top to a value: field names and list indexes."""


@dataclass(frozen=True, slots=True)
class LineSpan:
    """Lines of a text, from 0, both included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class PositionMap:
    """The lines of the values in a JSON text. `items`: every item's lines by its id, outer items before inner ones."""

    values: dict[JsonPath, LineSpan] = field(default_factory=dict)
    items: dict[str, LineSpan] = field(default_factory=dict)
    ways: dict[str, JsonPath] = field(default_factory=dict)
    """The path to every item; for an id that is used twice, to the last one."""

    def item_at(self, line: int) -> str | None:
        """The innermost item on a line."""
        inside = [
            (span.last - span.first, name) for name, span in self.items.items() if span.first <= line <= span.last
        ]
        return min(inside)[1] if inside else None

    def line_of(self, item: str | None, path: str) -> int | None:
        """The line of a field that an error names as `item` and dotted `path`; if the field is missing, of its nearest
        parent. None if even the item is missing.
        """
        steps: list[str | int] = [int(part) if part.isdecimal() else part for part in path.split(".") if part]
        base: JsonPath = self.ways.get(item, ()) if item is not None else ()
        if item is None and steps and (steps[0],) not in self.values and steps[0] in self.ways:
            base = self.ways[str(steps.pop(0))]
        elif item is not None and steps[:1] == [item]:
            steps = steps[1:]
        for end in range(len(steps), -1, -1):
            span = self.values.get((*base, *steps[:end]))
            if span is not None and (base or end):
                return span.first
        return None


def map_positions(text: str) -> PositionMap:
    """The map of a JSON text; of the part before the error if it is invalid."""
    found = PositionMap()
    for steps, span in _values(text):
        found.values[steps] = span
    names: list[tuple[JsonPath, str]] = []
    starts = _starts(text)
    for steps, span in found.values.items():
        if len(steps) >= 3 and steps[-1] == "id" and steps[-3] == "items":
            name = _text_at(text, starts, span)
            if name is not None and steps[:-1] in found.values:
                names.append((steps[:-1], name))
    for steps, name in sorted(names, key=lambda pair: (found.values[pair[0]].first, len(pair[0]))):
        found.items[name] = found.values[steps]
        found.ways[name] = steps
    return found


def parse_text(
    text: str, complete: Callable[[object], object] = lambda value: value
) -> tuple[Document | None, PositionMap, AppError | None, int | None]:
    """Parse a document's text: the document or the error with its line, and the map in both cases.

    `complete` restores what placeholders in the text replace.
    """
    places = map_positions(text)
    try:
        return parse_document(complete(decode(text))), places, None, None
    except Invalid as error:
        return None, places, error, _line_of(error, text, places)


def format_json(document: object) -> str:
    """JSON as it is shown and edited: two spaces of indent per level, small values on one line."""
    return "".join(_pretty(document, 0))


def _line_of(error: Invalid, text: str, places: PositionMap) -> int | None:
    cause = error.__cause__
    if isinstance(cause, json.JSONDecodeError):
        # If something is missing the decoder names the next token; the mistake is before it.
        before = text[: cause.pos].rstrip()
        missing = cause.msg.startswith(("Expecting ',' delimiter", "Expecting ':' delimiter"))
        return (before if missing and cause.pos > len(before) else text[: cause.pos]).count("\n")
    if isinstance(mark := error.facts.get("mark"), str):
        return _line(text, max(0, text.find(mark)))
    item, path = error.facts.get("item"), error.facts.get("field")
    if not isinstance(path, str):
        path = ""
    if error.code == "layout.field-twice":
        return next((_line(text, match.start()) for match in _seconds(text, path)), None)
    return places.line_of(item if isinstance(item, str) else None, path)


def _seconds(text: str, key: str) -> Iterator[re.Match[str]]:
    """The positions of duplicate fields in one object."""
    seen: list[set[str]] = []
    last: re.Match[str] | None = None
    for match in _TOKEN.finditer(text):
        sign = match.group()
        if sign == "{":
            seen.append(set())
        elif sign == "}" and seen:
            seen.pop()
        elif sign == ":" and last is not None and seen:
            name = _decoded(last.group())
            if name == key and name in seen[-1]:
                yield last
            seen[-1].add(str(name))
        last = match


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place)


def _starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer("\n", text))]


def _text_at(text: str, starts: Sequence[int], span: LineSpan) -> str | None:
    """The value of a field `"id": "…"` on these lines."""
    end = starts[span.last + 1] if span.last + 1 < len(starts) else len(text)
    match = re.compile(r'"id"\s*:\s*("(?:[^"\\]|\\.)*")').search(text, starts[span.first], end)
    value = _decoded(match.group(1)) if match else None
    return value if isinstance(value, str) else None


def _decoded(token: str) -> object:
    try:
        return json.loads(token)
    except ValueError:
        return None


class _Open:
    """An object or list being read."""

    def __init__(self, steps: JsonPath, line: int, is_list: bool) -> None:
        self.steps, self.line, self.is_list = steps, line, is_list
        self.key: str | int = 0 if is_list else ""
        self.key_line = line


def _values(text: str) -> Iterator[tuple[JsonPath, LineSpan]]:
    """Every value's path and lines, a field's from its name on. Stops where the text isn't valid JSON any more."""
    starts = _starts(text)
    stack: list[_Open] = []
    waiting: tuple[str, int] | None = None  # a string in an object that may be a name
    named = False
    for match in _TOKEN.finditer(text):
        sign, line = match.group(), bisect_right(starts, match.start()) - 1
        top = stack[-1] if stack else None
        if sign[0] == '"' and not match["closed"]:
            break
        if sign in "{[":
            if len(stack) == _DEEPEST:
                break
            steps, first = _next(top, line)
            stack.append(_Open(steps, first, sign == "["))
            named = False
        elif sign in "}]":
            if top is None:
                return
            stack.pop()
            yield top.steps, LineSpan(top.line, line)
            named = False
        elif sign == ":":
            if top is None or top.is_list or waiting is None:
                return
            top.key, top.key_line = str(_decoded(waiting[0])), waiting[1]
            named, waiting = True, None
        elif sign == ",":
            if top is not None and top.is_list and isinstance(top.key, int):
                top.key += 1
            named, waiting = False, None
        elif top is not None and not top.is_list and not named:
            waiting = (sign, line)
        else:
            steps, first = _next(top, line)
            yield steps, LineSpan(first, line)
    for left in reversed(stack):
        yield left.steps, LineSpan(left.line, len(starts) - 1)


def _next(top: _Open | None, line: int) -> tuple[JsonPath, int]:
    if top is None:
        return (), line
    return (*top.steps, top.key), line if top.is_list else top.key_line


def _pretty(value: object, depth: int) -> Iterator[str]:
    flat = _flat(value)
    if flat is not None and len(flat) + 2 * depth <= 100:
        yield flat
        return
    inner, outer = "\n" + "  " * (depth + 1), "\n" + "  " * depth
    if isinstance(value, dict):
        yield "{"
        for place, (key, entry) in enumerate(value.items()):
            yield f"{',' if place else ''}{inner}{json.dumps(key, ensure_ascii=False)}: "
            yield from _pretty(entry, depth + 1)
        yield outer + "}"
    elif isinstance(value, list):
        yield "["
        for place, entry in enumerate(value):
            yield f"{',' if place else ''}{inner}"
            yield from _pretty(entry, depth + 1)
        yield outer + "]"
    else:
        yield json.dumps(value, ensure_ascii=False)


def _flat(value: object) -> str | None:
    """A value without nested objects or lists on one line; None for any other."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if any(isinstance(part, dict | list) and part for part in parts):
        return None
    return json.dumps(value, ensure_ascii=False)
