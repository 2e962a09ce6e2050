"""The page with all parts: a heading in words for each, its states in cells of a grid, in one theme or in both."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from benchboard.ui import widgets
from benchboard.ui.gallery.sample import Sample
from benchboard.ui.gallery.samples import samples
from benchboard.ui.theme import Mode, theme
from benchboard.ui.widgets.section_list import SectionList
from benchboard.ui.widgets.surfaces import set_surface

_CELL: Final = 184
_GAP: Final = 16
_COLUMNS: Final = 4
_MARGIN: Final = 24
WIDTH: Final = 2 * _MARGIN + _COLUMNS * _CELL + (_COLUMNS - 1) * _GAP
"""Of the page in one theme, in pixels."""
_MODES: Final[tuple[Mode, Mode]] = ("light", "dark")
_TITLES: Final = {
    "Edit": "Search field",
    "Elided": "Text that is cut",
    "HeadingEdit": "Heading edited in place",
    "KeyValue": "Names and values",
    "KeyCap": "Key",
    "ListRow": "Row of a list",
    "NoMatch": "Nothing found",
    "PagedTable": "List in a table",
    "PeopleRow": "People who are here",
    "ProblemText": "What is wrong",
    "Select": "Drop-down list",
    "ShareBar": "Bar of shares",
    "Skeleton": "What is loading",
    "StatStrip": "Strip of figures",
    "StepRow": "Steps of one act",
}
"""Parts that people call otherwise than by the words of their class."""


def part_title(part: str) -> str:
    """What a part is called, in words: *Segmented control*."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", part).lower()
    return _TITLES.get(part, words.capitalize())


def _parts() -> dict[str, list[Sample]]:
    """The states of each part, in the order in which the parts come first."""
    found: dict[str, list[Sample]] = {}
    for sample in samples():
        found.setdefault(sample.part, []).append(sample)
    return found


class GalleryPage(QWidget):
    """Every part in the present theme. `sections` are the titles of the parts, with the headings they begin at."""

    def __init__(self) -> None:
        super().__init__()
        set_surface(self, "window")
        self.setFixedWidth(WIDTH)
        self.sections: list[tuple[str, QWidget]] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, 16, _MARGIN, _MARGIN)
        column.setSpacing(theme().px("spacing.3"))
        column.addWidget(widgets.Text(theme().current.capitalize(), "title"))
        for part, states in _parts().items():
            heading = _heading(part)
            self.sections.append((part_title(part), heading))
            column.addWidget(heading)
            for line in _lines(states):
                column.addLayout(line)
        column.addStretch(1)


def _heading(part: str) -> QWidget:
    """The title of a part and, small, the name of its class, below a line."""
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, theme().px("spacing.3"), 0, 0)
    column.setSpacing(theme().px("spacing.3"))
    column.addWidget(widgets.hairline())
    line = QHBoxLayout()
    line.setSpacing(theme().px("spacing.2"))
    line.addWidget(widgets.Text(part_title(part), "section"))
    line.addWidget(widgets.Text(part, "mono", "muted"))
    line.addStretch(1)
    column.addLayout(line)
    return made


def _lines(states: Sequence[Sample]) -> Iterator[QHBoxLayout]:
    """The states in cells of equal width, as many as fit into each line; one that is wider takes several cells."""
    line, free = _line(), _COLUMNS
    for sample in states:
        widget = sample.build()
        width = widget.minimumWidth() if sample.size is None else sample.size[0]
        span = min(-(-(width + _GAP) // (_CELL + _GAP)), _COLUMNS)
        if span > free:
            line.addStretch(1)
            yield line
            line, free = _line(), _COLUMNS
        line.addWidget(_cell(widget, sample.state, span), 0, Qt.AlignmentFlag.AlignTop)
        free -= span
    line.addStretch(1)
    yield line


def _line() -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(_GAP)
    return line


def _cell(widget: QWidget, state: str, span: int) -> QWidget:
    """A part, and below it the state that it is in."""
    made = QWidget()
    made.setObjectName("gallery_cell")
    made.setFixedWidth(span * (_CELL + _GAP) - _GAP)
    cell = QVBoxLayout(made)
    cell.setContentsMargins(0, 0, 0, 0)
    cell.setSpacing(theme().px("spacing.1"))
    words = state[:1].upper() + state[1:].replace("_", " ")
    for one in (widget, widgets.Text(words, "caption", "muted")):
        cell.addWidget(one, 0, Qt.AlignmentFlag.AlignLeft)
    return made


def picture(mode: Mode) -> QPixmap:
    """The page in a theme; the theme is afterwards what it was."""
    before = theme().appearance
    theme().set_appearance(mode)
    page = GalleryPage()
    page.adjustSize()
    drawn = page.grab()
    page.deleteLater()
    theme().set_appearance(before)
    return drawn


def both_themes() -> QPixmap:
    """The page in both themes, side by side."""
    pictures = [picture(mode) for mode in _MODES]
    whole = QPixmap(sum(one.width() for one in pictures), max(one.height() for one in pictures))
    whole.fill(Qt.GlobalColor.transparent)
    with QPainter(whole) as painter:
        left = 0
        for one in pictures:
            painter.drawPixmap(left, 0, one)
            left += one.width()
    return whole


def gallery_window() -> QWidget:
    """The list of the parts, the page to try with mouse and keys, and a picture of it in the other theme beside it."""
    other = QLabel()
    other.setPixmap(picture(_MODES[theme().current == "light"]))
    other.setAccessibleName("The same parts in the other theme")
    inner, page = QWidget(), GalleryPage()
    line = QHBoxLayout(inner)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(0)
    for widget in (page, other):
        line.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
    area = widgets.scroll_area(inner)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
    parts = SectionList(area, page.sections, "Parts")
    set_surface(parts, "surface")
    anchors = widgets.scroll_area(parts)
    anchors.setFixedWidth(parts.width())
    window = QWidget()
    set_surface(window, "surface")
    window.setWindowTitle("Parts of the screens")
    whole = QHBoxLayout(window)
    whole.setContentsMargins(0, 0, 0, 0)
    whole.setSpacing(0)
    whole.addWidget(anchors)
    whole.addWidget(widgets.hairline(vertical=True))
    whole.addWidget(area, 1)
    window.resize(parts.width() + 1 + 2 * WIDTH + 16, 900)
    return window
