"""Data models on real databases: created, queried as tables, checked after a file changed, and deleted."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from benchboard.analytics import model_services
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.data_models.definition import (
    CalculatedField,
    FieldDisplay,
    ModelDefinition,
    ModelJoin,
    ModelMeasure,
)
from benchboard.analytics.data_models.stored_models import store_definition
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.model_services import ModelSummary
from benchboard.analytics.queries import ResultTable, check_source_query, run_query
from benchboard.analytics.sources import services
from benchboard.analytics.sources.configuration import tables_of
from benchboard.analytics.sources.removal import remove_source
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.state import examine
from benchboard.analytics.table_browser import list_tables
from benchboard.errors import Conflict, Denied, Invalid, NotFound
from benchboard.paging import Listing
from benchboard.storage.models.analytics import DataModel
from benchboard.storage.models.base import new_id
from benchboard.storage.models.dashboards import Dashboard, Widget
from benchboard.storage.models.identity import AuditLog
from support.databases import unbound
from support.orders import Market


@pytest.fixture
def trips(market: Market, tmp_path: Path) -> Iterator[SourceSummary]:
    yield add(market, tmp_path / "trips.csv", "Trips", "id,city_id,Distance (km)\n1,7,10\n2,9,5\n3,7,2.5\n")
    with unbound(market.database).change() as session:
        for one in session.scalars(select(DataModel)):
            session.delete(one)
        for source in services.list_sources(session, market.analyst, Listing()).rows:
            remove_source(session, market.analyst, source.id, even_if_used=True)
        model_services.audit.record(session, market.analyst, "model.delete", None)


@pytest.fixture
def cities(market: Market, tmp_path: Path, trips: SourceSummary) -> SourceSummary:
    return add(market, tmp_path / "cities.csv", "City list", "id,name\n7,Ankara\n8,İzmir\n")


def add(market: Market, file: Path, name: str, text: str) -> SourceSummary:
    file.write_text(text, encoding="utf-8")
    tables = tables_of(tuple(table.scan for table in inspect_file(file).tables))
    with unbound(market.database).change() as session:
        return services.add_source(
            session, market.analyst, name=name, kind="csv", tables=tables, state=examine(tables, CancelToken())
        )


def definition(market: Market, trips: SourceSummary, cities: SourceSummary) -> ModelDefinition:
    """Trips with the name of their city, in miles too, and their whole distance."""
    with unbound(market.database).read() as session:
        base = model_services.table_definition(session, market.analyst, trips.id, "trips").tables[0]
        other = model_services.model_table(
            session, market.analyst, cities.id, "cities", [("id", "cities_id"), ("name", "name")]
        )
    return ModelDefinition(
        (base, other),
        (ModelJoin((("city_id", "id"),)),),
        (CalculatedField("miles", "distance_km * 0.5", "text", FieldDisplay("Way", "mi")),),
        (
            ModelMeasure("fare", "sum", "miles * 4", "text", FieldDisplay("Fares", "EUR", "money")),
            ModelMeasure("trip_count", "count", "", "integer", FieldDisplay("Journeys")),
        ),
    ).with_display("name", FieldDisplay("City", description="Where it ended")).with_display(
        "cities_id", FieldDisplay(hidden=True)
    )  # fmt: skip


def create(market: Market, made: ModelDefinition, name: str = "Trips by city") -> ModelSummary:
    with unbound(market.database).change() as session:
        return model_services.create_model(session, market.analyst, name=name, definition=made)


def ask(market: Market, text: str, source_id: str | None) -> ResultTable:
    with unbound(market.database).read() as session:
        return run_query(session, market.analyst, text, source_id=source_id)


def test_model_over_files_of_two_sources_is_queried_as_a_table(
    market: Market, trips: SourceSummary, cities: SourceSummary
) -> None:
    model = create(market, definition(market, trips, cities))
    found = ask(
        market,
        'SELECT name, sum(fare) AS fare, count(*) AS trip_count, avg(miles) AS average_miles FROM "Trips by city"'
        " GROUP BY ALL ORDER BY 2 DESC",
        trips.id,
    )
    assert found.rows == (
        ("Ankara", Decimal("25.000"), 2, Decimal("3.125")),
        (None, Decimal("10.000"), 1, Decimal("2.5")),
    )
    assert [one.title for one in found.columns] == ["City", "Fares", "Journeys", "Average way (mi)"]
    assert (found.columns[1].format, found.columns[1].presentation.currency) == ("money", "EUR")
    assert found.currency(found.rows[0], 1) == "EUR"

    rows = ask(market, 'SELECT * FROM "trips BY city" LIMIT 1', trips.id)
    assert [one.title for one in rows.columns] == ["id", "city_id", "Distance (km)", "City", "Way (mi)"]
    renamed = ask(market, 'SELECT t."name" AS town FROM (SELECT *, 1 AS one FROM "Trips by city") AS t', trips.id)
    assert [one.title for one in renamed.columns] == ["Town"]
    with unbound(market.database).read() as session:
        checked = check_source_query(session, market.analyst, 'SELECT miles FROM "Trips by city"', trips.id)
        browsed = next(one for one in list_tables(session, market.analyst) if one.id == trips.id)
        shown = model_services.preview(session, market.analyst, definition(market, trips, cities), limit=2)
    assert [(one.title, one.kind) for one in checked] == [("Way (mi)", "decimal")]
    table = browsed.table("Trips by city")
    assert table is not None
    assert (table.model_id, table.rows) == (model.id, 3)
    assert [(one.title, one.aggregate) for one in table.columns[-3:]] == [
        ("Way (mi)", None), ("Fares", "sum"), ("Journeys", "count"),
    ]  # fmt: skip
    assert "cities_id" not in [one.name for one in table.columns]
    assert len(shown.rows) == 2
    with pytest.raises(Invalid, match="no table"):
        ask(market, 'SELECT * FROM "Trips by city"', cities.id)


def test_model_is_changed_renamed_deleted_and_audited(
    market: Market, trips: SourceSummary, cities: SourceSummary
) -> None:
    made = definition(market, trips, cities)
    model = create(market, made)
    with unbound(market.database).change() as session:
        dashboard = Dashboard(id=new_id(), organisation_id=market.analyst.organisation_id, name="Fleet",
                              user_id=market.analyst.user_id)  # fmt: skip
        session.add(dashboard)
        session.flush()
        for title, text in (("A", 'SELECT name FROM "Trips by city"'), ("B", 'SELECT id FROM "Trips by city"')):
            session.add(
                Widget(id=new_id(), organisation_id=market.analyst.organisation_id, dashboard_id=dashboard.id,
                       type="table", query=text, data_source_id=trips.id, position={},
                       config={"benchboard": {"item": {"title": title}}})
            )  # fmt: skip
        model_services.audit.record(session, market.analyst, "dashboard.create", dashboard.id)
    with unbound(market.database).change() as session:
        assert [one.name for one in model_services.model_uses(session, market.analyst, model.id, ["name"])] == ["A"]
        assert len(model_services.model_uses(session, market.analyst, model.id)) == 2
        with pytest.raises(Conflict, match="1 data model reads “City list”") as caught:
            remove_source(session, market.analyst, cities.id)
        assert caught.value.facts["models"] == ("Trips by city",)
        with pytest.raises(Conflict, match="1 dashboard uses"):
            model_services.delete_model(session, market.analyst, model.id)
        with pytest.raises(Conflict, match="already exists"):
            model_services.create_model(session, market.analyst, name="TRIPS by city", definition=made)
        with pytest.raises(Conflict, match="has a table named"):
            model_services.create_model(session, market.analyst, name="Trips", definition=made)
        with pytest.raises(Conflict, match="was changed while"):
            model_services.update_model(
                session, market.analyst, model.id, seen=datetime(2020, 1, 1, tzinfo=UTC), name="X"
            )
        changed = model_services.update_model(session, market.analyst, model.id, seen=model.updated_at, name="Rides")
        for name in ("a.b", 'a"b', "", "x" * 64):
            with pytest.raises(Invalid):
                model_services.checked_name(name)
    with unbound(market.database).change() as session:
        listed = model_services.list_models(session, market.analyst, Listing(search="rid")).rows
        assert [(one.name, one.source, one.problems) for one in listed] == [("Rides", "Trips", ())]
        assert model_services.get_model_matching(session, market.analyst, "rides").id == model.id
        with pytest.raises(NotFound, match="Rides"):
            model_services.get_model_matching(session, market.analyst, "rydes")
        with pytest.raises(Denied):
            model_services.update_model(session, market.keeper, model.id, seen=changed.updated_at, name="Y")
        with pytest.raises(NotFound):
            model_services.get_model(session, market.stranger, model.id)
        stored = model_services.delete_model(session, market.analyst, model.id, even_if_used=True)
        assert stored is not None
        model_services.create_model(
            session, market.analyst, name=stored.name, definition=stored.definition, model_id=stored.id
        )
    with unbound(market.database).read() as session:
        events = list(session.scalars(select(AuditLog.action).where(AuditLog.resource_id == model.id)))
    assert sorted(events) == ["create", "create", "delete", "update"]


def test_model_names_what_broke_when_its_file_changed_and_a_query_says_so(
    market: Market, trips: SourceSummary, cities: SourceSummary, tmp_path: Path
) -> None:
    model = create(market, definition(market, trips, cities))
    file = tmp_path / "cities.csv"
    file.write_text("id,town\n7,Ankara\n", encoding="utf-8")
    tables = tables_of(tuple(table.scan for table in inspect_file(file).tables))
    with unbound(market.database).change() as session:
        services.update_source(session, market.analyst, cities.id, tables=tables)
    with unbound(market.database).read() as session:
        found = model_services.check_model(session, market.analyst, model.id)
        browsed = next(one for one in list_tables(session, market.analyst) if one.id == trips.id)
    assert [one.sentence for one in found.problems] == ["“cities” has no column “name” any more."]
    assert browsed.table("Trips by city") is None
    with pytest.raises(Invalid, match="is broken") as caught:
        ask(market, 'SELECT * FROM "Trips by city"', trips.id)
    assert "no column “name”" in caught.value.why


@pytest.mark.parametrize(
    ("expression", "words"),
    [("distance_km +", "isn't finished"), ("nothing_here * 2", "nothing_here"),
     ("read_text('/etc/passwd')", "isn't supported"), ("(SELECT 1)", "can't contain a query"),
     ("sum(distance_km)", "calculates over many rows")],
)  # fmt: skip
def test_model_with_an_expression_that_cannot_be_is_refused(
    market: Market, trips: SourceSummary, expression: str, words: str
) -> None:
    with unbound(market.database).change() as session:
        made = model_services.table_definition(session, market.analyst, trips.id, "trips")
        made = replace(made, calculations=(CalculatedField("x", expression, "decimal"),))
        with pytest.raises(Invalid, match=words):
            model_services.create_model(session, market.analyst, name="M", definition=made)
        bad = ModelMeasure("m", "sum", "'a'", "text")
        with pytest.raises(Invalid, match="can't be calculated"):
            model_services.create_model(
                session, market.analyst, name="M", definition=replace(made, calculations=(), measures=(bad,))
            )


@pytest.mark.parametrize("name", ["revenue / n", "2nd", "net-price", "my revenue", "a.b", 'say "so"', "n;"])
def test_measure_with_a_name_that_formulas_can_not_have_is_refused(
    market: Market, trips: SourceSummary, name: str
) -> None:
    """It was refused in the window's popover alone."""
    with unbound(market.database).change() as session:
        made = model_services.table_definition(session, market.analyst, trips.id, "trips")
        wrong = replace(made, measures=(ModelMeasure(name, "sum", "id", "integer"),))
        with pytest.raises(Invalid, match="A measure can't be named") as caught:
            model_services.create_model(session, market.analyst, name="M", definition=wrong)
        assert (caught.value.code, caught.value.facts["field"]) == ("models.measure-name", name)
        kept = model_services.create_model(session, market.analyst, name="M", definition=made)
        with pytest.raises(Invalid, match="A measure can't be named"):
            model_services.update_model(session, market.analyst, kept.id, seen=kept.updated_at, definition=wrong)


def test_measure_that_has_such_a_name_already_keeps_it(market: Market, trips: SourceSummary) -> None:
    with unbound(market.database).change() as session:
        made = model_services.table_definition(session, market.analyst, trips.id, "trips")
        old, new = (ModelMeasure(name, "sum", "id", "integer") for name in ("net price", "net cost"))
        model = model_services.create_model(session, market.analyst, name="M", definition=made)
        row = session.get(DataModel, model.id)
        assert row is not None
        store_definition(row, replace(made, measures=(old,)))  # as an earlier version did
        session.flush()
        hidden = replace(made, measures=(old,)).with_display("id", FieldDisplay(hidden=True))
        model = model_services.update_model(session, market.analyst, model.id, seen=row.updated_at, definition=hidden)
        with pytest.raises(Invalid, match="“net cost”"):
            model_services.update_model(
                session, market.analyst, model.id, seen=model.updated_at, definition=replace(made, measures=(old, new))
            )
        stored = model_services.delete_model(session, market.analyst, model.id)
        assert stored is not None
        back = model_services.create_model(
            session, market.analyst, name="M", definition=stored.definition, model_id=stored.id
        )
        assert back.definition is not None
        assert [one.name for one in back.definition.measures] == ["net price"]


@pytest.mark.parametrize("source", ["file", "own"])
def test_division_by_zero_in_a_calculated_field_is_empty_and_sums_leave_it_out(
    market: Market, trips: SourceSummary, source: str
) -> None:
    """DuckDB's infinity made every sum over it infinite, which was shown as nothing."""
    table, divisor = ("trips", "id - 1") if source == "file" else ("orders", "order_total - order_total")
    source_id = trips.id if source == "file" else ""
    with unbound(market.database).read() as session:
        made = model_services.table_definition(session, market.analyst, source_id, table)
    number = "distance_km" if source == "file" else "order_total"
    made = replace(
        made,
        calculations=(CalculatedField("rate", f"{number} / ({divisor})", "decimal"),),
        measures=(ModelMeasure("total", "sum", f"{number} / ({divisor})", "decimal"),),
    )
    create(market, made, "Rates")
    (row,) = ask(market, 'SELECT count(rate), sum(rate), sum(total), max(rate) FROM "Rates"', source_id or None).rows
    assert [None if one is None else float(str(one)) for one in row] == (
        [2, 6.25, 6.25, 5] if source == "file" else [0, None, None, None]
    )
    found = ask(market, 'SELECT rate FROM "Rates"', source_id or None)
    assert found.not_numbers == 0


def test_model_written_into_the_database_reads_no_file_of_its_own(market: Market, trips: SourceSummary) -> None:
    model = create(market, definition(market, trips, trips_alone(market, trips)))
    with unbound(market.database).change() as session:
        row = session.get(DataModel, model.id)
        assert row is not None
        row.calculated_fields = [{"name": "x", "expression": "read_text('/etc/passwd')", "kind": "text"}]
        model_services.audit.record(session, market.analyst, "model.update", model.id)
    with pytest.raises(Invalid, match="is broken") as caught:
        ask(market, 'SELECT * FROM "Trips by city"', trips.id)
    assert "read_text" in caught.value.why


def trips_alone(market: Market, trips: SourceSummary) -> SourceSummary:
    return add(market, Path(trips.path).with_name("cities.csv"), "City list", "id,name\n7,Ankara\n")


def test_model_over_own_orders_is_queried_on_both_engines(market: Market, trips: SourceSummary) -> None:
    with unbound(market.database).read() as session:
        made = model_services.table_definition(session, market.analyst, "", "orders")
    made = replace(
        made.with_display("status", FieldDisplay("Zustand")),
        calculations=(CalculatedField("net", "order_total * 0.5", "decimal", FieldDisplay("Net", "EUR", "money")),),
        measures=(ModelMeasure("order_count", "count", "", "integer", FieldDisplay("Bestellungen")),),
    )
    create(market, made, "Net orders")
    found = ask(
        market,
        'SELECT status, sum(net) AS total_net, count(*) AS order_count FROM "Net orders" GROUP BY 1 ORDER BY 1',
        None,
    )
    assert [one.title for one in found.columns] == ["Zustand", "Net", "Bestellungen"]
    assert [row[2] for row in found.rows] == [3, 3]
    assert found.columns[1].presentation.currency == "EUR"
    rows = ask(market, 'SELECT * FROM "Net orders" LIMIT 1', None)
    assert [one.title for one in rows.columns][-2:] == ["Order time", "Net"]
    with unbound(market.database).read() as session:
        own = list_tables(session, market.analyst)[0]
    assert [one.name for one in own.tables] == ["orders", "Net orders"]
    with unbound(market.database).read() as session, pytest.raises(Invalid, match="no table"):
        run_query(session, market.technician, 'SELECT * FROM "Net orders"')
