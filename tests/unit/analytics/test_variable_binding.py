"""The variables of a dashboard's time range in queries over Benchboard's own relations."""

import pytest

from benchboard.analytics.queries import check_query
from benchboard.analytics.query_translator import translate_query
from benchboard.analytics.relations import RELATIONS
from benchboard.errors import Invalid

PERIOD = {"from": ("2026-11-01T00:00:00Z",), "to": ("2026-11-08T00:00:00.5Z",), "interval": ("day",)}


@pytest.mark.parametrize("for_sqlite", [True, False])
def test_time_range_is_bound_as_timestamps(for_sqlite: bool) -> None:
    text = "SELECT count(*) AS n FROM orders WHERE created_dt >= :from AND created_dt BETWEEN :from AND :to"
    query = translate_query(text, RELATIONS, for_sqlite=for_sqlite, limit=1, variables=PERIOD)
    first, last = "2026-11-01T00:00:00.000000Z", "2026-11-08T00:00:00.500000Z"
    assert sorted(query.bound.values()) == [first, first, last]
    written = query.with_views([])
    assert "2026" not in written
    assert ("TIMESTAMPTZ" in written) is not for_sqlite


def test_interval_is_the_unit_that_timestamps_are_cut_to() -> None:
    for unit in ("second", "minute", "hour", "day", "week", "month", "year"):
        (column,) = check_query("SELECT date_trunc(:interval, created_dt) FROM orders", {"interval": (unit,)})
        assert (column.kind, column.title) == ("timestamp", unit.capitalize())
    for values in ((), ("fortnight",), ("day", "week")):
        with pytest.raises(Invalid, match="isn't a supported time unit"):
            check_query("SELECT date_trunc(:interval, created_dt) FROM orders", {"interval": values})


def test_variable_called_from_with_other_values_is_text() -> None:
    (column,) = check_query("SELECT :from AS place FROM orders", {"from": ("Berlin",)})
    assert column.kind == "text"
    with pytest.raises(Invalid, match="Only text in quotes"):
        check_query("SELECT 1 FROM orders WHERE created_dt > :from", {"from": ("2026-11-01",)})


@pytest.mark.parametrize("name", ["select", "interval", "from", "to", "order", "null", "case"])
def test_variable_may_have_the_name_of_a_keyword(name: str) -> None:
    for written in (f":{name}", f": {name}"):
        check_query(f"SELECT 1 FROM orders WHERE status IN ({written})", {name: ("paid",)})
