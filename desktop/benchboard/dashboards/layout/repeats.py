"""Repeat by variable: one widget of the document is shown once for each selected value.

The document has the widget once; the page shows its clones. Clones are never written to the document.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, NoReturn

from benchboard.dashboards.layout.alignment import Axis
from benchboard.dashboards.layout.grid_arrays import GridArrays, RowBlocks
from benchboard.dashboards.layout.model import (
    MAX_COLUMNS,
    MAX_ID,
    MAX_ITEMS,
    MAX_ROW,
    Cell,
    Item,
    Layout,
    quote_id,
    quote_value,
    refuse,
)
from benchboard.dashboards.layout.normalize import normalized
from benchboard.i18n import _

_AXES: tuple[Axis, ...] = ("across", "down")
_MOST = 4


@dataclass(frozen=True, slots=True)
class Repeat:
    """The variable by which an item is repeated, the direction, and the greatest number of clones side by side."""

    variable: str
    direction: Axis = "across"
    most: int = _MOST


def repeat_of(item: Item) -> Repeat | None:
    """The repeat in the item's document; None if it is not repeated. Raises `Invalid` with the item and the field.

    `{"variable": "shop", "direction": "across", "most": 4}`; direction and most can be left out, and other fields are
    ignored.
    """
    given = item.source.get("repeat")
    if given is None:
        return None
    if not isinstance(given, Mapping):
        what = _("repeat of item {item} is {value}; it must be an object with the name of a variable.")
        refuse("bad-repeat", what.format(item=quote_id(item.id), value=quote_value(given)), item.id, "repeat")
    variable = given.get("variable")
    if not isinstance(variable, str) or not 0 < len(variable) <= MAX_ID:
        what = _("repeat.variable of item {item} is {value}; it must be the name of a variable.")
        refuse(
            "bad-repeat",
            what.format(item=quote_id(item.id), value=quote_value(variable)),
            item.id,
            "repeat.variable",
        )
    direction = next((axis for axis in _AXES if given.get("direction", "across") == axis), None)
    if direction is None:
        what = _("repeat.direction of item {item} is {value}; it must be across or down.")
        value = quote_value(given["direction"])
        refuse("bad-repeat", what.format(item=quote_id(item.id), value=value), item.id, "repeat.direction")
    most = given.get("most", _MOST)
    if not isinstance(most, int) or isinstance(most, bool) or not 1 <= most <= MAX_COLUMNS:
        what = _("repeat.most of item {item} is {value}; it must be a whole number from 1 to {limit}.")
        facts = {"item": quote_id(item.id), "value": quote_value(most), "limit": MAX_COLUMNS}
        refuse("bad-repeat", what.format(**facts), item.id, "repeat.most")
    return Repeat(variable, direction, most)


def repeated(
    layout: Layout, selected: Mapping[str, Sequence[str]], *, taken: Collection[str] = ()
) -> tuple[Layout, Mapping[str, tuple[str, str, str]]]:
    """The layout with every repeated item shown once for each selected value of its variable, and what each clone
    shows: clone id → (id of its item, variable, value). `selected` maps variables to their selected values.

    Across, the clones share the width of the page, at most `most` side by side and each within the item's `min_w` and
    `max_w`, on as many lines as needed; down, they are below each other, each as large as the item. The id of a clone
    is `<id>@<n>`, n from 1; if that is one of this layout's ids or in `taken`, with more @ between. For one value the
    item itself is shown and is in the result; for none, or a variable that is not in `selected`, it is shown but not in
    the result.

    Items that the clones overlap are pushed down below them, and so are items that those overlap, and items that begin
    above a line of clones in the same columns and reach into its first row. Static items, items above, items at the
    left in the same row, which the clones then go below, and items that nothing overlaps stay where they are. The
    clones of a line stay in one row when the layout is compacted (`Item.line`). Raises `Invalid` naming the item whose
    clones would be too many items or make the page too long, or whose repeat is invalid.
    """
    page = normalized(layout, "none")
    units, clones = _units(page, selected, {*taken, *layout.places})
    if all(len(unit.parts) == 1 for unit in units):
        return layout, clones
    pairs: list[tuple[Item, Cell]] = []
    for unit, row in zip(units, _lowered(page, units), strict=True):
        down = row - unit.zone.y
        if len(unit.parts) > 1 and unit.zone.bottom + down > MAX_ROW:
            what = _("Repeating {item} {count} times makes the dashboard longer than {limit} rows.")
            _refuse(what, "too-long", layout.items[unit.place], len(unit.parts), MAX_ROW)
        pairs += [(item, cell._replace(y=cell.y + down)) for item, cell in unit.parts]
    return Layout.of(layout.columns, pairs), clones


class _Unit(NamedTuple):
    """One item of the layout as it is shown: once, or as clones that move together. `zone` is the rectangle that they
    occupy."""

    place: int
    parts: list[tuple[Item, Cell]]
    zone: Cell


def _units(
    layout: Layout, selected: Mapping[str, Sequence[str]], taken: set[str]
) -> tuple[list[_Unit], dict[str, tuple[str, str, str]]]:
    clones: dict[str, tuple[str, str, str]] = {}
    units: list[_Unit] = []
    count = len(layout)
    for place, (item, cell) in enumerate(layout):
        repeat = repeat_of(item)
        values = selected.get(repeat.variable, ()) if repeat else ()
        if repeat is None or len(values) < 2:
            if repeat and values:
                clones[item.id] = (item.id, repeat.variable, values[0])
            units.append(_Unit(place, [(item, cell)], cell))
            continue
        count += len(values) - 1
        if count > MAX_ITEMS:
            what = _("Repeating {item} {count} times exceeds the limit of {limit} widgets and containers.")
            _refuse(what, "too-many-items", item, len(values), MAX_ITEMS)
        parts, across = [], repeat.direction == "across"
        cells = _spread(repeat, item, cell, len(values), layout.columns)
        for number, (value, there) in enumerate(zip(values, cells, strict=True), 1):
            name = f"{item.id}@{number}"
            while name in taken:
                name = f"{item.id}@{name.removeprefix(item.id)}"
            taken.add(name)
            clones[name] = (item.id, repeat.variable, value)
            parts.append((replace(item, id=name, line=item.id if across else ""), there))
        x, bottom = (0 if across else cell.x), parts[-1][1].bottom
        units.append(_Unit(place, parts, Cell(x, cell.y, max(c.right for _i, c in parts) - x, bottom - cell.y)))
    return units, clones


def _spread(repeat: Repeat, item: Item, cell: Cell, count: int, columns: int) -> Iterator[Cell]:
    """The cells of this many clones, in their order."""
    if repeat.direction == "down":
        return (cell._replace(y=cell.y + n * cell.h) for n in range(count))
    beside = max(1, min(count, repeat.most, columns // min(item.min_w or 1, columns)))
    w = min(columns // beside, max(item.max_w or columns, item.min_w or 1))
    return (Cell(n % beside * w, cell.y + n // beside * cell.h, w, cell.h) for n in range(count))


def _lowered(layout: Layout, units: Sequence[_Unit]) -> list[int]:
    """The final row of each unit: its own, or the first below units placed before it and static items. Units in one
    turn (`_turns`) are placed as they are read, from left to right, those that begin above a line of clones last."""
    fixed = [unit.place for unit in units if layout.items[unit.place].static and len(unit.parts) == 1]
    board = GridArrays(layout)
    statics, held = RowBlocks(board, fixed), frozenset(fixed)
    sky = [0] * layout.columns
    rows, turns = [unit.zone.y for unit in units], _turns(layout, units)
    cells = layout.cells
    for place in sorted(range(len(units)), key=lambda n: (turns[n], cells[n].y < turns[n], cells[n].x, n)):
        if place in held:
            continue
        x, y, w, h = units[place].zone
        row = max(y, *sky[x : x + w])
        while (hit := statics.first(x, row, w, h)) is not None:
            row = board.ys[hit] + board.hs[hit]
        rows[place] = row
        sky[x : x + w] = [row + h] * w
    return rows


def _turns(layout: Layout, units: Sequence[_Unit]) -> list[int]:
    """The row by which units are sorted: a unit's own, or that of the lowest line of clones that it overlaps from
    above."""
    lines = [unit.zone for unit in units if unit.parts[0][0].line]
    turns = []
    for unit, cell in zip(units, layout.cells, strict=True):
        beside = [] if unit.parts[0][0].line else [z.y for z in lines if cell.y < z.y < cell.bottom and _meet(cell, z)]
        turns.append(max(beside, default=unit.zone.y))
    return turns


def _meet(cell: Cell, line: Cell) -> bool:
    """Whether the two have a column in common."""
    return cell.x < line.right and line.x < cell.right


def _refuse(what: str, code: str, item: Item, count: int, limit: int) -> NoReturn:
    refuse(code, what.format(item=quote_id(item.id), count=count, limit=limit), item.id, "repeat")
