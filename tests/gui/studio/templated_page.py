"""A page whose titles and texts name a variable."""

from typing import Any

from benchboard.dashboards.document.document import Document, parse_document


def templated_item(name: str, kind: str, x: int, y: int, **more: Any) -> dict[str, Any]:
    return {"id": name, "type": kind, "position": {"x": x, "y": y, "w": 4, "h": 3}, **more}


def templated_page(**shop: Any) -> Document:
    """A row, tabs, a text, a number and a repeated number, all of which name a shop."""
    query = "select count(*) from orders where shop_id in (:shop)"
    items = [
        {"id": "r", "type": "row", "title": "Shop $shop", "position": {"x": 0, "y": 0, "w": 12, "h": 1}, "items": []},
        templated_item("n", "metric_card", 0, 1, title="Orders of ${shop}", query=query),
        templated_item("t", "text", 4, 1, title="About [[shop]]", config={"text": "**$shop** sells $other"}),
        templated_item("m", "metric_card", 8, 1, title="Each: $shop", query=query, repeat={"variable": "shop"}),
        {"id": "b", "type": "tabs", "position": {"x": 0, "y": 5, "w": 6, "h": 3}, "active": "p", "tabs": [
            {"id": "p", "title": "Only $shop", "items": []}]},
    ]  # fmt: skip
    said = {"name": "shop", "label": "Shop", "type": "list", "values": ["north", "<b>south</b>", "west"], **shop}
    return parse_document({"format": "benchboard/dashboard", "version": 2, "title": "Titles", "items": items,
                           "variables": [{"chosen": ["north"], "multiple": True, **said}]})  # fmt: skip
