"""Where what is chosen lies and how large it is, in fields; and what of it is kept as it is."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from benchboard.dashboards import layout as grid
from benchboard.dashboards.editing import Lock, locks
from benchboard.dashboards.layout import ROW, Cell
from benchboard.i18n import N_, _
from benchboard.ui.studio.editor import Editor
from benchboard.ui.studio.steps import Line
from benchboard.ui.widgets.buttons import CheckBox
from benchboard.ui.widgets.fields import Field
from benchboard.ui.widgets.labels import Text

_KEEPS: Final[tuple[tuple[Lock, str], ...]] = (
    ("place", N_("Keep in place")),
    ("size", N_("Keep its size")),
    ("content", N_("Keep its content")),
)


class Places(QWidget):
    """Column, row, width and height of one widget. What cannot be changed is off, with the reason below."""

    def __init__(self, editor: Editor, item_id: str) -> None:
        super().__init__()
        self._editor, self._id = editor, item_id
        self._edits: dict[str, Line] = {}
        self._why = Text("", "caption", "muted", wrap=True)
        square = QGridLayout()
        square.setHorizontalSpacing(8)
        square.setVerticalSpacing(8)
        path = editor.page.path(item_id)
        of = _("of {columns}").format(columns=editor.page.pane(path).columns)
        names = (("x", _("Column"), ""), ("y", _("Row"), ""), ("w", _("Width"), of), ("h", _("Height"), _("rows")))
        for place, (key, label, unit) in enumerate(names):
            edit = Line(unit=unit, name=f"inspector_{key}", label=label)
            edit.editingFinished.connect(lambda key=key: self._placed(key))
            self._edits[key] = edit
            square.addWidget(Field(label, edit), place // 2, place % 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(square)
        column.addWidget(self._why)

    def refresh(self) -> None:
        """Show what the page says now."""
        cell, item = self._editor.page.cell(self._id), self._editor.page.item(self._id)
        kept, off, why = locks(item), set[str](), list[str]()
        if "place" in kept:
            off |= {"x", "y", "w", "h"}
            why.append(_("It is kept in its place, and as large as it is."))
        elif "size" in kept:
            off |= {"w", "h"}
            why.append(_("Its size is kept."))
        if item.panes:
            off |= {"x", "w", "h"} if item.type == ROW else {"h"}
            wide = _("A row is as wide as the page and as high as what it holds.")
            why.append(wide if item.type == ROW else _("It is as high as what it holds."))
        for key, edit in self._edits.items():
            edit.show_text(str(getattr(cell, key)))
            edit.mark_wrong(False)
            edit.setEnabled(key not in off)
            edit.setAccessibleDescription(" ".join(why) if key in off else "")
        self._why.setText(" ".join(why))
        self._why.setVisible(bool(why))

    def _placed(self, key: str) -> None:
        edit = self._edits[key]
        if self._id not in self._editor.page.shown:
            return
        cell, text = self._editor.page.cell(self._id), edit.text().strip()
        if text == str(getattr(cell, key)):
            return
        right = text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) >= (1 if key in "wh" else 0)
        edit.mark_wrong(not right)
        if right:
            wanted = cell._replace(**{key: int(text)})
            place = Cell(wanted.x, min(wanted.y, grid.MAX_ROW), wanted.w, min(wanted.h, grid.MAX_HEIGHT))
            self._editor.put(self._id, place)
            edit.setModified(False)
            self.refresh()


class Keeps(QWidget):
    """Three boxes: whether the place, the size and the content of what is chosen are kept. A dash where some are."""

    def __init__(self, editor: Editor, ids: list[str]) -> None:
        super().__init__()
        self._editor, self._ids = editor, ids
        self._boxes: dict[Lock, CheckBox] = {}
        square = QGridLayout(self)
        square.setContentsMargins(0, 2, 0, 0)
        square.setHorizontalSpacing(8)
        square.setVerticalSpacing(6)
        square.setColumnStretch(0, 1)
        square.setColumnStretch(1, 1)
        for place, (lock, title) in enumerate(_KEEPS):
            box = CheckBox(_(title))
            box.setObjectName(f"inspector_keep_{lock}")
            box.clicked.connect(lambda _on=False, lock=lock: self._keep(lock))
            self._boxes[lock] = box
            square.addWidget(box, place // 2, place % 2, Qt.AlignmentFlag.AlignLeft)

    def refresh(self) -> None:
        """Show what the page says now."""
        for lock, box in self._boxes.items():
            kept = [lock in locks(self._editor.page.item(item_id)) for item_id in self._ids]
            some = Qt.CheckState.PartiallyChecked if any(kept) else Qt.CheckState.Unchecked
            box.setTristate(any(kept) and not all(kept))
            box.setCheckState(Qt.CheckState.Checked if all(kept) else some)

    def _keep(self, lock: Lock) -> None:
        kept = all(lock in locks(self._editor.page.item(item_id)) for item_id in self._ids)
        self._editor.lock(lock, not kept)
        self.refresh()
