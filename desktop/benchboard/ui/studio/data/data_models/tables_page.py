"""The page of a data model's tables: the canvas, the tools above it, and what its gestures change in the draft."""

from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.analytics.query_builder.combined import MAX_JOINS, comparable
from benchboard.analytics.query_types import ValueKind, kind_name
from benchboard.analytics.sources.table_lineage import TableKey
from benchboard.i18n import _, in_sentence, percent
from benchboard.ui.studio.data.data_models import canvas_reader
from benchboard.ui.studio.data.data_models.canvas_facts import CanvasFacts
from benchboard.ui.studio.data.data_models.canvas_scene import TableCard, TableFacts, canvas_scene
from benchboard.ui.studio.data.data_models.field_form import FieldEditing
from benchboard.ui.studio.data.data_models.lower_pane import HEIGHT, LowerPane
from benchboard.ui.studio.data.data_models.model_canvas import CanvasSpot, ModelCanvas
from benchboard.ui.studio.data.data_models.model_draft import (
    ModelDraft,
    ModelState,
    UnjoinedTable,
    with_join_pair,
    with_places,
    without_join_pair,
)
from benchboard.ui.studio.data.data_models.selection_pane import WIDTH, JoinOffer, SelectionPane, ShownDraft
from benchboard.ui.studio.data.explore.join_popover import JoinPopover
from benchboard.ui.studio.data.explore.joined_tables import JoinableTable, as_join, joinable_tables, key_pairs
from benchboard.ui.studio.data.explore.rates_popover import RatesPopover
from benchboard.ui.studio.data.source_actions import explore_address
from benchboard.ui.time_format import refresh_times
from benchboard.ui.widgets import Button, Elided, MenuItem, hairline, menu
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.readable_rows import Readable
from benchboard.ui.widgets.surfaces import set_surface

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchboard.ui.context import Context

_MOST_PAIRS: Final = 10
"""Pairs of columns that one join compares."""
_LEAST_CANVAS: Final = 560
"""Width of the canvas from which the pane is beside it unasked, in pixels."""
_LEAST_HEIGHT: Final = 280
"""Height of the canvas with its tools from which the field and its rows are below them unasked, in pixels."""


class DraftEditing(FieldEditing, Protocol):
    """What the page needs of the editor that it is part of."""

    def remove_join(self, place: int, *, keep: bool) -> None: ...
    def remove_field(self, place: int) -> None: ...
    def field_items(self, place: int, edit_field: "Callable[[], object]") -> list[MenuItem]: ...
    def show_uses(self, name: str = "") -> None: ...
    def say(self, text: str, *, warning: bool = False) -> None: ...


class ReadableLine(Readable, Elided):
    """A line that says why the button beside it is disabled: Tab leads to it where it can't lead to the button."""


class TablesPage(QWidget):
    """Shows the draft of an editor as a canvas, and beside it what is selected there. Joins change through the editor's
    exploration, which counts what matches; places and pairs of columns through its draft."""

    def __init__(self, context: "Context", editor: DraftEditing) -> None:
        super().__init__()
        self._context, self._editor = context, editor
        self._shown: ModelDraft | None = None
        self._tables = TableFacts()
        self._opens_line = -1
        """The join whose popover opens as soon as it is on the canvas."""
        canvas_reader.install()
        self.canvas = ModelCanvas("model_canvas")
        canvas_reader.follow(self.canvas)
        self.canvas.why_not_join = self._why_not_joined
        self._facts = CanvasFacts(context, editor.exploration, self)
        self.pane = SelectionPane(context, self.canvas, self._facts, editor.show_uses)
        self.below = LowerPane(context, self.canvas, editor)
        self.pane.has_form = lambda: not self.below.isHidden()
        self._wants_pane: bool | None = None
        """Whether someone opened or closed the pane; None while the width decides."""
        self._wants_lower: bool | None = None
        """The same of the pane below, which the height decides."""
        self.add = Button(_("Add table"), self._open_tables, icon="ph.plus", menu=True, name="model_add_table")
        self.why_no_more = ReadableLine("", "caption", "muted")
        """Beside the button: why no table can be added."""
        self.why_no_more.setObjectName("model_why_no_more")
        self.why_no_more.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._hint = Elided("", "caption", "muted")  # in several lines it would move the canvas
        self._hint.setObjectName("model_canvas_hint")
        self._lower_line = hairline()
        set_surface(self, "surface")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self.canvas, 1)
        left.addWidget(hairline())
        left.addWidget(self._make_tools())
        left.addWidget(self._lower_line)
        left.addWidget(self.below)
        middle.addLayout(left, 1)
        middle.addWidget(self.pane)
        column.addLayout(middle, 1)
        self.setFocusProxy(self.canvas)
        self.canvas.joined.connect(self._join)
        self.canvas.card_moved.connect(self._move)
        self.canvas.line_opened.connect(self._open_line)
        self.canvas.line_removed.connect(self._remove_line)
        self.canvas.card_opened.connect(self._open_card)
        self.canvas.card_removed.connect(self._remove_card)
        self.canvas.row_opened.connect(self._open_row)
        self.canvas.row_removed.connect(self._remove_row)
        self.canvas.row_menu_requested.connect(self._open_row_menu)
        self.canvas.zoomed.connect(self._show_zoom)
        self.canvas.selected.connect(self.show_selection)
        self.pane.closed.connect(self._close_pane)
        self.pane.join_requested.connect(lambda source_id, table: self._choose_join(0, (source_id, table)))
        self._facts.changed.connect(self._show_facts)
        refresh_times(self.canvas, self.pane.refresh_time)

    def _make_tools(self) -> QWidget:
        """The zoom and the arrangement below the canvas, and what to do next beside them."""
        tools = QWidget()
        line = QHBoxLayout(tools)
        line.setContentsMargins(12, 8, 16, 8)
        line.setSpacing(4)
        out = Button("", partial(self.canvas.zoom_told, -1), kind="quiet", icon="ph.minus", tip=_("Zoom out"), keys="",
                     name="model_zoom_out")  # fmt: skip
        self._zoom = Button(percent(100, 0), self._reset_zoom, kind="quiet", tip=_("Zoom to 100 %"), name="model_zoom")
        closer = Button("", partial(self.canvas.zoom_told, 1), kind="quiet", icon="ph.plus", tip=_("Zoom in"),
                        name="model_zoom_in")  # fmt: skip
        fit = Button(_("Fit"), self.canvas.fit_told, kind="quiet", icon="ph.corners-out", tip=_("Show all tables"),
                     name="model_fit")  # fmt: skip
        self._tidy = Button(_("Arrange"), self._tidy_up, kind="quiet", icon="ph.magic-wand", tip=_("Arrange tables"),
                            name="model_tidy")  # fmt: skip
        for button in (out, self._zoom, closer, fit, self._tidy):
            line.addWidget(button)
        line.addSpacing(12)
        line.addWidget(self._hint, 1)
        self._below_button = Button(_("Field and rows"), self._toggle_lower, kind="quiet", icon="ph.rows",
                             tip=_("Show or hide the field and its rows"), name="model_below")  # fmt: skip
        self._below_button.setCheckable(True)
        line.addWidget(self._below_button)
        self._details = Button(_("Details"), self._toggle_pane, kind="quiet", icon="bb.pane-right",
                               tip=_("Show or hide details"), name="model_details")  # fmt: skip
        self._details.setCheckable(True)
        line.addWidget(self._details)
        return tools

    def _reset_zoom(self) -> None:
        before = self.canvas.zoom
        while abs(self.canvas.zoom - 1.0) > 1e-6:
            self.canvas.zoom_by(1 if self.canvas.zoom < 1.0 else -1)
        if self.canvas.zoom != before:
            self.canvas.tell_zoom()

    def _show_zoom(self) -> None:
        self._zoom.set_title(percent(self.canvas.zoom * 100, 0))

    # The panes

    def _toggle_pane(self) -> None:
        self._wants_pane = not self.pane.isVisibleTo(self)
        self._place_pane()

    def _toggle_lower(self) -> None:
        self._wants_lower = not self.below.isVisibleTo(self)
        self._place_pane()

    def _close_pane(self) -> None:
        self._wants_pane = False
        self._place_pane()
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _place_pane(self) -> None:
        """Show each pane if someone asked for it, or else where the canvas keeps its room."""
        shown = self._wants_pane if self._wants_pane is not None else self.width() >= _LEAST_CANVAS + WIDTH
        self.pane.setVisible(shown)
        self._details.setChecked(shown)
        below = self._wants_lower if self._wants_lower is not None else self.height() >= _LEAST_HEIGHT + HEIGHT
        is_new = below and self.below.isHidden()
        for widget in (self.below, self._lower_line):
            widget.setVisible(below)
        self._below_button.setChecked(below)
        if is_new:
            self.below.show_selection()
        self.pane.show_edit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_pane()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_facts()

    def _show_facts(self) -> None:
        """Show what became known of the tables."""
        if self._shown is not None and self._shown is self._editor.draft:
            self.show_draft(self._shown)

    def show_selection(self) -> None:
        """Show what is selected of the draft as it is now, or the model."""
        if self._shown is not None and self._shown is self._editor.draft:
            dialect = self._editor.question().dialect
            self.pane.show_selection(ShownDraft(self._shown, self._tables, dialect, self._offers()))
            self.below.show_selection()
            self._hint.set_texts(*self._hint_texts(self._state))

    # What is shown

    @property
    def _state(self) -> ModelState:
        draft = self._editor.draft
        assert draft is not None
        return draft.state

    def show_draft(self, draft: ModelDraft) -> None:
        """Show the tables of the draft as they are now."""
        exploration, state = self._editor.exploration, draft.state
        question = self._editor.question()
        is_other, self._shown = draft is not self._shown, draft
        if self.isVisible():
            self._tables = self._facts.of_tables(draft)
        scene = canvas_scene(
            state.definition, state.unjoined, exploration.sources, exploration.joined_tables.facts(question),
            self._editor.broken_texts(), self._tables,
        )  # fmt: skip
        self.canvas.editable = not self._editor.why_read_only
        self.canvas.show_scene(scene, fit=is_other)
        self.show_selection()
        self.add.disable(self._editor.why_read_only or self._why_no_more())
        reason = "" if self._editor.why_read_only else self._why_no_more()
        first, end, _rest = reason.partition(". ")
        self.why_no_more.set_texts(reason, *([f"{first}."] if end else []), "")
        self.why_no_more.setFocusPolicy(Qt.FocusPolicy.TabFocus if reason else Qt.FocusPolicy.NoFocus)
        self._tidy.disable(self._editor.why_read_only)
        self._show_zoom()
        if self._opens_line >= 0:
            line = next((k for k, one in enumerate(scene.lines) if one.join == self._opens_line), -1)
            self._opens_line = -1
            if not self.canvas.is_all_seen():
                self.canvas.fit()
            if line >= 0:
                joined = self.canvas.describe(CanvasSpot(line=line))
                announce(self.canvas, _("Joined: {join}").format(join=joined), again=True)
                self._open_line(line)

    def _hint_texts(self, state: ModelState) -> tuple[str, ...]:
        """What to do next: in full, then shorter."""
        if self._editor.why_read_only:
            return ("",)
        if state.unjoined:
            name = state.unjoined[0].table
            whole = _("Drag a column onto one of “{table}”, or select “{table}” and press Enter. Saved once joined.")
            return whole.format(table=name), _("Drag a column onto one of “{table}”.").format(table=name)
        if len(state.definition.tables) == 1 and not self._why_no_more():
            return _("Add a table to join it."), ""
        return ("" if self.canvas.current.row >= 0 else _("Select a field to edit it.")), ""

    # Adding tables

    def _joinable(self) -> list[JoinableTable]:
        question = self._editor.exploration.state.question
        if question is None:
            return []
        there = {(one.source_id, one.table) for one in self._state.unjoined}
        found = joinable_tables(question, self._editor.exploration.sources)
        return [one for one in found if (one.source.id, one.table.name) not in there and not one.table.model_id]

    def _offers(self) -> tuple[JoinOffer, ...]:
        """The tables that can be joined, those with columns of which names and types make a join likely first."""
        exploration = self._editor.exploration
        question, known = exploration.state.question, exploration.table
        if question is None or known is None or self._editor.why_read_only or self._why_no_more():
            return ()
        found = []
        for one in self._joinable():
            likely, _others = key_pairs(question, known, one)
            pair = likely[0] if likely else None
            found.append(JoinOffer((one.source.id, one.table.name), one.source_name, pair))
        return tuple(sorted(found, key=lambda one: one.pair is None))

    def _why_no_more(self) -> str:
        if len(self._state.definition.joins) + len(self._state.unjoined) >= MAX_JOINS:
            return _("A query can join up to {limit} tables.").format(limit=MAX_JOINS)
        if not self._joinable():
            if self._state.definition.joins or self._state.unjoined:
                return _("Every table that can be joined is in the model.")
            return _(
                "There's no other table in this source. Files can be joined to files and to copies of servers' tables."
            )
        return ""

    def _open_tables(self) -> None:
        items: list[MenuItem] = []
        source = ""
        for one in self._joinable():
            if one.source_name != source:
                source = one.source_name
                items.append(MenuItem(source, None))
            items.append(MenuItem(one.table.name, partial(self._add_table, one), "ph.table",
                                  name=f"model_table_{one.table.name}"))  # fmt: skip
        question = self._editor.exploration.state.question
        if question is not None and question.dialect != "own":
            items += [
                MenuItem(_("Exchange rates"), None),
                MenuItem(_("Table of exchange rates…"), self._add_rates, "ph.currency-circle-dollar",
                         name="model_rates"),
            ]  # fmt: skip
        menu(self.add, items, name="model_tables_menu")

    def _add_rates(self) -> None:
        """Ask for the table of exchange rates, and the amount that it converts."""
        exploration = self._editor.exploration
        question = exploration.state.question
        if question is None or exploration.table is None:
            self._context.problems.refuse(_("The table isn't available."))
        elif not any(one.kind == "text" for one in exploration.table.columns):
            self._context.problems.refuse(_("The model has no field with the currency of each row."))
        else:
            RatesPopover(self._context, exploration, self.add, question).open()

    def _add_table(self, one: JoinableTable) -> None:
        state = self._state
        added = UnjoinedTable(one.source.id, one.table.name)
        self._editor.apply_state(ModelState(state.name, state.description, state.definition, (*state.unjoined, added)))
        self.canvas.focus_on(CanvasSpot(len(self.canvas.scene.cards) - 1))
        if not self.canvas.is_all_seen():
            self.canvas.fit()
        text = _("{table} added, not joined yet. Press Enter to join it; it is saved once it is joined.")
        announce(self.canvas, text.format(table=one.table.name), again=True)

    # Joins

    def _column(self, card: int, row: int) -> tuple[str, ValueKind]:
        """The name and kind of a column: in the model for its tables, in the table for others."""
        definition = self._state.definition
        if card < len(definition.tables):
            field = definition.tables[card].fields[row]
            return field.name, field.kind
        other = self._state.unjoined[card - len(definition.tables)]
        source = self._editor.exploration.source(other.source_id)
        table = source.table(other.table) if source is not None else None
        if table is None:
            return "", "text"
        return table.columns[row].name, table.columns[row].kind

    def _why_not_joined(self, card: int, row: int, other: int, other_row: int) -> str:
        definition = self._state.definition
        count = len(definition.tables)
        if card >= count and other >= count:
            return _("Join one of these tables to the model first.")
        (first, kind), (second, other_kind) = self._column(card, row), self._column(other, other_row)
        if not comparable(kind, other_kind):
            text = _("“{column}” has {kind} and “{other}” has {other_kind}: they can't be equal.")
            return text.format(column=first, kind=kind_name(kind), other=second, other_kind=kind_name(other_kind))
        if max(card, other) < count:
            join = definition.joins[max(card, other) - 1]
            if self._pair(card, row, other, other_row) in join.keys:
                return _("These columns are joined already.")
            if len(join.keys) >= _MOST_PAIRS:
                return _("A join compares up to {limit} pairs of columns.").format(limit=_MOST_PAIRS)
        return ""

    def _pair(self, card: int, row: int, other: int, other_row: int) -> tuple[str, str]:
        """The names of two columns of the model as its joins name them: a field, and a column of the later table."""
        early, early_row, late, late_row = (
            (card, row, other, other_row) if card < other else (other, other_row, card, row)
        )
        tables = self._state.definition.tables
        return tables[early].fields[early_row].name, tables[late].fields[late_row].column

    def _join(self, card: int, row: int, other: int, other_row: int) -> None:
        if why := self._why_not_joined(card, row, other, other_row):
            self._context.problems.refuse(why)
            return
        definition = self._state.definition
        count = len(definition.tables)
        if max(card, other) < count:
            place = max(card, other) - 1
            pair = self._pair(card, row, other, other_row)
            self._editor.edit_definition(with_join_pair(definition, place, pair))
            self._open_join(place, len(self._state.definition.joins[place].keys) - 1)
            return
        early, early_row, late, late_row = (
            (card, row, other, other_row) if card < count else (other, other_row, card, row)
        )
        ours, theirs = self._column(early, early_row)[0], self._column(late, late_row)[0]
        self._join_table(self._state.unjoined[late - count], (ours, theirs))

    def _join_table(self, added: UnjoinedTable, pair: tuple[str, str]) -> None:
        exploration = self._editor.exploration
        question, known = exploration.state.question, exploration.table
        named = joinable_tables(question, exploration.sources) if question is not None else []
        table = next((one for one in named if (one.source.id, one.table.name) == (added.source_id, added.table)), None)
        if question is None or known is None or table is None:
            self._context.problems.refuse(_("The table isn't available."))
            return
        self._opens_line = len(question.joins)
        exploration.set_question(as_join(question, known, table, [pair], "left"), mode="build")

    def _open_line(self, line: int) -> None:
        shown = self.canvas.scene.lines[line]
        self._open_join(shown.join, shown.pair)

    def _open_join(self, place: int, pair: int) -> None:
        exploration = self._editor.exploration
        question = exploration.state.question
        line = next((k for k, one in enumerate(self.canvas.scene.lines) if (one.join, one.pair) == (place, pair)), -1)
        if self._editor.why_read_only:
            self._context.problems.refuse(self._editor.why_read_only)
        elif question is not None and exploration.table is not None and line >= 0:
            anchor, removed = self.canvas.anchor(CanvasSpot(line=line)), partial(self._remove_line, line)
            if question.joins[place].rates is not None:
                RatesPopover(self._context, exploration, anchor, question, place=place, removed=removed).open()
                return
            JoinPopover(self._context, exploration, anchor, question, place=place, pair=pair,
                        removed=removed).open()  # fmt: skip

    def _remove_line(self, line: int) -> None:
        if self._editor.why_read_only:
            self._context.problems.refuse(self._editor.why_read_only)
            return
        shown, definition = self.canvas.scene.lines[line], self._state.definition
        table = definition.tables[shown.join + 1].table
        if len(definition.joins[shown.join].keys) > 1:
            self._editor.edit_definition(without_join_pair(definition, shown.join, shown.pair))
        else:
            self._editor.remove_join(shown.join, keep=True)
        joined = {one.table for one in self._state.definition.tables}
        others = [one.table for one in definition.tables if one.table not in joined and one.table != table]
        text = _("Removed the join of {table}.").format(table=table)
        if others:  # they were joined by its columns
            text = _("Removed the join of {table}, and with it that of {others}.")
            text = text.format(table=table, others=in_sentence(others))
        self._editor.say(text)

    # Cards

    def _move(self, card: int, x: int, y: int, by_key: bool) -> None:
        if self._editor.why_read_only:
            self._context.problems.refuse(self._editor.why_read_only)
            return
        places: list[tuple[int, int] | None] = [(round(box.rect.x()), round(box.rect.y())) for box in self.canvas.boxes]
        places[card] = (x, y)
        self._editor.apply_state(with_places(self._state, places), group=f"move {card}" if by_key else "")

    def _tidy_up(self) -> None:
        before = self._state
        self._editor.apply_state(with_places(before, [None] * len(self.canvas.boxes)))
        if self._state == before:
            self.canvas.fit_told()
        else:
            self.canvas.fit()
            self._editor.say(_("Tables arranged."))

    def _open_card(self, card: int) -> None:
        shown = self.canvas.scene.cards[card]
        items = [
            *self._join_items(card, shown),
            MenuItem(_("Explore {table}").format(table=shown.table),
                     partial(self._context.go, explore_address(shown.source_id or "own", shown.table)), "ph.compass",
                     name="card_explore"),
        ]  # fmt: skip
        if shown.source_id:
            show = partial(self._context.go, f"studio/data/{shown.source_id}")
            items.append(MenuItem(_("Show data source"), show, "ph.database", name="card_source"))
        if card and not self._editor.why_read_only:
            title = _("Remove from model") if shown.is_joined else _("Remove from canvas")
            items.append(MenuItem(title, partial(self._remove_card, card), "ph.trash", danger=True, name="card_remove"))
        menu(self.canvas.anchor(CanvasSpot(card)), items, name="model_card_menu")

    def _join_items(self, card: int, shown: TableCard) -> list[MenuItem]:
        """What a card's menu offers for its join; nothing for the table that the model begins with."""
        if self._editor.why_read_only or not card:
            return []
        if not shown.is_joined:
            return [MenuItem(_("Join table…"), partial(self._choose_join, card), "ph.link", name="card_join")]
        return [MenuItem(_("Edit join…"), partial(self._open_join, card - 1, 0), "ph.link", name="card_join")]

    def _choose_join(self, card: int, key: TableKey | None = None, row: int = -1) -> None:
        """Join a table by columns that are chosen in a list, at a card or one of its columns: the way without a mouse.
        `key` is that of the table, if it isn't the card's."""
        exploration, shown = self._editor.exploration, self.canvas.scene.cards[card]
        question = exploration.state.question
        if question is not None and exploration.table is not None:
            column = self._column(card, row)[0] if row >= 0 else ""
            JoinPopover(self._context, exploration, self.canvas.anchor(CanvasSpot(card, row)), question,
                        chosen=key or shown.key, column=column).open()  # fmt: skip

    def _remove_card(self, card: int) -> None:
        if self._editor.why_read_only:
            self._context.problems.refuse(self._editor.why_read_only)
            return
        count, shown = len(self._state.definition.tables), self.canvas.scene.cards[card]
        if card == 0:
            only = _("The only table can't be removed. Delete the model instead.")
            begins = _("The model begins with “{table}”.").format(table=shown.table)
            self._context.problems.refuse(only if len(self.canvas.scene.cards) == 1 else begins)
            return
        before = [one.table for one in self.canvas.scene.cards]
        if card < count:
            self._editor.remove_join(card - 1, keep=False)
        else:
            state, place = self._state, card - count
            kept = (*state.unjoined[:place], *state.unjoined[place + 1 :])
            self._editor.apply_state(ModelState(state.name, state.description, state.definition, kept))
        left = [one.table for one in self.canvas.scene.cards]
        others = [one for one in before if one not in left and one != shown.table]
        text = _("Removed {table}.").format(table=shown.table)
        if others:  # they were joined by its columns
            text = _("Removed {table}, and with it {others}.").format(table=shown.table, others=in_sentence(others))
        self._editor.say(text)

    def _remove_row(self, card: int, row: int) -> None:
        """Do what Delete does in the list of fields, or say why that can't be."""
        shown = self.canvas.scene.cards[card]
        name, fields = shown.rows[row].field, [one.name for one in self._state.definition.fields()]
        if name in fields:
            self._editor.remove_field(fields.index(name))
        else:
            text = _("Columns can be hidden once “{table}” is joined.")
            self._context.problems.refuse(self._editor.why_read_only or text.format(table=shown.table))

    def _open_row_menu(self, card: int, row: int) -> None:
        """The menu of a column, or of a calculated field or measure."""
        name, fields = self.canvas.scene.cards[card].rows[row].field, self._state.definition.names()
        items = self._join_row_items(card, row)
        if name in fields:
            items = [*self._editor.field_items(fields.index(name), partial(self._open_row, card, row)), *items]
        if items:
            menu(self.canvas.anchor(CanvasSpot(card, row)), items, name="model_column_menu")
        else:  # in a table that isn't joined, for somebody who can't join it
            self._context.problems.refuse(self._editor.why_read_only)

    def _join_row_items(self, card: int, row: int) -> list[MenuItem]:
        """What a column's menu offers for joins: each one that compares it, or to join its table by it."""
        scene = self.canvas.scene
        if self._editor.why_read_only:
            return []
        if not scene.cards[card].is_joined:
            join, (_name, kind) = partial(self._choose_join, card, None, row), self._column(card, row)
            table = self._editor.exploration.table
            fits = table is None or any(comparable(one.kind, kind) for one in table.columns)
            why_not = "" if fits else _("No column of the model can be equal to it.")
            return [MenuItem(_("Join by this column…"), join, "ph.link", why_not=why_not, name="column_join")]
        lines = [one for one in scene.lines if (card, row) in ((one.left, one.left_row), (one.right, one.right_row))]
        title = _("Edit join with {table}…")
        return [
            MenuItem(title.format(table=scene.cards[one.right if one.left == card else one.left].table),
                     partial(self._open_join, one.join, one.pair), "ph.link", name="column_join")
            for one in lines
        ]  # fmt: skip

    def _open_row(self, card: int, row: int) -> None:
        name = self.canvas.scene.cards[card].rows[row].field
        if name and self.below.isVisible():  # it is edited there
            self.below.form.focus_title()
        elif name:
            self._editor.open_field(name, self.canvas.anchor(CanvasSpot(card, row)))
