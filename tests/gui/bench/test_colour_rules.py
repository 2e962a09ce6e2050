"""Colours by rule in the lists of frames, by mouse and keys, on the live bus and in a recording."""

import json
import os
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from benchboard.canbus.colour_rules import RULE_COLOURS, ColourRule
from benchboard.canbus.frame import Frame, TimeSource, Timestamp
from benchboard.canbus.recording_writer import open_recording
from benchboard.ui.bench.colour_rules.colour_rules_popover import ColourRulesPopover
from benchboard.ui.bench.colour_rules.kept_colour_rules import KeptColourRules
from benchboard.ui.bench.device_manager import DeviceManager
from benchboard.ui.bench.frame_list import FrameList
from benchboard.ui.bench.frame_rows import DATA, ID
from benchboard.ui.bench.live_bus_view import LiveBusView
from benchboard.ui.bench.recordings_view import RecordingsView
from benchboard.ui.shell.shell import Shell
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Select, Toast
from benchboard.ui.widgets.menus import Menu
from support.window import Clicker, visible

CTRL, ALT, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def view(shell: Shell, manager: DeviceManager) -> LiveBusView:
    """The live bus, closed, with frames of three IDs and an error frame."""
    shell.go("bench/live")
    (view,) = shell.findChildren(LiveBusView)
    frames = [Frame(one, data=bytes([1, one & 0xFF])) for one in (0x100, 0x18F, 0x2A0)]
    view.model.add_frames([*frames, Frame(0x20, error=True, data=bytes(8))])
    manager.live_changed.emit()
    view.model.ended = False
    return view


@pytest.fixture
def kept(shell: Shell) -> KeptColourRules:
    return KeptColourRules.of(shell.context)


def popover(shell: Shell) -> ColourRulesPopover:
    (found,) = (one for one in shell.window().findChildren(ColourRulesPopover) if one.isVisible())
    return found


def open_rules(qtbot: QtBot, shell: Shell, view: LiveBusView) -> ColourRulesPopover:
    view.table.setFocus()
    qtbot.keyClick(view.table, Qt.Key.Key_C, Qt.KeyboardModifier.ShiftModifier)
    return popover(shell)


def colour_of(table: FrameList, row: int, column: int = DATA) -> str:
    """What is behind a cell, at the right end of it."""
    box = table.visualRect(table.model().index(row, column))
    picture: QImage = table.viewport().grab(box).toImage()
    return picture.pixelColor(picture.width() - 4, 3).name()


def token(name: str) -> str:
    return QColor(theme().color(name)).name()


def field(click: Clicker, shell: Shell, name: str) -> QLineEdit:
    found = click.find(shell.window(), name)
    assert isinstance(found, QLineEdit)
    return found


def shoot(shell: Shell, name: str) -> None:
    if folder := os.environ.get("BENCH_SHOTS"):
        for mode in ("light", "dark"):
            shell.context.theme.set_appearance(mode)
            shell.window().grab().save(f"{folder}/{name}_{mode}.png")


def titles(kept: KeptColourRules) -> list[str]:
    return [one.title for one in kept.rules.rows]


def test_rule_is_added_by_keys_and_colours_its_frames_at_once(
    qtbot: QtBot, shell: Shell, click: Clicker, view: LiveBusView, kept: KeptColourRules
) -> None:
    opened = open_rules(qtbot, shell, view)
    condition = field(click, shell, "live_colour_condition")
    assert condition.hasFocus()
    assert not opened.list.isVisible()
    qtbot.keyClicks(condition, "100-1ff")
    qtbot.keyClick(condition, Qt.Key.Key_Tab)
    name = field(click, shell, "live_colour_name")
    assert name.hasFocus()
    qtbot.keyClicks(name, "Drives")
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert [(one.condition, one.name, one.colour) for one in kept.rules.rows] == [("100-1ff", "Drives", "red")]
    assert opened.list.hasFocus()
    coloured = {view.model.cell(row, ID) for row in range(4) if colour_of(view.table, row) == token("rule.red")}
    assert coloured | {"0x100"} == {"0x100", "0x18F"}  # the first one may be selected
    assert [view.model.colour_rule(row) is not None for row in range(4)].count(True) == 2
    assert json.loads(shell.context.settings.frame_colours) == [
        {"condition": "100-1ff", "colour": "red", "name": "Drives", "on": True}
    ]
    qtbot.keyClick(opened.list, Qt.Key.Key_Escape)
    assert not visible(shell.window(), "live_colour_popover")
    assert view.table.hasFocus()


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_row_has_the_colour_of_the_first_rule_that_fits_in_each_theme(
    shell: Shell, view: LiveBusView, kept: KeptColourRules, mode: str
) -> None:
    theme().set_appearance(mode)  # type: ignore[arg-type]  # one of the two
    for place, colour in enumerate(RULE_COLOURS):
        kept.add(ColourRule("18F" if place % 2 else "18F 2A0", colour))
    rows = {view.model.cell(row, ID): row for row in range(view.model.rowCount())}
    view.table.setCurrentIndex(view.model.index(rows["0x100"], 0))
    for row, ground in (("0x18F", "rule.red"), ("0x2A0", "rule.red"), ("0x100", "selection"), ("–", "surface")):
        assert colour_of(view.table, rows[row]) == token(ground)
    kept.turn(kept.rules.rows[0], on=False)
    assert colour_of(view.table, rows["0x18F"]) == token("rule.yellow")
    assert colour_of(view.table, rows["0x2A0"]) == token("rule.green")
    theme().set_appearance("light")


def test_selected_row_keeps_its_colour_in_the_margin(view: LiveBusView, kept: KeptColourRules) -> None:
    kept.add(ColourRule("100", "green"))
    (row,) = (row for row in range(4) if view.model.cell(row, ID) == "0x100")
    view.table.setCurrentIndex(view.model.index(row, 0))
    assert colour_of(view.table, row) == token("selection")
    picture = view.table.viewport().grab(view.table.visualRect(view.model.index(row, 0))).toImage()
    assert picture.pixelColor(6, 4).name() == token("rule.green")


def test_rule_of_a_row_is_in_its_tooltip_and_read_aloud(view: LiveBusView, kept: KeptColourRules) -> None:
    """Never by the colour alone."""
    kept.add(ColourRule("100", "green", "Drives"))
    (row,) = (row for row in range(4) if view.model.cell(row, ID) == "0x100")
    for column in (ID, DATA):
        assert "Colour rule: Drives" in view.model.index(row, column).data(Qt.ItemDataRole.ToolTipRole)
    assert "Colour rule: Drives" in view.model.index(row, 0).data(Qt.ItemDataRole.AccessibleDescriptionRole)
    view.model.show_rolling(True)
    assert "Colour rule: Drives" in view.model.index(0, 0).data(Qt.ItemDataRole.AccessibleDescriptionRole)
    assert view.model.index(1, DATA).data(Qt.ItemDataRole.ToolTipRole) is None


def test_changed_byte_of_a_coloured_row_stands_out(view: LiveBusView, kept: KeptColourRules) -> None:
    """The ground of a changed byte was that of the blue rule, nearly."""
    kept.add(ColourRule("100", "blue"))
    view.model.add_frames([Frame(0x100, data=b"\x02\x00")])
    (row,) = (row for row in range(4) if view.model.cell(row, ID) == "0x100")
    view.table.setCurrentIndex(view.model.index(3 if row != 3 else 0, 0))
    picture = view.table.viewport().grab(view.table.visualRect(view.model.index(row, DATA))).toImage()
    grounds = {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}
    assert token("rule.blue") in grounds
    assert token("byte.changed") not in grounds


def test_condition_that_is_wrong_says_why_at_its_field_and_adds_nothing(
    qtbot: QtBot, shell: Shell, click: Clicker, view: LiveBusView, kept: KeptColourRules
) -> None:
    open_rules(qtbot, shell, view)
    condition = field(click, shell, "live_colour_condition")
    qtbot.keyClicks(condition, "100-engine")
    qtbot.waitUntil(lambda: "“100-engine” isn't an ID in hexadecimal digits." in condition.accessibleDescription())
    shoot(shell, "colour_rule_wrong")
    condition.clear()
    qtbot.keyClicks(condition, "Speed>")
    qtbot.keyClick(condition, Qt.Key.Key_Return)
    assert condition.hasFocus()
    assert "“Speed>” compares with nothing." in condition.accessibleDescription()
    condition.clear()
    click(shell.window(), "live_colour_save")
    assert "Enter which frames" in condition.accessibleDescription()
    assert not kept.rules.rows
    qtbot.keyClicks(condition, "Speed>3")
    qtbot.waitUntil(lambda: condition.accessibleDescription() == "No database has Speed")
    qtbot.keyClick(condition, Qt.Key.Key_Return, CTRL)
    assert titles(kept) == ["Speed>3"]
    assert "Enter which" not in condition.accessibleDescription()


def test_rule_is_begun_from_the_menu_of_a_row(
    qtbot: QtBot, shell: Shell, click: Clicker, view: LiveBusView, kept: KeptColourRules
) -> None:
    for ident, condition in (("0x18F", "18F"), ("–", "error")):
        row = next(row for row in range(view.model.rowCount()) if view.model.cell(row, ID) == ident)
        view.table.setCurrentIndex(view.model.index(row, 0))
        view.open_frame_menu(row, QPoint(100, 100))
        menu = next(one for one in QApplication.topLevelWidgets() if isinstance(one, Menu) and one.isVisible())
        entry = next(one for one in menu.actions() if one.text().partition("\t")[0] == "Colour frames like this…")
        menu.close()
        entry.trigger()
        edit = field(click, shell, "live_colour_condition")
        assert edit.text() == condition
        assert edit.hasFocus()
        qtbot.keyClick(edit, Qt.Key.Key_Return)
        popover(shell).close()
    assert [(one.condition, one.colour) for one in kept.rules.rows] == [("18F", "red"), ("error", "yellow")]


@pytest.fixture
def three(qtbot: QtBot, shell: Shell, view: LiveBusView, kept: KeptColourRules) -> ColourRulesPopover:
    """The popover with three rules, the first one current."""
    for condition, colour, name in (("100", "red", "Drives"), ("18F", "blue", ""), ("error", "violet", "Errors")):
        kept.add(ColourRule(condition, colour, name))
    opened = open_rules(qtbot, shell, view)
    opened.list.setFocus()
    opened.list.setCurrentIndex(opened.model.index(0, 0))
    return opened


def test_rules_are_ordered_by_keys_and_undone(
    qtbot: QtBot, shell: Shell, click: Clicker, three: ColourRulesPopover, kept: KeptColourRules
) -> None:
    shoot(shell, "colour_rules")
    qtbot.keyClick(three.list, Qt.Key.Key_Down, ALT)
    assert titles(kept) == ["18F", "Drives", "Errors"]
    assert three.current is not None
    assert three.current.title == "Drives"
    qtbot.keyClick(three.list, Qt.Key.Key_Down, ALT)
    qtbot.keyClick(three.list, Qt.Key.Key_Down, ALT)
    assert titles(kept) == ["18F", "Errors", "Drives"]
    qtbot.keyClick(three.list, Qt.Key.Key_Up, ALT)
    assert titles(kept) == ["18F", "Drives", "Errors"]
    click(shell.window(), "live_move_colour_rule_up")
    assert titles(kept) == ["Drives", "18F", "Errors"]
    assert not click.find(shell.window(), "live_move_colour_rule_up").isEnabled()
    for expected in (["18F", "Drives", "Errors"], ["18F", "Errors", "Drives"]):
        qtbot.keyClick(three.list, Qt.Key.Key_Z, CTRL)
        assert titles(kept) == expected
    qtbot.keyClick(three.list, Qt.Key.Key_Y, CTRL)
    assert titles(kept) == ["18F", "Drives", "Errors"]


def test_rule_is_turned_off_by_space_and_by_its_tick(
    qtbot: QtBot, three: ColourRulesPopover, view: LiveBusView, kept: KeptColourRules
) -> None:
    row = next(row for row in range(4) if view.model.cell(row, ID) == "0x100")
    assert view.model.colour_rule(row) == kept.rules.rows[0]
    qtbot.keyClick(three.list, Qt.Key.Key_Space)
    assert [one.on for one in kept.rules.rows] == [False, True, True]
    assert view.model.colour_rule(row) is None
    assert "On: off" in three.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    spot = three.list.visualRect(three.model.index(1, 0)).center()
    qtbot.mouseClick(three.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert [one.on for one in kept.rules.rows] == [False, False, True]
    qtbot.keyClick(three.list, Qt.Key.Key_Z, CTRL)
    assert [one.on for one in kept.rules.rows] == [False, True, True]


def test_rule_is_deleted_with_a_toast_and_comes_back_at_its_place(
    qtbot: QtBot, shell: Shell, three: ColourRulesPopover, kept: KeptColourRules
) -> None:
    qtbot.keyClick(three.list, Qt.Key.Key_Down)
    qtbot.keyClick(three.list, Qt.Key.Key_Delete)
    assert titles(kept) == ["Drives", "Errors"]
    assert any("Colour rule 18F deleted" in one.accessibleName() for one in shell.window().findChildren(Toast))
    assert three.list.hasFocus()
    qtbot.keyClick(three.list, Qt.Key.Key_Z, CTRL)
    assert titles(kept) == ["Drives", "18F", "Errors"]
    for _rule in range(3):
        qtbot.keyClick(three.list, Qt.Key.Key_Delete)
    assert not kept.rules.rows
    assert shell.context.settings.frame_colours == ""
    focus = shell.window().focusWidget()
    assert focus is not None
    assert focus.objectName() == "live_colour_condition"
    for _rule in range(3):
        qtbot.keyClick(focus, Qt.Key.Key_Z, CTRL)
    assert sorted(titles(kept)) == ["18F", "Drives", "Errors"]


def test_rule_is_edited_in_the_fields_and_esc_leaves_it(
    qtbot: QtBot, shell: Shell, click: Clicker, three: ColourRulesPopover, kept: KeptColourRules
) -> None:
    qtbot.keyClick(three.list, Qt.Key.Key_Return)
    condition = field(click, shell, "live_colour_condition")
    assert condition.hasFocus()
    assert (condition.text(), field(click, shell, "live_colour_name").text()) == ("100", "Drives")
    qtbot.keyClicks(condition, "2A0")
    qtbot.keyClick(condition, Qt.Key.Key_Escape)
    assert three.list.hasFocus()
    assert kept.rules.rows[0].condition == "100"
    spot = three.list.visualRect(three.model.index(1, 2)).center()
    qtbot.mouseClick(three.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    qtbot.mouseDClick(three.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    colour = click.find(shell.window(), "live_colour_choice")
    assert isinstance(colour, Select)
    assert colour.current_key() == "blue"
    colour.set_current_key("cyan")
    qtbot.keyClicks(field(click, shell, "live_colour_name"), "Gateway")
    click(shell.window(), "live_colour_save")
    assert [(one.title, one.condition, one.colour) for one in kept.rules.rows] == [
        ("Drives", "100", "red"), ("Gateway", "18F", "cyan"), ("Errors", "error", "violet"),
    ]  # fmt: skip
    assert not visible(shell.window(), "live_colour_cancel")
    qtbot.keyClick(three.list, Qt.Key.Key_Z, CTRL)
    assert titles(kept) == ["Drives", "18F", "Errors"]


def test_undo_of_one_rule_keeps_what_became_of_others_meanwhile(
    qtbot: QtBot, shell: Shell, three: ColourRulesPopover, kept: KeptColourRules
) -> None:
    """Each view undoes its own edits: that of the live bus took back those of recordings."""
    qtbot.keyClick(three.list, Qt.Key.Key_Delete)
    shell.go("bench/recordings")
    kept.turn(kept.rules.rows[1], on=False)
    shell.go("bench/live")
    shell.context.problems.undo_last()
    assert [(one.title, one.on) for one in kept.rules.rows] == [("Drives", True), ("18F", True), ("Errors", False)]


def test_rules_are_those_of_recordings_too_and_of_the_next_window(
    qtbot: QtBot, shell: Shell, click: Clicker, kept: KeptColourRules, tmp_path: Path
) -> None:
    kept.add(ColourRule("0C9", "green", "Motor"))
    path = tmp_path / "drive.log"
    writer = open_recording(path)
    stamps = [Timestamp(1.7e9 + place / 100, TimeSource.DEVICE, 1e-6) for place in range(20)]
    writer.write([
        Frame(0x40, error=True, data=bytes(8), timestamp=stamp) if place == 7
        else Frame(0x0C9 if place % 2 else 0x1A0, data=bytes([place] * 8), timestamp=stamp)
        for place, stamp in enumerate(stamps)
    ])  # fmt: skip
    writer.close()
    shell.go("bench/recordings")
    (view,) = shell.findChildren(RecordingsView)
    view.open(path)
    qtbot.waitUntil(lambda: view.frames.model.rowCount() == 20)
    table = view.frames.table
    table.setFocus()
    assert [colour_of(table, row) for row in (2, 3)] == [token("surface"), token("rule.green")]
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ShiftModifier)
    condition = field(click, shell, "recording_colour_condition")
    qtbot.keyClicks(condition, "error")
    qtbot.keyClick(condition, Qt.Key.Key_Return)
    assert colour_of(table, 7) == token("rule.red")
    shoot(shell, "colour_rules_recording")
    theme().set_appearance("light")
    popover(shell).close()
    again = KeptColourRules(shell.context)
    assert again.rules == kept.rules
    assert len(again.rules.rows) == 2


def test_button_says_what_it_opens(shell: Shell, click: Clicker, view: LiveBusView) -> None:
    button = click.find(shell.window(), "live_colour_rules")
    assert (button.accessibleName(), button.toolTip()) == ("Colour rules", "Colour rules")
    click(shell.window(), "live_colour_rules")
    assert popover(shell).accessibleName() == "Colour rules"
    labels = [one.text() for one in popover(shell).findChildren(QLabel)]
    assert "The first rule that a frame fits gives it its colour." in labels


def test_pictures_of_all_colours(shell: Shell, view: LiveBusView, kept: KeptColourRules) -> None:
    for place, colour in enumerate(RULE_COLOURS):
        view.model.add_frames([Frame(0x300 + place, data=bytes(range(8)), sent=place == 2)] * 2)
        kept.add(ColourRule(f"{0x300 + place:X}", colour, f"Node {place}"))
    kept.add(ColourRule("error", "red"))
    grounds = {colour_of(view.table, row) for row in range(view.model.rowCount())}
    assert {token(f"rule.{one}") for one in RULE_COLOURS} <= grounds
    shoot(shell, "all_colours")
    theme().set_appearance("light")
