"""A reader's selected values of a dashboard's variables are restored, in this session and the next."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from open_dashboards import OpenDashboards, dashboards_view_of, sign_in_as

from benchboard.dashboards import library
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.document.time_range import last
from benchboard.dashboards.variables import variable_state
from benchboard.ui.studio.document.variable_persistence import VariablePersistence
from benchboard.ui.studio.editor_page import StudioPage
from benchboard.ui.studio.panes.value_picker import ValuePicker
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


def create_dashboards(studio: "Studio") -> str:
    said = {"format": "benchboard/dashboard", "version": 2, "title": "Shops", "variables": [SHOP, CITY], "items": []}
    with unbound(studio.workspace.database).change() as session:
        return library.create(session, studio.actor, parse_document(said)).card.id


def chosen(page: StudioPage) -> dict[str, tuple[str, ...]]:
    return dict(page.editor.reader_document.chosen)


def choose(studio: "Studio") -> None:
    studio.press_button("variable_shop")
    studio.tick("b")


def test_selected_values_after_a_restart_are_restored(open_studio: Open) -> None:
    first = open_studio()
    key = create_dashboards(first)
    first.page = OpenDashboards(first).open(key)
    choose(first)
    assert chosen(first.page)["shop"] == ("a", "b")
    first.close()
    second = open_studio()
    page = OpenDashboards(second).read()
    assert chosen(page) == {"shop": ("a", "b"), "city": ("Bursa",)}
    assert not page.saving.dirty
    assert page.editor.document.chosen["shop"] == ("a",)


def test_selected_time_range_is_restored_with_the_values(open_studio: Open) -> None:
    """After a restart the values were back, the time range beside them wasn't."""
    first = open_studio()
    first.page = page = OpenDashboards(first).open(create_dashboards(first))
    default = page.editor.time_range
    page.editor.select_time(last(7, "d"))
    choose(first)
    first.close()
    second = open_studio()
    page = OpenDashboards(second).read()
    assert page.editor.time_range == last(7, "d")
    assert chosen(page)["shop"] == ("a", "b")
    page.editor.select_time(default)
    second.close()
    assert OpenDashboards(open_studio()).read().editor.selected_time is None, "the default, whatever that becomes"


def test_selected_values_after_reopening_the_tab_are_restored(open_studio: Open) -> None:
    studio = open_studio()
    key = create_dashboards(studio)
    dashboards = OpenDashboards(studio)
    studio.page = dashboards.open(key)
    choose(studio)
    dashboards.place.close_page(studio.page)
    assert chosen(dashboards.open(key))["shop"] == ("a", "b")


def test_selected_values_are_stored_off_the_windows_thread(open_studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    wrote: list[threading.Thread] = []
    keep = variable_state.save

    def watched(*asked: Any) -> None:
        wrote.append(threading.current_thread())
        keep(*asked)

    monkeypatch.setattr(variable_state, "save", watched)
    first = open_studio()
    first.page = OpenDashboards(first).open(create_dashboards(first))
    monkeypatch.setattr(first.application.tasks, "read", lambda *_asked, **_named: None)
    choose(first)
    first.close()
    second = open_studio()
    assert chosen(OpenDashboards(second).read())["shop"] == ("a", "b")
    assert wrote
    assert threading.main_thread() not in wrote


def test_value_list_open_when_its_page_closes_goes_too(open_studio: Open) -> None:
    studio = open_studio()
    dashboards = OpenDashboards(studio)
    studio.page = dashboards.open(create_dashboards(studio))
    studio.press_button("variable_shop")
    dashboards.place.close_page(studio.page)
    studio.wait(lambda: not studio.application.window.findChildren(ValuePicker))
    assert dashboards.place.page is None


def test_selected_values_equal_to_the_default_are_not_stored(open_studio: Open) -> None:
    studio = open_studio()
    key = create_dashboards(studio)
    dashboards = OpenDashboards(studio)
    studio.page = page = dashboards.open(key)
    choose(studio)
    studio.tick("b")
    page.editor.select_all_values("shop")
    page.editor.select_values("shop", ["a"])
    page.editor.select_values("city", ["Van"])
    dashboards.place.close_page(page)
    page = dashboards.open(key)
    assert set(page.editor.choices) == {"city"}
    assert chosen(page) == {"shop": ("a",), "city": ("Van",)}


def test_selected_values_of_the_home_page_are_restored(open_studio: Open) -> None:
    studio = open_studio()
    said = {"format": "benchboard/dashboard", "version": 2, "variables": [SHOP], "items": []}
    studio.store(said)
    studio.close()
    again = open_studio()
    again.page.editor.select_values("shop", ["c"])
    again.close()
    assert chosen(open_studio().page)["shop"] == ("c",)


def test_selected_values_of_another_person_are_not_shown(open_studio: Open) -> None:
    studio = open_studio()
    key = create_dashboards(studio)
    studio.page = OpenDashboards(studio).open(key)
    choose(studio)
    sign_in_as(studio, "admin")
    theirs = dashboards_view_of(studio)
    page = theirs.open(key)
    studio.wait(lambda: page.saving.state == "saved")
    assert chosen(page)["shop"] == ("a",)


def test_pages_of_a_session_share_what_is_selected(studio: "Studio") -> None:
    context = studio.context
    assert VariablePersistence.of(context) is VariablePersistence.of(context)
    assert context.changed.findChildren(VariablePersistence) == [VariablePersistence.of(context)]
