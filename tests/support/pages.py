"""Random pages with rows, groups and tabs, for property tests."""

import random
from typing import Any

from hypothesis import strategies as st

from benchboard.dashboards.layout import CONTAINERS, ROW, TABS, Layout, fitted, parse_page
from support import rgl
from support.grids import check_grid

JsonItem = dict[str, Any]


def random_page(rng: random.Random, columns: int, *, depth: int = 2, statics: float = 0.1) -> list[JsonItem]:
    """The documented JSON of a page with containers up to `depth` deep. Its ids differ."""
    numbers = iter(range(10**6))
    return _items(rng, columns, depth, numbers, statics)


def _items(rng: random.Random, columns: int, depth: int, numbers: Any, statics: float) -> list[JsonItem]:
    items = rgl.random_items(rng, rng.randint(0, 7), columns, statics=statics)
    for item in items:
        item["id"] = f"i{next(numbers)}"
        if depth and rng.random() < 0.3:
            _contain(rng, item, columns, depth - 1, numbers, statics)
    return items


def _contain(rng: random.Random, item: JsonItem, columns: int, depth: int, numbers: Any, statics: float) -> None:
    kind = rng.choice(CONTAINERS)
    item["type"], item["title"] = kind, f"{kind} {item['id']}"
    place = item["position"]
    if kind == ROW:
        place |= {"x": 0, "w": columns}
    inside = max(1, min(place["w"], columns - place["x"]))
    if kind == TABS:
        item["tabs"] = [
            {"id": f"t{k}", "title": f"Tab {k}", "items": _items(rng, inside, depth, numbers, statics)}
            for k in range(rng.randint(1, 3))
        ]
        item["active"] = rng.choice(item["tabs"])["id"]
        return
    item["items"] = _items(rng, inside, depth, numbers, statics)
    if kind == ROW:
        for inner in item["items"]:
            inner["position"]["y"] += place["y"] + 1
        item["collapsed"] = rng.random() < 0.3


@st.composite
def pages(draw: st.DrawFn, *, statics: float = 0.1) -> Layout:
    """A page as it is displayed: fitted."""
    rng = random.Random(draw(st.integers(0, 10**9)))
    columns = draw(st.sampled_from([6, 12, 24]))
    return fitted(parse_page(random_page(rng, columns, statics=statics), columns=columns))


def check_page(layout: Layout) -> None:
    """No items overlap (except static ones with each other), all are inside their grids, and containers are as high as
    their children need, at every level."""
    check_grid(layout)
    for item, cell in layout:
        for pane in item.panes:
            assert pane.layout.columns == cell.w
            assert item.collapsed or pane.layout.bottom < cell.h
            check_page(pane.layout)
        if item.type == ROW and item.panes:
            assert (cell.x, cell.w) == (0, layout.columns)
            assert not item.collapsed or cell.h == 1
