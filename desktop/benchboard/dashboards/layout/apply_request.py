"""Carry out one request of `benchboard layout apply`: a layout and one operation on it, both untrusted.

`{"columns": 12, "compact": "vertical", "items": […], "op": {…}, "prevent_collision": false}` with op one of
`{"move": id, "x":, "y":}`, `{"resize": id, "w":, "h":, "handle": "se"}`, `{"add": item}`, `{"remove": id}`,
`{"compact": true}`. Other fields of the request are ignored.
"""

from collections.abc import Mapping

from benchboard.dashboards.layout import resize_limits, rgl_compat
from benchboard.dashboards.layout.containers import CONTAINERS
from benchboard.dashboards.layout.model import (
    Compact,
    Layout,
    parse,
    parse_columns,
    parse_compact,
    parse_item,
    quote_id,
    quote_value,
    refuse,
)
from benchboard.dashboards.layout.page_format import parse_page
from benchboard.errors import Invalid
from benchboard.i18n import _

_FAR = 1_000_000_000
_CONTENTS = {"items", "tabs"}
_KINDS = ("move", "resize", "add", "remove", "compact")


def apply(request: object) -> Layout:
    """The layout that react-grid-layout would make of the request. Raises `Invalid` with the item and the field that
    are wrong."""
    if not isinstance(request, Mapping):
        what = _("The request is {value}; it must be an object.").format(value=quote_value(request))
        refuse("not-a-request", what, None, None)
    columns = parse_columns(request.get("columns", 12))
    compact = parse_compact(request.get("compact", "vertical"))
    prevent = request.get("prevent_collision", False)
    if not isinstance(prevent, bool):
        what = _("prevent_collision is {value}; it must be true or false.").format(value=quote_value(prevent))
        refuse("bad-switch", what, None, "prevent_collision")
    layout = parse(request.get("items"), columns=columns)
    if any(_CONTENTS & item.source.keys() for item in layout.items if item.type in CONTAINERS):
        parse_page(request.get("items"), columns=columns)  # what they hold stays as it is, but must be right
    return _operate(layout, request.get("op"), compact, prevent)


def _operate(layout: Layout, op: object, compact: Compact, prevent: bool) -> Layout:
    if not isinstance(op, Mapping):
        what = _("op is {value}; it must be an object with one of {kinds}.")
        refuse("bad-op", what.format(value=quote_value(op), kinds=", ".join(_KINDS)), None, "op")
    kind = _kind(op)
    if kind == "compact":
        if op["compact"] is not True:
            what = _("op.compact is {value}; it must be true.").format(value=quote_value(op["compact"]))
            refuse("bad-op", what, None, "op.compact")
        return rgl_compat.compacted(layout, compact=compact)
    if kind == "add":
        return _add(layout, op["add"], compact)
    name = _named(layout, op, kind)
    if kind == "remove":
        return rgl_compat.remove(layout, name, compact=compact)
    if kind == "move":
        x, y = _required_size(op, "x", name), _required_size(op, "y", name)
        return rgl_compat.move(layout, name, x, y, compact=compact, prevent_collision=prevent)
    w, h, handle = _required_size(op, "w", name), _required_size(op, "h", name), _handle(op, name)
    return rgl_compat.resize(layout, name, w, h, handle, compact=compact, prevent_collision=prevent)


def _kind(op: Mapping[str, object]) -> str:
    kinds = [kind for kind in _KINDS if kind in op]
    if not kinds:
        refuse("bad-op", _("op is empty; it must have one of {kinds}.").format(kinds=", ".join(_KINDS)), None, "op")
    if len(kinds) > 1:
        what = _("op has {several}; it must have only one of them.").format(several=", ".join(kinds))
        refuse("bad-op", what, None, "op")
    return kinds[0]


def _add(layout: Layout, entry: object, compact: Compact) -> Layout:
    try:
        item, cell = parse_item(entry, len(layout))
        return rgl_compat.add(layout, item, cell, compact=compact)
    except Invalid as error:
        raise _inside(error, len(layout)) from error


def _inside(error: Invalid, place: int) -> Invalid:
    """The same error, with its field named from the request's root."""
    name = str(error.facts.get("field") or "").removeprefix(f"items.{place}").lstrip(".")
    field = f"op.add.{name}" if name else "op.add"
    return Invalid(error.code, error.what, item=error.facts.get("item"), field=field)


def _named(layout: Layout, op: Mapping[str, object], kind: str) -> str:
    name = op[kind]
    if not isinstance(name, str):
        what = _("op.{kind} is {value}; it must be the ID of an item.").format(kind=kind, value=quote_value(name))
        refuse("bad-op", what, None, f"op.{kind}")
    if name not in layout.places:
        what = _("This layout has no widget {item}.").format(item=quote_id(name))
        refuse("no-such-item", what, name[:200], f"op.{kind}")
    return name


def _required_size(op: Mapping[str, object], key: str, item: str) -> int:
    value = op.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not -_FAR <= value <= _FAR:
        what = _("op.{field} of item {item} is {value}; it must be a whole number.")
        refuse("bad-number", what.format(field=key, item=quote_id(item), value=quote_value(value)), item, f"op.{key}")
    return value


def _handle(op: Mapping[str, object], item: str) -> resize_limits.Handle:
    value = op.get("handle", "se")
    handle = next((handle for handle in resize_limits.HANDLES if value == handle), None)
    if handle is None:
        what = _("op.handle of item {item} is {value}; it must be one of {handles}.")
        facts = {"item": quote_id(item), "value": quote_value(value), "handles": ", ".join(resize_limits.HANDLES)}
        refuse("bad-handle", what.format(**facts), item, "op.handle")
    return handle
