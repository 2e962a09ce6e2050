"""The data model of a layout: items and their cells, parsed from untrusted JSON.

The JSON form, that of the programs which Benchboard replaces, is a list of `{"id", "type", "position": {"x", "y", "w",
"h"}, …}`, with optional `static`, `min_w`, `max_w`, `min_h`, `max_h`. Unknown fields are kept, beside the others and
inside `position`.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple, NoReturn, Self

from benchboard.errors import Invalid
from benchboard.i18n import _, allowed_numbers

Compact = Literal["vertical", "horizontal", "none"]
COMPACTS: tuple[Compact, ...] = ("vertical", "horizontal", "none")

MAX_COLUMNS = 1_000
MAX_ROW = 100_000
MAX_HEIGHT = 1_000
MAX_ITEMS = 10_000
MAX_ID = 200
"""Far beyond any dashboard, and small enough that no document within them can exhaust memory."""

_LIMITS = {"min_w": MAX_COLUMNS, "max_w": MAX_COLUMNS, "min_h": MAX_HEIGHT, "max_h": MAX_HEIGHT}
_POSITION = {"x": (0, MAX_COLUMNS - 1), "y": (0, MAX_ROW), "w": (1, MAX_COLUMNS), "h": (1, MAX_HEIGHT)}


class Cell(NamedTuple):
    """A rectangle of the grid: left column, top row, width in columns, height in rows."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        """The first column to the right of it."""
        return self.x + self.w

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.y + self.h

    def overlaps(self, other: "Cell") -> bool:
        """Whether the two overlap."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom


def bounding_box(cells: Collection[Cell]) -> Cell:
    """The smallest rectangle that contains all of the cells; one of 1 by 1 at the origin if there are none."""
    if not cells:
        return Cell(0, 0, 1, 1)
    left, top = min(cell.x for cell in cells), min(cell.y for cell in cells)
    return Cell(left, top, max(cell.right for cell in cells) - left, max(cell.bottom for cell in cells) - top)


@dataclass(frozen=True, slots=True)
class Item:
    """An item without its position: a widget's or container's id, its limits and its document's other fields."""

    id: str
    type: str
    static: bool = False
    min_w: int | None = None
    max_w: int | None = None
    min_h: int | None = None
    max_h: int | None = None
    source: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    """The document's own fields in their order; `serialise` writes the position over them."""
    panes: tuple["Pane", ...] = ()
    """A container's panes (`containers`): one of a row or a group, one for each tab; none of a widget."""
    collapsed: bool = False
    """Whether a row shows its heading only."""
    active: int = 0
    """The index of the active tab."""
    line: str = ""
    """Items of one grid that have the same line and begin in one row are compacted and displaced together
    (`repeats`)."""


@dataclass(frozen=True, slots=True)
class Pane:
    """A grid inside a container; its cells are relative to its own top left corner, below the container's heading."""

    layout: "Layout"
    id: str = ""
    title: str = ""
    top: int = 0
    """The row in the document at which the items of a collapsed row begin (`containers`)."""
    source: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    """A tab's own fields."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Items, and the cell of each at the same index. Immutable: every change makes a new layout (undo keeps the old
    one)."""

    columns: int
    items: tuple[Item, ...] = ()
    cells: tuple[Cell, ...] = ()
    places: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)
    """The index in `items` of each id."""
    fitted_for: Compact | None = field(default=None, init=False, compare=False, repr=False)
    """The compaction under which it is known to be fitted (`containers.fitted`), so that fitting it again is free."""

    @classmethod
    def of(cls, columns: int, placed: Iterable[tuple[Item, Cell]]) -> Self:
        """A layout of these pairs. The ids must differ."""
        pairs = tuple(placed)
        items = tuple(item for item, _cell in pairs)
        return cls(columns, items, tuple(cell for _item, cell in pairs), _places(items))

    def moved_to(self, cells: Sequence[Cell]) -> Self:
        """The same items in other cells."""
        return type(self)(self.columns, self.items, tuple(cells), self.places)

    def __iter__(self) -> Iterator[tuple[Item, Cell]]:
        return zip(self.items, self.cells, strict=True)

    def __len__(self) -> int:
        return len(self.items)

    def index(self, item_id: str) -> int:
        """The index of `item_id`. Raises `Invalid` if there is none."""
        place = self.places.get(item_id)
        if place is None:
            refuse(
                "no-such-item",
                _("This layout has no widget {item}.").format(item=quote_id(item_id)),
                item_id,
                "id",
            )
        return place

    def cell(self, item_id: str) -> Cell:
        """The cell of `item_id`. Raises `Invalid` if there is none."""
        return self.cells[self.index(item_id)]

    @property
    def bottom(self) -> int:
        """The first free row below all items."""
        return max((cell.bottom for cell in self.cells), default=0)


def _places(items: Sequence[Item]) -> Mapping[str, int]:
    return MappingProxyType({item.id: place for place, item in enumerate(items)})


def refuse(code: str, what: str, item: str | None, field_name: str | None) -> NoReturn:
    """Raise `Invalid` with the item and the field (a dotted path) that are wrong."""
    raise Invalid(f"layout.{code}", what, item=item, field=field_name)


def quote_value(value: object) -> str:
    """A value as a sentence can quote it: short and on one line."""
    if isinstance(value, Mapping | list):
        return _("an object") if isinstance(value, Mapping) else _("a list")
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**15:
        return _("a number with more than 15 digits")
    known = isinstance(value, str | bool | int | float | None)
    text = json.dumps(value, ensure_ascii=False) if known else type(value).__name__
    text = text.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair cannot be printed
    return text if len(text) <= 60 else text[:57] + "…"


def quote_id(item_id: str) -> str:
    """An item's ID as a sentence can quote it: short and on one line."""
    text = quote_value(item_id).strip('"')
    return _("“{name}”").format(name=text)


def _kind(value: object) -> str:
    """What a JSON value that isn't an object is."""
    if value is None or isinstance(value, bool):
        return quote_value(value)
    if isinstance(value, str):
        return _("a text")
    return _("a list") if isinstance(value, list) else _("a number")


def parse_columns(value: object, where: str = "columns") -> int:
    """The number of columns of a grid. Invalid, naming `where`, unless a whole number from 1 to 1,000."""
    return _whole(value, 1, MAX_COLUMNS, None, where)


def parse_compact(value: object) -> Compact:
    """The name of a compaction. Invalid unless one of the three."""
    for name in COMPACTS:
        if value == name:
            return name
    what = _("compact is {value}; it must be vertical, horizontal or none.").format(value=quote_value(value))
    refuse("bad-compact", what, None, "compact")


def parse(value: object, *, columns: int = 12) -> Layout:
    """The layout that decoded JSON describes, on `columns` columns.

    Unknown fields are kept by reference: `value` belongs to the layout afterwards. An item may reach beyond the grid
    (it was made for a wider one); `rgl_compat` and `drag_preview` bring it in. Raises `Invalid` with the item and the
    field.
    """
    if not isinstance(value, list):
        refuse("not-a-list", _("items is {value}; it must be a list.").format(value=quote_value(value)), None, "items")
    if len(value) > MAX_ITEMS:
        what = _("There are {count} items; a dashboard can have up to {limit}.").format(
            count=len(value), limit=MAX_ITEMS
        )
        refuse("too-many-items", what, None, "items")
    seen: set[str] = set()
    placed: list[tuple[Item, Cell]] = []
    for place, entry in enumerate(value):
        item, cell = parse_item(entry, place)
        if item.id in seen:
            refuse("duplicate-id", _("Two items have the ID {item}.").format(item=quote_id(item.id)), item.id, "id")
        seen.add(item.id)
        placed.append((item, cell))
    return Layout.of(parse_columns(columns), placed)


def parse_item(entry: object, place: int = 0) -> tuple[Item, Cell]:
    """One item and its cell; `place` (from 0) names it in errors if it has no id. Raises `Invalid` as `parse`."""
    if not isinstance(entry, dict):
        what = _("Entry {place} of the list is {kind}; it must be an object.")
        what = what.format(place=place + 1, kind=_kind(entry))
        refuse("not-an-object", what, None, f"items.{place}")
    name = entry.get("id")
    if not isinstance(name, str) or not 0 < len(name) <= MAX_ID:
        what = _("The ID of item {place} is {value}; it must be text of 1 to {limit} characters.")
        refuse("bad-id", what.format(place=place + 1, value=quote_value(name), limit=MAX_ID), None, f"items.{place}.id")
    kind = entry.get("type")
    if not isinstance(kind, str) or not 0 < len(kind) <= MAX_ID:
        what = _("The type of item {item} is {value}; it must be text of 1 to {limit} characters.")
        refuse("bad-type", what.format(item=quote_id(name), value=quote_value(kind), limit=MAX_ID), name, "type")
    static = entry.get("static", False)
    if not isinstance(static, bool):
        what = _("static of item {item} is {value}; it must be true or false.")
        refuse("bad-static", what.format(item=quote_id(name), value=quote_value(static)), name, "static")
    limits = (
        [_limit(entry, limit, most, name) for limit, most in _LIMITS.items()]
        if _LIMITS.keys() & entry.keys()
        else [None] * 4
    )
    cell = _parse_cell(entry.get("position"), name)
    min_w, max_w, min_h, max_h = limits
    for low, high, names in ((min_w, max_w, ("min_w", "max_w")), (min_h, max_h, ("min_h", "max_h"))):
        if low is not None and high is not None and low > high:
            what = _("{low} of item {item} is greater than its {high}.").format(
                low=names[0], high=names[1], item=quote_id(name)
            )
            refuse("limits-crossed", what, name, names[0])
    return Item(name, kind, static, min_w, max_w, min_h, max_h, MappingProxyType(entry)), cell


def _parse_cell(position: object, name: str) -> Cell:
    if not isinstance(position, dict):
        what = _("position of item {item} is {value}; it must be an object with x, y, w and h.")
        refuse("bad-position", what.format(item=quote_id(name), value=quote_value(position)), name, "position")
    x, y, w, h = position.get("x"), position.get("y"), position.get("w"), position.get("h")
    # One quick check for valid values; the slow one only finds the message for an invalid one.
    if (
        type(x) is type(y) is type(w) is type(h) is int
        and 0 <= x < MAX_COLUMNS
        and 0 <= y <= MAX_ROW
        and 0 < w <= MAX_COLUMNS
        and 0 < h <= MAX_HEIGHT
    ):
        return Cell(x, y, w, h)
    return Cell(*(_whole(position.get(key), *span, name, f"position.{key}") for key, span in _POSITION.items()))


def _limit(entry: Mapping[str, object], key: str, most: int, name: str) -> int | None:
    value = entry.get(key)
    return None if value is None else _whole(value, 1, most, name, key)


def _whole(value: object, least: int, most: int, item: str | None, field_name: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return value
    if item is None:
        what = _("{field} is {value}; it must be {allowed}.")
    else:
        what = _("{field} of item {item} is {value}; it must be {allowed}.")
    facts = {
        "field": field_name,
        "item": quote_id(item or ""),
        "value": quote_value(value),
        "allowed": allowed_numbers(least, most, whole=True),
    }
    refuse("bad-number", what.format(**facts), item, field_name)


def serialise(layout: Layout) -> list[dict[str, object]]:
    """The layout as a list of JSON objects, in the order given, unknown fields included."""
    return [written_item(item, cell) for item, cell in layout]


def written_item(item: Item, cell: Cell) -> dict[str, object]:
    """One item as a JSON object."""
    known: dict[str, object] = {"id": item.id, "type": item.type}
    if not item.source:
        optional = {"min_w": item.min_w, "max_w": item.max_w, "min_h": item.min_h, "max_h": item.max_h}
        known |= {"static": True} if item.static else {}
        known |= {key: value for key, value in optional.items() if value is not None}
    given = item.source.get("position")
    position = {**given, **cell._asdict()} if isinstance(given, dict) else cell._asdict()
    return {**item.source, **known, "position": position}
