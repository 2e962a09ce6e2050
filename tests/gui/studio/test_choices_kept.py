"""What a reader chose of a dashboard's variables is there when they are back, in this session or the next."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from test_reopening import Shelf, enter, place_of

from benchboard.dashboards import library
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.variables import variable_state as kept
from benchboard.ui.studio.editor_page import StudioPage
from benchboard.ui.studio.panes.value_picker import Choosing
from support.databases import unbound

if TYPE_CHECKING:
    from conftest import Studio

Open = Callable[..., "Studio"]
SHOP = {
    "name": "shop",
    "type": "list",
    "values": ["a", "b", "c"],
    "chosen": ["a"],
    "multiple": True,
    "include_all": True,
}
CITY = {"name": "city", "type": "text", "chosen": ["Bursa"]}


def make(studio: "Studio") -> str:
    said = {"format": "benchboard/dashboard", "version": 2, "title": "Shops", "variables": [SHOP, CITY], "items": []}
    with unbound(studio.workspace.database).change() as session:
        return library.create(session, studio.actor, parse_document(said)).card.id


def chosen(page: StudioPage) -> dict[str, tuple[str, ...]]:
    return dict(page.editor.reader_document.chosen)


def choose(studio: "Studio") -> None:
    studio.press_button("variable_shop")
    studio.tick("b")


def test_what_a_reader_chose_is_there_after_a_restart(open_studio: Open) -> None:
    first = open_studio()
    key = make(first)
    first.page = Shelf(first).open(key)
    choose(first)
    assert chosen(first.page)["shop"] == ("a", "b")
    first.close()
    second = open_studio()
    page = Shelf(second).read()
    assert chosen(page) == {"shop": ("a", "b"), "city": ("Bursa",)}
    assert not page.saving.dirty
    assert page.editor.document.chosen["shop"] == ("a",)


def test_what_a_reader_chose_is_there_when_the_tab_is_opened_again(open_studio: Open) -> None:
    studio = open_studio()
    key = make(studio)
    shelf = Shelf(studio)
    studio.page = shelf.open(key)
    choose(studio)
    shelf.place.close_page(studio.page)
    assert chosen(shelf.open(key))["shop"] == ("a", "b")


def test_the_window_never_writes_what_was_chosen_itself(open_studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    wrote: list[threading.Thread] = []
    keep = kept.save

    def watched(*asked: Any) -> None:
        wrote.append(threading.current_thread())
        keep(*asked)

    monkeypatch.setattr(kept, "save", watched)
    first = open_studio()
    first.page = Shelf(first).open(make(first))
    monkeypatch.setattr(first.application.tasks, "read", lambda *_asked, **_named: None)
    choose(first)
    first.close()
    second = open_studio()
    assert chosen(Shelf(second).read())["shop"] == ("a", "b")
    assert wrote
    assert threading.main_thread() not in wrote


def test_a_page_may_go_while_the_values_of_its_variable_are_open(open_studio: Open) -> None:
    studio = open_studio()
    shelf = Shelf(studio)
    studio.page = shelf.open(make(studio))
    studio.press_button("variable_shop")
    shelf.place.close_page(studio.page)
    studio.wait(lambda: not studio.application.window.findChildren(Choosing))
    assert shelf.place.page is None


def test_what_everybody_begins_with_is_not_kept_and_follows_its_author(open_studio: Open) -> None:
    studio = open_studio()
    key = make(studio)
    shelf = Shelf(studio)
    studio.page = page = shelf.open(key)
    choose(studio)
    studio.tick("b")
    page.editor.select_all_values("shop")
    page.editor.select_values("shop", ["a"])
    page.editor.select_values("city", ["Van"])
    shelf.place.close_page(page)
    page = shelf.open(key)
    assert set(page.editor.choices) == {"city"}
    assert chosen(page) == {"shop": ("a",), "city": ("Van",)}


def test_the_home_page_keeps_its_own(open_studio: Open) -> None:
    studio = open_studio()
    said = {"format": "benchboard/dashboard", "version": 2, "variables": [SHOP], "items": []}
    studio.store(said)
    studio.close()
    again = open_studio()
    again.page.editor.select_values("shop", ["c"])
    again.close()
    assert chosen(open_studio().page)["shop"] == ("c",)


def test_nobody_elses_choice_is_seen(open_studio: Open) -> None:
    studio = open_studio()
    key = make(studio)
    studio.page = Shelf(studio).open(key)
    choose(studio)
    enter(studio, "admin")
    theirs = place_of(studio)
    page = theirs.open(key)
    studio.wait(lambda: page.saving.state == "saved")
    assert chosen(page)["shop"] == ("a",)
