"""The marked section follows what is pressed, focused and scrolled to, also where the page scrolls a little or not."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from benchboard.ui.widgets.section_list import SectionList, section_offsets

NAMES = ("One", "Two", "Three", "Four")


@pytest.mark.parametrize(
    ("tops", "last", "offsets"),
    [
        ((0, 100, 200, 300), 300, [0, 100, 200, 300]),
        ((0, 100, 200, 300), 120, [0, 100, 110, 120]),
        ((0, 100, 200, 300), 40, [0, 40 / 3, 80 / 3, 40]),
        ((0, 100, 200, 300), 0, []),
    ],
)
def test_section_offsets_give_each_section_a_part_of_the_way(
    tops: tuple[int, ...], last: int, offsets: list[float]
) -> None:
    assert section_offsets(tops, last) == pytest.approx(offsets)


def _wheel(area: QScrollArea, by: int) -> None:
    spot = QPointF(40, 40)
    event = QWheelEvent(
        spot, area.viewport().mapToGlobal(spot), QPoint(0, by), QPoint(0, by), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(area.viewport(), event)


@pytest.mark.usefixtures("light")
@pytest.mark.parametrize("height", [180, 380, 500])
def test_marked_section_is_the_one_pressed_focused_or_scrolled_to(qtbot: QtBot, height: int) -> None:
    window, page, area = QWidget(), QWidget(), QScrollArea()
    qtbot.addWidget(window)
    column = QVBoxLayout(page)
    headings, fields = [QLabel(name) for name in NAMES], [QLineEdit() for _name in NAMES]
    for heading, field in zip(headings, fields, strict=True):
        column.addWidget(heading)
        column.addWidget(field)
        column.addSpacing(50)
    page.setFixedHeight(420)
    area.setWidget(page)
    sections = SectionList(area, list(zip(NAMES, headings, strict=True)))
    sections.setParent(window)
    area.setParent(window)
    area.setGeometry(200, 0, 300, height)
    window.resize(500, height)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    bar = area.verticalScrollBar()
    assert sections.current() == 0
    for place in (3, 1, 2):
        sections.show_section(place)
        assert sections.current() == place
        assert fields[place].hasFocus()
    state = bar.value(), sections.current()
    fields[0].setFocus()
    assert sections.current() == 0, "the focus went there"
    sections.restore(*state)
    assert (bar.value(), sections.current()) == state
    bar.setValue(0)
    seen = []
    for _turn in range(40):
        _wheel(area, -20)
        seen.append(sections.current())
    if bar.maximum():
        assert seen == sorted(seen)
        assert seen[-1] == 3, "at the end"
    else:
        assert {*seen} == {2}, "nothing was scrolled"


@pytest.mark.usefixtures("light")
def test_first_section_is_marked_before_the_page_is_laid_out(qtbot: QtBot) -> None:
    """The second was, and got the focus that was meant for the first."""
    window, page, area = QWidget(), QWidget(), QScrollArea()
    qtbot.addWidget(window)
    column = QVBoxLayout(page)
    headings = [QLabel(name) for name in NAMES]
    for heading in headings:
        column.addWidget(heading)
    area.setWidget(page)
    area.verticalScrollBar().setRange(0, 50)
    sections = SectionList(area, list(zip(NAMES, headings, strict=True)))
    sections.setParent(window)
    area.setParent(window)
    assert sections.current() == 0


@pytest.mark.usefixtures("light")
def test_arrows_scroll_to_a_section_and_keep_the_focus_in_the_list(qtbot: QtBot) -> None:
    """The first field of the section had it in between, and was read out before the section's title."""
    window, page, area = QWidget(), QWidget(), QScrollArea()
    qtbot.addWidget(window)
    column = QVBoxLayout(page)
    fields = [QLineEdit() for _name in NAMES]
    for field in fields:
        column.addWidget(field)
        column.addSpacing(150)
    area.setWidget(page)
    sections = SectionList(area, list(zip(NAMES, fields, strict=True)))
    sections.setParent(window)
    area.setParent(window)
    area.setGeometry(200, 0, 300, 200)
    window.resize(500, 200)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    first, second = (sections.findChild(QWidget, f"section_{place}") for place in range(2))
    assert first is not None
    assert second is not None
    first.setFocus()
    focused: list[QWidget | None] = []
    application = QApplication.instance()
    assert isinstance(application, QApplication)

    def note(_before: QWidget | None, now: QWidget | None) -> None:
        focused.append(now)

    application.focusChanged.connect(note)
    qtbot.keyClick(first, Qt.Key.Key_Down)
    application.focusChanged.disconnect(note)
    assert focused == [second]
    assert sections.current() == 1
    assert area.verticalScrollBar().value() > 0
