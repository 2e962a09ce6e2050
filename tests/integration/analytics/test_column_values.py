"""The values of a column with their numbers of rows, on real databases and real files."""

from pathlib import Path

import pytest

from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.column_values import CountedValue, ValuePage, read_column_values
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.query_builder.question import Calculation, Filter, Question
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.sources import services
from benchboard.analytics.sources.configuration import tables_of
from benchboard.analytics.sources.state import examine
from benchboard.errors import Denied
from support.databases import unbound
from support.orders import Market

pytestmark = pytest.mark.usefixtures("no_sources")


def _source(market: Market, tmp_path: Path) -> Question:
    """A file of 1,000 meters: each has as many rows as its number says, those of meter 0 have no name."""
    file = tmp_path / "meters.csv"
    names = ["", *(f"meter {k:03d}" for k in range(1, 45))]
    lines = [f"{name},{k % 5},{'true' if k % 2 else 'false'}" for k, name in enumerate(names) for _row in range(k + 1)]
    file.write_text("name,number,odd\n" + "\n".join(lines) + "\n")
    tables = tables_of(tuple(table.scan for table in inspect_file(file).tables))
    state = examine(tables, CancelToken())
    with unbound(market.database).change() as session:
        source = services.add_source(session, market.analyst, name="Meters", kind="csv", tables=tables, state=state)
    return Question(source.tables[0], source.id)


def _read(market: Market, question: Question, column: str, kind: ValueKind = "text", **options: object) -> ValuePage:
    with unbound(market.database).read() as session:
        return read_column_values(session, market.analyst, question, column, kind, **options)  # type: ignore[arg-type]


def test_column_values_of_a_file_the_most_frequent_come_first_in_pages(market: Market, tmp_path: Path) -> None:
    question = _source(market, tmp_path)
    first = _read(market, question, "name", limit=3)
    rest = _read(market, question, "name", offset=3, limit=100)
    assert first == ValuePage(
        (CountedValue("meter 044", 45), CountedValue("meter 043", 44), CountedValue("meter 042", 43)), more=True
    )
    assert len(rest.values) == 42
    assert rest.values[-1] == CountedValue(None, 1)
    assert not rest.more
    assert not _read(market, question, "name", limit=45).more


def test_column_values_searched_and_chosen_keep_the_other_filters(market: Market, tmp_path: Path) -> None:
    question = _source(market, tmp_path)
    filtered = Question(question.table, question.source_id, filters=(Filter("number", "eq", (0,)),))
    assert [one.value for one in _read(market, filtered, "name", search="METER 04").values] == ["meter 040"]
    chosen = _read(market, filtered, "name", chosen=("meter 040", "meter 041", "no such meter"))
    assert chosen.values == (CountedValue("meter 040", 41),)
    assert [one.value for one in _read(market, question, "number", "integer", search="3").values] == [3]
    assert {one.value for one in _read(market, question, "odd", "boolean").values} == {True, False}


def test_column_values_of_a_calculated_column_are_counted(market: Market, tmp_path: Path) -> None:
    question = _source(market, tmp_path)
    calculated = Question(question.table, question.source_id, calculations=(Calculation("tenth", "left(name, 8)"),))
    assert _read(market, calculated, "tenth", limit=1).values == (CountedValue("meter 03", 355),)


@pytest.mark.parametrize("search", ["", "PAI"])
def test_column_values_of_orders_are_those_that_the_reader_may_see(market: Market, search: str) -> None:
    with unbound(market.database).read() as session:
        shops = read_column_values(session, market.keeper, Question("orders"), "shop_id", "text")
        states = read_column_values(session, market.analyst, Question("orders"), "status", "text", search=search)
        with pytest.raises(Denied):
            read_column_values(session, market.technician, Question("orders"), "status", "text")
    assert shops.values == (CountedValue("a.example", 4),)
    assert states.values[0] == CountedValue("paid", 3)
    assert len(states.values) == (1 if search else 2)
