"""The edits of a data model: what a question changes in its definition, and the steps back."""

from dataclasses import replace
from datetime import UTC, datetime

from benchboard.analytics.data_models.definition import (
    CalculatedField,
    FieldDisplay,
    ModelDefinition,
    ModelField,
    ModelMeasure,
    ModelTable,
)
from benchboard.analytics.model_services import ModelSummary
from benchboard.analytics.query_builder.combined import with_join
from benchboard.analytics.query_builder.question import Calculation, Question
from benchboard.analytics.table_browser import BrowsedColumn, BrowsedSource, BrowsedTable
from benchboard.ui.studio.data.data_models.model_draft import (
    FindTable,
    ModelDraft,
    ModelState,
    UnjoinedTable,
    base_definition,
    preview_question,
    with_canvas_tables,
    with_join_pair,
    with_measure,
    with_places,
    with_question,
    without_join_pair,
    without_measure,
)

TRIPS = BrowsedTable("trips", (BrowsedColumn("id", "ID", "integer"), BrowsedColumn("km", "Way", "decimal", unit="km")))
CITIES = BrowsedTable("cities", (BrowsedColumn("id", "No.", "integer"), BrowsedColumn("name", "City", "text")))
FILES = BrowsedSource("s1", "Files", "csv", (TRIPS, CITIES))
SERVER = replace(FILES, id="s2", server="postgresql")


def find(_source: str, table: str) -> tuple[BrowsedSource, BrowsedTable] | None:
    return (FILES, CITIES) if table == "cities" else None


def joined(question: Question) -> Question:
    return with_join(question, "cities", ["id", "name"], [("id", "id")], known=["id", "km"])


def changed(definition: ModelDefinition, question: Question, find_table: FindTable = find) -> ModelDefinition:
    return with_question(definition, question, find_table, lambda _name: "decimal")


def test_definition_begins_with_the_titles_of_files_and_the_names_of_servers() -> None:
    of_file, of_server = base_definition(FILES, TRIPS), base_definition(SERVER, TRIPS)
    assert [one.display for one in of_file.fields()] == [FieldDisplay("ID"), FieldDisplay("Way", "km")]
    assert [one.display for one in of_server.fields()] == [FieldDisplay(), FieldDisplay()]


def test_question_adds_and_removes_tables_and_keeps_what_was_said_of_fields() -> None:
    plain = base_definition(FILES, TRIPS)
    question = preview_question(plain, "", {})
    definition = changed(plain, joined(question))
    assert definition.names() == ["id", "km", "cities_id", "name"]
    assert definition.tables[1].fields[0] == ModelField("id", "cities_id", "integer", FieldDisplay("cities: No."))
    definition = definition.with_display("name", FieldDisplay("Town"))

    # Back and forth through the question nothing is lost.
    assert changed(definition, preview_question(definition, "", {})) == definition
    calculated = replace(joined(question), calculations=(Calculation("miles", "km * 2"),))
    definition = changed(definition, calculated)
    assert definition.calculations == (CalculatedField("miles", "km * 2", "decimal"),)
    definition = definition.with_display("miles", FieldDisplay("Miles"))
    renamed = replace(calculated, calculations=(Calculation("mi", "km * 3"),))
    definition = changed(definition, renamed)
    assert definition.calculations == (CalculatedField("mi", "km * 3", "decimal", FieldDisplay("Miles")),)
    assert definition.field("name") == ModelField("name", "name", "text", FieldDisplay("Town"))
    assert changed(definition, question) == plain


def test_draft_takes_edits_back_knows_what_is_lost_and_what_is_saved() -> None:
    plain = base_definition(FILES, TRIPS)
    stored = ModelSummary("m1", "Trips", "", "Files", plain, (), datetime.now(UTC))
    draft = ModelDraft.of(stored)
    assert draft is not None
    assert not draft.is_changed
    measured = with_measure(plain, ModelMeasure("way", "sum", "km", "decimal"))
    draft.edit(replace(draft.state, definition=measured))
    draft.edit(replace(draft.state, name="Rides"))
    assert (draft.is_changed, draft.is_renamed, draft.lost_fields()) == (True, True, [])
    draft.undo()
    draft.undo()
    assert (draft.is_changed, draft.can_undo, draft.can_redo) == (False, False, True)
    draft.redo()
    assert draft.state.definition.measures[0].name == "way"
    other = with_measure(draft.state.definition, ModelMeasure("way", "avg", "km", "decimal"), 0)
    assert [one.aggregate for one in other.measures] == ["avg"]
    assert without_measure(other, 0) == plain

    draft.saved(replace(stored, definition=measured))
    assert not draft.is_changed
    fewer = replace(measured, tables=(ModelTable("s1", "trips", measured.tables[0].fields[:1]),))
    draft.edit(replace(draft.state, definition=fewer))
    draft.amend(replace(fewer, measures=()))
    assert draft.lost_fields() == ["km", "way"]
    draft.undo()  # both at once
    assert not draft.is_changed
    assert ModelDraft.of(replace(stored, definition=None)) is None
    assert ModelDraft(ModelState("New", "", plain)).is_changed


def test_renamed_measure_is_called_as_it_was_stored_and_nothing_of_it_is_lost() -> None:
    way = ModelMeasure("way", "sum", "km", "decimal")
    stored = with_measure(base_definition(FILES, TRIPS), way)
    stored = with_measure(stored, ModelMeasure("twice", "formula", "way * 2", "decimal"))
    draft = ModelDraft.of(ModelSummary("m1", "Trips", "", "Files", stored, (), datetime.now(UTC)))
    assert draft is not None
    for name in ("wya", "distance"):  # a slip first, which no query has
        definition = draft.with_measure(replace(draft.state.definition.measures[0], name=name), 0)
        draft.edit(replace(draft.state, definition=definition))
    renamed, formula = draft.state.definition.measures
    assert (renamed.name, renamed.earlier, formula.expression) == ("distance", ("way",), "distance * 2")
    assert draft.lost_fields() == []
    forgotten = draft.with_measure(replace(renamed, earlier=()), 0)
    draft.edit(replace(draft.state, definition=forgotten))
    assert draft.lost_fields() == ["way"]
    for _step in range(3):
        draft.undo()
    assert draft.state.definition == stored


def test_tables_that_lose_their_join_stay_on_the_canvas_where_they_stood() -> None:
    plain = base_definition(FILES, TRIPS)
    state = ModelState("Trips", "", plain, (UnjoinedTable("s1", "cities", (300, 40)),))
    question = preview_question(plain, "", {})
    both = with_canvas_tables(state, changed(plain, joined(question)), keep=True)
    assert both.definition.tables[1].place == (300, 40)
    assert both.unjoined == ()
    assert with_canvas_tables(both, plain, keep=True) == state
    assert with_canvas_tables(both, plain, keep=False).unjoined == ()
    assert with_places(both, [(1, 2), None]).definition.tables[0].place == (1, 2)


def test_unjoined_tables_are_nothing_to_save() -> None:
    plain = base_definition(FILES, TRIPS)
    draft = ModelDraft.of(ModelSummary("m1", "Trips", "", "Files", plain, (), datetime.now(UTC)))
    assert draft is not None
    draft.edit(replace(draft.state, unjoined=(UnjoinedTable("s1", "cities"),)))
    assert not draft.is_changed
    assert draft.can_undo
    moved = with_places(draft.state, [(5, 5), None])
    draft.edit(moved, group="move 0")
    draft.edit(with_places(moved, [(6, 5), None]), group="move 0")
    assert draft.is_changed
    draft.undo()  # both moves
    assert not draft.is_changed


def test_join_compares_several_pairs_of_columns() -> None:
    plain = base_definition(FILES, TRIPS)
    definition = changed(plain, joined(preview_question(plain, "", {})))
    more = with_join_pair(definition, 0, ("km", "id"))
    assert more.joins[0].keys == (("id", "id"), ("km", "id"))
    assert with_join_pair(more, 0, ("km", "id")) == more
    assert without_join_pair(more, 0, 0).joins[0].keys == (("km", "id"),)
    assert without_join_pair(definition, 0, 0) == definition
