"""The calendar of a range: two clicks, keys, weeks as the language has them."""

from collections.abc import Iterator
from datetime import date

import pytest
from PySide6.QtCore import QLocale, QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from benchboard.ui.widgets.calendar import DayRange, RangeCalendar
from support.painted_texts import painted_texts

pytestmark = pytest.mark.usefixtures("light", "language")
TODAY = date(2026, 11, 18)


@pytest.fixture
def calendar(qtbot: QtBot) -> RangeCalendar:
    made = RangeCalendar(today=TODAY, week_start=Qt.DayOfWeek.Monday)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture(params=["en_GB"])
def language(request: pytest.FixtureRequest) -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale(request.param))
    yield
    QLocale.setDefault(before)


def _click(qtbot: QtBot, calendar: RangeCalendar, day: date) -> None:
    qtbot.mouseClick(calendar, Qt.MouseButton.LeftButton, pos=calendar.day_box(day).center().toPoint())


def test_calendar_two_clicks_select_a_range_in_either_order(qtbot: QtBot, calendar: RangeCalendar) -> None:
    assert calendar.months == (date(2026, 10, 1), date(2026, 11, 1))
    found: list[DayRange] = []
    calendar.range_selected.connect(found.append)
    _click(qtbot, calendar, date(2026, 11, 9))
    assert calendar.selected_range is None
    assert not found
    _click(qtbot, calendar, date(2026, 10, 5))
    assert found == [calendar.selected_range] == [DayRange(date(2026, 10, 5), date(2026, 11, 9))]


def test_calendar_keys_move_turn_and_select(qtbot: QtBot, calendar: RangeCalendar) -> None:
    for key, day in (
        (Qt.Key.Key_Right, date(2026, 11, 19)),
        (Qt.Key.Key_Up, date(2026, 11, 12)),
        (Qt.Key.Key_Home, date(2026, 11, 9)),
        (Qt.Key.Key_End, date(2026, 11, 15)),
        (Qt.Key.Key_PageUp, date(2026, 10, 15)),
        (Qt.Key.Key_PageUp, date(2026, 9, 15)),
    ):
        qtbot.keyClick(calendar, key)
        assert calendar.current == day
    assert calendar.months[0] == date(2026, 9, 1)
    qtbot.keyClick(calendar, Qt.Key.Key_Return)
    qtbot.keyClick(calendar, Qt.Key.Key_Down)
    qtbot.keyClick(calendar, Qt.Key.Key_Return)
    assert calendar.selected_range == DayRange(date(2026, 9, 15), date(2026, 9, 22))
    qtbot.keyClick(calendar, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ShiftModifier)
    assert calendar.current == date(2027, 9, 22)
    assert "selected" not in calendar.accessible_text()


def test_calendar_day_after_the_latest_is_told_to_be_unavailable_also_when_it_is_pressed(
    qtbot: QtBot, announcements: list[str]
) -> None:
    calendar = RangeCalendar(months=1, today=TODAY, single=True, latest=TODAY)
    qtbot.addWidget(calendar)
    calendar.show()
    qtbot.keyClick(calendar, Qt.Key.Key_Right)
    told = "Thursday 19 November 2026, unavailable"
    assert announcements == [told]
    assert calendar.accessible_text() == f"Calendar, {told}"
    qtbot.keyClick(calendar, Qt.Key.Key_Return)
    assert announcements == [told, told]
    qtbot.keyClick(calendar, Qt.Key.Key_Left)
    assert announcements[-1] == "Wednesday 18 November 2026, today"


def test_calendar_opens_at_the_month_of_the_first_day(calendar: RangeCalendar) -> None:
    """A range of several months was shown by its last ones, and so by today's."""
    calendar.show_range(DayRange(date(2026, 3, 9), TODAY))
    assert calendar.months == (date(2026, 3, 1), date(2026, 4, 1))
    assert calendar.current == date(2026, 3, 9)
    calendar.show_range(DayRange(date(2026, 10, 19), TODAY))
    assert calendar.months == (date(2026, 10, 1), date(2026, 11, 1))
    assert calendar.current == TODAY
    calendar.show_range(None)
    assert calendar.months == (date(2026, 10, 1), date(2026, 11, 1))


def test_calendar_escape_gives_up_the_first_end(qtbot: QtBot, calendar: RangeCalendar) -> None:
    calendar.show_range(DayRange(date(2026, 11, 1), date(2026, 11, 5)))
    _click(qtbot, calendar, date(2026, 11, 9))
    qtbot.keyClick(calendar, Qt.Key.Key_Escape)
    assert calendar.selected_range == DayRange(date(2026, 11, 1), date(2026, 11, 5))


def test_calendar_ends_of_time_are_not_passed(qtbot: QtBot, calendar: RangeCalendar) -> None:
    for end, key in ((date.max, Qt.Key.Key_PageDown), (date.min, Qt.Key.Key_PageUp)):
        calendar.show_range(DayRange(end, end))
        qtbot.keyClick(calendar, key)
        qtbot.keyClick(calendar, Qt.Key.Key_Up if end == date.min else Qt.Key.Key_Down)
        calendar.grab()
        assert calendar.current == end


@pytest.mark.parametrize("language", ["en_US"], indirect=True)
def test_calendar_week_begins_as_the_region_says_not_the_language(qtbot: QtBot, calendar: RangeCalendar) -> None:
    assert calendar.day_box(date(2026, 11, 9)).left() < calendar.day_box(date(2026, 11, 15)).left()
    of_system = RangeCalendar(today=TODAY)
    qtbot.addWidget(of_system)
    qtbot.keyClick(of_system, Qt.Key.Key_Home)
    assert of_system.current.isoweekday() == QLocale.system().firstDayOfWeek().value
    calendar = RangeCalendar(today=TODAY, week_start=Qt.DayOfWeek.Sunday)
    qtbot.addWidget(calendar)
    sunday, saturday = date(2026, 11, 15), date(2026, 11, 21)
    assert calendar.day_box(sunday).left() < calendar.day_box(saturday).left()
    assert calendar.day_box(sunday).top() == calendar.day_box(saturday).top()
    qtbot.keyClick(calendar, Qt.Key.Key_Home)
    assert calendar.current == sunday


def test_calendar_in_a_window_of_another_language_speaks_the_one_chosen_since(qtbot: QtBot) -> None:
    """It stayed English in Turkish: a window keeps the language in which it was opened."""
    window = QWidget()
    qtbot.addWidget(window)
    QLocale.setDefault(QLocale("tr_TR"))
    made = RangeCalendar(today=TODAY, week_start=Qt.DayOfWeek.Monday, parent=window)
    assert "Çarşamba" in made.accessible_text()
    texts = [one.text for one in painted_texts(made.size(), lambda painter: made.render(painter, QPoint()))]
    assert "Ekim 2026" in texts
