"""Conditions that a reader's filters add to queries, and what is selected at the values of charts."""

from dataclasses import replace

from benchboard.analytics.query_builder.question import Dialect
from benchboard.dashboards.document.document import parse_document
from benchboard.dashboards.document.time_range import TimeRange
from benchboard.dashboards.editing import point_selections, state
from benchboard.dashboards.editing.column_places import ColumnPlaces, SourceTables
from benchboard.dashboards.editing.reader_filters import PointSelection, ReaderFilter, filtered_query
from benchboard.dashboards.editing.state import EditingState
from benchboard.dashboards.variables.repeat_expansion import VariableChoice

OWN: Dialect = "own"


def _places(source_id: str, dialect: Dialect, *tables: str) -> ColumnPlaces:
    having = tuple((one, "status") for one in tables)
    return ColumnPlaces(source_id, tables[0], "status", (SourceTables(source_id, "", dialect, having),))


STATUS = ReaderFilter(_places("", OWN, "orders", "returns"), "one_of", ("refunded",))
COUNT = "SELECT count(*) AS n\nFROM orders"


def test_filtered_query_has_the_condition_beside_those_of_variables() -> None:
    found = filtered_query(f"{COUNT}\nWHERE currency IN (:currency)", "", [STATUS])
    assert found.text == f"{COUNT}\nWHERE currency IN (:currency)\n  AND status IN ('refunded')"
    assert found.missed == ()


def test_filtered_query_of_another_source_by_hand_or_of_another_table_misses_the_filter() -> None:
    for text, source in ((COUNT, "s1"), ("SELECT 1 AS n", ""), ("SELECT count(*) AS n\nFROM customers", "")):
        assert filtered_query(text, source, [STATUS])[:3] == (text, (0,), None)


def test_filtered_query_by_hand_is_filtered_where_it_reads_the_table_and_opens_without_it() -> None:
    text = "WITH x AS (SELECT status, count(*) AS n FROM orders GROUP BY status) SELECT max(n) AS n FROM x"
    found = filtered_query(text, "", [STATUS])
    assert found.text == text.replace("orders", "(SELECT * FROM orders WHERE status IN ('refunded')) AS orders")
    assert (found.missed, found.why, found.by_hand) == ((), None, True)
    before = _state(text)
    after = point_selections.add(before, PointSelection("Status: refunded", "a", STATUS))
    assert after.view.query_of("a") == found.text
    assert after.view.taken_filters("a") == ("Status: refunded",)
    assert after.view.opened_query("a") == text
    assert filtered_query(text.replace("WITH x", "WITH orders"), "", [STATUS])[1:3] == ((0,), "shadow")


def test_filtered_query_by_hand_reads_the_table_of_another_source_by_its_name() -> None:
    places = ColumnPlaces(
        "s1", "sales", "status", (SourceTables("s1", "Shop files", "duckdb", (("sales", "status"),)),)
    )
    theirs = ReaderFilter(places, "one_of", ("refunded",))
    text = 'SELECT count(*) AS n FROM targets JOIN "shop files".sales ON sales.id = targets.id'
    joined = "(SELECT * FROM \"shop files\".sales WHERE status IN ('refunded')) AS sales"
    assert filtered_query(text, "s2", [theirs]).text == text.replace('"shop files".sales', joined)
    assert filtered_query(text, "s1", [theirs]).missed == (0,)


def test_filtered_query_of_joined_tables_names_the_column_of_its_own_table() -> None:
    text = (
        "SELECT count(*) AS n\nFROM (\n  SELECT lines.*,\n    orders.id AS id,\n    orders.status AS orders_status\n"
        "  FROM lines\n  LEFT JOIN orders ON lines.order_id = orders.id\n) AS lines"
    )
    theirs = replace(STATUS, places=_places("s1", "duckdb", "orders", "lines"))
    assert filtered_query(text, "s1", [theirs]).text == f"{text}\nWHERE orders_status IN ('refunded')"


def test_filtered_query_of_a_calculated_column_needs_the_same_calculation() -> None:
    text = "SELECT count(*) AS n\nFROM (\n  SELECT *,\n    total * 2 AS twice\n  FROM orders\n) AS orders"
    places = ColumnPlaces("", "orders", "twice", (SourceTables("", "", OWN, ()),))
    twice = ReaderFilter(places, "one_of", (4,), "total * 2")
    assert filtered_query(text, "", [twice]).text == f"{text}\nWHERE twice IN (4)"
    assert filtered_query(text, "", [replace(twice, expression="total * 3")]).missed == (0,)
    assert filtered_query(COUNT, "", [twice]).missed == (0,)


def _state(query: str = COUNT) -> EditingState:
    variable = {"name": "region", "type": "list", "values": ["north", "south"], "multiple": True, "chosen": ["south"]}
    items = [{"id": "a", "type": "metric_card", "position": {"x": 0, "y": 0, "w": 3, "h": 3}, "query": query}]
    raw = {"format": "benchboard/dashboard", "version": 2, "items": items, "variables": [variable]}
    return state.initial(parse_document(raw))


def test_a_selection_filters_the_view_alone_and_is_removed_without_a_trace() -> None:
    before = _state()
    chosen = PointSelection("Status: refunded", "a", STATUS)
    after = point_selections.add(before, chosen)
    assert "refunded" in after.view.query_of("a")
    assert after.view.taken_filters("a") == ("Status: refunded",)
    assert after.document is before.document
    removed = point_selections.remove(after, chosen)
    assert removed is not None
    assert removed.reader == before.reader
    assert removed.view.query_of("a") == COUNT
    assert after.view.opened_query("a") == after.view.query_of("a")
    assert point_selections.remove(removed, chosen) is None


def test_another_value_of_the_same_column_replaces_the_first() -> None:
    first = PointSelection("refunded", "a", STATUS)
    second = PointSelection("paid", "a", replace(STATUS, values=("paid",)))
    after = point_selections.add(point_selections.add(_state(), first), second)
    assert point_selections.present(after) == (second,)


def test_values_of_a_variable_and_a_period_come_back_when_their_selection_is_removed() -> None:
    before = state.select_values(_state(), "region", VariableChoice(("south",)))
    march, april = TimeRange("2026-03-01", "2026-03-31"), TimeRange("2026-04-01", "2026-04-30")
    choice = VariableChoice(("north",))
    after = point_selections.add(before, PointSelection("north", "a", variable="region", choice=choice,
                                                        choice_before=VariableChoice(("south",))))  # fmt: skip
    after = point_selections.add(after, PointSelection("March", "a", time=march))
    after = point_selections.add(after, PointSelection("April", "a", time=april, time_before=march))
    assert [one.title for one in point_selections.present(after)] == ["north", "April"]
    assert after.view.document.chosen["region"] == ("north",)
    removed = point_selections.remove_all(after)
    assert removed is not None
    assert removed.reader.time is None
    assert removed.view.document.chosen["region"] == ("south",)


def test_a_selection_that_was_changed_by_other_means_is_none_any_more() -> None:
    march = TimeRange("2026-03-01", "2026-03-31")
    after = point_selections.add(_state(), PointSelection("March", "a", time=march))
    after = state.select_time(after, TimeRange("now-7d", "now"))
    assert point_selections.present(after) == ()
    assert point_selections.remove_all(after) is None
