"""The inspector's list of a tabs container's tabs: rename, add and remove."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.dashboards.document.widget_kinds import MAX_TITLE, tab_name
from benchboard.dashboards.editing import container_edits
from benchboard.dashboards.editing.page_edits import locks
from benchboard.i18n import _
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.document.undo_line_edit import UndoLineEdit
from benchboard.ui.widgets.buttons import Button


class TabTitles(QWidget):
    """A field for each tab. The last tab can't be removed: a tabs container has at least one."""

    def __init__(self, editor: Editor, item_id: str) -> None:
        super().__init__()
        self._editor, self._id = editor, item_id
        self._lines: list[UndoLineEdit] = []
        self._holder = QVBoxLayout(self)
        self._holder.setContentsMargins(0, 0, 0, 0)
        self._holder.setSpacing(8)
        self._rows = QWidget()
        self._add = Button(_("Add tab"), self._append, icon="ph.plus", kind="quiet",
                           name="inspector_add_tab")  # fmt: skip
        self._holder.addWidget(self._rows)
        self._holder.addWidget(self._add)

    def refresh(self) -> None:
        """Show the tabs in the document."""
        item = self._editor.page.item(self._id)
        if len(item.panes) != len(self._lines):
            self._build(len(item.panes))
        for place, line in enumerate(self._lines):
            line.show_text(item.panes[place].title)
            line.setPlaceholderText(tab_name(item, place))
            line.setEnabled("content" not in locks(item))

    def focus_last(self) -> None:
        """Focus the name of the newest tab."""
        self._lines[-1].setFocus(Qt.FocusReason.OtherFocusReason)
        self._lines[-1].selectAll()

    def _append(self) -> None:
        self._editor.apply(container_edits.add_tab, self._id)
        self.focus_last()

    def _build(self, count: int) -> None:
        rows, self._lines = QWidget(), []
        column = QVBoxLayout(rows)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for place in range(count):
            line = UndoLineEdit(name=f"inspector_tab_{place}", label=_("Tab {number}").format(number=place + 1))
            line.setMaxLength(MAX_TITLE)
            line.textEdited.connect(
                lambda text, place=place: self._editor.apply(container_edits.rename_tab, self._id, place, text.strip())
            )
            tip, name = _("Remove tab and its widgets"), f"inspector_remove_tab_{place}"
            remove = Button("", partial(self._remove, place), kind="quiet", icon="ph.x", tip=tip, name=name)
            if count == 1:
                remove.disable(_("You need at least one tab."))
            row = QHBoxLayout()
            row.setSpacing(4)
            row.addWidget(line, 1)
            row.addWidget(remove)
            column.addLayout(row)
            self._lines.append(line)
        self._holder.replaceWidget(self._rows, rows)
        self._rows.deleteLater()
        self._rows = rows

    def _remove(self, place: int) -> None:
        self._editor.apply(container_edits.remove_tab, self._id, place)
        self._lines[min(place, len(self._lines) - 1)].setFocus(Qt.FocusReason.OtherFocusReason)
