"""A data model as it is edited: what is stored, what was changed since, and the steps back."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

from benchboard.analytics.data_models.definition import (
    PLAIN,
    CalculatedField,
    FieldDisplay,
    ModelDefinition,
    ModelField,
    ModelJoin,
    ModelMeasure,
    ModelTable,
)
from benchboard.analytics.data_models.measures import renamed_measure, with_renamed_column_in_measures
from benchboard.analytics.data_models.problems import dependants
from benchboard.analytics.model_rates import converted_display, rate_display
from benchboard.analytics.model_services import ModelSummary
from benchboard.analytics.query_builder.question import Calculation, Dialect, Question, Server
from benchboard.analytics.query_builder.rate_lookup import converting
from benchboard.analytics.sources.lineage import LineageUse
from benchboard.analytics.table_browser import BrowsedSource, BrowsedTable
from benchboard.ui.studio.data.explore.part_changes import Step

PREVIEW_ROWS: Final = 20
_MOST_UNDO: Final = 100
_numbers: Final = count(1)


def next_step_number() -> int:
    """A number greater than those of all steps that were done before."""
    return next(_numbers)


@dataclass(frozen=True, slots=True)
class UnjoinedTable:
    """A table on the canvas that isn't joined to the model yet. It isn't stored."""

    source_id: str
    table: str
    place: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class ModelState:
    """What can be edited of a model."""

    name: str
    description: str
    definition: ModelDefinition
    unjoined: tuple[UnjoinedTable, ...] = ()


@dataclass(frozen=True, slots=True)
class _EditStep:
    """The state on the other side of an edit, whether the edit discarded others, and its number among all steps."""

    state: ModelState
    is_discard: bool
    number: int


class ModelDraft:
    """The edits of one model. `stored` is None for one that isn't saved yet."""

    def __init__(self, state: ModelState, stored: ModelSummary | None = None) -> None:
        self.state, self.stored = state, stored
        self._saved = state if stored is not None else None
        self._begun: ModelState | None = None
        self._group = ""
        self._past: list[_EditStep] = []
        self._future: list[_EditStep] = []

    @classmethod
    def begin(cls, state: ModelState) -> "ModelDraft":
        """The draft of a new model that nobody has touched yet."""
        draft = cls(state)
        draft._begun = state
        return draft

    @classmethod
    def of(cls, stored: ModelSummary) -> "ModelDraft | None":
        """The draft of a stored model without edits; None for one whose definition can't be read."""
        if stored.definition is None:
            return None
        return cls(ModelState(stored.name, stored.description, stored.definition), stored)

    @property
    def is_changed(self) -> bool:
        """Whether there is something to save."""
        return self._saved is None or replace(self.state, unjoined=()) != self._saved

    @property
    def holds_work(self) -> bool:
        """Whether somebody's work is lost with it: a model that was only begun is made again by one click."""
        return self.is_changed and self.state != self._begun

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to take back."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether there is an edit to make again."""
        return bool(self._future)

    @property
    def last_done(self) -> int:
        """The number of the last edit that can be taken back; 0 without one."""
        return self._past[-1].number if self._past else 0

    @property
    def last_undone(self) -> int:
        """The number of the edit that was taken back last; 0 without one."""
        return self._future[-1].number if self._future else 0

    def forget_undone(self) -> None:
        """Let nothing be made again that was taken back: something else was done since."""
        self._future.clear()

    def resume(self, state: ModelState) -> None:
        """Go on with edits that were kept: one step, before all that is done now."""
        if state != self.state:
            self._past = [_EditStep(self.state, is_discard=False, number=0)]
            self.state = state

    def edit(self, state: ModelState, *, group: str = "", is_discard: bool = False) -> None:
        """Change the model, as one step. Edits of the same `group` after each other are one, such as the arrows that
        move a card. `is_discard`: it goes back to what is stored."""
        if state != self.state:
            if not group or group != self._group:
                self._past = [*self._past[-_MOST_UNDO:], _EditStep(self.state, is_discard, next_step_number())]
            elif self._past:
                self._past[-1] = replace(self._past[-1], number=next_step_number())
            self._group = group
            self._future.clear()
            self.state = state

    def amend(self, definition: ModelDefinition) -> None:
        """Change the definition as part of the last step."""
        self.state = replace(self.state, definition=definition)

    def undo(self) -> None:
        """Take back the last edit."""
        self._group = ""
        if self._past:
            last = self._past.pop()
            self._future.append(replace(last, state=self.state))
            self.state = last.state

    def redo(self) -> None:
        """Make the edit again that was taken back."""
        if self._future:
            following = self._future.pop()
            self._past.append(replace(following, state=self.state))
            self.state = following.state

    def steps_over_discard(self, step: Step) -> bool:
        """Whether undo or redo would take back, or make again, that edits were discarded."""
        steps = self._past if step == "undo" else self._future
        return bool(steps) and steps[-1].is_discard

    def saved(self, stored: ModelSummary) -> None:
        """The model was stored; what was edited while it was, stays."""
        if stored.definition is None:
            return
        before, self.stored = self.state, stored
        self._saved = ModelState(stored.name, stored.description, stored.definition)
        if before.name == stored.name and before.definition.names() == stored.definition.names():
            self.state = replace(self._saved, unjoined=before.unjoined)  # with the kinds that the source said

    def stored_again(self, stored: ModelSummary) -> None:
        """The model was deleted, and restored as it was stored: its edits and its steps stay."""
        if stored.definition is not None:
            self.stored = stored
            self._saved = ModelState(stored.name, stored.description, stored.definition)

    def lost_fields(self) -> list[str]:
        """The stored names of fields by which queries can't read them any more after the edits."""
        if self._saved is None:
            return []
        kept = {*self.state.definition.names(), *self.state.definition.earlier_names()}
        saved = self._saved.definition
        return [name for name in (*saved.names(), *saved.earlier_names()) if name not in kept]

    def stored_name(self, name: str) -> str:
        """The name by which a field is stored, and so used until the draft is saved; its own where it isn't stored."""
        stored, now = self.stored.definition if self.stored is not None else None, self.state.definition
        if stored is None:
            return name
        known = stored.names()
        for earlier, measure in now.earlier_names().items():
            if measure == name and earlier in known:
                return earlier
        if (renamed := renamed_calculation(stored, now)) is not None and renamed[1] == name:
            return renamed[0]
        columns = {
            (table.source_id, table.table, one.column): one.name for table in stored.tables for one in table.fields
        }
        for table in now.tables:
            for one in table.fields:
                if one.name == name:
                    return columns.get((table.source_id, table.table, one.column), name)
        return name

    def field_uses(self, name: str, stored: Iterable[LineageUse], dialect: Dialect) -> tuple[LineageUse, ...]:
        """What uses a field: the calculated fields and measures of the draft over it, and what of `stored`, the uses
        of the field as it is stored, is outside the model."""
        outside = [one for one in stored if one.kind != "field"]
        fields = [LineageUse("field", "", one) for one in dependants(self.state.definition, name, dialect)]
        models = [one for one in outside if one.kind == "model"]
        return (*models, *fields, *(one for one in outside if one.kind != "model"))

    def with_measure(self, measure: ModelMeasure, place: int) -> ModelDefinition:
        """The definition with another measure at a place. A name that was never stored isn't kept as an earlier one: no
        query has it."""
        before = self.state.definition.measures[place].name
        found = with_measure(self.state.definition, measure, place)
        stored = self._saved.definition if self._saved is not None else None
        if stored is not None and before in (*stored.names(), *stored.earlier_names()):
            return found
        measures = list(found.measures)
        earlier = tuple(one for one in measures[place].earlier if one != before)
        measures[place] = replace(measures[place], earlier=earlier)
        return replace(found, measures=tuple(measures))

    @property
    def is_renamed(self) -> bool:
        """Whether queries would have to name it otherwise."""
        return self._saved is not None and self._saved.name != self.state.name


def preview_question(definition: ModelDefinition, server: Server, names: dict[str, str]) -> Question:
    """The question whose rows are shown while a model is edited."""
    return replace(definition.question(server, names), limit=PREVIEW_ROWS)


FindTable = Callable[[str, str], tuple[BrowsedSource, BrowsedTable] | None]
"""The source and table that a join names: by the name of another source (empty: the question's own) and the table."""


def with_question(
    definition: ModelDefinition, question: Question, find: FindTable, kind_of: Callable[[str], str]
) -> ModelDefinition:
    """The definition with the joins and calculations of a question. What was said of fields that stay is kept;
    `kind_of` tells the kinds of calculated columns."""
    tables, joins = [definition.tables[0]], list[ModelJoin]()
    before = list(definition.tables[1:])
    for join in question.joins:
        found = find(join.source, join.table)
        source_id = found[0].id if found is not None else ""
        known = next((one for one in before if (one.source_id, one.table) == (source_id, join.table)), None)
        if known is None or [(one.column, one.name) for one in known.fields] != list(join.columns):
            where = known.place if known is not None else None
            known = _table_of(found[0] if found is not None else None, join.table, join.columns)
            known = replace(known, place=where)
            if join.rates is not None:
                shown = rate_display(join.rates.target)
                known = replace(known, fields=tuple(replace(one, display=shown) for one in known.fields))
        tables.append(known)
        joins.append(ModelJoin(join.keys, join.kind, join.rates))
    old, renamed = definition.calculations, len(question.calculations) == len(definition.calculations)
    calculations = []
    for place, one in enumerate(question.calculations):
        same = next((field for field in old if field.name == one.name), old[place] if renamed else None)
        kind = kind_of(one.name)
        shown = same.display if same is not None else _converted_display(definition, question, one)
        calculations.append(CalculatedField(one.name, one.expression, kind, shown))  # type: ignore[arg-type]  # a kind
    made = replace(definition, tables=tuple(tables), joins=tuple(joins), calculations=tuple(calculations))
    if (names := renamed_calculation(definition, made)) is not None:
        made = with_renamed_column_in_measures(made, *names, question.dialect)
    return made


def renamed_calculation(before: ModelDefinition, after: ModelDefinition) -> tuple[str, str] | None:
    """The name that a calculated field had and the one that it has instead; None where none was renamed alone."""
    were, are = ([one.name for one in definition.calculations] for definition in (before, after))
    changed = [pair for pair in zip(were, are, strict=False) if pair[0] != pair[1]]
    return changed[0] if len(were) == len(are) and len(changed) == 1 else None


def _converted_display(definition: ModelDefinition, question: Question, new: Calculation) -> FieldDisplay:
    """How a new calculated field is shown: an amount that a table of rates converts, in its target."""
    for join in question.joins:
        rates = join.rates
        amount = next((names for one, names in converting(question, join) if one is new), ()) if rates else ()
        if rates is not None and len(amount) == 1:
            return converted_display(definition.field(amount[0]), rates.target, amount[0])
    return PLAIN


def _table_of(source: BrowsedSource | None, table: str, columns: Sequence[tuple[str, str]]) -> ModelTable:
    """A table with the titles and units of its source. Servers know names alone, and Benchboard's own titles are those
    of the window's language."""
    known = source.table(table) if source is not None else None
    has_titles = source is not None and bool(source.id) and not source.server
    fields = []
    for column, name in columns:
        found = known.column(column) if known is not None else None
        kind = found.kind if found is not None else "text"
        display = PLAIN
        if found is not None and has_titles:
            title = found.title if name == column else f"{table}: {found.title}"
            display = FieldDisplay(title, found.unit)
        fields.append(ModelField(column, name, kind, display))
    return ModelTable(source.id if source is not None else "", table, tuple(fields))


def base_definition(source: BrowsedSource, table: BrowsedTable) -> ModelDefinition:
    """A definition to begin with: all columns of a table."""
    columns = [(one.name, one.name) for one in table.columns]
    return ModelDefinition((_table_of(source, table.name, columns),))


def with_measure(definition: ModelDefinition, measure: ModelMeasure, place: int = -1) -> ModelDefinition:
    """The definition with a measure more, or with another one at a place, which queries may go on calling as before."""
    if place < 0:
        return replace(definition, measures=(*definition.measures, measure))
    measures, before = list(definition.measures), definition.measures[place].name
    measures[place] = replace(measure, name=before)
    changed = replace(definition, measures=tuple(measures))
    return renamed_measure(changed, before, measure.name) if measure.name != before else changed


def without_measure(definition: ModelDefinition, place: int) -> ModelDefinition:
    """The definition without the measure at a place."""
    return replace(definition, measures=(*definition.measures[:place], *definition.measures[place + 1 :]))


def with_canvas_tables(state: ModelState, definition: ModelDefinition, *, keep: bool) -> ModelState:
    """The state with another definition: a table that was joined stands where its card stood. With `keep`, those that
    no longer are stay on the canvas, to be joined otherwise."""
    cards = {(one.source_id, one.table): one for one in state.unjoined}
    for number, table in enumerate(definition.tables):
        card = cards.pop((table.source_id, table.table), None)
        if card is not None and table.place is None:
            definition = definition.with_place(number, card.place)
    joined = {(one.source_id, one.table) for one in definition.tables}
    lost = [one for one in state.definition.tables if (one.source_id, one.table) not in joined]
    freed = [UnjoinedTable(one.source_id, one.table, one.place) for one in lost] if keep else []
    return replace(state, definition=definition, unjoined=(*cards.values(), *freed))


def with_places(state: ModelState, places: Sequence[tuple[int, int] | None]) -> ModelState:
    """The state with its cards at other places: those of the model's tables, then those of the others."""
    definition = state.definition
    for number, place in enumerate(places[: len(definition.tables)]):
        definition = definition.with_place(number, place)
    rest = places[len(definition.tables) :]
    unjoined = tuple(replace(one, place=place) for one, place in zip(state.unjoined, rest, strict=True))
    return replace(state, definition=definition, unjoined=unjoined)


def with_join_pair(definition: ModelDefinition, place: int, pair: tuple[str, str]) -> ModelDefinition:
    """The definition in which a join compares another pair too: a field before it and a column of its table."""
    join = definition.joins[place]
    if pair in join.keys:
        return definition
    joins = list(definition.joins)
    joins[place] = replace(join, keys=(*join.keys, pair))
    return replace(definition, joins=tuple(joins))


def without_join_pair(definition: ModelDefinition, place: int, pair: int) -> ModelDefinition:
    """The definition in which a join compares one of its pairs no longer; at least one stays."""
    joins, keys = list(definition.joins), definition.joins[place].keys
    if len(keys) > 1:
        joins[place] = replace(joins[place], keys=keys[:pair] + keys[pair + 1 :])
    return replace(definition, joins=tuple(joins))
