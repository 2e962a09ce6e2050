"""Where dragged items would land, in the document's grid units."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from benchboard.dashboards.layout import HEADING, Cell, Item, PageIndex, Path, grid_number, numbering_grid
from benchboard.i18n import _, ngettext
from benchboard.ui.studio.canvas.scene.container_frame import pane_name


class DropTarget(NamedTuple):
    """The cells that the moved items would get, by id, in units of their grid."""

    cells: Mapping[str, Cell]
    container: str
    """The name of the container that they would be in; empty for the page itself."""
    columns: int
    """The number of columns of their grid."""
    resizes: bool
    page_cells: Mapping[str, Cell]
    """The cells that all items of the page would then have, in grid units of the page."""

    @property
    def label(self) -> str:
        """The number of items, and the position or size that they would get."""
        cells = list(self.cells.values())
        left, top = min(cell.x for cell in cells), min(cell.y for cell in cells)
        if self.resizes:
            right, bottom = max(cell.right for cell in cells), max(cell.bottom for cell in cells)
            return _("{w} × {h}").format(w=right - left, h=bottom - top)
        parts = [_("column {x}, row {y}").format(x=grid_number(left), y=grid_number(top))]
        if len(cells) > 1:
            parts.insert(0, ngettext("{count} widget", "{count} widgets", len(cells)).format(count=len(cells)))
        if self.container:
            parts.append(self.container)
        return " · ".join(parts)


def find_drop_target(
    page: PageIndex,
    path: Path,
    ids: Sequence[str],
    page_cells: Mapping[str, Cell],
    *,
    resizes: bool,
    shown_as: Callable[[Item], Item],
) -> DropTarget:
    """The drop target of these items in a grid of the page. `shown_as` replaces variables in texts by their values."""
    left, top = 0, 0
    grid = numbering_grid(page, path)
    if grid and (container := page_cells.get(grid[-1][0])) is not None:
        left, top = container.x, container.y + HEADING
    known = ((one, page_cells.get(one)) for one in ids)
    cells = {one: cell._replace(x=cell.x - left, y=cell.y - top) for one, cell in known if cell is not None}
    return DropTarget(cells, pane_name(page, path, shown_as), page.pane(path).columns, resizes, page_cells)
