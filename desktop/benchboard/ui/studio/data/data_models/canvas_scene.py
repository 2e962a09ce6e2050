"""What the canvas of a data model shows: a card for each table with its columns, and a line for each pair of columns
that a join compares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from benchboard.analytics.data_models.definition import (
    CalculatedField,
    Field,
    ModelDefinition,
    ModelField,
    ModelMeasure,
)
from benchboard.analytics.query_builder.combined import JoinFacts
from benchboard.analytics.query_builder.question import JoinKind
from benchboard.analytics.query_types import kind_name
from benchboard.analytics.table_browser import BrowsedSource, BrowsedTable
from benchboard.i18n import _, in_sentence, is_currency, ngettext, number, with_currency
from benchboard.ui.studio.data.data_models.model_draft import UnjoinedTable
from benchboard.ui.studio.data.explore.part_text import KIND_ICONS

JOIN_ICON: Final = "ph.key"


@dataclass(frozen=True, slots=True)
class TableCardRow:
    """A column in a card, or a calculated field or measure, which can't be joined by. `field` is its name in the model,
    empty in a card that isn't joined; `tip` is what is said of it."""

    name: str
    icon: str
    note: str = ""
    field: str = ""
    tip: str = ""
    muted: bool = False
    is_key: bool = False
    is_broken: bool = False
    can_join: bool = True


@dataclass(frozen=True, slots=True)
class TableCard:
    """A table on the canvas. `place` is None where none was chosen; `is_joined` is False for one that isn't part of the
    model yet."""

    source_id: str
    table: str
    source: str
    size: str
    rows: tuple[TableCardRow, ...]
    place: tuple[int, int] | None
    is_joined: bool = True

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from the other cards."""
        return self.source_id, self.table


@dataclass(frozen=True, slots=True)
class JoinLine:
    """A line between a column of an earlier card and one of a later. `join` is the number of the join, `pair` that of
    the pair of columns in it; `left_end` and `right_end` say how many rows meet there, where it is known."""

    join: int
    pair: int
    left: int
    left_row: int
    right: int
    right_row: int
    kind: JoinKind
    crosses_sources: bool
    left_end: str = ""
    right_end: str = ""
    note: str = ""
    tip: str = ""


@dataclass(frozen=True, slots=True)
class CanvasScene:
    """All that is on the canvas: the cards of the model's tables in their order, those of the others, the lines."""

    cards: tuple[TableCard, ...] = ()
    lines: tuple[JoinLine, ...] = ()


def join_kind_title(kind: JoinKind) -> str:
    """A kind of join as people who write SQL call it."""
    return {"left": _("Left join"), "inner": _("Inner join"), "full": _("Full join")}[kind]


def canvas_scene(
    definition: ModelDefinition,
    unjoined: Sequence[UnjoinedTable],
    sources: Sequence[BrowsedSource],
    facts: Sequence[JoinFacts | None] = (),
    broken: Mapping[str, str] | None = None,
) -> CanvasScene:
    """What is on the canvas of a model. `facts` are those of its joins, as far as they are known; `broken` says what is
    wrong with a field."""
    known = {one.id: one for one in sources}
    keys = _key_columns(definition)
    cards = []
    for place, table in enumerate(definition.tables):
        rows = [_row(one, keys.get(place, set()), broken or {}) for one in table.fields]
        if place == 0:
            rows += [_calculated_row(one, broken or {}) for one in definition.expressions()]
        browsed = _browsed(known, table.source_id, table.table)
        cards.append(
            TableCard(table.source_id, table.table, _source_name(known, table.source_id), _size(browsed), tuple(rows),
                 table.place)
        )  # fmt: skip
    for other in unjoined:
        browsed = _browsed(known, other.source_id, other.table)
        columns = browsed.columns if browsed is not None else ()
        cards.append(
            TableCard(
                other.source_id, other.table, _source_name(known, other.source_id), _size(browsed),
                tuple(TableCardRow(one.name, KIND_ICONS[one.kind], _unit_text(one.unit),
                              tip=f"{one.name}: {kind_name(one.kind)}") for one in columns),
                other.place, is_joined=False,
            )
        )  # fmt: skip
    return CanvasScene(tuple(cards), tuple(_lines(definition, facts)))


def _key_columns(definition: ModelDefinition) -> dict[int, set[str]]:
    """The columns that joins compare, by the number of their table."""
    owners = {one.name: (place, one.column) for place, table in enumerate(definition.tables) for one in table.fields}
    found: dict[int, set[str]] = {}
    for number_, join in enumerate(definition.joins, 1):
        for ours, theirs in join.keys:
            found.setdefault(number_, set()).add(theirs)
            if ours in owners:
                place, column = owners[ours]
                found.setdefault(place, set()).add(column)
    return found


def _row(field: ModelField, keys: set[str], broken: Mapping[str, str]) -> TableCardRow:
    note = _("hidden") if field.display.hidden else _unit_text(field.display.unit)
    called = field.name if field.name != field.column else ""
    said = [f"{field.column}: {kind_name(field.kind)}"]
    if called:
        said.append(_("In queries: {name}").format(name=called))
    said += [text for text in (field.display.description, broken.get(field.name, "")) if text]
    icon = JOIN_ICON if field.column in keys else "ph.eye-slash" if field.display.hidden else KIND_ICONS[field.kind]
    return TableCardRow(
        field.column, icon, note, field.name,
        "\n".join(said), field.display.hidden, field.column in keys, field.name in broken,
    )  # fmt: skip


def _unit_text(unit: str) -> str:
    """A unit as it is written beside values: `€` for EUR."""
    return with_currency("", unit).strip() if is_currency(unit) else unit


def _calculated_row(field: Field, broken: Mapping[str, str]) -> TableCardRow:
    is_measure = isinstance(field, ModelMeasure)
    expression = field.expression if isinstance(field, CalculatedField | ModelMeasure) else ""
    kind = _("measure") if is_measure else _("calculated")
    said = [f"{field.name}: {kind}", " ".join(expression.split()), broken.get(field.name, "")]
    return TableCardRow(
        field.name, "ph.calculator" if is_measure else "ph.math-operations",
        _("hidden") if field.display.hidden else kind, field.name, "\n".join(one for one in said if one),
        field.display.hidden, is_broken=field.name in broken, can_join=False,
    )  # fmt: skip


def _browsed(sources: Mapping[str, BrowsedSource], source_id: str, table: str) -> BrowsedTable | None:
    source = sources.get(source_id)
    return source.table(table) if source is not None else None


def _source_name(sources: Mapping[str, BrowsedSource], source_id: str) -> str:
    source = sources.get(source_id)
    return source.name if source is not None else _("Missing source")


def _size(table: BrowsedTable | None) -> str:
    return number(table.rows) if table is not None and table.rows is not None else ""


def _lines(definition: ModelDefinition, facts: Sequence[JoinFacts | None]) -> list[JoinLine]:
    places = {
        one.name: (place, row) for place, table in enumerate(definition.tables) for row, one in enumerate(table.fields)
    }
    base = {one.column: (0, row) for row, one in enumerate(definition.tables[0].fields)}
    found = []
    for join_place, join in enumerate(definition.joins):
        right = join_place + 1
        columns = {one.column: row for row, one in enumerate(definition.tables[right].fields)}
        known = facts[join_place] if join_place < len(facts) else None
        for pair, (ours, theirs) in enumerate(join.keys):
            left, left_row = places.get(ours) or base.get(ours) or (0, -1)
            one = definition.tables[left].source_id, definition.tables[right].source_id
            left_end, right_end = _ends(known)
            found.append(
                JoinLine(
                    join_place,
                    pair,
                    left,
                    left_row,
                    right,
                    columns.get(theirs, -1),
                    join.kind,
                    one[0] != one[1],
                    left_end,
                    right_end,
                    _note(known) if pair == 0 else "",
                    _tip(definition, join_place, known),
                )
            )
    return found


def _ends(facts: JoinFacts | None) -> tuple[str, str]:
    """How many rows of each side meet one of the other: `n` and `0–1`."""
    if facts is None:
        return "", ""
    left = "n" if facts.most_left > 1 else "1"
    right = "n" if facts.most_right > 1 else "1"
    if facts.right_matched < facts.right_rows:
        left = f"0–{left}"
    if facts.left_matched < facts.left_rows:
        right = f"0–{right}"
    return left, right


def _note(facts: JoinFacts | None) -> str:
    lost = facts.left_rows - facts.left_matched if facts is not None else 0
    if lost <= 0:
        return ""
    return ngettext("{count} without a match", "{count} without a match", lost).format(count=number(lost))


def _tip(definition: ModelDefinition, place: int, facts: JoinFacts | None) -> str:
    join, other = definition.joins[place], definition.tables[place + 1].table
    table = definition.tables[0].table
    pairs = in_sentence([f"{ours} = {theirs}" for ours, theirs in join.keys])
    said = [f"{join_kind_title(join.kind)}: {other}, {pairs}"]
    if facts is not None:
        said.append(
            _("{count} of {rows} rows of {table} find a row of {other}.").format(
                count=number(facts.left_matched), rows=number(facts.left_rows), table=table, other=other
            )
        )
        said.append(
            _("{count} of {rows} rows of {other} are found.").format(
                count=number(facts.right_matched), rows=number(facts.right_rows), other=other
            )
        )
    return "\n".join(said)
