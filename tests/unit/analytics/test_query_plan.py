"""Plans of queries are read from what engines say of them, and from nothing that they may not say."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics import duckdb_engine
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.duckdb_engine import FileView
from benchboard.analytics.duckdb_plan import duckdb_plan
from benchboard.analytics.plan_shares import PlanShares, plan_shares, plan_warnings
from benchboard.analytics.postgresql_plan import postgresql_plan, tables_read
from benchboard.analytics.query_plan import MAX_DEPTH, MAX_STEPS, PlanStep, QueryPlan, indented, plan_tree
from benchboard.analytics.remote.mysql_plan import mysql_plan
from benchboard.analytics.sqlite_plan import sqlite_plan
from benchboard.errors import AppError, Invalid
from benchboard.ui.studio.data.explore.plan_words import with_known_rows
from support.escape_attempts import ATTEMPTS


def lines(plan: QueryPlan) -> list[str]:
    shown = [f"{'  ' * depth}{step.title} · {step.note}".rstrip(" ·") for step, depth in indented(plan.steps)]
    return [line.replace("\N{NARROW NO-BREAK SPACE}", ",") for line in shown]


def scan(table: str, rows: int, **more: object) -> dict[str, object]:
    return {"Node Type": "Seq Scan", "Schema": "public", "Relation Name": table, "Plan Rows": rows, **more}


def test_postgresql_plan_steps_are_in_words_with_the_rows_of_their_tables() -> None:
    joined = {
        "Node Type": "Hash Join", "Hash Cond": "(o.merchant_id = m.id)", "Plan Rows": 8540, "Total Cost": 90.5,
        "Plans": [scan("orders", 8540, Filter="(total > 5)"), {"Node Type": "Hash", "Plans": [scan("merchants", 214)]}],
    }  # fmt: skip
    grouped = {"Node Type": "Aggregate", "Group Key": ["m.name"], "Plan Rows": 214, "Plans": [joined]}
    found = postgresql_plan(
        [{"Plan": {"Node Type": "Sort", "Sort Key": ["(sum(o.total)) DESC"], "Plan Rows": 214, "Plans": [grouped]}}],
        {("public", "orders"): 48211},
    )

    assert lines(found) == [
        "Sort by (sum(o.total)) (descending) · about 214 rows",
        "  Group by m.name · about 214 rows",
        "    Join on o.merchant_id = m.id · about 8,540 rows",
        "      Read orders · about 8,540 of 48,211 rows, no index",
        "      Read merchants · about 214 rows, no index",
    ]
    assert found.read_rows == 48211 + 214


def test_plan_shares_are_of_the_cost_where_the_engine_tells_it_and_warn_of_rows_read_for_nothing() -> None:
    joined = {
        "Node Type": "Hash Join", "Hash Cond": "(o.merchant_id = m.id)", "Plan Rows": 8540, "Total Cost": 950.0,
        "Plans": [
            scan("orders", 8540, Filter="(total > 5)", **{"Total Cost": 800.0}),
            {"Node Type": "Hash", "Plans": [scan("merchants", 214, **{"Total Cost": 50.0})]},
        ],
    }  # fmt: skip
    plan = postgresql_plan([{"Plan": {"Node Type": "Sort", "Sort Key": ["n"], "Plan Rows": 9, "Total Cost": 1000.0,
                                      "Plans": [joined]}}], {("public", "orders"): 48211})  # fmt: skip
    shares = plan_shares(plan)

    assert (shares.basis, shares.shares) == ("cost", (0.05, 0.1, 0.8, 0.05))
    assert shares.largest == 2
    assert [one.replace("\N{NARROW NO-BREAK SPACE}", ",") for one in plan_warnings(plan)] == [
        "All 48,211 rows of orders are read to find about 8,540. There is no index for the condition."
    ]


def test_plan_shares_are_of_the_rows_where_no_cost_is_told_and_of_nothing_without_either() -> None:
    reads = PlanStep("read", "a", 30, 90, index="i"), PlanStep("read", "b", 10, 10, index="")
    plan = QueryPlan((PlanStep("group", "x", 5, steps=(PlanStep("cross", rows=300, steps=reads),)),))

    assert plan_shares(plan) == PlanShares("rows", tuple(rows / 440 for rows in (300, 40, 90, 10)), (300, 40, 90, 10))
    assert len(plan_warnings(plan)) == 1, "of the join without a condition, not of a small table"
    without = plan_shares(QueryPlan(tuple(step.without_estimates() for step in plan.steps)))
    assert (set(without.shares), without.largest) == ({None}, None)


def test_postgresql_plan_a_nested_loop_reads_its_inner_table_for_each_row() -> None:
    inner = {**scan("trips", 3), "Node Type": "Index Scan", "Index Name": "trips_day"}
    found = postgresql_plan([{"Plan": {"Node Type": "Nested Loop", "Plans": [scan("days", 100), inner]}}])

    assert found.read_rows == 100 + 300
    assert lines(found)[-1] == "  Read trips · about 300 rows, index trips_day"


def test_postgresql_plan_filtered_rows_of_a_table_of_unknown_size_are_left_out() -> None:
    found = postgresql_plan([{"Plan": scan("orders", 5, Filter="(a > 1)")}])

    assert (found.read_rows, lines(found)) == (None, ["Read orders · about 5 rows, no index"])


def test_mysql_plan_of_mariadb_joins_what_is_nested() -> None:
    tables = [
        {"table": {"table_name": "m", "access_type": "ALL", "rows": 200, "filtered": 100}},
        {"table": {"table_name": "o", "access_type": "ref", "key": "km", "rows": 7, "filtered": 100}},
    ]
    found = mysql_plan({"query_block": {"filesort": {"sort_key": "sum(o.total) desc", "temporary_table": {
        "nested_loop": tables}}}})  # fmt: skip

    assert lines(found) == [
        "Sort by sum(o.total) (descending)",
        "  Temporary table",
        "    Join",
        "      Read m · about 200 rows, no index",
        "      Read o · about 1,400 rows, index km",
    ]
    assert found.read_rows == 1600


def test_mysql_plan_of_mysql_has_the_cost_of_the_query() -> None:
    table = {"table_name": "o", "access_type": "ALL", "rows_examined_per_scan": 900, "rows_produced_per_join": 90}
    found = mysql_plan({"query_block": {"cost_info": {"query_cost": "93.20"}, "grouping_operation": {"table": table}}})

    assert lines(found) == ["Group", "  Read o · about 90 of 900 rows, no index"]
    assert found.cost == 93.2


def test_sqlite_plan_tells_indexes_and_no_rows() -> None:
    found = sqlite_plan([
        (10, 0, 62, "SEARCH orders USING INDEX ix (org=?)"), (15, 0, 45, "SCAN m"),
        (18, 0, 0, "USE TEMP B-TREE FOR GROUP BY"), (58, 0, 0, "USE TEMP B-TREE FOR ORDER BY"),
    ])  # fmt: skip

    read = ["      Read orders · index ix", "      Read m · all rows, no index"]
    assert lines(found) == ["Sort", "  Group", "    Join", *read]
    assert found.raw.splitlines()[:2] == ["SEARCH orders USING INDEX ix (org=?)", "SCAN m"]
    assert found.read_rows is None


@pytest.mark.parametrize("read", [lambda text: duckdb_plan(text, ()), postgresql_plan, mysql_plan])
@pytest.mark.parametrize("text", [None, "", "nonsense", "[" * 100_000, "1", b"\xff", "{" + " " * 5_000_000 + "}"])
def test_plan_what_is_none_is_refused(read: Any, text: object) -> None:
    with pytest.raises(Invalid, match="plan"):
        read(text)


def _deep(levels: int, wrap: Any, node: Any) -> Any:
    for _level in range(levels):
        node = wrap(node)
    return node


def test_plan_too_deep_or_too_many_steps_are_refused() -> None:
    def wrapped(node: object) -> object:
        return {"Node Type": "Sort", "name": "FILTER", "Plans": [node], "children": [node]}

    deep, wide = _deep(MAX_DEPTH + 2, wrapped, {}), [{} for _step in range(MAX_STEPS + 1)]
    block = _deep(MAX_DEPTH + 2, lambda node: {"query_block": node}, {})
    for refused in (
        lambda: postgresql_plan([{"Plan": deep}]),
        lambda: tables_read([{"Plan": deep}]),
        lambda: duckdb_plan([deep], ()),
        lambda: mysql_plan(block),
        lambda: postgresql_plan([{"Plan": {"Plans": wide}}]),
        lambda: duckdb_plan(wide, ()),
        lambda: mysql_plan({"query_block": {"nested_loop": [{"table": {}} for _step in range(MAX_STEPS + 1)]}}),
        lambda: sqlite_plan([(k, 0, 0, "SCAN m") for k in range(1, MAX_STEPS + 2)]),
    ):
        with pytest.raises(Invalid, match="plan"):
            refused()


_NAMES = st.sampled_from(
    ["Plan", "Plans", "Node Type", "Relation Name", "Plan Rows", "Sort Key", "Index Name", "Total Cost", "name",
     "children", "extra_info", "Estimated Cardinality", "query_block", "nested_loop", "table", "table_name", "rows",
     "filtered", "cost_info", "block-nl-join", "union_result", "materialized", "Filters", "Table"]
)  # fmt: skip
_LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
    st.sampled_from(["Seq Scan", "Nested Loop", "Sort", "1e999", "Hash Join", "SEQ_SCAN", "\x1b[31m"]),
)  # fmt: skip
_JSON = st.recursive(_LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=6))


@given(found=_JSON)
def test_plan_anything_is_read_or_refused(found: Any) -> None:
    for read in (lambda: duckdb_plan([found], ()), lambda: postgresql_plan([{"Plan": found}]),
                 lambda: mysql_plan({"query_block": found})):  # fmt: skip
        try:
            plan = read()
        except AppError:
            continue
        json.dumps([step.to_json() for step in plan.steps], allow_nan=False)
        assert all(line.isprintable() for line in lines(plan))
        assert plan.read_rows is None or plan.read_rows >= 0


class _Orders:
    """A catalog with one table."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def find(self, source: str, table: str) -> FileView | None:
        known = not source and table.lower() == "orders"
        return FileView(f"SELECT * FROM read_csv('{self._file}')", (self._file,)) if known else None

    def names(self) -> list[str]:
        return ["orders"]

    def sources_of(self, _table: str) -> list[str]:
        return []


def _explain(text: str, file: Path, token: CancelToken | None = None) -> QueryPlan:
    return duckdb_engine.explain(
        text, _Orders(file), timeout=60.0, cancel_token=token or CancelToken(), variables={"from": ["2026-01-01"]}
    )


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    file = tmp_path / "orders.csv"
    file.write_text("id,status\n" + "1,paid\n2,open\n" * 50)
    return file


def test_explain_duckdb_a_query_over_a_file_is_told_in_steps(orders: Path) -> None:
    steps = list(_explain("select status, count(*) n from orders group by 1 order by n desc", orders).walk())

    assert [step.action for step in steps] == ["sort", "group", "read"]
    assert steps[-1] == PlanStep("read", "orders", steps[-1].rows, steps[-1].rows)
    assert steps[-1].rows


def test_explain_duckdb_the_text_of_the_plan_names_no_path_and_no_sign_that_cannot_be_seen(orders: Path) -> None:
    plan = _explain(f"select count(*) from orders where status = '{orders}\u202e'", orders)

    assert "READ_CSV" in plan.raw
    assert str(orders.parent) not in plan.raw
    assert all(line.isprintable() for line in plan.raw.splitlines())


def test_explain_duckdb_a_query_is_not_run(orders: Path) -> None:
    endless = "select count(*) from range(1000000) a(x), range(1000000) b(x), range(1000000) c(x), orders"

    assert any(step.action == "cross" for step in _explain(endless, orders).walk())


def test_explain_duckdb_an_error_has_its_place(orders: Path) -> None:
    with pytest.raises(Invalid) as refused:
        _explain("select totl from orders", orders)

    assert refused.value.facts["start"] == 7


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_explain_duckdb_an_attempt_to_escape_is_refused(attempt: str, orders: Path) -> None:
    secret, folder = orders.parent / "secret.csv", orders.parent / "out"
    secret.write_text("a,b\n1,secret\n")
    folder.mkdir()
    before = {path: path.read_bytes() for path in orders.parent.rglob("*") if path.is_file()}

    with pytest.raises(Invalid):
        _explain(attempt.format(file=orders, secret=secret, folder=folder), orders)

    assert {path: path.read_bytes() for path in orders.parent.rglob("*") if path.is_file()} == before


def test_plan_sort_keys_are_in_words_and_steps_that_tie_are_all_the_largest() -> None:
    sort = PlanStep("sort", "day ASC NULLS LAST, n DESC", 201, steps=(PlanStep("read", "a", 402, 402),))
    plan = QueryPlan((PlanStep("limit", rows=9, steps=(PlanStep("group", "day", 201, steps=(sort,)),)),))

    assert sort.title == "Sort by day, n (descending)"
    assert plan_shares(plan).all_largest == (2, 3)
    assert plan_shares(QueryPlan((sort,))).all_largest == (0, 1)
    assert plan_shares(QueryPlan(tuple(step.without_estimates() for step in plan.steps))).all_largest == ()


def test_plan_steps_that_do_most_are_none_where_all_do_the_same() -> None:
    read = PlanStep("read", "a", 402, 402)
    group = PlanStep("group", "day", 201, steps=(read,))

    assert plan_shares(QueryPlan((group,))).most == ()
    assert plan_shares(QueryPlan((PlanStep("sort", "day", 201, steps=(group,)),))).most == (1, 2)


def test_plan_has_the_rows_that_were_counted_in_place_of_those_expected() -> None:
    read = PlanStep("read", "orders", 120, 120)
    plan = QueryPlan((PlanStep("sort", "day", 60, steps=(PlanStep("group", "day", 60, steps=(read,)),)),))

    def notes(*, limited: bool, of: QueryPlan = plan) -> list[str]:
        return [step.note for step in with_known_rows(of, "orders", 600, 9, limited=limited).walk()]

    assert notes(limited=False) == ["9 rows", "9 rows", "600 rows"]
    assert notes(limited=True) == ["9 rows", "about 60 rows", "600 rows"]
    filtered = QueryPlan((PlanStep("group", "day", 6, steps=(PlanStep("read", "orders", 12, None),)),))
    assert notes(limited=False, of=filtered) == ["9 rows", "about 12 rows"], "how many the filter leaves isn't known"
    assert [step.note for step in with_known_rows(plan, "", None, None, limited=False).walk()] == [
        "about 60 rows", "about 60 rows", "about 120 rows",
    ]  # fmt: skip


def test_plan_as_the_engine_wrote_it_is_a_tree_without_the_signs_of_json(orders: Path) -> None:
    found = [{"Plan": {"Node Type": "Sort", "Sort Key": ["n", "m"], "Plan Rows": 9, "Plans": [scan("orders", 120)]}}]
    plan = postgresql_plan(found)

    assert plan_tree(plan.raw).splitlines() == [
        "Sort", "  Sort Key: n, m", "  Plan Rows: 9",
        "  Seq Scan", "    Schema: public", "    Relation Name: orders", "    Plan Rows: 120",
    ]  # fmt: skip
    tree = plan_tree(_explain("select status, count(*) n from orders group by 1", orders).raw)
    assert not set('{}"') & set(tree)
    assert "READ_CSV" in [line.strip() for line in tree.splitlines()]
    assert plan_tree("SCAN m\n  SEARCH o") == "SCAN m\n  SEARCH o"
    assert plan_tree(plan.raw[:-5]) == plan.raw[:-5]
