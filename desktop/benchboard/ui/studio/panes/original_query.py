"""An imported widget's query in its source's language, to read and copy beside the query that runs in its place."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from benchboard.dashboards.interchange import for_other_source, grafana_source, original_queries
from benchboard.i18n import _
from benchboard.ui.studio.document.editor import Editor
from benchboard.ui.system_clipboard import copy_text
from benchboard.ui.theme import theme
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.labels import Elided
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.surfaces import disable_viewport_fill


class OriginalQueryView(QWidget):
    """The original query, with what runs in its place."""

    def __init__(self, editor: Editor, item_id: str) -> None:
        super().__init__()
        self._editor, self._id = editor, item_id
        words = original_queries(editor.page.item(item_id).source)
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
        self.note = Paragraph("", "caption", "muted")
        column.addWidget(self.note)
        self.refresh()

    def refresh(self) -> None:
        """Say what the widget's query has to do with it."""
        query, source = self._editor.widget(self._id).query.strip(), self._editor.page.item(self._id).source
        if not query:
            text = _("This query can't run here: rewrite it in SQL above.")
        elif query == for_other_source(grafana_source(source)).strip():
            text = _("The query above is translated from this one.")
        else:
            text = _("The query above runs instead of this one.")
        self.note.setText(text)

    def _copy(self) -> None:
        copy_text(self.text.toPlainText())
