"""The palette: what fits how well, and how one works it by keys and mouse."""

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from benchboard.ui.matching import fold, match, search
from benchboard.ui.palette import Palette
from benchboard.ui.rooms import Command
from benchboard.ui.theme import Theme


def commands(*titles: str) -> list[Command]:
    return [Command(title, lambda: None, group="Do") for title in titles]


@given(st.text(max_size=30), st.text(max_size=30))
def test_letters_that_fit_are_in_the_title_in_order(query: str, title: str) -> None:
    found = match(query, title)
    if found is None:
        return
    wanted = fold("".join(query.split()))
    assert "".join(fold(title)[at] for at in found[1]) == wanted
    assert list(found[1]) == sorted(set(found[1]))


def test_the_start_of_a_word_is_not_worth_losing_the_rest() -> None:
    assert match("0::", "0001::") is not None


@given(st.text(min_size=1, max_size=30), st.data())
def test_any_letters_of_a_title_in_order_find_it(title: str, data: st.DataObject) -> None:
    picked = data.draw(st.sets(st.integers(0, len(title) - 1)))
    query = "".join(title[at] for at in sorted(picked))
    assert match(query, title) is not None


@given(st.text(max_size=40))
def test_folding_keeps_every_letter_in_its_place(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_the_start_of_words_is_worth_most() -> None:
    hits = search("pd", commands("Stop the device", "Pair a dongle", "Update"))
    assert hits[0].command.title == "Pair a dongle"


def test_scattered_letters_do_not_stand_beside_a_word_that_fits() -> None:
    found = search("sett", commands("Use the light theme", "Settings"))
    assert [hit.command.title for hit in found] == ["Settings"]


def test_a_word_people_have_for_it_finds_it_below_a_title_and_above_scattered_letters() -> None:
    offered = [
        Command("Go to the one found before", lambda: None, group="Do"),
        Command("Take a step back", lambda: None, group="Do", words="undo, revert"),
        Command("Fill the screen", lambda: None, group="Do", words="maximize, full screen"),
        Command("Undo pairing", lambda: None, group="Do"),
    ]
    assert [hit.command.title for hit in search("undo", offered)] == ["Undo pairing", "Take a step back"]
    assert [(hit.command.title, hit.word) for hit in search("full s", offered)] == [("Fill the screen", "full screen")]
    assert [hit.command.title for hit in search("screen", offered)] == ["Fill the screen"]
    assert "Take a step back" not in [hit.command.title for hit in search("do", offered)]  # only where a word begins


def test_letters_with_marks_are_found_without_them() -> None:
    assert [hit.command.title for hit in search("olcum", commands("Ölçüm ekle"))] == ["Ölçüm ekle"]
    assert [hit.command.title for hit in search("istanbul", commands("İSTANBUL hattı"))] == ["İSTANBUL hattı"]


def test_an_angle_bracket_leaves_acts_alone() -> None:
    offered = [*commands("Pair a dongle"), Command("Dongles", lambda: None, group="Go to")]
    assert [hit.command.title for hit in search("> dongle", offered)] == ["Pair a dongle"]
    assert len(search("dongle", offered)) == 2


def open_palette(qtbot: QtBot, offered: list[Command]) -> Palette:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1200, 800)
    window.show()
    palette = Palette(window, offered)
    palette.open()
    return palette


def test_keys_choose_and_run(qtbot: QtBot, light: Theme) -> None:
    ran: list[str] = []
    offered = [
        Command(title, lambda title=title: ran.append(title), group=group)
        for title, group in (("Pair a dongle", "Do"), ("Pair a tray", "Do"), ("Pairs", "Go to"))
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


def test_down_goes_over_headings_and_round(qtbot: QtBot, light: Theme) -> None:
    ran: list[str] = []
    offered = [Command(name, lambda name=name: ran.append(name), group=name) for name in ("a1", "a2", "a3")]
    palette = open_palette(qtbot, offered)
    for _turn in range(3):
        qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert ran == ["a1"]


def test_a_click_runs_and_a_click_beside_leaves(qtbot: QtBot, light: Theme) -> None:
    ran: list[str] = []
    palette = open_palette(qtbot, [Command("Pair a dongle", lambda: ran.append("pair"), group="Do")])
    at = palette.list.visualRect(palette.list.model().index(1, 0)).center()
    qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert ran == ["pair"]
    palette = open_palette(qtbot, [])
    qtbot.mouseClick(palette, Qt.MouseButton.LeftButton, pos=palette.rect().bottomRight())
    assert not palette.isVisible()


def test_what_nobody_has_is_said(qtbot: QtBot, light: Theme) -> None:
    palette = open_palette(qtbot, commands("Pair a dongle"))
    qtbot.keyClicks(palette.field, "xyzzy")
    assert palette.titles() == []
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()
