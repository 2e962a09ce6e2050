"""The report of an unexpected error."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from benchboard.i18n import _
from benchboard.ui.system_clipboard import copy_text
from benchboard.ui.theme import theme
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.dialog import Dialog
from benchboard.ui.widgets.paragraph import Paragraph


class BugReport(Dialog):
    """For the user to send; the program continues."""

    def __init__(self, window: QWidget, summary: str, details: str) -> None:
        super().__init__(window, _("Something went wrong"), size=QSize(640, 420), name="bug_report")
        self.content.addWidget(
            Paragraph(
                _(
                    "What the program was doing may not have finished. What was saved is kept, and you can keep "
                    "working. The report below contains no passwords or keys. Pass it on so that the problem can be "
                    "fixed."
                ),
                "body",
                "secondary",
            )
        )
        box = QPlainTextEdit(details)
        box.setReadOnly(True)
        box.setFont(theme().font("mono"))
        box.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        box.setAccessibleName(summary)
        box.setObjectName("bug_details")
        box.moveCursor(box.textCursor().MoveOperation.End)
        self.content.addWidget(box, 1)
        copy = Button(_("Copy report"), icon="ph.copy", name="bug_copy")
        copy.clicked.connect(lambda: copy_text(details))
        self.add_button(copy)
        self.add_button(Button(_("Continue"), self.dismiss, kind="primary", name="bug_go_on"))
