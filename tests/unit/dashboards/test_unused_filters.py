"""Which filters of a page its widgets don't use."""

from collections.abc import Mapping
from typing import Any

from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.editing import state
from benchboard.dashboards.editing.state import EditingState
from benchboard.dashboards.editing.unused_filters import UnusedFilters, unused_filters
from benchboard.dashboards.variables.repeat_expansion import VariableChoice

REGION = {"name": "region", "label": "Region", "type": "list", "values": ["north", "south"], "multiple": True,
          "include_all": True, "chosen": ["north"]}  # fmt: skip


def _page(queries: Mapping[str, str], *variables: Mapping[str, Any], **more: Any) -> EditingState:
    items = [
        {"id": name, "type": "metric_card", "query": query, "position": {"x": 0, "y": 3 * k, "w": 3, "h": 3}, **more}
        for k, (name, query) in enumerate(queries.items())
    ]
    raw = {"format": "benchboard/dashboard", "version": 2, "items": items, "variables": list(variables)}
    return state.load(state.initial(), parse_document(raw))


def _unused(page: EditingState) -> dict[str, UnusedFilters]:
    return dict(unused_filters(page.view))


def test_unused_filters_names_the_variable_that_a_query_does_not_name() -> None:
    page = _page({"a": "SELECT 1 WHERE 'n' IN (:region)", "b": "SELECT 2", "none": ""}, REGION)
    assert _unused(page) == {"b": UnusedFilters(("Region",))}


def test_unused_filters_variable_without_a_choice_is_no_filter() -> None:
    page = state.select_values(_page({"b": "SELECT 2"}, REGION), "region", VariableChoice(all=True))
    assert _unused(page) == {}
    every = state.select_values(page, "region", VariableChoice(("south", "north")))
    assert _unused(every) == {}
    one = state.select_values(page, "region", VariableChoice(("south",)))
    assert _unused(one) == {"b": UnusedFilters(("Region",))}


def test_unused_filters_text_counts_once_it_is_typed() -> None:
    page = _page({"b": "SELECT 2"}, {"name": "what", "type": "text"})
    assert _unused(page) == {}
    typed = state.select_values(page, "what", VariableChoice(("x",)))
    assert _unused(typed) == {"b": UnusedFilters(("what",))}


def test_unused_filters_time_range_counts_once_a_widget_uses_it() -> None:
    assert _unused(_page({"a": "SELECT 1", "b": "SELECT 2"})) == {}
    page = _page({"a": "SELECT 1 WHERE now() > :from", "b": "SELECT 2"})
    assert _unused(page) == {"b": UnusedFilters(time=True)}


def test_unused_filters_variable_that_another_one_depends_on_is_used() -> None:
    town = {"name": "town", "type": "query", "query": "SELECT t FROM x WHERE r IN (:region)"}
    page = _page({"a": "SELECT :town", "b": "SELECT 1"}, REGION, town)
    assert _unused(page) == {"b": UnusedFilters(("Region",))}


def test_unused_filters_variable_that_repeats_a_widget_is_used() -> None:
    page = _page({"a": "SELECT 1"}, REGION, repeat={"variable": "region"})
    assert _unused(page) == {}
