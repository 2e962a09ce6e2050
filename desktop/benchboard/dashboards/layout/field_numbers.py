"""The column and row by which an item is known: those its document says (docs/dashboard-format.md). Groups and tabs
count from their own first field, a row goes on counting in the grid it lies in."""

from benchboard.dashboards.layout.containers import HEADING, ROW, PageIndex, Path
from benchboard.dashboards.layout.model import Cell


def numbering_grid(page: PageIndex, path: Path) -> Path:
    """The grid in whose fields a grid's numbers count: its own, or the one around its rows."""
    while path and page.item(path[-1][0]).type == ROW:
        path = path[:-1]
    return path


def document_cell(page: PageIndex, item_id: str) -> Cell:
    """An item's cell in the numbers its document has for it. Invalid if there is no such item."""
    cell, y = page.cell(item_id), 0
    for outer, _k in reversed(page.path(item_id)):
        row = page.item(outer)
        if row.type != ROW:
            break
        if row.collapsed:
            y += row.panes[0].top
            break
        y += page.cell(outer).y + HEADING
    return cell._replace(y=cell.y + y)
