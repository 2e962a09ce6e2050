"""The tree of sources, tables and columns, with what is in each column."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QMimeData, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QTreeWidgetItemIterator,
    QVBoxLayout,
    QWidget,
)

from benchboard.analytics.column_statistics import ColumnStatistics, TableStatistics
from benchboard.analytics.completion.name_quotes import written_name
from benchboard.analytics.query_builder.question import Join
from benchboard.analytics.query_types import NUMBERS
from benchboard.analytics.table_browser import BrowsedColumn, BrowsedSource, BrowsedTable
from benchboard.i18n import _, ngettext, number, pgettext
from benchboard.ui.commands import key_cap
from benchboard.ui.studio.data.explore.exploration import Exploration
from benchboard.ui.studio.data.explore.used_columns import UsedColumns
from benchboard.ui.studio.kind_icons import KIND_ICONS
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.theme import theme
from benchboard.ui.widgets import Button, Text, search_field
from benchboard.ui.widgets.accessible import announce, rows_replaced, tell_current, untold
from benchboard.ui.widgets.badges import paint_icon
from benchboard.ui.widgets.fields import focus_list
from benchboard.ui.widgets.focus import asked_by_key, came_by_key, note_input
from benchboard.ui.widgets.labels import plain_tooltip, restyle
from benchboard.ui.widgets.menus import Menu, add_action, show_keys
from benchboard.ui.widgets.no_match import NoMatchLine, results_text
from benchboard.ui.widgets.surfaces import set_surface

if TYPE_CHECKING:
    from benchboard.ui.context import Context

COLUMN_MIME: Final = "application/x-benchboard-column"
_DATA: Final = Qt.ItemDataRole.UserRole
_ROW: Final = 26
_EDGE: Final = 12
"""Pixels between the edges of the pane and what it shows; the ground of a row goes from edge to edge."""
_INSET: Final = 12
"""Pixels by which a row is drawn further right than Qt's tree has it."""
_HISTOGRAM: Final = 54
_HISTOGRAM_NARROW: Final = 40
_WIDE: Final = 224
"""The width of the tree in pixels from which its histograms are wide."""


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A row of the tree: a source, a table of it, or a column of that."""

    source: BrowsedSource
    table: BrowsedTable | None = None
    column: BrowsedColumn | None = None
    trailing: str = ""
    bars: tuple[int, ...] = ()


def dropped_column(data: QMimeData) -> tuple[str, str, str] | None:
    """Source, table and name of a dragged column; None if it is something else."""
    if not data.hasFormat(COLUMN_MIME):
        return None
    parts = bytes(data.data(COLUMN_MIME).data()).decode().split("\n")
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else None  # the three of them


class FieldPane(QWidget):
    """The tree, its search field, and what adds to the question's columns."""

    join_requested = Signal(QWidget)
    calculation_requested = Signal(QWidget)
    """The button at which the popover opens."""

    def __init__(self, context: "Context", exploration: Exploration) -> None:
        super().__init__()
        set_surface(self, "surface")
        self.setAccessibleName(_("Tables and columns"))
        self.used = UsedColumns(context, exploration)
        self.tree = FieldTree(exploration, self.used)
        self.setFocusProxy(self.tree)
        search = search_field(self, "explore_search", _("Find a column"), self._search, self._add_match)
        search.setMaximumWidth(16_777_215)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(8)
        self._no_match = NoMatchLine(pgettext("no match", "tables or columns"), search)
        for above in (search, self._no_match):
            line = QHBoxLayout()
            line.setContentsMargins(_EDGE, 0, _EDGE, 0)
            line.addWidget(above)
            column.addLayout(line)
        column.addWidget(self.tree, 1)
        self.join = Button(
            _("Join another table…"), self._join, kind="link", icon="ph.link", size="sm", name="explore_join"
        )
        self.calculate = Button(
            _("Calculated column…"), self._calculate, kind="link", icon="ph.math-operations", size="sm",
            name="explore_calculate",
        )  # fmt: skip
        for button in (self.join, self.calculate):
            line = QHBoxLayout()
            line.setContentsMargins(_EDGE, 0, _EDGE, 0)
            line.addWidget(button)
            line.addStretch(1)
            column.addLayout(line)
        self._hint = Text("", "caption", "muted")
        self._hint.setWordWrap(True)
        self._hint.setContentsMargins(_EDGE, 0, _EDGE, 0)
        column.addWidget(self._hint)
        self._field = search
        exploration.sources_changed.connect(self._show_match)
        exploration.sources_changed.connect(self._show_hint)
        exploration.changed.connect(self._show_hint)
        self._exploration = exploration
        self._show_hint()

    def _show_hint(self) -> None:
        """Say how columns are added, once there is a table that has some."""
        is_sql = self._exploration.state.mode == "sql"
        builds = _("Press Enter, double-click or drag to add a column.")
        self._hint.setText(_("Press Enter, double-click or drag to insert a name.") if is_sql else builds)
        self._hint.setVisible(any(source.tables for source in self._exploration.sources))

    def _join(self) -> None:
        self.join_requested.emit(self.join)

    def _calculate(self) -> None:
        self.calculation_requested.emit(self.calculate)

    def show_actions(self, why_not_join: str, why_not_calculate: str) -> None:
        """Enable the buttons, or say why they can't be used."""
        self.join.disable(why_not_join)
        self.calculate.disable(why_not_calculate)

    def _add_match(self) -> None:
        """Do what Enter does at the match; without a search, go to the tree."""
        if not self._field.text().strip():
            focus_list(self)
        elif self.tree.has_match:
            self.tree.activate_current()
            self._field.selectAll()

    def _search(self, text: str) -> None:
        self.tree.filter(text)
        self._show_match()

    def _show_match(self) -> None:
        self._no_match.show_search(found=self.tree.has_match, counted=results_text(self.tree.matches))


class FieldTree(QTreeWidget):
    """Enter or a double click on a column adds it where it fits, on a table begins with it; columns can be dragged. The
    menu of a column (Shift+F10) does what dragging does: `placed` says where in the query it is wanted.
    """

    placed = Signal(str, str, str, str)
    """The part of the query (`filters`, `groups`, `measures`); source, table and name of the column."""
    inserted = Signal(str, str, str)
    """While the SQL is edited: source, table and name of a column to insert in it; without a name the table."""

    def __init__(self, exploration: Exploration, used: UsedColumns) -> None:
        """`used`: the columns that are bold and have a check mark."""
        super().__init__()
        self._exploration, self.used = exploration, used
        self._wanted = ""
        self._open: set[tuple[str, str]] = set()
        self._shown: object = None
        self._shown_added: object = ((), ())
        """Joined tables and calculated columns."""
        self._shown_joins: tuple[Join, ...] = ()
        self.setObjectName("explore_fields")
        self.setAccessibleName(_("Tables and columns"))
        self.setHeaderLabel(_("Tables and columns"))  # hidden, but screen readers come to it
        self.setHeaderHidden(True)
        self.setIndentation(13)
        self.setMouseTracking(True)
        self.setUniformRowHeights(True)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_FieldDelegate(self))
        self.itemExpanded.connect(self._expanded)
        self.itemCollapsed.connect(self._collapsed)
        self.itemDoubleClicked.connect(lambda item, _column: self._activate(item))
        theme().changed.connect(self.viewport().update)
        exploration.sources_changed.connect(self.build)
        exploration.changed.connect(self._show_question)
        used.changed.connect(self._show_used)
        self.build()

    def filter(self, text: str) -> None:
        """Show only tables and columns with this text in their names. Current is a column that has exactly this name,
        else what begins with it, else the first; those of the table in use before others, columns before tables.
        """
        self._wanted = text.strip().casefold()
        self.build()
        if not self._wanted:
            return
        matches: list[QTreeWidgetItem] = []
        rows = QTreeWidgetItemIterator(self)
        while (item := rows.value()) is not None:
            if self._is_match(item.data(0, _DATA)):
                matches.append(item)
            rows += 1
        if matches:
            self.setCurrentItem(min(matches, key=lambda match: self._rank(match.data(0, _DATA))))

    def _rank(self, line: FieldRow) -> tuple[int, bool, bool]:
        """How well a row answers the search; the lowest is the best."""
        names = [name.casefold() for name in _names(line)]
        exact, begins = self._wanted in names, any(name.startswith(self._wanted) for name in names)
        return 0 if exact else 1 if begins else 2, not self._is_in_use(line), line.column is None

    def _is_in_use(self, line: FieldRow) -> bool:
        question = self._exploration.state.question
        return question is not None and _key(line)[:2] == (question.source_id, question.table)

    def activate_current(self) -> None:
        """Do what Enter does at the current row."""
        item = self.currentItem()
        if item is not None:
            self._activate(item)

    def current_source(self) -> str | None:
        """The id of the source whose row is current, or a row within it; None if no row is."""
        item = self.currentItem()
        line = item.data(0, _DATA) if item is not None else None
        return line.source.id if isinstance(line, FieldRow) else None

    def _is_match(self, line: FieldRow) -> bool:
        return any(self._wanted in name.casefold() for name in _names(line))

    @property
    def has_match(self) -> bool:
        """Whether something is shown, or nothing is searched for."""
        tops = [self.topLevelItem(at) for at in range(self.topLevelItemCount())]
        return not self._wanted or any(top is not None and not top.isHidden() for top in tops)

    @property
    def matches(self) -> int:
        """How many tables and columns have what is searched for in their names."""
        count, rows = 0, QTreeWidgetItemIterator(self)
        while (item := rows.value()) is not None:
            line: FieldRow = item.data(0, _DATA)
            count += line.table is not None and self._is_match(line)
            rows += 1
        return count

    def build(self) -> None:
        """Show all rows again; what was open stays open, and the current row current."""
        opened = self._open_current_table()
        current = self.currentItem()
        at = _key(current.data(0, _DATA)) if current is not None else None
        if opened is not None and (at is None or at[:2] != opened):
            at = (*opened, "")
        bar = self.verticalScrollBar().value()
        with untold():  # else of each row that is current on the way, and of the one that goes
            self.blockSignals(True)
            self.clear()
            for source in self._exploration.sources:
                self._add_source(source, at)
            self.blockSignals(False)
            first = self.topLevelItem(0)
            if self.currentItem() is None and first is not None:
                self.setCurrentItem(first)
            self._name_used()
        self.verticalScrollBar().setValue(bar)
        rows_replaced(self)
        now = self.currentItem()
        if now is not None and (current is None or _key(now.data(0, _DATA)) != at):
            tell_current(self)

    def _name_used(self) -> None:
        """Have a screen reader tell the columns of the query from others: on screen they are ticked."""
        used = self.used.columns()
        rows = QTreeWidgetItemIterator(self)
        while (item := rows.value()) is not None:
            line: FieldRow = item.data(0, _DATA)
            ticked = line.column is not None and _key(line) in used
            name = _("{column}, in the query").format(column=item.text(0)) if ticked else None
            if item.data(0, Qt.ItemDataRole.AccessibleTextRole) != name:
                item.setData(0, Qt.ItemDataRole.AccessibleTextRole, name)
            rows += 1

    def _add_source(self, source: BrowsedSource, at: object) -> None:
        top = QTreeWidgetItem(self)
        trailing = _("can't be read") if source.problem else kind_title(source.kind, is_folder=source.is_folder)
        self._fill(top, FieldRow(source, trailing=trailing), source.name, source.problem or trailing, at)
        shown = False
        for table in source.tables:
            named = self._wanted in f"{source.name}\n{table.name}".casefold()
            listed = [*table.columns, *self._calculated(source, table)]
            found = [one for one in listed if self._wanted in f"{one.name}\n{one.title}".casefold()]
            if not named and not found:
                continue
            shown = True
            columns = listed if named else found
            self._add_table(top, source, table, columns, at, searched=bool(self._wanted and found))
        top.setExpanded((source.id, "") not in self._open or bool(self._wanted))
        top.setHidden(bool(self._wanted) and not shown)

    def _calculated(self, source: BrowsedSource, table: BrowsedTable) -> list[BrowsedColumn]:
        """The calculated columns of the question, if this is its table."""
        question, whole = self._exploration.state.question, self._exploration.table
        if question is None or whole is None or (question.source_id, question.table) != (source.id, table.name):
            return []
        found = [whole.column(one.name) for one in question.calculations]
        return [one for one in found if one is not None]

    def _add_table(
        self,
        top: QTreeWidgetItem,
        source: BrowsedSource,
        table: BrowsedTable,
        columns: list[BrowsedColumn],
        at: object,
        *,
        searched: bool,
    ) -> None:
        item = QTreeWidgetItem(top)
        statistics = self._exploration.statistics(source.id, table.name)
        rows = statistics.rows if statistics is not None else table.rows
        trailing = number(rows) if rows is not None else ""
        self._fill(item, FieldRow(source, table, trailing=trailing), table.name, _rows_text(rows), at)
        for column in columns:
            child = QTreeWidgetItem(item)
            text, bars, tip = _described(column, statistics)
            if table.column(column.name) is None:
                text, bars, tip = _("calculated"), (), _("calculated")
            elif column.aggregate is not None:
                text, bars, tip = _("measure"), (), _("measure")
            if column.description:
                tip = f"{tip}\n{column.description}" if tip else column.description
            words = ", ".join(part for part in (column.title, tip) if part)
            shown = column.title if table.model_id else column.name
            self._fill(child, FieldRow(source, table, column, text, bars), shown, words, at)
        item.setExpanded(searched or (source.id, table.name) in self._open)

    def _fill(self, item: QTreeWidgetItem, line: FieldRow, text: str, description: str, at: object) -> None:
        item.setText(0, text)
        item.setData(0, _DATA, line)
        item.setData(0, Qt.ItemDataRole.AccessibleDescriptionRole, description)
        item.setToolTip(0, plain_tooltip(description))
        flags = item.flags() & ~Qt.ItemFlag.ItemIsDropEnabled & ~Qt.ItemFlag.ItemIsDragEnabled
        item.setFlags(flags | Qt.ItemFlag.ItemIsDragEnabled if line.column is not None else flags)
        if at is not None and _key(line) == at:
            self.setCurrentItem(item)

    def _open_current_table(self) -> tuple[str, str] | None:
        """Open the tables of the question; returns its own one (source and name) if it wasn't shown before."""
        question = self._exploration.state.question
        key = (question.source_id, question.table) if question is not None else None
        is_new = key is not None and key != self._shown
        if key is not None and is_new:
            self._shown = key
            self._open.add(key)
        if question is None:
            return None
        for join in question.joins:
            found = self._exploration.joined_tables.joined(question, join, self._exploration.sources)
            if found is not None and join not in self._shown_joins:
                self._open.add((found[0].id, found[1].name))
        self._shown_joins = question.joins
        return key if is_new else None

    def _show_question(self) -> None:
        question = self._exploration.state.question
        table = self._exploration.table
        shown = (question.joins, question.calculations) if question is not None else ()
        if question is not None and table is not None:
            if (question.source_id, question.table) != self._shown or shown != self._shown_added:
                self._shown_added = shown
                self.build()
            source = self._exploration.source(question.source_id)
            base = source.table(question.table) if source is not None else None
            if base is not None:
                self._exploration.read_statistics(question.source_id, base)
        self._show_used()

    def _show_used(self) -> None:
        self._name_used()
        self.viewport().update()

    def _expanded(self, item: QTreeWidgetItem) -> None:
        line: FieldRow = item.data(0, _DATA)
        self._tell_unfolded(line, item.childCount())
        if line.table is None:
            self._open.discard((line.source.id, ""))
            return
        self._open.add((line.source.id, line.table.name))
        self._exploration.read_statistics(line.source.id, line.table)

    def _tell_unfolded(self, line: FieldRow, count: int) -> None:
        """Have the screen reader say what is below a row that was expanded."""
        words = ngettext("Expanded, {count} column", "Expanded, {count} columns", count)
        if line.table is None:
            words = ngettext("Expanded, {count} table", "Expanded, {count} tables", count)
        if self.hasFocus():
            announce(self, words.format(count=number(count)), again=True)

    def _collapsed(self, item: QTreeWidgetItem) -> None:
        if self.hasFocus():
            announce(self, _("Collapsed"), again=True)
        line: FieldRow = item.data(0, _DATA)
        if line.table is None:
            self._open.add((line.source.id, ""))
        else:
            self._open.discard((line.source.id, line.table.name))

    def _activate(self, item: QTreeWidgetItem) -> None:
        line: FieldRow = item.data(0, _DATA)
        if self._exploration.state.mode == "sql" and line.table is not None:
            self.inserted.emit(line.source.id, line.table.name, line.column.name if line.column is not None else "")
        elif line.column is not None and line.table is not None:
            title = item.text(0)  # the tree may be built anew
            self._exploration.add_column(line.column, line.source.id, line.table)
            if _key(line) in self.used.columns():
                announce(self, _("{column}, in the query").format(column=title), again=True)
        elif line.table is not None:
            self._exploration.open_table(line.source.id, line.table.name)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus ring on arrival by keyboard; after a click the current row says enough."""
        super().focusInEvent(event)
        self._show_ring(came_by_key(event))

    def _show_ring(self, shown: bool) -> None:
        if self.property("ringed") != shown:
            self.setProperty("ringed", shown)
            restyle(self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open or close the row whose caret is pressed: it stands right of where Qt expects it."""
        item = self._caret_at(event)
        if item is not None:
            item.setExpanded(not item.isExpanded())
        else:
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Take the second press of two on a caret as one of its own."""
        if self._caret_at(event) is not None:
            self.mousePressEvent(event)
        else:
            super().mouseDoubleClickEvent(event)

    def _caret_at(self, event: QMouseEvent) -> QTreeWidgetItem | None:
        spot = event.position().toPoint()
        item = self.itemAt(spot)
        if event.button() != Qt.MouseButton.LeftButton or item is None or not item.childCount():
            return None
        return item if spot.x() < self.visualItemRect(item).left() + _INSET else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._show_ring(True)
        item = self.currentItem()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() and item is not None:
            self._activate(item)
        elif event.key() == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier:
            note_input(key=True)
            self._open_menu(item)  # the Menu key arrives as an event of its own
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self._open_menu(self.currentItem() if asked_by_key(event) else self.itemAt(event.pos()))

    def _open_menu(self, item: QTreeWidgetItem | None) -> None:
        """Open the menu of a column: to which part of the query it is added."""
        line: FieldRow | None = item.data(0, _DATA) if item is not None else None
        if item is None or line is None or line.column is None or line.table is None:
            return
        self.setCurrentItem(item)
        shown = Menu(self)
        shown.setObjectName("explore_field_menu")
        shown.setAccessibleName(_("Actions"))
        first = _("Insert in the SQL") if self._exploration.state.mode == "sql" else _("Add where it fits")
        where = (
            ("", first, "ph.plus"),
            ("filters", _("Filter by this column"), "ph.funnel"),
            ("groups", _("Group by this column"), "ph.rows"),
            ("measures", _("Measure this column"), "ph.calculator"),
        )
        for part, title, icon in where:
            place = (part, line.source.id, line.table.name, line.column.name)
            run = partial(self.placed.emit, *place) if part else partial(self._activate, item)
            action = add_action(shown, f"field_{part or 'add'}", title, icon, run)
            if not part:
                show_keys(action, "Return", key_cap("Return"))
        shown.aboutToHide.connect(shown.deleteLater)
        shown.popup(self.viewport().mapToGlobal(self.visualItemRect(item).center()))

    def mimeData(self, items: list[QTreeWidgetItem]) -> QMimeData:  # type: ignore[override]  # Qt has a sequence
        data = QMimeData()
        for item in items:
            line: FieldRow = item.data(0, _DATA)
            if line.column is not None and line.table is not None:
                text = "\n".join((line.source.id, line.table.name, line.column.name))
                data.setData(COLUMN_MIME, text.encode())
                data.setText(written_name(line.column.name, line.source.question("").dialect))  # into the SQL
        return data

    def drawBranches(self, _painter: QPainter, _rect: QRect, _index: QModelIndex | QPersistentModelIndex) -> None:
        """Draw nothing: the rows draw their own carets."""


def kind_title(kind: str, *, is_folder: bool = False) -> str:
    """The kind of a source, in a word."""
    titles = {
        "benchboard": _("orders"), "csv": "CSV", "parquet": "Parquet", "excel": "Excel", "sqlite": "SQLite",
        "duckdb": "DuckDB", "postgresql": "PostgreSQL", "mysql": "MySQL", "rest_api": "API", "can": "CAN",
        "can_live": "CAN", "server_copy": pgettext("data source", "Copy"),
    }  # fmt: skip
    if is_folder:
        return _("Folder")
    return titles.get(kind, kind)


def _rows_text(rows: int | None) -> str:
    return "" if rows is None else ngettext("{count} row", "{count} rows", rows).format(count=number(rows))


def _names(line: FieldRow) -> tuple[str, ...]:
    """What a search finds a table or column by."""
    return (line.column.name, line.column.title) if line.column else (line.table.name,) if line.table else ()


def _key(line: FieldRow) -> tuple[str, str, str]:
    return (line.source.id, line.table.name if line.table else "", line.column.name if line.column else "")


def _described(column: BrowsedColumn, statistics: TableStatistics | None) -> tuple[str, tuple[int, ...], str]:
    """What is in a column: a word or a histogram for its row, and a sentence for its tooltip."""
    found = statistics.columns.get(column.name) if statistics is not None else None
    if statistics is None or found is None:
        return "", (), ""
    empty = statistics.rows - found.filled
    distinct = ngettext("{count} distinct value", "{count} distinct values", found.distinct)
    parts = [_range_text(column, found), distinct.format(count=number(found.distinct))]
    parts.append(
        ngettext("{count} empty", "{count} empty", empty).format(count=number(empty)) if empty else _("never empty")
    )
    tip = ", ".join(part for part in parts if part)
    if not found.filled:
        return _("empty"), (), tip
    if statistics.is_unique(column.name) and (column.kind == "text" or column.is_id):
        return _("unique"), (), tip
    bars = found.buckets or tuple(count for _value, count in found.listed)
    if not found.buckets and found.distinct > len(bars) and set(bars) == {1}:
        return _("no duplicates"), (), tip  # some bars of the same height would say nothing
    if len(bars) > 1:
        return "", bars, tip
    return (_("1 value") if found.distinct == 1 else number(found.distinct)), (), tip


def column_facts(column: BrowsedColumn, statistics: TableStatistics | None) -> str:
    """What is in a column, in a sentence; empty while that isn't known."""
    facts = _described(column, statistics)[2]
    return f"{facts[:1].upper()}{facts[1:]}." if facts else ""


def _range_text(column: BrowsedColumn, found: ColumnStatistics) -> str:
    if found.least is None or found.greatest is None or (column.kind not in NUMBERS and not found.buckets):
        return ""
    low, high = number_format.format_cell(found.least), number_format.format_cell(found.greatest)
    return _("{low} to {high}").format(low=low, high=high)


class _FieldDelegate(QStyledItemDelegate):
    def __init__(self, tree: FieldTree) -> None:
        super().__init__(tree)
        self._tree = tree

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(80, _ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        line: FieldRow = index.data(_DATA)
        item = self._tree.itemFromIndex(index)
        rect: QRect = option.rect
        state = option.state
        used = _key(line) in self._tree.used.columns()
        current = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = self._tree.viewport().width()
        whole = QRectF(0, rect.top(), width, rect.height())
        if current:
            painter.fillRect(whole, theme().color("selection"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(whole, theme().color("row.hover"))
        if current:
            painter.fillRect(QRectF(0, rect.top(), 2, rect.height()), theme().color("accent"))
        middle = rect.top() + rect.height() / 2
        left = rect.left() + 2.0 + _INSET
        if item.childCount():
            caret = "ph.caret-down" if item.isExpanded() else "ph.caret-right"
            paint_icon(painter, caret, QRectF(left - 12, middle - 5, 10, 10), theme().color("text.muted"))
        elif used:
            paint_icon(painter, "ph.check", QRectF(left - 12, middle - 6, 12, 12), theme().color("accent.text"))
        icon = (
            "ph.calculator" if line.column is not None and line.column.aggregate is not None
            else KIND_ICONS[line.column.kind] if line.column is not None
            else "ph.tree-structure" if line.table is not None and line.table.model_id
            else "ph.table" if line.table is not None else "ph.warning" if line.source.problem else "ph.database"
        )  # fmt: skip
        paint_icon(painter, icon, QRectF(left + 2, middle - 7, 14, 14), theme().color("text.secondary"))
        end = self._paint_end(painter, line, rect, float(width - _EDGE))
        font = theme().font("body_strong" if line.table is None or used else "body")
        painter.setFont(font)
        painter.setPen(theme().color("text"))
        room = QRectF(left + 23, rect.top(), max(0.0, end - left - 27), rect.height())
        shown = QFontMetricsF(font).elidedText(index.data(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.restore()

    def _paint_end(self, painter: QPainter, line: FieldRow, rect: QRect, end: float) -> float:
        """Draw the histogram or the word at the end of a row. Returns where it begins."""
        if line.bars:
            room = _HISTOGRAM if rect.right() > _WIDE else _HISTOGRAM_NARROW
            most, step = max(line.bars) or 1, room / len(line.bars)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            for place, count in enumerate(line.bars):
                height = max(1.0 if count else 0.0, (rect.height() - 12) * count / most)
                box = QRectF(end - room + place * step, rect.bottom() - 5 - height, max(1.0, step - 1), height)
                painter.fillRect(box, theme().color("border.control"))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            return end - room - 4
        font = theme().font("caption")
        width = QFontMetricsF(font).horizontalAdvance(line.trailing)
        painter.setFont(font)
        painter.setPen(theme().color("error" if line.table is None and line.source.problem else "text.muted"))
        spot = QRectF(end - width - 1, rect.top(), width + 1, rect.height())
        painter.drawText(spot, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, line.trailing)
        return end - width - 4 if line.trailing else end
