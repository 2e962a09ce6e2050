"""Which tables and columns queries read, in the languages of all sources."""

import pytest

from benchboard.analytics.column_references import QueryReferences, TableName, query_references
from benchboard.analytics.query_builder.question import Dialect
from benchboard.errors import Invalid

TRIPS, CITIES, SHOPS = TableName("", "trips"), TableName("", "cities"), TableName("shop list", "shops")
TABLES = {TRIPS: {"id", "city_id", "km"}, CITIES: {"id", "name"}, SHOPS: {"id", "name", "km"}}
ALL: tuple[Dialect, ...] = ("own", "postgresql", "duckdb")


def read(text: str, dialect: Dialect = "duckdb") -> QueryReferences:
    return query_references(text, dialect, TABLES)


@pytest.mark.parametrize("dialect", ALL)
def test_columns_belong_to_the_tables_that_have_them(dialect: Dialect) -> None:
    found = read("SELECT Name, sum(t.km) FROM trips t JOIN cities ON cities.id = t.city_id GROUP BY name", dialect)
    assert found.columns == {TRIPS: {"km", "city_id"}, CITIES: {"name", "id"}}
    assert not found.whole
    assert found.reads(TRIPS, ["km"])
    assert not found.reads(TRIPS, ["id"])
    assert found.reads(CITIES)
    assert not found.reads(SHOPS)


@pytest.mark.parametrize("dialect", ALL)
def test_words_that_are_no_columns_are_none(dialect: Dialect) -> None:
    found = read("SELECT count(*) AS km, 'city_id' AS label FROM trips -- and its id\nWHERE id > :km", dialect)
    assert found.columns == {TRIPS: {"id"}}
    assert not found.whole


@pytest.mark.parametrize("dialect", ALL)
def test_names_of_with_clauses_hide_tables_and_are_read_themselves(dialect: Dialect) -> None:
    found = read("WITH cities AS (SELECT km FROM trips) SELECT name FROM cities", dialect)
    assert found.columns == {TRIPS: {"km"}}


@pytest.mark.parametrize("dialect", ALL)
def test_queries_in_brackets_see_the_tables_around_them(dialect: Dialect) -> None:
    text = "SELECT name FROM cities WHERE EXISTS (SELECT 1 FROM trips WHERE trips.city_id = cities.id AND km > 3)"
    assert read(text, dialect).columns == {CITIES: {"name", "id"}, TRIPS: {"city_id", "km"}}
    text = "SELECT km FROM (SELECT * FROM trips) AS t UNION ALL SELECT id FROM cities"
    found = read(text, dialect)
    assert (found.whole, found.columns) == (set(), {TRIPS: {"km"}, CITIES: {"id"}})


def test_star_reads_all_columns_of_its_table() -> None:
    found = read("SELECT c.* FROM trips JOIN cities c USING (id)")
    assert found.whole == {CITIES}
    assert found.columns[TRIPS] == {"id"}
    assert found.reads(CITIES, ["name"])
    assert read("SELECT * FROM trips, cities", "own").whole == {TRIPS, CITIES}


@pytest.mark.parametrize("dialect", ALL)
def test_star_of_a_query_in_brackets_reads_what_is_read_around_it(dialect: Dialect) -> None:
    inner = "SELECT trips.*, cities.name AS city_name FROM trips LEFT JOIN cities ON trips.city_id = cities.id"
    found = read(f"SELECT city_name, sum(t.km) AS total FROM ({inner}) AS t GROUP BY 1", dialect)
    assert (found.whole, found.columns) == (set(), {TRIPS: {"city_id", "km"}, CITIES: {"id", "name"}})
    found = read(f"WITH t AS ({inner}), u AS (SELECT * FROM t) SELECT km FROM u", dialect)
    assert (found.whole, found.columns) == (set(), {TRIPS: {"city_id", "km"}, CITIES: {"id", "name"}})
    assert read(f"SELECT *, 2 * km AS twice FROM ({inner}) AS trips", dialect).whole == {TRIPS}
    for compared in ("SELECT DISTINCT * FROM trips", "SELECT * FROM trips UNION SELECT * FROM trips"):
        assert read(f"SELECT km FROM ({compared}) AS t", dialect).whole == {TRIPS}, compared


def test_pivot_reads_the_columns_that_it_does_not_name() -> None:
    text = "SELECT 1 AS one FROM (SELECT * FROM trips) AS t PIVOT (sum(km) FOR city_id IN (1, 2))"
    assert read(text).whole == {TRIPS}


def test_table_of_another_source_and_of_a_schema() -> None:
    assert read('SELECT s.km FROM "Shop list".shops s').columns == {SHOPS: {"km"}}
    orders = {TableName("", "sales.orders"): {"id", "total"}}
    found = query_references("SELECT o.total FROM sales.orders AS o", "postgresql", orders)
    assert found.columns == {TableName("", "sales.orders"): {"total"}}
    found = query_references("SELECT `total` FROM `sales`.`orders`", "mysql", orders)
    assert found.columns == {TableName("", "sales.orders"): {"total"}}


def test_unknown_tables_are_none_and_what_is_no_query_is_refused() -> None:
    assert read("SELECT km FROM nowhere").columns == {}
    for dialect in ALL:
        with pytest.raises(Invalid):
            read("SELECT FROM WHERE", dialect)
