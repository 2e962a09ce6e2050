"""Fields for the position and size of the selected items, and for their locks."""

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from benchboard.dashboards.editing import placement_edits
from benchboard.dashboards.editing.page_edits import Lock, locks
from benchboard.dashboards.layout import MAX_HEIGHT, MAX_ROW, ROW, Cell, document_cell, grid_number
from benchboard.i18n import N_, _
from benchboard.ui.studio.canvas.interaction.drop_target import DropTarget
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.panes.cell_fields import Bounds, CellFields
from benchboard.ui.widgets.buttons import CheckBox

_LOCKS: Final[tuple[tuple[Lock, str], ...]] = (
    ("place", N_("Lock position")),
    ("size", N_("Lock size")),
    ("content", N_("Lock content")),
)


class GeometryFields(CellFields):
    """Position and size of one widget, in its document's grid units."""

    def __init__(self, editor: Editor, item_id: str) -> None:
        super().__init__(editor.page.pane(editor.page.path(item_id)).columns)
        self._editor, self._id = editor, item_id
        self.value_entered.connect(self._place)

    def refresh(self) -> None:
        """Show the values in the document."""
        page = self._editor.page
        cell, item, path = document_cell(page, self._id), page.item(self._id), page.path(self._id)
        kept, off, why = locks(item), set[str](), list[str]()
        if "place" in kept:
            off |= {"x", "y", "w", "h"}
            why.append(_("Position is locked, so size is too."))
        elif "size" in kept:
            off |= {"w", "h"}
            why.append(_("Size is locked."))
        if item.panes:
            off |= {"x", "w", "h"} if item.type == ROW else {"h"}
            wide = _("A row spans the dashboard, and its height follows its content.")
            why.append(wide if item.type == ROW else _("Height follows its content."))
        columns, top = page.pane(path).columns, cell.y - page.cell(self._id).y
        start = _("the widget starts at column {x}").format(x=grid_number(cell.x))
        bounds = {
            "x": Bounds(0, columns - cell.w, _("the widget is {w} wide").format(w=cell.w)),
            "y": Bounds(top, top + MAX_ROW),
            "w": _size_bounds(item.min_w, item.max_w, columns - cell.x, start),
            "h": _size_bounds(item.min_h, item.max_h, MAX_HEIGHT),
        }
        self.set_columns(columns)
        self.show_values(cell._asdict(), bounds, off, " ".join(why))

    def show_drop_target(self, target: DropTarget | None) -> None:
        """Show where a drag would drop the widget; None shows its position again."""
        if self._id not in self._editor.page.shown:
            return
        if target is None:
            self.refresh()
        elif self._id in target.cells:
            self.set_columns(target.columns)
            self.update_values(target.cells[self._id]._asdict())

    def _place(self, key: str, value: int) -> None:
        page = self._editor.page
        if self._id in page.shown:
            own = page.cell(self._id)
            top = document_cell(page, self._id).y - own.y
            self._editor.apply(
                placement_edits.place, self._id, own._replace(**{key: value - top if key == "y" else value})
            )
            self.refresh()


class SharedGeometryFields(CellFields):
    """The common position of several selected widgets, and their size."""

    def __init__(self, editor: Editor, ids: Sequence[str]) -> None:
        super().__init__(min(editor.page.pane(editor.page.path(one)).columns for one in ids))
        self._editor, self._ids = editor, tuple(ids)
        self.value_entered.connect(self._place)

    def refresh(self) -> None:
        """Show the values in the document."""
        page, off, why = self._editor.page, set[str](), ""
        body = placement_edits.movable(self._editor.state, self._ids)
        if not body:
            off, why = {"x", "y"}, _("Positions are locked.")
        elif len({page.path(one) for one in body}) > 1:
            off, why = {"x", "y"}, _("Position isn't available: the selected widgets are in different containers.")
        wide, high = (placement_edits.sizable(self._editor.state, self._ids, high=key == "h") for key in "wh")
        off |= {key for key, some in (("w", wide), ("h", high)) if not some}
        numbers = {one: document_cell(page, one) for one in self._ids}
        cells = [numbers[one] for one in body or self._ids]
        right, left = max(cell.right for cell in cells), min(cell.x for cell in cells)
        columns = min(page.pane(page.path(one)).columns for one in self._ids)
        top = min((cell.y - page.cell(one).y for one, cell in numbers.items()), default=0)
        bounds = {
            "x": Bounds(0, max(0, columns - (right - left)), _("the selection is {w} wide").format(w=right - left)),
            "y": Bounds(top, top + MAX_ROW),
            "w": Bounds(1, columns),
            "h": Bounds(1, MAX_HEIGHT),
        }
        self.set_columns(columns)
        self.show_values({**self._top_left(cells), **self._sizes(numbers)}, bounds, off, why)

    def show_drop_target(self, target: DropTarget | None) -> None:
        """Show where a drag would drop the widgets; None shows their position again."""
        if not all(one in self._editor.page.shown for one in self._ids):
            return
        if target is None:
            self.refresh()
        elif target.cells.keys() & set(self._ids):
            numbers = {one: target.cells.get(one) or document_cell(self._editor.page, one) for one in self._ids}
            self.set_columns(target.columns)
            body = [numbers[one] for one in placement_edits.movable(self._editor.state, self._ids)]
            self.update_values({**self._top_left(body or list(numbers.values())), **self._sizes(numbers)})

    def _top_left(self, cells: Sequence[Cell]) -> dict[str, int | None]:
        return {"x": min(cell.x for cell in cells), "y": min(cell.y for cell in cells)}

    def _sizes(self, numbers: Mapping[str, Cell]) -> dict[str, int | None]:
        """The width and height that all have in common; None where they differ."""
        common = ({cell.w for cell in numbers.values()}, {cell.h for cell in numbers.values()})
        return {key: values.pop() if len(values) == 1 else None for key, values in zip("wh", common, strict=True)}

    def _place(self, key: str, value: int) -> None:
        page = self._editor.page
        if not all(one in page.shown for one in self._ids):
            return
        if key in "wh":
            self._editor.apply(placement_edits.resize_each, self._ids, key, value)
        else:
            now = (
                self._top_left(
                    [document_cell(page, one) for one in placement_edits.movable(self._editor.state, self._ids)]
                )[key]
                or 0
            )
            self._editor.apply(placement_edits.move, self._ids, *((value - now, 0) if key == "x" else (0, value - now)))
        self.refresh()


def _size_bounds(least: int | None, most: int | None, room: int, why: str = "") -> Bounds:
    """The range of a size: the item's own limits, and the available space."""
    own = most is not None and most < room
    return Bounds(min(least or 1, room), most if own and most is not None else room, "" if own else why)


class LockFields(QWidget):
    """Three check boxes: whether the position, size and content of the selected items are locked.

    Partially checked if some are.
    """

    def __init__(self, editor: Editor, ids: list[str]) -> None:
        super().__init__()
        self._editor, self._ids = editor, ids
        self._boxes: dict[Lock, CheckBox] = {}
        square = QGridLayout(self)
        square.setContentsMargins(0, 2, 0, 0)
        square.setHorizontalSpacing(8)
        square.setVerticalSpacing(8)
        square.setColumnStretch(0, 1)
        square.setColumnStretch(1, 1)
        for place, (lock, title) in enumerate(_LOCKS):
            box = CheckBox(_(title))
            box.setObjectName(f"inspector_keep_{lock}")
            box.clicked.connect(lambda _on=False, lock=lock: self._toggle_lock(lock))
            self._boxes[lock] = box
            square.addWidget(box, place // 2, place % 2, Qt.AlignmentFlag.AlignLeft)

    def refresh(self) -> None:
        """Show the locks in the document."""
        for lock, box in self._boxes.items():
            kept = [lock in locks(self._editor.page.item(item_id)) for item_id in self._ids]
            some = Qt.CheckState.PartiallyChecked if any(kept) else Qt.CheckState.Unchecked
            box.setTristate(any(kept) and not all(kept))
            box.setCheckState(Qt.CheckState.Checked if all(kept) else some)

    def _toggle_lock(self, lock: Lock) -> None:
        kept = all(lock in locks(self._editor.page.item(item_id)) for item_id in self._ids)
        self._editor.lock(lock, not kept)
        self.refresh()
