"""The live bus shows only the frames whose IDs match the filter, by keyboard."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from benchboard.canbus.frame import Frame
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.live_bus_view import LiveBusView
from benchboard.ui.shell.shell import Shell
from support.window import Clicker, visible


@pytest.fixture
def view(shell: Shell, manager: DeviceManager) -> LiveBusView:
    """The live bus, closed, with frames of three IDs."""
    shell.go("bench/live")
    (view,) = shell.findChildren(LiveBusView)
    view.model.add_frames([Frame(one, data=b"\x01") for one in (0x100, 0x18F, 0x2A0)])
    manager.live_changed.emit()
    return view


def _shown(view: LiveBusView) -> list[str]:
    return [view.model.index(row, 1).data() for row in range(view.model.rowCount())]


@pytest.mark.parametrize(
    ("key", "modifier"),
    [(Qt.Key.Key_Slash, Qt.KeyboardModifier.NoModifier), (Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)],
)
def test_frame_filter_is_reached_and_left_by_keys(
    qtbot: QtBot,
    shell: Shell,
    click: Clicker,
    view: LiveBusView,
    key: Qt.Key,
    modifier: Qt.KeyboardModifier,
    announcements: list[str],
) -> None:
    window = shell.window()
    field, count = click.find(window, "live_filter"), window.findChild(QLabel, "live_id_count")
    assert isinstance(field, QLineEdit)
    assert count.text() == "3 IDs"
    view.table.setFocus()
    qtbot.keyClick(view.table, key, modifier)
    assert field.hasFocus()
    qtbot.keyClicks(field, "100-1ff")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert view.table.hasFocus()
    assert _shown(view) == ["0x100", "0x18F"]
    assert count.text() == "2 of 3 IDs"
    assert [one for one in announcements if "ID" in one] == ["2 of 3 IDs"], "once, whatever comes after it"
    view.model.add_frames([Frame(0x2A0), Frame(0x101), Frame(0x18F, data=b"\x02")])
    assert _shown(view) == ["0x100", "0x101", "0x18F"]
    view.model.show_rolling(True)
    assert _shown(view) == ["0x100", "0x18F", "0x101", "0x18F"]
    view.model.add_frames([Frame(0x2A0), Frame(0x100)])
    assert _shown(view)[-2:] == ["0x18F", "0x100"]
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert len(_shown(view)) == 8
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert view.table.hasFocus()


def test_frame_filter_that_is_wrong_says_why_and_changes_nothing(
    qtbot: QtBot, shell: Shell, click: Clicker, view: LiveBusView
) -> None:
    window = shell.window()
    field = click.find(window, "live_filter")
    field.setFocus()
    qtbot.keyClicks(field, "100")
    qtbot.waitUntil(lambda: _shown(view) == ["0x100"])
    qtbot.keyClicks(field, "-engine")
    problem = window.findChild(QLabel, "live_filter_problem")
    qtbot.waitUntil(lambda: "“100-engine” isn't an ID in hexadecimal digits." in problem.accessibleName())
    assert _shown(view) == ["0x100"]
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.hasFocus()


def test_frame_filter_that_nothing_matches_offers_to_clear_it(
    qtbot: QtBot, shell: Shell, click: Clicker, view: LiveBusView
) -> None:
    window = shell.window()
    field = click.find(window, "live_filter")
    field.setFocus()
    qtbot.keyClicks(field, "7FF")
    qtbot.waitUntil(lambda: visible(window, "live_clear_filter"))
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert click.find(window, "live_clear_filter").hasFocus()
    click(window, "live_clear_filter")
    assert len(_shown(view)) == 3
    assert view.table.isVisible()


def test_what_is_found_is_told_once_the_user_rests(
    qtbot: QtBot, shell: Shell, click: Clicker, view: LiveBusView, announcements: list[str]
) -> None:
    """That nothing is found wasn't told, and a count at each pause."""
    field = click.find(shell.window(), "live_filter")
    field.setFocus()
    announcements.clear()
    qtbot.keyClicks(field, "EngineSped>3")
    qtbot.waitUntil(lambda: announcements == ["No database has EngineSped"])


def test_filter_is_described_in_a_sentence_and_its_help_is_read_line_by_line(
    qtbot: QtBot, shell: Shell, click: Clicker, view: LiveBusView
) -> None:
    """The whole help was its description."""
    window = shell.window()
    assert accessible_text(click.find(window, "live_filter")) == (
        "Filter frames", "IDs, names, or the values of signals, such as Speed>100.",
    )  # fmt: skip
    assert accessible_text(click.find(window, "live_protocol")) == ("Protocol: No protocol", "")
    assert (
        accessible_text(view.findChild(QCheckBox, "live_listen_only"))[1] == "Sends nothing, not even acknowledgements."
    )
    button = click.find(window, "live_filter_help")
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Return)
    first = click.find(window, "help_line_0")
    assert first.hasFocus()
    assert accessible_text(first)[0] == "18F, 100-1FF, 100&700: IDs in hexadecimal digits"
    qtbot.keyClick(first, Qt.Key.Key_Down)
    assert click.find(window, "help_line_1").hasFocus()
    qtbot.keyClick(first, Qt.Key.Key_Escape)
    assert button.hasFocus()


def accessible_text(widget: QWidget) -> tuple[str, str]:
    """The name and the description that a screen reader reads."""
    told, kind = QAccessible.queryAccessibleInterface(widget), QAccessible.Text
    return told.text(kind.Name), told.text(kind.Description)


def test_toggles_of_the_toolbar_are_toggle_buttons_to_a_screen_reader(
    shell: Shell, click: Clicker, view: LiveBusView
) -> None:
    """“Plots” was a check box."""
    told = QAccessible.queryAccessibleInterface(click.find(shell.window(), "live_plots"))
    assert (told.role(), told.state().checkable) == (QAccessible.Role.Button, True)


def test_f6_enters_a_panel_at_its_list(qtbot: QtBot, shell: Shell, click: Clicker, view: LiveBusView) -> None:
    """It went to the buttons above it."""
    view.send_panel.add_frame(Frame(0x100), "Ping", 20.0)
    click.find(shell.window(), "send_add").setFocus()
    view.table.setFocus()
    qtbot.keyClick(view.table, Qt.Key.Key_F6)
    assert view.send_panel.list.hasFocus()
    assert view.send_panel.list.currentIndex().isValid()


def test_f6_from_the_filter_goes_on_to_the_frames(
    qtbot: QtBot, shell: Shell, click: Clicker, view: LiveBusView
) -> None:
    """It went back to the toolbar."""
    for name in ("live_filter", "live_protocol"):
        begin = click.find(shell.window(), name)
        begin.setFocus()
        qtbot.keyClick(begin, Qt.Key.Key_F6)
        assert view.table.hasFocus()
        begin.setFocus()
        qtbot.keyClick(begin, Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
        assert view.toolbar.isAncestorOf(shell.focusWidget())


def test_a_signal_that_is_being_typed_is_not_called_wrong(
    qtbot: QtBot, shell: Shell, click: Clicker, view: LiveBusView, announcements: list[str]
) -> None:
    """“Speed>” was no ID in hexadecimal digits."""
    field, problem = click.find(shell.window(), "live_filter"), view.findChild(QLabel, "live_filter_problem")
    assert problem is not None
    field.setFocus()
    qtbot.keyClicks(field, "100-x")
    qtbot.waitUntil(lambda: bool(problem.accessibleName()))
    field.clear()
    qtbot.keyClicks(field, "Speed>")
    qtbot.waitUntil(lambda: not problem.accessibleName())
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert problem.accessibleName() == "“Speed>” compares with nothing. Compare with a number, such as Speed>100."


def test_mistyped_signal_is_named_where_no_frame_matches(qtbot: QtBot, view: LiveBusView) -> None:
    view.filter_bar.set_text("EngineSped>3")
    said = [label.text() for label in view.findChildren(QLabel) if label.isVisible()]
    assert "No database has EngineSped" in said
    view.filter_bar.set_text("7FF")
    said = [label.text() for label in view.findChildren(QLabel) if label.isVisible()]
    assert "No frames match “7FF”" in said
