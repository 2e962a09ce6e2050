"""Grid geometry, pure: documents, react-grid-layout's exact results, and a preview of drags without
hysteresis.

A `Layout` is never changed: every operation gives a new one, so undo is keeping the old.
"""

from .arranging import Axis, Edge, align, distribute, equalise, grow, swap
from .bodies import BodyStretch
from .breakpoints import derived, manual
from .carrying import Carry, Stretch
from .containers import (
    CONTAINERS,
    DEEPEST,
    GROUP,
    HEADING,
    ROW,
    TABS,
    Found,
    Page,
    Path,
    collapsed,
    crowded,
    everything,
    fitted,
    height,
    mapped,
    reach,
    without,
)
from .decoding import decode
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
    Pane,
    parse,
    parse_columns,
    parse_compact,
    parse_item,
    serialise,
    shown,
)
from .edges import EdgePull, SharedEdge, edge_at
from .exact import HANDLES, Handle, add, compacted, move, remove, resize
from .guides import Gap, Guide, Guides, Hints
from .jumping import Way, jumped
from .numbering import counted, numbered
from .pagedocument import Known, parse_page, serialise_page, written_rows
from .placing import first_free, reading_order
from .preview import Drag, Resize, placed
from .repeating import Repeat, repeat_of, repeated
from .requests import apply
from .settling import settled
from .tidying import arranged

__all__ = [
    "COMPACTS",
    "CONTAINERS",
    "DEEPEST",
    "GROUP",
    "HANDLES",
    "HEADING",
    "MAX_COLUMNS",
    "MAX_HEIGHT",
    "MAX_ITEMS",
    "MAX_ROW",
    "ROW",
    "TABS",
    "Axis",
    "BodyStretch",
    "Carry",
    "Cell",
    "Compact",
    "Drag",
    "Edge",
    "EdgePull",
    "Found",
    "Gap",
    "Guide",
    "Guides",
    "Handle",
    "Hints",
    "Item",
    "Known",
    "Layout",
    "Page",
    "Pane",
    "Path",
    "Repeat",
    "Resize",
    "SharedEdge",
    "Stretch",
    "Way",
    "add",
    "align",
    "apply",
    "arranged",
    "collapsed",
    "compacted",
    "counted",
    "crowded",
    "decode",
    "derived",
    "distribute",
    "edge_at",
    "equalise",
    "everything",
    "first_free",
    "fitted",
    "grow",
    "height",
    "jumped",
    "manual",
    "mapped",
    "move",
    "numbered",
    "parse",
    "parse_columns",
    "parse_compact",
    "parse_item",
    "parse_page",
    "placed",
    "reach",
    "reading_order",
    "remove",
    "repeat_of",
    "repeated",
    "resize",
    "serialise",
    "serialise_page",
    "settled",
    "shown",
    "swap",
    "without",
    "written_rows",
]
