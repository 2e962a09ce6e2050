"""What the canvas of a data model shows: a card for each table with its columns, and a line for each pair of columns
that a join compares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from types import MappingProxyType
from typing import Final, Literal

from benchboard.analytics.column_statistics import SELECTABLE, TableStatistics
from benchboard.analytics.data_models.definition import (
    CalculatedField,
    Field,
    ModelDefinition,
    ModelField,
    ModelMeasure,
)
from benchboard.analytics.likely_measure import names_each_row
from benchboard.analytics.model_rates import rates_sentence
from benchboard.analytics.query_builder.combined import JoinFacts
from benchboard.analytics.query_builder.question import JoinKind
from benchboard.analytics.query_types import ValueKind, kind_name
from benchboard.analytics.sources.lineage import uses_text
from benchboard.analytics.sources.table_lineage import TableKey, TableLineage
from benchboard.analytics.table_browser import BrowsedColumn, BrowsedSource, BrowsedTable
from benchboard.i18n import _, in_sentence, is_currency, ngettext, number, percent, with_currency
from benchboard.ui.studio.data.data_models.field_popovers import measure_text
from benchboard.ui.studio.data.data_models.model_draft import UnjoinedTable
from benchboard.ui.studio.kind_icons import KIND_ICONS

JOIN_ICON: Final = "ph.key"
_COUNTED: Final[frozenset[ValueKind]] = frozenset(("text", "boolean"))
"""Kinds of columns whose different values are worth counting."""
_IDENTIFYING: Final[frozenset[ValueKind]] = frozenset(("text", "integer"))
"""Kinds of columns that tell rows apart where each row has a value of its own."""


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What is known of the tables of a canvas, by source and table: where they come from and what reads them, and what
    is in them. What isn't known yet is missing. `model_id`: the model that the canvas shows."""

    lineage: Mapping[TableKey, TableLineage] = field(default_factory=lambda: MappingProxyType({}))
    statistics: Mapping[TableKey, TableStatistics] = field(default_factory=lambda: MappingProxyType({}))
    model_id: str = ""


CardRowKind = Literal["column", "calculated", "measure"]


@dataclass(frozen=True, slots=True)
class TableCardRow:
    """A column in a card, or a calculated field or measure, which can't be joined by. `field` is its name in the model,
    empty in a card that isn't joined; `tip` is what is said of it. `is_unique`: it tells the table's rows apart."""

    name: str
    icon: str
    note: str = ""
    field: str = ""
    tip: str = ""
    muted: bool = False
    is_key: bool = False
    is_broken: bool = False
    can_join: bool = True
    is_unique: bool = False
    kind: CardRowKind = "column"


@dataclass(frozen=True, slots=True)
class TableCard:
    """A table on the canvas. `place` is None where none was chosen; `is_joined` is False for one that isn't part of the
    model yet. `size` is how many rows it has; `lineage` is None until it was read, `uses` is what it is used by besides
    the model."""

    source_id: str
    table: str
    source: str
    size: str
    rows: tuple[TableCardRow, ...]
    place: tuple[int, int] | None
    is_joined: bool = True
    lineage: TableLineage | None = None
    uses: str = ""
    row_count: int | None = None

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
    said: str = ""
    """The columns that the join compares, how many rows meet, and its kind, as screen readers say them."""
    match: str = ""
    """The share of rows before that find one of the joined table; empty where it isn't known."""
    facts: JoinFacts | None = None


@dataclass(frozen=True, slots=True)
class CanvasScene:
    """All that is on the canvas: the cards of the model's tables in their order, those of the others, the lines."""

    cards: tuple[TableCard, ...] = ()
    lines: tuple[JoinLine, ...] = ()

    @property
    def keys(self) -> list[TableKey]:
        """What tells the cards from each other."""
        return [card.key for card in self.cards]


def join_kind_title(kind: JoinKind) -> str:
    """A kind of join as people who write SQL call it."""
    return {"left": _("Left join"), "inner": _("Inner join"), "full": _("Full join")}[kind]


def canvas_scene(
    definition: ModelDefinition,
    unjoined: Sequence[UnjoinedTable],
    sources: Sequence[BrowsedSource],
    facts: Sequence[JoinFacts | None] = (),
    broken: Mapping[str, str] | None = None,
    tables: TableFacts | None = None,
) -> CanvasScene:
    """What is on the canvas of a model. `facts` are those of its joins and `tables` those of its tables, as far as they
    are known; `broken` says what is wrong with a field."""
    known = {one.id: one for one in sources}
    keys, tables = _key_columns(definition), tables or TableFacts()
    cards = []
    for place, table in enumerate(definition.tables):
        found = tables.statistics.get((table.source_id, table.table))
        rows = [_row(one, keys.get(place, set()), broken or {}, found) for one in table.fields]
        if place == 0:
            rows += [_calculated_row(one, broken or {}) for one in definition.expressions()]
        cards.append(_card((table.source_id, table.table), rows, table.place, known, tables, is_joined=True))
    for other in unjoined:
        browsed = _browsed(known, other.source_id, other.table)
        found = tables.statistics.get((other.source_id, other.table))
        rows = [_unjoined_row(one, found) for one in (browsed.columns if browsed is not None else ())]
        cards.append(_card((other.source_id, other.table), rows, other.place, known, tables, is_joined=False))
    return CanvasScene(tuple(cards), tuple(_lines(definition, facts)))


def _card(
    key: TableKey,
    rows: Sequence[TableCardRow],
    place: tuple[int, int] | None,
    sources: Mapping[str, BrowsedSource],
    tables: TableFacts,
    *,
    is_joined: bool,
) -> TableCard:
    lineage, statistics = tables.lineage.get(key), tables.statistics.get(key)
    browsed = _browsed(sources, *key)
    count = (
        browsed.rows if browsed is not None and browsed.rows is not None else statistics.rows if statistics else None
    )
    uses = uses_text(lineage.other_uses(tables.model_id), with_dashboards=False) if lineage is not None else ""
    source = _source_name(sources, key[0])
    return TableCard(*key, source, rows_text(count), tuple(rows), place, is_joined, lineage, uses, count)


def rows_text(count: int | None) -> str:
    """How many rows a table has; empty where that isn't known."""
    return ngettext("{count} row", "{count} rows", count).format(count=number(count)) if count is not None else ""


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


def _unjoined_row(column: BrowsedColumn, statistics: TableStatistics | None) -> TableCardRow:
    is_unique = _identifies(column.name, column.kind, statistics)
    return TableCardRow(
        column.name, JOIN_ICON if is_unique and names_each_row(column.name) else KIND_ICONS[column.kind],
        _unit_text(column.unit) or _values_text(column.name, column.kind, statistics),
        tip=f"{column.name}: {kind_name(column.kind)}", is_unique=is_unique,
    )  # fmt: skip


def _identifies(column: str, kind: ValueKind, statistics: TableStatistics | None) -> bool:
    """Whether each row of the table has a value of its own in a column, and one that people tell rows apart by."""
    return statistics is not None and kind in _IDENTIFYING and statistics.is_unique(column)


def _values_text(column: str, kind: ValueKind, statistics: TableStatistics | None) -> str:
    """What a card says of the values of a column: that they are unique, or how many there are, if they are few."""
    if _identifies(column, kind, statistics):
        return _("unique")
    found = statistics.columns.get(column) if statistics is not None else None
    if found is None or kind not in _COUNTED or not 0 < found.distinct <= SELECTABLE:
        return ""
    return ngettext("{count} value", "{count} values", found.distinct).format(count=number(found.distinct))


def _row(
    field: ModelField, keys: set[str], broken: Mapping[str, str], statistics: TableStatistics | None
) -> TableCardRow:
    note = _("hidden") if field.display.hidden else _unit_text(field.display.unit)
    note = note or _values_text(field.column, field.kind, statistics)
    is_unique = _identifies(field.column, field.kind, statistics)
    called = field.name if field.name != field.column else ""
    said = [f"{field.column}: {kind_name(field.kind)}"]
    if called:
        said.append(_("In queries: {name}").format(name=called))
    said += [text for text in (field.display.description, broken.get(field.name, "")) if text]
    is_key = field.column in keys
    is_hidden = field.display.hidden
    is_named_key = is_unique and names_each_row(field.column)
    icon = JOIN_ICON if is_key or is_named_key else "ph.eye-slash" if is_hidden else KIND_ICONS[field.kind]
    return TableCardRow(
        field.column, icon, note, field.name,
        "\n".join(said), is_hidden, is_key, field.name in broken, is_unique=is_unique,
    )  # fmt: skip


def _unit_text(unit: str) -> str:
    """A unit as it is written beside values: `€` for EUR."""
    return with_currency("", unit).strip() if is_currency(unit) else unit


def _calculated_row(field: Field, broken: Mapping[str, str]) -> TableCardRow:
    is_measure = isinstance(field, ModelMeasure)
    kind, called = (_("measure"), _("measure")) if is_measure else (_("calculated"), _("calculated field"))
    formula = measure_text(field) if isinstance(field, ModelMeasure) else ""
    if isinstance(field, CalculatedField):
        formula = " ".join(field.expression.split())
    said = [f"{field.name}: {called}", formula, broken.get(field.name, "")]
    return TableCardRow(
        field.name, "ph.calculator" if is_measure else "ph.math-operations",
        _("hidden") if field.display.hidden else kind, field.name, "\n".join(one for one in said if one),
        field.display.hidden, is_broken=field.name in broken, can_join=False,
        kind="measure" if is_measure else "calculated",
    )  # fmt: skip


def _browsed(sources: Mapping[str, BrowsedSource], source_id: str, table: str) -> BrowsedTable | None:
    source = sources.get(source_id)
    return source.table(table) if source is not None else None


def _source_name(sources: Mapping[str, BrowsedSource], source_id: str) -> str:
    source = sources.get(source_id)
    return source.name if source is not None else _("Missing source")


def _lines(definition: ModelDefinition, facts: Sequence[JoinFacts | None]) -> list[JoinLine]:
    places = {
        one.name: (place, row) for place, table in enumerate(definition.tables) for row, one in enumerate(table.fields)
    }
    base = {one.column: (0, row) for row, one in enumerate(definition.tables[0].fields)}
    first = len(definition.tables[0].fields)  # the calculated ones follow in the first card
    base |= {one.name: (0, first + row) for row, one in enumerate(definition.calculations)}
    found = []
    for join_place, join in enumerate(definition.joins):
        right = join_place + 1
        columns = {one.column: row for row, one in enumerate(definition.tables[right].fields)}
        known = facts[join_place] if join_place < len(facts) else None
        for pair, (ours, theirs) in enumerate(join.keys):
            left, left_row = places.get(ours) or base.get(ours) or (0, -1)
            one = definition.tables[left].source_id, definition.tables[right].source_id
            left_end, right_end = _ends(known) if join.rates is None else ("n", "0–1")
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
                    _note(known, is_rates=join.rates is not None) if pair == 0 else "",
                    _tip(definition, join_place, known),
                    _said(definition, join_place, known)
                    if join.rates is None
                    else rates_sentence(definition, join_place),
                    match_text(known.left_matched, known.left_rows) if known is not None and pair == 0 else "",
                    known,
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


def match_text(matched: int, rows: int) -> str:
    """The share of rows that find another one, rounded down, since `100 %` means all of them; empty without rows."""
    if not rows:
        return ""
    share = Decimal(100 * matched) / Decimal(rows)
    whole = share.quantize(Decimal(1) if share >= 1 or not matched else Decimal("0.1"), rounding=ROUND_DOWN)
    return _("{percent} match").format(percent=percent(whole, most=1))


def _note(facts: JoinFacts | None, *, is_rates: bool) -> str:
    lost = facts.left_rows - facts.left_matched if facts is not None else 0
    if lost <= 0:
        return ""
    if is_rates:
        return ngettext("{count} without a rate", "{count} without a rate", lost).format(count=number(lost))
    return ngettext("{count} without a match", "{count} without a match", lost).format(count=number(lost))


def _said(definition: ModelDefinition, place: int, facts: JoinFacts | None) -> str:
    """The columns that a join compares, each with its table, and how many rows meet: `sales.shop_id to shops.id, many
    to one`; in the next line, its kind."""
    join, other = definition.joins[place], definition.tables[place + 1].table
    owners = {one.name: f"{table.table}.{one.column}" for table in definition.tables for one in table.fields}
    pairs = [
        _("{column} to {other}").format(column=owners.get(ours, ours), other=f"{other}.{theirs}")
        for ours, theirs in join.keys
    ]
    meets = {
        (False, False): _("one to one"),
        (False, True): _("one to many"),
        (True, False): _("many to one"),
        (True, True): _("many to many"),
    }
    is_known = facts is not None and facts.left_rows > 0 and facts.right_rows > 0  # else there is nothing to meet
    said = [meets[facts.most_left > 1, facts.most_right > 1]] if facts is not None and is_known else []
    return f"{', '.join([in_sentence(pairs), *said])}\n{join_kind_title(join.kind)}"


def _tip(definition: ModelDefinition, place: int, facts: JoinFacts | None) -> str:
    join, other = definition.joins[place], definition.tables[place + 1].table
    table = definition.tables[0].table
    pairs = in_sentence([f"{ours} = {theirs}" for ours, theirs in join.keys])
    said = [f"{join_kind_title(join.kind)}: {other}, {pairs}"]
    if join.rates is not None:
        said = [rates_sentence(definition, place)]
        if facts is not None:
            said.append(
                _("{count} of {rows} rows have a rate.").format(
                    count=number(facts.left_matched), rows=number(facts.left_rows)
                )
            )
    elif facts is not None:
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
