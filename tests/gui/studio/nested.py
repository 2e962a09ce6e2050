"""A page with a row, a collapsed row and tabs, for tests of containers."""

from typing import Any


def text(item_id: str, title: str, x: int, y: int, w: int = 4, h: int = 3) -> dict[str, Any]:
    place = {"x": x, "y": y, "w": w, "h": h}
    return {"id": item_id, "type": "text", "title": title, "position": place, "config": {"text": title}}


def nested() -> dict[str, Any]:
    """Seven texts: two on the page, one in an open row, two in a closed row, one in each of two tabs."""
    return {
        "format": "benchboard/dashboard", "version": 2, "title": "Line 2 overview", "columns": 12,
        "items": [
            text("right", "Right", 4, 0),
            text("left", "Left", 0, 0),
            {"id": "open", "type": "row", "title": "API server", "position": {"x": 0, "y": 3, "w": 12, "h": 1},
             "items": [text("inside", "Inside", 0, 4)]},
            {"id": "closed", "type": "row", "title": "Old things", "collapsed": True,
             "position": {"x": 0, "y": 7, "w": 12, "h": 1},
             "items": [{**text("old", "Old", 0, 8), "static": True}, text("older", "Older", 4, 8)]},
            {"id": "tabs", "type": "tabs", "title": "Shifts", "active": "a",
             "position": {"x": 0, "y": 9, "w": 6, "h": 5},
             "tabs": [{"id": "a", "title": "Today", "items": [text("today", "Today's text", 0, 0)]},
                      {"id": "b", "title": "Week", "items": [text("week", "Week's text", 0, 0)]}]},
        ],
    }  # fmt: skip
