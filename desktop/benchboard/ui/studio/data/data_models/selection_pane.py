"""The pane beside a model's canvas: what is selected there, where it comes from, and what uses it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from benchboard.analytics.column_statistics import ColumnStatistics
from benchboard.analytics.data_models.definition import Field, ModelDefinition, ModelField
from benchboard.analytics.model_rates import rates_sentence
from benchboard.analytics.query_types import ValueKind
from benchboard.analytics.sources.file_news import copied_table_text
from benchboard.analytics.sources.lineage import LineageUse, field_origins, use_kind_title
from benchboard.analytics.sources.table_lineage import TableKey, TableLineage
from benchboard.i18n import _, ngettext, number, percent
from benchboard.ui.studio.data.data_models import canvas_painting as painting
from benchboard.ui.studio.data.data_models.canvas_facts import CanvasFacts
from benchboard.ui.studio.data.data_models.canvas_scene import (
    CanvasScene,
    JoinLine,
    TableCard,
    TableFacts,
    join_kind_title,
    match_text,
    rows_text,
)
from benchboard.ui.studio.data.data_models.model_canvas import CanvasSpot, ModelCanvas
from benchboard.ui.studio.data.data_models.model_draft import ModelDraft
from benchboard.ui.studio.data.explore.join_text import JoinNote, join_note
from benchboard.ui.studio.data.source_rows import location_text
from benchboard.ui.studio.data.uses_table import ICONS, use_address
from benchboard.ui.studio.data.value_text import common_decimals, kind_title, value_text
from benchboard.ui.widgets import Button, Elided, KeyValue, Paragraph, hairline, paint_meter
from benchboard.ui.widgets.detail_pane import DetailHeader, DetailPane, DetailSection
from benchboard.ui.widgets.list_row import ListRow

if TYPE_CHECKING:
    from benchboard.analytics.query_builder.question import Dialect
    from benchboard.ui.context import Context

WIDTH: Final = 300
_MOST_USES: Final = 12
"""Dashboards and others that are listed; the page *Used by* has all."""
_MOST_OFFERS: Final = 6
"""Tables to join that are listed; the menu *Add table* has all."""
_ROW_INSET: Final = 8
"""Pixels by which rows begin to the left of a section's title: their icons stand below it."""
_RANGED: Final[frozenset[ValueKind]] = frozenset(("integer", "decimal", "date", "timestamp"))
"""Kinds of columns of which the least and the greatest value say something."""
Fact = tuple[str, QWidget]


@dataclass(frozen=True, slots=True)
class JoinOffer:
    """A table that can be joined to the model; `pair` are the columns by which its names make that likely."""

    key: TableKey
    source: str
    pair: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class ShownDraft:
    """What the pane shows the selection of. `dialect` is that of the model's expressions; `offers` are the tables that
    can be joined."""

    draft: ModelDraft
    tables: TableFacts
    dialect: "Dialect"
    offers: tuple[JoinOffer, ...] = ()


class SelectionPane(DetailPane):
    """Shows what is selected on the canvas; without a selection, the model itself. Its rows lead to what they name;
    that of a table which can be joined emits `join_requested` with its source and name."""

    join_requested = Signal(str, str)

    def __init__(
        self, context: "Context", canvas: ModelCanvas, facts: CanvasFacts, show_all_uses: Callable[[str], object]
    ) -> None:
        super().__init__("model_selection")
        self.setFixedWidth(WIDTH)
        self._context, self._canvas, self._facts, self._show_all_uses = context, canvas, facts, show_all_uses
        self.has_form: Callable[[], bool] = lambda: False
        """Whether a form for the selected field is shown elsewhere."""
        self._draft: ShownDraft | None = None
        self._contents: object = None
        self._refreshed: tuple[TableLineage, Elided] | None = None
        self._head = DetailHeader(self.close_button(), icon="ph.tree-structure")
        self.head.addWidget(self._head)
        self.head.addWidget(hairline())
        self._key_values = KeyValue(label=_("Facts"))
        self._about, self._matches = DetailSection(""), DetailSection(_("Rows that match"))
        self._from, self._joins, self._used_by, self._offers = (
            DetailSection(title, inset=_ROW_INSET)
            for title in (_("Made from"), _("Joins"), _("Used by"), _("Can be joined"))
        )
        self._about.fill(self._key_values)
        self._warning = Paragraph("", "body", "warn")
        self._warning.setObjectName("model_selection_warning")
        self._warning.setContentsMargins(16, 0, 16, 8)
        self.edit = Button("", kind="plain", icon="ph.pencil-simple", name="model_selection_edit")
        self.edit.clicked.connect(self._open)
        self._actions = DetailSection("")
        self._actions.fill(self.edit)
        self._rules: dict[QWidget, QWidget] = {}
        """The line above each section."""
        for part in (
            self._about,
            self._matches,
            self._warning,
            self._from,
            self._joins,
            self._offers,
            self._used_by,
            self._actions,
        ):
            if part not in (self._about, self._warning):
                self._rules[part] = hairline()
                self.column.addWidget(self._rules[part])
            self.column.addWidget(part)
        self.column.addStretch(1)

    def show_selection(self, shown: ShownDraft) -> None:
        """Show what is selected of a draft now."""
        self._draft = shown
        scene, spot, stored = self._canvas.scene, self._canvas.current, shown.draft.stored
        name = shown.draft.stored_name(self._field_name(spot))
        uses = self._facts.uses(stored, name) if spot.card < 0 or spot.row >= 0 else ()
        contents = (scene, spot, shown.draft.state, shown.tables, uses, shown.offers)
        if contents == self._contents:
            return
        self._contents = contents
        self._refreshed = None
        if spot.line >= 0:
            self._show_join(scene.lines[spot.line])
        elif spot.row >= 0:
            self._show_column(scene.cards[spot.card], spot, uses)
        elif spot.card >= 0:
            self._show_table(scene.cards[spot.card], spot)
        else:
            self._show_model(scene, uses)

    def refresh_time(self) -> None:
        """Say as of now how long ago the table was read."""
        if self._refreshed is not None:
            self._refreshed[1].setText(painting.freshness_text(self._refreshed[0])[1])

    # What is shown

    @property
    def _definition(self) -> ModelDefinition:
        assert self._draft is not None
        return self._draft.draft.state.definition

    def _field_name(self, spot: CanvasSpot) -> str:
        return self._canvas.scene.cards[spot.card].rows[spot.row].field if spot.row >= 0 else ""

    def _title(self, name: str, below: str, icon: str) -> None:
        self._head.name.setText(name)
        self._head.below.setText(below)
        self._head.show_icon(icon)

    def _show_parts(
        self,
        facts: Sequence[Fact],
        *,
        origins: Sequence[QWidget] = (),
        joins: Sequence[QWidget] = (),
        matches: Sequence[QWidget] = (),
        uses: Sequence[QWidget] = (),
        note: JoinNote | None = None,
        edit: str = "",
    ) -> None:
        self._key_values.show_rows(facts)
        self._about.setVisible(bool(facts))
        self._warning.setText(note.text if note is not None else "")
        self._warning.set_tone("secondary" if note is None or not note.is_warning else "warn")
        self._warning.setVisible(note is not None and bool(note.text))
        spot = self._canvas.current
        offers = self._offer_rows() if spot.row < 0 and spot.line < 0 else []
        for section, rows in (
            (self._from, origins), (self._joins, joins), (self._offers, offers), (self._matches, matches),
            (self._used_by, uses),
        ):  # fmt: skip
            section.fill(*rows)
            section.setVisible(bool(rows))
        self.edit.set_title(edit)
        self.show_edit()

    def show_edit(self) -> None:
        """Offer to edit what is shown, unless the form of a field is there already."""
        is_field = self._canvas.current.row >= 0
        self._actions.setVisible(bool(self.edit.text()) and not (is_field and self.has_form()))
        shown_above = not self._about.isHidden()
        for section, rule in self._rules.items():
            rule.setVisible(not section.isHidden() and shown_above)
            shown_above = shown_above or not section.isHidden()

    def _show_model(self, scene: CanvasScene, uses: tuple[LineageUse, ...] | None) -> None:
        assert self._draft is not None
        state = self._draft.draft.state
        self._title(state.name, _("Data model"), ICONS["model"])
        joined = [card for card in scene.cards if card.is_joined]
        origins = []
        for source_id in dict.fromkeys(card.source_id for card in joined):
            cards = [card for card in joined if card.source_id == source_id]
            below = ", ".join(
                part for part in (_named(one.table for one in cards), painting.freshness(cards[0])[1]) if part
            )
            origins.append(
                self._row(cards[0].source, below, painting.table_icon(cards[0]), self._source_opener(source_id))
            )
        self._show_parts(
            [(_("Tables"), Elided(number(len(joined)))), (_("Fields"), Elided(number(len(state.definition.names()))))],
            origins=origins,
            uses=self._use_rows(uses, ""),
        )

    def _show_table(self, card: TableCard, spot: CanvasSpot) -> None:
        self._title(card.table, card.source if card.is_joined else _("not joined yet"), "ph.table")
        facts: list[Fact] = [
            (_("Rows"), Elided(number(card.row_count) if card.row_count is not None else _("not known")))
        ]
        lineage = card.lineage
        uses: list[QWidget] = []
        if lineage is not None:
            refreshed = Elided(painting.freshness(card)[1])
            self._refreshed = (lineage, refreshed)
            facts = [*facts, (_("Refreshed"), refreshed), *_origin_facts(lineage)]
            assert self._draft is not None
            uses = self._use_rows(lineage.other_uses(self._draft.tables.model_id), None)
        columns = [row for row in card.rows if row.can_join]
        facts.append((_("Columns"), Elided(number(len(columns)))))
        keys = [row.name for row in columns if row.is_key]
        if keys:
            facts.append((_("Joined by"), Elided(", ".join(keys))))
        joins = [
            self._join_row(place, line)
            for place, line in enumerate(self._canvas.scene.lines)
            if spot.card in (line.left, line.right) and line.pair == 0
        ]
        source = self._row(
            card.source, lineage.source.kind_title if lineage is not None and lineage.source is not None else "",
            painting.table_icon(card), self._source_opener(card.source_id),
        )  # fmt: skip
        problem = JoinNote(lineage.problem, is_warning=True) if lineage is not None else None
        self._show_parts(facts, origins=[source], joins=joins, uses=uses, note=problem)

    def _show_column(self, card: TableCard, spot: CanvasSpot, uses: tuple[LineageUse, ...] | None) -> None:
        assert self._draft is not None
        row, tables = card.rows[spot.row], self._draft.tables
        field = self._definition.field(row.field) if row.field else None
        self._title(row.name, card.table if row.can_join else row.note, row.icon)
        statistics = tables.statistics.get(card.key)
        found = statistics.columns.get(row.name) if statistics is not None and row.can_join else None
        facts = _field_facts(field, row.name)
        if statistics is not None and found is not None:
            kind: ValueKind = field.kind if field is not None else "null"
            is_money = field is not None and field.display.format == "money"
            facts += _value_facts(found, statistics.rows, kind, is_money=is_money)
        origins = self._origin_rows(field, card)
        joins = [
            self._join_row(place, line)
            for place, line in enumerate(self._canvas.scene.lines)
            if (spot.card, spot.row) in ((line.left, line.left_row), (line.right, line.right_row))
        ]
        if uses is not None and row.field:
            uses = self._draft.draft.field_uses(row.field, uses, self._draft.dialect)
        use_rows = [] if joins and uses == () else self._use_rows(uses, row.field)
        edit = _("Edit field…") if field is not None and self._canvas.editable else ""
        self._show_parts(facts, origins=origins, joins=joins, uses=use_rows, edit=edit)

    def _show_join(self, line: JoinLine) -> None:
        assert self._draft is not None
        left, right = self._canvas.scene.cards[line.left].table, self._canvas.scene.cards[line.right].table
        join, known = self._definition.joins[line.join], line.facts
        kind = join_kind_title(line.kind) if join.rates is None else _("Exchange rates")
        self._title(_("{table} with {other}").format(table=left, other=right), kind, "ph.link")
        facts: list[Fact] = [(_("Columns"), Elided(" · ".join(f"{ours} = {theirs}" for ours, theirs in join.keys)))]
        if join.rates is not None:
            facts = [(_("Rates"), Paragraph(rates_sentence(self._definition, line.join)))]
        elif line.left_end:
            facts.append((_("Rows per match"), Elided(f"{left} {line.left_end} : {line.right_end} {right}")))
        if line.crosses_sources:
            sources = _named(self._canvas.scene.cards[place].source for place in (line.left, line.right))
            facts.append((_("Sources"), Elided(sources)))
        shares: list[QWidget] = []
        note: JoinNote | None = None
        if known is not None:
            for name, matched, rows in (
                (left, known.left_matched, known.left_rows), (right, known.right_matched, known.right_rows)
            ):  # fmt: skip
                shares.append(_MatchShare(name, matched, rows))
            place = line.join
            all_facts = [next((one.facts for one in self._canvas.scene.lines if one.join == at), None)
                         for at in range(len(self._definition.joins))]  # fmt: skip
            note = join_note(all_facts, place, left, right)
        edit = _("Edit join…") if join.rates is None else _("Edit rates…")
        edit = edit if self._canvas.editable else ""
        if join.rates is not None and known is not None:
            text = _("{count} of {rows} rows have a rate.").format(
                count=number(known.left_matched), rows=number(known.left_rows)
            )
            # Of the rates, it says nothing how many rows use them.
            shares, note = [_MatchShare(left, known.left_matched, known.left_rows, text)], None
        self._show_parts(facts, matches=shares, note=note, edit=edit)

    # Rows

    def _row(self, title: str, below: str, icon: str, run: Callable[[], object]) -> ListRow:
        row = ListRow(run, icon=icon, leads=True, name="model_lineage_row")
        row.show_row(title, below)
        return row

    def _source_opener(self, source_id: str) -> Callable[[], object]:
        return partial(self._context.go, f"studio/data/{source_id}" if source_id else "studio/explore")

    def _join_row(self, place: int, line: JoinLine) -> ListRow:
        cards = self._canvas.scene.cards
        title = _("{table} with {other}").format(table=cards[line.left].table, other=cards[line.right].table)
        ends = f"{line.left_end} : {line.right_end}" if line.left_end else ""
        below = ", ".join(part for part in (join_kind_title(line.kind), ends, line.match) if part)
        return self._row(title, below, "ph.link", partial(self._select, CanvasSpot(line=place)))

    def _offer_rows(self) -> list[QWidget]:
        """The tables that can be joined, and by which columns."""
        assert self._draft is not None
        rows: list[QWidget] = []
        for one in self._draft.offers[:_MOST_OFFERS]:
            by = _("by {columns}").format(columns=" = ".join(one.pair)) if one.pair is not None else _("choose columns")
            below = ", ".join(part for part in (one.source, by) if part)
            row = ListRow(
                partial(self.join_requested.emit, *one.key), icon="ph.link", leads=True, name="model_offer_row"
            )
            row.show_row(one.key[1], below)
            rows.append(row)
        if len(self._draft.offers) > _MOST_OFFERS:
            more = len(self._draft.offers) - _MOST_OFFERS
            text = ngettext("{count} more in “Add table”", "{count} more in “Add table”", more)
            rows.append(_line(text.format(count=number(more)), "caption"))
        return rows

    def _origin_rows(self, field: Field | None, card: TableCard) -> list[QWidget]:
        """The columns that a field is made from, each of which is selected by its row."""
        assert self._draft is not None
        if field is None or isinstance(field, ModelField):
            return [self._row(card.source, _freshness_and_table(card), painting.table_icon(card),
                              self._source_opener(card.source_id))]  # fmt: skip
        rows: list[QWidget] = []
        for source_id, table, column in field_origins(self._definition, field.name, self._draft.dialect):
            place = next((k for k, one in enumerate(self._canvas.scene.cards) if one.key == (source_id, table)), -1)
            if place >= 0:
                shown = self._canvas.scene.cards[place]
                at = next((k for k, one in enumerate(shown.rows) if one.name == column), -1)
                icon = shown.rows[at].icon if at >= 0 else "ph.columns"
                select = partial(self._select, CanvasSpot(place, at))
                rows.append(self._row(f"{table}.{column}", shown.source, icon, select))
        return rows

    def _use_rows(self, uses: tuple[LineageUse, ...] | None, field: str | None) -> list[QWidget]:
        """What uses something, the widgets of each dashboard together. `field` is that of the model whose uses the page
        of uses has, empty for the whole model; None for a table."""
        assert self._draft is not None
        if uses is None:
            return [_line(_("Looking for what uses it…"))]
        if not uses:
            saved = self._draft.draft.stored is not None or field is None
            text = _("Not used yet.") if saved else _("The model isn't saved yet, so nothing uses it.")
            return [_line(text)]
        rows: list[QWidget] = []
        grouped: dict[tuple[str, str, str], list[LineageUse]] = {}
        for use in uses:
            on_page = use.kind in ("widget", "variable")
            key = ("page", use.dashboard_id, use.dashboard) if on_page else (use.kind, use.id, use.name)
            grouped.setdefault(key, []).append(use)
        for group in list(grouped.values())[:_MOST_USES]:
            rows.append(self._use_row(group))
        if len(grouped) > _MOST_USES:
            more = len(grouped) - _MOST_USES
            text = ngettext("{count} more", "{count} more", more).format(count=number(more))
            rows.append(self._row(text, _("Show all uses"), "ph.dots-three", partial(self._show_all_uses, field or "")))
        return rows

    def _use_row(self, group: Sequence[LineageUse]) -> ListRow:
        first = group[0]
        if first.kind == "field":
            return self._row(first.name, _("Field"), ICONS["field"], partial(self._select_field, first.name))
        names = "; ".join(one.name or _("Untitled") for one in group)  # titles may have commas
        if first.kind in ("widget", "variable"):
            below, title = names, first.dashboard
        else:
            below, title = use_kind_title(first.kind), first.name
        icon = ICONS["widget"] if first.kind == "variable" else ICONS[first.kind]
        return self._row(title, below, icon, partial(self._go_to, group))

    def _go_to(self, group: Sequence[LineageUse]) -> None:
        """Show what uses data: a single widget itself, several on their dashboard."""
        first = group[0]
        several = len(group) > 1 and bool(first.dashboard_id)
        address = f"studio/dashboards/{first.dashboard_id}" if several else use_address(first)
        if address:
            self._context.go(address)
        else:
            self._context.problems.refuse(_("“{name}” can't be opened from here.").format(name=first.name))

    def _select(self, spot: CanvasSpot) -> None:
        self._canvas.setFocus()
        self._canvas.make_current(spot)

    def _select_field(self, name: str) -> None:
        for place, card in enumerate(self._canvas.scene.cards):
            for at, row in enumerate(card.rows):
                if row.field == name:
                    self._select(CanvasSpot(place, at))
                    return

    def _open(self) -> None:
        """Edit the join or the field that is shown."""
        spot = self._canvas.current
        if spot.line >= 0:
            self._canvas.line_opened.emit(spot.line)
        elif spot.row >= 0:
            self._canvas.row_opened.emit(spot.card, spot.row)


def _line(text: str, role: str = "body") -> Paragraph:
    """A sentence in place of rows, below the section's title."""
    line = Paragraph(text, role, "muted")
    line.setContentsMargins(_ROW_INSET, 0, _ROW_INSET, 0)
    return line


class _MatchShare(QWidget):
    """How many rows of a table find one of the other: a sentence above a bar."""

    def __init__(self, table: str, matched: int, rows: int, text: str = "") -> None:
        super().__init__()
        self._share = matched / rows if rows else 0.0
        text = text or _("{matched} of {rows} match in {table}").format(
            matched=number(matched), rows=rows_text(rows), table=table
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 16)
        column.addWidget(Paragraph(text, "body", "secondary"))
        self.setAccessibleName(f"{text}, {match_text(matched, rows)}")

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            bar = QRectF(0, self.height() - 12, self.width(), 10)
            paint_meter(painter, bar, self._share, "info" if self._share >= 1 else "warn")


def _named(names: Iterable[str]) -> str:
    return ", ".join(names)


def _freshness_and_table(card: TableCard) -> str:
    return ", ".join(part for part in (card.table, painting.freshness(card)[1]) if part)


def _origin_facts(lineage: TableLineage) -> list[Fact]:
    """Where the rows of a table are kept."""
    source = lineage.source
    if source is None or not lineage.origin:
        return []
    if text := copied_table_text(source):
        return [(_("Copied from"), Elided(text, middle=True))]
    is_server = bool(source.server or source.address)
    title = _("Server") if is_server else _("Copied from") if source.copied else _("File")
    place = lineage.origin if is_server else location_text(lineage.origin)
    return [(title, Elided(place, middle=True))]


def _field_facts(field: Field | None, column: str) -> list[Fact]:
    """What a field is called, and of which kind it is."""
    if field is None:
        return []
    facts: list[Fact] = [(_("Type"), Elided(kind_title(field.kind)))] if field.kind != "null" else []
    if field.name != column:
        facts.append((_("In queries"), Elided(field.name)))
    if field.display.title not in ("", column):
        facts.append((_("Title"), Elided(field.display.title)))
    if field.display.unit:
        facts.append((_("Unit"), Elided(field.display.unit)))
    if field.display.description:
        facts.append((_("Description"), Paragraph(field.display.description)))
    expression = getattr(field, "expression", "")
    if expression:
        facts.append((_("Expression"), Paragraph(" ".join(expression.split()))))
    return facts


def _value_facts(found: ColumnStatistics, rows: int, kind: ValueKind, *, is_money: bool) -> list[Fact]:
    """What is in a column: how many values, how many are missing, from where to where."""
    each_once = rows > 1 and found.distinct == found.filled == rows
    distinct = _("{count}, each once").format(count=number(found.distinct)) if each_once else number(found.distinct)
    facts: list[Fact] = [(_("Values"), Elided(distinct))]
    empty = rows - found.filled
    share = f", {percent(100 * empty / rows, most=1)}" if empty and rows else ""
    facts.append((_("Empty"), Elided(f"{number(empty)}{share}" if empty else _("none"))))
    if kind in _RANGED and found.least is not None and found.greatest is not None:
        facts.append((_("Range"), Elided(_range_text(found.least, found.greatest, is_money=is_money))))
    return facts


def _range_text(least: object, greatest: object, *, is_money: bool) -> str:
    """The least and the greatest value, both with as many decimals as one of them needs; of money, with two."""
    exact = [one.normalize() if isinstance(one, Decimal) else one for one in (least, greatest)]
    decimals = common_decimals(exact)
    if decimals is not None and is_money:
        decimals = max(decimals, 2)
    first, last = (value_text(one, decimals) for one in (least, greatest))
    return _("{least} to {greatest}").format(least=first, greatest=last)
