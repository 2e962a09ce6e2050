"""Keyset pages: a list is read from a key onwards, never from a row number, so its cost doesn't grow with depth.

Rows of a list that repeat each other are folded into one line.
"""

import base64
import binascii
import json
from collections.abc import Callable, Collection, Container, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Generic, Self, TypeVar

from benchboard.errors import Invalid
from benchboard.i18n import _, ngettext

Row = TypeVar("Row")
Other = TypeVar("Other")
Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows in order and the key of the next page; `next_key` is None at the end."""

    rows: tuple[Row, ...]
    next_key: str | None = None

    def map(self, change: "Callable[[Row], Other]") -> "Page[Other]":
        """The page with each row changed, and the same `next_key`."""
        return Page(tuple(change(row) for row in self.rows), self.next_key)


@dataclass(frozen=True, slots=True)
class Listing:
    """A query on a list: a search text, filters by column, one column to sort by."""

    search: str = ""
    filters: dict[str, Scalar] = field(default_factory=dict)
    sort: str = ""
    descending: bool = False

    def require_filters(
        self, known: Iterable[str], code: str, sentence: str, *, values: Mapping[str, Collection[str]] | None = None
    ) -> None:
        """Raise `Invalid` for a filter by a column that isn't `known`; `sentence` is the message with a `{column}`.

        Of the columns in `values`, only the values there are allowed. `facts["field"]` is the filter's name.
        """
        known = list(known)
        for name, value in sorted(self.filters.items()):
            if name not in known:
                raise Invalid(code, sentence.format(column=name[:40]), do=_choose(known), field=name)
            if values is not None and name in values and value not in values[name]:
                text = _("“{value}” isn't a valid value of “{column}”.").format(value=str(value)[:40], column=name)
                raise Invalid(code, text, do=_choose(values[name]), field=name)


def _choose(values: Collection[str]) -> str:
    return _("Choose one of: {values}.").format(values=", ".join(values)) if values else ""


class Unreadable(datetime):
    """Placeholder for a stored time that can't be parsed: `raw` was written by another program, or is damaged.

    The rest of the list stays readable. Its time is far in the past, so that anything expiring at it has expired.
    """

    raw: object = ""

    @classmethod
    def of(cls, raw: object) -> Self:
        """The placeholder for a stored value `raw`."""
        time = cls(1900, 1, 1, tzinfo=UTC)
        time.raw = raw
        return time


@dataclass(frozen=True, slots=True)
class Line(Generic[Row]):
    """A line of a list: a row and its `run`, the consecutive rows that repeat it, itself included, in the list's order.

    A `folded` line stands for all of them, and its row is the first.
    """

    row: Row
    run: tuple[Row, ...]
    folded: bool = False

    @property
    def repeated(self) -> bool:
        """Whether the row has others in its run."""
        return len(self.run) > 1

    @property
    def first(self) -> bool:
        """Whether the row is the first of its run."""
        return self.row is self.run[0]


def fold(
    rows: "Sequence[Row]",
    repeats: "Callable[[Row], Hashable | None]",
    identity: "Callable[[Row], Hashable]",
    unfolded: Container[Hashable],
) -> "list[Line[Row]]":
    """The lines of `rows`: consecutive rows with the same `repeats` are one line, unless one of them is `unfolded`, by
    its `identity`. A row whose `repeats` is None is always a line of its own.
    """
    lines: list[Line[Row]] = []
    for key, group in groupby(rows, repeats):
        run = tuple(group)
        if key is None:
            lines += [Line(row, (row,)) for row in run]
        elif len(run) > 1 and not any(identity(row) in unfolded for row in run):
            lines.append(Line(run[0], run, folded=True))
        else:
            lines += [Line(row, run) for row in run]
    return lines


def encode_key(values: Sequence[Scalar]) -> str:
    """The position after a row, as text that fits a command line: the row's sort values, then its id."""
    raw = json.dumps(list(values), separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode_key(key: str, length: int) -> list[Scalar]:
    """The `length` values in `key`. Raises `Invalid` (`paging.key`) for a key that isn't from a list."""
    try:
        values = json.loads(base64.b64decode(key + "=" * (-len(key) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        values = None
    if (
        not isinstance(values, list)
        or len(values) != length
        or not all(isinstance(value, str | int | float | bool | None) for value in values)
    ):
        raise Invalid(
            "paging.key",
            _("“{key}” isn't a valid page key for this list.").format(key=key[:60]),
            do=_("Start from the first page, or copy the whole key after “Next page: --after”."),
            field="after",
        )
    return values


def no_match_text(things: str, search: str, *, filtered: bool = False, filters: Sequence[str] = ()) -> str:
    """That none of the `things` (“people”, in the user's language) match a search, filters beside it, or both.

    The `filters` are named, if they are known.
    """
    text, names = search.strip(), ", ".join(filters)
    if filters and text:
        sentence = ngettext(
            "No {things} match “{text}” and the filter {names}.",
            "No {things} match “{text}” and the filters {names}.",
            len(filters),
        )
    elif filters:
        sentence = ngettext(
            "No {things} match the filter {names}.", "No {things} match the filters {names}.", len(filters)
        )
    elif not text:
        sentence = _("No {things} match the filters.")
    else:
        sentence = _("No {things} match “{text}” and the filters.") if filtered else _("No {things} match “{text}”.")
    return sentence.format(things=things, text=text, names=names)
