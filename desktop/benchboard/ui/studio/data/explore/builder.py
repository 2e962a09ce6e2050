"""The rows of the builder: From, Filter, Columns or Group by and Measure, and Sort, each with its chips."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from benchboard.analytics.query_builder.combined import (
    MAX_JOINS,
    repeated_measures,
    without_columns,
    without_join,
)
from benchboard.analytics.query_builder.first_question import with_size_order
from benchboard.analytics.query_builder.question import (
    TIMES,
    Group,
    Measure,
    Part,
    PartList,
    PlainColumn,
    Question,
    functions_for,
    part_list,
    with_added_measure,
    with_group,
    with_measure,
    with_part_list,
    with_plain_column,
)
from benchboard.analytics.query_builder.value_mapping import read_mapping
from benchboard.analytics.table_browser import BrowsedTable
from benchboard.i18n import _, pgettext
from benchboard.ui.studio.data.explore.calculation_popover import CalculationPopover
from benchboard.ui.studio.data.explore.exploration import Exploration
from benchboard.ui.studio.data.explore.field_tree import COLUMN_MIME, dropped_column
from benchboard.ui.studio.data.explore.filter_popover import FilteredRows, FilterPopover, without_filter
from benchboard.ui.studio.data.explore.join_popover import JoinPopover
from benchboard.ui.studio.data.explore.joined_tables import joinable_tables
from benchboard.ui.studio.data.explore.part_changes import Step, change_text, step_text
from benchboard.ui.studio.data.explore.part_popovers import (
    GroupPopover,
    LimitPopover,
    MeasurePopover,
    PlainColumnPopover,
    SortPopover,
)
from benchboard.ui.studio.data.explore.part_text import (
    column_title,
    filter_text,
    group_text,
    join_text,
    kind_of,
    limit_text,
    limit_value,
    measure_text,
    sort_text,
)
from benchboard.ui.studio.data.explore.rates_popover import RatesPopover
from benchboard.ui.studio.data.explore.value_mapping_popover import ValueMappingPopover, can_be_mapped
from benchboard.ui.studio.kind_icons import KIND_ICONS
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, Icon, MenuItem, Text, fill_column, menu
from benchboard.ui.widgets.accessible import announce
from benchboard.ui.widgets.chip import HEIGHT, Chip
from benchboard.ui.widgets.flow_layout import FlowLayout
from benchboard.ui.widgets.layout_items import contents

if TYPE_CHECKING:
    from benchboard.ui.context import Context

_LABEL_WIDTH: Final = 66


class BuilderRow(QWidget):
    """A row: its icon and title, its chips, and a button that adds one. Columns can be dropped on it. In a `narrow`
    builder the chips are below the title."""

    column_dropped = Signal(str, str, str)
    """Source, table and name of a column."""

    def __init__(self, title: str, icon: str, name: str, *, narrow: bool = False) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self._is_target = False
        self.chips: list[Chip] = []
        holder = QWidget()
        self.flow = FlowLayout(holder)
        if narrow:
            fill_column(self, Text(title, "caption", "secondary"), holder)
        else:
            self._lay_out(title, icon, holder)

    def _lay_out(self, title: str, icon: str, chips: QWidget) -> None:
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 3, 8, 3)
        line.setSpacing(8)
        mark = QWidget()
        mark.setFixedSize(16, HEIGHT)
        QHBoxLayout(mark).setContentsMargins(0, 0, 0, 0)
        mark.layout().addWidget(Icon(icon, "text.secondary"))  # type: ignore[union-attr]  # just made
        line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        label = Text(title)
        label.setFixedSize(_LABEL_WIDTH, HEIGHT)
        line.addWidget(label, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(chips, 1)

    def show_parts(self, chips: Sequence[Chip], *others: QWidget) -> None:
        """Replace the chips, and what comes after them. The focus stays at its place."""
        widgets = [one for one in contents(self.flow) if isinstance(one, QWidget)]
        focused = next((k for k, one in enumerate(widgets) if one.hasFocus()), -1)
        new = [*chips, *others]
        for chip in new:
            if isinstance(chip, Chip):
                chip.setAccessibleName(f"{self.accessibleName()}: {chip.text()}")
        for widget in new:
            self.flow.addWidget(widget)
            widget.show()  # else it would be shown a moment later
        if focused >= 0 and new:
            new[min(focused, len(new) - 1)].setFocus(Qt.FocusReason.OtherFocusReason)
        for old in widgets:
            self.flow.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.chips = list(chips)
        self.updateGeometry()

    def enable_drop(self) -> None:
        """Take columns that are dropped on it."""
        self.setAcceptDrops(True)

    def _set_target(self, target: bool) -> None:
        self._is_target = target
        self.update()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(COLUMN_MIME):
            event.acceptProposedAction()
            self._set_target(True)

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self._set_target(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._set_target(False)
        if (found := dropped_column(event.mimeData())) is not None:
            event.acceptProposedAction()
            self.column_dropped.emit(*found)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._is_target:
            with QPainter(self) as painter:
                painter.fillRect(self.rect(), theme().color("selection"))


def is_of_model(table: BrowsedTable, measure: Measure) -> bool:
    """Whether a measure is one that a data model defines, under its own name."""
    known = table.column(measure.name)
    if known is None or known.measure is None:
        return False
    return replace(table.current(measure), name="") == replace(known.measure, name="")


class Builder(QWidget):
    """Shows the question of an exploration and changes it; `narrow`: in a pane of less than 300 pixels."""

    def __init__(self, context: "Context", exploration: Exploration, *, narrow: bool = False) -> None:
        super().__init__()
        self.setObjectName("explore_builder")
        self.setAccessibleName(_("Query builder"))
        self._context, self._exploration = context, exploration
        row = partial(BuilderRow, narrow=narrow)
        self.source = row(pgettext("query", "From"), "ph.table", "explore_from")
        self.calculations = row(_("Calculate"), "ph.math-operations", "explore_calculations")
        self.filters = row(_("Filter"), "ph.funnel", "explore_filters")
        self.columns = row(_("Columns"), "ph.columns", "explore_columns")
        self.groups = row(_("Group by"), "ph.rows", "explore_groups")
        self.measures = row(_("Measure"), "ph.calculator", "explore_measures")
        self.sorts = row(_("Sort"), "ph.sort-descending", "explore_sorts")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0 if narrow else 9, 0, 0 if narrow else 9)
        column.setSpacing(8 if narrow else 0)
        for one in (self.source, *self._rows()):
            column.addWidget(one)
        column.addStretch(1)
        self._drops: dict[str, tuple[BuilderRow, Callable[[QWidget, str], object]]] = {
            "filters": (self.filters, self.edit_filter),
            "columns": (self.columns, self._drop_column),
            "groups": (self.groups, self._drop_group),
            "measures": (self.measures, self._drop_measure),
        }
        for part, (target, _run) in self._drops.items():
            target.enable_drop()
            target.column_dropped.connect(partial(self.place, part))
        self._shown: tuple[object, ...] | None = None
        self._told: tuple[Question | None, dict[str, list[str]]] = (None, {})
        """The question, and the texts of its rows, that a screen reader knows."""
        self._step = False
        """Whether an edit is being undone or redone."""
        exploration.changed.connect(self.show_question)
        exploration.sources_changed.connect(self.show_question)
        self.show_question()

    @property
    def _question(self) -> Question | None:
        return self._exploration.state.question

    @property
    def _table(self) -> BrowsedTable | None:
        return self._exploration.table

    def show_question(self) -> None:
        """Show the question, if it changed."""
        question, table = self._question, self._table
        facts = self._exploration.joined_tables.facts(question) if question is not None else []
        key = (question, table, self._exploration.sources, facts)
        if key == self._shown:
            return
        self._shown = key
        self._show_source(question)
        self._show_parts(question)
        self._tell_changes(question)

    def _rows(self) -> tuple[BuilderRow, ...]:
        return self.calculations, self.filters, self.columns, self.groups, self.measures, self.sorts

    def take_step(self, step: Step) -> None:
        """Undo or redo an edit, and tell a screen reader what that did."""
        if step == "undo" and self._exploration.undoes_addition:
            self._exploration.undo()  # a toast says it
            return
        (known, before), self._step = self._told, True
        sql_before = self._written_sql()
        try:
            self._exploration.undo() if step == "undo" else self._exploration.redo()
        finally:
            self._step = False
        question, after = self._told
        if (sql := self._written_sql()) and sql != sql_before:
            words = _("Undone: your SQL is back") if step == "undo" else _("Redone: your SQL is back")
            announce(self.window(), words, again=True)
            return
        is_same = question and known and (question.source_id, question.table) == (known.source_id, known.table)
        announce(self.window(), step_text(step, before, after) if is_same else step_text(step, {}, {}), again=True)

    def _written_sql(self) -> str:
        """The SQL that is written in place of a query made here; empty if there is none."""
        state = self._exploration.state
        return state.text if state.mode == "sql" else ""

    def _tell_changes(self, question: Question | None) -> None:
        """Tell a screen reader which parts were added, removed or changed; of another table all of them are others."""
        texts = {row.accessibleName(): [chip.text() for chip in row.chips] for row in (self.source, *self._rows())}
        if question is not None:
            texts[_("Limit")] = [limit_value(question)]
        (known, before), self._told = self._told, (question, texts)
        if self._step:
            return  # told as a step
        if question is None or known is None or question == known:
            return
        if (question.source_id, question.table) == (known.source_id, known.table):
            announce(self, change_text(before, texts))

    def _show_parts(self, question: Question | None) -> None:
        self.columns.setVisible(question is not None and not question.outputs)
        if question is None:
            for one in self._rows():
                one.show_parts(())
            return
        table = self._table
        why = "" if table is not None else _("The table isn't available.")
        self._show_calculations(question, why)
        self._show_row(self.filters, [
            (filter_text(one, table), KIND_ICONS[kind_of(table, one.column)]) for one in question.filters
        ], "filters", self.edit_filter, _("Add filter"), why)  # fmt: skip
        self._show_row(self.columns, [
            (column_title(table, one.column), KIND_ICONS[kind_of(table, one.column)]) for one in question.columns
        ], "columns", self.edit_column, _("Add column"), why)  # fmt: skip
        self._show_row(self.groups, [
            (group_text(one, table), KIND_ICONS[kind_of(table, one.column)]) for one in question.groups
        ], "groups", self.edit_group, _("Add group"), why)  # fmt: skip
        facts = self._exploration.joined_tables.facts(question)
        repeated = {measure for measure, _place in repeated_measures(question, facts)}
        self._show_row(self.measures, [
            (
                measure_text(one, table)
                if table is not None and one.column in ("", one.name) and is_of_model(table, one)
                else _("{measure} as {name}").format(measure=measure_text(one, table), name=one.name),
                "ph.warning" if one in repeated else "ph.hash",
            )
            for one in question.measures
        ], "measures", self.edit_measure, _("Add measure"), why)  # fmt: skip
        limit = Chip(limit_text(question), "ph.list-numbers", removable=False, name="explore_limit", parent=self.sorts)
        limit.clicked.connect(lambda: self.edit_limit(limit))
        self._show_row(self.sorts, [
            (sort_text(question, one, table), "ph.arrow-down" if one.descending else "ph.arrow-up")
            for one in question.sorts
        ], "sorts", self.edit_sort, _("Add sorting"), why, limit)  # fmt: skip

    def _show_source(self, question: Question | None) -> None:
        source = self._exploration.source(question.source_id) if question is not None else None
        if question is None:
            text = _("Choose a table")
        else:
            text = f"{source.name if source is not None else _('Missing source')} / {question.table}"
        chip = Chip(text, "ph.database", removable=False, name="explore_table", parent=self.source)
        chip.clicked.connect(lambda: self.choose_table(chip))
        if question is None:
            self.source.show_parts([chip])
            return
        chips = [chip]
        for place, join in enumerate(question.joins):
            joined = Chip(join_text(join), "ph.link", name=f"explore_joins_{place}", parent=self.source)
            joined.clicked.connect(partial(self._edit_join_at, joined, place))
            joined.remove_requested.connect(partial(self._remove_join, place))
            chips.append(joined)
        tip = _("Join another table")
        button = Button("", kind="quiet", icon="ph.plus", tip=tip, name="explore_add_joins", parent=self.source)
        button.clicked.connect(lambda: self.edit_join(button))
        if why := self.why_not_join():
            button.disable(why)
        self.source.show_parts(chips, button)

    def why_not_join(self) -> str:
        """Why no table can be joined; empty if one can."""
        question = self._question
        if question is None or self.why_not_calculate():
            return self.why_not_calculate()
        if len(question.joins) >= MAX_JOINS:
            return _("A query can join up to {limit} tables.").format(limit=MAX_JOINS)
        if not joinable_tables(question, self._exploration.sources):
            return _(
                "There's no other table in this source. Files can be joined to files and to copies of servers' tables."
            )
        return ""

    def why_not_calculate(self) -> str:
        """Why no column can be calculated; empty if one can."""
        if self._question is None:
            return _("Choose a table first.")
        return "" if self._table is not None else _("The table isn't available.")

    def edit_join(self, anchor: QWidget, place: int = -1) -> None:
        """Open the popover of a joined table; without a place, of a new one."""
        question = self._question
        if question is not None and self._table is not None and (place >= 0 or not self.why_not_join()):
            if place >= 0 and question.joins[place].rates is not None:
                RatesPopover(self._context, self._exploration, anchor, question, place=place).open()
            else:
                JoinPopover(self._context, self._exploration, anchor, question, place=place).open()

    def _edit_join_at(self, anchor: QWidget, place: int) -> None:
        self.edit_join(anchor, place)

    def _edit_calculation_at(self, anchor: QWidget, place: int) -> None:
        self.edit_calculation(anchor, place)

    def _remove_join(self, place: int) -> None:
        question = self._question
        if question is None:
            return
        self._exploration.set_question(without_join(question, place))

    def _show_calculations(self, question: Question, why_not: str) -> None:
        chips = []
        for place, one in enumerate(question.calculations):
            mapping = read_mapping(one.expression, question.dialect)
            text = f"{one.name} = {' '.join(one.expression.split())}"
            if mapping is not None:
                text = _("{name}: {column} mapped").format(
                    name=one.name, column=column_title(self._table, mapping.column)
                )
            icon = "ph.swap" if mapping is not None else "ph.math-operations"
            chip = Chip(text, icon, name=f"explore_calculations_{place}", parent=self.calculations)
            chip.clicked.connect(partial(self._edit_calculation_at, chip, place))
            chip.remove_requested.connect(partial(self._remove_calculation, one.name))
            chips.append(chip)
        button = Button(
            "", kind="quiet", icon="ph.plus", tip=_("Add calculated column"), name="explore_add_calculations",
            parent=self.calculations,
        )  # fmt: skip
        button.clicked.connect(lambda: self.edit_calculation(button))
        map_button = Button(
            _("Map values"), kind="quiet", icon="ph.swap", size="sm", name="explore_map_values",
            tip=_("Give values of a column other words, or gather them in groups"), parent=self.calculations,
        )  # fmt: skip
        map_button.clicked.connect(lambda: self.map_values(map_button))
        has_column = self._table is not None and any(map(can_be_mapped, self._table.columns))
        for added, why in ((button, why_not), (map_button, why_not or ("" if has_column else _("No column to map.")))):
            if why:
                added.disable(why)
        self.calculations.show_parts(chips, button, map_button)

    def edit_calculation(self, anchor: QWidget, place: int = -1) -> None:
        """Open the popover of a calculated column; without a place, of a new one."""
        question = self._question
        if question is None or self._table is None:
            return
        shown = question.calculations[place] if place >= 0 else None
        mapping = read_mapping(shown.expression, question.dialect) if shown is not None else None
        if mapping is None or not any(one.name == mapping.column for one in self._table.columns if can_be_mapped(one)):
            CalculationPopover(self._context, self._exploration, anchor, question, place=place).open()
            return

        def edit_expression() -> None:
            popover.close()
            CalculationPopover(self._context, self._exploration, anchor, question, place=place).open()

        as_sql = Button(_("Edit as SQL"), edit_expression, kind="link", size="sm", name="mapping_as_sql")
        popover = ValueMappingPopover(
            self._context, self._exploration, anchor, question, place=place, shown=mapping, edit_as_sql=as_sql
        )
        popover.added.connect(self._focus_calculation)
        popover.open()

    def map_values(self, anchor: QWidget) -> None:
        """Open the popover that maps the values of a column."""
        question = self._question
        if question is not None and self._table is not None:
            popover = ValueMappingPopover(self._context, self._exploration, anchor, question)
            popover.added.connect(self._focus_calculation)
            popover.open()

    def _focus_calculation(self, name: str) -> None:
        """Focus the chip of a calculated column."""
        names = [one.name for one in self._question.calculations] if self._question is not None else []
        if name in names and len(self.calculations.chips) == len(names):
            self.calculations.chips[names.index(name)].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _remove_calculation(self, name: str) -> None:
        if self._question is not None:
            self._exploration.set_question(without_columns(self._question, {name}))

    def _show_row(
        self,
        holder: BuilderRow,
        texts: Sequence[tuple[str, str]],
        part: PartList,
        edit: Callable[..., object],
        add: str,
        why_not: str,
        *others: QWidget,
    ) -> None:
        chips = []
        for place, (text, icon) in enumerate(texts):
            chip = Chip(text, icon, name=f"explore_{part}_{place}", parent=holder)
            chip.clicked.connect(partial(self._edit_at, edit, chip, place))
            chip.remove_requested.connect(partial(self._remove, part, place))
            chip.move_requested.connect(partial(self._move, part, place))
            chips.append(chip)
        button = Button("", kind="quiet", icon="ph.plus", tip=add, name=f"explore_add_{part}", parent=holder)
        button.clicked.connect(lambda: edit(button))
        if why_not:
            button.disable(why_not)
        holder.show_parts(chips, button, *others)

    def choose_table(self, anchor: QWidget) -> None:
        """Open a menu of all tables."""
        items: list[MenuItem] = []
        for source in self._exploration.sources:
            items.append(MenuItem(source.name, None))
            items += [
                MenuItem(
                    one.name, partial(self._exploration.open_table, source.id, one.name),
                    "ph.tree-structure" if one.model_id else "ph.table",
                    name=f"table_{one.name}",
                )
                for one in source.tables
            ]  # fmt: skip
        if items:
            menu(anchor, items, name="explore_tables")

    def _edit_at(self, edit: Callable[..., object], chip: Chip, place: int) -> None:
        if self._table is not None:
            edit(chip, place=place)

    def edit_filter(self, anchor: QWidget, column: str = "", place: int = -1) -> None:
        """Open the popover of a filter; without a place, of a new one."""
        question, table = self._question, self._table
        if question is None or table is None:
            return
        shown = question.filters[place] if place >= 0 else None
        filtered = FilteredRows(without_filter(question, place), table, self._exploration.variables())
        FilterPopover(
            self._context,
            anchor,
            filtered,
            shown,
            lambda one: self._put("filters", one, place),
            column=column,
            named=self._exploration.page_variables(),
            suggested=self._exploration.selectable_column(table.columns),
        ).open()

    def edit_column(self, anchor: QWidget, place: int = -1) -> None:
        """Open the popover of a column of the rows themselves; without a place, of a new one."""
        question, table = self._question, self._table
        if question is None or table is None:
            return
        shown = question.columns[place] if place >= 0 else None
        PlainColumnPopover(anchor, table, question, shown, lambda one: self._put("columns", one, place)).open()

    def edit_group(self, anchor: QWidget, column: str = "", place: int = -1) -> None:
        """Open the popover of a group; without a place, of a new one."""
        question, table = self._question, self._table
        if question is None or table is None:
            return
        shown = question.groups[place] if place >= 0 else None
        GroupPopover(anchor, table, question, shown, lambda one: self._put("groups", one, place), column=column).open()

    def edit_measure(self, anchor: QWidget, column: str = "", place: int = -1) -> None:
        """Open the popover of a measure; without a place, of a new one."""
        question, table = self._question, self._table
        if question is None or table is None:
            return
        shown = question.measures[place] if place >= 0 else None
        MeasurePopover(
            anchor, table, question, shown, lambda one: self._put("measures", one, place), column=column
        ).open()

    def edit_sort(self, anchor: QWidget, place: int = -1) -> None:
        """Open the popover of a sorting; without a place, of a new one."""
        question, table = self._question, self._table
        if question is None or table is None:
            return
        shown = question.sorts[place] if place >= 0 else None
        SortPopover(anchor, table, question, shown, lambda one: self._put("sorts", one, place)).open()

    def edit_limit(self, anchor: QWidget) -> None:
        """Open the popover of the limit."""
        question = self._question
        if question is not None:
            LimitPopover(anchor, question.limit, self._set_limit).open()

    def _set_limit(self, limit: int | None) -> None:
        if self._question is not None:
            self._exploration.set_question(replace(self._question, limit=limit, breaks_ties=True))

    def _set_parts(self, question: Question) -> None:
        """Change the groups, measures or other parts of the question."""
        before = self._question
        if before is not None:
            question = with_size_order(question, before, lambda column: kind_of(self._table, column))
        self._exploration.set_question(question)

    def _put(self, part: PartList, one: Part, place: int) -> None:
        """Set the part at a place, or add it at the end."""
        question = self._question
        if question is None:
            return
        parts = part_list(question, part)
        if place >= 0:
            parts[place] = one
        elif one not in parts:
            parts.append(one)
        self._set_parts(with_part_list(question, part, parts))

    def _remove(self, part: PartList, place: int) -> None:
        question = self._question
        if question is not None:
            parts = part_list(question, part)
            del parts[place]
            self._set_parts(with_part_list(question, part, parts))

    def _move(self, part: PartList, place: int, by: int) -> None:
        question = self._question
        if question is None:
            return
        parts = part_list(question, part)
        target = place + by
        if 0 <= target < len(parts):
            parts.insert(target, parts.pop(place))
            self._set_parts(with_part_list(question, part, parts))
            chips = getattr(self, part).chips
            chips[target].setFocus(Qt.FocusReason.OtherFocusReason)

    def column_actions(self, output: str) -> list[tuple[str, str, str, Callable[[], object]]]:
        """What can be done with a column of the result: object name, title, icon and action of each."""
        question, table = self._question, self._table
        if question is None or table is None:
            return []
        found: list[tuple[str, str, str, Callable[[], object]]] = []
        column = output
        lists: tuple[tuple[PartList, BuilderRow, Callable[..., object]], ...] = (
            ("columns", self.columns, self.edit_column), ("groups", self.groups, self.edit_group),
            ("measures", self.measures, self.edit_measure),
        )  # fmt: skip
        for part, row, edit in lists:
            for place, one in enumerate(part_list(question, part)):
                if isinstance(one, PlainColumn | Group | Measure) and one.output == output:
                    column = one.column
                    change = partial(self._edit_at, edit, row.chips[place], place)
                    found.append(("column_edit", _("Edit column"), "ph.pencil-simple", change))
                    found.append(("column_remove", _("Remove column"), "ph.x", partial(self._remove, part, place)))
        if table.column(column) is not None:
            anchor = self.filters.chips[-1] if self.filters.chips else self.filters
            found.insert(0, ("column_filter", _("Filter by this column"), "ph.funnel",
                             partial(self.edit_filter, anchor, column)))  # fmt: skip
        return found

    def place(self, part: str, source_id: str, table: str, column: str) -> None:
        """Add a column to a part of the query (`filters`, `columns`, `groups`, `measures`), as if it were dropped
        there: one of another table begins a new question.
        """
        target, run = self._drops[part]
        question, before = self._question, self._exploration.state
        name = self._exploration.name_in_question(source_id, table, column)
        is_new = question is None or name is None
        if is_new:
            self._exploration.set_question(self._exploration.empty_question(source_id, table), mode="build")
        anchor = target.chips[-1] if target.chips else target
        run(anchor, name or column)
        if is_new and before.text.strip():
            self._exploration.tell_replaced(table, before)

    def _drop_column(self, _anchor: QWidget, column: str) -> None:
        question, table = self._question, self._table
        found = table.column(column) if table is not None else None
        if question is not None and found is not None and found.aggregate is None:
            self._exploration.set_question(with_plain_column(question, column))

    def _drop_group(self, _anchor: QWidget, column: str) -> None:
        question, table = self._question, self._table
        if question is not None and table is not None and table.column(column) is not None:
            is_time = kind_of(table, column) in TIMES
            unit = self._exploration.unit_for(question.source_id, question.table, column) if is_time else ""
            self._set_parts(with_group(question, column, unit))

    def _drop_measure(self, _anchor: QWidget, column: str) -> None:
        question, found = self._question, self._table.column(column) if self._table is not None else None
        if question is not None and found is not None and found.measure is not None:
            self._set_parts(with_added_measure(question, found.measure))
        elif question is not None:
            function = functions_for(kind_of(self._table, column), question.dialect)[0]
            self._set_parts(with_measure(question, function, column))
