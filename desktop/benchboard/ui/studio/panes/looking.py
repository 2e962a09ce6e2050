"""The strip above a page that one may look at and not change: why, and the way to a copy that one may."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.labels import Text
from benchboard.ui.widgets.surfaces import Icon


class LookingBar(QWidget):
    """Hidden as long as there is nothing to say."""

    def __init__(self, duplicate: Callable[[], object]) -> None:
        super().__init__()
        self.setObjectName("studio_looking")
        self.setProperty("surface", "alt")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._why = Text("", tone="secondary", wrap=True)
        self.copy = Button(
            _("Duplicate to change it"), duplicate, icon="ph.copy", size="sm", name="studio_duplicate_to_change"
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 12, 6)
        row.setSpacing(8)
        row.addWidget(Icon("ph.eye", "text.muted"))
        row.addWidget(self._why, 1)
        row.addWidget(self.copy)
        self.hide()

    def say(self, why: str) -> None:
        """Why the page cannot be changed; nothing where it can."""
        self._why.setText(why)
        self.setAccessibleName(why)
        self.copy.setAccessibleDescription(why)
        self.setVisible(bool(why))
