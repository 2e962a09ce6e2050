"""SectionList: the sections of a long page at its left; pressing one brings it into view."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from benchboard.ui.theme import theme
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.surfaces import set_surface

_WIDTH = 200
_STEPS: Final = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class SectionList(QWidget):
    """The titles of the sections of the page in `area`, 200 px wide; each comes with the widget that it begins with."""

    def __init__(self, area: QScrollArea, sections: Sequence[tuple[str, QWidget]], label: str = "") -> None:
        super().__init__()
        self.setAccessibleName(label)
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
            button.setCheckable(True)
            button.setAutoExclusive(True)
            button.setProperty("section", "true")
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.installEventFilter(self)
            button.clicked.connect(lambda _checked=False, start=start: self._show(start))
            column.addWidget(button)
        column.addStretch(1)
        self._pressed: QWidget | None = None
        bar = area.verticalScrollBar()
        bar.valueChanged.connect(self._scrolled)
        bar.rangeChanged.connect(lambda _least, _most: self._mark_current())
        self._mark_current()

    def current(self) -> int:
        """The place of the section that is read now: the one that was pressed, until the page is scrolled on; at the
        end of a page that scrolls the last; else the one at the top."""
        starts = [start for _button, start in self._sections]
        if self._pressed is not None:
            return starts.index(self._pressed)
        page, bar = self._area.widget(), self._area.verticalScrollBar()
        if bar.value() == bar.maximum() > 0:
            return len(starts) - 1
        reach = bar.value() + theme().px("spacing.6")
        tops = [start.mapTo(page, QPoint(0, 0)).y() for start in starts] if page is not None else []
        return max((place for place, top in enumerate(tops) if top <= reach), default=0)

    def show_section(self, place: int) -> None:
        """Bring a section into view, as pressing it does."""
        self._show(self._sections[place][1])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go to the section above or below by the arrows; the keys stay in the list."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _STEPS:
            buttons = [button for button, _start in self._sections]
            place = next(at for at, button in enumerate(buttons) if button is watched) + _STEPS[Qt.Key(event.key())]
            if 0 <= place < len(buttons):
                self.show_section(place)
                buttons[place].setFocus(Qt.FocusReason.TabFocusReason)
            return True
        return super().eventFilter(watched, event)

    def _scrolled(self) -> None:
        self._pressed = None
        self._mark_current()

    def _mark_current(self) -> None:
        current = self.current()
        for place, (button, _start) in enumerate(self._sections):
            button.setChecked(place == current)

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
        self._pressed = start  # also where the page can't scroll so far
        self._mark_current()
