"""What a page passes on to a dashboard that a widget leads to."""

from collections.abc import Mapping
from typing import Any

from benchboard.analytics.query_builder.question import Dialect
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.document.time_range import TimeRange
from benchboard.dashboards.document.widget_links import linked_dashboards
from benchboard.dashboards.editing import passed_filters, point_selections, state
from benchboard.dashboards.editing.column_places import ColumnPlaces, SourceTables
from benchboard.dashboards.editing.reader_filters import PointSelection, ReaderFilter
from benchboard.dashboards.editing.state import EditingState
from benchboard.dashboards.variables.filter_variables import values_query
from benchboard.dashboards.variables.repeat_expansion import VariableChoice

OWN: Dialect = "own"
PLACES = ColumnPlaces("", "orders", "status", (SourceTables("", "", OWN, (("orders", "status"),)),))
REFUNDED = PointSelection("Status: Refunded", "Orders", ReaderFilter(PLACES, "one_of", ("refunded",)))
NOT_PAID = PointSelection("Status: not Paid", "Orders", ReaderFilter(PLACES, "none_of", ("paid",)))
LAST_YEAR, MARCH = TimeRange("2025-01-01", "2026-01-01"), TimeRange("2025-03-01", "2025-04-01")
REGION = {"name": "region", "type": "list", "values": ["north", "south", "west"], "chosen": ["west"]}
STATUS = {"name": "status", "type": "query", "query": values_query("orders", "status", OWN), "multiple": True,
          "include_all": True}  # fmt: skip


def _page(*variables: Mapping[str, Any], query: str = "SELECT count(*) AS n FROM orders") -> EditingState:
    items = [{"id": "a", "type": "metric_card", "position": {"x": 0, "y": 0, "w": 3, "h": 3}, "query": query}]
    raw = {"format": "benchboard/dashboard", "version": 2, "items": items, "variables": list(variables)}
    return state.initial(parse_document(raw))


def _timed(*variables: Mapping[str, Any]) -> EditingState:
    page = _page(*variables, query="SELECT count(*) AS n FROM orders WHERE created_dt >= :from AND created_dt < :to")
    return state.select_time(page, LAST_YEAR)


def test_condition_and_time_range_arrive_and_the_documents_stay() -> None:
    target = _timed()
    after = passed_filters.receive(target, passed_filters.passed_filters(_timed(), [REFUNDED]))
    assert point_selections.present(after) == (REFUNDED,)
    assert after.reader.time == LAST_YEAR
    assert "refunded" in after.view.query_of("a")
    assert after.document is target.document


def test_page_without_a_time_range_leaves_that_of_the_other_one() -> None:
    target = state.select_time(_timed(), MARCH)
    after = passed_filters.receive(target, passed_filters.passed_filters(_page(), [REFUNDED]))
    assert after.reader.time == MARCH


def test_period_of_a_value_is_removed_to_the_range_that_was_passed() -> None:
    march = PointSelection("March", "Orders", time=MARCH, time_before=LAST_YEAR)
    after = passed_filters.receive(_page(), passed_filters.passed_filters(_timed(), [march]))
    assert after.reader.time == MARCH
    (shown,) = point_selections.present(after)
    removed = point_selections.remove(after, shown)
    assert removed is not None
    assert removed.reader.time == LAST_YEAR


def test_what_was_selected_on_the_target_before_ends() -> None:
    target = point_selections.add(_page(), NOT_PAID)
    after = passed_filters.receive(target, passed_filters.passed_filters(_page(), [REFUNDED]))
    assert point_selections.present(after) == (REFUNDED,)


def test_conditions_of_the_page_go_along_and_the_value_replaces_that_of_its_column() -> None:
    paid = PointSelection("Status: Paid", "Orders", ReaderFilter(PLACES, "one_of", ("paid",)))
    page = point_selections.add(point_selections.add(_page(), NOT_PAID), paid)
    after = passed_filters.receive(_page(), passed_filters.passed_filters(page, [REFUNDED]))
    assert point_selections.present(after) == (NOT_PAID, REFUNDED)


def test_condition_becomes_a_value_of_the_variable_that_lists_its_column() -> None:
    after = passed_filters.receive(_page(STATUS), passed_filters.passed_filters(_page(), [REFUNDED]))
    assert after.reader.choices == {"status": VariableChoice(("refunded",))}
    (shown,) = point_selections.present(after)
    assert (shown.title, shown.variable, shown.filter) == ("Status: Refunded", "status", None)
    single = {**STATUS, "multiple": False}
    both = PointSelection("Status: 2", "", ReaderFilter(PLACES, "one_of", ("refunded", "paid")))
    after = passed_filters.receive(_page(single), passed_filters.passed_filters(_page(), [both]))
    assert point_selections.present(after) == (both,)


def test_variables_of_the_same_name_and_sort_take_the_values() -> None:
    page = state.select_values(_page(REGION, STATUS), "region", VariableChoice(("north",)))
    page = state.select_values(page, "status", VariableChoice(all=True))
    passed = passed_filters.passed_filters(page)
    after = passed_filters.receive(_page(REGION, STATUS), passed)
    assert dict(after.reader.choices) == {"region": VariableChoice(("north",)), "status": VariableChoice(all=True)}
    text = {"name": "region", "type": "text"}
    assert passed_filters.receive(_page(text), passed).reader.choices == {}
    fewer = {**REGION, "values": ["south"], "chosen": ["south"]}
    (shown,) = passed_filters.receive(_page(fewer), passed).view.document.variables
    assert shown.chosen == ("south",)
    two = state.select_values(_page({**REGION, "multiple": True}), "region", VariableChoice(("north", "west")))
    assert passed_filters.receive(_page(REGION), passed_filters.passed_filters(two)).reader.choices == {}


def test_linked_dashboards_whatever_is_in_the_settings() -> None:
    one, two = "0" * 36, "1" * 36
    assert linked_dashboards({"links": [one, 7, two, one, "short", None]}) == (one, two)
    assert linked_dashboards({"links": [f"{k:036}" for k in range(9)]}) == tuple(f"{k:036}" for k in range(5))
    for broken in ({}, {"links": None}, {"links": "x" * 36}, {"links": {one: two}}):
        assert linked_dashboards(broken) == ()
