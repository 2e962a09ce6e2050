"""What a screen reader is told of the parts of the screens: roles, names, states, and what changed."""

from collections.abc import Iterator
from typing import TypeVar, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
    QAccessibleInterface,
    QAccessibleStateChangeEvent,
    QAccessibleTextUpdateEvent,
    QGuiApplication,
)
from PySide6.QtWidgets import QApplication, QToolTip, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from benchboard.canbus.frame import Frame
from benchboard.paging import Listing, Page
from benchboard.ui import theme as theme_module
from benchboard.ui.app import Window
from benchboard.ui.bench.bit_diagram import SmallBitBar
from benchboard.ui.bench.bus_counters import BusCounters
from benchboard.ui.bench.frame_list import FrameList
from benchboard.ui.bench.frame_rows import DATA
from benchboard.ui.bench.frame_table import FrameModel
from benchboard.ui.bench.pairing_graphics import PairingChecklist
from benchboard.ui.paged.paged_model import Column, PagedTableModel
from benchboard.ui.paged.paged_view import PagedTable
from benchboard.ui.problems import Notice, Problems
from benchboard.ui.shell.problem_display import ShellProblemDisplay
from benchboard.ui.studio.data.text_table import TextRow, TextTable
from benchboard.ui.tasks import Tasks
from benchboard.ui.theme import Mode, Theme
from benchboard.ui.widgets import (
    Badge,
    Button,
    Confirm,
    Edit,
    Field,
    SegmentedControl,
    Select,
    accessible,
    accessible_factory,
)
from benchboard.ui.widgets.banners import Banner
from benchboard.ui.widgets.detail_pane import DetailHeader, DetailPane
from benchboard.ui.widgets.dialog import Dialog
from benchboard.ui.widgets.empty_state import EmptyState
from benchboard.ui.widgets.labels import Elided
from benchboard.ui.widgets.list_row import ListRow
from benchboard.ui.widgets.pane_tabs import ViewTab
from benchboard.ui.widgets.paragraph import Paragraph
from benchboard.ui.widgets.popover import MenuItem, Popover, menu
from benchboard.ui.widgets.stat_strip import Stat, StatStrip
from benchboard.ui.widgets.status_bar import StatusBar
from benchboard.ui.widgets.stepper import StepRow
from benchboard.ui.widgets.toasts import Toast
from support.contrast import contrast

Role, Text = QAccessible.Role, QAccessible.Text
Put = TypeVar("Put", bound=QWidget)


@pytest.fixture
def window(qtbot: QtBot, light: Theme) -> Iterator[Window]:
    """A window with an empty page, and an active screen reader."""
    before = QAccessible.isActive()
    QAccessible.setActive(True)
    accessible_factory.install()
    window = Window(lambda: True)
    qtbot.addWidget(window)
    page = QWidget()
    QVBoxLayout(page)
    window.setCentralWidget(page)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield window
    Popover.close_any()
    QAccessible.setActive(before)


@pytest.fixture
def heard(window: Window, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is read out from now on."""
    sentences: list[str] = []

    def note(event: QAccessibleEvent) -> None:
        if isinstance(event, QAccessibleStateChangeEvent):
            cell = event.accessibleInterface()
            sentences.append(f"{cell.text(Text.Name)}: {'checked' if cell.state().checked else 'unchecked'}")
            return
        if isinstance(event, QAccessibleTextUpdateEvent):
            name = event.accessibleInterface().text(Text.Name)
            if event.textRemoved():  # not its first value
                sentences.append(f"{name}: {event.textRemoved()} → {event.textInserted()}")
            return
        events = QAccessible.Event
        if event.type() in (events.DescriptionChanged, events.NameChanged, events.Focus):
            return  # read when the widget is reached
        assert isinstance(event, QAccessibleAnnouncementEvent)
        sentences.append(event.message())

    monkeypatch.setattr(accessible, "send", note)
    monkeypatch.setattr(accessible, "queue", accessible.AnnouncementQueue())
    return sentences


def _put(window: Window, widget: Put) -> Put:
    page = window.centralWidget()
    layout = page.layout() if page is not None else None
    assert layout is not None
    layout.addWidget(widget)
    return widget


def _interface(widget: QWidget) -> QAccessibleInterface:
    found = QAccessible.queryAccessibleInterface(widget)
    assert found is not None
    return found


def _name(widget: QWidget) -> str:
    return _interface(widget).text(Text.Name)


def test_window_behind_an_open_dialog_has_only_the_dialog_which_is_modal(window: Window) -> None:
    _put(window, Button("Behind"))
    assert _interface(window).childCount() >= 1
    dialog = Confirm(window, "Revoke 2 sessions", "They end.", act="Revoke", keep="Keep", run=lambda: None)
    assert dialog.accessibleDescription() == "They end."
    dialog.open()
    told = _interface(window)
    assert told.childCount() == 1
    assert told.child(0).object() is dialog
    assert told.indexOfChild(told.child(0)) == 0
    assert (told.child(0).role(), told.child(0).text(Text.Name)) == (Role.Dialog, "Revoke 2 sessions")
    assert told.child(0).state().modal
    dialog.dismiss()
    assert told.child(0).object() is not dialog


def test_toast_and_banner_are_read_out_once_when_they_appear(window: Window, heard: list[str]) -> None:
    toast = Toast("Widget deleted", lambda: None, window)
    toast.show()
    banner = _put(window, Banner(Notice("The bus is off.", "Too many errors.", "error")))
    for widget in (toast, banner):
        widget.show()
        widget.hide()
        widget.show()
    assert heard == ["Widget deleted. Undo: Ctrl Z", "The bus is off. Too many errors."]
    assert [_interface(widget).role() for widget in (toast, banner)] == [Role.Notification, Role.AlertMessage]


def test_sentence_is_not_told_twice_in_a_row_unless_the_user_acts_again(
    window: Window, heard: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(accessible, "queue", accessible.AnnouncementQueue(lambda: now[0]))
    first, second = _put(window, Button("One")), _put(window, Button("Two"))
    for widget in (first, second, first):
        accessible.announce(widget, "Saved")
    assert heard == ["Saved"], "the same news from two places"
    accessible.announce(first, "Undone: Move", again=True)
    accessible.announce(first, "Undone: Move", again=True)
    assert heard[1:] == ["Undone: Move"] * 2
    for text in ("Paused", "Resumed", "Paused"):
        accessible.announce(second, text)
    assert heard[3:] == ["Paused", "Resumed", "Paused"]
    now[0] += 5
    accessible.announce(second, "Paused")
    assert heard[6:] == ["Paused"]


def test_last_announcements_are_told_again_from_the_newest_on(window: Window, heard: list[str]) -> None:
    button = _put(window, Button("One"))
    assert not accessible.has_announcement()
    assert not accessible.repeat_announcement()
    for count in range(25):
        accessible.announce(button, f"News {count}")
    del heard[:]
    for _press in range(2):
        assert accessible.repeat_announcement()
    assert heard == ["News 24", "News 23, 2 of 20"]
    accessible.announce(button, "Saved")
    accessible.repeat_announcement()
    assert heard[2:] == ["Saved", "Saved"]
    for _press in range(20):
        accessible.repeat_announcement()
    assert heard[-2:] == ["News 6, 20 of 20", "Saved"]


def test_what_is_hidden_or_behind_a_dialog_is_not_told_and_a_banner_waits_for_its_end(
    window: Window, heard: list[str]
) -> None:
    behind, hidden = _put(window, Button("Behind")), _put(window, Button("Hidden"))
    hidden.hide()
    accessible.announce(hidden, "Loaded")
    dialog = Confirm(window, "Revoke 2 sessions", "They end.", act="Revoke", keep="Keep", run=lambda: None)
    dialog.open()
    accessible.announce(behind, "3 dashboards")
    banners = [
        _put(window, Banner(Notice(*words, "error")))
        for words in (("Gone.", ""), ("The bus is off.", "Too many errors."))
    ]
    for banner in banners:
        banner.show()
    banners[0].hide()
    assert heard == []
    accessible.announce(dialog, "Checked")
    Toast("Copied", None, window).show()
    assert heard == ["Checked", "Copied"]
    dialog.dismiss()
    assert heard[2:] == ["The bus is off. Too many errors."]


def test_announcement_without_a_screen_reader_is_not_sent(window: Window, heard: list[str]) -> None:
    QAccessible.setActive(False)
    accessible.announce(window, "Saved")
    assert not heard


def test_counters_that_change_all_the_time_tell_their_values_when_asked(window: Window) -> None:
    strip = _put(window, StatStrip())
    for load in range(50):
        strip.show_stats([Stat(f"{load} %", "Bus load"), Stat("0", "Dropped")])
        assert strip.accessibleName() == ""
    assert _name(strip) == "Bus load 49 %, Dropped 0"
    strip.show_note("The live bus is closed.")
    assert _name(strip) == "The live bus is closed."


def test_progress_renames_its_cell_ten_times_at_most_and_shows_every_step(window: Window) -> None:
    bar, names, shown = _put(window, StatusBar()), set(), set()
    for done in range(200):
        bar.set("work", "ph.spinner-gap", f"Writing, {done} of 200", share=done / 200)
        cell = bar.cell("work")
        assert cell is not None
        names.add(cell.accessibleName())
        shown.add(bar.text("work"))
    assert (len(names), len(shown)) == (10, 200)


def test_what_is_recorded_stands_at_the_right_with_running_work(window: Window, qtbot: QtBot) -> None:
    bar = _put(window, StatusBar())
    bar.resize(1_000, bar.height())
    for key in ("recording", "organisation", "live", "where", "work", "notice"):
        bar.set(key, "", key.title())
    cells = {key: bar.cell(key) for key in ("where", "live", "notice", "work", "recording", "organisation")}

    def lefts() -> list[int]:
        return [one.x() for one in cells.values() if one is not None]

    qtbot.waitUntil(lambda: len(set(lefts())) == len(cells) and lefts() == sorted(lefts()))
    left, right = cells["notice"], cells["work"]
    assert left is not None
    assert right is not None
    qtbot.waitUntil(lambda: right.x() - left.geometry().right() > 100)


def test_save_state_is_read_out_when_it_changes_not_while_it_is_being_saved(window: Window, heard: list[str]) -> None:
    bar = _put(window, StatusBar())
    bar.set("saved", "ph.check", "Saved", tone="ok", announced=True)
    bar.set("saved", "ph.arrows-clockwise", "Saving", tone="info")
    bar.set("saved", "ph.check", "Saved", tone="ok", announced=True)
    bar.set("saved", "ph.check", "Saved", tone="ok", announced=True)
    bar.set("saved", "ph.warning", "Not saved", tone="error", announced=True)
    assert heard == ["Saved", "Not saved"]


def test_parts_have_the_roles_of_what_they_are(window: Window) -> None:
    segments = _put(window, SegmentedControl([("a", "By ID"), ("b", "In order")], label="View"))
    segment = segments.findChild(QWidget, "segment_a")
    assert segment is not None
    assert (_interface(segments).role(), _name(segments)) == (Role.Grouping, "View")
    assert (_interface(segment).role(), _interface(segment).state().checked) == (Role.RadioButton, 1)
    assert segment.isEnabled()
    assert _interface(_put(window, Badge("ok", "Paired"))).role() == Role.StaticText
    assert _interface(_put(window, StatusBar())).role() == Role.StatusBar
    assert (_interface(bit := _put(window, SmallBitBar())).role(), _name(bit)) == (Role.Graphic, "Bit timing")


def test_tabs_of_views_are_page_tabs_of_which_one_is_selected(window: Window) -> None:
    tabs = [_put(window, ViewTab(title)) for title in ("Data", "Explore")]
    tabs[1].setChecked(True)
    told = [_interface(tab) for tab in tabs]
    assert [one.role() for one in told] == [Role.PageTab, Role.PageTab]
    assert [one.state().selected for one in told] == [0, 1]
    assert [(one.state().checked, one.state().checkable) for one in told] == [(0, 0), (0, 0)]
    told[0].actionInterface().doAction(told[0].actionInterface().pressAction())
    assert [one.state().selected for one in told] == [1, 0]


def test_row_that_is_selected_is_told_as_selected_and_never_as_checked(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = _put(window, ListRow(lambda: None))
    row.show_row("Admin", "System, 1 person")
    changes, active_while_toggled = list[tuple[bool, bool]](), list[bool]()

    def note(event: QAccessibleEvent) -> None:
        if isinstance(event, QAccessibleStateChangeEvent):
            changes.append((bool(event.changedStates().selected), bool(event.changedStates().checked)))

    monkeypatch.setattr(accessible, "send", note)
    row.toggled.connect(lambda _on: active_while_toggled.append(QAccessible.isActive()))
    row.setChecked(True)
    row.click()
    qtbot.waitUntil(lambda: changes == [(True, False), (True, False)])
    assert active_while_toggled == [False, False]  # Qt tells no one of a state “checked”
    assert QAccessible.isActive()


def test_choice_whose_button_was_told_of_already_is_a_radio_button(window: Window) -> None:
    button = _put(window, Button("", icon="ph.table", tip="Table"))
    assert _interface(button).role() == Role.PushButton, "Qt keeps what it was"
    button.setCheckable(True)
    accessible.choice_of_several(button)
    assert (_interface(button).role(), _name(button)) == (Role.RadioButton, "Table")


def test_steps_are_named_with_the_state_of_each(window: Window) -> None:
    steps = _put(window, StepRow(("Write", "Read back", "Compare")))
    assert _name(steps) == "Write: waiting, Read back: waiting, Compare: waiting"
    steps.show_state(1, "now")
    assert _name(steps) == "Write: done, Read back: in progress, Compare: waiting"
    steps.show_state(1, "failed")
    assert "Read back: failed" in _name(steps)
    claim = _put(window, PairingChecklist(("Check identity", "Press the button")))
    claim.set_current(1)
    assert _name(claim) == "1 of 2 done. Check identity: done. Press the button: in progress"


def test_field_is_named_with_its_unit_and_an_error_in_it_is_read_out_once(
    window: Window, heard: list[str], qtbot: QtBot
) -> None:
    field = _put(window, Field("Bit rate", Edit(unit="kbit/s")))
    assert _name(field.editor) == "Bit rate (kbit/s)"
    assert _name(_put(window, Field("Delay (each end)", Edit(unit="ns"))).editor) == "Delay (each end, ns)"
    field.set_error("Enter a number.")
    field.set_error("Enter a number.")
    qtbot.waitUntil(lambda: bool(heard))
    field.set_error("")
    assert heard == ["Enter a number."]
    noted = _put(window, Field("Server", note="Its address."))
    assert _interface(noted.editor).text(Text.Description) == "Its address."
    noted.set_error("Enter an address.")
    assert _interface(noted.editor).text(Text.Description) == "Enter an address."
    noted.set_error("")
    assert _interface(noted.editor).text(Text.Description) == "Its address."


def test_error_in_the_focused_field_is_announced_and_its_description_told_as_the_focus_leaves(
    window: Window, heard: list[str], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader reads another description of what has the focus by itself, so that errors were read twice."""
    field, other = _put(window, Field("Rate")), _put(window, Edit())
    field.editor.setFocus()
    qtbot.waitUntil(field.editor.hasFocus)
    told: list[str] = []
    note = accessible.send

    def note_descriptions(event: QAccessibleEvent) -> None:
        note(event)
        if event.type() == QAccessible.Event.DescriptionChanged:
            told.append(event.object().accessibleDescription())

    monkeypatch.setattr(accessible, "send", note_descriptions)
    field.set_error("Enter a number.")
    assert (heard, told) == (["Enter a number."], [])
    other.setFocus()
    qtbot.waitUntil(lambda: told == ["Enter a number."])
    heard.clear()
    field.set_error("")
    field.set_error("Enter a number.")
    field.editor.setFocus()
    qtbot.wait(0)
    assert heard == [], "it is read with the field"


def test_what_an_empty_state_says_is_told_once_with_its_action(window: Window) -> None:
    empty = _put(window, EmptyState("ph.key", "No API keys", "Create key", why="Programs act for you by one."))
    said = "No API keys. Programs act for you by one."
    assert (_name(empty.action), _interface(empty.action).text(Text.Description)) == ("Create key", said)
    assert _name(empty) == ""  # a reader reads the group's name as well
    empty.sentence.setText("No keys match “x”")
    empty.why.setText("")
    assert _interface(empty.action).text(Text.Description) == "No keys match “x”."
    empty.action.disable("Only admins create keys.")
    assert _interface(empty.action).text(Text.Description) == "Only admins create keys."
    assert _name(empty) == "No keys match “x”."
    assert _name(_put(window, EmptyState("ph.key", "No API keys", why="Nothing yet."))) == "No API keys. Nothing yet."


def test_drop_down_list_is_called_by_its_label_and_has_its_value_as_a_text(window: Window) -> None:
    select = _put(window, Select([("", "All roles"), ("admin", "Admins")], label="Role"))
    told = _interface(select)
    assert (told.role(), told.text(Text.Name), told.text(Text.Value)) == (Role.ComboBox, "Role", "All roles")
    value = told.textInterface()
    assert value is not None
    assert value.text(0, value.characterCount()) == "All roles"
    select.set_current_key("admin")
    assert (told.text(Text.Name), told.text(Text.Value)) == ("Role", "Admins")
    assert value.text(0, value.characterCount()) == "Admins"
    assert told.valueInterface() is None
    assert told.child(0).object() is select.view()
    assert _name(select.view()) == "Role"
    assert (told.state().expanded, told.state().focusable) == (False, True)
    told.actionInterface().doAction(told.actionInterface().showMenuAction())
    assert told.state().expanded
    select.hidePopup()


def test_drop_down_list_tells_each_change_of_its_value_and_reads_out_the_users(
    window: Window, qtbot: QtBot, heard: list[str]
) -> None:
    select = _put(window, Select([("a", "Analyst"), ("t", "Technician"), ("d", "Admin")], label="Role"))
    select.set_current_key("d")
    assert heard == [], "its value is read when it is reached"
    qtbot.waitUntil(select.isVisible)
    select.setFocus(Qt.FocusReason.TabFocusReason)
    select.set_current_key("t")
    assert heard == ["Role: Admin → Technician", "Technician"], "the program changed it"
    qtbot.keyClick(select, Qt.Key.Key_Down)
    assert heard[2:] == ["Role: Technician → Admin", "Admin"]
    select.set_current_key("d")
    assert len(heard) == 4, "nothing changed"


def test_drop_down_list_that_is_filled_tells_nothing_and_shows_its_new_choices(window: Window) -> None:
    select = _put(window, Select([("a", "Analyst"), ("t", "Technician")], label="Role"))
    view = _interface(select.view())
    assert view.child(0).text(Text.Name) == "Analyst"
    told: list[bool] = []
    select.model().rowsInserted.connect(lambda: told.append(QAccessible.isActive()))
    select.set_choices([("d", "Admin"), ("b", "Business user")])
    assert told == [False, False], "Qt tells of each value that it passes through"
    assert QAccessible.isActive()
    assert [view.child(k).text(Text.Name) for k in range(view.childCount())] == ["Admin", "Business user"]
    told.clear()
    select.set_choices([("d", "Admin"), ("b", "Business user")])
    assert told == [], "they are the same"


def test_drop_down_list_in_a_field_keeps_its_label_beside_the_note(window: Window) -> None:
    field = _put(window, Field("Role", Select([("", "Admin")]), note="What the person may do."))
    told = _interface(field.editor)
    assert (told.text(Text.Name), told.text(Text.Description)) == ("Role", "What the person may do.")


@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier])
def test_enter_in_a_dialog_whose_button_is_disabled_says_why(
    window: Window, qtbot: QtBot, heard: list[str], modifier: Qt.KeyboardModifier
) -> None:
    dialog = Dialog(window, "Add person")
    save = dialog.add_button(Button("Add", kind="primary"))
    field = Edit(placeholder="Email")
    dialog.content.addWidget(field)
    save.disable("Enter an email address first.")
    dialog.open()
    qtbot.keyClick(field, Qt.Key.Key_Return, modifier)
    assert heard == ["Enter an email address first."]
    assert QToolTip.text() == "Enter an email address first."
    QToolTip.hideText()
    dialog.dismiss()


def test_pane_of_details_says_whose_they_are(window: Window) -> None:
    pane = DetailPane("details")
    assert _name(_put(window, pane)) == "Details"
    head = DetailHeader(pane.close_button())
    pane.head.addWidget(head)
    head.name.setText("Dana Whitfield")
    assert (_interface(pane).role(), _name(pane)) == (Role.Grouping, "Details of Dana Whitfield")


def test_clear_button_of_a_search_field_has_a_name(window: Window) -> None:
    edit = _put(window, Edit(clear=True))
    edit.setText("dana")
    names = [child.text(Text.Name) for child in map(_interface(edit).child, range(_interface(edit).childCount()))]
    assert "Clear" in names


def test_menu_row_tells_whether_it_is_the_current_choice(window: Window) -> None:
    anchor = _put(window, Button("Language"))
    opened = menu(
        anchor, [MenuItem("English", lambda: None, checked=True), MenuItem("Türkçe", lambda: None, checked=False)]
    )
    rows = [child for child in opened.body.children() if isinstance(child, QWidget) and child.focusPolicy()]
    states = {_name(row): bool(_interface(row).state().checked) for row in rows}
    assert states == {"English": True, "Türkçe": False}
    assert {_interface(row).role() for row in rows} == {Role.RadioButton}, "one of them, and not each by itself"
    assert _name(opened) == "Language"
    actions = _interface(rows[0]).actionInterface()
    assert actions is not None
    actions.doAction(actions.pressAction())
    assert not opened.isVisible(), "it was pressed"


def test_button_tells_that_it_opens_a_menu_whose_first_row_gets_the_focus_in_one_step(window: Window) -> None:
    """The popover had the focus first, and then its row: two steps were told of one."""
    named, dots = _put(window, Button("Export", menu=True)), _put(window, Button("", icon="ph.dots-three", tip="More"))
    plain = _put(window, Button("Save", icon="ph.check"))
    assert [_interface(one).role() for one in (named, dots, plain)] == [Role.ButtonMenu, Role.ButtonMenu, Role.Button]
    assert bool(_interface(named).state().hasPopup)
    named.setFocus()
    focused: list[str] = []
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    moved = application.focusChanged.connect(lambda _before, now: focused.append(now.accessibleName()))
    opened = menu(named, [MenuItem("PDF", lambda: None), MenuItem("PNG", lambda: None)])
    application.disconnect(moved)
    assert focused == ["PDF"]
    assert _interface(opened).role() == Role.PopupMenu
    rows = [child for child in opened.body.children() if isinstance(child, QWidget) and child.focusPolicy()]
    assert {_interface(row).role() for row in rows} == {Role.MenuItem}
    opened.close()


def test_home_and_end_go_to_the_ends_of_a_menu(window: Window, qtbot: QtBot) -> None:
    anchor = _put(window, Button("Export", menu=True))
    opened = menu(anchor, [MenuItem(name, lambda: None, name=name) for name in ("PDF", "PNG", "SVG")])
    for key, name in ((Qt.Key.Key_End, "SVG"), (Qt.Key.Key_Home, "PDF")):
        qtbot.keyClick(QApplication.focusWidget() or opened, key)
        assert (focused := QApplication.focusWidget()) is not None
        assert focused.objectName() == name
    opened.close()


def test_table_tells_ticked_rows_sort_order_and_how_many_match(
    window: Window, heard: list[str], qtbot: QtBot, tasks: Tasks
) -> None:
    def fetch(_session: object, listing: Listing, _after: str | None, _limit: int) -> Page[str]:
        return Page(tuple(name for name in ("Ada", "Bo", "Cy") if listing.search in name), None)

    model: PagedTableModel[str] = PagedTableModel(
        tasks,
        fetch,
        (
            Column("name", "Name", str, sortable=True),
            Column("length", "Length", lambda name: str(len(name)), align_right=True),
            Column("note", "Note", lambda name: "first" if name == "Ada" else "–", spoken="titled"),
            Column("act", "", lambda _name: "Revoke", spoken="never"),
        ),
        window,
        identity=hash,
    )
    table = _put(window, PagedTable(model, label="People", name="people"))
    model.listing = Listing(sort="name", descending=True)
    qtbot.waitUntil(lambda: model.rowCount() == 3)
    qtbot.waitUntil(table.view.isVisible)
    table.view.tick_at(1)
    told = _interface(table.view)
    cells = {told.child(at).text(Text.Name): told.child(at) for at in range(told.childCount())}
    assert "Name, sorted in descending order" in cells
    assert [name for name, cell in cells.items() if cell.state().checked] == ["Bo, Length: 2"]
    assert heard == ["Bo, Length: 2: checked", "1 selected"]
    table.view.setFocus()
    table.view.setCurrentIndex(model.index(1, 2))
    qtbot.keyClick(table.view, Qt.Key.Key_Up)
    assert _interface(table.view).focusChild().text(Text.Name) == "Ada, Length: 3, Note: first"
    qtbot.keyClick(table.view, Qt.Key.Key_Right)
    assert _interface(table.view).focusChild().text(Text.Name) == "3"
    model.listing = Listing(search="Zz", sort="name")
    qtbot.waitUntil(lambda: "Zz" in heard[-1])
    assert heard[2:-1] == ["0 selected"]
    model.listing = Listing(search="Ada", sort="name")
    qtbot.waitUntil(lambda: heard[-1] == "1 matching")


def test_window_of_a_program_without_a_dialog_still_tells_its_content(window: Window) -> None:
    button = _put(window, Button("Here"))
    parent, names = _interface(button), []
    while parent is not None and parent.role() not in (Role.Window, Role.Application):
        names.append(parent.text(Text.Name))
        parent = cast("QAccessibleInterface | None", parent.parent())
    assert parent is not None
    assert names[0] == "Here"


def test_colours_are_stronger_where_the_platform_asks_for_high_contrast(
    light: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    def weakest() -> tuple[float, float]:
        ground = light.color("surface").name()
        texts = [light.color(f"text.{name}").name() for name in ("secondary", "muted", "placeholder")]
        lines = [light.color(name).name() for name in ("border", "border.strong", "border.control")]
        return min(contrast(text, ground) for text in texts), min(contrast(line, ground) for line in lines)

    modes: tuple[Mode, Mode] = ("light", "dark")
    for mode in modes:
        light.set_appearance(mode)
        assert weakest()[0] < 7
    monkeypatch.setattr(theme_module, "prefers_contrast", lambda: True)
    for mode in modes:
        light.set_appearance(mode)
        text, line = weakest()
        assert (text >= 7, line >= 3) == (True, True)


def test_scheme_follows_the_platform_while_it_runs(light: Theme, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = light.color("text.muted")
    monkeypatch.setattr(theme_module, "prefers_contrast", lambda: True)
    hints = QGuiApplication.styleHints()
    hints.accessibility().contrastPreferenceChanged.emit(Qt.ContrastPreference.HighContrast)
    assert light.color("text.muted") != usual
    monkeypatch.undo()
    light.set_appearance("light")
    assert light.color("text.muted") == usual


def test_popover_without_anything_to_focus_is_read_out_and_shows_the_focus(window: Window, qtbot: QtBot) -> None:
    bar = _put(window, StatusBar())
    bar.set("organisation", "", "Rill", lambda popover: popover.column.addWidget(Elided("Ada is an admin")))
    cell = bar.cell("organisation")
    assert cell is not None
    assert _interface(cell).text(Text.Description) == "Press Enter to see details."
    cell.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(cell, Qt.Key.Key_Return)
    (popover,) = window.findChildren(Popover)
    assert popover.hasFocus()
    assert _interface(popover).text(Text.Description) == "Ada is an admin"

    def colours() -> set[str]:
        picture = popover.grab(popover.frame()).toImage()
        return {picture.pixelColor(picture.width() // 2, y).name() for y in range(4)}

    assert theme_module.theme().color("focus").name() in colours()
    popover.clearFocus()
    assert theme_module.theme().color("focus").name() not in colours()


def test_button_with_an_icon_is_described_only_by_what_its_name_lacks(window: Window) -> None:
    close = _put(window, Button("", icon="ph.x", tip="Close"))
    assert _interface(close).text(Text.Description) == ""
    close.setToolTip("Close this pane")
    assert _interface(close).text(Text.Description) == "Close this pane"
    keyed = _put(window, Button("", icon="ph.x", tip="Undo", keys="Ctrl+Z"))
    assert _interface(keyed).text(Text.Description) == "Ctrl+Z"


def test_field_is_not_described_by_its_name_again(window: Window) -> None:
    search = _put(window, Edit(placeholder="Search"))
    assert _interface(search).text(Text.Description) == "Filters as you type", "Qt would tell the placeholder again"
    search.setAccessibleName("Find a column")
    assert _interface(search).text(Text.Description) == "Search"
    assert _interface(_put(window, Edit(placeholder="123#AB", label="Frame"))).text(Text.Description) == "123#AB"


def test_disabled_button_is_described_by_its_reason(window: Window) -> None:
    button = _put(window, Button("", icon="ph.x", tip="Close"))
    button.disable("Nothing is open.")
    assert _interface(button).text(Text.Description) == "Nothing is open."
    button.setToolTip("Close. What is in it stays.")
    assert _interface(button).text(Text.Description) == "What is in it stays."
    button.disable("")
    assert _interface(button).text(Text.Description) == ""


def test_name_of_a_pane_and_reason_of_a_button_are_told_when_they_change(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane = _put(window, DetailPane("person"))
    head = DetailHeader(pane.close_button())
    pane.head.addWidget(head)
    save = _put(window, Button("Save", tip="Save the model"))
    head.name.setText("Ada")
    told: list[tuple[object, str, str]] = []
    kinds = {"NameChanged": Text.Name, "DescriptionChanged": Text.Description}

    def note(event: QAccessibleEvent) -> None:
        about = event.object()
        if about in (pane, save) and isinstance(about, QWidget):
            told.append((about, event.type().name, _interface(about).text(kinds[event.type().name])))

    monkeypatch.setattr(accessible, "send", note)
    head.name.setText("Grace")
    save.disable("There are no changes.")
    save.disable("")
    assert told == [
        (pane, "NameChanged", "Details of Grace"),
        (save, "DescriptionChanged", "There are no changes."),
        (save, "DescriptionChanged", "Save the model"),
    ]


def test_name_and_reason_that_change_untold_are_told_afterwards(window: Window, qtbot: QtBot,
        monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """A screen reader remembers them: "Clear filters" was heard on a button that read "Show all dashboards"."""
    button, other = _put(window, Button("Clear filters")), _put(window, Button("Other"))
    described = _put(window, QWidget())
    qtbot.waitUntil(lambda: button.isVisible() and described.isVisible())
    other.setFocus()
    told: list[tuple[object, str]] = []
    monkeypatch.setattr(accessible, "send", lambda event: told.append((event.object(), event.type().name)))
    with accessible.untold():
        button.set_title("Show all dashboards")
        button.disable("There are none.")
        with accessible.untold():
            accessible.describe(described, "5 rows")
        assert not told
    assert told == [(button, "NameChanged"), (button, "DescriptionChanged"), (described, "DescriptionChanged")]


def test_button_renamed_tells_its_name_once(window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    button = _put(window, Button("Clear filters"))
    qtbot.waitUntil(button.isVisible)
    told: list[str] = []
    monkeypatch.setattr(accessible, "send", lambda event: told.append(event.type().name))
    button.set_title("Show all dashboards")
    assert told == ["NameChanged"]


def test_what_was_changed_unnoticed_is_told_before_the_focus_comes_to_it_again(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However it was changed: also a label by Qt alone, or a description that an interface of ours makes."""
    one, other = _put(window, Edit()), _put(window, Button("Other"))
    qtbot.waitUntil(one.isVisible)
    one.setAccessibleName("Query")
    one.setFocus()
    other.setFocus()
    QAccessible.setActive(False)
    one.setAccessibleName("Query 2")
    one.setAccessibleDescription("Line 1: no such column")
    QAccessible.setActive(True)
    told: list[tuple[object, str]] = []
    monkeypatch.setattr(accessible, "send", lambda event: told.append((event.object(), event.type().name)))
    one.setFocus()
    assert told == [(one, "NameChanged"), (one, "DescriptionChanged")]
    other.setFocus()
    one.setFocus()
    assert len(told) == 2


def test_widget_that_passes_its_focus_on_isnt_focused_itself(window: Window, qtbot: QtBot) -> None:
    """Each widget around the list said that it was focused, too."""
    outer, inner = DetailPane("outer"), Button("Inside")
    holder = _Holder()
    for around in (outer, holder):
        _put(window, around)
        around.setFocusProxy(inner)
    _put(window, inner)
    qtbot.waitUntil(inner.isVisible)
    inner.setFocus()
    assert [_interface(one).state().focused for one in (outer, holder, inner)] == [False, False, True]


class _Holder(QWidget):
    """A container as views are."""


def test_current_name_of_a_live_cell_and_of_live_figures_is_told_as_the_focus_comes(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Screen readers remember names: they read what the cell said when they first saw it. Of a cell that is reached for
    the first time they know none, and what is told twice is read twice."""
    strip, model = _put(window, BusCounters()), FrameModel(window)
    frames = _put(window, FrameList(model))
    model.add_frames([Frame(one, data=b"\x00") for one in (0x100, 0x200)])
    told: list[tuple[QAccessible.Event, str]] = []

    def note(event: QAccessibleEvent) -> None:
        told.append((event.type(), event.accessibleInterface().text(Text.Name)))

    qtbot.waitUntil(lambda: frames.isVisible() and strip.isVisible())
    monkeypatch.setattr(accessible, "send", note)
    frames.setFocus()
    frames.setCurrentIndex(model.index(1, DATA))
    frames.setCurrentIndex(model.index(0, 0))
    assert not [name for kind, name in told if kind == QAccessible.Event.NameChanged]
    model.add_frames([Frame(0x200, data=b"\x2a")])
    frames.setCurrentIndex(model.index(1, 0))
    assert not [name for kind, name in told if kind == QAccessible.Event.NameChanged], "the name of a row stays"
    frames.setCurrentIndex(model.index(1, DATA))
    renamed = [name for kind, name in told if kind == QAccessible.Event.NameChanged]
    assert renamed == ["2A"]
    strip.setFocus()
    model.add_frames([Frame(0x200, data=b"\x2b")])
    frames.setFocus()
    renamed = [name for kind, name in told if kind == QAccessible.Event.NameChanged]
    assert renamed[-1] == "2B"
    strip.setFocus()
    assert told[-1] == (QAccessible.Event.NameChanged, "The live bus is closed.")


def test_button_tells_no_name_for_its_clock_and_its_tooltip_only_once_the_focus_has_left(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time of a recording was told as its name and its description, several times a second."""
    button, other = _put(window, Button("Record", tip="To a file")), _put(window, Button("Other"))
    button.setAccessibleName("Stop recording")
    qtbot.waitUntil(button.isVisible)
    button.setFocus()
    told: list[str] = []

    def note(event: QAccessibleEvent) -> None:
        if event.object() is button:
            told.append(event.type().name)

    monkeypatch.setattr(accessible, "send", note)
    for second in range(3):
        button.setText(f"Stop recording 00:00:0{second}")
        button.setToolTip(f"{second} frames")
        button.disable("")
        assert button.toolTip() == f"{second} frames"
    assert not told
    assert _interface(button).text(Text.Name) == "Stop recording"
    other.setFocus()
    assert told == ["DescriptionChanged"]


def test_toast_of_the_same_act_done_again_is_told_again(window: Window, heard: list[str]) -> None:
    display = ShellProblemDisplay(window, Problems())
    for _time in range(2):
        display.show_toast("Its light blinks.", None)
    assert heard == ["Its light blinks."] * 2


def _form(window: Window) -> tuple[Dialog, Field, Field]:
    dialog = Dialog(window, "New team")
    name, note = Field("Name", Edit(name="form_name")), Field("Note", Edit(name="form_note"))
    name.edit.setText("Line 2")
    for part in (Paragraph("Its members see what is shared with it."), name, note):
        dialog.content.addWidget(part)
    dialog.add_button(Button("Cancel", dialog.dismiss))
    dialog.open()
    return dialog, name, note


def test_dialog_is_described_by_the_sentences_that_no_control_of_it_says(window: Window) -> None:
    dialog, _name_field, _note = _form(window)
    assert _interface(dialog).text(Text.Description) == "Its members see what is shared with it."


def test_esc_asks_only_before_something_typed_is_lost_and_says_what(window: Window, qtbot: QtBot) -> None:
    dialog, name, note = _form(window)
    qtbot.keyClicks(note.edit, "x")
    qtbot.keyClick(note.edit, Qt.Key.Key_Backspace)
    qtbot.keyClick(name.edit, Qt.Key.Key_Escape)
    assert not dialog.isVisible()  # nothing is lost by that
    dialog, name, note = _form(window)
    note.edit.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClicks(note.edit, "For the night shift")
    qtbot.keyClick(note.edit, Qt.Key.Key_Escape)
    (question,) = [one for one in window.findChildren(Confirm) if one.isVisible()]
    assert question.accessibleDescription() == "This will be lost: Note."
    qtbot.keyClick(question, Qt.Key.Key_Escape)
    assert (dialog.isVisible(), note.edit.text(), note.edit.hasFocus()) == (True, "For the night shift", True)


def test_the_close_button_asks_as_esc_does_before_something_typed_is_lost(window: Window, qtbot: QtBot) -> None:
    dialog, _name, note = _form(window)
    qtbot.keyClicks(note.edit, "For the night shift")
    dialog.close_button.click()
    (question,) = [one for one in window.findChildren(Confirm) if one.isVisible()]
    assert question.accessibleDescription() == "This will be lost: Note."
    assert dialog.isVisible()


def test_focus_after_a_question_is_told_once_where_it_is_in_the_end(window: Window, qtbot: QtBot) -> None:
    opener = _put(window, Button("New team"))
    opener.show()
    opener.setFocus(Qt.FocusReason.TabFocusReason)
    _dialog, _name_field, note = _form(window)
    qtbot.keyClicks(note.edit, "x")
    qtbot.keyClick(note.edit, Qt.Key.Key_Escape)
    told = list[QWidget | None]()
    program = QApplication.instance()
    assert isinstance(program, QApplication)
    program.focusChanged.connect(lambda _old, now: told.append(now) if QAccessible.isActive() else None)
    (question,) = [one for one in window.findChildren(Confirm) if one.isVisible()]
    act = next(button for button in question.findChildren(Button) if button.objectName() == "confirm_act")
    act.click()
    assert opener.hasFocus()
    assert note.edit not in told  # which Qt would have told


def test_rows_that_were_replaced_untold_are_those_that_a_reader_finds_afterwards(
    qtbot: QtBot, light: Theme, announcements: list[str]
) -> None:
    """After an edit of a model, a reader that knew its rows found them gone, and no others, until the next start."""
    table = TextTable("fields", "Fields", opens=True)
    qtbot.addWidget(table)
    table.resize(400, 200)
    table.show()
    table.show_rows(["Name"], [TextRow(("one",)), TextRow(("two",)), TextRow(("three",))])

    def names() -> list[str]:
        told = QAccessible.queryAccessibleInterface(table)
        cells = [told.child(at) for at in range(told.childCount())]
        assert all(cell is not None and cell.isValid() for cell in cells)
        return [cell.text(QAccessible.Text.Name) for cell in cells if cell is not None]

    assert {"one", "two", "three"} < set(names())
    with accessible.focus_told_once():
        table.show_rows(["Name"], [TextRow(("four",)), TextRow(("five",))])
    assert "four" in names()
    assert "one" not in names()
    with accessible.untold(), accessible.untold():
        table.show_rows(["Name"], [TextRow(("six",))])
    assert "six" in names()


def test_row_that_was_renamed_untold_is_told_of_afterwards(
    qtbot: QtBot, light: Theme, told_events: list[tuple[str, int]]
) -> None:
    table = TextTable("fields", "Fields", opens=True)
    qtbot.addWidget(table)
    table.show()
    table.show_rows(["Name"], [TextRow(("one",)), TextRow(("two",))])
    told_events.clear()
    with accessible.untold():
        accessible.tell_row_renamed(table, table.texts.index(1, 0))
        assert "NameChanged" not in [kind for kind, child in told_events if child >= 0]
    qtbot.waitUntil(lambda: "NameChanged" in [kind for kind, child in told_events if child >= 0])
