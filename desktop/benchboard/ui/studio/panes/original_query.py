"""An imported widget's query in its source's language, to read and copy while writing its replacement."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.system_clipboard import copy_text
from benchboard.ui.theme import theme
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.labels import Elided
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.surfaces import disable_viewport_fill


class OriginalQueryView(QWidget):
    """The original query, which can't run in Benchboard."""

    def __init__(self, words: str) -> None:
        super().__init__()
        title = _("Original Grafana query")
        self.text = QPlainTextEdit(words)
        self.text.setObjectName("inspector_their_query")
        self.text.setAccessibleName(title)
        self.text.setReadOnly(True)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.setTabChangesFocus(True)
        self.text.setFont(theme().font("mono"))
        self.text.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.text.setFixedHeight(108)
        disable_viewport_fill(self.text)
        head = QHBoxLayout()
        head.addWidget(Elided(title, tone="secondary"), 1)
        copy = Button("", self._copy, kind="quiet", icon="ph.copy", size="sm", name="inspector_copy_theirs")
        copy.setToolTip(_("Copy query"))
        copy.setAccessibleName(_("Copy query"))
        head.addWidget(copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.text)
        column.addWidget(Paragraph(_("This query can't run here: rewrite it in SQL above."), "caption", "muted"))

    def _copy(self) -> None:
        copy_text(self.text.toPlainText())
