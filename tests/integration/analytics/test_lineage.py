"""What uses tables, columns, models and fields, on real databases."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from benchboard.analytics import model_services
from benchboard.analytics.cancellation import CancelToken
from benchboard.analytics.data_models.definition import CalculatedField, ModelDefinition, ModelJoin, ModelMeasure
from benchboard.analytics.files.inspection import inspect_file
from benchboard.analytics.model_services import ModelSummary
from benchboard.analytics.sources import services
from benchboard.analytics.sources.configuration import tables_of
from benchboard.analytics.sources.lineage import LineageUse, column_uses, field_origins, table_uses, uses_text
from benchboard.analytics.sources.removal import remove_source
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.sources.state import examine
from benchboard.analytics.sources.table_lineage import table_lineage
from benchboard.errors import Conflict, Denied
from benchboard.identity import audit
from benchboard.paging import Listing
from benchboard.storage.models.analytics import Alert, DataModel, DataSourceGrant, Metric
from benchboard.storage.models.base import new_id, now
from benchboard.storage.models.dashboards import Dashboard, DashboardLayout, Widget
from support.databases import unbound
from support.orders import Market


@pytest.fixture
def trips(market: Market, tmp_path: Path) -> Iterator[SourceSummary]:
    yield add(market, tmp_path / "trips.csv", "Trips", "id,city_id,km\n1,7,10\n2,9,5\n")
    with unbound(market.database).change() as session:
        for kind in (DataModel, Widget, Dashboard, DashboardLayout, Alert, Metric):
            for one in session.scalars(select(kind)):
                session.delete(one)
            session.flush()
        for source in services.list_sources(session, market.analyst, Listing()).rows:
            remove_source(session, market.analyst, source.id, even_if_used=True)
        audit.record(session, market.analyst, "model.delete", None)


def add(market: Market, file: Path, name: str, text: str) -> SourceSummary:
    file.write_text(text, encoding="utf-8")
    tables = tables_of(tuple(table.scan for table in inspect_file(file).tables))
    with unbound(market.database).change() as session:
        return services.add_source(
            session, market.analyst, name=name, kind="csv", tables=tables, state=examine(tables, CancelToken())
        )


def dashboard(
    market: Market,
    name: str,
    queries: dict[str, str],
    source_id: str | None,
    variable: str = "",
    *,
    trash: bool = False,
) -> None:
    """A dashboard with a widget for each title and query."""
    organisation = market.analyst.organisation_id
    variables = [{"name": "city", "type": "query", "query": variable, "data_source_id": source_id}] if variable else []
    with unbound(market.database).change() as session:
        row = Dashboard(id=new_id(), organisation_id=organisation, name=name, user_id=market.analyst.user_id,
                        layout={"variables": variables}, deleted_at=now() if trash else None)  # fmt: skip
        session.add(row)
        session.flush()
        for title, text in queries.items():
            session.add(
                Widget(id=new_id(), organisation_id=organisation, dashboard_id=row.id, type="table", query=text,
                       data_source_id=source_id, position={}, config={"benchboard": {"item": {"title": title}}})
            )  # fmt: skip
        audit.record(session, market.analyst, "dashboard.create", row.id)


def trips_model(market: Market, trips: SourceSummary) -> ModelSummary:
    with unbound(market.database).change() as session:
        base = model_services.table_definition(session, market.analyst, trips.id, "trips").tables
        made = ModelDefinition(
            base,
            (),
            (CalculatedField("miles", "km * 0.6", "decimal"),),
            (ModelMeasure("way", "sum", "miles", "decimal"),),
        )
        return model_services.create_model(session, market.analyst, name="Rides", definition=made)


def names(uses: Collection[LineageUse]) -> list[str]:
    return [f"{one.kind} {one.name}{' through ' + one.through if one.through else ''}" for one in uses]


def test_columns_are_found_by_parsing_and_not_in_texts(market: Market, trips: SourceSummary) -> None:
    dashboard(
        market, "Fleet",
        {
            "A": "SELECT km FROM trips",
            "B": "SELECT id, 'km' AS label FROM trips -- km",
            "C": "SELECT * FROM trips",
            "D": "WITH km AS (SELECT id FROM trips) SELECT id FROM km",
            "E": "SELECT km FROM (",
        },
        trips.id,
        "SELECT DISTINCT city_id FROM trips",
    )  # fmt: skip
    dashboard(market, "Old", {"F": "SELECT km FROM trips"}, trips.id, trash=True)
    with unbound(market.database).read() as session:
        of_km = table_uses(session, market.analyst, trips.id, "trips", ["km"])
        of_city = table_uses(session, market.analyst, trips.id, "trips", ["city_id"])
        of_all = table_uses(session, market.analyst, trips.id)
        by_column = column_uses(session, market.analyst, trips.id, "trips")
    assert names(of_km) == ["widget A", "widget C"]
    assert names(of_city) == ["widget C", "variable city"]
    assert uses_text(of_all) == "5 widgets on 1 dashboard and 1 variable"
    assert {name: names(uses) for name, uses in by_column.items()}["id"] == ["widget B", "widget C", "widget D"]


def test_what_reads_a_model_reads_its_columns(market: Market, trips: SourceSummary) -> None:
    model = trips_model(market, trips)
    dashboard(market, "Fleet", {"A": 'SELECT way FROM "Rides"', "B": "SELECT id FROM rides", "C": "SELECT 1"}, trips.id)
    with unbound(market.database).read() as session:
        of_km = table_uses(session, market.analyst, trips.id, "trips", ["km"])
        of_field = model_services.model_uses(session, market.analyst, model.id, ["km"])
        of_id = model_services.model_uses(session, market.analyst, model.id, ["id"])
        of_model = model_services.model_uses(session, market.analyst, model.id)
    assert names(of_km) == ["model Rides", "widget A through Rides", "widget B through Rides"]  # it breaks as a whole
    assert names(of_field) == ["field miles", "field way", "widget A"]
    assert names(of_id) == ["widget B"]
    assert names(of_model) == ["widget A", "widget B"]
    assert model.definition is not None
    assert field_origins(model.definition, "way", "duckdb") == ((trips.id, "trips", "km"),)


def test_lineage_of_tables_says_where_they_come_from_and_what_reads_them_besides_a_model(
    market: Market, trips: SourceSummary, tmp_path: Path
) -> None:
    cities = add(market, tmp_path / "cities.csv", "City list", "id,name\n7,Ankara\n")
    model = trips_model(market, trips)
    dashboard(market, "Fleet", {"A": "SELECT km FROM trips", "B": 'SELECT way FROM "Rides"'}, trips.id)
    keys = [(trips.id, "trips"), (cities.id, "cities"), ("", "orders"), (new_id(), "gone")]
    with unbound(market.database).read() as session:
        found = table_lineage(session, market.analyst, keys)
        stored = services.get_source(session, market.analyst, trips.id)
    of_trips, of_cities, own, gone = (found[key] for key in keys)
    assert of_trips.source == stored
    assert of_trips.origin == str(tmp_path / "trips.csv")
    assert (of_trips.refreshed, of_trips.is_live, of_trips.problem) == (stored.last_sync, False, "")
    assert names(of_trips.uses) == ["model Rides", "widget A", "widget B through Rides"]
    assert names(of_trips.other_uses(model.id)) == ["widget A", "widget B through Rides"]
    assert of_cities.uses == ()
    assert (own.source, own.is_live, own.origin) == (None, True, "")
    assert (gone.source, gone.is_live) == (None, False)


def test_other_sources_home_pages_and_alerts_are_among_the_uses(
    market: Market, trips: SourceSummary, tmp_path: Path
) -> None:
    cities = add(market, tmp_path / "cities.csv", "City list", "id,name\n7,Ankara\n")
    text = 'SELECT c.name FROM trips JOIN "City list".cities c ON c.id = trips.city_id'
    dashboard(market, "Fleet", {"A": text, "B": "SELECT 'City list' AS name FROM trips"}, trips.id)
    with unbound(market.database).change() as session:
        organisation, user = market.analyst.organisation_id, market.analyst.user_id
        home = [{"id": "w1", "title": "Mine", "query": "SELECT name FROM cities", "data_source_id": cities.id}]
        session.add(DashboardLayout(id=new_id(), organisation_id=organisation, user_id=user, config=home))
        metric = Metric(id=new_id(), organisation_id=organisation, name="Cities", data_source_id=cities.id,
                        query="SELECT count(DISTINCT name) FROM cities")  # fmt: skip
        session.add(metric)
        session.flush()
        session.add(Alert(id=new_id(), organisation_id=organisation, user_id=user, metric_id=metric.id,
                          name="Many cities", threshold_type="above", threshold_value=5))  # fmt: skip
        audit.record(session, market.analyst, "dashboard.create", None)
    with unbound(market.database).read() as session:
        found = table_uses(session, market.analyst, cities.id, "cities", ["name"])
        source = table_uses(session, market.analyst, cities.id)
    assert names(found) == ["widget A", "widget Mine", "alert Many cities"]
    assert found[1].dashboard == "Home"
    assert source == found
    assert uses_text(found) == "2 widgets on 2 dashboards and 1 alert"


def test_own_relations_have_uses_and_roles_without_sources_none(market: Market, trips: SourceSummary) -> None:
    dashboard(market, "Sales", {"A": "SELECT status FROM orders", "B": "SELECT id FROM orders"}, None)
    with unbound(market.database).read() as session:
        assert names(table_uses(session, market.analyst, "", "orders", ["status"])) == ["widget A"]
    assert uses_text(()) == ""
    with unbound(market.database).read() as session, pytest.raises(Denied):
        table_uses(session, market.technician, trips.id)


JOINED = (
    "SELECT city_name, sum(km) AS total\nFROM (\n"
    "  SELECT trips.*,\n  cities.id AS cities_id,\n  cities.name AS city_name\n"
    '  FROM trips\n  LEFT JOIN "City list".cities ON trips.city_id = cities.id\n) AS trips\nGROUP BY 1'
)


def test_source_that_widgets_only_join_is_used_with_the_columns_they_name(
    market: Market, trips: SourceSummary, tmp_path: Path
) -> None:
    cities = add(market, tmp_path / "cities.csv", "City list", "id,name,mayor\n7,Ankara,M\n")
    alone = add(market, tmp_path / "lonely.csv", "Lonely", "id,name\n7,Ankara\n")
    dashboard(market, "Fleet", {"A": JOINED, "B": "SELECT km FROM trips"}, trips.id)
    with unbound(market.database).read() as session:
        of_cities = table_uses(session, market.analyst, cities.id)
        of_table = table_uses(session, market.analyst, cities.id, "cities")
        by_column = column_uses(session, market.analyst, cities.id, "cities")
        of_trips = column_uses(session, market.analyst, trips.id, "trips")
        of_lonely = table_uses(session, market.analyst, alone.id)
    assert names(of_cities) == names(of_table) == ["widget A"]
    assert {name: names(uses) for name, uses in by_column.items()} == {"id": ["widget A"], "name": ["widget A"]}
    assert {name: names(uses) for name, uses in of_trips.items()} == {
        "city_id": ["widget A"],
        "km": ["widget A", "widget B"],
    }
    assert of_lonely == ()
    with unbound(market.database).change() as session:
        with pytest.raises(Conflict) as refused:
            remove_source(session, market.analyst, cities.id)
        assert refused.value.facts["dashboards"] == ("Fleet",)
        remove_source(session, market.analyst, alone.id)


def test_source_that_only_a_variable_reads_is_not_removed_unasked(market: Market, trips: SourceSummary) -> None:
    dashboard(market, "Fleet", {}, trips.id, "SELECT DISTINCT city_id FROM trips")
    with unbound(market.database).change() as session, pytest.raises(Conflict) as refused:
        remove_source(session, market.analyst, trips.id)
    assert refused.value.facts["dashboards"] == ("Fleet",)


def test_source_that_is_joined_in_a_model_is_used_by_the_model_and_its_widgets(
    market: Market, trips: SourceSummary, tmp_path: Path
) -> None:
    cities = add(market, tmp_path / "cities.csv", "City list", "id,name,mayor\n7,Ankara,M\n")
    with unbound(market.database).change() as session:
        base = model_services.table_definition(session, market.analyst, trips.id, "trips").tables
        other = model_services.table_definition(session, market.analyst, cities.id, "cities").tables[0]
        fields = tuple(replace(one, name=f"town_{one.name}") for one in other.fields if one.column != "mayor")
        join = ModelJoin((("city_id", "id"),), "left")
        made = ModelDefinition((*base, replace(other, fields=fields)), (join,))
        model_services.create_model(session, market.analyst, name="Rides", definition=made)
    dashboard(market, "Fleet", {"A": 'SELECT km FROM "Rides"'}, trips.id)
    with unbound(market.database).read() as session:
        found = table_uses(session, market.analyst, cities.id)
        by_column = column_uses(session, market.analyst, cities.id, "cities")
    assert names(found) == ["model Rides", "widget A through Rides"]
    assert list(by_column) == ["id", "name"]


def test_source_is_used_by_a_query_that_joins_it_though_its_own_source_is_hidden(
    market: Market, trips: SourceSummary, tmp_path: Path
) -> None:
    cities = add(market, tmp_path / "cities.csv", "City list", "id,name,mayor\n7,Ankara,M\n")
    dashboard(market, "Fleet", {"A": JOINED}, trips.id)
    with unbound(market.database).change() as session:
        session.add(DataSourceGrant(organisation_id=market.analyst.organisation_id, data_source_id=trips.id))
        audit.record(session, market.analyst, "source.share", trips.id)
    with unbound(market.database).read() as session:
        assert names(table_uses(session, market.analyst, cities.id, "cities", ["name"])) == ["widget A"]
        assert table_uses(session, market.analyst, cities.id, "cities", ["mayor"]) == ()
