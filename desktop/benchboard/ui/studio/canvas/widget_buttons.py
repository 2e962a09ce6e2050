"""The buttons that a widget draws in place of its content, as commands: without a pointer they are in its menu."""

from functools import partial

from benchboard.ui.commands import Handler
from benchboard.ui.studio.canvas.canvas import Canvas
from benchboard.ui.studio.canvas.scene.tile import Tile
from benchboard.ui.studio.tiles.no_query import no_query_texts
from benchboard.ui.studio.tiles.renderers import show_period_text


def button_handlers(canvas: Canvas) -> dict[str, Handler]:
    """The commands of the buttons that the selected widget shows now; its *Edit query* is a command of any widget."""
    selected = canvas.editor.selection
    tile = canvas.tiles.get(selected[0]) if len(selected) == 1 else None
    if not isinstance(tile, Tile):
        return {}
    result, runner, item_id = canvas.query_runner.result(tile.item.id), canvas.query_runner, tile.item.id
    found = {}
    if result is not None and result.data_elsewhere is not None:  # also where the tile has no room for the button
        title = show_period_text(result.data_elsewhere)
        found["studio.show_data_period"] = Handler(partial(canvas.show_data_period, item_id), title=title)
    if tile.links.retry is not None:
        found["studio.retry_query"] = Handler(partial(runner.retry, item_id))
    if tile.links.stop is not None:
        found["studio.stop_query"] = Handler(partial(runner.cancel, item_id))
    if tile.links.data is not None:
        title = no_query_texts(canvas.editor.data_offer)[2]
        found["studio.give_data"] = Handler(partial(canvas.data_requested.emit, item_id), title=title)
    return found
