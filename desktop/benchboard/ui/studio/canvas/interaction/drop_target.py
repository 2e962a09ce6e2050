"""Where what is dragged would land, in the numbers that the document will have for it."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from benchboard.dashboards.layout import HEADING, Cell, Item, PageIndex, Path, numbering_grid
from benchboard.i18n import _, ngettext
from benchboard.ui.studio.canvas.scene.container_frame import pane_name


class DropTarget(NamedTuple):
    """The cells that the moved items would get, by id, as their grid counts."""

    cells: Mapping[str, Cell]
    container: str
    """What the container is called that they would lie in; empty for the page itself."""
    columns: int
    """How many columns their grid has."""
    resizes: bool
    page_cells: Mapping[str, Cell]
    """The cells of everything on the page then, in fields of the page."""

    @property
    def label(self) -> str:
        """How many items, and the position or size that they would get."""
        cells = list(self.cells.values())
        left, top = min(cell.x for cell in cells), min(cell.y for cell in cells)
        if self.resizes:
            right, bottom = max(cell.right for cell in cells), max(cell.bottom for cell in cells)
            return _("{w} × {h}").format(w=right - left, h=bottom - top)
        parts = [_("x {x}, y {y}").format(x=left, y=top)]
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
    """The drop target of these items in a grid of the page. `shown_as` fills the values of variables into texts."""
    left, top = 0, 0
    grid = numbering_grid(page, path)
    if grid and (container := page_cells.get(grid[-1][0])) is not None:
        left, top = container.x, container.y + HEADING
    known = ((one, page_cells.get(one)) for one in ids)
    cells = {one: cell._replace(x=cell.x - left, y=cell.y - top) for one, cell in known if cell is not None}
    return DropTarget(cells, pane_name(page, path, shown_as), page.pane(path).columns, resizes, page_cells)
