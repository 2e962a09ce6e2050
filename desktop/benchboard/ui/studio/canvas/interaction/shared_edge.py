"""Finds and moves the edge that neighbouring items share, for the mouse and for keys."""

from collections.abc import Iterator

from benchboard.dashboards.editing.page_edits import locks
from benchboard.dashboards.layout import ROW, Layout, PageIndex, Path, SharedEdge, SharedEdgeResize, edge_at
from benchboard.i18n import _
from benchboard.ui.studio.document.editor import Editor

_DEFAULT_REACH = (0.2, 0.2)


def shared_edge(
    pane: Layout, column: float, row: float, reach: tuple[float, float] = _DEFAULT_REACH
) -> SharedEdge | None:
    """The edge that neighbours share at a point of their grid, in columns and rows.

    Items whose size is locked, or depends on their content, are excluded.
    """
    fixed = [item.id for item in pane.items if "size" in locks(item) or item.type == ROW]
    edge = edge_at(pane, column, row, reach=reach, fixed=fixed)
    if edge is None or (
        edge.axis == "down" and any(pane.items[pane.index(one)].panes for one in edge.before + edge.after)
    ):
        return None
    return edge


def move_edge(editor: Editor, dx: int, dy: int) -> str:
    """Move the edge that the first selected widget shares with its neighbours: the right or lower one, or else the left
    or upper. Returns why nothing moved, as text for the user; empty if it moved.
    """
    page, item_id, compact = editor.page, editor.selection[0], editor.document.compact
    path = page.path(item_id)
    pane = page.pane(path)
    edge = next(_edges_of(page, path, item_id, across=bool(dx)), None)
    if edge is None:
        widget = editor.widget(item_id)
        words = _("“{title}” has no shared edge to move there.")
        return words.format(title=widget.title or widget.kind_name)
    resized = SharedEdgeResize(pane, edge, compact=compact).drop(edge.at + dx + dy)
    before = editor.document
    editor.apply_layout(_("Resize"), page.with_pane(path, resized, compact))
    return _("The edge can't move any further.") if editor.document is before else ""


def _edges_of(page: PageIndex, path: Path, item_id: str, *, across: bool) -> Iterator[SharedEdge]:
    pane, cell = page.pane(path), page.cell(item_id)
    if across:
        points = [(float(x), y + 0.5) for x in (cell.right, cell.x) for y in range(cell.y, cell.bottom)]
    else:
        points = [(x + 0.5, float(y)) for y in (cell.bottom, cell.y) for x in range(cell.x, cell.right)]
    for column, row in points:
        edge = shared_edge(pane, column, row)
        if edge is not None and item_id in edge.before + edge.after:
            yield edge
