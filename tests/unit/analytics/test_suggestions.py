"""Completion of SQL: what is suggested in each clause, what is inserted, and that no text breaks it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchboard.analytics import duckdb_parser
from benchboard.analytics.completion.suggestions import Completion, Suggestion, catalog_of, complete
from benchboard.analytics.query_builder.question import Dialect
from benchboard.analytics.query_parser import parse_query
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.table_browser import BrowsedColumn, BrowsedSource, BrowsedTable, TableJoin
from benchboard.errors import Invalid
from support.examples import examples


def table(name: str, columns: dict[str, ValueKind], *, model: str = "") -> BrowsedTable:
    return BrowsedTable(name, tuple(BrowsedColumn(one, one, kind) for one, kind in columns.items()), None, model)


ORDERS = table(
    "orders",
    {"id": "integer", "customer_id": "integer", "status": "text", "total": "decimal", "created_at": "timestamp",
     "Order No": "text", "order": "integer"},
)  # fmt: skip
CUSTOMERS = BrowsedTable(
    "customers",
    (
        BrowsedColumn("id", "id", "integer"),
        BrowsedColumn("name", "Full name", "text", description="As on the invoice."),
        BrowsedColumn("city", "city", "text"),
    ),
)
SALES = table("Sales", {"revenue": "decimal"}, model="m1")
JOINS = (TableJoin("Sales", "orders", "customers", (("customer_id", "id"),)),)
STOCK = BrowsedSource("s2", "My files", "csv", (table("stock", {"sku": "text"}), SALES))
VARIABLES = {"from": ["2026-01-01"], "to": ["2026-02-01"], "city": ["Bonn", "Ulm"]}
_IDS = {"own": "", "duckdb": "s1", "postgresql": "s1", "mysql": "s1"}


def sources(dialect: Dialect) -> list[BrowsedSource]:
    server = dialect if dialect in ("postgresql", "mysql") else ""
    own = BrowsedSource(_IDS[dialect], "Shop", "csv", (ORDERS, CUSTOMERS, SALES), server=server, joins=JOINS)  # type: ignore[arg-type]  # two of them are servers
    return [own, STOCK]


def at_cursor(query: str, dialect: Dialect = "duckdb") -> Completion | None:
    """What is suggested at the `|` of a query."""
    before, _bar, after = query.partition("|")
    catalog = catalog_of(sources(dialect), _IDS[dialect])
    assert catalog.dialect == dialect
    return complete(before + after, len(before), catalog, VARIABLES)


def listed(query: str, dialect: Dialect = "duckdb") -> list[str]:
    found = at_cursor(query, dialect)
    return [one.label for one in found.suggestions] if found is not None else []


def inserted(query: str, dialect: Dialect = "duckdb") -> list[str]:
    found = at_cursor(query, dialect)
    return [one.text for one in found.suggestions] if found is not None else []


# By clause


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("|", ["SELECT", "WITH", "FROM"]),
        ("SEL|", ["SELECT"]),
        ("select id fr|", ["from"]),
        ("SELECT id |", ["FROM", "AS"]),
        ("SELECT * |", ["FROM"]),
        ("SELECT id FROM orders |", ["WHERE", "GROUP BY", "ORDER BY"]),
        ("SELECT id FROM orders JOIN customers |", ["ON", "USING"]),
        ("SELECT id FROM orders CROSS JOIN customers |", ["WHERE", "GROUP BY"]),
        ("SELECT id FROM orders LEFT |", ["JOIN", "OUTER JOIN"]),
        ("SELECT id FROM orders WHERE total > 1 |", ["AND", "OR"]),
        ("SELECT id FROM orders WHERE total IS |", ["NULL", "NOT NULL"]),
        ("SELECT id FROM orders WHERE status NOT |", ["IN", "LIKE", "BETWEEN"]),
        ("SELECT id FROM orders GROUP |", ["BY"]),
        ("SELECT id FROM orders GROUP BY id |", ["HAVING", "ORDER BY"]),
        ("SELECT id FROM orders ORDER BY id |", ["DESC", "ASC"]),
        ("SELECT id FROM orders ORDER BY id DESC NULLS |", ["FIRST", "LAST"]),
        ("SELECT id FROM orders UNION |", ["SELECT", "ALL"]),
        ("SELECT id FROM orders UNION ALL |", ["SELECT"]),
        ("WITH w AS (|", ["SELECT"]),
        ("WITH w AS (SELECT 1) |", ["SELECT"]),
        ("SELECT sum(total) OVER (|)", ["PARTITION BY", "ORDER BY"]),
        ("SELECT CASE WHEN total > 1 |", ["WHEN", "THEN"]),
        ("SELECT CAST(total |)", ["AS"]),
        ("SELECT CAST(total AS |)", ["INTEGER"]),
        ("SELECT total::|", ["INTEGER"]),
        ("SELECT * FROM orders WHERE id IN (SELECT id FROM customers) |", ["AND", "OR"]),
    ],
)
def test_complete_offers_the_keywords_of_the_clause(query: str, first: list[str]) -> None:
    assert listed(query)[: len(first)] == first


@pytest.mark.parametrize("query", ["SELECT * FROM |", "SELECT * FROM orders o JOIN |", "SELECT * FROM orders, |"])
def test_complete_offers_tables_models_and_those_of_other_sources_after_from_and_join(query: str) -> None:
    found = inserted(query)
    assert {"orders", "customers", "Sales", '"My files".stock'} <= set(found)
    assert '"My files"."Sales"' not in found, "a data model of another source can't be named"
    assert "status" not in found


def test_complete_offers_a_table_of_a_model_with_its_condition_after_join() -> None:
    assert inserted("SELECT * FROM orders o JOIN |")[0] == "customers ON customers.id = o.customer_id"


def test_complete_offers_the_join_of_the_model_after_on() -> None:
    assert inserted("SELECT * FROM orders o JOIN customers c ON |")[0] == "c.id = o.customer_id"


def test_complete_offers_the_columns_of_keys_first_in_a_join() -> None:
    found = at_cursor("SELECT * FROM orders o JOIN customers c ON c.id = o.|")
    assert found is not None
    assert (found.suggestions[0].label, found.suggestions[0].note) == ("customer_id", "key to customers")


def test_complete_offers_a_join_by_names_where_no_model_has_one() -> None:
    own = BrowsedSource("s1", "Shop", "csv", (ORDERS, CUSTOMERS))
    text = "SELECT * FROM orders o JOIN customers c ON "
    found = complete(text, len(text), catalog_of([own], "s1"), {})
    assert found is not None
    assert found.suggestions[0].text == "c.id = o.customer_id"


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("SELECT o.| FROM orders o", {"id", "status", "total"}),
        ("SELECT orders.| FROM orders", {"id", "status", "total"}),
        ("SELECT c.| FROM orders o JOIN customers AS c ON c.id = o.customer_id", {"id", "name", "city"}),
        ("WITH w AS (SELECT city, count(*) AS n FROM customers GROUP BY 1) SELECT w.| FROM w", {"city", "n"}),
        ("WITH w(a, b) AS (SELECT city, name FROM customers) SELECT w.| FROM w", {"a", "b"}),
        ("WITH a AS (SELECT city FROM customers), b AS (SELECT * FROM a) SELECT b.| FROM b", {"city"}),
        ("SELECT x.| FROM (SELECT status AS s, total FROM orders) x", {"s", "total"}),
        ("SELECT x.| FROM (SELECT id FROM orders UNION SELECT id FROM customers) x", {"id"}),
        ("SELECT 1 FROM orders o WHERE EXISTS (SELECT 1 FROM customers c WHERE c.id = o.|)", {"customer_id"}),
        ('SELECT "O".| FROM orders AS "O"', {"id", "status"}),
        ("SELECT o. | FROM orders o", {"id", "status"}),
        ("SELECT customers.|", {"id", "name", "city"}),
    ],
)
def test_complete_offers_the_columns_of_the_table_before_the_dot(query: str, columns: set[str]) -> None:
    found = set(listed(query))
    assert columns <= found
    assert not found & {"count", "FROM"}


def test_complete_offers_no_column_of_a_table_that_is_not_in_scope() -> None:
    assert "city" not in listed("SELECT | FROM orders")
    assert "status" not in listed("SELECT (SELECT | FROM customers) FROM stock")
    assert "total" not in listed("SELECT id FROM orders o JOIN (SELECT c| FROM customers) x ON true")


def test_complete_offers_the_columns_of_all_tables_while_there_is_no_from() -> None:
    assert {"status", "city"} <= set(listed("SELECT |"))


def test_complete_qualifies_columns_that_two_tables_have() -> None:
    assert inserted("SELECT i| FROM orders o JOIN customers c ON true")[:2] == ["o.id", "c.id"]


def test_complete_finds_a_column_by_its_title() -> None:
    found = at_cursor("SELECT full| FROM customers")
    assert found is not None
    assert (found.suggestions[0].text, found.suggestions[0].note) == ("name", "Full name")


def test_complete_offers_the_names_that_a_query_gives_where_it_groups_and_sorts() -> None:
    assert listed("SELECT status AS shop_state FROM orders ORDER BY sh|")[0] == "shop_state"
    assert "shop_state" not in listed("SELECT status AS shop_state FROM orders WHERE sh|")


def test_complete_offers_functions_with_their_arguments() -> None:
    found = at_cursor("SELECT date_tr| FROM orders")
    assert found is not None
    (one,) = [one for one in found.suggestions if one.label == "date_trunc"]
    assert (one.text, one.note, one.caret) == ("date_trunc()", "(unit, time)", len("date_trunc("))
    assert inserted("SELECT date_tr|(x) FROM orders")[0] == "date_trunc", "the brackets are there"


@pytest.mark.parametrize(
    ("dialect", "offered", "refused"),
    [
        ("own", "date_trunc", "strftime"),
        ("duckdb", "strftime", "to_char"),
        ("postgresql", "to_char", "strftime"),
        ("mysql", "date_format", "date_trunc"),
    ],
)
def test_complete_offers_only_functions_that_the_source_allows(dialect: Dialect, offered: str, refused: str) -> None:
    found = [*listed("SELECT d| FROM orders", dialect), *listed("SELECT s| FROM orders", dialect),
             *listed("SELECT t| FROM orders", dialect)]  # fmt: skip
    assert offered in found
    assert refused not in found


def test_complete_offers_variables_after_a_colon_and_in_brackets_after_in() -> None:
    assert inserted("SELECT * FROM orders WHERE created_at > :f|")[0] == ":from"
    assert "(:city)" in inserted("SELECT * FROM customers WHERE city IN |")
    assert "BETWEEN :from AND :to" in inserted("SELECT * FROM orders WHERE created_at |")
    found = at_cursor("SELECT * FROM orders WHERE status = :c|")
    assert found is not None
    assert found.suggestions[0].note == "Bonn, Ulm"


@pytest.mark.parametrize(
    ("dialect", "column", "name"),
    [
        ("duckdb", "Order", '"Order No"'), ("postgresql", "Order", '"Order No"'), ("mysql", "Order", "`Order No`"),
        ("duckdb", "ord", '"order"'), ("mysql", "ord", "`order`"), ("mysql", "stat", "status"),
    ],
)  # fmt: skip
def test_complete_quotes_names_where_the_language_needs_it(dialect: Dialect, column: str, name: str) -> None:
    assert name in inserted(f"SELECT {column}| FROM orders", dialect)


def test_complete_replaces_the_whole_word_and_quotation_marks_that_are_there() -> None:
    query = 'SELECT "Ord|er N" FROM orders'
    found = at_cursor(query)
    assert found is not None
    assert (found.start, found.end) == (7, 16)
    assert [one.text for one in found.suggestions] == ['"Order No"', '"order"'], "functions have no quotation marks"


def test_complete_offers_the_table_after_a_source_and_a_schema() -> None:
    assert listed('SELECT * FROM "My files".|') == ["stock"]
    server = BrowsedSource("s1", "Shop", "postgresql", (table("sales.orders", {"id": "integer"}),), server="postgresql")
    text = "SELECT * FROM sales."
    found = complete(text, len(text), catalog_of([server], "s1"), {})
    assert found is not None
    assert [one.text for one in found.suggestions] == ["orders"]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 'st|", "SELECT 'st|a'", "SELECT id -- st|", "SELECT /* st| */ id", "SELECT $$st|", "SELECT 12|",
        "SELECT id AS s|", "SELECT id FROM orders AS o|", "SELECT id FROM orders LIMIT |", "WITH |w AS (SELECT 1)",
        "SELECT id /* a /* b */ |c",
    ],
)  # fmt: skip
def test_complete_offers_nothing_in_texts_comments_numbers_and_new_names(query: str) -> None:
    assert [one for one in listed(query) if one != "RECURSIVE"] == []


def test_complete_goes_on_after_texts_and_comments_that_are_closed() -> None:
    assert listed("SELECT id /* a */ |")[0] == "FROM"
    assert listed("SELECT id -- a\n|")[0] == "FROM"
    assert listed("SELECT 'a' |")[0] == "FROM"


def test_complete_reads_the_statement_at_the_cursor_alone() -> None:
    assert "city" in listed("SELECT 1 FROM orders; SELECT c| FROM customers; SELECT 2 FROM orders")
    assert "status" not in listed("SELECT 1 FROM orders; SELECT s| FROM customers")


def test_complete_understands_a_bracket_that_is_not_closed() -> None:
    assert listed("SELECT sum(t| FROM orders WHERE status = 'a'")[0] == "total"


def test_complete_ranks_whole_names_and_beginnings_before_other_matches() -> None:
    assert listed("SELECT id| FROM orders")[0] == "id"
    assert listed("SELECT id| FROM orders")[1] == "customer_id"
    assert "customer_id" in listed("SELECT cid| FROM orders")


# Whatever is written

_PIECES = st.sampled_from(
    ["SELECT", "FROM", "JOIN", "ON", "WHERE", "WITH", "AS", "GROUP BY", "UNION", "CASE", "IN", "USING", "OVER",
     "orders", "customers c", "o", "id", '"', "'", "`", "(", ")", ",", ".", ";", ":", "::", "*", "=", "-- ", "/*", "*/",
     "$$", "\n", " ", "1", "é", "😀", "\ud800", "\0", "count(", "[", "}"]
)  # fmt: skip


@examples(600, deadline=None)
@given(st.lists(_PIECES, max_size=25).map(" ".join) | st.text(max_size=60), st.floats(0, 1))
@example("(" * 3_000, 0.5)
@example("SELECT " + "(SELECT * FROM " * 400, 1.0)
@example("WITH a AS (SELECT *, * FROM orders), " + ", ".join(f"a{k} AS (SELECT *, * FROM a)" for k in range(200)), 1.0)
def test_complete_never_raises(text: str, place: float) -> None:
    cursor = round(place * len(text))
    for dialect in ("duckdb", "postgresql", "mysql", "own"):
        catalog = catalog_of(sources(dialect), _IDS[dialect])
        found = complete(text, cursor, catalog, VARIABLES)
        if found is not None:
            assert 0 <= found.start <= cursor <= found.end <= len(text)
            assert all(max(one.letters, default=0) < len(one.label) for one in found.suggestions)


_PLACES = (
    "SELECT | FROM orders",
    "SELECT id, | FROM orders o JOIN customers c ON c.id = o.customer_id",
    "SELECT sum(|) FROM orders",
    "SELECT id FROM |",
    "SELECT 1 FROM orders o JOIN |",
    "SELECT 1 FROM orders o JOIN customers c ON |",
    "SELECT 1 FROM orders o JOIN customers c ON c.id = o.|",
    "SELECT o.| FROM orders o",
    "SELECT 1 FROM orders WHERE | = 1",
    "SELECT 1 FROM orders WHERE status IN |",
    "SELECT 1 FROM orders WHERE created_at > :|",
    "SELECT status AS s FROM orders ORDER BY |",
    "SELECT count(*) FROM orders GROUP BY |",
    "SELECT (SELECT max(|) FROM customers) FROM orders",
    "WITH w AS (SELECT city AS town FROM customers) SELECT | FROM w",
    "SELECT 1 FROM orders JOIN customers USING (|)",
    "SELECT CAST(total AS |) FROM orders",
    "SELECT id |",
    "SELECT id FROM orders |",
    "SELECT id FROM orders o JOIN customers c |",
    "SELECT id FROM orders WHERE total |",
    "SELECT id FROM orders GROUP BY id |",
    "SELECT id FROM orders ORDER BY id |",
    "SELECT CASE WHEN | THEN 1 END FROM orders",
)
_GOES_ON = {
    "SELECT": " 1", "WITH": " w AS (SELECT 1) SELECT 1", "FROM": " orders", "AS": " x", "OVER": " ()", "AND": " true",
    "OR": " true", "IN": " (1)", "NOT IN": " (1)", "BETWEEN": " 1 AND 2", "LIKE": " 'a'", "NOT LIKE": " 'a'",
    "WHERE": " true", "GROUP BY": " 1", "ORDER BY": " 1", "HAVING": " true", "LIMIT": " 1", "OFFSET": " 1",
    "ON": " true", "USING": " (id)", "UNION": " SELECT 1", "UNION ALL": " SELECT 1", "EXCEPT": " SELECT 1",
    "INTERSECT": " SELECT 1", "JOIN": " customers x ON true", "LEFT JOIN": " customers x ON true",
    "RIGHT JOIN": " customers x ON true", "INNER JOIN": " customers x ON true", "FULL JOIN": " customers x ON true",
    "CROSS JOIN": " customers x", "CASE": " WHEN true THEN 1 END", "NOT": " true", "CAST": "(1 AS decimal)",
    "EXISTS": " (SELECT 1)", "INTERVAL": " '1' day", "DISTINCT": " id", "WHEN": " true THEN 1",
    "LATERAL": " (SELECT 1) x",
}  # fmt: skip
"""What makes a query of one that ends in a keyword."""


_ARGUMENTS = {"cast": "1 AS decimal", "extract": "day FROM created_at", "position": "'a' IN 'b'",
              "overlay": "'a' PLACING 'b' FROM 1", "date_add": "id, INTERVAL 1 DAY", "date_sub": "id, INTERVAL 1 DAY",
              "convert": "id, CHAR", "utc_date": "", "timestampadd": "day, 1, id",
              "timestampdiff": "day, id, id"}  # fmt: skip


def _queries(before: str, one: Suggestion, after: str) -> list[str]:
    """The query with a suggestion inserted, and with what makes it whole; of a function with one to four arguments."""
    text = one.text
    if one.kind == "function" and one.caret == len(text) - 1:
        lists = [_ARGUMENTS[one.label]] if one.label in _ARGUMENTS else ["id", "id, id", "id, id, id", "id, id, id, id"]
        return [f"{before}{text[:-1]}{arguments}){after}" for arguments in lists]
    if one.kind == "alias":
        text += "id"
    elif one.kind == "keyword":
        text += _GOES_ON.get(one.text.upper(), "")
    is_joined = before.endswith("JOIN ") and one.kind != "join"
    return [before + text + after + (" ON true" if is_joined else "")]


def _parses(query: str, dialect: Dialect) -> bool:
    try:
        if dialect == "duckdb":
            duckdb_parser.parse_query(query)
        else:
            parse_query(query, mysql=dialect == "mysql")
    except Invalid:
        return False
    return True


@examples(150, costly=True, deadline=None)
@given(st.sampled_from(_PLACES), st.sampled_from(["", "o", "c", "st", "id", "ORD", "f"]))
def test_complete_inserted_at_a_valid_place_gives_a_query_that_parses(place: str, typed: str) -> None:
    for dialect in ("duckdb", "postgresql", "mysql", "own"):
        found = at_cursor(place.replace("|", f"{typed}|"), dialect)
        assert found is not None or typed
        before, after = place.split("|")
        start = found.start if found is not None else 0
        for one in found.suggestions if found is not None else ():
            queries = _queries(before[:start], one, after)
            assert any(_parses(query, dialect) for query in queries), queries
