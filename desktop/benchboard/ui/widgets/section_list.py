"""SectionList: the sections of a long page at its left; pressing one brings it into view."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from benchboard.i18n import _
from benchboard.ui.theme import theme
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.buttons import Button
from benchboard.ui.widgets.focus import RING_INSIDE
from benchboard.ui.widgets.readable_rows import ReadableRow
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
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(0)
        for button, start in self._sections:
            button.setCheckable(True)
            button.setAutoExclusive(True)
            button.setProperty("section", "true")
            button.setProperty(RING_INSIDE, True)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.installEventFilter(self)
            button.clicked.connect(lambda _checked=False, start=start: self._show(start))
            column.addWidget(button)
        column.addStretch(1)
        self._chosen = 0
        """The section that was pressed, or that the focus is in, until the page is scrolled; -1 without one."""
        page = area.widget()
        if page is not None:
            page.installEventFilter(self)
        bar = area.verticalScrollBar()
        bar.actionTriggered.connect(self._scrolled)
        bar.valueChanged.connect(self._mark_current)
        bar.rangeChanged.connect(lambda _least, _most: self._mark_current())
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_moved)
        self._mark_current()

    def current(self) -> int:
        """The place of the section that is read now: the one that was pressed or has the focus, until the page is
        scrolled; then the last that `section_offsets` says is reached."""
        if self._chosen >= 0:
            return self._chosen
        bar = self._area.verticalScrollBar()
        if bar.value() <= 0:  # nor does a page that isn't laid out yet know where its sections begin
            return 0
        reached = [offset <= bar.value() for offset in section_offsets(self._tops(), bar.maximum())]
        return max(sum(reached) - 1, 0)

    def show_section(self, place: int) -> None:
        """Bring a section into view, as pressing it does."""
        self._show(self._sections[place][1])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go to the section above or below by the arrows; the keys stay in the list. Follow the page's layout."""
        if watched is self._area.widget():
            if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
                QTimer.singleShot(0, self, self._mark_current)  # its sections have their places only then
            return False
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _STEPS:
            buttons = [button for button, _start in self._sections]
            place = next(at for at, button in enumerate(buttons) if button is watched) + _STEPS[Qt.Key(event.key())]
            if 0 <= place < len(buttons):
                buttons[place].setFocus(Qt.FocusReason.TabFocusReason)
                self._scroll_to(self._sections[place][1])
            return True
        return super().eventFilter(watched, event)

    def restore(self, scrolled: int, place: int) -> None:
        """Scroll the page to where it was, with the section marked that was."""
        self._area.verticalScrollBar().setValue(scrolled)
        self._choose(min(place, len(self._sections) - 1))

    def _tops(self) -> list[int]:
        """How far the page is to be scrolled for each section to begin at the top, in pixels."""
        page, margin = self._area.widget(), theme().px("spacing.6")
        if page is None:
            return []
        return [start.mapTo(page, QPoint(0, 0)).y() - margin for _button, start in self._sections]

    def _scrolled(self, _action: int) -> None:
        """Follow the page, which the reader scrolls; not where it can't go on."""
        bar = self._area.verticalScrollBar()
        if bar.sliderPosition() != bar.value():
            self._choose(-1)

    def _choose(self, place: int) -> None:
        self._chosen = place
        self._mark_current()

    def _focus_moved(self, old: QWidget | None, now: QWidget | None) -> None:
        """Mark the section of the field that has got the focus; say where one is that comes to the list."""
        page = self._area.widget()
        if now is not None and self.isAncestorOf(now):
            if old is None or not (self.isAncestorOf(old) or self._area.isAncestorOf(old)):
                self._tell_place()
            return
        if page is None or now is None or not page.isAncestorOf(now):
            return
        above = now.mapTo(page, QPoint(0, now.height())).y() - theme().px("spacing.6")
        self._choose(sum(top < above for top in self._tops()) - 1)

    def _tell_place(self) -> None:
        """Tell a screen reader which list it is, which section is marked, and of how many."""
        current, total = self.current(), len(self._sections)
        place = _("{number} of {count}").format(number=current + 1, count=total)
        announce(self, ", ".join(filter(None, (self.accessibleName(), self._sections[current][0].text(), place))))

    def _mark_current(self, _value: int = 0) -> None:
        current = self.current()
        for place, (button, _start) in enumerate(self._sections):
            button.setChecked(place == current)

    def _show(self, start: QWidget) -> None:
        """Scroll to a section, and focus its first field."""
        page = self._area.widget()
        if page is None:
            return
        top = start.mapTo(page, QPoint(0, 0)).y()
        self._scroll_to(start)
        # A fact isn't a field: the section is opened for what can be done in it.
        able = [one for one in page.findChildren(QWidget) if not isinstance(one, ReadableRow)]
        fields = [one for one in able if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
        below = [one for one in fields if one.isVisibleTo(page) and one.mapTo(page, QPoint(0, 0)).y() > top]
        if below:
            min(below, key=lambda one: one.mapTo(page, QPoint(0, 0)).y()).setFocus(Qt.FocusReason.TabFocusReason)
        # Last: the section is marked also where the page can't scroll so far, or it has no field.
        self._choose([one for _button, one in self._sections].index(start))

    def _scroll_to(self, start: QWidget) -> None:
        """Scroll so far that the section begins at the top, or as far as the page goes, and mark it."""
        page = self._area.widget()
        if page is not None:
            self._choose([one for _button, one in self._sections].index(start))
            top = start.mapTo(page, QPoint(0, 0)).y()
            self._area.verticalScrollBar().setValue(max(0, top - theme().px("spacing.6")))


def section_offsets(tops: Sequence[int], last: int) -> list[float]:
    """From which scroll position on each section is the one that is read. `tops`: where each begins at the top; `last`:
    how far the page scrolls, in pixels. Sections that can't get to the top share the way between the last that can and
    the end of the page, so that scrolling passes through each of them; on a page that doesn't scroll none is reached.
    """
    if last <= 0:
        return []
    reachable = [float(top) for top in tops if top <= last]
    start, beyond = max(reachable, default=0.0), len(tops) - len(reachable)
    return [*reachable, *(start + (last - start) * (place + 1) / beyond for place in range(beyond))]
