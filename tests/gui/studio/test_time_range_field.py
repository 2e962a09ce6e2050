"""A dashboard's time range: what widgets read, the field and its popover, and reading again by itself."""

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QLabel, QWidget

from benchboard.dashboards.document.document import parse_document, write_document
from benchboard.dashboards.document.time_range import DEFAULT, TimeRange, last
from benchboard.ui.studio.panes.time_range_field import TimeRangePicker, range_title
from benchboard.ui.time_format import full_date, period_name
from benchboard.ui.widgets import Edit, Select
from benchboard.ui.widgets.calendar import DayRange
from benchboard.ui.widgets.tab_order import tab_stops

if TYPE_CHECKING:
    from conftest import Studio

FOLLOWS = "SELECT count(*) AS n, min(created_dt) AS first FROM orders WHERE created_dt >= :from AND created_dt < :to"
ALL = "SELECT count(*) AS n, min(created_dt) AS first FROM orders"


def _widget(name: str, query: str, x: int = 0) -> dict[str, object]:
    place = {"x": x, "y": 0, "w": 6, "h": 4}
    return {"id": name, "type": "table", "title": name, "query": query, "position": place}


def _load(studio: "Studio", *widgets: dict[str, object], **fields: object) -> None:
    document = {"format": "benchboard/dashboard", "version": 2, "items": list(widgets), **fields}
    studio.page.editor.load(parse_document(document))
    _settle(studio)


def _settle(studio: "Studio") -> None:
    studio.wait(lambda: not studio.page.query_runner.busy)


def _row(studio: "Studio", name: str) -> tuple[object, ...]:
    result = studio.page.query_runner.result(name)
    assert result is not None
    assert result.table is not None, result.error
    return result.table.rows[0]


def _picker(studio: "Studio") -> TimeRangePicker:
    studio.page.run("studio.time_range")
    (picker,) = [one for one in studio.application.window.findChildren(TimeRangePicker) if one.isVisible()]
    return picker


def _part(picker: QWidget, name: str) -> QAbstractButton:
    found = picker.findChild(QAbstractButton, name)
    assert found is not None
    return found


def test_widgets_that_name_the_range_read_its_rows_and_others_all(studio: "Studio") -> None:
    _load(studio, _widget("a", FOLLOWS), _widget("b", ALL, 6), time={"from": "1970-01-01", "to": "9999-01-01"})
    everything = _row(studio, "b")
    assert _row(studio, "a") == everything
    studio.page.editor.select_time(TimeRange("1970-01-01", "1970-01-02"))
    _settle(studio)
    assert _row(studio, "a")[0] == 0
    assert _row(studio, "b") == everything
    studio.page.editor.select_time(TimeRange("now-10y", "now+10y"))
    _settle(studio)
    assert _row(studio, "a") == everything


def test_first_moment_of_the_range_is_in_it_and_its_end_is_not(studio: "Studio") -> None:
    _load(studio, _widget("b", ALL))
    first = _row(studio, "b")[1]
    assert isinstance(first, datetime)
    written = first.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    later = (first + timedelta(microseconds=1)).astimezone(UTC).replace(tzinfo=None)
    _load(studio, _widget("a", FOLLOWS), time={"from": written, "to": later.isoformat(timespec="microseconds") + "Z"})
    assert _row(studio, "a")[1] == first
    _load(studio, _widget("a", FOLLOWS), time={"from": "1970-01-01", "to": written})
    assert _row(studio, "a")[0] == 0


def test_interval_groups_by_the_unit_that_fits_the_range(studio: "Studio") -> None:
    query = "SELECT date_trunc(:interval, created_dt) AS bucket, count(*) AS n FROM orders GROUP BY 1 ORDER BY 1"
    _load(studio, _widget("a", query), time={"from": "now-10y", "to": "now"})
    months = studio.page.query_runner.result("a")
    assert months is not None
    assert months.table is not None
    assert all(isinstance(row[0], datetime) and row[0].day == 1 for row in months.table.rows)
    assert months.table.columns[0].title == "Bucket"
    studio.page.editor.select_time(TimeRange("now-7d", "now"))
    _settle(studio)
    days = studio.page.query_runner.result("a")
    assert days is not None
    assert days.table is not None
    assert len(days.table.rows) > len(months.table.rows)


def test_variable_of_the_same_name_takes_precedence(studio: "Studio") -> None:
    variable = {"name": "to", "label": "", "type": "text", "values": [], "chosen": ["paid"], "multiple": False}
    query = "SELECT DISTINCT status FROM orders WHERE status = :to"
    _load(studio, _widget("a", query), variables=[variable])
    assert _row(studio, "a") == ("paid",)
    assert studio.page.variables.time_range.text() == "Time range"


def test_options_of_a_variable_follow_the_range(studio: "Studio") -> None:
    query = "SELECT DISTINCT status FROM orders WHERE created_dt >= :from AND created_dt < :to ORDER BY 1"
    variable = {
        "name": "state",
        "label": "",
        "type": "query",
        "values": [],
        "chosen": [],
        "multiple": True,
        "query": query,
    }
    _load(studio, _widget("a", ALL), variables=[variable], time={"from": "now-10y", "to": "now"})
    runner = studio.page.variable_runner

    def options() -> tuple[str, ...]:
        studio.wait(lambda: not runner.busy and runner.state_of("state").options is not None)
        found = runner.state_of("state").options
        assert found is not None
        return found.values

    assert len(options()) > 2
    studio.page.editor.select_time(TimeRange("1970-01-01", "1970-01-02"))
    assert options() == ()


def test_field_says_the_range_and_is_hidden_without_queries(studio: "Studio") -> None:
    field = studio.page.variables.time_range
    _load(studio, _widget("a", FOLLOWS))
    assert range_title(DEFAULT) == "Last 30 days"
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    days = period_name(today - timedelta(days=29), today + timedelta(days=1))
    assert field.text() == field.accessibleName() == f"Last 30 days · {days}"
    field.limit_width(field.dated_width - 1)
    assert field.text() == "Last 30 days"
    assert field.accessibleName() == f"Last 30 days · {days}"
    assert range_title(TimeRange("2026-08-05T00:00:00Z", "now")) == "Since 5 Aug 2026"
    assert range_title(TimeRange("2026-08-05T00:00:00Z", "now-1d")) == "5 Aug 2026 – now-1d"
    assert range_title(TimeRange("2026-08-05T08:30:00Z", "now-1d")) == "5 Aug 2026 08:30 – now-1d"
    assert range_title(TimeRange("nonsense", "now")) == "nonsense – now"
    _load(studio, _widget("a", FOLLOWS), time={"from": "now-7d", "to": "now"}, refresh=60)
    assert field.text().startswith("Last 7 days · ")
    assert field.text().endswith(" · every 1 min")
    field.limit_width(field.whole_width)
    assert field.text() == "Last 7 days · every 1 min"
    _load(studio, {"id": "t", "type": "text", "position": {"x": 0, "y": 0, "w": 4, "h": 4}})
    assert field.isHidden()


def test_picker_chooses_a_named_range_by_keyboard(studio: "Studio") -> None:
    _load(studio, _widget("a", FOLLOWS))
    picker = _picker(studio)
    assert picker.focusWidget() is not None
    assert picker.focusWidget().text() == "Last 30 days"  # type: ignore[union-attr,attr-defined]  # it is a button
    today = next(one for one in picker.findChildren(QAbstractButton) if one.text() == "Today")
    today.setFocus()
    studio.qtbot.keyClick(today, Qt.Key.Key_Space)
    assert studio.page.editor.time_range == TimeRange("now/d", "now/d")
    assert studio.page.variables.time_range.text() == f"Today · {full_date(datetime.now(UTC))}"
    assert studio.page.editor.document.time is None, "a reader's choice is theirs alone"


def test_named_ranges_are_one_stop_whose_choices_the_arrows_reach(studio: "Studio") -> None:
    _load(studio, _widget("a", FOLLOWS))
    picker = _picker(studio)
    stops = [one.objectName() for one in tab_stops(picker) if one.objectName().startswith("time_preset")]
    assert len(stops) == 1
    first = _part(picker, "time_preset_0")
    first.setFocus(Qt.FocusReason.TabFocusReason)
    studio.qtbot.keyClick(first, Qt.Key.Key_Down)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert focused is not first
    assert focused.objectName().startswith("time_preset")


def test_picker_refuses_a_wrong_time_at_its_field_and_keeps_the_range(studio: "Studio") -> None:
    _load(studio, _widget("a", FOLLOWS))
    picker = _picker(studio)
    start = picker.findChild(Edit, "time_from")
    assert start is not None
    start.clear()
    studio.qtbot.keyClicks(start, "yesterday")
    assert "isn't a valid time" in start.accessibleDescription()
    _part(picker, "time_apply").click()
    assert studio.page.editor.time_range == DEFAULT
    start.clear()
    studio.qtbot.keyClicks(start, "2026-02-30")
    assert "isn't a valid time" in start.accessibleDescription()
    start.clear()
    studio.qtbot.keyClicks(start, "now-3d")
    assert start.accessibleDescription() == ""
    studio.qtbot.keyClick(start, Qt.Key.Key_Return)
    assert studio.page.editor.time_range == TimeRange("now-3d", DEFAULT.end)


def test_a_range_that_no_widget_uses_is_said_at_the_field(studio: "Studio") -> None:
    """Choosing one on such a page seemed to do nothing."""
    _load(studio, _widget("b", ALL))
    field = studio.page.variables.time_range
    assert field.text() == "Time range"
    studio.page.editor.select_time(last(7, "d"))
    assert field.text() == "Last 7 days (not used)"
    assert "No widget uses the time range." in field.toolTip()


def test_picker_lights_no_range_that_no_widget_uses_and_nobody_chose(studio: "Studio") -> None:
    _load(studio, _widget("b", ALL))
    studio.page.variables.time_range.open_picker()
    (picker,) = [one for one in studio.application.window.findChildren(TimeRangePicker) if one.isVisible()]

    def lit() -> list[str]:
        found = picker.findChildren(QAbstractButton)
        return [one.text() for one in found if one.isChecked() and one.objectName().startswith("time_preset_")]

    assert lit() == []
    studio.page.editor.select_time(last(7, "d"))
    assert lit() == ["Last 7 days"]


def test_range_and_refresh_become_the_default_and_are_undone(studio: "Studio") -> None:
    _load(studio, _widget("a", FOLLOWS))
    studio.page.editor.select_time(TimeRange("now-7d", "now"))
    picker = _picker(studio)
    refresh = picker.findChild(Select, "time_refresh")
    assert refresh is not None
    refresh.setCurrentIndex(refresh.findData("30"))
    _part(picker, "time_default").click()
    stored = write_document(studio.page.editor.document)
    assert (stored["time"], stored["refresh"]) == ({"from": "now-7d", "to": "now"}, 30)
    assert not _part(picker, "time_default").isEnabled()
    studio.page.undo()
    assert studio.page.editor.document.time is None
    assert studio.page.editor.time_range == DEFAULT
    assert not studio.page.auto_refresh.timer.isActive()


def test_switch_compares_all_widgets_that_can_with_the_period_before(studio: "Studio") -> None:
    pie = {**_widget("c", FOLLOWS, 6), "type": "pie_chart"}
    _load(studio, _widget("a", FOLLOWS), _widget("b", ALL, 6), pie, time={"from": "now-1y", "to": "now"})
    picker = _picker(studio)
    editor, switch = studio.page.editor, _part(picker, "time_compare")
    assert not switch.isChecked()
    assert "0 of 3 widgets are compared. Can't be compared: “b”, “c”" in switch.accessibleDescription()
    studio.qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    _settle(studio)
    assert [editor.widget(one).setting("before") for one in ("a", "b")] == ["on", "off"]
    assert switch.isChecked()
    assert "1 of 3 widgets are compared." in switch.accessibleDescription()
    studio.wait(lambda: len(_row(studio, "a")) > 2)
    picker.close()
    studio.page.undo()
    assert editor.widget("a").setting("before") == "off"


@pytest.mark.parametrize("reopens", [False, True])
def test_switch_turned_on_and_off_keeps_the_comparison_that_a_widget_had_before(
    studio: "Studio", reopens: bool
) -> None:
    """Ticking and unticking it turned off the comparison that somebody had set for a card."""
    own = {**_widget("a", FOLLOWS), "config": {"before": "on"}}
    _load(studio, own, _widget("b", FOLLOWS, 6), time={"from": "now-1y", "to": "now"})
    editor, picker = studio.page.editor, _picker(studio)
    for wanted in (["on", "on"], ["on", "off"], ["on", "on"], ["on", "off"]):
        studio.qtbot.mouseClick(_part(picker, "time_compare"), Qt.MouseButton.LeftButton)
        _settle(studio)
        assert [editor.widget(one).setting("before") for one in ("a", "b")] == wanted
        assert picker.findChild(QCheckBox, "time_compare").isChecked() == (wanted[1] == "on")
        if reopens:
            picker.close()
            picker = _picker(studio)


def test_switch_and_other_changes_of_the_page_keep_what_is_typed(studio: "Studio") -> None:
    """The fields jumped back to the old range, and Apply kept that."""
    _load(studio, _widget("a", FOLLOWS), _widget("b", ALL, 6))
    picker = _picker(studio)
    assert any("Changes 1 of 2 widgets" in one.text() for one in picker.findChildren(QLabel))
    for name, text in (("time_from", "2026-06-01"), ("time_to", "2026-08-31")):
        edit = picker.findChild(Edit, name)
        assert edit is not None
        edit.clear()
        studio.qtbot.keyClicks(edit, text)
    studio.qtbot.mouseClick(_part(picker, "time_compare"), Qt.MouseButton.LeftButton)
    _settle(studio)
    assert studio.page.editor.widget("a").setting("before") == "on"
    assert picker.calendar.selected_range == DayRange(date(2026, 6, 1), date(2026, 8, 31))
    _part(picker, "time_apply").click()
    assert studio.page.editor.time_range == TimeRange("2026-06-01", "2026-08-31")


def test_typed_last_day_is_in_the_range(studio: "Studio") -> None:
    _load(studio, _widget("a", FOLLOWS))
    picker = _picker(studio)
    for name, text in (("time_from", "01.06.2026"), ("time_to", "31.08.2026")):
        edit = picker.findChild(Edit, name)
        assert edit is not None
        edit.setText(text)
    _part(picker, "time_apply").click()
    assert studio.page.editor.time_range == TimeRange("2026-06-01", "2026-08-31")
    assert studio.page.variables.time_range.text() == "1 Jun 2026 – 31 Aug 2026 (UTC)"


def test_a_week_typed_as_the_start_is_the_whole_range(studio: "Studio") -> None:
    _load(studio, _widget("a", FOLLOWS))
    picker = _picker(studio)
    start, end = (picker.findChild(Edit, name) for name in ("time_from", "time_to"))
    assert start is not None
    assert end is not None
    before = end.text()
    start.clear()
    studio.qtbot.keyClicks(start, "2026-08-05")
    assert end.text() == before, "2026 and 2026-08 were only its beginning"
    start.clear()
    studio.qtbot.keyClicks(start, "2026-W32")
    assert end.text() == "9 Aug 2026"
    studio.qtbot.keyClick(start, Qt.Key.Key_Return)
    assert studio.page.editor.time_range == TimeRange("2026-08-03", "2026-08-09")


def test_query_that_names_the_range_is_right_where_it_is_written(studio: "Studio") -> None:
    """It was underlined with “There is no variable “from””, though the widget showed its rows."""
    _load(studio, _widget("a", ALL))
    edit = studio.write_query("a", "")
    with studio.qtbot.waitSignal(edit.checked) as checked:
        edit.setPlainText(FOLLOWS + " GROUP BY date_trunc(:interval, created_dt)")
        edit.check()
    assert checked.args is not None
    assert checked.args[1] is None
    assert checked.args[0] is not None


def test_commands_move_and_widen_the_range(studio: "Studio") -> None:
    _load(studio, _widget("a", FOLLOWS), time={"from": "2026-03-01", "to": "2026-03-31"})
    shown = []
    for command in ("time_earlier", "time_later", "time_later", "time_wider"):
        studio.page.run(f"studio.{command}")
        shown.append(studio.page.editor.time_range)
    assert [one.start[:10] for one in shown] == ["2026-02-01", "2026-03-01", "2026-04-01", "2026-03-17"]
    assert [one.end[:10] for one in shown] == ["2026-03-01", "2026-04-01", "2026-05-01", "2026-05-16"]


def test_data_are_read_again_at_the_interval_and_when_a_hidden_page_is_shown(studio: "Studio") -> None:
    _load(studio, _widget("a", FOLLOWS), refresh=5)
    page, read = studio.page, list[str]()
    page.query_runner.result_changed.connect(read.append)
    assert page.auto_refresh.timer.interval() == 5000
    page.auto_refresh.timer.timeout.emit()
    studio.wait(lambda: bool(read))
    _settle(studio)
    page.hide()
    read.clear()
    page.auto_refresh.timer.timeout.emit()
    assert not page.query_runner.busy, "nobody sees it"
    page.show()
    studio.wait(lambda: bool(read))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"time": "now"}, "time"), ({"time": {"from": "now"}}, "time"), ({"time": {"from": "now", "to": 5}}, "time"),
        ({"time": {"from": "soon", "to": "now"}}, "time.from"), ({"time": {"from": "now", "to": "now-1d"}}, "time.to"),
        ({"refresh": 7}, "refresh"), ({"refresh": "5s"}, "refresh"), ({"refresh": True}, "refresh"),
        ({"refresh": 5.0}, "refresh"), ({"refresh": [5]}, "refresh"),
    ],
)  # fmt: skip
def test_document_with_a_wrong_range_is_refused_with_its_field(fields: dict[str, object], field: str) -> None:
    from benchboard.errors import Invalid

    with pytest.raises(Invalid) as refused:
        parse_document({"format": "benchboard/dashboard", "version": 2, "items": [], **fields})
    assert refused.value.facts["field"] == field


def test_calendar_of_the_picker_writes_days_and_shows_what_is_typed(studio: "Studio") -> None:
    _load(studio, _widget("a", FOLLOWS), time={"from": "2026-03-01", "to": "2026-04-10"})
    picker = _picker(studio)
    calendar = picker.calendar
    assert calendar.selected_range == DayRange(date(2026, 3, 1), date(2026, 4, 10))
    for day in (date(2026, 4, 2), date(2026, 3, 20)):
        studio.qtbot.mouseClick(calendar, Qt.MouseButton.LeftButton, pos=calendar.day_box(day).center().toPoint())
    studio.qtbot.mouseClick(_part(picker, "time_apply"), Qt.MouseButton.LeftButton)
    assert studio.page.editor.time_range == TimeRange("2026-03-20", "2026-04-02")
    picker = _picker(studio)
    typed = picker.findChild(Edit, "time_from")
    assert typed is not None
    typed.setFocus()
    typed.selectAll()
    studio.qtbot.keyClicks(typed, "2026-03-25")
    assert picker.calendar.selected_range == DayRange(date(2026, 3, 25), date(2026, 4, 2))


def test_end_shows_the_day_it_means_and_what_is_written_while_it_is_edited(studio: "Studio") -> None:
    _load(studio, _widget("a", FOLLOWS), time={"from": "now-6d/d", "to": "now/d"})
    picker, today = _picker(studio), datetime.now(UTC).date()
    start = picker.findChild(Edit, "time_from")
    assert start is not None
    assert start.text() == full_date(today - timedelta(days=6))
    start.setFocus(Qt.FocusReason.TabFocusReason)
    assert start.text() == "now-6d/d"
    start.clearFocus()
    _part(picker, "time_apply").click()
    assert studio.page.editor.time_range == TimeRange("now-6d/d", "now/d")
