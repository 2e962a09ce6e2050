"""The builder's questions: their SQL, and the way back from it; each query is checked and run by the real engines."""

import csv
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics import duckdb_engine
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.duckdb_engine import FileView
from benchboard.analytics.queries import check_query
from benchboard.analytics.query_builder.combined import with_calculation, without_columns
from benchboard.analytics.query_builder.first_question import with_column
from benchboard.analytics.query_builder.question import (
    WITH_VALUES,
    Calculation,
    Dialect,
    Filter,
    Group,
    Measure,
    Operator,
    PlainColumn,
    Question,
    Server,
    Sort,
    free_name,
    measures_for,
    operators_for,
    parse_value,
    units_for,
    values_filter,
    with_group,
    with_measure,
    with_part_list,
    with_parts,
)
from benchboard.analytics.query_builder.sql_reader import from_sql
from benchboard.analytics.query_builder.sql_words import quote_name, words
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.remote.query_check import check_text
from benchboard.dashboards.document.time_range import Period
from benchboard.errors import Invalid
from support.examples import examples

PERIOD = Period(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)).values
COLUMNS: dict[str, ValueKind] = {
    "status": "text",
    "currency": "text",
    "order_total": "decimal",
    "created_dt": "timestamp",
}
texts = st.text(st.characters(exclude_categories=["C"]), max_size=12)
numbers = st.integers(-(10**9), 10**9) | st.decimals(-1000, 1000, places=3)
names = st.one_of(
    st.sampled_from(["n", "week", "select", "Total €", 'a"b', "count", "x y"]),
    st.text("ab_1 \"'é", min_size=1, max_size=8),
)


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    column = draw(st.sampled_from(list(COLUMNS)))
    kind = COLUMNS[column]
    operators = (*operators_for(kind), *(("one_of_or_empty",) if kind == "text" else ()))
    operator: Operator = draw(st.sampled_from(operators))
    if operator in ("in_range", "empty", "filled"):
        return Filter(column, operator)
    values = texts if kind == "text" else numbers if kind == "decimal" else st.dates().map(str)
    many = operator in WITH_VALUES
    return Filter(column, operator, tuple(draw(st.lists(values, min_size=1, max_size=3 if many else 1))))


@st.composite
def questions(draw: st.DrawFn, dialect: Dialect = "own") -> Question:
    server: Server = dialect if dialect in ("postgresql", "mysql") else ""
    table = draw(st.sampled_from(["orders", "sales.Order lines"])) if dialect == "postgresql" else "orders"
    question = Question(table, filters=tuple(draw(st.lists(filters(), max_size=3))), server=server)
    for column in draw(st.lists(st.sampled_from(["status", "currency", "created_dt"]), max_size=3)):
        unit = draw(st.sampled_from(units_for(dialect))) if column == "created_dt" else ""
        question = with_group(question, column, unit)
    for column in draw(st.lists(st.sampled_from(["", *COLUMNS]), max_size=3)):
        function = draw(st.sampled_from(measures_for(COLUMNS[column] if column else None, dialect)))
        question = with_measure(question, function, column)
    renamed: list[Measure] = []
    for one in question.measures:
        taken = [group.output for group in question.groups] + [other.output for other in renamed]
        divisor = draw(st.sampled_from(["", "order_total"])) if one.function == "ratio" else ""
        renamed.append(Measure(one.function, one.column, free_name(draw(names), taken), divisor))
    question = with_parts(question, measures=renamed)
    if not question.outputs:
        plain = draw(st.lists(st.sampled_from(list(COLUMNS)), max_size=4, unique=True))
        question = replace(question, columns=tuple(map(PlainColumn, plain)))
    outputs = question.outputs or tuple(COLUMNS)
    sorted_by = draw(st.lists(st.sampled_from(outputs), max_size=2, unique=True))
    sorts = tuple(Sort(name, draw(st.booleans())) for name in sorted_by)
    limit = draw(st.none() | st.integers(1, 10_000))
    return replace(question, sorts=sorts, limit=limit)


def _as_read(question: Question) -> Question:
    """The question without the sorting that it would have by itself."""
    for count in range(1, len(question.sorts)):
        shorter = replace(question, sorts=question.sorts[:count])
        if to_sql(shorter) == to_sql(question):
            return shorter
    return question


@given(questions())
def test_a_question_is_read_back_from_its_query_and_passes_the_check(question: Question) -> None:
    text = to_sql(question)
    assert from_sql(text) == _as_read(question)
    check_query(text, PERIOD)


@given(questions("duckdb"))
def test_a_question_over_files_is_read_back_from_its_query(question: Question) -> None:
    assert from_sql(to_sql(question, "duckdb"), dialect="duckdb") == _as_read(question)


@pytest.mark.parametrize("dialect", ["postgresql", "mysql"])
@given(st.data())
def test_a_question_over_a_server_is_read_back_from_its_query_which_may_be_sent(
    dialect: Dialect, data: st.DataObject
) -> None:
    question = data.draw(questions(dialect))
    text = to_sql(question)
    assert from_sql(text, dialect=dialect) == _as_read(question)
    check_text(text, [question.table], mysql=dialect == "mysql")


@given(st.text(max_size=80) | questions().map(lambda one: to_sql(one)[:-3]))
def test_any_text_gives_a_question_only_if_that_writes_the_same_words(text: str) -> None:
    question = from_sql(text)
    assert question is None or words(to_sql(question)) == words(text)


@pytest.mark.parametrize("dialect", ["own", "mysql"])
@given(names)
def test_a_quoted_name_is_one_word_with_the_same_name(dialect: Dialect, name: str) -> None:
    found = words(quote_name(name, dialect), dialect)
    assert found is not None
    assert [one.text for one in found] == [name]


def test_the_query_reads_as_a_person_would_write_it() -> None:
    question = Question(
        "orders",
        filters=(Filter("created_dt", "in_range"), Filter("currency", "eq", ("EUR",))),
        groups=(Group("created_dt", "week", "week"), Group("status")),
        measures=(Measure("count", "", "orders"), Measure("sum", "order_total", "revenue")),
        sorts=(Sort("week", descending=True), Sort("orders", descending=True)),
        limit=100,
    )
    assert to_sql(question) == (
        "SELECT date_trunc('week', created_dt) AS week,\n"
        "       status,\n"
        "       count(*) AS orders,\n"
        "       sum(order_total) AS revenue\n"
        "FROM orders\n"
        "WHERE created_dt >= :from\n"
        "  AND created_dt < :to\n"
        "  AND currency = 'EUR'\n"
        "GROUP BY 1, 2\n"
        "ORDER BY week DESC, orders DESC, status\n"
        "LIMIT 100"
    )
    assert to_sql(Question("orders")) == "SELECT *\nFROM orders"


@pytest.mark.parametrize(
    "text",
    [
        "select status, count(*) as n from orders group by 1",
        "SELECT  status ,\n count( * ) AS n FROM orders GROUP BY 1",
    ],
)
def test_spaces_and_the_case_of_keywords_make_no_other_query(text: str) -> None:
    assert from_sql(text) == Question("orders", groups=(Group("status"),), measures=(Measure("count", "", "n"),))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SELECT 1",
        "SELECT status, status FROM orders",
        "SELECT status AS s FROM orders",
        "SELECT date_trunc('day', created_dt) AS day FROM orders",
        "SELECT status, count(*) AS n FROM orders",
        "SELECT status, count(*) AS n FROM orders GROUP BY 1 HAVING count(*) > 1",
        "SELECT count(*) FROM orders",  # the column would get another name
        "SELECT count(*) AS n FROM orders -- a comment",
        "SELECT count(*) AS n FROM orders WHERE status = 'a' OR status = 'b'",
        "SELECT count(*) AS n FROM orders WHERE (status = 'a')",
        "SELECT count(*) AS n FROM orders o",
        "SELECT count(*) AS n FROM orders JOIN orders ON true",
        "SELECT count(*) AS n, status FROM orders GROUP BY 2",
        "SELECT * FROM orders LIMIT 0",
        "SELECT * FROM orders LIMIT 20000",
        "SELECT * FROM orders; SELECT * FROM orders",
        "SELECT * FROM orders WHERE created_dt >= :from",
        "SELECT * FROM orders WHERE status = :status",
        "SELECT * FROM orders WHERE status ILIKE 'a_%'",
        "SELECT sum(order_total * 2) AS n FROM orders",
        "SELECT date_trunc('century', created_dt) AS c FROM orders GROUP BY 1",
    ],
)
def test_other_queries_can_only_be_edited_as_sql(text: str) -> None:
    assert from_sql(text) is None


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("12", "integer", 12),
        (" -12.50 ", "decimal", Decimal("-12.5")),
        ("1e3", "decimal", 1000),
        ("2026-03-31", "timestamp", "2026-03-31"),
        ("2026-03-31T14:05", "timestamp", "2026-03-31 14:05:00"),
        ("2026-03-31", "date", "2026-03-31"),
        ("TRUE", "boolean", True),
        ("it's", "text", "it's"),
        ("", "text", ""),
    ],
)
def test_a_typed_value_becomes_one_of_the_columns_kind(text: str, kind: ValueKind, value: object) -> None:
    assert parse_value(text, kind) == value


@pytest.mark.parametrize(
    ("text", "kind"),
    [("a", "integer"), ("nan", "decimal"), ("1e99", "decimal"), ("1" * 30, "integer"), ("31.03.2026", "timestamp"),
     ("2026-03-31T14:05", "date"), ("2026-03-31T14:05+02:00", "timestamp"), ("yes", "boolean"), ("a\nb", "text"),
     ("x" * 501, "text")],
)  # fmt: skip
def test_a_value_of_another_kind_is_refused(text: str, kind: ValueKind) -> None:
    with pytest.raises(Invalid) as caught:
        parse_value(text, kind)
    assert caught.value.facts["field"] == "value"


def test_with_part_list_group_replaced_by_one_that_is_there_is_one_group() -> None:
    question = Question("orders", groups=(Group("region"), Group("category")), sorts=(Sort("region"),))
    replaced = with_part_list(question, "groups", [Group("category", name="category_2"), Group("category")])
    assert [one.column for one in replaced.groups] == ["category"]
    units = [Group("day", "month", "month"), Group("day", "week", "week")]
    assert with_part_list(question, "groups", units).outputs == ("month", "week")


def test_parts_that_are_removed_are_not_sorted_by_and_renamed_ones_are() -> None:
    question = with_measure(with_group(Question("orders"), "created_dt", "week"), "count")
    question = Question("orders", "", (), question.groups, question.measures, (Sort("week"), Sort("orders")))
    by_month = with_parts(question, groups=[Group("created_dt", "month", "month")])
    assert by_month.sorts == (Sort("month"), Sort("orders"))
    assert with_parts(question, measures=[]).sorts == (Sort("week"),)
    assert with_parts(with_parts(question, measures=[]), groups=[]).sorts == ()


def test_the_same_part_twice_is_added_once_and_names_are_unique() -> None:
    question = with_measure(with_measure(Question("orders"), "count"), "count")
    assert len(question.measures) == 1
    question = with_group(with_group(question, "orders"), "orders")
    assert question.outputs == ("orders_2", "orders")


class Rides:
    """A catalog with one table in a CSV file."""

    def __init__(self, file: Path) -> None:
        self.view = FileView(f"SELECT * FROM read_csv('{file}')", (file,))

    def find(self, source: str, table: str) -> FileView | None:
        return self.view if not source and table.lower() == "rides" else None

    def names(self) -> list[str]:
        return ["rides"]

    def sources_of(self, _table: str) -> list[str]:
        return []


ROWS = [(f"2026-0{1 + k % 3}-{1 + k % 27:02d} 10:{k % 60:02d}:00", ("bus", "Tram", "50%_off", "")[k % 4], k * 7 % 23)
        for k in range(90)]  # fmt: skip


@pytest.fixture(scope="module")
def rides(tmp_path_factory: pytest.TempPathFactory) -> Rides:
    file = tmp_path_factory.mktemp("rides") / "rides.csv"
    with file.open("w", newline="") as target:
        csv.writer(target).writerows([("start", "kind", "km"), *ROWS])
    return Rides(file)


@pytest.mark.parametrize(
    "chosen",
    [
        Filter("kind", "eq", ("bus",)),
        Filter("kind", "one_of", ("bus", "Tram")),
        Filter("kind", "none_of", ("bus",)),
        Filter("kind", "contains", ("RA",)),
        Filter("kind", "contains", ("%_",)),
        Filter("kind", "starts", ("t",)),
        Filter("kind", "empty"),
        Filter("kind", "filled"),
        Filter("km", "ge", (11,)),
        Filter("km", "ne", (Decimal("7.0"),)),
        Filter("start", "in_range"),
        Filter("start", "lt", ("2026-02-01",)),
    ],
)
def test_the_answer_of_files_is_what_python_calculates(rides: Rides, chosen: Filter) -> None:
    question = Question(
        "rides", "source", (chosen,), (Group("start", "month", "month"),),
        (Measure("count", "", "n"), Measure("sum", "km", "total"), Measure("median", "km", "middle"),
         Measure("count_distinct", "kind", "kinds")),
        (Sort("month"),),
    )  # fmt: skip
    kept = defaultdict(list)
    for start, kind, km in ROWS:
        if _matches(chosen, start, kind or None, km):
            kept[start[:7]].append((kind or None, km))
    expected = [
        (month, len(rows), sum(km for _kind, km in rows), _median([km for _kind, km in rows]),
         len({kind for kind, _km in rows} - {None}))
        for month, rows in sorted(kept.items())
    ]  # fmt: skip
    result = duckdb_engine.run(
        to_sql(question), rides, limit=1000, timeout=60.0, cancel_token=CancelToken(), variables=PERIOD
    )
    answer = [(f"{row[0]:%Y-%m}", *row[1:]) for row in result.rows]
    assert answer == expected
    assert expected


def _matches(chosen: Filter, start: str, kind: str | None, km: int) -> bool:
    value = {"start": start, "kind": kind, "km": km}[chosen.column]
    wanted = chosen.values[0] if chosen.values else None
    if chosen.operator == "in_range":
        return start < "2026-03-01"
    if chosen.operator in ("empty", "filled"):
        return (value is None) == (chosen.operator == "empty")
    if value is None:
        return False
    found = {
        "eq": value == wanted,
        "ne": value != wanted,
        "one_of": value in chosen.values,
        "none_of": value not in chosen.values,
        "contains": str(wanted).lower() in str(value).lower(),
        "starts": str(value).lower().startswith(str(wanted).lower()),
    }
    if chosen.operator in found:
        return found[chosen.operator]
    return value >= wanted if chosen.operator == "ge" else value < wanted  # type: ignore[operator]  # of one kind


def _median(values: list[int]) -> Decimal:
    ordered, middle = sorted(values), len(values) // 2
    return Decimal(ordered[middle]) if len(values) % 2 else Decimal(ordered[middle - 1] + ordered[middle]) / 2


def test_shares_and_ratios_of_files_are_what_python_calculates(rides: Rides) -> None:
    question = Question(
        "rides", "source", (Filter("kind", "filled"),), (Group("kind"),),
        (Measure("share", "", "rows_pct"), Measure("share", "km", "km_pct"), Measure("ratio", "km", "km_per_row"),
         Measure("ratio", "km", "one", "km")),
        (Sort("kind"),),
    )  # fmt: skip
    kept = defaultdict(list)
    for _start, kind, km in ROWS:
        if kind:
            kept[kind].append(km)
    rows, total = sum(len(one) for one in kept.values()), sum(sum(one) for one in kept.values())
    expected = [
        (kind, 100 * len(one) / rows, 100 * sum(one) / total, sum(one) / len(one), 1.0)
        for kind, one in sorted(kept.items())
    ]
    result = duckdb_engine.run(
        to_sql(question), rides, limit=1000, timeout=60.0, cancel_token=CancelToken(), variables=PERIOD
    )
    for found, wanted in zip(result.rows, expected, strict=True):
        assert found[0] == wanted[0]
        assert [float(str(one)) for one in found[1:]] == pytest.approx(wanted[1:])


def test_a_ratio_whose_divisor_is_zero_has_no_value(rides: Rides) -> None:
    question = Question("rides", "source", (Filter("km", "eq", (0,)),), (), (Measure("ratio", "km", "one", "km"),))
    result = duckdb_engine.run(
        to_sql(question), rides, limit=1000, timeout=60.0, cancel_token=CancelToken(), variables=PERIOD
    )
    assert result.rows == ((None,),)


def test_a_measure_goes_with_the_column_that_it_is_divided_by() -> None:
    question = Question("t", "s", measures=(Measure("ratio", "a", "r", "b"), Measure("sum", "a", "s")))
    assert [one.name for one in without_columns(question, {"b"}).measures] == ["s"]
    calculated = replace(question, calculations=(Calculation("b", "x + 1"),))
    assert with_calculation(calculated, Calculation("c", "x + 1"), 0).measures[0].divisor == "c"


def test_a_count_of_a_files_rows_does_not_pass_for_one_of_its_columns() -> None:
    question = with_measure(Question("revenue", "a-source"), "count")
    assert to_sql(question, "duckdb").split()[:4] == ["SELECT", "count(*)", "AS", "row_count"]
    assert with_measure(Question("orders"), "count").measures[0].output == "orders"


@pytest.mark.parametrize(
    ("operator", "values", "found"),
    [
        ("eq", ("a",), Filter("c", "eq", ("a",))),
        ("eq", ("a", "b"), Filter("c", "one_of", ("a", "b"))),
        ("eq", (None,), Filter("c", "empty")),
        ("one_of", ("a", None), Filter("c", "one_of_or_empty", ("a",))),
        ("one_of", ("a",), Filter("c", "one_of", ("a",))),
        ("ne", (None,), Filter("c", "filled")),
        ("ne", ("a", "b"), Filter("c", "none_of", ("a", "b"))),
        ("none_of", ("a", None), Filter("c", "none_of", ("a",))),
        ("one_of", (), None),
    ],
)
def test_values_filter_rows_without_a_value_are_selected_like_a_value(
    operator: Operator, values: tuple[str | None, ...], found: Filter | None
) -> None:
    assert values_filter("c", operator, values) == found


def test_columns_without_groups_are_shown_until_the_question_is_grouped() -> None:
    text = "SELECT status,\n       order_total\nFROM orders\nLIMIT 100"
    question = from_sql(text)
    assert question is not None
    assert [one.column for one in question.columns] == ["status", "order_total"]
    assert (question.outputs, to_sql(question)) == ((), text)
    assert with_part_list(question, "columns", question.columns[1:]).columns == (PlainColumn("order_total"),)
    more = with_column(question, "created_dt", "timestamp", unit="month")
    assert to_sql(more) == "SELECT status,\n       order_total,\n       created_dt\nFROM orders\nLIMIT 100"
    assert with_column(more, "created_dt", "timestamp", unit="month") == more
    for grouped in (with_group(question, "status"), with_measure(question, "count")):
        assert grouped.columns == ()
    counted = with_column(question, "orders", "integer", unit="", measure=Measure("count", "", "orders"))
    assert (counted.columns, counted.limit) == ((), None)


def test_a_column_that_goes_or_is_renamed_is_so_among_the_shown_ones() -> None:
    question = Question("orders", columns=(PlainColumn("status"), PlainColumn("net")),
                        calculations=(Calculation("net", "order_total * 0.8"),))  # fmt: skip
    assert without_columns(question, {"net"}).columns == (PlainColumn("status"),)
    renamed = with_calculation(question, Calculation("netto", "order_total * 0.8"), 0)
    assert renamed.columns == (PlainColumn("status"), PlainColumn("netto"))


TOP = Question(
    "orders",
    groups=(Group("status"), Group("currency")),
    measures=(Measure("count", "", "orders"),),
    sorts=(Sort("orders", descending=True),),
    limit=5,
)


def test_top_groups_are_sorted_by_their_values_where_the_measure_leaves_them_equal() -> None:
    assert to_sql(TOP).endswith("ORDER BY orders DESC, status, currency\nLIMIT 5")
    assert from_sql(to_sql(TOP)) == TOP, "the builder shows the sorting that somebody chose alone"
    by_status = replace(TOP, sorts=(Sort("orders", descending=True), Sort("status", descending=True)))
    assert to_sql(by_status).endswith("ORDER BY orders DESC, status DESC, currency\nLIMIT 5")
    assert from_sql(to_sql(by_status)) == by_status
    for whole in (replace(TOP, limit=None), replace(TOP, sorts=())):
        assert "status, currency\nLIMIT" not in to_sql(whole)
        assert ", status, currency" not in to_sql(whole).split("GROUP BY")[1]


def test_top_query_that_was_written_without_an_order_of_ties_stays_as_it_is_until_it_is_sorted_anew() -> None:
    text = to_sql(TOP).replace("DESC, status, currency", "DESC")
    found = from_sql(text)
    assert found is not None
    assert (found.sorts, found.breaks_ties) == (TOP.sorts, False)
    assert to_sql(found) == text
    again = with_part_list(found, "sorts", [Sort("orders", descending=True)])
    assert again == TOP


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("xyz")), min_size=1, max_size=40), st.data())
@examples(25, deadline=None)
def test_top_groups_are_the_same_whatever_order_the_rows_are_in(
    rows: list[tuple[str, str]], data: st.DataObject
) -> None:
    question = replace(TOP, source_id="file", limit=data.draw(st.integers(1, 8)))
    shuffled = data.draw(st.permutations(rows))
    counted: dict[tuple[str, str], int] = {}
    for row in rows:
        counted[row] = counted.get(row, 0) + 1
    wanted = sorted(((*group, count) for group, count in counted.items()), key=lambda one: (-one[2], *one[:2]))
    for order in (rows, shuffled):
        listed = ", ".join(f"('{status}', '{currency}')" for status, currency in order)
        with duckdb.connect() as connection:
            connection.execute(f"CREATE TABLE orders AS SELECT * FROM (VALUES {listed}) AS t (status, currency)")
            assert connection.execute(to_sql(question)).fetchall() == wanted[: question.limit]
