"""SectionList: the sections of a long page at its left; pressing one brings it into view."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from benchboard.ui.theme import theme
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.surfaces import set_surface

_WIDTH = 200


class SectionList(QWidget):
    """The titles of the sections of the page in `area`, 200 px wide; each comes with the widget that it begins with."""

    def __init__(self, area: QScrollArea, sections: Sequence[tuple[str, QWidget]]) -> None:
        super().__init__()
        self._area = area
        self._sections = [
            (Button(title, kind="quiet", name=f"section_{place}"), start)
            for place, (title, start) in enumerate(sections)
        ]
        set_surface(self, "window")
        self.setFixedWidth(_WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 20, 12, 12)
        column.setSpacing(theme().px("spacing.1"))
        for button, start in self._sections:
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _checked=False, start=start: self._show(start))
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)

    def _show(self, start: QWidget) -> None:
        """Scroll so far that the section begins at the top, or as far as the page goes, and focus its first field."""
        page = self._area.widget()
        if page is None:
            return
        top = start.mapTo(page, start.rect().topLeft()).y()
        self._area.verticalScrollBar().setValue(max(0, top - theme().px("spacing.6")))
        fields = [one for one in page.findChildren(QWidget) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
        below = [one for one in fields if one.isVisibleTo(page) and one.mapTo(page, QPoint(0, 0)).y() > top]
        if below:
            min(below, key=lambda one: one.mapTo(page, QPoint(0, 0)).y()).setFocus(Qt.FocusReason.TabFocusReason)
