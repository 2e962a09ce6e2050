"""The heading of each list of dashboards, where several are listed above each other."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from benchboard.i18n import number
from benchboard.ui.widgets.labels import Text
from benchboard.ui.widgets.surfaces import set_surface


class StripHeading(QWidget):
    """A title, how many dashboards the list has, and at the right end a link to all of them."""

    def __init__(self, title: str, link: QWidget | None = None) -> None:
        super().__init__()
        set_surface(self, "surface")
        self._count = Text("", "body", "muted")
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 12, 16, 4)
        line.setSpacing(8)
        line.addWidget(Text(title, "section"))
        line.addWidget(self._count)
        line.addStretch(1)
        if link is not None:
            line.addWidget(link)

    def show_count(self, count: int) -> None:
        """Say how many there are."""
        self._count.setText(number(count))
