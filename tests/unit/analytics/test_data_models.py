"""Data models without a database: their SQL, how they are stored, and what is said to be wrong with them."""

from dataclasses import replace

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchboard.analytics.column_presentation import Presentation
from benchboard.analytics.data_models.definition import (
    AGGREGATES,
    FORMATS,
    PLAIN,
    CalculatedField,
    FieldDisplay,
    ModelDefinition,
    ModelField,
    ModelJoin,
    ModelMeasure,
    ModelTable,
    field_presentation,
)
from benchboard.analytics.data_models.model_sql import ModelView, is_named, model_sql
from benchboard.analytics.data_models.problems import dependants, find_problems, joined_by
from benchboard.analytics.data_models.stored_models import store_definition, stored_model
from benchboard.errors import Invalid
from benchboard.storage.models.analytics import DataModel
from benchboard.storage.models.base import now

TRIPS = ModelTable(
    "s1",
    "trips",
    (
        ModelField("id", "id", "integer", FieldDisplay(hidden=True)),
        ModelField("city_id", "city_id", "integer"),
        ModelField("km", "km", "decimal", FieldDisplay("Strecke", "km")),
    ),
)
CITIES = ModelTable("s1", "cities", (ModelField("id", "cities_id", "integer"), ModelField("name", "name", "text")))
MODEL = ModelDefinition(
    (TRIPS, CITIES),
    (ModelJoin((("city_id", "id"),)),),
    (CalculatedField("miles", "km * 0.6", "decimal"), CalculatedField("double", "miles * 2", "decimal")),
    (
        ModelMeasure("distance", "sum", "double", "decimal", FieldDisplay("Distance", "EUR", "money")),
        ModelMeasure("trip_count", "count", "", "integer", FieldDisplay("Trips")),
    ),
)
COLUMNS = {
    ("s1", "trips"): {"id": "integer", "city_id": "integer", "km": "decimal"},
    ("s1", "cities"): {"id": "integer", "name": "text"},
}


def problems(model: ModelDefinition, **changed: dict[str, str] | None) -> list[str]:
    found = {key: changed.get(key[1], value) for key, value in COLUMNS.items()}
    return [one.sentence for one in find_problems(model, lambda source, table: found.get((source, table)))]  # type: ignore[arg-type, return-value]  # kinds


def test_model_sql_has_hidden_fields_and_measures_only_where_they_are_named() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE trips AS SELECT * FROM (VALUES (1, 7, 10.0), (2, 9, 5.0)) t(id, city_id, km)")
        connection.execute("CREATE TABLE cities AS SELECT * FROM (VALUES (7, 'Ankara')) t(id, name)")

        def columns(query: str | None) -> list[str]:
            return [str(row[0]) for row in connection.execute(f"DESCRIBE {model_sql(MODEL, query=query)}").fetchall()]

        plain = ["city_id", "km", "cities_id", "name", "miles", "double"]
        assert columns("SELECT * FROM m") == plain
        assert columns("SELECT ID FROM m") == ["id", *plain]
        assert columns("SELECT name, sum(distance) FROM m") == [*plain, "distance"]
        assert columns(None) == ["id", *plain, "distance", "trip_count"]
        rows = connection.execute(
            f"SELECT name, sum(distance), sum(trip_count) FROM ({model_sql(MODEL)}) GROUP BY 1 ORDER BY 1"
        ).fetchall()
    assert [(name, float(total), count) for name, total, count in rows] == [("Ankara", 12.0, 1), (None, 6.0, 1)]


@pytest.mark.parametrize("expression", ["1 FROM secrets", "(SELECT 1)", "sum(km)", "km; DROP", "km) FROM (x", "-- x"])
def test_model_sql_of_an_expression_that_is_none_is_refused_or_no_query(expression: str) -> None:
    model = replace(MODEL, calculations=(CalculatedField("x", expression, "decimal"),), measures=())
    with pytest.raises((Invalid, duckdb.ParserException)), duckdb.connect() as connection:
        connection.execute(f"DESCRIBE {model_sql(model)}")


def test_presentations_take_titles_units_and_formats_of_the_model_before_those_of_the_source() -> None:
    of_source = {"km": Presentation(written="km"), "city_id": Presentation(written="City no.")}
    shown = ModelView("m", MODEL, columns={("s1", "trips"): of_source}).presentations()
    assert (shown["km"].text, shown["city_id"].text, shown["miles"].text) == ("Strecke (km)", "City no.", "Miles")
    assert (shown["distance"].text, shown["distance"].format, shown["distance"].currency) == (
        "Distance",
        "money",
        "EUR",
    )
    assert (shown["trip_count"].text, shown["trip_count"].format) == ("Trips", "integer")
    assert field_presentation(replace(TRIPS.fields[2], display=FieldDisplay("km (km)", "km"))).text == "km (km)"


def test_find_problems_names_what_broke_when_a_table_changed() -> None:
    assert problems(MODEL) == []
    lost = find_problems(MODEL, lambda _source, table: {"id": "integer", "name": "text", "city_id": "integer"})
    assert lost[0].sentence == "“trips” has no column “km” any more."
    assert lost[0].fields == ("km", "miles", "double", "distance")
    assert problems(MODEL, cities=None)[0] == "The table “cities” doesn't exist any more."
    assert "“cities” can't be joined: the column “id” is missing." in problems(MODEL, cities={"name": "text"})
    assert problems(MODEL, cities={"id": "text", "name": "text"}) == [
        "“id” of “cities” is text now, and was a whole number.",
        "“cities” can't be joined: “city_id” and “id” have different types.",
    ]
    clash = {**COLUMNS["s1", "trips"], "name": "text"}
    assert problems(MODEL, trips=clash) == ["“trips” now has a column “name” too, as the joined “cities” has."]
    full = replace(MODEL, joins=(replace(MODEL.joins[0], kind="full"),))
    found = find_problems(full, lambda source, table: COLUMNS.get((source, table)), "mysql")  # type: ignore[arg-type, return-value]  # kinds
    assert [one.sentence for one in found] == ["MySQL and MariaDB have no full join."]
    assert dependants(MODEL, "miles", "duckdb") == ("double", "distance")


NAMES = st.text("abcçğıİ_ 1", min_size=1, max_size=9)
DISPLAYS = st.builds(
    FieldDisplay, st.text(max_size=5), st.text(max_size=3), st.sampled_from(FORMATS), st.text(max_size=5), st.booleans()
)


@st.composite
def definitions(draw: st.DrawFn) -> ModelDefinition:
    names = draw(st.lists(NAMES, min_size=4, max_size=8, unique_by=str.casefold))
    displays = [replace(draw(DISPLAYS), title="t", unit="", description="") for _one in names]
    tables = (
        ModelTable("s1", "a", (ModelField(names[0], names[0], "integer", displays[0]),)),
        ModelTable("s2", "b", (ModelField("x", names[1], "text", displays[1]),)),
    )
    calculations = tuple(CalculatedField(one, "a + 1", "decimal", draw(DISPLAYS)) for one in names[2:-1])
    measure = ModelMeasure(names[-1], draw(st.sampled_from(AGGREGATES)), "a", "decimal", displays[-1])
    joins = (ModelJoin(((names[0], "x"),), draw(st.sampled_from(["left", "inner", "full"]))),)  # type: ignore[arg-type]  # kinds of joins
    return ModelDefinition(tables, joins, calculations, (measure,))


@given(definitions())
def test_stored_definition_is_read_back_as_it_was(definition: ModelDefinition) -> None:
    row = DataModel(id="1", name="m", created_by="2", updated_at=now())
    clean = "\0" not in str([one.display for one in definition.fields()])
    store_definition(row, definition)
    if clean and not any("\0" in f"{one.display.title}{one.display.unit}{one.display.description}"
                         for one in definition.fields()):  # fmt: skip
        assert stored_model(row).definition == definition


@pytest.mark.parametrize(
    ("column", "value"),
    [("tables", []), ("tables", {}), ("joins", [{}]), ("joins", []), ("calculated_fields", [{"name": "km"}]),
     ("calculated_fields", [{"name": "a", "expression": "1", "aggregate": "drop"}]),
     ("calculated_fields", [{"name": "km", "expression": "1"}])],
)  # fmt: skip
def test_stored_model_that_somebody_wrote_otherwise_is_refused(column: str, value: object) -> None:
    row = DataModel(id="1", name="m", created_by="2", updated_at=now())
    store_definition(row, MODEL)
    setattr(row, column, value)
    with pytest.raises(Invalid, match="can't be read"):
        stored_model(row)


def test_is_named_finds_whole_names_alone() -> None:
    assert is_named("Trips by city", 'select 1 from "trips BY city"')
    assert not is_named("km", "select km2, skm from t")
    assert MODEL.with_display("miles", replace(PLAIN, title="M")).field("miles") == replace(
        MODEL.calculations[0], display=FieldDisplay("M")
    )


def test_place_of_a_card_is_stored_and_a_wrong_one_makes_the_model_unreadable() -> None:
    row = DataModel(id="m1", name="Trips", created_by="u1", updated_at=now())
    store_definition(row, MODEL.with_place(1, (-40, 200)))
    assert stored_model(row).definition.tables[1].place == (-40, 200)
    assert stored_model(row).definition.tables[0].place is None
    for wrong in ([1], [1, 2.5], ["1", 2], [1, 10**9], [True, 2]):
        row.tables = [{**row.tables[0], "place": wrong}, row.tables[1]]
        with pytest.raises(Invalid):
            stored_model(row)


BUDGETS = ModelTable(
    "s1", "budgets", (ModelField("week", "budget_week", "date"), ModelField("plan", "plan", "decimal"))
)
WEEKLY = ModelDefinition(
    (replace(TRIPS, fields=(*TRIPS.fields, ModelField("day", "day", "date"))), BUDGETS),
    (ModelJoin((("week", "week"),)),),
    (CalculatedField("week", "date_trunc('week', day)", "date"), CalculatedField("left_over", "plan - km", "decimal")),
)


def test_model_joined_by_a_calculated_field_has_its_rows_and_what_is_wrong_is_said() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE trips AS SELECT 1 AS id, 7 AS city_id, 10.0 AS km, DATE '2026-08-05' AS day")
        connection.execute("CREATE TABLE budgets AS SELECT DATE '2026-08-03' AS week, 12.0 AS plan")
        text = model_sql(WEEKLY, query="SELECT plan FROM m")
        assert connection.execute(f"SELECT plan, left_over FROM ({text})").fetchall() == [(12, 2)]
    columns = {
        "trips": {"id": "integer", "city_id": "integer", "km": "decimal", "day": "date"},
        "budgets": {"week": "date", "plan": "decimal"},
    }

    def wrong(model: ModelDefinition, **changed: dict[str, str]) -> list[str]:
        found = {**columns, **changed}
        return [one.sentence for one in find_problems(model, lambda _source, table: found.get(table))]  # type: ignore[arg-type, return-value]  # kinds

    assert wrong(WEEKLY) == []
    kept = {name: kind for name, kind in columns["trips"].items() if name != "day"}
    assert "“budgets” can't be joined: the column “week” is missing." in wrong(WEEKLY, trips=kept)
    late = replace(WEEKLY, joins=(ModelJoin((("left_over", "plan"),)),))
    assert wrong(late) == ["“budgets” can't be joined: the column “left_over” is missing."]
    text = replace(WEEKLY, calculations=(replace(WEEKLY.calculations[0], kind="text"), WEEKLY.calculations[1]))
    assert wrong(text) == ["“budgets” can't be joined: “week” and “week” have different types."]
    assert joined_by(WEEKLY, {"week"}) == ("budget_week", "plan")
    assert joined_by(WEEKLY, {"km"}) == ()


def test_field_with_a_large_letter_is_found_in_what_names_it_otherwise() -> None:
    """Its removal left the measures over it as they were, in silence."""
    measures = (
        ModelMeasure("total", "sum", "profit", "decimal"),
        ModelMeasure("n", "count", "", "integer", PLAIN, "PROFIT > 0"),
    )
    profit = CalculatedField("Profit", "km * 2", "decimal")
    model = ModelDefinition((TRIPS,), (), (profit, CalculatedField("half", "Profit / 2", "decimal")), measures)
    assert dependants(model, "Profit", "own") == ("half", "total", "n")
    assert "km * 2" in model_sql(model, query="SELECT total FROM m")
