"""Random layouts for property tests, and what holds of every layout afterwards."""

import random

from hypothesis import strategies as st

from benchboard.dashboards.layout import COMPACTS, Cell, Compact, Drag, Item, Layout, normalized, parse
from support import rgl


@st.composite
def starts(draw: st.DrawFn, columns: tuple[int, ...] = (6, 12, 24)) -> tuple[Layout, Compact]:
    """A normalised layout, with or without static items and size limits, and its compaction."""
    rng = random.Random(draw(st.integers(0, 10**9)))
    wide = draw(st.sampled_from(columns))
    compact: Compact = draw(st.sampled_from(COMPACTS))
    fixed, limits = draw(st.sampled_from([0, 0.1])), draw(st.sampled_from([0, 0.3]))
    items = rgl.random_items(rng, draw(st.integers(1, 22)), wide, statics=fixed, limits=limits)
    return normalized(parse(items, columns=wide), compact), compact


def some(data: st.DataObject, layout: Layout, most: int = 6) -> list[str]:
    """The ids of some of its items."""
    names = [item.id for item in layout.items]
    return data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=most, unique=True))


def laid(columns: int = 12, **cells: tuple[int, int, int, int]) -> Layout:
    """A layout of items by name and cell; a name that begins with `fixed` is static."""
    return Layout.of(
        columns,
        [(Item(name, "text", static=name.startswith("fixed")), Cell(*cell)) for name, cell in cells.items()],
    )


def shown(layout: Layout) -> dict[str, tuple[int, ...]]:
    """The cells by id."""
    return {item.id: tuple(cell) for item, cell in layout}


def check(after: Layout, before: Layout) -> None:
    """Every item is inside the grid, none overlap except static ones with each other, and static items have not
    moved."""
    check_grid(after)
    assert all(after.cell(item.id) == cell for item, cell in before if item.static)


def check_grid(layout: Layout) -> None:
    """Every item is inside the grid, and none overlap except static ones with each other."""
    pairs = list(layout)
    for number, (item, cell) in enumerate(pairs):
        assert cell.x >= 0
        assert cell.y >= 0
        assert cell.right <= layout.columns
        for other, there in pairs[:number]:
            assert not cell.overlaps(there) or (item.static and other.static), (item.id, other.id)


def hangs(drag: Drag, dx: int, dy: int) -> bool:
    """Whether a body is supported everywhere at this offset: each part touches the top of the page, another part, or an
    item that does not have to move down for it."""
    body = [cell._replace(x=cell.x + dx, y=cell.y + dy) for cell in drag.body]
    others = [pair for place, pair in enumerate(drag.lifted) if place not in drag.places]
    if any(cell.y < 0 for cell in body):
        return False
    going = [cell for _item, cell in others if any(cell.overlaps(part) for part in body)]
    if any(item.static and cell in going for item, cell in others):
        return False
    for item, cell in sorted(others, key=lambda pair: pair[1].y):
        if not item.static and any(_under(cell, one) for one in going):
            going.append(cell)
    firm = [cell for _item, cell in others if cell not in going] + body
    return all(not part.y or any(part.y == one.bottom and _under(part, one) for one in firm) for part in body)


def _under(low: Cell, high: Cell) -> bool:
    return low.y >= high.bottom and low.x < high.right and high.x < low.right
