"""A query as it was written: its variables, and its comments, which are blanked out.

What a comment, a text or a quoted name is, the server must see as we do: else it would run what was never checked.
Where their languages leave room for doubt (`/*! … */`, `--x`), the query is refused.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from benchboard.analytics.query_parser import MAX_TEXT, find_surrogate
from benchboard.analytics.variable_binding import MAX_BOUND, TIMESTAMPS, read_moments
from benchboard.errors import Invalid
from benchboard.i18n import _

BoundValue = str | datetime | None
_VARIABLE: Final = r"(?P<cast>::|:=)|(?P<variable>(?<![\w\"'\])}\[$:]):(?P<called>[^\W\d]\w*))"
_POSTGRESQL: Final = re.compile(
    r"(?P<line>--[^\r\n]*)|(?P<block>/\*)|(?<![\w$])[eE]'(?:[^'\\]|\\.|'')*(?:'|\Z)|'(?:[^']|'')*(?:'|\Z)"
    rf'|"(?:[^"]|"")*(?:"|\Z)|(?P<dollar>(?<![\w$])\$(?:[^\W\d]\w*|)\$)|{_VARIABLE}',
    re.DOTALL,
)
_MYSQL: Final = re.compile(
    r"(?P<line>--(?=\s|\Z)[^\r\n]*|\#[^\r\n]*)|(?P<doubtful>--)|(?P<block>/\*)|'(?:[^'\\]|\\.|'')*(?:'|\Z)"
    rf'|"(?:[^"\\]|\\.|"")*(?:"|\Z)|`(?:[^`]|``)*(?:`|\Z)|{_VARIABLE}',
    re.DOTALL,
)
_IN: Final = re.compile(r"\bin\s*\((?:\s*:\w+\s*,)*\s*\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class QueryText:
    """A query without comments, of the length that it was written in, and the places of its variables."""

    text: str
    variables: Mapping[int, str]

    @property
    def parsed(self) -> str:
        """The text with a number in place of each variable, as long as it, to be parsed."""
        signs = list(self.text)
        for place, name in self.variables.items():
            signs[place : place + len(name) + 1] = "1".ljust(len(name) + 1)
        return "".join(signs)

    def bind(self, variables: Mapping[str, Sequence[str]]) -> tuple[str, dict[str, BoundValue]]:
        """The text with the driver's placeholders, and their values: texts, and times of a dashboard's range in UTC.

        Raises `Invalid` for a variable that doesn't exist, or has several values where one is needed.
        """
        parts: list[str] = []
        values: dict[str, BoundValue] = {}
        at = 0
        for place, name in sorted(self.variables.items()):
            several = _IN.search(self.text[max(0, place - 500) : place]) is not None
            known = _values(name, place, variables, several=several)
            if len(values) + len(known) > MAX_BOUND:
                what = _("The variables in this query have more than {limit} values.").format(limit=MAX_BOUND)
                do = _("Select fewer values, or use the variable fewer times.")
                raise query_fault("too-many-values", what, do, place, len(name) + 1)
            keys = [f"v{len(values) + number}" for number in range(len(known))]
            values |= dict(zip(keys, known, strict=True))
            parts += [self.text[at:place].replace("%", "%%"), ", ".join(f"%({key})s" for key in keys)]
            at = place + len(name) + 1
        return "".join([*parts, self.text[at:].replace("%", "%%")]), values


def read_text(text: str, *, mysql: bool) -> QueryText:
    """Find the comments and variables of a query. Raises `Invalid` for a comment that servers may read otherwise."""
    if len(text) > MAX_TEXT or "\0" in text:
        raise Invalid(
            "query.too-long", _("A query can have up to {limit} characters.").format(limit=MAX_TEXT), field="query"
        )
    if half := find_surrogate(text):
        raise query_fault("syntax", _("This query can't be parsed."), "", half.start(), 1)
    pattern, at, signs = _MYSQL if mysql else _POSTGRESQL, 0, list(text)
    variables: dict[int, str] = {}
    while (found := pattern.search(text, at)) is not None:
        at = found.end()
        groups = found.groupdict()
        if groups["line"]:
            signs[found.start() : at] = " " * (at - found.start())
        elif groups["block"]:
            at = _block_end(text, found.start(), mysql=mysql)
            signs[found.start() : at] = (sign if sign == "\n" else " " for sign in text[found.start() : at])
        elif groups.get("doubtful"):
            do = _("Put a space after “--” of a comment, and between two minus signs.")
            raise query_fault("comment", _("“--” could be a comment or two minus signs."), do, found.start(), 2)
        elif groups.get("dollar"):
            end = text.find(found["dollar"], at)
            at = len(text) if end < 0 else end + len(found["dollar"])
        elif groups["variable"]:
            variables[found.start()] = found["called"]
    return QueryText("".join(signs), variables)


def query_fault(code: str, what: str, do: str, start: int, length: int) -> Invalid:
    """An error (`query.<code>`) at a place of a query."""
    return Invalid(f"query.{code}", what, do=do, field="query", start=start, end=start + length)


def _block_end(text: str, start: int, *, mysql: bool) -> int:
    """The end of a block comment. Those in comments are refused: only some servers count them."""
    end = text.find("*/", start + 2)
    inside = text[start + 2 : len(text) if end < 0 else end]
    if end < 0 or "/*" in inside or (mysql and re.match(r"M?[!+]", inside)):
        raise query_fault("comment", _("This comment isn't supported in queries."), "", start, 2)
    return end + 2


def _values(name: str, place: int, variables: Mapping[str, Sequence[str]], *, several: bool) -> list[BoundValue]:
    if name not in variables:
        what = _("There is no variable “{name}”.").format(name=name[:80])
        do = _("Available variables: {names}.").format(names=", ".join(variables)) if variables else ""
        raise query_fault("no-variable", what, do, place, len(name) + 1)
    found = variables[name]
    if len(found) > 1 and not several:
        what = _("“{name}” has several values selected.").format(name=name)
        raise query_fault("several", what, _("Use IN (:{name}).").format(name=name), place, len(name) + 1)
    if any("\0" in value or find_surrogate(value) for value in found):
        what = _("A value of variable “{name}” contains an invalid character.").format(name=name)
        raise query_fault("not-text", what, "", place, len(name) + 1)
    if name in TIMESTAMPS and (moments := read_moments(found)):
        return [moment.astimezone(UTC) for moment in moments]
    return list(found) or [None]
