"""Random edits of a dashboard, for property tests."""

import random
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from benchboard.dashboards.document.document import Document, Variable, parse_document
from benchboard.dashboards.layout import DEEPEST, ROW, Cell, Drag, Item, Layout, PageIndex, collapsed, fitted, without
from support.pages import pages


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """A dashboard with containers, fitted."""
    layout = draw(pages())
    variables = (Variable("shop", "Shop", "list", ("north", "south"), ("north",), include_all=draw(st.booleans())),)
    return Document(layout, "Line 2", variables=variables)


@st.composite
def edited(draw: st.DrawFn, document: Document, who: str) -> Document:
    """The dashboard after up to five edits by `who`, whose new items are called after them."""
    rng = random.Random(draw(st.integers(0, 10**9)))
    for number in range(draw(st.integers(0, 5))):
        document = edit(rng, document, f"{who}{number}")
    return document


def edit(rng: random.Random, document: Document, name: str) -> Document:
    """One edit at random."""
    page = PageIndex(document.layout)
    ids = list(page.paths)
    kind = rng.choice(("move", "move", "carry", "say", "say", "remove", "add", "both", "title", "variable", "collapse"))
    if kind == "title":
        return replace(document, title=f"Line {rng.randint(2, 5)}")
    if kind == "variable":
        chosen = (rng.choice(("north", "south")),)
        more: dict[str, Any] = rng.choice(
            (
                {"chosen": chosen},
                {"type": "query", "query": f"SELECT {rng.randint(0, 3)}"},
                {"all_chosen": True},
                {"include_all": True, "all_chosen": True},
                {"include_all": False, "all_chosen": False},
            )
        )
        return replace(document, variables=(*(replace(one, **more) for one in document.variables),))
    if kind in ("add", "both"):
        return _with(document, _added(rng, page, "new" if kind == "both" else name))
    if not ids:
        return document
    item_id = rng.choice(ids)
    if kind == "remove":
        return _with(document, without(document.layout, [item_id]))
    if kind == "collapse":
        item = page.item(item_id)
        return _with(document, collapsed(page, item_id, not item.collapsed)) if item.type == ROW else document
    if kind == "say":
        item = page.item(item_id)
        choices: tuple[tuple[str, object], ...] = (
            ("title", f"T{rng.randint(0, 9)}"),
            ("hint", rng.randint(0, 2)),
            ("config", None),
        )
        key, value = rng.choice(choices)
        if key == "config":
            config = item.source.get("config", {})
            value = {**config, rng.choice("ab"): rng.choice((1, True, "x"))} if isinstance(config, dict) else {}
        return _with(document, page.with_item(replace(item, source={**item.source, key: value})))
    if kind == "carry":
        return _with(document, _carried(rng, page, item_id))
    cell = page.cell(item_id)
    here = page.pane(page.path(item_id))
    drop = Drag(here, [item_id]).drop(rng.randint(0, here.columns), rng.randint(0, cell.y + 6))
    return _with(document, page.with_pane(page.path(item_id), drop))


def _added(rng: random.Random, page: PageIndex, name: str) -> Layout:
    if name in page.paths:
        return page.layout
    path = rng.choice([(), *(path for path in page.paths.values())])
    here = page.pane(path)
    item = Item(name, "text", source={"title": f"A{rng.randint(0, 3)}"})
    cell = Cell(0, rng.randint(0, 5), rng.randint(1, here.columns), rng.randint(1, 4))
    return page.with_pane(path, Layout.of(here.columns, [*here, (item, cell)]))


def _carried(rng: random.Random, page: PageIndex, item_id: str) -> Layout:
    """The item with all it holds in another grid."""
    item = page.item(item_id)
    left = PageIndex(without(page.layout, [item_id]))
    panes = [
        (*left.path(name), (name, k)) for name in left.paths for k in range(len(left.item(name).panes))
    ] + [()]  # fmt: skip
    path = rng.choice(panes)
    if len(path) + _levels(item) > DEEPEST:
        return page.layout
    here = left.pane(path)
    cell = page.cell(item_id)._replace(x=0, y=rng.randint(0, here.bottom))
    return left.with_pane(path, Layout.of(here.columns, [*here, (item, cell)]))


def _levels(item: Item) -> int:
    return 1 + max((_levels(inner) for pane in item.panes for inner in pane.layout.items), default=0)


def _with(document: Document, layout: Layout) -> Document:
    return replace(document, layout=fitted(layout, document.compact))


def dashboard(*items: dict[str, Any], **more: object) -> Document:
    """A document of these items, each `{"id": "a", "at": (x, y, w, h), …}`; texts where no type is said."""
    written = [_item(dict(item)) for item in items]
    return parse_document({"format": "benchboard/dashboard", "version": 2, "items": written, **more})


def _item(item: dict[str, Any]) -> dict[str, Any]:
    x, y, w, h = item.pop("at")
    item = {"type": "text", **item, "position": {"x": x, "y": y, "w": w, "h": h}}
    if isinstance(inner := item.get("items"), list):
        item["items"] = [_item(dict(one)) for one in inner]
    if isinstance(tabs := item.get("tabs"), list):
        item["tabs"] = [{**tab, "items": [_item(dict(one)) for one in tab.get("items", [])]} for tab in tabs]
    return item
