"""Grid geometry, pure: documents, react-grid-layout's exact results, and a preview of drags without
hysteresis.

A `Layout` is never changed: every operation gives a new one, so undo is keeping the old.
"""

from .arranging import Axis, Edge, align, distribute, equalise, swap
from .breakpoints import derived, manual
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
from .edges import EdgePull, SharedEdge, edge_at
from .exact import HANDLES, Handle, add, compacted, move, remove, resize
from .guides import Gap, Guide, Guides, Hints
from .jumping import Way, jumped
from .placing import first_free, reading_order
from .preview import Drag, Resize, placed, settled
from .repeating import Repeat, repeat_of, repeated
from .requests import apply
from .tidying import arranged

__all__ = [
    "COMPACTS",
    "HANDLES",
    "MAX_COLUMNS",
    "MAX_HEIGHT",
    "MAX_ITEMS",
    "MAX_ROW",
    "Axis",
    "Cell",
    "Compact",
    "Drag",
    "Edge",
    "EdgePull",
    "Gap",
    "Guide",
    "Guides",
    "Handle",
    "Hints",
    "Item",
    "Layout",
    "Repeat",
    "Resize",
    "SharedEdge",
    "Way",
    "add",
    "align",
    "apply",
    "arranged",
    "compacted",
    "decode",
    "derived",
    "distribute",
    "edge_at",
    "equalise",
    "first_free",
    "jumped",
    "manual",
    "move",
    "parse",
    "parse_columns",
    "parse_compact",
    "parse_item",
    "placed",
    "reading_order",
    "remove",
    "repeat_of",
    "repeated",
    "resize",
    "serialise",
    "settled",
    "swap",
]
