"""Buttons that align, distribute and arrange several selected widgets."""

from collections.abc import Callable
from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.commands import REGISTRY
from benchboard.ui.studio.canvas.selection_commands import SELECTION_COMMANDS
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.labels import plain_tooltip

_ROWS: Final = (
    ("align_left", "align_centre", "align_right", "align_top", "align_middle", "align_bottom"),
    ("distribute_horizontally", "distribute_vertically", "match_width", "match_height", "swap"),
)


class ArrangeBar(QWidget):
    """Each button calls `run` with the id of its command; a disabled one says why in its tooltip."""

    def __init__(self, editor: Editor, run: Callable[[str], object]) -> None:
        super().__init__()
        self._editor = editor
        self._buttons: dict[str, Button] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(4)
        for keys in _ROWS:
            row = QHBoxLayout()
            row.setSpacing(4)
            for key in keys:
                row.addWidget(self._button(key, run))
            row.addStretch(1)
            column.addLayout(row)
        arrange = REGISTRY["studio.auto_arrange"]
        row.addWidget(Button(_("Arrange"), lambda: run(arrange.id), tip=arrange.tooltip, name="inspector_arrange"))
        self.refresh()

    def refresh(self) -> None:
        """Disable the buttons that don't apply to the selection."""
        for command_id, button in self._buttons.items():
            why_not = SELECTION_COMMANDS[command_id].why_not(self._editor)
            button.disable(why_not)
            if not why_not:
                button.setToolTip(plain_tooltip(REGISTRY[command_id].tooltip))

    def _button(self, name: str, run: Callable[[str], object]) -> Button:
        command = REGISTRY[f"studio.{name}"]
        button = Button(
            "", lambda: run(command.id), kind="quiet", icon=command.icon, tip=command.text, name=f"inspector_{name}"
        )
        self._buttons[command.id] = button
        return button
