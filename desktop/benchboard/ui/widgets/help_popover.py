"""HelpPopover: what a field or a figure means, in lines that are read one by one."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from benchboard.ui.widgets.accessible import Role
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.popover import Popover, heading
from benchboard.ui.widgets.readable_rows import RowOfReadable, make_readable
from benchboard.ui.widgets.tab_order import focus_content

_WIDTH = 420


class HelpPopover(Popover):
    """Opens at `anchor`: `lines` under a title. A screen reader reads a line at a time, as the arrows lead to it."""

    def __init__(self, anchor: QWidget, title: str, lines: Sequence[str], *, name: str) -> None:
        super().__init__(anchor, width=_WIDTH, name=name)
        self.column.addWidget(heading(title))
        self.column.addWidget(_Lines(title, lines))

    def open(self) -> None:
        """Show it, with the focus at its first line."""
        super().open()
        focus_content(self)


class _Lines(QWidget):
    accessible_role = Role.List

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        super().__init__()
        make_readable(self, title)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for place, line in enumerate(lines):
            column.addWidget(_HelpLine(line, f"help_line_{place}"))


class _HelpLine(RowOfReadable, Paragraph):
    def __init__(self, text: str, name: str) -> None:
        super().__init__(text, "body", "secondary")
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def accessible_text(self) -> str:
        return self.text()
