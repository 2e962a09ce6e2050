"""A renamed measure goes on being read under the names that queries know it by."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from test_model_services import ask, create, trips

from benchboard.analytics import model_services
from benchboard.analytics.data_models.definition import FieldDisplay, ModelDefinition, ModelMeasure
from benchboard.analytics.data_models.measures import renamed_measure
from benchboard.analytics.model_services import ModelSummary
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.table_browser import list_tables
from benchboard.errors import Invalid
from benchboard.storage.models.base import new_id
from benchboard.storage.models.dashboards import Dashboard, Widget
from support.databases import unbound
from support.orders import Market

__all__ = ["trips"]

WAY = ModelMeasure("way", "sum", "distance_km", "decimal", FieldDisplay("Way driven", "km"))
LONG = ModelMeasure("long_way", "sum", "distance_km", "decimal", condition="distance_km >= 5")
PART = ModelMeasure("part", "formula", "long_way / way", "decimal", FieldDisplay("Part", format="percent"))
OLD_QUERY = 'SELECT sum(way) AS way, sum(long_way) / sum(way) AS part FROM "Ways"'


@pytest.fixture
def ways(market: Market, trips: SourceSummary) -> ModelSummary:
    with unbound(market.database).read() as session:
        made = model_services.table_definition(session, market.analyst, trips.id, "trips")
    return create(market, replace(made, measures=(WAY, LONG, PART)), "Ways")


def _change(market: Market, model: ModelSummary, change: Callable[[ModelDefinition], ModelDefinition]) -> ModelSummary:
    assert model.definition is not None
    with unbound(market.database).change() as session:
        return model_services.update_model(
            session, market.analyst, model.id, seen=model.updated_at, definition=change(model.definition)
        )


def test_query_that_names_a_renamed_measure_still_answers(
    market: Market, trips: SourceSummary, ways: ModelSummary
) -> None:
    before = ask(market, OLD_QUERY, trips.id)
    found = _change(market, ways, lambda one: renamed_measure(one, "way", "distance"))
    assert found.definition is not None
    assert [one.name for one in found.definition.measures] == ["distance", "long_way", "part"]
    assert found.definition.measures[2].expression == "long_way / distance"
    after = ask(market, OLD_QUERY, trips.id)
    assert after.rows == before.rows
    assert [(one.name, one.title, one.format) for one in after.columns] == [
        (one.name, one.title, one.format) for one in before.columns
    ]
    both = ask(market, 'SELECT sum(way) AS a, sum(distance) AS b FROM "Ways" WHERE way > 3', trips.id)
    assert both.rows == ((15, 15),)

    # Twice, and back again.
    again = _change(market, found, lambda one: renamed_measure(one, "distance", "km"))
    assert again.definition is not None
    assert again.definition.measures[0].earlier == ("way", "distance")
    assert ask(market, OLD_QUERY, trips.id).rows == before.rows
    back = _change(market, again, lambda one: renamed_measure(one, "km", "way"))
    assert back.definition is not None
    assert back.definition.measures[0].earlier == ("distance", "km")
    assert ask(market, 'SELECT sum(distance) AS a, sum(km), sum(way) FROM "Ways"', trips.id).columns[0].name == "a"


def test_rows_of_a_model_have_no_column_for_an_earlier_name(
    market: Market, trips: SourceSummary, ways: ModelSummary
) -> None:
    names = [one.name for one in ask(market, 'SELECT * FROM "Ways"', trips.id).columns]
    _change(market, ways, lambda one: renamed_measure(one, "way", "distance"))
    assert [one.name for one in ask(market, 'SELECT * FROM "Ways"', trips.id).columns] == names
    with unbound(market.database).read() as session:
        browsed = next(one for one in list_tables(session, market.analyst) if one.id == trips.id).table("Ways")
    assert browsed is not None
    assert "way" not in [one.name for one in browsed.columns]
    assert browsed.column("way") == browsed.column("distance")


def test_renamed_formula_keeps_the_title_of_what_queries_call_by_its_earlier_name(
    market: Market, trips: SourceSummary, ways: ModelSummary
) -> None:
    _change(market, ways, lambda one: renamed_measure(one, "part", "share"))
    column = ask(market, OLD_QUERY, trips.id).columns[1]
    assert (column.name, column.title, column.format) == ("part", "Part", "percent")


def test_uses_of_a_renamed_measure_are_those_of_its_earlier_names(
    market: Market, trips: SourceSummary, ways: ModelSummary
) -> None:
    _add_widget(market, trips.id)
    renamed = _change(market, ways, lambda one: renamed_measure(one, "way", "distance"))
    with unbound(market.database).read() as session:
        uses = model_services.model_uses(session, market.analyst, renamed.id, ("distance",))
        assert [(one.kind, one.name) for one in uses] == [("field", "part"), ("widget", "Way by city")]
        assert not model_services.model_uses(session, market.analyst, renamed.id, ("city_id",))


def _add_widget(market: Market, source_id: str) -> None:
    owner = market.analyst
    with unbound(market.database).change() as session:
        dashboard = Dashboard(id=new_id(), organisation_id=owner.organisation_id, name="Fleet", user_id=owner.user_id)
        session.add(dashboard)
        session.flush()
        session.add(
            Widget(
                id=new_id(), organisation_id=owner.organisation_id, dashboard_id=dashboard.id, type="table",
                query="SELECT sum(way) AS n FROM \"Ways\"", data_source_id=source_id, position={},
                config={"benchboard": {"item": {"title": "Way by city"}}},
            )
        )  # fmt: skip
        model_services.audit.record(session, owner, "dashboard.create", dashboard.id)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda one: replace(one, measures=(*one.measures, replace(WAY, name="way"))), "may still use the name “way”"),
        (lambda one: replace(one, measures=(replace(one.measures[0], earlier=("a b",)), *one.measures[1:])),
         "A measure can't be named “a b”"),
        (lambda one: replace(one, measures=(one.measures[0], replace(one.measures[1], earlier=("WAY",)))),
         "may still use the name “WAY”"),
        (lambda one: replace(one, measures=(replace(one.measures[0], earlier=tuple(f"n{k}" for k in range(21))),)),
         "20 earlier names"),
    ],
)  # fmt: skip
def test_names_that_queries_could_not_tell_apart_are_refused(
    market: Market,
    trips: SourceSummary,
    ways: ModelSummary,
    change: Callable[[ModelDefinition], ModelDefinition],
    said: str,
) -> None:
    renamed = _change(market, ways, lambda one: renamed_measure(one, "way", "distance"))
    with pytest.raises(Invalid, match=said):
        _change(market, renamed, change)


def test_measure_over_own_orders_is_read_by_its_earlier_name(market: Market) -> None:
    with unbound(market.database).read() as session:
        made = model_services.table_definition(session, market.analyst, "", "orders")
    model = create(market, replace(made, measures=(ModelMeasure("turnover", "sum", "order_total", "decimal"),)), "Net")
    query = 'SELECT status, sum(turnover) AS turnover FROM "Net" GROUP BY 1 ORDER BY 1'
    before = ask(market, query, None)
    _change(market, model, lambda one: renamed_measure(one, "turnover", "revenue"))
    assert ask(market, query, None).rows == before.rows
