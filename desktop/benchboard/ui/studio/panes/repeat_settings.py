"""The inspector's section that repeats a widget for each selected value of a variable."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.dashboards.layout import Repeat, repeat_of
from benchboard.errors import Invalid
from benchboard.i18n import _
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.studio.document.undo_line_edit import UndoLineEdit
from benchboard.ui.widgets import Button, Field, Paragraph, Select

_MOST = 12


class RepeatSettings(QWidget):
    """The variable by which a widget is repeated, and the layout of its copies."""

    def __init__(self, editor: Editor, item_id: str, run: Callable[[str], object]) -> None:
        super().__init__()
        self._editor, self._id = editor, item_id
        self._variable = Select([], name="inspector_repeat", label=_("Repeat by"))
        self._direction = Select(
            [("across", _("Horizontal")), ("down", _("Vertical"))],
            name="inspector_repeat_direction",
            label=_("Direction"),
        )
        self._most = UndoLineEdit(name="inspector_repeat_most", label=_("Maximum per row"))
        self._none = Paragraph(
            _("Viewers pick a variable's value, such as a shop, to change what the dashboard shows."),
            tone="muted",
        )
        self._define = Button(
            _("Edit variables"), lambda: run("studio.edit_variables"), size="sm", name="inspector_variables"
        )
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._which, self._how = Field(_("Repeat by"), self._variable), both
        self._count = Field(_("Max per row"), self._most)
        row.addWidget(Field(_("Direction"), self._direction), 2)
        row.addWidget(self._count, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (self._none, self._define, self._which, self._how):
            column.addWidget(part)
        self._variable.activated.connect(lambda _index: self._apply())
        self._direction.activated.connect(lambda _index: self._apply())
        self._most.editingFinished.connect(self._apply)
        self.refresh()

    def refresh(self) -> None:
        """Show the widget's repeat setting."""
        repeat = self._repeat()
        names = {
            one.name: one.label or one.name
            for one in self._editor.document.variables
            if one.type not in ("text", "range")
        }
        if repeat is not None:
            names.setdefault(repeat.variable, repeat.variable)
        self._variable.set_choices([("", _("None")), *names.items()])
        self._variable.set_current_key(repeat.variable if repeat else "")
        self._direction.set_current_key(repeat.direction if repeat else "across")
        self._most.show_text(str(repeat.most if repeat else Repeat("").most))
        for part in (self._none, self._define):
            part.setVisible(not names)
        self._which.setVisible(bool(names))
        self._how.setVisible(repeat is not None)
        self._count.setVisible(repeat is not None and repeat.direction == "across")

    def begin(self) -> None:
        """Focus the variable field."""
        first = self._define if self._which.isHidden() else self._variable
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _repeat(self) -> Repeat | None:
        try:
            return repeat_of(self._editor.page.item(self._id))
        except Invalid:
            return None

    def _apply(self) -> None:
        if self._id not in self._editor.page.shown:
            return
        typed = self._most.text().strip()
        right = typed.isascii() and typed.isdecimal() and 1 <= int(typed) <= _MOST
        self._count.set_error("" if right else _("Enter a whole number from 1 to {most}.").format(most=_MOST))
        if not right:
            return
        variable = self._variable.current_key()
        repeat = {"variable": variable, "direction": self._direction.current_key(), "most": int(typed)}
        self._editor.set_property(self._id, "repeat", repeat if variable else None)
