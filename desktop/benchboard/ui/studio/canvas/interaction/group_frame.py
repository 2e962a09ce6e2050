"""The frame around the selection, and its handles: around one widget, or around several that can be resized as one."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF

from benchboard.dashboards.editing.page_edits import locks, outermost
from benchboard.dashboards.layout import HANDLES, ROW, Handle, PageIndex
from benchboard.ui.studio.canvas.interaction.canvas_protocol import CanvasProtocol
from benchboard.ui.studio.canvas.scene import overlay
from benchboard.ui.studio.document.editor import Editor


class GroupFrame:
    """The frame around the selection. It has no state of its own."""

    def __init__(self, canvas: CanvasProtocol) -> None:
        self._canvas, self._editor = canvas, canvas.editor

    def group(self) -> Sequence[str]:
        """The ids that are resized together; empty where fewer than two are selected."""
        selected = self._editor.selection
        return resizable_group(self._editor.page, selected) if len(selected) > 1 else ()

    def handles(self) -> Sequence[Handle]:
        """The handles of the frame; empty if the selection can't be resized."""
        selected = self._editor.selection
        if not self._editor.editable or not selected or selected[0] not in self._canvas.tiles:
            return ()
        return _handles_of(self._editor, selected if len(selected) == 1 else self.group())

    def rect(self) -> QRectF | None:
        """The rectangle of the frame in the scene; None if nothing is selected."""
        tiles = self._canvas.tiles
        boxes = [tiles[one].outline for one in self.group() or self._editor.selection if one in tiles]
        if not boxes:
            return None
        return boxes[0] if len(self._editor.selection) == 1 else overlay.group_frame(boxes)

    def handle_at(self, at: QPointF) -> Handle | None:
        """The handle at a point of the scene, or None."""
        handles, rect = self.handles(), self.rect()
        return overlay.handle_at(rect, at, handles) if handles and rect is not None else None


def resizable_group(page: PageIndex, selected: Sequence[str]) -> tuple[str, ...]:
    """Those of the selected items that can be resized as one: in one grid, without locked positions.

    Empty if they are in several grids, or fewer than two remain.
    """
    ids = tuple(one for one in outermost(page, selected) if one in page.shown and not page.item(one).static)
    return ids if len(ids) > 1 and len({page.path(one) for one in ids}) == 1 else ()


def _handles_of(editor: Editor, ids: Sequence[str]) -> Sequence[Handle]:
    """The handles for these items: containers get their height from their content, and rows their width from the grid;
    with locked sizes there are none, unless another selected item is unlocked.
    """
    items = [editor.page.item(one) for one in ids]
    if not items or all(locks(item) & {"place", "size"} for item in items) or any(item.type == ROW for item in items):
        return ()
    return ("e", "w") if any(item.panes for item in items) else HANDLES
