"""The layouts of dashboards that aren't open: of those that this person may see, and that need no values."""

from typing import Any

from benchboard.dashboards import library
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.layout import Cell
from benchboard.dashboards.page_layouts import page_layouts
from benchboard.identity.permissions import Actor
from support.databases import unbound
from support.people import Town


def _made(town: Town, actor: Actor, **item: Any) -> str:
    items = [{"id": "a", "type": "text", "title": "a", "position": {"x": 2, "y": 1, "w": 4, "h": 20}, **item}]
    raw = {"format": "benchboard/dashboard", "version": 2, "title": "D", "columns": 12, "items": items}
    with unbound(town.database).change() as session:
        return library.create(session, actor, parse_document(raw)).card.id


def test_page_layouts_leave_out_what_cannot_be_read_and_what_depends_on_values(town: Town) -> None:
    town.add("analyst@north.example")
    me, other = town.actor, town.sign_in("analyst@north.example").actor
    mine = _made(town, me)
    repeated = _made(town, me, repeat={"variable": "shop", "direction": "across"})
    missing = "00000000-0000-4000-8000-000000000001"
    with unbound(town.database).read() as session:
        layouts = page_layouts(session, me, [mine, repeated, missing, "no id"])
        others = page_layouts(session, other, [mine])
    assert list(layouts) == [mine]
    assert [cell for _item, cell in layouts[mine]] == [Cell(2, 0, 4, 20)]  # moved up, as when it is opened
    assert others == {}
