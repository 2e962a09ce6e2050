"""Grid geometry, pure: documents, react-grid-layout's exact results, and a preview of drags without
hysteresis.

A `Layout` is never changed: every operation gives a new one, so undo is keeping the old.
"""

from .document import (
    COMPACTS,
    MAX_COLUMNS,
    MAX_HEIGHT,
    MAX_ITEMS,
    MAX_ROW,
    Cell,
    Compact,
    Item,
    Layout,
    decode,
    parse,
    parse_columns,
    parse_compact,
    parse_item,
    serialise,
)
from .exact import HANDLES, Handle, add, compacted, move, remove, resize
from .placing import first_free, reading_order
from .preview import Drag, Resize, settled
from .requests import apply

__all__ = [
    "COMPACTS",
    "HANDLES",
    "MAX_COLUMNS",
    "MAX_HEIGHT",
    "MAX_ITEMS",
    "MAX_ROW",
    "Cell",
    "Compact",
    "Drag",
    "Handle",
    "Item",
    "Layout",
    "Resize",
    "add",
    "apply",
    "compacted",
    "decode",
    "first_free",
    "move",
    "parse",
    "parse_columns",
    "parse_compact",
    "parse_item",
    "reading_order",
    "remove",
    "resize",
    "serialise",
    "settled",
]
