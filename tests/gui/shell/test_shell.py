"""The shell around the rooms: rail, tabs, palette, keys, banner, toast, status bar, theme, language."""

import threading
from dataclasses import replace
from datetime import date

import pytest
import shiboken6
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from benchboard.errors import Unavailable
from benchboard.ui.app import Application
from benchboard.ui.problems import Action
from benchboard.ui.session_watch import SessionWatch
from benchboard.ui.shell.bug_report import BugReport
from benchboard.ui.shell.settings_section import SettingsSection
from benchboard.ui.shell.shell import Shell
from benchboard.ui.tasks import Progress
from benchboard.ui.theme import theme
from benchboard.ui.time_format import short_date
from benchboard.ui.widgets import section_list, toasts
from benchboard.ui.widgets.banners import Banner
from benchboard.ui.widgets.buttons import SegmentedControl
from benchboard.ui.widgets.dialog import Dialog
from benchboard.ui.widgets.focus import FocusRing
from benchboard.ui.widgets.labels import Text
from benchboard.ui.widgets.pane_tabs import ViewTab
from benchboard.ui.widgets.paragraph import WrappedPath
from benchboard.ui.widgets.popover import Popover
from benchboard.ui.widgets.section_list import SectionList
from benchboard.ui.widgets.surfaces import Card
from benchboard.ui.widgets.tab_order import tab_stops
from benchboard.ui.widgets.toasts import Toast
from support.window import Clicker, FakeSection


def place(shell: Shell, name: str) -> FakeSection:
    found = shell.findChild(FakeSection, f"view_{name}")
    assert found is not None
    return found


def banners(shell: Shell) -> list[Banner]:
    return [banner for banner in shell.findChildren(Banner) if banner.isVisible()]


def test_rail_and_tabs_clicked_open_their_addresses(working: Application, shell: Shell, click: Clicker) -> None:
    click(working.window, "tab_bench_timing")
    assert shell.address == "bench/timing"
    click(working.window, "rail_admin")
    assert shell.address == "admin/people"
    click(working.window, "rail_bench")
    assert shell.address == "bench/timing"  # where one was in that room


def test_tab_focus_ring_shows_for_keyboard_only(
    qtbot: QtBot, working: Application, shell: Shell, click: Clicker
) -> None:
    dongles, timing = (click.find(working.window, f"tab_bench_{name}") for name in ("dongles", "timing"))
    assert isinstance(dongles, ViewTab)
    assert isinstance(timing, ViewTab)
    dongles.setFocus(Qt.FocusReason.TabFocusReason)
    assert dongles.focused_by_key
    click(working.window, "tab_bench_timing")
    assert shell.address == "bench/timing"
    assert not dongles.hasFocus()
    assert not timing.focused_by_key
    timing.setFocus(Qt.FocusReason.OtherFocusReason)
    qtbot.keyClick(timing, Qt.Key.Key_Left)
    assert shell.address == "bench/dongles"
    assert dongles.focused_by_key
    qtbot.keyClick(dongles, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    assert (shell.address, dongles.hasFocus()) == ("bench/timing", False)
    assert timing.hasFocus()


def test_go_with_a_deep_address_reaches_the_section(shell: Shell) -> None:
    shell.go("admin/people/42/sessions")
    assert place(shell, "admin_people").rests == ["42/sessions"]
    shell.go("nowhere/at/all")
    assert shell.address == "admin/people"
    assert "nowhere" in banners(shell)[0].accessibleName()


def test_palette_opens_addresses_and_runs_commands(
    qtbot: QtBot, working: Application, shell: Shell, click: Clicker, done: list[str]
) -> None:
    qtbot.keyClick(working.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    field = click.find(working.window, "palette_field")
    qtbot.keyClicks(field, "bench timing")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert shell.address == "bench/timing"
    click(working.window, "search")
    field = click.find(working.window, "palette_field")
    qtbot.keyClicks(field, "> pair")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert done == ["paired"]


def test_palette_moves_the_focus_once_to_the_view_that_it_opens(
    qtbot: QtBot, qapp: QApplication, working: Application, shell: Shell, click: Clicker
) -> None:
    qtbot.keyClick(working.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    field = click.find(working.window, "palette_field")
    qtbot.keyClicks(field, "bench timing")
    focused: list[QWidget] = []

    def note(_old: QWidget | None, new: QWidget | None) -> None:
        if new is not None:
            focused.append(new)

    qapp.focusChanged.connect(note)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qapp.focusChanged.disconnect(note)
    assert shell.address == "bench/timing"
    assert focused == [working.window.focusWidget()]
    assert shell.isAncestorOf(focused[0])


def test_palette_entry_of_the_view_that_is_shown_gives_the_focus_back(
    qtbot: QtBot, working: Application, shell: Shell, click: Clicker
) -> None:
    shell.go("bench/timing")
    before = working.window.focusWidget()
    qtbot.keyClick(working.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    field = click.find(working.window, "palette_field")
    qtbot.keyClicks(field, "bench timing")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert working.window.focusWidget() is before


def test_ctrl_comma_opens_settings_and_theme_applies_at_once(
    qtbot: QtBot, working: Application, shell: Shell, click: Clicker
) -> None:
    qtbot.keyClick(working.window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    assert shell.address == "settings/general"
    click(working.window, "segment_dark")
    assert theme().current == "dark"
    beside = working.window.grab().toImage().pixelColor(working.window.width() - 40, 300)
    assert beside == theme().color("surface")
    assert working.settings.appearance == "dark"
    click(working.window, "segment_light")
    assert theme().current == "light"
    assert QApplication.palette().window().color() == theme().color("window")


def test_settings_after_a_theme_command_show_it(
    qtbot: QtBot,
    working: Application,
    shell: Shell,
    click: Clicker,
    request: pytest.FixtureRequest,
    announcements: list[str],
) -> None:
    request.addfinalizer(lambda: working.apply_settings(replace(working.settings, appearance="light")))
    shell.go("settings")
    shell.run_command("window.dark_theme")
    assert "Dark theme is on" in announcements
    chosen = click.find(working.window, "appearance")
    assert isinstance(chosen, SegmentedControl)
    assert chosen.current() == "dark"


def test_language_change_rebuilds_the_window(
    qtbot: QtBot, working: Application, shell: Shell, click: Clicker, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(lambda: working.apply_settings(replace(working.settings, language="en")))
    shell.go("bench/timing")
    english = rail_and_header_text(working, click)
    assert english == ["Bench", "Studio", "Admin", "Settings", "Bench", "Dongles", "Bit timing"]

    select_language(qtbot, working, click, Qt.Key.Key_End)
    assert working.shell is not shell
    assert working.shell is not None
    assert working.shell.address == "settings/general"
    assert working.settings.language == "tr"
    assert working.shell.context.status.text("where") == "Bu bilgisayar"
    assert short_date(date(2026, 10, 15)) == "15 Eki"
    working.shell.go("bench/timing")
    assert rail_and_header_text(working, click) == [
        "Tezgâh",
        "Stüdyo",
        "Yönetim",
        "Ayarlar",
        "Tezgâh",
        "Aygıtlar",
        "Bit zamanlaması",
    ]

    select_language(qtbot, working, click, Qt.Key.Key_Home)
    assert working.shell is not None
    assert short_date(date(2026, 10, 15)) == "15 Oct"
    working.shell.go("bench/timing")
    assert rail_and_header_text(working, click) == english


def test_language_change_keeps_focus_and_scroll_position(
    qtbot: QtBot, working: Application, shell: Shell, click: Clicker, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(lambda: working.apply_settings(replace(working.settings, language="en")))
    working.window.resize(900, 560)
    shell.go("settings")
    bar = shell.findChild(QScrollArea, "settings_scroll").verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 40)
    bar.setValue(40)
    choice = click.find(working.window, "settings_language")
    assert "unsaved text may be lost" in choice.accessibleDescription()
    choice.setFocus()
    qtbot.keyClick(choice, Qt.Key.Key_End)
    anew = working.shell
    assert anew is not None
    assert anew is not shell
    assert click.find(working.window, "settings_language").hasFocus()
    bar = anew.findChild(QScrollArea, "settings_scroll").verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() == 40)


def test_settings_section_pressed_in_the_list_is_shown_with_focus(
    qtbot: QtBot, working: Application, shell: Shell, click: Clicker
) -> None:
    working.window.resize(1440, 500)
    shell.go("settings")
    bar = shell.findChild(QScrollArea, "settings_scroll").verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 40)
    sections = shell.findChild(SectionList)
    assert sections is not None
    assert sections.current() == 0
    widths = {click.find(working.window, f"section_{place}").width() for place in range(4)}
    assert widths == {sections.contentsRect().width()}, "the mark of a section is as wide as the list"
    qtbot.waitUntil(click.find(working.window, "section_0").isChecked)
    click(working.window, "section_3")
    assert bar.value() == bar.maximum()
    assert click.find(working.window, "settings_shortcuts").hasFocus()
    click(working.window, "section_2")
    checked = [f"section_{place}" for place in range(4) if click.find(working.window, f"section_{place}").isChecked()]
    assert checked == ["section_2"]
    assert click.find(working.window, "settings_sign_out").hasFocus()
    working.window.resize(1024, 700)
    qtbot.waitUntil(lambda: working.window.width() == 1024)
    assert sections.isVisible(), "it has room beside the page in the least window"
    working.window.resize(860, 500)
    qtbot.waitUntil(lambda: not sections.isVisible())


@pytest.mark.parametrize("width", [1024, 1440, 1920])
def test_settings_are_plain_rows_of_at_most_640_px_below_their_heading_or_at_its_right(
    qtbot: QtBot, working: Application, shell: Shell, click: Clicker, width: int
) -> None:
    working.window.resize(width, 900)
    shell.go("settings")
    page = shell.findChild(QScrollArea, "settings_scroll")
    qtbot.waitUntil(page.isVisible)
    group = click.find(working.window, "settings_language")
    while not isinstance(group, SettingsSection):
        group = group.parentWidget()
    heading = group.findChild(Text)
    assert heading.text() == "General"
    assert page.findChild(Card) is None, "no boxes in boxes"
    row = click.find(working.window, "settings_language").parentWidget()
    assert row is not None
    qtbot.waitUntil(lambda: 0 < row.width() <= 640)
    beside = width > 1024
    qtbot.waitUntil(lambda: (row.mapTo(group, QPoint(0, 0)).x() > heading.geometry().right()) == beside)
    said = [text.text() for text in page.findChildren(Text)]
    assert said.count("Theme") == said.count("Language") == 1
    assert group.mapTo(page, QPoint(0, 0)).x() == 32


def test_settings_open_the_shortcuts(working: Application, shell: Shell, click: Clicker) -> None:
    shell.go("settings")
    click(working.window, "settings_shortcuts")
    assert click.find(working.window, "key_sheet").isVisible()


def _current_section(shell: Shell) -> int:
    sections = shell.findChild(SectionList)
    assert sections is not None
    return sections.current()


def test_settings_tell_where_one_is_on_arrival(
    qtbot: QtBot, working: Application, shell: Shell, click: Clicker, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(section_list, "announce", lambda _widget, text, **_how: said.append(text))
    working.window.resize(1024, 700)
    shell.go("settings")
    first = click.find(working.window, "section_0")
    qtbot.waitUntil(first.hasFocus)
    assert _current_section(shell) == 0
    assert said == ["Settings, General, 1 of 4"]


def test_settings_address_names_a_section(qtbot: QtBot, working: Application, shell: Shell, click: Clicker) -> None:
    working.window.resize(1440, 500)
    shell.go("settings/general/session")
    qtbot.waitUntil(lambda: click.find(working.window, "settings_sign_out").hasFocus())
    assert _current_section(shell) == 2
    shell.go("settings/general/location")
    qtbot.waitUntil(lambda: _current_section(shell) == 1)
    shell.go("settings/general/nowhere")
    notice = shell.context.problems.current
    assert notice is not None
    assert "settings/general/nowhere" in notice.why
    shell.context.problems.dismiss()


def test_settings_sections_by_keys(qtbot: QtBot, working: Application, shell: Shell, click: Clicker) -> None:
    working.window.resize(1024, 700)
    shell.go("settings")
    first = click.find(working.window, "section_0")
    qtbot.waitUntil(first.isVisible)
    first.setFocus(Qt.FocusReason.TabFocusReason)
    focused: list[QWidget | None] = []
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    told = application.focusChanged.connect(lambda _old, now: focused.append(now))
    qtbot.keyClick(first, Qt.Key.Key_Down)
    application.focusChanged.disconnect(told)
    assert _current_section(shell) == 1
    assert focused == [click.find(working.window, "section_1")], "nothing in the page has the focus on the way"
    second = click.find(working.window, "section_1")
    assert second.hasFocus(), "the arrows go on from section to section"
    ring = next(one for one in working.window.findChildren(FocusRing) if one.widget is second)
    host = ring.parentWidget()
    assert host is not None
    row = QRect(second.mapTo(host, QPoint(0, 0)), second.size())
    assert row.contains(ring.geometry()), "the ring of a row that fills its list is within it"
    qtbot.keyClick(second, Qt.Key.Key_Return)
    page, focus = shell.findChild(QScrollArea, "settings_scroll"), QApplication.focusWidget()
    assert focus is not None
    assert page.isAncestorOf(focus), "Enter goes into the section"
    assert _current_section(shell) == 1


def rail_and_header_text(working: Application, click: Clicker) -> list[str]:
    """The texts of the rail from top to bottom, then the header: the room's name and its tabs."""
    names = ["rail_bench", "rail_studio", "rail_admin", "rail_settings"]
    rail = [click.find(working.window, name) for name in names]
    header = click.find(working.window, "header")
    room = next(label for label in header.findChildren(QLabel) if label.isVisible())
    tabs = [click.find(working.window, name) for name in ("tab_bench_dongles", "tab_bench_timing")]
    return [button.text() for button in (*rail, room, *tabs) if isinstance(button, QAbstractButton | QLabel)]


def select_language(qtbot: QtBot, working: Application, click: Clicker, key: Qt.Key) -> None:
    """Go to Settings and choose the first or the last language with the keyboard."""
    click(working.window, "rail_settings")
    choice = click.find(working.window, "settings_language")
    choice.setFocus()
    qtbot.keyClick(choice, key)


def test_f6_cycles_through_panes_and_back(qtbot: QtBot, working: Application, shell: Shell) -> None:
    place(shell, "bench_dongles").field.setFocus()
    seen = []
    for _turn in range(4):
        qtbot.keyClick(working.window, Qt.Key.Key_F6)
        focus = QApplication.focusWidget()
        assert focus is not None
        seen.append(focus.objectName())
    assert seen == ["status_where", "rail_bench", "tab_bench_dongles", "view_field"]
    qtbot.keyClick(working.window, Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    focus = QApplication.focusWidget()
    assert focus is not None
    assert focus.objectName() == "tab_bench_dongles"


def test_f6_goes_on_from_a_toast(qtbot: QtBot, working: Application, shell: Shell) -> None:
    """It stayed there: the shell knew only what had the focus in itself."""
    place(shell, "bench_dongles").field.setFocus()
    working.problems.toast("Moved “Lab” to Weekly", lambda: None)
    seen = []
    for _turn in range(3):
        qtbot.keyClick(working.window, Qt.Key.Key_F6)
        focus = QApplication.focusWidget()
        assert focus is not None
        seen.append(focus.objectName())
    assert seen == ["toast_undo", "status_where", "rail_bench"]


def test_f6_reaches_the_way_on_of_a_toast_which_stays_while_it_has_the_focus(
    qtbot: QtBot, working: Application, shell: Shell, announcements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    expire = Toast.expire
    monkeypatch.setattr(Toast, "expire", lambda one: (asked.append(True), expire(one))[1])
    monkeypatch.setattr(toasts, "SHOWN_MS", 100)
    shell.findChild(QWidget, "rail_bench").setFocus()  # wherever it is: the toast says so
    opened: list[int] = []
    working.problems.toast("Moved “Lab” to Weekly", action=Action("Open folder", lambda: opened.append(1)))
    qtbot.keyClick(working.window, Qt.Key.Key_F6)
    button = QApplication.focusWidget()
    assert button is not None
    assert button.objectName() == "toast_action"
    assert "Moved “Lab” to Weekly. Open folder: F6, then Enter" in announcements
    qtbot.waitUntil(lambda: len(asked) > 1)
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert opened == [1]
    focused = QApplication.focusWidget()
    assert focused is not None
    assert focused.objectName() == "rail_bench"


def test_tab_after_a_view_was_opened_otherwise_stops_at_its_tab_alone(
    qtbot: QtBot, working: Application, shell: Shell, click: Clicker
) -> None:
    shell.go("bench/dongles")
    click.find(working.window, "tab_bench_dongles").setFocus(Qt.FocusReason.TabFocusReason)  # of the tabs, Qt makes
    place(shell, "bench_dongles").setFocus(Qt.FocusReason.OtherFocusReason)  # this the one stop
    shell.go("bench/timing")
    tabs = [one.objectName() for one in tab_stops(working.window) if isinstance(one, ViewTab)]
    assert tabs == ["tab_bench_timing"]


def test_settings_opened_while_the_search_has_the_focus_take_it(
    qtbot: QtBot, working: Application, shell: Shell, click: Clicker
) -> None:
    search = click.find(working.window, "search")
    search.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(search, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    focus, settings = QApplication.focusWidget(), shell.findChild(QWidget, "view_settings_general")
    assert focus is not None
    assert settings is None or settings.isAncestorOf(focus)
    assert not click.find(working.window, "header").isAncestorOf(focus)


def test_f6_after_changing_room_reaches_its_tabs(qtbot: QtBot, working: Application, shell: Shell) -> None:
    shell.go("studio/home")  # it has none
    shell.go("bench/timing")
    rail = shell.findChild(QWidget, "rail_bench")
    assert rail is not None
    rail.setFocus()
    qtbot.keyClick(working.window, Qt.Key.Key_F6)
    focus = QApplication.focusWidget()
    assert focus is not None
    assert focus.objectName() == "tab_bench_timing"


def test_banner_of_several_problems_shows_one_with_retry(working: Application, shell: Shell, click: Clicker) -> None:
    tried: list[int] = []
    problems = working.problems
    problems.show(Unavailable("a", "ttyACM4 is busy.", why="“modem-manager” holds it."), lambda: tried.append(1))
    problems.notice(
        "New dongle found on ttyACM7.", "Nobody has claimed it.", Action("Pair dongle", lambda: tried.append(2))
    )
    assert [banner.accessibleName() for banner in banners(shell)] == ["ttyACM4 is busy. “modem-manager” holds it."]
    click(working.window, "banner_action")
    assert tried == [1]
    assert "ttyACM7" in banners(shell)[0].accessibleName()
    click(working.window, "dismiss")
    assert banners(shell) == []


def test_banner_of_the_same_problem_repeated_is_shown_once(working: Application, shell: Shell) -> None:
    for _turn in range(3):
        working.problems.show(Unavailable("a", "The database can't be reached."))
    working.problems.dismiss()
    assert banners(shell) == []


def test_banner_of_unreachable_database_goes_when_it_answers(qtbot: QtBot, working: Application, shell: Shell) -> None:
    def away(_session: object) -> None:
        raise Unavailable("storage.unreachable", "The database can't be reached.")

    asked, status, watch = (
        place(shell, "bench_dongles").refreshed,
        shell.context.status,
        working.findChild(SessionWatch),
    )
    assert watch is not None
    # Both may be over again within one turn of the loop: they are noted as they come.
    shown: list[object] = []
    said: list[str] = []
    working.problems.shown.connect(lambda notice: shown.append(notice and notice.key))
    watch.reachable_changed.connect(lambda _answers: said.append(status.text("saved").partition(" since")[0]))
    working.tasks.read(shell, away, lambda _nothing: None)
    qtbot.waitUntil(lambda: said == ["No response", "Saved"])
    assert shown[:2] == ["storage.unreachable", None]
    qtbot.waitUntil(lambda: banners(shell) == [] and status.text("saved") == "Saved")
    qtbot.waitUntil(lambda: place(shell, "bench_dongles").refreshed > asked)


def test_banner_text_with_markup_is_shown_plain(working: Application, shell: Shell) -> None:
    working.problems.show(Unavailable("a", "<img src=x> & <b>bold</b>"))
    assert banners(shell)[0].accessibleName().startswith("<img src=x>")


def test_the_windows_title_names_the_view(working: Application, shell: Shell) -> None:
    organisation = shell.context.actor.organisation
    for address, title in (("admin/people", "People"), ("bench/dongles", "Dongles")):
        shell.go(address)
        assert working.window.windowTitle() == f"{title} · {organisation} · Benchboard"


def test_ctrl_z_with_a_toast_undoes_it_then_reaches_the_section(
    qtbot: QtBot, working: Application, shell: Shell
) -> None:
    undone: list[str] = []
    canvas = place(shell, "bench_dongles")
    QShortcut("Ctrl+Z", canvas, lambda: undone.append("place"))
    canvas.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    canvas.setFocus()
    working.problems.toast("4 people added to team Commerce", lambda: undone.append("toast"))
    assert any(toast.isVisible() for toast in working.window.findChildren(Toast))
    for _turn in range(2):
        qtbot.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert undone == ["toast", "place"]


def test_bug_report_hides_secrets_and_work_continues(
    working: Application, shell: Shell, click: Clicker, expected_log: list[str]
) -> None:
    expected_log.append("a bug")
    try:
        raise RuntimeError("token=abcdef0123456789 went missing")
    except RuntimeError as error:
        working.problems.bug(error)
    click(working.window, "bug_copy")
    report = QApplication.clipboard().text()
    assert "RuntimeError" in report
    assert "abcdef" not in report
    click(working.window, "bug_go_on")
    shell.go("admin")
    assert shell.address == "admin/people"


def test_bug_that_comes_again_is_reported_once(
    qtbot: QtBot, working: Application, click: Clicker, expected_log: list[str]
) -> None:
    expected_log.append("a bug")
    first, other = RuntimeError("of a timer"), RuntimeError("of another one")
    working.problems.bug(first)
    click(working.window, "bug_go_on")
    qtbot.waitUntil(lambda: not working.window.findChildren(BugReport))
    working.problems.bug(first)
    assert not working.window.findChildren(BugReport)
    working.problems.bug(other)
    click(working.window, "bug_go_on")


def test_status_bar_cells_open_their_popover_upwards(qtbot: QtBot, working: Application, click: Clicker) -> None:
    for name in ("where", "saved", "organisation"):
        cell = click(working.window, f"status_{name}")
        popover = click.find(working.window, f"status_{name}_popover")
        assert isinstance(popover, Popover)
        assert popover.geometry().bottom() - 24 <= cell.mapTo(working.window, cell.rect().topLeft()).y()
        qtbot.keyClick(popover, Qt.Key.Key_Escape)
        assert QApplication.focusWidget() is not popover


def test_status_bar_popover_opened_by_key_takes_the_focus_and_closes_when_a_key_moves_it_away(
    qtbot: QtBot, working: Application, click: Clicker
) -> None:
    cell = click.find(working.window, "status_where")
    for by_shortcut in (False, True):
        cell.setFocus(Qt.FocusReason.TabFocusReason)
        qtbot.keyClick(cell, Qt.Key.Key_Return)
        popover = click.find(working.window, "status_where_popover")
        focused = QApplication.focusWidget()
        assert focused is not None
        assert popover.isAncestorOf(focused)
        if by_shortcut:
            click.find(working.window, "account").setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            qtbot.keyClick(focused, Qt.Key.Key_F6)
        qtbot.waitUntil(lambda popover=popover: not shiboken6.isValid(popover) or not popover.isVisible())  # type: ignore[misc]
        assert not cell.hasFocus()


def test_status_where_popover_shows_database_and_key_location(
    working: Application, shell: Shell, click: Clicker
) -> None:
    click(working.window, "status_where")
    popover = click.find(working.window, "status_where_popover")
    paths = [path for path in popover.findChildren(WrappedPath) if path.height() >= path.heightForWidth(path.width())]
    # Whole, however long; no keyring here, so a file, and it is said.
    assert [path.text() for path in paths] == [str(working.home / "benchboard.db"), str(working.home / "vault")]


def test_status_work_cell_shows_progress_and_cancels(
    qtbot: QtBot, working: Application, shell: Shell, click: Clicker
) -> None:
    started = threading.Event()

    def op(progress: Progress) -> None:
        progress.report(2, 8, "about 1 min")
        started.set()
        while True:
            progress.check()

    ended: list[object] = []
    working.tasks.run(shell, op, ended.append, ended.append, title="Pairing a tray")
    qtbot.waitUntil(lambda: shell.context.status.text("work") == "Pairing a tray, about 1 min")
    click(working.window, "status_work")
    click(working.window, "cancel_work")
    qtbot.waitUntil(lambda: bool(ended))
    assert shell.context.status.text("work") == ""


def test_section_that_refuses_to_close_blocks_leaving(working: Application, shell: Shell) -> None:
    shell.go("bench/timing")
    place(shell, "bench_timing").leaves = False
    shell.go("bench/dongles")
    working.sign_out()
    assert working.shell is shell
    assert shell.address == "bench/timing"
    assert not working.window.close()
    place(shell, "bench_timing").leaves = True


def test_ctrl_q_quits_unless_a_section_refuses_to_close(qtbot: QtBot, working: Application, shell: Shell) -> None:
    shell.go("bench/timing")
    place(shell, "bench_timing").leaves = False
    shell.go("admin/people")
    qtbot.keyClick(working.window, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    assert working.window.isVisible()
    assert shell.address == "bench/timing"
    place(shell, "bench_timing").leaves = True
    (quits,) = [entry for entry in shell.palette_entries() if entry.title == "Quit Benchboard"]
    assert quits.keys == "Ctrl Q"
    qtbot.keyClick(working.window, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    assert not working.window.isVisible()


def test_ctrl_q_before_sign_in_quits(qtbot: QtBot, working: Application) -> None:
    working.sign_out()
    qtbot.keyClick(working.window, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    assert not working.window.isVisible()


def test_status_saved_with_an_unsaved_section_says_not_saved(shell: Shell) -> None:
    bench = place(shell, "bench_dongles")
    said = shell.context.status.text
    bench.draft = "Home page"
    bench.unsaved_changed.emit()
    assert said("saved") == "Not saved yet"
    bench.draft = ""
    bench.unsaved_changed.emit()
    assert said("saved") == "Saved"


def test_status_saved_is_shown_in_every_room(shell: Shell) -> None:
    shell.go("bench/dongles")
    assert shell.context.status.text("saved") == "Saved"
    shell.go("settings")
    assert shell.context.status.text("saved") == "Saved"
    bench = place(shell, "bench_dongles")
    bench.draft = "Home page"
    bench.unsaved_changed.emit()
    assert shell.context.status.text("saved") == "Not saved yet"


def test_commit_notifies_screens_before_its_result(qtbot: QtBot, working: Application, shell: Shell) -> None:
    from benchboard.identity import teams

    order: list[str] = []
    # Other programs' changes are reported too, at any time, without table names.
    shell.context.changed.tables_changed.connect(lambda tables: order.append("told") if tables else None)
    working.tasks.change(
        shell,
        lambda session: teams.create_team(session, shell.context.actor, name="Line 2"),
        lambda _team: order.append("done"),
    )
    qtbot.waitUntil(lambda: "done" in order)
    assert order[:2] == ["told", "done"]


@pytest.mark.parametrize("width", [1440, 1100, 900])
def test_shell_in_smaller_windows_fits(working: Application, shell: Shell, width: int) -> None:
    working.window.resize(width, 640)
    QApplication.processEvents()
    assert shell.width() == width
    header, account = (shell.findChild(QWidget, name) for name in ("header", "account"))
    assert header is not None
    assert account is not None
    assert account.geometry().right() <= header.width()


def test_buttons_without_text_have_accessible_names(working: Application, shell: Shell) -> None:
    from PySide6.QtWidgets import QAbstractButton

    shell.go("settings")
    nameless = [
        button.objectName() or type(button).__name__
        for button in working.window.findChildren(QAbstractButton)
        if not button.text() and not button.accessibleName()
    ]
    assert nameless == []


def test_alt_digit_opens_its_room_and_ctrl_page_down_the_next_view(
    qtbot: QtBot, working: Application, shell: Shell
) -> None:
    visited = []
    for key in (Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_1):
        qtbot.keyClick(working.window, key, Qt.KeyboardModifier.AltModifier)
        visited.append(shell.address)
    assert visited == ["studio/home", "admin/people", "bench/dongles"]
    visited = []
    for key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
        qtbot.keyClick(working.window, key, Qt.KeyboardModifier.ControlModifier)
        visited.append(shell.address)
    assert visited == ["bench/timing", "bench/dongles", "bench/timing"]


def test_alt_left_goes_back_view_by_view_and_then_says_that_there_is_none(
    qtbot: QtBot, working: Application, shell: Shell
) -> None:
    before = shell.address
    for address in ("studio/home", "admin/people", "bench/timing"):
        shell.go(address)
    visited = []
    for _turn in range(3):
        qtbot.keyClick(working.window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
        visited.append(shell.address)
    assert visited == ["admin/people", "studio/home", before]
    qtbot.keyClick(working.window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert shell.address == before
    (toast,) = working.window.findChildren(Toast)
    assert toast.accessibleName() == "There is no earlier view."


def test_alt_right_goes_forward_to_what_was_left_by_going_back_until_another_view_is_opened(
    qtbot: QtBot, working: Application, shell: Shell
) -> None:
    def go(*keys: Qt.Key) -> list[str]:
        visited = []
        for key in keys:
            qtbot.keyClick(working.window, key, Qt.KeyboardModifier.AltModifier)
            visited.append(shell.address)
        return visited

    for address in ("studio/home", "admin/people", "bench/timing"):
        shell.go(address)
    left, right = Qt.Key.Key_Left, Qt.Key.Key_Right
    assert go(left, left, right, right) == ["admin/people", "studio/home", "admin/people", "bench/timing"]
    assert go(left, left) == ["admin/people", "studio/home"], "what is gone forward from is gone back to"
    shell.go("bench/timing")
    assert go(right) == ["bench/timing"]
    (toast,) = working.window.findChildren(Toast)
    assert toast.accessibleName() == "There is no later view."
    assert go(left) == ["studio/home"]


@pytest.mark.parametrize("address", ["settings/general", "settings/keys"])
def test_esc_in_the_settings_stays_there(qtbot: QtBot, working: Application, shell: Shell, address: str) -> None:
    """It went back to the view before, so that a second Esc after a menu's led to another room."""
    shell.go("bench/timing")
    shell.go(address)
    qtbot.keyClick(working.window.focusWidget() or working.window, Qt.Key.Key_Escape)
    assert shell.address == address


def test_going_back_from_the_settings_works_also_after_a_change_of_language(
    qtbot: QtBot, working: Application, shell: Shell, click: Clicker
) -> None:
    shell.go("bench/timing")
    shell.go("settings")
    select_language(qtbot, working, click, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: working.shell is not None and working.shell is not shell)
    rebuilt = working.shell
    assert rebuilt is not None
    assert rebuilt.address == "settings/general"
    qtbot.keyClick(click.find(working.window, "settings_language"), Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert rebuilt.address == "bench/timing"


def test_esc_dismisses_the_toast_then_the_banner(qtbot: QtBot, working: Application, shell: Shell) -> None:
    field = place(shell, "bench_dongles").field
    field.setFocus()
    working.problems.notice("Something happened.")
    working.problems.toast("Saved")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert all(toast.isHidden() for toast in working.window.findChildren(Toast))
    assert banners(shell)
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert not banners(shell)
    assert field.hasFocus()


def test_esc_at_a_button_of_a_toast_or_banner_dismisses_it(
    qtbot: QtBot, working: Application, shell: Shell, click: Clicker
) -> None:
    working.problems.notice("Something happened.")
    working.problems.toast("Removed", lambda: None)
    undo = click.find(working.window, "toast_undo")
    undo.setFocus()
    qtbot.keyClick(undo, Qt.Key.Key_Escape)
    assert all(toast.isHidden() for toast in working.window.findChildren(Toast))
    assert QApplication.focusWidget() is not None
    dismiss = click.find(working.window, "dismiss")
    dismiss.setFocus()
    qtbot.keyClick(dismiss, Qt.Key.Key_Escape)
    assert not banners(shell)


def test_f5_reads_the_view_again(qtbot: QtBot, working: Application, shell: Shell) -> None:
    section = place(shell, "bench_dongles")
    before = section.refreshed
    qtbot.keyClick(working.window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: section.refreshed > before)


def test_focus_of_a_field_that_is_disabled_with_its_pane_goes_to_a_neighbour(
    qtbot: QtBot, working: Application, shell: Shell
) -> None:
    section = place(shell, "bench_dongles")
    section.field.setFocus()
    qtbot.waitUntil(section.field.hasFocus)
    section.setEnabled(False)
    focus = QApplication.focusWidget()
    assert focus is not None
    assert focus.isEnabled()
    section.setEnabled(True)


def test_toast_goes_with_its_page_and_under_a_dialog_unless_what_it_reports_leads_there(
    shell: Shell,
) -> None:
    def shown() -> list[str]:
        return [one.accessibleName() for one in shell.window().findChildren(Toast) if one.isVisible()]

    shell.go("bench/dongles")
    shell.context.problems.toast("Dongle renamed")
    QApplication.processEvents()
    shell.go("settings")
    assert shown() == []
    shell.context.problems.toast("Dashboard created")
    shell.go("bench/dongles")
    assert shown() == ["Dashboard created"]
    QApplication.processEvents()
    dialog = Dialog(shell.window(), "Export")
    dialog.open()
    assert shown() == []
    dialog.dismiss()
