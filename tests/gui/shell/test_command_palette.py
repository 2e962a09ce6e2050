"""The command palette: how entries match and rank, and how it is worked by keys and mouse."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from benchboard.ui.commands import REGISTRY
from benchboard.ui.shell.command_palette import CommandPalette
from benchboard.ui.shell.fuzzy_search import PaletteEntry, fold, go_to_group, match, people_group, search
from benchboard.ui.theme import Theme
from benchboard.ui.widgets import EmptyState
from benchboard.ui.widgets.accessible import announce
from support.contrast import contrast
from support.painted_text import painted_texts


def entries(*titles: str) -> list[PaletteEntry]:
    return [PaletteEntry(title, lambda: None, group="Actions") for title in titles]


@given(st.text(max_size=30), st.text(max_size=30))
def test_match_positions_are_the_query_letters_in_order(query: str, title: str) -> None:
    found = match(query, title)
    if found is None:
        return
    wanted = fold("".join(query.split()))
    assert "".join(fold(title)[at] for at in found[1]) == wanted
    assert list(found[1]) == sorted(set(found[1]))


def test_match_query_with_punctuation_is_found() -> None:
    assert match("0::", "0001::") is not None


@given(st.text(min_size=1, max_size=30), st.data())
def test_match_any_letters_of_a_title_in_order_are_found(title: str, data: st.DataObject) -> None:
    picked = data.draw(st.sets(st.integers(0, len(title) - 1)))
    query = "".join(title[at] for at in sorted(picked))
    assert match(query, title) is not None


@given(st.text(max_size=40))
def test_fold_of_any_text_has_its_length(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_search_initials_rank_first() -> None:
    hits = search("pd", entries("Stop the device", "Pair a dongle", "Update"))
    assert hits[0].entry.title == "Pair a dongle"


def test_search_whole_word_excludes_scattered_letters() -> None:
    found = search("sett", entries("Use light theme", "Settings"))
    assert [hit.entry.title for hit in found] == ["Settings"]


def test_search_term_of_a_command_ranks_below_title_above_scattered() -> None:
    offered = [
        PaletteEntry("Find previous", lambda: None, group="Actions"),
        PaletteEntry("Step back", lambda: None, group="Actions", search_terms="undo, revert"),
        PaletteEntry("Fill the screen", lambda: None, group="Actions", search_terms="maximize, full screen"),
        PaletteEntry("Undo pairing", lambda: None, group="Actions"),
    ]
    assert [hit.entry.title for hit in search("undo", offered)] == ["Undo pairing", "Step back"]
    assert [(hit.entry.title, hit.word) for hit in search("full s", offered)] == [("Fill the screen", "full screen")]
    assert [hit.entry.title for hit in search("screen", offered)] == ["Fill the screen"]
    assert "Step back" not in [hit.entry.title for hit in search("do", offered)]  # only where a word begins


@pytest.mark.parametrize("query", ["new role", "add role", "create role", "role new"])
def test_search_finds_what_makes_something_by_any_word_for_it(query: str) -> None:
    found = search(query, entries("Create role", "Create dashboard", "Compare roles"))
    assert [hit.entry.title for hit in found] == ["Create role"]


def test_search_prefers_the_word_that_was_typed_for_making_something() -> None:
    found = search("add folder", entries("Create folder", "Add folder"))
    assert [hit.entry.title for hit in found] == ["Add folder"]


_TITLES = (
    "Pair a dongle", "Identify dongle", "Open live bus", "Bench: Live bus", "Undo", "Undo pairing", "Export data",
    "Calculate bit timing", "Add widget: image", "Use light theme",
)  # fmt: skip


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("pair dong", "Pair a dongle"),
        ("dong pair", "Pair a dongle"),
        ("dongle id", "Identify dongle"),
        ("bus open", "Open live bus"),
        ("live", "Open live bus"),
        ("undo", "Undo"),
        ("UNDO  P", "Undo pairing"),
        ("olb", "Open live bus"),
        ("ngle", "Pair a dongle"),
        ("sheet", "Export data"),
        ("data sheet", "Export data"),
        ("sheet spread", ""),
        ("prdngl", "Pair a dongle"),
        ("time", "Calculate bit timing"),
        ("time quanta", "Calculate bit timing"),
        ("imae", "Add widget: image"),
        ("dgtm", ""),
        ("dong zebra", ""),
    ],
)
def test_search_finds_this_first(query: str, first: str) -> None:
    """Exact titles and beginnings, then words in any order, then search terms, initials, parts; then loose letters."""
    terms = {"Export data": "spreadsheet, excel sheet", "Calculate bit timing": "baud rate, time quanta"}
    offered = [
        PaletteEntry(title, lambda: None, group="Actions", search_terms=terms.get(title, "")) for title in _TITLES
    ]
    found = search(query, offered)
    assert (found[0].entry.title if found else "") == first


def test_search_scattered_letters_do_not_run_what_nobody_meant() -> None:
    assert search("stati", entries("Set as time zero")) == []
    assert search("satz", entries("Set as time zero"))


def test_search_commands_for_data_models_by_the_name_of_their_view() -> None:
    command = REGISTRY["studio.models.new"]
    made = PaletteEntry(command.title, lambda: None, group="Actions", search_terms=command.search_terms)
    assert [hit.entry.title for hit in search(">models", [made])] == ["Create data model"]


def test_search_letters_that_match_are_those_of_the_words() -> None:
    (hit,) = search("dong pair", entries("Pair a dongle"))
    assert "".join("Pair a dongle"[at] for at in hit.letters) == "Pairdong"


def test_search_with_scattered_letters_finds_nothing_beside_a_good_match() -> None:
    assert [hit.entry.title for hit in search("csv", entries("Choose everything", "Export data as CSV"))] == [
        "Export data as CSV"
    ]


def test_search_without_query_offers_what_can_run_here_and_no_item_of_the_page() -> None:
    impossible = PaletteEntry("Identify dongle", lambda: None, group="Actions", why_not="Select a dongle first.")
    tile = PaletteEntry("Refund rate", lambda: None, group="On this page")
    offered = [*entries("Pair a dongle"), impossible, tile]
    assert [hit.entry.title for hit in search("", offered)] == ["Pair a dongle"]
    used = [replace(entry, recent=at) for at, entry in enumerate(entries("Undo", "Pair a dongle", "Pair a tray"))]
    shown = [(hit.entry.group, hit.entry.title) for hit in search("", used)]
    assert shown == [("Recently used", "Pair a tray"), ("Recently used", "Pair a dongle"), ("Actions", "Undo")]
    assert [hit.entry.title for hit in search("pair", used)] == ["Pair a tray", "Pair a dongle"]
    assert [hit.entry.title for hit in search("refund", offered)] == ["Refund rate"]
    assert search(">refund", offered) == []
    assert [hit.entry.title for hit in search("identify", offered)] == ["Identify dongle"]


def test_search_without_accents_finds_accented_titles() -> None:
    assert [hit.entry.title for hit in search("olcum", entries("Ölçüm ekle"))] == ["Ölçüm ekle"]
    assert [hit.entry.title for hit in search("istanbul", entries("İSTANBUL hattı"))] == ["İSTANBUL hattı"]


def test_search_with_angle_bracket_finds_actions_only() -> None:
    offered = [*entries("Pair a dongle"), PaletteEntry("Dongles", lambda: None, group="Open", leads=True)]
    assert [hit.entry.title for hit in search("> dongle", offered)] == ["Pair a dongle"]
    assert len(search("dongle", offered)) == 2


def open_palette(qtbot: QtBot, offered: list[PaletteEntry]) -> CommandPalette:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1200, 800)
    window.show()
    palette = CommandPalette(window, offered)
    palette.open()
    return palette


def test_palette_keys_select_and_run(qtbot: QtBot, light: Theme) -> None:
    ran: list[str] = []
    offered = [
        PaletteEntry(title, lambda title=title: ran.append(title), group=group)
        for title, group in (("Pair a dongle", "Actions"), ("Pair a tray", "Actions"), ("Pairs", "Open"))
    ]
    palette = open_palette(qtbot, offered)
    qtbot.keyClicks(palette.field, "pair")
    assert set(palette.titles()) == {"Pair a dongle", "Pair a tray", "Pairs"}
    first = palette.titles()[0]
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    qtbot.keyClick(palette.field, Qt.Key.Key_Up)
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert ran == [first]
    assert not palette.isVisible()


def test_palette_down_key_skips_headings_and_wraps(qtbot: QtBot, light: Theme) -> None:
    ran: list[str] = []
    offered = [PaletteEntry(name, lambda name=name: ran.append(name), group=name) for name in ("a1", "a2", "a3")]
    palette = open_palette(qtbot, offered)
    for _turn in range(3):
        qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert ran == ["a1"]


def test_palette_click_runs_entry_and_click_outside_closes(qtbot: QtBot, light: Theme) -> None:
    ran: list[str] = []
    palette = open_palette(qtbot, [PaletteEntry("Pair a dongle", lambda: ran.append("pair"), group="Actions")])
    at = palette.list.visualRect(palette.list.model().index(1, 0)).center()
    qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert ran == ["pair"]
    palette = open_palette(qtbot, [])
    qtbot.mouseClick(palette, Qt.MouseButton.LeftButton, pos=palette.rect().bottomRight())
    assert not palette.isVisible()


def test_palette_entry_that_cannot_run_is_muted_but_readable_and_shows_its_reason(qtbot: QtBot, light: Theme) -> None:
    possible = PaletteEntry("Identify dongle", lambda: None, group="Do")
    impossible = PaletteEntry("Identify dongle", lambda: None, group="Do", why_not="Select a dongle first.")
    palette = open_palette(qtbot, [possible, impossible])
    palette.field.setText("ident")  # without a query, only what can run is offered

    def colours(row: int) -> set[str]:
        box = palette.list.visualRect(palette.list.model().index(row, 0))
        picture = palette.list.viewport().grab(box).toImage()
        return {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}

    ink, faint, muted, ground = (
        light.color(role).name() for role in ("text", "text.disabled", "text.muted", "surface")
    )
    assert ink in colours(1)
    assert not {ink, faint} & colours(2)
    assert muted in colours(2)
    assert contrast(muted, ground) >= 4.5, "one chooses by reading also what can't be run here"


def test_palette_lists_what_can_run_first_and_no_enter_key_for_the_rest(qtbot: QtBot, light: Theme) -> None:
    exact = PaletteEntry("Repeat", lambda: None, group="Actions", why_not="Select one widget first.")
    offered = [exact, *entries("Repeat again"), PaletteEntry("Repeat view", lambda: None, group="Open")]
    assert [hit.entry.title for hit in search("repeat", offered)] == ["Repeat again", "Repeat", "Repeat view"]
    alone = [exact, PaletteEntry("Repeat view", lambda: None, group="Open")]
    assert [hit.entry.title for hit in search("repeat", alone)] == ["Repeat view", "Repeat"]
    palette = open_palette(qtbot, [exact, *entries("Repeat")])
    palette.field.setText("rep")

    def end_of(row: int) -> set[str]:
        palette.list.setCurrentIndex(palette.list.model().index(row, 0))
        box = palette.list.visualRect(palette.list.model().index(row, 0))
        picture = palette.list.viewport().grab(box.adjusted(box.width() - 60, 0, 0, 0)).toImage()
        return {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}

    assert light.color("border.strong").name() in end_of(1)
    assert light.color("border.strong").name() not in end_of(2)


def test_palette_query_without_match_lists_nothing(qtbot: QtBot, light: Theme) -> None:
    palette = open_palette(qtbot, entries("Pair a dongle"))
    qtbot.keyClicks(palette.field, "xyzzy")
    assert palette.titles() == []
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_palette_tells_the_selected_result_when_typing_pauses(
    qtbot: QtBot, light: Theme, announcements: list[str]
) -> None:
    palette = open_palette(qtbot, entries("Open live bus", "Open settings", "Pair a dongle"))
    announcements.clear()
    qtbot.keyClicks(palette.field, "open live bus")
    assert announcements == []
    qtbot.waitUntil(lambda: announcements == ["Open live bus, Actions, 1 result"])


def test_palette_tells_the_selected_result_only_when_it_or_the_count_changes(
    qtbot: QtBot, light: Theme, announcements: list[str]
) -> None:
    palette = open_palette(qtbot, entries("Open live bus", "Open settings", "Pair a dongle"))
    announcements.clear()
    for text, told in (
        ("open", "Open live bus, Actions, 2 results"),
        ("open live bus", "Open live bus, Actions, 1 result"),
        ("open live busx", "No results match “open live busx”"),
        ("open", "Open live bus, Actions, 2 results"),
    ):
        announcements.clear()
        palette.field.setText(text)
        palette.add_results(text, ())
        qtbot.waitUntil(lambda told=told: announcements == [told])
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    qtbot.keyClick(palette.field, Qt.Key.Key_Up)
    assert announcements == [
        "Open live bus, Actions, 2 results",
        "Open settings, 2 of 2",
        "Open live bus, 1 of 2",
    ]


def test_palette_tells_results_that_come_later_once(qtbot: QtBot, light: Theme, announcements: list[str]) -> None:
    palette = open_palette(qtbot, entries("Open live bus", "Open settings"))
    announcements.clear()
    palette.field.setText("open")
    qtbot.waitUntil(lambda: bool(announcements))
    announcements.clear()
    palette.add_results("open", [])
    assert announcements == []
    palette.add_results("open", entries("Open sales"))
    assert announcements == ["Open live bus, Actions, 3 results"]


def test_palette_offers_what_was_opened_last_until_something_is_typed(qtbot: QtBot, light: Theme) -> None:
    commands = [replace(one, where="Commands of the bench") for one in entries("Pair a dongle", "Open live bus")]
    palette = open_palette(qtbot, [replace(commands[0], recent=3), commands[1]])
    palette.add_recent(entries("Shop review", "Orders wall"))
    assert palette.titles() == ["Pair a dongle", "Shop review", "Orders wall", "Open live bus"]
    said = {one.text for one in painted_texts(palette.list.viewport())}
    assert "Commands of the bench" in said, "where a command belongs"
    palette.field.setText("bench")
    assert palette.titles() == [], "that isn't searched"
    palette.field.setText("open")
    assert palette.titles() == ["Open live bus"]
    palette.field.clear()
    assert len(palette.titles()) == 4


def test_palette_without_results_says_what_to_try_next(qtbot: QtBot, light: Theme) -> None:
    palette = open_palette(qtbot, entries("Pair a dongle"))
    (empty,) = palette.findChildren(EmptyState)
    assert not empty.isVisible()
    palette.field.setText("zzz")
    assert not empty.isVisible(), "people, dongles and dashboards aren't read yet"
    assert palette._count.text() == "Searching…"
    palette.add_results("zzz", ())
    assert empty.isVisible()
    assert empty.sentence.text() == "No results match “zzz”"
    assert empty.why.text() == "Try fewer letters, or the name of a view, a command or a dashboard."
    assert palette.rect().contains(palette.frame.geometry())
    palette.field.setText(">zzz")
    assert empty.why.text() == "Only commands are searched after >. Remove it to search views and dashboards too."
    qtbot.mouseClick(empty.action, Qt.MouseButton.LeftButton)
    assert (palette.field.text(), empty.isVisible(), palette.titles()) == ("", False, ["Pair a dongle"])
    assert palette.window().focusWidget() is palette.field


def test_palette_counts_the_results_that_are_shown(qtbot: QtBot, light: Theme) -> None:
    palette = open_palette(qtbot, entries("Pair a dongle", "Settings"))

    def count() -> str:
        return palette._count.text()

    assert count() == "2 commands and views", "nothing was searched"
    qtbot.keyClicks(palette.field, "sett")
    assert count() == "1 result"
    qtbot.keyClicks(palette.field, "zzz")
    palette.add_results("settzzz", ())
    assert count() == "No results"


def test_palette_keeps_its_height_until_all_is_found_and_then_fits_few_results(qtbot: QtBot, light: Theme) -> None:
    palette = open_palette(qtbot, entries(*(f"Command {number}" for number in range(30))))
    before, top = palette.frame.height(), palette.frame.y()
    palette.field.setText("command 7")
    assert palette.frame.height() == before
    palette.add_results("command 7", ())
    few = palette.frame.height()
    assert few < before - 200
    assert palette.list.height() >= palette.list.visualRect(palette.list.currentIndex()).bottom()
    palette.field.setText("")
    assert palette.frame.height() == before
    palette.field.setText("zz")
    palette.add_results("zz", ())
    assert few < palette.frame.height() < before
    assert palette.frame.y() == top


def test_palette_finds_people_only_after_an_at_sign(qtbot: QtBot, light: Theme) -> None:
    palette = open_palette(qtbot, entries("Open marketing"))
    asked: list[str] = []
    palette.search_requested.connect(asked.append)
    palette.field.setText("@mar")
    qtbot.waitUntil(lambda: asked == ["mar"])
    person = PaletteEntry("Marek Nowak", lambda: None, group=people_group(), leads=True)
    board = PaletteEntry("Market overview", lambda: None, group="Dashboards", leads=True)
    palette.add_results("mar", (person, board))
    assert palette.titles() == ["Marek Nowak"]


def test_palette_counts_the_results_that_it_leaves_out(qtbot: QtBot, light: Theme) -> None:
    palette = open_palette(qtbot, entries(*(f"Command {number}" for number in range(101))))
    assert palette._count.text() == "60 shown; type to find the other 41"


@pytest.mark.parametrize("query", ["Audit", "audit log", "log audit"])
def test_search_name_of_a_view_finds_it_before_commands(query: str) -> None:
    nothing = [PaletteEntry("Audit everything", print), PaletteEntry("View audit log", print, search_terms="audit")]
    view = PaletteEntry("Admin: Audit log", print, group=go_to_group(), name="Audit log")
    first = search(query, [*nothing, view])[0]
    assert (first.entry is view) == (query != "log audit")
    if query == "Audit":
        assert "".join(view.title[at] for at in first.letters) == "Audit"


def test_palette_tells_the_focus_once_where_a_command_leaves_it(
    qtbot: QtBot, light: Theme, told_focus: list[str], announcements: list[str]
) -> None:
    """A reader heard where the focus had been before it heard where the command led."""
    window = QWidget()
    column = QVBoxLayout(window)
    before, after = QLineEdit(), QLineEdit()
    for field, name in ((before, "before"), (after, "after")):
        field.setObjectName(name)
        column.addWidget(field)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)

    def runs(act: Callable[[], object]) -> list[str]:
        before.setFocus()
        palette = CommandPalette(window, [PaletteEntry("Go there", act, group="Actions")])
        palette.open()
        told_focus.clear()
        announcements.clear()
        qtbot.keyClick(palette.field, Qt.Key.Key_Return)
        return told_focus.copy()

    def stays() -> None:
        announce(before, "Done here", again=True)

    assert runs(after.setFocus) == ["after"]
    assert runs(stays) == ["before"]
    assert announcements == ["Done here"]


def test_palette_tells_what_a_row_is_its_keys_and_its_place(
    qtbot: QtBot, light: Theme, announcements: list[str]
) -> None:
    board = PaletteEntry("Shop review", lambda: None, group="Dashboards", subtitle="Mert Aydın", leads=True)
    save = PaletteEntry("Save version", lambda: None, group="Actions", keys="Ctrl Alt S")
    palette = open_palette(qtbot, [board, save, replace(save, title="Save as", keys="")])
    qtbot.waitUntil(lambda: announcements == ["Shop review, Dashboards, Mert Aydın, 3 commands and views"])
    announcements.clear()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Up):
        qtbot.keyClick(palette.field, key)
    assert announcements == [
        "Save version, Actions, Ctrl Alt S, 2 of 3",
        "Save as, 3 of 3",
        "Save version, Ctrl Alt S, 2 of 3",
        "Shop review, Dashboards, Mert Aydın, 1 of 3",
    ]
    shown = [palette.list.model().index(row, 0) for row in range(palette.list.model().rowCount())]
    described = [index.data(Qt.ItemDataRole.AccessibleDescriptionRole) for index in shown]
    assert described == [None, "Dashboards, Mert Aydın", None, "Actions, Ctrl Alt S", "Actions"]


def test_palette_tells_each_search_that_finds_nothing_and_where_it_looked(
    qtbot: QtBot, light: Theme, announcements: list[str]
) -> None:
    palette = open_palette(qtbot, entries("Pair a dongle"))
    only = "Only commands are searched after >. Remove it to search views and dashboards too."
    for text, told in (
        (">zzz", f"No results match “>zzz”. {only}"),
        (">zzzz", f"No results match “>zzzz”. {only}"),
        ("", "Pair a dongle, Actions, 1 command or view"),
        (">zzz", f"No results match “>zzz”. {only}"),
    ):
        announcements.clear()
        palette.field.setText(text)
        qtbot.waitUntil(lambda told=told: announcements == [told])
