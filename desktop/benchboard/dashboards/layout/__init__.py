"""Layout engine for dashboards on a grid, without a user interface: reading and writing documents, exactly the results
of react-grid-layout, and drag previews that do not depend on the pointer's path.

A `Layout` is immutable: every operation returns a new one, so undo keeps the old one.
"""

from benchboard.dashboards.layout.alignment import Axis, Edge, align, distribute, equalise, grow, swap
from benchboard.dashboards.layout.apply_request import apply
from benchboard.dashboards.layout.auto_arrange import arranged
from benchboard.dashboards.layout.breakpoint_overrides import derive_layout, overrides_after
from benchboard.dashboards.layout.container_drag import ContainerDrag, ContainerResize
from benchboard.dashboards.layout.containers import (
    CONTAINERS,
    DEEPEST,
    GROUP,
    HEADING,
    MAX_TABS,
    ROW,
    TABS,
    LocatedItem,
    PageIndex,
    Path,
    bottom_bound,
    collapsed,
    fitted,
    height,
    map_items,
    overfull_item,
    walk_items,
    widget_count,
    without,
)
from benchboard.dashboards.layout.drag_preview import Drag, Resize, placed
from benchboard.dashboards.layout.grid_numbers import grid_index, grid_number
from benchboard.dashboards.layout.group_resize import GroupResize
from benchboard.dashboards.layout.json_decoding import decode
from benchboard.dashboards.layout.model import (
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
    quote_id,
    quote_value,
    serialise,
    written_item,
)
from benchboard.dashboards.layout.normalize import normalized
from benchboard.dashboards.layout.nudge import Direction, nudged
from benchboard.dashboards.layout.page_format import (
    ItemParser,
    WrittenItems,
    document_cell,
    numbering_grid,
    parse_page,
    rows_above,
    serialise_page,
    written_rows,
)
from benchboard.dashboards.layout.placement import first_free, reading_order
from benchboard.dashboards.layout.repeats import Repeat, repeat_of, repeated
from benchboard.dashboards.layout.resize_limits import HANDLES, Handle
from benchboard.dashboards.layout.rgl_compat import add, compacted, move, remove, resize
from benchboard.dashboards.layout.shared_edges import SharedEdge, SharedEdgeResize, edge_at
from benchboard.dashboards.layout.snap_guides import Gap, Guide, Guides, SnapHints

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
    "MAX_TABS",
    "ROW",
    "TABS",
    "Axis",
    "Cell",
    "Compact",
    "ContainerDrag",
    "ContainerResize",
    "Direction",
    "Drag",
    "Edge",
    "Gap",
    "GroupResize",
    "Guide",
    "Guides",
    "Handle",
    "Item",
    "ItemParser",
    "Layout",
    "LocatedItem",
    "PageIndex",
    "Pane",
    "Path",
    "Repeat",
    "Resize",
    "SharedEdge",
    "SharedEdgeResize",
    "SnapHints",
    "WrittenItems",
    "add",
    "align",
    "apply",
    "arranged",
    "bottom_bound",
    "collapsed",
    "compacted",
    "decode",
    "derive_layout",
    "distribute",
    "document_cell",
    "edge_at",
    "equalise",
    "first_free",
    "fitted",
    "grid_index",
    "grid_number",
    "grow",
    "height",
    "map_items",
    "move",
    "normalized",
    "nudged",
    "numbering_grid",
    "overfull_item",
    "overrides_after",
    "parse",
    "parse_columns",
    "parse_compact",
    "parse_item",
    "parse_page",
    "placed",
    "quote_id",
    "quote_value",
    "reading_order",
    "remove",
    "repeat_of",
    "repeated",
    "resize",
    "rows_above",
    "serialise",
    "serialise_page",
    "swap",
    "walk_items",
    "widget_count",
    "without",
    "written_item",
    "written_rows",
]
