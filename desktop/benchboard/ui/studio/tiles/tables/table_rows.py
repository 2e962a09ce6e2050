"""The Qt model of a query result: all its rows, in sorted order."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from benchboard.analytics.pivoted_table import PivotTable, no_total_text
from benchboard.analytics.queries import Cell, ResultColumn, ResultTable
from benchboard.analytics.totalled_table import TotalledTable
from benchboard.ui.studio.tiles.numbers import number_format
from benchboard.ui.studio.tiles.numbers.collation import text_keys
from benchboard.ui.studio.tiles.numbers.partial_periods import PartialPeriod, partial_period, partial_text
from benchboard.ui.time_format import iso_moment
from benchboard.ui.widgets.labels import plain_tooltip

Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()
RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_LEAST_SAMPLES: Final = 8
_MAX_CELLS: Final = 1_000
"""How many numbers are written to measure the columns, unless these are more than can have `_LEAST_SAMPLES`."""
_MAX_SAMPLES: Final = 400
"""About how many rows are measured for the widths of the columns."""


class TableRows(QAbstractTableModel):
    """The rows of a query result. A cell is formatted when it is shown."""

    def __init__(self, table: ResultTable, parent: QObject | None = None, *, all_columns: bool = False) -> None:
        """`all_columns`: also those of currencies that stand beside their amounts."""
        super().__init__(parent)
        self.table, self._all_columns = table, all_columns
        self._order: Sequence[int] = range(len(table.rows))
        self._sorted: tuple[int, bool] | None = None
        self.columns: list[ResultColumn] = []
        """Those shown: amounts stand beside their currencies, the rows of a pivot table have headings."""
        self._shown: list[int] = []
        self._decimals: list[int | None] = []
        self._heading_decimals: list[int | None] = []
        self._partial: PartialPeriod | None = None
        self._update_columns()

    def show_table(self, table: ResultTable) -> None:
        """Show another result, in the same order if its columns are the same."""
        same = table.columns == self.table.columns
        self.beginResetModel()
        self.table = table
        if not same:
            self._sorted = None
        self._update_columns()
        self._order = self._sorted_rows()
        self.endResetModel()

    def cell(self, row: int, column: int) -> Cell:
        """The value of a cell."""
        return self.table.rows[self._order[row]][self._shown[column]]

    def text(self, row: int, column: int) -> str:
        """The formatted text of a cell."""
        return self._text(self.table.rows[self._order[row]], column)

    def _text(self, row: Sequence[Cell], column: int) -> str:
        place, partial = self._shown[column], self._partial
        text = number_format.format_value(self.table, row, place, decimals=self._decimals[column])
        is_partial = partial is not None and partial.is_in(place, row[place])
        return partial_text(text, goes_on=partial.goes_on) if partial is not None and is_partial else text

    def width_samples(self) -> list[list[str]]:
        """Some rows of texts for measuring, with the lowest and the highest number of each column among them. Of many
        columns of numbers fewer rows are written: those two are the widest but for their units."""
        step, numeric = max(1, len(self._order) // _MAX_SAMPLES), list(map(number_format.is_numeric, self.columns))
        most = max(_LEAST_SAMPLES, _MAX_CELLS // max(1, sum(numeric)))
        rows = [
            ["" if numeric[k] and at >= most else self.text(row, k) for k in range(self.columnCount())]
            for at, row in enumerate(range(0, len(self._order), step))
        ]
        for place, column in enumerate(self.columns):
            if number_format.is_numeric(column) and rows:
                at = self._shown[place]
                known = [row for row in self.table.rows if number_format.to_float(row[at]) is not None]
                for pick in (min, max) if known else ():
                    text = self._text(pick(known, key=lambda row: row[at]), place)  # type: ignore[arg-type, return-value]  # numbers all
                    rows.append([text if k == place else "" for k in range(self.columnCount())])
        return rows

    def tsv(self, cells: Iterable[tuple[int, int]]) -> str:
        """Cells (row, column) as tab-separated values for a spreadsheet, with exact values.

        A currency that stands beside its amounts has a field of its own, behind them. Several cells of a pivot table
        have their headings.
        """
        selected = sorted(cells)
        has_headings = isinstance(self.table, PivotTable) and len(selected) > 1
        selected_columns = sorted({column for _row, column in selected})
        selected_set, lines = set(selected), list[str]()
        if has_headings:
            titles = [*self.heading_titles, *(self.columns[k].title for k in selected_columns)]
            lines.append("\t".join(map(_tsv_field, titles)))
        for row in sorted({row for row, _column in selected}):
            fields = [
                _tsv_field(text) if (row, k) in selected_set else ""
                for k in selected_columns
                for text in self._exact_texts(row, k)
            ]
            if has_headings:
                names = self.table.rows[self._order[row]][: len(self.heading_titles)]
                fields = [*(_tsv_field(exact_text(name)) for name in names), *fields]
            lines.append("\t".join(fields))
        return "\n".join(lines)

    def _exact_texts(self, row: int, column: int) -> list[str]:
        texts, beside = [exact_text(self.cell(row, column))], self.table.currency_column(self._shown[column])
        if beside is not None and beside not in self._shown:
            texts.append(exact_text(self.table.rows[self._order[row]][beside]))
        return texts

    def result_column(self, column: int) -> int:
        """The column of the result that a column is."""
        return self._shown[column]

    def place(self, row: int, column: int) -> tuple[int, int]:
        """The row and the column of the result that a cell is of."""
        return self._order[row], self._shown[column]

    # QAbstractTableModel

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.text(index.row(), index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if number_format.is_numeric(self.columns[index.column()]) else LEFT
        if role == Qt.ItemDataRole.ToolTipRole:
            if self.is_unadded(index.row(), index.column()):
                return no_total_text()
            value = self.cell(index.row(), index.column())
            is_plain = isinstance(value, str) and iso_moment(value) is None
            return plain_tooltip(str(value) if is_plain else self.text(index.row(), index.column()))
        return None

    @property
    def heading_titles(self) -> list[str]:
        """The titles of the columns that name the rows of a pivot table; none in any other table."""
        table = self.table
        return [one.title for one in table.columns[: table.heading_count]] if isinstance(table, PivotTable) else []

    def row_names(self, row: int) -> list[str]:
        """The names of a row of a pivot table, the outermost first, as they are written; none in any other table."""
        cells = self.table.rows[self._order[row]]
        return [
            self._name(cells, column, decimals) for column, decimals in enumerate(self._heading_decimals)
        ]  # fmt: skip

    def _name(self, cells: Sequence[Cell], column: int, decimals: int | None) -> str:
        text = number_format.format_value(self.table, cells, column, decimals=decimals)
        is_partial = self._partial is not None and self._partial.is_in(column, cells[column])
        return partial_text(text, goes_on=self._partial.goes_on) if self._partial is not None and is_partial else text

    def repeated_names(self, row: int) -> int:
        """How many names of a row, from the outermost one, are those of the row above it."""
        table = self.table
        if not isinstance(table, PivotTable) or not row:
            return 0
        above, own, last = self._order[row - 1], self._order[row], table.heading_count - 1
        return sum(table.repeats(above, own, column) for column in range(last))

    def is_unadded(self, row: int, column: int) -> bool:
        """Whether a cell is that of a total that would add up amounts in several currencies."""
        return isinstance(self.table, PivotTable) and (self._order[row], column) in self.table.unadded

    def is_total_row(self, row: int) -> bool:
        """Whether a row is that of a total or of a subtotal of a pivot table."""
        return isinstance(self.table, PivotTable) and self.table.is_total_row(self._order[row])

    def row_heading(self, row: int) -> str:
        """The name of a row of a pivot table; empty in any other table."""
        return ", ".join(name for name in self.row_names(row) if name)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return self.row_heading(section) if role == Qt.ItemDataRole.DisplayRole else None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.heading
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(column.title)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if number_format.is_numeric(column) else LEFT
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; with none (-1), restore the query's order."""
        self.layoutAboutToBeChanged.emit()
        before = self._order
        self._sorted = (column, order == Qt.SortOrder.DescendingOrder) if column >= 0 else None
        self._order = self._sorted_rows()
        now = {row: place for place, row in enumerate(self._order)}
        persistent = self.persistentIndexList()
        self.changePersistentIndexList(
            persistent, [self.index(now[before[one.row()]], one.column()) for one in persistent]
        )
        self.layoutChanged.emit()

    def _sorted_rows(self) -> Sequence[int]:
        count = len(self.table.rows)
        if self._sorted is None or self._sorted[0] >= len(self.columns):
            return range(count)
        column, descending = self._shown[self._sorted[0]], self._sorted[1]
        key = text_keys()
        keys = [_sort_key(row[column], key) for row in self.table.rows]
        last: list[int] = []  # the rows that stay below all others
        if isinstance(self.table, PivotTable):
            keys = [one if row[column] != "" else None for one, row in zip(keys, self.table.rows, strict=True)]
        if isinstance(self.table, TotalledTable):
            last, count = list(range(self.table.data_row_count, count)), self.table.data_row_count
        if len(self.table.currencies(column)) > 1:  # amounts in different currencies are not more or less
            codes = [self.table.currency(row, column) for row in self.table.rows]
            keys = [(3, (code, key)) if key is not None else None for code, key in zip(codes, keys, strict=True)]
        if isinstance(self.table, PivotTable):
            return self.table.sorted_rows(keys, descending=descending)
        known = [k for k in range(count) if keys[k] is not None]
        known.sort(key=lambda k: keys[k], reverse=descending)  # type: ignore[arg-type, return-value]  # `known` rows have keys
        return [*known, *(k for k in range(count) if keys[k] is None), *last]

    def _update_columns(self) -> None:
        table = self.table
        self._partial = partial_period(table)
        headings = table.heading_count if isinstance(table, PivotTable) else 0
        every = self._all_columns and not isinstance(table, PivotTable)
        self._shown = list(range(len(table.columns))) if every else table.shown_columns()[headings:]
        self._heading_decimals = [number_format.column_decimals(table, at, table.rows) for at in range(headings)]
        self.columns = [table.columns[column] for column in self._shown]
        self._decimals = [number_format.column_decimals(table, column, table.rows) for column in self._shown]


def exact_text(value: Cell) -> str:
    """A cell for other programs: numbers without spaces and rounding, an empty text for NULL."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) and value.is_finite() else str(value)


def _tsv_field(text: str) -> str:
    """A field of a TSV line, quoted if it contains tabs, line breaks or quotes."""
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in '\t\n\r"') else text


def _sort_key(value: Cell, text_key: Callable[[str], object]) -> tuple[int, object] | None:
    """The sort key of a cell: numbers, then dates, then texts as the language sorts them; None for NULL and NaN, which
    are always last.
    """
    if value is None or (isinstance(value, Decimal) and value.is_nan()):
        return None
    if isinstance(value, bool | int | Decimal):
        return 0, value
    if isinstance(value, str):
        return 2, text_key(value)
    return 1, value.isoformat()
