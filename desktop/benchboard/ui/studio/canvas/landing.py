"""Where what is in hand would come to lie, in the numbers the document will have for it."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from benchboard.dashboards.catalogue import tab_name, widget_of
from benchboard.dashboards.layout import HEADING, TABS, Cell, Item, Page, Path, counted
from benchboard.i18n import _, ngettext
from benchboard.ui.studio.canvas.gestures import Gesture, Pulling, Splitting

Said = Callable[[Item], Item]


class Landing(NamedTuple):
    """The cells by id, as their grid counts, what that grid lies in, empty for the page itself, and its columns."""

    cells: Mapping[str, Cell]
    inside: str
    columns: int
    sizing: bool
    shown: Mapping[str, Cell]
    """What lies elsewhere than at the start, in the page's fields."""


def landing_of(gesture: Gesture, said: Said) -> Landing:
    """Where letting go would bring it."""
    page, target = gesture.page, gesture.target
    ids = [*gesture.edge.before, *gesture.edge.after] if isinstance(gesture, Splitting) else gesture.body
    now = {**gesture.still, **gesture.held, **gesture.changed}
    left, top = 0, 0
    grid = counted(page, target)
    if grid and (holder := now.get(grid[-1][0])) is not None:
        left, top = holder.x, holder.y + HEADING
    cells = {one: cell._replace(x=cell.x - left, y=cell.y - top) for one in ids if (cell := now.get(one)) is not None}
    sizing = isinstance(gesture, Pulling | Splitting)
    return Landing(cells, name_of(page, target, said), page.pane(target).columns, sizing, now)


def name_of(page: Page, path: Path, said: Said) -> str:
    """What somebody calls a grid of the page: its container's title, or its tab's, as it is shown."""
    if not path:
        return ""
    item = said(page.item(path[-1][0]))
    widget = widget_of(item)
    return tab_name(item, path[-1][1]) if item.type == TABS else widget.title or widget.kind_name


def words_of(landing: Landing) -> str:
    """How many, and the place or size they would get."""
    cells = list(landing.cells.values())
    left, top = min(cell.x for cell in cells), min(cell.y for cell in cells)
    if landing.sizing:
        right, bottom = max(cell.right for cell in cells), max(cell.bottom for cell in cells)
        return _("{w} × {h}").format(w=right - left, h=bottom - top)
    parts = [_("x {x}, y {y}").format(x=left, y=top)]
    if len(cells) > 1:
        parts.insert(0, ngettext("{count} widget", "{count} widgets", len(cells)).format(count=len(cells)))
    if landing.inside:
        parts.append(landing.inside)
    return " · ".join(parts)
