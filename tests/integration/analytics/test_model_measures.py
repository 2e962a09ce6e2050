"""Measures of data models that are made of others, of some rows, or count each row of a joined table once."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from test_model_services import add, ask, create, definition, trips

from benchboard.analytics import model_services
from benchboard.analytics.data_models.definition import FieldDisplay, ModelDefinition, ModelJoin, ModelMeasure
from benchboard.analytics.data_models.measures import check_measure
from benchboard.analytics.query_builder.first_question import with_column
from benchboard.analytics.query_builder.question import Question
from benchboard.analytics.query_builder.sql_reader import from_sql
from benchboard.analytics.query_builder.sql_writer import to_sql
from benchboard.analytics.sources.services import SourceSummary
from benchboard.analytics.table_browser import list_tables
from benchboard.errors import Invalid
from support.databases import unbound
from support.orders import Market

__all__ = ["trips"]


def test_measures_of_measures_of_some_rows_and_once_are_what_they_say(
    market: Market, trips: SourceSummary, tmp_path: Path
) -> None:
    goals = add(market, tmp_path / "goals.csv", "Goals", "id,name,goal\n7,Ankara,100\n9,Bolu,40\n")
    made = _with_goal(market, trips, goals)
    measures = (
        ModelMeasure("way", "sum", "distance_km", "decimal"),
        ModelMeasure("long_trips", "count", "", "integer", condition="distance_km >= 5"),
        ModelMeasure("long_way", "sum", "distance_km", "decimal", condition="distance_km >= 5"),
        ModelMeasure("goal_once", "sum", "goal", "decimal", FieldDisplay("Goal"), once=("city_id",)),
        ModelMeasure("reached", "formula", "way / goal_once", "text", FieldDisplay("Reached", format="percent")),
        ModelMeasure("part", "formula", "way / total(way)", "text"),
        ModelMeasure("mean", "formula", "way / long_trips * 2", "text"),
    )
    create(market, replace(made, measures=measures), "Ways")
    with unbound(market.database).read() as session:
        browsed = next(one for one in list_tables(session, market.analyst) if one.id == trips.id)
    table = browsed.table("Ways")
    assert table is not None
    question = with_column(Question("Ways", trips.id), "name", "text", unit="")
    for measure in measures:
        column = table.column(measure.name)
        assert column is not None
        question = with_column(question, column.name, column.kind, unit="", measure=column.measure)
    text = to_sql(question)
    assert from_sql(text, source_id=trips.id) == question

    found = ask(market, text, trips.id)

    numbers = {row[0]: [float(str(value)) for value in row[1:]] for row in found.rows}
    assert numbers == {
        "Ankara": pytest.approx([12.5, 1, 10, 100, 0.125, 12.5 / 17.5, 25]),
        "Bolu": pytest.approx([5, 1, 5, 40, 0.125, 5 / 17.5, 10]),
    }
    titles = {one.name: (one.title, one.format) for one in found.columns}
    assert titles["goal_once"][0] == "Goal"
    assert titles["reached"] == ("Reached", "percent")
    rows = ask(market, 'SELECT * FROM "Ways"', trips.id)
    assert "reached" not in [one.name for one in rows.columns]


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        (
            ModelMeasure("g", "sum", "goal", "decimal", condition="distance_km >= 5", once=("city_id",)),
            "“g” counts each row of one joined table once, and is calculated from others.",
        ),
        (
            ModelMeasure("g", "sum", "goal * distance_km", "decimal", once=("city_id",)),
            "“g” counts each row of one joined table once, and is calculated from others.",
        ),
        (
            ModelMeasure("g", "sum", "goal", "decimal", once=("distance_km",)),
            "The rows of “goals” aren't known by distance_km.",
        ),
        (ModelMeasure("g", "sum", "goal", "decimal", condition="goal >= 50", once=("city_id",)), ""),
    ],
)
def test_measure_that_counts_rows_once_is_of_their_table_alone(
    market: Market, trips: SourceSummary, tmp_path: Path, measure: ModelMeasure, said: str
) -> None:
    """Which of the rows that found one of it was counted was by chance, and with it what was answered."""
    goals = add(market, tmp_path / "goals.csv", "Goals", "id,name,goal\n7,Ankara,100\n9,Bolu,40\n")
    definition = _with_goal(market, trips, goals)
    if not said:
        check_measure(definition, measure, "duckdb")
        return
    with pytest.raises(Invalid) as refused:
        check_measure(definition, measure, "duckdb")
    assert refused.value.what == said


def _with_goal(market: Market, trips: SourceSummary, goals: SourceSummary) -> ModelDefinition:
    """Trips with the name and the goal of their city."""
    with unbound(market.database).read() as session:
        base = model_services.table_definition(session, market.analyst, trips.id, "trips").tables[0]
        columns = [("name", "name"), ("goal", "goal")]
        other = model_services.model_table(session, market.analyst, goals.id, "goals", columns)
    return ModelDefinition((base, other), (ModelJoin((("city_id", "id"),)),))


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        (ModelMeasure("a", "formula", "fare / nothing", "decimal"), "no measure “nothing”"),
        (ModelMeasure("a", "formula", "fare / a", "decimal"), "calculated from itself"),
        (ModelMeasure("a", "formula", "getenv('HOME')", "decimal"), "no measure “getenv”"),
        (ModelMeasure("a", "sum", "miles", "decimal", condition="true) THEN 1 END, (1"), "closes none"),
        (ModelMeasure("a", "sum", "miles", "decimal", condition="(SELECT 1) = 1"), "can't contain a query"),
    ],
)
def test_a_measure_that_cannot_be_calculated_is_refused(
    market: Market, trips: SourceSummary, tmp_path: Path, measure: ModelMeasure, said: str
) -> None:
    cities = add(market, tmp_path / "cities.csv", "City list", "id,name\n7,Ankara\n8,İzmir\n")
    made = definition(market, trips, cities)
    with pytest.raises(Invalid, match=said):
        create(market, replace(made, measures=(*made.measures, measure)))


def test_a_formula_over_own_data_is_calculated(market: Market) -> None:
    with unbound(market.database).read() as session:
        made = model_services.table_definition(session, market.analyst, "", "orders")
    measures = (
        ModelMeasure("turnover", "sum", "order_total", "decimal"),
        ModelMeasure("per_order", "formula", "turnover / count()", "decimal", FieldDisplay("Per order")),
    )
    create(market, replace(made, measures=measures), "Own orders")
    with unbound(market.database).read() as session:
        browsed = next(one for one in list_tables(session, market.analyst) if not one.id)
    table = browsed.table("Own orders")
    assert table is not None
    column = table.column("per_order")
    assert column is not None
    question = with_column(Question("Own orders"), column.name, column.kind, unit="", measure=column.measure)
    found = ask(market, to_sql(question), None)
    expected = ask(market, "SELECT sum(order_total) AS t, count(*) AS n FROM orders", None).rows[0]
    assert float(str(found.rows[0][0])) == pytest.approx(float(Decimal(str(expected[0])) / int(str(expected[1]))))
    assert found.columns[0].title == "Per order"
