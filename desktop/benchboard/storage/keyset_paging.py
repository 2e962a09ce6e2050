"""Keyset pages of a query: rows after a key in one order, read through an index, whatever the depth."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, literal, or_, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import TypeEngine

from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.paging import Listing, Page, Scalar, Unreadable, decode_key, encode_key
from benchboard.storage.models.base import Exact, Id, Moment

Row = TypeVar("Row")
MAX_PAGE: Final = 1000
"""Rows of a page at most."""
_RAW: Final = "raw:"
"""What a key begins with that stands at a row whose moment cannot be read: bytes in hex, of a text behind a hyphen."""


@dataclass(frozen=True, slots=True)
class Sorting:
    """The columns a list can be sorted by (name → column, or an expression), and the id that settles equal ones.
    `newest`: for some of them, the time by which equal rows are sorted, the newest first; it is never NULL."""

    columns: Mapping[str, Any]
    id: InstrumentedAttribute[str]
    default: str
    newest: Mapping[str, Any] = field(default_factory=dict)


def page(
    session: Session,
    query: Select[*tuple[Any, ...]],
    sorting: Sorting,
    listing: Listing,
    *,
    after: str | None,
    limit: int,
    row: Callable[[Any], Row],
) -> Page[Row]:
    """At most `limit` rows of `query` after the key `after`, in the listing's order.

    Raises `Invalid` for a column that the list cannot be sorted by, a limit out of 1…1000, or a key of another list.
    """
    if not 1 <= limit <= MAX_PAGE:
        raise Invalid(
            "paging.limit",
            _("The page limit must be 1 to {largest} rows, not {limit}.").format(largest=MAX_PAGE, limit=limit),
            field="limit",
        )
    name = listing.sort or sorting.default
    order = _Order(_column(sorting, name), sorting.id.expression, listing.descending, sorting.newest.get(name))
    if after is not None:
        query = query.where(order.beyond(after))
    newest = [order.newest.label("page_newest")] if order.newest is not None else []
    records = session.execute(
        query.add_columns(order.sort.label("page_sort"), order.id.label("page_id"), *newest)
        .order_by(*order.by())
        .limit(limit + 1)
    ).all()
    rows = tuple(row(record) for record in records[:limit])
    more = len(records) > limit
    return Page(rows, order.key(records[limit - 1]) if more else None)


def _column(sorting: Sorting, name: str) -> ColumnElement[Any]:
    if name not in sorting.columns:
        raise Invalid(
            "paging.sort",
            _("This list can't be sorted by “{column}”.").format(column=name[:40]),
            do=_("Choose one of: {columns}.").format(columns=", ".join(sorting.columns)),
            field="sort",
        )
    column: ColumnElement[Any] = sorting.columns[name]
    return column


@dataclass(frozen=True, slots=True)
class _Order:
    """One total order: the sort column, then the id; with `newest`, that time in between, and both descending. A NULL
    is smaller than any value, on both engines."""

    sort: ColumnElement[Any]
    id: ColumnElement[str]
    descending: bool
    newest: ColumnElement[Any] | None = None

    @property
    def _nullable(self) -> bool:
        return bool(getattr(getattr(self.sort, "expression", self.sort), "nullable", True))

    def by(self) -> list[ColumnElement[Any]]:
        columns = [self.sort.is_not(None), self.sort] if self._nullable else [self.sort]
        if self.newest is None:
            columns.append(self.id)
        ordered: list[ColumnElement[Any]] = [column.desc() if self.descending else column.asc() for column in columns]
        return ordered if self.newest is None else [*ordered, self.newest.desc(), self.id.desc()]

    def key(self, last: Any) -> str:
        newest = [_written(last.page_newest)] if self.newest is not None else []
        return encode_key([_written(last.page_sort), *newest, last.page_id])

    def beyond(self, key: str) -> ColumnElement[bool]:
        """The condition that a row comes after `key`: a row comparison where it can be, so that an index serves it."""
        value, *newest, last_id = self._values(decode_key(key, 2 if self.newest is None else 3))
        if self.newest is None and not self._nullable:
            row = tuple_(self.sort, self.id)
            last = tuple_(literal(value, self.sort.type), literal(last_id, self.id.type))
            return row < last if self.descending else row > last
        same = self.sort.is_(None) if value is None else self.sort == value
        if self.newest is None:
            rest = self.id < last_id if self.descending else self.id > last_id
        else:
            rest = or_(self.newest < newest[0], and_(self.newest == newest[0], self.id < last_id))
        steps: list[ColumnElement[bool]] = [and_(same, rest)]
        if value is None:
            if not self.descending:
                steps.append(self.sort.is_not(None))
        elif self.descending:
            steps += [self.sort < value, self.sort.is_(None)]
        else:
            steps.append(self.sort > value)
        return or_(*steps)

    def _values(self, key: list[Scalar]) -> list[Any]:
        """The row's sort value, the time of `newest` and the id, of the columns' own types: nothing else may reach a
        driver."""
        value, *newest, row_id = key
        try:
            if value is not None or not self._nullable:
                value = _parsed(self.sort.type, value)
            times = [_parsed(self.newest.type, one) for one in newest] if self.newest is not None else []
            return [value, *times, _parsed(self.id.type, row_id)]
        except (ValueError, OverflowError, InvalidOperation) as error:
            raise _other_list() from error


def _written(value: Any) -> Scalar:
    """A value of a row as it stands in a key."""
    if isinstance(value, Unreadable):
        return _RAW + (value.raw.hex() if isinstance(value.raw, bytes) else f"-{str(value.raw).encode().hex()}")
    if isinstance(value, datetime):
        return value.isoformat()
    scalar: Scalar = str(value) if isinstance(value, Decimal) else value
    return scalar


def _parsed(kind: TypeEngine[Any], value: Scalar) -> Any:
    """`value` of a key as a column of type `kind` takes it. Raises ValueError, OverflowError or InvalidOperation."""
    if isinstance(value, str) and ("\0" in value or any("\ud800" <= sign <= "\udfff" for sign in value)):
        raise ValueError("no text of a database")
    if isinstance(kind, Id):
        return str(UUID(str(value)))
    if isinstance(kind, Exact):
        return _amount(str(value))
    if isinstance(kind, Moment) and str(value).startswith(_RAW):
        told = str(value).removeprefix(_RAW)
        return Unreadable.of(bytes.fromhex(told[1:]).decode() if told[:1] == "-" else bytes.fromhex(told))
    if isinstance(kind, Moment):
        moment = datetime.fromisoformat(str(value)).astimezone(UTC)
        if not datetime(1, 1, 2, tzinfo=UTC) < moment < datetime(9999, 12, 30, tzinfo=UTC):
            raise OverflowError("a moment on no calendar")
        return moment
    if type(value) is not kind.python_type or (isinstance(value, int) and abs(value) >= 2**63):
        raise ValueError(f"not {kind.python_type.__name__}")
    return value


def _amount(text: str) -> Decimal:
    amount = Decimal(text) if len(text) <= 40 else Decimal("NaN")
    if not amount.is_finite() or abs(amount.adjusted()) > 40:
        raise ValueError("no amount")
    return amount


def _other_list() -> Invalid:
    return Invalid(
        "paging.key",
        _("This page key belongs to a different list."),
        do=_("Use a “next” value from the same list with the same sorting."),
        field="after",
    )
